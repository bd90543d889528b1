package law_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"capdo/internal/law"
)

// shared loads the embedded book once; a book never changes.
var shared = sync.OnceValues(law.Load)

// open is the embedded book.
func open(t testing.TB) *law.Book {
	t.Helper()
	b, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// facts decodes facts from JSON text.
func facts(t testing.TB, text string) law.Facts {
	t.Helper()
	f, err := law.DecodeFacts(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return f
}

// summary writes what a golden file expects.
func summary(d law.Determination) string {
	level, manual, missing := "none", "no", "none"
	if d.Level != nil {
		level = fmt.Sprint(*d.Level)
	}
	if d.Manual {
		manual = "yes"
	}
	if len(d.Incomplete) > 0 {
		missing = strings.Join(d.Incomplete, ",")
	}
	return fmt.Sprintf("level=%s manual=%s incomplete=%s", level, manual, missing)
}

// matched reports whether a rule is among the matches.
func matched(d law.Determination, id string) bool {
	return slices.ContainsFunc(d.Matched, func(m law.Match) bool { return m.ID == id })
}

// TestGolden runs each testdata/<rule>.txtar under the rule's own rule set.
func TestGolden(t *testing.T) {
	b := open(t)
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		rule := strings.TrimSuffix(filepath.Base(path), ".txtar")
		t.Run(rule, func(t *testing.T) { golden(t, b, path, rule) })
	}
}

func golden(t *testing.T, b *law.Book, path, rule string) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	set := law.RuleSet(strings.ToUpper(rule[:strings.Index(rule, ".")]))
	for i := 0; i+1 < len(archive.Files); i += 2 {
		input, want := archive.Files[i], archive.Files[i+1]
		if strings.TrimSuffix(input.Name, ".json") != strings.TrimSuffix(want.Name, ".want") {
			t.Fatalf("%s is not followed by its .want file", input.Name)
		}
		d := b.Determine(set, facts(t, string(input.Data)))
		if wantMatch := strings.HasPrefix(input.Name, "match-"); matched(d, rule) != wantMatch {
			t.Errorf("%s: matched is %v, want %v: %v", input.Name, !wantMatch, wantMatch, d.Matched)
		}
		if diff := cmp.Diff(strings.TrimSpace(string(want.Data)), summary(d)); diff != "" {
			t.Errorf("%s: %s", input.Name, diff)
		}
	}
}

// TestGoldenCoversEveryRule asks for a match and a near miss for each rule
// that facts can decide.
func TestGoldenCoversEveryRule(t *testing.T) {
	b := open(t)
	for _, set := range b.RuleSets() {
		for _, r := range b.Rules(set.ID) {
			if r.Kind == law.KindPrecondition {
				continue
			}
			archive, err := txtar.ParseFile("testdata/" + r.ID + ".txtar")
			if err != nil {
				t.Errorf("rule %s: %v", r.ID, err)
				continue
			}
			var names []string
			for _, f := range archive.Files {
				names = append(names, f.Name)
			}
			all := strings.Join(names, " ")
			unconditional := r.ID == "r116.8-1"
			if !strings.Contains(all, "match-") || !strings.Contains(all, "miss-") && !unconditional {
				t.Errorf("rule %s needs a match and a miss, has %s", r.ID, all)
			}
		}
	}
}

// TestVectors holds the worked examples the rules were handed over with.
func TestVectors(t *testing.T) {
	cases := []struct {
		name, facts string
		r85, r331   law.Level
	}{
		{"internal staff system", `{"type":"a","info":"personal"}`, 2, 2},
		{"internal notice board", `{"type":"a","info":"public"}`, 1, 1},
		{"provincial public services", `{"type":"b","info":"personal","dvctt_level":4,"handles_tthc":true,"users":50000,"subjects_basic":50000}`, 3, 3},
		{"portal of 12 000 users", `{"type":"b","info":"personal","users":12000,"subjects_basic":12000}`, 3, 2},
		{"9 000 sensitive subjects", `{"type":"b","info":"personal","users":9000,"subjects_sensitive":9000}`, 2, 2},
		{"10 000 sensitive subjects", `{"type":"b","info":"personal","users":10000,"subjects_sensitive":10000}`, 3, 3},
		{"provincial sharing platform", `{"type":"c","infra_scope":"sector_or_provinces"}`, 3, 3},
		{"nationwide exchange", `{"type":"c","infra_scope":"nationwide","need_24x7":true}`, 4, 4},
		{"100 000 basic accounts", `{"type":"b","info":"personal","users":100000,"subjects_basic":100000}`, 3, 3},
		{"99 999 basic accounts", `{"type":"b","info":"personal","users":99999,"subjects_basic":99999}`, 3, 2},
		{"composite", `{"components":[1,2,3]}`, 3, 3},
	}
	b := open(t)
	for _, c := range cases {
		for set, want := range map[law.RuleSet]law.Level{law.R85: c.r85, law.R331: c.r331} {
			d := b.Determine(set, facts(t, c.facts))
			if d.Level == nil || *d.Level != want || d.Manual {
				t.Errorf("%s under %s: %s, want level %d", c.name, set, summary(d), want)
			}
		}
	}
}

