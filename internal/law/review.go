package law

import (
	"maps"
	"slices"
)

// Who may carry out a periodic activity.
const (
	PerformerSelf        = "self"        // the body itself
	PerformerIndependent = "independent" // a unit of the body that does not operate the system
	PerformerLicensed    = "licensed"    // a licensed, competent or designated organisation
)

// Review is one periodic activity at one level. Months is the period; nil when
// the text leaves it to the body's own programme (Suggested then may hold the
// book's suggestion) or when events call for it (OnEvent).
type Review struct {
	ID         string  `json:"id"`
	Activity   string  `json:"activity"`
	Rules      RuleSet `json:"rules"`
	Level      Level   `json:"level"`
	Months     *int    `json:"months"`
	Suggested  *int    `json:"suggested"`
	OnEvent    bool    `json:"on_event"`
	Listed     bool    `json:"listed"`    // only for systems of the national-security list
	Body       bool    `json:"body"`      // of the whole body, not of each system
	Retention  bool    `json:"retention"` // how long something is kept, not how often it is done
	Performer  string  `json:"performer"` // "" = not said
	Says       Text    `json:"says"`
	Note       Text    `json:"note"`
	Cites      string  `json:"cites"` // with the clause of the level
	Confidence string  `json:"confidence"`
	Source     string  `json:"source"`
}

// review is a row of reviews.yaml.
type review struct {
	plain     Review
	rules     []RuleSet
	months    map[Level]int
	suggested map[Level]int
	own       []Level
	event     []Level
	performer map[Level]string
	basis     []cited
	clauses   map[Level]cited
}

// Reviews lists the periodic activities of a system of level l under rs, in the
// order of the book; an activity the text does not ask for at the level is
// left out.
func (b *Book) Reviews(rs RuleSet, l Level) []Review {
	out := []Review{}
	for _, r := range b.reviews {
		if slices.Contains(r.rules, rs) && slices.Contains(r.levels(), l) {
			out = append(out, r.at(rs, l))
		}
	}
	return out
}

// levels lists the levels the activity is asked for at, in order.
func (r review) levels() []Level {
	return slices.Sorted(slices.Values(slices.Concat(slices.Collect(maps.Keys(r.months)), r.own, r.event)))
}

// at is the activity at one level.
func (r review) at(rs RuleSet, l Level) Review {
	x := r.plain
	x.Rules, x.Level = rs, l
	if m, ok := r.months[l]; ok {
		x.Months = &m
	}
	if m, ok := r.suggested[l]; ok {
		x.Suggested = &m
	}
	x.OnEvent = slices.Contains(r.event, l)
	x.Performer = r.performer[l]
	cites := slices.Clone(r.basis)
	if c, ok := r.clauses[l]; ok {
		cites = append(cites, c)
	}
	x.Cites = printCites(cites, everyCite)
	return x
}
