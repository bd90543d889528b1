package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Method is how somebody showed who they are.
type Method string

// The methods. OIDC is a sign-in elsewhere of which that provider says nothing
// more; OIDCStrong one whose acr is configured as two factors.
const (
	ByPassword Method = "password"
	ByCode     Method = "password+totp"
	ByRecovery Method = "password+recovery"
	ByPasskey  Method = "passkey"
	ByOIDC     Method = "oidc"
	ByStrong   Method = "oidc+acr"
)

// Strength is how much a method shows.
type Strength int

// The strengths. A passkey is bound to this site: no other site can have it used
// (phishing), and it is asked for its own second factor (PIN, finger, face).
const (
	None Strength = iota
	OneFactor
	TwoFactors
	Phishproof
)

// Strength is what a method shows; an unknown one shows nothing.
func (m Method) Strength() Strength {
	switch m {
	case ByPassword, ByOIDC:
		return OneFactor
	case ByCode, ByRecovery, ByStrong:
		return TwoFactors
	case ByPasskey:
		return Phishproof
	}
	return None
}

// Policy is which ways in suffice. The zero value is the strictest.
type Policy int

// The policies.
const (
	Strict   Policy = iota // two factors for all; a passkey for who reviews, approves or administers, and for each weighty act
	Fallback               // two factors for all; a weighty act is signed with a passkey, or confirmed with password and code
	Relaxed                // a password suffices and nothing is asked again: for a demonstration
)

// Policies are the names of the policies, as a command line has them.
func Policies() []string { return []string{"strict", "fallback", "relaxed"} }

// String is the name of the policy.
func (p Policy) String() string { return Policies()[p] }

// Least is what a session needs before it may do anything in a capacity.
func (p Policy) Least(c approval.Capacity) Strength {
	switch {
	case p == Relaxed:
		return OneFactor
	case p == Strict && c != law.RoleOperator && c != approval.Auditor:
		return Phishproof
	}
	return TwoFactors
}

// Signs is what a weighty act asks for.
func (p Policy) Signs() Strength {
	return map[Policy]Strength{Strict: Phishproof, Fallback: TwoFactors, Relaxed: None}[p]
}

// PolicyObject names in the ledger what it took to come in and to sign, from each
// entry on. There is no other record of it.
const PolicyObject = "door:policy"

// policyDetail is what an entry of the PolicyObject says of a policy.
func policyDetail(p Policy) map[string]string { return map[string]string{"policy": p.String()} }

// SetPolicy sets what it takes to come in and to sign, and has the ledger say so:
// who reads it later knows which acts needed a signature on their day.
func (d *Desk) SetPolicy(ctx context.Context, by approval.Actor, p Policy) error {
	detail := policyDetail(p)
	after, err := approval.Digest(detail)
	if err != nil {
		return err
	}
	d.Policy = p
	at := d.Clock().UTC().Truncate(time.Microsecond)
	return d.Store.RecordPolicy(ctx, by, approval.Entry{At: at, By: by.Who(), Act: "set-policy", Object: PolicyObject, After: after, Law: d.Law, Detail: detail})
}

// RecordedPolicy reads an entry of the PolicyObject.
func RecordedPolicy(e *approval.Entry) (Policy, error) {
	i := slices.Index(Policies(), e.Detail["policy"])
	if i < 0 {
		return Strict, fmt.Errorf("%q is no policy of the door", e.Detail["policy"])
	}
	p := Policy(i)
	if digest, err := approval.Digest(policyDetail(p)); err != nil || digest != e.After {
		return Strict, errors.Join(err, fmt.Errorf("the entry does not say the policy %s", p))
	}
	return p, nil
}
