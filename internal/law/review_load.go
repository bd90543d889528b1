package law

import (
	"maps"
	"slices"
)

// rawReviews is reviews.yaml.
type rawReviews struct {
	Reviews []rawReview `yaml:"reviews"`
}

type rawReview struct {
	rawEntry  `yaml:",inline"`
	Activity  mark           `yaml:"activity"`
	Rules     []mark         `yaml:"rules"`
	Months    map[Level]int  `yaml:"months"`
	Suggested map[Level]int  `yaml:"suggested"`
	Own       []Level        `yaml:"own"`
	Event     []Level        `yaml:"event"`
	Performer map[Level]mark `yaml:"performer"`
	Clauses   *struct {
		Instrument mark           `yaml:"instrument"`
		Refs       map[Level]mark `yaml:"refs"`
	} `yaml:"clauses"`
	Listed    bool `yaml:"listed"`
	Body      bool `yaml:"body"`
	Retention bool `yaml:"retention"`
}

// reviewList checks and compiles reviews.yaml.
func (l *loader) reviewList(raw rawReviews) {
	for _, r := range raw.Reviews {
		x := review{
			plain: Review{
				ID: r.ID.Value, Activity: r.Activity.Value, Listed: r.Listed, Body: r.Body, Retention: r.Retention,
				Says: r.Says, Note: r.Note, Confidence: r.Confidence.Value, Source: r.Source.Value,
			},
			rules: l.ruleSetList(r.ID, r.Rules), months: r.Months, suggested: r.Suggested, own: r.Own, event: r.Event,
			performer: map[Level]string{},
		}
		x.clauses = l.clauses(r)
		x.basis = l.entry(EntryReview, r.rawEntry)
		for level := MinLevel; level <= MaxLevel; level++ {
			if c, ok := x.clauses[level]; ok {
				kept := &l.book.entries[len(l.book.entries)-1]
				kept.cites = append(kept.cites, c)
			}
		}
		for level, m := range r.Performer {
			x.performer[level] = l.Word(r.ID, m, "performer", PerformerSelf, PerformerIndependent, PerformerLicensed)
		}
		l.periods(r, x)
		l.book.reviews = append(l.book.reviews, x)
	}
}

// clauses resolves the clauses that differ by level.
func (l *loader) clauses(r rawReview) map[Level]cited {
	if r.Clauses == nil {
		return nil
	}
	out := map[Level]cited{}
	for _, level := range slices.Sorted(maps.Keys(r.Clauses.Refs)) {
		ref := r.Clauses.Refs[level]
		if !level.Valid() {
			l.Add(ref.Line, "%s: a clause of level %d, which does not exist", r.ID.Value, level)
		}
		out[level] = l.cites(r.ID, []rawCite{{r.Clauses.Instrument, ref.Value}})[0]
	}
	return out
}

// periods checks that each level has one kind of period, that what is said of a
// level is said of one the activity is asked for at, and that no activity is
// told twice.
func (l *loader) periods(r rawReview, x review) {
	levels := x.levels()
	l.levels(r.ID, levels)
	if len(slices.Compact(slices.Clone(levels))) != len(levels) {
		l.Add(r.ID.Line, "%s: a level with two kinds of period", r.ID.Value)
	}
	for level, months := range r.Months {
		if months < 1 {
			l.Add(r.ID.Line, "%s: level %d every %d months", r.ID.Value, level, months)
		}
	}
	for level := MinLevel; level <= MaxLevel; level++ {
		_, suggested := r.Suggested[level]
		_, performed := r.Performer[level]
		_, cited := x.clauses[level]
		asked := slices.Contains(levels, level)
		if suggested && !slices.Contains(r.Own, level) || (performed || cited) && !asked {
			l.Add(r.ID.Line, "%s: speaks of level %d, at which it is not asked for", r.ID.Value, level)
		}
	}
	if r.Activity.Line == 0 {
		l.Add(r.ID.Line, "%s: no activity", r.ID.Value)
	}
	for _, o := range l.book.reviews {
		same := slices.ContainsFunc(o.rules, func(s RuleSet) bool { return slices.Contains(x.rules, s) })
		if same && o.plain.Activity == x.plain.Activity && overlap(o.levels(), levels) {
			l.Add(r.ID.Line, "%s: overlaps %s", r.ID.Value, o.plain.ID)
		}
	}
}
