// Package proof reads YAML as a strict proofreader does: unknown and repeated
// keys, empty values, loose accents and further documents are flaws, and every
// flaw names file, line and reason. The rooms that keep data as YAML lean on it.
//
//	s := proof.Sheet{File: "gate.yaml"}
//	s.Decode(text, &raw)                 // strict
//	s.Add(raw.ID.Line, "%s: too old", raw.ID.Value)
//	return s.Err()                       // nil, or Flaws
package proof

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// Flaw is one thing that is wrong in a file. Line counts from 1.
type Flaw struct {
	File   string
	Line   int
	Reason string
}

// Error is "file:line: reason".
func (f Flaw) Error() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Reason) }

// Flaws are all flaws of a set of files, in the order found.
type Flaws []Flaw

// Error is one flaw a line.
func (f Flaws) Error() string {
	lines := make([]string, len(f))
	for i, x := range f {
		lines[i] = x.Error()
	}
	return strings.Join(lines, "\n")
}

// Sheet gathers the flaws of the files read; File is the one being read.
type Sheet struct {
	File  string
	flaws Flaws
}

// Add notes a flaw in the current file; a line below 1 is read as 1.
func (s *Sheet) Add(line int, format string, args ...any) {
	s.flaws = append(s.flaws, Flaw{s.File, max(line, 1), fmt.Sprintf(format, args...)})
}

// Err is nil, or every flaw as Flaws.
func (s *Sheet) Err() error {
	if len(s.flaws) == 0 {
		return nil
	}
	return slices.Clone(s.flaws)
}

// Decode fills into from one YAML document, refusing unknown and repeated
// keys, empty values, loose accents and further documents.
func (s *Sheet) Decode(text []byte, into any) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	s.addYAML(d.Decode(into))
	var tree yaml.Node
	if yaml.Unmarshal(text, &tree) == nil {
		s.walk(&tree)
	}
	if err := d.Decode(new(any)); !errors.Is(err, io.EOF) {
		s.Add(1, "more than one document")
	}
}

// addYAML notes the errors of the YAML decoder, which speak of lines.
func (s *Sheet) addYAML(err error) {
	if err == nil {
		return
	}
	for _, f := range Located(s.File, err) {
		s.flaws = append(s.flaws, f)
	}
}

// Located turns an error of the YAML decoder into flaws of a file.
func Located(file string, err error) Flaws {
	lines := []string{strings.TrimPrefix(err.Error(), "yaml: ")}
	if many, ok := errors.AsType[*yaml.TypeError](err); ok {
		lines = many.Errors
	}
	var out Flaws
	for _, s := range lines {
		at := 1
		if _, err := fmt.Sscanf(s, "line %d:", &at); err == nil {
			_, s, _ = strings.Cut(s, ": ")
		}
		out = append(out, Flaw{file, max(at, 1), s})
	}
	return out
}

// walk notes every list, mapping or scalar that holds nothing, and every scalar
// with a loose accent: text must be composed (NFC).
func (s *Sheet) walk(n *yaml.Node) {
	switch {
	case n.Kind == yaml.SequenceNode && len(n.Content) == 0:
		s.Add(n.Line, "empty list")
	case n.Kind == yaml.MappingNode && len(n.Content) == 0:
		s.Add(n.Line, "empty mapping")
	case n.Kind == yaml.ScalarNode && strings.TrimSpace(n.Value) == "":
		s.Add(n.Line, "empty value")
	case n.Kind == yaml.ScalarNode && strings.ContainsFunc(n.Value, loose):
		s.Add(n.Line, "%q is not composed", n.Value)
	}
	for _, c := range n.Content {
		s.walk(c)
	}
}

// loose reports whether r is an accent that stands apart from its letter.
func loose(r rune) bool { return unicode.Is(unicode.Mn, r) }

// Mark is a scalar that remembers its line; Line 0 means absent.
type Mark struct {
	Value string
	Line  int
}

// UnmarshalYAML keeps the scalar as written.
func (m *Mark) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: want a single value", n.Line)}}
	}
	*m = Mark{n.Value, n.Line}
	return nil
}

// Or is m, or other where m is absent.
func (m Mark) Or(other Mark) Mark {
	if m.Line == 0 {
		return other
	}
	return m
}

// Word checks that m, a part of the entry named of, is one of a closed set.
func (s *Sheet) Word(of, m Mark, what string, known ...string) string {
	if !slices.Contains(known, m.Value) {
		s.Add(m.Or(of).Line, "%s: %s %q is not one of %s", of.Value, what, m.Value, strings.Join(known, ", "))
	}
	return m.Value
}
