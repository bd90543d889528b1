package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/review"
)

type holdRow struct {
	bun.BaseModel `bun:"table:hold,alias:t"`

	SystemID  int64  `bun:"system_id,pk"`
	DossierNo int    `bun:"dossier_no,pk"`
	No        int    `bun:"no,pk"`
	Kind      string `bun:"kind"`
	Holder    string `bun:"holder"`
	Login     string `bun:"login"`
	Name      string `bun:"name"`
	Note      string `bun:"note"`
	whoRow
	At   time.Time `bun:"at"`
	Code string    `bun:"code,scanonly"` // of the system
}

func (r holdRow) hold() review.Hold {
	return review.Hold{No: r.No, Kind: review.HoldKind(r.Kind), Holder: r.Holder, Login: r.Login, Name: r.Name, Note: r.Note, By: r.who(), At: r.At.UTC()}
}

// UpdateHolds implements review.HoldStore.
func (s *Store) UpdateHolds(ctx context.Context, a approval.Actor, at time.Time, f func(review.HoldTx) error) error {
	return s.Update(ctx, a, at, func(tx approval.Tx) error {
		w, ok := tx.(*writing)
		if !ok {
			return errors.New("update holds: foreign transaction")
		}
		return f(w)
	})
}

// ViewHolds implements review.HoldStore.
func (s *Store) ViewHolds(ctx context.Context, a approval.Actor, f func(review.HoldReader) error) error {
	return s.read(ctx, a, func(c *scope) error { return f(c) })
}

// held loads the holds in the scope, of one dossier when a system is named.
func (c *scope) held(code string, dossier int) ([]holdRow, error) {
	var rows []holdRow
	q := c.table(&rows, "hold AS t").ColumnExpr("t.*, s.code AS code").OrderExpr("t.system_id, t.dossier_no, t.no")
	if code != "" {
		q = q.Where("s.code = ?", storable(code)).Where("t.dossier_no = ?", dossier)
	}
	if err := c.by(q, "t.at").Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load holds: %w", err)
	}
	return rows, nil
}

// Holds implements review.HoldReader.
func (c *scope) Holds(code string, dossier int) ([]review.Hold, error) {
	rows, err := c.held(code, dossier)
	if err != nil {
		return nil, err
	}
	var hs []review.Hold
	for _, r := range rows {
		if err := follows("hold", r.No, len(hs)); err != nil {
			return nil, err
		}
		h := r.hold()
		if h.Shown, err = c.textOf(h.Name, h.Login); err != nil {
			return nil, err
		}
		hs = append(hs, h)
	}
	return hs, nil
}

// Holders implements review.HoldReader.
func (c *scope) Holders() (map[string]review.Hold, error) {
	rows, err := c.held("", 0)
	if err != nil {
		return nil, err
	}
	all := map[string]review.Hold{}
	for _, r := range rows {
		h := r.hold()
		if h.Shown, err = c.textOf(h.Name, h.Login); err != nil {
			return nil, err
		}
		all[review.HoldObject(r.Code, r.DossierNo)] = h
	}
	return all, nil
}

// Colleagues implements review.HoldReader.
func (c *scope) Colleagues() ([]review.Colleague, error) {
	rows, err := c.accounts(func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("u.capacity = ? AND u.body = ?", string(c.actor.Capacity), c.actor.Body).Where("u.disabled_at IS NULL")
	})
	if err != nil {
		return nil, fmt.Errorf("load colleagues: %w", err)
	}
	cs := make([]review.Colleague, len(rows))
	for i, r := range rows {
		cs[i] = review.Colleague{Person: r.Actor.Person, Login: r.Login, Name: r.Name, NameAs: cmp.Or(r.NameAs, r.Name)}
	}
	return cs, nil
}

// AddHold implements review.HoldTx.
func (w *writing) AddHold(code string, dossier int, h review.Hold) error {
	s, err := w.System(code)
	if err != nil {
		return err
	}
	return insert(w, []holdRow{{SystemID: s.ID, DossierNo: dossier, No: h.No, Kind: string(h.Kind), Holder: h.Holder, Login: h.Login, Name: h.Name, Note: h.Note, whoRow: toWho(h.By), At: h.At}})
}

// holds compares the holds of every dossier with their last entry.
func (v *check) holds() error {
	rows, err := v.held("", 0)
	if err != nil {
		return err
	}
	for i := 0; i < len(rows); {
		first := rows[i]
		var hs []review.Hold
		for ; i < len(rows) && rows[i].SystemID == first.SystemID && rows[i].DossierNo == first.DossierNo; i++ {
			hs = append(hs, rows[i].hold())
		}
		digest, err := approval.Digest(hs)
		if err != nil {
			return err
		}
		v.record(review.HoldObject(first.Code, first.DossierNo), digest)
	}
	return nil
}
