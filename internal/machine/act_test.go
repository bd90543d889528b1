package machine_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/machine"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// hall is a registry on a register of its own.
type hall struct {
	*testing.T
	*machine.Registry
	store  *store.Store
	office *approval.Office
	clock  *storetest.Clock
}

func newHall(t *testing.T) *hall {
	t.Helper()
	clock := storetest.At("2026-11-22")
	o, s := storetest.Office(t, clock)
	return &hall{t, &machine.Registry{Store: s, Book: o.Book, Clock: clock.Now}, s, o, clock}
}

// regulator is who keeps the list that day.
func regulator() approval.Actor { return storetest.Actor(law.RoleMPS, "G01") }

// key is a new key, as a pin.
func (h *hall) key() machine.PinInput {
	h.Helper()
	pub, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		h.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		h.Fatal(err)
	}
	in, err := machine.ReadPin(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	if err != nil {
		h.Fatal(err)
	}
	return in
}

// add records a gateway of H56 that may ask about H56's systems.
func (h *hall) add(name string) machine.Gateway {
	h.Helper()
	pin := h.key()
	g, err := h.Register(context.Background(), regulator(), machine.Registration{Name: name, Title: "Cổng " + name, Body: "H56", Reach: machine.Reach{Agencies: []string{"H56"}, Platforms: []string{"NDXP"}}, Pin: &pin})
	if err != nil {
		h.Fatal(err)
	}
	return g
}

// rules are the rules of a refusal; "" of none.
func rules(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	r := (*approval.Refusal)(nil)
	if !errors.As(err, &r) {
		t.Fatal(err)
	}
	var out []string
	for _, f := range r.Findings {
		if f.Says.VI == "" || f.Says.EN == "" {
			t.Errorf("%s says nothing", f.Rule)
		}
		out = append(out, f.Rule)
	}
	return strings.Join(out, " ")
}

// sound: the ledger and the tables agree.
func (h *hall) sound() {
	h.Helper()
	r, err := h.store.Verify(context.Background())
	if err != nil || len(r.Violations) > 0 {
		h.Errorf("verify: %+v, %v", r.Violations, err)
	}
}

func TestLife(t *testing.T) {
	h, ctx := newHall(t), context.Background()
	g := h.add("gw")
	first := g.Pins[0]
	admits := func(spki string) bool {
		g, ok, err := h.store.GatewayOf(ctx, spki)
		if err != nil {
			t.Fatal(err)
		}
		return ok && g.Admits(spki, nil, h.clock.T)
	}
	if !admits(first.SPKI) || admits(strings.Repeat("0", 64)) {
		t.Fatal("the pin does not decide")
	}
	second, third := h.key(), h.key()
	g, err := h.Pin(ctx, regulator(), "gw", g.Version, second)
	if err != nil || !admits(first.SPKI) || !admits(second.SPKI) {
		t.Fatal("two do not overlap", err)
	}
	if _, err = h.Pin(ctx, regulator(), "gw", g.Version, third); rules(t, err) != "pin-overlap" {
		t.Fatal(err)
	}
	if _, err = h.Unpin(ctx, regulator(), "gw", g.Version, first.SPKI, " "); rules(t, err) != "ground-missing" {
		t.Fatal(err)
	}
	if g, err = h.Unpin(ctx, regulator(), "gw", g.Version, first.SPKI, "lộ khóa"); err != nil || admits(first.SPKI) || !admits(second.SPKI) {
		t.Fatal("a revoked pin is admitted", err)
	}
	if _, err = h.Pin(ctx, regulator(), "gw", g.Version, machine.PinInput{SPKI: first.SPKI}); rules(t, err) != "pin-taken" {
		t.Fatal(err)
	}
	if g, err = h.Pin(ctx, regulator(), "gw", g.Version, third); err != nil || !admits(third.SPKI) {
		t.Fatal(err)
	}
	h.sound()
	at := h.clock.T
	h.clock.T = g.Pins[2].Until.Add(-time.Microsecond)
	if !admits(third.SPKI) {
		t.Error("a pin ends early")
	}
	if h.clock.T = g.Pins[2].Until; admits(third.SPKI) {
		t.Error("a pin outlives its end")
	}
	h.clock.T = at
	if _, err := h.Revoke(ctx, regulator(), "gw", g.Version-1, "x"); rules(t, err) != "stale" {
		t.Error(err)
	}
	if g, err = h.Revoke(ctx, regulator(), "gw", g.Version, "thay máy"); err != nil || admits(third.SPKI) {
		t.Fatal("a revoked gateway is admitted", err)
	}
	if _, err := h.Pin(ctx, regulator(), "gw", g.Version, h.key()); rules(t, err) != "gateway-revoked" {
		t.Error(err)
	}
	es, err := h.Store.GatewayEntries(ctx, regulator(), "gw")
	if err != nil || len(es) != 5 || es[0].Act != machine.ActAdd || es[4].Act != machine.ActRevoke {
		t.Errorf("%+v, %v", es, err)
	}
	h.sound()
}

