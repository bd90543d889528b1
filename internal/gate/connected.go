package gate

import (
	"slices"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// suspended judges the suspensions of one side. A suspension denies unless the
// question shows that it is about another direction or another service; one
// still to come bounds an allow.
func (j *judge) suspended(who string, st approval.Standing, side approval.Direction) {
	for _, s := range st.Suspensions {
		if s.Over(j.at) || !s.Touches(side, j.service) {
			continue
		}
		if end := s.Ends(); j.at.Before(s.From) && !(j.live && s.From.Equal(s.At)) {
			if end.IsZero() || s.From.Before(end) { // else it is lifted before it begins
				j.until(s.From.UTC())
			}
			continue
		}
		if !slices.ContainsFunc(j.reasons, func(r Reason) bool { return r.ID == law.ReasonSuspended && r.Party == who }) {
			j.say(who, law.ReasonSuspended)
		}
	}
}

// connected judges the connections on record between the two systems. A named
// service needs an allowed one; without a service one that is suspended denies,
// and where the policy asks for a connection always, one of them must be allowed.
func (j *judge) connected(c Case) {
	var links []approval.Link
	for _, l := range c.Consumer.Links {
		if l.Provider == c.Provider.Code && l.Sandbox == c.Sandbox && (c.Service == "" || l.Service == c.Service) {
			links = append(links, l)
		}
	}
	if c.Service == "" {
		j.heedDated(links)
	}
	switch {
	case slices.ContainsFunc(links, func(l approval.Link) bool { return l.Barred }) && (c.Service == "" || !j.open(links)):
		j.say("", law.ReasonConnectionSuspended)
	case c.Service == "" && !c.Sandbox && !j.policy.ConnectionRequired: // the two sides alone
	case j.open(links):
		j.untilLatest(links)
	case len(links) == 0:
		j.bar("", law.ReasonNoConnection)
	default:
		j.say("", law.ReasonConnectionNotAllowed)
	}
	if c.Sandbox {
		j.say("", law.ReasonSandbox)
		return
	}
	if c.Service != "" || !slices.ContainsFunc(links, j.ordinary) {
		j.breakGlass(links)
	}
}

// ordinary tells whether a connection opens the way without break-glass: where a
// question names no service, it may be about that one.
func (j *judge) ordinary(l approval.Link) bool {
	return j.allows(l) && !j.at.Before(l.Broken)
}

// allows tells whether a connection opens the way.
func (j *judge) allows(l approval.Link) bool {
	return l.Allowed && !l.Barred && !(j.live && l.Waning) && (l.Until.IsZero() || j.at.Before(l.Until))
}

func (j *judge) open(links []approval.Link) bool { return slices.ContainsFunc(links, j.allows) }

// untilLatest bounds an allow by the connection that stays open longest.
func (j *judge) untilLatest(links []approval.Link) {
	var end time.Time
	for _, l := range links {
		switch {
		case !j.allows(l):
		case l.Until.IsZero():
			return
		case l.Until.After(end):
			end = l.Until
		}
	}
	j.until(end.UTC())
}

// heedDated bounds the answer to a question without a service by the first
// dated suspension of a connection between the two.
func (j *judge) heedDated(links []approval.Link) {
	for _, l := range links {
		if !l.Shuts.IsZero() && j.at.Before(l.Shuts) {
			j.until(l.Shuts.UTC())
		}
	}
}

// breakGlass lifts, while a break-glass is in force, the denials that policy lets
// it lift, and says so. It never outlives its own end.
func (j *judge) breakGlass(links []approval.Link) {
	var end time.Time
	for _, l := range links {
		if l.Broken.After(end) && j.at.Before(l.Broken) && !l.Barred {
			end = l.Broken
		}
	}
	if end.IsZero() {
		return
	}
	barred, used := false, false
	for i := range j.reasons {
		r := &j.reasons[i]
		if !j.denying[i] {
			continue
		}
		if slices.Contains(j.policy.BreakGlassOverrides, r.ID) {
			r.Effect, r.Overridden, used = law.EffectLimit, true, true
			continue
		}
		barred = true
	}
	j.barred = barred
	j.say("", law.ReasonBreakGlass)
	if used {
		j.until(end.UTC())
	}
}
