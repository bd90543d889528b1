package plan_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/controls"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// house is a room of plans over a register of its own.
type house struct {
	*testing.T
	*plan.Room
	office *approval.Office
	store  *store.Store
	clock  *storetest.Clock
	dir    string
}

func open(t *testing.T, day law.Day) *house {
	t.Helper()
	h := &house{T: t, clock: storetest.At(day), dir: t.TempDir()}
	h.office, h.store = storetest.OfficeIn(t, h.dir, h.clock)
	lists, err := controls.Load()
	if err != nil {
		t.Fatal(err)
	}
	h.Room = &plan.Room{Store: h.store.Plans(), Book: h.office.Book, Lists: lists, Clock: h.clock.Now}
	h.office.Measure, h.office.Follow = h.Deployed, h.Follow
	return h
}

var (
	ctx     = context.Background()
	officer = storetest.Actor(law.RoleOperator, "H56")
	unit    = storetest.Actor(law.RoleSpecialisedUnit, "H56")
	ours331 = plan.List{Rules: law.R331, Level: 3}
)

func (h *house) lead(name string, to storetest.Step) string {
	h.Helper()
	return storetest.Lead(h.T, h.office, "H56", name, to).Code
}

// fill answers every control of the list a system follows.
func (h *house) fill(code string, change func(*plan.AnswerInput)) {
	h.Helper()
	s := h.sheet(code)
	var ins []plan.AnswerInput
	for _, x := range s.States {
		in := plan.AnswerInput{Key: x.Control.Key, Result: plan.Met, How: "Đã thực hiện", Role: "operator"}
		if x.Answer != nil {
			in.Seen = x.Answer.No
		}
		if change != nil {
			change(&in)
		}
		ins = append(ins, in)
	}
	if _, err := h.Answer(ctx, officer, code, s.List, ins); err != nil {
		h.Fatal(err)
	}
}

func (h *house) sheet(code string) plan.Sheet {
	h.Helper()
	s, err := h.Sheet(ctx, officer, code, nil)
	if err != nil {
		h.Fatal(err)
	}
	return s
}

func (h *house) answers(code string, ins ...plan.AnswerInput) error {
	h.Helper()
	_, err := h.Answer(ctx, officer, code, h.sheet(code).List, ins)
	return err
}

// refusedAs fails unless err is a refusal by a rule.
func refusedAs(t *testing.T, err error, rule string) {
	t.Helper()
	var r *approval.Refusal
	if !errors.As(err, &r) || !slices.ContainsFunc(r.Findings, func(f approval.Finding) bool { return f.Rule == rule && f.Says.VI != "" && f.Says.EN != "" }) {
		t.Errorf("got %v, want a refusal by %s", err, rule)
	}
}

// sound fails unless the register equals its ledger.
func (h *house) sound() {
	h.Helper()
	r, err := h.store.Verify(ctx)
	if err != nil {
		h.Fatal(err)
	}
	for _, v := range r.Violations {
		h.Errorf("verify: %+v", v)
	}
}

// TestThreeNumbers: declared, verified and expired are told apart, and what
// runs out is a part of what was declared.
func TestThreeNumbers(t *testing.T) {
	h := open(t, "2026-11-22")
	code := h.lead("Một cửa", storetest.Confirmed)
	if n := h.sheet(code).Numbers; n.Unanswered != n.Total || n.Total < 60 || n.Declared != 0 {
		t.Fatalf("before: %+v", n)
	}
	key := h.sheet(code).States[0].Control.Key
	h.fill(code, func(in *plan.AnswerInput) {
		if in.Key == key {
			in.Evidence = []plan.Evidence{{Kind: plan.Document, Ref: "12/QĐ", On: "2026-01-01", Until: "2026-12-31"}}
		}
	})
	s := h.sheet(code)
	if n := s.Numbers; n.Declared != n.Total || n.Verified != 0 || n.Expired != 0 || s.Measure.Status != approval.PlanFull {
		t.Fatalf("declared: %+v, %+v", n, s.Measure)
	}
	refusedAs(t, second(h.Check(ctx, storetest.Actor(law.RoleSpecialisedUnit, "H41"), code, []plan.CheckInput{{Answer: s.States[0].Answer.No, Outcome: plan.Accepted, Note: ""}})), "not-found")
	same := unit
	same.Person = officer.Person
	refusedAs(t, second(h.Check(ctx, same, code, []plan.CheckInput{{Answer: s.States[0].Answer.No, Outcome: plan.Accepted, Note: ""}})), "four-eyes")
	refusedAs(t, second(h.Check(ctx, officer, code, []plan.CheckInput{{Answer: s.States[0].Answer.No, Outcome: plan.Accepted, Note: ""}})), "wrong-actor")
	if _, err := h.Check(ctx, unit, code, []plan.CheckInput{{Answer: s.States[0].Answer.No, Outcome: plan.Accepted, Note: ""}, {Answer: s.States[1].Answer.No, Outcome: plan.Lacking, Note: "Thiếu quyết định"}}); err != nil {
		t.Fatal(err)
	}
	if n := h.sheet(code).Numbers; n.Declared != n.Total || n.Verified != 1 || n.Expired != 1 {
		t.Errorf("checked: %+v", n)
	}
	h.clock.T = storetest.At("2027-01-01").T
	s = h.sheet(code)
	if n := s.Numbers; n.Declared != n.Total || n.Verified != 0 || n.Expired != 2 || s.States[0].Because != plan.LapsedEvidence || s.States[1].Because != plan.LapsedWithdrawn {
		t.Errorf("lapsed: %+v, %s, %s", n, s.States[0].Because, s.States[1].Because)
	}
	if s.Measure.Status != approval.PlanPart || len(s.Gaps) != 2 {
		t.Errorf("measure after the lapse: %+v, %d gaps", s.Measure, len(s.Gaps))
	}
	h.sound()
}

