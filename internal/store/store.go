// Package store keeps the register in a database through bun. It is the only
// room that knows SQL. It does not know whether an act is allowed.
//
// Two handles are open on one file: a writer with a single connection, whose
// transactions begin IMMEDIATE, and readers that cannot write. Every question
// and every change goes through a scope bound to an actor (scope.go): what the
// actor may not see does not exist in it. Update is the one way to write.
//
// The SQL stays within what PostgreSQL speaks too; what is SQLite's alone
// (pragmas, triggers) stands in this file and in migrations/sqlite.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/migrate"
	_ "modernc.org/sqlite" // the driver

	"capdo/internal/approval"
	"capdo/migrations"
)

// FileName is the name of the database in the data folder.
const FileName = "capdo.db"

// writeTimeout bounds one write transaction, the wait for its turn included.
const writeTimeout = 30 * time.Second

// Store is the register on disk.
type Store struct {
	w *bun.DB // one connection, BEGIN IMMEDIATE
	r *bun.DB // query_only

	cache cache // of the gate's readings
	stamp stamp
	watch Watcher // nil: no decisions are made
	desk  desk    // of the gateways
}

// dsn builds a data source name. busy_timeout comes first: the pragmas after
// it may have to wait. synchronous(FULL) because an acknowledged act must
// survive a power cut.
func dsn(path string, extra ...string) string {
	q := "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=trusted_schema(0)"
	for _, e := range extra {
		q += "&" + e
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q
}

// Open opens the register in the folder dir, which is made when absent, and
// brings its schema up to date.
func Open(ctx context.Context, dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	path := filepath.Join(dir, FileName)
	w, err := handle(dsn(path, "_txlock=immediate"), 1)
	if err != nil {
		return nil, err
	}
	if err := up(ctx, w); err != nil {
		return nil, errors.Join(fmt.Errorf("migrate: %w", err), w.Close())
	}
	r, err := handle(dsn(path, "_pragma=query_only(1)"), 4)
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	s := &Store{w: w, r: r}
	if err := s.assertDurable(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if s.stamp, err = openStamp(path); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// handle opens a pool of n connections.
func handle(dsn string, n int) (*bun.DB, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return bun.NewDB(db, sqlitedialect.New()), nil
}

// up applies the migrations that are missing. A migration is marked only after
// it succeeded, and each file runs in one transaction.
func up(ctx context.Context, db *bun.DB) error {
	files, err := migrations.For("sqlite")
	if err != nil {
		return err
	}
	ms := migrate.NewMigrations()
	if err := ms.Discover(files); err != nil {
		return err
	}
	m := migrate.NewMigrator(db, ms, migrate.WithMarkAppliedOnSuccess(true))
	if err := m.Init(ctx); err != nil {
		return err
	}
	_, err = m.Migrate(ctx)
	return err
}

// assertDurable refuses to run on settings that could lose an acknowledged act.
func (s *Store) assertDurable(ctx context.Context) error {
	var mode string
	var sync, fk int
	if err := s.w.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return fmt.Errorf("read journal mode: %w", err)
	}
	if err := s.w.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&sync); err != nil {
		return fmt.Errorf("read synchronous: %w", err)
	}
	if err := s.w.QueryRowContext(ctx, "PRAGMA foreign_keys").Scan(&fk); err != nil {
		return fmt.Errorf("read foreign keys: %w", err)
	}
	if mode != "wal" || sync != 2 || fk != 1 {
		return fmt.Errorf("settings are not durable: journal_mode %s, synchronous %d, foreign_keys %d", mode, sync, fk)
	}
	return nil
}

// Close closes both handles.
func (s *Store) Close() error { return errors.Join(s.r.Close(), s.w.Close()) }

// Update implements approval.Store. A write is not torn by a caller that goes
// away: once begun it runs to its end or to the timeout.
func (s *Store) Update(ctx context.Context, a approval.Actor, at time.Time, f func(approval.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
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
	t := &writing{scope: scope{ctx: ctx, db: tx, actor: a, now: at}, edge: map[int64][]byte{}, watch: s.watch}
	for _, step := range []func() error{t.done, func() error { return f(t) }, t.keepOnce, t.decide, t.seal} {
		if err := step(); err != nil {
			return err
		}
	}
	made = true
	return s.commit(t, tx)
}

// commit makes a write last. The gate shuts before it what the write takes away,
// and opens after it what the write gives. No other process can commit while
// the transaction holds its place, so that the commit is the stamp's next step.
func (s *Store) commit(t *writing, tx bun.Tx) error {
	if s.watch == nil {
		return tx.Commit()
	}
	next := uint64(uint32(s.stamp.now()) + 1)
	s.watch.Before(t.decided, t.all)
	if err := tx.Commit(); err != nil {
		_ = tx.Rollback() // it may be over
		s.watch.Lost()
		return err
	}
	s.watch.After(t.head.head(), t.now, next)
	return nil
}

// View implements approval.Store: one snapshot for all of f.
func (s *Store) View(ctx context.Context, a approval.Actor, f func(approval.Reader) error) error {
	return s.read(ctx, a, func(sc *scope) error { return f(sc) })
}

// read runs f on one read-only snapshot.
func (s *Store) read(ctx context.Context, a approval.Actor, f func(*scope) error) error {
	return s.r.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		return f(&scope{ctx: ctx, db: tx, actor: a})
	})
}
