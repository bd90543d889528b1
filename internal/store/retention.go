package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/retention"
)

type retentionRow struct {
	bun.BaseModel `bun:"table:retention_row,alias:k"`

	No   int64  `bun:"no,pk"`
	Kind string `bun:"kind"`
	Body string `bun:"body"`
	Upto int64  `bun:"upto"`
}

// retained reads what was said of retention, oldest first.
func (c *scope) retained() ([]retention.Row, error) {
	var rows []retentionRow
	if err := c.shared(&rows).OrderExpr("k.no").Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("read what was said of retention: %w", err)
	}
	out := make([]retention.Row, len(rows))
	for i, r := range rows {
		if err := json.Unmarshal([]byte(r.Body), &out[i]); err != nil {
			return nil, fmt.Errorf("row %d of retention: %w", r.No, err)
		}
		if x := out[i]; x.No != r.No || x.Kind != r.Kind || x.Upto != r.Upto || x.No != int64(i)+1 {
			return nil, fmt.Errorf("row %d of retention is not what it says", r.No)
		}
	}
	return out, nil
}

// Retained implements retention.Store.
func (s *Store) Retained(ctx context.Context) (all []retention.Row, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		all, err = c.retained()
		return err
	})
	return all, err
}

// Retained implements retention.Tx.
func (w *writing) Retained() ([]retention.Row, error) { return w.retained() }

// PastTime implements retention.Store.
func (s *Store) PastTime(ctx context.Context, before time.Time) (old retention.Old, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		old, err = c.pastTime(before)
		return err
	})
	return old, err
}

// PastTime implements retention.Tx.
func (w *writing) PastTime(before time.Time) (retention.Old, error) { return w.pastTime(before) }

// pastTime finds the last seal of which every event is from before a time: what
// it and those before it cover may go.
func (c *scope) pastTime(before time.Time) (old retention.Old, err error) {
	seals, err := c.doorSeals()
	if err != nil {
		return old, err
	}
	for _, r := range seals {
		young, err := c.shared((*doorEventRow)(nil)).Where("d.no <= ? AND d.at >= ?", r.Upto, before).Count(c.ctx)
		if err != nil {
			return old, fmt.Errorf("count what is past its time: %w", err)
		}
		if young > 0 {
			break
		}
		old.Upto = r.Upto
	}
	old.Count, err = c.shared((*doorEventRow)(nil)).Where("d.no <= ?", old.Upto).Count(c.ctx)
	return old, err
}

// ChangeRetention implements retention.Store.
func (s *Store) ChangeRetention(ctx context.Context, a approval.Actor, at time.Time, f func(retention.Tx) error) error {
	return s.Update(ctx, a, at, func(tx approval.Tx) error {
		w, ok := tx.(*writing)
		if !ok {
			return errors.New("change retention: foreign transaction")
		}
		return f(w)
	})
}

// PutRetention implements retention.Tx.
func (w *writing) PutRetention(r retention.Row) error {
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode what is said of retention: %w", err)
	}
	return insert(w, []retentionRow{{No: r.No, Kind: r.Kind, Body: string(body), Upto: r.Upto}})
}

// Purge implements retention.Tx.
func (w *writing) Purge(upto int64) (int64, error) {
	res, err := w.db.NewDelete().Model((*doorEventRow)(nil)).Where("no <= ?", upto).Exec(w.ctx)
	if err != nil {
		return 0, fmt.Errorf("throw events away: %w", err)
	}
	return res.RowsAffected()
}

// thrownAway is the number up to which events went in order.
func (c *scope) thrownAway() (upto int64, err error) {
	rows, err := c.retained()
	for _, r := range rows {
		if r.Kind == retention.Purge {
			upto = max(upto, r.Upto)
		}
	}
	return upto, err
}

// retained compares every row with its entry.
func (v *check) retained() error {
	rows, err := v.scope.retained()
	if err != nil {
		v.blame(-1, "retention", "%v", err)
		return nil
	}
	for i := range rows {
		digest, err := approval.Digest(rows[i])
		if err != nil {
			return err
		}
		v.record(rows[i].Object(), digest)
	}
	return nil
}
