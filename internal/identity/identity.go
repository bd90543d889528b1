// Package identity tells who is at the door: accounts, passwords, sessions.
//
// A session is a 256-bit random token; only its SHA-256 is kept. It ends after
// IdleLimit without a request and AbsoluteLimit in any case. Passwords are kept
// as argon2id in PHC form. Hashing runs a bounded number at a time, so that a
// flood of sign-ins cannot starve the gate.
package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"capdo/internal/approval"
)

// The life of a session.
const (
	IdleLimit     = 15 * time.Minute
	AbsoluteLimit = 8 * time.Hour
	touchEvery    = time.Minute // how exactly the last request is remembered
)

// The errors of the door. Which of login and password was wrong is not told.
// ErrTooLong is for whoever sets a password.
var (
	ErrCredentials = errors.New("wrong login or password")
	ErrNoSession   = errors.New("no session")
	ErrTooLong     = fmt.Errorf("password above %d bytes", MaxPassword)
)

// Ended stands beside ErrNoSession when a session ended by time: the login whose
// it was.
type Ended struct{ Login string }

// Error says that the session ended.
func (e *Ended) Error() string { return "session of " + e.Login + " ended" }

// Account is a person's way in, in one capacity.
type Account struct {
	Login        string
	Name         string // shown to the person; a post, not a private name
	Actor        approval.Actor
	PasswordHash string // PHC string
	Disabled     bool
}

// Session is one sign-in.
type Session struct {
	TokenHash string // hex SHA-256 of the token
	Login     string
	CreatedAt time.Time
	SeenAt    time.Time
}

// Store keeps accounts and sessions. Absent is (zero, false, nil).
type Store interface {
	Account(ctx context.Context, login string) (Account, bool, error)
	Session(ctx context.Context, tokenHash string) (Session, bool, error)
	PutSession(ctx context.Context, s Session) error
	TouchSession(ctx context.Context, tokenHash string, seen time.Time) error
	EndSession(ctx context.Context, tokenHash string) error
}

// Desk signs people in and out.
type Desk struct {
	Store Store
	Clock func() time.Time
	Hash  *Hasher
}

// SignIn checks login and password and opens a session. The work done is the
// same whether the login exists or not.
func (d *Desk) SignIn(ctx context.Context, login, password string) (token string, err error) {
	a, ok, err := d.Store.Account(ctx, login)
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	hash := a.PasswordHash
	if !ok || a.Disabled {
		hash = d.Hash.decoy()
	}
	match, err := d.Hash.Check(ctx, hash, password)
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	if !match || !ok || a.Disabled {
		return "", ErrCredentials
	}
	token, err = newToken()
	if err != nil {
		return "", err
	}
	now := d.Clock().UTC()
	s := Session{TokenHash: hashToken(token), Login: a.Login, CreatedAt: now, SeenAt: now}
	if err := d.Store.PutSession(ctx, s); err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	return token, nil
}

// Account returns whose session the token opens. An account disabled meanwhile
// has none. A session past its limits is ended, and an
// *Ended in the error tells whose it was.
func (d *Desk) Account(ctx context.Context, token string) (Account, error) {
	if token == "" {
		return Account{}, ErrNoSession
	}
	h := hashToken(token)
	s, ok, err := d.Store.Session(ctx, h)
	if err != nil {
		return Account{}, fmt.Errorf("look up session: %w", err)
	}
	if !ok {
		return Account{}, ErrNoSession
	}
	now := d.Clock().UTC()
	if now.Sub(s.SeenAt) >= IdleLimit || now.Sub(s.CreatedAt) >= AbsoluteLimit || now.Before(s.CreatedAt) {
		return Account{}, errors.Join(ErrNoSession, &Ended{s.Login}, d.Store.EndSession(ctx, h))
	}
	a, ok, err := d.Store.Account(ctx, s.Login)
	if err != nil {
		return Account{}, fmt.Errorf("look up account: %w", err)
	}
	if !ok || a.Disabled {
		return Account{}, errors.Join(ErrNoSession, d.Store.EndSession(ctx, h))
	}
	if now.Sub(s.SeenAt) >= touchEvery {
		if err := d.Store.TouchSession(ctx, h, now); err != nil {
			return Account{}, fmt.Errorf("touch session: %w", err)
		}
	}
	return a, nil
}

// SignOut ends the session of the token, if there is one.
func (d *Desk) SignOut(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	return d.Store.EndSession(ctx, hashToken(token))
}

// newToken returns 256 random bits as text.
func newToken() (string, error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(rand.Reader, b); err != nil {
		return "", fmt.Errorf("make token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

func hashToken(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}
