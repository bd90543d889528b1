package law

// rawProvisions is provisions.yaml.
type rawProvisions struct {
	Provisions []rawProvision `yaml:"provisions"`
}

type rawProvision struct {
	rawEntry `yaml:",inline"`
	Kind     mark    `yaml:"kind"`
	Rules    []mark  `yaml:"rules"`
	Levels   []Level `yaml:"levels"`
	Listed   mark    `yaml:"listed"`
	Choice   bool    `yaml:"choice"`
	From     mark    `yaml:"from"`
	Until    mark    `yaml:"until"`
}

// provisionList checks and compiles provisions.yaml.
func (l *loader) provisionList(raw rawProvisions) {
	for _, r := range raw.Provisions {
		p := Article{
			ID: r.ID.Value, Choice: r.Choice, Levels: r.Levels, Confidence: r.Confidence.Value, Source: r.Source.Value, Says: r.Says, Note: r.Note,
			Kind: l.Word(r.ID, r.Kind, "kind", ArticleHarm, ArticlePrinciple, ArticleDefinition, ArticleScope, ArticleTask, ArticleMeasure,
				ArticleDuty, ArticleContent, ArticleSeparation, ArticleStandard, ArticleSharing),
		}
		p.basis = l.entry(EntryProvision, r.rawEntry)
		p.Cites = printCites(p.basis, everyCite)
		s := l.span(r.ID, r.From, r.Until)
		p.From, p.Until = s.From, s.Until
		if len(r.Rules) > 0 {
			p.Rules = l.ruleSetList(r.ID, r.Rules)
		}
		if r.Listed.Line > 0 {
			p.listed = l.Word(r.ID, r.Listed, "listed", "yes", "no")
		}
		if len(p.Levels) == 0 {
			p.Levels = []Level{1, 2, 3, 4, 5}
		}
		l.levels(r.ID, p.Levels)
		if p.Choice && p.Kind != ArticleMeasure {
			l.Add(r.ID.Line, "%s: only a measure can be a choice", p.ID)
		}
		if p.Kind == ArticleStandard && len(p.Rules) == 0 {
			l.Add(r.ID.Line, "%s: a standard without its rule set", p.ID)
		}
		l.book.articles = append(l.book.articles, p)
	}
}
