package law

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// rawCalendar is holidays.yaml.
type rawCalendar struct {
	Weekend  rawWeekend    `yaml:"weekend"`
	Counting []rawCounting `yaml:"counting"`
	Names    map[mark]Text `yaml:"names"`
	Feasts   []rawFeast    `yaml:"feasts"`
	Years    []rawYear     `yaml:"years"`
}

type rawWeekend struct {
	rawEntry `yaml:",inline"`
	Days     []mark `yaml:"days"`
}

type rawCounting struct {
	rawEntry `yaml:",inline"`
}

type rawFeast struct {
	rawEntry `yaml:",inline"`
	Feast    mark `yaml:"feast"`
	From     mark `yaml:"from"`
	Until    mark `yaml:"until"`
	Days     int  `yaml:"days"`
	InLieu   bool `yaml:"in_lieu"`
}

type rawYear struct {
	rawEntry `yaml:",inline"`
	Year     int       `yaml:"year"`
	Complete bool      `yaml:"complete"`
	Days     []rawHoly `yaml:"days"`
	Swaps    []rawSwap `yaml:"swaps"`
	Proposed []rawSwap `yaml:"proposed"`
}

type rawHoly struct {
	Feast  mark   `yaml:"feast"`
	On     []mark `yaml:"on"`
	InLieu []mark `yaml:"in_lieu"`
}

type rawSwap struct {
	Feast      mark `yaml:"feast"`
	Off        mark `yaml:"off"`
	Work       mark `yaml:"work"`
	Confidence mark `yaml:"confidence"`
	Source     mark `yaml:"source"`
}

// feast is a dated statement that a feast has a number of days off.
type feast struct {
	span
	id, key string
	name    Text
	days    int
	inLieu  bool // a day on the weekly rest is made up for
}

// almanac is what is needed while the years are read.
type almanac struct {
	*loader
	names  map[string]Text
	feasts []feast
}

// calendar checks and compiles holidays.yaml.
func (l *loader) calendar(raw rawCalendar) {
	l.book.calendar.days = map[Day]Holiday{}
	l.entry(EntryCounting, raw.Weekend.rawEntry)
	for _, m := range raw.Weekend.Days {
		l.book.calendar.rest = append(l.book.calendar.rest, l.weekday(raw.Weekend.ID, m))
	}
	for _, r := range raw.Counting {
		l.entry(EntryCounting, r.rawEntry)
	}
	a := almanac{loader: l, names: l.names(raw.Names)}
	for _, r := range raw.Feasts {
		a.feast(r)
	}
	for _, r := range raw.Years {
		a.year(r)
	}
	slices.SortFunc(l.book.calendar.years, func(x, y CalendarYear) int { return x.Year - y.Year })
}

// names checks how each kind of day that is not the feast itself is called.
func (l *loader) names(raw map[mark]Text) map[string]Text {
	kinds := []string{HolidayInLieu, HolidaySwapOff, HolidaySwapWork, HolidayProposedOff, HolidayProposedOn}
	out := map[string]Text{}
	for m, t := range raw {
		l.Word(m, m, "kind of day", kinds...)
		if !strings.Contains(t.VI, "{}") || !strings.Contains(t.EN, "{}") {
			l.Add(m.Line, "names: %s needs vi and en with {} for the feast", m.Value)
		}
		out[m.Value] = t
	}
	if len(out) < len(kinds) {
		l.Add(1, "names: every kind of day needs a name")
	}
	return out
}

// weekday reads the name of a day of the week.
func (l *loader) weekday(of, m mark) time.Weekday {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.ToLower(d.String()) == m.Value {
			return d
		}
	}
	l.Add(m.Or(of).Line, "%s: %q is no day of the week", of.Value, m.Value)
	return time.Sunday
}

// feast checks one statement about a feast.
func (a *almanac) feast(r rawFeast) {
	a.entry(EntryFeast, r.rawEntry)
	f := feast{a.span(r.ID, r.From, r.Until), r.ID.Value, r.Feast.Value, r.Says, r.Days, r.InLieu}
	if f.key == "" || f.days < 1 {
		a.Add(r.ID.Line, "%s: needs feast and days", f.id)
	}
	for _, other := range a.feasts {
		if other.key == f.key && other.meets(f.span) {
			a.Add(r.ID.Line, "%s: overlaps %s", f.id, other.id)
		}
	}
	a.feasts = append(a.feasts, f)
}

