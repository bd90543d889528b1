package plan_test

import (
	"slices"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/store/storetest"
)

// declare declares what the controls say, by the officer of an agency.
func (h *house) declare(code, agency string) approval.Plan {
	h.Helper()
	a := storetest.Actor(law.RoleOperator, agency)
	f, err := h.office.File(ctx, a, code)
	if err != nil {
		h.Fatal(err)
	}
	s, err := h.office.DeclarePlan(ctx, a, code, f.System.Version, approval.PlanInput{On: law.DayOf(h.clock.T)})
	if err != nil {
		h.Fatal(err)
	}
	return s.Plans[len(s.Plans)-1]
}

// asked asks the gate about a system alone, at a time, without a write.
func (h *house) asked(code string, at time.Time) gate.Verdict {
	h.Helper()
	sts, _, err := h.store.Standings(ctx, at, code)
	if err != nil {
		h.Fatal(err)
	}
	return gate.Decide(h.office.Book, gate.Case{Provider: sts[0], At: at, Live: true})
}

// plans counts the declarations of a system.
func (h *house) plans(code string) (n int, last approval.Plan) {
	h.Helper()
	err := h.store.View(ctx, storetest.Keeper(), func(r approval.Reader) error {
		s, err := r.System(code)
		if n = len(s.Plans); n > 0 {
			last = s.Plans[n-1]
		}
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return n, last
}

// standsOn answers all controls of a system, the first inherited.
func (h *house) standsOn(code, agency, platform string) {
	h.Helper()
	a := storetest.Actor(law.RoleOperator, agency)
	s, err := h.Sheet(ctx, a, code, nil)
	if err != nil {
		h.Fatal(err)
	}
	var ins []plan.AnswerInput
	for i, x := range s.States {
		in := plan.AnswerInput{Key: x.Control.Key, Result: plan.Met}
		if i == 0 {
			in.Result, in.Origin = plan.Inherited, platform
		}
		ins = append(ins, in)
	}
	if _, err := h.Answer(ctx, a, code, s.List, ins); err != nil {
		h.Fatal(err)
	}
}

// tower is a platform whose first control is met by evidence, a system of its
// owner and one of another that inherit it, and one that stands on the last; all
// declared in full.
func tower(t *testing.T, until law.Day) (h *house, platform, key string, owners map[string]string) {
	h = open(t, "2026-11-22")
	platform = h.lead("Trung tâm dữ liệu", storetest.Confirmed)
	s := h.sheet(platform)
	key = s.States[0].Control.Key
	h.fill(platform, func(in *plan.AnswerInput) {
		if in.Key == key {
			in.Evidence = []plan.Evidence{{Kind: plan.Document, Ref: "1/BB", On: "2026-06-01", Until: until}}
		}
	})
	offer := func(code, agency string) {
		t.Helper()
		if _, err := h.Offer(ctx, storetest.Actor(law.RoleOperator, agency), code, s.List, []string{key}, plan.EveryBody); err != nil {
			t.Fatal(err)
		}
	}
	offer(platform, "H56")
	owners = map[string]string{platform: "H56"}
	near := h.lead("Một cửa", storetest.Confirmed)
	far := storetest.Lead(t, h.office, "H41", "Một cửa Nghệ An", storetest.Confirmed).Code
	top := storetest.Lead(t, h.office, "H41", "Báo cáo Nghệ An", storetest.Confirmed).Code
	h.standsOn(near, "H56", platform)
	h.standsOn(far, "H41", platform)
	offer(far, "H41")
	h.standsOn(top, "H41", far)
	owners[near], owners[far], owners[top] = "H56", "H41", "H41"
	for code, agency := range owners {
		if p := h.declare(code, agency); p.Status != approval.PlanFull || p.Basis != approval.ByControls || p.Holds != until {
			t.Fatalf("%s declared: %+v", code, p)
		}
	}
	return h, platform, key, owners
}

// TestFullEndsByTime: in the instant in which the first evidence runs out, the
// system's own or that of its origin, the plan is one in part and the gate
// denies; an instant before it allows until then. Nothing is written.
func TestFullEndsByTime(t *testing.T) {
	h, _, _, owners := tower(t, "2027-03-31")
	end := law.Day("2027-04-01").Time()
	for code := range owners {
		v := h.asked(code, end.Add(-time.Nanosecond))
		if v.Decision != gate.Allow || v.ValidUntil == nil || !v.ValidUntil.Equal(end) {
			t.Errorf("%s before the end: %s until %v: %+v", code, v.Decision, v.ValidUntil, v.Reasons)
		}
		v = h.asked(code, end)
		if v.Decision != gate.Deny || !slices.ContainsFunc(v.Reasons, func(r gate.Reason) bool { return r.ID == law.ReasonOperatingPlanNotFull }) {
			t.Errorf("%s at the end: %s, %+v", code, v.Decision, v.Reasons)
		}
		for at, want := range map[time.Time]approval.PlanStatus{end.Add(-time.Nanosecond): approval.PlanFull, end: approval.PlanPart} {
			sts, _, err := h.store.Standings(ctx, at, code)
			if err != nil || sts[0].Plan != want {
				t.Errorf("%s at %v: %s, %v", code, at, sts[0].Plan, err)
			}
		}
	}
	h.clock.T = end
	err := h.store.View(ctx, storetest.Keeper(), func(r approval.Reader) error {
		for day, want := range map[law.Day]int{"2027-03-31": 4, "2027-04-01": 0} {
			p, err := r.Search(approval.Filter{Plan: approval.PlanFull, State: "deployed", Today: day})
			if err != nil || p.Total != want {
				t.Errorf("%s: %d in the list in full, %v", day, p.Total, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	h.sound()
}

// TestWhatTakesAwayIsFollowed: each act that takes something away at the
// platform closes the gate for every system that stands on it, in its own
// transaction, with an entry of each; giving it back opens nothing without a
// declaration.
func TestWhatTakesAwayIsFollowed(t *testing.T) {
	for name, act := range map[string]func(h *house, platform, key string) error{
		"answer worsened": func(h *house, platform, key string) error {
			return h.answers(platform, plan.AnswerInput{Key: key, Seen: h.sheet(platform).States[0].Answer.No, Result: plan.NotMet})
		},
		"check found it lacking": func(h *house, platform, key string) error {
			return second(h.Check(ctx, unit, platform, []plan.CheckInput{{Answer: h.sheet(platform).States[0].Answer.No, Outcome: plan.Lacking, Note: "Thiếu"}}))
		},
		"offer ended": func(h *house, platform, key string) error {
			return second(h.Offer(ctx, officer, platform, h.sheet(platform).List, nil, plan.EveryBody))
		},
		"platform retired": func(h *house, platform, key string) error {
			f, err := h.office.File(ctx, officer, platform)
			if err == nil {
				_, err = h.office.Retire(ctx, officer, platform, f.System.Version, "Hết")
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, platform, key, owners := tower(t, "")
			for code := range owners {
				if v := h.asked(code, h.clock.T); v.Decision != gate.Allow || v.ValidUntil != nil && law.DayOf(*v.ValidUntil) < "2027-06-01" {
					t.Fatalf("%s before: %s until %v", code, v.Decision, v.ValidUntil)
				}
			}
			before := h.entries()
			if err := act(h, platform, key); err != nil {
				t.Fatal(err)
			}
			kept := name == "offer ended" // there the platform itself lost nothing
			for code := range owners {
				v := h.asked(code, h.clock.T)
				if want := map[bool]string{true: gate.Allow, false: gate.Deny}[kept && code == platform]; v.Decision != want {
					t.Errorf("%s after: %s, %+v", code, v.Decision, v.Reasons)
				}
			}
			want := before + 5
			if kept || name == "platform retired" {
				want = before + 4
			}
			if n := h.entries(); n != want {
				t.Errorf("%d entries, want %d", n-before, want-before)
			}
			h.sound()
		})
	}
}

func (h *house) entries() int64 {
	h.Helper()
	var n int64
	err := h.store.View(ctx, storetest.Keeper(), func(r approval.Reader) error {
		head, err := r.Head()
		n = head.Size
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return n
}

// TestRenewedEvidence: evidence that is renewed in time lengthens what is
// declared, evidence with an earlier end shortens it; once lapsed, only a
// declaration makes it full again.
func TestRenewedEvidence(t *testing.T) {
	h, platform, key, owners := tower(t, "2027-03-31")
	renew := func(until law.Day) {
		t.Helper()
		if err := h.answers(platform, plan.AnswerInput{Key: key, Seen: h.sheet(platform).States[0].Answer.No, Result: plan.Met,
			Evidence: []plan.Evidence{{Kind: plan.Document, Ref: "2/BB", On: "2026-11-01", Until: until}}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, until := range []law.Day{"2027-05-31", "2027-01-31", ""} {
		renew(until)
		for code := range owners {
			if _, p := h.plans(code); p.Status != approval.PlanFull || p.Holds != until {
				t.Errorf("%s renewed until %q: %+v", code, until, p)
			}
		}
	}
	renew("2027-01-31")
	h.clock.T = storetest.At("2027-02-01").T
	renew("2027-12-31")
	for code, agency := range owners {
		if v := h.asked(code, h.clock.T); v.Decision != gate.Deny {
			t.Errorf("%s: full again without a declaration", code)
		}
		if p := h.declare(code, agency); p.Status != approval.PlanFull || p.Holds != "2027-12-31" {
			t.Errorf("%s declared again: %+v", code, p)
		}
	}
	h.sound()
}

// TestReviewPeriodEnds: a check that grows too old ends a plan in full too.
func TestReviewPeriodEnds(t *testing.T) {
	h := open(t, "2026-11-22")
	code := h.lead("Một cửa", storetest.Confirmed)
	h.fill(code, nil)
	var first law.Day
	for _, x := range h.sheet(code).States {
		if x.Control.ReviewMonths > 0 {
			if err := second(h.Check(ctx, unit, code, []plan.CheckInput{{Answer: x.Answer.No, Outcome: plan.Accepted, Note: ""}})); err != nil {
				t.Fatal(err)
			}
			if d := law.Day("2026-11-22").AddMonths(x.Control.ReviewMonths); first == "" || d < first {
				first = d
			}
		}
	}
	if first == "" {
		t.Fatal("no control of this list has a period of review")
	}
	if p := h.declare(code, "H56"); p.Holds != first {
		t.Errorf("holds until %q, want %s", p.Holds, first)
	}
}

// TestWordsAreLeftAlone: a plan declared before any control was answered stands
// as declared while answers come in.
func TestWordsAreLeftAlone(t *testing.T) {
	h := open(t, "2026-11-22")
	code := h.lead("Một cửa", storetest.Deployed)
	n, _ := h.plans(code)
	if err := h.answers(code, plan.AnswerInput{Key: h.sheet(code).States[0].Control.Key, Result: plan.NotMet}); err != nil {
		t.Fatal(err)
	}
	if m, p := h.plans(code); m != n || p.Status != approval.PlanFull || p.Basis != approval.ByWord {
		t.Errorf("%d declarations, then %d: %+v", n, m, p)
	}
}

// TestPartEndsByTime: a roadmap ends when a control lapses of which no day is
// said.
func TestPartEndsByTime(t *testing.T) {
	h := open(t, "2026-11-22")
	code := h.lead("Một cửa", storetest.Confirmed)
	ss := h.sheet(code).States
	lapse, gap := ss[0].Control.Key, ss[1].Control.Key
	h.fill(code, func(in *plan.AnswerInput) {
		switch in.Key {
		case lapse:
			in.Evidence = []plan.Evidence{{Kind: plan.Document, Ref: "1", Until: "2027-01-31"}}
		case gap:
			in.Result, in.Due = plan.NotMet, "2027-06-30"
		}
	})
	if p := h.declare(code, "H56"); p.Status != approval.PlanPart || p.RoadmapUntil != "2027-06-30" || p.Holds != "2027-01-31" {
		t.Fatalf("declared: %+v", p)
	}
	end := law.Day("2027-02-01").Time()
	for at, want := range map[time.Time]string{end.Add(-time.Nanosecond): gate.Allow, end: gate.Deny} {
		if v := h.asked(code, at); v.Decision != want {
			t.Errorf("at %v: %s, %+v", at, v.Decision, v.Reasons)
		}
	}
	h.sound()
}
