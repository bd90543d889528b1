package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"capdo/internal/ledger"
	"capdo/internal/seal"
)

type checkpointRow struct {
	bun.BaseModel `bun:"table:ledger_checkpoint,alias:c"`

	Size int64  `bun:"size,pk"`
	Note string `bun:"note"`
}

// Tree is the ledger at one snapshot: the size, and the stored hashes to prove
// from.
type Tree struct {
	Size int64
	c    *scope
}

// ReadHashes implements ledger.Reader.
func (t Tree) ReadHashes(is []int64) ([]ledger.Hash, error) {
	w := &writing{scope: *t.c, edge: map[int64][]byte{}}
	return w.hashes(is)
}

// Entry returns the bytes of entry seq.
func (t Tree) Entry(seq int64) ([]byte, error) {
	es, err := t.Entries(seq, seq+1)
	if err != nil {
		return nil, err
	}
	return es[0], nil
}

// Entries returns the bytes of the entries from ≤ seq < to.
func (t Tree) Entries(from, to int64) ([][]byte, error) {
	var rows []entryRow
	if err := t.c.shared(&rows).Where("e.seq >= ? AND e.seq < ?", from, to).OrderExpr("e.seq").Scan(t.c.ctx); err != nil {
		return nil, fmt.Errorf("load entries: %w", err)
	}
	if int64(len(rows)) != to-from {
		return nil, fmt.Errorf("load entries %d to %d: %d are there", from, to, len(rows))
	}
	out := make([][]byte, len(rows))
	for i, r := range rows {
		out[i] = r.Bytes
	}
	return out, nil
}

// Ledger runs f on the ledger at one snapshot.
func (s *Store) Ledger(ctx context.Context, f func(Tree) error) error {
	return s.read(ctx, asker(), func(c *scope) error {
		h, err := c.head()
		if err != nil {
			return err
		}
		return f(Tree{h.Size, c})
	})
}

// Prove runs f on the size of the ledger and its stored hashes, at one snapshot.
func (s *Store) Prove(ctx context.Context, f func(size int64, r ledger.Reader) error) error {
	return s.Ledger(ctx, func(t Tree) error {
		if err := s.e.heeds(ctx, t.c.db); err != nil {
			return err
		}
		return f(t.Size, t)
	})
}

// Bundle carries the whole ledger away, without its checkpoint.
func (s *Store) Bundle(ctx context.Context) (b ledger.Bundle, err error) {
	err = s.Ledger(ctx, func(t Tree) error {
		for from := int64(0); from < t.Size; from += bulk {
			es, err := t.Entries(from, min(from+bulk, t.Size))
			if err != nil {
				return err
			}
			b.Entries = append(b.Entries, es...)
		}
		var rows []hashRow
		if err := t.c.shared(&rows).OrderExpr("h.i").Scan(t.c.ctx); err != nil {
			return fmt.Errorf("load hashes: %w", err)
		}
		for i, r := range rows {
			if r.I != int64(i) || len(r.Hash) != ledger.HashSize {
				return fmt.Errorf("load hashes: number %d is not as it should be", r.I)
			}
			b.Hashes = append(b.Hashes, ledger.Hash(r.Hash))
		}
		return nil
	})
	return b, err
}

// PutCheckpoint stores a signed checkpoint of a size that has none yet. It is
// no act on the register: it leaves no entry.
func (s *Store) PutCheckpoint(ctx context.Context, size int64, note string) error {
	err := s.alone(ctx, func(ctx context.Context, tx bun.Tx) error {
		w := s.hand(ctx, tx)
		n, err := w.shared((*checkpointRow)(nil)).Where("c.size = ?", size).Count(ctx)
		if err != nil || n > 0 {
			return err
		}
		return insert(w, []checkpointRow{{Size: size, Note: note}})
	})
	if err != nil {
		return fmt.Errorf("put checkpoint: %w", err)
	}
	return nil
}

// checkpoints checks every stored checkpoint: a key of ours signed it, and it
// says what the ledger was at its size.
func (v *check) checkpoints() error {
	keys, err := v.keys()
	if err != nil {
		return err
	}
	var rows []checkpointRow
	if err := v.shared(&rows).OrderExpr("c.size").Scan(v.ctx); err != nil {
		return fmt.Errorf("read checkpoints: %w", err)
	}
	h, err := v.head()
	if err != nil {
		return err
	}
	t := Tree{h.Size, v.scope}
	for _, r := range rows {
		if err := attested(r, keys, t); err != nil {
			v.blame(-1, "ledger", "checkpoint of %d entries: %v", r.Size, err)
		}
	}
	return nil
}

// attested tells what is wrong with a stored checkpoint.
func attested(r checkpointRow, keys seal.Trust, t Tree) error {
	text, _, _ := strings.Cut(r.Note, "\n\n") // the signatures come after an empty line
	text += "\n"
	c, err := ledger.ParseCheckpoint(text)
	if err != nil {
		return err
	}
	vs, err := keys.Notes(c.Origin)
	if err != nil {
		return err
	}
	if c, _, err = ledger.OpenCheckpoint(r.Note, c.Origin, vs); err != nil {
		return err
	}
	if c.Size != r.Size || c.Size > t.Size {
		return fmt.Errorf("it says %d entries, the ledger has %d", c.Size, t.Size)
	}
	root, err := ledger.Root(c.Size, t)
	if err != nil {
		return err
	}
	if root != c.Root {
		return errors.New("the ledger was another one")
	}
	return nil
}