// year checks one year, day by day and then as a whole.
func (a *almanac) year(r rawYear) {
	cites := printCites(a.entry(EntryCalendar, r.rawEntry), everyCite)
	y := CalendarYear{
		Year: r.Year, Complete: r.Complete, Cites: cites, Confidence: r.Confidence.Value,
		Source: r.Source.Value, Says: r.Says, Note: r.Note,
	}
	if slices.ContainsFunc(a.book.calendar.years, func(o CalendarYear) bool { return o.Year == y.Year }) {
		a.Add(r.ID.Line, "%s: a second calendar for %d", r.ID.Value, y.Year)
	}
	a.book.calendar.years = append(a.book.calendar.years, y)
	count := map[string]int{}
	for _, d := range r.Days {
		count[d.Feast.Value] += len(d.On)
		a.holy(r, d)
	}
	for _, s := range r.Swaps {
		a.swap(r, s, HolidaySwapOff, HolidaySwapWork)
	}
	for _, s := range r.Proposed {
		a.swap(r, s, HolidayProposedOff, HolidayProposedOn)
	}
	for _, f := range a.feasts {
		if in := r.Year >= f.From.Time().Year() && (f.Until == "" || r.Year <= f.Until.Time().Year()); in && count[f.key] != f.days {
			a.Add(r.ID.Line, "%s: %s has %d days, want %d", r.ID.Value, f.key, count[f.key], f.days)
		}
	}
}

// holy adds the days of one feast and the days off in lieu of those that fall
// on the weekly rest.
func (a *almanac) holy(r rawYear, d rawHoly) {
	lost := 0
	for _, m := range d.On {
		if h := a.day(r, m, d.Feast, HolidayFeast); a.resting(h.Day) {
			lost++
		}
		if f, ok := a.feastOn(d.Feast, Day(m.Value)); ok && !f.inLieu {
			lost = 0
		}
	}
	for _, m := range d.InLieu {
		if h := a.day(r, m, d.Feast, HolidayInLieu); a.resting(h.Day) {
			a.Add(m.Line, "%s: %s in lieu is a day of rest already", r.ID.Value, m.Value)
		}
	}
	if lost != len(d.InLieu) {
		a.Add(d.Feast.Or(r.ID).Line, "%s: %s loses %d days to the weekly rest and has %d in lieu", r.ID.Value, d.Feast.Value, lost, len(d.InLieu))
	}
}

// swap adds a working day given off and the rest day worked for it.
func (a *almanac) swap(r rawYear, s rawSwap, off, work string) {
	confidence, source := s.Confidence.Or(r.Confidence), s.Source.Or(r.Source)
	a.trust(r.ID, confidence, source)
	for _, m := range []mark{s.Off, s.Work} {
		kind := off
		if m == s.Work {
			kind = work
		}
		h := a.day(r, m, s.Feast, kind)
		if a.resting(h.Day) != (m == s.Work) {
			a.Add(m.Or(r.ID).Line, "%s: %s does not fit %s", r.ID.Value, m.Value, kind)
		}
		h.Confidence, h.Source = confidence.Value, source.Value
		a.book.calendar.days[h.Day] = h
	}
}

// day adds one day.
func (a *almanac) day(r rawYear, m, of mark, kind string) Holiday {
	h := Holiday{Day: a.lint.day(m), Kind: kind, Feast: of.Value, Confidence: r.Confidence.Value, Source: r.Source.Value}
	f, ok := a.feastOn(of, h.Day)
	if !ok {
		a.Add(of.Or(r.ID).Line, "%s: no feast %q on %s", r.ID.Value, of.Value, m.Value)
	}
	h.Name = f.name
	if kind != HolidayFeast {
		h.Name.VI = strings.ReplaceAll(a.names[kind].VI, "{}", f.name.VI)
		h.Name.EN = strings.ReplaceAll(a.names[kind].EN, "{}", f.name.EN)
	}
	if before, ok := a.book.calendar.days[h.Day]; ok {
		a.Add(m.Or(r.ID).Line, "%s: %s is %s already", r.ID.Value, m.Value, before.Name.EN)
	}
	if !strings.HasPrefix(m.Value, fmt.Sprint(r.Year)) && kind != HolidaySwapWork {
		a.Add(m.Or(r.ID).Line, "%s: %s lies outside %d", r.ID.Value, m.Value, r.Year)
	}
	a.book.calendar.days[h.Day] = h
	return h
}

// feastOn finds the statement about a feast that holds on d.
func (a *almanac) feastOn(key mark, d Day) (feast, bool) {
	i := slices.IndexFunc(a.feasts, func(f feast) bool { return f.key == key.Value && f.has(d) })
	if i < 0 {
		return feast{}, false
	}
	return a.feasts[i], true
}

// resting reports whether d falls on the weekly rest.
func (a *almanac) resting(d Day) bool {
	return slices.Contains(a.book.calendar.rest, d.Time().Weekday())
}
