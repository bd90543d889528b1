package identity

import (
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
