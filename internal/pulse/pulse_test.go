package pulse_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"capdo/internal/pulse"
)

func get(h http.Handler, path string) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

// TestReady: one failed check is enough, each is named, and one that panics or
// never answers has failed too.
func TestReady(t *testing.T) {
	p := pulse.New("v", "law")
	p.Check("store", func(context.Context) error { return nil })
	if code, says := get(p, "/readyz"); code != 200 || says != "ok store\n" {
		t.Errorf("%d %q", code, says)
	}
	p.Check("gate", func(context.Context) error { return errors.New("shut") })
	p.Check("keys", func(context.Context) error { panic("lost") })
	if code, says := get(p, "/readyz"); code != 503 || says != "ok store\ngate: shut\nkeys: panic: lost\n" {
		t.Errorf("%d %q", code, says)
	}
	if code, _ := get(p, "/livez"); code != 200 {
		t.Errorf("livez: %d", code)
	}
	synctest.Test(t, func(t *testing.T) {
		p := pulse.New("v", "law")
		never := make(chan struct{})
		p.Check("hung", func(context.Context) error { <-never; return nil })
		if code, says := get(p, "/readyz"); code != 503 || !strings.HasPrefix(says, "hung: ") {
			t.Errorf("%d %q", code, says)
		}
		close(never)
	})
}

// TestFigures: requests are counted by room and status, whatever was asked for.
func TestFigures(t *testing.T) {
	p := pulse.New("v1", "abc")
	p.Gauge("capdo_ledger_entries", "Entries.", func() float64 { return 7 })
	p.Counter("capdo_gate_decisions_total", "Decisions.", map[string]string{"decision": "allow"}, func() float64 { return 3 })
	h := p.Before(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/no") {
			w.WriteHeader(http.StatusTeapot)
		}
	}), "systems")
	for _, path := range []string{"/systems", "/systems/H56-0001", "/systems/no", "/H56-0001/x", "/"} {
		get(h, path)
	}
	_, says := get(p, "/metrics")
	for _, want := range []string{`capdo_http_requests_total{room="systems",status="200"} 2`, `capdo_http_requests_total{room="systems",status="418"} 1`,
		`capdo_http_requests_total{room="other",status="200"} 2`, "capdo_ledger_entries 7", `capdo_gate_decisions_total{decision="allow"} 3`,
		`capdo_build_info{law_digest="abc",version="v1"} 1`, "go_goroutines"} {
		if !strings.Contains(says, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(says, "H56") {
		t.Error("a figure names a system")
	}
}
