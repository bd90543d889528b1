package voucher

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"capdo/internal/cbor"
	"capdo/internal/pdf"
	"capdo/internal/seal"
)

// typ is the type of the token.
const typ = "capdo-paper"

// Claim is what the token of a paper says.
type Claim struct {
	Kind, Code string
	Day        string // "2006-01-02"
	Size       int64
	Root, Law  [32]byte
	Data       [16]byte
	File       [32]byte
	At         time.Time // whole seconds
}

// DataOf is the digest of what a paper sets, in any one encoding.
func DataOf(encoded []byte) [16]byte {
	h := sha256.Sum256(encoded)
	return [16]byte(h[:16])
}

func (c Claim) payload() []byte {
	w := &cbor.Writer{}
	w.Head(cbor.Array, 9)
	w.Text(c.Kind)
	w.Text(c.Code)
	w.Text(c.Day)
	w.Uint(c.Size)
	w.Chunk(c.Root[:])
	w.Chunk(c.Law[:])
	w.Chunk(c.Data[:])
	w.Chunk(c.File[:])
	w.Uint(c.At.Unix())
	return w.Bytes()
}

func (c *Claim) read(b []byte) (time.Time, error) {
	r := cbor.NewReader(b)
	r.Expect(cbor.Array, 9)
	c.Kind, c.Code, c.Day = r.Text(), r.Text(), r.Text()
	c.Size = r.Uint()
	for _, to := range [][]byte{c.Root[:], c.Law[:], c.Data[:], c.File[:]} {
		copy(to, r.Chunk())
	}
	c.At = time.Unix(r.Uint(), 0).UTC()
	if r.Bad() || !bytes.Equal(c.payload(), b) {
		return c.At, fmt.Errorf("%w: the claims are not in their one form", seal.ErrUntrusted)
	}
	return c.At, nil
}

// Sign makes the token of a claim; the key must be of ES256.
func (c Claim) Sign(k *seal.Key) (string, error) {
	b, err := k.COSE(typ, c.payload())
	if err != nil {
		return "", fmt.Errorf("sign paper: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// Digest names what a token says, whichever key signs it: SHA-256, hex.
func (c Claim) Digest() string {
	h := sha256.Sum256(c.payload())
	return hex.EncodeToString(h[:])
}

// Read checks a token by the keys one relies on.
func Read(token string, trust seal.Trust) (Claim, error) {
	var c Claim
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return c, fmt.Errorf("%w: it is no token", seal.ErrUntrusted)
	}
	err = trust.COSE(b, typ, c.read)
	return c, err
}

// Ref is the short name of a token.
func Ref(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:10])
}

// Check checks a file offline: its seal is whole, its token is signed by a
// trusted key and speaks of this very file. What stands behind the file as it
// was sealed, such as a signature, is in Opened.Rest and for the caller to judge.
// When only the file does not match, the error is pdf.ErrSeal and the claim is
// of the paper that the file pretends to be.
func Check(file []byte, trust seal.Trust) (Claim, pdf.Opened, error) {
	o, err := pdf.Open(file)
	if err != nil {
		return Claim{}, o, err
	}
	c, err := Read(o.Token, trust)
	if err == nil && c.File != o.Digest {
		err = fmt.Errorf("%w: it was changed after it was sealed", pdf.ErrSeal)
	}
	return c, o, err
}
