package approval_test

import (
	"context"
	"slices"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestLawSaysWhatIsLent: the book says of every act whether it may be lent, and of
// no other.
func TestLawSaysWhatIsLent(t *testing.T) {
	h := open(t, dayNew)
	acts := append(approval.Acts(), approval.ActRemark, approval.ActHold, approval.ActConsult, approval.ActConsulted)
	for _, x := range h.office.Book.Lendings() {
		i := slices.Index(acts, x.Act)
		if i < 0 {
			t.Errorf("%s: there is no act %s", x.ID, x.Act)
			continue
		}
		acts = slices.Delete(acts, i, i+1)
	}
	if len(acts) > 0 {
		t.Errorf("nothing is said of %v", acts)
	}
	if h.office.Book.Lends("anything") {
		t.Error("an act that the book does not name is lent")
	}
	for _, c := range capacities() {
		want := slices.Contains([]approval.Capacity{law.RoleSpecialisedUnit, law.RoleIndependentCouncil, law.RoleOwner, law.RoleMIC, law.RoleMPS, law.RoleMOD, law.RoleCipherCommittee, law.RolePrimeMinister}, c)
		if h.office.Book.Judges(c) != want {
			t.Errorf("%s judges dossiers: %t", c, !want)
		}
	}
}

// proxies are persons who lend and persons who act for them.
type proxies struct {
	*house
	desk  *approval.Delegations
	known map[string]bool // accounts made
}

// account makes the account of an actor, once.
func (p *proxies) account(a approval.Actor) {
	p.Helper()
	if !p.known[a.Account] {
		p.known[a.Account] = true
		p.ok(p.store.AddAccount(context.Background(), storetest.Keeper(), p.clock.T, "law", identity.Account{Login: a.Account, Name: a.Account, PasswordHash: "$x", Actor: a}))
	}
}

// own is the hand of a person in an account of the person's own.
func (p *proxies) own(l *life, person, hand string) (act string, a approval.Actor) {
	act, a = l.as(person, hand)
	a.Account = person + "." + string(a.Capacity)
	return act, a
}

// through is the hand of a lender, had by another person of the lender's body.
func (p *proxies) through(l *life, lender, delegate, hand string) (string, approval.Actor) {
	p.Helper()
	act, a := p.own(l, lender, hand)
	d := approval.Actor{Person: delegate, Account: delegate + "." + a.Body, Capacity: law.RoleOperator, Body: a.Body, Sector: a.Sector, Assurance: a.Assurance}
	p.account(a)
	p.account(d)
	day := law.DayOf(p.clock.T)
	x, err := p.desk.Give(context.Background(), a, approval.DelegationInput{To: d.Account, Levels: []law.Level{5}, From: day, Until: day, Number: "1/UQ", DocumentOn: day})
	p.ok(err)
	return act, x.Acting(d)
}

// TestFourEyesThroughDelegations: for every hand in a dossier and every later one,
// who had the first has no other, nor by a delegate, nor as one, nor do two
// delegates for one person. Somebody else's delegate does.
func TestFourEyesThroughDelegations(t *testing.T) {
	h := open(t, dayNew)
	p := &proxies{house: h, desk: &approval.Delegations{Store: h.store, Book: h.office.Book, Clock: h.clock.Now}, known: map[string]bool{}}
	type hand func(l *life, hand string) (string, approval.Actor)
	lender := func(l *life, hand string) (string, approval.Actor) { return p.own(l, "p.lender", hand) }
	first := func(l *life, hand string) (string, approval.Actor) { return p.through(l, "p.lender", "p.first", hand) }
	second := func(l *life, hand string) (string, approval.Actor) {
		return p.through(l, "p.lender", "p.second", hand)
	}
	others := func(l *life, hand string) (string, approval.Actor) {
		return p.through(l, "p.other", "p.first", hand)
	}
	ways := map[string][2]hand{"the lender, then a delegate": {lender, first}, "a delegate, then the lender": {first, lender},
		"one delegate, then another": {first, second}, "one delegate of two": {others, first}}
	for name, way := range ways {
		for i, had := range hands() {
			if applicant(had) && name != "the lender, then a delegate" {
				continue // nobody applies for another
			}
			l := h.begin(5)
			for k, next := range hands() {
				if k > i && !applicant(next) {
					act, a := way[1](l, next)
					h.refused(l.do(act, a), h.print(), approval.Forbidden, "four-eyes")
				}
				act, a := l.as("", next)
				if k == i {
					act, a = way[0](l, next)
				}
				if err := l.do(act, a); err != nil {
					t.Fatalf("%s: %s after %s: %v", name, next, had, err)
				}
			}
		}
	}
	l := h.begin(5)
	for k, hand := range hands() {
		act, a := l.as("", hand)
		if !applicant(hand) {
			act, a = p.through(l, "p.lender"+string(rune('0'+k)), "p.delegate"+string(rune('0'+k)), hand)
		}
		if err := l.do(act, a); err != nil {
			t.Fatalf("%s by a delegate of its own: %v", hand, err)
		}
	}
	h.sound()
}
