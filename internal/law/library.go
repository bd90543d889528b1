package law

// rawLibrary is instruments.yaml.
type rawLibrary struct {
	Sources []struct {
		Key   mark   `yaml:"key"`
		What  string `yaml:"what"`
		Trust mark   `yaml:"trust"`
	} `yaml:"sources"`
	Instruments []rawInstrument `yaml:"instruments"`
}

type rawInstrument struct {
	ID         mark   `yaml:"id"`
	Number     string `yaml:"number"`
	Short      string `yaml:"short"`
	Title      Text   `yaml:"title"`
	Issuer     string `yaml:"issuer"`
	Signed     mark   `yaml:"signed"`
	From       mark   `yaml:"from"`
	Until      mark   `yaml:"until"`
	Confidence mark   `yaml:"confidence"`
	Source     mark   `yaml:"source"`
	Note       Text   `yaml:"note"`
}

// rawRuleSets is rulesets.yaml.
type rawRuleSets struct {
	RuleSets []rawRuleSet `yaml:"rulesets"`
}

type rawRuleSet struct {
	rawEntry `yaml:",inline"`
	From     mark `yaml:"from"`
	Until    mark `yaml:"until"`
}

// library checks the legend and the instruments.
func (l *loader) library(raw rawLibrary) {
	for _, s := range raw.Sources {
		if l.sources[s.Key.Value] || s.What == "" {
			l.Add(max(s.Key.Line, 1), "source %q is given twice or says nothing", s.Key.Value)
		}
		l.Word(s.Key, s.Trust, "trust", ConfidenceHigh, ConfidenceMedium, ConfidenceLow)
		l.sources[s.Key.Value] = true
		l.book.sources = append(l.book.sources, Source{s.Key.Value, s.What, s.Trust.Value})
	}
	for _, r := range raw.Instruments {
		l.unique(r.ID)
		l.trust(r.ID, r.Confidence, r.Source)
		i := Instrument{
			ID: r.ID.Value, Number: r.Number, Short: r.Short, Title: l.text(r.ID, r.Title),
			Issuer: r.Issuer, Signed: l.day(r.Signed), From: l.day(r.From), Until: l.day(r.Until),
			Confidence: r.Confidence.Value, Source: r.Source.Value, Note: r.Note,
		}
		if i.Number == "" || i.Short == "" || i.Issuer == "" {
			l.Add(r.ID.Line, "%s: needs number, short and issuer", i.ID)
		}
		if i.Until != "" && i.Until < i.From {
			l.Add(r.Until.Line, "%s: ends before it starts", i.ID)
		}
		l.book.instruments = append(l.book.instruments, i)
	}
}

// ruleSets checks the spans of the rule sets.
func (l *loader) ruleSets(raw rawRuleSets) {
	for i, r := range raw.RuleSets {
		cites := l.entry(EntryRuleSet, r.rawEntry)
		s := l.span(r.ID, r.From, r.Until)
		for _, other := range l.book.ruleSets[:i] {
			if s.meets(span{other.From, other.Until}) {
				l.Add(r.ID.Line, "%s: overlaps %s", r.ID.Value, other.ID)
			}
		}
		l.book.ruleSets = append(l.book.ruleSets, RuleSetInfo{
			ID: RuleSet(r.ID.Value), From: s.From, Until: s.Until, Basis: printCites(cites, everyCite),
			Confidence: r.Confidence.Value, Source: r.Source.Value, Says: r.Says,
		})
	}
}
