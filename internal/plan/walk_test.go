package plan_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/store/storetest"
)

// said is what the walk knows of one system: its own small idea of what a plan
// is, against which the room is held. Every other control of it is met.
type said struct {
	owner    string
	result   plan.Result // of the control the walk plays with
	origin   string
	docs     []int                    // that the answer names
	state    map[int]attachment.State // of each document of the system
	check    plan.Outcome             // of the answer, "" while nobody checked it
	checked  law.Day
	offer    plan.Audience // "" none
	full     bool          // declared in full, and nothing was lost since
	findings map[int]*found
	last     int // incident
}

// found is a finding and how it was closed last.
type found struct {
	closing int   // number of the row, 0 while it never was
	docs    []int // that it was closed by
	check   plan.Outcome
}

// walker stumbles through five systems of two bodies, two of them platforms.
type walker struct {
	*house
	desk    *attachment.Desk
	scanner *eyes
	dice    *rand.Rand
	key     string
	months  int // after which a check of the control is too old
	codes   []string
	known   map[string]*said
	done    map[string]int
	lost    int // plans that were no longer full after an act

	fold    map[string]string // digest of each object, as the ledger says
	folded  int64             // entries folded
	crashes int
	shown   time.Time
}

// crowd is who tries: ten accounts of nine persons.
func crowd() []approval.Actor {
	of := func(person string, c approval.Capacity, body string) approval.Actor {
		return approval.Actor{Person: person, Account: person + "." + string(c), Capacity: c, Body: body, Sector: law.SectorCivil}
	}
	return []approval.Actor{
		of("p1", law.RoleOperator, "H56"), of("p2", law.RoleOperator, "H56"), of("p1", law.RoleSpecialisedUnit, "H56"), of("p3", law.RoleSpecialisedUnit, "H56"), of("p4", law.RoleOwner, "H56"),
		of("p5", law.RoleOperator, "H41"), of("p6", law.RoleSpecialisedUnit, "H41"), of("p7", law.RoleMPS, "G01"), of("p8", approval.Auditor, "G01"), of("p9", law.RoleIndependentCouncil, "H41"),
	}
}

// holds is the walk's own answer to whether the control holds.
func (w *walker) holds(code string, path ...string) bool {
	s := w.known[code]
	if slices.Contains(path, code) {
		return false // platforms that stand on each other stand on nothing
	}
	switch s.result {
	case plan.Met:
		if s.check == plan.Lacking || s.check == plan.Withdrawn || s.check == plan.Accepted && w.months > 0 && s.checked.AddMonths(w.months) < law.DayOf(w.clock.T) {
			return false
		}
		return s.clean(s.docs)
	case plan.Inherited:
		o := w.known[s.origin]
		return o.offer != "" && (o.offer == plan.EveryBody || o.owner == s.owner) && w.holds(s.origin, append(path, code)...)
	}
	return false
}

// clean tells whether no document among them was lost, or waits for the scanner.
func (s *said) clean(docs []int) bool {
	return !slices.ContainsFunc(docs, func(no int) bool { return s.state[no] != attachment.Clean })
}

// open tells whether a finding is open.
func (s *said) open(f *found) bool {
	return f.closing == 0 || !s.clean(f.docs) || f.check == plan.Lacking || f.check == plan.Withdrawn
}

// finding is some finding of a system, or one that is not there.
func (w *walker) finding(code string) (int, *found) {
	nos := slices.Sorted(maps.Keys(w.known[code].findings))
	if len(nos) == 0 || w.dice.IntN(8) == 0 {
		return 999, &found{}
	}
	no := nos[w.dice.IntN(len(nos))]
	return no, w.known[code].findings[no]
}

// someone tries an act: mostly who may, the operating unit of the owner or whom
// the walk names, else anybody.
func (w *walker) someone(code string, c approval.Capacity) approval.Actor {
	all := crowd()
	if w.dice.IntN(8) > 0 {
		all = slices.DeleteFunc(all, func(a approval.Actor) bool { return a.Capacity != c || a.Body != w.known[code].owner })
	}
	return all[w.dice.IntN(len(all))]
}

// officer is the operating unit of the body that owns a system now.
func (w *walker) officer(code string) approval.Actor {
	return storetest.Actor(law.RoleOperator, w.known[code].owner)
}

