package approval

import (
	"time"

	"capdo/internal/law"
)

// Standing is what is true of a system at one moment: all that the gate, the
// lists and the reports need, and nothing else.
type Standing struct {
	Code         string
	Name         string
	Owner        string // at At: ownership is a dated relation
	OwnerEnded   law.Day
	Sector       law.Sector
	Stage        Stage
	Target       string
	At           time.Time
	Registered   bool // on the register at At
	Retired      bool
	Approval     *Approval // the approval in force, nil when none
	Former       *Approval // the latest approval when it is no longer in force
	Confirmed    bool
	Inherited    bool // the approval was given under an earlier owner and waits to be reviewed
	Plan         PlanStatus
	RoadmapUntil law.Day
	PlanHolds    law.Day // last day on which Plan and RoadmapUntil stay by time alone; "" = no end
	Inspected    law.Day // latest inspection
	RiskAssessed law.Day // latest risk assessment that still counts; a change of owner after it clears it
	RiskDue      law.Day // a risk assessment is due since this day, for a change of owner (NĐ 331 Điều 10.2.b); "" = none is
	Minutes      law.Day
	OpenCritical int
	Suspensions  []Suspension // on record and not over at At, those to come included
	Links        []Link       // connections in which the system is the consumer, as of At; the store adds them
	Dossier      DossierState // of the latest dossier, "" when none
	Proposed     law.Level    // of the latest dossier, else as the law names it from the facts
	Changes      time.Time    // first instant after At at which the records may say something else; zero = none
}

// Lapses returns the first instant at which the approval is no longer valid by
// its own term; zero when it has no term.
func (a Approval) Lapses() time.Time {
	if a.Until == "" {
		return time.Time{}
	}
	return a.Until.Time().AddDate(0, 0, 1)
}

// InForce tells whether the approval holds at t.
func (a Approval) InForce(t time.Time) bool {
	if t.Before(a.From) || a.Revocation != nil && !t.Before(a.Revocation.At) {
		return false
	}
	return a.Until == "" || t.Before(a.Lapses()) // a term that is no date never holds
}

// Standing derives what is true of s at t from its dated records. It reads no
// clock and writes nothing.
func (s System) Standing(t time.Time) Standing {
	st := Standing{Code: s.Code, Name: s.Name, Owner: OwnerAt(s, t), Sector: s.Sector, Stage: s.Stage, Target: s.Target, At: t, Plan: PlanNone, Changes: s.changes(t)}
	st.Registered = !t.Before(s.RegisteredAt)
	st.Retired = s.Retirement != nil && !t.Before(s.Retirement.At)
	if !st.Registered {
		return st
	}
	st.inForce(s.Approvals, t)
	st.planned(&s, t)
	st.inspected(s.Inspections, t)
	if f := s.factsAt(t); f != nil {
		st.Proposed = f.Named
	}
	st.filed(s.Dossiers, t)
	st.moved(s.Transfers, t)
	for _, x := range s.Suspensions {
		if !x.Over(t) {
			st.Suspensions = append(st.Suspensions, x)
		}
	}
	return st
}

// filed takes the state of the latest dossier, and the day of the risk
// assessment that every submitted one states.
func (st *Standing) filed(ds []Dossier, t time.Time) {
	for i := range ds {
		d := &ds[i]
		state, known := d.stateAt(t)
		if !known {
			continue
		}
		st.Dossier = state
		if l := d.levelAt(t); l > 0 {
			st.Proposed = l
		}
		if on, ok := d.stated(t).Day("risk_assessed_on"); ok && state != Draft {
			st.RiskAssessed = max(st.RiskAssessed, law.Day(on))
		}
	}
}

// inForce takes the latest approval given by t: it replaces every earlier one,
// so that its end leaves no approval in force.
func (st *Standing) inForce(as []Approval, t time.Time) {
	for i := len(as) - 1; i >= 0; i-- {
		a := as[i]
		if t.Before(a.From) {
			continue
		}
		if st.Retired || !a.InForce(t) {
			st.Former = &a
			return
		}
		st.Approval = &a
		st.Confirmed = a.Confirmation != nil && !t.Before(a.Confirmation.At)
		return
	}
}

// planned takes the latest declaration for the approval in force. Once it no
// longer holds by time, a plan in full is one in part, and a roadmap is none.
func (st *Standing) planned(s *System, t time.Time) {
	p := s.declared(*st, t)
	if p == nil {
		return
	}
	st.Plan, st.RoadmapUntil, st.PlanHolds = p.Status, p.RoadmapUntil, p.Holds
	if p.Holds == "" || t.Before(p.Ends()) { // an end that is no day never holds
		return
	}
	st.RoadmapUntil, st.PlanHolds = "", ""
	if p.Status == PlanFull {
		st.Plan = PlanPart
	}
}

// inspected takes the latest day of each kind of check known at t.
func (st *Standing) inspected(is []Inspection, t time.Time) {
	for _, i := range is {
		if t.Before(i.At) {
			continue
		}
		switch i.Kind {
		case InspectionCheck:
			if i.On >= st.Inspected {
				st.Inspected, st.OpenCritical = i.On, i.OpenCritical
			}
		case InspectionRisk:
			st.RiskAssessed = max(st.RiskAssessed, i.On)
		case InspectionMinutes:
			st.Minutes = max(st.Minutes, i.On)
		}
	}
}

// State is where the system stands in its life, one of States.
func (st Standing) State() string {
	switch {
	case st.Retired:
		return "retired"
	case st.Approval != nil && st.Plan == PlanFull:
		return "deployed"
	case st.Approval != nil:
		return "approved"
	}
	switch st.Dossier {
	case Draft, Returned:
		return "draft"
	case Submitted, Opined:
		return "in_review"
	case Appraised:
		return "appraised"
	case Refused, Unfit:
		return "refused"
	}
	switch {
	case st.Former == nil:
		return "registered"
	case st.Former.Revocation != nil && !st.At.Before(st.Former.Revocation.At):
		return "revoked"
	}
	return "lapsed"
}
