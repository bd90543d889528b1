package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/ledger"
	"capdo/internal/seal"
	"capdo/internal/voucher"
)

type paperRow struct {
	bun.BaseModel `bun:"table:paper,alias:p"`

	Ref    string    `bun:"ref,pk"`
	Token  string    `bun:"token"`
	Claim  string    `bun:"claim"`
	MadeAt time.Time `bun:"made_at"`
}

func (r paperRow) issued() voucher.Issued {
	return voucher.Issued{Ref: r.Ref, Token: r.Token, Claim: r.Claim, Made: r.MadeAt.UTC()}
}

type handedRow struct {
	bun.BaseModel `bun:"table:paper_handed,alias:f"`

	SHA256 string `bun:"sha256,pk"`
	Ref    string `bun:"ref"`
	Handed string `bun:"handed"`
}

// PutPaper implements voucher.Store. It is no act on the register: it leaves no
// entry.
func (s *Store) PutPaper(ctx context.Context, p voucher.Issued, file [32]byte) error {
	hash := hex.EncodeToString(file[:])
	err := s.alone(ctx, func(ctx context.Context, tx bun.Tx) error {
		w := s.hand(ctx, tx)
		papers, err := w.shared((*paperRow)(nil)).Where("p.ref = ?", p.Ref).Count(ctx)
		if err != nil {
			return err
		}
		files, err := w.shared((*handedRow)(nil)).Where("f.sha256 = ?", hash).Count(ctx)
		if err != nil {
			return err
		}
		if papers == 0 {
			err = insert(w, []paperRow{{Ref: p.Ref, Token: p.Token, Claim: p.Claim, MadeAt: p.Made}})
		}
		if files == 0 && err == nil {
			err = insert(w, []handedRow{{SHA256: hash, Ref: p.Ref, Handed: p.Handed}})
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("put paper %s: %w", p.Ref, err)
	}
	return nil
}

// Paper implements voucher.Store.
func (s *Store) Paper(ctx context.Context, ref string) (p voucher.Issued, found bool, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		p, found, err = c.paper(ref)
		return err
	})
	return p, found, err
}

func (c *scope) paper(ref string) (voucher.Issued, bool, error) {
	var rows []paperRow
	if err := c.shared(&rows).Where("p.ref = ?", storable(ref)).Scan(c.ctx); err != nil || len(rows) == 0 {
		return voucher.Issued{}, false, err
	}
	return rows[0].issued(), true, nil
}

// PaperOfClaim returns the first paper that was handed out for a claim.
func (s *Store) PaperOfClaim(ctx context.Context, claim string) (p voucher.Issued, found bool, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		var rows []paperRow
		if err := c.shared(&rows).Where("p.claim = ? AND p.claim <> ''", claim).OrderExpr("p.made_at, p.ref").Limit(1).Scan(c.ctx); err != nil || len(rows) == 0 {
			return err
		}
		p, found = rows[0].issued(), true
		return nil
	})
	return p, found, err
}

// PaperOfFile implements voucher.Store.
func (s *Store) PaperOfFile(ctx context.Context, file [32]byte) (p voucher.Issued, found bool, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		var rows []handedRow
		if err := c.shared(&rows).Where("f.sha256 = ?", hex.EncodeToString(file[:])).Scan(c.ctx); err != nil || len(rows) == 0 {
			return err
		}
		p, found, err = c.paper(rows[0].Ref)
		p.Handed = rows[0].Handed
		return err
	})
	return p, found, err
}

// papers checks every paper: a key of ours signed its token, the head it speaks
// of was the ledger's, and a key of ours signed of a file that it was handed out
// as that paper at that time.
func (v *check) papers() error {
	keys, err := v.keys()
	if err != nil {
		return err
	}
	handed, err := v.paperFiles(keys)
	if err != nil {
		return err
	}
	h, err := v.head()
	if err != nil {
		return err
	}
	tree := Tree{h.Size, v.scope}
	roots := map[int64]ledger.Hash{} // many papers are made of one head
	for from := ""; ; {
		var rows []paperRow
		if err := v.shared(&rows).Where("p.ref > ?", from).OrderExpr("p.ref").Limit(bulk).Scan(v.ctx); err != nil {
			return fmt.Errorf("read papers: %w", err)
		}
		for _, r := range rows {
			if err := v.paperOf(r, keys, tree, roots); err != nil {
				v.blame(-1, "paper:"+r.Ref, "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
			}
			if at, ok := handed[r.Ref]; ok && !at.Equal(r.MadeAt) {
				v.blame(-1, "paper:"+r.Ref, "it was first handed out at another time")
			}
			from = r.Ref
		}
		if len(rows) < bulk {
			return nil
		}
	}
}

// paperOf tells what is wrong with a paper.
func (v *check) paperOf(r paperRow, keys seal.Trust, t Tree, roots map[int64]ledger.Hash) error {
	c, err := voucher.Read(r.Token, keys)
	switch {
	case err != nil:
		return err
	case r.Ref != voucher.Ref(r.Token):
		return errors.New("it is named otherwise than its token")
	case r.Claim != "" && r.Claim != c.Digest():
		return errors.New("it claims something else than its token")
	case c.Size > t.Size:
		return fmt.Errorf("it says %d entries, the ledger has %d", c.Size, t.Size)
	}
	root, known := roots[c.Size]
	if !known {
		if root, err = ledger.Root(c.Size, t); err != nil {
			return err
		}
		roots[c.Size] = root
	}
	if root != ledger.Hash(c.Root) {
		return errors.New("the ledger was another one")
	}
	return nil
}

// paperFiles checks what was signed of every file, and tells when each paper was
// first handed out.
func (v *check) paperFiles(keys seal.Trust) (map[string]time.Time, error) {
	handed := map[string]time.Time{}
	for from := ""; ; {
		var rows []handedRow
		if err := v.shared(&rows).Where("f.sha256 > ?", from).OrderExpr("f.sha256").Limit(bulk).Scan(v.ctx); err != nil {
			return nil, fmt.Errorf("read files of papers: %w", err)
		}
		for _, r := range rows {
			h, err := voucher.ReadHanded(r.Handed, keys)
			if err == nil && (hex.EncodeToString(h.File[:]) != r.SHA256 || h.Ref != r.Ref) {
				err = errors.New("another file, or another paper, was signed")
			}
			if err != nil {
				v.blame(-1, "paper:"+r.Ref, "file %.16s…: %v", r.SHA256, err)
			} else if at, ok := handed[r.Ref]; !ok || h.At.Before(at) {
				handed[r.Ref] = h.At
			}
			from = r.SHA256
		}
		if len(rows) < bulk {
			return handed, nil
		}
	}
}
