package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

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

// Roll hands to each, by place, the systems that an entry since a size names, all
// of them when since is 0, and those of the places that begin also asks for when it
// is told how the register stands; all at one snapshot, a few in memory at a time.
func (s *Store) Roll(ctx context.Context, since int64, begin func(approval.Roll) (also []int, err error), each func(approval.Enrolled) error) error {
	return s.read(ctx, asker(), func(c *scope) (err error) {
		if err := s.e.heeds(ctx, c.db); err != nil {
			return err
		}
		var r approval.Roll
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
		also, err := begin(r)
		if err != nil {
			return err
		}
		if since == 0 {
			return c.enrolAll(each)
		}
		if also, err = c.named(since, also); err != nil {
			return err
		}
		for part := range slices.Chunk(also, bulk) {
			if _, err := c.enrol(func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("t.place IN (?)", bun.List(part)) }, each); err != nil {
				return err
			}
		}
		return nil
	})
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

// named adds to places those of the systems that an entry since a size names.
func (c *scope) named(since int64, places []int) ([]int, error) {
	var codes []string
	if err := c.shared((*entryRow)(nil)).ColumnExpr("DISTINCT substr(e.object, ?)", len(systemPrefix)+1).Where("e.seq >= ? AND e.object LIKE ?", since, systemPrefix+"%").Scan(c.ctx, &codes); err != nil {
		return nil, fmt.Errorf("read what changed: %w", err)
	}
	for part := range slices.Chunk(codes, bulk) {
		var some []int
		if err := c.table((*placeRow)(nil), "status_place AS t").ColumnExpr("t.place").Where("s.code IN (?)", bun.List(part)).Scan(c.ctx, &some); err != nil {
			return nil, fmt.Errorf("read places: %w", err)
		}
		places = append(places, some...)
	}
	slices.Sort(places)
	return slices.Compact(places), nil
}

// enrolAll hands every system to each, by place.
func (c *scope) enrolAll(each func(approval.Enrolled) error) error {
	for from := int64(-1); ; {
		last, err := c.enrol(func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("t.place > ?", from).Limit(bulk) }, each)
		if err != nil || last < 0 {
			return err
		}
		from = last
	}
}

// enrol hands to each, by place, the systems of the places that are chosen; last
// is the last place, -1 when there is none.
func (c *scope) enrol(choose func(*bun.SelectQuery) *bun.SelectQuery, each func(approval.Enrolled) error) (last int64, err error) {
	var rows []placeRow
	if err := choose(c.table(&rows, "status_place AS t").ColumnExpr("t.place, t.system_id").OrderExpr("t.place")).Scan(c.ctx); err != nil {
		return -1, fmt.Errorf("read places: %w", err)
	}
	if len(rows) == 0 {
		return -1, nil
	}
	ids := make([]int64, len(rows))
	for i, x := range rows {
		ids[i] = x.SystemID
	}
	all, err := c.byID(ids)
	if err != nil {
		return -1, err
	}
	at := make(map[int64]int, len(all))
	for i := range all {
		at[all[i].ID] = i
	}
	for _, x := range rows {
		if err := each(approval.Enrolled{Place: int(x.Place), System: all[at[x.SystemID]]}); err != nil {
			return -1, err
		}
	}
	return rows[len(rows)-1].Place, nil
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
