package security_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// mutant is one small fault, seeded by hand, that a test must find.
type mutant struct {
	id, file, why string
	old, put      string      // put stands in the place of old
	kill          [][2]string // package and names of tests, the quickest first
	found         bool        // a test found it when it was last run
}

// mutants reads testdata/mutants.txt; its head says how it is written.
func mutants(t *testing.T) (all []*mutant) {
	t.Helper()
	b, err := os.ReadFile("testdata/mutants.txt")
	if err != nil {
		t.Fatal(err)
	}
	var m *mutant
	for i, line := range strings.Split(string(b), "\n") {
		mark, rest, _ := strings.Cut(line, " ")
		switch mark {
		case "@":
			m = &mutant{}
			m.id, rest, _ = strings.Cut(rest, " ")
			m.file, m.why, _ = strings.Cut(rest, ": ")
			all = append(all, m)
		case "-":
			m.old += rest + "\n"
		case "+":
			m.put += rest + "\n"
		case "?", "~":
			m.found = mark == "?"
			in, names, _ := strings.Cut(rest, " ")
			m.kill = append(m.kill, [2]string{in, names})
		case "", "#":
		default:
			t.Fatalf("testdata/mutants.txt:%d: %q", i+1, line)
		}
	}
	for _, m := range all {
		m.old, m.put = strings.TrimSuffix(m.old, "\n"), strings.TrimSuffix(m.put, "\n")
	}
	return all
}

// mutated is the file with the fault in it; the place must be there once.
func (m *mutant) mutated() ([]byte, error) {
	b, err := os.ReadFile(filepath.Join("..", "..", m.file))
	if err != nil {
		return nil, err
	}
	if n := bytes.Count(b, []byte(m.old)); n != 1 || m.old == "" {
		return nil, fmt.Errorf("what it changes stands there %d times", n)
	}
	return bytes.Replace(b, []byte(m.old), []byte(m.put), 1), nil
}

// TestMutantsStand: every mutant is whole and still has its place, and there
// are as many of each kind as was promised.
func TestMutantsStand(t *testing.T) {
	seen, rooms := map[string]bool{}, map[string]int{}
	for _, m := range mutants(t) {
		room, _, _ := strings.Cut(m.id, "-")
		if rooms[room]++; seen[m.id] || m.why == "" || m.put == m.old || len(m.kill) == 0 {
			t.Errorf("%s is not whole, or stands there twice", m.id)
		}
		seen[m.id] = true
		if _, err := m.mutated(); err != nil {
			t.Errorf("%s: %s: %v", m.id, m.file, err)
		}
	}
	for _, want := range []struct {
		least int
		rooms []string
	}{{30, []string{"law"}}, {30, []string{"gate"}}, {20, []string{"ledger", "seal", "verify", "witness"}}, {25, []string{"tenant", "wall", "eyes"}}} {
		n := 0
		for _, room := range want.rooms {
			n += rooms[room]
		}
		if n < want.least {
			t.Errorf("%d mutants of %v, want %d", n, want.rooms, want.least)
		}
	}
}

// TestMutants runs the tests with one mutant after the other in the place of
// the real file (go test -overlay): those that should find it must fail. It
// takes a dozen of the rooms that build quickly; CAPDO_MUTANTS=all takes all of
// them, or those whose names begin with it.
func TestMutants(t *testing.T) {
	which := os.Getenv("CAPDO_MUTANTS")
	if testing.Short() && which == "" {
		t.Skip("a dozen builds")
	}
	var run []*mutant
	for _, m := range mutants(t) {
		leaf := strings.HasPrefix(m.file, "internal/ledger/") || strings.HasPrefix(m.file, "internal/seal/") || strings.HasPrefix(m.file, "internal/law/d")
		if which == "all" || which != "" && strings.HasPrefix(m.id, which) || which == "" && leaf && m.found {
			run = append(run, m)
		}
	}
	if which == "" {
		run = run[:min(12, len(run))]
	}
	killed := 0
	for _, m := range run {
		if m.die(t) {
			killed++
		}
	}
	t.Logf("%d of %d mutants found", killed, len(run))
}

// die tells whether a test found the mutant; a mutant that does not compile is
// none.
func (m *mutant) die(t *testing.T) bool {
	b, err := m.mutated()
	if err != nil {
		t.Errorf("%s: %v", m.id, err)
		return false
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file, overlay := filepath.Join(dir, filepath.Base(m.file)), filepath.Join(dir, "overlay.json")
	table, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(root, m.file): file}})
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{file: b, overlay: table} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range m.kill {
		c := exec.Command("go", "test", "-overlay", overlay, "-vet=off", "-count=1", "-failfast", "-timeout=5m", "-p="+strconv.Itoa(runtime.NumCPU()), "-run", k[1], "./"+k[0])
		c.Dir = root
		out, err := c.CombinedOutput()
		switch {
		case err == nil:
			continue
		case bytes.Contains(out, []byte("[build failed]")), bytes.Contains(out, []byte("[setup failed]")):
			t.Errorf("%s does not compile:\n%s", m.id, out)
			return false
		}
		return true
	}
	t.Errorf("%s survives: %s: %s", m.id, m.file, m.why)
	return false
}
