package controls

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"capdo/internal/law"
)

// lint gathers every flaw of the catalogues as "file:line: reason".
type lint struct {
	file string
	errs []error
}

// add notes one flaw in the current file.
func (l *lint) add(line int, format string, args ...any) {
	l.errs = append(l.errs, fmt.Errorf("%s:%d: %s", l.file, max(line, 1), fmt.Sprintf(format, args...)))
}

// decode fills into from one YAML document, refusing unknown and repeated
// keys, empty values and further documents.
func (l *lint) decode(text []byte, into any) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	l.addYAML(d.Decode(into))
	var tree yaml.Node
	if yaml.Unmarshal(text, &tree) == nil {
		l.walk(&tree)
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

// walk notes every list, mapping or scalar that holds nothing, and every
// scalar with a loose accent: text must be composed (NFC).
func (l *lint) walk(n *yaml.Node) {
	switch {
	case n.Kind == yaml.SequenceNode && len(n.Content) == 0:
		l.add(n.Line, "empty list")
	case n.Kind == yaml.MappingNode && len(n.Content) == 0:
		l.add(n.Line, "empty mapping")
	case n.Kind == yaml.ScalarNode && strings.TrimSpace(n.Value) == "":
		l.add(n.Line, "empty value")
	case n.Kind == yaml.ScalarNode && strings.ContainsFunc(n.Value, loose):
		l.add(n.Line, "%q is not composed", n.Value)
	}
	for _, c := range n.Content {
		l.walk(c)
	}
}

// loose reports whether r is an accent that stands apart from its letter.
func loose(r rune) bool { return unicode.Is(unicode.Mn, r) }

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

// line is where m stands, or where its owner does when m is absent.
func (m mark) line(of mark) int {
	if m.Line == 0 {
		return of.Line
	}
	return m.Line
}

// word checks that m is one of a closed set.
func (l *lint) word(of, m mark, what string, known ...string) string {
	if !slices.Contains(known, m.Value) {
		l.add(m.line(of), "%s: %s %q is not one of %s", of.Value, what, m.Value, strings.Join(known, ", "))
	}
	return m.Value
}

// confidence checks a word for how sure an entry is.
func (l *lint) confidence(of, m mark) string {
	return l.word(of, m, "confidence", "high", "medium", "low", "inferred")
}

// text checks that both languages are there.
func (l *lint) text(of mark, t law.Text) law.Text {
	if t.VI == "" || t.EN == "" {
		l.add(of.Line, "%s: every text must be given in vi and en", of.Value)
	}
	return law.Text{VI: strings.TrimSpace(t.VI), EN: strings.TrimSpace(t.EN)}
}

// note checks a text that may be absent.
func (l *lint) note(of mark, t law.Text) law.Text {
	if t == (law.Text{}) {
		return t
	}
	return l.text(of, t)
}

// ruleSets checks the names of rule sets.
func (l *lint) ruleSets(of mark, list []mark) []law.RuleSet {
	if len(list) == 0 {
		l.add(of.Line, "%s: names no rule set", of.Value)
	}
	var out []law.RuleSet
	for _, m := range list {
		out = append(out, law.RuleSet(l.word(of, m, "rule set", string(law.R85), string(law.R116), string(law.R331))))
	}
	return out
}
