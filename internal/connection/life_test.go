package connection_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/connection"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestLife: request, grant, suspension, reinstatement, end, as the gate sees it
// in the same instant; and the past keeps its answers.
func TestLife(t *testing.T) {
	w := open(t)
	w.wants("nothing on record", "deny G14")
	c := w.request(connection.Production)
	w.wants("requested", "deny G14")
	w.tick(time.Hour)
	c = w.must(reviewer("1"), c, connection.ActAllow, connection.Input{Number: "1/QĐ", Until: "2026-12-31"})
	w.wants("allowed", "allow G99")
	granted := w.clock.T
	end := law.Day("2027-01-01").Time()
	if v := w.ask("", time.Time{}); v.ValidUntil == nil || !v.ValidUntil.Equal(end) {
		t.Errorf("valid until %v, want %v", v.ValidUntil, end)
	}
	w.tick(time.Hour)
	c = w.must(reviewer("2"), c, connection.ActSuspend, connection.Input{Number: "2/QĐ", Ground: "Lộ dữ liệu", Until: "2026-11-25"})
	w.wants("suspended", "deny G13")
	if v := w.gate.Ask(context.Background(), gate.Question{Provider: w.provider, Consumer: w.consumer}); v.Decision != gate.Deny {
		t.Error("without a service a suspended connection is allowed")
	}
	at := w.clock.T
	w.clock.T = law.Day("2026-11-26").Time().Add(-time.Microsecond)
	w.wants("last instant of the suspension", "deny G13")
	w.tick(time.Microsecond)
	w.wants("its term is over", "allow G99")
	c = w.must(reviewer("1"), c, connection.ActSuspend, connection.Input{Number: "3/QĐ", Ground: "Tái diễn"})
	w.wants("suspended until reinstated", "deny G13")
	w.tick(time.Hour)
	c = w.must(reviewer("2"), c, connection.ActReinstate, connection.Input{Ground: "Đã khắc phục"})
	w.wants("reinstated", "allow G99")
	for when, want := range map[time.Time]string{granted: "allow G99", granted.Add(-time.Microsecond): "deny G14", at: "deny G13"} {
		if got := told(w.ask("", when)); got != want {
			t.Errorf("asked for %v: %s, want %s", when, got, want)
		}
	}
	w.clock.T = end
	w.wants("past its term", "deny G14")
	c = w.must(reviewer("2"), c, connection.ActAllow, connection.Input{Number: "4/QĐ"})
	w.wants("renewed", "allow G99")
	c = w.must(officer("H41"), c, connection.ActEnd, connection.Input{Ground: "Ngừng cung cấp"})
	w.wants("ended by the provider", "deny G14")
	w.refused(reviewer("1"), c, connection.ActAllow, connection.Input{Number: "5/QĐ"}, "wrong-order")
	w.request(connection.Production)
	w.sound()
}

// TestHands: who may do what, and in which order.
func TestHands(t *testing.T) {
	w := open(t)
	ctx := context.Background()
	for _, x := range []struct {
		who  approval.Actor
		edit func(*connection.RequestInput)
		kind approval.Kind
	}{
		{officer("H41"), func(*connection.RequestInput) {}, approval.Invalid}, // another's system is absent
		{storetest.Actor(law.RoleOwner, "H56"), func(*connection.RequestInput) {}, approval.Forbidden},
		{officer("H56"), func(in *connection.RequestInput) { in.Service = "S9" }, approval.Invalid},
		{officer("H56"), func(in *connection.RequestInput) { in.Purpose = " " }, approval.Invalid},
		{officer("H56"), func(in *connection.RequestInput) { in.Profile = "staging" }, approval.Invalid},
	} {
		in := w.input(connection.Production)
		x.edit(&in)
		_, err := w.office.Request(ctx, x.who, in)
		if r := (*approval.Refusal)(nil); !errors.As(err, &r) || r.Kind != x.kind {
			t.Errorf("%+v: %v, want %s", in, err, x.kind)
		}
	}
	c := w.request(connection.Production)
	if _, err := w.office.Request(ctx, officer("H56"), w.input(connection.Production)); err == nil {
		t.Error("requested twice")
	}
	grant := connection.Input{Number: "1/QĐ"}
	w.refused(officer("H56"), c, connection.ActAllow, grant, "wrong-actor")
	w.refused(storetest.Actor(law.RoleMIC, "G14"), c, connection.ActAllow, grant, "wrong-actor")
	w.refused(storetest.Actor(approval.Auditor, "G01"), c, connection.ActEnd, connection.Input{Ground: "x"}, "wrong-actor")
	w.refused(officer("H41"), c, connection.ActConsent, connection.Input{}, "wrong-order")
	w.refused(reviewer("1"), c, connection.ActAllow, connection.Input{}, "number-missing")
	w.refused(reviewer("1"), c, connection.ActSuspend, connection.Input{Number: "1", Ground: "x"}, "wrong-order")
	self := reviewer("1")
	self.Person = officer("H56").Person
	w.refused(self, c, connection.ActAllow, grant, "four-eyes")
	stale := c
	stale.Version++
	w.refused(reviewer("1"), stale, connection.ActAllow, grant, "stale")
	f, err := w.office.File(ctx, reviewer("1"), c.ID)
	if err != nil || !slices.Equal(f.Acts, []string{connection.ActAllow, connection.ActRefuse, connection.ActPropose, connection.ActEnd}) {
		t.Errorf("the file offers %v, %v", f.Acts, err)
	}
	c = w.must(reviewer("1"), c, connection.ActRefuse, connection.Input{Ground: "Thiếu căn cứ"})
	w.refused(reviewer("2"), c, connection.ActAllow, grant, "wrong-order")
	w.wants("refused", "deny G14")
	w.sound()
}

