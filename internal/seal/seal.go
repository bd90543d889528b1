// Package seal holds the keys with which the service signs what it gives away,
// and checks what was signed. It knows bytes and keys, not what they mean.
//
// # Keys
//
// There are two algorithms: ES256 (ECDSA P-256, SHA-256) signs JSON Web
// Signatures and COSE_Sign1; Ed25519 signs notes (golang.org/x/mod/sumdb/note).
// A key's id is its algorithm in lower case and the first 16 hex digits of the
// SHA-256 of its SubjectPublicKeyInfo: "es256-0123456789abcdef".
//
// The private part is a PKCS #8 PEM file FOLDER/ID.pem that its owner alone may
// read (mode 0600, folder 0700); any looser mode is an error, not a warning.
// The public part is a Public: it goes into the ledger, and to readers as a JWK
// set (RFC 7517) with the member capdo_until, Unix seconds, on a key that was
// retired. A retired key checks what it signed before that second, and nothing
// that says it was signed later.
//
// # Signatures
//
// JWS compact (RFC 7515), header {"alg":"ES256","kid":ID,"typ":TYPE}, and
// detached with an unencoded payload (RFC 7797: "b64":false,"crit":["b64"]).
// COSE_Sign1 (RFC 9052) with alg -7, kid and, as header 16, the type in the
// protected header and an empty unprotected one. Every checker takes exactly
// one form of each: another algorithm, an unknown critical header, base64 with
// stray bits, a header with members it does not know, are refused.
package seal

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// The algorithms.
const (
	ES256   = "ES256"
	Ed25519 = "Ed25519"
)

// Public is the public part of a key and its life.
type Public struct {
	ID    string    `json:"id"`
	Alg   string    `json:"alg"`
	SPKI  string    `json:"spki"` // SubjectPublicKeyInfo, DER in base64
	Made  time.Time `json:"made"`
	Until time.Time `json:"until,omitzero"` // when it was retired; zero: it signs
}

// Object names a key in the ledger.
func (p Public) Object() string { return "key:" + p.ID }

// Digest is the canonical form of the key as it stands, hashed.
func (p Public) Digest() string {
	h := sha256.Sum256([]byte(strings.Join([]string{"capdo key", p.ID, p.Alg, p.SPKI, stamp(p.Made), stamp(p.Until)}, "\n")))
	return hex.EncodeToString(h[:])
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// parse reads the public key, and refuses one whose id is not its own.
func (p Public) parse() (any, error) {
	der, err := base64.StdEncoding.Strict().DecodeString(p.SPKI)
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", p.ID, err)
	}
	k, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", p.ID, err)
	}
	alg := ""
	switch k := k.(type) {
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() {
			alg = ES256
		}
	case ed25519.PublicKey:
		alg = Ed25519
	}
	if alg == "" || alg != p.Alg || p.ID != id(alg, der) {
		return nil, fmt.Errorf("key %s is not what it calls itself", p.ID)
	}
	return k, nil
}

// id names a key by its algorithm and its public part.
func id(alg string, spki []byte) string {
	h := sha256.Sum256(spki)
	return strings.ToLower(alg) + "-" + hex.EncodeToString(h[:8])
}

// Key is a key that can sign.
type Key struct {
	Public
	ec *ecdsa.PrivateKey
	ed ed25519.PrivateKey
}

// Make makes a key of an algorithm.
func Make(alg string, at time.Time) (*Key, error) {
	k := &Key{Public: Public{Alg: alg, Made: at.UTC().Truncate(time.Second)}}
	var err error
	var public any
	switch alg {
	case ES256:
		if k.ec, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err == nil {
			public = &k.ec.PublicKey
		}
	case Ed25519:
		public, k.ed, err = ed25519.GenerateKey(rand.Reader)
	default:
		err = fmt.Errorf("there is no algorithm %q", alg)
	}
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	k.ID, k.SPKI = id(alg, der), base64.StdEncoding.EncodeToString(der)
	return k, nil
}

