package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
)

// Move copies a register from one place into another that is empty: a folder or
// the address of a PostgreSQL database, into which it is copied as the owner of
// its tables, for role to work with. Nothing is changed at the source. The copy is
// one transaction, its rows are compared with those sent, and the ledger must
// verify at both ends and be the same; keys open what lies sealed for that.
func Move(ctx context.Context, from, to, role string, keys Sealer) (m Moved, err error) {
	src, err := openEnd(ctx, from)
	if err != nil {
		return m, fmt.Errorf("source: %w", err)
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	src.Guard(keys)
	before, err := sound(ctx, src)
	if err != nil {
		return m, fmt.Errorf("source: %w", err)
	}
	if IsAddress(to) {
		if err := Prepare(ctx, to, role); err != nil {
			return m, fmt.Errorf("target: %w", err)
		}
	} else if err := os.MkdirAll(to, 0o700); err != nil {
		return m, err
	}
	dst, err := openTarget(ctx, to)
	if err != nil {
		return m, fmt.Errorf("target: %w", err)
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	dst.Guard(keys)
	if m, err = src.pour(ctx, dst); err != nil {
		return m, err
	}
	if m.Head, err = sound(ctx, dst); err == nil && m.Head != before {
		err = fmt.Errorf("the ledger was %+v, and is %+v", before, m.Head)
	}
	if err != nil {
		return m, fmt.Errorf("target: %w", err)
	}
	return m, nil
}

// openEnd opens a place that must hold a register.
func openEnd(ctx context.Context, at string) (*Store, error) {
	if IsAddress(at) {
		return connect(ctx, at, pgSettings, pgSchema().current)
	}
	if _, err := os.Stat(filepath.Join(at, FileName)); err != nil {
		return nil, fmt.Errorf("no register in %q: %w", at, err)
	}
	return openFile(ctx, at, false)
}

// openTarget opens a place for a register to come.
func openTarget(ctx context.Context, at string) (*Store, error) {
	if IsAddress(at) {
		return connect(ctx, at, pgSettings, pgSchema().current)
	}
	return openFile(ctx, at, false)
}

// sound verifies a register and returns the head of its ledger.
func sound(ctx context.Context, s *Store) (h approval.Head, err error) {
	r, err := s.Verify(ctx)
	if err != nil {
		return h, err
	}
	if len(r.Violations) > 0 {
		return h, fmt.Errorf("the register does not verify: %s: %s", r.Violations[0].Object, r.Violations[0].What)
	}
	return h, s.read(ctx, asker(), func(c *scope) error {
		h, err = c.Head()
		return err
	})
}

// lite tells whether a register is a file.
func (s *Store) lite() bool { _, ok := s.e.(*sqlite); return ok }

// pour copies the register into an empty one.
func (s *Store) pour(ctx context.Context, to *Store) (m Moved, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		from := c.db.(bun.Tx)
		return to.w.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
			m, err = carry(ctx, end{from.Tx, s.lite()}, end{tx.Tx, to.lite()})
			return err
		})
	})
	return m, err
}

// pourInto copies the register into a file of its own in a folder.
func (s *Store) pourInto(ctx context.Context, dir string) error {
	file, err := openFile(ctx, dir, false)
	if err != nil {
		return err
	}
	_, err = s.pour(ctx, file)
	return errors.Join(err, file.Close())
}

// kinds are the types of both databases.
var kinds = map[string]kind{"INTEGER": whole, "TEXT": words, "BLOB": bits, "bigint": whole, "text": words, "bytea": bits, "boolean": flag, "timestamp with time zone": moment}

const (
	liteFields = `SELECT m.name, c.name, c.type, c.pk FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1, 2`
	liteNeeds  = `SELECT DISTINCT m.name, f."table" FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`
	pgFields   = `SELECT c.table_name, c.column_name, c.data_type, COALESCE((SELECT array_position(i.indkey::int[], a.attnum::int) + 1 FROM pg_index i JOIN pg_attribute a
			ON a.attrelid = i.indrelid AND a.attname = c.column_name AND a.attnum = ANY (i.indkey) WHERE i.indisprimary AND i.indrelid = c.table_name::regclass), 0)
		FROM information_schema.columns c JOIN pg_tables t ON t.schemaname = c.table_schema AND t.tablename = c.table_name WHERE c.table_schema = 'public'
		ORDER BY c.table_name COLLATE "C", c.column_name COLLATE "C"`
	pgNeeds = `SELECT DISTINCT k.conrelid::regclass::text, k.confrelid::regclass::text FROM pg_constraint k WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace`
)

