package web

import (
	"slices"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// AssistantEndPage is where the walk ends: the level, by which clause, and what
// is left to people.
type AssistantEndPage struct {
	Page
	System   *Identity
	Card     LevelCard // by the rules in force
	Because  string
	Person   []Criterion // rules that leave it to a person
	Confirm  []Criterion // what a person has to confirm; no rule can see it
	Shadows  []LevelCard // by other rules, for comparison
	Given    []Fact
	Unasked  []string
	Form     Form
	Unsaved  string // said where there is nothing to save to
	Recorded string // said where the answers can be recorded
}

// end shows the level. Findings say why the answers were not recorded.
func (a *assistant) end(status int, fs []approval.Finding) error {
	d := a.book.Determine(a.rules[0], a.facts)
	p := AssistantEndPage{Card: a.levelCard(d, true), Because: a.because(d), Person: a.leftToPeople(d), Confirm: a.toConfirm(d.Rules)}
	p.Card.Criteria = slices.DeleteFunc(p.Card.Criteria, func(c Criterion) bool { return slices.Contains(p.Person, c) })
	more := a.more()
	for _, rs := range shadows(d.Rules) {
		card := a.levelCard(a.book.Determine(rs, a.facts), false)
		if more > 0 {
			card.Notes = append(card.Notes, a.t("as.shadow.open", more))
		}
		p.Shadows = append(p.Shadows, card)
	}
	p.Given, p.Unasked = a.given(), a.unasked()
	p.Form = Form{Action: a.address(), Hidden: a.hiddens(), Errors: a.errorLinks(fs, nil), Buttons: a.endButtons(more)}
	p.Page = a.page(p.Card.Level + " – " + a.t("as.title"))
	p.Failed = len(fs) > 0
	p.Unsaved = a.t("as.unsaved")
	if a.file != nil {
		p.Unsaved, p.Recorded = "", a.t("as.recorded")
		p.System, p.Simulated = a.identity(a.file), a.file.System.Origin == approval.Simulated
	}
	return a.show(status, "assistant_end", p)
}

// more is how many pages the other rules would still ask, at most.
func (a *assistant) more() int {
	other := *a.walk
	other.rules = append(a.rules[:1:1], shadows(a.rules[0])...)
	return pagesOf(other.worth())
}

// endButtons are the ways on from the end: record the answers, ask what the
// other rules want to know, go back.
func (a *assistant) endButtons(more int) []Button {
	var all []Button
	if a.file != nil {
		all = append(all, Button{Text: a.t("as.save"), Class: "button", Name: "do", Value: "save"})
	}
	if more > 0 {
		all = append(all, Button{Text: a.t("as.more", more), Class: "button second", Name: "do", Value: "more"})
	}
	return a.buttons(all...)
}

// because says by which clause the level is what it is.
func (a *assistant) because(d law.Determination) string {
	switch {
	case d.Level == nil:
		return a.t("as.nolevel")
	case d.Manual:
		return a.t("as.because.manual", int(*d.Level), givingCites(d))
	}
	return a.t("as.because", int(*d.Level), givingCites(d))
}

// givingCites lists the clauses of the criteria that give the level.
func givingCites(d law.Determination) string {
	var all []string
	for _, m := range d.Matched {
		if gives(d, m) {
			all = append(all, m.Cites)
		}
	}
	return strings.Join(all, "; ")
}

// gives tells whether a criterion is one that gives the level.
func gives(d law.Determination, m law.Match) bool {
	return d.Level != nil && m.Level != nil && *m.Level == *d.Level
}

// leftToPeople are the rules that spoke and named no level: a person decides.
func (a *assistant) leftToPeople(d law.Determination) []Criterion {
	if !d.Manual {
		return nil
	}
	var all []Criterion
	for _, m := range d.Matched {
		if r, ok := a.book.Rule(m.ID); ok && m.Level == nil && (r.Kind == law.KindManual || r.Kind == law.KindStated) {
			all = append(all, a.criterion(m))
		}
	}
	return all
}

// toConfirm are the conditions that stand before every determination.
func (a *assistant) toConfirm(rs law.RuleSet) []Criterion {
	var all []Criterion
	for _, r := range a.book.Rules(rs) {
		if r.Kind == law.KindPrecondition {
			all = append(all, a.criterion(law.Match{ID: r.ID, Cites: r.Printed}))
		}
	}
	return all
}

// given are the answers of the walk with their questions; a question left
// blank says so.
func (a *assistant) given() []Fact {
	var all []Fact
	for _, id := range a.done {
		if f, ok := a.walk.form.Field(id); ok {
			all = append(all, a.answered(f, a.answers))
		}
	}
	return all
}

// unasked are the questions whose answers could not have changed the level.
func (a *assistant) unasked() []string {
	done := map[string]bool{}
	for _, id := range a.done {
		done[id] = true
	}
	var all []string
	for _, f := range a.walk.form.Fields() {
		if !done[f.ID] && !a.hidden(f) {
			all = append(all, f.Label.In(a.lang))
		}
	}
	return all
}

// save records the answers as the facts of the system, once nothing is left
// to ask.
func (a *assistant) save() error {
	faults, err := a.take()
	if err != nil {
		return err
	}
	if ids, _ := a.next(); len(faults) > 0 || len(ids) > 0 {
		return a.goOn(faults)
	}
	_, err = a.Office.StateFacts(a.r.Context(), a.actor(), a.code(), a.version, a.facts)
	r, refused := refusal(err)
	switch {
	case err == nil:
		return a.send("/systems/" + a.code() + "?done=facts")
	case !refused || r.Kind == approval.NotFound || r.Kind == approval.Forbidden:
		return err
	}
	file, err := a.Office.File(a.r.Context(), a.actor(), a.code())
	if err != nil {
		return err
	}
	a.file, a.version = &file, file.System.Version
	return a.end(statusOf(r.Kind), r.Findings)
}
