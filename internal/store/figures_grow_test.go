package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestDashboardGrows: what the first page and the overview read of figures takes at
// 1,000,000 systems at most twice the time it takes at 7,008, in turns in one run; the
// best round of each counts. CAPDO_BENCH names the rounds.
func TestDashboardGrows(t *testing.T) {
	rounds := 0
	if _, err := fmt.Sscan(os.Getenv("CAPDO_BENCH"), &rounds); err != nil || rounds < 1 || storetest.OnPostgres() {
		t.Skip("SKIPPED: CAPDO_BENCH names no rounds, or the register is in PostgreSQL")
	}
	small, large := counting(t, 7_008), counting(t, 1_000_000)
	best, parts := map[*approval.Office]time.Duration{small: time.Hour, large: time.Hour}, map[*approval.Office][3]time.Duration{}
	for range rounds {
		for _, o := range []*approval.Office{small, large} {
			start := time.Now()
			ov, err := o.Overview(context.Background(), storetest.Keeper(), approval.Believed(today))
			if err != nil || ov.Total == 0 {
				t.Fatalf("%v %+v", err, ov)
			}
			counted := time.Since(start)
			if _, err := o.Trend(context.Background(), storetest.Keeper(), today, 24, approval.Part{}); err != nil {
				t.Fatal(err)
			}
			trended := time.Since(start)
			if _, err := o.Ahead(context.Background(), storetest.Keeper(), "2026-12-31", "2027-02-28"); err != nil {
				t.Fatal(err)
			}
			if all := time.Since(start); all < best[o] {
				best[o], parts[o] = all, [3]time.Duration{counted, trended - counted, all - trended}
			}
		}
	}
	ratio := float64(best[large]) / float64(best[small])
	t.Logf("figures, trend, what runs out: %v at 7,008, %v at 1,000,000: %.2f", parts[small], parts[large], ratio)
	if ratio > 2 {
		t.Errorf("the figures take %.2f times as long", ratio)
	}
}

// counting is a register that has the figures of n systems, and nothing else: each
// registered, approved and deployed on days of three years, at one of 91 bodies and
// five levels, its approval ending on a day to come.
func counting(t *testing.T, n int) *approval.Office {
	t.Helper()
	dir := t.TempDir()
	o, s := storetest.OfficeIn(t, dir, storetest.At(today))
	if err := s.MakeFigures(context.Background()); err != nil {
		t.Fatal(err)
	}
	type key struct {
		day   law.Day
		owner string
		level int
	}
	dice := rand.New(rand.NewPCG(331, 2026))
	rows := map[key][3]int{}
	var agencies []approval.Agency
	var owners []string
	for i := range 91 {
		code := fmt.Sprintf("B%02d", i)
		agencies, owners = append(agencies, approval.Agency{Code: code, Name: "Cơ quan " + code, Group: "province", Sector: law.SectorCivil, No: i + 1}), append(owners, code)
	}
	if err := o.Import(context.Background(), storetest.Keeper(), approval.World{Agencies: agencies}); err != nil {
		t.Fatal(err)
	}
	for range n {
		k := key{law.Day("2023-12-01").AddDays(dice.IntN(900)), owners[dice.IntN(len(owners))], 1 + dice.IntN(5)}
		for i, change := range [][3]int{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0, -1, -1}} {
			x := rows[k]
			rows[k] = [3]int{x[0] + change[0], x[1] + change[1], x[2] + change[2]}
			if k.day = k.day.AddDays(1 + dice.IntN(60)); i == 2 {
				k.day = law.Day(today).AddDays(dice.IntN(1500))
			}
		}
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "capdo.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	insert, err := tx.Prepare("INSERT INTO figure VALUES (?, ?, ?, 'registered', ?, ?, ?, ?, 0)")
	if err != nil {
		t.Fatal(err)
	}
	for k, x := range rows {
		if _, err := insert.Exec(string(k.day), k.owner, k.owner, k.level, x[0], x[1], x[2]); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := tx.Exec("INSERT INTO figure_month SELECT substr(day, 1, 7), holder, owner, origin, level, SUM(total), SUM(approved), SUM(deployed), SUM(confirmed) FROM figure GROUP BY 1, 2, 3, 4, 5"); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	return o
}
