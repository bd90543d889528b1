package law

import "slices"

// rawDossier is dossier.yaml.
type rawDossier struct {
	Fields   []rawDuty    `yaml:"fields"`
	Papers   []rawPaper   `yaml:"papers"`
	Triggers []rawTrigger `yaml:"triggers"`
}

type rawDuty struct {
	rawEntry `yaml:",inline"`
	Fields   []mark  `yaml:"fields"`
	Rules    []mark  `yaml:"rules"`
	Levels   []Level `yaml:"levels"`
	At       mark    `yaml:"at"`
}

type rawPaper struct {
	rawEntry `yaml:",inline"`
	Rules    []mark  `yaml:"rules"`
	Levels   []Level `yaml:"levels"`
	At       mark    `yaml:"at"`
	Form     mark    `yaml:"form"`
}

type rawTrigger struct {
	rawEntry `yaml:",inline"`
	Event    mark   `yaml:"event"`
	Effect   mark   `yaml:"effect"`
	Rules    []mark `yaml:"rules"`
	Fields   []mark `yaml:"fields"`
}

// dossier checks and compiles dossier.yaml.
func (l *loader) dossier(raw rawDossier) {
	for _, r := range raw.Fields {
		l.fields(r)
	}
	for _, r := range raw.Papers {
		cites := l.entry(EntryPaper, r.rawEntry)
		l.levels(r.ID, r.Levels)
		l.book.papers = append(l.book.papers, Paper{
			ID: r.ID.Value, Rules: l.ruleSetList(r.ID, r.Rules), Levels: r.Levels, At: l.moment(r.ID, r.At),
			Form: r.Form.Value, Cites: printCites(cites, everyCite), Confidence: r.Confidence.Value,
			Source: r.Source.Value, Says: r.Says, Note: r.Note,
		})
	}
	for _, r := range raw.Triggers {
		cites := l.entry(EntryTrigger, r.rawEntry)
		if r.Event.Line == 0 {
			l.Add(r.ID.Line, "%s: no event", r.ID.Value)
		}
		var fields []string
		for _, m := range r.Fields {
			if m.Value == "" || slices.Contains(fields, m.Value) {
				l.Add(m.Line, "%s: field %q is empty or named twice", r.ID.Value, m.Value)
			}
			fields = append(fields, m.Value)
		}
		l.book.triggers = append(l.book.triggers, Trigger{
			ID: r.ID.Value, Event: r.Event.Value, Rules: l.ruleSetList(r.ID, r.Rules),
			Effect: l.Word(r.ID, r.Effect, "effect", TriggerRedetermine, TriggerReassess),
			Cites:  printCites(cites, everyCite), Confidence: r.Confidence.Value, Source: r.Source.Value,
			Says: r.Says, Note: r.Note, Fields: fields,
		})
	}
}

// fields checks one statement about fields and spells it out for each.
func (l *loader) fields(r rawDuty) {
	cites := printCites(l.entry(EntryField, r.rawEntry), everyCite)
	l.levels(r.ID, r.Levels)
	rules, at := l.ruleSetList(r.ID, r.Rules), l.moment(r.ID, r.At)
	if len(r.Fields) == 0 {
		l.Add(r.ID.Line, "%s: names no field", r.ID.Value)
	}
	for _, m := range r.Fields {
		for _, o := range l.book.duties {
			same := slices.ContainsFunc(o.Rules, func(s RuleSet) bool { return slices.Contains(rules, s) })
			if same && o.Field == m.Value && overlap(o.Levels, r.Levels) {
				l.Add(m.Line, "%s: %s is compulsory already by %s", r.ID.Value, m.Value, o.ID)
			}
		}
		l.book.duties = append(l.book.duties, FieldDuty{
			ID: r.ID.Value, Field: m.Value, Rules: rules, Levels: r.Levels, At: at, Cites: cites,
			Confidence: r.Confidence.Value, Source: r.Source.Value, Says: r.Says, Note: r.Note,
		})
	}
}

// moment checks when something has to be there.
func (l *loader) moment(of, m mark) string { return l.Word(of, m, "at", AtSubmission, AtApproval) }