// TestRefused: every rule of a record, one wrong thing at a time.
func TestRefused(t *testing.T) {
	h, ctx := newHall(t), context.Background()
	g, pin := h.add("gw"), h.key()
	good := machine.Registration{Name: "b", Title: "B", Body: "H56", Reach: machine.Reach{All: true, Platforms: []string{"NDXP", "NDOP"}}}
	for want, change := range map[string]func(*machine.Registration){
		"gateway-name":       func(r *machine.Registration) { r.Name = "Bé" },
		"gateway-name-taken": func(r *machine.Registration) { r.Name = "gw" },
		"gateway-title":      func(r *machine.Registration) { r.Title = " " },
		"gateway-san":        func(r *machine.Registration) { r.SAN = "gw-1" },
		"agency-unknown":     func(r *machine.Registration) { r.Body = "X" },
		"gateway-platform":   func(r *machine.Registration) { r.Reach.Platforms = []string{"ndxp"} },
		"gateway-reach-both": func(r *machine.Registration) { r.Reach.Agencies = []string{"H56"} },
		"gateway-reach-none": func(r *machine.Registration) { r.Reach.All = false },
		"system-unknown": func(r *machine.Registration) {
			r.Reach = machine.Reach{Systems: []string{"X"}, Platforms: []string{"NDXP"}}
		},
		"pin-form":  func(r *machine.Registration) { r.Pin = &machine.PinInput{SPKI: "ab"} },
		"pin-taken": func(r *machine.Registration) { r.Pin = &machine.PinInput{SPKI: g.Pins[0].SPKI} },
		"pin-key":   func(r *machine.Registration) { r.Pin = &machine.PinInput{SPKI: strings.Repeat("a", 64), Key: pin.Key} },
		"pin-ends": func(r *machine.Registration) {
			r.Pin = &machine.PinInput{SPKI: pin.SPKI, Until: h.clock.T.Add(-time.Hour)}
		},
		"pin-too-long": func(r *machine.Registration) {
			r.Pin = &machine.PinInput{SPKI: pin.SPKI, Until: h.clock.T.AddDate(0, 0, 91)}
		},
	} {
		r := good
		change(&r)
		if _, err := h.Register(ctx, storetest.Keeper(), r); rules(t, err) != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := h.Register(ctx, storetest.Keeper(), good); err != nil {
		t.Error(err)
	}
	h.sound()
}

// TestWhoKeepsTheList: nobody but regulator and keeper writes, and another's
// gateway is as absent as one that does not exist.
func TestWhoKeepsTheList(t *testing.T) {
	h, ctx := newHall(t), context.Background()
	g := h.add("gw")
	for _, a := range []approval.Actor{storetest.Actor(law.RoleOperator, "H56"), storetest.Actor(law.RoleOwner, "H56"), storetest.Actor(law.RoleMIC, "G14"), storetest.Actor(approval.Auditor, "G22"), storetest.Actor(approval.Gateway, "H56")} {
		if _, err := h.Revoke(ctx, a, "gw", g.Version, "x"); rules(t, err) != "gateway-keeper" {
			t.Errorf("%s: %v", a.Capacity, err)
		}
		if gs, err := h.List(ctx, a); err != nil || len(gs) != 1 {
			t.Errorf("%s does not see its own: %v", a.Capacity, err)
		}
	}
	other := storetest.Actor(law.RoleOperator, "H41")
	if gs, err := h.List(ctx, other); err != nil || len(gs) != 0 {
		t.Errorf("another's: %v, %v", gs, err)
	}
	_, absent := h.Store.GatewayEntries(ctx, other, "no")
	_, hidden := h.Store.GatewayEntries(ctx, other, "gw")
	if rules(t, absent) != "no-gateway" || absent.Error() != hidden.Error() {
		t.Errorf("%v, %v", absent, hidden)
	}
	_, absent = h.Revoke(ctx, other, "no", 1, "x")
	if _, hidden = h.Revoke(ctx, other, "gw", 1, "x"); rules(t, absent) != "no-gateway" || absent.Error() != hidden.Error() {
		t.Errorf("%v, %v", absent, hidden)
	}
}

func TestReach(t *testing.T) {
	ctx := context.Background()
	owner := func(_ context.Context, code string) (string, error) {
		if code == "?" {
			return "H56", errors.New("unreadable")
		}
		body, _, _ := strings.Cut(code, "-")
		return body, nil
	}
	all, own := machine.Reach{All: true, Platforms: []string{"NDXP"}}, machine.Reach{Systems: []string{"H41-0009"}, Agencies: []string{"H56"}, Platforms: []string{"NDOP"}}
	for _, c := range []struct {
		r        machine.Reach
		platform string
		codes    string
		want     bool
	}{
		{all, "", "X-1", true}, {all, "NDXP", "X-1", true}, {all, "NDOP", "X-1", false}, {all, "ndxp", "X-1", false}, {machine.Reach{}, "", "X-1", false}, {machine.Reach{All: true}, "", "X-1", false},
		{own, "NDOP", "H56-0001", true}, {own, "NDOP", "H56-0001 H41-0001", true}, {own, "NDOP", "H41-0001 H56-0001", true}, {own, "NDOP", "H41-0009", true},
		{own, "NDOP", "H41-0001", false}, {own, "NDOP", "H41-0001 H41-0002", false}, {own, "NDOP", "", false}, {own, "", "H56-0001", false}, {own, "NDOP", "?", false},
	} {
		if got := c.r.May(ctx, owner, c.platform, strings.Fields(c.codes)...); got != c.want {
			t.Errorf("%+v, %q %q: %v", c.r, c.platform, c.codes, got)
		}
	}
	if own.May(ctx, nil, "NDOP", "H56-0001") {
		t.Error("an owner that cannot be known is within reach")
	}
}
