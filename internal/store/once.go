package store

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
)

// onceKept is how long it is remembered what a token did.
const onceKept = 48 * time.Hour

type onceRow struct {
	bun.BaseModel `bun:"table:once,alias:o"`

	Account string    `bun:"account,pk"`
	Token   string    `bun:"token,pk"`
	Body    string    `bun:"body"`
	Object  string    `bun:"object"`
	At      time.Time `bun:"at"`
}

// Done tells whether the actor did something already under the token of ctx: a
// *approval.Repeated then, a refusal when it came with other content.
func (s *Store) Done(ctx context.Context, a approval.Actor) error {
	return s.read(ctx, a, func(c *scope) error { return c.done() })
}

// done looks for the token of the context.
func (c *scope) done() error {
	o, ok := approval.OnceOf(c.ctx)
	if !ok {
		return nil
	}
	var rows []onceRow
	if err := c.shared(&rows).Where("o.account = ? AND o.token = ?", c.actor.Account, storable(o.Token)).Scan(c.ctx); err != nil {
		return fmt.Errorf("look for token: %w", err)
	}
	switch {
	case len(rows) == 0:
		return nil
	case rows[0].Body != o.Body:
		return approval.OtherBody()
	}
	return &approval.Repeated{Object: rows[0].Object}
}

// keepOnce remembers what the token of the context did, in its transaction.
func (w *writing) keepOnce() error {
	o, ok := approval.OnceOf(w.ctx)
	if !ok || w.last == "" {
		return nil
	}
	if _, err := w.db.NewDelete().Model((*onceRow)(nil)).Where("at < ?", w.now.Add(-onceKept)).Exec(w.ctx); err != nil {
		return fmt.Errorf("forget old tokens: %w", err)
	}
	return insert(w, []onceRow{{Account: w.actor.Account, Token: storable(o.Token), Body: o.Body, Object: w.last, At: w.now}})
}
