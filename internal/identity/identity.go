// Package identity tells who is at the door: accounts, what they sign in with,
// sessions, and the acts on all of these.
//
// # Sessions
//
// A session is a 256-bit random token; only its SHA-256 is kept. It ends after
// IdleLimit without a request (AdminIdleLimit for who administers) and after
// AbsoluteLimit in any case. The account is read at each request: what changed of
// its rights counts from the next one on, and ends its sessions. A session whose
// method is weaker than the Policy asks of the capacity opens nothing but the
// page where a stronger one is set up. One account has MaxSessions at once at
// most. The limits are tighter than NIST SP 800-63B-4 asks (AAL3: 12 hours, 15
// minutes); none deviates.
//
// Acts that take data away, or change keys, rights or ways in, ask again who sits
// there unless it was asked within FreshFor; the session then goes on under a new
// token. A session opened by an identity elsewhere is ours alone: it ends by our
// limits, and its provider is asked again at every sign-in.
//
// # Passwords
//
// They are kept as argon2id in PHC form. Hashing runs a bounded number at a time,
// so that a flood of sign-ins cannot starve the gate.
//
// # Acts
//
// There is no default account: a register without an administrator enrols one by
// a link that works once. What gives somebody rights is asked for by one
// administrator and confirmed by another person (Registrar). Each act leaves an
// entry in the ledger; no entry holds a secret.
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
	IdleLimit      = 15 * time.Minute
	AdminIdleLimit = 5 * time.Minute
	AbsoluteLimit  = 8 * time.Hour
	MaxSessions    = 5                // of one account; a new one ends the one unused longest
	FreshFor       = 10 * time.Minute // after being asked again, for acts that ask for it
	touchEvery     = time.Minute      // how exactly the last request is remembered
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
	Name         string // shown to the person; a post, not a private name. The login once it was erased
	NameAs       string // what stands for the name in the record, "" in accounts from before: the name itself
	Actor        approval.Actor
	PasswordHash string // PHC string, "" = none opens it
	CreatedAt    time.Time
	DisabledAt   time.Time // zero: enabled

	Beside []Personal // texts about the person that this record, or its entry, newly names
}

// Disabled tells whether it opens nothing.
func (a *Account) Disabled() bool { return !a.DisabledAt.IsZero() }

// Object names an account in the ledger.
func (a *Account) Object() string { return AccountObject(a.Login) }

// AccountObject names an account in the ledger.
func AccountObject(login string) string { return "account:" + login }

// Digest is the canonical form of the account as it stands, hashed.
func (a *Account) Digest() (string, error) {
	return approval.Digest(struct {
		Login, Name, Person, Capacity, Body, PasswordHash string
		CreatedAt, DisabledAt                             time.Time
	}{a.Login, orElse(a.NameAs, a.Name), a.Actor.Person, string(a.Actor.Capacity), a.Actor.Body, a.PasswordHash, a.CreatedAt.UTC(), a.DisabledAt.UTC()})
}

// idle is how long a session of the account lasts without a request.
func (a *Account) idle() time.Duration {
	if a.Actor.Capacity == approval.Administrator {
		return AdminIdleLimit
	}
	return IdleLimit
}

// Session is one sign-in.
type Session struct {
	TokenHash string // hex SHA-256 of the token
	Login     string
	CreatedAt time.Time
	SeenAt    time.Time
	SureAt    time.Time // when it was last made sure who sits there
	Method    Method
	From      Place
}

// Place is where a request comes from, as far as it says.
type Place struct{ Agent, Address string }

// ID names a session to its owner; it does not open it.
func (s *Session) ID() string { return s.TokenHash[:16] }

// Desk signs people in and out.
type Desk struct {
	Store  Store
	Clock  func() time.Time
	Hash   *Hasher
	Policy Policy
	Site   *Site  // nil: no passkeys
	Sealer Sealer // of the secrets of authenticator apps
	Law    string // digest of the book in force
}

// Claim is who somebody says to be, and what they show for it.
type Claim struct {
	Login, Password string
	Code            string // of an authenticator app or a recovery sheet; "" for none
	From            Place
}

