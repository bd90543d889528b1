package machine

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

// HashSPKI is the pin of a SubjectPublicKeyInfo in DER: SHA-256, hex.
func HashSPKI(der []byte) string {
	h := sha256.Sum256(der)
	return hex.EncodeToString(h[:])
}

// ReadPin reads a pin from PEM: a certificate, whose end bounds the pin's, or a
// public key. Keys are ECDSA on P-256 or Ed25519.
func ReadPin(text []byte) (in PinInput, err error) {
	b, _ := pem.Decode(text)
	if b == nil {
		return in, errors.New("read pin: no PEM block")
	}
	var der []byte
	var until time.Time
	switch b.Type {
	case "CERTIFICATE":
		c, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			return in, fmt.Errorf("read pin: %w", err)
		}
		der, until = c.RawSubjectPublicKeyInfo, c.NotAfter.UTC().Truncate(time.Second)
	case "PUBLIC KEY":
		der = b.Bytes
	default:
		return in, fmt.Errorf("read pin: %q is neither a certificate nor a public key", b.Type)
	}
	if _, err := publicKey(der); err != nil {
		return in, err
	}
	return PinInput{SPKI: HashSPKI(der), Key: base64.StdEncoding.EncodeToString(der), Certificate: until}, nil
}

// publicKey reads a key of a kind this room knows.
func publicKey(der []byte) (any, error) {
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	switch k := key.(type) {
	case ed25519.PublicKey:
		return k, nil
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() {
			return k, nil
		}
	}
	return nil, errors.New("read key: only ECDSA on P-256 and Ed25519 are taken")
}
