package plan_test

import (
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/store/storetest"
)

// body is a tower whose platform offers its control to its own body only: near,
// of the same body, is declared in full on it.
func body(t *testing.T) (h *house, platform, near, key string) {
	h = open(t, "2026-11-22")
	platform, near = h.lead("Trung tâm dữ liệu", storetest.Confirmed), h.lead("Một cửa", storetest.Confirmed)
	s := h.sheet(platform)
	key = s.States[0].Control.Key
	h.fill(platform, nil)
	if _, err := h.Offer(ctx, officer, platform, s.List, []string{key}, plan.OwnBody); err != nil {
		t.Fatal(err)
	}
	h.standsOn(near, "H56", platform)
	for _, code := range []string{platform, near} {
		if p := h.declare(code, "H56"); p.Status != approval.PlanFull {
			t.Fatalf("%s declared: %+v", code, p)
		}
	}
	return h, platform, near, key
}

// hand hands systems of H56 on to H41.
func (h *house) hand(codes ...string) {
	h.Helper()
	if _, err := h.office.Reorganise(ctx, storetest.Keeper(), approval.Reorganisation{On: law.DayOf(h.clock.T), Source: "NQ 1", Successions: []approval.Succession{
		{From: "H56", To: "H41", Kind: approval.SuccessionTransfer, Cites: "NQ 1", Systems: codes}}}); err != nil {
		h.Fatal(err)
	}
}

// TestPlatformChangesOwner: a platform that goes to another body is lost to the
// systems of the one that offered it to its own only; their plans say so at
// once, with the reason, and the gate follows.
func TestPlatformChangesOwner(t *testing.T) {
	h, platform, near, key := body(t)
	before := h.entries()
	h.hand(platform)
	s := h.sheet(near)
	if x := s.States[0]; x.Holds() || x.Because != plan.LapsedOwner {
		t.Errorf("inherited from another body: %+v", x)
	}
	if v := h.asked(near, h.clock.T); v.Decision != gate.Deny {
		t.Errorf("the gate says %s", v.Decision)
	}
	if _, p := h.plans(near); p.Status == approval.PlanFull || p.Basis != approval.ByControls {
		t.Errorf("declared: %+v", p)
	}
	var lapsed, because string
	err := h.store.View(ctx, storetest.Keeper(), func(r approval.Reader) error {
		es, err := r.Entries(near)
		for _, e := range es {
			if e.Seq >= before {
				lapsed, because = e.Detail["lapsed"], e.Detail["because"]
			}
		}
		return err
	})
	if err != nil || lapsed != key+":owner" || because != "transfer plan:"+platform {
		t.Errorf("the ledger says lapsed %q because of %q, %v", lapsed, because, err)
	}
	h.sound()
}

// TestOwnersMoveTogether: what goes to the same body together goes on; the one
// left behind loses what it stood on.
func TestOwnersMoveTogether(t *testing.T) {
	h, platform, near, _ := body(t)
	left := h.lead("Ở lại", storetest.Confirmed)
	h.standsOn(left, "H56", platform)
	h.declare(left, "H56")
	h.hand(platform, near)
	s, err := h.Sheet(ctx, storetest.Actor(law.RoleOperator, "H41"), near, nil)
	if err != nil || !s.States[0].Holds() {
		t.Errorf("went along: %+v, %v", s.States[0], err)
	}
	if _, p := h.plans(near); p.Status != approval.PlanFull {
		t.Errorf("went along and is declared %s", p.Status)
	}
	if _, p := h.plans(left); p.Status == approval.PlanFull {
		t.Error("left behind and still declared in full")
	}
	h.sound()
}

// TestRetiredOriginSaysSo: the reason is that the platform is no more.
func TestRetiredOriginSaysSo(t *testing.T) {
	h, platform, near, _ := body(t)
	f, err := h.office.File(ctx, officer, platform)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.office.Retire(ctx, officer, platform, f.System.Version, "Hết"); err != nil {
		t.Fatal(err)
	}
	if x := h.sheet(near).States[0]; x.Because != plan.LapsedRetired {
		t.Errorf("%+v", x)
	}
	refusedAs(t, h.answers(near, plan.AnswerInput{Key: h.sheet(near).States[1].Control.Key, Seen: h.sheet(near).States[1].Answer.No, Result: plan.Inherited, Origin: platform}), "origin-offers-not")
}

// TestPlansFromBeforeTheirBasis: a plan computed before plans kept what they rest
// on is given its basis by the command, with an entry, and ends by time; one that
// stands on a word is left alone.
func TestPlansFromBeforeTheirBasis(t *testing.T) {
	h := open(t, "2026-11-22")
	old, word := h.lead("Một cửa", storetest.Confirmed), h.lead("Theo lời khai", storetest.Deployed)
	key := h.sheet(old).States[0].Control.Key
	h.fill(old, func(in *plan.AnswerInput) {
		if in.Key == key {
			in.Evidence = []plan.Evidence{{Kind: plan.Document, Ref: "1/BB", On: "2026-06-01", Until: "2027-03-31"}}
		}
	})
	h.office.Measure = nil // as it was: the officer's word, which said what was computed
	h.clock.T = h.clock.T.Add(time.Minute)
	f, err := h.office.File(ctx, officer, old)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.office.DeclarePlan(ctx, officer, old, f.System.Version, approval.PlanInput{Status: approval.PlanFull, On: "2026-11-22"}); err != nil {
		t.Fatal(err)
	}
	h.office.Measure = h.Deployed
	h.fill(word, nil) // answered after it was declared
	before := h.entries()
	n, err := h.Renew(ctx, storetest.Keeper())
	if n != 1 || err != nil || h.entries() != before+1 {
		t.Errorf("%d plans renewed with %d entries, %v", n, h.entries()-before, err)
	}
	if _, p := h.plans(old); p.Basis != approval.ByControls || p.Status != approval.PlanFull || p.Holds != "2027-03-31" {
		t.Errorf("given its basis: %+v", p)
	}
	if _, p := h.plans(word); p.Basis != approval.ByWord {
		t.Errorf("a word is taken for computed: %+v", p)
	}
	if n, err := h.Renew(ctx, storetest.Keeper()); n != 0 || err != nil {
		t.Errorf("a second time %d, %v", n, err)
	}
	h.sound()
}