// TestAnothersIsAbsent: a third agency sees neither the connection nor that it
// exists; both sides see it.
func TestAnothersIsAbsent(t *testing.T) {
	w := open(t)
	ctx := context.Background()
	c := w.request(connection.Production)
	for body, sees := range map[string]bool{"H56": true, "H41": true, "H99": false} {
		found, _, err := w.office.Find(ctx, officer(body), connection.Filter{})
		if err != nil || (len(found) == 1) != sees {
			t.Errorf("%s finds %d, %v", body, len(found), err)
		}
		_, theirs := w.office.File(ctx, officer(body), c.ID)
		_, absent := w.office.File(ctx, officer(body), "KN-999999")
		if (theirs == nil) != sees || absent == nil || !sees && theirs.Error() != absent.Error() {
			t.Errorf("%s: %v; absent: %v", body, theirs, absent)
		}
	}
	w.refused(officer("H99"), c, connection.ActEnd, connection.Input{Ground: "x"}, "not-found")
	for _, odd := range []string{"", "KN-1", "KN-0000001", "KN-00000a", "1", "KN--00001"} {
		if _, err := w.office.File(ctx, reviewer("1"), odd); err == nil {
			t.Errorf("%q is a connection", odd)
		}
	}
}

// TestSandbox: open at once, for the sandbox only, and it ends by itself.
func TestSandbox(t *testing.T) {
	w := open(t)
	c := w.request(connection.Sandbox)
	w.wants("production", "deny G14")
	if v := w.ask(gate.Sandbox, time.Time{}); v.Decision != gate.Allow || v.Profile != gate.Sandbox {
		t.Errorf("sandbox: %s", told(v))
	}
	w.refused(reviewer("1"), c, connection.ActAllow, connection.Input{Number: "1"}, "wrong-order")
	w.refused(reviewer("1"), c, connection.ActPropose, connection.Input{Ground: "x", Hours: 1}, "wrong-order")
	w.tick(90 * 24 * time.Hour)
	if v := w.ask(gate.Sandbox, time.Time{}); v.Decision != gate.Deny {
		t.Errorf("after its days: %s", told(v))
	}
	w.request(connection.Sandbox)
	w.sound()
}

// TestBreakGlass: two persons, hours, no renewal by itself, and never over a
// suspension.
func TestBreakGlass(t *testing.T) {
	w := open(t)
	c := w.request(connection.Production)
	propose := connection.Input{Ground: "Cứu hộ bão số 9", Hours: 72}
	for _, h := range []int{0, -1, 73} {
		w.refused(reviewer("1"), c, connection.ActPropose, connection.Input{Ground: "x", Hours: h}, "hours-out-of-range")
	}
	w.refused(officer("H56"), c, connection.ActPropose, propose, "wrong-actor")
	c = w.must(reviewer("1"), c, connection.ActPropose, propose)
	w.wants("proposed", "deny G14")
	w.refused(reviewer("1"), c, connection.ActAgree, connection.Input{}, "four-eyes")
	w.refused(reviewer("2"), c, connection.ActPropose, propose, "wrong-order")
	w.tick(time.Hour)
	c = w.must(reviewer("2"), c, connection.ActAgree, connection.Input{})
	w.wants("open", "allow G14 G15 G99")
	end := w.clock.T.Add(72 * time.Hour)
	if v := w.ask("", time.Time{}); v.ValidUntil == nil || !v.ValidUntil.Equal(end) || !v.Reasons[len(v.Reasons)-3].Overridden {
		t.Errorf("until %v, want %v: %+v", v.ValidUntil, end, v.Reasons)
	}
	c = w.must(reviewer("1"), c, connection.ActSuspend, connection.Input{Number: "1", Ground: "x"})
	w.wants("suspended", "deny G13")
	c = w.must(reviewer("1"), c, connection.ActReinstate, connection.Input{Ground: "x"})
	w.clock.T = end.Add(-time.Microsecond)
	w.wants("last instant", "allow G14 G15 G99")
	w.tick(time.Microsecond)
	w.wants("over", "deny G14")
	w.refused(reviewer("1"), c, connection.ActPropose, connection.Input{Ground: "Lý do khác", Hours: 1}, "break-glass-interval")
	w.tick(24 * time.Hour)
	w.refused(reviewer("1"), c, connection.ActPropose, connection.Input{Ground: "cứu hộ  bão số 9", Hours: 1}, "ground-used")
	c = w.must(reviewer("1"), c, connection.ActPropose, connection.Input{Ground: "Vỡ đê", Hours: 1})
	w.tick(72 * time.Hour)
	w.refused(reviewer("2"), c, connection.ActAgree, connection.Input{}, "wrong-order") // the proposal is too old
	w.sound()
}
