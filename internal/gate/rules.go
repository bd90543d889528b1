package gate

import (
	"slices"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// inScope: military systems are outside this register, and so are those of
// public security, except one that other bodies connect to, such as the
// population database.
func inScope(st approval.Standing) bool {
	switch st.Sector {
	case law.SectorDefence:
		return false
	case law.SectorPublicSecurity:
		return st.Target != ""
	}
	return true
}

// standing finds the approval a decision may rest on, or the reason why there
// is none. A later approval replaces an earlier one for good: when the later one
// has ended, the earlier one does not come back.
func (j *judge) standing(st approval.Standing) (a *approval.Approval, ended string) {
	a, f := st.Approval, st.Former
	if a != nil && f != nil && f.No > a.No {
		a = nil
	}
	if a != nil && j.live && a.Revocation != nil {
		return nil, law.ReasonApprovalRevoked
	}
	switch {
	case a != nil:
		return a, ""
	case f == nil:
		return nil, law.ReasonNoApproval
	case f.Revocation != nil && (j.live || !j.at.Before(f.Revocation.At)):
		return nil, law.ReasonApprovalRevoked
	}
	return nil, law.ReasonApprovalLapsed
}

// approved: decided by now, high enough, given by whom the law named, in term.
func (j *judge) approved(who string, st approval.Standing, a *approval.Approval, need law.Level) {
	j.noteDay(a.DecidedOn)
	if a.DecidedOn > j.day {
		j.say(who, law.ReasonApprovalNotYet)
	}
	if a.Until != "" {
		j.through(who, law.ReasonApprovalLapsed, a.Until)
	}
	if a.Revocation != nil { // on record for later: history seen from before it
		j.until(a.Revocation.At.UTC())
	}
	if a.Level < need {
		j.say(who, law.ReasonLevelTooLow)
	}
	if !j.competent(st, a) {
		j.say(who, law.ReasonWrongAuthority)
	}
}

// competent tells whether the approval's authority is one the law names for
// its level and day, under rules the law knows.
func (j *judge) competent(st approval.Standing, a *approval.Approval) bool {
	c, err := j.book.Competence(law.Case{Level: a.Level, On: a.DecidedOn, Sector: st.Sector, Listed: a.Listed})
	if err != nil {
		return false
	}
	known := slices.ContainsFunc(j.ruleSets, func(s law.RuleSetInfo) bool { return s.ID == a.Rules })
	return known && slices.ContainsFunc(c.Approve, func(p law.ApprovalPart) bool {
		return p.Part != law.PartList && p.Role == a.Authority
	})
}

// deployed: the plan of the approved dossier is deployed in full; an operating
// system may go on under a dated roadmap while policy allows.
func (j *judge) deployed(who string, st approval.Standing) {
	end, dated := endOf(st.RoadmapUntil)
	switch {
	case st.Plan == approval.PlanFull && st.PlanHolds == "":
	case st.Plan == approval.PlanFull: // until the first of what it rests on runs out
		id := law.ReasonOperatingPlanNotFull
		if st.Stage != approval.Operating {
			id = law.ReasonNewSystemPlanNotFull
		}
		j.through(who, id, st.PlanHolds)
	case st.Stage != approval.Operating:
		j.say(who, law.ReasonNewSystemPlanNotFull)
	case st.Plan == approval.PlanPart && dated && j.at.Before(end) && j.policy.RoadmapAllows:
		j.say(who, law.ReasonRoadmapRunning)
		j.through(who, law.ReasonOperatingPlanNotFull, st.RoadmapUntil)
		if st.PlanHolds != "" {
			j.through(who, law.ReasonOperatingPlanNotFull, st.PlanHolds)
		}
	default:
		j.say(who, law.ReasonOperatingPlanNotFull)
	}
}

// inspected: the period since the last inspection, or since the approval, is
// the one of the rules in force, so that new rules may end it sooner.
func (j *judge) inspected(who string, st approval.Standing, a *approval.Approval) {
	last := max(st.Inspected, law.DayOf(a.From))
	for _, rs := range j.ruleSets {
		months, _ := j.book.InspectionMonths(rs.ID, a.Level)
		if months == 0 || rs.Until != "" && j.day > rs.Until {
			continue
		}
		late := max(rs.From, last.AddMonths(months).AddDays(1)) // first day on which rs finds it overdue
		if rs.Until != "" && late > rs.Until {
			continue
		}
		j.through(who, law.ReasonInspectionOverdue, late.AddDays(-1))
		return
	}
}

// minutes: on NDOP the security minutes are not older than the policy says,
// nor of a day still to come.
func (j *judge) minutes(who string, st approval.Standing) {
	if j.platform != platformNDOP {
		return
	}
	j.noteDay(st.Minutes)
	last := st.Minutes.AddMonths(j.policy.MinutesMonths)
	if st.Minutes > j.day {
		last = ""
	}
	j.through(who, law.ReasonMinutesExpired, last)
}
