package law

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// lint gathers every flaw of the book as "file:line: reason".
type lint struct {
	file string
	errs []error
}

// add notes one flaw in the current file.
func (l *lint) add(line int, format string, args ...any) {
	l.errs = append(l.errs, fmt.Errorf("%s:%d: %s", l.file, line, fmt.Sprintf(format, args...)))
}

// decode fills into from one YAML document, refusing unknown and repeated
// keys, empty values and further documents.
func (l *lint) decode(text []byte, into any) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	l.addYAML(d.Decode(into))
	var tree yaml.Node
	if yaml.Unmarshal(text, &tree) == nil {
		l.empty(&tree)
	}
	if err := d.Decode(new(any)); !errors.Is(err, io.EOF) {
		l.add(1, "more than one document")
	}
}

// addYAML notes the errors of the YAML decoder, which speak of lines.
func (l *lint) addYAML(err error) {
	if err == nil {
		return
	}
	lines := []string{strings.TrimPrefix(err.Error(), "yaml: ")}
	if many, ok := errors.AsType[*yaml.TypeError](err); ok {
		lines = many.Errors
	}
	for _, s := range lines {
		at := 1
		if _, err := fmt.Sscanf(s, "line %d:", &at); err == nil {
			_, s, _ = strings.Cut(s, ": ")
		}
		l.add(at, "%s", s)
	}
}

// empty notes every list, mapping or scalar that holds nothing.
func (l *lint) empty(n *yaml.Node) {
	switch n.Kind {
	case yaml.SequenceNode:
		if len(n.Content) == 0 {
			l.add(n.Line, "empty list")
		}
	case yaml.MappingNode:
		if len(n.Content) == 0 {
			l.add(n.Line, "empty mapping")
		}
	case yaml.ScalarNode:
		if strings.TrimSpace(n.Value) == "" {
			l.add(n.Line, "empty value")
		}
	}
	for _, c := range n.Content {
		l.empty(c)
	}
}

// mark is a scalar that remembers its line; Line 0 means absent.
type mark struct {
	Value string
	Line  int
}

// UnmarshalYAML keeps the scalar as written.
func (m *mark) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: want a single value", n.Line)}}
	}
	*m = mark{n.Value, n.Line}
	return nil
}

// line is where m stands, or of when m is absent.
func (m mark) line(of mark) int {
	return m.or(of).Line
}

// or is m, or other where m is absent.
func (m mark) or(other mark) mark {
	if m.Line == 0 {
		return other
	}
	return m
}

// day reads a date; an absent one is none.
func (l *lint) day(m mark) Day {
	if m.Line == 0 {
		return ""
	}
	d, err := ParseDay(m.Value)
	if err != nil {
		l.add(m.Line, "%v", err)
	}
	return d
}

// span reads an inclusive span of days: its start is required unless open, and
// its end is not before it.
func (l *lint) span(of, from, until mark) span {
	s := span{l.day(from), l.day(until)}
	if s.From == "" {
		l.add(of.Line, "%s: no start day", of.Value)
	}
	if s.Until != "" && s.Until < s.From {
		l.add(until.Line, "%s: ends before it starts", of.Value)
	}
	return s
}

// word checks that m is one of a closed set.
func (l *lint) word(of, m mark, what string, known ...string) string {
	if !slices.Contains(known, m.Value) {
		l.add(m.line(of), "%s: %s %q is not one of %s", of.Value, what, m.Value, strings.Join(known, ", "))
	}
	return m.Value
}

// levels checks a list of levels.
func (l *lint) levels(of mark, list []Level) {
	if len(list) == 0 {
		l.add(of.Line, "%s: no levels", of.Value)
	}
	for _, x := range list {
		if !x.Valid() {
			l.add(of.Line, "%s: level %d does not exist", of.Value, x)
		}
	}
}

// text checks that both languages are there.
func (l *lint) text(of mark, t Text) Text {
	if t.VI == "" || t.EN == "" {
		l.add(of.Line, "%s: every text must be given in vi and en", of.Value)
	}
	return Text{strings.TrimSpace(t.VI), strings.TrimSpace(t.EN)}
}

// span is an inclusive run of days; Until "" is open.
type span struct{ From, Until Day }

// has reports whether d lies in the span.
func (s span) has(d Day) bool { return d.within(s.From, s.Until) }

// meets reports whether two spans share a day.
func (s span) meets(t span) bool { return t.has(s.From) || s.has(t.From) }
