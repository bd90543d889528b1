package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
)

// Watcher judges every system that a write touches, and is told of the write
// around its commit. The gate's board is one.
type Watcher interface {
	// Judge makes the decision of a system as it stands.
	Judge(approval.Standing) approval.Decided
	// Pattern returns what is to be kept with a decision; false for nothing.
	Pattern(decision uint64) (no int, text string, ok bool)
	// Before is called before the commit, with the size of the ledger that the write
	// found and the decisions as they will be; all means that any other may change
	// too.
	Before(base int64, changes []approval.Decided, all bool)
	// After is called when the commit is made, Lost when nobody knows.
	After(head approval.Head, at time.Time, stamp uint64)
	Lost()
	// Fill offers decisions made anew of what did not change.
	Fill(ds []approval.Decided, head approval.Head)
}

type judgedRow struct {
	bun.BaseModel `bun:"table:gate_decision,alias:d"`

	SystemID int64  `bun:"system_id,pk"`
	Code     string `bun:"code"`
	NDXP     int64  `bun:"ndxp"`
	NDOP     int64  `bun:"ndop"`
}

func (r judgedRow) decided() approval.Decided {
	return approval.Decided{Code: r.Code, NDXP: uint64(r.NDXP), NDOP: uint64(r.NDOP)}
}

type patternRow struct {
	bun.BaseModel `bun:"table:gate_pattern,alias:p"`

	No   int    `bun:"no,pk"`
	Text string `bun:"text"`
}

// decisions starts a query on the decisions; they are the gate's, and no tenant's
// to see.
func (c *scope) decisions(model any) *bun.SelectQuery {
	q := c.db.NewSelect().Model(model)
	if !c.actor.National() {
		q = q.Where("1 = 0")
	}
	return q
}

// Watch tells w of every write from now on. It is called before the store is
// shared.
func (s *Store) Watch(w Watcher) { s.watch = w }

// Stamp moves with every commit on the register, whoever made it.
func (s *Store) Stamp() uint64 { return s.e.now() }

