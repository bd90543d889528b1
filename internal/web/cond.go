package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"capdo/forms"
)

// truth of a condition while answers may still be missing.
type truth int

const (
	open  truth = iota // an answer it hangs on is not given yet
	holds              //
	fails              //
)

// asked is a form being drawn: what is known of the case and what was typed.
type asked struct {
	voice
	form    *forms.Form
	context forms.Context
	in      map[string][]string
}

// values are the answers to a field or pseudo-field, none while unanswered.
func (a asked) values(field string) []string {
	known := map[string]string{"$rules": a.context.Rules, "$stage": a.context.Stage, "$transition": cmp.Or(a.context.Transition, "none"), "$level": ""}
	if a.context.Level > 0 {
		known["$level"] = strconv.Itoa(a.context.Level)
	}
	if x, ok := known[field]; ok {
		return slices.DeleteFunc([]string{x}, func(s string) bool { return s == "" })
	}
	return slices.DeleteFunc(slices.Clone(a.in[field]), func(s string) bool { return strings.TrimSpace(s) == "" })
}

// judge tells whether c holds, fails, or hangs on an answer not given yet.
// Without scripts the page cannot follow answers as they are given, so a field
// that may yet apply is shown with the condition in words.
func (a asked) judge(c *forms.Cond) truth {
	switch {
	case c.Not != nil:
		return []truth{open, fails, holds}[a.judge(c.Not)]
	case c.All != nil:
		return a.combine(c.All, fails, holds)
	case c.Any != nil:
		return a.combine(c.Any, holds, fails)
	}
	given := a.values(c.Field)
	switch {
	case len(given) == 0:
		return open
	case c.Filled || slices.ContainsFunc(given, func(x string) bool { return x == c.Is || slices.Contains(c.In, x) }):
		return holds
	}
	return fails
}

// combine gives early as soon as one part does, open if one is open, else rest.
func (a asked) combine(cs []forms.Cond, early, rest truth) truth {
	result := rest
	for i := range cs {
		switch a.judge(&cs[i]) {
		case early:
			return early
		case open:
			result = open
		}
	}
	return result
}

// shows tells whether to draw a field, and whether it hangs on an open answer.
func (a asked) shows(f *forms.Field) (drawn, hanging bool) {
	if len(f.Levels) > 0 && a.context.Level > 0 && !slices.Contains(f.Levels, a.context.Level) {
		return false, false
	}
	hanging = len(f.Levels) > 0 && a.context.Level == 0
	if f.ShowIf == nil {
		return true, hanging
	}
	t := a.judge(f.ShowIf)
	return t != fails, hanging || t == open
}

// when says in words on what a hanging field depends.
func (a asked) when(f *forms.Field) string {
	var parts []string
	if len(f.Levels) > 0 && a.context.Level == 0 {
		levels := make([]string, len(f.Levels))
		for i, l := range f.Levels {
			levels[i] = strconv.Itoa(l)
		}
		parts = append(parts, a.t("when.is", a.t("when.level"), strings.Join(levels, ", ")))
	}
	if f.ShowIf != nil && a.judge(f.ShowIf) == open {
		parts = append(parts, a.phrase(f.ShowIf))
	}
	return a.t("when.only", strings.Join(parts, a.t("when.and")))
}

// phrase puts a condition into words, leaving out parts that hold already.
func (a asked) phrase(c *forms.Cond) string {
	switch {
	case c.Not != nil:
		return a.t("when.not", a.phrase(c.Not))
	case c.All != nil:
		return a.join(c.All, "when.and")
	case c.Any != nil:
		return a.join(c.Any, "when.or")
	}
	label, field := a.label(c.Field)
	switch {
	case c.Filled:
		return a.t("when.filled", label)
	case c.Is == "yes" && c.In == nil:
		return a.t("when.yes", label)
	case c.Is == "no" && c.In == nil:
		return a.t("when.no", label)
	}
	var names []string
	for _, code := range append(slices.Clone(c.In), c.Is) {
		if code != "" {
			names = append(names, a.option(field, code))
		}
	}
	return a.t("when.is", label, strings.Join(names, a.t("when.or")))
}

// join puts the open parts of a condition together.
func (a asked) join(cs []forms.Cond, with string) string {
	var parts []string
	for i := range cs {
		if a.judge(&cs[i]) == open {
			parts = append(parts, a.phrase(&cs[i]))
		}
	}
	return strings.Join(parts, a.t(with))
}

// label names the field a condition speaks of.
func (a asked) label(id string) (string, *forms.Field) {
	if name, pseudo := strings.CutPrefix(id, "$"); pseudo {
		return a.t("when." + name), nil
	}
	f, ok := a.form.Field(id)
	if !ok {
		return id, nil
	}
	if name := f.Name.In(a.lang); name != "" {
		return name, f
	}
	return f.Label.In(a.lang), f
}

// option names an answer of a field.
func (a asked) option(f *forms.Field, code string) string {
	if f == nil {
		return code
	}
	if shown := f.Show(code).In(a.lang); shown != "" {
		return shown
	}
	return code
}
