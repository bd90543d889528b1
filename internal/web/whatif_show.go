package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/whatif"
)

// WhatIfPage is what a change of law would do to the register. Nothing is
// written by asking.
type WhatIfPage struct {
	Page
	Rules        []Option
	On, DayError string
	RulesError   string
	Scope        string
	Asked        string // the question in words, "" before one
	Totals       []Fact
	Moves        []MoveRow
	Agencies     []WhatIfAgency
	Rows         []WhatIfRow
	Touched      string
	CSV, PDF     string
	Levels       []string // heads of the columns of Moves
}

// MoveRow is the systems of one level before, by level after.
type MoveRow struct {
	Label string
	Cells []MoveCell
}

// MoveCell is one cell of the moves; Stays marks those that do not move.
type MoveCell struct {
	N     int
	Stays bool
}

// WhatIfAgency is what the change does to one owner.
type WhatIfAgency struct {
	Name string
	whatif.Sum
}

// WhatIfRow is one system touched.
type WhatIfRow struct {
	Code, Name, Owner, From, To, GateFrom, GateTo string
	Moved, Person, Loses                          bool
	Lost                                          []Ground
	New, Partly                                   int
	Simulated                                     bool
}

// whatIfRows is how many systems the page shows; the CSV has them all.
const whatIfRows = 200

// whatIfQuestion is the question in an address.
type whatIfQuestion struct {
	rules law.RuleSet
	on    law.Day
}

// whatIfShow answers the question in the address; without one it asks for it.
func (s *site) whatIfShow(v *visit) error {
	if s.WhatIf == nil {
		return s.absent(v)
	}
	if !mayAskWhatIf(v.actor()) {
		return v.message(http.StatusForbidden, "msg.403", v.t("wi.notyours"))
	}
	p := WhatIfPage{Page: v.page(v.t("wi.title")), Scope: v.t("wi.own")}
	if v.actor().National() {
		p.Scope = v.t("wi.nation")
	}
	query := v.r.URL.Query()
	q, ok := v.whatIfAsked(query, &p)
	p.Rules = v.ruleSetOptions(q.rules)
	switch {
	case !ok:
		p.Failed = true
		return v.show(http.StatusUnprocessableEntity, "what_if", p)
	case query.Has("rules") || query.Has("on"):
		if err := s.whatIfAnswer(v, q, &p); err != nil {
			return err
		}
	}
	return v.show(http.StatusOK, "what_if", p)
}

// mayAskWhatIf: who looks at the whole country, or at the systems of a body.
func mayAskWhatIf(a approval.Actor) bool { return a.National() || a.Body != "" }

// whatIfAsked reads the question from an address and notes what is wrong with
// it. Without one it is the newest rule set on the day after the passage ends.
func (v *visit) whatIfAsked(query url.Values, p *WhatIfPage) (whatIfQuestion, bool) {
	sets := v.Book.RuleSets()
	q := whatIfQuestion{rules: sets[len(sets)-1].ID, on: v.today()}
	if due, _, ok := v.Book.ConformityDue(law.R85); ok && due.AddDays(1) > q.on {
		q.on = due.AddDays(1)
	}
	if query.Has("rules") {
		q.rules = law.RuleSet(query.Get("rules"))
	}
	if query.Has("on") {
		day, ok := parseDay(query.Get("on"))
		if q.on = day; !ok {
			p.DayError = v.t("ov.badday")
		}
	}
	p.On = cmp.Or(v.day(q.on), query.Get("on"))
	if !slices.ContainsFunc(sets, func(rs law.RuleSetInfo) bool { return rs.ID == q.rules }) {
		p.RulesError = v.t("wi.badrules")
	}
	return q, p.DayError == "" && p.RulesError == ""
}

// ruleSetOptions are the rule sets to choose from.
func (v *visit) ruleSetOptions(chosen law.RuleSet) []Option {
	var all []Option
	for _, rs := range v.Book.RuleSets() {
		all = append(all, Option{Code: string(rs.ID), Label: v.ruleSet(rs.ID)})
	}
	return choose("rules", []string{string(chosen)}, all...)
}

