package controls_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"capdo/internal/controls"
	"capdo/internal/law"
)

// everything is evidence for all that a level asks.
func everything(c *controls.Catalogues, rs law.RuleSet, l law.Level) map[string]bool {
	met := map[string]bool{}
	for _, x := range c.For(rs, l) {
		met[x.Key] = true
	}
	return met
}

// names lists the keys of carried controls.
func names(list []controls.Carried) []string {
	var out []string
	for _, k := range list {
		out = append(out, k.Control.Key)
	}
	return out
}

// worth maps every new key to 0 new, 1 partly, 2 covered, and fails on a key
// counted twice.
func worth(t *testing.T, g controls.Gap) map[string]int {
	t.Helper()
	out := map[string]int{}
	for i, list := range [][]controls.Carried{g.New, g.Partly, g.Covered} {
		for _, k := range list {
			if _, twice := out[k.Control.Key]; twice {
				t.Errorf("%s is counted twice", k.Control.Key)
			}
			out[k.Control.Key] = i
		}
	}
	return out
}

func TestCarryNothing(t *testing.T) {
	c := open(t)
	for _, at := range levels {
		for _, met := range []map[string]bool{nil, {}, {"M4.3": false}, {"X9.9": true}} {
			g := c.Carry(law.R85, at, law.R331, at, met)
			if len(g.Covered)+len(g.Partly)+len(g.Idle) > 0 || len(g.New) != len(c.For(law.R331, at)) {
				t.Errorf("level %d: covered %v, partly %v, idle %d", at, names(g.Covered), names(g.Partly), len(g.Idle))
			}
		}
	}
}

func TestCarryEverything(t *testing.T) {
	c := open(t)
	want := map[law.Level][3]int{1: {6, 21, 28}, 2: {9, 28, 24}, 3: {12, 43, 31}, 4: {7, 54, 60}, 5: {6, 57, 60}}
	for at, n := range want {
		g := c.Carry(law.R85, at, law.R331, at, everything(c, law.R85, at))
		if got := [3]int{len(g.Covered), len(g.Partly), len(g.New)}; got != n || g.Total() != len(c.For(law.R331, at)) {
			t.Errorf("level %d: %v, want %v", at, got, n)
		}
	}
	g := c.Carry(law.R85, 3, law.R331, 3, everything(c, law.R85, 3))
	kept := []string{"HW.wipe", "TT.integrity", "TT.signature", "MD.rules", "MD.install", "HT.zones", "HT.acceptance",
		"GS.host", "NS.awareness", "SC.policy", "PT.design", "ND331.end"}
	if diff := cmp.Diff(kept, names(g.Covered)); diff != "" {
		t.Error(diff)
	}
	if len(g.Idle) != 1 || g.Idle[0].Key != "M1.3" {
		t.Errorf("idle: %+v", g.Idle)
	}
}

func TestCarrySameTogether(t *testing.T) {
	c := open(t)
	met := map[string]bool{}
	for i := 1; i <= 6; i++ {
		met[fmt.Sprintf("Z%d", i)] = true
	}
	g := c.Carry(law.R85, 3, law.R331, 3, met)
	i := -1
	for j, k := range g.Partly {
		if k.Control.Key == "HT.zones" {
			i = j
		}
	}
	if i < 0 {
		t.Fatal("six of seven zones are not a part")
	}
	if diff := cmp.Diff([]string{"Z7"}, g.Partly[i].Unmet); diff != "" {
		t.Error(diff)
	}
	met["Z7"] = true
	if got := worth(t, c.Carry(law.R85, 3, law.R331, 3, met))["HT.zones"]; got != 2 {
		t.Error("all zones do not cover the zones")
	}
}

func TestCarryUpwardsOnlyHelps(t *testing.T) {
	c := open(t)
	g := c.Carry(law.R85, 2, law.R331, 3, everything(c, law.R85, 2))
	if len(g.Covered) > 0 || len(g.Partly) == 0 {
		t.Errorf("evidence of level 2 covers %v at level 3", names(g.Covered))
	}
	g = c.Carry(law.R331, 3, law.R331, 3, everything(c, law.R331, 3))
	if len(g.Covered) != g.Total() || len(g.Idle) > 0 {
		t.Errorf("a list does not cover itself: %v", names(g.New))
	}
	g = c.Carry(law.R85, 3, law.R116, 3, everything(c, law.R85, 3))
	if len(g.Covered) != g.Total() {
		t.Errorf("the same list under R116 is not covered: %v", names(g.New))
	}
	g = c.Carry(law.R331, 4, law.R331, 5, everything(c, law.R331, 4))
	if len(g.Covered) > 0 || len(g.New) == 0 {
		t.Errorf("level 4 to 5: covered %v, new %v", names(g.Covered), names(g.New))
	}
}

