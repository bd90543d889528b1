package identity

import (
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
}

// Change is what is to be changed; what a kind does not change is empty.
type Change struct {
	Name     string            `json:"name,omitempty"`
	Person   string            `json:"person,omitempty"`
	Capacity approval.Capacity `json:"capacity,omitempty"`
	Body     string            `json:"body,omitempty"`
	Issuer   string            `json:"issuer,omitempty"`
	Subject  string            `json:"subject,omitempty"` // never in the ledger: it may be the number of an identity card
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
	c.At = c.At.UTC()
	if c.Answer != nil {
		a := *c.Answer
		a.At, c.Answer = a.At.UTC(), &a
	}
	return approval.Digest(c)
}