func TestDeterminationListed(t *testing.T) {
	b := open(t)
	cases := []struct {
		set   law.RuleSet
		facts string
		want  bool
	}{
		{law.R331, `{"type":"a","info":"public","ns_list_indicators":true}`, true},
		{law.R331, `{"national_critical_store":true}`, true},
		{law.R331, `{"components":[5]}`, true},
		{law.R331, `{"type":"d","works_grade":"I"}`, false},
		{law.R85, `{"national_critical_store":true,"ns_list_indicators":true}`, false},
	}
	for _, c := range cases {
		if got := b.Determine(c.set, facts(t, c.facts)).Listed(); got != c.want {
			t.Errorf("%s %s: listed %v, want %v", c.set, c.facts, got, c.want)
		}
	}
}

func TestDetermineShowsItsGround(t *testing.T) {
	d := open(t).Determine(law.R331, facts(t, `{"type":"a","info":"private","risk_level":5,"risk_assessed":true}`))
	two, five := law.Level(2), law.Level(5)
	want := law.Determination{Rules: law.R331, Level: &five, Incomplete: []string{}, Matched: []law.Match{
		{ID: "r331.12-1", Cites: "NĐ 331/2026/NĐ-CP, Điều 12 khoản 1", Level: &two},
		{ID: "r331.10-5", Cites: "NĐ 331/2026/NĐ-CP, Điều 10 khoản 5", Level: &five},
		{ID: "r331.16-4", Cites: "NĐ 331/2026/NĐ-CP, Điều 16 khoản 4"},
	}}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Error(diff)
	}
}

func TestDetermineUnknownRuleSet(t *testing.T) {
	text, err := json.Marshal(open(t).Determine("R1", law.Facts{}))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"rules":"R1","level":null,"manual":true,"incomplete":[],"matched":[]}`
	if string(text) != want {
		t.Errorf("got %s, want %s", text, want)
	}
}

func TestDetermineGapIsReferenceOnly(t *testing.T) {
	b := open(t)
	f := facts(t, `{"type":"b","info":"personal","users":10000}`)
	gap, ref := b.Determine(law.R116, f), b.Determine(law.R85, f)
	if !gap.Manual || gap.Level == nil || *gap.Level != *ref.Level {
		t.Errorf("gap gives %s beside %s", summary(gap), summary(ref))
	}
	if diff := cmp.Diff(ref.Matched, gap.Matched[1:]); diff != "" {
		t.Error(diff)
	}
}

func TestIncomplete(t *testing.T) {
	cases := []struct {
		set   law.RuleSet
		facts string
		want  string
	}{
		{law.R85, `{}`, "type"},
		{law.R85, `{"type":"b"}`, "info"},
		{law.R85, `{"type":"b","info":"personal","dvctt_level":3}`, ""},
		{law.R85, `{"type":"b","info":"state_secret"}`, "ns_harm"},
		{law.R85, `{"type":"b","info":"public","ns_harm":"serious"}`, ""},
		{law.R85, `{"type":"b","ns_harm":"serious","dvctt_level":3}`, "info"},
		{law.R85, `{"serves_defence_security":true,"national_critical_store":true}`, ""},
		{law.R331, `{}`, "type,risk_assessed"},
		{law.R331, `{"type":"b","risk_assessed":true}`, "subjects_basic,subjects_sensitive"},
		{law.R331, `{"type":"b","info":"public","risk_assessed":true}`, ""},
		{law.R331, `{"type":"b","info":"personal","subjects_sensitive":1,"risk_assessed":true}`, ""},
		{law.R331, `{"type":"b","info":"personal","handles_tthc":true}`, "risk_assessed"},
		{law.R331, `{"type":"c","serves_defence_security":true}`, "ns_harm,infra_scope,risk_assessed"},
	}
	b := open(t)
	for _, c := range cases {
		got := strings.Join(b.Determine(c.set, facts(t, c.facts)).Incomplete, ",")
		if got != c.want {
			t.Errorf("%s %s: incomplete %q, want %q", c.set, c.facts, got, c.want)
		}
	}
}

// TestDoubts: numbers and words that nobody stated leave a level open; a flag
// that nobody stated is a no, but for the ones of which the table says otherwise.
func TestDoubts(t *testing.T) {
	b := open(t)
	flags, open := 0, 0
	for _, rs := range []law.RuleSet{"R85", "R331"} {
		for _, kind := range law.FactWords("type") {
			for _, info := range append(law.FactWords("info"), "") {
				f := law.Facts{Type: kind, Info: info, ServesDefenceSecurity: info == "state_secret"}
				d := b.Determine(rs, f)
				doubts := b.Doubts(f, d)
				for _, name := range d.Incomplete {
					if law.FactIsFlag(name) {
						flags++
					} else if open++; !slices.Contains(doubts, name) {
						t.Errorf("%s, type %s, info %q: %s is not stated and no doubt", rs, kind, info, name)
					}
				}
				if i := slices.IndexFunc(doubts, law.FactIsFlag); i >= 0 {
					t.Errorf("%s, type %s, info %q: the flag %s is a doubt", rs, kind, info, doubts[i])
				}
			}
		}
	}
	if flags == 0 || open == 0 {
		t.Errorf("%d flags and %d others were open: nothing was looked at", flags, open)
	}
	one := 1
	f := law.Facts{Type: "b", Info: "public", DVCTTLevel: &one}
	if got := b.Doubts(f, b.Determine("R331", f)); !slices.Contains(got, "handles_tthc") {
		t.Errorf("an online service that settles no procedure is no doubt: %v", got)
	}
}
