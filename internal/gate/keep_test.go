package gate_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite" // to tamper with the file

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// TestNotReady: until the board is loaded, every live question is denied as
// such, at every door; history is read from the register.
func TestNotReady(t *testing.T) {
	l := serve(t, connected, 1)
	l.gate.Board = gate.NewBoard(l.office.Book)
	if v := l.ask(t, "provider=A-0001"); v.Decision != gate.Deny || told(v)[0] != "F05 not-ready deny" || v.Level != nil {
		t.Errorf("not loaded: %v", told(v))
	}
	if v := l.ask(t, "provider=A-0001&at=2026-11-21T10:00:00Z"); v.Decision != gate.Allow {
		t.Errorf("of yesterday: %v", told(v))
	}
	if err := l.gate.Board.Load(t.Context(), l.store); err != nil {
		t.Fatal(err)
	}
	if v := l.ask(t, "provider=A-0001"); v.Decision != gate.Allow {
		t.Errorf("loaded: %v", told(v))
	}
}

// TestShutBeforeCommit: a revocation is denied before it is committed, and the
// way is open again when the commit fails; what gives opens nothing before.
func TestShutBeforeCommit(t *testing.T) {
	l := serve(t, connected, 2)
	l.ask(t, "provider=A-0001") // the register is seen unchanged
	st, _, err := l.store.Standings(t.Context(), l.office.Clock(), "A-0001")
	if err != nil {
		t.Fatal(err)
	}
	bad := st[0]
	bad.Approval, bad.Former = nil, bad.Approval
	d := l.gate.Board.Judge(bad)
	l.gate.Board.Before(size(t, l.store), []approval.Decided{d}, false)
	if v := l.ask(t, "provider=A-0001"); v.Decision != gate.Deny || told(v)[0] != "F06 being-changed deny" {
		t.Errorf("before the commit: %v", told(v))
	}
	if v := l.ask(t, "provider=A-0002"); v.Decision != gate.Allow {
		t.Errorf("another system meanwhile: %v", told(v))
	}
	l.gate.Board.Lost()
	if v := l.ask(t, "provider=A-0001"); v.Decision != gate.Allow {
		t.Errorf("rolled back: %v", told(v))
	}
	good := l.gate.Board.Judge(st[0])
	l.gate.Board.Before(size(t, l.store), []approval.Decided{good}, false)
	if v := l.ask(t, "provider=A-0001"); v.Decision != gate.Allow {
		t.Errorf("before the commit of nothing new: %v", told(v))
	}
	l.gate.Board.Lost()
}

