package controls

import (
	"slices"

	"capdo/internal/law"
)

// Catalogues is everything loaded; it never changes and may be shared.
type Catalogues struct {
	digest     string
	sources    []Source
	parts      []PlanPart
	catalogues []*catalogue
	bridge     crosswalk
}

// catalogue is one file: a standard, the rule sets that follow it, and its
// list for each level, in clause order.
type catalogue struct {
	standard Standard
	rules    []law.RuleSet
	groups   []Group
	levels   map[law.Level][]Control
}

// Digest is the hex SHA-256 over the files, names and bytes: the same digest
// means the same catalogues.
func (c *Catalogues) Digest() string { return c.digest }

// Sources lists the legend of source keys.
func (c *Catalogues) Sources() []Source { return slices.Clone(c.sources) }

// PlanParts lists the parts of a security plan in the order of the decree.
func (c *Catalogues) PlanParts() []PlanPart { return slices.Clone(c.parts) }

// Standards lists the texts that rs follows, in the order of For.
func (c *Catalogues) Standards(rs law.RuleSet) []Standard {
	var out []Standard
	for _, k := range c.under(rs) {
		out = append(out, k.standard)
	}
	return out
}

// Groups lists the groups of rs in the order of their files.
func (c *Catalogues) Groups(rs law.RuleSet) []Group {
	var out []Group
	for _, k := range c.under(rs) {
		for _, g := range k.groups {
			out = append(out, g.clone())
		}
	}
	return out
}

// For returns the list level l selects under rs: standard by standard, each in
// clause order. An unknown rule set or level selects nothing.
func (c *Catalogues) For(rs law.RuleSet, l law.Level) []Control {
	var out []Control
	for _, k := range c.under(rs) {
		for _, x := range k.levels[l] {
			out = append(out, x.clone())
		}
	}
	return out
}

// under returns the catalogues that rs follows.
func (c *Catalogues) under(rs law.RuleSet) []*catalogue {
	var out []*catalogue
	for _, k := range c.catalogues {
		if slices.Contains(k.rules, rs) {
			out = append(out, k)
		}
	}
	return out
}

// keys collects the keys of rs at any level.
func (c *Catalogues) keys(rs law.RuleSet) map[string]bool {
	out := map[string]bool{}
	for _, k := range c.under(rs) {
		for _, list := range k.levels {
			for _, x := range list {
				out[x.Key] = true
			}
		}
	}
	return out
}
