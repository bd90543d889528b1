package law

import "slices"

// The stages a transition speaks of.
const (
	StageOperating       = "operating"        // in operation with an approved level
	StageUnclassified    = "unclassified"     // in operation, never approved
	StageUnderInvestment = "under_investment" // under investment before 01/7/2026
	StageProduct         = "product"          // cybersecurity product in use
	StageLicence         = "licence"          // licence issued under the former law
	StageMerged          = "merged"           // owner merged or split after the approval
)

// The flags a transition puts on a system.
const (
	FlagLevelKept = "legacy_level_kept"  // the level stands under the former law
	FlagInherited = "approval_inherited" // the approval came from a former owner; to be reviewed
)

// The effects of a transition.
const (
	TransitionKeep      = "keep"        // what was decided stays as decided
	TransitionConform   = "conform"     // the new law's conditions are to be met by Due
	TransitionReview    = "review"      // is to be reviewed by Due
	TransitionProcedure = "procedure"   // Procedure governs although another rule set is in force
	TransitionDueAtOnce = "due_at_once" // no time is given
)

// Transition is a rule about what an older regime began. It speaks of a stage,
// of approvals under one of ApprovedUnder (none: it does not matter), from From
// until Until, both inclusive, "" open.
type Transition struct {
	ID            string    `json:"id"`
	Stage         string    `json:"stage"`
	ApprovedUnder []RuleSet `json:"approved_under"`
	From          Day       `json:"from"`
	Until         Day       `json:"until"`
	Effect        string    `json:"effect"`
	Procedure     RuleSet   `json:"procedure"` // of TransitionProcedure only
	Flag          string    `json:"flag"`      // "" = none
	Due           Day       `json:"due"`       // last day, of TransitionConform and TransitionReview only
	Cites         string    `json:"cites"`
	Confidence    string    `json:"confidence"`
	Source        string    `json:"source"`
	Says          Text      `json:"says"`
	Note          Text      `json:"note"`
}

// Applies reports whether the transition speaks of a system in a stage, with an
// approval under a rule set ("" = none), on a day.
func (t Transition) Applies(stage string, approvedUnder RuleSet, on Day) bool {
	under := len(t.ApprovedUnder) == 0 || slices.Contains(t.ApprovedUnder, approvedUnder)
	return t.Stage == stage && under && on.within(t.From, t.Until)
}

// Transitions lists the transitions of the book.
func (b *Book) Transitions() []Transition {
	out := slices.Clone(b.transitions)
	for i := range out {
		out[i].ApprovedUnder = slices.Clone(out[i].ApprovedUnder)
	}
	return out
}

// ProcedureCase is the question which rule set's procedure governs a dossier
// submitted on a day.
type ProcedureCase struct {
	On              Day
	UnderInvestment bool // the system was under investment before 01/7/2026
}

// Procedure returns the rule set whose procedure governs: the one a transition
// prescribes, with that transition, else the one in force, with none. False
// when no rule set was in force.
func (b *Book) Procedure(c ProcedureCase) (RuleSet, Transition, bool) {
	rs, ok := b.RuleSetOn(c.On)
	if !ok {
		return "", Transition{}, false
	}
	for _, t := range b.transitions {
		if c.UnderInvestment && t.Effect == TransitionProcedure && t.Applies(StageUnderInvestment, "", c.On) {
			return t.Procedure, t, true
		}
	}
	return rs, Transition{}, true
}

// ConformityDue returns the last day on which a level approved under the given
// rule set still stands without meeting the new law's conditions; the first
// blocked day is the day after. False when the rule set has no such day.
func (b *Book) ConformityDue(approvedUnder RuleSet) (due Day, cites string, ok bool) {
	for _, t := range b.transitions {
		if t.Effect == TransitionConform && t.Stage == StageOperating && slices.Contains(t.ApprovedUnder, approvedUnder) {
			return t.Due, t.Cites, true
		}
	}
	return "", "", false
}
