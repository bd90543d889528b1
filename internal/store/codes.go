package store

import (
	"context"
	"fmt"

	"capdo/internal/approval"
)

// Codes returns the code of every system that is not retired, in their order,
// and the head of the ledger they were read at.
func (s *Store) Codes(ctx context.Context) (codes []string, h approval.Head, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		if h, err = c.Head(); err != nil {
			return err
		}
		if err := c.systems((*systemRow)(nil)).ColumnExpr("s.code").Where("s.retired_at IS NULL").OrderExpr("s.code").Scan(c.ctx, &codes); err != nil {
			return fmt.Errorf("read codes: %w", err)
		}
		return nil
	})
	return codes, h, err
}
