package law_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"capdo/internal/law"
)

// vector is one line of testdata/vectors.
type vector struct {
	where string
	facts law.Facts
	text  string
	want  verdict
}

// vectors reads the vectors of one rule set.
func vectors(t *testing.T, set law.RuleSet) []vector {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/vectors/" + strings.ToLower(string(set)) + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	var out []vector
	for _, file := range archive.Files {
		for i, line := range strings.Split(strings.TrimSpace(string(file.Data)), "\n") {
			v := vector{where: fmt.Sprintf("%s %s:%d", set, file.Name, i+1)}
			var manual, listed string
			if _, err := fmt.Sscan(line, &v.want.Level, &manual, &listed, &v.text); err != nil {
				t.Fatalf("%s: %v", v.where, err)
			}
			v.want.Manual, v.want.Listed = manual == "manual", listed == "listed"
			v.facts = facts(t, v.text)
			out = append(out, v)
		}
	}
	return out
}

// asJSON is facts as text.
func asJSON(t testing.TB, f law.Facts) string {
	t.Helper()
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestVectorFiles(t *testing.T) {
	b := open(t)
	for _, set := range []law.RuleSet{law.R85, law.R331} {
		list := vectors(t, set)
		if len(list) < 200 {
			t.Errorf("%s has %d vectors", set, len(list))
		}
		for _, v := range list {
			if got := verdictOf(b.Determine(set, v.facts)); got != v.want {
				t.Errorf("%s: %s gives %+v, want %+v", v.where, v.text, got, v.want)
			}
			if second := plain(set, v.facts); second != v.want {
				t.Errorf("%s: %s is %+v in the plain table, want %+v", v.where, v.text, second, v.want)
			}
		}
	}
}

// TestVectorsCoverEverything asks that every word of every fact, both sides of
// every threshold and every level rule appear among the vectors.
func TestVectorsCoverEverything(t *testing.T) {
	b := open(t)
	edges := map[law.RuleSet][]string{
		law.R85:  {`"users":9999`, `"users":10000`, `"dvctt_level":0`, `"dvctt_level":1`, `"dvctt_level":2`, `"dvctt_level":3`, `"dvctt_level":4`},
		law.R331: {`"subjects_basic":99999`, `"subjects_basic":100000`, `"subjects_sensitive":9999`, `"subjects_sensitive":10000`},
	}
	for set, want := range edges {
		var all strings.Builder
		seen, levels := map[string]bool{}, map[law.Level]bool{}
		for _, v := range vectors(t, set) {
			all.WriteString(v.text)
			levels[v.want.Level] = true
			for _, m := range b.Determine(set, v.facts).Matched {
				seen[m.ID] = true
			}
		}
		for _, name := range law.FactNames() {
			for _, word := range law.FactWords(name) {
				want = append(want, `"`+name+`":"`+word+`"`)
			}
		}
		for level := range 6 {
			if !levels[law.Level(level)] {
				t.Errorf("%s: no vector comes to level %d", set, level)
			}
			if level > 0 {
				want = append(want, fmt.Sprintf(`"pm_decision_level":%d`, level))
			}
		}
		for _, w := range want {
			if !strings.Contains(all.String(), w) {
				t.Errorf("%s: no vector has %s", set, w)
			}
		}
		for _, r := range b.Rules(set) {
			if !seen[r.ID] && r.Kind != law.KindPrecondition {
				t.Errorf("%s: no vector matches %s", set, r.ID)
			}
		}
	}
}
