package law

import "strconv"

// test is a compiled condition over facts.
type test func(*Facts) bool

// rawCondition is one node of a condition; exactly one form is used.
type rawCondition struct {
	All  []rawCondition `yaml:"all"`
	Any  []rawCondition `yaml:"any"`
	Not  *rawCondition  `yaml:"not"`
	Fact mark           `yaml:"fact"`
	Eq   mark           `yaml:"eq"`
	In   []mark         `yaml:"in"`
	Gte  mark           `yaml:"gte"`
	Lt   mark           `yaml:"lt"`
}

// line is where the first fact of the condition stands, or its entry.
func (r rawCondition) line(of mark) int {
	parts := append(append([]rawCondition{}, r.All...), r.Any...)
	if r.Not != nil {
		parts = append(parts, *r.Not)
	}
	if len(parts) > 0 {
		of.Line = parts[0].line(of)
	}
	return r.Fact.Or(of).Line
}

// compiler turns conditions into tests, notes what it cannot read, and gathers
// the facts mentioned on the way.
type compiler struct {
	*lint
	of       mark // the entry the condition belongs to
	facts    map[string]fact
	params   map[string]int
	mentions *mentions // nil when nobody asks
}

// mentions are the facts a rule looks at, each with the bounds it is compared
// with.
type mentions map[string][]int

// add notes one fact; a nil receiver forgets it.
func (m *mentions) add(name string, bounds ...int) {
	if m == nil {
		return
	}
	if *m == nil {
		*m = mentions{}
	}
	(*m)[name] = append((*m)[name], bounds...)
}

// never stands in for a condition that could not be compiled.
func never(*Facts) bool { return false }

// always holds for every system.
func always(*Facts) bool { return true }

// compile reads one condition.
func (c compiler) compile(r rawCondition) test {
	forms := 0
	for _, used := range []bool{len(r.All) > 0, len(r.Any) > 0, r.Not != nil, r.Fact.Line > 0} {
		if used {
			forms++
		}
	}
	switch {
	case forms != 1:
		c.Add(r.line(c.of), "%s: a condition needs exactly one of all, any, not, fact", c.of.Value)
		return never
	case r.Not != nil:
		inner := c.compile(*r.Not)
		return func(f *Facts) bool { return !inner(f) }
	case len(r.All) > 0:
		return c.join(r.All, true)
	case len(r.Any) > 0:
		return c.join(r.Any, false)
	}
	return c.compare(r)
}

// join tests a list; it holds as soon as a part differs from all, or at its
// end gives all.
func (c compiler) join(list []rawCondition, all bool) test {
	parts := make([]test, len(list))
	for i, r := range list {
		parts[i] = c.compile(r)
	}
	return func(f *Facts) bool {
		for _, p := range parts {
			if p(f) != all {
				return !all
			}
		}
		return all
	}
}

// compare reads "fact" with exactly one of eq, in, gte, lt.
func (c compiler) compare(r rawCondition) test {
	k, known := c.facts[r.Fact.Value]
	if !known {
		c.Add(r.Fact.Line, "%s: unknown fact %q", c.of.Value, r.Fact.Value)
		return never
	}
	words := r.In
	if r.Eq.Line > 0 {
		words = append(words, r.Eq)
	}
	ways := min(len(words), 1) + min(r.Gte.Line, 1) + min(r.Lt.Line, 1)
	if ways != 1 || r.Eq.Line > 0 && len(r.In) > 0 {
		c.Add(r.Fact.Line, "%s: %s needs exactly one of eq, in, gte, lt", c.of.Value, k.name)
		return never
	}
	c.mentions.add(k.name)
	switch k.at(&Facts{}).(type) {
	case *string:
		return c.oneOf(k, r.Fact, words)
	case *bool:
		return c.flag(k, r.Fact, words)
	case *[]Level:
		c.Add(r.Fact.Line, "%s: %s cannot be compared", c.of.Value, k.name)
		return never
	}
	return c.number(k, r)
}

// oneOf compares a word with a list of words.
func (c compiler) oneOf(k fact, at mark, words []mark) test {
	if len(words) == 0 {
		c.Add(at.Line, "%s: %s takes eq or in", c.of.Value, k.name)
		return never
	}
	set := map[string]bool{}
	for _, w := range words {
		set[c.Word(c.of, w, k.name, k.words...)] = true
	}
	return func(f *Facts) bool { return set[*k.at(f).(*string)] }
}

// flag compares a flag with true.
func (c compiler) flag(k fact, at mark, words []mark) test {
	if len(words) != 1 || words[0].Value != "true" {
		c.Add(at.Line, "%s: %s takes only eq: true", c.of.Value, k.name)
		return never
	}
	return func(f *Facts) bool { return *k.at(f).(*bool) }
}

// number compares a stated number with a bound.
func (c compiler) number(k fact, r rawCondition) test {
	bound := r.Gte
	if r.Lt.Line > 0 {
		bound = r.Lt
	}
	n, named := c.params[bound.Value]
	if v, err := strconv.Atoi(bound.Value); err == nil {
		n = v
	} else if !named {
		c.Add(r.Fact.Line, "%s: %s needs gte or lt with a number or a parameter", c.of.Value, k.name)
		return never
	}
	c.mentions.add(k.name, n)
	below := r.Lt.Line > 0
	return func(f *Facts) bool {
		v, ok := k.number(f)
		return ok && (v < n) == below
	}
}
