package plan_test

import (
	"slices"
	"testing"
	"time"

	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/store/storetest"
)

// TestBetween: which controls are answered otherwise now than at a moment, and in
// which parts; what went back to what it was is no difference, and another list is
// compared control by control.
func TestBetween(t *testing.T) {
	h := open(t, "2026-11-22")
	code := h.lead("Một cửa", storetest.Confirmed)
	at := h.sheet(code).List
	var keys []string
	for _, x := range h.sheet(code).States[:4] {
		keys = append(keys, x.Control.Key)
	}
	say := func(key string, in plan.AnswerInput) {
		t.Helper()
		in.Key = key
		for _, x := range h.sheet(code).States {
			if x.Control.Key == key && x.Answer != nil {
				in.Seen = x.Answer.No
			}
		}
		if err := h.answers(code, in); err != nil {
			t.Fatal(err)
		}
		h.clock.T = h.clock.T.Add(time.Minute)
	}
	proof := []plan.Evidence{{Kind: plan.Document, Ref: "12/QĐ", Until: "2027-01-01"}}
	say(keys[0], plan.AnswerInput{Result: plan.Partly, Due: "2027-01-01"})
	say(keys[1], plan.AnswerInput{Result: plan.Met, How: "a", Evidence: proof})
	say(keys[2], plan.AnswerInput{Result: plan.Met, How: "a"})
	round := h.clock.T
	h.clock.T = h.clock.T.Add(time.Minute)
	say(keys[0], plan.AnswerInput{Result: plan.Met, How: "b"})
	say(keys[1], plan.AnswerInput{Result: plan.Met, How: "a"})
	say(keys[2], plan.AnswerInput{Result: plan.NotMet})
	say(keys[2], plan.AnswerInput{Result: plan.Met, How: "a"})
	say(keys[3], plan.AnswerInput{Result: plan.NotMet, Role: "operator"})
	p, err := h.Plan(ctx, officer, code)
	if err != nil {
		t.Fatal(err)
	}
	was, now := plan.Moment{At: round, List: at}, plan.Moment{List: at}
	got := h.Between(&p, was, now)
	want := []struct {
		key   string
		parts []plan.Part
	}{{keys[0], []plan.Part{plan.PartResult, plan.PartHow, plan.PartDue}}, {keys[1], []plan.Part{plan.PartEvidence}}, {keys[3], []plan.Part{plan.PartResult, plan.PartRole}}}
	if len(got) != len(want) {
		t.Fatalf("%d controls differ, want %d: %+v", len(got), len(want), got)
	}
	for i, w := range want {
		if got[i].Key != w.key || !slices.Equal(got[i].Parts, w.parts) {
			t.Errorf("%d: %s %v, want %s %v", i, got[i].Key, got[i].Parts, w.key, w.parts)
		}
	}
	if x := got[1]; len(x.Was.Evidence) != 1 || x.Was.Evidence[0].Ref != "12/QĐ" || x.Now.Evidence != nil || got[2].Was.Result != "" {
		t.Errorf("what was said: %+v", got)
	}
	if got := h.Between(&p, now, now); len(got) != 0 {
		t.Errorf("a plan differs from itself: %+v", got)
	}
	higher := plan.Moment{List: plan.List{Rules: law.R331, Level: 4}}
	got = h.Between(&p, now, higher) // nothing is answered there
	if len(got) != 4 || got[0].Now.Result != "" || got[0].Was.Result != plan.Met {
		t.Errorf("another list: %+v", got)
	}
}
