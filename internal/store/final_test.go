package store_test

import (
	"strings"
	"testing"

	"capdo/internal/store/storetest"
)

// TestFinalRowsCannotBeReplaced: REPLACE passes by the triggers on delete, so
// the key itself is guarded; and whoever confirmed takes no other hand.
func TestFinalRowsCannotBeReplaced(t *testing.T) {
	dir := t.TempDir()
	o, s := storetest.OfficeIn(t, dir, storetest.At("2026-11-22"))
	storetest.Lead(t, o, "H56", "Hệ thống một cửa", storetest.Confirmed)
	linked(t, o, s)
	db := storetest.Raw(t, dir)
	for _, table := range []string{"entry", "entry_hash", "review", "decision", "approval", "confirmation", "dossier_editor", "connection_step"} {
		var n int
		if err := db.QueryRow("SELECT COUNT(*) FROM " + table).Scan(&n); err != nil || n == 0 {
			t.Fatalf("%s: %d rows, %v", table, n, err)
		}
		if storetest.OnPostgres() { // where there is no REPLACE, what comes nearest
			_, err := db.Exec("TRUNCATE " + table + " CASCADE")
			if err == nil || !strings.Contains(err.Error(), "final") && !strings.Contains(err.Error(), "not deleted") {
				t.Errorf("%s: emptied: %v", table, err)
			}
			continue
		}
		if _, err := db.Exec("INSERT OR REPLACE INTO " + table + " SELECT * FROM " + table + " LIMIT 1"); err == nil || !strings.Contains(err.Error(), "final") {
			t.Errorf("%s: replaced: %v", table, err)
		}
	}
	for statement, want := range map[string]string{
		"INSERT INTO dossier_editor SELECT system_id, 1, 9, person FROM confirmation":                                                               "four eyes: editor",
		"INSERT INTO review SELECT system_id, 1, 9, 'opinion', 'agree', '', '', person, account, capacity, body, at FROM confirmation":              "four eyes: review",
		"INSERT INTO decision SELECT system_id, 1, 9, 'plan', 'approve', '', '', '', '', '', person, account, capacity, body, at FROM confirmation": "four eyes: decision",
		"UPDATE ledger_head SET size = size - 1": "only grows",
		"DELETE FROM ledger_head":                "only grows",
		"DELETE FROM agency":                     "not deleted",
	} {
		if _, err := db.Exec(statement); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", statement, err, want)
		}
	}
	if f := faults(t, s); f != "" {
		t.Error(f)
	}
}
