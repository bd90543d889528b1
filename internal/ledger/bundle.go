package ledger

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Bundle is a ledger to be carried away: every entry, every stored hash, and
// the signed checkpoint over them. Its file is text that a short program reads:
//
//	capdo-bundle/1
//	entries N
//	hashes M
//	0 LEAFHASH {entry 0}
//	…
//	HASH                        stored hash 0, as hex
//	…
//	{signed checkpoint: a note, to the end of the file}
//
// An entry is one line, byte for byte as it was hashed. Stored hash i is that
// of golang.org/x/mod/sumdb/tlog: a leaf, then the nodes it completes, lowest
// first.
type Bundle struct {
	Entries    [][]byte
	Hashes     []Hash
	Checkpoint string
}

const bundleHead = "capdo-bundle/1"

// Bytes is the file.
func (b Bundle) Bytes() []byte {
	var o bytes.Buffer
	fmt.Fprintf(&o, "%s\nentries %d\nhashes %d\n", bundleHead, len(b.Entries), len(b.Hashes))
	for i, e := range b.Entries {
		fmt.Fprintf(&o, "%d %s %s\n", i, Hex(LeafHash(e)), e)
	}
	for _, h := range b.Hashes {
		o.WriteString(Hex(h) + "\n")
	}
	o.WriteString(b.Checkpoint)
	return o.Bytes()
}

// Flaw is one thing wrong in a bundle; Seq is the entry concerned, -1 when it is
// none in particular.
type Flaw struct {
	Seq  int64
	What string
}

// reading is a bundle being checked.
type reading struct {
	tree  Tree
	owner []int64 // the entry whose appending made each stored hash
	flaws []Flaw
}

func (r *reading) blame(seq int64, format string, args ...any) {
	r.flaws = append(r.flaws, Flaw{seq, fmt.Sprintf(format, args...)})
}

// CheckBundle reads a bundle and recomputes everything from the raw entries
// alone. It returns what the file holds as far as it can be read, the head that
// the entries give, and every flaw; whether the checkpoint is well signed, and
// says the same, is for the caller, who knows the keys.
func CheckBundle(file []byte) (b Bundle, head Checkpoint, flaws []Flaw) {
	r := &reading{}
	lines := strings.Split(string(file), "\n")
	entries, hashes := count(lines, 1, "entries "), count(lines, 2, "hashes ")
	if lines[0] != bundleHead || entries < 0 || hashes < 0 || 3+entries+hashes > len(lines) {
		r.blame(-1, "the file does not begin as a bundle does")
		return b, head, r.flaws
	}
	for i, line := range lines[3 : 3+entries] {
		e := r.entry(int64(i), line)
		b.Entries = append(b.Entries, e)
	}
	for i, line := range lines[3+entries : 3+entries+hashes] {
		b.Hashes = append(b.Hashes, r.hash(i, line))
	}
	if hashes != len(r.tree.hashes) {
		r.blame(-1, "%d stored hashes, the entries give %d", hashes, len(r.tree.hashes))
	}
	b.Checkpoint = strings.Join(lines[3+entries+hashes:], "\n")
	root, err := r.tree.Root()
	if err != nil {
		r.blame(-1, "%v", err)
	}
	if len(r.flaws) == 0 && !bytes.Equal(b.Bytes(), file) {
		r.blame(-1, "the file is not in its one form")
	}
	return b, Checkpoint{Size: r.tree.Size(), Root: root}, r.flaws
}

// count reads a line "word N".
func count(lines []string, at int, word string) int {
	if at >= len(lines) {
		return -1
	}
	s, ok := strings.CutPrefix(lines[at], word)
	n, err := strconv.Atoi(s)
	if !ok || err != nil || n < 0 || n > len(lines) || strconv.Itoa(n) != s {
		return -1
	}
	return n
}

// entry reads entry number seq from its line.
func (r *reading) entry(seq int64, line string) []byte {
	no, rest, _ := strings.Cut(line, " ")
	leaf, text, ok := strings.Cut(rest, " ")
	if !ok || no != strconv.FormatInt(seq, 10) {
		r.blame(seq, "the line of the entry cannot be read")
	} else if leaf != Hex(LeafHash([]byte(text))) {
		r.blame(seq, "the entry is not the one that was hashed")
	}
	made, err := r.tree.Add([]byte(text))
	if err != nil {
		r.blame(seq, "%v", err)
	}
	for range made {
		r.owner = append(r.owner, seq)
	}
	return []byte(text)
}

// hash reads stored hash number i.
func (r *reading) hash(i int, line string) Hash {
	seq := int64(-1)
	if i < len(r.owner) {
		seq = r.owner[i]
	}
	b, err := hex.DecodeString(line)
	if err != nil || len(b) != HashSize {
		r.blame(seq, "stored hash %d cannot be read", i)
		return Hash{}
	}
	if h := Hash(b); i < len(r.tree.hashes) && h != r.tree.hashes[i] {
		r.blame(seq, "stored hash %d is not that of the entry", i)
	}
	return Hash(b)
}