// Keep writes the private part into a folder, which is made when absent. A file
// that is there already is an error.
func (k *Key) Keep(dir string) error {
	var private any = k.ec
	if k.ed != nil {
		private = k.ed
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return fmt.Errorf("keep key: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("keep key: %w", err)
	}
	f, err := os.OpenFile(file(dir, k.ID), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("keep key: %w", err)
	}
	err = pem.Encode(f, &pem.Block{Type: "PRIVATE KEY", Bytes: der})
	return errors.Join(err, f.Sync(), f.Close())
}

// Forget removes the private part, so that a key that did not come to be, or
// was retired, signs no more.
func Forget(dir, id string) error {
	if err := os.Remove(file(dir, id)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("forget key: %w", err)
	}
	return nil
}

func file(dir, id string) string { return filepath.Join(dir, filepath.Base(id)+".pem") }

// Load reads the private part of a key, and refuses one that others may read or
// that is not the public part's.
func Load(dir string, p Public) (*Key, error) {
	for _, path := range []string{dir, file(dir, p.ID)} {
		st, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("load key: %w", err)
		}
		if st.Mode().Perm()&0o077 != 0 {
			return nil, fmt.Errorf("load key: %s is open to others (mode %04o); chmod go-rwx", path, st.Mode().Perm())
		}
	}
	b, err := os.ReadFile(file(dir, p.ID))
	if err != nil {
		return nil, fmt.Errorf("load key: %w", err)
	}
	block, rest := pem.Decode(b)
	if block == nil || block.Type != "PRIVATE KEY" || len(rest) != 0 {
		return nil, fmt.Errorf("load key: %s holds no private key", p.ID)
	}
	private, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("load key: %w", err)
	}
	k, public := &Key{Public: p}, any(nil)
	switch x := private.(type) {
	case *ecdsa.PrivateKey:
		k.ec, public = x, &x.PublicKey
	case ed25519.PrivateKey:
		k.ed, public = x, x.Public()
	default:
		return nil, fmt.Errorf("load key: %s is of another kind", p.ID)
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("load key: %w", err)
	}
	if base64.StdEncoding.EncodeToString(der) != p.SPKI {
		return nil, fmt.Errorf("load key: the file of %s holds another key", p.ID)
	}
	_, err = p.parse()
	return k, err
}

// Sign signs a message: 64 bytes, r‖s for ES256. The same message gets the same
// signature (RFC 6979 for ES256), so that what holds one has the same bytes when
// it is made again.
func (k *Key) Sign(msg []byte) ([]byte, error) {
	if k.ed != nil {
		return ed25519.Sign(k.ed, msg), nil
	}
	h := sha256.Sum256(msg)
	return k.signHash(h[:])
}

// signHash signs what has a hash, by ES256.
func (k *Key) signHash(h []byte) ([]byte, error) {
	der, err := k.ec.Sign(nil, h, crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	var sig struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &sig); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	out := make([]byte, 64)
	sig.R.FillBytes(out[:32])
	sig.S.FillBytes(out[32:])
	return out, nil
}

// Note returns the key as a signer of notes in a name; Ed25519 only.
func (k *Key) Note(name string) (note.Signer, error) {
	if k.ed == nil {
		return nil, fmt.Errorf("key %s signs no notes", k.ID)
	}
	v, err := k.NoteVerifier(name)
	if err != nil {
		return nil, err
	}
	return noteSigner{v, k}, nil
}

type noteSigner struct {
	note.Verifier
	key *Key
}

func (s noteSigner) Sign(msg []byte) ([]byte, error) { return s.key.Sign(msg) }

// VKey is the public part as note.NewVerifier reads it.
func (p Public) VKey(name string) (string, error) {
	k, err := p.parse()
	if err != nil {
		return "", err
	}
	ed, ok := k.(ed25519.PublicKey)
	if !ok {
		return "", fmt.Errorf("key %s signs no notes", p.ID)
	}
	return note.NewEd25519VerifierKey(name, ed)
}

// NoteVerifier returns the key as a checker of notes in a name.
func (p Public) NoteVerifier(name string) (note.Verifier, error) {
	v, err := p.VKey(name)
	if err != nil {
		return nil, err
	}
	return note.NewVerifier(v)
}