// answer answers the control and, when that is taken, remembers it.
func (w *walker) answer(code string, in plan.AnswerInput) error {
	a := w.someone(code, law.RoleOperator)
	s, err := w.Sheet(ctx, w.officer(code), code, nil)
	if err != nil {
		return err
	}
	in.Key, in.How = w.key, fmt.Sprint("lần ", w.dice.IntN(1000))
	if a := s.States[0].Answer; a != nil {
		in.Seen = a.No
	}
	_, err = w.Answer(ctx, a, code, s.List, []plan.AnswerInput{in})
	if x := w.known[code]; err == nil {
		x.result, x.origin, x.docs, x.check = in.Result, in.Origin, nil, ""
		for _, e := range in.Evidence {
			x.docs = append(x.docs, e.Document)
		}
	}
	return err
}

// mood changes what the scanner is like, and returns what it makes of a document.
func (w *walker) mood() attachment.State {
	switch w.dice.IntN(4) {
	case 0:
		*w.scanner = eyes{err: errBlind}
		return attachment.Held
	case 1:
		*w.scanner = eyes{found: "Test.Virus"}
		return attachment.Quarantined
	}
	*w.scanner = eyes{}
	return attachment.Clean
}

// acts are what may be tried on a system.
func (w *walker) acts() map[string]func(code string) error {
	return map[string]func(string) error{
		"attach": func(code string) error {
			state := w.mood()
			doc, err := w.desk.Attach(ctx, w.someone(code, law.RoleOperator), attachment.Upload{System: code, Of: attachment.Control(w.key), Name: "a.txt", Body: strings.NewReader(fmt.Sprint(w.dice.Uint64()))})
			if err == nil {
				w.known[code].state[doc.No] = state
			}
			return err
		},
		"attach to a finding": func(code string) error {
			state := w.mood()
			no, _ := w.finding(code)
			doc, err := w.desk.Attach(ctx, w.someone(code, law.RoleOperator), attachment.Upload{System: code, Of: attachment.Finding(no), Name: "a.txt", Body: strings.NewReader(fmt.Sprint(w.dice.Uint64()))})
			if err == nil {
				w.known[code].state[doc.No] = state
			}
			return err
		},
		"scan": func(string) error {
			state := w.mood()
			_, err := w.desk.ScanHeld(ctx)
			for _, s := range w.known {
				for no, was := range s.state {
					if was == attachment.Held {
						s.state[no] = state
					}
				}
			}
			return err
		},
		"remove": func(code string) error {
			no := w.document(code)
			_, err := w.desk.Remove(ctx, w.someone(code, law.RoleOperator), code, no)
			if err == nil {
				w.known[code].state[no] = attachment.Removed
			}
			return err
		},
		"met": func(code string) error {
			in := plan.AnswerInput{Result: plan.Met}
			if w.dice.IntN(3) > 0 {
				in.Evidence = []plan.Evidence{{Kind: plan.File, Document: w.document(code)}}
			}
			return w.answer(code, in)
		},
		"not met": func(code string) error { return w.answer(code, plan.AnswerInput{Result: plan.NotMet}) },
		"inherit": func(code string) error {
			return w.answer(code, plan.AnswerInput{Result: plan.Inherited, Origin: w.codes[w.dice.IntN(2)]})
		},
		"offer": func(string) error {
			code := w.codes[w.dice.IntN(2)]
			to, keys := []plan.Audience{plan.OwnBody, plan.EveryBody}[w.dice.IntN(2)], []string{w.key}
			if w.dice.IntN(4) == 0 {
				keys = nil
			}
			_, err := w.Offer(ctx, w.someone(code, law.RoleOperator), code, plan.List{Rules: law.R331, Level: 3}, keys, to)
			if err == nil {
				if w.known[code].offer = to; keys == nil {
					w.known[code].offer = ""
				}
			}
			return err
		},
		"hand on": func(code string) error {
			from := w.known[code].owner
			to := map[string]string{"H56": "H41", "H41": "H56"}[from]
			_, err := w.office.Reorganise(ctx, storetest.Keeper(), approval.Reorganisation{On: law.DayOf(w.clock.T), Source: "NQ", Successions: []approval.Succession{
				{From: from, To: to, Kind: approval.SuccessionTransfer, Cites: "NQ", Systems: []string{code}}}})
			if err == nil {
				w.known[code].owner = to
			}
			return err
		},
		"declare": func(code string) error {
			f, err := w.office.File(ctx, w.officer(code), code)
			if err == nil {
				_, err = w.office.DeclarePlan(ctx, w.someone(code, law.RoleOperator), code, f.System.Version, approval.PlanInput{On: law.DayOf(w.clock.T)})
			}
			if err == nil {
				w.known[code].full = w.holds(code)
			}
			return err
		},
		"check": func(code string) error {
			s, err := w.Sheet(ctx, w.officer(code), code, nil)
			if err != nil || s.States[0].Answer == nil {
				return err
			}
			outcome := w.outcome()
			_, err = w.Check(ctx, w.someone(code, law.RoleSpecialisedUnit), code, []plan.CheckInput{{Answer: s.States[0].Answer.No, Outcome: outcome, Note: "x"}})
			if x := w.known[code]; err == nil {
				x.check, x.checked = outcome, law.DayOf(w.clock.T)
			}
			return err
		},
		"find": func(code string) error {
			day := law.DayOf(w.clock.T)
			p, err := w.Find(ctx, w.someone(code, law.RoleSpecialisedUnit), code, plan.FindingInput{On: day, Says: "x", Role: "network", Due: day.AddDays(w.dice.IntN(40) - 1)})
			if err == nil {
				w.known[code].findings[int(p.Version)] = &found{}
			}
			return err
		},
		"close": func(code string) error {
			no, f := w.finding(code)
			es := []plan.Evidence{{Kind: plan.Document, Ref: "1/BB"}}
			if w.dice.IntN(2) == 0 {
				es = append(es, plan.Evidence{Kind: plan.File, Document: w.document(code)})
			}
			p, err := w.Close(ctx, w.someone(code, law.RoleOperator), code, plan.ClosingInput{Finding: no, Evidence: es})
			if err == nil {
				*f = found{closing: int(p.Version)}
				for _, e := range es[1:] {
					f.docs = append(f.docs, e.Document)
				}
			}
			return err
		},
		"check a closing": func(code string) error {
			_, f := w.finding(code)
			outcome := w.outcome()
			_, err := w.Check(ctx, w.someone(code, law.RoleSpecialisedUnit), code, []plan.CheckInput{{Closing: max(f.closing, 1), Outcome: outcome, Note: "x"}})
			if err == nil {
				f.check = outcome
			}
			return err
		},
		"deed": func(code string) error {
			_, err := w.Did(ctx, w.someone(code, law.RoleOperator), code, plan.Deed{Activity: "account-review", On: law.DayOf(w.clock.T), Performer: "x"})
			return err
		},
		"incident": func(code string) error {
			p, err := w.Happen(ctx, w.someone(code, law.RoleOperator), code, plan.IncidentInput{Happened: w.clock.T, Severe: true, Says: "x"})
			if err == nil {
				w.known[code].last = int(p.Version)
			}
			return err
		},
		"report": func(code string) error {
			step := []plan.Step{plan.First, plan.Full, plan.Closed}[w.dice.IntN(3)]
			_, err := w.Report(ctx, w.someone(code, law.RoleOperator), code, plan.ReportInput{Incident: w.known[code].last, Step: step, Sent: w.clock.T, Number: "1"})
			return err
		},
	}
}

