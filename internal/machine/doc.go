// Package machine tells which machine is at the door: the gateways that may ask
// the gate, the keys by which they prove who they are, and about what each may
// ask.
//
// A Gateway is a record of its own, kept by the regulator of the day or by the
// keeper of the program; each act on it is one transaction with an entry in the
// ledger under "gateway:NAME". It proves itself by the key of its client
// certificate over TLS 1.3: the record holds the SHA-256 of the certificate's
// SubjectPublicKeyInfo (a Pin), so that no authority, however many it may issue
// for, can make another key pass. At any instant at most two pins of a gateway
// are valid, so that a key can be replaced without a gap. A pin has an end that
// it never outlives, and may be revoked before. There are no passwords and no
// API keys.
//
// A pin serves as a client certificate or, where a proxy ends TLS in front, as
// the key of a signed assertion (private_key_jwt, RFC 7523); the latter needs
// the public key itself in the record, which a pin given as a bare hash lacks.
//
// A gateway may ask a question when one of the systems the question names lies
// within its Reach, and the platform too. One that stands before a provider of
// its own names any consumer with it; a consumer's gateway the reverse. The
// regulator's own may ask about every system.
//
// The keys asked for follow security.md §2.2 of the design: TLS 1.3, a private
// authority, certificates of at most gateway_pin_days (gate.yaml, policy).
package machine

import (
	"context"
	"slices"
	"time"

	"capdo/internal/approval"
)

// The platforms a gateway may ask for, as the gate names them.
const (
	NDXP = "NDXP"
	NDOP = "NDOP"
)

// maxOverlap is how many pins of one gateway may be valid at one instant.
const maxOverlap = 2

// Gateway is a machine that may ask the gate.
type Gateway struct {
	Name         string       `json:"name"` // [a-z0-9.-], 1 to 64
	Version      int64        `json:"version"`
	Title        string       `json:"title"`         // what people call it
	Body         string       `json:"body"`          // code of the agency that runs it
	SAN          string       `json:"san,omitempty"` // URI its certificate must carry; "" = not asked for
	Reach        Reach        `json:"reach"`
	Pins         []Pin        `json:"pins"` // in the order they were recorded
	RegisteredBy approval.Who `json:"registered_by"`
	RegisteredAt time.Time    `json:"registered_at"`
	Revoked      *End         `json:"revoked,omitempty"`
}

// Reach is about what a gateway may ask.
type Reach struct {
	All       bool     `json:"all,omitempty"`      // every system
	Systems   []string `json:"systems,omitempty"`  // codes
	Agencies  []string `json:"agencies,omitempty"` // codes; the systems they own on the day of the question
	Platforms []string `json:"platforms"`          // NDXP, NDOP; at least one
}

// Pin is one key of a gateway.
type Pin struct {
	SPKI    string       `json:"spki"`          // SHA-256 of the SubjectPublicKeyInfo, hex
	Key     string       `json:"key,omitempty"` // the SubjectPublicKeyInfo, base64 of DER; "" = known by its hash alone
	From    time.Time    `json:"from"`
	Until   time.Time    `json:"until"` // first instant at which it is no longer valid
	By      approval.Who `json:"by"`
	At      time.Time    `json:"at"`
	Revoked *End         `json:"revoked,omitempty"`
}

// End is the end of a pin or of a gateway before its time.
type End struct {
	Ground string       `json:"ground"`
	By     approval.Who `json:"by"`
	At     time.Time    `json:"at"`
}

// Object names a gateway in the ledger.
func Object(name string) string { return "gateway:" + name }

// Valid tells whether the pin holds at an instant.
func (p *Pin) Valid(at time.Time) bool {
	return p.Revoked == nil && !at.Before(p.From) && at.Before(p.Until)
}

// Pin finds a pin of the gateway; nil when it has none such.
func (g *Gateway) Pin(spki string) *Pin {
	if i := slices.IndexFunc(g.Pins, func(p Pin) bool { return p.SPKI == spki }); i >= 0 {
		return &g.Pins[i]
	}
	return nil
}

// Admits tells whether a key with these URIs in its certificate is the gateway's
// at an instant.
func (g *Gateway) Admits(spki string, uris []string, at time.Time) bool {
	p := g.Pin(spki)
	return g.Revoked == nil && p != nil && p.Valid(at) && (g.SAN == "" || slices.Contains(uris, g.SAN))
}

// Owner tells which agency owns a system now; "" when it is not on the register.
type Owner func(ctx context.Context, code string) (string, error)

// May tells whether a question that names these systems for a platform lies
// within reach; "" is no system, and the platform NDXP when left out. What
// cannot be known is not within reach.
func (r Reach) May(ctx context.Context, owner Owner, platform string, codes ...string) bool {
	if platform == "" {
		platform = NDXP
	}
	if !slices.Contains(r.Platforms, platform) {
		return false
	}
	if r.All {
		return true
	}
	for _, code := range codes {
		if code == "" {
			continue
		}
		if slices.Contains(r.Systems, code) {
			return true
		}
		if len(r.Agencies) == 0 || owner == nil {
			continue
		}
		if body, err := owner(ctx, code); err == nil && body != "" && slices.Contains(r.Agencies, body) {
			return true
		}
	}
	return false
}
