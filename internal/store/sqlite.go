package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // the driver

	"capdo/internal/approval"
)

// FileName is the name of the database in the data folder.
const FileName = "capdo.db"

// sqlite is a register in one file: a writer with a single connection, and
// readers.
type sqlite struct {
	stamp   stamp
	reserve string // see reserve.go
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
	if err := sqliteSchema().up(ctx, w); err != nil {
		return nil, errors.Join(fmt.Errorf("migrate: %w", err), w.Close())
	}
	r, err := handle(dsn(path, "_pragma=query_only(1)"), 4)
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	e := &sqlite{reserve: filepath.Join(dir, reserveName)}
	s := &Store{w: w, r: r, e: e}
	if err := e.assertDurable(ctx, w); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if e.stamp, err = openStamp(path); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := e.keepReserve(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// The transactions of the writing handle begin IMMEDIATE: to begin is to have the
// turn, and the commit is the counter's next step.
func (e *sqlite) turn(context.Context, bun.Tx) error { return nil }

func (e *sqlite) step(context.Context, bun.Tx) (uint64, error) {
	return uint64(uint32(e.stamp.now()) + 1), nil
}

// Nothing in the file knows tenants: the scope alone keeps them apart.
func (e *sqlite) enter(context.Context, bun.IDB, approval.Actor) error { return nil }

// Whoever answers from the file sees the counter move.
func (e *sqlite) settled(context.Context, uint64) error { return nil }

func (e *sqlite) now() uint64             { return e.stamp.now() }
func (e *sqlite) reading() *sql.TxOptions { return nil } // a deferred one reads at one snapshot
func (e *sqlite) close() error            { return nil } // the stamp stays mapped

// handle opens a pool of n connections.
func handle(dsn string, n int) (*bun.DB, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return bun.NewDB(db, sqlitedialect.New(), bun.WithDiscardUnknownColumns()), nil // columns of a newer program
}

// assertDurable refuses to run on settings that could lose an acknowledged act.
func (e *sqlite) assertDurable(ctx context.Context, w *bun.DB) error {
	var mode string
	var sync, fk int
	if err := w.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return fmt.Errorf("read journal mode: %w", err)
	}
	if err := w.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&sync); err != nil {
		return fmt.Errorf("read synchronous: %w", err)
	}
	if err := w.QueryRowContext(ctx, "PRAGMA foreign_keys").Scan(&fk); err != nil {
		return fmt.Errorf("read foreign keys: %w", err)
	}
	if mode != "wal" || sync != 2 || fk != 1 {
		return fmt.Errorf("settings are not durable: journal_mode %s, synchronous %d, foreign_keys %d", mode, sync, fk)
	}
	return nil
}

func sqliteSchema() schema {
	return schema{folder: "sqlite", made: "SELECT COUNT(*) FROM sqlite_master WHERE name = 'bun_migrations'"}
}
