package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of argon2id: OWASP ASVS 5.0 §11.4.2, t=2, m=19 MiB.
const (
	passes  = 2
	memory  = 19 * 1024 // KiB
	lanes   = 1
	saltLen = 16
	keyLen  = 32
)

// MaxPassword bounds the length of a password in bytes.
const MaxPassword = 1024

// Hasher hashes passwords, a few at a time.
type Hasher struct{ slots chan struct{} }

// NewHasher returns a hasher that runs as many hashes at once as there are
// processors.
func NewHasher() *Hasher { return &Hasher{make(chan struct{}, runtime.NumCPU())} }

// New hashes a password with a fresh salt into a PHC string; ErrTooLong for one
// that Check would never look at.
func (h *Hasher) New(ctx context.Context, password string) (string, error) {
	if len(password) > MaxPassword {
		return "", ErrTooLong
	}
	salt := make([]byte, saltLen)
	if _, err := io.ReadFull(rand.Reader, salt); err != nil {
		return "", fmt.Errorf("make salt: %w", err)
	}
	key, err := h.key(ctx, password, salt)
	if err != nil {
		return "", err
	}
	return phc(salt, key), nil
}

// phc writes salt and key as a PHC string.
func phc(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return cost() + b64.EncodeToString(salt) + "$" + b64.EncodeToString(key)
}

// cost is how every PHC string of ours begins.
func cost() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, memory, passes, lanes)
}

// Check tells whether password gives hash. A hash that is not ours never
// matches.
func (h *Hasher) Check(ctx context.Context, hash, password string) (bool, error) {
	rest, ours := strings.CutPrefix(hash, cost())
	saltText, keyText, two := strings.Cut(rest, "$")
	if !ours || !two || len(password) > MaxPassword {
		return false, nil
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(saltText)
	key, err2 := base64.RawStdEncoding.DecodeString(keyText)
	if err1 != nil || err2 != nil || len(salt) != saltLen || len(key) != keyLen || phc(salt, key) != hash {
		return false, nil
	}
	got, err := h.key(ctx, password, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, key) == 1, nil
}

// key runs argon2id once a slot is free.
func (h *Hasher) key(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash: %w", ctx.Err())
	}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(password), salt, passes, memory, lanes, keyLen), nil
}

// decoy is a hash that no password gives, of the cost of a real one.
func (h *Hasher) decoy() string { return phc(make([]byte, saltLen), make([]byte, keyLen)) }

// MinPassword is the least length of a password, in characters; there is no rule
// of composition (ASVS 5.0, 6.2.1 and 6.2.5: 15 recommended).
const MinPassword = 15

// CheckPassword refuses a password that is too short, too long to be looked at, or
// among the first that somebody would guess.
func CheckPassword(login, password string) error {
	switch n := len([]rune(password)); {
	case n < MinPassword:
		return refuse("password", "password-short", fmt.Sprintf("Mật khẩu cần ít nhất %d ký tự; dùng một câu dễ nhớ", MinPassword), fmt.Sprintf("The password needs %d characters or more; a sentence is easy to remember", MinPassword))
	case len(password) > MaxPassword:
		return refuse("password", "password-long", "Mật khẩu quá dài", "The password is too long")
	}
	bad, err := guessable(strings.ToLower(login), password)
	if err != nil {
		return err
	}
	if bad {
		return refuse("password", "password-common", "Mật khẩu này thuộc loại bị đoán trước tiên; dùng một câu của riêng bạn", "This is among the first passwords that are guessed; use a sentence of your own")
	}
	return nil
}