func second[T any](_ T, err error) error { return err }

// TestAnswersAreRefused: each wrong answer names its rule, and nothing is
// written.
func TestAnswersAreRefused(t *testing.T) {
	h := open(t, "2026-11-22")
	code := h.lead("Một cửa", storetest.Stated)
	key := h.sheet(code).States[0].Control.Key
	for rule, in := range map[string]plan.AnswerInput{
		"result-missing":      {},
		"reason-missing":      {Result: plan.NotApplicable, How: " "},
		"origin-missing":      {Result: plan.Inherited},
		"origin-self":         {Result: plan.Inherited, Origin: code},
		"origin-offers-not":   {Result: plan.Inherited, Origin: "H41-0001"},
		"role-unknown":        {Result: plan.Met, Role: "Ông A"},
		"cost-unknown":        {Result: plan.Met, Cost: "x"},
		"date-invalid":        {Result: plan.Met, Due: "2026-02-31"},
		"evidence-link":       {Result: plan.Met, Evidence: []plan.Evidence{{Kind: plan.Link, Ref: "javascript:alert(1)"}}},
		"evidence-kind":       {Result: plan.Met, Evidence: []plan.Evidence{{Ref: "a"}}},
		"evidence-missing":    {Result: plan.Met, Evidence: []plan.Evidence{{Kind: plan.Document, On: "2026-01-01"}}},
		"date-in-future":      {Result: plan.Met, Evidence: []plan.Evidence{{Kind: plan.Document, Ref: "1", On: "2027-01-01"}}},
		"evidence-ends":       {Result: plan.Met, Evidence: []plan.Evidence{{Kind: plan.Document, Ref: "1", On: "2026-02-01", Until: "2026-01-01"}}},
		"too-long":            {Result: plan.Met, How: strings.Repeat("a", 4001)},
		"answer-changed":      {Result: plan.Met, Seen: 7},
		"control-not-in-list": {Key: "none", Result: plan.Met},
	} {
		if in.Key == "" {
			in.Key = key
		}
		refusedAs(t, h.answers(code, in), rule)
	}
	refusedAs(t, second(h.Answer(ctx, unit, code, ours331, []plan.AnswerInput{{Key: key, Result: plan.Met}})), "wrong-actor")
	refusedAs(t, second(h.Answer(ctx, storetest.Actor(law.RoleOperator, "H41"), code, ours331, []plan.AnswerInput{{Key: key, Result: plan.Met}})), "not-found")
	if n := h.sheet(code).Plan.Version; n != 0 {
		t.Errorf("%d rows after refusals", n)
	}
	if err := h.answers(code, plan.AnswerInput{Key: key, Result: plan.Met}); err != nil {
		t.Fatal(err)
	}
	refusedAs(t, h.answers(code, plan.AnswerInput{Key: key, Result: plan.NotMet}), "answer-changed")
	refusedAs(t, h.answers(code, plan.AnswerInput{Key: key, Result: plan.Met, Seen: 1}), "nothing-new")
	h.sound()
}