// Decisions reads the decisions kept with the register: the patterns first, then
// every system, at one snapshot; and the ledger's head and last time.
func (s *Store) Decisions(ctx context.Context, pattern func(no int, text string) error, system func(approval.Decided) error) (h approval.Head, at time.Time, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		if err := s.e.heeds(ctx, c.db); err != nil {
			return err
		}
		if h, err = c.Head(); err != nil {
			return err
		}
		if at, err = c.lastTime(); err != nil {
			return err
		}
		var ps []patternRow
		if err := c.shared(&ps).OrderExpr("p.no").Scan(c.ctx); err != nil {
			return fmt.Errorf("read patterns: %w", err)
		}
		for _, p := range ps {
			if err := pattern(p.No, p.Text); err != nil {
				return err
			}
		}
		rows, err := c.decisions((*judgedRow)(nil)).Column("code", "ndxp", "ndop").Rows(c.ctx)
		if err != nil {
			return fmt.Errorf("read decisions: %w", err)
		}
		for rows.Next() {
			var r judgedRow
			if err := rows.Scan(&r.Code, &r.NDXP, &r.NDOP); err != nil {
				return fmt.Errorf("read a decision: %w", err)
			}
			if err := system(r.decided()); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	return h, at, err
}

// lastTime is that of the last entry, the zero time when there is none.
func (c *scope) lastTime() (time.Time, error) {
	var rows []entryRow
	if err := c.shared(&rows).OrderExpr("e.seq DESC").Limit(1).Scan(c.ctx); err != nil || len(rows) == 0 {
		return time.Time{}, err
	}
	var e approval.Entry
	if err := json.Unmarshal(rows[0].Bytes, &e); err != nil {
		return time.Time{}, fmt.Errorf("decode entry %d: %w", rows[0].Seq, err)
	}
	return e.At, nil
}

// touch notes that a system changes in this transaction.
func (w *writing) touch(s *approval.System) {
	if w.touched == nil {
		w.touched = map[string]*approval.System{}
	}
	w.touched[s.Code] = s
}

// reach notes what an entry says of systems beyond those saved. Kinds of objects
// that no decision depends on are named here; any other may change every one.
func (w *writing) reach(object string) {
	kind, of, _ := strings.Cut(object, ":")
	switch kind {
	case "account", "reported", "gateway", "attachment", "plan", "year", "key", "remarks", "consultation", "hold", "delegation", "service", "connection", "subscription", "agency", "statement", "gatelog", "alarm", "backup", "factor", "account-request", "door", "retention", "body-key":
	// Agencies and connections are known to PutAgencies, EndAgency and PutConnection.
	case "system":
		if _, ok := w.touched[of]; !ok {
			w.also = append(w.also, of)
		}
	default:
		w.all = true
	}
}

// decide makes the decisions of what this transaction changed, and keeps them. A
// decision rests on more than the actor may see.
func (w *writing) decide() error { return w.wide(w.decideIn) }

func (w *writing) decideIn(whole *scope) error {
	for _, code := range w.also {
		if s, err := whole.System(code); err != nil {
			w.all = true
		} else if _, ok := w.touched[code]; !ok {
			w.touch(&s)
		}
	}
	if w.all {
		if _, err := w.db.NewUpdate().Model((*judgedRow)(nil)).Set("ndxp = 0").Set("ndop = 0").Where("ndxp <> 0 OR ndop <> 0").Exec(w.ctx); err != nil {
			return fmt.Errorf("forget decisions: %w", err)
		}
	}
	k, codes := newCache(0), slices.Sorted(maps.Keys(w.touched))
	if w.watch != nil && len(codes) > 1 {
		if err := k.unlinked(whole, codes); err != nil {
			return err
		}
	}
	var rows []judgedRow
	for _, code := range codes {
		s := w.touched[code]
		r := judgedRow{SystemID: s.ID, Code: s.Code}
		if w.watch != nil {
			st, err := whole.standingOf(k, s, w.now)
			if err != nil {
				return err
			}
			d := w.watch.Judge(st)
			w.decided = append(w.decided, d)
			r.NDXP, r.NDOP = int64(d.NDXP), int64(d.NDOP)
		}
		rows = append(rows, r)
	}
	return w.keep(rows)
}

// keep stores decisions with the patterns they name; one whose pattern's number
// another process has given away is not known.
func (w *writing) keep(rows []judgedRow) error {
	good := map[int]bool{}
	for i := range rows {
		for _, at := range []*int64{&rows[i].NDXP, &rows[i].NDOP} {
			if *at == 0 {
				continue
			}
			no, text, ok := w.watch.Pattern(uint64(*at))
			if ok {
				known := false
				if ok, known = good[no]; !known {
					var err error
					if ok, err = w.pattern(no, text); err != nil {
						return err
					}
					good[no] = ok
				}
			}
			if !ok {
				*at = 0
			}
		}
	}
	for i := 0; i < len(rows); i += bulk {
		part := rows[i:min(i+bulk, len(rows))]
		if _, err := w.db.NewInsert().Model(&part).On("CONFLICT (system_id) DO UPDATE").Set("code = EXCLUDED.code, ndxp = EXCLUDED.ndxp, ndop = EXCLUDED.ndop").Exec(w.ctx); err != nil {
			return fmt.Errorf("keep decisions: %w", err)
		}
	}
	return nil
}

// pattern keeps a pattern, unless its number means another one.
func (w *writing) pattern(no int, text string) (ok bool, err error) {
	var have []patternRow
	if err := w.shared(&have).Where("p.no = ?", no).Scan(w.ctx); err != nil {
		return false, fmt.Errorf("read pattern %d: %w", no, err)
	}
	if len(have) > 0 {
		return have[0].Text == text, nil
	}
	return true, insert(w, []patternRow{{No: no, Text: text}})
}

// Redecide makes the decisions anew that are not known, or that stale says are
// not worth keeping, as at an instant, a part at a time.
func (s *Store) Redecide(ctx context.Context, at time.Time, stale func(approval.Decided) bool) (made int, err error) {
	for from := int64(math.MinInt64); s.watch != nil; {
		var rows []judgedRow
		var fresh []approval.Decided
		var head approval.Head
		err := s.alone(ctx, func(ctx context.Context, tx bun.Tx) error {
			w := s.hand(ctx, tx)
			w.now = at
			if head, err = w.Head(); err != nil {
				return err
			}
			if err := w.decisions(&rows).Where("d.system_id >= ?", from).OrderExpr("d.system_id").Limit(bulk).Scan(ctx); err != nil {
				return fmt.Errorf("read decisions: %w", err)
			}
			var old []int64
			for _, r := range rows {
				if stale(r.decided()) {
					old = append(old, r.SystemID)
				}
			}
			fresh, err = w.redecide(old, at)
			return err
		})
		if err != nil {
			return made, fmt.Errorf("decide anew: %w", err)
		}
		s.watch.Fill(fresh, head)
		if made += len(fresh); len(rows) < bulk {
			break
		}
		from = rows[len(rows)-1].SystemID + 1
	}
	return made, nil
}

// redecide makes and keeps the decisions of some systems.
func (w *writing) redecide(ids []int64, at time.Time) (ds []approval.Decided, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	all, err := w.byID(ids)
	if err != nil {
		return nil, err
	}
	k := newCache(0)
	var rows []judgedRow
	for i := range all {
		st, err := w.standingOf(k, &all[i], at)
		if err != nil {
			return nil, err
		}
		d := w.watch.Judge(st)
		ds = append(ds, d)
		rows = append(rows, judgedRow{SystemID: all[i].ID, Code: d.Code, NDXP: int64(d.NDXP), NDOP: int64(d.NDOP)})
	}
	return ds, w.keep(rows)
}

// byID loads systems.
func (c *scope) byID(ids []int64) ([]approval.System, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []systemRow
	if err := c.systems(&rows).Where("s.id IN (?)", bun.List(ids)).OrderExpr("s.id").Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load systems: %w", err)
	}
	return c.assemble(rows)
}
