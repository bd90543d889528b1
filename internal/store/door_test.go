package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/retention"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// porch is a register with two administrators and an officer.
type porch struct {
	*testing.T
	store    *store.Store
	reg      *identity.Registrar
	desk     *retention.Desk
	clock    *storetest.Clock
	one, two approval.Actor
}

func newPorch(t *testing.T) *porch {
	t.Helper()
	clock := storetest.At(today)
	o, s := storetest.Office(t, clock)
	p := &porch{T: t, store: s, clock: clock, desk: &retention.Desk{Store: s, Book: o.Book, Clock: clock.Now}}
	p.reg = &identity.Registrar{Store: s, Clock: clock.Now, Law: "law", Bodies: func(context.Context) ([]approval.Agency, error) { return nil, nil }}
	p.one, p.two = approval.Actor{Account: "quantri1", Person: "p.quantri1", Capacity: approval.Administrator}, approval.Actor{Account: "quantri2", Person: "p.quantri2", Capacity: approval.Administrator}
	officer := storetest.Actor(law.RoleOperator, "H56")
	officer.Account = "canbo"
	for _, a := range []approval.Actor{p.one, p.two, officer} {
		p.must(s.AddAccount(t.Context(), storetest.Keeper(), clock.T, "law", identity.Account{Login: a.Account, Name: a.Account, Actor: a}))
	}
	return p
}

func (p *porch) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// comes lets somebody come in.
func (p *porch) comes(login string) {
	p.Helper()
	p.must(errors.Join(p.store.Seen(p.Context(), login, p.clock.T), p.store.Note(p.Context(), identity.Event{At: p.clock.T, Kind: identity.EventIn, Login: login, Method: identity.ByPasskey})))
}

// TestDormantAccounts: on the 45th day without a sign-in an account is disabled
// by the clock, not a second before; two administrators enable it, and its days
// begin anew.
func TestDormantAccounts(t *testing.T) {
	p := newPorch(t)
	ctx, days := t.Context(), p.desk.Book.Policy().DormantDays
	sweep := func() []string {
		t.Helper()
		shut, err := p.reg.Sweep(ctx, storetest.Keeper(), days)
		p.must(err)
		return shut
	}
	pass := func(d time.Duration) { p.clock.T = p.clock.T.Add(d) }
	pass(20 * 24 * time.Hour)
	p.comes("quantri1")
	p.comes("quantri2")
	pass(25*24*time.Hour - time.Second)
	if shut := sweep(); len(shut) > 0 {
		t.Errorf("a second before: %v", shut)
	}
	pass(time.Second)
	if shut := sweep(); !slices.Equal(shut, []string{"canbo"}) {
		t.Errorf("on the day: %v", shut)
	}
	if a, _, err := p.store.Account(ctx, "canbo"); err != nil || !a.Disabled() {
		t.Errorf("%+v, %v", a, err)
	}
	r, err := p.reg.Ask(ctx, p.one, identity.Request{Kind: identity.AskEnable, Login: "canbo", Ground: "trở lại làm việc"})
	p.must(err)
	if _, _, err := p.reg.Confirm(ctx, p.one, r.ID); err == nil {
		t.Error("one administrator enabled it alone")
	}
	_, _, err = p.reg.Confirm(ctx, p.two, r.ID)
	p.must(err)
	pass(20*24*time.Hour - time.Second) // the administrators' 45th day, and the officer's 20th
	if shut := sweep(); len(shut) > 0 {
		t.Errorf("enabled and disabled again: %v", shut)
	}
	pass(time.Second)
	if shut := sweep(); !slices.Equal(shut, []string{"quantri1", "quantri2"}) {
		t.Errorf("the administrators: %v", shut)
	}
	pass(100 * 24 * time.Hour) // or the clock was set so
	if shut, err := p.reg.Sweep(ctx, storetest.Keeper(), days); !errors.Is(err, identity.ErrAllDormant) || len(shut) > 0 {
		t.Errorf("nobody is left: %v, %v", shut, err)
	}
	sound(t, p.store)
}