// TestInheritedIsNeverCopied: what lapses at the platform lapses in every
// system that stands on it, without an act there.
func TestInheritedIsNeverCopied(t *testing.T) {
	h := open(t, "2026-11-22")
	platform, code := h.lead("Trung tâm dữ liệu", storetest.Confirmed), h.lead("Một cửa", storetest.Confirmed)
	far := storetest.Lead(t, h.office, "H41", "Một cửa Nghệ An", storetest.Confirmed).Code
	nghean := storetest.Actor(law.RoleOperator, "H41")
	s := h.sheet(platform)
	key, at := s.States[0].Control.Key, s.List
	in := plan.AnswerInput{Key: key, Result: plan.Inherited, Origin: platform}
	refusedAs(t, h.answers(code, in), "origin-offers-not")
	refusedAs(t, second(h.Offer(ctx, officer, platform, at, []string{key}, plan.OwnBody)), "offer-not-met")
	if err := h.answers(platform, plan.AnswerInput{Key: key, Result: plan.Met, Evidence: []plan.Evidence{{Kind: plan.Document, Ref: "1/BB", On: "2026-06-01", Until: "2027-05-31"}}}); err != nil {
		t.Fatal(err)
	}
	offer := func(to plan.Audience, keys ...string) {
		t.Helper()
		if _, err := h.Offer(ctx, officer, platform, at, keys, to); err != nil {
			t.Fatal(err)
		}
	}
	offer(plan.OwnBody, key)
	if err := h.answers(code, in); err != nil {
		t.Fatal(err)
	}
	refusedAs(t, second(h.Answer(ctx, nghean, far, at, []plan.AnswerInput{in})), "origin-offers-not")
	offer(plan.EveryBody, key)
	if _, err := h.Answer(ctx, nghean, far, at, []plan.AnswerInput{in}); err != nil {
		t.Fatal(err)
	}
	state := func() plan.State { return h.sheet(code).States[0] }
	other := func() plan.State {
		s, err := h.Sheet(ctx, nghean, far, nil)
		if err != nil {
			t.Fatal(err)
		}
		return s.States[0]
	}
	if x := state(); !x.Holds() || x.Verified || x.Until != "2027-05-31" {
		t.Fatalf("inherited: %+v", x)
	}
	no := h.sheet(platform).States[0].Answer.No
	check := func(o plan.Outcome) {
		t.Helper()
		if _, err := h.Check(ctx, unit, platform, []plan.CheckInput{{Answer: no, Outcome: o, Note: "Kiểm tra tại chỗ"}}); err != nil {
			t.Fatal(err)
		}
	}
	check(plan.Accepted)
	if !state().Verified || !other().Verified {
		t.Error("verified at the origin, not here")
	}
	before := h.sheet(code).Plan.Version
	check(plan.Withdrawn)
	if x := state(); x.Holds() || x.Because != plan.LapsedOrigin || other().Holds() {
		t.Errorf("withdrawn at the origin: %+v", x)
	}
	check(plan.Accepted)
	h.clock.T = storetest.At("2027-06-01").T
	if x := state(); x.Holds() || other().Holds() {
		t.Errorf("the evidence of the origin ran out: %+v", x)
	}
	h.clock.T = storetest.At("2026-11-23").T
	offer(plan.EveryBody)
	if x := state(); x.Holds() || other().Holds() {
		t.Errorf("no longer offered: %+v", x)
	}
	if h.sheet(code).Plan.Version != before {
		t.Error("a lapse wrote something")
	}
	h.sound()
}

