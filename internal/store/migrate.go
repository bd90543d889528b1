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
	GroupID    int64     `bun:"group_id"`
	MigratedAt time.Time `bun:"migrated_at,notnull,nullzero,default:current_timestamp"`
}

// schema is how one database keeps its migrations.
type schema struct {
	folder string
	made   string // counts the tables named bun_migrations
	lock   string // keeps others from migrating while the transaction lasts; "" when to begin does
}

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
		if err := m.apply(ctx, db, number(name), string(text)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
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

// done lists the migrations carried out.
func (m schema) done(ctx context.Context, db bun.IDB) (done []string, err error) {
	var n int
	if err := db.QueryRowContext(ctx, m.made).Scan(&n); err != nil || n == 0 {
		return nil, err
	}
	return done, db.NewSelect().Model((*migrationRow)(nil)).Column("name").OrderExpr("m.name").Scan(ctx, &done)
}

// apply carries out one migration, unless another process did meanwhile.
func (m schema) apply(ctx context.Context, db *bun.DB, number, text string) error {
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
		if err != nil || slices.Contains(done, number) {
			return err
		}
		if _, err := tx.ExecContext(ctx, text); err != nil {
			return err
		}
		_, err = tx.NewInsert().Model(&migrationRow{Name: number, GroupID: 1}).Exec(ctx)
		return err
	})
}
