package approval

import (
	"maps"
	"slices"
	"time"

	"capdo/internal/law"
)

// Delegation is a capacity that one account lends another of the same body, in
// writing, with scope and term (TT 12/2022 and NĐ 331/2026, Điều 4); the law book
// says which acts it lends. The person who acts under it stays the person who
// acts; for the four eyes who lends has that hand as well.
type Delegation struct {
	ID         string      `json:"id"`
	By         Who         `json:"by"` // who lends, with the capacity that is lent
	To         string      `json:"to"` // sign-in name
	ToPerson   string      `json:"to_person"`
	Levels     []law.Level `json:"levels"`            // rising, at least one
	Systems    []string    `json:"systems,omitempty"` // codes; none means every system in reach
	From       law.Day     `json:"from"`
	Until      law.Day     `json:"until"`  // the last day
	Number     string      `json:"number"` // of the document
	DocumentOn law.Day     `json:"document_on"`
	At         time.Time   `json:"at"`
	End        *Withdrawal `json:"end,omitempty"`

	Vacant   bool   `json:"-"` // the account that lends is shut, or has the capacity no more
	FromName string `json:"-"` // the posts, as the accounts name them
	ToName   string `json:"-"`
}

// Withdrawal ends a delegation before its term.
type Withdrawal struct {
	Ground string    `json:"ground"`
	By     Who       `json:"by"`
	At     time.Time `json:"at"`
}

// Object names a delegation in the ledger.
func (d *Delegation) Object() string { return "delegation:" + d.ID }

// The states of a delegation on a day.
const (
	DelegationComing  = "coming"
	DelegationInForce = "in_force"
	DelegationLapsed  = "lapsed"
	DelegationRevoked = "revoked"
	DelegationVacant  = "vacant"
)

// State is one of the states of a delegation on a day.
func (d *Delegation) State(day law.Day) string {
	switch {
	case d.End != nil:
		return DelegationRevoked
	case d.Vacant:
		return DelegationVacant
	case day > d.Until:
		return DelegationLapsed
	case day < d.From:
		return DelegationComing
	}
	return DelegationInForce
}

// The acts on a dossier being judged that other rooms carry out, and that a
// delegation may lend.
const (
	ActRemark = "remark"
	ActHold   = "hold"
)

// Acting is the delegate a in the lent capacity: the person and the account stay
// the delegate's own. Every act asks the record anew whether it still stands.
func (d *Delegation) Acting(a Actor) Actor {
	a.Capacity, a.Body, a.Under = d.By.Capacity, d.By.Body, d
	return a
}

// DelegationReader answers what a delegation says now; ErrNotFound when absent.
type DelegationReader interface {
	Delegation(id string) (Delegation, error)
}

// Lent tells why a may not do act on s by the delegation under which it acts, nil
// when it may or acts in the own capacity. What is out of scope does not exist.
func (a Actor) Lent(r DelegationReader, b *law.Book, act string, s *System, now time.Time) error {
	if a.Under == nil {
		return nil
	}
	if err := a.entitled(r, now); err != nil {
		return err
	}
	if !a.Under.Reaches(s, now) {
		return ErrNotFound()
	}
	if r := a.Under.guard(b, act, s, s.Standing(now), today(now)); r != nil {
		return r
	}
	return nil
}

// LentOpinion tells why a may not give, by the delegation under which it acts, its
// body's opinion on another's dossier at a level; nil as for Lent.
func (a Actor) LentOpinion(r DelegationReader, b *law.Book, code string, level law.Level, now time.Time) error {
	if a.Under == nil {
		return nil
	}
	if err := a.entitled(r, now); err != nil {
		return err
	}
	if !a.Under.Covers(code, level) {
		return ErrNotFound()
	}
	if !b.Lends(ActConsulted) {
		return notLent()
	}
	return nil
}

// lentBy is the detail of an entry that names the person whose capacity it was.
const lentBy = "delegation_by"

// Traced adds to what an entry tells the delegation under which a acts.
func (a Actor) Traced(detail map[string]string) map[string]string {
	if a.Under == nil {
		return detail
	}
	detail = maps.Clone(detail)
	if detail == nil {
		detail = map[string]string{}
	}
	detail["delegation"], detail["delegation_number"], detail[lentBy] = a.Under.ID, a.Under.Number, a.Under.By.Person
	return detail
}

// entitled asks the record whether the delegation under which a acts is in force
// now, and is the one that a shows.
func (a Actor) entitled(r DelegationReader, now time.Time) error {
	if a.Under == nil {
		return nil
	}
	d, err := r.Delegation(a.Under.ID)
	if err != nil {
		return err
	}
	shown, err := Digest(a.Under)
	if err != nil {
		return err
	}
	stands, err := Digest(d)
	if err != nil {
		return err
	}
	if shown != stands || d.State(today(now)) != DelegationInForce || d.To != a.Account || d.ToPerson != a.Person || d.By.Capacity != a.Capacity || d.By.Body != a.Body {
		return refuse(Forbidden, "delegation-over", "", "Ủy quyền này không có hiệu lực; không thực hiện được thao tác theo ủy quyền.", "This delegation is not in force; nothing can be done under it.")
	}
	return nil
}

// Covers tells whether a system at a level is in scope.
func (d *Delegation) Covers(code string, level law.Level) bool {
	return slices.Contains(d.Levels, level) && (len(d.Systems) == 0 || slices.Contains(d.Systems, code))
}

// Reaches tells whether the dossier in hand of a system, or its approval, is in
// scope; what is not does not exist for who acts under the delegation.
func (d *Delegation) Reaches(s *System, now time.Time) bool {
	if x := s.Last(); x != nil && x.Level > 0 && d.Covers(s.Code, x.Level) {
		return true
	}
	st := s.Standing(now)
	return st.Approval != nil && d.Covers(s.Code, st.Approval.Level)
}

// guard tells why an act on s is not lent, nil when it is.
func (d *Delegation) guard(b *law.Book, act string, s *System, st Standing, day law.Day) *Refusal {
	if d.State(day) != DelegationInForce || !b.Lends(act) {
		return notLent()
	}
	level := law.Level(0)
	switch x := s.Open(); {
	case act == ActConfirm && st.Approval != nil:
		level = st.Approval.Level
	case act == ActRemark && s.Last() != nil: // also after the decision
		level = s.Last().Level
	case x != nil:
		level = x.Level
	}
	if !d.Covers(s.Code, level) {
		return refuse(Forbidden, "delegation-scope", "", "Hệ thống hoặc cấp độ này nằm ngoài phạm vi ủy quyền.", "This system or level is outside the scope of the delegation.")
	}
	return nil
}

func notLent() *Refusal {
	return refuse(Forbidden, "delegation-act", "", "Ủy quyền không bao gồm thao tác này.", "The delegation does not cover this act.")
}
