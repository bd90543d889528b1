package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"capdo/internal/approval"
)

// VerifyDecisions makes every decision kept with the register anew, as at an
// instant, and compares: each system has one, under its code; one that is known,
// and not past its day by then, is what the record and the law give. past tells
// of a decision that it is not to be compared. It needs Watch.
func (s *Store) VerifyDecisions(ctx context.Context, at time.Time, past func(approval.Decided) bool) (found []Violation, compared int, err error) {
	blame := func(code, format string, args ...any) {
		found = append(found, Violation{-1, approval.SystemObject(code), fmt.Sprintf(format, args...)})
	}
	err = s.read(ctx, asker(), func(c *scope) error {
		k, systems := newCache(0), 0
		for from := int64(math.MinInt64); ; {
			var rows []systemRow
			if err := c.systems(&rows).Where("s.id >= ?", from).OrderExpr("s.id").Limit(bulk).Scan(c.ctx); err != nil {
				return fmt.Errorf("read systems: %w", err)
			}
			all, err := c.assemble(rows)
			if err != nil {
				return err
			}
			kept, err := c.keptOf(rows)
			if err != nil {
				return err
			}
			for i := range all {
				d, ok := kept[all[i].ID]
				switch {
				case !ok:
					blame(all[i].Code, "the decision is missing")
					continue
				case d.Code != all[i].Code:
					blame(all[i].Code, "the decision stands under %q", d.Code)
					continue
				case past(d):
					continue
				}
				st, err := c.standingOf(k, &all[i], at)
				if err != nil {
					return err
				}
				compared++
				if want := s.watch.Judge(st); want != d {
					blame(all[i].Code, "the decision is %x and %x, the record gives %x and %x", d.NDXP, d.NDOP, want.NDXP, want.NDOP)
				}
			}
			systems += len(rows)
			if len(rows) < bulk {
				break
			}
			from = rows[len(rows)-1].ID + 1
		}
		n, err := c.decisions((*judgedRow)(nil)).Count(c.ctx)
		if err == nil && int(n) > systems {
			blame("", "%d decisions for %d systems", n, systems)
		}
		return err
	})
	return found, compared, err
}

// keptOf are the decisions of systems, by their ids.
func (c *scope) keptOf(rows []systemRow) (map[int64]approval.Decided, error) {
	out := map[int64]approval.Decided{}
	if len(rows) == 0 {
		return out, nil
	}
	var ds []judgedRow
	if err := c.decisions(&ds).Where("d.system_id >= ? AND d.system_id <= ?", rows[0].ID, rows[len(rows)-1].ID).Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("read decisions: %w", err)
	}
	for _, d := range ds {
		out[d.SystemID] = d.decided()
	}
	return out, nil
}
