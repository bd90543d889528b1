package plan

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"capdo/internal/law"
)

// Feed says how items are written as a calendar.
type Feed struct {
	Name string // of the calendar
	Now  time.Time
	Host string                // the right half of every UID
	Say  func(law.Text) string // picks the language
	Link func(Item) string     // address of an item, "" none
}

// ICalendar writes items as an iCalendar object (RFC 5545): an all-day event
// each, an event at its moment where hours count; what has no day is left out.
// The UID of an item stays the same, so that a calendar updates it in place.
func ICalendar(items []Item, f Feed) string {
	w := &icalendar{}
	w.line("BEGIN:VCALENDAR")
	w.line("VERSION:2.0")
	w.line("PRODID:-//capdo//calendar//VI")
	w.line("CALSCALE:GREGORIAN")
	w.line("METHOD:PUBLISH")
	w.line("X-WR-CALNAME:" + escaped(f.Name))
	w.line("X-WR-TIMEZONE:Asia/Ho_Chi_Minh")
	w.line("REFRESH-INTERVAL;VALUE=DURATION:PT6H")
	for _, it := range items {
		if it.Day != "" {
			w.event(it, f)
		}
	}
	w.line("END:VCALENDAR")
	return w.b.String()
}

type icalendar struct{ b strings.Builder }

func (w *icalendar) event(it Item, f Feed) {
	stamp := "20060102T150405Z"
	w.line("BEGIN:VEVENT")
	w.line("UID:" + escaped(it.ID) + "@" + f.Host)
	w.line("DTSTAMP:" + f.Now.UTC().Format(stamp))
	if it.At.IsZero() {
		w.line("DTSTART;VALUE=DATE:" + strings.ReplaceAll(string(it.Day), "-", ""))
		w.line("DTEND;VALUE=DATE:" + strings.ReplaceAll(string(it.Day.AddDays(1)), "-", ""))
	} else {
		w.line("DTSTART:" + it.At.UTC().Format(stamp))
		w.line("DTEND:" + it.At.UTC().Format(stamp))
	}
	of := it.Agency
	if it.System != "" {
		of = it.System + " " + it.Name
	}
	w.line("SUMMARY:" + escaped(fmt.Sprintf("%s: %s", of, f.Say(it.Says))))
	w.line("DESCRIPTION:" + escaped(it.Cites))
	w.line("CATEGORIES:" + escaped(string(it.Kind)))
	if link := f.Link(it); link != "" {
		w.line("URL:" + link)
	}
	w.line("TRANSP:TRANSPARENT")
	w.line("END:VEVENT")
}

// line writes a content line, folded at 75 octets, never inside a character.
func (w *icalendar) line(s string) {
	for n := 0; ; {
		limit := 75 - n
		if len(s) <= limit {
			break
		}
		for limit > 0 && !utf8.RuneStart(s[limit]) {
			limit--
		}
		w.b.WriteString(s[:limit] + "\r\n ")
		s, n = s[limit:], 1
	}
	w.b.WriteString(s + "\r\n")
}

// escaped writes a text value; a character that has no place in one is dropped.
func escaped(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(s)
}
