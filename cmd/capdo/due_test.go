package main

import (
	"slices"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/notice"
	"capdo/internal/plan"
	"capdo/internal/review"
	"capdo/internal/store/storetest"
)

// item finds what falls due of a kind for a system in a person's calendar, nil
// when it is not there.
func (c *castle) item(t *testing.T, a approval.Actor, kind plan.Kind, code string) *plan.Item {
	t.Helper()
	items, err := c.plans.Agenda(t.Context(), a, plan.Mine, "")
	c.must(t, err)
	i := slices.IndexFunc(items, func(it plan.Item) bool { return it.Kind == kind && it.System == code })
	if i < 0 {
		return nil
	}
	return &items[i]
}

// told tells whether an account is told on a day that something of a system is due.
func (c *castle) told(t *testing.T, a approval.Actor, code string, on law.Day) bool {
	t.Helper()
	events, err := c.fallsDue(t.Context(), a, on.AddDays(-1), on)
	c.must(t, err)
	return slices.ContainsFunc(events, func(e notice.Event) bool { return e.Kind == notice.Due && e.System == code })
}

// TestDelegateGetsWhatFallsDue: while a delegation runs, what falls due for the
// lender within its scope stands in the delegate's calendar, is told, and the
// delegate may know what happens to the system; nothing beyond.
func TestDelegateGetsWhatFallsDue(t *testing.T) {
	c := found(t)
	mps, clerk := storetest.Actor(law.RoleMPS, "G01"), storetest.Actor(law.RoleOperator, "G01")
	c.enter(t, clerk)
	lend := func(by approval.Actor, to string, codes ...string) {
		_, err := c.delegations().Give(t.Context(), by, approval.DelegationInput{To: to, Levels: []law.Level{3, 4}, Systems: codes, From: "2026-11-22", Until: "2026-12-01", Number: "1/UQ", DocumentOn: "2026-11-20"})
		c.must(t, err)
	}
	deputy := approval.Actor{Person: "p.deputy.H56", Account: "deputy.H56", Capacity: law.RoleOwner, Body: "H56"}
	of := map[string]approval.System{}
	for _, name := range []string{"Một cửa", "Hai cửa"} {
		of[name] = storetest.Lead(t, c.office, "H56", name, storetest.Submitted)
	}
	code, beside := of["Một cửa"].Code, of["Hai cửa"].Code
	if c.item(t, deputy, plan.DueDossier, code) != nil {
		t.Fatal("the appraisal is the deputy's before it was lent")
	}
	lend(storetest.Actor(law.RoleSpecialisedUnit, "H56"), deputy.Account, code)
	it := c.item(t, deputy, plan.DueDossier, code)
	if it == nil || it.Under == nil || it.Under.Number != "1/UQ" || c.item(t, deputy, plan.DueDossier, beside) != nil {
		t.Fatalf("in the deputy's calendar: %+v", it)
	}
	if on := it.Day.AddDays(-c.book.Policy().DueSoonDays); !c.told(t, deputy, code, on) || c.told(t, deputy, beside, on) || c.told(t, deputy, code, on.AddDays(1)) {
		t.Error("the deputy is told otherwise than once, of what was lent")
	}
	items, err := c.plans.Agenda(t.Context(), deputy, plan.OfAgency, "")
	c.must(t, err)
	if slices.ContainsFunc(items, func(it plan.Item) bool { return it.Under != nil }) {
		t.Error("the agency's calendar knows whose delegate looks at it")
	}

	// Who sees nothing by itself.
	lend(mps, clerk.Account, code)
	lent, err := c.lent(t.Context(), clerk)
	c.must(t, err)
	for system, want := range map[string]bool{code: true, beside: false, "H56-9999": false} {
		if got, err := c.reached(t.Context(), clerk, &lent[0], system); err != nil || got != want {
			t.Errorf("%s within the clerk's reach: %t, %v", system, got, err)
		}
	}
}

// TestConsultedBodyIsReminded: a request stands in the calendar of who may answer,
// and is told on its last day, also when that is near.
func TestConsultedBodyIsReminded(t *testing.T) {
	c := found(t)
	s := storetest.Lead(t, c.office, "H56", "Một cửa", storetest.Submitted)
	asked, other := storetest.Actor(law.RoleSpecialisedUnit, "H41"), storetest.Actor(law.RoleOperator, "H41")
	c.must(t, c.panel().Ask(t.Context(), storetest.Actor(law.RoleSpecialisedUnit, "H56"), s.Code, review.AskInput{Body: "H41", Question: "?", Due: "2026-11-23", Digest: s.Last().Digest}))
	if it := c.item(t, asked, plan.DueOpinion, s.Code); it == nil || it.Day != "2026-11-23" {
		t.Errorf("in the calendar of the body asked: %+v", it)
	}
	if !c.told(t, asked, s.Code, "2026-11-23") || c.told(t, asked, s.Code, "2026-11-22") {
		t.Error("the body asked is not told on the last day")
	}
	if c.item(t, other, plan.DueOpinion, s.Code) != nil || c.told(t, other, s.Code, "2026-11-23") {
		t.Error("somebody who does not answer is reminded")
	}
	c.must(t, c.panel().Answer(t.Context(), asked, s.Code, review.AnswerInput{Outcome: approval.Agree, Digest: s.Last().Digest}))
	if c.item(t, asked, plan.DueOpinion, s.Code) != nil {
		t.Error("reminded after the answer")
	}
}
