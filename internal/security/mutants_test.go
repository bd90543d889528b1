package security_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mutant is one small fault, seeded by hand, that a test must find.
type mutant struct {
	id, file, why string
	old, put      string // put stands in the place of old
	room, test    string // the package and the tests that find it, the quickest there are
	found         bool   // they found it when it was last run
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
			m.room, m.test, _ = strings.Cut(rest, " ")
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

// groups are what the mutants are of, by how their names begin, and how many there
// must be at least.
var groups = []struct {
	name  string
	least int
	rooms []string
}{
	{"law", 30, []string{"law"}},
	{"gate", 30, []string{"gate"}},
	{"ledger", 20, []string{"ledger", "seal", "verify", "witness"}},
	{"tenancy", 25, []string{"tenant", "wall", "eyes"}},
}

// TestMutantsStand: every mutant is whole and still has its place, there are as
// many of each kind as was promised, and of each kind nine of ten were found when
// they were last run. TestMutants tells whether those marks are true.
func TestMutantsStand(t *testing.T) {
	seen, all, found := map[string]bool{}, map[string]int{}, map[string]int{}
	for _, m := range mutants(t) {
		room, _, _ := strings.Cut(m.id, "-")
		if all[room]++; seen[m.id] || m.why == "" || m.put == m.old || m.test == "" {
			t.Errorf("%s is not whole, or stands there twice", m.id)
		}
		if m.found {
			found[room]++
		}
		seen[m.id] = true
		if _, err := m.mutated(); err != nil {
			t.Errorf("%s: %s: %v", m.id, m.file, err)
		}
	}
	for _, g := range groups {
		n, hit := 0, 0
		for _, room := range g.rooms {
			n, hit = n+all[room], hit+found[room]
			delete(all, room)
		}
		t.Logf("%s: %d of %d found", g.name, hit, n)
		if n < g.least || 10*hit < 9*n {
			t.Errorf("%s: %d of %d mutants found, want nine of ten, of %d at least", g.name, hit, n, g.least)
		}
	}
	if len(all) > 0 {
		t.Errorf("of no group: %v", all)
	}
}

// sample is how many mutants of one room are run with each commit.
const sample = 3

// TestMutants runs the tests that should find a mutant, with the mutant in the
// place of the real file: one of them must fail, and all must pass without it.
// CAPDO_MUTANTS=all takes all mutants, any other value those whose names begin with
// it; without it a few of one room are taken, another room and others with each
// commit.
func TestMutants(t *testing.T) {
	which := os.Getenv("CAPDO_MUTANTS")
	if testing.Short() && which == "" {
		t.Skip("SKIPPED: -short")
	}
	rooms := map[string][]*mutant{} // by the package whose test finds them
	for _, m := range mutants(t) {
		if which == "" && m.found || which == "all" || which != "" && strings.HasPrefix(m.id, which) {
			rooms[m.room] = append(rooms[m.room], m)
		}
	}
	names := slices.Sorted(maps.Keys(rooms))
	if which == "" {
		n := commit(t)
		room := names[n%uint64(len(names))]
		ms := rooms[room]
		at := int(n / uint64(len(names)) % uint64(len(ms)))
		names, rooms[room] = []string{room}, slices.Concat(ms[at:], ms[:at])[:min(sample, len(ms))]
	}
	all, found := 0, 0
	for _, room := range names {
		all, found = all+len(rooms[room]), found+hunt(t, room, rooms[room])
	}
	t.Logf("%d of %d mutants found", found, all)
}

// commit is a number that another commit has otherwise; 0 without git.
func commit(t *testing.T) uint64 {
	out, err := exec.Command("git", "rev-parse", "HEAD").Output()
	if err != nil {
		t.Logf("no commit: %v", err)
		return 0
	}
	n, err := strconv.ParseUint(string(out[:min(12, len(out))]), 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// hunt runs the tests of a room on each of its mutants and counts those found.
func hunt(t *testing.T, room string, ms []*mutant) (found int) {
	l, err := weave(ms)
	if err != nil {
		t.Fatal(err)
	}
	woven := build(t, room, l.files)
	var names []string
	for _, m := range ms {
		names = append(names, "("+m.test+")")
	}
	slices.Sort(names)
	if out, failed := trial(t, woven, room, strings.Join(slices.Compact(names), "|"), ""); failed {
		t.Errorf("%s fails without any mutant:\n%s", room, out)
		return 0
	}
	for _, m := range ms {
		program := woven
		if slices.Contains(l.alone, m) {
			b, err := m.mutated()
			if err != nil {
				t.Fatalf("%s: %v", m.id, err)
			}
			program = build(t, room, map[string][]byte{m.file: b})
		}
		out, failed := trial(t, program, room, m.test, m.id)
		switch by := regexp.MustCompile(`--- FAIL: (\S+)`).FindSubmatch(out); {
		case !failed && m.found:
			t.Errorf("%s survives: %s: %s", m.id, m.file, m.why)
		case !failed:
			t.Logf("%s survives, as it did", m.id)
		case failed && by == nil:
			t.Errorf("%s fails otherwise than by a test:\n%s", m.id, out)
		default:
			found++
			t.Logf("%s: %s %s", m.id, room, by[1])
		}
	}
	return found
}

// build makes the tests of a room into a program, with files in the place of the
// real ones.
func build(t *testing.T, room string, files map[string][]byte) (program string) {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	dir, replace := t.TempDir(), map[string]string{}
	write := func(name string, b []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for name, b := range files {
		replace[filepath.Join(root, name)] = write(strings.ReplaceAll(name, "/", "+"), b)
	}
	table, err := json.Marshal(map[string]map[string]string{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	program = filepath.Join(dir, "program")
	c := exec.Command("go", "test", "-c", "-vet=off", "-overlay", write("overlay.json", table), "-o", program, "./"+room)
	c.Dir = root
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s does not build: %v\n%s", room, err, out)
	}
	return program
}

// trial runs tests of a program as one mutant, or as none.
func trial(t *testing.T, program, room, tests, id string) (out []byte, failed bool) {
	t.Helper()
	c := exec.Command(program, "-test.run", tests, "-test.failfast", "-test.timeout", "30m")
	c.Dir, c.Env = filepath.Join("..", "..", room), append(os.Environ(), chosen+"="+id)
	out, err := c.CombinedOutput()
	return out, err != nil
}
