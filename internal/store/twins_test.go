package store_test

import (
	"context"
	"database/sql"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"capdo/internal/store"
	"capdo/internal/store/storetest"
	"capdo/migrations"
)

// TestEveryMigrationHasItsTwin: both databases know the same migrations, and each
// runs in a transaction of its own.
func TestEveryMigrationHasItsTwin(t *testing.T) {
	names := map[string][]string{}
	for _, dialect := range []string{"sqlite", "postgres"} {
		files, err := migrations.For(dialect)
		if err != nil {
			t.Fatal(err)
		}
		all, err := fs.ReadDir(files, ".")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range all {
			names[dialect] = append(names[dialect], f.Name())
			if !strings.HasSuffix(f.Name(), ".tx.up.sql") {
				t.Errorf("%s/%s: want a name that ends in .tx.up.sql", dialect, f.Name())
			}
		}
	}
	for _, pair := range [][2]string{{"sqlite", "postgres"}, {"postgres", "sqlite"}} {
		for _, n := range names[pair[0]] {
			if !slices.Contains(names[pair[1]], n) {
				t.Errorf("migrations/%s/%s has no twin in migrations/%s", pair[0], n, pair[1])
			}
		}
	}
}

// twins are the types of PostgreSQL that stand for one of SQLite: flags and times
// have types of their own there.
var twins = map[string][]string{"INTEGER": {"bigint", "boolean"}, "TEXT": {"text", "timestamp with time zone"}, "BLOB": {"bytea"}}

// alone are the tables that only one database needs: the file of SQLite counts
// its commits itself, and is served by one process.
var alone = []string{"turn", "replica", "leader"}

// TestTwinsMakeTheSameSchema: the same tables with the same columns, the same of
// them never empty, the same keys, the same triggers and indexes.
func TestTwinsMakeTheSameSchema(t *testing.T) {
	address, _ := storetest.Postgres(t)
	if err := store.Prepare(context.Background(), address, storetest.Worker); err != nil {
		t.Fatal(err)
	}
	f, err := store.Open(context.Background(), t.TempDir()+"/twin")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	there, here := shape(t, storetest.Admin(t, address), pgShape), shape(t, store.Direct(f), sqliteShape)
	here = slices.DeleteFunc(here, func(line string) bool {
		return strings.HasPrefix(line, "trigger ") && (strings.HasSuffix(line, "_r") || strings.HasSuffix(line, "_once"))
	}) // against REPLACE
	there = slices.DeleteFunc(there, func(line string) bool { return strings.HasPrefix(line, "trigger ") && strings.HasSuffix(line, "_t") }) // against TRUNCATE
	there = slices.DeleteFunc(there, func(line string) bool { return slices.Contains(alone, strings.Fields(line)[1]) })
	for _, line := range here {
		if !slices.ContainsFunc(there, func(other string) bool { return alike(line, other) }) {
			t.Errorf("only SQLite has: %s", line)
		}
	}
	for _, line := range there {
		if !slices.ContainsFunc(here, func(other string) bool { return alike(other, line) }) {
			t.Errorf("only PostgreSQL has: %s", line)
		}
	}
	if len(here) < 400 {
		t.Errorf("%d lines of schema: the test looks in the wrong place", len(here))
	}
}

// alike compares a line of SQLite's schema with one of PostgreSQL's; the types of
// columns differ by name.
func alike(here, there string) bool {
	kind, rest, _ := strings.Cut(here, " | ")
	otherKind, otherRest, _ := strings.Cut(there, " | ")
	return kind == otherKind && (rest == otherRest || slices.Contains(twins[rest], otherRest))
}

const (
	sqliteShape = `
		SELECT 'column ' || m.name || ' ' || c.name || CASE WHEN c."notnull" = 1 OR c.pk > 0 THEN ' NOT NULL' ELSE '' END || ' | ' || c.type
			FROM sqlite_master m JOIN pragma_table_info(m.name, 'main') c WHERE m.type = 'table' AND m.name NOT LIKE 'bun_%' AND m.name NOT LIKE 'sqlite_%'
		UNION ALL SELECT 'key ' || m.name || ' ' || c.name || ' ' || c.pk
			FROM sqlite_master m JOIN pragma_table_info(m.name, 'main') c WHERE m.type = 'table' AND c.pk > 0 AND m.name NOT LIKE 'bun_%' AND m.name NOT LIKE 'sqlite_%'
		UNION ALL SELECT 'foreign ' || m.name || ' ' || f."from" || ' ' || f."table"
			FROM sqlite_master m JOIN pragma_foreign_key_list(m.name, 'main') f WHERE m.type = 'table' AND m.name NOT LIKE 'bun_%'
		UNION ALL SELECT 'trigger ' || tbl_name || ' ' || name FROM sqlite_master WHERE type = 'trigger'
		UNION ALL SELECT 'index ' || tbl_name || ' ' || name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL`
	pgShape = `
		SELECT 'column ' || table_name || ' ' || column_name || CASE WHEN is_nullable = 'NO' THEN ' NOT NULL' ELSE '' END || ' | ' || data_type
			FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'bun_%'
		UNION ALL SELECT 'key ' || c.relname || ' ' || a.attname || ' ' || array_position(i.indkey::int[], a.attnum::int) + 1
			FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
			JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) WHERE i.indisprimary AND c.relname NOT LIKE 'bun_%'
		UNION ALL SELECT 'foreign ' || c.relname || ' ' || a.attname || ' ' || o.relname
			FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class o ON o.oid = k.confrelid
			JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (k.conkey) WHERE k.contype = 'f'
		UNION ALL SELECT 'trigger ' || c.relname || ' ' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal
		UNION ALL SELECT 'index ' || tablename || ' ' || indexname FROM pg_indexes x WHERE schemaname = 'public' AND tablename NOT LIKE 'bun_%'
			AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conname = x.indexname)`
)

// shape lists what a schema is made of, a line each.
func shape(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	all := column(t, db, query)
	slices.Sort(all)
	return slices.Compact(all)
}
