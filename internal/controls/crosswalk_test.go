package controls_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"capdo/internal/controls"
	"capdo/internal/law"
)

// keys collects the keys of a rule set at any level.
func keys(c *controls.Catalogues, rs law.RuleSet) map[string]bool {
	out := map[string]bool{}
	for _, at := range levels {
		for _, x := range c.For(rs, at) {
			out[x.Key] = true
		}
	}
	return out
}

func TestCrosswalkAccountsForEverything(t *testing.T) {
	c := open(t)
	older, newer := keys(c, law.R85), keys(c, law.R331)
	left, right := map[string]bool{}, map[string]bool{}
	for _, n := range c.Crosswalk(law.R85, law.R331) {
		if !older[n.From] || !newer[n.To] {
			t.Errorf("%s to %s leads nowhere", n.From, n.To)
		}
		if n.Confidence == "" || n.Source == "" {
			t.Errorf("%s to %s does not say how sure it is", n.From, n.To)
		}
		left[n.From], right[n.To] = true, true
	}
	none, fresh := c.WithoutCounterpart()
	for _, r := range none {
		if left[r.Key] || r.Note.VI == "" || r.Note.EN == "" {
			t.Errorf("%+v is linked or does not say why it stands alone", r)
		}
		left[r.Key] = true
	}
	for _, r := range fresh {
		if right[r.Key] {
			t.Errorf("%s is new and linked", r.Key)
		}
		right[r.Key] = true
	}
	if diff := cmp.Diff(older, left); diff != "" {
		t.Errorf("old list: %s", diff)
	}
	if diff := cmp.Diff(newer, right); diff != "" {
		t.Errorf("new list: %s", diff)
	}
}

// TestEveryGroupIsReachable: suppliers and penetration tests only by a related
// subject, but reachable.
func TestEveryGroupIsReachable(t *testing.T) {
	c := open(t)
	group := map[string]string{}
	for _, at := range levels {
		for _, x := range c.For(law.R331, at) {
			group[x.Key] = x.Group
		}
	}
	reached := map[string]bool{}
	for _, n := range c.Crosswalk(law.R85, law.R331) {
		reached[group[n.To]] = true
	}
	var alone []string
	for _, g := range c.Groups(law.R331) {
		if !reached[g.Key] {
			alone = append(alone, g.Key)
		}
	}
	if len(alone) > 0 {
		t.Errorf("nothing leads to %v", alone)
	}
}

func TestCrosswalkTurnsRound(t *testing.T) {
	c := open(t)
	ahead, back := c.Crosswalk(law.R85, law.R331), c.Crosswalk(law.R331, law.R85)
	if len(ahead) == 0 || len(ahead) != len(back) {
		t.Fatalf("%d links ahead, %d back", len(ahead), len(back))
	}
	for i, n := range ahead {
		n.From, n.To = n.To, n.From
		if diff := cmp.Diff(n, back[i]); diff != "" {
			t.Error(diff)
		}
	}
	if diff := cmp.Diff(ahead, c.Crosswalk(law.R116, law.R331)); diff != "" {
		t.Error(diff)
	}
	if c.Crosswalk(law.R85, law.R116) != nil || c.Crosswalk(law.R331, law.R331) != nil || c.Crosswalk(law.R85, "R0") != nil {
		t.Error("rule sets without a bridge have links")
	}
}

// TestApplicationAndDataMap holds the map of the application and data controls
// of level 3 that the design names.
func TestApplicationAndDataMap(t *testing.T) {
	want := map[string][]string{
		"T3.1": {"TK.password", "TK.rules", "TK.access", "CH.hardening", "CH.lock"},
		"T3.2": {"TK.access", "HT.access", "HT.remote"},
		"T3.3": {"NK.rules"}, "T3.4": {"TT.encryption"}, "T3.5": {"TT.signature"}, "T3.6": {"PT.design", "PT.release"},
		"T4.1": {"TT.integrity"}, "T4.2": {"TT.encryption"}, "T4.3": {"SL.rules", "SL.schedule", "SL.protection", "SL.separate"},
	}
	linked := map[[2]string]bool{}
	for _, n := range open(t).Crosswalk(law.R85, law.R331) {
		if n.Kind != controls.LinkRelated {
			linked[[2]string{n.From, n.To}] = true
		}
	}
	for from, list := range want {
		for _, to := range list {
			if !linked[[2]string{from, to}] {
				t.Errorf("%s does not lead to %s", from, to)
			}
		}
	}
}
