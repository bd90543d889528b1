package approval

import "time"

// moment is the earliest instant after another that was noted.
type moment struct{ after, first time.Time }

func (m *moment) note(ts ...time.Time) {
	for _, t := range ts {
		if t.After(m.after) && (m.first.IsZero() || t.Before(m.first)) {
			m.first = t
		}
	}
}

// changes is the first instant after t at which the records of s may say
// something else than at t, as far as they were made; zero when there is none.
// It may be too early, never too late.
func (s System) changes(t time.Time) time.Time {
	m := moment{after: t}
	m.note(s.RegisteredAt)
	if s.Retirement != nil {
		m.note(s.Retirement.At)
	}
	if s.Facts != nil {
		m.note(s.Facts.At)
	}
	for _, w := range s.Was {
		m.note(w.Until)
		if w.Facts != nil {
			m.note(w.Facts.At)
		}
	}
	for _, d := range s.Dossiers {
		m.note(d.SubmittedAt)
		for _, x := range d.Levels {
			m.note(x.At)
		}
		for _, r := range d.Rounds {
			m.note(r.At)
		}
		for _, r := range d.Reviews {
			m.note(r.At)
		}
		for _, x := range d.Decisions {
			m.note(x.At)
		}
	}
	for _, a := range s.Approvals {
		m.note(a.From, a.Lapses())
		if a.Confirmation != nil {
			m.note(a.Confirmation.At)
		}
		if a.Revocation != nil {
			m.note(a.Revocation.At)
		}
	}
	for _, p := range s.Plans {
		m.note(p.At, p.Ends())
	}
	for _, i := range s.Inspections {
		m.note(i.At)
	}
	for _, x := range s.Transfers {
		m.note(x.At, x.On.Time())
	}
	for _, x := range s.Suspensions {
		m.note(x.From, x.Ends(), x.At)
		if x.Lift != nil {
			m.note(x.Lift.At)
		}
	}
	return m.first
}
