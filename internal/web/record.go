package web

import (
	"strings"
	"time"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
)

// Identity is the bar that says which system a page is about.
type Identity struct {
	Code, Name, OwnerName, Operator, Level string
	State                                  Tag
	Simulated                              bool
	Self                                   bool // the bar stands on the system's own page, under its name
}

// Criterion is one rule that matched, with its clause and how sure the book is
// of it. Gives is set when it is one that gives the level.
type Criterion struct {
	Says, Note, Cites, Sure string
	Gives                   *Tag
}

// Step is one review or decision of a dossier.
type Step struct {
	Step, By, On, Note string
	Outcome            Tag
}

// Submission is a dossier as those who judge it see it.
type Submission struct {
	Facts    []Fact
	Criteria []Criterion
	Steps    []Step
	Sections []StatementSection
	Digest   string
	Plan     []ControlChanges // how the plan changed between its rounds and since
}

// StatementSection is a heading of the statement with its answers.
type StatementSection struct {
	Title string
	Facts []Fact
}

// identity is the bar of a file's system.
func (v *visit) identity(f *approval.File) *Identity {
	s := &f.System
	id := &Identity{Code: s.Code, Name: s.Name, OwnerName: v.agency(f.Owner.Formal(), f.Owner.NameEN), Operator: s.OperatorUnit,
		Level: v.level(0), State: v.state(f.Standing.State()), Simulated: s.Origin == approval.Simulated}
	switch st := f.Standing; {
	case st.Approval != nil:
		id.Level = v.level(st.Approval.Level)
	case st.Proposed.Valid():
		id.Level = v.t("level.prop", int(st.Proposed))
	}
	return id
}

// state is the tag of a state of the register.
func (v voice) state(state string) Tag {
	tones := map[string]string{"registered": "grey", "draft": "grey", "in_review": "blue", "appraised": "blue",
		"approved": "green", "deployed": "green", "lapsed": "red", "revoked": "red", "refused": "red", "retired": "grey"}
	return Tag{v.t("state." + state), tones[state]}
}

// dossierState is the tag of a dossier's state.
func (v voice) dossierState(s approval.DossierState) Tag {
	tones := map[approval.DossierState]string{approval.Draft: "grey", approval.Returned: "yellow", approval.Approved: "green",
		approval.Unfit: "red", approval.Refused: "red", approval.Withdrawn: "grey"}
	return Tag{v.t("dossier." + string(s)), orElse(tones[s], "blue")}
}

// outcome is the tag of a conclusion.
func (v voice) outcome(o approval.Outcome) Tag {
	tones := map[approval.Outcome]string{approval.Agree: "green", approval.FindFit: "green", approval.Approve: "green",
		approval.SendBack: "yellow"}
	return Tag{v.t("outcome." + string(o)), orElse(tones[o], "red")}
}

// role names a capacity.
func (v voice) role(r law.Role) string { return v.t("role." + string(r)) }

// roles names several capacities.
func (v voice) roles(rs []law.Role) string {
	names := make([]string, len(rs))
	for i, r := range rs {
		names[i] = v.role(r)
	}
	return strings.Join(names, ", ")
}

// submission is the latest dossier for those who judge it, nil when none.
func (v *visit) submission(f *approval.File) (*Submission, error) {
	d := f.System.Last()
	if d == nil {
		return nil, nil
	}
	s := &Submission{Facts: v.dossierFacts(d), Steps: v.steps(d), Sections: v.statement(f, d), Digest: d.Digest}
	if d.Determination != nil {
		s.Criteria = v.criteria(*d.Determination)
	}
	var err error
	s.Plan, err = v.between(f, v.sinceRound(d, len(d.Rounds)-1)...)
	return s, err
}

