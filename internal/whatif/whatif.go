// Package whatif tells what a change of law does to a register: adopt another
// rule set, or an edited book, on a day, and see which systems change level,
// which lose the gate, and which need new controls. It reads systems and writes
// nothing.
//
// A level that is in force is kept when the criteria change (Luật 116/2025
// Điều 45.1); a system whose criteria now name another level is a candidate for
// re-determination, which is what a changed level means here.
//
// Where a fact that a side asks for is not stated, that side names no level: a
// level that may yet be higher is no ground for saying that one changed.
package whatif

import (
	"iter"
	"slices"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/controls"
	"capdo/internal/gate"
	"capdo/internal/law"
)

// Side is the law on one side of the question: a book, the rule set by which
// levels are named, and the day on which the gate is asked.
type Side struct {
	Book  *law.Book
	Rules law.RuleSet
	Day   law.Day
}

// Question compares two sides. Controls may be nil: then none are counted.
type Question struct {
	Before, After Side
	Controls      *controls.Catalogues
}

// Row is one system that the change touches.
type Row struct {
	Code      string          `json:"code"`
	Name      string          `json:"name"`
	Owner     string          `json:"owner"`
	Origin    approval.Origin `json:"origin"`
	From      law.Level       `json:"from"` // named before; 0 = none named
	To        law.Level       `json:"to"`
	Manual    bool            `json:"manual"`   // a person must decide now, and need not before
	Unstated  []string        `json:"unstated"` // facts that a side asks for and nobody stated: its level is open
	Approved  law.Level       `json:"approved"` // in force on the day before; 0 = none
	GateFrom  bool            `json:"gate_from"`
	GateTo    bool            `json:"gate_to"`
	Lost      []string        `json:"lost"`       // reasons that deny now and did not before
	New       int             `json:"new"`        // controls asked anew of an approved system
	PartlyMet int             `json:"partly_met"` // controls that held evidence meets in part
}

// LosesGate tells whether the system could connect before and cannot now.
func (r Row) LosesGate() bool { return r.GateFrom && !r.GateTo }

// touched tells whether the change does anything to the system.
func (r Row) touched() bool {
	return r.From != r.To || r.Manual || len(r.Unstated) > 0 || r.GateFrom != r.GateTo || r.New > 0
}

// Sum counts a set of systems.
type Sum struct {
	Systems     int `json:"systems"`
	Raised      int `json:"raised"`
	Lowered     int `json:"lowered"`
	Manual      int `json:"manual"`
	Unstated    int `json:"unstated"` // systems of which a fact is not stated; their level is not compared
	LosesGate   int `json:"loses_gate"`
	GainsGate   int `json:"gains_gate"`
	NeedsNew    int `json:"needs_new"`    // systems that need new controls
	NewControls int `json:"new_controls"` // controls over all systems
}

// add counts one system.
func (s *Sum) add(r Row) {
	s.Systems++
	count := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
	count(&s.Raised, r.To > r.From && r.From > 0)
	count(&s.Lowered, r.To < r.From && r.To > 0)
	open := len(r.Unstated) > 0
	count(&s.Manual, !open && (r.Manual || r.From > 0 && r.To == 0))
	count(&s.Unstated, open)
	count(&s.LosesGate, r.LosesGate())
	count(&s.GainsGate, !r.GateFrom && r.GateTo)
	count(&s.NeedsNew, r.New > 0)
	s.NewControls += r.New
}

// AgencySum is what the change does to one owner's systems.
type AgencySum struct {
	Owner string `json:"owner"`
	Sum
}

// Result is the answer.
type Result struct {
	All      Sum         `json:"all"`
	Agencies []AgencySum `json:"agencies"` // owners that have systems, by code
	Rows     []Row       `json:"rows"`     // systems touched, in the order given
	Moves    [6][6]int   `json:"moves"`    // [named before][named after], 0 = none named
}

