package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
)

// BodyKey is one turn of the key that a body's texts and documents lie under.
type BodyKey struct {
	Tenant string    `json:"tenant"` // code of the body
	No     int       `json:"no"`     // 1, 2, … of the body
	Key    string    `json:"key"`    // id of the identity in the keyring: what is sealed from Begun on
	Begun  time.Time `json:"begun"`
	Done   time.Time `json:"done,omitzero"` // nothing lies under the key before any more; zero: it is under way
}

// bodyKeyObject names the turns of a body's key in the ledger.
func bodyKeyObject(tenant string) string { return "body-key:" + tenant }

type bodyKeyRow struct {
	bun.BaseModel `bun:"table:body_key,alias:k"`

	Tenant  string    `bun:"tenant,pk"`
	No      int       `bun:"no,pk"`
	Key     string    `bun:"key"`
	BegunAt time.Time `bun:"begun_at"`
	DoneAt  time.Time `bun:"done_at,nullzero"`
}

// bodyKeys loads the turns of the keys of a body, of all for "", in their order.
func (c *scope) bodyKeys(tenant string) ([]BodyKey, error) {
	var rows []bodyKeyRow
	q := c.shared(&rows).OrderExpr("k.tenant, k.no")
	if tenant != "" {
		q = q.Where("k.tenant = ?", storable(tenant))
	}
	if err := q.Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load turned keys: %w", err)
	}
	all := make([]BodyKey, len(rows))
	for i, r := range rows {
		all[i] = BodyKey{Tenant: r.Tenant, No: r.No, Key: r.Key, Begun: r.BegunAt.UTC()}
		if !r.DoneAt.IsZero() {
			all[i].Done = r.DoneAt.UTC()
		}
	}
	return all, nil
}

// BodyKeys returns the turns of all bodies' keys.
func (s *Store) BodyKeys(ctx context.Context) (all []BodyKey, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		all, err = c.bodyKeys("")
		return err
	})
	return all, err
}

// keyOf is what a body's texts are sealed under now: "" before its first turn. It
// is asked of the database, not of the keyring: whoever writes after a turn began
// seals under the new key, whichever process it is.
func (w *writing) keyOf(tenant string) (string, error) {
	if w.bodies == nil {
		all, err := w.bodyKeys("")
		if err != nil {
			return "", err
		}
		w.bodies = map[string]string{}
		for _, k := range all {
			w.bodies[k.Tenant] = k.Key
		}
	}
	return w.bodies[tenant], nil
}

// BeginTurn records that a body's texts are sealed under a new key from now on,
// unless that turn is under way or done already. It returns the turn.
func (s *Store) BeginTurn(ctx context.Context, by approval.Actor, at time.Time, law, tenant, key string) (k BodyKey, err error) {
	err = s.read(ctx, by, func(c *scope) error {
		all, err := c.bodyKeys(tenant)
		if err == nil && len(all) > 0 && all[len(all)-1].Key == key {
			k = all[len(all)-1]
		}
		return err
	})
	if err != nil || k.Key != "" {
		return k, err
	}
	k = BodyKey{Tenant: tenant, Key: key, Begun: at.UTC().Truncate(time.Microsecond)}
	return k, s.keyAct(ctx, by, at, func(w *writing) error {
		all, err := w.bodyKeys(tenant)
		if err != nil {
			return err
		}
		if n := len(all); n > 0 && all[n-1].Done.IsZero() {
			return fmt.Errorf("turn key of %s: the turn to %s is under way", tenant, all[n-1].Key)
		}
		k.No = len(all) + 1
		if err := insert(w, []bodyKeyRow{{Tenant: tenant, No: k.No, Key: key, BegunAt: k.Begun}}); err != nil {
			return err
		}
		return w.turned(by, at, law, "turn-body-key", all, append(all[:len(all):len(all)], k))
	})
}

// SealAgain seals under the key of a turn that is under way what lies under the
// one before, lot by lot, others writing in between; it returns how many rows
// that were. step is called after each lot; an error of it ends the work, which
// can be begun again at any time.
func (s *Store) SealAgain(ctx context.Context, at time.Time, k BodyKey, step func() error) (int, error) {
	held := "s.owner = ?0 OR EXISTS (SELECT 1 FROM transfer AS f WHERE f.system_id = s.id AND f.from_agency = ?0)"
	return s.sealLots(ctx, at, lot{tenant: k.Tenant, key: k.Key}, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where(held, k.Tenant) }, step)
}

// EndTurn records that nothing lies under the key before any more, having looked
// at every text of the register.
func (s *Store) EndTurn(ctx context.Context, by approval.Actor, at time.Time, law string, k BodyKey) error {
	if !k.Done.IsZero() {
		return nil
	}
	return s.keyAct(ctx, by, at, func(w *writing) error {
		for _, t := range sealedTables() {
			n, err := t.left(&w.scope, lot{tenant: k.Tenant, key: k.Key})
			if err == nil && n > 0 {
				err = fmt.Errorf("%d rows of %s lie under another key of %s", n, t.table, k.Tenant)
			}
			if err != nil {
				return fmt.Errorf("end turn: %w", err)
			}
		}
		all, err := w.bodyKeys(k.Tenant)
		if err != nil {
			return err
		}
		if n := len(all); n == 0 || all[n-1] != k {
			return errors.New("end turn: it is not under way")
		}
		before := append([]BodyKey(nil), all...)
		all[len(all)-1].Done = at.UTC().Truncate(time.Microsecond)
		row := bodyKeyRow{Tenant: k.Tenant, No: k.No, DoneAt: all[len(all)-1].Done}
		if _, err := w.db.NewUpdate().Model(&row).Column("done_at").WherePK().Exec(w.ctx); err != nil {
			return fmt.Errorf("end turn: %w", err)
		}
		return w.turned(by, at, law, "end-body-key", before, all)
	})
}

// turned appends the entry of a step of a turn.
func (w *writing) turned(by approval.Actor, at time.Time, law, act string, before, after []BodyKey) error {
	was, err := bodyKeysDigest(before)
	if err != nil {
		return err
	}
	is, err := bodyKeysDigest(after)
	if err != nil {
		return err
	}
	last := after[len(after)-1]
	return w.Append(&approval.Entry{At: at, By: by.Who(), Act: act, Object: bodyKeyObject(last.Tenant), Before: was, After: is, Law: law,
		Detail: map[string]string{"key": last.Key, "no": fmt.Sprint(last.No)}})
}

func bodyKeysDigest(all []BodyKey) (string, error) {
	if len(all) == 0 {
		return "", nil
	}
	return approval.Digest(all)
}

// bodyKeysKept compares the turns of each body's key with their last entry.
func (v *check) bodyKeysKept() error {
	all, err := v.bodyKeys("")
	for len(all) > 0 && err == nil {
		n := 1
		for n < len(all) && all[n].Tenant == all[0].Tenant {
			n++
		}
		var digest string
		digest, err = bodyKeysDigest(all[:n])
		v.record(bodyKeyObject(all[0].Tenant), digest)
		all = all[n:]
	}
	return err
}
