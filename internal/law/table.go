package law

import "slices"

// rawTable is one levels-*.yaml file.
type rawTable struct {
	Rules     mark           `yaml:"rules"`
	Reference mark           `yaml:"reference"`
	Params    map[string]int `yaml:"params"`
	Asks      []rawAsk       `yaml:"asks"`
	Doubts    []rawAsk       `yaml:"doubts"`
	Rows      []rawRow       `yaml:"rows"`
}

type rawAsk struct {
	Fact  mark          `yaml:"fact"`
	Below Level         `yaml:"below"`
	When  *rawCondition `yaml:"when"`
}

type rawRow struct {
	rawEntry `yaml:",inline"`
	Kind     mark          `yaml:"kind"`
	Level    Level         `yaml:"level"`
	Take     []mark        `yaml:"take"`
	When     *rawCondition `yaml:"when"`
}

// table is the compiled level rules of one rule set.
type table struct {
	rules   RuleSet
	rows    []row
	asks    []ask
	doubts  []ask
	diagram *diagram
}

// row is a rule ready to be evaluated.
type row struct {
	Rule
	holds    test
	take     []fact
	mentions mentions
}

// ask is a fact worth asking for.
type ask struct {
	fact  fact
	order int
	below Level // 0 = always
	when  test
}

// table compiles one file and adds its rules to the book.
func (l *loader) table(raw rawTable, facts map[string]fact) *table {
	t := &table{rules: l.ruleSet(mark{Value: "rules", Line: max(raw.Rules.Line, 1)}, raw.Rules)}
	c := compiler{lint: &l.lint, facts: facts, params: raw.Params}
	for _, r := range raw.Rows {
		c.of = r.ID
		t.rows = append(t.rows, l.row(c, r, t.rules))
	}
	t.asks, t.doubts = l.asks(c, "asks", raw.Asks), l.asks(c, "doubts", raw.Doubts)
	t.settle()
	return t
}

// asks compiles a list of facts worth asking for.
func (l *loader) asks(c compiler, list string, raw []rawAsk) []ask {
	var out []ask
	names := FactNames()
	for _, a := range raw {
		c.of = mark{Value: list, Line: a.Fact.Line}
		k, ok := c.facts[a.Fact.Value]
		if !ok {
			l.Add(a.Fact.Line, "%s: unknown fact %q", list, a.Fact.Value)
			continue
		}
		out = append(out, ask{k, slices.Index(names, k.name), a.Below, l.when(c, a.When)})
	}
	return out
}

// settle puts rules that look at the result after those that make it, and
// asks in the order of Facts.
func (t *table) settle() {
	late := func(r row) int { return slices.Index([]string{KindRaise, KindResult}, r.Kind) }
	slices.SortStableFunc(t.rows, func(a, b row) int { return late(a) - late(b) })
	slices.SortStableFunc(t.asks, func(a, b ask) int { return a.order - b.order })
}

// when compiles an optional condition.
func (l *loader) when(c compiler, r *rawCondition) test {
	if r == nil {
		return always
	}
	return c.compile(*r)
}

// row checks one rule and compiles it.
func (l *loader) row(c compiler, r rawRow, rules RuleSet) row {
	cites := l.entry(EntryRule, r.rawEntry)
	l.Word(r.ID, r.Kind, "kind", KindLevel, KindComposite, KindStated, KindRaise, KindManual,
		KindFlag, KindResult, KindPrecondition)
	var seen mentions
	c.mentions = &seen
	out := row{holds: l.when(c, r.When), Rule: Rule{
		ID: r.ID.Value, Kind: r.Kind.Value, Rules: rules, Printed: printCites(cites, everyCite),
		Confidence: r.Confidence.Value, Source: r.Source.Value, Says: r.Says, Note: r.Note,
	}}
	for _, x := range cites {
		out.Cites = append(out.Cites, x.Citation)
	}
	if r.Level != 0 {
		out.Level = &r.Level
	}
	for _, m := range r.Take {
		k, ok := c.facts[m.Value]
		if _, isLevel := k.atLevel(); !ok || !isLevel {
			l.Add(m.Line, "%s: cannot take a level from %q", r.ID.Value, m.Value)
			continue
		}
		out.take = append(out.take, k)
		c.mentions.add(k.name)
	}
	if r.Kind.Value == KindComposite {
		c.mentions.add("components")
	}
	out.mentions = seen
	l.shape(r)
	return out
}

// shape checks that a rule carries what its kind needs and nothing else.
func (l *loader) shape(r rawRow) {
	wantLevel := r.Kind.Value == KindLevel || r.Kind.Value == KindResult
	wantTake := r.Kind.Value == KindStated || r.Kind.Value == KindRaise
	wantWhen := slices.Contains([]string{KindLevel, KindStated, KindFlag}, r.Kind.Value)
	noWhen := slices.Contains([]string{KindComposite, KindRaise, KindResult, KindPrecondition}, r.Kind.Value)
	if wantLevel != (r.Level != 0) || wantLevel && !r.Level.Valid() {
		l.Add(r.ID.Line, "%s: kind %s with level %d", r.ID.Value, r.Kind.Value, r.Level)
	}
	if wantTake != (len(r.Take) > 0) {
		l.Add(r.ID.Line, "%s: take does not fit kind %s", r.ID.Value, r.Kind.Value)
	}
	if wantWhen && r.When == nil || noWhen && r.When != nil {
		l.Add(r.ID.Line, "%s: when does not fit kind %s", r.ID.Value, r.Kind.Value)
	}
}

// atLevel reports whether the fact is a stated level.
func (k fact) atLevel() (**Level, bool) {
	if k.at == nil {
		return nil, false
	}
	p, ok := k.at(&Facts{}).(**Level)
	return p, ok
}
