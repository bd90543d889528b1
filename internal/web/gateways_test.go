package web_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"capdo/internal/machine"
	"capdo/internal/store/storetest"
	"capdo/internal/web"
)

// TestGateways: the regulator sees every gateway, an agency its own and no
// other; each key with its state.
func TestGateways(t *testing.T) {
	h := open(t, func(c *web.Config) {
		s, ok := c.Office.Store.(machine.Store)
		if !ok {
			t.Fatal("the store keeps no gateways")
		}
		c.Machines = &machine.Registry{Store: s, Book: c.Book, Clock: c.Clock}
		ctx := context.Background()
		for _, body := range []string{"H56", "H41"} {
			name := "gw-" + strings.ToLower(body)
			pin := machine.PinInput{SPKI: strings.Repeat("ab", 31) + map[string]string{"H56": "56", "H41": "41"}[body]}
			g, err := c.Machines.Register(ctx, storetest.Keeper(), machine.Registration{Name: name, Title: "Máy cổng <" + body + ">", Body: body, Reach: machine.Reach{Agencies: []string{body}, Platforms: []string{machine.NDXP}}, Pin: &pin})
			if err != nil {
				t.Fatal(err)
			}
			if _, err = c.Machines.Unpin(ctx, storetest.Keeper(), name, g.Version, pin.SPKI, "Lộ khóa "+body); err != nil {
				t.Fatal(err)
			}
		}
	})
	for who, sees := range map[string]string{"bca": "gw-h41 gw-h56", "vanhanh": "gw-h56"} {
		p := h.as(who).get("/gateways").wants(http.StatusOK)
		p.lint("vi")
		var got []string
		for _, n := range p.all("h2 .sub") {
			got = append(got, textOf(n))
		}
		if strings.Join(got, " ") != sees {
			t.Errorf("%s sees %v, want %s", who, got, sees)
		}
	}
	if n := len(h.as("bca").get("/gate").all(`a[href="/gateways"]`)); n != 1 {
		t.Errorf("%d links", n)
	}
	closed := open(t, func(*web.Config) {}).as("bca")
	closed.get("/gateways").wants(http.StatusNotFound)
	if n := len(closed.get("/gate").all(`a[href="/gateways"]`)); n != 0 {
		t.Error("a link to a page that is not there")
	}
}

