package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"capdo/internal/approval"
)

// Event is something that happened at the door. It is kept beside the ledger, in
// rows that do not change; SealEvents makes the ledger vouch for them.
type Event struct {
	No     int64
	At     time.Time
	Kind   string // one of the Event kinds
	Login  string // "" where no account bears the name that was typed: it may be a password
	Method Method // "" when nothing was shown
	From   Place
	Why    string // of a refusal
}

// The kinds of Event.
const (
	EventIn      = "in"      // a session was opened
	EventRefused = "refused" // nobody came in
	EventShut    = "shut"    // too many refusals: the password opens nothing for a while
	EventSure    = "sure"    // who sits there was asked again, and is
	EventOut     = "out"     // a session was ended by its owner
	EventOver    = "over"    // a session ended by time
)

// EventKinds are the kinds, in the order in which they are offered.
func EventKinds() []string {
	return []string{EventIn, EventRefused, EventShut, EventSure, EventOut, EventOver}
}

// EventQuery asks for events, the newest first.
type EventQuery struct {
	Login, Kind string // "" for every one
	Before      int64  // number below which they are; 0: from the newest
	Most        int
}

// Doorbook keeps what happened at the door.
type Doorbook interface {
	Note(ctx context.Context, e Event) error
	Events(ctx context.Context, q EventQuery) ([]Event, error)
	// Seen remembers that an account was in use at a time.
	Seen(ctx context.Context, login string, at time.Time) error
	// LastSeen tells when each account was last in use, by login.
	LastSeen(ctx context.Context) (map[string]time.Time, error)
	// SealEvents makes an entry of the ledger vouch for the events before a time that
	// none vouches for yet; none are no act.
	SealEvents(ctx context.Context, a approval.Actor, before, now time.Time, law string) error
	// RecordPolicy appends an entry of the PolicyObject after the last one, unless
	// that says the same. Only the keeper may.
	RecordPolicy(ctx context.Context, a approval.Actor, e approval.Entry) error
}

// note keeps an event of now.
func (d *Desk) note(ctx context.Context, e Event) error {
	e.At, e.From = d.Clock().UTC(), Place{clip(e.From.Agent), clip(e.From.Address)}
	if err := d.Store.Note(ctx, e); err != nil {
		return fmt.Errorf("note what happened: %w", err)
	}
	return nil
}

// Refusals counts the refusals of an account since the session before the present
// one was opened, at most the last 50 events back.
func (d *Desk) Refusals(ctx context.Context, login string) (n int, err error) {
	es, err := d.Store.Events(ctx, EventQuery{Login: login, Most: 50})
	if err != nil {
		return 0, err
	}
	ins := 0
	for _, e := range es {
		switch e.Kind {
		case EventIn:
			if ins++; ins == 2 {
				return n, nil
			}
		case EventRefused:
			n++
		}
	}
	return n, nil
}

// ErrAllDormant is returned where nobody at all came in for the days of the policy:
// it is likelier that the clock is ahead, and there would be nobody left to mend it.
var ErrAllDormant = errors.New("nobody came in for so long that every account would be disabled; is the clock right? None was")

// Sweep disables the accounts that nobody came in by for some days, and tells
// which. Two administrators enable one again.
func (g *Registrar) Sweep(ctx context.Context, a approval.Actor, days int) (shut []string, err error) {
	all, err := g.Store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	seen, err := g.Store.LastSeen(ctx)
	if err != nil {
		return nil, err
	}
	limit := g.now().AddDate(0, 0, -days)
	all = slices.DeleteFunc(all, func(x Account) bool { return x.Disabled() })
	dormant := func(x Account) bool { return !later(seen[x.Login], x.CreatedAt).After(limit) }
	if len(all) > 0 && !slices.ContainsFunc(all, func(x Account) bool { return !dormant(x) }) {
		return nil, ErrAllDormant
	}
	for _, x := range all {
		if !dormant(x) {
			continue
		}
		if err := g.Disable(ctx, a, x.Login, fmt.Sprintf("%d ngày không đăng nhập / %d days without a sign-in", days, days)); err != nil {
			return shut, err
		}
		shut = append(shut, x.Login)
	}
	return shut, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
