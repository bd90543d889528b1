package store

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/identity"
)

type factorRow struct {
	bun.BaseModel `bun:"table:factor,alias:f"`

	ID        string    `bun:"id,pk"`
	Login     string    `bun:"login"`
	Kind      string    `bun:"kind"`
	Label     string    `bun:"label"`
	Public    string    `bun:"public"`
	Secret    string    `bun:"secret"`
	AddedAt   time.Time `bun:"added_at"`
	RemovedAt time.Time `bun:"removed_at,nullzero"`
	UsedAt    time.Time `bun:"used_at,nullzero"`
	Counter   int64     `bun:"counter"`
}

type pendingRow struct {
	bun.BaseModel `bun:"table:pending,alias:w"`

	Hash    string    `bun:"hash,pk"`
	Kind    string    `bun:"kind"`
	Login   string    `bun:"login"`
	Data    string    `bun:"data"`
	UntilAt time.Time `bun:"until_at"`
}

type attemptRow struct {
	bun.BaseModel `bun:"table:attempt,alias:a"`

	Key      string    `bun:"key,pk"`
	Failures int       `bun:"failures"`
	SinceAt  time.Time `bun:"since_at"`
	UntilAt  time.Time `bun:"until_at"`
}

func (r factorRow) factor() identity.Factor {
	return identity.Factor{ID: r.ID, Login: r.Login, Kind: identity.FactorKind(r.Kind), Label: r.Label, Public: r.Public, Secret: r.Secret,
		AddedAt: r.AddedAt.UTC(), RemovedAt: r.RemovedAt.UTC(), UsedAt: r.UsedAt.UTC(), Counter: r.Counter}
}

// factors loads factors, oldest first; narrow picks which.
func (c *scope) factors(narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]identity.Factor, error) {
	var rows []factorRow
	if err := narrow(c.shared(&rows)).OrderExpr("f.added_at, f.id").Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load factors: %w", err)
	}
	all := make([]identity.Factor, len(rows))
	for i, r := range rows {
		all[i] = r.factor()
	}
	return all, nil
}

func (c *scope) factorsOf(login string) ([]identity.Factor, error) {
	return c.factors(func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("f.login = ?", storable(login)) })
}

// Factor implements identity.Factors.
func (s *Store) Factor(ctx context.Context, id string) (f identity.Factor, found bool, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		all, err := c.factors(func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("f.id = ?", storable(id)) })
		if err == nil && len(all) > 0 {
			f, found = all[0], true
		}
		return err
	})
	return f, found, err
}

// FactorsOf implements identity.Factors.
func (s *Store) FactorsOf(ctx context.Context, login string) (all []identity.Factor, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		all, err = c.factorsOf(login)
		return err
	})
	return all, err
}

// UseFactor implements identity.Factors. One statement compares and raises, so
// that of two who come with one counter one passes.
func (s *Store) UseFactor(ctx context.Context, id string, counter int64, at time.Time) (bool, error) {
	res, err := s.w.NewUpdate().Model((*factorRow)(nil)).Set("counter = ?, used_at = ?", counter, at).
		Where("id = ? AND removed_at IS NULL AND (counter < ? OR (counter = 0 AND ? = 0))", storable(id), counter, counter).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("use factor: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// PutFactor implements identity.Tx.
func (t accountTx) PutFactor(f identity.Factor) error {
	row := factorRow{ID: f.ID, Login: f.Login, Kind: string(f.Kind), Label: f.Label, Public: f.Public, Secret: f.Secret, AddedAt: f.AddedAt, RemovedAt: f.RemovedAt, UsedAt: f.UsedAt, Counter: f.Counter}
	res, err := t.db.NewUpdate().Model(&row).Column("label", "secret", "removed_at").WherePK().Exec(t.ctx)
	if err != nil {
		return fmt.Errorf("put factor: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return insert(t.writing, []factorRow{row})
}

// Waits implements identity.Waiting.
func (s *Store) Waits(ctx context.Context, hash string, now time.Time) (p identity.Pending, found bool, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		p, found, err = c.waits(hash, now)
		return err
	})
	return p, found, err
}

func (c *scope) waits(hash string, now time.Time) (identity.Pending, bool, error) {
	var rows []pendingRow
	if err := c.shared(&rows).Where("w.hash = ? AND w.until_at > ?", hash, now).Scan(c.ctx); err != nil || len(rows) == 0 {
		return identity.Pending{}, false, err
	}
	r := rows[0]
	return identity.Pending{Hash: r.Hash, Kind: r.Kind, Login: r.Login, Data: r.Data, Until: r.UntilAt.UTC()}, true, nil
}

// PutPending implements identity.Waiting, and forgets what nobody came for.
func (s *Store) PutPending(ctx context.Context, p identity.Pending) error {
	return s.w.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewDelete().Model((*pendingRow)(nil)).Where("until_at < ?", p.Until.Add(-pendingKept)).Exec(ctx); err != nil {
			return fmt.Errorf("forget what waits: %w", err)
		}
		row := pendingRow{Hash: p.Hash, Kind: p.Kind, Login: p.Login, Data: p.Data, UntilAt: p.Until}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return fmt.Errorf("put what waits: %w", err)
		}
		return nil
	})
}

// pendingKept is longer than anything waits: what ended so long before something
// new ends is over.
const pendingKept = identity.EnrolFor

// TakePending implements identity.Waiting.
func (s *Store) TakePending(ctx context.Context, hash string, now time.Time) (p identity.Pending, found bool, err error) {
	err = s.w.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if p, found, err = (&scope{ctx: ctx, db: tx}).waits(hash, now); err != nil || !found {
			return err
		}
		_, err := tx.NewDelete().Model((*pendingRow)(nil)).Where("hash = ?", hash).Exec(ctx)
		return err
	})
	if err != nil {
		return identity.Pending{}, false, fmt.Errorf("take what waits: %w", err)
	}
	return p, found, nil
}

// Attempts implements identity.Waiting.
func (s *Store) Attempts(ctx context.Context, key string) (a identity.Attempts, err error) {
	a.Key = key
	err = s.read(ctx, asker(), func(c *scope) error {
		var rows []attemptRow
		if err := c.shared(&rows).Where("a.key = ?", storable(key)).Scan(c.ctx); err != nil || len(rows) == 0 {
			return err
		}
		a.Failures, a.Since, a.Until = rows[0].Failures, rows[0].SinceAt.UTC(), rows[0].UntilAt.UTC()
		return nil
	})
	return a, err
}

// PutAttempts implements identity.Waiting.
func (s *Store) PutAttempts(ctx context.Context, a identity.Attempts) error {
	row := attemptRow{Key: storable(a.Key), Failures: a.Failures, SinceAt: a.Since, UntilAt: a.Until}
	_, err := s.w.NewInsert().Model(&row).On("CONFLICT (key) DO UPDATE").Set("failures = EXCLUDED.failures, since_at = EXCLUDED.since_at, until_at = EXCLUDED.until_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("put attempts: %w", err)
	}
	return nil
}

// factorsKept compares every factor with its last entry.
func (v *check) factorsKept() error {
	all, err := v.factors(func(q *bun.SelectQuery) *bun.SelectQuery { return q })
	if err != nil {
		return err
	}
	for i := range all {
		digest, err := all[i].Digest()
		if err != nil {
			return err
		}
		v.record(all[i].Object(), digest)
	}
	return nil
}
