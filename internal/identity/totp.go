package identity

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" // RFC 6238: what authenticator apps speak; HMAC with it is not broken
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Codes by RFC 6238, as authenticator apps have them: six digits, 30 seconds,
// HMAC-SHA-1. A code is good in its own step and in the one before, and once.
const (
	totpStep   = 30 * time.Second
	totpDigits = 6
	totpSecret = 20 // bytes
)

// recoveryCodes is how many codes a sheet has; each is recoveryBytes of chance.
const (
	recoveryCodes = 10
	recoveryBytes = 15
)

// totp is the code of a step.
func totp(secret []byte, step int64) string {
	h := hmac.New(sha1.New, secret)
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(step))
	_, _ = h.Write(b[:]) // never fails
	sum := h.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	n := binary.BigEndian.Uint32(sum[at:at+4]) & 0x7fffffff
	return fmt.Sprintf("%0*d", totpDigits, n%1_000_000)
}

// AppCode is the code that an authenticator app shows for a secret at a time.
func AppCode(secret string, at time.Time) (string, error) {
	raw, err := readSecret(secret)
	if err != nil {
		return "", err
	}
	return totp(raw, at.Unix()/int64(totpStep/time.Second)), nil
}

// stepOf finds the step in which a code is good now, false when it is none.
func stepOf(secret []byte, code string, now time.Time) (int64, bool) {
	step := now.Unix() / int64(totpStep/time.Second)
	for _, s := range []int64{step, step - 1} {
		if hmac.Equal([]byte(totp(secret, s)), []byte(code)) {
			return s, true
		}
	}
	return 0, false
}

// newSecret makes the secret of an authenticator app, base32 as apps show it.
func newSecret() (string, error) {
	b := make([]byte, totpSecret)
	if _, err := io.ReadFull(rand.Reader, b); err != nil {
		return "", fmt.Errorf("make secret: %w", err)
	}
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b), nil
}

// readSecret reads a secret of newSecret.
func readSecret(s string) ([]byte, error) {
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("read secret: %w", err)
	}
	return b, nil
}

// appAddress is the address by which an app takes a secret.
func appAddress(login, secret string) string {
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/capdo:" + login, RawQuery: url.Values{"secret": {secret}, "issuer": {"capdo"}}.Encode()}
	return u.String()
}

// newCodes makes a sheet of recovery codes, and what is kept of them: their
// hashes. A code is 120 bits of chance, so that no slow hash is needed (ASVS 6.5.2:
// from 112).
func newCodes() (codes []string, kept string, err error) {
	var hashes []string
	for range recoveryCodes {
		b := make([]byte, recoveryBytes)
		if _, err := io.ReadFull(rand.Reader, b); err != nil {
			return nil, "", fmt.Errorf("make recovery codes: %w", err)
		}
		text := strings.ToLower(base32.StdEncoding.EncodeToString(b))
		var groups []string
		for part := range slices.Chunk([]byte(text), 4) {
			groups = append(groups, string(part))
		}
		codes = append(codes, strings.Join(groups, "-"))
		hashes = append(hashes, codeHash(text))
	}
	return codes, strings.Join(hashes, "\n"), nil
}

// spend takes a code off a sheet; false when it is not on it.
func spend(kept, code string) (rest string, ok bool) {
	hashes := strings.Fields(kept)
	i := slices.Index(hashes, codeHash(code))
	if i < 0 {
		return kept, false
	}
	return strings.Join(slices.Delete(hashes, i, i+1), "\n"), true
}

// codeHash is what is kept of a recovery code, however it is typed.
func codeHash(code string) string {
	plain := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(code))
	h := sha256.Sum256([]byte("capdo recovery\n" + plain))
	return hex.EncodeToString(h[:])
}
