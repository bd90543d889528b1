package plan

import (
	"slices"

	"capdo/internal/controls"
	"capdo/internal/law"
)

// State is how one control of a list stands on a day.
type State struct {
	Control  controls.Control
	Answer   *Answer // nil while unanswered
	Check    *Check  // latest check of that answer
	Result   Result
	Declared bool    // met, not applicable, or inherited from what holds or once held
	Verified bool    // declared, holding, and accepted by another person, here or at the origin
	Expired  bool    // declared, and it no longer holds
	Because  Lapse   // why it does not hold
	Until    law.Day // last day on which its evidence holds; "" = no end
	Lasts    law.Day // last day on which it holds by time alone; "" = no end. Only while it holds
}

// Holds tells whether the control counts as fulfilled.
func (s State) Holds() bool { return s.Declared && !s.Expired }

// Lapse says why a declared control no longer holds.
type Lapse string

// The lapses.
const (
	LapsedEvidence  Lapse = "evidence"  // a piece of evidence ran out
	LapsedReview    Lapse = "review"    // what was verified is older than the control's review period
	LapsedOrigin    Lapse = "origin"    // the origin no longer holds or offers it
	LapsedWithdrawn Lapse = "withdrawn" // the acceptance was taken back, or the check found it lacking
	LapsedOwner     Lapse = "owner"     // the origin offers it to its own body only, and that is another body now
	LapsedRetired   Lapse = "retired"   // the origin is no longer operated
	LapsedFile      Lapse = "file"      // a file it rests on was removed or quarantined
	LapsedHeld      Lapse = "held"      // a file it rests on was not scanned yet: it does not hold so far
)

// Source is the plan of a platform with its owner.
type Source struct {
	Plan    Plan
	Owner   string
	Retired bool // nothing is inherited from it any more
}

// Origins finds the plan of a platform by system code; false when there is
// none, it is retired, or its offers do not reach the asking owner: then only
// why is to be read from it.
type Origins func(code string) (Source, bool)

// maxDepth bounds how many platforms may stand on each other.
const maxDepth = 8

// reading is one derivation of states: a day, the lists, the plans.
type reading struct {
	lists   *controls.Catalogues
	day     law.Day
	origins Origins

	unscanned bool // a file that no scanner saw counts
}

// states derives how every control of a list stands on a day, in the order of
// the list. owner is the owner of the system of p.
func (r reading) states(p *Plan, owner string, at List) []State {
	var out []State
	for _, c := range r.lists.For(at.Rules, at.Level) {
		out = append(out, r.state(p, owner, at, c, maxDepth))
	}
	return out
}

// state is how one control stands.
func (r reading) state(p *Plan, owner string, at List, c controls.Control, depth int) State {
	s := State{Control: c, Result: Unanswered}
	s.Answer = p.answerOf(at, c.Key)
	if s.Answer == nil {
		return s
	}
	if s.Result, s.Check = s.Answer.Result, p.checked(s.Answer.No); s.Result == "" {
		s.Result = Unanswered // something is written, no result is chosen yet
	}
	if s.Result == Inherited {
		r.inherit(&s, owner, at, depth)
		return s
	}
	s.Declared = s.Result == Met || s.Result == NotApplicable && s.Answer.How != ""
	for _, e := range s.Answer.Evidence {
		if e.Until != "" && (s.Until == "" || e.Until < s.Until) {
			s.Until = e.Until
		}
	}
	if !s.Declared {
		return s
	}
	accepted := s.Check != nil && s.Check.Outcome == Accepted
	switch {
	case r.files(p, s.Answer) != "":
		s.Because = r.files(p, s.Answer)
	case s.Until != "" && s.Until < r.day:
		s.Because = LapsedEvidence
	case s.Check != nil && !accepted:
		s.Because = LapsedWithdrawn
	case accepted && r.old(s.Check, c):
		s.Because = LapsedReview
	}
	s.Expired = s.Because != ""
	s.Verified = accepted && !s.Expired
	if s.Expired {
		return s
	}
	if s.Lasts = s.Until; accepted && c.ReviewMonths > 0 {
		s.Lasts = sooner(s.Lasts, reviewed(s.Check, c))
	}
	return s
}

// sooner is the earlier of two last days, "" being no end.
func sooner(a, b law.Day) law.Day {
	if a == "" || b != "" && b < a {
		return b
	}
	return a
}

// reviewed is the last day on which a check is not too old.
func reviewed(k *Check, c controls.Control) law.Day {
	return law.DayOf(k.At).AddMonths(c.ReviewMonths)
}

// old tells whether a check is older than the period in which the control is
// reviewed; a control without period does not age.
func (r reading) old(k *Check, c controls.Control) bool {
	return c.ReviewMonths > 0 && reviewed(k, c) < r.day
}

// inherit takes the state of a control from its origin.
func (r reading) inherit(s *State, owner string, at List, depth int) {
	s.Declared, s.Expired, s.Because = true, true, LapsedOrigin
	src, found := r.origins(s.Answer.Origin)
	list, offered := src.Plan.offered(at, s.Control.Key, src.Owner, owner)
	if _, own := src.Plan.offered(at, s.Control.Key, owner, owner); src.Retired {
		s.Because = LapsedRetired
	} else if own && !offered {
		s.Because = LapsedOwner
	}
	if !found || !offered || depth == 0 {
		return
	}
	of := slices.IndexFunc(r.lists.For(list.Rules, list.Level), func(c controls.Control) bool { return c.Key == s.Control.Key })
	if of < 0 {
		return
	}
	there := r.state(&src.Plan, src.Owner, list, r.lists.For(list.Rules, list.Level)[of], depth-1)
	s.Until = there.Until
	if !there.Holds() || there.Result == NotApplicable {
		return
	}
	s.Expired, s.Because, s.Verified, s.Lasts = false, "", there.Verified, there.Lasts
}

// Numbers are the counts of a list. Declared, Verified and Expired are never
// added together: the last two are parts of the first.
type Numbers struct {
	Total         int `json:"total"`
	Unanswered    int `json:"unanswered"`
	Met           int `json:"met"`
	Partly        int `json:"partly"`
	NotMet        int `json:"not_met"`
	NotApplicable int `json:"not_applicable"`
	Inherited     int `json:"inherited"`
	Declared      int `json:"declared"`
	Verified      int `json:"verified"`
	Expired       int `json:"expired"`
}

// Answered is how many controls have an answer.
func (n Numbers) Answered() int { return n.Total - n.Unanswered }

// Count counts states.
func Count(ss []State) Numbers {
	n := Numbers{Total: len(ss)}
	for _, s := range ss {
		switch s.Result {
		case Unanswered:
			n.Unanswered++
		case Met:
			n.Met++
		case Partly:
			n.Partly++
		case NotMet:
			n.NotMet++
		case NotApplicable:
			n.NotApplicable++
		case Inherited:
			n.Inherited++
		}
		n.Declared += one(s.Declared)
		n.Verified += one(s.Verified)
		n.Expired += one(s.Expired)
	}
	return n
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
