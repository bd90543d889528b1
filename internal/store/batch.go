package store

import (
	"fmt"
	"math"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
)

// Systems implements approval.Batch.
func (c *scope) Systems(codes []string) (map[string]approval.System, error) {
	for i := range codes {
		codes[i] = storable(codes[i])
	}
	var rows []systemRow
	if len(codes) > 0 {
		if err := c.systems(&rows).Where("s.code IN (?)", bun.List(codes)).Scan(c.ctx); err != nil {
			return nil, fmt.Errorf("load %d systems: %w", len(codes), err)
		}
	}
	all, err := c.assemble(rows)
	if err != nil {
		return nil, err
	}
	out := make(map[string]approval.System, len(all))
	for _, s := range all {
		out[s.Code] = s
	}
	return out, nil
}

// Systems is that of the scope; what it loads is also what Save compares with,
// so that a list is not read again system by system. The two share nothing. What the
// list made before is put down.
func (w *writing) Systems(codes []string) (map[string]approval.System, error) {
	if err := w.putDown(); err != nil {
		return nil, err
	}
	out, err := w.scope.Systems(codes)
	if err != nil {
		return nil, err
	}
	w.stored, err = w.scope.Systems(codes)
	return out, err
}

// storedSystem is a system as it is stored now. No other transaction writes
// while this one does, and what this one saves is forgotten here.
func (w *writing) storedSystem(code string) (approval.System, error) {
	if s, ok := w.stored[code]; ok {
		delete(w.stored, code)
		return s, nil
	}
	return w.System(code)
}

// Named implements approval.Batch.
func (c *scope) Named(owner string, f func(name, code string)) error {
	for from := int64(math.MinInt64); ; {
		var rows []systemRow
		if err := c.systems(&rows).ColumnExpr("s.id, s.code, s.name").Where("s.owner = ?", storable(owner)).Where("s.retirement IS NULL").Where("s.id > ?", from).OrderExpr("s.id").Limit(bulk).Scan(c.ctx); err != nil {
			return fmt.Errorf("names of systems of %s: %w", owner, err)
		}
		for _, r := range rows {
			f(r.Name, r.Code)
		}
		if len(rows) < bulk {
			return nil
		}
		from = rows[len(rows)-1].ID
	}
}
