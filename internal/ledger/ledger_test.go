package ledger_test

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"capdo/internal/ledger"
)

// leaf and node are RFC 6962's hashes, written out again to check ours.
func leaf(b []byte) [32]byte { return sha256.Sum256(append([]byte{0}, b...)) }
func node(l, r [32]byte) [32]byte {
	return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...))
}

// mth is the Merkle tree hash of RFC 6962 §2.1, by its definition.
func mth(d [][]byte) [32]byte {
	switch len(d) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leaf(d[0])
	}
	k := 1
	for k*2 < len(d) {
		k *= 2
	}
	return node(mth(d[:k]), mth(d[k:]))
}

func TestRootIsRFC6962(t *testing.T) {
	var tree ledger.Tree
	var entries [][]byte
	for n := range 70 {
		root, err := tree.Root()
		if err != nil {
			t.Fatal(err)
		}
		if want := mth(entries); [32]byte(root) != want {
			t.Fatalf("size %d: root %x, want %x", n, root, want)
		}
		e := []byte(fmt.Sprintf("entry %d", n))
		if _, err := tree.Add(e); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	if tree.Size() != 70 {
		t.Errorf("size = %d", tree.Size())
	}
}

func TestEveryBitMatters(t *testing.T) {
	build := func(flip, bit int) ledger.Hash {
		var tree ledger.Tree
		for n := range 5 {
			e := []byte{byte(n), 'a', 'b'}
			if n == flip/3 && bit >= 0 {
				e[flip%3] ^= 1 << bit
			}
			if _, err := tree.Add(e); err != nil {
				t.Fatal(err)
			}
		}
		r, err := tree.Root()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	whole := build(0, -1)
	for at := range 15 {
		for bit := range 8 {
			if build(at, bit) == whole {
				t.Fatalf("flip of byte %d bit %d not seen", at, bit)
			}
		}
	}
}

func TestReadOutside(t *testing.T) {
	var tree ledger.Tree
	if _, err := tree.ReadHashes([]int64{0}); err == nil {
		t.Error("reading a hash of the empty tree: no error")
	}
	if _, _, err := ledger.Append(3, []byte("x"), &tree); err == nil {
		t.Error("appending entry 3 to an empty tree: no error")
	}
}