// relations lists the tables that are copied, by name.
func (e end) relations(ctx context.Context) (all []relation, err error) {
	fields, needs := pgFields, pgNeeds
	if e.lite {
		fields, needs = liteFields, liteNeeds
	}
	err = e.each(ctx, fields, 4, func(row []any) error {
		table, x := fmt.Sprint(row[0]), field{name: fmt.Sprint(row[1]), kind: kinds[fmt.Sprint(row[2])]}
		if slices.Contains(uncopied, table) {
			return nil
		}
		if _, err := fmt.Sscan(fmt.Sprint(row[3]), &x.key); err != nil || x.kind == "" {
			return fmt.Errorf("%s.%s is of type %v", table, x.name, row[2])
		}
		if len(all) == 0 || all[len(all)-1].name != table {
			all = append(all, relation{name: table})
		}
		r := &all[len(all)-1]
		r.fields = append(r.fields, x)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, e.each(ctx, needs, 2, func(row []any) error {
		for i := range all {
			if all[i].name == fmt.Sprint(row[0]) {
				all[i].needs = append(all[i].needs, fmt.Sprint(row[1]))
			}
		}
		return nil
	})
}

// each reads all rows of a query before it hands them on.
func (e end) each(ctx context.Context, query string, columns int, f func([]any) error) error {
	rows, err := e.tx.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	var all [][]any
	for rows.Next() {
		row, at := make([]any, columns), make([]any, columns)
		for i := range row {
			at[i] = &row[i]
		}
		if err := rows.Scan(at...); err != nil {
			return errors.Join(err, rows.Close())
		}
		all = append(all, row)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, row := range all {
		if err := f(row); err != nil {
			return err
		}
	}
	return nil
}

// silence keeps triggers from acting on what is copied: it was judged when it was
// said. restore gives them back and moves the keys that the database gives past
// those that came.
func (e end) silence(ctx context.Context) (restore func() error, err error) {
	if e.lite {
		return e.silenceLite(ctx)
	}
	var tables, serial []string
	err = e.each(ctx, "SELECT DISTINCT t.tgrelid::regclass::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace", 1,
		func(row []any) error { tables = append(tables, fmt.Sprint(row[0])); return nil })
	if err != nil {
		return nil, err
	}
	err = e.each(ctx, "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' AND is_identity = 'YES' AND table_name NOT LIKE 'bun_%'", 1,
		func(row []any) error { serial = append(serial, fmt.Sprint(row[0])); return nil })
	if err != nil {
		return nil, err
	}
	all := func(what string) error {
		for _, t := range tables {
			if _, err := e.tx.ExecContext(ctx, "ALTER TABLE "+t+" "+what+" TRIGGER USER"); err != nil {
				return err
			}
		}
		return nil
	}
	return func() error {
		for _, s := range serial {
			table, column, _ := strings.Cut(s, ".")
			if _, err := e.tx.ExecContext(ctx, "SELECT setval(pg_get_serial_sequence('"+table+"', '"+column+"'), COALESCE((SELECT MAX("+column+") FROM "+table+"), 0) + 1, false)"); err != nil {
				return err
			}
		}
		return all("ENABLE")
	}, all("DISABLE")
}

func (e end) silenceLite(ctx context.Context) (restore func() error, err error) {
	made := map[string]string{}
	err = e.each(ctx, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'", 2, func(row []any) error {
		name := fmt.Sprint(row[0])
		made[name] = fmt.Sprint(row[1])
		_, err := e.tx.ExecContext(ctx, "DROP TRIGGER "+name)
		return err
	})
	return func() error {
		for _, text := range made {
			if _, err := e.tx.ExecContext(ctx, text); err != nil {
				return err
			}
		}
		return nil
	}, err
}
