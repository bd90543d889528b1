package gate_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"capdo/internal/gate"
)

func BenchmarkDecide(b *testing.B) {
	book, other := open(b), good("B")
	for name, c := range map[string]gate.Case{
		"provider": {Provider: good("A"), At: noon(today), Live: true},
		"both":     {Provider: good("A"), Consumer: &other, Platform: "NDOP", At: noon(today), Live: true},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if gate.Decide(book, c).Decision != gate.Allow {
					b.Fatal("denied")
				}
			}
		})
	}
}

// BenchmarkHTTP compares, over loopback with one connection per client, a bare
// handler that writes an answer ready made, the gate with its register in
// memory, and the gate with a register of 1,000 systems on disk.
func BenchmarkHTTP(b *testing.B) {
	b.StopTimer()
	l := serve(b, connected, 1000)
	kept := at(b, memory{"A-0001": good("A-0001")}).Handler()
	body := get(kept, "GET", decisions, "provider=A-0001").Body.Bytes()
	bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if _, err := w.Write(body); err != nil {
			b.Error(err)
		}
	})
	for _, c := range []struct {
		name  string
		h     http.Handler
		codes int
	}{{"bare", bare, 1}, {"memory", kept, 1}, {"store", l.gate.Handler(), 1000}} {
		b.Run(c.name, func(b *testing.B) {
			srv := httptest.NewServer(c.h)
			defer srv.Close()
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				resp, err := srv.Client().Get(srv.URL + decisions + fmt.Sprintf("?provider=A-%04d", i%c.codes+1))
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
					b.Fatal(resp.Status, err)
				}
				if err := resp.Body.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
