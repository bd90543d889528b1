package machine

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// AssertionHeader is the HTTP header that carries one assertion.
const AssertionHeader = "Client-Assertion"

// The bounds of an assertion (RFC 7523 §3, narrowed).
const (
	maxAssertion = 4096             // bytes
	maxLife      = 60 * time.Second // from iat to exp, and from now to exp
	minID        = 16               // characters of jti
	maxID        = 128
)

// Assertion is what a gateway says of itself, once.
type Assertion struct {
	Gateway, Pin, ID string
	Until            time.Time
}

// errAssertion is why an assertion is refused: for the log, never for the asker.
func errAssertion(format string, args ...any) error {
	return fmt.Errorf("assertion: "+format, args...)
}

// joseHeader are the members a header may have. A key or a place to fetch one
// from is not among them: the key is the one on record.
type joseHeader struct {
	Alg string `json:"alg"` // ES256, EdDSA
	Kid string `json:"kid"` // the pin
	Typ string `json:"typ"` // JWT, or absent
}

type claims struct {
	Iss string          `json:"iss"` // the gateway's name
	Sub string          `json:"sub"` // the same
	Aud json.RawMessage `json:"aud"` // ours, alone
	Exp json.Number     `json:"exp"`
	Iat json.Number     `json:"iat"`
	Nbf json.Number     `json:"nbf"`
	JTI string          `json:"jti"`
}

// ReadAssertion reads an assertion without believing it: the pin it names tells
// whose key to check it with.
func ReadAssertion(token string) (pin string, err error) {
	_, h, _, err := parts(token)
	return h.Kid, err
}

// CheckAssertion checks an assertion against the gateway its pin belongs to, for
// an audience at an instant: signature, names, times. Whether its id was used
// before is for the store to say.
func CheckAssertion(token, audience string, g Gateway, at time.Time) (a Assertion, err error) {
	payload, h, sig, err := parts(token)
	if err != nil {
		return a, err
	}
	p := g.Pin(h.Kid)
	if p == nil || p.Key == "" || !g.Admits(h.Kid, []string{g.SAN}, at) {
		return a, errAssertion("the pin is not valid")
	}
	if err := p.verify(h.Alg, token[:strings.LastIndexByte(token, '.')], sig); err != nil {
		return a, err
	}
	var c claims
	if err := strict(payload, &c, false); err != nil {
		return a, err
	}
	until, err := c.check(g.Name, audience, at)
	return Assertion{g.Name, h.Kid, c.JTI, until}, err
}

// check checks the claims and returns their end.
func (c claims) check(gateway, audience string, at time.Time) (until time.Time, err error) {
	var aud string
	if json.Unmarshal(c.Aud, &aud) != nil {
		var one []string
		if json.Unmarshal(c.Aud, &one) != nil || len(one) != 1 {
			return until, errAssertion("the audience is not one")
		}
		aud = one[0]
	}
	iat, ok := instant(c.Iat)
	exp, ok2 := instant(c.Exp)
	switch {
	case gateway == "" || c.Iss != gateway || c.Sub != gateway:
		return until, errAssertion("issuer or subject is not the gateway")
	case audience == "" || aud != audience:
		return until, errAssertion("another audience")
	case !ok || !ok2:
		return until, errAssertion("iat or exp is missing")
	case iat.After(at) || !at.Before(exp):
		return until, errAssertion("not within its time")
	case exp.Sub(iat) > maxLife || exp.Sub(at) > maxLife:
		return until, errAssertion("it lives longer than a minute")
	case len(c.JTI) < minID || len(c.JTI) > maxID:
		return until, errAssertion("the jti has not %d to %d characters", minID, maxID)
	}
	if c.Nbf != "" {
		if nbf, ok := instant(c.Nbf); !ok || nbf.After(at) {
			return until, errAssertion("not yet valid")
		}
	}
	return exp, nil
}

// verify checks a signature by the pin's key; the algorithm is the key's own.
func (p *Pin) verify(alg, signed string, sig []byte) error {
	der, err := base64.StdEncoding.DecodeString(p.Key)
	if err != nil || HashSPKI(der) != p.SPKI {
		return errAssertion("the key on record is not the pin's")
	}
	key, err := publicKey(der)
	if err != nil {
		return err
	}
	switch k := key.(type) {
	case ed25519.PublicKey:
		if alg == "EdDSA" && ed25519.Verify(k, []byte(signed), sig) {
			return nil
		}
	case *ecdsa.PublicKey:
		h := sha256.Sum256([]byte(signed))
		if alg == "ES256" && len(sig) == 64 && ecdsa.Verify(k, h[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
			return nil
		}
	}
	return errAssertion("the signature is not the key's")
}

// parts splits a compact JWS.
func parts(token string) (payload []byte, h joseHeader, sig []byte, err error) {
	bits := strings.Split(token, ".")
	if len(token) > maxAssertion || len(bits) != 3 || strings.ContainsAny(token, "\r\n") { // which the decoder passes over
		return nil, h, nil, errAssertion("not a compact JWS")
	}
	var raw [3][]byte
	for i, b := range bits {
		if raw[i], err = base64.RawURLEncoding.Strict().DecodeString(b); err != nil || len(raw[i]) == 0 {
			return nil, h, nil, errAssertion("part %d is not base64url", i+1)
		}
	}
	if err := strict(raw[0], &h, true); err != nil {
		return nil, h, nil, err
	}
	if h.Alg != "ES256" && h.Alg != "EdDSA" || h.Typ != "" && h.Typ != "JWT" {
		return nil, h, nil, errAssertion("alg or typ is not taken")
	}
	return raw[1], h, raw[2], nil
}

// strict reads one JSON object; a name twice is refused, and one that differs
// from a known one by case alone, and with closed any that is not known.
func strict(in []byte, to any, closed bool) error {
	d := json.NewDecoder(bytes.NewReader(in))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errAssertion("not an object")
	}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok || seen[strings.ToLower(name)] || name != strings.ToLower(name) {
			return errAssertion("a name twice, or in capitals")
		}
		seen[name] = true
		var skip json.RawMessage
		if err := d.Decode(&skip); err != nil {
			return errAssertion("not JSON")
		}
	}
	d = json.NewDecoder(bytes.NewReader(in))
	if closed {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(to); err != nil || d.More() {
		return errors.Join(errAssertion("not of the form asked for"), err)
	}
	return nil
}

// instant reads a NumericDate in whole seconds.
func instant(n json.Number) (time.Time, bool) {
	s, err := n.Int64()
	return time.Unix(s, 0), err == nil && s > 0
}
