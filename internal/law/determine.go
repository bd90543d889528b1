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
	for i := range t.rows {
		t.rows[i].apply(&d, &f)
	}
	d.Manual = d.Manual || d.Level == nil
	for _, a := range t.asks {
		open := a.below == 0 || d.Level == nil || *d.Level < a.below
		if open && !a.fact.stated(&f) && a.when(&f) && !slices.Contains(d.Incomplete, a.fact.name) {
			d.Incomplete = append(d.Incomplete, a.fact.name)
		}
	}
	return d
}

// apply lets one rule speak on the facts and on the result so far.
func (r *row) apply(d *Determination, f *Facts) {
	if r.Kind == KindPrecondition || !r.holds(f) {
		return
	}
	switch r.Kind {
	case KindLevel:
		d.match(r, *r.Level)
	case KindFlag:
		d.match(r, 0)
	case KindManual:
		d.match(r, 0)
		d.Manual = true
	case KindComposite:
		if len(f.Components) > 0 {
			d.match(r, slices.Max(f.Components))
		}
	case KindStated:
		l := r.taken(f)
		d.match(r, l)
		d.Manual = d.Manual || l == 0
	case KindRaise:
		if l := r.taken(f); l > d.reached() {
			d.Manual = d.Manual || d.Level == nil
			d.match(r, l)
		}
	case KindResult:
		if d.reached() >= *r.Level {
			d.match(r, 0)
		}
	}
}

// match records a rule and the level it gives; 0 only flags.
func (d *Determination) match(r *row, l Level) {
	m := Match{ID: r.ID, Cites: r.Printed}
	if l > 0 {
		m.Level = &l
	}
	if l > d.reached() {
		highest := l
		d.Level = &highest
	}
	d.Matched = append(d.Matched, m)
}

// reached is the level so far, 0 when none.
func (d *Determination) reached() Level {
	if d.Level == nil {
		return 0
	}
	return *d.Level
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
