// Package ledger is the append-only record: a Merkle tree over entries
// (RFC 6962 hashing, as in the Go checksum database). It knows bytes and
// hashes, not what an entry means nor where it is kept.
//
// An entry is hashed exactly as it is stored; nothing is serialised again to
// check it. Appending entry n adds a few stored hashes, numbered
// consecutively; from them the root of any earlier size can be proved.
package ledger

import (
	"encoding/hex"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// HashSize is the length of a hash in bytes.
const HashSize = tlog.HashSize

// Hash is a node of the tree.
type Hash = tlog.Hash

// Reader returns stored hashes by index.
type Reader = tlog.HashReader

// ReaderFunc makes a function a Reader.
type ReaderFunc = tlog.HashReaderFunc

// Append returns the hashes to store when entry becomes number n (0-based),
// and the index of the first of them; the rest follow consecutively.
func Append(n int64, entry []byte, r Reader) (first int64, hashes []Hash, err error) {
	hashes, err = tlog.StoredHashes(n, entry, r)
	if err != nil {
		return 0, nil, fmt.Errorf("append entry %d: %w", n, err)
	}
	return tlog.StoredHashIndex(0, n), hashes, nil
}

// Root returns the root of the tree of size entries. The root of the empty
// tree is the SHA-256 of nothing.
func Root(size int64, r Reader) (Hash, error) {
	h, err := tlog.TreeHash(size, r)
	if err != nil {
		return Hash{}, fmt.Errorf("root of %d entries: %w", size, err)
	}
	return h, nil
}

// Hex prints a hash.
func Hex(h Hash) string { return hex.EncodeToString(h[:]) }

// Tree is a tree in memory, for checking one that is stored: entries are added
// one by one, and each stored hash is compared on the way.
type Tree struct {
	hashes []Hash
	size   int64
}

// ReadHashes implements Reader.
func (t *Tree) ReadHashes(is []int64) ([]Hash, error) {
	out := make([]Hash, len(is))
	for k, i := range is {
		if i < 0 || i >= int64(len(t.hashes)) {
			return nil, fmt.Errorf("no hash %d in a tree of %d entries", i, t.size)
		}
		out[k] = t.hashes[i]
	}
	return out, nil
}

// Add appends an entry and returns the hashes that must be stored for it.
func (t *Tree) Add(entry []byte) ([]Hash, error) {
	_, hs, err := Append(t.size, entry, t)
	if err != nil {
		return nil, err
	}
	t.hashes = append(t.hashes, hs...)
	t.size++
	return hs, nil
}

// Size is the number of entries added.
func (t *Tree) Size() int64 { return t.size }

// Root is the root over everything added.
func (t *Tree) Root() (Hash, error) { return Root(t.size, t) }
