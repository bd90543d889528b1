package forms

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The papers know no day outside these.
const (
	firstDay = "1900-01-01"
	lastDay  = "2199-12-31"
)

// readDay takes 31/12/2024, 31-12-2024, 31.12.2024 and 2024-12-31. A year has
// four digits.
func (f *Field) readDay(s string) (string, *Problem) {
	year, month, day, ok := splitDay(s)
	if !ok {
		return "", f.problem("date")
	}
	iso := fmt.Sprintf("%04d-%02d-%02d", year, month, day)
	_, err := time.Parse(time.DateOnly, iso)
	switch {
	case err != nil:
		return "", f.problem("no_such_day", plain(fmt.Sprintf("%02d/%02d/%04d", day, month, year)))
	case iso < firstDay:
		return "", f.problem("too_early", dayText(firstDay))
	case iso > lastDay:
		return "", f.problem("too_late", dayText(lastDay))
	}
	return iso, nil
}

func splitDay(s string) (year, month, day int, ok bool) {
	for _, sep := range []string{"/", "-", "."} {
		parts := strings.Split(s, sep)
		if len(parts) != 3 {
			continue
		}
		if sep == "-" && len(parts[0]) == 4 {
			parts[0], parts[2] = parts[2], parts[0]
			if len(parts[0]) != 2 || len(parts[1]) != 2 {
				return 0, 0, 0, false
			}
		}
		day, dayOK := digits(parts[0], 1, 2)
		month, monthOK := digits(parts[1], 1, 2)
		year, yearOK := digits(parts[2], 4, 4)
		return year, month, day, dayOK && monthOK && yearOK
	}
	return 0, 0, 0, false
}

func digits(s string, least, most int) (int, bool) {
	if len(s) < least || len(s) > most || strings.ContainsFunc(s, func(r rune) bool { return !isDigit(r) }) {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// dayText writes 2024-12-31 as 31/12/2024, and anything else as it stands.
func dayText(iso string) Text {
	day, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return plain(iso)
	}
	return plain(day.Format("02/01/2006"))
}