// TestVerifyDecisions: the kept decisions are those of the record, and a changed
// one, a missing one and one too many are found.
func TestVerifyDecisions(t *testing.T) {
	l := serve(t, connected, 12)
	if _, err := l.office.Revoke(t.Context(), storetest.Actor(law.RoleMPS, ""), "A-0003", 1, approval.RevocationInput{Ground: "kê khai sai"}); err != nil {
		t.Fatal(err)
	}
	check := func() ([]store.Violation, int) {
		t.Helper()
		at := l.office.Clock()
		found, n, err := l.store.VerifyDecisions(t.Context(), at, func(d approval.Decided) bool { return d.NDXP != 0 && d.NDOP != 0 && l.gate.Board.Stale(d, at) })
		return append(found, wrong(err)...), n
	}
	if found, n := check(); len(found) != 0 || n != 12 {
		t.Fatalf("of an untouched register: %d compared, %v", n, found)
	}
	db, err := sql.Open("sqlite", filepath.Join(l.dir, store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, attack := range []string{
		"UPDATE gate_decision SET ndxp = (SELECT ndxp FROM gate_decision WHERE code = 'A-0001') WHERE code = 'A-0003'",
		"UPDATE gate_decision SET ndop = ndop + 4 WHERE code = 'A-0002'",
		"UPDATE gate_decision SET code = 'A-9999' WHERE code = 'A-0002'",
		"DELETE FROM gate_decision WHERE code = 'A-0002'",
		"INSERT INTO gate_decision SELECT 999, 'A-0999', ndxp, ndop FROM gate_decision WHERE code = 'A-0001'",
	} {
		if _, err := db.Exec("CREATE TEMP TABLE safe AS SELECT * FROM gate_decision"); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec("PRAGMA foreign_keys = 0"); err != nil {
			t.Fatal(err)
		}
		if r, err := db.Exec(attack); err != nil {
			t.Fatal(err)
		} else if n, err := r.RowsAffected(); err != nil || n != 1 {
			t.Fatal(attack, n, err)
		}
		if found, _ := check(); len(found) == 0 {
			t.Errorf("not found: %s", attack)
		}
		if _, err := db.Exec("DELETE FROM gate_decision; INSERT INTO gate_decision SELECT * FROM safe; DROP TABLE safe"); err != nil {
			t.Fatal(err)
		}
	}
	if found, _ := check(); len(found) != 0 {
		t.Errorf("mended: %v", found)
	}
}

// wrong makes a violation of an error.
func wrong(err error) []store.Violation {
	if err == nil {
		return nil
	}
	return []store.Violation{{What: err.Error()}}
}

// TestRedecide: decisions that are not known any more are made anew, on disk and
// on the board, and are then right without a read.
func TestRedecide(t *testing.T) {
	l := serve(t, connected, 700)
	db, err := sql.Open("sqlite", filepath.Join(l.dir, store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec("UPDATE gate_decision SET ndxp = 0, ndop = 0")
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	l.gate.Board = gate.NewBoard(l.office.Book)
	l.store.Watch(l.gate.Board)
	if err := l.gate.Board.Load(t.Context(), l.store); err != nil {
		t.Fatal(err)
	}
	at := l.office.Clock()
	made, err := l.store.Redecide(t.Context(), at, func(d approval.Decided) bool { return l.gate.Board.Stale(d, at) })
	if err != nil || made != 700 {
		t.Fatal(made, err)
	}
	l.ask(t, "provider=A-0001")
	before := l.reads.n.Load()
	if v := l.ask(t, "provider=A-0650&consumer=A-0002"); v.Decision != gate.Allow || l.reads.n.Load() != before {
		t.Errorf("%v, %d reads", told(v), l.reads.n.Load()-before)
	}
	made, err = l.store.Redecide(t.Context(), at, func(d approval.Decided) bool { return l.gate.Board.Stale(d, at) })
	if err != nil || made != 0 {
		t.Errorf("made again: %d, %v", made, err)
	}
}

// TestClockBack: a clock that runs back is not believed, neither against the
// gate's own latest reading nor against the ledger.
func TestClockBack(t *testing.T) {
	l := serve(t, connected, 1)
	if v := l.ask(t, "provider=A-0001"); v.Decision != gate.Allow {
		t.Fatal(told(v))
	}
	clock := l.office.Clock()
	l.gate.Clock = func() time.Time { return clock.Add(-10 * time.Second) }
	if v := l.ask(t, "provider=A-0001"); v.Decision != gate.Deny || told(v)[0] != "F07 clock-back deny" {
		t.Errorf("set back: %v", told(v))
	}
	fresh := &gate.Gate{Standings: l.store, Book: l.office.Book, Board: l.gate.Board, Clock: func() time.Time { return noon("2026-11-21") }}
	if v := fresh.Ask(t.Context(), gate.Question{Provider: "A-0001"}); v.Decision != gate.Deny || told(v)[0] != "F07 clock-back deny" {
		t.Errorf("before the ledger's last entry: %v", told(v))
	}
}

// TestAnotherProcess: what another process registers is known to this one in the
// next question, and soon without a read.
func TestAnotherProcess(t *testing.T) {
	l := serve(t, connected, 3)
	l.ask(t, "provider=A-0001")
	their := &approval.Office{Store: storetest.OpenIn(t, l.dir), Book: l.office.Book, Clock: l.office.Clock}
	if err := their.Import(t.Context(), storetest.Keeper(), approval.World{Source: "theirs", Systems: []approval.System{connected("C-0001")}}); err != nil {
		t.Fatal(err)
	}
	if v := l.ask(t, "provider=C-0001&consumer=A-0002"); v.Decision != gate.Allow {
		t.Errorf("at once: %v", told(v))
	}
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		before := l.reads.n.Load()
		v := l.ask(t, "provider=A-0003&consumer=C-0001")
		if v.Decision != gate.Allow {
			t.Fatal(told(v))
		}
		if w := l.ask(t, "provider=nobody"); l.reads.n.Load() == before && w.Decision == gate.Deny {
			break
		}
		if time.Since(began) > 10*time.Second {
			t.Fatal("the register is asked for ever")
		}
	}
}
