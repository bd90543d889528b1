package gate_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// TestStart times the way from the file to the first right answer: the book of
// law, the register with its migrations, the board. CAPDO_BENCH_START=SYSTEMS
// sets how many; beyond those of the office the decisions alone are copied.
func TestStart(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("CAPDO_BENCH_START"))
	if err != nil {
		n = 200
	}
	l := serve(t, connected, min(n, 200))
	if err := l.store.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(l.dir, store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	if n > 200 {
		_, err = db.Exec(`PRAGMA foreign_keys = 0; INSERT INTO gate_decision SELECT 1000 + value, printf('B-%07d', value), d.ndxp, d.ndop FROM
			(WITH RECURSIVE c(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM c WHERE value < ?) SELECT value FROM c), gate_decision d WHERE d.code = 'A-0001'`, n-200)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	book, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	read := time.Since(began)
	s := storetest.OpenIn(t, l.dir)
	opened := time.Since(began)
	g := &gate.Gate{Standings: s, Book: book, Clock: l.office.Clock, Board: gate.NewBoard(book)}
	s.Watch(g.Board)
	if err := g.Board.Load(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	v := g.Ask(t.Context(), gate.Question{Provider: fmt.Sprintf("A-%04d", min(n, 200)), Consumer: "A-0001"})
	if v.Decision != gate.Allow {
		t.Fatal(told(v))
	}
	t.Logf("%d systems: law %v, register %v, decisions and the first answer %v; %v in all", n, read, opened-read, time.Since(began)-opened, time.Since(began))
}
