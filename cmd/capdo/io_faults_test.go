package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// faulty runs the command with one system call of a kind failing at its nth use
// (strace, per thread), and says how it ended.
func faulty(t *testing.T, dir, call, fault string, nth int, args ...string) (status int, said string, hit bool) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	trace := filepath.Join(t.TempDir(), "trace")
	line := []string{"-f", "-q", "--seccomp-bpf", "-o", trace, "-e", "trace=" + call, "-e", fmt.Sprintf("inject=%s:error=%s:when=%d", call, fault, nth), self}
	c := exec.Command("strace", append(line, args...)...)
	c.Dir = dir
	c.Env = append(os.Environ(), asCommand+"=1", "GOMAXPROCS=1")
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	c.WaitDelay = 10 * time.Second
	err = c.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	b, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), out.String(), bytes.Contains(b, []byte("(INJECTED)"))
}

// TestInputOutputErrors lets the nth call of a kind fail, of every command that
// writes: the command says so or did its work, it never crashes, and the
// register agrees with its ledger whatever happened. CAPDO_IO_FAULTS is how many
// faults are played.
func TestInputOutputErrors(t *testing.T) {
	need(t, "strace")
	faults := 9 // one of each command
	if v := os.Getenv("CAPDO_IO_FAULTS"); v != "" {
		if _, err := fmt.Sscan(v, &faults); err != nil {
			t.Fatal(err)
		}
	}
	home := t.TempDir()
	whole := filepath.Join(home, "whole")
	mustSay := func(args ...string) string {
		t.Helper()
		o := said(t, nil, args...)
		if o.status != statusOK {
			t.Fatalf("%v: %+v", args, o)
		}
		return o.out
	}
	mustSay("seed", "--data", whole)
	mustSay("bundle", "--data", whole, "--out", filepath.Join(home, "bundle"))
	if err := os.WriteFile(filepath.Join(home, "recipients"), []byte(mustSay("backup", "keygen", "--out", filepath.Join(home, "identity"))), 0o600); err != nil {
		t.Fatal(err)
	}
	archive := strings.Fields(mustSay("backup", "--data", whole, "--to", filepath.Join(home, "kho"), "--recipients", filepath.Join(home, "recipients")))
	commands := [][]string{
		{"seed", "--data", "new"},
		{"key", "rotate", "--data", "data"},
		{"key", "rotate", "--alg", "master", "--data", "data"},
		{"gateway", "add", "gw", "--body", "G01", "--all", "--pin", strings.Repeat("ab", 32), "--data", "data"},
		{"backup", "--data", "data", "--to", "kho", "--recipients", filepath.Join(home, "recipients")},
		{"restore", "--from", archive[len(archive)-1], "--identity", filepath.Join(home, "identity"), "--data", "new"},
		{"bundle", "--data", "data", "--out", "bundle"},
		{"verify", "--data", "data"},
		{"report", "national", "--on", "2024-06-30", "--data", "data", "-o", "r.pdf"},
	}
	calls := []string{"pwrite64", "pread64", "fsync", "write", "openat", "renameat", "ftruncate", "open"}
	kinds := []string{"EIO", "ENOSPC", "EDQUOT", "EMFILE"}
	hits := 0
	for n := range faults {
		args, call, kind, nth := commands[n%len(commands)], calls[rand.IntN(len(calls))], kinds[rand.IntN(len(kinds))], 1+rand.IntN(12)
		dir := filepath.Join(home, fmt.Sprint("at", n))
		if err := os.MkdirAll(filepath.Join(dir, "data"), 0o700); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("cp", "-a", whole+"/.", filepath.Join(dir, "data")+"/").CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, out)
		}
		status, out, hit := faulty(t, dir, call, kind, nth, args...)
		if hit {
			hits++
		}
		where := fmt.Sprintf("%v with %s number %d failing with %s", args[:min(2, len(args))], call, nth, kind)
		if strings.Contains(out, "panic:") || strings.Contains(out, "fatal error:") && !strings.Contains(out, "runtime:") || status < 0 {
			t.Errorf("%s: status %d\n%s", where, status, out)
		}
		for _, data := range []string{"data", "new"} {
			if _, err := os.Stat(filepath.Join(dir, data, "capdo.db")); err != nil {
				continue
			}
			if o := said(t, nil, "verify", "--data", filepath.Join(dir, data)); o.status != statusOK {
				t.Errorf("%s: afterwards %s is not whole: %+v\n%s", where, data, o, out)
			}
		}
		if args[0] == "restore" && status != statusOK {
			if _, err := os.Stat(filepath.Join(dir, "new")); err == nil {
				t.Errorf("%s: a register is there that was not restored", where)
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	if hits < faults/4 {
		t.Errorf("%d of %d faults were met by the commands", hits, faults)
	}
	t.Logf("%d faults, %d met", faults, hits)
}
