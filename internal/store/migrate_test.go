package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/internal/store"
	"capdo/internal/store/storetest"
	"capdo/migrations"
)

// migrateVar tells the test binary to be a process that migrates a place, to be
// killed.
const migrateVar = "CAPDO_TEST_MIGRATE"

// migrateAndExit is that process.
func migrateAndExit(place string) {
	fmt.Println("begins")
	err := error(nil)
	if store.IsAddress(place) {
		err = store.Prepare(context.Background(), place, storetest.Worker)
	} else if s, failed := store.Open(context.Background(), place); failed == nil {
		err = s.Close()
	} else {
		err = failed
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// site is where a test migrates: a folder or a database.
type site struct {
	at    string // for the one who migrates
	query string // of the shape
	open  func(t *testing.T) *sql.DB
}

// places returns an empty place of each kind.
func places(t *testing.T) map[string]site {
	dir := t.TempDir()
	all := map[string]site{"sqlite": {dir, sqliteShape, func(t *testing.T) *sql.DB { return storetest.File(t, dir) }}}
	if os.Getenv("CAPDO_TEST_POSTGRES") != "" {
		owner, _ := storetest.Postgres(t)
		all["postgres"] = site{owner, pgShape, func(t *testing.T) *sql.DB {
			db := storetest.Admin(t, owner)
			for column(t, db, "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND usename <> current_user")[0] != "0" {
				time.Sleep(time.Millisecond) // what a killed process asked for is still being done
			}
			return db
		}}
	}
	return all
}

// TestMigrationsSurviveKill: a process that migrates and is killed at any instant
// leaves a whole number of migrations, each with the row that says so, and the
// next one goes on from there.
func TestMigrationsSurviveKill(t *testing.T) {
	storetest.SQLiteOnly(t)
	clean := places(t)
	for kind, p := range places(t) {
		db := clean[kind].open(t)
		shapes := store.Prefixes(t, db, func() string { return strings.Join(shape(t, db, p.query), "\n") }, kind)
		seen, whole := map[int]bool{}, false
		for wait := time.Duration(0); !whole; wait += 3 * time.Millisecond {
			whole = killed(t, p.at, wait)
			db := p.open(t)
			done := 0
			_ = db.QueryRow("SELECT COUNT(*) FROM bun_migrations").Scan(&done) // 0 where there is no such table
			if got := strings.Join(shape(t, db, p.query), "\n"); got != shapes[done] {
				t.Fatalf("%s: killed after %v, %d migrations are said to be done, the schema is that of another number:\n%s", kind, wait, done, got)
			}
			seen[done] = true
		}
		if len(seen) < 5 {
			t.Errorf("%s: killed at %d places only", kind, len(seen))
		}
	}
}

// killed runs the process that migrates and kills it after a while; it tells
// whether the process was done before.
func killed(t *testing.T, at string, wait time.Duration) bool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), migrateVar+"="+at)
	c.Stderr = t.Output()
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if !bufio.NewScanner(out).Scan() {
		t.Error("the process did not begin")
	}
	timer := time.AfterFunc(wait, func() { _ = c.Process.Kill() })
	defer timer.Stop()
	return c.Wait() == nil
}

// TestANewerSchemaIsRefused: a program does not write into a register that a newer
// one has changed, and PostgreSQL is not worked with before it is up to date.
func TestANewerSchemaIsRefused(t *testing.T) {
	storetest.SQLiteOnly(t)
	dir := t.TempDir()
	if err := storetest.OpenIn(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	newer := "INSERT INTO bun_migrations (name, group_id) VALUES ('20991231000000', 9)"
	if _, err := storetest.Raw(t, dir).Exec(newer); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), dir); !errors.Is(err, store.ErrNewer) {
		t.Errorf("the file: %v", err)
	}
	owner, program := storetest.Postgres(t)
	if err := store.Prepare(t.Context(), owner, storetest.Worker); err != nil {
		t.Fatal(err)
	}
	db := storetest.Admin(t, owner)
	if _, err := db.Exec("DELETE FROM bun_migrations WHERE name = (SELECT MAX(name) FROM bun_migrations)"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Connect(t.Context(), program); !errors.Is(err, store.ErrOlder) {
		t.Errorf("an older database: %v", err)
	}
	if _, err := db.Exec(newer); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Connect(t.Context(), program); !errors.Is(err, store.ErrNewer) {
		t.Errorf("a newer database: %v", err)
	}
	if err := store.Prepare(t.Context(), owner, storetest.Worker); !errors.Is(err, store.ErrNewer) {
		t.Errorf("a newer database, migrated: %v", err)
	}
}

