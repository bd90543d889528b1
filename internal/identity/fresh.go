package identity

import (
	"context"
	"errors"

	"capdo/internal/approval"
)

// Fresh tells whether it was made sure lately enough who sits there for an act
// that asks for it: taking data away, changing keys, rights or ways in.
func (d *Desk) Fresh(s *Session) bool {
	now := d.Clock().UTC()
	return d.Policy == Relaxed || !now.Before(s.SureAt) && now.Sub(s.SureAt) < FreshFor
}

// Confirm makes sure who sits there by password and code, with at least what the
// session was opened by. The session goes on under a new token.
func (d *Desk) Confirm(ctx context.Context, a *Account, s *Session, c Claim) (token string, err error) {
	c.Login = a.Login
	by, err := d.shown(ctx, c)
	if err != nil {
		return "", err
	}
	return d.renew(ctx, s, by, c.From)
}

// ConfirmOptions are what a browser is asked to confirm with; false when the
// account has no passkey here.
func (d *Desk) ConfirmOptions(ctx context.Context, a *Account) (options string, has bool, err error) {
	fs, err := d.Store.FactorsOf(ctx, a.Login)
	if err != nil || d.Site == nil || len(used(fs, Passkey)) == 0 {
		return "", false, err
	}
	challenge, err := d.await(ctx, AwaitAssertion, a.Login)
	if err != nil {
		return "", false, err
	}
	options, err = d.assertionOptions(challenge, credentials(fs))
	return options, true, err
}

// ConfirmPasskey is Confirm by a browser's answer to ConfirmOptions.
func (d *Desk) ConfirmPasskey(ctx context.Context, a *Account, s *Session, answer []byte) (token string, err error) {
	f, _, _, err := d.assertion(ctx, AwaitAssertion, answer)
	if err == nil && f.Login != a.Login {
		err = ErrPasskey
	}
	if err != nil {
		return "", d.refusedKey(ctx, a.Login, s.From, err)
	}
	return d.renew(ctx, s, ByPasskey, s.From)
}

// renew carries a session on under a new token, sure from now on.
func (d *Desk) renew(ctx context.Context, s *Session, by Method, from Place) (token string, err error) {
	if by.Strength() < s.Method.Strength() {
		return "", ErrCredentials
	}
	if token, err = newToken(); err != nil {
		return "", err
	}
	next := *s
	next.TokenHash, next.Method = hashToken(token), by
	next.SeenAt = d.Clock().UTC()
	next.SureAt = next.SeenAt
	return token, errors.Join(d.Store.PutSession(ctx, next), d.Store.EndSession(ctx, s.TokenHash), d.note(ctx, Event{Kind: EventSure, Login: s.Login, Method: by, From: from}))
}

// Rewording is a password to be changed by whoever knows the present one.
type Rewording struct {
	Present, Next string
	From          Place
}

// ChangePassword sets another password of one's own. All sessions end; the present
// one goes on under a new token.
func (d *Desk) ChangePassword(ctx context.Context, g *Registrar, a *Account, s *Session, in Rewording) (token string, err error) {
	if a.PasswordHash == "" {
		return "", refuse("present", "password-none", "Tài khoản này không có mật khẩu: đăng nhập bằng khóa truy cập", "This account has no password: it signs in with a passkey")
	}
	if _, err := d.shown(ctx, Claim{Login: a.Login, Password: in.Present, From: in.From}); errors.Is(err, ErrCredentials) {
		return "", refuse("present", "password-wrong", "Mật khẩu hiện tại không đúng", "The present password is wrong")
	} else if err != nil {
		return "", err
	}
	if in.Next == in.Present {
		return "", refuse("password", "password-same", "Chọn mật khẩu khác với mật khẩu hiện tại", "Choose a password other than the present one")
	}
	if err := CheckPassword(a.Login, in.Next); err != nil {
		return "", err
	}
	hash, err := d.Hash.New(ctx, in.Next)
	if err != nil {
		return "", err
	}
	now := g.now()
	err = g.Store.UpdateAccounts(ctx, a.Actor, now, func(tx Tx) error {
		was, found, err := tx.Account(a.Login)
		if err != nil || !found {
			return orElse(err, error(approval.ErrNotFound()))
		}
		next := was
		next.PasswordHash = hash
		return g.putAccount(tx, &was, &next, "set-password", a.Actor, now)
	})
	if err != nil {
		return "", err
	}
	return d.renew(ctx, s, s.Method, in.From)
}

// EndSessions ends every session of an account, with its entry. An administrator
// may, of anybody.
func (g *Registrar) EndSessions(ctx context.Context, a approval.Actor, login, ground string) error {
	if a.Capacity != approval.Administrator {
		return notAdministrator()
	}
	if ground == "" {
		return refuse("ground", "ground-missing", "Nhập lý do kết thúc các phiên", "Enter why the sessions are ended")
	}
	now := g.now()
	return g.Store.UpdateAccounts(ctx, a, now, func(tx Tx) error {
		was, found, err := tx.Account(login)
		if err != nil || !found {
			return orElse(err, error(approval.ErrNotFound()))
		}
		digest, err1 := was.Digest()
		as, err2 := was.ground(ground)
		if err := errors.Join(err1, err2, tx.PutAccount(was)); err != nil {
			return err
		}
		return tx.Append(&approval.Entry{At: now, By: a.Who(), Act: "end-sessions", Object: was.Object(), Before: digest, After: digest, Law: g.Law, Detail: map[string]string{"ground": as}})
	})
}
