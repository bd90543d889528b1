package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestLoadIsOpen: a server that stalls is asked no less for it, and the time it
// stalled is counted to every question that should have left meanwhile.
func TestLoadIsOpen(t *testing.T) {
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 1 {
			time.Sleep(400 * time.Millisecond)
		}
		if r.URL.Query().Get("provider") != "H56-0001" {
			w.WriteHeader(http.StatusTeapot)
		}
		_, _ = w.Write([]byte(`{"decision":"deny"}`))
	}))
	defer s.Close()
	codes := filepath.Join(t.TempDir(), "codes")
	if err := os.WriteFile(codes, []byte("H56-0001\n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := world{args: []string{"load", "--url", s.URL, "--codes", codes, "--rate", "100", "--for", "1s", "--connections", "1", "--json"},
		getenv: func(string) string { return "" }, out: &out, err: t.Output(), clock: time.Now}
	if got := run(context.Background(), w); got != statusOK {
		t.Fatal(got)
	}
	var r loadReport
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if r.Asked != 100 || asked.Load() != 100 || r.Status["200 deny"] != 100 {
		t.Errorf("%+v", r)
	}
	if r.Missed < 20 || r.Max < 400*time.Millisecond || r.P50 == 0 {
		t.Errorf("the stall is not seen: %+v", r)
	}
	if o := said(t, nil, "load", "--codes", filepath.Join(t.TempDir(), "none")); o.status != statusUsage || !strings.Contains(o.err, "none") {
		t.Errorf("%+v", o)
	}
	if o := said(t, nil, "load", "--codes", codes, "--rate", "0"); o.status != statusUsage {
		t.Errorf("%+v", o)
	}
}
