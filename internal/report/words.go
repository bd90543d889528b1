package report

import (
	"fmt"
	"strings"
	"time"
)

// none stands where there is no figure.
const none = "–"

// number writes n the Vietnamese way: 7.206.
func number[T int | int64](n T) string {
	s := fmt.Sprint(n)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "." + s[i:]
	}
	return sign + s
}

// tenths writes n/d as a percentage with one decimal, half up: 76,5%.
func tenths(n, d int) string {
	if d <= 0 || n < 0 {
		return none
	}
	t := (2000*n + d) / (2 * d)
	return fmt.Sprintf("%s,%d%%", number(t/10), t%10)
}

// pad writes small numbers with a leading zero, as the decree wants them.
func pad(s string) string {
	if len(s) == 1 && s[0] >= '0' && s[0] <= '9' {
		return "0" + s
	}
	return s
}

func parseDay(day string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}, fmt.Errorf("day %.40q is not of the form 2006-01-02", day)
	}
	return t, nil
}

// longDate is the date of the head: leading zeroes for days below 10 and the
// months 1 and 2.
func longDate(t time.Time) string {
	month := fmt.Sprint(int(t.Month()))
	if t.Month() <= 2 {
		month = pad(month)
	}
	return fmt.Sprintf("ngày %02d tháng %s năm %d", t.Day(), month, t.Year())
}

// shortDate writes a day as 30/9/2024 with the same zeroes; what is no day is
// returned as it is.
func shortDate(day string) string {
	t, err := parseDay(day)
	if err != nil {
		return day
	}
	month := fmt.Sprint(int(t.Month()))
	if t.Month() <= 2 {
		month = pad(month)
	}
	return fmt.Sprintf("%02d/%s/%d", t.Day(), month, t.Year())
}

// short is a digest as the foot of a page shows it.
func short(digest string) string {
	r := []rune(digest)
	if len(r) <= 20 {
		return digest
	}
	return string(r[:20]) + "…"
}

// orNone keeps an empty cell from looking forgotten.
func orNone(s string) string {
	if strings.TrimSpace(s) == "" {
		return none
	}
	return s
}

// endings closes every item of a list with ";" and the last with ".".
func endings(items []string) []string {
	out := make([]string, len(items))
	for i, s := range items {
		mark := ";"
		if i == len(items)-1 {
			mark = "."
		}
		out[i] = strings.TrimRight(s, " ;.,") + mark
	}
	return out
}
