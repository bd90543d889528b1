package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"capdo/internal/approval"
)

// Sealer keeps secrets unreadable where they lie. purpose binds a sealed text to
// its place: opened for another it fails.
type Sealer interface {
	Seal(purpose, text string) (string, error)
	Open(purpose, sealed string) (string, error)
}

// OfferApp makes the secret of an authenticator app for an account. Nothing is
// kept yet: it comes back, with a code that it gives, to AddApp.
func (d *Desk) OfferApp(a *Account) (secret, address string, err error) {
	if secret, err = newSecret(); err != nil {
		return "", "", err
	}
	return secret, d.AppAddress(a, secret), nil
}

// AppAddress is the address by which an app on the same device takes a secret.
func (d *Desk) AppAddress(a *Account, secret string) string { return appAddress(a.Login, secret) }

// AddApp adds an authenticator app whose secret gives that code now, in the place
// of the one before.
func (d *Desk) AddApp(ctx context.Context, g *Registrar, a *Account, secret, code string) error {
	raw, err := readSecret(secret)
	if err != nil || len(raw) != totpSecret {
		return refuse("code", "secret", "Tải lại trang để nhận khóa thiết lập mới", "Load the page again for a new setup key")
	}
	step, ok := stepOf(raw, strings.TrimSpace(code), d.Clock())
	if !ok {
		return refuse("code", "code", "Mã không khớp: nhập 6 chữ số đang hiện trong ứng dụng, và kiểm tra giờ của điện thoại", "The code does not fit: enter the 6 digits the app shows now, and check the phone's clock")
	}
	id, err := newToken()
	if err != nil {
		return err
	}
	f := Factor{ID: "totp-" + hashToken(id)[:32], Login: a.Login, Kind: TOTP, Counter: step}
	if f.Secret, err = d.Sealer.Seal(f.ID, secret); err != nil {
		return fmt.Errorf("add app: %w", err)
	}
	return g.instead(ctx, a.Actor, f)
}

// NewRecovery makes a sheet of recovery codes, in the place of the one before.
// They are seen here and never again.
func (d *Desk) NewRecovery(ctx context.Context, g *Registrar, a *Account) (codes []string, err error) {
	id, err := newToken()
	if err != nil {
		return nil, err
	}
	f := Factor{ID: "recovery-" + hashToken(id)[:32], Login: a.Login, Kind: Recovery}
	if codes, f.Secret, err = newCodes(); err != nil {
		return nil, err
	}
	return codes, g.instead(ctx, a.Actor, f)
}

// instead adds a factor of the actor's own and removes those of its kind.
func (g *Registrar) instead(ctx context.Context, a approval.Actor, f Factor) error {
	now := g.now()
	f.AddedAt = now
	return g.Store.UpdateAccounts(ctx, a, now, func(tx Tx) error {
		fs, err := tx.FactorsOf(f.Login)
		if err != nil {
			return err
		}
		for _, old := range used(fs, f.Kind) {
			if err := g.removeFactor(tx, old, a, now); err != nil {
				return err
			}
		}
		return g.addFactor(tx, f, a, now)
	})
}

// second checks the code somebody typed beside the password: that of an app, or a
// recovery code, each of which is good once. "" is no second factor.
func (d *Desk) second(ctx context.Context, a *Account, code string) (Method, error) {
	if code = strings.TrimSpace(code); code == "" {
		return ByPassword, nil
	}
	fs, err := d.Store.FactorsOf(ctx, a.Login)
	if err != nil {
		return "", err
	}
	for _, f := range used(fs, TOTP) {
		text, err := d.Sealer.Open(f.ID, f.Secret)
		if err != nil {
			return "", fmt.Errorf("open secret of %s: %w", f.ID, err)
		}
		raw, err := readSecret(text)
		if err != nil {
			return "", err
		}
		if step, ok := stepOf(raw, code, d.Clock()); ok {
			fresh, err := d.Store.UseFactor(ctx, f.ID, step, d.Clock().UTC())
			if err != nil {
				return "", err
			}
			if fresh {
				return ByCode, nil
			}
		}
	}
	for _, f := range used(fs, Recovery) {
		if _, ok := spend(f.Secret, code); ok {
			return ByRecovery, d.spend(ctx, a, f.ID, code)
		}
	}
	return "", ErrCredentials
}

// spend takes a recovery code off its sheet, with an entry: of two who come with
// one code, one gets in.
func (d *Desk) spend(ctx context.Context, a *Account, id, code string) error {
	now := d.Clock().UTC()
	return d.Store.UpdateAccounts(ctx, a.Actor, now, func(tx Tx) error {
		fs, err := tx.FactorsOf(a.Login)
		if err != nil {
			return err
		}
		for _, f := range used(fs, Recovery) {
			rest, ok := spend(f.Secret, code)
			if f.ID != id || !ok {
				continue
			}
			before, err1 := f.Digest()
			f.Secret = rest
			after, err2 := f.Digest()
			if err := errors.Join(err1, err2, tx.PutFactor(f)); err != nil {
				return err
			}
			return tx.Append(&approval.Entry{At: now, By: a.Actor.Who(), Act: "use-recovery-code", Object: f.Object(), Before: before, After: after, Law: d.Law, Detail: map[string]string{"login": a.Login, "left": fmt.Sprint(len(strings.Fields(rest)))}})
		}
		return ErrCredentials
	})
}

// Words are the words on statements, in their order, of who gives password and
// code again, once for all: they show that the person was asked, and are recorded
// as the weaker thing they are. Only where the policy takes it.
func (d *Desk) Words(ctx context.Context, a *Account, sts []Statement, c Claim) ([]approval.Signed, error) {
	c.Login = a.Login
	by, err := d.shown(ctx, c)
	if err != nil {
		return nil, err
	}
	if by.Strength() < d.Policy.Signs() || by.Strength() < TwoFactors {
		return nil, ErrCredentials
	}
	words, err := sayAll(sts)
	if err != nil {
		return nil, err
	}
	return givenBy(words, approval.Signed{Method: string(by)}), nil
}
