package main

import (
	"bytes"
	"capdo/internal/statuslist"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// child is a process that serves a register.
type child struct {
	*exec.Cmd
	url string
}

// serveProcess starts one and waits until it answers. Whoever leads a system beside
// it signs nothing.
func serveProcess(t *testing.T, args ...string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	s := &child{exec.Command(self, append([]string{"serve", "--sign-in", "relaxed", "--listen", at}, args...)...), "http://" + at}
	s.Env, s.Stderr = append(os.Environ(), asCommand+"=1"), &said
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.Process.Signal(syscall.SIGCONT)
		_ = s.Process.Kill()
		_ = s.Wait()
	})
	for range 600 {
		if resp, err := http.Get(s.url + "/gate/v1/decisions?provider=X-0000"); err == nil {
			_ = resp.Body.Close()
			return s
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("it does not serve: %s", said.String())
	return nil
}

// decision is what a process says of a system, "" when it says nothing in time.
func (s *child) decision(code string) string {
	c := http.Client{Timeout: 5 * time.Second}
	resp, err := c.Get(s.url + "/gate/v1/decisions?provider=" + code)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	var v gate.Verdict
	if json.NewDecoder(resp.Body).Decode(&v) != nil {
		return ""
	}
	return v.Decision
}

// sameLists: what each process hands out says that of the one system, is as new as
// any list seen before, and is the same.
func sameLists(t *testing.T, before int64, want statuslist.Status, all ...*child) (version int64) {
	t.Helper()
	var first []byte
	for i, p := range all {
		part := strings.Split(fetch(t, p.url+"/statuslists/1"), ".")
		if len(part) != 3 {
			t.Fatalf("no list of process %d: %q", i, part)
		}
		var c statuslist.Claims
		text, err := base64.RawURLEncoding.DecodeString(part[1])
		if err == nil {
			err = json.Unmarshal(text, &c)
		}
		if err != nil {
			t.Fatal(err)
		}
		l, err := statuslist.InflateText(c.List.Lst, c.List.Bits)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = l.Bytes
		}
		if version = c.Capdo.Version; version <= before && i == 0 || version < before || !bytes.Equal(first, l.Bytes) {
			t.Errorf("process %d lists version %d, after %d; the same as the first: %v", i, version, before, bytes.Equal(first, l.Bytes))
		}
		if got, err := l.At(0); err != nil || got != want {
			t.Errorf("process %d lists %v, want %v: %v", i, got, want, err)
		}
		before = version
	}
	return version
}

// TestReplicaProcesses: two processes serve one PostgreSQL. What is taken away
// anywhere is denied by both in the very next answer; one that is killed, or stands
// still, keeps nobody from writing and says nothing wrong when it comes back.
func TestReplicaProcesses(t *testing.T) {
	t.Parallel()
	for _, mode := range [][]string{{"--gate-mode", "exact"}, {"--gate-mode", "available", "--gate-lease", "800ms"}} {
		t.Run(mode[1], func(t *testing.T) {
			at, dir := storetest.Register(t), t.TempDir()
			s, err := store.Connect(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			s.Guard(storetest.Keys(dir))
			if err := s.MakeFigures(t.Context()); err != nil { // as the program does before it writes
				t.Fatal(err)
			}
			book, shelf, err := rules()
			if err != nil {
				t.Fatal(err)
			}
			o := &approval.Office{Store: s, Book: book, Shelf: shelf, Clock: time.Now}
			if err := o.Import(t.Context(), storetest.Keeper(), approval.World{Agencies: storetest.Agencies(), Source: "test"}); err != nil {
				t.Fatal(err)
			}
			x := storetest.Lead(t, o, "H56", "Một cửa", storetest.Deployed)
			args := append([]string{"--database", at, "--data", dir, "--sign-in", "relaxed"}, mode...) // nobody is there to sign
			both := []*child{serveProcess(t, args...), serveProcess(t, args...)}
			regulator := storetest.Actor(law.RoleMPS, "G01")
			turn := func(open bool) {
				t.Helper()
				var err error
				if open {
					x, err = o.Reinstate(t.Context(), regulator, x.Code, x.Version, "xong", "2")
				} else {
					x, err = o.Suspend(t.Context(), regulator, x.Code, x.Version, approval.SuspensionInput{Ground: "x", Number: "1"})
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			allowed := func(p *child) {
				t.Helper()
				for range 200 {
					if p.decision(x.Code) == gate.Allow {
						return
					}
					time.Sleep(20 * time.Millisecond)
				}
				t.Fatalf("it is not allowed any more: %s", p.decision(x.Code))
			}
			denied := func(when string, ps ...*child) {
				t.Helper()
				for i, p := range ps {
					if got := p.decision(x.Code); got != gate.Deny {
						t.Errorf("%s, process %d says %q", when, i, got)
					}
				}
			}
			var latest int64
			for n := range 5 {
				for _, p := range both {
					allowed(p)
				}
				turn(false)
				denied(fmt.Sprintf("after suspension %d", n), both...)
				latest = sameLists(t, latest, statuslist.Suspended, both...)
				turn(true)
				latest = sameLists(t, latest, statuslist.Valid, both...)
			}
			allowed(both[1])
			if err := both[1].Process.Signal(syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
			turn(false) // waits for the lease of the one that stands still
			denied("while the other stands still", both[0])
			if err := both[1].Process.Signal(syscall.SIGCONT); err != nil {
				t.Fatal(err)
			}
			denied("going on", both[1])
			turn(true)
			allowed(both[0])
			if err := both[0].Process.Kill(); err != nil {
				t.Fatal(err)
			}
			turn(false)
			denied("after the other was killed", both[1])
			again := serveProcess(t, args...)
			denied("started again", again, both[1])
			turn(true)
			allowed(again)
			allowed(both[1])
			if r, err := s.Verify(t.Context()); err != nil || len(r.Violations) > 0 {
				t.Errorf("the register does not verify: %v %+v", err, r.Violations)
			}
		})
	}
}
