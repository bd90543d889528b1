package store

import (
	"context"
	"encoding/json"
	"fmt"

	"capdo/internal/approval"
)

// Record implements the pages' Record: the ledger from its end, before a number
// (0 is the end), of one object ("" is all). To anyone but the auditor there is
// no such record.
func (s *Store) Record(ctx context.Context, a approval.Actor, object string, before int64, most int) (es []approval.Entry, err error) {
	if a.Capacity != approval.Auditor {
		return nil, approval.ErrNotFound()
	}
	err = s.read(ctx, a, func(c *scope) error {
		var rows []entryRow
		q := c.shared(&rows).OrderExpr("e.seq DESC").Limit(int64(most))
		if object != "" {
			q = q.Where("e.object = ?", storable(object))
		}
		if before > 0 {
			q = q.Where("e.seq < ?", before)
		}
		if err := q.Scan(ctx); err != nil {
			return fmt.Errorf("read the record: %w", err)
		}
		es = make([]approval.Entry, len(rows))
		for i, r := range rows {
			if err := json.Unmarshal(r.Bytes, &es[i]); err != nil {
				return fmt.Errorf("decode entry %d: %w", r.Seq, err)
			}
			for key, as := range es[i].Detail {
				if es[i].Detail[key], err = c.textOf(as, erased); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return es, err
}
