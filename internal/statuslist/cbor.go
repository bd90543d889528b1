package statuslist

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"time"

	"capdo/internal/cbor"
	"capdo/internal/seal"
)

// The keys of CWT claims (RFC 8392; the draft).
const (
	keySub  = 2
	keyEXP  = 4
	keyIAT  = 6
	keyList = 65533
	keyTTL  = 65534
)

// payload writes the claims, their keys in the order of their encodings.
func (c Claims) payload() ([]byte, error) {
	lst, err := base64.RawURLEncoding.Strict().DecodeString(c.List.Lst)
	if err != nil {
		return nil, fmt.Errorf("encode list: %w", err)
	}
	w := &cbor.Writer{}
	w.Head(cbor.Map, 6)
	w.Uint(keySub)
	w.Text(c.Sub)
	w.Uint(keyEXP)
	w.Uint(c.EXP)
	w.Uint(keyIAT)
	w.Uint(c.IAT)
	w.Uint(keyList)
	w.Head(cbor.Map, 2)
	w.Text("lst")
	w.Chunk(lst)
	w.Text("bits")
	w.Uint(int64(c.List.Bits))
	w.Uint(keyTTL)
	w.Uint(c.TTL)
	w.Text("capdo")
	w.Head(cbor.Map, 2)
	w.Text("usable")
	w.Head(cbor.Array, 5)
	for _, s := range c.Capdo.Usable {
		w.Uint(s)
	}
	w.Text("version")
	w.Uint(c.Capdo.Version)
	return w.Bytes(), nil
}

// read reads what payload wrote.
func (c *Claims) read(b []byte) error {
	r := cbor.NewReader(b)
	r.Expect(cbor.Map, 6)
	r.Expect(cbor.Uint, keySub)
	c.Sub = r.Text()
	r.Expect(cbor.Uint, keyEXP)
	c.EXP = r.Uint()
	r.Expect(cbor.Uint, keyIAT)
	c.IAT = r.Uint()
	r.Expect(cbor.Uint, keyList)
	r.Expect(cbor.Map, 2)
	r.Word("lst")
	c.List.Lst = base64.RawURLEncoding.EncodeToString(r.Chunk())
	r.Word("bits")
	c.List.Bits = int(r.Uint())
	r.Expect(cbor.Uint, keyTTL)
	c.TTL = r.Uint()
	r.Word("capdo")
	r.Expect(cbor.Map, 2)
	r.Word("usable")
	r.Expect(cbor.Array, 5)
	for i := range c.Capdo.Usable {
		c.Capdo.Usable[i] = r.Uint()
	}
	r.Word("version")
	c.Capdo.Version = r.Uint()
	again, err := c.payload()
	if r.Bad() || err != nil || !bytes.Equal(again, b) {
		return fmt.Errorf("%w: the claims are not in their one form", seal.ErrUntrusted)
	}
	return nil
}

// SignCWT makes the token in CBOR; the key must be of ES256.
func (c Claims) SignCWT(k *seal.Key) ([]byte, error) {
	payload, err := c.payload()
	if err != nil {
		return nil, err
	}
	return k.COSE(TypeCWT, payload)
}

// openCWT checks a token in CBOR.
func openCWT(b []byte, trust seal.Trust, c *Claims) error {
	return trust.COSE(b, TypeCWT, func(payload []byte) (time.Time, error) {
		err := c.read(payload)
		return time.Unix(c.IAT, 0), err
	})
}
