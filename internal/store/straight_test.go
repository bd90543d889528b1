package store_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// straight opens the database past the store, without foreign keys, checks and
// triggers, as somebody with the file in hand would.
func straight(t testing.TB, dir string) *sql.DB {
	t.Helper()
	if storetest.OnPostgres() {
		db := storetest.Raw(t, dir)
		off := []string{"SET session_replication_role = replica"}
		for _, c := range column(t, db, "SELECT conrelid::regclass || ' DROP CONSTRAINT ' || conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace") {
			off = append(off, "ALTER TABLE "+c)
		}
		if _, err := db.Exec(strings.Join(off, "; ")); err != nil {
			t.Fatal(err)
		}
		return db
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, store.FileName)+"?_pragma=busy_timeout(5000)&_pragma=foreign_keys(0)&_pragma=ignore_check_constraints(1)")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, name := range column(t, db, "SELECT name FROM sqlite_master WHERE type = 'trigger'") {
		if _, err := db.Exec("DROP TRIGGER " + name); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// numbered gives arguments the marks of the database at hand.
func numbered(query string) string {
	if !storetest.OnPostgres() {
		return query
	}
	for n := 1; strings.Contains(query, "?"); n++ {
		query = strings.Replace(query, "?", "$"+strconv.Itoa(n), 1)
	}
	return query
}

// column reads one column as text.
func column(t testing.TB, db *sql.DB, query string, args ...any) (all []string) {
	t.Helper()
	rows, err := db.Query(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		t.Fatal(err)
	}
	return all
}

// place is the column that tells where a row lies.
func place() string {
	if storetest.OnPostgres() {
		return "ctid"
	}
	return "rowid"
}

func tableNames(t testing.TB, db *sql.DB) []string {
	t.Helper()
	if storetest.OnPostgres() {
		return column(t, db, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
	}
	return column(t, db, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
}

func columnNames(t testing.TB, db *sql.DB, table string) []string {
	t.Helper()
	if storetest.OnPostgres() {
		return column(t, db, "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position", table)
	}
	return column(t, db, "SELECT name FROM pragma_table_info(?)", table)
}

// typeOf is the type of a column as SQLite would have it, except that flags and
// times are told apart where the database does.
func typeOf(t testing.TB, db *sql.DB, table, col string) string {
	t.Helper()
	if storetest.OnPostgres() {
		kind := column(t, db, "SELECT data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1 AND column_name = $2", table, col)[0]
		return map[string]string{"bigint": "INTEGER", "bytea": "BLOB", "text": "TEXT", "boolean": "FLAG", "timestamp with time zone": "TIME"}[kind]
	}
	return column(t, db, "SELECT type FROM pragma_table_info(?) WHERE name = ?", table, col)[0]
}

// another is an expression for a value that differs from that of a row.
func another(t *testing.T, db *sql.DB, table, col, row string) string {
	t.Helper()
	kind := typeOf(t, db, table, col)
	sample := column(t, db, "SELECT COALESCE(CAST("+col+" AS TEXT), '') FROM "+table+" WHERE "+row)[0]
	switch {
	case kind == "FLAG", !storetest.OnPostgres() && slices.Contains([]string{"annex_ix", "reported", "listed", "imported", "operator_is_specialised", "confirmed", "pending", "passed", "matched", "complete", "internal"}, col):
		return "NOT " + col // a flag has but two values
	case kind == "INTEGER":
		return "1000 + COALESCE(" + col + ", 0)"
	case kind == "BLOB" && storetest.OnPostgres():
		return "decode(repeat('00', 32), 'hex')"
	case kind == "BLOB":
		return "zeroblob(32)"
	case strings.HasPrefix(sample, "{"):
		return "'{}'"
	case kind == "TIME", strings.HasPrefix(sample, "20") && strings.HasSuffix(sample, "+00:00"), strings.HasSuffix(col, "_at"):
		return "'1999-01-01 00:00:00+00:00'"
	}
	return "'" + strings.ReplaceAll(sample, "'", "''") + "x'"
}
