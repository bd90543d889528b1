package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestServe: the program answers on its address, the gate and the pages both,
// and stops when it is told to.
func TestServe(t *testing.T) {
	w := world{getenv: func(string) string { return "" }, in: strings.NewReader(""), out: io.Discard, err: io.Discard, clock: time.Now}
	p, err := open(context.Background(), w, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	}()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.serveOn(ctx, l, front{}) }()
	base := "http://" + l.Addr().String()
	for path, want := range map[string]string{"/livez": "ok", "/sign-in": "<html", "/gate/v1/decisions?provider=X": `"decision":"deny"`, "/access/v1/evaluation": "POST", "/gate/v1/nothing": "deny"} {
		body := fetch(t, base+path)
		if !strings.Contains(body, want) {
			t.Errorf("GET %s: %.200q, want %q", path, body, want)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := net.DialTimeout("tcp", l.Addr().String(), time.Second); err == nil {
		t.Error("still listening after the stop")
	}
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestNetworks(t *testing.T) {
	if got, err := networks(" 10.0.0.0/8, ::1/128 ,"); err != nil || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"10.0.0.1", "everyone", "10.0.0.0/99"} {
		if r := capdo(t, "", "serve", "--gateways", bad, "--data", t.TempDir()); r.status != statusUsage || !strings.Contains(r.err, "--gateways") {
			t.Errorf("%s: %+v", bad, r)
		}
	}
	if r := capdo(t, "", "serve", "--authzen-base", "http://plain.example", "--listen", "127.0.0.1:0", "--data", t.TempDir()); r.status != statusUsage || !strings.Contains(r.err, "https") {
		t.Errorf("metadata over plain http: %+v", r)
	}
}
