package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"capdo/internal/approval"
)

// FactorKind is a kind of what one signs in with beside the password.
type FactorKind string

// The kinds.
const (
	Passkey  FactorKind = "passkey"
	TOTP     FactorKind = "totp"
	Recovery FactorKind = "recovery" // a sheet of codes, each good once
	OIDC     FactorKind = "oidc"     // an identity at another provider
)

// Factor is one of them. Public is what may be shown, JSON by kind; Secret never
// leaves the store, and the ledger knows neither.
type Factor struct {
	ID        string // of a passkey its credential id, of an identity elsewhere the hash of issuer and subject
	Login     string
	Kind      FactorKind
	Label     string // what its owner calls it
	Public    string
	Secret    string
	AddedAt   time.Time
	RemovedAt time.Time // zero: in use

	UsedAt  time.Time // last; not part of the record
	Counter int64     // of a passkey its signatures, of an app the last step used
}

// Object names a factor in the ledger.
func (f *Factor) Object() string { return "factor:" + f.ID }

// InUse tells whether it still opens the door.
func (f *Factor) InUse() bool { return f.RemovedAt.IsZero() }

// Digest is the canonical form of the factor as it stands, hashed; of the secret
// only a hash is in it, and of its use nothing.
func (f *Factor) Digest() (string, error) {
	secret := sha256.Sum256([]byte(f.Secret))
	return approval.Digest(struct {
		ID, Login, Kind, Label, Public, Secret string
		AddedAt, RemovedAt                     time.Time
	}{f.ID, f.Login, string(f.Kind), f.Label, f.Public, hex.EncodeToString(secret[:]), f.AddedAt.UTC(), f.RemovedAt.UTC()})
}

// used picks the factors of a kind that are in use.
func used(fs []Factor, kind FactorKind) []Factor {
	var out []Factor
	for _, f := range fs {
		if f.Kind == kind && f.InUse() {
			out = append(out, f)
		}
	}
	return out
}

// Pending is what is waited for once: known by the hash of a token that somebody
// else holds. Taken, it is gone.
type Pending struct {
	Hash  string // hex SHA-256
	Kind  string // one of the Await kinds
	Login string // "" when nobody is known yet
	Data  string // by kind
	Until time.Time
}

// The kinds of Pending.
const (
	AwaitEnrolment    = "enrolment"
	AwaitRegistration = "registration" // of a passkey
	AwaitAssertion    = "assertion"    // of a passkey, to sign in or to be sure
	AwaitStatement    = "statement"    // of a passkey, over one act
	AwaitOIDC         = "oidc"
)
