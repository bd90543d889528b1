package store_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

var update = flag.Bool("update", false, "write testdata/schema.sql anew")

// TestSchema: the schema that the migrations give is the one on file, so that a
// change of it shows in a review.
func TestSchema(t *testing.T) {
	storetest.SQLiteOnly(t)
	dir := t.TempDir()
	storetest.OpenIn(t, dir)
	got := strings.Join(column(t, storetest.Raw(t, dir), "SELECT sql || ';' FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'bun_%' ORDER BY type DESC, name"), "\n\n") + "\n"
	golden := filepath.Join("testdata", "schema.sql")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the schema is not that of %s; look at the difference, then run with -update:\n%s", golden, got)
	}
}

// TestOpenTwice: a register opened again keeps its schema, its migrations and
// its records.
func TestOpenTwice(t *testing.T) {
	dir := t.TempDir()
	o, first := storetest.OfficeIn(t, dir, storetest.At(today))
	s := storetest.Lead(t, o, "H56", "Một cửa", storetest.Deployed)
	was, db := head(t, first), storetest.Raw(t, dir)
	applied := column(t, db, "SELECT name || ' ' || migrated_at FROM bun_migrations ORDER BY 1")
	second := storetest.OpenIn(t, dir)
	if got := head(t, second); got != was {
		t.Errorf("head %+v, then %+v", was, got)
	}
	if again := column(t, db, "SELECT name || ' ' || migrated_at FROM bun_migrations ORDER BY 1"); len(applied) == 0 || strings.Join(again, ",") != strings.Join(applied, ",") {
		t.Errorf("migrations %v, then %v", applied, again)
	}
	view(t, second, storetest.Keeper(), func(r approval.Reader) error {
		x, err := r.System(s.Code)
		if err == nil && encode(t, x) != encode(t, s) {
			t.Errorf("the system is %s, then %s", encode(t, s), encode(t, x))
		}
		return err
	})
}

// TestFolderIsPrivate: nobody else on the machine reads the register.
func TestFolderIsPrivate(t *testing.T) {
	storetest.SQLiteOnly(t)
	dir := filepath.Join(t.TempDir(), "a", "b")
	storetest.OpenIn(t, dir)
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is %v", info.Mode())
	}
}