// TestRingsHoldNothing: two systems that inherit from each other hold nothing.
func TestRingsHoldNothing(t *testing.T) {
	h := open(t, "2026-11-22")
	a, b := h.lead("A", storetest.Confirmed), h.lead("B", storetest.Confirmed)
	s := h.sheet(a)
	key := s.States[0].Control.Key
	for _, code := range []string{a, b} {
		if err := h.answers(code, plan.AnswerInput{Key: key, Result: plan.Met}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Offer(ctx, officer, code, s.List, []string{key}, plan.OwnBody); err != nil {
			t.Fatal(err)
		}
	}
	for code, from := range map[string]string{a: b, b: a} {
		if err := h.answers(code, plan.AnswerInput{Key: key, Seen: 1, Result: plan.Inherited, Origin: from}); err != nil {
			t.Fatal(err)
		}
	}
	if x := h.sheet(a).States[0]; x.Holds() || x.Because != plan.LapsedOrigin {
		t.Errorf("a ring holds: %+v", x)
	}
}

// TestDeclarationFollowsControls: an officer may not declare what the controls
// deny; the roadmap ends with the last gap.
func TestDeclarationFollowsControls(t *testing.T) {
	h := open(t, "2026-11-22")
	code := h.lead("Một cửa", storetest.Confirmed)
	declare := func(status approval.PlanStatus) (approval.System, error) {
		f, err := h.office.File(ctx, officer, code)
		if err != nil {
			t.Fatal(err)
		}
		return h.office.DeclarePlan(ctx, officer, code, f.System.Version, approval.PlanInput{Status: status, On: "2026-11-22"})
	}
	if s, err := declare(approval.PlanFull); err != nil || s.Plans[0].Status != approval.PlanFull {
		t.Fatalf("while nothing is answered the word stands: %v", err)
	}
	h.fill(code, func(in *plan.AnswerInput) {
		if in.Key == h.sheet(code).States[3].Control.Key {
			in.Result, in.Due, in.Cost = plan.NotMet, "2027-03-31", "minor"
		}
	})
	refusedAs(t, second(declare(approval.PlanFull)), "plan-against-controls")
	s, err := declare(approval.PlanPart)
	if err != nil {
		t.Fatal(err)
	}
	if p := s.Plans[len(s.Plans)-1]; p.Status != approval.PlanPart || p.RoadmapUntil != "2027-03-31" {
		t.Errorf("declared: %+v", p)
	}
	if st := s.Standing(h.clock.T); st.Plan != approval.PlanPart || st.RoadmapUntil != "2027-03-31" {
		t.Errorf("the gate reads %s until %s", st.Plan, st.RoadmapUntil)
	}
	h.fill(code, nil)
	refusedAs(t, second(declare(approval.PlanPart)), "plan-against-controls")
	if s, err := declare(""); err != nil || s.Plans[len(s.Plans)-1].Status != approval.PlanFull {
		t.Errorf("what is computed is recorded: %v", err)
	}
	h.sound()
}

// TestPlanRowsAreFinal: neither the program nor a hand in the file changes what
// was said, and verify sees a number that was bent.
func TestPlanRowsAreFinal(t *testing.T) {
	h := open(t, "2026-11-22")
	code := h.lead("Một cửa", storetest.Confirmed)
	if err := h.answers(code, plan.AnswerInput{Key: h.sheet(code).States[0].Control.Key, Result: plan.Met}); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(h.dir, store.FileName)+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range []string{"UPDATE plan_row SET body = '{}'", "DELETE FROM plan_row", "INSERT OR REPLACE INTO plan_row SELECT * FROM plan_row", "DELETE FROM plan_head",
		`INSERT INTO plan_row VALUES ((SELECT id FROM system LIMIT 1), 2, 'check', '{"answer":1,"by":{"person":"` + officer.Person + `"}}', '')`} {
		if _, err := db.Exec(q); err == nil {
			t.Errorf("%s: done", q)
		}
	}
	h.sound()
	if _, err := db.Exec("UPDATE plan_head SET verified = 1"); err != nil {
		t.Fatal(err)
	}
	r, err := h.store.Verify(ctx)
	if err != nil || len(r.Violations) != 1 || r.Violations[0].Object != plan.Object(code) {
		t.Errorf("bent numbers: %+v, %v", r.Violations, err)
	}
}

// TestBulk answers one control over several systems; each is an act of its own.
func TestBulk(t *testing.T) {
	h := open(t, "2026-11-22")
	a, b, none := h.lead("A", storetest.Confirmed), h.lead("B", storetest.Confirmed), h.lead("C", storetest.Registered)
	far := storetest.Lead(t, h.office, "H41", "D", storetest.Confirmed).Code
	key := h.sheet(a).States[2].Control.Key
	done, refused, err := h.Bulk(ctx, officer, map[string]int{a: 0, b: 0, none: 0, far: 0}, law.R331, plan.AnswerInput{Key: key, Result: plan.Partly, Due: "2027-01-31"})
	if err != nil || !slices.Equal(done, []string{a, b}) || len(refused) != 2 || refused[far].Kind != approval.NotFound || refused[none].Findings[0].Rule != "other-list" {
		t.Errorf("bulk: %v, %v, %v", done, refused, err)
	}
	if x := h.sheet(b).States[2]; x.Result != plan.Partly {
		t.Errorf("after bulk: %+v", x)
	}
	h.sound()
}
