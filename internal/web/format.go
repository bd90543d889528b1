package web

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"capdo/internal/law"
)

// The two languages of the pages.
const (
	vietnamese = "vi"
	english    = "en"
)

// voice speaks one language: it looks up words and writes numbers and days the
// way that language does.
type voice struct {
	lang  string
	words catalogue
}

// t returns the words under a key, with fmt verbs filled in. An unknown key is
// shown in brackets, which a test looks for on every page.
func (v voice) t(key string, args ...any) string {
	w, ok := v.words[key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	text := w.vi
	if v.lang == english {
		text = w.en
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// has tells whether there are words under a key.
func (v voice) has(key string) bool { _, ok := v.words[key]; return ok }

// say picks the language of a text; a text without English stays Vietnamese.
func (v voice) say(t law.Text) string {
	if v.lang == english && t.EN != "" {
		return t.EN
	}
	return t.VI
}

// num writes 7206 as 7.206 or 7,206.
func (v voice) num(n int) string {
	sep := "."
	if v.lang == english {
		sep = ","
	}
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return s
}

// pct writes a share with one decimal: 76,5% or 76.5%; "–" when there is
// nothing to share.
func (v voice) pct(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	tenths := (part*2000 + whole) / (whole * 2) // rounded half up
	sep := ","
	if v.lang == english {
		sep = "."
	}
	return fmt.Sprintf("%s%s%d%%", v.num(tenths/10), sep, tenths%10)
}

// day writes 2024-12-31 as 31/12/2024; "" stays "".
func (v voice) day(d law.Day) string {
	if t := d.Time(); !t.IsZero() {
		return t.Format("02/01/2006")
	}
	return string(d)
}

// when writes an instant in Viet Nam's time.
func (v voice) when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(law.Zone()).Format("15:04, 02/01/2006")
}

// dated writes the day of an instant.
func (v voice) dated(t time.Time) string { return v.day(law.DayOf(t)) }

// level writes "Cấp độ 3", or that none is known.
func (v voice) level(l law.Level) string {
	if !l.Valid() {
		return v.t("level.none")
	}
	return v.t("level.n", int(l))
}

// agency writes a body's name: legal names stay Vietnamese on English pages,
// with the English name beside them.
func (v voice) agency(name, english string) string {
	if v.lang == vietnamese || english == "" || english == name {
		return name
	}
	return name + " (" + english + ")"
}

// parseDay reads a day from a query: ISO or d/m/yyyy; false when it is neither.
func parseDay(s string) (law.Day, bool) {
	s = strings.TrimSpace(s)
	if t, err := time.Parse("2/1/2006", s); err == nil {
		return law.Day(t.Format(time.DateOnly)), true
	}
	d, err := law.ParseDay(s)
	return d, err == nil
}
