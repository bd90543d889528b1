package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// TestMove: a register with something in every table goes from a file into
// PostgreSQL and back; the ledger, every row of every table, and the triggers are
// at the end what they were, and work goes on in each place.
func TestMove(t *testing.T) {
	storetest.SQLiteOnly(t)
	owner, program := storetest.Postgres(t)
	first, last := t.TempDir(), t.TempDir()
	o, s := full(t, first)
	for _, table := range tableNames(t, storetest.Raw(t, first)) {
		if n := column(t, storetest.Raw(t, first), "SELECT COUNT(*) FROM "+table)[0]; n == "0" && !slices.Contains([]string{"session", "pending", "attempt", "feed", "once", "account_seen", "outbox", "delivery", "gateway_assertion", "gate_pattern", "bun_migrations", "paper_file", "listing_word", "job"}, table) {
			t.Errorf("%s is empty: nothing to move", table)
		}
	}
	keys := storetest.Keys(first)
	there := move(t, first, owner, keys)
	back := move(t, owner, last, keys)
	if there != back || there.Head != head(t, s) || there.Rows == 0 {
		t.Errorf("there %+v, back %+v, the ledger is %+v", there, back, head(t, s))
	}
	for _, table := range tableNames(t, storetest.Raw(t, first)) {
		dump := "SELECT COALESCE(group_concat(x, ';'), '') FROM (SELECT json_array(" + strings.Join(quoted(columnNames(t, storetest.Raw(t, first), table)), ", ") + ") AS x FROM " + table + " ORDER BY 1)"
		if a, b := column(t, storetest.Raw(t, first), dump)[0], column(t, storetest.Raw(t, last), dump)[0]; a != b && !strings.HasPrefix(table, "bun_") {
			t.Errorf("%s was %.300s, and is %.300s", table, a, b)
		}
	}
	if a, b := shape(t, storetest.Raw(t, first), sqliteShape), shape(t, storetest.Raw(t, last), sqliteShape); !slices.Equal(a, b) {
		t.Error("the schema is not what it was")
	}
	p, err := store.Connect(t.Context(), program)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for name, s := range map[string]*store.Store{"PostgreSQL": p, "the file": storetest.OpenIn(t, last)} {
		s.Guard(keys)
		o.Store = s
		storetest.Lead(t, o, "H56", "Sau khi chuyển", storetest.Deployed)
		if f := faults(t, s); f != "" {
			t.Errorf("%s after more work: %s", name, f)
		}
	}
	if enabled := column(t, storetest.Admin(t, program), "SELECT COUNT(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O'")[0]; enabled != "0" {
		t.Errorf("%s triggers stayed off", enabled)
	}
}

// TestMoveRefuses: a place that has a register already, one that has none, and a
// register whose ledger does not hold.
func TestMoveRefuses(t *testing.T) {
	storetest.SQLiteOnly(t)
	owner, _ := storetest.Postgres(t)
	dir, empty := t.TempDir(), t.TempDir()
	o, _ := storetest.OfficeIn(t, dir, storetest.At(today))
	storetest.Lead(t, o, "H56", "Một cửa", storetest.Registered)
	move(t, dir, owner, storetest.Keys(dir))
	for _, c := range [][3]string{{dir, owner, "not empty"}, {owner, dir, "not empty"}, {empty, owner, "no register"}, {dir, "postgres://127.0.0.1:1/x", "connect"}} {
		if _, err := store.Move(t.Context(), c[0], c[1], storetest.Worker, storetest.Keys(dir)); err == nil || !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%s to %s: %v, want %s", c[0], c[1], err, c[2])
		}
	}
	if _, err := straight(t, dir).Exec("UPDATE system SET name = 'Khác'"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Move(t.Context(), dir, empty, "", storetest.Keys(dir)); err == nil || !strings.Contains(err.Error(), "does not verify") {
		t.Errorf("a forged register: %v", err)
	}
}

// TestMoveIsAllOrNothing: a copy cut off at any instant leaves an empty target
// with its triggers on, and can be made anew.
func TestMoveIsAllOrNothing(t *testing.T) {
	storetest.SQLiteOnly(t)
	owner, _ := storetest.Postgres(t)
	dir := t.TempDir()
	full(t, dir)
	if err := store.Prepare(t.Context(), owner, storetest.Worker); err != nil {
		t.Fatal(err)
	}
	db := storetest.Admin(t, owner)
	tables := column(t, db, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('bun_migrations', 'turn', 'leader')")
	for wait := time.Millisecond; ; wait = wait * 3 / 2 {
		ctx, cancel := context.WithTimeout(t.Context(), wait)
		_, err := store.Move(ctx, dir, owner, storetest.Worker, storetest.Keys(dir))
		cancel()
		if off := column(t, db, "SELECT COUNT(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O'")[0]; off != "0" {
			t.Fatalf("cut off after %v, %s triggers stayed off", wait, off)
		}
		filled := slices.DeleteFunc(slices.Clone(tables), func(table string) bool { return count(t, db, table, "TRUE") == 0 })
		switch {
		case err == nil:
			return
		case len(filled) > 20: // committed, and then cut off in the check of what arrived
			return
		case len(filled) > 0:
			t.Fatalf("cut off after %v, there are rows in %v", wait, filled)
		}
	}
}

func move(t *testing.T, from, to string, keys store.Sealer) store.Moved {
	t.Helper()
	m, err := store.Move(context.Background(), from, to, storetest.Worker, keys)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// quoted makes columns fit for json_array, which takes no bytes.
func quoted(columns []string) (out []string) {
	for _, c := range columns {
		out = append(out, "quote("+c+")")
	}
	return out
}
