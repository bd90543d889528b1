package law

import (
	"fmt"
	"slices"
)

// Case is the question "who may act": a level on a day, for a sector ("" reads
// as civil). Listed marks a system of the national-security list. Rules is the
// rule set whose procedure governs, "" for the one in force; see Procedure.
type Case struct {
	Level                     Level
	On                        Day
	Rules                     RuleSet
	Sector                    Sector
	Listed                    bool
	OperatedBySpecialisedUnit bool
}

// Limit is a time limit; Days 0 means none. Working limits count working days.
type Limit struct {
	Days    int  `json:"days" yaml:"days"`
	Working bool `json:"working" yaml:"working"`
}

// The parts of an approval.
const (
	PartLevel = "level" // the level itself
	PartPlan  = "plan"  // the security plan
	PartList  = "list"  // the list of important systems
)

// ApprovalPart says who approves which part.
type ApprovalPart struct {
	Part string `json:"part"`
	Role Role   `json:"role"`
}

// Competence answers who prepares, opines, appraises, approves, and by when.
type Competence struct {
	ID              string         `json:"id"`
	Cites           string         `json:"cites"`
	Rules           RuleSet        `json:"rules"`
	Prepare         Role           `json:"prepare"`
	Opinion         Role           `json:"opinion"` // "" = none
	Appraise        []Role         `json:"appraise"`
	Approve         []ApprovalPart `json:"approve"`
	Regulator       Role           `json:"regulator"`        // confirms and revokes
	RegulationFirst bool           `json:"regulation_first"` // the security regulation is issued before approval
	RiskFirst       bool           `json:"risk_first"`       // a risk assessment precedes submission
	AppraisalFirst  bool           `json:"appraisal_first"`  // the appraisal opinion is part of the approval file
	InvalidReply    Limit          `json:"invalid_reply"`
	Appraisal       Limit          `json:"appraisal"`
	Approval        Limit          `json:"approval"`
	Confidence      string         `json:"confidence"`
	Source          string         `json:"source"`
	Says            Text           `json:"says"`
}

// Competence selects the row of authority for c. It fails on an unknown level
// or sector and on a day no row covers, and says which.
func (b *Book) Competence(c Case) (Competence, error) {
	if !c.Level.Valid() {
		return Competence{}, fmt.Errorf("select competence: level %d does not exist", c.Level)
	}
	if c.Sector == "" {
		c.Sector = SectorCivil
	}
	if !slices.Contains(sectorWords(), string(c.Sector)) {
		return Competence{}, fmt.Errorf("select competence: unknown sector %q", c.Sector)
	}
	rs, on, err := b.governing(c)
	if err != nil {
		return Competence{}, err
	}
	c.On = on
	for _, a := range b.authority {
		if a.answer.Rules == rs && a.fits(c) {
			return b.complete(a, c), nil
		}
	}
	return Competence{}, fmt.Errorf("select competence: no authority for level %d on %q", c.Level, c.On)
}

// governing is the rule set of a case, and its day: a rule set governing beyond
// its time is read as on its last day, one before its time as on its first.
func (b *Book) governing(c Case) (RuleSet, Day, error) {
	rs, ok := b.RuleSetOn(c.On)
	if !ok {
		return "", "", fmt.Errorf("select competence: no rule set in force on %q", c.On)
	}
	if c.Rules == "" || c.Rules == rs {
		return rs, c.On, nil
	}
	for _, s := range b.ruleSets {
		if s.ID == c.Rules && c.On < s.From {
			return s.ID, s.From, nil
		} else if s.ID == c.Rules {
			return s.ID, s.Until, nil
		}
	}
	return "", "", fmt.Errorf("select competence: unknown rule set %q", c.Rules)
}

// fits reports whether the row speaks of the case.
func (a authority) fits(c Case) bool {
	listed := a.listed == "" || (a.listed == "yes") == c.Listed
	return listed && a.has(c.On) && slices.Contains(a.levels, c.Level)
}

// complete adds to a row what the terms of the day say. The slices are copied,
// so that no caller can change the book.
func (b *Book) complete(a authority, c Case) Competence {
	out := a.answer
	if roles, ok := a.in[c.Sector]; ok {
		out.Appraise = roles
	}
	for _, t := range b.terms {
		if !t.has(c.On) || !slices.Contains(t.levels, c.Level) {
			continue
		}
		switch t.kind {
		case termRegulator:
			out.Regulator = t.role
		case termIndependent:
			if c.OperatedBySpecialisedUnit && slices.Contains(out.Appraise, RoleSpecialisedUnit) {
				out.Appraise = []Role{t.role}
			}
		case termRegulationFirst:
			out.RegulationFirst = true
		case termRiskFirst:
			out.RiskFirst = true
		case termAppraisalFirst:
			out.AppraisalFirst = true
		}
	}
	out.Appraise, out.Approve = slices.Clone(out.Appraise), slices.Clone(out.Approve)
	return out
}
