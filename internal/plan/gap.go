package plan

import (
	"slices"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Gap is one thing that lacks: what, by when, by whom (a role), at what cost
// class.
type Gap struct {
	Key     string // control, "" of a finding that names none
	Finding int    // number of the finding, 0 of a control
	Group   string
	Clause  string
	What    law.Text
	Result  Result
	Because Lapse
	Due     law.Day // "" = no day given yet
	Role    string
	Cost    string
	Note    string
	Files   []FileNow // that it rests, or rested, on
}

// Gaps lists what lacks by a policy: controls that do not hold, in the order of
// the list, then findings that are open.
func Gaps(ss []State, p *Plan, by law.PlanPolicy) []Gap {
	var out []Gap
	for _, s := range ss {
		if s.Holds() && (by.FullNeeds != law.NeedsVerified || s.Verified) {
			continue
		}
		g := Gap{Key: s.Control.Key, Group: s.Control.Group, Clause: s.Control.Standard + ", " + s.Control.Clause, What: s.Control.Title, Result: s.Result, Because: s.Because}
		if a := s.Answer; a != nil {
			g.Due, g.Role, g.Cost, g.Note = a.Due, a.Role, a.Cost, a.Note
			g.Files = p.filesNow(a.Evidence)
		}
		out = append(out, g)
	}
	for _, f := range p.Open(by.Unscanned) {
		out = append(out, Gap{Finding: f.No, Key: f.Key, What: law.Text{VI: f.Says, EN: f.Says}, Due: f.Due, Role: f.Role, Cost: f.Cost})
	}
	return out
}

// Measure computes how far the plan is deployed, and the end of its roadmap:
// none while no control holds or is partly met, full when no control lacks,
// part otherwise. The roadmap ends on the last day of the gaps, "" when a gap
// has no day or the last one is not after today.
func Measure(ss []State, gaps []Gap, day law.Day) approval.Measured {
	m := approval.Measured{Status: approval.PlanNone}
	for _, s := range ss {
		if s.Holds() && s.Result != NotApplicable || s.Result == Partly {
			m.Status = approval.PlanPart
		}
	}
	lacking := slices.ContainsFunc(gaps, func(g Gap) bool { return g.Finding == 0 })
	if len(ss) > 0 && !lacking {
		m.Status = approval.PlanFull
	}
	if m.Status == approval.PlanFull {
		m.Holds = holds(ss, m.Status)
	}
	if m.Status != approval.PlanPart {
		return m
	}
	for _, g := range gaps {
		if g.Finding != 0 {
			continue
		}
		if g.Due == "" {
			m.Undated++
			continue
		}
		m.RoadmapUntil = max(m.RoadmapUntil, g.Due)
	}
	if m.Undated > 0 || m.RoadmapUntil <= day {
		m.RoadmapUntil = ""
		return m
	}
	m.Holds = holds(ss, m.Status)
	return m
}

// holds is the last day on which a status stays true by time alone, "" without
// end. A plan in full is one no more when the first control lapses; one in part
// when the first lapses of which no day is said, or the last of those it has.
func holds(ss []State, status approval.PlanStatus) law.Day {
	var first, last law.Day
	var endless bool
	for _, s := range ss {
		if s.Holds() && s.Lasts != "" && (status == approval.PlanFull || s.Answer.Due == "") {
			first = sooner(first, s.Lasts)
		}
		endless = endless || s.Result == Partly || s.Holds() && s.Result != NotApplicable && s.Lasts == ""
		if s.Holds() && s.Result != NotApplicable {
			last = max(last, s.Lasts)
		}
	}
	if status == approval.PlanPart && !endless {
		return sooner(first, last)
	}
	return first
}

// clean trims what was typed.
func clean(s string) string { return strings.TrimSpace(s) }
