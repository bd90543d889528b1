package voucher

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"time"

	"capdo/internal/cbor"
	"capdo/internal/seal"
)

// handedTyp is the type of what is signed of a file.
const handedTyp = "capdo-paper-file"

// Handed is what the service signs of every file it hands out: which paper the
// file is, and when. The token in the file cannot say the hash of the file, and
// a bare hash is believed by this alone.
type Handed struct {
	File [32]byte // SHA-256
	Ref  string
	At   time.Time // whole microseconds
}

func (h Handed) payload() []byte {
	w := &cbor.Writer{}
	w.Head(cbor.Array, 3)
	w.Chunk(h.File[:])
	w.Text(h.Ref)
	w.Uint(h.At.UnixMicro())
	return w.Bytes()
}

// Sign signs it; the key must be of ES256.
func (h Handed) Sign(k *seal.Key) (string, error) {
	b, err := k.COSE(handedTyp, h.payload())
	if err != nil {
		return "", fmt.Errorf("sign file of paper %s: %w", h.Ref, err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// ReadHanded checks what was signed of a file by the keys one relies on.
func ReadHanded(signed string, trust seal.Trust) (h Handed, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(signed)
	if err != nil {
		return h, fmt.Errorf("%w: nothing is signed of the file", seal.ErrUntrusted)
	}
	err = trust.COSE(b, handedTyp, func(payload []byte) (time.Time, error) {
		r := cbor.NewReader(payload)
		r.Expect(cbor.Array, 3)
		copy(h.File[:], r.Chunk())
		h.Ref, h.At = r.Text(), time.UnixMicro(r.Uint()).UTC()
		if r.Bad() || !bytes.Equal(h.payload(), payload) {
			return h.At, fmt.Errorf("%w: what is signed of the file is not in its one form", seal.ErrUntrusted)
		}
		return h.At, nil
	})
	return h, err
}
