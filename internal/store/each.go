package store

import (
	"context"
	"fmt"
	"math"

	"capdo/internal/approval"
)

// Each hands every system in the actor's scope to f, in the order of
// registration, all read at one snapshot. An error of f ends the walk.
func (s *Store) Each(ctx context.Context, a approval.Actor, f func(approval.System) error) error {
	return s.read(ctx, a, func(c *scope) error { return c.each(f) })
}

func (c *scope) each(f func(approval.System) error) error {
	for from := int64(math.MinInt64); ; {
		var rows []systemRow
		if err := c.systems(&rows).Where("s.id > ?", from).OrderExpr("s.id").Limit(bulk).Scan(c.ctx); err != nil {
			return fmt.Errorf("read systems: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		all, err := c.assemble(rows)
		if err != nil {
			return err
		}
		for _, x := range all {
			if err := f(x); err != nil {
				return err
			}
		}
		from = rows[len(rows)-1].ID
	}
}
