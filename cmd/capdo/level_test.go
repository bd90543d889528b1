package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"capdo/internal/law"
)

// TestVectorsThroughTheCommand runs every vector of both rule sets, at least
// 200 each, through capdo level.
func TestVectorsThroughTheCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: -short")
	}
	for _, set := range []string{"R85", "R331"} {
		t.Run(set, func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile("../../internal/law/testdata/vectors/" + strings.ToLower(set) + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, file := range archive.Files {
				for line := range strings.Lines(strings.TrimSpace(string(file.Data))) {
					n++
					vector(t, set, file.Name, line)
				}
			}
			if n < 200 {
				t.Errorf("%d vectors", n)
			}
		})
	}
}

// vector checks one line: level (0 none), manual, listed, facts.
func vector(t *testing.T, set, name, line string) {
	t.Helper()
	var level int
	var manual, listed, facts string
	if _, err := fmt.Sscan(line, &level, &manual, &listed, &facts); err != nil {
		t.Fatalf("%s: %q: %v", name, line, err)
	}
	r := capdo(t, facts, "level", "--rules", set)
	var d law.Determination
	if err := json.Unmarshal([]byte(r.out), &d); r.status != statusOK || err != nil {
		t.Errorf("%s: %s: %+v, %v", name, facts, r, err)
		return
	}
	got := 0
	if d.Level != nil {
		got = int(*d.Level)
	}
	flagged := slices.ContainsFunc(d.Matched, func(m law.Match) bool { return m.Cites == "" })
	if got != level || d.Manual != (manual == "manual") || d.Listed() != (listed == "listed") || flagged {
		t.Errorf("%s: %s: level %d, manual %t, listed %t; want %s", name, facts, got, d.Manual, d.Listed(), line)
	}
}
