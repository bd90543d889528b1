package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"capdo/internal/web"
)

// TestPaceOfAnAddress: an address asks as often as it may and is told how long to
// wait; another is not held up; a proxy of ours is not whom it brings, and nobody
// else's word counts.
func TestPaceOfAnAddress(t *testing.T) {
	h := open(t, func(c *web.Config) {
		c.PerAddress = web.Pace{PerSecond: 0.5, Burst: 3}
		c.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	})
	ask := func(from string, forwarded ...string) *httptest.ResponseRecorder {
		r, w := httptest.NewRequest(http.MethodGet, "/sign-in", nil), httptest.NewRecorder()
		r.RemoteAddr = from
		r.Header["X-Forwarded-For"] = forwarded
		h.server.Config.Handler.ServeHTTP(w, r)
		return w
	}
	until429 := func(from func(i int) (string, []string)) int {
		for i := range 20 {
			addr, forwarded := from(i)
			if ask(addr, forwarded...).Code == http.StatusTooManyRequests {
				return i
			}
		}
		return 20
	}
	for name, c := range map[string]struct {
		from func(int) (string, []string)
		most int
	}{
		"one address":            {func(int) (string, []string) { return "192.0.2.1:1", nil }, 3},
		"one network of IPv6":    {func(i int) (string, []string) { return fmt.Sprintf("[2001:db8::%d]:1", i), nil }, 3},
		"many addresses":         {func(i int) (string, []string) { return fmt.Sprintf("192.0.2.%d:1", 10+i), nil }, 20},
		"many through our proxy": {func(i int) (string, []string) { return "10.0.0.1:1", []string{fmt.Sprint("198.51.100.", i)} }, 20},
		"one through our proxies": {func(i int) (string, []string) {
			return "10.0.0.1:1", []string{fmt.Sprintf("1.2.3.%d, 198.51.100.99, 10.1.1.%d", i, i)}
		}, 3},
		"one who pretends": {func(i int) (string, []string) { return "203.0.113.1:1", []string{fmt.Sprint("198.51.100.", i)} }, 3},
		"one who pretends by a proxy": {func(i int) (string, []string) {
			return "10.0.0.1:1", []string{fmt.Sprintf("1.2.3.%d", i), "203.0.113.7"}
		}, 3},
		"nonsense through our proxy": {func(i int) (string, []string) { return "10.0.0.2:1", []string{fmt.Sprint("x", i)} }, 3},
	} {
		if got := until429(c.from); got != c.most {
			t.Errorf("%s: %d requests, want %d", name, got, c.most)
		}
	}
	if w := ask("192.0.2.1:1"); w.Header().Get("Retry-After") != "2" || w.Header().Get("Content-Security-Policy") == "" {
		t.Errorf("headers %v", w.Header())
	}
	h.clock.T = h.clock.T.Add(2 * time.Second)
	if w := ask("192.0.2.1:1"); w.Code != http.StatusOK {
		t.Errorf("after the wait: %d", w.Code)
	}
	r, w := httptest.NewRequest(http.MethodGet, "/livez", nil), httptest.NewRecorder()
	r.RemoteAddr = "192.0.2.1:1"
	if h.server.Config.Handler.ServeHTTP(w, r); w.Code != http.StatusOK {
		t.Errorf("whoever watches over the process is held up: %d", w.Code)
	}
}

// TestPaceOfAnAccount: one account that asks too often does not hold up another.
func TestPaceOfAnAccount(t *testing.T) {
	h := open(t, func(c *web.Config) { c.PerAccount = web.Pace{PerSecond: 1, Burst: 5} })
	a, b := h.as("vanhanh"), h.as("bca")
	for range 5 {
		a.get("/law").wants(http.StatusOK)
	}
	p := a.get("/law").wants(http.StatusTooManyRequests)
	p.lint("vi")
	if p.header.Get("Retry-After") != "1" {
		t.Errorf("wait %q", p.header.Get("Retry-After"))
	}
	b.get("/law").wants(http.StatusOK)
}

// TestPaceForgets: a million strangers do not fill memory, and a busy one is not
// forgotten for them at once.
func TestPaceForgets(t *testing.T) {
	if most := web.Remembered(100_000, web.Pace{PerSecond: 1, Burst: 2}); most > 20_001 {
		t.Errorf("%d are remembered", most)
	}
}

// TestSides: where administrators have a listener of their own, they are served
// there alone, and nobody else is.
func TestSides(t *testing.T) {
	for side, want := range map[web.Side][2]int{web.BothSides: {200, 200}, web.Officials: {200, 403}, web.Administration: {403, 200}} {
		h := open(t, func(c *web.Config) { c.Side = side })
		if got := h.as("vanhanh").get("/law").status; got != want[0] {
			t.Errorf("side %q: %d to an officer, want %d", side, got, want[0])
		}
		b := h.as("quantri")
		if got := b.get("/admin").status; got != want[1] {
			t.Errorf("side %q: %d to an administrator, want %d", side, got, want[1])
		}
		b.post("/sign-out", nil).leads("/sign-in")
	}
}
