package identity

import (
	"encoding/json"
	"time"

	"capdo/internal/approval"
)

// The kinds of what one administrator asks for and another confirms. To disable
// an account takes one: it only takes away.
const (
	AskCreate = "create" // an account; whoever it is for enrols by a link
	AskRights = "rights" // another capacity or body
	AskEnable = "enable" // an account that was disabled
	AskReset  = "reset"  // all its ways in are removed; it enrols anew by a link
	AskBind   = "bind"   // an identity at another provider opens it
	AskRebind = "rebind" // its body ended: the successor takes its place
)

// Request is what an administrator asks for.
type Request struct {
	ID     string
	Kind   string // one of the Ask kinds
	Login  string
	Change Change
	Ground string
	By     approval.Who
	At     time.Time
	Answer *Answer // nil while it waits

	GroundAs string     `json:"-"` // what stands for the ground in the record, "" in requests from before
	Beside   []Personal `json:"-"` // texts about the person that this request newly names
}

// Change is what is to be changed; what a kind does not change is empty.
type Change struct {
	Name     string            `json:"name,omitempty"`
	Person   string            `json:"person,omitempty"`
	Capacity approval.Capacity `json:"capacity,omitempty"`
	Body     string            `json:"body,omitempty"`
	Issuer   string            `json:"issuer,omitempty"`
	Subject  string            `json:"subject,omitempty"` // never in the ledger: it may be the number of an identity card

	NameAs string `json:"-"` // what stands for Name in the record, "" in requests from before
}

// MarshalJSON writes a change as it is kept: without the name itself.
func (c Change) MarshalJSON() ([]byte, error) {
	type plain Change
	c.Name = orElse(c.NameAs, c.Name)
	return json.Marshal(plain(c))
}

// stand makes what a request says about the person something that can be erased.
func (r *Request) stand() error {
	p, err := NewPersonal(r.Ground)
	if err != nil {
		return err
	}
	r.GroundAs, r.Beside = p.As, []Personal{p}
	if r.Change.Name == "" {
		return nil
	}
	if p, err = NewPersonal(r.Change.Name); err == nil {
		r.Change.NameAs, r.Beside = p.As, append(r.Beside, p)
	}
	return err
}

// The outcomes of an Answer.
const (
	Confirmed = "confirmed"
	Refused   = "refused"
)

// Answer is what another administrator said.
type Answer struct {
	Outcome string
	By      approval.Who
	At      time.Time
}

// Object names a request in the ledger.
func (r *Request) Object() string { return "account-request:" + r.ID }

// Digest is the canonical form of the request as it stands, hashed.
func (r *Request) Digest() (string, error) {
	c := *r
	c.At, c.Ground = c.At.UTC(), orElse(c.GroundAs, c.Ground)
	if c.Answer != nil {
		a := *c.Answer
		a.At, c.Answer = a.At.UTC(), &a
	}
	return approval.Digest(c)
}
