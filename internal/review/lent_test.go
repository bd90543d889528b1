package review_test

import (
	"context"
	"slices"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/review"
	"capdo/internal/store/storetest"
)

// TestDelegateAtTheDesk: who acts under a delegation remarks and takes dossiers in
// hand as the lender could, within scope and term, as the person they are; every
// entry names the delegation.
func TestDelegateAtTheDesk(t *testing.T) {
	clock, ctx := storetest.At("2026-11-22"), context.Background()
	o, s := storetest.Office(t, clock)
	desk := &review.Desk{Store: s, Book: o.Book, Clock: clock.Now}
	roster := &review.Roster{Store: s, Book: o.Book, Clock: clock.Now}
	lending := &approval.Delegations{Store: s, Book: o.Book, Clock: clock.Now}
	unit, deputy := storetest.Actor(law.RoleSpecialisedUnit, "H56"), storetest.Actor(law.RoleIndependentCouncil, "H56")
	for _, a := range []approval.Actor{unit, deputy} {
		if err := s.AddAccount(ctx, storetest.Keeper(), clock.T, "law", identity.Account{Login: a.Account, Name: a.Account, PasswordHash: "$x", Actor: a}); err != nil {
			t.Fatal(err)
		}
	}
	x := storetest.Lead(t, o, "H56", "Một cửa", storetest.Submitted)
	beside := storetest.Lead(t, o, "H56", "Hai cửa", storetest.Submitted)
	in := approval.DelegationInput{To: deputy.Account, Levels: []law.Level{3}, Systems: []string{x.Code}, From: "2026-11-22", Until: "2026-11-30", Number: "15/UQ", DocumentOn: "2026-11-20"}
	d, err := lending.Give(ctx, unit, in)
	if err != nil {
		t.Fatal(err)
	}
	drafter := unit
	drafter.Person = storetest.Actor(law.RoleOperator, "H56").Person // the officer, in another account
	acting, ask := d.Acting(deputy), review.Input{Kind: review.Ask, Target: "field:scope", Text: "Nêu rõ.", Internal: true}
	for name, tt := range map[string]struct {
		by   approval.Actor
		code string
		want approval.Kind
	}{
		"in the own capacity":   {deputy, x.Code, approval.Forbidden},
		"by whoever drafted it": {drafter, x.Code, approval.Forbidden},
		"outside the scope":     {acting, beside.Code, approval.NotFound},
		"by another person":     {d.Acting(storetest.Actor(law.RoleOwner, "H56")), x.Code, approval.NotFound},
	} {
		if err := desk.Say(ctx, tt.by, tt.code, ask); kindOf(err) != tt.want {
			t.Errorf("a remark %s: %v, want %s", name, err, tt.want)
		}
		if err := roster.Move(ctx, tt.by, tt.code, review.Take, ""); kindOf(err) != tt.want {
			t.Errorf("a hold %s: %v, want %s", name, err, tt.want)
		}
	}
	if err := desk.Say(ctx, acting, x.Code, ask); err != nil {
		t.Fatal(err)
	}
	if err := roster.Move(ctx, acting, x.Code, review.Take, ""); err != nil {
		t.Fatal(err)
	}
	rs, err := desk.Remarks(ctx, acting, x.Code, 1)
	if err != nil || len(rs) != 1 || rs[0].By.Person != deputy.Person || rs[0].By.Capacity != unit.Capacity {
		t.Errorf("on record: %+v, %v", rs, err)
	}
	if len(review.Threads(rs, acting)) != 1 || len(review.Threads(rs, unit)) != 1 || len(review.Threads(rs, deputy)) != 0 {
		t.Error("an internal remark is seen in another capacity than the one it was made in")
	}
	holds, _, err := roster.Holders(ctx, unit)
	if h := holds[review.HoldObject(x.Code, 1)]; err != nil || h.Holder != deputy.Person || h.By.Person != deputy.Person {
		t.Errorf("in hand: %+v, %v", h, err)
	}
	if err := roster.Move(ctx, acting, x.Code, review.HandTo, unit.Account); err != nil {
		t.Errorf("back to the lender: %v", err)
	}
	es, err := s.EntriesFrom(ctx, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, e := range es {
		if e.Detail["delegation"] == d.ID {
			named = append(named, e.Act)
		}
	}
	if want := []string{"remark-ask", "hold-take", "hold-hand"}; !slices.Equal(named, want) {
		t.Errorf("the delegation is named by the entries of %v, want %v", named, want)
	}
	clock.T = storetest.At("2026-12-01").T
	if err := desk.Say(ctx, acting, x.Code, ask); kindOf(err) != approval.Forbidden {
		t.Errorf("a remark after the term: %v", err)
	}
	if err := roster.Move(ctx, acting, x.Code, review.Take, ""); kindOf(err) != approval.Forbidden {
		t.Errorf("a hold after the term: %v", err)
	}
	faults(t, s, 0)
}

// TestDelegatesAskAndAnswer: who leads an appraisal lends that it asks other
// bodies, and who speaks for a body asked lends its opinion; within scope and
// term, as the person they are, four eyes throughout, and by the book alone.
func TestDelegatesAskAndAnswer(t *testing.T) {
	clock, ctx := storetest.At("2026-11-22"), context.Background()
	o, s := storetest.Office(t, clock)
	k := &review.Panel{Store: s, Office: o}
	lending := &approval.Delegations{Store: s, Book: o.Book, Clock: clock.Now}
	lead, deputy := storetest.Actor(law.RoleSpecialisedUnit, "H56"), storetest.Actor(law.RoleIndependentCouncil, "H56")
	voice, clerk := storetest.Actor(law.RoleSpecialisedUnit, "H41"), storetest.Actor(law.RoleOperator, "H41")
	for _, a := range []approval.Actor{lead, deputy, voice, clerk} {
		if err := s.AddAccount(ctx, storetest.Keeper(), clock.T, "law", identity.Account{Login: a.Account, Name: a.Account, PasswordHash: "$x", Actor: a}); err != nil {
			t.Fatal(err)
		}
	}
	lend := func(by, to approval.Actor, level law.Level) approval.Actor {
		t.Helper()
		d, err := lending.Give(ctx, by, approval.DelegationInput{To: to.Account, Levels: []law.Level{level}, From: "2026-11-22", Until: "2026-11-30", Number: "15/UQ", DocumentOn: "2026-11-20"})
		if err != nil {
			t.Fatal(err)
		}
		return d.Acting(to)
	}
	x := storetest.Lead(t, o, "H56", "Một cửa", storetest.Submitted)
	in := review.AskInput{Body: "H41", Question: "?", Due: "2026-11-29", Digest: x.Last().Digest}
	asking, beside := lend(lead, deputy, 3), lend(lead, deputy, 4)
	if err := k.Ask(ctx, beside, x.Code, in); kindOf(err) != approval.NotFound {
		t.Errorf("asked outside the scope: %v", err)
	}
	if err := k.Ask(ctx, asking, x.Code, in); err != nil {
		t.Fatal(err)
	}
	answer := review.AnswerInput{Outcome: approval.Agree, Digest: x.Last().Digest}
	answering, other := lend(voice, clerk, 3), lend(voice, clerk, 4)
	if sees(t, k, clerk, x.Code) || sees(t, k, other, x.Code) || !sees(t, k, answering, x.Code) {
		t.Error("the request is seen in the own capacity, outside the scope, or not within it")
	}
	for name, tt := range map[string]struct {
		by   approval.Actor
		want approval.Kind
	}{"in the own capacity": {clerk, approval.NotFound}, "outside the scope": {other, approval.NotFound}, "by who asked": {withPerson(answering, deputy.Person), approval.Forbidden}} {
		if err := k.Answer(ctx, tt.by, x.Code, answer); kindOf(err) != tt.want {
			t.Errorf("answered %s: %v, want %s", name, err, tt.want)
		}
	}
	clock.T = storetest.At("2026-12-01").T
	if err := k.Answer(ctx, answering, x.Code, answer); kindOf(err) != approval.NotFound && kindOf(err) != approval.Forbidden {
		t.Errorf("answered after the term: %v", err)
	}
	clock.T = storetest.At("2026-11-22").T
	if err := k.Answer(ctx, answering, x.Code, answer); err != nil {
		t.Fatal(err)
	}
	es, err := s.EntriesFrom(ctx, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]approval.Entry{}
	for _, e := range es {
		if e.Detail["delegation"] != "" {
			named[e.Act] = e
		}
	}
	if a, b := named["consult-ask"], named["consult-answer"]; len(named) != 2 || a.By.Person != deputy.Person || a.Detail["delegation_by"] != lead.Person || b.By.Person != clerk.Person || b.Detail["to_body"] != "H56" || b.Detail["delegation_by"] != voice.Person {
		t.Errorf("on record: %+v", named)
	}
	// Whoever lent it has that hand as well: not the opinion and the decision too.
	owner := storetest.Actor(law.RoleOwner, "H56")
	if _, err := o.Review(ctx, lead, x.Code, x.Version, approval.ReviewInput{Kind: approval.Appraisal, Outcome: approval.FindFit, Digest: x.Last().Digest}); err != nil {
		t.Fatalf("who lent the asking appraises: %v", err)
	}
	f, err := o.File(ctx, owner, x.Code)
	if err != nil {
		t.Fatal(err)
	}
	owner.Person = voice.Person
	in2 := approval.DecisionInput{Outcome: approval.Approve, Number: "1", DecidedOn: "2026-11-22", Digest: f.System.Last().Digest}
	if _, err := o.Decide(ctx, owner, x.Code, f.System.Version, in2); kindOf(err) != approval.Forbidden {
		t.Errorf("who lent the opinion decides: %v", err)
	}
	faults(t, s, 0)
}

// withPerson is an actor as another person.
func withPerson(a approval.Actor, person string) approval.Actor {
	a.Person = person
	return a
}
