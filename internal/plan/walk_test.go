package plan_test

import (
	"errors"
	"fmt"
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
	owner  string
	result plan.Result // of the control the walk plays with
	origin string
	docs   []int                    // that the answer names
	state  map[int]attachment.State // of each document of the control
	offer  plan.Audience            // "" none
	full   bool                     // declared in full, and nothing was lost since
}

// walker stumbles through five systems of two bodies, two of them platforms.
type walker struct {
	*house
	desk    *attachment.Desk
	scanner *eyes
	dice    *rand.Rand
	key     string
	codes   []string
	known   map[string]*said
	done    map[string]int
	lost    int // plans that were no longer full after an act
}

// holds is the walk's own answer to whether the control holds.
func (w *walker) holds(code string, path ...string) bool {
	s := w.known[code]
	if slices.Contains(path, code) {
		return false // platforms that stand on each other stand on nothing
	}
	switch s.result {
	case plan.Met:
		return !slices.ContainsFunc(s.docs, func(no int) bool { return s.state[no] != attachment.Clean })
	case plan.Inherited:
		o := w.known[s.origin]
		return o.offer != "" && (o.offer == plan.EveryBody || o.owner == s.owner) && w.holds(s.origin, append(path, code)...)
	}
	return false
}

// officer is the operating unit of the body that owns a system now.
func (w *walker) officer(code string) approval.Actor {
	return storetest.Actor(law.RoleOperator, w.known[code].owner)
}

// answer answers the control and, when that is taken, remembers it.
func (w *walker) answer(code string, in plan.AnswerInput) error {
	s, err := w.Sheet(ctx, w.officer(code), code, nil)
	if err != nil {
		return err
	}
	in.Key, in.How = w.key, fmt.Sprint("lần ", w.dice.IntN(1000))
	if a := s.States[0].Answer; a != nil {
		in.Seen = a.No
	}
	_, err = w.Answer(ctx, w.officer(code), code, s.List, []plan.AnswerInput{in})
	if x := w.known[code]; err == nil {
		x.result, x.origin, x.docs = in.Result, in.Origin, nil
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
			doc, err := w.desk.Attach(ctx, w.officer(code), attachment.Upload{System: code, Of: attachment.Control(w.key), Name: "a.txt", Body: strings.NewReader(fmt.Sprint(w.dice.Uint64()))})
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
			_, err := w.desk.Remove(ctx, w.officer(code), code, no)
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
			_, err := w.Offer(ctx, w.officer(code), code, plan.List{Rules: law.R331, Level: 3}, keys, to)
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
				_, err = w.office.DeclarePlan(ctx, w.officer(code), code, f.System.Version, approval.PlanInput{On: law.DayOf(w.clock.T)})
			}
			if err == nil {
				w.known[code].full = w.holds(code)
			}
			return err
		},
	}
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

// TestWalk: whatever is attached, scanned, removed, offered, inherited or handed
// on, by whoever, the room says of the control what the walk's own small idea
// says, and a plan declared in full is one at the gate until something it rests
// on is lost, and not one instant longer. A refusal names its rule and writes
// nothing; the register is what its ledger says.
func TestWalk(t *testing.T) {
	steps := 200
	if n, err := strconv.Atoi(os.Getenv("CAPDO_WALK_STEPS")); err == nil && n > 0 {
		steps = max(steps, n/50)
	}
	h := open(t, "2026-11-22")
	w := &walker{house: h, scanner: &eyes{}, dice: rand.New(rand.NewPCG(4, 331)), known: map[string]*said{}, done: map[string]int{}}
	w.desk = h.papers(w.scanner)
	for _, owner := range []string{"H56", "H41", "H56", "H56", "H41"} {
		code := storetest.Lead(t, h.office, owner, "Hệ thống", storetest.Confirmed).Code
		w.codes, w.known[code] = append(w.codes, code), &said{owner: owner, result: plan.Met, state: map[int]attachment.State{}}
		s, err := h.Sheet(ctx, w.officer(code), code, nil)
		if err != nil {
			t.Fatal(err)
		}
		w.key = s.States[0].Control.Key
		var ins []plan.AnswerInput
		for _, x := range s.States {
			ins = append(ins, plan.AnswerInput{Key: x.Control.Key, Result: plan.Met, How: "Đã thực hiện"})
		}
		if _, err := h.Answer(ctx, w.officer(code), code, s.List, ins); err != nil {
			t.Fatal(err)
		}
	}
	acts := w.acts()
	names := []string{"attach", "scan", "remove", "met", "met", "not met", "inherit", "inherit", "offer", "hand on", "declare", "declare", "declare"}
	for n := range steps {
		w.clock.T = w.clock.T.Add(time.Duration(1+w.dice.IntN(3600)) * time.Second)
		name, code := names[w.dice.IntN(len(names))], w.codes[w.dice.IntN(len(w.codes))]
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
		w.compare(fmt.Sprintf("step %d, %s of %s", n, name, code))
		if t.Failed() {
			return
		}
	}
	for name := range acts {
		if w.done[name] == 0 {
			t.Errorf("%s was never done: %v", name, w.done)
		}
	}
	if w.lost < 5 {
		t.Errorf("only %d plans lost what they rested on", w.lost)
	}
	t.Logf("%d steps, done %v, %d plans lost what they rested on", steps, w.done, w.lost)
	h.sound()
}

// compare holds the room and the gate's standing against what the walk knows.
func (w *walker) compare(step string) {
	w.Helper()
	for _, code := range w.codes {
		s, err := w.Sheet(ctx, approval.Actor{Capacity: approval.Auditor}, code, nil)
		if err != nil {
			w.Fatal(err)
		}
		want := w.holds(code)
		if s.States[0].Holds() != want {
			w.Errorf("%s: %s holds %v, want %v: %+v", step, code, !want, want, s.States[0])
		}
		if x := w.known[code]; x.full && !want {
			x.full = false
			w.lost++
		}
		sts, _, err := w.store.Standings(ctx, w.clock.T, code)
		if err != nil || (sts[0].Plan == approval.PlanFull) != w.known[code].full {
			w.Errorf("%s: the gate sees the plan of %s as %s, the walk in full %v, %v", step, code, sts[0].Plan, w.known[code].full, err)
		}
	}
}
