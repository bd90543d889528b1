package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/connection"
	"capdo/internal/machine"
)

type logRow struct {
	bun.BaseModel `bun:"table:gate_log,alias:b"`

	Gateway  string    `bun:"gateway,pk"`
	No       int64     `bun:"no,pk"`
	At       time.Time `bun:"at"`
	Previous string    `bun:"previous"`
	Digest   string    `bun:"digest"`
}

type useRow struct {
	bun.BaseModel `bun:"table:gate_use,alias:x"`

	Gateway  string    `bun:"gateway,pk"`
	ID       string    `bun:"id,pk"`
	LogNo    int64     `bun:"log_no"`
	No       int       `bun:"no"`
	At       time.Time `bun:"at"`
	Consumer string    `bun:"consumer"`
	Provider string    `bun:"provider"`
	Service  string    `bun:"service"`
	Passed   bool      `bun:"passed"`
	Matched  bool      `bun:"matched"`
}

type noteRow struct {
	bun.BaseModel `bun:"table:alarm_note,alias:a"`

	No       int64  `bun:"no,pk,autoincrement"`
	Gateway  string `bun:"gateway"`
	Consumer string `bun:"consumer"`
	Provider string `bun:"provider"`
	Service  string `bun:"service"`
	Through  int64  `bun:"through"`
	Note     string `bun:"note"`
	whoRow
	At time.Time `bun:"at"`
}

func (r useRow) use() connection.Use {
	return connection.Use{ID: r.ID, At: r.At.UTC(), Consumer: r.Consumer, Provider: r.Provider, Service: r.Service, Passed: r.Passed, Matched: r.Matched}
}

func (r noteRow) note() connection.Note {
	return connection.Note{No: r.No, Gateway: r.Gateway, Consumer: r.Consumer, Provider: r.Provider, Service: r.Service, Through: r.Through, Note: r.Note, By: r.who(), At: r.At.UTC()}
}

// logDigest is the canonical form of one log: its lines and the log before it.
func logDigest(r logRow, us []connection.Use) (string, error) {
	return approval.Digest(struct {
		Gateway  string
		No       int64
		At       time.Time
		Previous string
		Uses     []connection.Use
	}{r.Gateway, r.No, r.At.UTC(), r.Previous, us})
}

// uses starts a query on gate_use AS x, narrowed to lines of which a side is the
// actor's body's.
func (c *scope) uses(model any) *bun.SelectQuery {
	q := c.db.NewSelect().Model(model).ModelTableExpr("gate_use AS x")
	if !c.actor.National() {
		q = q.Join("LEFT JOIN system AS s ON s.code = x.consumer").Join("LEFT JOIN system AS p ON p.code = x.provider")
	}
	return c.within(q, "(s.owner = ?0 OR p.owner = ?0)")
}

// errRepeated ends a transaction that has nothing to add.
var errRepeated = errors.New("every line is known")

// AddUses implements connection.LogStore.
func (s *Store) AddUses(ctx context.Context, a approval.Actor, at time.Time, law, gateway string, us []connection.Use) (int, error) {
	added := 0
	err := s.Update(ctx, a, at, func(tx approval.Tx) error {
		w := tx.(*writing)
		fresh, err := w.unknown(gateway, us)
		if err != nil {
			return err
		}
		if added = len(fresh); added == 0 {
			return errRepeated
		}
		var last []logRow
		if err := w.shared(&last).Where("b.gateway = ?", gateway).OrderExpr("b.no DESC").Limit(1).Scan(ctx); err != nil {
			return fmt.Errorf("read logs of %s: %w", gateway, err)
		}
		r := logRow{Gateway: gateway, No: 1, At: at}
		if len(last) > 0 {
			r.No, r.Previous = last[0].No+1, last[0].Digest
		}
		if r.Digest, err = logDigest(r, fresh); err != nil {
			return err
		}
		rows := make([]useRow, len(fresh))
		for i, u := range fresh {
			rows[i] = useRow{Gateway: gateway, ID: u.ID, LogNo: r.No, No: i + 1, At: u.At, Consumer: u.Consumer, Provider: u.Provider, Service: u.Service, Passed: u.Passed, Matched: u.Matched}
		}
		if err := insert(w, []logRow{r}); err != nil {
			return err
		}
		if err := insert(w, rows); err != nil {
			return err
		}
		return w.Append(&approval.Entry{At: at, By: a.Who(), Act: "gatelog", Object: connection.LogObject(gateway), Before: r.Previous, After: r.Digest, Law: law,
			Detail: map[string]string{"lines": fmt.Sprint(added), "log": fmt.Sprint(r.No)}})
	})
	if errors.Is(err, errRepeated) {
		return 0, nil
	}
	return added, err
}

