package law

// rawTransitions is transition.yaml.
type rawTransitions struct {
	Transitions []rawTransition `yaml:"transitions"`
}

type rawTransition struct {
	rawEntry    `yaml:",inline"`
	AppliesWhen struct {
		Stage         mark   `yaml:"stage"`
		ApprovedUnder []mark `yaml:"approved_under"`
		From          mark   `yaml:"from"`
		Until         mark   `yaml:"until"`
	} `yaml:"applies_when"`
	Effect    mark `yaml:"effect"`
	Procedure mark `yaml:"procedure"`
	Due       mark `yaml:"due"`
	Flag      mark `yaml:"flag"`
}

// transitionList checks and compiles transition.yaml.
func (l *loader) transitionList(raw rawTransitions) {
	for _, r := range raw.Transitions {
		cites := l.entry(EntryTransition, r.rawEntry)
		when := r.AppliesWhen
		s := l.span(r.ID, when.From, when.Until)
		t := Transition{
			ID: r.ID.Value, From: s.From, Until: s.Until, Due: l.day(r.Due),
			Stage: l.Word(r.ID, when.Stage, "stage", StageOperating, StageUnclassified, StageUnderInvestment, StageProduct, StageLicence, StageMerged),
			Effect: l.Word(r.ID, r.Effect, "effect", TransitionKeep, TransitionConform, TransitionReview,
				TransitionProcedure, TransitionDueAtOnce),
			Cites: printCites(cites, everyCite), Confidence: r.Confidence.Value, Source: r.Source.Value,
			Says: r.Says, Note: r.Note,
		}
		if r.Flag.Line > 0 {
			t.Flag = l.Word(r.ID, r.Flag, "flag", FlagLevelKept, FlagInherited)
		}
		if len(when.ApprovedUnder) > 0 {
			t.ApprovedUnder = l.ruleSetList(r.ID, when.ApprovedUnder)
		}
		if (t.Effect == TransitionProcedure) != (r.Procedure.Line > 0) {
			l.Add(r.ID.Line, "%s: procedure does not fit effect %s", t.ID, t.Effect)
		} else if t.Effect == TransitionProcedure {
			t.Procedure = l.ruleSet(r.ID, r.Procedure)
		}
		if wants := t.Effect == TransitionConform || t.Effect == TransitionReview; wants != (t.Due != "") {
			l.Add(r.ID.Line, "%s: due does not fit effect %s", t.ID, t.Effect)
		}
		l.book.transitions = append(l.book.transitions, t)
	}
}
