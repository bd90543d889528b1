package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"capdo/internal/approval"
)

// asker is the scope in which the gate reads: every system, nothing to write.
func asker() approval.Actor { return approval.Actor{Capacity: approval.Gateway} }

// Standings returns what is true of each system at an instant, in the order of
// codes, and the head of the ledger, all read at one snapshot. A system that
// is not on the register comes back with Registered false. It is what the gate
// reads.
func (s *Store) Standings(ctx context.Context, at time.Time, codes ...string) (sts []approval.Standing, h approval.Head, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		sts = make([]approval.Standing, len(codes))
		for i, code := range codes {
			if sts[i], err = c.standing(code, at); err != nil {
				return err
			}
		}
		h, err = c.Head()
		return err
	})
	if err != nil {
		return nil, approval.Head{}, err
	}
	return sts, h, nil
}

// standing derives one system's standing, the end of its owner at that time
// included.
func (c *scope) standing(code string, at time.Time) (approval.Standing, error) {
	sys, err := c.System(code)
	if r := (*approval.Refusal)(nil); errors.As(err, &r) && r.Kind == approval.NotFound {
		return approval.Standing{Code: code, At: at}, nil
	}
	if err != nil {
		return approval.Standing{}, err
	}
	st := sys.Standing(at)
	var rows []agencyRow
	if err := c.shared(&rows).Where("g.code = ?", st.Owner).Scan(c.ctx); err != nil {
		return st, fmt.Errorf("load owner of %s: %w", code, err)
	}
	if len(rows) == 1 {
		st.OwnerEnded = rows[0].agency().EndedOn
	}
	return st, nil
}
