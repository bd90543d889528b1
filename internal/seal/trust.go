package seal

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// ErrUntrusted is in every error about a signature that does not hold.
var ErrUntrusted = errors.New("the signature does not hold")

// Trust is the set of public keys that somebody relies on.
type Trust []Public

// Find returns a key by id.
func (t Trust) Find(id string) (Public, bool) {
	for _, p := range t {
		if p.ID == id {
			return p, true
		}
	}
	return Public{}, false
}

// Check checks that the key id of algorithm alg signed msg, which says it was
// signed at iat. A key signs nothing after it was retired.
func (t Trust) Check(id, alg string, msg, sig []byte, iat time.Time) error {
	p, ok := t.Find(id)
	switch {
	case !ok:
		return fmt.Errorf("%w: key %q is not known", ErrUntrusted, id)
	case p.Alg != alg:
		return fmt.Errorf("%w: key %s is not of %s", ErrUntrusted, id, alg)
	case !p.Until.IsZero() && iat.After(p.Until):
		return fmt.Errorf("%w: key %s was retired at %s", ErrUntrusted, id, stamp(p.Until))
	}
	k, err := p.parse()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	good := len(sig) == 64
	switch k := k.(type) {
	case *ecdsa.PublicKey:
		h := sha256.Sum256(msg)
		good = good && ecdsa.Verify(k, h[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:]))
	case ed25519.PublicKey:
		good = good && ed25519.Verify(k, msg, sig)
	}
	if !good {
		return ErrUntrusted
	}
	return nil
}

// Notes are the keys that sign notes in a name.
func (t Trust) Notes(name string) (note.Verifiers, error) {
	var vs []note.Verifier
	for _, p := range t {
		if p.Alg != Ed25519 {
			continue
		}
		v, err := p.NoteVerifier(name)
		if err != nil {
			return nil, err
		}
		vs = append(vs, v)
	}
	return note.VerifierList(vs...), nil
}

// jwk is a key of a JWK set.
type jwk struct {
	Kty   string `json:"kty"`
	Crv   string `json:"crv"`
	X     string `json:"x"`
	Y     string `json:"y,omitempty"`
	Kid   string `json:"kid"`
	Alg   string `json:"alg"`
	Use   string `json:"use"`
	Made  int64  `json:"capdo_made"`
	Until int64  `json:"capdo_until,omitempty"`
}

// JWKS prints the set as a JWK set.
func (t Trust) JWKS() ([]byte, error) {
	set := struct {
		Keys []jwk `json:"keys"`
	}{Keys: []jwk{}}
	for _, p := range t {
		k, err := p.parse()
		if err != nil {
			return nil, err
		}
		j := jwk{Kid: p.ID, Alg: p.Alg, Use: "sig", Made: p.Made.Unix()}
		if !p.Until.IsZero() {
			j.Until = p.Until.Unix()
		}
		switch k := k.(type) {
		case *ecdsa.PublicKey:
			point, err := k.Bytes() // 4, x, y
			if err != nil {
				return nil, err
			}
			j.Kty, j.Crv, j.X, j.Y = "EC", "P-256", b64(point[1:33]), b64(point[33:])
		case ed25519.PublicKey:
			j.Kty, j.Crv, j.X = "OKP", "Ed25519", b64(k)
		}
		set.Keys = append(set.Keys, j)
	}
	return json.MarshalIndent(set, "", " ")
}

// ParseJWKS reads what JWKS printed. A key whose id is not its own is an error,
// and so is an empty set.
func ParseJWKS(b []byte) (Trust, error) {
	var set struct{ Keys []jwk }
	if err := json.Unmarshal(b, &set); err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	var t Trust
	for _, j := range set.Keys {
		p, err := j.public()
		if err != nil {
			return nil, fmt.Errorf("read key %s: %w", j.Kid, err)
		}
		if _, err := p.parse(); err != nil {
			return nil, err
		}
		t = append(t, p)
	}
	if len(t) == 0 {
		return nil, errors.New("read keys: there is none")
	}
	return t, nil
}

func (j jwk) public() (Public, error) {
	x, errX := unb64(j.X)
	y, errY := unb64(j.Y)
	if err := errors.Join(errX, errY); err != nil {
		return Public{}, err
	}
	var k any
	switch {
	case j.Kty == "EC" && j.Crv == "P-256":
		ec, err := ecdsa.ParseUncompressedPublicKey(curve(), append(append([]byte{4}, x...), y...))
		if err != nil {
			return Public{}, err
		}
		k = ec
	case j.Kty == "OKP" && j.Crv == "Ed25519" && len(x) == ed25519.PublicKeySize:
		k = ed25519.PublicKey(x)
	default:
		return Public{}, fmt.Errorf("kind %s %s is not known", j.Kty, j.Crv)
	}
	der, err := x509.MarshalPKIXPublicKey(k)
	if err != nil {
		return Public{}, err
	}
	p := Public{ID: j.Kid, Alg: j.Alg, SPKI: base64.StdEncoding.EncodeToString(der), Made: time.Unix(j.Made, 0).UTC()}
	if j.Until != 0 {
		p.Until = time.Unix(j.Until, 0).UTC()
	}
	return p, nil
}