// TestGatewayActs: the regulator records a gateway, gives it a second key,
// changes its reach, revokes a key and the gateway, as the commands do; nobody
// else may, and what is wrong is said at its field.
func TestGatewayActs(t *testing.T) {
	var machines *machine.Registry
	h := open(t, func(c *web.Config) {
		machines = &machine.Registry{Store: c.Office.Store.(machine.Store), Book: c.Book, Clock: c.Clock}
		c.Machines = machines
	})
	ministry, officer := h.as("bca"), h.as("vanhanh")
	ministry.get("/gateways/new").wants(http.StatusOK).lint("vi")
	officer.get("/gateways/new").wants(http.StatusForbidden)
	good := url.Values{"name": {"ndxp-1"}, "title": {"Máy cổng NDXP"}, "body": {"H56"}, "agencies": {"H56, H41"}, "platforms": {"NDXP", "NDOP"}, "certificate": {pemKey(t)}}
	for field, val := range map[string]string{"name": "Bé", "body": "X99", "agencies": "X99", "certificate": "-----BEGIN CERTIFICATE-----"} {
		wrong := copyOf(good)
		wrong.Set(field, val)
		if p := ministry.fill("/gateways/new", wrong).wants(http.StatusUnprocessableEntity); len(p.all(`.errors a[href="#`+field+`"]`)) != 1 {
			t.Errorf("no error at %s: %s", field, p.text(".errors"))
		}
	}
	ministry.fill("/gateways/new", copyOf(good)).leads("/gateways?done=gw-add")
	again := copyOf(good)
	again.Set("name", "ndxp-2")
	if p := ministry.fill("/gateways/new", again).wants(http.StatusUnprocessableEntity); len(p.all(`.errors a[href="#certificate"]`)) != 1 {
		t.Errorf("a key of two gateways: %s", p.text(".errors"))
	}
	gateway := func() machine.Gateway {
		t.Helper()
		gs, err := machines.List(context.Background(), storetest.Keeper())
		if err != nil || len(gs) != 1 {
			t.Fatal(gs, err)
		}
		return gs[0]
	}
	g := gateway()
	if len(g.Pins) != 1 || strings.Join(g.Reach.Agencies, " ") != "H56 H41" || strings.Join(g.Reach.Platforms, " ") != "NDXP NDOP" || g.Pins[0].Key == "" {
		t.Errorf("recorded: %+v", g)
	}
	const at = "/gateways/ndxp-1/"
	officer.get("/gateways").wants(http.StatusOK)
	if n := len(officer.get("/gateways").all(`a[href^="/gateways/"]`)); n != 0 {
		t.Errorf("%d acts offered to who may not", n)
	}
	for _, act := range []string{"pin", "unpin", "reach", "revoke"} {
		officer.get(at + act).wants(http.StatusForbidden)
		h.as("nghean").get(at + act).wants(http.StatusNotFound)
		ministry.get("/gateways/none/" + act).wants(http.StatusNotFound)
		ministry.get(at + act).wants(http.StatusOK).lint("vi")
	}
	ministry.get(at + "dance").wants(http.StatusNotFound)
	ministry.fill(at+"pin", url.Values{"certificate": {pemKey(t)}}).leads("/gateways?done=gw-pin")
	ministry.fill(at+"pin", url.Values{"certificate": {pemKey(t)}}).wants(http.StatusUnprocessableEntity) // a third
	ministry.fill(at+"reach", url.Values{"agencies": {""}, "all": {"yes"}, "platforms": {"NDXP"}}).leads("/gateways?done=gw-reach")
	unpin := at + "unpin?spki=" + g.Pins[0].SPKI
	if n := len(ministry.get("/gateways").wants(http.StatusOK).all(`a[href="` + unpin + `"]`)); n != 1 {
		t.Errorf("%d links to revoke the first key", n)
	}
	ministry.fill(unpin, url.Values{"spki": {g.Pins[0].SPKI}, "ground": {""}}).wants(http.StatusUnprocessableEntity)
	ministry.fill(unpin, url.Values{"spki": {g.Pins[0].SPKI}, "ground": {"Lộ khóa"}}).leads("/gateways?done=gw-unpin")
	if g = gateway(); g.Pins[0].Revoked == nil || g.Pins[1].Revoked != nil || !g.Reach.All || len(g.Reach.Agencies) != 0 || g.Version != 4 {
		t.Errorf("after the acts: %+v", g)
	}
	ministry.fill(at+"revoke", url.Values{"ground": {"Thay máy"}}).leads("/gateways?done=gw-revoke")
	es, err := machines.Store.GatewayEntries(context.Background(), storetest.Keeper(), "ndxp-1")
	var acts []string
	for _, e := range es {
		acts = append(acts, e.Act)
	}
	if want := "add-gateway pin-gateway reach-gateway unpin-gateway revoke-gateway"; err != nil || strings.Join(acts, " ") != want {
		t.Errorf("the ledger has %v, want %s: %v", acts, want, err)
	}
}

// pemKey is a new public key in PEM.
func pemKey(t *testing.T) string {
	t.Helper()
	pub, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// TestListsWarn: whoever looks after gateways, and the administrator, see on
// their page that signing fails while half of the usable time is left.
func TestListsWarn(t *testing.T) {
	at := time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	for want, x := range map[string]web.Lists{"Đang ký đúng hạn": {Signed: at, Ends: at.Add(10 * time.Minute), Sourced: true}, "đã qua nửa thời gian": {Signed: at, Ends: at.Add(10 * time.Minute), Failing: true, Half: true},
		"chưa ký được bản mới": {Signed: at, Ends: at.Add(10 * time.Minute), Failing: true}, "Chưa ký bản nào": {}, "--time-source": {Signed: at}} {
		h := open(t, func(c *web.Config) {
			c.Machines = &machine.Registry{Store: c.Office.Store.(machine.Store), Book: c.Book, Clock: c.Clock}
			c.Lists = func() web.Lists { return x }
		})
		p := h.as("vanhanh").get("/gateways").wants(http.StatusOK)
		p.lint("vi")
		if got := p.text(`section[aria-labelledby="lists-h"]`); !strings.Contains(got, want) {
			t.Errorf("%+v: %s", x, got)
		}
	}
}
