package law_test

import (
	"testing"

	"capdo/internal/law"
)

func TestConformityDue(t *testing.T) {
	b := open(t)
	for _, set := range []law.RuleSet{law.R85, law.R116} {
		due, cites, ok := b.ConformityDue(set)
		if !ok || due != "2027-07-01" || cites != "Luật 116/2025/QH15, Điều 45 khoản 1" {
			t.Errorf("%s: %s, %q, %v", set, due, cites, ok)
		}
	}
	if due, _, ok := b.ConformityDue(law.R331); ok {
		t.Errorf("R331 is due on %s", due)
	}
}