// unknown leaves out the lines whose ids the gateway has reported before, and
// those that stand twice.
func (w *writing) unknown(gateway string, us []connection.Use) ([]connection.Use, error) {
	ids := make([]string, len(us))
	for i, u := range us {
		ids[i] = u.ID
	}
	var known []string
	err := w.wide(func(all *scope) error {
		return all.uses((*useRow)(nil)).ColumnExpr("x.id").Where("x.gateway = ? AND x.id IN (?)", gateway, bun.List(ids)).Scan(w.ctx, &known)
	})
	if err != nil {
		return nil, fmt.Errorf("look for known lines: %w", err)
	}
	seen := map[string]bool{}
	for _, id := range known {
		seen[id] = true
	}
	var fresh []connection.Use
	for _, u := range us {
		if !seen[u.ID] {
			seen[u.ID] = true
			fresh = append(fresh, u)
		}
	}
	return fresh, nil
}

// AddNote implements connection.LogStore.
func (s *Store) AddNote(ctx context.Context, a approval.Actor, law string, n connection.Note) error {
	return s.Update(ctx, a, n.At, func(tx approval.Tx) error {
		w := tx.(*writing)
		count, err := w.shared((*noteRow)(nil)).Count(ctx)
		if err != nil {
			return fmt.Errorf("count notes: %w", err)
		}
		n.No = int64(count) + 1
		digest, err := approval.Digest(n)
		if err != nil {
			return err
		}
		if err := insert(w, []noteRow{{No: n.No, Gateway: n.Gateway, Consumer: n.Consumer, Provider: n.Provider, Service: n.Service, Through: n.Through, Note: n.Note, whoRow: toWho(n.By), At: n.At}}); err != nil {
			return err
		}
		return w.Append(&approval.Entry{At: n.At, By: a.Who(), Act: "alarm.note", Object: n.Object(), After: digest, Law: law,
			Detail: map[string]string{"gateway": n.Gateway, "consumer": n.Consumer, "provider": n.Provider, "service": n.Service, "note": n.Note}})
	})
}

// Alarms implements connection.LogStore.
func (s *Store) Alarms(ctx context.Context, a approval.Actor) (all []connection.Alarm, err error) {
	var rows []struct {
		Gateway, Consumer, Provider, Service string
		N                                    int
		First, Last                          time.Time
		Through                              int64
	}
	err = s.read(ctx, a, func(c *scope) error {
		return c.uses(&rows).ColumnExpr("x.gateway, x.consumer, x.provider, x.service, COUNT(*) AS n, MIN(x.at) AS first, MAX(x.at) AS last, MAX(x.log_no) AS through").
			Join("LEFT JOIN alarm_note AS a ON a.gateway = x.gateway AND a.consumer = x.consumer AND a.provider = x.provider AND a.service = x.service AND a.through >= x.log_no").
			Where("x.passed AND NOT x.matched AND a.no IS NULL").GroupExpr("1, 2, 3, 4").OrderExpr("last DESC").Scan(ctx)
	})
	for _, r := range rows {
		all = append(all, connection.Alarm{Gateway: r.Gateway, Consumer: r.Consumer, Provider: r.Provider, Service: r.Service, Count: r.N, First: r.First.UTC(), Last: r.Last.UTC(), Through: r.Through})
	}
	return all, err
}