// whatIfAnswer asks, and puts the answer into words.
func (s *site) whatIfAnswer(v *visit, q whatIfQuestion, p *WhatIfPage) error {
	res, err := s.WhatIf(v.r.Context(), v.actor(), q.rules, q.on)
	if err != nil {
		return err
	}
	names, err := v.agencyNames()
	if err != nil {
		return err
	}
	p.Asked = v.t("wi.asked", string(q.rules), v.day(q.on))
	p.Totals, p.Moves = v.whatIfTotals(res.All), v.moves(res.Moves)
	p.Levels = []string{v.t("wi.none")}
	for l := 1; l <= 5; l++ {
		p.Levels = append(p.Levels, v.t("level.n", l))
	}
	for _, a := range res.Agencies {
		p.Agencies = append(p.Agencies, WhatIfAgency{cmp.Or(names[a.Owner], a.Owner), a.Sum})
	}
	for i, r := range res.Rows {
		if i < whatIfRows {
			p.Rows = append(p.Rows, v.whatIfRow(r, names))
		}
		p.Simulated = p.Simulated || r.Origin == approval.Simulated
	}
	p.Touched = v.t("wi.touched", v.num(len(res.Rows)))
	if len(res.Rows) > whatIfRows {
		p.Touched = v.t("wi.first", v.num(whatIfRows), v.num(len(res.Rows)))
	}
	if s.WhatIfFile != nil {
		query := "?" + url.Values{"rules": {string(q.rules)}, "on": {string(q.on)}}.Encode()
		p.CSV, p.PDF = "/what-if.csv"+query, "/what-if.pdf"+query
	}
	return nil
}

// agencyNames are the names of the bodies by code.
func (v *visit) agencyNames() (map[string]string, error) {
	agencies, err := v.Office.AgencyList(v.r.Context(), v.actor())
	if err != nil {
		return nil, err
	}
	return v.names(agencies), nil
}

// whatIfTotals are the sums over all systems in reach.
func (v *visit) whatIfTotals(s whatif.Sum) []Fact {
	var all []Fact
	for _, x := range []struct {
		key string
		n   int
	}{{"wi.systems", s.Systems}, {"wi.raised", s.Raised}, {"wi.lowered", s.Lowered}, {"wi.person", s.Manual}, {"wi.loses", s.LosesGate},
		{"wi.gains", s.GainsGate}, {"wi.needs", s.NeedsNew}, {"wi.controls", s.NewControls}} {
		all = append(all, Fact{Label: v.t(x.key), Value: v.num(x.n)})
	}
	return all
}

// moves is the table of levels before and after.
func (v *visit) moves(m [6][6]int) []MoveRow {
	var rows []MoveRow
	for from, cells := range m {
		row := MoveRow{Label: v.t("wi.none")}
		if from > 0 {
			row.Label = v.t("level.n", from)
		}
		for to, n := range cells {
			row.Cells = append(row.Cells, MoveCell{n, from == to})
		}
		rows = append(rows, row)
	}
	return rows
}

// whatIfRow is one system touched, in words.
func (v *visit) whatIfRow(r whatif.Row, names map[string]string) WhatIfRow {
	row := WhatIfRow{Code: r.Code, Name: r.Name, Owner: cmp.Or(names[r.Owner], r.Owner), From: v.level(r.From), To: v.level(r.To),
		GateFrom: v.allowed(r.GateFrom), GateTo: v.allowed(r.GateTo), Moved: r.From != r.To, Person: r.Manual, Loses: r.LosesGate(),
		New: r.New, Partly: r.PartlyMet, Simulated: r.Origin == approval.Simulated}
	for _, id := range r.Lost {
		if x, ok := v.Book.Reason(id); ok {
			row.Lost = append(row.Lost, Ground{Code: x.Code, Says: v.say(x.Says), Cites: x.Cites, Weak: v.t("weak", v.sure(x.Confidence))})
		}
	}
	return row
}

// allowed says in a word what the gate answers.
func (v *visit) allowed(yes bool) string {
	if yes {
		return v.t("wi.open")
	}
	return v.t("wi.shut")
}