// TestCarryIsMonotone: more evidence never makes a control worth less.
func TestCarryIsMonotone(t *testing.T) {
	c := open(t)
	r := rand.New(rand.NewPCG(331, 2026))
	for range 60 {
		from, to := levels[r.IntN(5)], levels[r.IntN(5)]
		met, more := map[string]bool{}, map[string]bool{}
		for _, x := range c.For(law.R85, from) {
			met[x.Key] = r.IntN(2) == 0
			more[x.Key] = met[x.Key] || r.IntN(3) == 0
		}
		less := worth(t, c.Carry(law.R85, from, law.R331, to, met))
		for key, n := range worth(t, c.Carry(law.R85, from, law.R331, to, more)) {
			if n < less[key] {
				t.Errorf("level %d to %d: %s falls from %d to %d", from, to, key, less[key], n)
			}
		}
	}
}

// small is a pair of lists of three controls each, joined by the given links.
func small(t *testing.T, links string) *controls.Catalogues {
	t.Helper()
	clauses := func(n int) string { return fmt.Sprintf("{1: 1.%d, 2: 2.%d, 3: 3.%d, 4: 4.%d, 5: 5.%d}", n, n, n, n, n) }
	list := func(standard, rules, prefix string, n int) *fstest.MapFile {
		text := "standard: " + standard + "\nrules: [" + rules + "]\ntitle: {vi: a, en: b}\ngroups:\n  - {key: " + standard + ", title: {vi: a, en: b}}\ncontrols:\n"
		for i := 1; i <= n; i++ {
			text += fmt.Sprintf("  - {key: %s%d, group: %s, title: {vi: a, en: b}, clauses: %s, proof: [p], confidence: low, source: S}\n", prefix, i, standard, clauses(i))
		}
		return &fstest.MapFile{Data: []byte(text)}
	}
	c, err := controls.LoadFS(fstest.MapFS{
		"legend.yaml":     {Data: []byte("sources: [{key: S, trust: low, what: test}]\nplan: [{key: a, vi: a, en: b}]\nproofs: [{key: p, vi: a, en: b}]\n")},
		"tcvn-11930.yaml": list("OLD", "R85", "o", 3),
		"tcvn-14423.yaml": list("NEW", "R331", "n", 3),
		"nd-331.yaml":     list("DUTY", "R331", "d", 1),
		"crosswalk.yaml":  {Data: []byte("from: [R85]\nto: [R331]\nlinks:\n" + links + "new: [{key: d1}]\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func link(from, to, kind string) string {
	return fmt.Sprintf("  - {from: %s, to: %s, kind: %s, confidence: low, source: S}\n", from, to, kind)
}

// TestCarryOnlySame: with evidence for everything and only same links, all that
// is linked is covered.
func TestCarryOnlySame(t *testing.T) {
	c := small(t, link("o1", "n1", "same")+link("o2", "n2", "same")+link("o3", "n3", "same")+link("o1", "n3", "same"))
	for _, at := range levels {
		g := c.Carry(law.R85, at, law.R331, at, everything(c, law.R85, at))
		if diff := cmp.Diff([]string{"n1", "n2", "n3"}, names(g.Covered)); diff != "" || len(g.New) != 1 || g.New[0].Control.Key != "d1" {
			t.Errorf("level %d: %s", at, diff)
		}
	}
}

func TestCarryKinds(t *testing.T) {
	c := small(t, link("o1", "n1", "same")+link("o2", "n1", "partly")+link("o2", "n2", "partly")+link("o3", "n3", "related"))
	cases := []struct {
		met  map[string]bool
		want map[string]int
		idle int
	}{
		{map[string]bool{"o1": true}, map[string]int{"n1": 2, "n2": 0, "n3": 0, "d1": 0}, 0},
		{map[string]bool{"o2": true}, map[string]int{"n1": 1, "n2": 1, "n3": 0, "d1": 0}, 0},
		{map[string]bool{"o3": true}, map[string]int{"n1": 0, "n2": 0, "n3": 0, "d1": 0}, 1},
		{map[string]bool{"o1": true, "o2": true, "o3": true}, map[string]int{"n1": 2, "n2": 1, "n3": 0, "d1": 0}, 1},
	}
	for _, x := range cases {
		g := c.Carry(law.R85, 3, law.R331, 3, x.met)
		if diff := cmp.Diff(x.want, worth(t, g)); diff != "" || len(g.Idle) != x.idle {
			t.Errorf("%v: %s, %d idle", x.met, diff, len(g.Idle))
		}
	}
}

// TestCarryBack: against time the links are read by the level of the newer list.
func TestCarryBack(t *testing.T) {
	c := small(t, "  - {from: o1, to: n1, kind: same, levels: [3], confidence: low, source: S}\n"+link("o2", "n2", "same")+link("o3", "n3", "same"))
	if got := worth(t, c.Carry(law.R331, 3, law.R85, 2, map[string]bool{"n1": true}))["o1"]; got != 2 {
		t.Errorf("worth %d", got)
	}
	if got := worth(t, c.Carry(law.R331, 4, law.R85, 3, map[string]bool{"n1": true}))["o1"]; got != 0 {
		t.Errorf("a link of level 3 holds at level 4: %d", got)
	}
}
