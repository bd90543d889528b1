package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"capdo/internal/backup"
)

// served is capdo serve running in this process.
type served struct {
	*testing.T
	data   string
	mu     sync.Mutex
	log    bytes.Buffer
	stop   context.CancelFunc
	status chan int
}

// Write implements io.Writer for the log.
func (s *served) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(b)
}

// serveIn starts capdo serve on a register and waits until it serves.
func serveIn(t *testing.T, data string, args ...string) *served {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	s := &served{T: t, data: data, stop: stop, status: make(chan int, 1)}
	w := world{args: append([]string{"serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--data", data}, args...), getenv: func(string) string { return "" }, in: strings.NewReader(""), out: s, err: s, clock: time.Now}
	go func() { s.status <- run(ctx, w) }()
	t.Cleanup(s.end)
	s.at("serving operators")
	return s
}

// at waits for a line of the log and returns the address in it.
func (s *served) at(message string) string {
	s.Helper()
	for began := time.Now(); time.Since(began) < 30*time.Second; time.Sleep(10 * time.Millisecond) {
		s.mu.Lock()
		lines := strings.Split(s.log.String(), "\n")
		s.mu.Unlock()
		for _, line := range lines {
			var l struct{ Msg, Address string }
			if json.Unmarshal([]byte(line), &l) == nil && l.Msg == message {
				return l.Address
			}
		}
	}
	s.Fatalf("no %q in the log:\n%s", message, s.log.String())
	return ""
}

// end stops the service; it must end well, once.
func (s *served) end() {
	s.stop()
	select {
	case got := <-s.status:
		if got != statusOK {
			s.Errorf("serve ended with %d:\n%s", got, s.log.String())
		}
	case <-time.After(30 * time.Second):
		s.Error("serve does not end")
	}
	s.status <- statusOK // whoever ends it again
}

// get asks the operators' listener.
func (s *served) get(path string) (int, string) {
	s.Helper()
	r, err := http.Get("http://" + s.at("serving operators") + path)
	if err != nil {
		s.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		s.Fatal(err)
	}
	return r.StatusCode, string(b)
}

// TestOperatorsListener: the service says that it lives and is ready, and its
// figures; a disk without its reserve and lost entries make it unready, and the
// command says the same as the address.
func TestOperatorsListener(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	if o := said(t, nil, "seed", "--data", data); o.status != statusOK {
		t.Fatal(o)
	}
	s := serveIn(t, data)
	for path, want := range map[string]int{"/livez": 200, "/readyz": 200, "/metrics": 200, "/systems": 404} {
		if code, says := s.get(path); code != want {
			t.Errorf("%s: %d\n%s", path, code, says)
		}
	}
	if r, err := http.Get("http://" + s.at("serving") + "/sign-in"); err != nil || r.Body.Close() != nil {
		t.Fatal(err)
	}
	for range 3 {
		for _, query := range []string{"?provider=absent", "?provider=absent&platform=NDOP", "?what=1"} {
			r, err := http.Get("http://" + s.at("serving") + "/gate/v1/decisions" + query)
			if err != nil || r.Body.Close() != nil {
				t.Fatal(err)
			}
		}
	}
	_, figures := s.get("/metrics")
	for _, want := range []string{`capdo_http_requests_total{room="sign-in",status="200"} 1`, `capdo_gate_decisions_total{door="decisions",outcome="deny",platform="NDOP"} 3`,
		`capdo_gate_decisions_total{door="decisions",outcome="deny",platform="NDXP"} 3`, `capdo_gate_decisions_total{door="decisions",outcome="refused",platform=""} 3`, `capdo_gate_decisions_total{door="connect",outcome="allow",platform="NDXP"} 0`, "capdo_ledger_entries ", "capdo_backup_age_seconds -1", "capdo_backup_lacks 5", "capdo_disk_free_bytes "} {
		if !strings.Contains(figures, want) {
			t.Errorf("no %s", want)
		}
	}
	if o := said(t, nil, "healthcheck", "--ops-listen", s.at("serving operators")); o.status != statusOK || !strings.Contains(o.out, "ok gate") {
		t.Errorf("%+v", o)
	}
	s.end()
	if o := said(t, nil, "healthcheck", "--live", "--ops-listen", "127.0.0.1:1"); o.status != statusFound {
		t.Errorf("nobody is there: %+v", o)
	}
	if code, says := serveIn(t, data, "--disk-reserve-mib", "1000000000").get("/readyz"); code != 503 || !strings.Contains(says, "disk: ") {
		t.Errorf("%d %s", code, says)
	}
	p, err := open(t.Context(), world{getenv: os.Getenv, out: t.Output(), err: t.Output(), clock: time.Now}, data)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.vault().Restored(t.Context(), keeper(), backup.Made{At: p.clock()}, 1); err != nil {
		t.Fatal(err)
	}
	if err := p.close(); err != nil {
		t.Fatal(err)
	}
	if code, says := serveIn(t, data).get("/readyz"); code != 503 || !strings.Contains(says, "restore: ") || !strings.Contains(says, "gate: ") {
		t.Errorf("%d %s", code, says)
	}
}

// TestTraces: requests reach the collector as spans with the transactions
// beneath them, and carry no address, no name and no text.
func TestTraces(t *testing.T) {
	var mu sync.Mutex
	var got bytes.Buffer
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.URL.Path != "/v1/traces" {
			t.Errorf("sent to %s", r.URL.Path)
		}
		if _, err := io.Copy(&got, r.Body); err != nil {
			t.Error(err)
		}
	}))
	defer collector.Close()
	s := serveIn(t, filepath.Join(t.TempDir(), "data"), "--traces", collector.URL)
	q, err := http.NewRequest(http.MethodGet, "http://"+s.at("serving")+"/sign-in?name7f3a=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Cookie", "capdo=7f3a")
	r, err := http.DefaultClient.Do(q)
	if err != nil || r.Body.Close() != nil {
		t.Fatal(err)
	}
	s.end()
	mu.Lock()
	defer mu.Unlock()
	for _, want := range []string{"GET sign-in", "capdo.room", "http.response.status_code", "read"} {
		if !bytes.Contains(got.Bytes(), []byte(want)) {
			t.Errorf("no %q among %d bytes", want, got.Len())
		}
	}
	if bytes.Contains(got.Bytes(), []byte("7f3a")) {
		t.Error("a span carries what was sent")
	}
}

// TestRoomsAreThoseOfThePages: what figures and spans call a room is the first
// step of an address that there is.
func TestRoomsAreThoseOfThePages(t *testing.T) {
	b, err := os.ReadFile("testdata/wall.txt")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^(?:GET|POST) /([a-z-]+)`).FindAllStringSubmatch(string(b), -1)
	if len(found) < 50 {
		t.Fatalf("%d routes in the policy", len(found))
	}
	for _, m := range found {
		if !slices.Contains(rooms(), m[1]) && m[1] != "livez" {
			t.Errorf("/%s is no room of figures", m[1])
		}
	}
}