// dossierFacts are the facts at the head of a dossier.
func (v *visit) dossierFacts(d *approval.Dossier) []Fact {
	fs := []Fact{{Label: v.t("f.level"), Value: v.level(d.Level)}, {Label: v.t("f.rules"), Value: v.ruleSet(d.Rules)}}
	if d.Determination != nil && d.Determination.Level != nil {
		fs = append(fs, Fact{Label: v.t("f.law"), Value: v.level(*d.Determination.Level)})
	}
	if !d.SubmittedAt.IsZero() {
		fs = append(fs, Fact{Label: v.t("f.submitted"), Value: v.dated(d.SubmittedAt)}, Fact{Label: v.t("f.round"), Value: v.num(d.LastRound())})
	}
	return fs
}

// ruleSet names a rule set by its id and what it is.
func (v *visit) ruleSet(id law.RuleSet) string {
	for _, rs := range v.Book.RuleSets() {
		if rs.ID == id {
			return string(id) + " – " + rs.Basis
		}
	}
	return string(id)
}

// steps are the reviews and decisions of a dossier as they came.
func (v *visit) steps(d *approval.Dossier) []Step {
	var all []Step
	for _, r := range d.Receipts {
		x := Step{Step: v.t("act.receive"), By: v.role(r.By.Capacity), On: v.dated(r.At), Note: r.Lacks, Outcome: Tag{v.t("receipt.complete"), "green"}}
		if !r.Complete {
			x.Outcome = Tag{v.t("receipt.lacks"), "yellow"}
		}
		all = append(all, x)
	}
	for _, r := range d.Reviews {
		all = append(all, Step{Step: v.t("review." + string(r.Kind)), By: v.role(r.By.Capacity), On: v.dated(r.At),
			Outcome: v.outcome(r.Outcome), Note: r.Comment})
	}
	for _, x := range d.Decisions {
		all = append(all, Step{Step: v.t("decision." + x.Part), By: v.role(x.By.Capacity), On: orElse(v.day(x.DecidedOn), v.dated(x.At)),
			Outcome: v.outcome(x.Outcome), Note: strings.TrimSpace(x.Number + "\n" + x.Grounds)})
	}
	return all
}

// statement is what a dossier says, section by section, in the paper's words.
func (v *visit) statement(f *approval.File, d *approval.Dossier) []StatementSection {
	form, ok := v.Shelf.Form("dossier", d.Edition)
	if !ok {
		return nil
	}
	c := forms.Context{Level: int(d.Level), Rules: string(d.Rules), Stage: string(f.System.Stage)}
	var all []StatementSection
	for _, s := range form.Shown(c, d.Statement) {
		section := StatementSection{Title: s.Title.In(v.lang)}
		for i := range s.Fields {
			section.Facts = append(section.Facts, v.answered(&s.Fields[i], d.Statement))
		}
		all = append(all, section)
	}
	return all
}

// answered is one answer with its question.
func (v voice) answered(f *forms.Field, answers forms.Answers) Fact {
	return Fact{Label: f.Label.In(v.lang), Value: f.Show(answers[f.ID]).In(v.lang), Long: f.Type == "longtext"}
}

// criteria are the rules that matched, in the words of the book.
func (v *visit) criteria(d law.Determination) []Criterion {
	var all []Criterion
	for _, m := range d.Matched {
		c := v.criterion(m)
		if gives(d, m) {
			c.Gives = &Tag{v.t("crit.gives", int(*d.Level)), "blue"}
		}
		all = append(all, c)
	}
	return all
}

// criterion is one rule in the words of the book.
func (v *visit) criterion(m law.Match) Criterion {
	c := Criterion{Says: m.ID, Cites: m.Cites}
	if r, ok := v.Book.Rule(m.ID); ok {
		c.Says, c.Note, c.Sure = v.say(r.Says), v.say(r.Note), v.t("weak", v.sure(r.Confidence))
	}
	return c
}

// stamp writes an instant for machines.
func stamp(t time.Time) string { return t.In(law.Zone()).Format(time.RFC3339) }
