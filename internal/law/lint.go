package law

import (
	"strings"

	"capdo/internal/proof"
)

// lint gathers every flaw of the book as "file:line: reason".
type lint struct{ proof.Sheet }

// mark is a scalar that remembers its line; Line 0 means absent.
type mark = proof.Mark

// day reads a date; an absent one is none.
func (l *lint) day(m mark) Day {
	if m.Line == 0 {
		return ""
	}
	d, err := ParseDay(m.Value)
	if err != nil {
		l.Add(m.Line, "%v", err)
	}
	return d
}

// span reads an inclusive span of days: its start is required unless open, and
// its end is not before it.
func (l *lint) span(of, from, until mark) span {
	s := span{l.day(from), l.day(until)}
	if s.From == "" {
		l.Add(of.Line, "%s: no start day", of.Value)
	}
	if s.Until != "" && s.Until < s.From {
		l.Add(until.Line, "%s: ends before it starts", of.Value)
	}
	return s
}

// levels checks a list of levels.
func (l *lint) levels(of mark, list []Level) {
	if len(list) == 0 {
		l.Add(of.Line, "%s: no levels", of.Value)
	}
	for _, x := range list {
		if !x.Valid() {
			l.Add(of.Line, "%s: level %d does not exist", of.Value, x)
		}
	}
}

// text checks that both languages are there.
func (l *lint) text(of mark, t Text) Text {
	if t.VI == "" || t.EN == "" {
		l.Add(of.Line, "%s: every text must be given in vi and en", of.Value)
	}
	return Text{strings.TrimSpace(t.VI), strings.TrimSpace(t.EN)}
}

// span is an inclusive run of days; Until "" is open.
type span struct{ From, Until Day }

// has reports whether d lies in the span.
func (s span) has(d Day) bool { return d.within(s.From, s.Until) }

// meets reports whether two spans share a day.
func (s span) meets(t span) bool { return t.has(s.From) || s.has(t.From) }
