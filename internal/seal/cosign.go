package seal

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// A cosignature is that of a witness (C2SP tlog-cosignature, version 1): an
// Ed25519 key of the note type 4 signs "cosignature/v1\ntime N\n" and the text
// of the checkpoint; the signature is the time, 8 bytes, and 64 bytes.
const algCosignature = 4

type cosigner struct {
	name   string
	public ed25519.PublicKey
	key    *Key // nil: it only checks
	at     time.Time
}

// Cosigner returns the key as a witness in a name, at a time.
func (k *Key) Cosigner(name string, at time.Time) (note.Signer, error) {
	c, err := k.cosigner(name)
	if err != nil {
		return nil, err
	}
	c.key, c.at = k, at
	return c, nil
}

// CosignVerifier returns the key as a checker of a witness's cosignatures.
func (p Public) CosignVerifier(name string) (note.Verifier, error) { return p.cosigner(name) }

func (p Public) cosigner(name string) (*cosigner, error) {
	k, err := p.parse()
	if err != nil {
		return nil, err
	}
	ed, ok := k.(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("key %s signs no notes", p.ID)
	}
	return &cosigner{name: name, public: ed}, nil
}

// Name implements note.Verifier.
func (c *cosigner) Name() string { return c.name }

// KeyHash implements note.Verifier.
func (c *cosigner) KeyHash() uint32 {
	h := sha256.Sum256(append([]byte(c.name+"\n"+string(rune(algCosignature))), c.public...))
	return binary.BigEndian.Uint32(h[:])
}

// Sign implements note.Signer.
func (c *cosigner) Sign(msg []byte) ([]byte, error) {
	at := uint64(c.at.Unix())
	sig, err := c.key.Sign(cosigned(at, msg))
	return append(binary.BigEndian.AppendUint64(nil, at), sig...), err
}

// Verify implements note.Verifier.
func (c *cosigner) Verify(msg, sig []byte) bool {
	return len(sig) == 8+ed25519.SignatureSize && ed25519.Verify(c.public, cosigned(binary.BigEndian.Uint64(sig), msg), sig[8:])
}

func cosigned(at uint64, msg []byte) []byte {
	return append(fmt.Appendf(nil, "cosignature/v1\ntime %d\n", at), msg...)
}