// outcome is what a check comes to, mostly accepted.
func (w *walker) outcome() plan.Outcome {
	return []plan.Outcome{plan.Accepted, plan.Accepted, plan.Accepted, plan.Lacking, plan.Withdrawn}[w.dice.IntN(5)]
}

// document is some document of a control, or one that is not there.
func (w *walker) document(code string) int {
	if n := len(w.known[code].state); n > 0 && w.dice.IntN(6) > 0 {
		nos := []int{}
		for no := range w.known[code].state {
			nos = append(nos, no)
		}
		slices.Sort(nos)
		return nos[w.dice.IntN(n)]
	}
	return 999
}

// TestWalk: whatever is attached, scanned, removed, checked, found, closed, offered,
// inherited or handed on, by whoever, and whenever the process dies, the room says
// of the control and of the findings what the walk's own small idea says, and a
// plan declared in full is one at the gate until something it rests on is lost,
// and not one instant longer. A refusal names its rule and writes nothing; the
// record is what its ledger says after every step.
func TestWalk(t *testing.T) {
	steps := 300
	if n, err := strconv.Atoi(os.Getenv("CAPDO_WALK_STEPS")); err == nil && n > 0 {
		steps = max(steps, n/100) // the others are those of package approval
	}
	w := newWalker(t)
	acts := w.acts()
	names := slices.Sorted(maps.Keys(acts))
	for _, often := range []string{"met", "met", "inherit", "inherit", "declare", "declare", "declare", "declare", "check", "close", "close", "attach to a finding", "check a closing", "check a closing"} {
		names = append(names, often)
	}
	for n := range steps {
		w.tick(n)
		name, code := names[w.dice.IntN(len(names))], w.codes[w.dice.IntN(len(w.codes))]
		if w.dice.IntN(12) == 0 {
			w.crash(name, func() error { return acts[name](code) })
			w.check(fmt.Sprintf("step %d, the process died on %s of %s", n, name, code))
			continue
		}
		before := w.entries()
		err := acts[name](code)
		var r *approval.Refusal
		switch {
		case errors.As(err, &r):
			if w.entries() != before || len(r.Findings) == 0 || r.Findings[0].Rule == "" || r.Findings[0].Says.VI == "" {
				t.Fatalf("step %d, %s refused: %v, %d entries", n, name, err, w.entries()-before)
			}
		case err != nil:
			t.Fatalf("step %d, %s: %v", n, name, err)
		default:
			w.done[name]++
		}
		w.check(fmt.Sprintf("step %d, %s of %s", n, name, code))
		if t.Failed() {
			return
		}
	}
	for name := range acts {
		if w.done[name] == 0 {
			t.Errorf("%s was never done: %v", name, w.done)
		}
	}
	if w.lost < 3 || w.crashes == 0 {
		t.Errorf("only %d plans lost what they rested on, %d processes died", w.lost, w.crashes)
	}
	t.Logf("%d steps, %d deaths, done %v, %d plans lost what they rested on", steps, w.crashes, w.done, w.lost)
	w.sound()
}

