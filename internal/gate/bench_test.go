package gate_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

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
		w.Header().Set("Content-Type", "application/json")
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

// BenchmarkDoors compares each door, its register in memory, with a handler that
// does as little as can be, in turn and over one connection each, sixteen
// requests at a time so that the server is never idle. The metric "of-bare" is
// the door's requests in the time of the bare handler's.
func BenchmarkDoors(b *testing.B) {
	g := at(b, memory{"A": good("A"), "B": good("B")})
	h, many := doors(b, g, gate.Doors{}), strings.Repeat(`{"resource":`+system("B")+`},`, 99)
	for _, c := range []struct{ name, request string }{
		{"connect", "GET " + connect + " HTTP/1.1\r\nHost: x\r\nX-System-Id: A\r\nX-Provider-Id: B\r\n\r\n"},
		{"evaluation", posted(evaluation, `{`+tuple("A", "B")+`}`)},
		{"evaluations of 100", posted(evaluations, `{`+tuple("A", "B")+`,"evaluations":[`+many+`{}]}`)},
		{"batch of 100", posted(decisions, `{"questions":[`+strings.Repeat(`{"provider":"B","consumer":"A"},`, 99)+`{"provider":"B"}]}`)},
	} {
		b.Run(c.name, func(b *testing.B) {
			bare, full := dial(b, http.HandlerFunc(nothing)), dial(b, h)
			var of [2]time.Duration
			for b.Loop() {
				for i, l := range []*line{bare, full} {
					began := time.Now()
					l.ask(b, c.request, 16)
					of[i] += time.Since(began)
				}
			}
			b.ReportMetric(float64(of[1].Nanoseconds())/float64(b.N)/16, "ns/request")
			b.ReportMetric(float64(of[0])/float64(of[1]), "of-bare")
		})
	}
}

// nothing answers like a decision, without making one.
func nothing(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["Cache-Control"] = []string{"no-store"}
	if r.Method == http.MethodGet {
		h["Content-Length"] = []string{"0"}
		return
	}
	h["Content-Type"] = []string{"application/json"}
	_, _ = io.WriteString(w, `{"decision":true,"context":{"reason":"allowed","note":"a bare handler"}}`) // the benchmark reads it
}

func posted(path, body string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
}

// line is one connection to a server.
type line struct {
	c  net.Conn
	in *bufio.Reader
}

func dial(b *testing.B, h http.Handler) *line {
	b.Helper()
	srv := httptest.NewServer(h)
	c, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Close(); srv.Close() })
	return &line{c, bufio.NewReaderSize(c, 1<<20)}
}

// ask sends a request n times at once and reads the answers.
func (l *line) ask(b *testing.B, request string, n int) {
	b.Helper()
	go func() { _, _ = io.WriteString(l.c, strings.Repeat(request, n)) }() // what is not sent is missed below
	for range n {
		resp, err := http.ReadResponse(l.in, nil)
		if err != nil || resp.StatusCode != http.StatusOK {
			b.Fatal(resp, err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			b.Fatal(err)
		}
	}
}
