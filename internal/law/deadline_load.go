package law

import (
	"slices"
	"strings"
)

// rawDeadlines is deadlines.yaml.
type rawDeadlines struct {
	Deadlines []rawDeadline `yaml:"deadlines"`
}

type rawDeadline struct {
	rawEntry  `yaml:",inline"`
	Rules     []mark  `yaml:"rules"`
	Kind      mark    `yaml:"kind"`
	Nature    mark    `yaml:"nature"`
	Who       Text    `yaml:"who"`
	By        []mark  `yaml:"by"`
	From      mark    `yaml:"from"`
	Until     mark    `yaml:"until"`
	Day       mark    `yaml:"day"`
	Exclusive bool    `yaml:"exclusive"`
	Offset    *Offset `yaml:"offset"`
	To        []rawTo `yaml:"to"`
}

type rawTo struct {
	Role  mark `yaml:"role"`
	From  mark `yaml:"from"`
	Until mark `yaml:"until"`
}

// deadlineList checks and compiles deadlines.yaml.
func (l *loader) deadlineList(raw rawDeadlines) {
	for _, r := range raw.Deadlines {
		cites := l.entry(EntryDeadline, r.rawEntry)
		d := deadline{day: l.namedDay(r), plain: Deadline{
			ID: r.ID.Value, Kind: l.Word(r.ID, r.Kind, "kind", DeadlineOnce, DeadlineYearly, DeadlineEvent, DeadlineStanding),
			Nature: l.Word(r.ID, r.Nature, "nature", NatureDuty, NatureStart, NatureCutoff), Exclusive: r.Exclusive,
			Who: l.text(r.ID, r.Who), By: l.roles(r.ID, r.By), Says: r.Says, Note: r.Note,
			Cites: printCites(cites, everyCite), Confidence: r.Confidence.Value, Source: r.Source.Value,
		}}
		for _, m := range r.Rules {
			d.plain.Rules = append(d.plain.Rules, l.ruleSet(r.ID, m))
		}
		if r.Kind.Value != DeadlineOnce {
			d.span = l.span(r.ID, r.From, r.Until)
		}
		if r.Offset != nil {
			d.plain.Offset = *r.Offset
		}
		for _, t := range r.To {
			d.to = append(d.to, addressee{span{l.day(t.From), l.day(t.Until)}, l.role(r.ID, t.Role)})
		}
		l.fits(r)
		l.book.deadlines = append(l.book.deadlines, d)
	}
}

// namedDay checks the day a row names.
func (l *loader) namedDay(r rawDeadline) string {
	whole := r.Day
	if r.Kind.Value == DeadlineYearly {
		whole.Value = "2023-" + whole.Value
	}
	if l.day(whole) == "" {
		return ""
	}
	return r.Day.Value
}

// fits checks that a row carries what its kind needs and nothing else.
func (l *loader) fits(r rawDeadline) {
	kind := r.Kind.Value
	if dated := kind == DeadlineOnce || kind == DeadlineYearly; dated != (r.Day.Line > 0) || !dated && r.Exclusive {
		l.Add(r.ID.Line, "%s: day does not fit kind %s", r.ID.Value, kind)
	}
	if once := kind == DeadlineOnce; once && (r.From.Line > 0 || r.Until.Line > 0) {
		l.Add(r.ID.Line, "%s: a span of days does not fit kind %s", r.ID.Value, kind)
	}
	if (kind == DeadlineEvent) != (r.Offset != nil) {
		l.Add(r.ID.Line, "%s: offset does not fit kind %s", r.ID.Value, kind)
	}
	if o := r.Offset; o != nil && !slices.Contains([]Offset{{AtOnce: true}, {Hours: max(o.Hours, 1)}, {Months: max(o.Months, 1)}}, *o) {
		l.Add(r.ID.Line, "%s: offset takes exactly one of at_once, hours, months", r.ID.Value)
	}
	for i, t := range r.To {
		for _, o := range r.To[:i] {
			a, b := span{Day(t.From.Value), Day(t.Until.Value)}, span{Day(o.From.Value), Day(o.Until.Value)}
			if a.meets(b) || strings.TrimSpace(t.Role.Value) == "" {
				l.Add(t.Role.Or(r.ID).Line, "%s: two addressees on one day", r.ID.Value)
			}
		}
	}
}
