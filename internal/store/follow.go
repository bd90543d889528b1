package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
)

// channel is where every write is announced with its number.
const channel = "capdo_turn"

// Following is how a replica keeps up with the writes of others.
type Following struct {
	// Lease lets the replica answer from memory for so long after it was last told
	// that nothing changed (gate mode available); whoever writes waits for it. 0: it
	// asks for every answer (gate mode exact).
	Lease time.Duration
	Clock func() time.Time
	// Moved is called when another has written, and when it may have.
	Moved func()
}

// poll is how often it is asked whether another wrote, should an announcement be
// lost.
const poll = time.Second

// Follow hears of the writes of other processes until ctx is done. On SQLite
// there is nothing to hear: what the file counts is seen at once.
func (s *Store) Follow(ctx context.Context, f Following) {
	e, ok := s.e.(*postgres)
	if !ok {
		return
	}
	told := make(chan uint64, 1)
	go e.listen(ctx, told)
	if f.Lease > 0 {
		e.answerUnderLease(ctx, f, told)
		return
	}
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-told:
			f.Moved()
		case <-tick.C:
			f.Moved()
		}
	}
}

// listen hands on the numbers that are announced; when more come than are taken,
// the latest. A connection that breaks is made anew.
func (e *postgres) listen(ctx context.Context, told chan uint64) {
	hear := func() error {
		c, err := e.v.Conn(ctx)
		if err != nil {
			return err
		}
		defer c.Close()
		return c.Raw(func(d any) error {
			conn := d.(*stdlib.Conn).Conn()
			if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
				return err
			}
			for {
				n, err := conn.WaitForNotification(ctx)
				if err != nil {
					return errors.Join(err, conn.Close(context.WithoutCancel(ctx)))
				}
				version, err := strconv.ParseUint(n.Payload, 10, 64)
				if err != nil {
					continue // somebody else's
				}
				select {
				case <-told: // an older one
				default:
				}
				told <- version
			}
		})
	}
	for hear() != nil && ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-time.After(poll):
		}
	}
}

// lease is the right to answer from memory for a while.
type lease struct {
	name  string
	life  time.Duration
	clock func() time.Time
	start time.Time

	known atomic.Uint64             // the number of the last write heard of
	until atomic.Int64              // since start
	since atomic.Pointer[time.Time] // when the database was asked for it
}

// now is the number of the last write heard of, while the lease lasts. It is over
// when either clock says so: that of the process, which stands still while the
// machine sleeps, or that on the wall, which may be set back.
func (l *lease) now() (version uint64, ok bool) {
	t, since := l.clock(), l.since.Load()
	if since == nil {
		return 0, false
	}
	wall := t.Round(0).Sub(since.Round(0))
	return l.known.Load(), int64(t.Sub(l.start)) < l.until.Load() && wall >= 0 && wall < l.life
}

// hold takes up a lease that the database was asked for at an instant.
func (l *lease) hold(sent time.Time) {
	l.since.Store(&sent)
	l.until.Store(int64(sent.Sub(l.start) + l.life))
}

// hear takes in a number.
func (l *lease) hear(version uint64) {
	for old := l.known.Load(); version > old && !l.known.CompareAndSwap(old, version); old = l.known.Load() {
	}
}

// onFile is for how long the lease stands in the database: longer than the
// replica goes by, for their clocks may run differently.
func (l *lease) onFile() string {
	return fmt.Sprintf("%d milliseconds", (l.life + l.life/10 + 100*time.Millisecond).Milliseconds())
}

// answerUnderLease renews the lease, several times within its life, and at once
// when a write is heard of: only that tells the writer so.
func (e *postgres) answerUnderLease(ctx context.Context, f Following, told chan uint64) {
	l := &lease{name: rand.Text(), life: f.Lease, clock: f.Clock, start: f.Clock()}
	e.lease.Store(l)
	defer func() {
		e.lease.Store(nil) // from here on it asks for every answer
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), poll)
		defer cancel()
		_, _ = e.v.NewDelete().Model((*replicaRow)(nil)).Where("name = ?", l.name).Exec(last) // else it runs out
	}()
	tick := time.NewTicker(f.Lease / 5)
	defer tick.Stop()
	for ctx.Err() == nil {
		before := l.known.Load()
		again, err := e.beat(ctx, l)
		if err != nil || l.known.Load() != before {
			f.Moved()
		}
		if again && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case version := <-told:
			l.hear(version)
			f.Moved()
		case <-tick.C:
		}
	}
}

type replicaRow struct {
	bun.BaseModel `bun:"table:replica,alias:r"`

	Name    string    `bun:"name,pk"`
	Version int64     `bun:"version"`
	Until   time.Time `bun:"until"`
}

// beat tells the database what was heard of and renews the lease, or takes a new
// one; again says that there is more to tell at once.
func (e *postgres) beat(ctx context.Context, l *lease) (again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, l.life)
	defer cancel()
	sent, known := l.clock(), l.known.Load()
	var versions []uint64
	err = e.v.NewUpdate().Model((*replicaRow)(nil)).Set("version = ?", known).Set("until = clock_timestamp() + ?::interval", l.onFile()).
		Where("name = ? AND until > clock_timestamp()", l.name).Returning("(SELECT version FROM turn WHERE id = 1)").Scan(ctx, &versions)
	switch {
	case err != nil && !errors.Is(err, pgx.ErrNoRows):
		return false, err
	case len(versions) == 0:
		return false, e.join(ctx, l)
	}
	l.hear(versions[0])
	l.hold(sent)
	return versions[0] > known, nil
}

// join takes a lease where there is none, or one that ran out. A writer must not
// pass it by: it waits until no write is under way.
func (e *postgres) join(ctx context.Context, l *lease) error {
	sent := l.clock()
	var version uint64
	err := e.v.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := tx.QueryRowContext(ctx, "SELECT version FROM turn WHERE id = 1 FOR SHARE").Scan(&version); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO replica (name, version, until) VALUES (?, ?, clock_timestamp() + ?::interval) ON CONFLICT (name) DO UPDATE SET version = EXCLUDED.version, until = EXCLUDED.until",
			l.name, version, l.onFile())
		return err
	})
	if err != nil {
		return fmt.Errorf("take a lease: %w", err)
	}
	l.hear(version)
	l.hold(sent)
	return nil
}

// settled returns when no replica can answer any more as before a write: each has
// said that it heard of it, or its lease has run out.
func (e *postgres) settled(ctx context.Context, version uint64) error {
	me := ""
	if l := e.lease.Load(); l != nil {
		l.hear(version)
		me = l.name
	}
	for wait := time.Millisecond; ; wait = min(2*wait, 20*time.Millisecond) {
		// Two statements: the second must see what the first waited for.
		if _, err := e.v.NewDelete().Model((*replicaRow)(nil)).Where("until < clock_timestamp()").Exec(ctx); err != nil {
			return fmt.Errorf("wait for the replicas: %w", err)
		}
		n, err := e.v.NewSelect().Model((*replicaRow)(nil)).Where("version < ? AND name <> ?", version, me).Count(ctx)
		if err != nil {
			return fmt.Errorf("wait for the replicas: %w", err)
		}
		if n == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the replicas: %w", ctx.Err())
		case <-time.After(wait):
		}
	}
}
