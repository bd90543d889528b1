package store_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// TestRewrittenLedger: whoever makes the entries and all their hashes anew is found
// by what was signed: the checkpoint, and the rotation of the keys.
func TestRewrittenLedger(t *testing.T) {
	for name, c := range map[string]struct {
		want   string
		change func(e *approval.Entry)
	}{
		"unchanged": {"", func(*approval.Entry) {}},
		"an entry before the checkpoint": {"the ledger was another one", func(e *approval.Entry) {
			if e.Seq == 0 {
				e.Detail = map[string]string{"rewritten": "x"}
			}
		}},
		"a rotation that the old key did not sign": {"signed_by_old: ", func(e *approval.Entry) {
			if e.Act == "rotate-key" {
				e.Detail["signed_by_old"] = e.Detail["signed_by_new"]
			}
		}},
		"a rotation that the new key did not sign": {"signed_by_new: ", func(e *approval.Entry) {
			if e.Act == "rotate-key" {
				e.Detail["signed_by_new"] = e.Detail["signed_by_old"]
			}
		}},
	} {
		dir, clock := t.TempDir(), storetest.At(today)
		_, s := storetest.OfficeIn(t, dir, clock)
		storetest.Seal(t, s, clock, filepath.Join(dir, "keys"))
		storetest.Rewrite(t, s, dir, c.change)
		r, err := s.Verify(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if named := slices.ContainsFunc(r.Violations, func(v store.Violation) bool { return strings.Contains(v.What, c.want) }); named != (c.want != "") {
			t.Errorf("%s: %+v", name, r.Violations)
		}
	}
}

// TestVerifyFindsOneOfEach is the small sister of the tests that try every bit and
// every column: a hash, the head, and a record that is gone.
func TestVerifyFindsOneOfEach(t *testing.T) {
	for name, c := range map[string]struct{ trigger, table, statement, want string }{
		"a stored hash": {"entry_hash_final_u", "entry_hash", "UPDATE entry_hash SET hash = (SELECT hash FROM entry_hash WHERE i = 1) WHERE i = 0", "stored hash 0 is not that of the entry"},
		"the head":      {"ledger_head_forward", "ledger_head", "UPDATE ledger_head SET root = (SELECT hash FROM entry_hash WHERE i = 1)", "the head says"},
		"an agency":     {"agency_stays", "agency", "DELETE FROM agency WHERE code = 'G01'", "the record is gone"},
	} {
		dir := t.TempDir()
		o, s := storetest.OfficeIn(t, dir, storetest.At(today))
		storetest.Lead(t, o, "H56", "Một cửa", storetest.Registered)
		db := storetest.Raw(t, dir)
		for _, statement := range []string{storetest.DropTrigger(c.trigger, c.table), c.statement} {
			if _, err := db.Exec(statement); err != nil {
				t.Fatal(err)
			}
		}
		r, err := s.Verify(context.Background())
		if err != nil || !slices.ContainsFunc(r.Violations, func(v store.Violation) bool { return strings.Contains(v.What, c.want) }) {
			t.Errorf("%s: %+v, %v", name, r.Violations, err)
		}
	}
}
