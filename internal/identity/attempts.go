package identity

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// How many sign-ins by password may fail before the password opens nothing for a
// while: TCVN 14423:2026 (as told by third parties) has 5 and 12 hours. It is
// counted by account and address, so that who guesses from elsewhere does not
// shut the owner out; by account alone only far beyond that, and by address
// alone, so that one machine does not try all accounts. Passkeys and identities
// elsewhere are never shut.
const (
	failuresHere    = 5
	failuresAccount = 50
	failuresAddress = 100
	shutFor         = 12 * time.Hour
	forgetAfter     = 24 * time.Hour
)

// Attempts is what is known of sign-ins that failed under a key: a login, an
// address, or both.
type Attempts struct {
	Key      string
	Failures int
	Since    time.Time // of the first of them
	Until    time.Time // till when the password opens nothing under this key; zero: it does
}

// limits are the keys of a claim with how many failures each may have.
func (c *Claim) limits() map[string]int {
	return map[string]int{"both:" + c.Login + "\n" + c.From.Address: failuresHere, "login:" + c.Login: failuresAccount, "address:" + c.From.Address: failuresAddress}
}

// shut tells whether the password opens nothing now for a claim.
func (d *Desk) shut(ctx context.Context, c Claim) (bool, error) {
	now := d.Clock().UTC()
	for key := range c.limits() {
		a, err := d.Store.Attempts(ctx, keyOf(key))
		if err != nil {
			return false, err
		}
		if left := a.Until.Sub(now); left > 0 && left <= shutFor { // more was said by a clock that was ahead
			return true, nil
		}
	}
	return false, nil
}

// failed remembers a failure.
func (d *Desk) failed(ctx context.Context, c Claim) error {
	now := d.Clock().UTC()
	for key, most := range c.limits() {
		a, err := d.Store.Attempts(ctx, keyOf(key))
		if err != nil {
			return err
		}
		if now.Before(a.Since) || now.Sub(a.Since) >= forgetAfter || !a.Until.IsZero() && !now.Before(a.Until) {
			a.Failures, a.Since, a.Until = 0, now, time.Time{}
		}
		if a.Failures++; a.Failures >= most {
			a.Until = now.Add(shutFor)
			if err := d.note(ctx, Event{Kind: EventShut, Method: ByPassword, From: c.From, Why: strings.SplitN(key, ":", 2)[0]}); err != nil {
				return err
			}
		}
		if err := d.Store.PutAttempts(ctx, a); err != nil {
			return fmt.Errorf("remember failure: %w", err)
		}
	}
	return nil
}

// succeeded forgets the failures of who got in from where they got in.
func (d *Desk) succeeded(ctx context.Context, c Claim) error {
	key := keyOf("both:" + c.Login + "\n" + c.From.Address)
	a, err := d.Store.Attempts(ctx, key)
	if err != nil || a.Failures == 0 {
		return err
	}
	return d.Store.PutAttempts(ctx, Attempts{Key: key, Since: d.Clock().UTC()})
}

// keyOf is what a key is kept by: a login is whatever somebody typed, maybe a
// password, so that it is not kept as it is.
func keyOf(key string) string { return hashToken("capdo attempts\n" + key) }
