package connection

import (
	"time"

	"capdo/internal/approval"
)

// Service is a data service that a system provides.
type Service struct {
	Code     string       `json:"code"`
	Name     string       `json:"name"`
	Provider string       `json:"provider"` // system code, "" where the source does not tell: nobody can connect to it
	Origin   string       `json:"origin"`   // ndxp_list, registered
	Note     string       `json:"note,omitempty"`
	At       time.Time    `json:"at"`
	By       approval.Who `json:"by"`
}

// The origins of a service.
const (
	FromList   = "ndxp_list"  // named in the published report of the exchange
	Registered = "registered" // added by an agency
)

// Object names the service in the ledger.
func (s Service) Object() string { return "service:" + s.Code }

// The profiles of a connection.
const (
	Production = "production"
	Sandbox    = "sandbox"
)

// Connection is a consumer's connection to a data service with every step of it.
type Connection struct {
	ID       string `json:"id"`
	Version  int64  `json:"version"`
	Consumer string `json:"consumer"` // system code
	Provider string `json:"provider"` // system code, of the service when it was requested
	Service  string `json:"service"`
	Purpose  string `json:"purpose"`
	Basis    string `json:"basis"` // legal basis as stated
	Platform string `json:"platform"`
	Profile  string `json:"profile"`
	Steps    []Step `json:"steps"`
}

// Step is one act on a connection. From and Until bound what it brings about;
// Until is the first instant after it, zero when it has no end of its own.
type Step struct {
	Act    string       `json:"act"`
	Number string       `json:"number,omitempty"`
	Ground string       `json:"ground,omitempty"`
	From   time.Time    `json:"from"`
	Until  time.Time    `json:"until,omitzero"`
	By     approval.Who `json:"by"`
	At     time.Time    `json:"at"`
}

// The acts on a connection.
const (
	ActRequest   = "request"
	ActConsent   = "consent"
	ActAllow     = "allow"
	ActRefuse    = "refuse"
	ActSuspend   = "suspend"
	ActReinstate = "reinstate"
	ActEnd       = "end"
	ActPropose   = "propose" // of break-glass
	ActAgree     = "agree"   // with it
)

// Acts lists the acts on a connection on record, in the order of its life.
func Acts() []string {
	return []string{ActConsent, ActAllow, ActRefuse, ActSuspend, ActReinstate, ActPropose, ActAgree, ActEnd}
}

// Object names the connection in the ledger.
func (c Connection) Object() string { return "connection:" + c.ID }

// Digest is the SHA-256, in hex, of the JSON of the connection.
func (c Connection) Digest() (string, error) { return approval.Digest(c) }

// The states of a connection.
const (
	Requested = "requested"
	Allowed   = "allowed"
	Refused   = "refused"
	Lapsed    = "lapsed" // past the term of its grant
	Suspended = "suspended"
	Ended     = "ended"
)

// States lists the states in the order of a connection's life.
func States() []string { return []string{Requested, Allowed, Suspended, Lapsed, Refused, Ended} }

// StateAt is the state of the connection at t.
func (c Connection) StateAt(t time.Time) string {
	switch l := c.Link(t); {
	case c.last(ActEnd, t) != nil:
		return Ended
	case l.Barred:
		return Suspended
	case l.Allowed:
		return Allowed
	case c.last(ActAllow, t) != nil:
		return Lapsed
	case c.last(ActRefuse, t) != nil:
		return Refused
	}
	return Requested
}

// endsBy tells whether what is allowed at t ends, by what is on record, before an
// instant.
func (c Connection) endsBy(t, end time.Time) bool {
	l := c.Link(t)
	return l.Allowed && !l.Until.IsZero() && l.Until.Before(end)
}

// last is the latest step of a kind taken by t, nil when there is none.
func (c Connection) last(act string, t time.Time) *Step {
	for i := len(c.Steps) - 1; i >= 0; i-- {
		if s := &c.Steps[i]; s.Act == act && !t.Before(s.At) {
			return s
		}
	}
	return nil
}

// Link derives what the connection means at t. A later grant replaces an earlier
// one; a suspension ends with its own term or with the next reinstatement; the
// end is final. Later steps on record bound what the link says of after t.
func (c Connection) Link(t time.Time) approval.Link {
	l := approval.Link{ID: c.ID, Provider: c.Provider, Service: c.Service, Sandbox: c.Profile == Sandbox}
	if g := c.last(ActAllow, t); g != nil && !t.Before(g.From) && (g.Until.IsZero() || t.Before(g.Until)) {
		l.Allowed, l.Until = true, g.Until
	}
	if b := c.last(ActAgree, t); b != nil && t.Before(b.Until) {
		l.Broken = b.Until
	}
	for i, s := range c.Steps {
		for _, x := range []time.Time{s.At, s.From, s.Until} {
			if x.After(t) {
				l.Changes = sooner(l.Changes, x)
			}
		}
		switch s.Act {
		case ActEnd:
			if !t.Before(s.At) {
				l.Allowed, l.Until, l.Broken = false, time.Time{}, time.Time{}
				continue
			}
			l.Waning = true
			l.Until, l.Broken = sooner(l.Until, s.At), bounded(l.Broken, s.At)
		case ActAllow:
			if t.Before(s.At) && !s.Until.IsZero() { // a shorter grant to come
				l.Until = sooner(l.Until, s.Until)
			}
		case ActSuspend:
			c.suspension(&l, i, t)
		}
	}
	return l
}

// suspension takes the i-th step, a suspension, into the link.
func (c Connection) suspension(l *approval.Link, i int, t time.Time) {
	s := c.Steps[i]
	end := s.Until
	for _, x := range c.Steps[i+1:] {
		if x.Act == ActReinstate {
			end = sooner(end, x.At)
			break
		}
	}
	switch {
	case !end.IsZero() && (!t.Before(end) || !s.From.Before(end)): // over, or lifted before it begins
	case !t.Before(s.From):
		l.Barred = true
	default:
		l.Waning = l.Waning || s.From.Equal(s.At)
		l.Shuts = sooner(l.Shuts, s.From)
		l.Until, l.Broken = sooner(l.Until, s.From), bounded(l.Broken, s.From)
	}
}

// sooner is the earlier of two instants, of which zero is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// bounded is a, but not after b; zero stays zero.
func bounded(a, b time.Time) time.Time {
	if a.IsZero() {
		return a
	}
	return sooner(a, b)
}
