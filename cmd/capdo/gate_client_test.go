package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestGateClient: everything signed, from a service that is really up, by the
// commands a gateway has; then the same with the service gone.
func TestGateClient(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	data := filepath.Join(dir, "data")
	w := world{getenv: func(string) string { return "" }, in: strings.NewReader(""), out: io.Discard, err: io.Discard,
		clock: func() time.Time { return time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC) }}
	p, err := open(ctx, w, data)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.office.Import(ctx, storetest.Keeper(), approval.World{Agencies: storetest.Agencies(), Source: "test"}); err != nil {
		t.Fatal(err)
	}
	good := storetest.Lead(t, p.office, "H56", "Một cửa", storetest.Deployed)
	bad := storetest.Lead(t, p.office, "H56", "Hai cửa", storetest.Registered)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serving, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- p.serveOn(serving, l, front{}) }()
	base := "http://" + l.Addr().String()
	fetch(t, base+"/ledger/v1/checkpoint") // it is up, and has made its keys

	trust, memory := filepath.Join(dir, "trust"), filepath.Join(dir, "memory")
	say := func(want int, args ...string) string {
		t.Helper()
		o := capdo(t, "", args...)
		if o.status != want {
			t.Errorf("%v: status %d, want %d\n%s%s", args, o.status, want, o.out, o.err)
		}
		return o.out + o.err
	}
	if err := os.WriteFile(trust, []byte(say(statusOK, "key", "list", "--jwks", "--data", data)), 0o600); err != nil {
		t.Fatal(err)
	}
	cert, list, snap := filepath.Join(dir, "cert"), filepath.Join(dir, "list"), filepath.Join(dir, "snapshot")
	keep := func(name, address string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(fetch(t, base+address)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keep(cert, "/gate/v1/tokens/"+good.Code)
	keep(list, "/statuslists/1")
	known := []string{"--url", base, "--trust", trust, "--memory", memory}
	with := func(args ...string) []string { return append(args, known...) }

	say(statusOK, "gate", "ask", "--provider", good.Code, "--url", base)
	say(statusFound, "gate", "ask", "--provider", bad.Code, "--url", base)
	say(statusFound, "gate", "ask", "--provider", "nobody", "--url", base)
	say(statusFound, "gate", "ask", "--provider", good.Code, "--url", base, "--on", "2020-01-01")
	say(statusUsage, "gate", "ask", "--provider", good.Code, "--url", base, "--known", "2020-01-01")
	say(statusUsage, "gate", "ask", "--provider", good.Code, "--url", base, "--on", "01/01/2020")
	say(statusOK, with("gate", "verify-list", base+"/statuslists/1", good.Code)...)
	say(statusOK, with("gate", "verify-list", base+"/statuslists/1", good.Code, "--cwt")...)
	say(statusFound, with("gate", "verify-list", base+"/statuslists/2", good.Code)...)
	say(statusFound, with("gate", "verify-list", base+"/statuslists/1", bad.Code)...)
	say(statusOK, with("gate", "verify-list", list, good.Code, "--token", cert)...)
	say(statusUsage, "gate", "verify-list", list, good.Code, "--token", cert)
	say(statusOK, with("gate", "snapshot", "--out", snap, good.Code)...)
	say(statusFound, with("gate", "snapshot", "--in", snap, bad.Code)...)
	if out := say(statusOK, "witness", "--dir", filepath.Join(dir, "w"), "--name", "w.test", "--url", base, "--trust", trust); !strings.Contains(out, "— w.test ") {
		t.Errorf("not cosigned:\n%s", out)
	}

	watched := make(chan string, 1)
	now := fetch(t, base+"/gate/v1/changes?wait=0")
	_, since, _ := strings.Cut(now, `"next":`)
	since, _, _ = strings.Cut(since, "}")
	go func() { watched <- capdo(t, "", "gate", "watch", "--url", base, "--since", since, "--count", "1").out }()
	if _, err := p.office.Revoke(ctx, storetest.Actor(law.RoleMPS, "G01"), good.Code, good.Version, approval.RevocationInput{Ground: "Sai"}); err != nil {
		t.Fatal(err)
	}
	if out := <-watched; !strings.Contains(out, good.Code) || !strings.Contains(out, `"deny"`) {
		t.Errorf("watched: %s", out)
	}
	say(statusFound, with("gate", "verify-list", base+"/statuslists/1", good.Code, "--token", cert)...)
	if out := say(statusFound, with("gate", "verify-list", list, good.Code, "--token", cert)...); !strings.Contains(out, "rollback") {
		t.Errorf("the list of before: %s", out)
	}
	say(statusFound, with("gate", "snapshot", good.Code)...)
	if out := say(statusUsage, with("gate", "snapshot", "--in", snap)...); !strings.Contains(out, "rollback") {
		t.Errorf("the snapshot of before: %s", out)
	}
	say(statusOK, "witness", "--dir", filepath.Join(dir, "w"), "--name", "w.test", "--url", base, "--trust", trust)

	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := p.close(); err != nil {
		t.Error(err)
	}
	say(statusOK, "verify", "--data", data)
	say(statusFound, "gate", "ask", "--provider", good.Code, "--url", base)
	say(statusFound, with("gate", "verify-list", base+"/statuslists/1", good.Code, "--token", cert)...)
	say(statusUsage, with("gate", "snapshot")...)
	say(statusUsage, "gate", "watch", "--url", base)
	say(statusUsage, "witness", "--dir", filepath.Join(dir, "w"), "--name", "w.test", "--url", base, "--trust", trust)

	// A register put back from before: the witness names it.
	another := filepath.Join(dir, "another")
	q, err := open(ctx, w, another)
	if err != nil {
		t.Fatal(err)
	}
	if err := q.office.Import(ctx, storetest.Keeper(), approval.World{Agencies: storetest.Agencies(), Source: "another"}); err != nil {
		t.Fatal(err)
	}
	if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	serving, stop = context.WithCancel(ctx)
	go func() { done <- q.serveOn(serving, l, front{}) }()
	base = "http://" + l.Addr().String()
	fetch(t, base+"/ledger/v1/checkpoint")
	if err := os.WriteFile(trust, []byte(say(statusOK, "key", "list", "--jwks", "--data", another)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := say(statusFound, "witness", "--dir", filepath.Join(dir, "w"), "--name", "w.test", "--url", base, "--trust", trust); !strings.Contains(out, "rollback") {
		t.Errorf("a shorter ledger: %s", out)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := q.close(); err != nil {
		t.Error(err)
	}
}

// TestTimeSource: a Date header tells how far the clock is off; whoever wants to
// know is told at once what is known, and of a source that is silent for a minute
// nothing is.
func TestTimeSource(t *testing.T) {
	var silent atomic.Bool
	source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if silent.Load() {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Date", "Sun, 22 Nov 2026 03:00:07 GMT")
	}))
	defer source.Close()
	clock := atomic.Pointer[time.Time]{}
	set := func(x time.Time) { clock.Store(&x) }
	begin := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	set(begin)
	s := &timeSource{address: source.URL, clock: func() time.Time { return *clock.Load() }}
	told := func() (time.Duration, error) { return s.offset(t.Context()) }
	if _, err := told(); err == nil {
		t.Error("a source that has not answered tells the time")
	}
	for got, err := told(); err != nil || got != 7500*time.Millisecond; got, err = told() {
		time.Sleep(time.Millisecond) // until it has
	}
	silent.Store(true)
	set(begin.Add(believed - 1))
	if got, err := told(); err != nil || got != 7500*time.Millisecond {
		t.Errorf("within the minute: %v %v", got, err)
	}
	set(begin.Add(believed))
	if _, err := told(); err == nil {
		t.Error("a source that went silent tells the time")
	}
}