// SignIn checks what somebody shows and opens a session.
func (d *Desk) SignIn(ctx context.Context, c Claim) (token string, err error) {
	by, err := d.shown(ctx, c)
	if err != nil {
		return "", err
	}
	return d.open(ctx, c.Login, by, c.From)
}

// shown tells by which method a claim holds; ErrCredentials when it does not. The
// work done is the same whether the login exists or not, and a failure is
// remembered under it either way.
func (d *Desk) shown(ctx context.Context, c Claim) (Method, error) {
	typed := c
	a, ok, err := d.Store.Account(ctx, c.Login)
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	hash := a.PasswordHash
	if !ok || a.Disabled() || hash == "" {
		hash = d.Hash.decoy()
	}
	match, err := d.Hash.Check(ctx, hash, c.Password)
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	shut, err := d.shut(ctx, c)
	if err != nil || shut {
		return "", orElse(err, ErrCredentials) // what was shut is on record already
	}
	if match && ok && !a.Disabled() {
		by, err := d.second(ctx, &a, c.Code)
		if err == nil {
			return by, d.succeeded(ctx, c)
		}
		if !errors.Is(err, ErrCredentials) {
			return "", err
		}
	}
	if !ok {
		c.Login = "" // a name that nobody bears may be a password
	}
	return "", orElse(errors.Join(d.note(ctx, Event{Kind: EventRefused, Login: c.Login, Method: ByPassword, From: c.From, Why: "credentials"}), d.failed(ctx, typed)), ErrCredentials)
}

// OpenBound opens a session for an identity at a provider that vouched for it;
// strong when it did so by two factors. ErrCredentials when no open account is
// bound to it.
func (d *Desk) OpenBound(ctx context.Context, issuer, subject string, strong bool, from Place) (token string, err error) {
	no := func(login string, err error) (string, error) {
		if err != nil {
			return "", err
		}
		return "", orElse(d.note(ctx, Event{Kind: EventRefused, Login: login, Method: ByOIDC, From: from, Why: "bound to no open account"}), ErrCredentials)
	}
	f, ok, err := d.Store.Factor(ctx, BoundID(issuer, subject))
	if err != nil || !ok || f.Kind != OIDC || !f.InUse() {
		return no("", err)
	}
	a, ok, err := d.Store.Account(ctx, f.Login)
	if err != nil || !ok || a.Disabled() {
		return no(f.Login, err)
	}
	if strong {
		return d.open(ctx, a.Login, ByStrong, from)
	}
	return d.open(ctx, a.Login, ByOIDC, from)
}

// open opens a session.
func (d *Desk) open(ctx context.Context, login string, by Method, from Place) (token string, err error) {
	token, err = newToken()
	if err != nil {
		return "", err
	}
	if err := d.makeRoom(ctx, login); err != nil {
		return "", err
	}
	now := d.Clock().UTC()
	s := Session{TokenHash: hashToken(token), Login: login, CreatedAt: now, SeenAt: now, SureAt: now, Method: by, From: Place{clip(from.Agent), clip(from.Address)}}
	if err := d.Store.PutSession(ctx, s); err != nil {
		return "", fmt.Errorf("open session: %w", err)
	}
	return token, errors.Join(d.Store.Seen(ctx, login, now), d.note(ctx, Event{Kind: EventIn, Login: login, Method: by, From: from}))
}

// makeRoom ends the sessions of a login that were unused longest, so that one more
// may be opened.
func (d *Desk) makeRoom(ctx context.Context, login string) error {
	all, err := d.Store.SessionsOf(ctx, login)
	if err != nil {
		return fmt.Errorf("list sessions: %w", err)
	}
	for len(all) >= MaxSessions {
		last := len(all) - 1
		if err := d.Store.EndSession(ctx, all[last].TokenHash); err != nil {
			return fmt.Errorf("make room for a session: %w", err)
		}
		all = all[:last]
	}
	return nil
}

// clip bounds what a request says of itself.
func clip(s string) string { return string([]rune(s)[:min(len([]rune(s)), 200)]) }

