package approval_test

import (
	"context"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// wallless is a store without walls: whoever asks sees everything.
type wallless struct{ *store.Store }

func (s wallless) Update(ctx context.Context, _ approval.Actor, at time.Time, f func(approval.Tx) error) error {
	return s.Store.Update(ctx, storetest.Keeper(), at, f)
}

// TestOfficeLooksByItself: where the store shows everybody everything, the office
// still lets no other body act.
func TestOfficeLooksByItself(t *testing.T) {
	h := open(t, dayNew)
	h.office.Store = wallless{h.store}
	l := h.begin(3)
	before := h.print()
	for _, act := range []string{approval.ActFacts, approval.ActDraft, approval.ActSubmit, approval.ActInspect, approval.ActRetire} {
		a := l.right(act)
		a.Body, a.Person = "H41", "p.other"
		h.refused(l.do(act, a), before, approval.Forbidden, "wrong-actor")
	}
	l.must(approval.ActFacts, approval.ActSubmit)
	before = h.print()
	a := l.right(approval.ActReview)
	a.Body, a.Person = "H41", "p.other"
	h.refused(l.do(approval.ActReview, a), before, approval.Forbidden, "wrong-authority")
}

// TestSees: a national capacity sees every body's systems, any other its own
// body's, and who runs the service none.
func TestSees(t *testing.T) {
	for _, c := range []struct {
		approval.Actor
		owner string
		want  bool
	}{
		{storetest.Actor(law.RoleOperator, "H56"), "H56", true}, {storetest.Actor(law.RoleOperator, "H56"), "H41", false},
		{storetest.Actor(law.RoleMPS, "G01"), "H41", true}, {storetest.Actor(approval.Auditor, ""), "H41", true},
		{storetest.Actor(approval.Administrator, "H56"), "H56", false}, {storetest.Actor(approval.Administrator, ""), "", false},
		{approval.Actor{}, "H56", false},
	} {
		if got := c.Sees(c.owner); got != c.want {
			t.Errorf("%s of %q sees what is %q's: %v", c.Capacity, c.Body, c.owner, got)
		}
	}
}

// TestAnotherSubmissionIsNotDecided: a decision is on the submission that was read.
func TestAnotherSubmissionIsNotDecided(t *testing.T) {
	h := open(t, dayNew)
	l := h.begin(3).must(approval.ActFacts, approval.ActSubmit, approval.ActReview)
	s := l.stored()
	in := approval.DecisionInput{Outcome: approval.Approve, Number: "1/QĐ", DecidedOn: dayNew, Digest: s.Last().Digest[1:] + "0"}
	_, err := h.office.Decide(context.Background(), l.right(approval.ActDecide), s.Code, s.Version, in)
	h.refused(err, h.print(), approval.Stale, "stale")
	in.Digest = s.Last().Digest
	_, err = h.office.Decide(context.Background(), l.right(approval.ActDecide), s.Code, s.Version, in)
	h.ok(err)
}
