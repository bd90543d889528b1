package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

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
