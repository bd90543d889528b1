package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/review"
)

type remarkRow struct {
	bun.BaseModel `bun:"table:remark,alias:t"`

	SystemID  int64  `bun:"system_id,pk"`
	DossierNo int    `bun:"dossier_no,pk"`
	No        int    `bun:"no,pk"`
	Thread    int    `bun:"thread"`
	Kind      string `bun:"kind"`
	Side      string `bun:"side"`
	Round     int    `bun:"round"`
	Target    string `bun:"target"`
	Internal  bool   `bun:"internal"`
	Text      string `bun:"text"`
	whoRow
	At   time.Time `bun:"at"`
	Code string    `bun:"code,scanonly"` // of the system
}

func (r remarkRow) remark() review.Remark {
	return review.Remark{No: r.No, Thread: r.Thread, Kind: review.Kind(r.Kind), Side: review.Side(r.Side), Round: r.Round, Target: r.Target,
		Internal: r.Internal, Text: r.Text, By: r.who(), At: r.At.UTC()}
}

// UpdateReview implements review.Store.
func (s *Store) UpdateReview(ctx context.Context, a approval.Actor, at time.Time, f func(review.Tx) error) error {
	return s.Update(ctx, a, at, func(tx approval.Tx) error {
		w, ok := tx.(*writing)
		if !ok {
			return errors.New("update review: foreign transaction")
		}
		return f(w)
	})
}

// ViewReview implements review.Store.
func (s *Store) ViewReview(ctx context.Context, a approval.Actor, f func(review.Reader) error) error {
	return s.read(ctx, a, func(c *scope) error { return f(c) })
}

// Remarks implements review.Reader. The system is looked for first.
func (c *scope) Remarks(code string, dossier int) ([]review.Remark, error) {
	n, err := c.systems((*systemRow)(nil)).Where("s.code = ?", storable(code)).Count(c.ctx)
	if err != nil {
		return nil, fmt.Errorf("look for system %s: %w", code, err)
	}
	if n == 0 {
		return nil, approval.ErrNotFound()
	}
	var rows []remarkRow
	err = c.by(c.table(&rows, "remark AS t"), "t.at").Where("s.code = ?", storable(code)).Where("t.dossier_no = ?", dossier).OrderExpr("t.no").Scan(c.ctx)
	if err != nil {
		return nil, fmt.Errorf("load remarks of %s: %w", code, err)
	}
	var rs []review.Remark
	for _, r := range rows {
		if err := follows("remark", r.No, len(rs)); err != nil {
			return nil, err
		}
		if err := c.unveil(code, &r); err != nil {
			return nil, err
		}
		rs = append(rs, r.remark())
	}
	return rs, nil
}

// AddRemark implements review.Tx.
func (w *writing) AddRemark(code string, dossier int, r review.Remark) error {
	s, err := w.System(code)
	if err != nil {
		return err
	}
	w.lives(&s)
	return insert(w, []remarkRow{{SystemID: s.ID, DossierNo: dossier, No: r.No, Thread: r.Thread, Kind: string(r.Kind), Side: string(r.Side), Round: r.Round,
		Target: r.Target, Internal: r.Internal, Text: r.Text, whoRow: toWho(r.By), At: r.At}})
}

// remarks compares the remarks of every dossier with their last entry.
func (v *check) remarks() error {
	var rs []review.Remark
	var last remarkRow
	done := func() error {
		if len(rs) == 0 {
			return nil
		}
		digest, err := approval.Digest(rs)
		if err != nil {
			return err
		}
		v.record(review.Object(last.Code, last.DossierNo), digest)
		rs = nil
		return nil
	}
	from := remarkRow{SystemID: math.MinInt64}
	for {
		var rows []remarkRow
		err := v.table(&rows, "remark AS t").ColumnExpr("t.*, s.code AS code").Where("(t.system_id, t.dossier_no, t.no) > (?, ?, ?)", from.SystemID, from.DossierNo, from.No).
			OrderExpr("t.system_id, t.dossier_no, t.no").Limit(bulk).Scan(v.ctx)
		if err != nil {
			return fmt.Errorf("read remarks: %w", err)
		}
		for _, r := range rows {
			if r.SystemID != last.SystemID || r.DossierNo != last.DossierNo {
				if err := done(); err != nil {
					return err
				}
			}
			if err := v.unveil(r.Code, &r); err != nil {
				v.unreadable(review.Object(r.Code, r.DossierNo), err)
			}
			rs, last = append(rs, r.remark()), r
		}
		if len(rows) < bulk {
			return done()
		}
		from = last
	}
}
