package law

import (
	"fmt"
	"time"
)

// Day is a civil date in Viet Nam written "2006-01-02"; "" means none. Days
// compare with < and >.
type Day string

const offset = 7 * 60 * 60 // seconds east of UTC; Viet Nam keeps no summer time

// Zone returns Viet Nam's time zone, UTC+7.
func Zone() *time.Location { return zone }

// zone is made once: every decision of the gate asks for it.
var zone = time.FixedZone("+07", offset)

// ParseDay reads a strict ISO date and refuses days the calendar lacks.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Format(time.DateOnly) != s {
		return "", fmt.Errorf("parse day %q: want an existing date as yyyy-mm-dd", s)
	}
	return Day(s), nil
}

// DayOf returns the day on which t falls in Viet Nam; the zero time gives "".
func DayOf(t time.Time) Day {
	if t.IsZero() {
		return ""
	}
	return Day(t.In(Zone()).Format(time.DateOnly))
}

// Time returns 00:00 of d in Viet Nam, or the zero time when d is none or not
// a date.
func (d Day) Time() time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), Zone())
	if err != nil {
		return time.Time{}
	}
	return t
}

// AddDays moves d by n calendar days; none stays none.
func (d Day) AddDays(n int) Day {
	t := d.Time()
	if t.IsZero() {
		return ""
	}
	return DayOf(t.AddDate(0, 0, n))
}

// AddMonths moves d by n months to the same day of the month, or to the last
// day of a month that is too short (Civil Code 2015, Article 148); none stays
// none.
func (d Day) AddMonths(n int) Day {
	t := d.Time()
	if t.IsZero() {
		return ""
	}
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, Zone())
	last := first.AddDate(0, 1, -1).Day()
	return DayOf(first.AddDate(0, 0, min(t.Day(), last)-1))
}

// within reports whether d falls in the inclusive span; "" leaves it open.
func (d Day) within(from, until Day) bool {
	return d >= from && (until == "" || d <= until)
}
