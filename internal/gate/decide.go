package gate

import (
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Case is all that a decision depends on beside the law.
type Case struct {
	Provider approval.Standing
	Consumer *approval.Standing // nil: the provider alone
	Platform string
	At       time.Time
}

// The parties of a reason.
const (
	provider = "provider"
	consumer = "consumer"
)

// Decide answers from the standings, the book and the time of the case, and
// from nothing else. Every unmet rule is a reason, in the order of the law's
// table; the answer is allow only when no reason denies.
func Decide(b *law.Book, c Case) Verdict {
	j := &judge{book: b, day: law.DayOf(c.At), at: c.At, platform: c.Platform}
	j.party(provider, c.Provider, 0, "")
	v := Verdict{At: c.At, Provider: c.Provider.Code, LawDigest: b.Digest(), Level: levelOf(c.Provider)}
	if c.Consumer != nil {
		need, cites, _ := b.RequiredLevel(c.Provider.Target, j.day)
		j.party(consumer, *c.Consumer, need, cites)
		v.Consumer = c.Consumer.Code
	}
	v.Decision = Allow
	for _, r := range j.reasons {
		if r.Effect != law.EffectWarn && r.Effect != law.EffectLimit {
			v.Decision = Deny
		}
	}
	v.Reasons = j.reasons
	if v.Decision == Allow {
		j.say("", "allowed")
		if j.lost {
			v.Decision = Deny
		}
		v.Reasons = j.reasons
		v.ValidUntil = j.until()
	}
	return v
}

// levelOf is the level in force, nil when none.
func levelOf(st approval.Standing) *law.Level {
	if st.Approval == nil {
		return nil
	}
	l := st.Approval.Level
	return &l
}

// judge collects the reasons and the dates of one decision.
type judge struct {
	book     *law.Book
	day      law.Day
	at       time.Time
	platform string
	reasons  []Reason
	ends     []time.Time // instants at which an allow would end
	lost     bool        // a reason is not in the book
}

// say adds a reason of the book. A reason the book does not hold denies.
func (j *judge) say(party, id string) {
	r, ok := j.book.Reason(id)
	if !ok {
		j.lost = true
		r = law.Reason{ID: id, Code: "F02", Effect: law.EffectDeny, Says: law.Text{VI: "Bộ quy tắc thiếu lý do «" + id + "».", EN: "The book lacks the reason “" + id + "”."}}
	}
	j.reasons = append(j.reasons, Reason{Code: r.Code, ID: r.ID, Effect: r.Effect, Party: party, Cites: r.CitesOn(j.day), Confidence: r.Confidence, Says: r.Says, VI: r.Says.VI, EN: r.Says.EN})
}

// lasts notes that the facts hold through day.
func (j *judge) lasts(day law.Day) {
	if day != "" {
		j.ends = append(j.ends, day.AddDays(1).Time().UTC())
	}
}

// until is the earliest end, nil when nothing ends.
func (j *judge) until() *time.Time {
	var first *time.Time
	for _, t := range j.ends {
		if first == nil || t.Before(*first) {
			first = &t
		}
	}
	return first
}

// party judges one side: rules G00 to G12 in order. need is the level the
// other side asks of it.
func (j *judge) party(who string, st approval.Standing, need law.Level, cites string) {
	if !st.Registered {
		j.say(who, "unknown-system")
		return
	}
	if st.Retired {
		j.say(who, "system-retired")
		return
	}
	if st.Sector == law.SectorDefence || st.Sector == law.SectorPublicSecurity && !j.served(st) {
		j.say(who, "out-of-scope")
	}
	if st.OwnerEnded != "" && j.day > st.OwnerEnded {
		j.say(who, "owner-ended")
	}
	if st.Approval == nil {
		j.say(who, j.withoutApproval(st))
		return
	}
	j.approved(who, st, need)
	j.deployed(who, st)
	j.conforms(who, st)
	j.checked(who, st)
	if p := j.book.Policy(); p.ConfirmationRequired && !st.Confirmed {
		j.say(who, "not-confirmed")
	}
}

// served: a system of the public security sector that is itself a target other
// bodies connect to (such as the population database) is in scope.
func (j *judge) served(st approval.Standing) bool { return st.Target != "" }

// withoutApproval names why there is no approval in force.
func (j *judge) withoutApproval(st approval.Standing) string {
	switch f := st.Former; {
	case f == nil:
		return "no-approval"
	case f.Revocation != nil && !j.at.Before(f.Revocation.At):
		return "approval-revoked"
	default:
		return "approval-lapsed"
	}
}

// approved: level high enough, given by whom the law named, and its term.
func (j *judge) approved(who string, st approval.Standing, need law.Level) {
	a := st.Approval
	if need > 0 && a.Level < need {
		j.say(who, "level-too-low")
	}
	if !j.competent(st) {
		j.say(who, "wrong-authority")
	}
	j.lasts(a.Until)
}

// competent tells whether the approval's authority is one the law names for
// its level and day.
func (j *judge) competent(st approval.Standing) bool {
	a := st.Approval
	c, err := j.book.Competence(law.Case{Level: a.Level, On: a.DecidedOn, Sector: st.Sector, Listed: a.Listed})
	if err != nil {
		return false
	}
	for _, p := range c.Approve {
		if p.Part != law.PartList && p.Role == a.Authority {
			return true
		}
	}
	return false
}

// deployed: the plan of the approved dossier is deployed in full; an operating
// system may go on under a dated roadmap while policy allows.
func (j *judge) deployed(who string, st approval.Standing) {
	switch {
	case st.Plan == approval.PlanFull:
	case st.Stage != approval.Operating:
		j.say(who, "new-system-plan-not-full")
	case st.Plan == approval.PlanPart && st.RoadmapUntil >= j.day && j.book.Policy().RoadmapAllows:
		j.say(who, "roadmap-running")
		j.lasts(st.RoadmapUntil)
	default:
		j.say(who, "operating-plan-not-full")
	}
}

// conforms: a level kept from the older law meets the new conditions in time.
func (j *judge) conforms(who string, st approval.Standing) {
	due, _, ok := j.book.ConformityDue(st.Approval.Rules)
	if !ok {
		return
	}
	if j.day > due {
		j.say(who, "conformity-overdue")
		return
	}
	j.lasts(due)
}

// checked: inspections and assessments on time, and on NDOP the minutes.
func (j *judge) checked(who string, st approval.Standing) {
	p := j.book.Policy()
	rs, _ := j.book.RuleSetOn(j.day)
	if months, _ := j.book.InspectionMonths(rs, st.Approval.Level); months > 0 {
		last := max(st.Inspected, law.DayOf(st.Approval.From))
		if due := last.AddMonths(months); j.day > due {
			j.say(who, "inspection-overdue")
			if p.InspectionOverdue == law.EffectDeny {
				j.reasons[len(j.reasons)-1].Effect = law.EffectDeny
			}
		} else if p.InspectionOverdue == law.EffectDeny {
			j.lasts(due)
		}
	}
	if j.platform == "NDOP" {
		if due := st.Minutes.AddMonths(p.MinutesMonths); st.Minutes == "" || j.day > due {
			j.say(who, "minutes-expired")
		} else {
			j.lasts(due)
		}
	}
	if st.RiskAssessed == "" || j.day > st.RiskAssessed.AddMonths(p.RiskMonths) {
		j.say(who, "risk-assessment-due")
	}
}
