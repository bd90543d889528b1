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
	Service  string // code of the data service the connection is for, "" = not told
	Sandbox  bool   // the question is for the sandbox
	At       time.Time
	Live     bool // At is the time of asking: a revocation on record counts even when a clock lags behind it
}

// platformNDOP is the platform that asks for security minutes.
const platformNDOP = "NDOP"

// The parties of a reason.
const (
	provider = "provider"
	consumer = "consumer"
)

// Decide answers from the standings, the book and the time of the case, and
// from nothing else; the standings are those at c.At. Every unmet rule is a
// reason, in the order of the law's table; the answer is allow only when each
// side has an approval in force and no reason denies.
func Decide(b *law.Book, c Case) Verdict {
	v, _ := decide(b, c)
	return v
}

// Foresee is Decide, and the first instant after c.At at which the answer to the
// same question, live as this one, may be another by time alone; zero when none
// is known.
func Foresee(b *law.Book, c Case) (v Verdict, next time.Time) {
	v, j := decide(b, c)
	j.note(c.Provider.Changes)
	if c.Consumer != nil {
		j.note(c.Consumer.Changes)
		for _, l := range c.Consumer.Links {
			j.note(l.Changes)
		}
	}
	if v.ValidUntil != nil {
		j.note(*v.ValidUntil)
	}
	if turn := b.GateTurn(j.day); turn != "" {
		j.note(turn.Time())
	}
	return v, j.next
}

// decide judges a case.
func decide(b *law.Book, c Case) (Verdict, *judge) {
	v := Verdict{Decision: Deny, At: c.At, Provider: c.Provider.Code, LawDigest: b.Digest()}
	j := &judge{book: b, policy: b.Policy(), ruleSets: b.RuleSets(), day: law.DayOf(c.At), at: c.At, platform: c.Platform, service: c.Service, sandbox: c.Sandbox, live: c.Live}
	side := approval.EitherWay
	if c.Consumer != nil {
		side = approval.AsProvider
	}
	if a := j.party(provider, c.Provider, 0); a != nil {
		v.Level = new(a.Level)
	}
	j.suspended(provider, c.Provider, side)
	if c.Consumer != nil {
		need, _, _ := b.RequiredLevel(c.Provider.Target, j.day)
		j.party(consumer, *c.Consumer, need)
		j.suspended(consumer, *c.Consumer, approval.AsConsumer)
		j.connected(c)
		v.Consumer = c.Consumer.Code
	}
	if !j.barred {
		j.say("", law.ReasonAllowed)
	}
	v.Service = c.Service
	if c.Sandbox {
		v.Profile = Sandbox
	}
	if !j.barred {
		v.Decision, v.ValidUntil = Allow, j.end
	}
	v.Reasons = j.reasons
	return v, j
}

// party judges one side, rules G00 to G12 in order, and returns the approval it
// rests on, nil when none. need is the level the other side asks of it. Of a
// system without an approval only what does not rest on one is judged.
func (j *judge) party(who string, st approval.Standing, need law.Level) *approval.Approval {
	if !st.Registered {
		j.bar(who, law.ReasonUnknownSystem)
		return nil
	}
	if !inScope(st) {
		j.say(who, law.ReasonOutOfScope)
	}
	if st.OwnerEnded != "" {
		j.through(who, law.ReasonOwnerEnded, st.OwnerEnded)
	}
	if st.Retired {
		j.bar(who, law.ReasonSystemRetired)
		return nil
	}
	if j.sandbox { // a test instance waits for no approval
		return nil
	}
	a, ended := j.standing(st)
	if a == nil {
		j.bar(who, ended)
		j.minutes(who, st)
		return nil
	}
	j.approved(who, st, a, need)
	j.deployed(who, st)
	if due, _, ok := j.book.ConformityDue(a.Rules); ok {
		j.through(who, law.ReasonConformityOverdue, due)
	}
	j.inspected(who, st, a)
	j.minutes(who, st)
	j.through(who, law.ReasonRiskAssessmentDue, st.RiskAssessed.AddMonths(j.policy.RiskMonths))
	if j.policy.ConfirmationRequired && !st.Confirmed {
		j.say(who, law.ReasonNotConfirmed)
	}
	return a
}
