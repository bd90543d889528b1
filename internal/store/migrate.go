package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"capdo/migrations"
)

// ErrNewer is returned for a register whose schema a newer program has changed:
// this one does not know what else it would have to write.
var ErrNewer = errors.New("the register was changed by a newer program: use that one")

// migrationRow says that a migration was carried out.
type migrationRow struct {
	bun.BaseModel `bun:"table:bun_migrations,alias:m"`

	ID         int64     `bun:"id,pk,autoincrement"`
	Name       string    `bun:"name"`
	GroupID    int64     `bun:"group_id"` // adds or halts
	MigratedAt time.Time `bun:"migrated_at,notnull,nullzero,default:current_timestamp"`
}

// The groups of migrations.
const (
	adds  = 1 // programs that run and do not know it go on
	halts = 2 // such a program answers no question of the gate and writes nothing from then on
)

// halting is in the name of a migration that halts.
const halting = ".halt."

// schema is how one database keeps its migrations.
type schema struct {
	folder string
	made   string // counts the tables named bun_migrations
	lock   string // keeps others from migrating and writing while the transaction lasts; "" when to begin does
	count  string // tells those who run that something was written; "" when to commit does
}

// patient is how often a migration that did not get a table for itself in time is
// begun again; between, those who read go on.
const patient = 20

// up applies the migrations that are missing. Each file runs in one transaction
// with the row that says so: a process killed at any step leaves either neither
// or both.
func (m schema) up(ctx context.Context, db *bun.DB) error {
	files, err := migrations.For(m.folder)
	if err != nil {
		return err
	}
	missing, err := m.missing(ctx, db, files)
	if err != nil {
		return err
	}
	for _, name := range missing {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		err = m.apply(ctx, db, name, string(text))
		for again := 0; again < patient && crowded(err); again++ {
			err = m.apply(ctx, db, name, string(text))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// crowded tells whether a migration failed because others were at the tables
// (lock_not_available, deadlock_detected).
func crowded(err error) bool {
	var e interface{ SQLState() string }
	return errors.As(err, &e) && (e.SQLState() == "55P03" || e.SQLState() == "40P01")
}

// number is what a migration is known by.
func number(name string) string { n, _, _ := strings.Cut(name, "_"); return n }

// current refuses a schema that lacks a migration.
func (m schema) current(ctx context.Context, db *bun.DB) error {
	files, err := migrations.For(m.folder)
	if err != nil {
		return err
	}
	missing, err := m.missing(ctx, db, files)
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("migration %s: %w", number(missing[0]), ErrOlder)
	}
	return err
}

// missing lists the migrations to be carried out, in their order. It refuses a
// schema with migrations that are not ours.
func (m schema) missing(ctx context.Context, db *bun.DB, files fs.FS) ([]string, error) {
	names, err := fs.Glob(files, "*.tx.up.sql")
	if err != nil {
		return nil, err
	}
	done, err := m.done(ctx, db)
	if err != nil {
		return nil, err
	}
	for _, d := range done {
		if !slices.ContainsFunc(names, func(n string) bool { return number(n) == d }) {
			return nil, fmt.Errorf("migration %s: %w", d, ErrNewer)
		}
	}
	slices.Sort(names)
	return slices.DeleteFunc(names, func(n string) bool { return slices.Contains(done, number(n)) }), nil
}

// heeds refuses a register on which a newer program carried out a migration that
// halts: what counts from then on, this one cannot know. It is asked within every
// write, and within every read that the gate answers by.
func (m schema) heeds(ctx context.Context, db bun.IDB) error {
	var done []string
	if err := db.NewSelect().Model((*migrationRow)(nil)).Column("name").Where("m.group_id = ?", halts).Scan(ctx, &done); err != nil || len(done) == 0 {
		return err
	}
	files, err := migrations.For(m.folder)
	if err != nil {
		return err
	}
	for _, d := range done {
		if mine, err := fs.Glob(files, d+"_*"); err != nil || len(mine) == 0 {
			return errors.Join(fmt.Errorf("migration %s: %w", d, ErrNewer), err)
		}
	}
	return nil
}

// done lists the migrations carried out.
func (m schema) done(ctx context.Context, db bun.IDB) (done []string, err error) {
	var n int
	if err := db.QueryRowContext(ctx, m.made).Scan(&n); err != nil || n == 0 {
		return nil, err
	}
	return done, db.NewSelect().Model((*migrationRow)(nil)).Column("name").OrderExpr("m.name").Scan(ctx, &done)
}

// apply carries out one migration, unless another process did meanwhile.
func (m schema) apply(ctx context.Context, db *bun.DB, name, text string) error {
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if m.lock != "" {
			if _, err := tx.ExecContext(ctx, m.lock); err != nil {
				return err
			}
		}
		if _, err := tx.NewCreateTable().Model((*migrationRow)(nil)).IfNotExists().Exec(ctx); err != nil {
			return err
		}
		done, err := m.done(ctx, tx)
		if err != nil || slices.Contains(done, number(name)) {
			return err
		}
		if _, err := tx.ExecContext(ctx, text); err != nil {
			return err
		}
		row := migrationRow{Name: number(name), GroupID: adds}
		if strings.Contains(name, halting) {
			row.GroupID = halts
		}
		if _, err = tx.NewInsert().Model(&row).Exec(ctx); err == nil && m.count != "" {
			_, err = tx.ExecContext(ctx, m.count)
		}
		return err
	})
}