// Run asks the question of every system. The systems are only read.
func Run(q Question, systems iter.Seq[approval.System]) Result {
	e := &examiner{Question: q, gaps: map[[2]law.Level][2]int{}}
	e.before, e.after = end(q.Before.Day), end(q.After.Day)
	res := Result{}
	owners := map[string]*AgencySum{}
	for s := range systems {
		if s.Retirement != nil {
			continue
		}
		r := e.row(&s)
		res.All.add(r)
		o := owners[s.Owner]
		if o == nil {
			o = &AgencySum{Owner: s.Owner}
			owners[s.Owner] = o
		}
		o.add(r)
		res.Moves[r.From][r.To]++
		if r.touched() {
			res.Rows = append(res.Rows, r)
		}
	}
	for _, o := range owners {
		res.Agencies = append(res.Agencies, *o)
	}
	slices.SortFunc(res.Agencies, func(a, b AgencySum) int { return strings.Compare(a.Owner, b.Owner) })
	return res
}

// end is the last instant of a day.
func end(d law.Day) time.Time { return d.AddDays(1).Time().Add(-time.Microsecond).UTC() }

// examiner holds what is the same for every system.
type examiner struct {
	Question
	before, after time.Time
	gaps          map[[2]law.Level][2]int // new and partly met controls by level before and after
}

// row examines one system.
func (e *examiner) row(s *approval.System) Row {
	r := Row{Code: s.Code, Name: s.Name, Owner: s.Owner, Origin: s.Origin}
	from, to := named(e.Before, s), named(e.After, s)
	r.From, r.To, r.Manual = from.level, to.level, to.manual && !from.manual
	r.Unstated = union(from.unstated, to.unstated)
	was, is := s.Standing(e.before), s.Standing(e.after)
	if was.Approval != nil {
		r.Approved = was.Approval.Level
	}
	r.GateFrom, r.GateTo, r.Lost = e.gate(was, is)
	if is.Approval != nil {
		need, has := r.To, is.Approval.Level
		if need == 0 {
			need = has // the level kept
		}
		if e.Before.Rules == e.After.Rules && r.From > 0 {
			has = max(has, r.From) // what the same rules asked before is nothing new
		}
		r.New, r.PartlyMet = e.gap(has, need)
	}
	return r
}

// naming is what a side makes of the stated facts.
type naming struct {
	level    law.Level // 0 = none
	manual   bool
	unstated []string
}

// named asks a side. A fact that the side asks for and nobody stated leaves its
// level open.
func named(side Side, s *approval.System) naming {
	if s.Facts == nil {
		return naming{}
	}
	d := side.Book.Determine(side.Rules, s.Facts.Facts)
	n := naming{manual: d.Manual, unstated: side.Book.Doubts(s.Facts.Facts, d)}
	if d.Level != nil && len(n.unstated) == 0 {
		n.level = *d.Level
	}
	return n
}

// union is what stands in either list, each once, in order.
func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// gate asks both sides, and tells what denies only now.
func (e *examiner) gate(was, is approval.Standing) (from, to bool, lost []string) {
	v := gate.Decide(e.Before.Book, gate.Case{Provider: was, At: e.before})
	w := gate.Decide(e.After.Book, gate.Case{Provider: is, At: e.after})
	denied := map[string]bool{}
	for _, r := range v.Reasons {
		denied[r.ID] = r.Effect == law.EffectDeny
	}
	for _, r := range w.Reasons {
		if r.Effect == law.EffectDeny && !denied[r.ID] {
			lost = append(lost, r.ID)
		}
	}
	return v.Decision == gate.Allow, w.Decision == gate.Allow, lost
}

// gap counts the controls that the new list asks and that a plan deployed under
// the old one does not cover. The same rules at the same or a lower level ask
// nothing new.
func (e *examiner) gap(from, to law.Level) (fresh, partly int) {
	if e.Controls == nil || e.Before.Rules == e.After.Rules && to <= from {
		return 0, 0
	}
	key := [2]law.Level{from, to}
	n, ok := e.gaps[key]
	if !ok {
		met := map[string]bool{}
		for _, c := range e.Controls.For(e.Before.Rules, from) {
			met[c.Key] = true
		}
		g := e.Controls.Carry(e.Before.Rules, from, e.After.Rules, to, met)
		n = [2]int{len(g.New), len(g.Partly)}
		e.gaps[key] = n
	}
	return n[0], n[1]
}
