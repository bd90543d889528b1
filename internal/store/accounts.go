package store

import (
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
}

type sessionRow struct {
	bun.BaseModel `bun:"table:session,alias:n"`

	TokenHash string    `bun:"token_hash,pk"`
	Login     string    `bun:"login"`
	CreatedAt time.Time `bun:"created_at"`
	SeenAt    time.Time `bun:"seen_at"`
}

// accountDigest is the canonical form of an account: what verify compares.
type accountDigest struct {
	Login, Name, Person, Capacity, Body, PasswordHash string
	CreatedAt, DisabledAt                             time.Time
}

func (r accountRow) digest() (string, error) {
	return approval.Digest(accountDigest{r.Login, r.Name, r.Person, r.Capacity, r.Body, r.PasswordHash, r.CreatedAt.UTC(), r.DisabledAt.UTC()})
}

// AccountObject names an account in the ledger.
func AccountObject(login string) string { return "account:" + login }

// AddAccount creates an account, with its entry. law is the digest of the book
// in force.
func (s *Store) AddAccount(ctx context.Context, by approval.Actor, at time.Time, law string, a identity.Account) error {
	if by.Capacity != approval.Keeper {
		return errors.New("add account: only the keeper may")
	}
	return s.Update(ctx, by, at, func(tx approval.Tx) error {
		w, ok := tx.(*writing)
		if !ok {
			return errors.New("add account: foreign transaction")
		}
		row := accountRow{Login: a.Login, Name: a.Name, Person: a.Actor.Person, Capacity: string(a.Actor.Capacity), Body: a.Actor.Body, PasswordHash: a.PasswordHash, CreatedAt: at.UTC().Truncate(time.Microsecond)}
		if _, err := w.db.NewInsert().Model(&row).Exec(w.ctx); err != nil {
			return fmt.Errorf("add account %s: %w", a.Login, err)
		}
		after, err := row.digest()
		if err != nil {
			return err
		}
		return w.Append(&approval.Entry{At: at, By: by.Who(), Act: "add-account", Object: AccountObject(a.Login), After: after, Law: law,
			Detail: map[string]string{"capacity": row.Capacity, "body": row.Body}})
	})
}

// Account implements identity.Store.
func (s *Store) Account(ctx context.Context, login string) (a identity.Account, found bool, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		var rows []accountRow
		err := c.shared(&rows).ColumnExpr("u.login, u.name, u.person, u.capacity, u.body, u.password_hash, u.disabled_at").ColumnExpr("COALESCE(g.sector, 'civil') AS sector").
			Join("LEFT JOIN agency AS g ON g.code = u.body").Where("u.login = ?", storable(login)).Scan(c.ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		r := rows[0]
		found = true
		a = identity.Account{Login: r.Login, Name: r.Name, PasswordHash: r.PasswordHash, Disabled: !r.DisabledAt.IsZero(),
			Actor: approval.Actor{Person: r.Person, Account: r.Login, Capacity: law.Role(r.Capacity), Body: r.Body, Sector: law.Sector(r.Sector)}}
		return nil
	})
	if err != nil {
		return identity.Account{}, false, fmt.Errorf("load account: %w", err)
	}
	return a, found, nil
}

// Session implements identity.Store.
func (s *Store) Session(ctx context.Context, tokenHash string) (n identity.Session, found bool, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		var rows []sessionRow
		if err := c.shared(&rows).Where("n.token_hash = ?", tokenHash).Scan(c.ctx); err != nil || len(rows) == 0 {
			return err
		}
		r := rows[0]
		n, found = identity.Session{TokenHash: r.TokenHash, Login: r.Login, CreatedAt: r.CreatedAt.UTC(), SeenAt: r.SeenAt.UTC()}, true
		return nil
	})
	if err != nil {
		return identity.Session{}, false, fmt.Errorf("load session: %w", err)
	}
	return n, found, nil
}

// PutSession implements identity.Store. Sessions are not acts on the register:
// they leave no entry.
func (s *Store) PutSession(ctx context.Context, n identity.Session) error {
	row := sessionRow{TokenHash: n.TokenHash, Login: n.Login, CreatedAt: n.CreatedAt, SeenAt: n.SeenAt}
	if _, err := s.w.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("put session: %w", err)
	}
	return nil
}

// TouchSession implements identity.Store.
func (s *Store) TouchSession(ctx context.Context, tokenHash string, seen time.Time) error {
	if _, err := s.w.NewUpdate().Model((*sessionRow)(nil)).Set("seen_at = ?", seen).Where("token_hash = ?", tokenHash).Exec(ctx); err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

// EndSession implements identity.Store.
func (s *Store) EndSession(ctx context.Context, tokenHash string) error {
	if _, err := s.w.NewDelete().Model((*sessionRow)(nil)).Where("token_hash = ?", tokenHash).Exec(ctx); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}
