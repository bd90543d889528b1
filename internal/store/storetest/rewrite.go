package storetest

import (
	"context"
	"encoding/json"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/ledger"
	"capdo/internal/store"
)

// Rewrite changes the entries of the register in dir as somebody with all rights on
// its database can: every hash and the head are made anew.
func Rewrite(t testing.TB, s *store.Store, dir string, change func(*approval.Entry)) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	b, err := s.Bundle(context.Background())
	must(err)
	db := Raw(t, dir)
	exec := func(query string, args ...any) {
		t.Helper()
		_, err := db.Exec(query, args...)
		must(err)
	}
	for trigger, table := range map[string]string{"entry_final_u": "entry", "entry_hash_final_u": "entry_hash", "ledger_head_forward": "ledger_head"} {
		exec(DropTrigger(trigger, table))
	}
	var tree ledger.Tree
	next := 0 // of the hashes
	for seq, raw := range b.Entries {
		var e approval.Entry
		must(json.Unmarshal(raw, &e))
		change(&e)
		raw, err := json.Marshal(e)
		must(err)
		exec("UPDATE entry SET bytes = $1 WHERE seq = $2", raw, seq)
		hashes, err := tree.Add(raw)
		must(err)
		for _, h := range hashes {
			exec("UPDATE entry_hash SET hash = $1 WHERE i = $2", h[:], next)
			next++
		}
	}
	root, err := tree.Root()
	must(err)
	exec("UPDATE ledger_head SET root = $1", root[:])
}
