package approval

import (
	"time"

	"capdo/internal/law"
)

// Cell is a system as the figures count it: whose it is, at what level, and what
// is so of it.
type Cell struct {
	Owner                         string
	Origin                        Origin
	Level                         law.Level // approved, else proposed; 0 = not stated
	Approved, Deployed, Confirmed bool
}

// Step is the first day from whose end on a system counts as a cell; nil: it
// does not count any more.
type Step struct {
	Day  law.Day
	Cell *Cell
}

// Steps are the days on which what is believed of a system at their end changes,
// in order, as far as the records were made: its whole contribution to the
// figures of every day.
func (s System) Steps() []Step {
	var out []Step
	var last Cell
	counts := false
	for t := s.changes(time.Time{}); !t.IsZero(); {
		day := law.DayOf(t)
		end := day.AddDays(1).Time().Add(-time.Microsecond)
		c, ok := s.cell(end)
		if ok != counts || ok && c != last {
			x := Step{Day: day}
			if ok {
				x.Cell = &c
			}
			out = append(out, x)
			last, counts = c, ok
		}
		t = s.changes(end)
	}
	return out
}

// cell is how the system counts at t; false when it does not.
func (s System) cell(t time.Time) (Cell, bool) {
	st := s.Standing(t)
	if !st.Registered || st.Retired {
		return Cell{}, false
	}
	c := Cell{Owner: st.Owner, Origin: s.Origin, Level: st.Proposed, Approved: st.Approval != nil, Deployed: st.Plan == PlanFull, Confirmed: st.Confirmed}
	if st.Approval != nil {
		c.Level = st.Approval.Level
	}
	return c, true
}

// CellAt is how the system counts at a point in both times; false when it does not.
func (s System) CellAt(x AsOf) (Cell, bool) {
	if !s.RegisteredAt.Before(x.Limit()) {
		return Cell{}, false
	}
	return s.Then(x).cell(x.Last())
}

// Add counts one more system.
func (n *Count) Add(c Cell) {
	n.Total++
	for _, x := range []struct {
		n  *int
		is bool
	}{{&n.Approved, c.Approved}, {&n.Deployed, c.Deployed}, {&n.Confirmed, c.Confirmed}} {
		if x.is {
			*x.n++
		}
	}
}

// Flow is a change of the figures on a day, among the systems of one owner at
// one level.
type Flow struct {
	Day                                  law.Day
	Owner                                string
	Origin                               Origin
	Level                                law.Level
	Total, Approved, Deployed, Confirmed int
}
