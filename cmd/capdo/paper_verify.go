package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"capdo/internal/gazette"
	"capdo/internal/ledger"
	"capdo/internal/pdf"
	"capdo/internal/seal"
	"capdo/internal/signer"
	"capdo/internal/voucher"
)

// paperProof shows that the ledger a paper was made from is the beginning of the
// one whose checkpoint it holds.
type paperProof struct {
	Checkpoint  string   `json:"checkpoint"`  // signed note
	Consistency []string `json:"consistency"` // hashes in base64, from the paper's head to the checkpoint
}

// prove makes the proof for a head of the past.
func (p *program) prove(ctx context.Context, from int64) (paperProof, error) {
	key, err := p.signer(ctx, filepath.Join(p.dir, keyFolder), seal.Ed25519)
	if err != nil {
		return paperProof{}, err
	}
	head := ledger.Checkpoint{Origin: defaultOrigin}
	if p.press != nil {
		head.Origin = p.press.Origin
	}
	signer, err := key.Note(head.Origin)
	if err != nil {
		return paperProof{}, err
	}
	var out paperProof
	err = p.store.Prove(ctx, func(size int64, r ledger.Reader) (err error) {
		head.Size = size
		if head.Root, err = ledger.Root(size, r); err != nil {
			return err
		}
		hs, err := ledger.ProveConsistency(from, size, r)
		out.Consistency = gazette.PrintProof(hs)
		return err
	})
	if err == nil {
		out.Checkpoint, err = head.Sign(signer)
	}
	return out, err
}

// writeProof writes the proof of a paper beside it.
func (p *program) writeProof(ctx context.Context, name string) error {
	file, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	keys, err := p.store.Keys(ctx)
	if err != nil {
		return err
	}
	c, _, err := voucher.Check(file, keys)
	if err != nil {
		return err
	}
	proof, err := p.prove(ctx, c.Size)
	if err != nil {
		return err
	}
	return writeWhole(name+".proof", func(w io.Writer) error { return json.NewEncoder(w).Encode(proof) })
}

// paperCheck is which paper to check, and by what: a JWK set, or the keys of a
// register; roots are those of a signature.
type paperCheck struct{ file, proof, trust, data, roots string }

// verifyPaper checks a paper. Status 1 when it is not what it says it is.
func verifyPaper(ctx context.Context, w world, q paperCheck) error {
	file, err := os.ReadFile(q.file)
	if err != nil {
		return err
	}
	trust, err := q.keys(ctx, w)
	if err != nil {
		return err
	}
	c, o, err := voucher.Check(file, trust)
	if err != nil {
		fmt.Fprintf(w.out, "%s: %s\n", q.file, err)
		return errFound
	}
	fmt.Fprintf(w.out, "%s: as it was issued\n  paper   %s\n  as of   %s\n  ledger  %d entries, root %x, to %s\n  law     %x\n  ref     %s\n", q.file, strings.TrimSpace(c.Kind+" "+c.Code), c.Day, c.Size, c.Root, c.At.Format("2006-01-02T15:04:05Z"), c.Law, voucher.Ref(o.Token))
	found := false
	if len(o.Rest) > 0 {
		says, ok := q.signed(o, w.clock())
		fmt.Fprintf(w.out, "  signed  %s\n", says)
		found = !ok
	}
	if q.proof != "" {
		head, err := q.grown(c, trust)
		if err != nil {
			fmt.Fprintf(w.out, "  proof   %s\n", err)
			return errFound
		}
		fmt.Fprintf(w.out, "  proof   the ledger only grew since: %d entries, root %s\n", head.Size, ledger.Hex(head.Root))
	}
	if found {
		return errFound
	}
	return nil
}

// signed says what stands behind the file as it was issued.
func (q paperCheck) signed(o pdf.Opened, at time.Time) (says string, ok bool) {
	cms, digest, err := o.Signature()
	if err != nil {
		return err.Error(), false
	}
	if q.roots == "" {
		return "by whom is not checked: give --roots FILE", true
	}
	roots, err := signer.ReadRoots(q.roots)
	if err != nil {
		return err.Error(), false
	}
	s, err := signer.Check(cms, signer.Request{Form: signer.PAdES, Digest: digest, At: at}, roots)
	if err != nil {
		return err.Error(), false
	}
	return "by " + s.By.Subject.String(), true
}

// keys are those to rely on.
func (q paperCheck) keys(ctx context.Context, w world) (seal.Trust, error) {
	if q.trust != "" {
		set, err := os.ReadFile(q.trust)
		if err != nil {
			return nil, err
		}
		return seal.ParseJWKS(set)
	}
	p, err := openExisting(ctx, w, q.data)
	if err != nil {
		return nil, fmt.Errorf("name the keys to rely on: --trust FILE, or --data DIR: %w", err)
	}
	keys, err := p.store.Keys(ctx)
	return keys, errors.Join(err, p.close())
}

// grown checks the proof of a paper and returns the head it leads to.
func (q paperCheck) grown(c voucher.Claim, trust seal.Trust) (ledger.Checkpoint, error) {
	var proof paperProof
	b, err := os.ReadFile(q.proof)
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	if err := json.Unmarshal(b, &proof); err != nil {
		return ledger.Checkpoint{}, fmt.Errorf("it cannot be read: %w", err)
	}
	origin, _, _ := strings.Cut(proof.Checkpoint, "\n")
	known, err := trust.Notes(origin)
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	head, _, err := ledger.OpenCheckpoint(proof.Checkpoint, origin, known)
	if err != nil {
		return head, err
	}
	hs, err := gazette.ReadProof(proof.Consistency)
	if err != nil {
		return head, err
	}
	return head, ledger.CheckConsistency(hs, ledger.Checkpoint{Size: c.Size, Root: c.Root}, head)
}
