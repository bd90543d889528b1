package identity

import (
	"context"
	"time"

	"capdo/internal/approval"
)

// Store is all that the door keeps.
type Store interface {
	Sessions
	Factors
	Waiting
	Acts
	Doorbook
}

// Sessions keeps sessions. Absent is (zero, false, nil). They are no acts on the
// register and leave no entry.
type Sessions interface {
	Session(ctx context.Context, tokenHash string) (Session, bool, error)
	// SessionsOf returns the sessions of a login, the last used first.
	SessionsOf(ctx context.Context, login string) ([]Session, error)
	PutSession(ctx context.Context, s Session) error
	TouchSession(ctx context.Context, tokenHash string, seen time.Time) error
	EndSession(ctx context.Context, tokenHash string) error
}

// Factors answers what somebody may sign in with, and remembers its use.
type Factors interface {
	Factor(ctx context.Context, id string) (Factor, bool, error)
	// FactorsOf returns the factors of a login, those removed too, oldest first.
	FactorsOf(ctx context.Context, login string) ([]Factor, error)
	// UseFactor raises the counter of a factor that is in use; false when the
	// counter is not above the one kept, unless both are 0 (a passkey that counts
	// nothing).
	UseFactor(ctx context.Context, id string, counter int64, at time.Time) (bool, error)
}

// Waiting keeps what is waited for once, and what failed lately.
type Waiting interface {
	// Waits returns what waits under a hash and leaves it there.
	Waits(ctx context.Context, hash string, now time.Time) (Pending, bool, error)
	PutPending(ctx context.Context, p Pending) error
	// TakePending returns what waits under a hash and removes it: one caller gets
	// it. What is past its time is absent.
	TakePending(ctx context.Context, hash string, now time.Time) (Pending, bool, error)
	// Attempts returns what is known of a key; zero but for the key when nothing is.
	Attempts(ctx context.Context, key string) (Attempts, error)
	PutAttempts(ctx context.Context, a Attempts) error
}

// Acts is where accounts are read, and the one way to change them.
type Acts interface {
	Account(ctx context.Context, login string) (Account, bool, error)
	// Accounts returns every account, by login.
	Accounts(ctx context.Context) ([]Account, error)
	// Requests returns what administrators asked for, latest first.
	Requests(ctx context.Context) ([]Request, error)
	// UpdateAccounts runs f in one write transaction of the register.
	UpdateAccounts(ctx context.Context, a approval.Actor, at time.Time, f func(Tx) error) error
}

// Tx is one act on accounts.
type Tx interface {
	// Account returns an account as it stands; false when there is none.
	Account(login string) (Account, bool, error)
	// PutAccount stores an account and, when it was there already, ends its sessions:
	// what changed counts from the next request on.
	PutAccount(a Account) error
	FactorsOf(login string) ([]Factor, error)
	PutFactor(f Factor) error
	// Request returns a request; false when there is none.
	Request(id string) (Request, bool, error)
	// PutRequest stores a request, or its answer.
	PutRequest(r Request) error
	Append(e *approval.Entry) error
}
