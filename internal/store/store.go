// Package store keeps the register in a database through bun: SQLite in the data
// folder, or PostgreSQL. It is the only room that knows SQL. It does not know
// whether an act is allowed.
//
// Two handles are open on one database: a writer, whose transactions take the
// only turn to write, and readers that cannot write. Every question and every
// change goes through a scope bound to an actor (scope.go): what the actor may
// not see does not exist in it. Update is the one way to write.
//
// One SQL serves both databases; what they do differently stands in sqlite.go
// and postgres.go, behind engine, and in the two folders of migrations.
package store

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"
	"go.opentelemetry.io/otel/trace"

	"capdo/internal/approval"
)

// writeTimeout bounds one write transaction, the wait for its turn included, and
// listTimeout that of a long list.
const (
	writeTimeout = 30 * time.Second
	listTimeout  = 5 * time.Minute
)

// engine is what one database does unlike the other.
type engine interface {
	// turn takes the only turn to write, for as long as the transaction lasts.
	turn(ctx context.Context, tx bun.Tx) error
	// heeds refuses a register that a newer program changed so that this one cannot
	// know what counts (see migrate.go).
	heeds(ctx context.Context, tx bun.IDB) error
	// enter tells the database whose transaction it is from here on. A database
	// that knows shows nothing of other tenants, whatever is asked.
	enter(ctx context.Context, tx bun.IDB, a approval.Actor) error
	// step counts the write; it returns what now will say once it is committed.
	step(ctx context.Context, tx bun.Tx) (uint64, error)
	// now moves with every write committed by anyone, at the instant at which others see it.
	now() uint64
	// settled returns when nobody can answer any more as before that write.
	settled(ctx context.Context, step uint64) error
	// reading are the options of a transaction that reads at one snapshot.
	reading() *sql.TxOptions
	// relieve makes room when a write failed for want of it, and says so.
	relieve(err error) error
	// keepReserve keeps room for that.
	keepReserve() error
	close() error
}

// Store is the register on disk.
type Store struct {
	w *bun.DB
	r *bun.DB // cannot write
	e engine

	safe  Sealer               // of texts that lie sealed; nil: they are neither read nor written
	cache cache                // of the gate's readings
	watch Watcher              // nil: no decisions are made
	desk  atomic.Pointer[desk] // of the gateways; nil: not read yet

	past    *approval.AsOf            // nil: the register as it is
	founded atomic.Pointer[time.Time] // see Founded; nil: not known yet
}

// Close closes both handles.
func (s *Store) Close() error { return errors.Join(s.r.Close(), s.w.Close(), s.e.close()) }

// alone runs f as the only one that writes, for no tenant.
func (s *Store) alone(ctx context.Context, f func(context.Context, bun.Tx) error) error {
	return s.w.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := errors.Join(s.e.turn(ctx, tx), s.e.heeds(ctx, tx), s.e.enter(ctx, tx, asker())); err != nil {
			return err
		}
		return f(ctx, tx)
	})
}

// hand is what the program itself writes with, in a transaction of alone.
func (s *Store) hand(ctx context.Context, tx bun.Tx) *writing {
	return &writing{scope: scope{ctx: ctx, db: tx, enter: s.e.enter, safe: s.safe, actor: asker()}, watch: s.watch}
}

// Update implements approval.Store. A write is not torn by a caller that goes
// away: once begun it runs to its end or to the timeout.
func (s *Store) Update(ctx context.Context, a approval.Actor, at time.Time, f func(approval.Tx) error) error {
	return s.e.relieve(s.update(ctx, a, at, f))
}

func (s *Store) update(ctx context.Context, a approval.Actor, at time.Time, f func(approval.Tx) error) error {
	if s.past != nil {
		return errPast()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	patience := writeTimeout
	if approval.IsList(ctx) {
		patience = listTimeout
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	ctx, span := spanned(ctx, "write")
	defer span.End()
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	made := false
	defer func() {
		if !made {
			_ = tx.Rollback() // the error, or the panic, that led here is what counts
		}
	}()
	if err := errors.Join(s.e.turn(ctx, tx), s.e.heeds(ctx, tx), s.e.enter(ctx, tx, a)); err != nil {
		return err
	}
	t := &writing{scope: scope{ctx: ctx, db: tx, enter: s.e.enter, safe: s.safe, actor: a, now: at}, edge: map[int64][]byte{}, watch: s.watch}
	for _, step := range []func() error{t.done, func() error { return f(t) }, t.keepOnce, t.decide, t.sum, t.settle, t.seal} {
		if err := step(); err != nil {
			return err
		}
	}
	made = true
	return s.commit(t, tx)
}

// commit makes a write last. The gate shuts before it what the write takes away,
// and opens after it what the write gives. Nobody else can commit while the
// transaction has its turn, so that the commit is the stamp's next step.
func (s *Store) commit(t *writing, tx bun.Tx) error {
	next, err := s.e.step(t.ctx, tx)
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if s.watch == nil {
		if err := tx.Commit(); err != nil {
			return err
		}
		return s.e.settled(t.ctx, next)
	}
	s.watch.Before(t.base, t.decided, t.all)
	if err := tx.Commit(); err != nil {
		_ = tx.Rollback() // it may be over
		s.watch.Lost()
		return err
	}
	s.watch.After(t.head.head(), t.now, next)
	return s.e.settled(t.ctx, next)
}

// View implements approval.Store: one snapshot for all of f.
func (s *Store) View(ctx context.Context, a approval.Actor, f func(approval.Reader) error) error {
	return s.read(ctx, a, func(sc *scope) error { return f(sc) })
}

// read runs f on one read-only snapshot.
func (s *Store) read(ctx context.Context, a approval.Actor, f func(*scope) error) error {
	ctx, span := spanned(ctx, "read")
	defer span.End()
	return s.r.RunInTx(ctx, s.e.reading(), func(ctx context.Context, tx bun.Tx) error {
		if err := s.e.enter(ctx, tx, a); err != nil {
			return err
		}
		return f(&scope{ctx: ctx, db: tx, enter: s.e.enter, safe: s.safe, actor: a, past: s.past})
	})
}

// spanned marks a transaction in the trace of whoever asked; it says that there
// was one and how long it took, never what was read or written.
func spanned(ctx context.Context, name string) (context.Context, trace.Span) {
	return trace.SpanFromContext(ctx).TracerProvider().Tracer("capdo/store").Start(ctx, name)
}
