package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"capdo/internal/law"
)

// CalendarPage is what the book says of time: deadlines, periods, days of rest
// and the passage from the old law to the new.
type CalendarPage struct {
	Page
	Next, Past  []DeadlineRow
	Duties      []DeadlineRow
	Reviews     []ReviewRow
	ReviewLead  string
	Years       []YearTable
	Transitions []TransitionRow
}

// DeadlineRow is one deadline in words; Day says when, Named what the text
// names where that is another day.
type DeadlineRow struct{ Day, Named, Says, Note, Who, To, Cites, Sure string }

// ReviewRow is one periodic activity with its period at levels 1 to 5.
type ReviewRow struct {
	Says, Note, By, Cites, Sure string
	Periods                     [5]string
}

// YearTable is the days of one year on which the plain week does not hold.
type YearTable struct {
	ID, Title, Note string
	Days            []HolidayRow
}

// HolidayRow is one such day.
type HolidayRow struct{ Day, Name, Kind, Sure string }

// TransitionRow is one rule of passage.
type TransitionRow struct{ Says, Note, Stage, Effect, When, Cites, Sure string }

// calendarShow shows the calendar of the law, a year back and a year ahead.
func (s *site) calendarShow(v *visit) error {
	today := v.today()
	p := CalendarPage{Page: v.page(v.t("cal.title"))}
	for _, d := range s.Book.Deadlines(today.AddMonths(-12), today.AddMonths(12)) {
		if d.Day < today {
			p.Past = append([]DeadlineRow{v.deadline(d)}, p.Past...)
		} else {
			p.Next = append(p.Next, v.deadline(d))
		}
	}
	for _, d := range s.Book.Duties(today) {
		p.Duties = append(p.Duties, v.deadline(d))
	}
	rs, _ := s.Book.RuleSetOn(today)
	p.Reviews, p.ReviewLead = v.reviews(rs), v.t("cal.reviews.lead", v.ruleSet(rs))
	year := today.Time().In(law.Zone()).Year()
	p.Years = []YearTable{v.restDays(year), v.restDays(year + 1)}
	for _, t := range s.Book.Transitions() {
		p.Transitions = append(p.Transitions, v.transition(t))
	}
	return v.show(http.StatusOK, "calendar", p)
}

// deadline is a deadline in words. Where the text says "before", the last safe
// day is the day before the one it names.
func (v *visit) deadline(d law.Deadline) DeadlineRow {
	row := DeadlineRow{Day: v.day(d.Day), Says: v.say(d.Says), Note: v.say(d.Note), Who: v.say(d.Who), Cites: d.Cites, Sure: v.sure(d.Confidence)}
	switch {
	case d.Kind == law.DeadlineStanding:
		row.Day = v.t("cal.standing")
	case d.Offset.AtOnce:
		row.Day = v.t("cal.atonce")
	case d.Offset.Hours > 0:
		row.Day = v.t("cal.hours", d.Offset.Hours)
	case d.Offset.Months > 0:
		row.Day = v.t("cal.months", d.Offset.Months)
	case d.Nature == law.NatureDuty:
		row.Day = v.t("cal.latest", v.day(d.Day))
	}
	if d.Exclusive {
		row.Named = v.t("cal.before", v.day(d.Named))
	}
	if d.Addressee != "" {
		row.To = v.role(d.Addressee)
	}
	return row
}

// reviews are the periodic activities with their periods at the five levels.
func (v *visit) reviews(rs law.RuleSet) []ReviewRow {
	var rows []ReviewRow
	at := map[string]int{}
	for l := law.MinLevel; l <= law.MaxLevel; l++ {
		for _, r := range v.Book.Reviews(rs, l) {
			i, known := at[r.ID]
			if !known {
				i = len(rows)
				at[r.ID] = i
				rows = append(rows, ReviewRow{Says: v.say(r.Says), Note: v.reviewNote(r), Sure: v.sure(r.Confidence)})
			}
			rows[i].Periods[l-1] = v.period(r)
			rows[i].Cites = joinOnce(rows[i].Cites, r.Cites)
			if r.Performer != "" {
				rows[i].By = joinOnce(rows[i].By, v.orCode("performer.", r.Performer))
			}
		}
	}
	for i := range rows {
		for l := range rows[i].Periods {
			rows[i].Periods[l] = cmp.Or(rows[i].Periods[l], "–")
		}
	}
	return rows
}

// joinOnce adds the parts of a list to another, each once.
func joinOnce(list, more string) string {
	parts := slices.DeleteFunc(strings.Split(list+"; "+more, "; "), func(s string) bool { return s == "" })
	return strings.Join(once(parts), "; ")
}

// period says how often an activity is done.
func (v *visit) period(r law.Review) string {
	switch {
	case r.Months != nil:
		return v.t("cal.every", *r.Months)
	case r.Suggested != nil:
		return v.t("cal.suggested", *r.Suggested)
	case r.OnEvent:
		return v.t("cal.event")
	}
	return v.t("cal.own")
}

// reviewNote says for what an activity is meant where that is not every system.
func (v *visit) reviewNote(r law.Review) string {
	var parts []string
	for key, yes := range map[string]bool{"cal.listed": r.Listed, "cal.body": r.Body, "cal.kept": r.Retention} {
		if yes {
			parts = append(parts, v.t(key))
		}
	}
	if note := v.say(r.Note); note != "" {
		parts = append(parts, note)
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// restDays are the days of rest of a year, and what is not known of them.
func (v *visit) restDays(year int) YearTable {
	t := YearTable{ID: "y" + strconv.Itoa(year), Title: v.t("cal.year", year)}
	years := v.Book.Calendars()
	i := slices.IndexFunc(years, func(y law.CalendarYear) bool { return y.Year == year })
	if i < 0 {
		t.Note = v.say((&law.NoCalendarError{Year: year}).Text())
		return t
	}
	t.Note = v.say(years[i].Says) + " " + v.say(years[i].Note)
	if !years[i].Complete {
		t.Note += " " + v.t("cal.forecast")
	}
	for _, h := range v.Book.Holidays(year) {
		t.Days = append(t.Days, HolidayRow{v.day(h.Day), v.say(h.Name), v.orCode("holiday.", h.Kind), v.sure(h.Confidence)})
	}
	return t
}

// transition is a rule of passage in words.
func (v *visit) transition(t law.Transition) TransitionRow {
	row := TransitionRow{Says: v.say(t.Says), Note: v.say(t.Note), Stage: v.orCode("passage.", t.Stage), Effect: v.orCode("passage.", t.Effect),
		When: v.t("cal.from", v.day(t.From)), Cites: t.Cites, Sure: v.sure(t.Confidence)}
	if t.Until != "" {
		row.When = v.day(t.From) + " – " + v.day(t.Until)
	}
	if t.Due != "" {
		row.Effect += ": " + v.t("cal.latest", v.day(t.Due))
	}
	return row
}
