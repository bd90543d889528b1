package seal

import (
	"bytes"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash"
	"strings"
	"time"
)

func curve() elliptic.Curve { return elliptic.P256() }

var raw = base64.RawURLEncoding.Strict()

func b64(b []byte) string { return raw.EncodeToString(b) }

// unb64 reads base64url without padding, stray bits or line ends.
func unb64(s string) ([]byte, error) {
	b, err := raw.DecodeString(s)
	if err == nil && b64(b) != s {
		err = fmt.Errorf("base64 is not in its one form")
	}
	return b, err
}

// header is the protected header of a JWS, in the one order it is written.
type header struct {
	Alg  string   `json:"alg"`
	Kid  string   `json:"kid"`
	Typ  string   `json:"typ"`
	B64  *bool    `json:"b64,omitempty"`
	Crit []string `json:"crit,omitempty"`
}

// JWT signs claims as a compact JWS of a type.
func (k *Key) JWT(typ string, claims any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encode claims: %w", err)
	}
	h, err := json.Marshal(header{Alg: k.Alg, Kid: k.ID, Typ: typ})
	if err != nil {
		return "", fmt.Errorf("encode header: %w", err)
	}
	input := b64(h) + "." + b64(payload)
	sig, err := k.Sign([]byte(input))
	return input + "." + b64(sig), err
}

// JWT checks a compact JWS of a type and decodes its claims. They must hold iat,
// and every member must be known to the claims.
func (t Trust) JWT(token, typ string, claims any) error {
	part := strings.Split(token, ".")
	if len(part) != 3 {
		return fmt.Errorf("%w: it is no compact JWS", ErrUntrusted)
	}
	h, err := readHeader(part[0], typ, false)
	if err != nil {
		return err
	}
	payload, err := unb64(part[1])
	if err != nil {
		return fmt.Errorf("%w: payload: %w", ErrUntrusted, err)
	}
	sig, err := unb64(part[2])
	if err != nil {
		return fmt.Errorf("%w: signature: %w", ErrUntrusted, err)
	}
	var said struct {
		IAT int64 `json:"iat"`
	}
	if err := json.Unmarshal(payload, &said); err != nil {
		return fmt.Errorf("%w: claims: %w", ErrUntrusted, err)
	}
	if err := t.Check(h.Kid, h.Alg, []byte(part[0]+"."+part[1]), sig, time.Unix(said.IAT, 0)); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	if err := d.Decode(claims); err != nil {
		return fmt.Errorf("read claims: %w", err)
	}
	return nil
}

// Detaching makes a signature of ES256 of a payload that travels beside it, as the
// payload is written.
type Detaching struct {
	hash.Hash
	key  *Key
	head string
}

// Detach begins the signature of a payload of a type.
func (k *Key) Detach(typ string) (*Detaching, error) {
	if k.ec == nil {
		return nil, fmt.Errorf("key %s signs nothing piece by piece", k.ID)
	}
	plain := false
	h, err := json.Marshal(header{Alg: k.Alg, Kid: k.ID, Typ: typ, B64: &plain, Crit: []string{"b64"}})
	if err != nil {
		return nil, fmt.Errorf("encode header: %w", err)
	}
	d := &Detaching{sha256.New(), k, b64(h)}
	_, err = d.Write([]byte(d.head + "."))
	return d, err
}

// Sign signs what was written: HEADER..SIGNATURE.
func (d *Detaching) Sign() (string, error) {
	sig, err := d.key.signHash(d.Sum(nil))
	return d.head + ".." + b64(sig), err
}

// Detached checks what Detaching made; iat is what the payload says.
func (t Trust) Detached(jws, typ string, payload []byte, iat time.Time) error {
	head, tail, ok := strings.Cut(jws, "..")
	if !ok {
		return fmt.Errorf("%w: it is no detached JWS", ErrUntrusted)
	}
	h, err := readHeader(head, typ, true)
	if err != nil {
		return err
	}
	sig, err := unb64(tail)
	if err != nil {
		return fmt.Errorf("%w: signature: %w", ErrUntrusted, err)
	}
	return t.Check(h.Kid, h.Alg, append([]byte(head+"."), payload...), sig, iat)
}

// readHeader reads a protected header and refuses all but ours.
func readHeader(part, typ string, detached bool) (header, error) {
	var h header
	b, err := unb64(part)
	if err != nil {
		return h, fmt.Errorf("%w: header: %w", ErrUntrusted, err)
	}
	if err := json.Unmarshal(b, &h); err != nil {
		return h, fmt.Errorf("%w: header: %w", ErrUntrusted, err)
	}
	if same, err := json.Marshal(h); err != nil || !bytes.Equal(same, b) {
		return h, fmt.Errorf("%w: the header is not in its one form", ErrUntrusted)
	}
	plain := h.B64 != nil && !*h.B64 && len(h.Crit) == 1 && h.Crit[0] == "b64"
	whole := h.B64 == nil && h.Crit == nil
	if h.Alg != ES256 && h.Alg != Ed25519 || h.Typ != typ || detached && !plain || !detached && !whole {
		return h, fmt.Errorf("%w: the header is of another kind", ErrUntrusted)
	}
	return h, nil
}
