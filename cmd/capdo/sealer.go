package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"capdo/internal/keyring"
)

// doorTenant is whose key seals what the door keeps: no agency has such a code.
const doorTenant = "identity"

// ringSealer seals the secrets of authenticator apps with a key of the ring, so
// that a copy of the register alone gives none away.
type ringSealer struct{ ring *keyring.Ring }

// Seal implements identity.Sealer.
func (s ringSealer) Seal(purpose, text string) (string, error) {
	_, to, err := s.ring.Of(doorTenant)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	var b bytes.Buffer
	w, err := age.Encrypt(&b, to)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	if _, err := io.WriteString(w, purpose+"\n"+text); err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// Open implements identity.Sealer.
func (s ringSealer) Open(purpose, sealed string) (string, error) {
	id, _, err := s.ring.Of(doorTenant)
	if err != nil {
		return "", fmt.Errorf("open sealed: %w", err)
	}
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "", fmt.Errorf("open sealed: %w", err)
	}
	r, err := age.Decrypt(bytes.NewReader(raw), id)
	if err != nil {
		return "", fmt.Errorf("open sealed: %w", err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return "", fmt.Errorf("open sealed: %w", err)
	}
	text, ok := strings.CutPrefix(string(b), purpose+"\n")
	if !ok {
		return "", errors.New("open sealed: it was sealed for another place")
	}
	return text, nil
}
