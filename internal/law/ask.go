package law

import "slices"

// Ask lists the facts still worth asking, in the order of FactNames: those
// whose answer can still change level, manual or listed under rs, given f and
// some answers to the other open facts. What f states is settled; so is every
// fact named in answered, which is how a "no", "none" or "not known" is told
// from a question not yet put. Unknown names and rule sets ask nothing.
//
// The list is exact, for it is read off the rules themselves. A risk
// assessment on record is never among it, because no level depends on it; see
// Determination.Incomplete for what else a determination wants.
func (b *Book) Ask(rs RuleSet, f Facts, answered ...string) []string {
	t, ok := b.tables[rs]
	if !ok {
		return []string{}
	}
	base := t.diagram
	var settled factSet
	choices := make([]int, len(base.domains))
	for i, d := range base.domains {
		if choices[i] = d.of(&f); choices[i] > 0 || slices.Contains(answered, d.fact.name) {
			settled |= 1 << i
		}
	}
	p := pen{base: base, own: &diagram{known: map[string]int{}}}
	below := p.at(p.limit(base.root, settled, choices, map[int]int{})).below
	open := []string{}
	for i, d := range base.domains {
		if below.has(i) {
			open = append(open, d.fact.name)
		}
	}
	return open
}
