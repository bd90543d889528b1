package law

import "slices"

// Determine evaluates every row of the rule set's table; the level is the
// highest one matched. With nothing matched, under R116 always, and for an
// unknown rule set, a person must decide (Manual). See the level files for
// the rows and for what makes a determination incomplete.
func (b *Book) Determine(rs RuleSet, f Facts) Determination {
	d := Determination{Rules: rs, Incomplete: []string{}, Matched: []Match{}}
	t, ok := b.tables[rs]
	if !ok {
		d.Manual = true
		return d
	}
	var o outcome
	for i := range t.rows {
		l, speaks := t.rows[i].says(&f)
		after, matched := t.rows[i].weigh(o, l)
		if speaks && matched {
			o = after
			d.Matched = append(d.Matched, t.rows[i].match(l))
		}
	}
	o = o.settled()
	if d.Manual = o.manual; o.level > 0 {
		d.Level = &o.level
	}
	for _, a := range t.asks {
		open := a.below == 0 || o.level < a.below
		if open && !a.fact.stated(&f) && a.when(&f) && !slices.Contains(d.Incomplete, a.fact.name) {
			d.Incomplete = append(d.Incomplete, a.fact.name)
		}
	}
	return d
}

// Doubts lists the facts whose silence leaves the level of d, made of f, open,
// so that no comparison may lean on it: the numbers and words among
// d.Incomplete, for an absent flag is a no; and the doubts of the table, which
// know where even that no, or a number nobody was asked for, is not to be
// believed. None when the level stands on what is stated.
func (b *Book) Doubts(f Facts, d Determination) []string {
	var out []string
	for _, name := range d.Incomplete {
		if !FactIsFlag(name) {
			out = append(out, name)
		}
	}
	t, ok := b.tables[d.Rules]
	if !ok {
		return out
	}
	level := Level(0)
	if d.Level != nil {
		level = *d.Level
	}
	for _, a := range t.doubts {
		open := a.below == 0 || level < a.below
		if open && !a.fact.stated(&f) && a.when(&f) && !slices.Contains(out, a.fact.name) {
			out = append(out, a.fact.name)
		}
	}
	return out
}

// outcome is what the rows have come to so far; level 0 is none.
type outcome struct {
	level  Level
	manual bool
	listed bool
}

// settled is the outcome after the last row: without a level a person decides.
func (o outcome) settled() outcome {
	o.manual = o.manual || o.level == 0
	return o
}

// says is what a rule says on the facts alone: whether it speaks, and the level
// it names, 0 for none.
func (r *row) says(f *Facts) (Level, bool) {
	if r.Kind == KindPrecondition || !r.holds(f) {
		return 0, false
	}
	switch r.Kind {
	case KindLevel:
		return *r.Level, true
	case KindStated, KindRaise:
		return r.taken(f), true
	case KindComposite:
		if len(f.Components) == 0 {
			return 0, false
		}
		return slices.Max(f.Components), true
	}
	return 0, true
}

// weigh adds to an outcome a rule that speaks for level l, and reports whether
// the rule counts as matched.
func (r *row) weigh(o outcome, l Level) (outcome, bool) {
	switch r.Kind {
	case KindManual:
		o.manual = true
	case KindStated:
		o.manual = o.manual || l == 0
	case KindRaise:
		if l <= o.level {
			return o, false
		}
		o.manual = o.manual || o.level == 0
	case KindResult:
		if o.level < *r.Level {
			return o, false
		}
	}
	o.level = max(o.level, l)
	o.listed = o.listed || lists(r.ID)
	return o, true
}

// match is how a matched rule is reported.
func (r *row) match(l Level) Match {
	m := Match{ID: r.ID, Cites: r.Printed}
	if l > 0 {
		m.Level = &l
	}
	return m
}

// taken is the first level stated among the facts a rule takes; 0 when none.
func (r *row) taken(f *Facts) Level {
	for _, k := range r.take {
		if n, ok := k.number(f); ok {
			return Level(n)
		}
	}
	return 0
}
