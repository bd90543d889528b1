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
	acting, ask := d.Acting(deputy), review.Input{Kind: review.Ask, Target: "field:scope", Text: "Nêu rõ.", Internal: true}
	for name, tt := range map[string]struct {
		by   approval.Actor
		code string
		want approval.Kind
	}{
		"in the own capacity": {deputy, x.Code, approval.Forbidden},
		"outside the scope":   {acting, beside.Code, approval.NotFound},
		"by another person":   {d.Acting(storetest.Actor(law.RoleOwner, "H56")), x.Code, approval.NotFound},
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
