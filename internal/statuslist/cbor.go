package statuslist

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"capdo/internal/seal"
)

// The heads of CBOR (RFC 8949) that a token has.
const (
	majorUint  = 0 << 5
	majorNint  = 1 << 5
	majorBytes = 2 << 5
	majorText  = 3 << 5
	majorArray = 4 << 5
	majorMap   = 5 << 5
	tagSign1   = 6<<5 | 18
)

// writer writes deterministic CBOR.
type writer struct{ bytes.Buffer }

func (w *writer) head(major byte, n uint64) {
	switch {
	case n < 24:
		w.WriteByte(major | byte(n))
	case n <= math.MaxUint8:
		w.Write([]byte{major | 24, byte(n)})
	case n <= math.MaxUint16:
		w.Write(binary.BigEndian.AppendUint16([]byte{major | 25}, uint16(n)))
	case n <= math.MaxUint32:
		w.Write(binary.BigEndian.AppendUint32([]byte{major | 26}, uint32(n)))
	default:
		w.Write(binary.BigEndian.AppendUint64([]byte{major | 27}, n))
	}
}

func (w *writer) uint(n int64) { w.head(majorUint, uint64(n)) }
func (w *writer) text(s string) {
	w.head(majorText, uint64(len(s)))
	w.WriteString(s)
}
func (w *writer) bytes(b []byte) {
	w.head(majorBytes, uint64(len(b)))
	w.Write(b)
}

// reader reads it; the first fault ends it. Whether the encoding is the one
// there is is told by writing it again.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) head(major byte) uint64 {
	if r.bad || len(r.b) == 0 || r.b[0]&0xe0 != major {
		r.bad = true
		return 0
	}
	n, size := uint64(r.b[0]&0x1f), 0
	if r.b = r.b[1:]; n >= 24 {
		if n > 27 {
			r.bad = true
			return 0
		}
		size = 1 << (n - 24)
	}
	if len(r.b) < size {
		r.bad = true
		return 0
	}
	if size > 0 {
		var wide [8]byte
		copy(wide[8-size:], r.b[:size])
		n, r.b = binary.BigEndian.Uint64(wide[:]), r.b[size:]
	}
	return n
}

func (r *reader) uint() int64 {
	n := r.head(majorUint)
	r.bad = r.bad || n > math.MaxInt64
	return int64(n)
}

func (r *reader) chunk(major byte) []byte {
	n := r.head(major)
	if r.bad || n > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}
func (r *reader) text() string  { return string(r.chunk(majorText)) }
func (r *reader) bytes() []byte { return r.chunk(majorBytes) }

// expect reads the value that must stand here.
func (r *reader) expect(major byte, n uint64) { r.bad = r.head(major) != n || r.bad }

// word reads the text that must stand here.
func (r *reader) word(s string) { r.bad = r.text() != s || r.bad }

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
	w := &writer{}
	w.head(majorMap, 6)
	w.uint(keySub)
	w.text(c.Sub)
	w.uint(keyEXP)
	w.uint(c.EXP)
	w.uint(keyIAT)
	w.uint(c.IAT)
	w.uint(keyList)
	w.head(majorMap, 2)
	w.text("lst")
	w.bytes(lst)
	w.text("bits")
	w.uint(int64(c.List.Bits))
	w.uint(keyTTL)
	w.uint(c.TTL)
	w.text("capdo")
	w.head(majorMap, 2)
	w.text("usable")
	w.head(majorArray, 5)
	for _, s := range c.Capdo.Usable {
		w.uint(s)
	}
	w.text("version")
	w.uint(c.Capdo.Version)
	return w.Bytes(), nil
}

// read reads what payload wrote.
func (c *Claims) read(b []byte) error {
	r := &reader{b: b}
	r.expect(majorMap, 6)
	r.expect(majorUint, keySub)
	c.Sub = r.text()
	r.expect(majorUint, keyEXP)
	c.EXP = r.uint()
	r.expect(majorUint, keyIAT)
	c.IAT = r.uint()
	r.expect(majorUint, keyList)
	r.expect(majorMap, 2)
	r.word("lst")
	c.List.Lst = base64.RawURLEncoding.EncodeToString(r.bytes())
	r.word("bits")
	c.List.Bits = int(r.uint())
	r.expect(majorUint, keyTTL)
	c.TTL = r.uint()
	r.word("capdo")
	r.expect(majorMap, 2)
	r.word("usable")
	r.expect(majorArray, 5)
	for i := range c.Capdo.Usable {
		c.Capdo.Usable[i] = r.uint()
	}
	r.word("version")
	c.Capdo.Version = r.uint()
	again, err := c.payload()
	if r.bad || err != nil || !bytes.Equal(again, b) {
		return fmt.Errorf("%w: the claims are not in their one form", seal.ErrUntrusted)
	}
	return nil
}

// protected writes the protected header: alg ES256, kid, typ.
func protected(kid string) []byte {
	w := &writer{}
	w.head(majorMap, 3)
	w.uint(1)
	w.head(majorNint, 6) // -7
	w.uint(4)
	w.bytes([]byte(kid))
	w.uint(16)
	w.text(TypeCWT)
	return w.Bytes()
}

// toSign writes the Sig_structure of COSE_Sign1 (RFC 9052, 4.4).
func toSign(head, payload []byte) []byte {
	w := &writer{}
	w.head(majorArray, 4)
	w.text("Signature1")
	w.bytes(head)
	w.bytes(nil)
	w.bytes(payload)
	return w.Bytes()
}

// sign1 writes COSE_Sign1.
func sign1(head, payload, sig []byte) []byte {
	w := &writer{}
	w.WriteByte(tagSign1)
	w.head(majorArray, 4)
	w.bytes(head)
	w.head(majorMap, 0)
	w.bytes(payload)
	w.bytes(sig)
	return w.Bytes()
}

// SignCWT makes the token in CBOR; the key must be of ES256.
func (c Claims) SignCWT(k *seal.Key) ([]byte, error) {
	if k.Alg != seal.ES256 {
		return nil, fmt.Errorf("sign CWT: key %s is not of ES256", k.ID)
	}
	payload, err := c.payload()
	if err != nil {
		return nil, err
	}
	head := protected(k.ID)
	sig, err := k.Sign(toSign(head, payload))
	if err != nil {
		return nil, err
	}
	return sign1(head, payload, sig), nil
}

// openCWT checks a token in CBOR.
func openCWT(b []byte, trust seal.Trust, c *Claims) error {
	r := &reader{b: b[1:]}
	r.expect(majorArray, 4)
	head := r.bytes()
	r.expect(majorMap, 0)
	payload := r.bytes()
	sig := r.bytes()
	if r.bad || !bytes.Equal(sign1(head, payload, sig), b) {
		return fmt.Errorf("%w: it is no COSE_Sign1 of ours", seal.ErrUntrusted)
	}
	h := &reader{b: head}
	h.expect(majorMap, 3)
	h.expect(majorUint, 1)
	h.expect(majorNint, 6)
	h.expect(majorUint, 4)
	kid := string(h.bytes())
	if h.bad || !bytes.Equal(protected(kid), head) {
		return fmt.Errorf("%w: the header is of another kind", seal.ErrUntrusted)
	}
	if err := c.read(payload); err != nil {
		return err
	}
	return trust.Check(kid, seal.ES256, toSign(head, payload), sig, time.Unix(c.IAT, 0))
}