// TestWorkGoesOnWhileTheSchemaGrows: what a migration may do (TestMigrationsAdd)
// is done to every table under a program that runs; it works on and agrees with
// its ledger.
func TestWorkGoesOnWhileTheSchemaGrows(t *testing.T) {
	dir, clock := t.TempDir(), storetest.At(today)
	o, s := storetest.OfficeIn(t, dir, clock)
	db := storetest.Raw(t, dir)
	for _, table := range tableNames(t, db) {
		if strings.HasPrefix(table, "bun_") || strings.HasPrefix(table, "sqlite_") {
			continue
		}
		for _, add := range []string{"ALTER TABLE " + table + " ADD COLUMN aa_new TEXT", "ALTER TABLE " + table + " ADD COLUMN zz_new TEXT NOT NULL DEFAULT 'x'", "CREATE INDEX new_" + table + " ON " + table + " (zz_new)"} {
			if _, err := db.Exec(add); err != nil {
				t.Fatalf("%s: %v", add, err)
			}
		}
	}
	fill(t, dir, o, clock)
	if f := faults(t, s); f != "" {
		t.Error(f)
	}
}

// adds are the statements a migration may be made of: they take nothing away that
// an older program asks for, and ask for nothing that it does not give.
var adds = regexp.MustCompile(`(?s)^(CREATE (TABLE|INDEX|UNIQUE INDEX|TRIGGER|FUNCTION) |ALTER TABLE \w+ ADD COLUMN |INSERT INTO |SELECT guard\(|DO )`)

// TestMigrationsAdd: a migration only adds, so that the program before it works on
// beside the new one. Taking away comes a release later, when no program asks for
// it any more: such a file is named in taken with the release it waited for.
func TestMigrationsAdd(t *testing.T) {
	taken := []string{"20261127040002_plans_sealed.tx.up.sql", "20261128020001_texts_sealed.halt.tx.up.sql"} // triggers are put again that refuse less
	for _, dialect := range []string{"sqlite", "postgres"} {
		files, err := migrations.For(dialect)
		if err != nil {
			t.Fatal(err)
		}
		names, err := fs.Glob(files, "*.sql")
		if err != nil || len(names) < 20 {
			t.Fatal(len(names), err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range statements(string(text)) {
				column := strings.Contains(s, " ADD COLUMN ")
				if !adds.MatchString(s) || column && strings.Contains(s, "NOT NULL") && !strings.Contains(s, "DEFAULT") {
					if !slices.Contains(taken, name) {
						t.Errorf("%s/%s does more than add: %s", dialect, name, s)
					}
				}
			}
		}
	}
	for _, bad := range []string{"DROP TABLE system", "ALTER TABLE system RENAME COLUMN name TO title", "ALTER TABLE system DROP COLUMN name", "ALTER TABLE system ALTER COLUMN name SET NOT NULL", "UPDATE system SET name = ''", "DELETE FROM system"} {
		if adds.MatchString(bad) {
			t.Errorf("%s is taken for an addition", bad)
		}
	}
}

// statements cuts a migration at the semicolons that end a line outside of a body.
func statements(text string) (all []string) {
	var b strings.Builder
	inside := false
	for line := range strings.Lines(text) {
		if code, _, _ := strings.Cut(line, "--"); strings.TrimSpace(code) == "" {
			continue
		}
		b.WriteString(line)
		if strings.Count(line, "$$")%2 == 1 {
			inside = !inside
		}
		end := strings.TrimSpace(line)
		trigger := strings.HasPrefix(b.String(), "CREATE TRIGGER") && strings.Contains(b.String(), "BEGIN")
		if !inside && strings.HasSuffix(end, ";") && (!trigger || strings.HasSuffix(end, "END;")) {
			all = append(all, strings.TrimSpace(b.String()))
			b.Reset()
		}
	}
	return all
}
