package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// ErrDeposed is returned to who wrote as a leader and is none any more.
var ErrDeposed = errors.New("another process leads by now")

// leadLock is the number of the lock that the leader holds.
const leadLock = 20261123

// epochKey marks a context of leader work with the number of its leader.
type epochKey struct{}

// Lead runs what must be done by one process at a time (the outbox, the
// schedules) whenever this one leads, until ctx is done. f returns when its
// context is done. The lock tells who leads; the number, which grows with each
// leader, keeps back what one still writes that does not know yet that it was
// deposed: a write under the context of f is refused then. On SQLite the one
// process leads.
func (s *Store) Lead(ctx context.Context, f func(context.Context)) {
	e, ok := s.e.(*postgres)
	if !ok {
		f(ctx)
		return
	}
	for ctx.Err() == nil {
		_ = e.leadOnce(ctx, f) // who cannot ask does not lead
		select {
		case <-ctx.Done():
		case <-time.After(poll):
		}
	}
}

// leadOnce leads for as long as the connection lasts that holds the lock, if
// nobody else has it.
func (e *postgres) leadOnce(ctx context.Context, f func(context.Context)) (err error) {
	c, err := e.v.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	var mine bool
	if err := c.QueryRowContext(ctx, "SELECT pg_try_advisory_lock(?)", leadLock).Scan(&mine); err != nil || !mine {
		return err
	}
	defer func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), poll)
		defer cancel()
		_, _ = c.ExecContext(last, "SELECT pg_advisory_unlock(?)", leadLock) // a broken connection has none
	}()
	var epoch int64
	if err := c.QueryRowContext(ctx, "UPDATE leader SET epoch = epoch + 1 WHERE id = 1 RETURNING epoch").Scan(&epoch); err != nil {
		return err
	}
	work, stop := context.WithCancel(context.WithValue(ctx, epochKey{}, epoch))
	defer stop()
	done := make(chan struct{})
	go func() { defer close(done); f(work) }()
	for err == nil {
		select {
		case <-done:
			return nil
		case <-time.After(poll):
			err = e.leads(work, c, epoch)
		}
	}
	stop()
	<-done
	return err
}

// leads asks over the connection that holds the lock whether the number is still
// that of the leader.
func (e *postgres) leads(ctx context.Context, db bun.IDB, epoch int64) error {
	ctx, cancel := context.WithTimeout(ctx, poll)
	defer cancel()
	var now int64
	if err := db.QueryRowContext(ctx, "SELECT epoch FROM leader WHERE id = 1").Scan(&now); err != nil {
		return fmt.Errorf("ask who leads: %w", err)
	}
	if now != epoch {
		return ErrDeposed
	}
	return nil
}

// fence refuses the write of a leader that was deposed.
func (e *postgres) fence(ctx context.Context, tx bun.Tx) error {
	if epoch, ok := ctx.Value(epochKey{}).(int64); ok {
		return e.leads(ctx, tx, epoch)
	}
	return nil
}
