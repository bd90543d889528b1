package controls

import (
	"slices"

	"capdo/internal/law"
)

// rawCatalogue is one file of groups and controls.
type rawCatalogue struct {
	Standard mark         `yaml:"standard"`
	Rules    []mark       `yaml:"rules"`
	Title    law.Text     `yaml:"title"`
	Note     law.Text     `yaml:"note"`
	Groups   []rawGroup   `yaml:"groups"`
	Controls []rawControl `yaml:"controls"`
}

// rawGroup is a chapter. Shared says that its controls stand in one clause
// whose rows carry no number of their own.
type rawGroup struct {
	Key      mark               `yaml:"key"`
	Standard mark               `yaml:"standard"`
	Title    law.Text           `yaml:"title"`
	Clauses  map[law.Level]mark `yaml:"clauses"`
	Rows     map[law.Level]int  `yaml:"rows"`
	Shared   bool               `yaml:"shared"`
	Note     law.Text           `yaml:"note"`
}

// rawControl is a requirement at all its levels.
type rawControl struct {
	Key        mark               `yaml:"key"`
	Group      mark               `yaml:"group"`
	Title      law.Text           `yaml:"title"`
	Clauses    map[law.Level]mark `yaml:"clauses"`
	Review     map[law.Level]int  `yaml:"review"`
	Conditions []rawCondition     `yaml:"conditions"`
	Thresholds []rawThreshold     `yaml:"thresholds"`
	Proof      []mark             `yaml:"proof"`
	Plan       []mark             `yaml:"plan"`
	Confidence mark               `yaml:"confidence"`
	Source     mark               `yaml:"source"`
	Note       law.Text           `yaml:"note"`
}

// rawCondition is when, or in which form, some levels ask for a control.
type rawCondition struct {
	Levels   []law.Level `yaml:"levels"`
	law.Text `yaml:",inline"`
}

// rawThreshold is a figure with its value at each level that sets one.
type rawThreshold struct {
	Name       law.Text           `yaml:"name"`
	Values     map[law.Level]mark `yaml:"values"`
	Confidence mark               `yaml:"confidence"`
}

// catalogue checks one file and compiles a list for every level.
func (l *loader) catalogue(raw rawCatalogue) *catalogue {
	k := &catalogue{
		standard: Standard{raw.Standard.Value, l.text(raw.Standard, raw.Title), l.note(raw.Standard, raw.Note)},
		rules:    l.ruleSets(raw.Standard, raw.Rules),
		levels:   map[law.Level][]Control{},
	}
	groups := map[string]rawGroup{}
	for _, g := range raw.Groups {
		groups[g.Key.Value] = g
		k.groups = append(k.groups, l.group(g, k.standard.Name))
	}
	taken := map[law.Level]map[string]string{}
	for _, r := range raw.Controls {
		l.control(r, groups)
		l.clauses(r, groups[r.Group.Value], taken)
		for _, at := range levels() {
			if _, ok := r.Clauses[at]; ok {
				x := l.at(r, at)
				x.Standard = groups[r.Group.Value].standard(k.standard.Name)
				k.levels[at] = append(k.levels[at], x)
			}
		}
	}
	l.filled(k, raw)
	for _, list := range k.levels {
		slices.SortStableFunc(list, inClauseOrder)
	}
	return k
}

// inClauseOrder compares by clause, then by key where a clause is shared.
func inClauseOrder(a, b Control) int {
	if c := natural(a.Clause, b.Clause); c != 0 {
		return c
	}
	return natural(a.Key, b.Key)
}

// standard is the text a group belongs to: its own, or that of its file.
func (g rawGroup) standard(file string) string {
	if g.Standard.Line > 0 {
		return g.Standard.Value
	}
	return file
}

// group checks one group.
func (l *loader) group(g rawGroup, standard string) Group {
	l.unique("group", g.Key)
	out := Group{
		Key: g.Key.Value, Standard: g.standard(standard), Title: l.text(g.Key, g.Title),
		Clauses: map[law.Level]string{}, StatedRows: g.Rows, Note: l.note(g.Key, g.Note),
	}
	for at, clause := range g.Clauses {
		l.level(g.Key, at)
		out.Clauses[at] = clause.Value
	}
	for at, n := range g.Rows {
		if _, ok := g.Clauses[at]; !ok || n < 1 {
			l.Add(g.Key.Line, "%s: %d rows stated at level %d", g.Key.Value, n, at)
		}
	}
	return out
}

// at compiles a control as one level asks for it.
func (l *loader) at(r rawControl, level law.Level) Control {
	x := Control{
		Key: r.Key.Value, Group: r.Group.Value, Clause: r.Clauses[level].Value, Title: r.Title,
		ReviewMonths: r.Review[level], Confidence: r.Confidence.Value, Source: r.Source.Value, Note: r.Note,
	}
	for _, m := range r.Proof {
		x.Proof = append(x.Proof, l.proofs[m.Value].title)
	}
	for _, m := range r.Plan {
		x.PlanParts = append(x.PlanParts, m.Value)
	}
	for _, c := range r.Conditions {
		if slices.Contains(c.Levels, level) {
			x.Condition = c.Text
		}
	}
	for _, t := range r.Thresholds {
		if v, ok := t.Values[level]; ok {
			x.Thresholds = append(x.Thresholds, Threshold{t.Name, v.Value, t.Confidence.Value})
		}
	}
	return x
}

// levels lists the levels, lowest first.
func levels() []law.Level { return []law.Level{1, 2, 3, 4, 5} }
