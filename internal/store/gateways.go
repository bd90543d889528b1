package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/machine"
)

type gatewayRow struct {
	bun.BaseModel `bun:"table:gateway,alias:y"`

	Name         string    `bun:"name,pk"`
	Version      int64     `bun:"version"`
	Title        string    `bun:"title"`
	Body         string    `bun:"body"`
	SAN          string    `bun:"san"`
	Reach        string    `bun:"reach"`
	RegisteredBy string    `bun:"registered_by"`
	RegisteredAt time.Time `bun:"registered_at"`
	Revoked      *string   `bun:"revoked"`
}

type pinRow struct {
	bun.BaseModel `bun:"table:gateway_pin,alias:k"`

	SPKI    string    `bun:"spki,pk"`
	Gateway string    `bun:"gateway"`
	No      int       `bun:"no"`
	Pub     string    `bun:"pub"`
	FromAt  time.Time `bun:"from_at"`
	UntilAt time.Time `bun:"until_at"`
	MadeBy  string    `bun:"made_by"`
	At      time.Time `bun:"at"`
}

type pinEndRow struct {
	bun.BaseModel `bun:"table:gateway_pin_end,alias:q"`

	SPKI  string `bun:"spki,pk"`
	Ended string `bun:"ended"`
}

type assertionRow struct {
	bun.BaseModel `bun:"table:gateway_assertion,alias:j"`

	Gateway string    `bun:"gateway,pk"`
	JTI     string    `bun:"jti,pk"`
	UntilAt time.Time `bun:"until_at"`
}

// machines starts a query on gateways, narrowed to those the actor's body runs
// unless its capacity is national.
func (c *scope) machines(model any) *bun.SelectQuery {
	q := c.db.NewSelect().Model(model)
	if c.actor.Capacity == approval.Administrator { // runs them, and sees nothing of what they ask about
		return q
	}
	return c.within(q, "y.body = ?0")
}

// gatewaysOf loads gateways with their pins; name "" is all of them.
func (c *scope) gatewaysOf(name string) ([]machine.Gateway, error) {
	var rows []gatewayRow
	q := c.machines(&rows).OrderExpr("y.name")
	if name != "" {
		q = q.Where("y.name = ?", storable(name))
	}
	if err := q.Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load gateways: %w", err)
	}
	out, at, names := make([]machine.Gateway, len(rows)), map[string]int{}, make([]string, len(rows))
	for i, r := range rows {
		g, err := r.gateway()
		if err != nil {
			return nil, err
		}
		out[i], at[r.Name], names[i] = g, i, r.Name
	}
	if len(rows) == 0 {
		return nil, nil
	}
	var pins []pinRow
	if err := c.shared(&pins).Where("k.gateway IN (?)", bun.List(names)).OrderExpr("k.gateway, k.no").Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load pins: %w", err)
	}
	ends, err := c.pinEnds(pins)
	if err != nil {
		return nil, err
	}
	for _, r := range pins {
		g := &out[at[r.Gateway]]
		if err := follows("pin", r.No, len(g.Pins)); err != nil {
			return nil, err
		}
		p := machine.Pin{SPKI: r.SPKI, Key: r.Pub, From: r.FromAt.UTC(), Until: r.UntilAt.UTC(), At: r.At.UTC(), Revoked: ends[r.SPKI]}
		if err := json.Unmarshal([]byte(r.MadeBy), &p.By); err != nil {
			return nil, fmt.Errorf("decode pin: %w", err)
		}
		g.Pins = append(g.Pins, p)
	}
	return out, nil
}

// pinEnds loads the ends of pins.
func (c *scope) pinEnds(pins []pinRow) (map[string]*machine.End, error) {
	ends := map[string]*machine.End{}
	if len(pins) == 0 {
		return ends, nil
	}
	spkis := make([]string, len(pins))
	for i, p := range pins {
		spkis[i] = p.SPKI
	}
	var rows []pinEndRow
	if err := c.shared(&rows).Where("q.spki IN (?)", bun.List(spkis)).Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load ends of pins: %w", err)
	}
	for _, r := range rows {
		end, err := fromJSON[machine.End](&r.Ended)
		if err != nil {
			return nil, err
		}
		ends[r.SPKI] = end
	}
	return ends, nil
}

