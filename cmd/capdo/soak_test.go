package main

import (
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// sample is how a service is at an instant.
type sample struct {
	memory     float64 // resident, MiB
	files      float64 // open
	goroutines float64
	wal        float64 // MiB
	rows       map[string]int
}

// growing are the tables that hold the record: they grow with what is done. Every
// other table must come to rest.
var growing = []string{"entry", "entry_hash", "ledger_checkpoint", "suspension", "suspension_lift", "attachment", "attachment_event", "paper", "paper_handed", "door_event", "door_seal"}

// TestSoak: a service at work for CAPDO_SOAK (such as 24h; by default ten seconds)
// does not grow: its memory, open files, goroutines, the log of its database, and
// the tables that are not the record.
func TestSoak(t *testing.T) {
	t.Parallel()
	last := 10 * time.Second
	if d, err := time.ParseDuration(os.Getenv("CAPDO_SOAK")); err == nil {
		last = d
	}
	e := newEstate(t)
	e.serve(nil)
	db := storetest.File(t, e.dir)
	var all []sample
	e.press(last, func(stop <-chan struct{}) {
		tick := time.NewTicker(last / 40)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				if s, ok := e.sample(db); ok {
					all = append(all, s)
				}
			}
		}
	})
	e.whole()
	if e.silences.Load() > 0 || e.broken.Load() > 0 {
		t.Errorf("%d questions and %d pages were not answered", e.silences.Load(), e.broken.Load())
	}
	if len(all) < 16 {
		t.Fatalf("%d samples", len(all))
	}
	early, late := all[len(all)/4:len(all)/2], all[len(all)-len(all)/4:]
	for _, x := range []struct {
		name string
		of   func(sample) float64
		more float64 // than early, that is no growth
	}{
		{"resident MiB", func(s sample) float64 { return s.memory }, 64},
		{"open files", func(s sample) float64 { return s.files }, 32},
		{"goroutines", func(s sample) float64 { return s.goroutines }, 64},
	} {
		was, is := middle(early, x.of), middle(late, x.of)
		t.Logf("%s: %.0f, later %.0f", x.name, was, is)
		if is > was+x.more {
			t.Errorf("%s grew from %.0f to %.0f", x.name, was, is)
		}
	}
	wal := 0.0
	for _, s := range all {
		wal = max(wal, s.wal)
	}
	if t.Logf("log of the database: at most %.1f MiB", wal); wal > 64 {
		t.Errorf("the log of the database grew to %.0f MiB", wal)
	}
	for _, table := range slices.Sorted(maps.Keys(all[0].rows)) {
		was, is := early[len(early)-1].rows[table], all[len(all)-1].rows[table]
		if is > was {
			t.Logf("%s: %d rows, later %d", table, was, is)
		}
		if is > was+200 && !slices.Contains(growing, table) {
			t.Errorf("%s grew from %d rows to %d, and is not of the record", table, was, is)
		}
	}
}

// middle is the median of samples.
func middle(all []sample, of func(sample) float64) float64 {
	var xs []float64
	for _, s := range all {
		xs = append(xs, of(s))
	}
	slices.Sort(xs)
	return xs[len(xs)/2]
}

// sample looks at the service, and false when it cannot be seen.
func (e *estate) sample(db *sql.DB) (s sample, ok bool) {
	memory, ok1 := e.figure("process_resident_memory_bytes")
	files, ok2 := e.figure("process_open_fds")
	goroutines, ok3 := e.figure("go_goroutines")
	info, err := os.Stat(filepath.Join(e.dir, store.FileName+"-wal"))
	if err != nil || !ok1 || !ok2 || !ok3 {
		return s, false
	}
	s = sample{memory / (1 << 20), files, goroutines, float64(info.Size()) / (1 << 20), map[string]int{}}
	rows, err := db.Query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
	if err != nil {
		return s, false
	}
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return s, false
		}
		tables = append(tables, name)
	}
	for _, table := range tables {
		var n int
		if err := db.QueryRow(fmt.Sprintf("SELECT COUNT(*) FROM %q", strings.ReplaceAll(table, `"`, ""))).Scan(&n); err != nil {
			return s, false
		}
		s.rows[table] = n
	}
	return s, true
}
