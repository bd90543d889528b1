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
	go func() { done <- p.serveOn(ctx, l, false) }()
	base := "http://" + l.Addr().String()
	for path, want := range map[string]string{"/livez": "ok", "/sign-in": "<html", "/gate/v1/decisions?provider=X": `"decision":"deny"`} {
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
