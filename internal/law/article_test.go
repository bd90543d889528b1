package law_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"capdo/internal/law"
)

// provisionRow is what the edge test reads of a row itself.
type provisionRow struct {
	ID, Kind, Listed, From, Until string
	Levels                        []law.Level
	Choice                        bool
}

func provisionRows(t *testing.T) []provisionRow {
	t.Helper()
	text, err := os.ReadFile("book/provisions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Provisions []provisionRow }
	if err := yaml.Unmarshal(text, &file); err != nil || len(file.Provisions) < 100 {
		t.Fatalf("%d rows, %v", len(file.Provisions), err)
	}
	return file.Provisions
}

// ids are the provisions of a case, those of a choice with a question mark.
func ids(list []law.Article, prefix string) string {
	var out []string
	for _, p := range list {
		if name, ok := strings.CutPrefix(p.ID, prefix); ok {
			if p.Choice {
				name += "?"
			}
			out = append(out, name)
		}
	}
	return strings.Join(out, " ")
}

// TestProvisionsAtTheirEdges looks at every row on the days around its span, at
// every level, on the list and off it.
func TestProvisionsAtTheirEdges(t *testing.T) {
	b := open(t)
	for _, r := range provisionRows(t) {
		said := 0
		for day, inSpan := range edges(datedRow{From: r.From, Until: r.Until}) {
			for level := law.MinLevel; level <= law.MaxLevel; level++ {
				for _, listed := range []bool{false, true} {
					fits := (r.Listed == "" || (r.Listed == "yes") == listed) && (len(r.Levels) == 0 || slices.Contains(r.Levels, level))
					want := inSpan && fits
					got := slices.ContainsFunc(b.Articles(law.ArticleCase{On: day, Level: level, Listed: listed}), func(p law.Article) bool {
						return p.ID == r.ID && p.Choice == r.Choice && p.Cites != "" && p.Confidence != "" && p.Says.VI != "" && p.Says.EN != ""
					})
					if got != want {
						t.Errorf("%s on %s at level %d, listed %t: %t, want %t", r.ID, day, level, listed, got, want)
					}
					if got {
						said++
					}
				}
			}
		}
		if said == 0 {
			t.Errorf("%s never speaks", r.ID)
		}
	}
}

// TestTasksAndMeasures is Luật 116/2025 Điều 10.3 to 10.5: all tasks at every
// level; the measures by choice at levels 1 and 2; b and c by choice at 3 and 4
// off the list; everything on it, and at level 5, which is always on it.
func TestTasksAndMeasures(t *testing.T) {
	b := open(t)
	const (
		tasks = "level risk supervise deploy report awareness"
		low   = "rules.low? appraise-design.low? conditions.low? standards.low? backup.low? compliance.low? monitoring.low? incidents.low?"
		high  = "rules.high appraise-design.high? conditions.high? standards.high backup.high compliance.high monitoring.high incidents.high"
	)
	for _, c := range []struct {
		level  law.Level
		listed bool
		want   string
	}{
		{1, false, low}, {2, false, low}, {3, false, high}, {4, false, high},
		{5, false, strings.ReplaceAll(strings.ReplaceAll(low, "low", "five"), "?", "")},
		{1, true, strings.ReplaceAll(strings.ReplaceAll(low, "low", "listed"), "?", "")},
		{3, true, strings.ReplaceAll(strings.ReplaceAll(low, "low", "listed"), "?", "")},
		{5, true, strings.ReplaceAll(strings.ReplaceAll(low, "low", "listed"), "?", "")},
	} {
		list := b.Articles(law.ArticleCase{On: "2026-11-22", Level: c.level, Listed: c.listed})
		if diff := cmp.Diff(tasks, ids(list, "task.")); diff != "" {
			t.Errorf("level %d, listed %t: tasks %s", c.level, c.listed, diff)
		}
		if diff := cmp.Diff(c.want, ids(list, "measure.")); diff != "" {
			t.Errorf("level %d, listed %t: measures %s", c.level, c.listed, diff)
		}
	}
	if got := ids(b.Articles(law.ArticleCase{On: "2026-06-30", Level: 3}), "measure."); got != "" {
		t.Errorf("the day before the law: %s", got)
	}
	for _, c := range []struct {
		on     law.Day
		level  law.Level
		listed bool
		want   string
	}{
		{"2024-06-30", 2, false, ""}, {"2024-06-30", 3, false, "tt12.3"}, {"2024-06-30", 4, false, "tt12.4"}, {"2024-06-30", 5, false, "tt12.4"},
		{"2026-11-22", 2, false, ""}, {"2026-11-22", 3, false, "r331.3"}, {"2026-11-22", 4, false, "r331.3"}, {"2026-11-22", 5, false, "r331.5"}, {"2026-11-22", 3, true, "r331.listed"},
	} {
		if got := ids(b.Articles(law.ArticleCase{On: c.on, Level: c.level, Listed: c.listed}), "separation."); got != c.want {
			t.Errorf("separation on %s at level %d, listed %t: %q, want %q", c.on, c.level, c.listed, got, c.want)
		}
	}
}

func TestDataPeriod(t *testing.T) {
	b := open(t)
	for on, want := range map[law.Day][2]law.Day{
		"2022-01-01": {"2021-12-15", "2022-12-14"},
		"2023-12-14": {"2022-12-15", "2023-12-14"},
		"2023-12-15": {"2023-12-15", "2024-12-14"},
		"2026-07-15": {"2025-12-15", "2026-12-14"},
		"2026-12-14": {"2025-12-15", "2026-12-14"},
		"2026-12-15": {"2026-12-15", "2027-12-14"},
		"2020-06-01": {"", ""},
	} {
		from, until, ok := b.DataPeriod(on)
		if from != want[0] || until != want[1] || ok != (want[0] != "") {
			t.Errorf("%s: %s to %s, %t; want %v", on, from, until, ok, want)
		}
	}
}

func TestStandard(t *testing.T) {
	b := open(t)
	for rs, want := range map[law.RuleSet]string{law.R85: "TCVN 11930:2017", law.R331: "TCVN 14423:2026", law.R116: ""} {
		if got, ok := b.Standard(rs); got.Number != want || ok != (want != "") {
			t.Errorf("%s: %q", rs, got.Number)
		}
	}
}
