package store_test

import (
	"testing"

	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// TestSnapshot: the copy that archives are made of is the register in a file of
// its own, whichever database holds it.
func TestSnapshot(t *testing.T) {
	to := t.TempDir()
	dir := t.TempDir()
	_, s := full(t, dir)
	if err := s.Snapshot(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	copied, err := store.Open(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	copied.Guard(storetest.Keys(dir))
	if f := faults(t, copied); f != "" {
		t.Error(f)
	}
	if a, b := head(t, s), head(t, copied); a != b || a.Size == 0 {
		t.Errorf("the ledger is %+v, the copy's %+v", a, b)
	}
	if n := column(t, storetest.File(t, to), "SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger'")[0]; n == "0" {
		t.Error("the copy has no triggers")
	}
}
