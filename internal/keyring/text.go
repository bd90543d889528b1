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

// sealedPrefix begins a sealed text: "sealed:2:TENANT:KEY:" and, in base64url, a
// nonce of 12 bytes and what AES-256-GCM made. KEY is the id of the identity from
// which the key follows by HKDF-SHA-256; what it is about, and the tenant, are
// bound to it, so that one sealed text does not stand in another's place. Texts
// from before tenants' keys could be turned begin "sealed:1:TENANT:".
const (
	sealedPrefix = "sealed:2:"
	firstPrefix  = "sealed:1:"
)

// Seal makes a text unreadable to who has not the tenant's identity. key is the
// id of the identity to seal under, "" for the one in use. about says what and
// where the text is: the same must be said to open it.
func (r *Ring) Seal(tenant, key, about string, plain []byte) (string, error) {
	key, box, err := r.box(tenant, key, true)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	nonce := make([]byte, box.NonceSize(), box.NonceSize()+len(plain)+box.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return sealedPrefix + tenant + ":" + key + ":" + base64.RawURLEncoding.EncodeToString(box.Seal(nonce, nonce, plain, bound(tenant, about))), nil
}

// Unseal opens what Seal made.
func (r *Ring) Unseal(sealed, about string) ([]byte, error) {
	tenant, key, text, ok := split(sealed)
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if !ok || err != nil {
		return nil, errors.New("unseal: it is no sealed text")
	}
	keys := []string{key}
	if key == "" { // it does not say
		if keys, err = r.Keys(tenant); err != nil {
			return nil, fmt.Errorf("unseal: %w", err)
		}
	}
	for _, key := range keys {
		_, box, err := r.box(tenant, key, false)
		if err != nil {
			return nil, fmt.Errorf("unseal: %w", err)
		}
		if len(b) < box.NonceSize() {
			return nil, errors.New("unseal: it is no sealed text")
		}
		if plain, err := box.Open(nil, b[:box.NonceSize()], b[box.NonceSize():], bound(tenant, about)); err == nil {
			return plain, nil
		}
	}
	return nil, errors.New("unseal: it was changed, or sealed under another key or as another text")
}

// split takes a sealed text apart; key is "" where it names none.
func split(sealed string) (tenant, key, text string, ok bool) {
	if rest, first := strings.CutPrefix(sealed, firstPrefix); first {
		tenant, text, ok = strings.Cut(rest, ":")
		return tenant, "", text, ok
	}
	rest, ok := strings.CutPrefix(sealed, sealedPrefix)
	tenant, rest, ok2 := strings.Cut(rest, ":")
	key, text, ok3 := strings.Cut(rest, ":")
	return tenant, key, text, ok && ok2 && ok3 && key != ""
}

func bound(tenant, about string) []byte { return []byte("capdo text\n" + tenant + "\n" + about) }

// box seals and opens a tenant's texts under an identity, "" for the one in use.
func (r *Ring) box(tenant, key string, may bool) (string, cipher.AEAD, error) {
	if box, ok := r.boxes.Load(tenant + ":" + key); ok {
		return key, box.(cipher.AEAD), nil
	}
	k, err := r.keys(tenant, may)
	if err != nil {
		return "", nil, err
	}
	if key == "" {
		return r.box(tenant, k.id, may)
	}
	id := k.named(key)
	if id == nil {
		return "", nil, fmt.Errorf("the key %s of tenant %s is not at hand", key, tenant)
	}
	secret, err := hkdf.Key(sha256.New, []byte(id.String()), nil, "capdo text 1", 32)
	if err != nil {
		return "", nil, err
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return "", nil, err
	}
	box, err := cipher.NewGCM(block)
	if err == nil {
		r.boxes.Store(tenant+":"+key, box)
	}
	return key, box, err
}
