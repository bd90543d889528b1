package approval_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// walker stumbles through the office: any actor, any act, any input.
type walker struct {
	*house
	dice   *rand.Rand
	actors []approval.Actor
	lives  []*life
	done   map[string]int // acts done
	denied map[approval.Kind]int

	requests []request // for opinions, ever made

	fold    map[string]string // digest of each object, as the ledger says
	folded  int64             // entries folded
	crashes int
}

// crowd is twelve accounts of nine persons: three persons have two accounts.
func crowd() []approval.Actor {
	of := func(person string, c approval.Capacity, body string) approval.Actor {
		a := storetest.Actor(c, body)
		a.Person, a.Account = person, person+"."+string(c)
		return a
	}
	return []approval.Actor{
		of("p1", law.RoleOperator, "H56"), of("p1", law.RoleSpecialisedUnit, "H56"), of("p2", law.RoleOperator, "H56"), of("p2", law.RoleOwner, "H56"),
		of("p3", law.RoleSpecialisedUnit, "H56"), of("p4", law.RoleOwner, "H56"), of("p5", law.RoleMPS, "G01"), of("p6", law.RoleMPS, "G01"),
		of("p7", law.RolePrimeMinister, "G22"), of("p8", law.RoleOperator, "H41"),
		{Person: "p3", Account: "p3.elsewhere", Capacity: law.RoleSpecialisedUnit, Body: "H41", Sector: law.SectorCivil}, of("p9", law.RoleSpecialisedUnit, "H41"),
	}
}

// TestWalk: whatever anybody tries, and whenever the process dies, a refusal
// names its rule and changes nothing, an act leaves one entry, what must always
// hold does, and the record is what its ledger says after every step.
func TestWalk(t *testing.T) {
	worlds := max(1, walkSteps(t)/worldSteps)
	all := make([]*walker, worlds)
	t.Run("worlds", func(t *testing.T) {
		for seed := range worlds {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				all[seed] = walk(t, uint64(seed))
			})
		}
	})
	done, denied, crashes := map[string]int{}, map[approval.Kind]int{}, 0
	for _, w := range all {
		if w == nil {
			t.Fatal("a walk did not end")
		}
		crashes += w.crashes
		for act, n := range w.done {
			done[act] += n
		}
		for kind, n := range w.denied {
			denied[kind] += n
		}
	}
	for _, act := range append(approval.Acts(), consulting...) {
		if done[act] == 0 && worlds > 1 {
			t.Errorf("%s was never done: the walks are too tame (%v)", act, done)
		}
	}
	if crashes == 0 {
		t.Error("no process died")
	}
	t.Logf("%d steps, %d deaths, done %v, refused %v", worlds*worldSteps, crashes, done, denied)
}

// walk walks one register.
func walk(t *testing.T, seed uint64) *walker {
	t.Helper()
	h := open(t, dayMPS)
	w := &walker{house: h, dice: rand.New(rand.NewPCG(seed, 331)), actors: crowd(), done: map[string]int{}, denied: map[approval.Kind]int{}, fold: map[string]string{}}
	for range 6 {
		w.lives = append(w.lives, h.begin(law.Level(1+w.dice.IntN(5))))
	}
	w.follow()
	for n := range worldSteps {
		w.step(n)
		if t.Failed() {
			t.Fatalf("at step %d", n)
		}
	}
	h.sound()
	return w
}

// step moves the clock and tries one act; at times the process dies on it.
func (w *walker) step(n int) {
	w.Helper()
	switch w.dice.IntN(20) {
	case 0:
		w.tick(time.Duration(w.dice.IntN(40)) * 24 * time.Hour)
	case 1:
		w.tick(-time.Duration(w.dice.IntN(3600)) * time.Second) // a clock set back
	default:
		w.tick(time.Duration(w.dice.IntN(7200)) * time.Second)
	}
	l := w.lives[w.dice.IntN(len(w.lives))]
	if w.dice.IntN(6) == 0 {
		w.consult(l)
		return
	}
	act, a := w.pick(l)
	if w.dice.IntN(40) == 0 {
		w.crash(l, act, a)
		return
	}
	before, size, was := w.print(), w.entries(), l.seen
	err := w.attempt(l, act, a)
	if err != nil {
		kind := kindOf(err)
		w.denied[kind]++
		if !slices.Contains([]approval.Kind{approval.NotFound, approval.Invalid, approval.Conflict, approval.Forbidden, approval.Stale}, kind) {
			w.Errorf("%s by %s: %v", act, a.Account, err)
		}
		if !ruled(err) {
			w.Errorf("%s by %s: a refusal that names no rule: %v", act, a.Account, err)
		}
		if w.print() != before {
			w.Errorf("%s by %s refused (%v), and yet something was written", act, a.Account, err)
		}
		return
	}
	w.done[act]++
	if got := w.entries(); got != size+1 || l.seen.Version != was.Version+1 {
		w.Errorf("%s: %d entries after %d, version %d after %d", act, got, size, l.seen.Version, was.Version)
	}
	w.follow()
	w.holds(act, a, was, l)
	if act == approval.ActRetire {
		w.lives[slices.Index(w.lives, l)] = w.begin(law.Level(1 + w.dice.IntN(5)))
		w.follow()
	}
}

