package web

import (
	"slices"

	"capdo/forms"
	"capdo/internal/approval"
)

// ChangedCard is how a system differs from what was approved.
type ChangedCard struct {
	Lead     string
	Due      string // when a new determination is due, "" when none is
	Material []Missing
	Changes  []Change
	Controls []ControlChanges
}

// changedCard puts the difference from what was approved into words; nil when
// nothing differs.
func (v *visit) changedCard(f *approval.File) (*ChangedCard, error) {
	controls, err := v.between(f, v.sinceApproval(f)...)
	if err != nil {
		return nil, err
	}
	card := v.changedFields(f)
	if card == nil && len(controls) > 0 {
		card = &ChangedCard{}
	}
	if card != nil {
		card.Controls = controls
	}
	return card, nil
}

// changedFields puts the difference of facts and dossier into words; nil when
// there is none.
func (v *visit) changedFields(f *approval.File) *ChangedCard {
	c := f.Changed
	if c == nil {
		return nil
	}
	card := &ChangedCard{Lead: v.t("changed.lead", c.Dossier)}
	if c.Redecide && c.DueBy != "" {
		card.Due = v.t("changed.due", v.day(c.DueBy), c.DueLimit)
	}
	for _, m := range c.Material {
		card.Material = append(card.Material, Missing{Says: v.say(m.Says), Cites: m.Cites})
	}
	if form, err := v.form("facts"); err == nil && len(c.Facts) > 0 {
		card.Changes = append(card.Changes, changes(v.voice, form, c.Facts, approval.FactAnswers(*c.WasFacts), approval.FactAnswers(*c.NowFacts))...)
	}
	if form := f.Form; form != nil {
		card.Changes = append(card.Changes, changes(v.voice, form, c.Fields, c.Before, c.After)...)
	}
	return card
}

// changes are the named fields of a form, before and after.
func changes(v voice, form *forms.Form, ids []string, a, b forms.Answers) []Change {
	var all []Change
	for _, f := range form.Fields() {
		if slices.Contains(ids, f.ID) {
			x := change(v, f, a, b)
			x.Href = ""
			all = append(all, x)
		}
	}
	return all
}
