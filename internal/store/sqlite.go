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
)

// FileName is the name of the database in the data folder.
const FileName = "capdo.db"

// sqlite is a register in one file: a writer with a single connection, and
// readers.
type sqlite struct {
	path    string
	wall    bool // see sqlite_wall.go
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
func Open(ctx context.Context, dir string) (*Store, error) { return openFile(ctx, dir, true) }

// openFile is Open, behind the wall or, for what copies whole tables, without it.
func openFile(ctx context.Context, dir string, wall bool) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	path := filepath.Join(dir, FileName)
	m, err := sql.Open("sqlite", dsn(path, "_txlock=immediate"))
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	m.SetMaxOpenConns(1)
	if err := errors.Join(sqliteSchema().up(ctx, bun.NewDB(m, sqlitedialect.New())), m.Close()); err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	w, r := handle(moat{dsn(path, "_txlock=immediate"), true, wall}, 1), handle(moat{dsn(path), false, wall}, 4)
	e := &sqlite{wall: wall, path: path, reserve: filepath.Join(dir, reserveName)}
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

func (e *sqlite) heeds(ctx context.Context, tx bun.IDB) error { return sqliteSchema().heeds(ctx, tx) }

// Whoever answers from the file sees the counter move.
func (e *sqlite) settled(context.Context, uint64) error { return nil }

func (e *sqlite) now() uint64             { return e.stamp.now() }
func (e *sqlite) reading() *sql.TxOptions { return nil } // a deferred one reads at one snapshot
func (e *sqlite) close() error            { return e.stamp.close() }

// copyTo writes the register into a new file, by a connection of its own: behind
// the wall there are views where the copy wants tables.
func (e *sqlite) copyTo(ctx context.Context, file string) error {
	db, err := sql.Open("sqlite", dsn(e.path))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", file)
	return errors.Join(err, db.Close())
}

// scour writes the file anew, and empties the log beside it; by a connection of
// its own, as copyTo.
func (e *sqlite) scour(ctx context.Context) error {
	db, err := sql.Open("sqlite", dsn(e.path))
	if err != nil {
		return err
	}
	for _, step := range []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if err == nil {
			_, err = db.ExecContext(ctx, step)
		}
	}
	return errors.Join(err, db.Close())
}

// handle opens a pool of n connections.
func handle(m moat, n int) *bun.DB {
	db := sql.OpenDB(m)
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return bun.NewDB(db, sqlitedialect.New(), bun.WithDiscardUnknownColumns()) // columns of a newer program
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