// Heard implements connection.LogStore.
func (s *Store) Heard(ctx context.Context, a approval.Actor) (all []connection.Heard, err error) {
	if !a.National() {
		return nil, nil
	}
	var rows []logRow
	var known []machine.Gateway
	err = s.read(ctx, a, func(c *scope) (err error) {
		if known, err = c.gatewaysOf(""); err != nil {
			return err
		}
		return c.shared(&rows).Join("LEFT JOIN gate_log AS l ON l.gateway = b.gateway AND l.no > b.no").Where("l.no IS NULL").Scan(ctx)
	})
	last := map[string]time.Time{}
	for _, r := range rows {
		last[r.Gateway] = r.At.UTC()
	}
	for _, g := range known {
		if _, heard := last[g.Name]; heard || g.Revoked == nil {
			all = append(all, connection.Heard{Gateway: g.Name, Last: last[g.Name], Revoked: g.Revoked != nil})
			delete(last, g.Name)
		}
	}
	for name, at := range last {
		all = append(all, connection.Heard{Gateway: name, Last: at})
	}
	slices.SortFunc(all, func(x, y connection.Heard) int { return strings.Compare(x.Gateway, y.Gateway) })
	return all, err
}

// Used implements connection.LogStore.
func (s *Store) Used(ctx context.Context, a approval.Actor, consumers []string) (all []connection.Used, err error) {
	if len(consumers) == 0 {
		return nil, nil
	}
	var rows []struct {
		Gateway, Consumer, Provider, Service string
		Passed                               bool
		N                                    int
		Last                                 time.Time
	}
	err = s.read(ctx, a, func(c *scope) error {
		return c.uses(&rows).ColumnExpr("x.gateway, x.consumer, x.provider, x.service, x.passed, COUNT(*) AS n, MAX(x.at) AS last").
			Where("x.consumer IN (?)", bun.List(consumers)).GroupExpr("1, 2, 3, 4, 5").OrderExpr("1, 2, 3, 4, 5").Scan(ctx)
	})
	for _, r := range rows {
		u := connection.Used{Gateway: r.Gateway, Consumer: r.Consumer, Provider: r.Provider, Service: r.Service}
		if n := len(all); n > 0 && all[n-1].Gateway == u.Gateway && all[n-1].Consumer == u.Consumer && all[n-1].Provider == u.Provider && all[n-1].Service == u.Service {
			u, all = all[n-1], all[:n-1]
		}
		if r.Passed {
			u.Passed = r.N
		} else {
			u.Stopped = r.N
		}
		if last := r.Last.UTC(); last.After(u.Last) {
			u.Last = last
		}
		all = append(all, u)
	}
	return all, err
}

// logs follows the chain of every gateway's log and compares it with its entry.
func (v *check) logs() error {
	var rows []logRow
	if err := v.shared(&rows).OrderExpr("b.gateway, b.no").Scan(v.ctx); err != nil {
		return fmt.Errorf("read logs: %w", err)
	}
	lines := 0
	for i, r := range rows {
		var us []useRow
		if err := v.uses(&us).Where("x.gateway = ? AND x.log_no = ?", r.Gateway, r.No).OrderExpr("x.no").Scan(v.ctx); err != nil {
			return fmt.Errorf("read lines of %s: %w", r.Gateway, err)
		}
		lines += len(us)
		all := make([]connection.Use, len(us))
		for n, u := range us {
			all[n] = u.use()
			if u.No != n+1 {
				v.blame(-1, connection.LogObject(r.Gateway), "line %d of log %d stands where %d should", u.No, r.No, n+1)
			}
		}
		digest, err := logDigest(r, all)
		if err != nil {
			return err
		}
		first := i == 0 || rows[i-1].Gateway != r.Gateway
		if digest != r.Digest || first && (r.No != 1 || r.Previous != "") || !first && (r.No != rows[i-1].No+1 || r.Previous != rows[i-1].Digest) {
			v.blame(-1, connection.LogObject(r.Gateway), "log %d is not what was reported", r.No)
		}
		if i == len(rows)-1 || rows[i+1].Gateway != r.Gateway {
			v.record(connection.LogObject(r.Gateway), digest)
		}
	}
	n, err := v.uses((*useRow)(nil)).Count(v.ctx)
	if err == nil && int(n) != lines {
		v.blame(-1, "gatelog", "%d lines stand in no log", int(n)-lines)
	}
	return err
}

// notes compares every note on an alarm with its entry.
func (v *check) notes() error {
	var rows []noteRow
	if err := v.shared(&rows).OrderExpr("a.no").Scan(v.ctx); err != nil {
		return fmt.Errorf("read notes: %w", err)
	}
	for _, r := range rows {
		n := r.note()
		digest, err := approval.Digest(n)
		if err != nil {
			return err
		}
		v.record(n.Object(), digest)
	}
	return nil
}