// Account returns whose session the token opens, and the session. An account
// disabled meanwhile has none. A session past its limits is ended, and an *Ended
// in the error tells whose it was.
func (d *Desk) Account(ctx context.Context, token string) (Account, Session, error) {
	none := func(errs ...error) (Account, Session, error) {
		return Account{}, Session{}, errors.Join(append([]error{ErrNoSession}, errs...)...)
	}
	if token == "" {
		return none()
	}
	h := hashToken(token)
	s, ok, err := d.Store.Session(ctx, h)
	if err != nil {
		return Account{}, Session{}, fmt.Errorf("look up session: %w", err)
	}
	if !ok {
		return none()
	}
	a, ok, err := d.Store.Account(ctx, s.Login)
	if err != nil {
		return Account{}, Session{}, fmt.Errorf("look up account: %w", err)
	}
	if !ok || a.Disabled() {
		return none(d.Store.EndSession(ctx, h))
	}
	now := d.Clock().UTC()
	if s.over(&a, now) {
		return none(&Ended{s.Login}, d.Store.EndSession(ctx, h), d.note(ctx, Event{Kind: EventOver, Login: s.Login, Method: s.Method, From: s.From}))
	}
	if now.Sub(s.SeenAt) >= touchEvery {
		if err := d.Store.TouchSession(ctx, h, now); err != nil {
			return Account{}, Session{}, fmt.Errorf("touch session: %w", err)
		}
	}
	a.Actor.Assurance = &approval.Assurance{Method: string(s.Method), At: s.CreatedAt}
	return a, s, nil
}

// over tells whether a session of an account is past its limits.
func (s *Session) over(a *Account, now time.Time) bool {
	return now.Sub(s.SeenAt) >= a.idle() || now.Sub(s.CreatedAt) >= AbsoluteLimit || now.Before(s.CreatedAt)
}

// Ends is when a session of an account ends if no further request comes; fixed
// tells that none would lengthen it.
func (d *Desk) Ends(a *Account, s *Session) (at time.Time, fixed bool) {
	seen, now := s.SeenAt, d.Clock().UTC()
	if now.Sub(seen) >= touchEvery {
		seen = now
	}
	if last := s.CreatedAt.Add(AbsoluteLimit); last.Before(seen.Add(a.idle())) {
		return last, true
	}
	return seen.Add(a.idle()), false
}

// Idle is how long a session of an account lasts without a request.
func (d *Desk) Idle(a *Account) time.Duration { return a.idle() }

// Suffices tells whether a session may do what its account may.
func (d *Desk) Suffices(a *Account, s *Session) bool {
	return s.Method.Strength() >= d.Policy.Least(a.Actor.Capacity)
}

// SignOut ends the session of the token, if there is one.
func (d *Desk) SignOut(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	s, ok, err := d.Store.Session(ctx, hashToken(token))
	if err != nil || !ok {
		return err
	}
	return errors.Join(d.Store.EndSession(ctx, s.TokenHash), d.note(ctx, Event{Kind: EventOut, Login: s.Login, Method: s.Method, From: s.From}))
}

// Open are the sessions of an account that have not ended, the last used first.
func (d *Desk) Open(ctx context.Context, a *Account) ([]Session, error) {
	all, err := d.Store.SessionsOf(ctx, a.Login)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	now, open := d.Clock().UTC(), all[:0]
	for _, s := range all {
		if !s.over(a, now) {
			open = append(open, s)
		}
	}
	return open, nil
}

// End ends sessions of an account: the one with that ID, or with "" all but the
// one that is kept. It tells how many.
func (d *Desk) End(ctx context.Context, a *Account, id string, kept *Session) (n int, err error) {
	all, err := d.Store.SessionsOf(ctx, a.Login)
	if err != nil {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	for _, s := range all {
		if id == "" && s.TokenHash == kept.TokenHash || id != "" && s.ID() != id {
			continue
		}
		if err := d.Store.EndSession(ctx, s.TokenHash); err != nil {
			return n, fmt.Errorf("end sessions: %w", err)
		}
		n++
	}
	return n, nil
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
