package seal

import (
	"bytes"
	"fmt"
	"time"

	"capdo/internal/cbor"
)

// Sign1Tag marks a COSE_Sign1 (RFC 9052, 4.2).
const Sign1Tag = 18

// protected writes the protected header: alg ES256, kid, typ.
func protected(kid, typ string) []byte {
	w := &cbor.Writer{}
	w.Head(cbor.Map, 3)
	w.Uint(1)
	w.Head(cbor.Nint, 6) // -7
	w.Uint(4)
	w.Chunk([]byte(kid))
	w.Uint(16)
	w.Text(typ)
	return w.Bytes()
}

// toSign writes the Sig_structure (RFC 9052, 4.4).
func toSign(head, payload []byte) []byte {
	w := &cbor.Writer{}
	w.Head(cbor.Array, 4)
	w.Text("Signature1")
	w.Chunk(head)
	w.Chunk(nil)
	w.Chunk(payload)
	return w.Bytes()
}

func sign1(head, payload, sig []byte) []byte {
	w := &cbor.Writer{}
	w.Head(cbor.Tag, Sign1Tag)
	w.Head(cbor.Array, 4)
	w.Chunk(head)
	w.Head(cbor.Map, 0)
	w.Chunk(payload)
	w.Chunk(sig)
	return w.Bytes()
}

// COSE signs a payload as a tagged COSE_Sign1 of a type; ES256 only.
func (k *Key) COSE(typ string, payload []byte) ([]byte, error) {
	if k.Alg != ES256 {
		return nil, fmt.Errorf("sign COSE: key %s is not of ES256", k.ID)
	}
	head := protected(k.ID, typ)
	sig, err := k.Sign(toSign(head, payload))
	if err != nil {
		return nil, err
	}
	return sign1(head, payload, sig), nil
}

// COSE checks what Key.COSE made; read decodes the payload and tells when it
// says it was signed.
func (t Trust) COSE(b []byte, typ string, read func(payload []byte) (iat time.Time, err error)) error {
	r := cbor.NewReader(b)
	r.Expect(cbor.Tag, Sign1Tag)
	r.Expect(cbor.Array, 4)
	head := r.Chunk()
	r.Expect(cbor.Map, 0)
	payload, sig := r.Chunk(), r.Chunk()
	if r.Bad() || !bytes.Equal(sign1(head, payload, sig), b) {
		return fmt.Errorf("%w: it is no COSE_Sign1 of ours", ErrUntrusted)
	}
	h := cbor.NewReader(head)
	h.Expect(cbor.Map, 3)
	h.Expect(cbor.Uint, 1)
	h.Expect(cbor.Nint, 6)
	h.Expect(cbor.Uint, 4)
	kid := string(h.Chunk())
	if h.Bad() || !bytes.Equal(protected(kid, typ), head) {
		return fmt.Errorf("%w: the header is of another kind", ErrUntrusted)
	}
	iat, err := read(payload)
	if err != nil {
		return err
	}
	return t.Check(kid, ES256, toSign(head, payload), sig, iat)
}
