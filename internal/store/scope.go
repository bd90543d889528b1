package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
)

// scope is the register as one actor may see it. It is the only thing in this
// room that starts a query on systems and what belongs to them, so that no
// query can forget the tenant: see systems and table, and TestScopeIsTheOnlyDoor.
type scope struct {
	ctx   context.Context
	db    bun.IDB
	enter func(context.Context, bun.IDB, approval.Actor) error // of the engine
	safe  Sealer                                               // opens what lies sealed; nil: nothing does
	actor approval.Actor
	now   time.Time
	past  *approval.AsOf // nil: as it is; see Store.At
}

// systems starts a query on system AS s, narrowed to the actor's body unless
// its capacity is national.
func (c *scope) systems(model any) *bun.SelectQuery {
	q := c.db.NewSelect().Model(model).ModelTableExpr("system AS s")
	return c.narrow(q)
}

// table starts a query on another table joined to its system, narrowed alike.
func (c *scope) table(model any, expr string) *bun.SelectQuery {
	q := c.db.NewSelect().Model(model).ModelTableExpr(expr).Join("JOIN system AS s ON s.id = t.system_id")
	return c.narrow(q)
}

// narrow adds the tenant's predicate, and that of the past.
func (c *scope) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	return c.within(c.there(q), c.owned())
}

// within keeps of a query what a predicate on the actor's body, ?0, and on the past,
// if any, the day ?1 and what is known before ?2, holds for: all
// of it for a national capacity, nothing for one that sees no record.
func (c *scope) within(q *bun.SelectQuery, predicate string) *bun.SelectQuery {
	switch {
	case c.actor.National():
		return q
	case c.actor.Blind():
		return q.Where("1 = 0")
	}
	if c.past != nil {
		return q.Where(predicate, c.actor.Body, string(c.past.On), c.past.Limit().UTC())
	}
	return q.Where(predicate, c.actor.Body)
}

// wide gives f the whole register, for what an act rests on beyond what its actor
// may see: a code taken elsewhere, the decision of the gate. What f finds does
// not leave the room as it is.
func (c *scope) wide(f func(*scope) error) error {
	all := *c
	all.actor = asker()
	if c.actor.National() {
		return f(&all)
	}
	if err := c.enter(c.ctx, c.db, all.actor); err != nil {
		return err
	}
	return errors.Join(f(&all), c.enter(c.ctx, c.db, c.actor))
}

// mine tells whether the actor may write under an owner.
func (c *scope) mine(owner string) bool { return c.actor.Sees(owner) }

// storable makes text fit to be compared with: no stored text holds a NUL, and
// the driver takes none.
func storable(s string) string { return strings.ReplaceAll(s, "\x00", "\uFFFD") }

// shared starts a query on a table that belongs to no tenant.
func (c *scope) shared(model any) *bun.SelectQuery { return c.db.NewSelect().Model(model) }
