package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/law"
)

type placeRow struct {
	bun.BaseModel `bun:"table:status_place,alias:t"`

	Place    int64  `bun:"place,pk"`
	SystemID int64  `bun:"system_id"`
	Code     string `bun:"code,scanonly"`
}

// systemPrefix begins the object of every system.
const systemPrefix = "system:"

// Roll returns the systems that an entry since a size names, all of them when
// since is 0, at one snapshot.
func (s *Store) Roll(ctx context.Context, since int64) (r approval.Roll, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		if err := s.e.heeds(ctx, c.db); err != nil {
			return err
		}
		if r.Head, err = c.Head(); err != nil {
			return err
		}
		if r.At, err = c.latest(r.Head.Size); err != nil {
			return err
		}
		as, err := c.Agencies()
		if err != nil {
			return err
		}
		r.Ended = map[string]law.Day{}
		for _, a := range as {
			if a.EndedOn != "" {
				r.Ended[a.Code] = a.EndedOn
			}
		}
		return c.enrol(&r, since)
	})
	return r, err
}

// latest is the time of the last entry.
func (c *scope) latest(size int64) (int64, error) {
	if size == 0 {
		return 0, nil
	}
	b, err := Tree{size, c}.Entry(size - 1)
	if err != nil {
		return 0, err
	}
	var e approval.Entry
	if err := json.Unmarshal(b, &e); err != nil {
		return 0, fmt.Errorf("decode entry %d: %w", size-1, err)
	}
	return e.At.UnixMicro(), nil
}

// enrol loads the systems concerned, in the order of their places.
func (c *scope) enrol(r *approval.Roll, since int64) error {
	var codes []string
	if since > 0 {
		if err := c.shared((*entryRow)(nil)).ColumnExpr("DISTINCT substr(e.object, ?)", len(systemPrefix)+1).Where("e.seq >= ? AND e.object LIKE ?", since, systemPrefix+"%").Scan(c.ctx, &codes); err != nil {
			return fmt.Errorf("read what changed: %w", err)
		}
		if len(codes) == 0 {
			return nil
		}
	}
	for from := int64(-1); ; {
		var rows []placeRow
		q := c.table(&rows, "status_place AS t").ColumnExpr("t.place, t.system_id, s.code").Where("t.place > ?", from).OrderExpr("t.place").Limit(bulk)
		if since > 0 {
			q = q.Where("s.code IN (?)", bun.List(codes))
		}
		if err := q.Scan(c.ctx); err != nil {
			return fmt.Errorf("read places: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		ids := make([]int64, len(rows))
		place := make(map[int64]int64, len(rows))
		for i, x := range rows {
			ids[i], place[x.SystemID] = x.SystemID, x.Place
		}
		var systems []systemRow
		if err := c.systems(&systems).Where("s.id IN (?)", bun.List(ids)).OrderExpr("s.id").Scan(c.ctx); err != nil {
			return fmt.Errorf("read systems: %w", err)
		}
		all, err := c.assemble(systems)
		if err != nil {
			return err
		}
		for _, x := range all {
			r.Systems = append(r.Systems, approval.Enrolled{Place: int(place[x.ID]), System: x})
		}
		from = rows[len(rows)-1].Place
	}
}

// places checks that the places are 0, 1, 2, … in the order in which the ledger
// first names the systems.
func (v *check) places() error {
	var rows []placeRow
	if err := v.table(&rows, "status_place AS t").ColumnExpr("t.place, s.code").OrderExpr("t.place").Scan(v.ctx); err != nil {
		return fmt.Errorf("read places: %w", err)
	}
	if len(rows) != len(v.born) {
		v.blame(-1, "ledger", "%d places in the status lists, %d systems in the ledger", len(rows), len(v.born))
	}
	for i, r := range rows[:min(len(rows), len(v.born))] {
		if object := approval.SystemObject(r.Code); r.Place != int64(i) || object != v.born[i] {
			v.blame(-1, object, "place %d in the status lists belongs to %s", r.Place, v.born[i])
		}
	}
	return nil
}