// gateway converts a row without its pins.
func (r gatewayRow) gateway() (g machine.Gateway, err error) {
	g = machine.Gateway{Name: r.Name, Version: r.Version, Title: r.Title, Body: r.Body, SAN: r.SAN, RegisteredAt: r.RegisteredAt.UTC()}
	if err := errors.Join(json.Unmarshal([]byte(r.Reach), &g.Reach), json.Unmarshal([]byte(r.RegisteredBy), &g.RegisteredBy)); err != nil {
		return g, fmt.Errorf("decode gateway %s: %w", r.Name, err)
	}
	g.Revoked, err = fromJSON[machine.End](r.Revoked)
	return g, err
}

// Gateway implements machine.Tx.
func (w *writing) Gateway(name string) (machine.Gateway, error) {
	gs, err := w.gatewaysOf(name)
	if err != nil {
		return machine.Gateway{}, err
	}
	if len(gs) == 0 || name == "" {
		return machine.Gateway{}, machine.ErrNoGateway()
	}
	return gs[0], nil
}

// PinTaken implements machine.Tx: whoever's it is.
func (w *writing) PinTaken(spki string) (bool, error) {
	n, err := w.shared((*pinRow)(nil)).Where("k.spki = ?", spki).Count(w.ctx)
	if err != nil {
		return false, fmt.Errorf("look for pin: %w", err)
	}
	return n > 0, nil
}

// SaveGateway implements machine.Tx.
func (w *writing) SaveGateway(g *machine.Gateway) error {
	reach, err := json.Marshal(g.Reach)
	if err != nil {
		return fmt.Errorf("encode reach: %w", err)
	}
	by, err := json.Marshal(g.RegisteredBy)
	if err != nil {
		return fmt.Errorf("encode registered_by: %w", err)
	}
	row := gatewayRow{Name: g.Name, Version: g.Version + 1, Title: g.Title, Body: g.Body, SAN: g.SAN, Reach: string(reach), RegisteredBy: string(by), RegisteredAt: g.RegisteredAt}
	if row.Revoked, err = toJSON(g.Revoked); err != nil {
		return err
	}
	var old machine.Gateway
	if g.Version == 0 {
		err = insert(w, []gatewayRow{row})
	} else if old, err = w.Gateway(g.Name); err == nil {
		res, failed := w.db.NewUpdate().Model(&row).WherePK().Where("version = ?", g.Version).Exec(w.ctx)
		if failed != nil {
			return fmt.Errorf("save gateway %s: %w", g.Name, failed)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return approval.ErrStale()
		}
	}
	if err != nil {
		return err
	}
	g.Version++
	return w.pins(g, &old)
}

// pins stores new pins and the new ends of old ones.
func (w *writing) pins(g, old *machine.Gateway) error {
	var pins []pinRow
	var ends []pinEndRow
	for i, p := range g.Pins {
		if i >= len(old.Pins) {
			by, err := json.Marshal(p.By)
			if err != nil {
				return fmt.Errorf("encode pin: %w", err)
			}
			pins = append(pins, pinRow{SPKI: p.SPKI, Gateway: g.Name, No: i + 1, Pub: p.Key, FromAt: p.From, UntilAt: p.Until, MadeBy: string(by), At: p.At})
		}
		if p.Revoked != nil && (i >= len(old.Pins) || old.Pins[i].Revoked == nil) {
			end, err := toJSON(p.Revoked)
			if err != nil {
				return err
			}
			ends = append(ends, pinEndRow{SPKI: p.SPKI, Ended: *end})
		}
	}
	if err := insert(w, pins); err != nil {
		return err
	}
	return insert(w, ends)
}

