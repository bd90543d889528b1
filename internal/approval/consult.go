package approval

import (
	"slices"
	"strconv"
	"time"

	"capdo/internal/law"
)

// ActConsult is the lead's: to ask other bodies for their opinion on the round
// in hand. It changes the consultation, not the system, so Acts has it not.
const ActConsult = "consult"

// ActConsulted is to give the opinion of a body that was asked, as the ledger
// names it.
const ActConsulted = "consult-answer"

// ConsultKind is what happens to a request for an opinion.
type ConsultKind string

// The kinds: the lead asks or withdraws, the body asked answers.
const (
	ConsultAsk      ConsultKind = "ask"
	ConsultAnswer   ConsultKind = "answer"
	ConsultWithdraw ConsultKind = "withdraw"
)

// Consultation is one step in the consultation of other bodies on one round of
// a dossier. The body that appraises leads; it alone concludes.
type Consultation struct {
	No       int         `json:"no"`  // 1, 2, … within the dossier
	Ask      int         `json:"ask"` // number of the request that it is or answers
	Kind     ConsultKind `json:"kind"`
	Asked    string      `json:"asked"` // code of the body asked
	Round    int         `json:"round"`
	Digest   string      `json:"digest"`   // of the round
	Question string      `json:"question"` // of a request
	Due      law.Day     `json:"due"`      // of a request: last day to answer
	Outcome  Outcome     `json:"outcome"`  // of an answer: agree, disagree
	Comment  string      `json:"comment"`  // of an answer
	By       Who         `json:"by"`
	At       time.Time   `json:"at"`
}

// ConsultationObject names the consultation on a dossier in the ledger.
func ConsultationObject(code string, dossier int) string {
	return "consultation:" + code + "/" + strconv.Itoa(dossier)
}

// Request is a request for an opinion with what ended it, nil while neither.
type Request struct {
	Consultation
	Answer    *Consultation
	Withdrawn *Consultation
}

// Requests lists the requests on a dossier with what became of each.
func (d *Dossier) Requests() []Request {
	var all []Request
	for i, c := range d.Consulting {
		at := slices.IndexFunc(all, func(r Request) bool { return r.No == c.Ask })
		switch {
		case c.Kind == ConsultAsk:
			all = append(all, Request{Consultation: c})
		case at >= 0 && c.Kind == ConsultAnswer:
			all[at].Answer = &d.Consulting[i]
		case at >= 0:
			all[at].Withdrawn = &d.Consulting[i]
		}
	}
	return all
}

// Awaited lists the requests that are open: on the round in hand, while the
// dossier waits for its appraisal, and neither answered nor withdrawn.
func (d *Dossier) Awaited() []Request {
	if d.State != Submitted && d.State != Opined {
		return nil
	}
	return slices.DeleteFunc(d.Requests(), func(r Request) bool { return r.Answer != nil || r.Withdrawn != nil || r.Digest != d.Digest })
}

// Consultable tells whether somebody in the actor's capacity may be the voice of
// a body that is consulted: its head, its specialised unit, or a ministry's desk.
func (a Actor) Consultable() bool {
	return slices.Contains([]Capacity{law.RoleOwner, law.RoleSpecialisedUnit, law.RoleMIC, law.RoleMPS, law.RoleMOD, law.RoleCipherCommittee}, a.Capacity)
}

// Leads tells why the actor may not lead the appraisal of the dossier in hand,
// nil when it may: whom the law names to appraise it, in its turn, four eyes.
func (o *Office) Leads(a Actor, s *System, now time.Time) error {
	if r := o.guard(ActConsult, a, s, s.Standing(now), today(now)); r != nil {
		return r
	}
	return nil
}

// awaiting tells why the lead may not conclude yet: a body it consulted has not
// answered, and the policy waits for the answer or for its last day to pass.
func (o *Office) awaiting(d *Dossier, day law.Day) *Refusal {
	wait := o.Book.Policy().ConsultWait
	for _, r := range d.Awaited() {
		switch {
		case wait == law.ConsultWaitAnswer:
			return refuse(Conflict, "consulted-not-answered", "", "Chưa kết luận được: cơ quan "+r.Asked+" chưa trả lời. Chờ ý kiến hoặc rút yêu cầu lấy ý kiến.",
				"No conclusion yet: "+r.Asked+" has not answered. Wait for its opinion or withdraw the request.")
		case wait == law.ConsultWaitDue && day <= r.Due:
			return refuse(Conflict, "consulted-in-time", "", "Chưa kết luận được: cơ quan "+r.Asked+" còn thời hạn trả lời đến hết ngày "+dmy(r.Due)+". Chờ ý kiến hoặc rút yêu cầu lấy ý kiến.",
				"No conclusion yet: "+r.Asked+" may answer until the end of "+string(r.Due)+". Wait for its opinion or withdraw the request.")
		}
	}
	return nil
}