// newWalker is a walker before a register on which every control is met.
func newWalker(t *testing.T) *walker {
	t.Helper()
	h := open(t, "2026-11-22")
	w := &walker{house: h, scanner: &eyes{}, dice: rand.New(rand.NewPCG(4, 331)), known: map[string]*said{}, done: map[string]int{}, fold: map[string]string{}}
	w.desk = h.papers(w.scanner)
	for _, owner := range []string{"H56", "H41", "H56", "H56", "H41"} {
		code := storetest.Lead(t, h.office, owner, "Hệ thống", storetest.Confirmed).Code
		w.codes, w.known[code] = append(w.codes, code), &said{owner: owner, result: plan.Met, state: map[int]attachment.State{}, findings: map[int]*found{}}
		s, err := h.Sheet(ctx, w.officer(code), code, nil)
		if err != nil {
			t.Fatal(err)
		}
		w.key, w.months = s.States[0].Control.Key, s.States[0].Control.ReviewMonths
		var ins []plan.AnswerInput
		for _, x := range s.States {
			ins = append(ins, plan.AnswerInput{Key: x.Control.Key, Result: plan.Met, How: "Đã thực hiện"})
		}
		if _, err := h.Answer(ctx, w.officer(code), code, s.List, ins); err != nil {
			t.Fatal(err)
		}
	}
	w.follow("at the start")
	return w
}

// tick moves the clock, at times by days, at times back; what time alone takes
// away is gone before anybody acts.
func (w *walker) tick(n int) {
	w.Helper()
	switch w.dice.IntN(20) {
	case 0:
		w.clock.T = w.clock.T.AddDate(0, 0, w.dice.IntN(40))
	case 1:
		w.clock.T = w.clock.T.Add(-time.Duration(w.dice.IntN(3600)) * time.Second)
		return
	default:
		w.clock.T = w.clock.T.Add(time.Duration(1+w.dice.IntN(3600)) * time.Second)
		return
	}
	w.compare(fmt.Sprintf("step %d, before the act", n))
}

// latest is the latest moment the clock ever showed: what was done then is not so
// yet at an earlier one, to which the clock was set back.
func (w *walker) latest() time.Time {
	if w.clock.T.After(w.shown) {
		w.shown = w.clock.T
	}
	return w.shown
}

// check holds the room against the walk, and the record against the ledger.
func (w *walker) check(step string) {
	w.Helper()
	w.compare(step)
	w.follow(step)
}

// compare holds the room and the gate's standing against what the walk knows.
func (w *walker) compare(step string) {
	w.Helper()
	for _, code := range w.codes {
		s, err := w.Sheet(ctx, approval.Actor{Capacity: approval.Auditor}, code, nil)
		if err != nil {
			w.Fatal(err)
		}
		want, x := w.holds(code), w.known[code]
		if s.States[0].Holds() != want {
			w.Errorf("%s: %s holds %v, want %v: %+v", step, code, !want, want, s.States[0])
		}
		if x.full && !want {
			x.full = false
			w.lost++
		}
		sts, _, err := w.store.Standings(ctx, w.latest(), code)
		if err != nil || (sts[0].Plan == approval.PlanFull) != x.full {
			w.Errorf("%s: the gate sees the plan of %s as %s, the walk in full %v, %v", step, code, sts[0].Plan, x.full, err)
		}
		open := s.Plan.Open(w.Book.PlanPolicy().Unscanned)
		for no, f := range x.findings {
			if x.open(f) != slices.ContainsFunc(open, func(o plan.Finding) bool { return o.No == no }) {
				w.Errorf("%s: finding %d of %s is open: the walk says %v", step, no, code, x.open(f))
			}
		}
	}
}