// TestEventsOfTheDoor: what happened is told newest first, by whom and of what
// kind; a seal vouches for it, and whatever is changed beneath one is found.
func TestEventsOfTheDoor(t *testing.T) {
	p := newPorch(t)
	ctx := t.Context()
	for _, login := range []string{"canbo", "quantri1", "canbo"} {
		p.comes(login)
		p.clock.T = p.clock.T.Add(time.Minute)
	}
	p.must(p.store.Note(ctx, identity.Event{At: p.clock.T, Kind: identity.EventRefused, Login: "canbo", Method: identity.ByPassword, From: identity.Place{Address: "192.0.2.7"}, Why: "credentials"}))
	for want, q := range map[string]identity.EventQuery{"refused in in in": {Most: 9}, "refused in": {Most: 2}, "in in": {Before: 4, Login: "canbo", Most: 9}, "refused": {Kind: identity.EventRefused, Most: 9}, "": {Login: "x", Most: 9}} {
		es, err := p.store.Events(ctx, q)
		p.must(err)
		got := ""
		for _, e := range es {
			if got != "" {
				got += " "
			}
			got += e.Kind
		}
		if got != want {
			t.Errorf("%+v: %q, want %q", q, got, want)
		}
	}
	seal := func() { t.Helper(); p.must(p.store.SealEvents(ctx, storetest.Keeper(), p.clock.T, p.clock.T, "law")) }
	before := head(t, p.store)
	seal()
	if got := head(t, p.store); got.Size != before.Size+1 {
		t.Errorf("%d entries more", got.Size-before.Size)
	}
	seal() // nothing new
	if got := head(t, p.store); got.Size != before.Size+1 {
		t.Errorf("a seal of nothing")
	}
	sound(t, p.store)
}

// TestRetention: what is past its time goes when two persons say so and no hold is
// in force; nothing younger goes, no entry goes, and what is left verifies.
func TestRetention(t *testing.T) {
	p := newPorch(t)
	ctx := t.Context()
	rule := func(err error) string {
		var r *approval.Refusal
		if errors.As(err, &r) && len(r.Findings) > 0 {
			return r.Findings[0].Rule
		} else if err != nil {
			return err.Error()
		}
		return ""
	}
	p.comes("canbo")
	p.comes("canbo")
	seal := func() {
		t.Helper()
		p.must(p.store.SealEvents(ctx, storetest.Keeper(), p.clock.T.Add(time.Second), p.clock.T, "law"))
	}
	seal()
	if got := rule(p.desk.Ask(ctx, p.one, "hết hạn lưu")); got != "retention-nothing" {
		t.Errorf("asked before the time: %s", got)
	}
	p.clock.T = p.clock.T.AddDate(0, p.desk.Book.Policy().LogMonths, 0).Add(time.Second)
	p.comes("canbo")
	seal()
	if got := rule(p.desk.Ask(ctx, storetest.Actor(law.RoleMPS, "G01"), "x")); got != "administrators-only" {
		t.Errorf("a reviewer asked: %s", got)
	}
	if got := rule(p.desk.Ask(ctx, p.one, " ")); got != "ground-missing" {
		t.Errorf("without a ground: %s", got)
	}
	p.must(p.desk.Hold(ctx, p.one, "Kết luận thanh tra 12/KL"))
	if got := rule(p.desk.Ask(ctx, p.one, "x")); got != "retention-held" {
		t.Errorf("asked under a hold: %s", got)
	}
	if got := rule(p.desk.Lift(ctx, p.one, 1, "x")); got != "two-administrators" {
		t.Errorf("lifted by who put it: %s", got)
	}
	p.must(p.desk.Lift(ctx, p.two, 1, "xong"))
	p.must(p.desk.Ask(ctx, p.one, "hết hạn lưu"))
	if got := rule(p.desk.Ask(ctx, p.two, "x")); got != "retention-asked" {
		t.Errorf("asked twice: %s", got)
	}
	if _, err := p.desk.Purge(ctx, p.one, 3, "x"); rule(err) != "two-administrators" {
		t.Errorf("answered by who asked: %v", err)
	}
	p.must(p.desk.Hold(ctx, p.two, "đơn khiếu nại"))
	if _, err := p.desk.Purge(ctx, p.two, 3, "x"); rule(err) != "retention-held" {
		t.Errorf("thrown away under a hold: %v", err)
	}
	p.must(p.desk.Lift(ctx, p.one, 4, "rút đơn"))
	size := head(t, p.store).Size
	n, err := p.desk.Purge(ctx, p.two, 3, "đồng ý")
	if err != nil || n != 2 {
		t.Errorf("%d went, %v", n, err)
	}
	if got := head(t, p.store).Size; got != size+1 {
		t.Errorf("the ledger has %d entries, had %d", got, size)
	}
	if es, err := p.store.Events(ctx, identity.EventQuery{Most: 9}); err != nil || len(es) != 1 {
		t.Errorf("%d events left, %v", len(es), err)
	}
	if _, err := p.desk.Purge(ctx, p.two, 3, "x"); err == nil {
		t.Error("answered twice")
	}
	sound(t, p.store)
	p.comes("canbo")
	seal()
	sound(t, p.store)
}
