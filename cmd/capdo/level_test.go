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
				n += vectors(t, set, file.Name, slices.Collect(strings.Lines(strings.TrimSpace(string(file.Data)))))
			}
			if n < 200 {
				t.Errorf("%d vectors", n)
			}
		})
	}
}

// vectors checks lines of level (0 none), manual, listed, facts, and counts them.
func vectors(t *testing.T, set, name string, lines []string) int {
	t.Helper()
	type want struct {
		level                 int
		manual, listed, facts string
	}
	var wants []want
	var in strings.Builder
	for _, line := range lines {
		var x want
		if _, err := fmt.Sscan(line, &x.level, &x.manual, &x.listed, &x.facts); err != nil {
			t.Fatalf("%s: %q: %v", name, line, err)
		}
		wants = append(wants, x)
		in.WriteString(x.facts + "\n")
	}
	r := capdo(t, in.String(), "level", "--rules", set, "--lines")
	answers := slices.Collect(strings.Lines(r.out))
	if r.status != statusOK || len(answers) != len(wants) {
		t.Fatalf("%s: %d answers to %d: %+v", name, len(answers), len(wants), r)
	}
	for i, x := range wants {
		var d law.Determination
		if err := json.Unmarshal([]byte(answers[i]), &d); err != nil {
			t.Fatalf("%s: %s: %v", name, x.facts, err)
		}
		got := 0
		if d.Level != nil {
			got = int(*d.Level)
		}
		flagged := slices.ContainsFunc(d.Matched, func(m law.Match) bool { return m.Cites == "" })
		if got != x.level || d.Manual != (x.manual == "manual") || d.Listed() != (x.listed == "listed") || flagged {
			t.Errorf("%s: level %d, manual %t, listed %t; want %+v", name, got, d.Manual, d.Listed(), x)
		}
	}
	return len(lines)
}

// TestLevelLines: a bad line is named, what stands before it is answered.
func TestLevelLines(t *testing.T) {
	r := capdo(t, "{\"type\":\"b\"}\n{\"colour\":1}\n", "level", "--rules", "R85", "--lines")
	if r.status != statusUsage || !strings.Contains(r.err, "line 2") || !strings.Contains(r.err, "colour") || strings.Count(r.out, "\n") != 1 {
		t.Errorf("%+v", r)
	}
	if r := capdo(t, "{\"type\":\"b\"}\n{}", "level", "--rules", "R85"); r.status != statusUsage {
		t.Errorf("two objects without --lines: %+v", r)
	}
}
