package plan_test

import (
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/store/storetest"
)

// TestFindingClosedByAFile: a finding is closed by a file attached to it, once that
// is scanned; another person checks it; it opens again when the check finds it
// lacking, or when the file is removed or quarantined, and the calendar says so.
func TestFindingClosedByAFile(t *testing.T) {
	h := open(t, "2026-11-22")
	blind := &eyes{err: errBlind}
	desk := h.papers(blind)
	code := h.lead("Một cửa", storetest.Confirmed)
	p, err := h.Find(ctx, unit, code, plan.FindingInput{On: "2026-11-20", Says: "Chưa tách vùng", Role: "network", Due: "2026-12-20"})
	if err != nil {
		t.Fatal(err)
	}
	no := p.Findings[0].No
	attach := func(of attachment.Of, text string) int {
		t.Helper()
		doc, err := desk.Attach(ctx, officer, attachment.Upload{System: code, Of: of, Name: "Biên bản.txt", Body: strings.NewReader(text)})
		if err != nil {
			t.Fatal(err)
		}
		return doc.No
	}
	closed := func(doc int) error {
		_, err := h.Close(ctx, officer, code, plan.ClosingInput{Finding: no, Evidence: []plan.Evidence{{Kind: plan.File, Document: doc}}})
		return err
	}
	check := func(a approval.Actor, outcome plan.Outcome) error {
		p, err := h.Plan(ctx, unit, code)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.Check(ctx, a, code, []plan.CheckInput{{Closing: p.Closings[len(p.Closings)-1].No, Outcome: outcome, Note: "Thiếu ảnh"}})
		return err
	}
	stands := func(when string, open bool, because plan.Lapse, verified bool) {
		t.Helper()
		s := h.sheet(code)
		e, _ := s.Plan.EndOf(no, false)
		if e.Because != because || e.Verified() != verified || (len(s.Plan.Open(false)) == 1) != open {
			t.Errorf("%s: %+v, %d open", when, e, len(s.Plan.Open(false)))
		}
		items, err := h.Agenda(ctx, officer, plan.OfAgency, "")
		if err != nil {
			t.Fatal(err)
		}
		due := false
		for _, it := range items {
			due = due || it.Kind == plan.DueFinding && it.Day == "2026-12-20"
		}
		if due != open {
			t.Errorf("%s: in the calendar %v", when, due)
		}
	}
	beside := attach(attachment.Control(h.sheet(code).States[0].Control.Key), "của biện pháp")
	refusedAs(t, closed(beside), "evidence-file")
	refusedAs(t, closed(99), "evidence-file")
	first := attach(attachment.Finding(no), "ảnh 1")
	if err := closed(first); err != nil {
		t.Fatal(err)
	}
	stands("while the file waits for the scanner", true, plan.LapsedHeld, false)
	refusedAs(t, check(unit, plan.Accepted), "closing-lapsed")
	blind.err = nil
	if _, err := desk.ScanHeld(ctx); err != nil {
		t.Fatal(err)
	}
	stands("once it is scanned", false, "", false)
	refusedAs(t, closed(first), "finding-not-open")
	refusedAs(t, check(officer, plan.Accepted), "wrong-actor")
	twice := unit
	twice.Person = officer.Person
	refusedAs(t, check(twice, plan.Accepted), "four-eyes")
	refusedAs(t, check(storetest.Actor(law.RoleSpecialisedUnit, "H41"), plan.Accepted), "not-found")
	refusedAs(t, check(unit, plan.Withdrawn), "nothing-accepted")
	if err := check(unit, plan.Accepted); err != nil {
		t.Fatal(err)
	}
	stands("checked", false, "", true)
	if err := check(unit, plan.Lacking); err != nil {
		t.Fatal(err)
	}
	stands("found lacking", true, plan.LapsedWithdrawn, false)
	second := attach(attachment.Finding(no), "ảnh 2")
	if err := closed(second); err != nil {
		t.Fatal(err)
	}
	stands("closed again", false, "", false)
	if _, err := desk.Remove(ctx, officer, code, second); err != nil {
		t.Fatal(err)
	}
	stands("its file removed", true, plan.LapsedFile, false)
	*blind = eyes{found: "Test.Virus"}
	refusedAs(t, closed(attach(attachment.Finding(no), "mã độc")), "evidence-quarantined")
	h.sound()
}
