package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
)

// Sealer makes texts unreadable to who has the database and not the keys, such
// as keyring.Ring: about, what and where a text is, is bound to it. key names the
// tenant's key, "" is the one in use.
type Sealer interface {
	Seal(tenant, key, about string, plain []byte) (string, error)
	Unseal(sealed, about string) ([]byte, error)
}

// Guard gives the store the keys. It is called before the store is shared.
func (s *Store) Guard(k Sealer) { s.safe = k }

// errKeys is returned where a sealed text is needed and no keys are at hand.
var errKeys = errors.New("the keys are not at hand")

// The rows of plans say where a system is weak: how its controls are met and
// which are not, what was found, what happened to it. They lie sealed under the
// key of the body that owned the system when they were written. In the open stand
// their bones: number, hand, time, and what the database itself looks at.
type bones struct {
	No     int          `json:"no"`
	By     approval.Who `json:"by"`
	At     time.Time    `json:"at"`
	Origin string       `json:"origin,omitempty"` // of an answer: the platform it leans on
	Answer int          `json:"answer,omitempty"` // of a check: what was checked
}

// bonesOf are the bones of a row.
func bonesOf(whole []byte) (string, error) {
	var b bones
	if err := json.Unmarshal(whole, &b); err != nil {
		return "", err
	}
	out, err := json.Marshal(b)
	return string(out), err
}

// aboutRow is what a row of a plan is sealed as.
func aboutRow(code string, no int) string { return fmt.Sprintf("plan:%s/%d", code, no) }

// unseal gives a row its body back.
func (c *scope) unseal(code string, r *saidRow) error {
	if r.Sealed == "" {
		return nil
	}
	if c.safe == nil {
		return errKeys
	}
	whole, err := c.safe.Unseal(r.Sealed, aboutRow(code, r.No))
	if err != nil {
		return err
	}
	if bare, err := bonesOf(whole); err != nil || bare != r.Body {
		return errors.New("what stands in the open is not what is sealed")
	}
	r.Body = string(whole)
	return nil
}

// sealRows seals new rows of a system's plan.
func (w *writing) sealRows(code string, rows []saidRow) error {
	if w.safe == nil {
		return errKeys
	}
	var owners []string
	if err := w.systems((*systemRow)(nil)).ColumnExpr("s.owner").Where("s.code = ?", code).Scan(w.ctx, &owners); err != nil || len(owners) != 1 {
		return fmt.Errorf("look for the owner of %s: %w", code, err)
	}
	for i := range rows {
		if err := w.sealRow(home{owners[0], code}, &rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// sealRow seals a row of a plan.
func (w *writing) sealRow(of home, r *saidRow) (err error) {
	key, err := w.keyOf(of.owner)
	if err != nil {
		return err
	}
	if r.Sealed, err = w.safe.Seal(of.owner, key, aboutRow(of.code, r.No), []byte(r.Body)); err != nil {
		return err
	}
	r.Body, err = bonesOf([]byte(r.Body))
	return err
}

// plansIn starts a query on the rows of plans that are to be sealed anew.
func (c *scope) plansIn(model any, p lot) *bun.SelectQuery {
	q := c.table(model, "plan_row AS t")
	if p.tenant != "" {
		return p.narrow(q, "t", []string{"sealed"})
	}
	if p.ids != nil {
		q = q.Where("s.id IN (?)", bun.List(p.ids))
	}
	return q.Where("t.sealed = ''")
}

// plansLeft counts them.
func plansLeft(c *scope, p lot) (int, error) {
	n, err := c.plansIn((*saidRow)(nil), p).Count(c.ctx)
	return int(n), err
}

// sealPlansAgain seals them.
func sealPlansAgain(w *writing, p lot) (int, error) {
	var rows []saidRow
	if err := w.plansIn(&rows, p).Scan(w.ctx); err != nil {
		return 0, fmt.Errorf("read plans: %w", err)
	}
	if len(rows) > 0 && w.safe == nil {
		return 0, errKeys
	}
	for i := range rows {
		r := &rows[i]
		of := w.homes[r.SystemID]
		var err error
		if p.tenant == "" {
			err = w.sealRow(of, r)
		} else {
			var whole []byte
			if whole, err = w.safe.Unseal(r.Sealed, aboutRow(of.code, r.No)); err == nil {
				r.Sealed, err = w.safe.Seal(p.tenant, p.key, aboutRow(of.code, r.No), whole)
			}
		}
		if err == nil {
			_, err = w.db.NewUpdate().Model(r).Column("body", "sealed").WherePK().Exec(w.ctx)
		}
		if err != nil {
			return 0, fmt.Errorf("seal row %d of the plan of %q: %w", r.No, of.code, err)
		}
	}
	return len(rows), nil
}

// Scour makes a file forget what was overwritten in it; false where the database
// is a server's, whose owner does it (VACUUM FULL).
func (s *Store) Scour(ctx context.Context) (bool, error) {
	e, ok := s.e.(*sqlite)
	if !ok {
		return false, nil
	}
	if err := e.scour(ctx); err != nil {
		return false, fmt.Errorf("scour: %w", err)
	}
	return true, nil
}
