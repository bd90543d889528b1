package ledger

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint is the head of a ledger as it is signed: which ledger, how many
// entries, which root.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   Hash
}

// Text is the body of the signed note (C2SP tlog-checkpoint): the origin, the
// size in decimal and the root in base64, a line each.
func (c Checkpoint) Text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
}

// ParseCheckpoint reads what Text wrote, and nothing else.
func ParseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] == "" || lines[3] != "" {
		return Checkpoint{}, errors.New("checkpoint: not three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return Checkpoint{}, fmt.Errorf("checkpoint: %q is no size", lines[1])
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != HashSize {
		return Checkpoint{}, fmt.Errorf("checkpoint: %q is no root", lines[2])
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: Hash(root)}
	if c.Text() != text {
		return Checkpoint{}, errors.New("checkpoint: not in its one form")
	}
	return c, nil
}

// Sign signs the checkpoint as a note.
func (c Checkpoint) Sign(signers ...note.Signer) (string, error) {
	if c.Origin == "" || strings.ContainsAny(c.Origin, "\r\n") {
		return "", fmt.Errorf("sign checkpoint: %q is no origin", c.Origin)
	}
	b, err := note.Sign(&note.Note{Text: c.Text()}, signers...)
	if err != nil {
		return "", fmt.Errorf("sign checkpoint: %w", err)
	}
	return string(b), nil
}

// OpenCheckpoint checks a signed checkpoint: its form, its origin, and that a
// known key signed it. Signatures of keys that are not known are passed over,
// as the format wants; one of a known key that is wrong is an error.
func OpenCheckpoint(signed, origin string, known note.Verifiers) (Checkpoint, *note.Note, error) {
	n, err := note.Open([]byte(signed), known)
	if err != nil {
		return Checkpoint{}, nil, fmt.Errorf("open checkpoint: %w", err)
	}
	for _, s := range append(append([]note.Signature{}, n.Sigs...), n.UnverifiedSigs...) {
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil || strings.ContainsAny(s.Base64, "\r\n") {
			return Checkpoint{}, nil, fmt.Errorf("open checkpoint: the signature of %s is not in its one form", s.Name)
		}
	}
	c, err := ParseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	if origin != "" && c.Origin != origin {
		return Checkpoint{}, nil, fmt.Errorf("open checkpoint: the origin is %q, wanted %q", c.Origin, origin)
	}
	return c, n, nil
}

// LeafHash is the hash of an entry as a leaf.
func LeafHash(entry []byte) Hash { return tlog.RecordHash(entry) }

// ProveInclusion proves that entry seq stands in the tree of size entries.
func ProveInclusion(size, seq int64, r Reader) ([]Hash, error) {
	if seq < 0 || seq >= size {
		return nil, fmt.Errorf("prove inclusion: no entry %d among %d", seq, size)
	}
	p, err := tlog.ProveRecord(size, seq, r)
	if err != nil {
		return nil, fmt.Errorf("prove inclusion: %w", err)
	}
	return p, nil
}

// CheckInclusion checks what ProveInclusion made.
func CheckInclusion(proof []Hash, c Checkpoint, seq int64, leaf Hash) error {
	if err := tlog.CheckRecord(proof, c.Size, c.Root, seq, leaf); err != nil {
		return fmt.Errorf("check inclusion of entry %d in %d: %w", seq, c.Size, err)
	}
	return nil
}

// ProveConsistency proves that the tree of size to began with that of size
// from. Nothing needs to be proved from the empty tree, nor between equals.
func ProveConsistency(from, to int64, r Reader) ([]Hash, error) {
	if from < 0 || to < from {
		return nil, fmt.Errorf("prove consistency: from %d to %d", from, to)
	}
	if from == 0 || from == to {
		return nil, nil
	}
	p, err := tlog.ProveTree(to, from, r)
	if err != nil {
		return nil, fmt.Errorf("prove consistency: %w", err)
	}
	return p, nil
}

// The ways in which two heads cannot be one history.
var (
	ErrRollback = errors.New("rollback: the ledger is shorter than it was")
	ErrFork     = errors.New("fork: the ledger is not the one that was seen before")
)

// CheckConsistency checks that the ledger only grew from one head to the other:
// ErrRollback when it is shorter, ErrFork when it is another history.
func CheckConsistency(proof []Hash, from, to Checkpoint) error {
	switch {
	case from.Origin != "" && from.Origin != to.Origin:
		return fmt.Errorf("%w: origin %q, before %q", ErrFork, to.Origin, from.Origin)
	case to.Size < from.Size:
		return fmt.Errorf("%w: %d entries, before %d", ErrRollback, to.Size, from.Size)
	case to.Size == from.Size:
		if to.Root != from.Root {
			return fmt.Errorf("%w: two roots of %d entries", ErrFork, to.Size)
		}
		return nil
	case from.Size == 0:
		return nil
	}
	if err := tlog.CheckTree(proof, to.Size, to.Root, from.Size, from.Root); err != nil {
		return fmt.Errorf("%w: from %d to %d entries: %w", ErrFork, from.Size, to.Size, err)
	}
	return nil
}

// Leaf returns the stored leaf hash of entry seq.
func Leaf(seq int64, r Reader) (Hash, error) {
	hs, err := r.ReadHashes([]int64{tlog.StoredHashIndex(0, seq)})
	if err != nil {
		return Hash{}, fmt.Errorf("leaf %d: %w", seq, err)
	}
	return hs[0], nil
}