// TestNothingIsTakenBack: what was said stays said, whoever asks the file.
func TestNothingIsTakenBack(t *testing.T) {
	dir := t.TempDir()
	o, _ := storetest.OfficeIn(t, dir, storetest.At(today))
	ctx := context.Background()
	x := storetest.Lead(t, o, "H56", "Hai cửa", storetest.Submitted)
	if _, err := o.Receive(ctx, storetest.Actor(law.RoleSpecialisedUnit, "H56"), x.Code, x.Version, approval.ReceiptInput{Complete: true, Digest: x.Last().Digest}); err != nil {
		t.Fatal(err)
	}
	s := storetest.Lead(t, o, "H56", "Một cửa", storetest.Deployed)
	s, err := o.Inspect(ctx, storetest.Actor(law.RoleOperator, "H56"), s.Code, s.Version, approval.InspectionInput{Kind: approval.InspectionCheck, On: today, Performer: "A"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Revoke(ctx, storetest.Actor(law.RoleMPS, "G01"), s.Code, s.Version, approval.RevocationInput{Ground: "Sai"}); err != nil {
		t.Fatal(err)
	}
	if s, err = o.Suspend(ctx, storetest.Actor(law.RoleMPS, "G01"), s.Code, s.Version+1, approval.SuspensionInput{Ground: "Sự cố", Number: "7"}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Reinstate(ctx, storetest.Actor(law.RoleMPS, "G01"), s.Code, s.Version, "Đã khắc phục", ""); err != nil {
		t.Fatal(err)
	}
	db := storetest.Raw(t, dir)
	refused := func(statement string) {
		t.Helper()
		if _, err := db.Exec(statement); err == nil || !strings.Contains(err.Error(), "(1811)") && !strings.Contains(err.Error(), "P0001") { // that a trigger raised it
			t.Errorf("%s: %v", statement, err)
		}
	}
	for _, table := range []string{"review", "decision", "approval", "confirmation", "revocation", "plan", "inspection", "suspension", "suspension_lift", "dossier_editor", "dossier_round", "receipt", "entry", "entry_hash"} {
		if n := column(t, db, "SELECT COUNT(*) FROM "+table)[0]; n == "0" {
			t.Errorf("%s is empty", table)
		}
		refused("DELETE FROM " + table)
		for _, col := range columnNames(t, db, table) {
			refused("UPDATE " + table + " SET " + col + " = " + col)
		}
	}
	refused("DELETE FROM system")
	refused("DELETE FROM dossier")
}

// TestSettings: an acknowledged act survives a power cut, and only then.
func TestSettings(t *testing.T) {
	storetest.SQLiteOnly(t)
	s := storetest.Open(t)
	for _, c := range []struct{ pragma, writer, reader string }{
		{"journal_mode", "wal", "wal"}, {"synchronous", "2", "2"}, {"foreign_keys", "1", "1"},
		{"trusted_schema", "0", "0"}, {"busy_timeout", "5000", "5000"}, {"query_only", "0", "1"},
	} {
		w, r := store.Pragma(t, s, c.pragma)
		if w != c.writer || r != c.reader {
			t.Errorf("%s: writer %s, reader %s; want %s, %s", c.pragma, w, r, c.writer, c.reader)
		}
	}
	if err := store.WriteByReader(s, "DELETE FROM session"); err == nil || !strings.Contains(err.Error(), "readonly") {
		t.Errorf("the reader writes: %v", err)
	}
}

// TestHalfAnActLeavesNothing: an error or a panic after the record was saved
// takes everything back, and the store works on.
func TestHalfAnActLeavesNothing(t *testing.T) {
	o, s := storetest.Office(t, storetest.At(today))
	x := storetest.Lead(t, o, "H56", "Một cửa", storetest.Registered)
	before, broken := head(t, s), errors.New("broken")
	officer := storetest.Actor(law.RoleOperator, "H56")
	save := func(tx approval.Tx) {
		y, err := tx.System(x.Code)
		if err != nil {
			t.Fatal(err)
		}
		y.Name = "Đã đổi"
		if err := errors.Join(tx.Save(&y), tx.Create(&approval.System{Name: "Mới", Owner: "H56", Stage: approval.New, Origin: approval.Registered})); err != nil {
			t.Fatal(err)
		}
	}
	act := func(end func(approval.Tx) error) (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic: %v", r)
			}
		}()
		return s.Update(context.Background(), officer, storetest.At(today).T, func(tx approval.Tx) error {
			save(tx)
			return end(tx)
		})
	}
	entry := approval.Entry{Act: "x", Object: "system:" + x.Code}
	for name, end := range map[string]func(approval.Tx) error{
		"error":             func(approval.Tx) error { return broken },
		"error after entry": func(tx approval.Tx) error { return errors.Join(tx.Append(&entry), broken) },
		"panic":             func(approval.Tx) error { panic("broken") },
		"panic after entry": func(tx approval.Tx) error {
			if err := tx.Append(&entry); err != nil {
				return err
			}
			panic("broken")
		},
		"no entry": func(approval.Tx) error { return nil },
	} {
		if err := act(end); err == nil {
			t.Errorf("%s: done", name)
		}
		if got := head(t, s); got != before {
			t.Errorf("%s: head %+v after %+v", name, got, before)
		}
		view(t, s, officer, func(r approval.Reader) error {
			p, err := r.Search(approval.Filter{})
			if err == nil && (p.Total != 1 || p.Rows[0].Name != "Một cửa") {
				t.Errorf("%s: register %+v", name, p)
			}
			return err
		})
	}
	if err := s.Update(context.Background(), officer, storetest.At(today).T, func(approval.Tx) error { return nil }); err == nil {
		t.Error("a transaction without an entry was done")
	}
	next := storetest.Lead(t, o, "H56", "Sau đó", storetest.Deployed)
	if next.Code != "H56-0002" {
		t.Errorf("next code = %s", next.Code)
	}
	sound(t, s)
}

// sound fails the test when the register and its ledger disagree.
func sound(t *testing.T, s *store.Store) {
	t.Helper()
	r, err := s.Verify(context.Background())
	if err != nil || len(r.Violations) > 0 {
		t.Errorf("verify: %+v, %v", r.Violations, err)
	}
}

// TestCallerGoesAway: what was begun is finished; what was not is not begun.
func TestCallerGoesAway(t *testing.T) {
	o, s := storetest.Office(t, storetest.At(today))
	ctx, cancel := context.WithCancel(context.Background())
	err := s.Update(ctx, storetest.Keeper(), o.Clock(), func(tx approval.Tx) error {
		cancel()
		return tx.Append(&approval.Entry{Act: "x", Object: "y"})
	})
	if err != nil {
		t.Errorf("begun before the caller went: %v", err)
	}
	if err := s.Update(ctx, storetest.Keeper(), o.Clock(), func(approval.Tx) error { t.Error("begun"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("begun after the caller went: %v", err)
	}
}

// TestOneOfManyWins: of many that decide at once on what they saw, one does;
// the others are told, and leave nothing.
func TestOneOfManyWins(t *testing.T) {
	o, s := storetest.Office(t, storetest.At(today))
	x := storetest.Lead(t, o, "H56", "Một cửa", storetest.Appraised)
	before := head(t, s)
	const many = 32
	errs := make([]error, many)
	var wg sync.WaitGroup
	for i := range many {
		wg.Go(func() {
			a := storetest.Actor(law.RoleOwner, "H56")
			a.Person = fmt.Sprint("p.", i)
			_, errs[i] = o.Decide(context.Background(), a, x.Code, x.Version, approval.DecisionInput{Outcome: approval.Approve, Number: fmt.Sprint(i), DecidedOn: today, Digest: x.Last().Digest})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		var r *approval.Refusal
		switch {
		case err == nil:
			won++
		case !errors.As(err, &r) || r.Kind != approval.Stale:
			t.Errorf("refused: %v", err)
		}
	}
	if after := head(t, s); won != 1 || after.Size != before.Size+1 {
		t.Errorf("%d won, %d entries more", won, after.Size-before.Size)
	}
	sound(t, s)
}

// TestReadersSeeWholeActs: while one writes, every snapshot is of one moment.
func TestReadersSeeWholeActs(t *testing.T) {
	o, s := storetest.Office(t, storetest.At(today))
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				err := s.View(context.Background(), storetest.Keeper(), func(r approval.Reader) error {
					h, err := r.Head()
					if err != nil {
						return err
					}
					again, err := r.Head()
					if err == nil && h != again {
						t.Errorf("one snapshot, two heads: %+v, %+v", h, again)
					}
					x, err := r.System("H56-0001")
					if err != nil {
						return nil // not there yet
					}
					es, err := r.Entries("H56-0001")
					if err != nil {
						return err
					}
					if d, err := x.Digest(); err != nil || d != es[len(es)-1].After {
						t.Errorf("version %d beside its entry %d: %v", x.Version, len(es), err)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	storetest.Lead(t, o, "H56", "Một cửa", storetest.Deployed)
	close(stop)
	wg.Wait()
}

// TestNextCode follows the highest serial that the owner has, whatever was
// loaded with codes of its own.
func TestNextCode(t *testing.T) {
	o, _ := storetest.Office(t, storetest.At(today))
	loaded := func(code string, origin approval.Origin) approval.System {
		return approval.System{Code: code, Name: "Có sẵn", Owner: "H56", Stage: approval.New, Origin: origin, RegisteredAt: time.Unix(0, 0).UTC()}
	}
	err := o.Import(context.Background(), storetest.Keeper(), approval.World{Systems: []approval.System{
		loaded("H56-0001", approval.Registered), loaded("H56-0007", approval.Registered), loaded("H56-S0900", approval.Simulated), loaded("", approval.Registered), loaded("", approval.Registered)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"H56-0010", "H56-0011"} {
		if s := storetest.Lead(t, o, "H56", "Mới", storetest.Registered); s.Code != want {
			t.Errorf("code = %s, want %s", s.Code, want)
		}
	}
	if s := storetest.Lead(t, o, "H41", "Mới", storetest.Registered); s.Code != "H41-0001" {
		t.Errorf("code = %s", s.Code)
	}
}
