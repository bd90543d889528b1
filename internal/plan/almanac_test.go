package plan_test

import (
	"reflect"
	"testing"
	"time"

	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/store/storetest"
)

// TestAlmanac: whatever happened meanwhile, at a platform, to a document, by time
// alone, who sees every system is told what a first look would tell.
func TestAlmanac(t *testing.T) {
	h, platform, key, _ := tower(t, "2027-03-31")
	desk := h.papers(nil)
	ministry := storetest.Actor(law.RoleMPS, "G01")
	look := func(what string) []plan.Item {
		t.Helper()
		kept, err := h.Agenda(ctx, ministry, plan.OfCountry, "")
		if err != nil {
			t.Fatal(err)
		}
		fresh := &plan.Room{Store: h.Store, Book: h.Book, Lists: h.Lists, Clock: h.Clock}
		anew, err := fresh.Agenda(ctx, ministry, plan.OfCountry, "")
		if err != nil || !reflect.DeepEqual(kept, anew) {
			t.Errorf("%s: %d items kept, %d counted anew, %v", what, len(kept), len(anew), err)
		}
		return kept
	}
	last := look("first")
	if again := look("again"); !reflect.DeepEqual(again, last) {
		t.Error("looked again: not the same")
	}
	var doc int
	for _, step := range []struct {
		what string
		act  func() error
	}{
		{"a finding", func() error {
			return second(h.Find(ctx, officer, platform, plan.FindingInput{On: "2026-11-01", Says: "Thiếu", Role: "operator", Due: "2026-12-31"}))
		}},
		{"evidence of the platform", func() error {
			doc = h.upload(desk, platform, key, "x").No
			return h.answers(platform, plan.AnswerInput{Key: key, Seen: h.sheet(platform).States[0].Answer.No, Result: plan.Met, Evidence: []plan.Evidence{{Kind: plan.File, Document: doc, Until: "2027-01-31"}}})
		}},
		{"its file removed", func() error { return second(desk.Remove(ctx, officer, platform, doc)) }},
		{"the platform handed on", func() error { h.hand(platform); return nil }},
		{"a drill", func() error {
			return second(h.KeepYear(ctx, officer, "H56", 2026, plan.YearInput{On: "2026-11-01", Says: "Diễn tập"}))
		}},
		{"an hour", func() error { h.clock.T = h.clock.T.Add(time.Hour); return nil }},
		{"a month", func() error { h.clock.T = h.clock.T.AddDate(0, 1, 0); return nil }},
		{"a day back", func() error { h.clock.T = h.clock.T.AddDate(0, 0, -1); return nil }},
	} {
		if err := step.act(); err != nil {
			t.Fatal(step.what, err)
		}
		next := look(step.what)
		if reflect.DeepEqual(next, last) && step.what != "an hour" && step.what != "a day back" {
			t.Errorf("%s changed nothing: a test that sees nothing", step.what)
		}
		last = next
	}

	// Day by day, over the end of evidence and of a check, and with a dossier in hand.
	code := h.lead("Hai cửa", storetest.Confirmed)
	h.lead("Ba cửa", storetest.Submitted)
	day := law.DayOf(h.clock.T)
	h.fill(code, func(in *plan.AnswerInput) {
		if in.Key == key {
			in.Evidence = []plan.Evidence{{Kind: plan.Document, Ref: "1/QĐ", Until: day.AddDays(4)}}
		}
	})
	changed := 0
	for range 20 {
		h.clock.T = h.clock.T.AddDate(0, 0, 1)
		next := look("a day on")
		if !reflect.DeepEqual(next, last) {
			changed++
		}
		last = next
	}
	if changed == 0 {
		t.Errorf("on %d of 20 days something else was due", changed)
	}
}
