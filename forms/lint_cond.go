package forms

import "slices"

// cond holds a condition against the fields above it: a reader of the paper has
// not seen any other answer yet.
func (l *linter) cond(at path, c *Cond, above map[string]*Field) {
	if c == nil {
		return
	}
	if c.branches() != 1 || c.Field == "" && c.tests() > 0 || c.Field != "" && c.tests() != 1 {
		l.fault(at, "a condition is one of field (with is, in or filled), all, any, not")
		return
	}
	for i := range c.All {
		l.cond(at.to("all", i), &c.All[i], above)
	}
	for i := range c.Any {
		l.cond(at.to("any", i), &c.Any[i], above)
	}
	l.cond(at.to("not"), c.Not, above)
	if c.Field != "" {
		l.leaf(at, c, above)
	}
}

// branches counts how many of the four shapes the condition takes.
func (c *Cond) branches() int {
	return count(c.Field != "", len(c.All) > 0, len(c.Any) > 0, c.Not != nil)
}

// tests counts what is asked of the field.
func (c *Cond) tests() int {
	return count(c.Is != "", len(c.In) > 0, c.Filled)
}

func count(held ...bool) int {
	return len(slices.DeleteFunc(held, func(h bool) bool { return !h }))
}

func (l *linter) leaf(at path, c *Cond, above map[string]*Field) {
	values, known := answersOf(c.Field, above)
	if !known {
		l.fault(at.to("field"), "the condition names %q, which is no field above it", c.Field)
		return
	}
	asked := slices.Clone(c.In)
	if c.Is != "" {
		asked = append(asked, c.Is)
	}
	for _, value := range asked {
		if !slices.Contains(values, value) {
			l.fault(at, "%s is never %q", c.Field, value)
		}
	}
}

// answersOf lists what a field can answer; an open field has no list, so it can
// only be asked whether it is filled.
func answersOf(field string, above map[string]*Field) (values []string, known bool) {
	switch field {
	case "$level":
		return levels(), true
	case "$rules":
		return []string{"R85", "R116", "R331"}, true
	case "$stage":
		return []string{"operating", "new", "upgrade"}, true
	case "$transition":
		return []string{"investment"}, true
	}
	f := above[field]
	if f == nil {
		return nil, false
	}
	switch f.Type {
	case "level", "levels":
		return levels(), true
	case "yesno":
		return []string{"yes", "no"}, true
	case "check":
		return []string{"yes"}, true
	}
	for _, o := range f.Options {
		values = append(values, o.Code)
	}
	return values, true
}

func levels() []string { return []string{"1", "2", "3", "4", "5"} }
