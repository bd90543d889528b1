package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

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
	Known        string // up to when what was recorded counts, as typed
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

	BookRules               []Option // rule sets to read an edited book under
	BookOn                  string
	BookError, BookDayError string
	Flaws                   []BookFlaw
	FlawsLeft               string
	Files                   bool // answers may be had as files
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
	Unstated                                      string // facts nobody stated, in words
	New, Partly                                   int
	Simulated                                     bool
}

// whatIfRows is how many systems the page shows; the CSV has them all.
const whatIfRows = 200

// whatIfShow answers the question in the address; without one it asks for it.
func (s *site) whatIfShow(v *visit) error {
	if s.WhatIf == nil {
		return s.absent(v)
	}
	if !mayAskWhatIf(v.actor()) {
		return v.message(http.StatusForbidden, "msg.403", v.t("wi.notyours"))
	}
	p := s.whatIfBlank(v)
	query := v.r.URL.Query()
	p.Known = query.Get("known")
	q, ok := v.whatIfAsked(query, &p)
	p.Rules = v.ruleSetOptions(q.Rules)
	switch {
	case !ok:
		p.Failed = true
		return v.show(http.StatusUnprocessableEntity, "what_if", p)
	case query.Has("rules") || query.Has("on"):
		p.Asked = v.t("wi.asked", string(q.Rules), v.day(q.On))
		if s.WhatIfFile != nil {
			to := url.Values{"rules": {string(q.Rules)}, "on": {string(q.On)}}
			if v.past() {
				to.Set("known", p.Known)
			}
			again := "?" + to.Encode()
			p.CSV, p.PDF = "/what-if.csv"+again, "/what-if.pdf"+again
		}
		if err := s.whatIfAnswer(v, q, &p); err != nil {
			return err
		}
	}
	return v.show(http.StatusOK, "what_if", p)
}

// whatIfBlank is the page before any question.
func (s *site) whatIfBlank(v *visit) WhatIfPage {
	p := WhatIfPage{Page: v.page(v.t("wi.title")), Scope: v.t("wi.own"), BookOn: v.day(v.today()), Files: s.WhatIfFile != nil}
	if v.actor().National() {
		p.Scope = v.t("wi.nation")
	}
	q, _ := v.whatIfAsked(nil, &p)
	p.Rules, p.BookRules = v.ruleSetOptions(q.Rules), v.bookRuleSets("")
	return p
}

// mayAskWhatIf: who looks at the whole country, or at the systems of a body.
func mayAskWhatIf(a approval.Actor) bool { return a.National() || a.Body != "" }

// whatIfAsked reads the question from an address and notes what is wrong with
// it. Without one it is the newest rule set on the day after the passage ends.
func (v *visit) whatIfAsked(query url.Values, p *WhatIfPage) (whatif.Adoption, bool) {
	sets := v.Book.RuleSets()
	q := whatif.Adoption{Book: v.Book, Rules: sets[len(sets)-1].ID, On: v.today(), Today: v.today()}
	if due, _, ok := v.Book.ConformityDue(law.R85); ok && due.AddDays(1) > q.On {
		q.On = due.AddDays(1)
	}
	if query.Has("rules") {
		q.Rules = law.RuleSet(query.Get("rules"))
	}
	if query.Has("on") {
		day, ok := parseDay(query.Get("on"))
		if q.On = day; !ok {
			p.DayError = v.t("ov.badday")
		}
	}
	p.On = cmp.Or(v.day(q.On), query.Get("on"))
	if !slices.ContainsFunc(sets, func(rs law.RuleSetInfo) bool { return rs.ID == q.Rules }) {
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
func (s *site) whatIfAnswer(v *visit, q whatif.Adoption, p *WhatIfPage) error {
	res, err := s.WhatIf(v.r.Context(), v.actor(), q)
	if err != nil {
		return err
	}
	names, err := v.agencyNames()
	if err != nil {
		return err
	}
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
	}{{"wi.systems", s.Systems}, {"wi.raised", s.Raised}, {"wi.lowered", s.Lowered}, {"wi.person", s.Manual}, {"wi.unstated", s.Unstated}, {"wi.loses", s.LosesGate},
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
	if len(r.Unstated) > 0 {
		row.Unstated, row.Moved = v.t("wi.row.unstated", v.factNames(r.Unstated)), false
	}
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

// factNames names facts as the form that states them does.
func (v *visit) factNames(names []string) string {
	f, ok := v.Shelf.Form("facts", "")
	all := slices.Clone(names)
	for i, name := range names {
		if !ok {
			break
		}
		if x, known := f.Field(name); known {
			all[i] = x.Label.In(v.lang)
		}
	}
	return strings.Join(all, "; ")
}
