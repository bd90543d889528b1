package store

import (
	"time"

	"capdo/internal/approval"
	"capdo/internal/fold"
)

// retiredAt is when s was retired, zero when it was not.
func retiredAt(s *approval.System) time.Time {
	if s.Retirement == nil {
		return time.Time{}
	}
	return s.Retirement.At
}

// project derives the list columns of a system as of now.
func project(s *approval.System, now time.Time) projection {
	st := s.Standing(now)
	p := projection{State: st.State(), Proposed: int(st.Proposed), Plan: string(st.Plan), PlanHolds: string(st.PlanHolds), Confirmed: st.Confirmed,
		Search: fold.Plain(s.Code + " " + s.Name + " " + s.OperatorUnit)}
	if st.Approval != nil {
		p.Level, p.UntilDay = int(st.Approval.Level), string(st.Approval.Until)
	}
	p.Pending = !st.Retired && (s.Open() != nil || st.Approval != nil && !st.Confirmed)
	return p
}
