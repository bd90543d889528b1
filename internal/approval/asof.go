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
// suspension) was so when it was recorded. Ownership goes by its day alone: a
// reorganisation takes effect on the day that the law names, whenever it is
// entered.
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

// As derives what is true of s at a point in both times.
func (s System) As(x AsOf) Standing {
	at := x.End().Add(-time.Microsecond)
	if !s.RegisteredAt.Before(x.Limit()) {
		return Standing{Code: s.Code, At: at, Plan: PlanNone}
	}
	k := s.known(x.Limit())
	k.redate(x.End())
	return k.Standing(at)
}

// known is the system without what was recorded at or after a limit. Fields that
// the register overwrites (name, stage, unit) are those of today.
func (s System) known(limit time.Time) System {
	before := func(t time.Time) bool { return t.Before(limit) }
	if s.Retirement != nil && !before(s.Retirement.At) {
		s.Retirement = nil
	}
	if s.Facts != nil && !before(s.Facts.At) {
		s.Facts = nil
	}
	s.Dossiers = kept(s.Dossiers, func(d *Dossier) bool {
		_, known := d.stateAt(limit.Add(-time.Microsecond))
		return known
	})
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
