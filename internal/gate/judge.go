package gate

import (
	"time"

	"capdo/internal/law"
)

// judge collects the reasons and the dates of one decision.
type judge struct {
	book     *law.Book
	policy   law.Policy
	ruleSets []law.RuleSetInfo
	day      law.Day
	at       time.Time
	platform string
	service  string
	sandbox  bool
	live     bool
	reasons  []Reason
	end      *time.Time // earliest instant at which an allow would end
	next     time.Time  // earliest instant after at at which a reason may come or go; zero: none by the dates seen
	barred   bool       // no allow any more
	denying  []bool     // by reason: it shuts the gate
}

// say adds a reason of the book. Only a warning and a limit leave the way open,
// and the allowance itself; a reason that the book does not hold denies.
func (j *judge) say(party, id string) {
	r, ok := j.book.Reason(id)
	if !ok {
		r = law.Reason{ID: id, Code: "F02", Effect: law.EffectDeny, Confidence: law.ConfidenceHigh,
			Says: law.Text{VI: "Bộ quy tắc thiếu lý do «" + id + "».", EN: "The book lacks the reason “" + id + "”."}}
	}
	j.barred = j.barred || denies(r)
	j.denying = append(j.denying, denies(r))
	j.reasons = append(j.reasons, Reason{Code: r.Code, ID: r.ID, Effect: r.Effect, Party: party, Cites: r.CitesOn(j.day),
		Confidence: r.Confidence, Says: r.Says, VI: r.Says.VI, EN: r.Says.EN})
}

// bar adds a reason that denies whatever effect the book gives it: without an
// approval in force there is nothing to allow.
func (j *judge) bar(party, id string) {
	j.say(party, id)
	j.barred, j.denying[len(j.denying)-1] = true, true
}

// through judges a rule that is met through the day last: afterwards, or when
// last is no day, its reason is said; before, an allow ends with last if the
// reason denies.
func (j *judge) through(party, id string, last law.Day) {
	end, ok := endOf(last)
	if !ok || !j.at.Before(end) {
		j.say(party, id)
		return
	}
	j.note(end)
	if r, ok := j.book.Reason(id); !ok || denies(r) {
		j.until(end)
	}
}

// until bounds an allow by t.
func (j *judge) until(t time.Time) {
	if j.end == nil || t.Before(*j.end) {
		j.end = &t
	}
}

// note marks an instant at which the judgement may change. What the judge
// compares with the time is noted here, or through through.
func (j *judge) note(t time.Time) {
	if t.After(j.at) && (j.next.IsZero() || t.Before(j.next)) {
		j.next = t
	}
}

// noteDay marks the start of a day that is compared as text; what is no day may
// be passed at any time.
func (j *judge) noteDay(d law.Day) {
	if t := d.Time(); !t.IsZero() {
		j.note(t)
	} else if d != "" {
		j.note(j.at.Add(1))
	}
}

// denies tells whether a reason shuts the gate.
func denies(r law.Reason) bool {
	switch r.Effect {
	case law.EffectWarn, law.EffectLimit:
		return false
	case law.EffectAllow:
		return r.ID != law.ReasonAllowed
	}
	return true
}

// endOf is the first instant after a day, in UTC; false when d is no day.
func endOf(d law.Day) (time.Time, bool) {
	t := d.Time()
	return t.AddDate(0, 0, 1).UTC(), !t.IsZero()
}
