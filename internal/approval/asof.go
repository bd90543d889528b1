package approval

import (
	"slices"
	"time"

	"capdo/internal/law"
)

// AsOf is a point in both times: the day that is spoken of, and the instant up to
// which what was recorded counts. With no Known it is the end of that day: what
// was believed then. With a later one it is what was so on that day, as far as it
// is known by then: an approval decided on the day and recorded a month later was
// so, and nobody believed it yet.
//
// What has one date only (a confirmation, a revocation, a retirement, a
// suspension) was so when it was recorded. Ownership goes by the day that the law
// names for its change; with a Known, as far as that was entered by then.
type AsOf struct {
	On    law.Day
	Known time.Time
}

// Believed is what was believed at the end of a day.
func Believed(day law.Day) AsOf { return AsOf{On: day} }

// End is the first instant after the day.
func (x AsOf) End() time.Time { return x.On.AddDays(1).Time() }

// Limit is the first instant whose records do not count.
func (x AsOf) Limit() time.Time {
	if x.Known.IsZero() {
		return x.End()
	}
	return x.Known
}

// Least is the earlier of both: what has one date only counts before it.
func (x AsOf) Least() time.Time {
	if l := x.Limit(); l.Before(x.End()) {
		return l
	}
	return x.End()
}

// Last is the last instant of the day: what is so of it is judged there.
func (x AsOf) Last() time.Time { return x.End().Add(-time.Microsecond) }

// As derives what is true of s at a point in both times.
func (s System) As(x AsOf) Standing {
	if !s.RegisteredAt.Before(x.Limit()) {
		return Standing{Code: s.Code, At: x.Last(), Plan: PlanNone}
	}
	return s.Then(x).Standing(x.Last())
}

// Then is s as the record had it at a point in both times: of what was so by the
// end of the day, what was recorded by then. What it was registered with is a
// matter of record alone, for it is only ever corrected.
func (s System) Then(x AsOf) System {
	if f := s.factsAt(x.Least().Add(-time.Microsecond)); f != s.Facts {
		s.Facts = f
	}
	s.recall(x.Limit())
	if !x.Known.IsZero() {
		s.handBack(x.Known)
	}
	s.Owner = OwnerAt(s, x.Last())
	s.Transfers = kept(s.Transfers, func(t *Transfer) bool { return t.On <= x.On })
	var ds []Dossier
	for _, d := range s.Dossiers {
		then, known := d.then(x.Least())
		if d.State == Withdrawn && s.Retirement != nil && s.Retirement.At.Before(x.Least()) {
			then.State = Withdrawn
		}
		if known {
			ds = append(ds, then)
		}
	}
	s.Dossiers = ds
	s = s.known(x.Limit())
	s.redate(x.End())
	return s.known(x.End())
}

// factsAt are the facts as stated by t, nil when there were none.
func (s *System) factsAt(t time.Time) *Facts {
	if s.Facts != nil && !s.Facts.At.After(t) {
		return s.Facts
	}
	for _, w := range slices.Backward(s.Was) {
		if w.Facts != nil && !w.Facts.At.After(t) {
			return w.Facts
		}
	}
	return nil
}

// recall puts back what s was registered with as it was known before a limit.
func (s *System) recall(limit time.Time) {
	for _, w := range s.Was {
		if !w.Until.Before(limit) {
			s.Name, s.OperatorUnit, s.OperatorIsSpecialised, s.Stage = w.Name, w.OperatorUnit, w.OperatorIsSpecialised, w.Stage
			s.Description, s.Served, s.StartedOn = w.Description, w.Served, w.StartedOn
			break
		}
	}
	s.Was = kept(s.Was, func(w *Was) bool { return w.Until.Before(limit) })
}

// handBack undoes the transfers recorded at or after a limit.
func (s *System) handBack(limit time.Time) {
	for i, t := range s.Transfers {
		if !t.At.Before(limit) {
			s.Owner, s.Transfers = t.From, s.Transfers[:i:i]
			return
		}
	}
}

// known is the system without the approvals, plans, checks and suspensions that
// were recorded at or after a limit, or the end of the system that was.
func (s System) known(limit time.Time) System {
	before := func(t time.Time) bool { return t.Before(limit) }
	if s.Retirement != nil && !before(s.Retirement.At) {
		s.Retirement = nil
	}
	s.Approvals = kept(s.Approvals, func(a *Approval) bool {
		if a.Revocation != nil && !before(a.Revocation.At) {
			a.Revocation = nil
		}
		if a.Confirmation != nil && !before(a.Confirmation.At) {
			a.Confirmation = nil
		}
		return before(a.From)
	})
	s.Plans = kept(s.Plans, func(p *Plan) bool { return before(p.At) })
	s.Inspections = kept(s.Inspections, func(i *Inspection) bool { return before(i.At) })
	s.Suspensions = kept(s.Suspensions, func(x *Suspension) bool {
		if x.Lift != nil && !before(x.Lift.At) {
			x.Lift = nil
		}
		return before(x.At)
	})
	return s
}

// kept is a copy of what f keeps; f may mend each.
func kept[T any](all []T, f func(*T) bool) []T {
	var out []T
	for _, x := range slices.Clone(all) {
		if f(&x) {
			out = append(out, x)
		}
	}
	return out
}

// redate lets what was so before an instant, and was recorded only after it, count
// from the day on which it was so. The slices are the system's own already.
func (s *System) redate(end time.Time) {
	earlier := func(at *time.Time, on law.Day) {
		if on != "" && !at.Before(end) && on.Time().Before(end) {
			*at = on.Time()
		}
	}
	earlier(&s.RegisteredAt, s.StartedOn)
	for i := range s.Approvals {
		earlier(&s.Approvals[i].From, s.Approvals[i].DecidedOn)
	}
	for i := range s.Plans {
		earlier(&s.Plans[i].At, s.Plans[i].On)
	}
	for i := range s.Inspections {
		earlier(&s.Inspections[i].At, s.Inspections[i].On)
	}
}
