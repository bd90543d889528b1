package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
)

type accountRow struct {
	bun.BaseModel `bun:"table:account,alias:u"`

	Login        string    `bun:"login,pk"`
	Name         string    `bun:"name"`
	Person       string    `bun:"person"`
	Capacity     string    `bun:"capacity"`
	Body         string    `bun:"body"`
	PasswordHash string    `bun:"password_hash"`
	CreatedAt    time.Time `bun:"created_at"`
	DisabledAt   time.Time `bun:"disabled_at,nullzero"`
	Sector       string    `bun:"sector,scanonly"` // of the body
	Text         string    `bun:"text,scanonly"`   // that the name stands for, sealed
}

func toAccount(a identity.Account) accountRow {
	return accountRow{Login: a.Login, Name: cmp.Or(a.NameAs, a.Name), Person: a.Actor.Person, Capacity: string(a.Actor.Capacity), Body: a.Actor.Body, PasswordHash: a.PasswordHash, CreatedAt: a.CreatedAt, DisabledAt: a.DisabledAt}
}

// account converts a row; what the name stands for is told by personal.
func (r accountRow) account() identity.Account {
	a := identity.Account{Login: r.Login, Name: r.Name, PasswordHash: r.PasswordHash, CreatedAt: r.CreatedAt.UTC(),
		Actor: approval.Actor{Person: r.Person, Account: r.Login, Capacity: law.Role(r.Capacity), Body: r.Body, Sector: law.Sector(r.Sector)}}
	if !r.DisabledAt.IsZero() {
		a.DisabledAt = r.DisabledAt.UTC()
	}
	return a
}

// AddAccount creates an account, with its entry. law is the digest of the book
// in force. Only the program itself may: people ask and confirm (identity).
func (s *Store) AddAccount(ctx context.Context, by approval.Actor, at time.Time, law string, a identity.Account) error {
	if by.Capacity != approval.Keeper {
		return errors.New("add account: only the keeper may")
	}
	a.CreatedAt = at.UTC().Truncate(time.Microsecond)
	if err := a.Call(a.Name); err != nil {
		return err
	}
	return s.UpdateAccounts(ctx, by, at, func(tx identity.Tx) error {
		if _, found, err := tx.Account(a.Login); err != nil || found {
			return errors.Join(err, fmt.Errorf("add account %s: it is there already", a.Login))
		}
		after, err := a.Digest()
		if err != nil {
			return err
		}
		if err := tx.PutAccount(a); err != nil {
			return err
		}
		return tx.Append(&approval.Entry{At: at, By: by.Who(), Act: "add-account", Object: a.Object(), After: after, Law: law, Detail: a.Detail()})
	})
}

// accounts loads accounts, by login; narrow picks which.
func (c *scope) accounts(narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]identity.Account, error) {
	var rows []accountRow
	q := c.shared(&rows).ColumnExpr("u.login, u.name, u.person, u.capacity, u.body, u.password_hash, u.created_at, u.disabled_at").
		ColumnExpr("COALESCE(g.sector, 'civil') AS sector").Join("LEFT JOIN agency AS g ON g.code = u.body").
		ColumnExpr("COALESCE(p.sealed, '') AS text").Join("LEFT JOIN personal_text AS p ON p.hash = u.name")
	if err := narrow(q).OrderExpr("u.login").Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load accounts: %w", err)
	}
	all := make([]identity.Account, len(rows))
	for i, r := range rows {
		all[i] = r.account()
		if err := c.called(&all[i], r.Text); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// account loads one; false when there is none.
func (c *scope) account(login string) (a identity.Account, found bool, err error) {
	all, err := c.accounts(func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("u.login = ?", storable(login)) })
	if err != nil || len(all) == 0 {
		return identity.Account{}, false, err
	}
	return all[0], true, nil
}

// Account implements identity.Acts.
func (s *Store) Account(ctx context.Context, login string) (a identity.Account, found bool, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		a, found, err = c.account(login)
		return err
	})
	return a, found, err
}

// Accounts implements identity.Acts.
func (s *Store) Accounts(ctx context.Context) (all []identity.Account, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		all, err = c.accounts(func(q *bun.SelectQuery) *bun.SelectQuery { return q })
		return err
	})
	return all, err
}

// UpdateAccounts implements identity.Acts.
func (s *Store) UpdateAccounts(ctx context.Context, a approval.Actor, at time.Time, f func(identity.Tx) error) error {
	return s.Update(ctx, a, at, func(tx approval.Tx) error {
		w, ok := tx.(*writing)
		if !ok {
			return errors.New("update accounts: foreign transaction")
		}
		return f(accountTx{w})
	})
}

// accountTx is a transaction as identity knows it.
type accountTx struct{ *writing }

// Account implements identity.Tx.
func (t accountTx) Account(login string) (identity.Account, bool, error) { return t.account(login) }

// FactorsOf implements identity.Tx.
func (t accountTx) FactorsOf(login string) ([]identity.Factor, error) { return t.factorsOf(login) }

// PutAccount implements identity.Tx.
func (t accountTx) PutAccount(a identity.Account) error {
	row := toAccount(a)
	_, err := t.db.NewInsert().Model(&row).On("CONFLICT (login) DO UPDATE").Set("name = EXCLUDED.name, capacity = EXCLUDED.capacity, body = EXCLUDED.body, password_hash = EXCLUDED.password_hash, disabled_at = EXCLUDED.disabled_at").Exec(t.ctx)
	if err != nil {
		return fmt.Errorf("put account %s: %w", a.Login, err)
	}
	if err := t.beside(a.Login, a.Beside); err != nil {
		return err
	}
	if _, err := t.db.NewDelete().Model((*sessionRow)(nil)).Where("login = ?", a.Login).Exec(t.ctx); err != nil {
		return fmt.Errorf("end sessions of %s: %w", a.Login, err)
	}
	return nil
}

// accounts compares every account with its last entry, and all that belongs to
// accounts.
func (v *check) accounts() error {
	all, err := v.scope.accounts(func(q *bun.SelectQuery) *bun.SelectQuery { return q })
	if err != nil {
		return err
	}
	for i := range all {
		digest, err := all[i].Digest()
		if err != nil {
			return err
		}
		v.record(all[i].Object(), digest)
		v.named(all[i].Login, all[i].NameAs)
	}
	return errors.Join(v.factorsKept(), v.requestsKept(), v.personalKept())
}
