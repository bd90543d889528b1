package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/notice"
	"capdo/internal/store/storetest"
)

// mute is a server that takes every connection and says nothing; it returns its
// address.
func mute(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close() })
		}
	}()
	return l.Addr().String()
}

// prompt is how long the gate and the pages may take where they wait for nothing
// that hangs: far less than it hangs, and a page on a busy machine takes.
const prompt = 8 * time.Second

// TestSlowDependencies: whatever the service depends on takes every connection and
// says nothing (mail, webhooks, the scanner of documents, an identity provider, the
// time source, the collector of traces), and the disk is slow to sync. The gate
// answers as ever, the pages are there, a document is held, and what waits for them
// does not pile up. What cannot be known is not signed.
func TestSlowDependencies(t *testing.T) {
	t.Parallel() // it waits more than it works
	need(t, "strace")
	e := newEstate(t)
	hook := mute(t)
	e.subscribe("https://" + hook + "/")
	providers := filepath.Join(t.TempDir(), "providers.json")
	text, err := json.Marshal([]map[string]any{{"id": "x", "name": "X", "issuer": "http://" + mute(t), "client_id": "capdo"}})
	if err == nil {
		err = os.WriteFile(providers, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	delayed := []string{"strace", "-f", "-q", "--seccomp-bpf", "-o", os.DevNull, "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:delay_exit=150000"}
	e.serve(delayed, "--smtp", mute(t), "--smtp-tls", "none", "--smtp-from", "a@coquan.example", "--webhook-hosts", "*", "--webhook-networks", "127.0.0.0/8",
		"--scanner", "tcp:"+mute(t), "--openid", providers, "--time-source", "http://"+mute(t)+"/", "--traces", "http://"+mute(t))
	before, ok := e.figure("go_goroutines")
	if !ok {
		t.Fatal("no figures")
	}
	stop, asked := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		for {
			select {
			case <-stop:
				asked <- n
				return
			case <-time.After(5 * time.Millisecond):
			}
			if began := time.Now(); e.decision(e.open) != gate.Allow || time.Since(began) > prompt {
				t.Errorf("the gate took %v", time.Since(began))
			}
			n++
		}
	}()
	b, err := newBrowser(e.url)
	if err == nil {
		err = b.signIn(t.Context(), e.people["canbo.thanhhoa"])
	}
	if err != nil {
		t.Fatal(err)
	}
	storetest.Lead(t, e.p.office, "H56", "Một cửa có người nộp", storetest.Submitted) // somebody is to be told
	held := make(chan reply, 1)
	go func() {
		r, err := b.upload(t.Context(), "/systems/"+e.draft+"/documents", []byte("văn bản"))
		if err != nil {
			t.Error(err)
		}
		held <- r
	}()
	for range 3 {
		for _, path := range []string{"/", "/systems", "/systems/" + e.open, "/notices", "/overview"} {
			began := time.Now()
			if r, err := b.get(t.Context(), path); err != nil || r.status != http.StatusOK || time.Since(began) > prompt {
				t.Errorf("%s: %d %v after %v", path, r.status, err, time.Since(began))
			}
		}
		for range 20 { // a gateway that fetches lists over and over
			r, err := http.Get(e.url + "/statuslists/1")
			if err != nil {
				t.Fatal(err)
			}
			if _ = r.Body.Close(); r.StatusCode != http.StatusServiceUnavailable {
				t.Fatalf("a list is signed by a clock that nothing vouches for: %d", r.StatusCode)
			}
		}
	}
	if r := <-held; r.status != http.StatusSeeOther {
		t.Errorf("the document: %d", r.status)
	}
	after, ok := e.figure("go_goroutines")
	if close(stop); !ok || after > before+80 {
		t.Errorf("%.0f goroutines, then %.0f", before, after)
	}
	if n := <-asked; n < 20 {
		t.Errorf("the gate was asked %d times", n)
	} else {
		t.Logf("%d answers of the gate; %.0f goroutines, then %.0f", n, before, after)
	}
}

// subscribe asks for every notice of a system, by webhook and by mail.
func (e *estate) subscribe(hook string) {
	e.Helper()
	desk := &notice.Desk{Store: e.p.store, Clock: time.Now, Key: make([]byte, 32), Mail: true, Hosts: []string{"*"}}
	officer := approval.Actor{Person: "demo:canbo.thanhhoa", Account: "canbo.thanhhoa", Capacity: law.RoleOperator, Body: "H56"}
	for channel, address := range map[string]string{notice.Webhook: hook, notice.Email: "vanthu@coquan.example"} {
		if _, err := desk.Subscribe(context.Background(), officer, notice.Input{Channel: channel, Address: address, Kinds: notice.Kinds(), Mode: notice.AtOnce}); err != nil {
			e.Fatal(err)
		}
	}
}
