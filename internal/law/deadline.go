package law

import (
	"slices"
	"time"
)

// The kinds of deadline.
const (
	DeadlineOnce     = "once"
	DeadlineYearly   = "yearly"
	DeadlineEvent    = "event"    // counted from something that happens
	DeadlineStanding = "standing" // a duty without a day
)

// The natures of a deadline.
const (
	NatureDuty   = "duty"   // somebody has to act
	NatureStart  = "start"  // a text comes into force, a body takes over
	NatureCutoff = "cutoff" // data are taken as of this day
)

// Offset is the time an event-driven duty leaves: at once, hours or months.
type Offset struct {
	AtOnce bool `json:"at_once" yaml:"at_once"`
	Hours  int  `json:"hours" yaml:"hours"`
	Months int  `json:"months" yaml:"months"`
}

// After returns the last moment that is still in time when the event happened
// at. A limit in months runs to the end of its last day in Viet Nam.
func (o Offset) After(at time.Time) time.Time {
	if o.Months > 0 {
		return DayOf(at).AddMonths(o.Months).AddDays(1).Time()
	}
	return at.Add(time.Duration(o.Hours) * time.Hour)
}

// Deadline is one day by which something is due, or one duty without a day.
// Day is the last safe day; where the text says "before", Exclusive is set,
// Named is the day it names and Day the one before.
type Deadline struct {
	ID         string    `json:"id"`
	Kind       string    `json:"kind"`
	Nature     string    `json:"nature"`
	Rules      []RuleSet `json:"rules"` // empty: beside the level regimes
	Day        Day       `json:"day"`   // "" for event and standing
	Named      Day       `json:"named"`
	Exclusive  bool      `json:"exclusive"`
	Offset     Offset    `json:"offset"` // of event only
	Who        Text      `json:"who"`
	By         []Role    `json:"by"`        // who, where the book knows the role
	Addressee  Role      `json:"addressee"` // on the day, "" = none
	Says       Text      `json:"says"`
	Note       Text      `json:"note"`
	Cites      string    `json:"cites"`
	Confidence string    `json:"confidence"`
	Source     string    `json:"source"`
}

// deadline is a row of deadlines.yaml; its plain part holds all but the day.
type deadline struct {
	plain Deadline
	span  span   // days on which the row speaks
	day   string // "2024-09-30" for once, "12-25" for yearly
	to    []addressee
}

// addressee is who receives, during a span of days.
type addressee struct {
	span
	role Role
}

// Deadlines lists the dated deadlines whose last safe day falls from from to
// to, both inclusive, by day; yearly ones once for each year.
func (b *Book) Deadlines(from, to Day) []Deadline {
	out := []Deadline{}
	for _, d := range b.deadlines {
		for _, named := range d.days(from, to) {
			if x := d.on(named); x.Day.within(from, to) {
				out = append(out, x)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Deadline) int { return cmpDays(a.Day, b.Day) })
	return out
}

// Duties lists the event-driven and standing duties in force on d, in the order
// of the book.
func (b *Book) Duties(d Day) []Deadline {
	out := []Deadline{}
	for _, row := range b.deadlines {
		if dated := row.day != ""; !dated && row.span.has(d) {
			x := row.on("")
			x.Addressee = row.addressee(d)
			out = append(out, x)
		}
	}
	return out
}

// days lists the days a row names from the day before from to the day after to.
func (d deadline) days(from, to Day) []Day {
	switch d.plain.Kind {
	case DeadlineOnce:
		return []Day{Day(d.day)}
	case DeadlineYearly:
		var out []Day
		for year := max(from, d.span.From).Time().Year(); year <= to.AddDays(1).Time().Year(); year++ {
			named := Day(time.Date(year, 1, 1, 0, 0, 0, 0, Zone()).Format("2006-") + d.day)
			if d.span.has(named) {
				out = append(out, named)
			}
		}
		return out
	}
	return nil
}

// on is the row with its day.
func (d deadline) on(named Day) Deadline {
	x := d.plain
	x.Rules, x.By = slices.Clone(x.Rules), slices.Clone(x.By)
	x.Named, x.Day = named, named
	if x.Exclusive {
		x.Day = named.AddDays(-1)
	}
	x.Addressee = d.addressee(x.Day)
	return x
}

// addressee is who receives on a day.
func (d deadline) addressee(on Day) Role {
	for _, a := range d.to {
		if a.has(on) {
			return a.role
		}
	}
	return ""
}
