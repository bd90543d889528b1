package forms

import (
	"slices"
	"strconv"
)

// Cond is a condition on answers already given further up the form. Exactly one
// of these is set: Field with one of Is, In or Filled; All; Any; Not. A list
// answer satisfies Is and In when one of its items does. Field may also be a
// pseudo-field of the [Context]: $level, $rules, $stage or $transition.
type Cond struct {
	Field  string   `yaml:"field"`
	Is     string   `yaml:"is"`
	In     []string `yaml:"in"`
	Filled bool     `yaml:"filled"`
	All    []Cond   `yaml:"all"`
	Any    []Cond   `yaml:"any"`
	Not    *Cond    `yaml:"not"`
}

// scope is what a condition can see: the context and the answers that count so
// far. The answer of a hidden field does not count.
type scope struct {
	Context
	answers Answers
}

func (s scope) value(field string) string {
	switch field {
	case "$level":
		return strconv.Itoa(s.Level)
	case "$rules":
		return s.Rules
	case "$stage":
		return s.Stage
	case "$transition":
		return s.Transition
	}
	return s.answers[field]
}

func (s scope) holds(c *Cond) bool {
	switch {
	case c.Not != nil:
		return !s.holds(c.Not)
	case c.All != nil:
		return !slices.ContainsFunc(c.All, func(c Cond) bool { return !s.holds(&c) })
	case c.Any != nil:
		return slices.ContainsFunc(c.Any, func(c Cond) bool { return s.holds(&c) })
	}
	value := s.value(c.Field)
	if c.Filled {
		return value != ""
	}
	return slices.ContainsFunc(items(value), func(item string) bool {
		return item == c.Is && c.Is != "" || slices.Contains(c.In, item)
	})
}

func (s scope) shows(f *Field) bool {
	if len(f.Levels) > 0 && !slices.Contains(f.Levels, s.Level) {
		return false
	}
	return f.ShowIf == nil || s.holds(f.ShowIf)
}

func (s scope) needs(f *Field) bool {
	return f.Required || s.Demands(f.ID) || f.RequiredIf != nil && s.holds(f.RequiredIf)
}
