package identity

import (
	"context"
	"fmt"
	"strings"

	"capdo/internal/approval"
)

// Enrolling is what somebody who follows an enrolment link enters. Login and Name
// are asked of the first administrator only.
type Enrolling struct {
	Login, Name string
	Password    string
	From        Place
}

// Enrolment is what an enrolment link is for.
type Enrolment struct {
	First   bool    // the first administrator: the account is made on the way
	Account Account // whose it is otherwise
}

// Enrolment looks at a link without using it up; ErrNotFound when it does not
// work (any more).
func (d *Desk) Enrolment(ctx context.Context, token string) (Enrolment, error) {
	p, ok, err := d.Store.Waits(ctx, hashToken(token), d.Clock().UTC())
	if err != nil {
		return Enrolment{}, fmt.Errorf("look up enrolment: %w", err)
	}
	if !ok || p.Kind != AwaitEnrolment {
		return Enrolment{}, approval.ErrNotFound()
	}
	if p.Login == "" {
		return Enrolment{First: true}, nil
	}
	a, ok, err := d.Store.Account(ctx, p.Login)
	if err != nil {
		return Enrolment{}, fmt.Errorf("look up enrolment: %w", err)
	}
	if !ok || a.Disabled() {
		return Enrolment{}, approval.ErrNotFound()
	}
	return Enrolment{Account: a}, nil
}

// Enrol uses an enrolment link up: the account is made when it is the first, the
// password set, and a session opened. A refusal leaves the link as it was.
func (d *Desk) Enrol(ctx context.Context, g *Registrar, token string, in Enrolling) (session string, err error) {
	what, err := d.Enrolment(ctx, token)
	if err != nil {
		return "", err
	}
	a := what.Account
	if what.First {
		a = Account{Login: strings.TrimSpace(in.Login), Name: strings.TrimSpace(in.Name)}
		a.Actor = approval.Actor{Account: a.Login, Person: a.Login, Capacity: approval.Administrator}
		if err := g.checkFirst(ctx, &a); err != nil {
			return "", err
		}
	}
	if err := CheckPassword(a.Login, in.Password); err != nil {
		return "", err
	}
	hash, err := d.Hash.New(ctx, in.Password)
	if err != nil {
		return "", err
	}
	if _, ok, err := d.Store.TakePending(ctx, hashToken(token), d.Clock().UTC()); err != nil || !ok {
		return "", orElse(err, error(approval.ErrNotFound()))
	}
	if err := g.enrolled(ctx, a, what.First, hash); err != nil {
		return "", err
	}
	return d.open(ctx, a.Login, ByPassword, in.From)
}

// checkFirst refuses a first administrator that cannot be.
func (g *Registrar) checkFirst(ctx context.Context, a *Account) error {
	lacks, err := g.Lacks(ctx)
	if err != nil {
		return err
	}
	if !lacks {
		return approval.ErrNotFound()
	}
	if !ValidLogin(a.Login) {
		return badLogin()
	}
	if _, taken, err := g.Store.Account(ctx, a.Login); err != nil || taken {
		return orElse(err, refuse("login", "login-taken", "Tên đăng nhập này đã có", "This sign-in name is taken"))
	}
	if a.Name == "" {
		a.Name = a.Login
	}
	return nil
}

// enrolled sets the password of who enrolled, and makes the first account. The
// act is the person's own.
func (g *Registrar) enrolled(ctx context.Context, a Account, first bool, hash string) error {
	now := g.now()
	return g.Store.UpdateAccounts(ctx, a.Actor, now, func(tx Tx) error {
		if first {
			a.CreatedAt = now
			if err := a.Call(a.Name); err != nil {
				return err
			}
			if err := g.putAccount(tx, nil, &a, "add-account", a.Actor, now); err != nil {
				return err
			}
		}
		next := a
		next.PasswordHash = hash
		return g.putAccount(tx, &a, &next, "set-password", a.Actor, now)
	})
}
