package law

import (
	"fmt"
	"slices"
	"time"
)

// The kinds of holiday.
const (
	HolidayFeast       = "feast"        // a feast day of the Labour Code
	HolidayInLieu      = "in_lieu"      // day off for a feast on the weekly rest
	HolidaySwapOff     = "swap_off"     // working day given off by a swap
	HolidaySwapWork    = "swap_work"    // rest day worked in exchange
	HolidayProposedOff = "proposed_off" // as swap_off, proposed and not known to be decided; not counted
	HolidayProposedOn  = "proposed_on"  // as swap_work, likewise
)

// Holiday is a day on which civil servants depart, or may depart, from the
// plain week.
type Holiday struct {
	Day        Day    `json:"day"`
	Kind       string `json:"kind"`
	Feast      string `json:"feast"` // what it belongs to, e.g. "tet"
	Name       Text   `json:"name"`
	Confidence string `json:"confidence"`
	Source     string `json:"source"`
}

// proposed reports whether the day is not known to be decided.
func (h Holiday) proposed() bool { return h.Kind == HolidayProposedOff || h.Kind == HolidayProposedOn }

// CalendarYear is what the book holds of one year. Complete is false when the
// year's notices are not all known, so that its days are a forecast.
type CalendarYear struct {
	Year       int    `json:"year"`
	Complete   bool   `json:"complete"`
	Cites      string `json:"cites"`
	Confidence string `json:"confidence"`
	Source     string `json:"source"`
	Says       Text   `json:"says"`
	Note       Text   `json:"note"`
}

// calendar is the compiled holidays.yaml.
type calendar struct {
	rest  []time.Weekday
	years []CalendarYear // ascending
	days  map[Day]Holiday
}

// NoCalendarError refuses to count days in a year the book has no calendar of.
type NoCalendarError struct{ Year int }

// Error names the year.
func (e *NoCalendarError) Error() string {
	return fmt.Sprintf("count working days: no calendar of public holidays for %d", e.Year)
}

// Text is the refusal for the reader.
func (e *NoCalendarError) Text() Text {
	return Text{
		fmt.Sprintf("Sổ luật chưa có lịch nghỉ lễ, Tết năm %d nên không tính được ngày làm việc.", e.Year),
		fmt.Sprintf("The book has no calendar of public holidays for %d, so working days cannot be counted.", e.Year),
	}
}

// Calendars lists the years the book knows, oldest first.
func (b *Book) Calendars() []CalendarYear { return slices.Clone(b.calendar.years) }

// Holidays lists the days of a year that depart from the plain week, by day;
// none for a year without calendar.
func (b *Book) Holidays(year int) []Holiday {
	out := []Holiday{}
	for _, h := range b.calendar.days {
		if h.Day.Time().Year() == year {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b Holiday) int { return cmpDays(a.Day, b.Day) })
	return out
}

// Working reports whether civil servants work on d. A year without calendar is
// refused with *NoCalendarError.
func (b *Book) Working(d Day) (bool, error) {
	w, err := b.calendar.work(d)
	return w.working, err
}

// work is what the calendar knows of one day. It is doubtful where a notice is
// missing or a swap is only proposed.
type work struct{ working, doubtful bool }

// work looks up one day.
func (c calendar) work(d Day) (work, error) {
	t := d.Time()
	if t.IsZero() {
		return work{}, fmt.Errorf("count working days: %q is no day", d)
	}
	i := slices.IndexFunc(c.years, func(y CalendarYear) bool { return y.Year == t.Year() })
	if i < 0 {
		return work{}, &NoCalendarError{t.Year()}
	}
	h, special := c.days[d]
	w := work{!slices.Contains(c.rest, t.Weekday()), !c.years[i].Complete || h.proposed()}
	if special && !h.proposed() {
		w.working = h.Kind == HolidaySwapWork
	}
	return w, nil
}

// AddWorkingDays returns the n-th working day after from; from itself is not
// counted (Civil Code 2015, Article 147). With n 0 it returns from.
func (b *Book) AddWorkingDays(from Day, n int) (Day, error) {
	if n < 0 {
		return "", fmt.Errorf("count working days: cannot count %d days", n)
	}
	if from.Time().IsZero() {
		return "", fmt.Errorf("count working days: %q is no day", from)
	}
	for n > 0 {
		from = from.AddDays(1)
		working, err := b.Working(from)
		if err != nil {
			return "", err
		}
		if working {
			n--
		}
	}
	return from, nil
}

// WorkingDaysBetween counts the working days after from up to and with to;
// with to before from it counts back and the result is negative.
func (b *Book) WorkingDaysBetween(from, to Day) (int, error) {
	if from.Time().IsZero() || to.Time().IsZero() {
		return 0, fmt.Errorf("count working days: %q to %q are no days", from, to)
	}
	if to < from {
		n, err := b.WorkingDaysBetween(to, from)
		return -n, err
	}
	n := 0
	for d := from.AddDays(1); d <= to; d = d.AddDays(1) {
		working, err := b.Working(d)
		if err != nil {
			return 0, err
		}
		if working {
			n++
		}
	}
	return n, nil
}

// cmpDays orders days.
func cmpDays(a, b Day) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