// pick chooses who tries what; mostly something the system waits for, and half
// the time by somebody in the right capacity.
func (w *walker) pick(l *life) (string, approval.Actor) {
	acts, state := approval.Acts(), approval.DossierState("")
	if d := l.seen.Last(); d != nil {
		state = d.State
	}
	next := map[approval.DossierState][]string{
		approval.Submitted: {approval.ActOpinion, approval.ActReceive, approval.ActReview}, approval.Opined: {approval.ActReview, approval.ActReceive}, approval.Appraised: {approval.ActDecide},
		approval.Approved: {approval.ActConfirm, approval.ActPlan, approval.ActRevoke, approval.ActSubmit},
	}[state]
	if next == nil {
		next = []string{approval.ActFacts, approval.ActDraft, approval.ActSubmit}
	}
	act := acts[w.dice.IntN(len(acts)-1)] // not to retire, mostly
	switch {
	case w.dice.IntN(150) == 0:
		act = approval.ActRetire
	case w.dice.IntN(4) > 0:
		act = next[w.dice.IntN(len(next))]
	}
	able := slices.DeleteFunc(slices.Clone(w.actors), func(a approval.Actor) bool {
		return a.Capacity != l.right(act).Capacity && (act != approval.ActDecide || !slices.Contains(l.named().decide, a.Capacity))
	})
	if len(able) == 0 || w.dice.IntN(2) == 0 {
		able = w.actors
	}
	return act, able[w.dice.IntN(len(able))]
}

// attempt tries an act, with odd input at times.
func (w *walker) attempt(l *life, act string, a approval.Actor) error {
	seen, day := l.seen, law.DayOf(w.clock.T)
	if w.dice.IntN(15) == 0 {
		seen.Version--
	}
	d := seen.Last()
	switch {
	case act == approval.ActReview && d != nil:
		outcome := []approval.Outcome{approval.FindFit, approval.FindFit, approval.FindFit, approval.SendBack, approval.FindUnfit, approval.Agree}[w.dice.IntN(6)]
		return l.keep(w.office.Review(context.Background(), a, l.code, seen.Version, approval.ReviewInput{Kind: approval.Appraisal, Outcome: outcome, Comment: "x", Digest: d.Digest}))
	case act == approval.ActReceive && d != nil:
		return l.keep(w.office.Receive(context.Background(), a, l.code, seen.Version, approval.ReceiptInput{Complete: w.dice.IntN(3) > 0, Lacks: "x", Digest: d.Digest}))
	case act == approval.ActDecide && d != nil:
		in := approval.DecisionInput{Outcome: approval.Approve, Number: "1", DecidedOn: day, Digest: d.Digest, Grounds: "x"}
		if w.dice.IntN(2) == 0 {
			in.Until = day.AddDays(w.dice.IntN(60) - 1)
		}
		if w.dice.IntN(5) == 0 {
			in.Outcome = approval.RefuseIt
		}
		return l.keep(w.office.Decide(context.Background(), a, l.code, seen.Version, in))
	case act == approval.ActSubmit && w.dice.IntN(10) == 0:
		st := l.statement()
		delete(st, "scope")
		return l.keep(w.office.Submit(context.Background(), a, l.code, seen.Version, st))
	}
	return l.keep(l.on(seen, act, a))
}

// entries is the size of the ledger.
func (w *walker) entries() (n int) {
	w.Helper()
	w.ok(w.eye.QueryRowContext(context.Background(), "SELECT COUNT(*) FROM entry").Scan(&n))
	return n
}

// holds checks what must hold of a system after an act.
func (w *walker) holds(act string, a approval.Actor, was approval.System, l *life) {
	w.Helper()
	s := l.seen
	w.waited(act, was, s)
	for i := range s.Dossiers {
		d := &s.Dossiers[i]
		if d.State.Open() && i != len(s.Dossiers)-1 {
			w.Errorf("%s: dossier %d is open beside a later one", s.Code, d.No)
		}
		w.fourEyes(s, d)
	}
	if len(s.Approvals) > len(was.Approvals) {
		x := s.Approvals[len(s.Approvals)-1]
		at := &life{house: w.house, level: x.Level, listed: x.Listed}
		if act != approval.ActDecide || !slices.Contains(at.named().decide, a.Capacity) || a.Body != s.Owner && !a.National() {
			w.Errorf("%s: approval of level %d came by %s of %s", s.Code, x.Level, act, a.Account)
		}
		if authority := at.named().decide[len(at.named().decide)-1]; x.Authority != authority {
			w.Errorf("%s: approval of level %d bears the authority %s, want %s", s.Code, x.Level, x.Authority, authority)
		}
		if d := s.Dossiers[x.Dossier-1]; d.State != approval.Approved || d.Level != x.Level {
			w.Errorf("%s: approval of level %d from a dossier of level %d that is %s", s.Code, x.Level, d.Level, d.State)
		}
	}
	for i := range was.Approvals {
		if x, y := was.Approvals[i], s.Approvals[i]; x.Number != y.Number || x.From != y.From || x.Until != y.Until || x.Level != y.Level {
			w.Errorf("%s: approval %d was overwritten", s.Code, x.No)
		}
	}
}

// fourEyes: nobody has two hands in a dossier.
func (w *walker) fourEyes(s approval.System, d *approval.Dossier) {
	w.Helper()
	hands := map[string]string{}
	hand := func(person, what string) {
		w.Helper()
		if had, ok := hands[person]; ok && (had != what || what == "decision") {
			w.Errorf("%s, dossier %d: %s has the hands %s and %s", s.Code, d.No, person, had, what)
		}
		hands[person] = what
	}
	for _, p := range d.Editors {
		hand(p, "edit")
	}
	for _, r := range d.Reviews {
		hand(r.By.Person, string(r.Kind))
	}
	for _, r := range d.Receipts {
		hand(r.By.Person, string(approval.Appraisal))
	}
	for _, x := range d.Decisions {
		hand(x.By.Person, "decision")
	}
	for _, x := range s.Approvals {
		if x.Dossier == d.No && x.Confirmation != nil {
			hand(x.Confirmation.By.Person, "confirmation")
		}
	}
}
