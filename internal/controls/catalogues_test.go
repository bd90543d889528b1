package controls_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"capdo/internal/controls"
	"capdo/internal/law"
)

var (
	levels = []law.Level{1, 2, 3, 4, 5}
	sets   = []law.RuleSet{law.R85, law.R116, law.R331}
)

// open loads the embedded catalogues.
func open(t *testing.T) *controls.Catalogues {
	t.Helper()
	c, err := controls.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// find returns one control of a list.
func find(t *testing.T, list []controls.Control, key string) controls.Control {
	t.Helper()
	i := slices.IndexFunc(list, func(x controls.Control) bool { return x.Key == key })
	if i < 0 {
		t.Fatalf("no %s", key)
	}
	return list[i]
}

// TestCountsOfTT12 holds the counts of TT 12/2022 at the table's granularity.
func TestCountsOfTT12(t *testing.T) {
	kinds := []struct {
		name string
		is   func(controls.Control) bool
		want []int
	}{
		{"management with a clause", func(x controls.Control) bool { return x.Group[0] == 'M' && x.Standard == "TCVN 11930:2017" }, []int{13, 16, 20, 20, 20}},
		{"plans of TT 12", func(x controls.Control) bool { return x.Group == "M6" || x.Group == "M7" }, []int{2, 2, 2, 2, 2}},
		{"technical", func(x controls.Control) bool { return x.Group[0] == 'T' }, []int{13, 17, 21, 21, 21}},
		{"zones", func(x controls.Control) bool { return x.Group == "Z" }, []int{3, 5, 7, 8, 8}},
		{"capabilities", func(x controls.Control) bool { return x.Group == "C" }, []int{3, 6, 16, 17, 19}},
		{"all", func(controls.Control) bool { return true }, []int{34, 46, 66, 68, 70}},
	}
	c := open(t)
	for _, k := range kinds {
		var got []int
		for _, at := range levels {
			n := 0
			for _, x := range c.For(law.R85, at) {
				if k.is(x) {
					n++
				}
			}
			got = append(got, n)
		}
		if diff := cmp.Diff(k.want, got); diff != "" {
			t.Errorf("%s: %s", k.name, diff)
		}
	}
}

func TestGroupsOf14423(t *testing.T) {
	groups, rows := map[law.Level]int{}, map[law.Level]int{}
	all := open(t).Groups(law.R331)
	for _, g := range all {
		for at := range g.Clauses {
			groups[at]++
		}
		for at, n := range g.StatedRows {
			rows[at] += n
		}
	}
	if diff := cmp.Diff(map[law.Level]int{1: 15, 2: 15, 3: 18, 4: 18, 5: 18}, groups); diff != "" {
		t.Errorf("groups: %s", diff)
	}
	if diff := cmp.Diff(map[law.Level]int{1: 111, 2: 129, 3: 195, 4: 273, 5: 288}, rows); diff != "" {
		t.Errorf("stated rows: %s", diff)
	}
	i := slices.IndexFunc(all, func(g controls.Group) bool { return g.Key == "SC" })
	if got := all[i].Clauses; got[3] != "5.16" || got[4] != "6.17" {
		t.Errorf("incident response stands at %v", got)
	}
}

func TestOneKeyManyClauses(t *testing.T) {
	cases := []struct {
		rules  law.RuleSet
		level  law.Level
		key    string
		clause string // "" = the level does not ask for it
	}{
		{law.R85, 1, "M4.3", "5.1.4.2"}, {law.R85, 2, "M4.3", "6.1.4.3"}, {law.R85, 5, "M4.3", "9.1.4.3"},
		{law.R85, 1, "M5.8", ""}, {law.R85, 2, "M5.8", "6.1.5.4"}, {law.R85, 3, "M5.8", "7.1.5.8"},
		{law.R85, 1, "T4.3", "5.2.4.1"}, {law.R85, 2, "T4.3", "6.2.4.2"}, {law.R85, 3, "T4.3", "7.2.4.3"},
		{law.R85, 2, "C03", "TT12 II.1"}, {law.R85, 3, "C03", ""}, {law.R85, 4, "C19", ""},
		{law.R331, 1, "RR.process", "3.1"}, {law.R331, 3, "RR.process", "5.1.2.1"},
		{law.R331, 3, "HW.wipe", "5.2.2.3"}, {law.R331, 4, "HW.wipe", ""}, {law.R331, 4, "HW.scan", "6.2.2.3"},
		{law.R331, 3, "TT.signature", "5.4.2.8"}, {law.R331, 4, "TT.signature", "6.4.2.10"}, {law.R331, 4, "TT.dlp", "6.4.2.8"},
		{law.R331, 4, "HT.access", "6.12.2.4"}, {law.R331, 5, "HT.access", "7.12.2.5"},
		{law.R331, 3, "SC.policy", "5.16.1"}, {law.R331, 4, "SC.policy", ""},
		{law.R331, 2, "ND331.cloud-logical", ""}, {law.R331, 4, "ND331.cloud-logical", "Đ30.8"}, {law.R331, 5, "ND331.cloud-physical", "Đ30.9"},
	}
	c := open(t)
	for _, x := range cases {
		got := ""
		for _, k := range c.For(x.rules, x.level) {
			if k.Key == x.key {
				got = k.Clause
			}
		}
		if got != x.clause {
			t.Errorf("%s at level %d under %s: %q, want %q", x.key, x.level, x.rules, got, x.clause)
		}
	}
}

func TestReviewPeriods(t *testing.T) {
	want := map[string][]int{
		"RR.process": {12, 12, 12, 12, 6}, "HW.rogue": {12, 12, 6, 3, 1}, "HW.policy": {12, 12, 12, 12, 6},
		"TT.rules": {12, 12, 6, 3, 1}, "TK.list": {12, 12, 6, 3, 1}, "LH.scan": {12, 12, 6, 3, 1},
		"LH.patch": {1, 1, 1, 1, 1}, "NK.rules": {12, 12, 6, 1, 1}, "HT.architecture": {12, 12, 12, 6, 3},
		"NS.awareness": {12, 12, 12, 12, 12}, "ND331.inspection": {0, 0, 0, 0, 0},
	}
	c := open(t)
	for key, months := range want {
		for i, at := range levels {
			if got := find(t, c.For(law.R331, at), key).ReviewMonths; got != months[i] {
				t.Errorf("%s at level %d: %d months, want %d", key, at, got, months[i])
			}
		}
	}
	upper := map[string][]int{"RR.identify": {12, 6, 6}, "RR.treat": {12, 6, 6}, "GS.tuning": {6, 3, 1}, "KT.programme": {0, 0, 0}}
	for key, months := range upper {
		for i, at := range levels[2:] {
			if got := find(t, c.For(law.R331, at), key).ReviewMonths; got != months[i] {
				t.Errorf("%s at level %d: %d months, want %d", key, at, got, months[i])
			}
		}
	}
}

func TestThresholds(t *testing.T) {
	cases := []struct {
		rules  law.RuleSet
		key    string
		name   string
		values []string // by level, "" = none
	}{
		{law.R85, "T1.3", "Log retention", []string{"", "1", "3", "6", "12"}},
		{law.R85, "C19", "Distance", []string{"", "", "", "", "30"}},
		{law.R331, "NK.rules", "Log retention", []string{"", "1", "3", "6", "12"}},
		{law.R331, "LH.scan", "Scan of important", []string{"", "", "", "3", "1"}},
		{law.R331, "TK.rules", "Idle accounts", []string{"45", "45", "45", "45", "45"}},
		{law.R331, "CH.lock", "Session lock, business", []string{"", "15", "15", "15", "15"}},
		{law.R331, "CH.lock", "Wrong logins, business", []string{"", "5", "5", "5", "5"}},
		{law.R331, "TK.password", "Length without", []string{"≥ 14", "≥ 14", "≥ 14", "≥ 14", "≥ 14"}},
		{law.R331, "TT.encryption", "Layers", []string{"", "", "1", "≥ 2", "≥ 2"}},
		{law.R331, "HT.zones", "Zones", []string{"", "5", "7", "9", "9"}},
		{law.R331, "ND331.incidents", "First notice", []string{"≤ 24", "≤ 24", "≤ 24", "≤ 24", "≤ 24"}},
	}
	c := open(t)
	for _, x := range cases {
		for i, at := range levels {
			got := ""
			for _, k := range c.For(x.rules, at) {
				for _, h := range k.Thresholds {
					if k.Key == x.key && strings.HasPrefix(h.Name.EN, x.name) {
						got = h.Value
					}
				}
			}
			if got != x.values[i] {
				t.Errorf("%s %q at level %d: %q, want %q", x.key, x.name, at, got, x.values[i])
			}
		}
	}
}

func TestConditions(t *testing.T) {
	c := open(t)
	for at, word := range map[law.Level]string{3: "Đ9.2.c", 4: "state secrets", 5: "product is required"} {
		if x := find(t, c.For(law.R85, at), "C01"); !strings.Contains(x.Condition.EN, word) {
			t.Errorf("C01 at level %d: %q lacks %q", at, x.Condition.EN, word)
		}
	}
	if x := find(t, c.For(law.R85, 1), "C01"); x.Condition != (law.Text{}) {
		t.Errorf("C01 at level 1 is conditional: %q", x.Condition.EN)
	}
}

func TestEveryControlSpeaksForItself(t *testing.T) {
	c := open(t)
	legend := map[string]bool{}
	for _, s := range c.Sources() {
		legend[s.Key] = true
	}
	for _, rs := range sets {
		for _, at := range levels {
			list := c.For(rs, at)
			if len(list) == 0 {
				t.Errorf("%s asks nothing at level %d", rs, at)
			}
			for _, x := range list {
				said(t, x.Key, append([]law.Text{x.Title}, x.Proof...)...)
				if x.Standard == "" || x.Clause == "" || x.Confidence == "" || len(x.Proof) == 0 {
					t.Errorf("%s does not explain itself: %+v", x.Key, x)
				}
				for s := range strings.SplitSeq(x.Source, ", ") {
					if !legend[s] {
						t.Errorf("%s: source %q is not explained", x.Key, s)
					}
				}
				if rs == law.R331 && x.Group != "ND331" && len(x.PlanParts) == 0 {
					t.Errorf("%s stands in no part of the plan", x.Key)
				}
			}
		}
	}
}

// said checks that texts exist in both languages, composed.
func said(t *testing.T, what string, texts ...law.Text) {
	t.Helper()
	for _, x := range texts {
		if x.VI == "" || x.EN == "" || !norm.NFC.IsNormalString(x.VI) || !norm.NFC.IsNormalString(x.EN) {
			t.Errorf("%s says %+v", what, x)
		}
	}
}

func TestOrderAndUniqueClauses(t *testing.T) {
	c := open(t)
	for _, rs := range sets {
		for _, at := range levels {
			clauses, keys := map[string]string{}, map[string]bool{}
			for _, x := range c.For(rs, at) {
				if keys[x.Key] {
					t.Errorf("%s level %d: %s twice", rs, at, x.Key)
				}
				keys[x.Key] = true
				if before, ok := clauses[x.Clause]; ok && x.Group != "Z" && x.Group != "C" {
					t.Errorf("%s level %d: %s and %s share %s", rs, at, before, x.Key, x.Clause)
				}
				clauses[x.Clause] = x.Key
			}
		}
	}
	var got []string
	for _, x := range c.For(law.R331, 5) {
		if x.Group == "TT" || x.Group == "HT" {
			got = append(got, x.Clause)
		}
	}
	want := strings.Split("7.4.2.1 7.4.2.2 7.4.2.3 7.4.2.4 7.4.2.5 7.4.2.6 7.4.2.7 7.4.2.8 7.4.2.9 7.4.2.10 "+
		"7.12.2.1 7.12.2.2_a 7.12.2.2_b 7.12.2.3 7.12.2.4 7.12.2.5 7.12.2.6 7.12.2.7 7.12.2.8", " ")
	for i := range want {
		want[i] = strings.ReplaceAll(want[i], "_", " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	last := c.For(law.R331, 3)
	if x := last[len(last)-1]; x.Clause != "Đ35" {
		t.Errorf("the list of level 3 ends with %s %s", x.Standard, x.Clause)
	}
}

func TestPlanParts(t *testing.T) {
	c := open(t)
	var parts []string
	for _, p := range c.PlanParts() {
		parts = append(parts, p.Key)
		said(t, p.Key, p.Title)
	}
	if diff := cmp.Diff([]string{"a", "b", "c", "d", "đ", "e", "g"}, parts); diff != "" {
		t.Error(diff)
	}
	for _, at := range levels {
		found := map[string]bool{}
		for _, x := range c.For(law.R331, at) {
			for _, p := range x.PlanParts {
				found[p] = true
			}
		}
		if got := slices.Sorted(maps.Keys(found)); len(got) != 7 {
			t.Errorf("level %d fills only the parts %v", at, got)
		}
	}
}

func TestHigherIsNotSuperset(t *testing.T) {
	c := open(t)
	above := map[string]bool{}
	for _, x := range c.For(law.R331, 4) {
		above[x.Key] = true
	}
	var lost []string
	for _, x := range c.For(law.R331, 3) {
		if !above[x.Key] {
			lost = append(lost, x.Key)
		}
	}
	if diff := cmp.Diff([]string{"HW.wipe", "SC.policy"}, lost); diff != "" {
		t.Error(diff)
	}
}

func TestGapFollowsTheOldList(t *testing.T) {
	c := open(t)
	if diff := cmp.Diff(c.For(law.R85, 3), c.For(law.R116, 3)); diff != "" {
		t.Error(diff)
	}
	if c.For("R0", 3) != nil || c.For(law.R331, 6) != nil || c.Groups("R0") != nil {
		t.Error("an unknown rule set or level selected something")
	}
	names := func(rs law.RuleSet) (out []string) {
		for _, s := range c.Standards(rs) {
			out = append(out, s.Name)
			said(t, s.Name, s.Title, s.Note)
		}
		return out
	}
	if diff := cmp.Diff([]string{"TCVN 14423:2026", "NĐ 331/2026/NĐ-CP"}, names(law.R331)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"TCVN 11930:2017"}, names(law.R85)); diff != "" {
		t.Error(diff)
	}
}

func TestReadersCannotChangeTheCatalogues(t *testing.T) {
	c := open(t)
	x := find(t, c.For(law.R331, 3), "NK.rules")
	x.Proof[0].VI, x.Thresholds[0].Value, x.PlanParts[0] = "khác", "0", "z"
	c.Groups(law.R331)[0].Clauses[1] = "9.9"
	c.Crosswalk(law.R85, law.R331)[0].To = "elsewhere"
	again := find(t, c.For(law.R331, 3), "NK.rules")
	if again.Proof[0].VI == "khác" || again.Thresholds[0].Value == "0" || again.PlanParts[0] == "z" {
		t.Errorf("a reader changed %+v", again)
	}
	if c.Groups(law.R331)[0].Clauses[1] != "3.1" || c.Crosswalk(law.R85, law.R331)[0].To == "elsewhere" {
		t.Error("a reader changed the catalogues")
	}
}