// ChangeGateway implements machine.Store.
func (s *Store) ChangeGateway(ctx context.Context, a approval.Actor, at time.Time, f func(machine.Tx) error) error {
	return s.Update(ctx, a, at, func(tx approval.Tx) error {
		w, ok := tx.(*writing)
		if !ok {
			return errors.New("change gateway: foreign transaction")
		}
		return f(w)
	})
}

// Gateways implements machine.Store.
func (s *Store) Gateways(ctx context.Context, a approval.Actor) (gs []machine.Gateway, err error) {
	err = s.read(ctx, a, func(c *scope) error {
		gs, err = c.gatewaysOf("")
		return err
	})
	return gs, err
}

// GatewayEntries implements machine.Store.
func (s *Store) GatewayEntries(ctx context.Context, a approval.Actor, name string) (es []approval.Entry, err error) {
	err = s.read(ctx, a, func(c *scope) error {
		gs, err := c.gatewaysOf(name)
		if err != nil {
			return err
		}
		if len(gs) == 0 || name == "" {
			return machine.ErrNoGateway()
		}
		var rows []entryRow
		if err := c.shared(&rows).Where("e.object = ?", machine.Object(name)).OrderExpr("e.seq").Scan(c.ctx); err != nil {
			return fmt.Errorf("load entries of gateway %s: %w", name, err)
		}
		es = make([]approval.Entry, len(rows))
		for i, r := range rows {
			if err := json.Unmarshal(r.Bytes, &es[i]); err != nil {
				return fmt.Errorf("decode entry %d: %w", r.Seq, err)
			}
		}
		return nil
	})
	return es, err
}

// desk keeps the gateways by their pins as they were when the ledger had a
// certain root: every change of them is an entry there, of this process or of
// another. While nothing at all was committed since the stamp, that is so still.
type desk struct {
	stamp uint64
	head  approval.Head
	byPin map[string]machine.Gateway
}

// GatewayOf implements machine.Store. It costs a look at the stamp until
// something is committed, and a look at the ledger until that grows.
func (s *Store) GatewayOf(ctx context.Context, spki string) (machine.Gateway, bool, error) {
	stamp := s.Stamp() // before what is read
	d := s.desk.Load()
	if d == nil || d.stamp != stamp {
		var err error
		if d, err = s.deskAt(ctx, stamp, d); err != nil {
			return machine.Gateway{}, false, err
		}
		s.desk.Store(d)
	}
	g, ok := d.byPin[spki]
	return g, ok, nil
}

// deskAt reads the gateways, unless the ledger is that of the ones at hand.
func (s *Store) deskAt(ctx context.Context, stamp uint64, had *desk) (d *desk, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		head, err := c.Head()
		if err != nil {
			return err
		}
		if had != nil && had.head == head {
			d = &desk{stamp, head, had.byPin}
			return nil
		}
		all, err := c.gatewaysOf("")
		if err != nil {
			return err
		}
		d = &desk{stamp, head, map[string]machine.Gateway{}}
		for _, one := range all {
			for _, p := range one.Pins {
				d.byPin[p.SPKI] = one
			}
		}
		return nil
	})
	return d, err
}

// SpendAssertion implements machine.Store. Ids that may be forgotten are. Like
// sessions they leave no entry.
func (s *Store) SpendAssertion(ctx context.Context, gateway, id string, now, until time.Time) (fresh bool, err error) {
	err = s.alone(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewDelete().Model((*assertionRow)(nil)).Where("until_at < ?", now.UTC()).Exec(ctx); err != nil {
			return err
		}
		res, err := tx.NewInsert().Model(&assertionRow{Gateway: gateway, JTI: storable(id), UntilAt: until.UTC()}).On("CONFLICT DO NOTHING").Exec(ctx)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		fresh = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("spend assertion: %w", err)
	}
	return fresh, nil
}

// gateways compares every gateway with its last entry.
func (v *check) gateways() error {
	gs, err := v.gatewaysOf("")
	if err != nil {
		return err
	}
	for _, g := range gs {
		digest, err := approval.Digest(g)
		if err != nil {
			return err
		}
		v.record(machine.Object(g.Name), digest)
	}
	return nil
}
