package voucher

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"capdo/internal/pdf"
	"capdo/internal/seal"
)

// State is what is so today of what a paper says.
type State string

// The states. The first four are of papers about one system.
const (
	Lapsed     State = "lapsed"     // the approval it speaks of has run out
	Suspended  State = "suspended"  // of the connection
	Revoked    State = "revoked"    // the approval was taken back
	Retired    State = "retired"    // the system is no longer used
	Superseded State = "superseded" // the register says otherwise of that day now
	Valid      State = "valid"      // the register says the same of that day
	Trial      State = "trial"      // a calculation; it never was the state of anything
)

// Issued is a paper that was handed out.
type Issued struct {
	Ref   string
	Token string
	Claim string    // Claim.Digest; "" of papers from before it was kept
	Made  time.Time // when it was first handed out

	Handed string // of the file it was put with, or asked for by: see Handed
}

// Store keeps what was issued. Putting the same paper, or the same file, again
// changes nothing.
type Store interface {
	PutPaper(ctx context.Context, p Issued, file [32]byte) error
	Paper(ctx context.Context, ref string) (Issued, bool, error)
	PaperOfFile(ctx context.Context, file [32]byte) (Issued, bool, error)
}

// Desk answers whoever holds a paper.
type Desk struct {
	Store  Store
	Keys   func(context.Context) (seal.Trust, error)
	Recall func(context.Context, Claim) (State, error)  // looks at the register as it is now
	Prove  func(context.Context, Claim) ([]byte, error) // that the ledger only grew since
}

// Match is how a file, or its hash, stands to what was issued.
type Match string

// The matches.
const (
	Genuine Match = "genuine" // the very file that was handed out, or that file signed
	Altered Match = "altered" // bears the token of a paper, and is not its file
	Unknown Match = "unknown" // nothing that was issued here
)

// Answer is what is said of a paper. State is empty with Unknown.
type Answer struct {
	Issued
	Claim
	State State
}

// ErrUnknown is returned of a reference or token that was never given out.
var ErrUnknown = errors.New("no such paper was issued")

// Look says what is so of a paper, by its token or its short name.
func (d *Desk) Look(ctx context.Context, name string) (Answer, error) {
	a := Answer{Issued: Issued{Token: name, Ref: Ref(name)}}
	if len(name) == len(a.Ref) {
		p, found, err := d.Store.Paper(ctx, strings.ToLower(name))
		if err != nil {
			return a, err
		}
		if !found {
			return a, ErrUnknown
		}
		a.Issued = p
	}
	keys, err := d.Keys(ctx)
	if err != nil {
		return a, err
	}
	if a.Claim, err = Read(a.Token, keys); err != nil {
		return a, errors.Join(ErrUnknown, err)
	}
	a.State, err = d.Recall(ctx, a.Claim)
	return a, err
}

// File says which paper a file is. The token is of the paper it is, or pretends
// to be.
func (d *Desk) File(ctx context.Context, file []byte) (m Match, token string, err error) {
	if m, token, err = d.Hash(ctx, sha256.Sum256(file)); m != Unknown || err != nil {
		return m, token, err
	}
	keys, err := d.Keys(ctx)
	if err != nil {
		return Unknown, "", err
	}
	_, o, err := Check(file, keys)
	switch {
	case errors.Is(err, seal.ErrUntrusted), err != nil && o.Token == "":
		return Unknown, "", nil
	case err == nil && whole(o):
		return Genuine, o.Token, nil
	case err == nil, errors.Is(err, pdf.ErrSeal):
		return Altered, o.Token, nil
	}
	return Unknown, "", err
}

// whole tells whether a file is as it was sealed, or with a signature and
// nothing else behind it. Whose signature it is, a reader of PDF tells.
func whole(o pdf.Opened) bool {
	if len(o.Rest) == 0 {
		return true
	}
	_, _, err := o.Signature()
	return err == nil
}

// Hash says which paper a file is, by its SHA-256 alone.
func (d *Desk) Hash(ctx context.Context, file [32]byte) (m Match, token string, err error) {
	p, found, err := d.Store.PaperOfFile(ctx, file)
	if err != nil || !found {
		return Unknown, "", err
	}
	keys, err := d.Keys(ctx)
	if err != nil {
		return Unknown, "", err
	}
	if h, err := ReadHanded(p.Handed, keys); err != nil || h.File != file || h.Ref != p.Ref { // who can write the database cannot sign
		return Unknown, "", nil
	}
	return Genuine, p.Token, nil
}

// ParseHash reads a SHA-256 as people paste it: 64 hex digits, in any case, with
// spaces, and the words that sha256sum puts round them.
func ParseHash(s string) (h [32]byte, ok bool) {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "  ") // sha256sum: the name of the file follows
	s = strings.ToLower(strings.Join(strings.Fields(s), ""))
	b, err := hex.DecodeString(strings.TrimPrefix(s, "sha256:"))
	if err != nil || len(b) != len(h) {
		return h, false
	}
	return [32]byte(b), true
}
