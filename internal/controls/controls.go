// Package controls holds the control catalogues: what each security level
// must fulfil, clause by clause, and how the old list leads to the new one.
//
// The data are the YAML files under catalogue/: TCVN 11930:2017 as TT 12/2022
// makes it mandatory, TCVN 14423:2026, the duties NĐ 331/2026 sets of its own,
// the crosswalk between the two regimes, and a legend. The standards are under
// copyright, so a file gives clause numbers and our own short wording, never a
// sentence of the standard. Numbers live in YAML; Go only selects, sorts and
// compares.
//
//	c, err := controls.Load()                  // strict: refuses any flaw, with file and line
//	list := c.For(law.R331, 3)                 // what level 3 asks, in clause order
//	met := map[string]bool{"M4.3": true}       // evidence held under the old list
//	gap := c.Carry(law.R85, 3, law.R331, 3, met)
//
// A level selects its own list: a higher level is not a superset of a lower
// one, and one key has another clause at another level. The package knows no
// system, dossier, database or clock. Catalogues never change after loading
// and may be shared between goroutines.
package controls

import (
	"maps"
	"slices"

	"capdo/internal/law"
)

// Control is one requirement as one level asks for it.
type Control struct {
	Key          string      `json:"key"`      // stable across levels, e.g. "M4.3", "NK.rules"
	Standard     string      `json:"standard"` // the text that asks, e.g. "TCVN 14423:2026"
	Group        string      `json:"group"`
	Clause       string      `json:"clause"` // at this level, e.g. "5.8.2.1"
	Title        law.Text    `json:"title"`  // our own wording
	Proof        []law.Text  `json:"proof"`  // kinds of evidence
	ReviewMonths int         `json:"review_months"`
	Thresholds   []Threshold `json:"thresholds"`
	PlanParts    []string    `json:"plan_parts"` // NĐ 331 Đ29.2: a b c d đ e g
	Condition    law.Text    `json:"condition"`
	Confidence   string      `json:"confidence"`
	Source       string      `json:"source"`
	Note         law.Text    `json:"note"`
}

// Threshold is a figure a control must reach at one level. The unit stands in
// the name, so that Value needs no translation.
type Threshold struct {
	Name       law.Text `json:"name"`
	Value      string   `json:"value"`
	Confidence string   `json:"confidence"`
}

// Group is a chapter of a standard. Clauses holds its number at the levels
// that have it. StatedRows is how many checklist rows another author counted
// in it (a stated figure, not a count of ours); nil where nobody counted.
type Group struct {
	Key        string               `json:"key"`
	Standard   string               `json:"standard"`
	Title      law.Text             `json:"title"`
	Clauses    map[law.Level]string `json:"clauses"`
	StatedRows map[law.Level]int    `json:"stated_rows"`
	Note       law.Text             `json:"note"`
}

// Standard is the text a catalogue follows.
type Standard struct {
	Name  string   `json:"name"`
	Title law.Text `json:"title"`
	Note  law.Text `json:"note"` // what the catalogue leaves out, and how sure it is
}

// Source is an entry of the legend of source keys.
type Source struct {
	Key   string `json:"key"`
	What  string `json:"what"`
	Trust string `json:"trust"`
}

// PlanPart is one of the seven parts of a security plan (NĐ 331 Đ29.2, the
// same seven as NĐ 85 Đ19.2).
type PlanPart struct {
	Key   string   `json:"key"`
	Title law.Text `json:"title"`
}

// clone returns a control that shares nothing with the catalogue.
func (c Control) clone() Control {
	c.Proof = slices.Clone(c.Proof)
	c.Thresholds = slices.Clone(c.Thresholds)
	c.PlanParts = slices.Clone(c.PlanParts)
	return c
}

// clone returns a group that shares nothing with the catalogue.
func (g Group) clone() Group {
	g.Clauses = maps.Clone(g.Clauses)
	g.StatedRows = maps.Clone(g.StatedRows)
	return g
}
