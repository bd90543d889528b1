package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// sealedPrefix begins a sealed text: "sealed:1:TENANT:" and, in base64url, a
// nonce of 12 bytes and what AES-256-GCM made. Its key is HKDF-SHA-256 of the
// tenant's identity; what it is about, and the tenant, are bound to it, so that
// one sealed text does not stand in another's place.
const sealedPrefix = "sealed:1:"

// Seal makes a text unreadable to who has not the tenant's identity. about says
// what and where it is: the same must be said to open it.
func (r *Ring) Seal(tenant, about string, plain []byte) (string, error) {
	box, err := r.box(tenant, true)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	nonce := make([]byte, box.NonceSize(), box.NonceSize()+len(plain)+box.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return sealedPrefix + tenant + ":" + base64.RawURLEncoding.EncodeToString(box.Seal(nonce, nonce, plain, bound(tenant, about))), nil
}

// Unseal opens what Seal made.
func (r *Ring) Unseal(sealed, about string) ([]byte, error) {
	rest, ok := strings.CutPrefix(sealed, sealedPrefix)
	tenant, text, ok2 := strings.Cut(rest, ":")
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if !ok || !ok2 || err != nil {
		return nil, errors.New("unseal: it is no sealed text")
	}
	box, err := r.box(tenant, false)
	if err != nil {
		return nil, fmt.Errorf("unseal: %w", err)
	}
	if len(b) < box.NonceSize() {
		return nil, errors.New("unseal: it is no sealed text")
	}
	plain, err := box.Open(nil, b[:box.NonceSize()], b[box.NonceSize():], bound(tenant, about))
	if err != nil {
		return nil, errors.New("unseal: it was changed, or sealed under another key or as another text")
	}
	return plain, nil
}

func bound(tenant, about string) []byte { return []byte("capdo text\n" + tenant + "\n" + about) }

// box seals and opens a tenant's texts.
func (r *Ring) box(tenant string, may bool) (cipher.AEAD, error) {
	if box, ok := r.boxes.Load(tenant); ok {
		return box.(cipher.AEAD), nil
	}
	id, err := r.identity(tenant, may)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, []byte(id.String()), nil, "capdo text 1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	box, err := cipher.NewGCM(block)
	if err == nil {
		r.boxes.Store(tenant, box)
	}
	return box, err
}
