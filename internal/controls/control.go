package controls

import (
	"strings"

	"capdo/internal/law"
)

// control checks everything of a control except its clauses.
func (l *loader) control(r rawControl, groups map[string]rawGroup) {
	l.unique("control", r.Key)
	if _, ok := groups[r.Group.Value]; !ok {
		l.Add(r.Group.Or(r.Key).Line, "%s: unknown group %q", r.Key.Value, r.Group.Value)
	}
	l.text(r.Key, r.Title)
	l.note(r.Key, r.Note)
	l.confidence(r.Key, r.Confidence)
	l.cite(r.Key, r.Source)
	l.evidence(r)
	for _, m := range r.Plan {
		l.Word(r.Key, m, "plan part", l.parts...)
	}
	for at, months := range r.Review {
		l.asked(r, at)
		if months < 1 {
			l.Add(r.Key.Line, "%s: reviewed every %d months at level %d", r.Key.Value, months, at)
		}
	}
	l.conditions(r)
	l.thresholds(r)
}

// evidence checks the kinds of evidence.
func (l *loader) evidence(r rawControl) {
	if len(r.Proof) == 0 {
		l.Add(r.Key.Line, "%s: nothing proves it", r.Key.Value)
	}
	for _, m := range r.Proof {
		p, ok := l.proofs[m.Value]
		if !ok {
			l.Add(m.Line, "%s: unknown proof %q", r.Key.Value, m.Value)
			continue
		}
		p.used = true
		l.proofs[m.Value] = p
	}
}

// conditions checks that a level has at most one condition.
func (l *loader) conditions(r rawControl) {
	seen := map[law.Level]bool{}
	for _, c := range r.Conditions {
		l.text(r.Key, c.Text)
		if len(c.Levels) == 0 {
			l.Add(r.Key.Line, "%s: condition without levels", r.Key.Value)
		}
		for _, at := range c.Levels {
			l.asked(r, at)
			if seen[at] {
				l.Add(r.Key.Line, "%s: two conditions at level %d", r.Key.Value, at)
			}
			seen[at] = true
		}
	}
}

// thresholds checks the figures.
func (l *loader) thresholds(r rawControl) {
	for _, t := range r.Thresholds {
		l.text(r.Key, t.Name)
		l.confidence(r.Key, t.Confidence)
		if len(t.Values) == 0 {
			l.Add(r.Key.Line, "%s: threshold without values", r.Key.Value)
		}
		for at := range t.Values {
			l.asked(r, at)
		}
	}
}

// clauses checks that every clause lies in its group and is taken once at its
// level; taken remembers level -> clause -> key.
func (l *loader) clauses(r rawControl, g rawGroup, taken map[law.Level]map[string]string) {
	if len(r.Clauses) == 0 {
		l.Add(r.Key.Line, "%s: no level asks for it", r.Key.Value)
	}
	for _, at := range levels() {
		m, ok := r.Clauses[at]
		if !ok {
			continue
		}
		if taken[at] == nil {
			taken[at] = map[string]string{}
		}
		if before, twice := taken[at][m.Value]; twice && !g.Shared {
			l.Add(m.Line, "%s: clause %s at level %d is that of %s", r.Key.Value, m.Value, at, before)
		}
		taken[at][m.Value] = r.Key.Value
		if of := g.Clauses[at].Value; len(g.Clauses) > 0 && m.Value != of && !strings.HasPrefix(m.Value, of+".") {
			l.Add(m.Line, "%s: clause %s at level %d is not within %s %q", r.Key.Value, m.Value, at, g.Key.Value, of)
		}
	}
	for at := range r.Clauses {
		l.level(r.Key, at)
	}
}

// asked checks that a figure stands at a level that asks for the control.
func (l *loader) asked(r rawControl, at law.Level) {
	if _, ok := r.Clauses[at]; !ok {
		l.Add(r.Key.Line, "%s: level %d does not ask for it", r.Key.Value, at)
	}
}

// level checks that a level exists.
func (l *loader) level(of mark, at law.Level) {
	if !at.Valid() {
		l.Add(of.Line, "%s: level %d does not exist", of.Value, at)
	}
}

// filled checks that no list is empty and that every group has a control
// wherever it has a clause.
func (l *loader) filled(k *catalogue, raw rawCatalogue) {
	for _, at := range levels() {
		if len(k.levels[at]) == 0 {
			l.Add(raw.Standard.Line, "%s: nothing at level %d", k.standard.Name, at)
		}
		filled := map[string]bool{}
		for _, x := range k.levels[at] {
			filled[x.Group] = true
		}
		for _, g := range raw.Groups {
			if _, ok := g.Clauses[at]; ok && !filled[g.Key.Value] {
				l.Add(g.Key.Line, "%s: no control at level %d", g.Key.Value, at)
			}
		}
	}
}
