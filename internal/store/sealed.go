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
// as keyring.Ring: about, what and where a text is, is bound to it.
type Sealer interface {
	Seal(tenant, about string, plain []byte) (string, error)
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
		r := &rows[i]
		sealed, err := w.safe.Seal(owners[0], aboutRow(code, r.No), []byte(r.Body))
		if err != nil {
			return err
		}
		r.Sealed = sealed
		if r.Body, err = bonesOf([]byte(r.Body)); err != nil {
			return err
		}
	}
	return nil
}

// SealPlans seals the rows of plans that were written before rows were sealed,
// and returns how many. What they say stays the same, so that it is no act on the
// register and leaves no entry.
func (s *Store) SealPlans(ctx context.Context) (n int, err error) {
	err = s.alone(ctx, func(ctx context.Context, tx bun.Tx) error {
		w := &writing{scope: scope{ctx: ctx, db: tx, enter: s.e.enter, safe: s.safe, actor: asker()}}
		var rows []saidRow
		if err := w.table(&rows, "plan_row AS t").Where("t.sealed = ''").OrderExpr("t.system_id, t.no").Scan(ctx); err != nil {
			return fmt.Errorf("read plans: %w", err)
		}
		codes := map[int64]string{}
		for i := range rows {
			r := rows[i : i+1]
			code, err := w.codeOf(codes, r[0].SystemID)
			if err == nil {
				err = w.sealRows(code, r)
			}
			if err == nil {
				_, err = tx.NewUpdate().Model(&r[0]).Column("body", "sealed").WherePK().Exec(ctx)
			}
			if err != nil {
				return fmt.Errorf("seal row %d of the plan of %q: %w", r[0].No, code, err)
			}
		}
		n = len(rows)
		return nil
	})
	return n, err
}

// codeOf is the code of a system, asked for once.
func (c *scope) codeOf(known map[int64]string, id int64) (string, error) {
	if known[id] == "" {
		var code string
		if err := c.systems((*systemRow)(nil)).ColumnExpr("s.code").Where("s.id = ?", id).Scan(c.ctx, &code); err != nil {
			return "", err
		}
		known[id] = code
	}
	return known[id], nil
}

// Scour makes a file forget what was overwritten in it; false where the database
// is a server's, whose owner does it (VACUUM FULL plan_row).
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
