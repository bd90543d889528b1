package storetest

import (
	"context"
	"testing"

	"capdo/internal/ledger"
	"capdo/internal/seal"
	"capdo/internal/store"
)

// Seal gives a register a key of each algorithm, kept in dir, rotates the one
// that signs notes, and stores a signed checkpoint. It returns the keys that
// sign: ES256 and Ed25519.
func Seal(t testing.TB, s *store.Store, c *Clock, dir string) (es, ed *seal.Key) {
	t.Helper()
	ctx := context.Background()
	made := func(alg string) *seal.Key {
		k, err := seal.Make(alg, c.T)
		if err == nil {
			err = k.Keep(dir)
		}
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	es, old, ed := made(seal.ES256), made(seal.Ed25519), made(seal.Ed25519)
	if err := s.AddKeys(ctx, Keeper(), "law", es, old); err != nil {
		t.Fatal(err)
	}
	if err := s.RotateKey(ctx, Keeper(), "law", old, ed); err != nil {
		t.Fatal(err)
	}
	signer, err := ed.Note("capdo.test")
	if err != nil {
		t.Fatal(err)
	}
	err = s.Ledger(ctx, func(tree store.Tree) error {
		root, err := ledger.Root(tree.Size, tree)
		if err != nil {
			return err
		}
		note, err := ledger.Checkpoint{Origin: "capdo.test", Size: tree.Size, Root: root}.Sign(signer)
		if err != nil {
			return err
		}
		return s.PutCheckpoint(ctx, tree.Size, note)
	})
	if err != nil {
		t.Fatal(err)
	}
	return es, ed
}
