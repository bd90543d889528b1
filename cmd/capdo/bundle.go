package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/ledger"
	"capdo/internal/seal"
)

// defaultOrigin names the ledger in its checkpoints.
const defaultOrigin = "capdo/ledger"

// bundle writes the whole ledger, signed, into one file.
func bundle(ctx context.Context, w world) (err error) {
	f := flags(w, "bundle", "--out FILE [--data DIR] [--origin NAME]")
	data := f.String("data", "capdo-data", "folder of the register (CAPDO_DATA)")
	out := f.String("out", "", "file to write")
	origin := f.String("origin", defaultOrigin, "name of the ledger in its checkpoints (CAPDO_ORIGIN)")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	if *out == "" {
		return errors.New("--out names no file")
	}
	p, err := openExisting(ctx, w, *data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	dir := filepath.Join(*data, keyFolder)
	if err := p.makeKeys(ctx, dir); err != nil {
		return err
	}
	key, err := p.signer(ctx, dir, seal.Ed25519)
	if err != nil {
		return err
	}
	signer, err := key.Note(*origin)
	if err != nil {
		return err
	}
	b, err := p.store.Bundle(ctx)
	if err != nil {
		return err
	}
	_, head, flaws := ledger.CheckBundle(b.Bytes())
	if len(flaws) > 0 {
		return fmt.Errorf("the ledger is not whole: entry %d: %s", flaws[0].Seq, flaws[0].What)
	}
	head.Origin = *origin
	if b.Checkpoint, err = head.Sign(signer); err != nil {
		return err
	}
	if err := writeNew(*out, b.Bytes()); err != nil {
		return err
	}
	fmt.Fprintf(w.out, "%d entries, root %s, signed by %s\n", head.Size, ledger.Hex(head.Root), key.ID)
	return nil
}

// verifyBundle checks a bundle without register, network or configuration.
// Without trust the keys are those that the ledger itself names, which shows
// that the file is whole, not whose it is.
func verifyBundle(w world, name, trustFile string) error {
	file, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	b, head, flaws := ledger.CheckBundle(file)
	named, more := keysIn(b.Entries)
	flaws = append(flaws, more...)
	trust := named
	if trustFile != "" {
		set, err := os.ReadFile(trustFile)
		if err != nil {
			return err
		}
		if trust, err = seal.ParseJWKS(set); err != nil {
			return err
		}
	}
	if err := sealed(b.Checkpoint, head, trust); err != nil {
		flaws = append(flaws, ledger.Flaw{Seq: -1, What: err.Error()})
	}
	for _, x := range flaws {
		fmt.Fprintf(w.out, "entry %d: %s\n", x.Seq, x.What)
	}
	fmt.Fprintf(w.out, "%d entries, root %s: %d violations\n", head.Size, ledger.Hex(head.Root), len(flaws))
	if trustFile == "" {
		fmt.Fprintln(w.out, "the keys are those the file itself names; give --trust FILE to know whose it is")
	}
	if len(flaws) > 0 {
		return errFound
	}
	return nil
}

// sealed checks that a trusted key signed a checkpoint of head.
func sealed(checkpoint string, head ledger.Checkpoint, trust seal.Trust) error {
	origin, _, _ := strings.Cut(checkpoint, "\n")
	vs, err := trust.Notes(origin)
	if err != nil {
		return err
	}
	c, n, err := ledger.OpenCheckpoint(checkpoint, origin, vs)
	switch {
	case err != nil:
		return err
	case len(n.UnverifiedSigs) > 0:
		return errors.New("the checkpoint bears a signature of an unknown key")
	case c.Size != head.Size || c.Root != head.Root:
		return fmt.Errorf("the checkpoint is of %d entries with another root", c.Size)
	}
	return nil
}

// keysIn collects the keys that entries name, follows each object's chain, and
// checks what people signed.
func keysIn(entries [][]byte) (keys seal.Trust, flaws []ledger.Flaw) {
	var tree ledger.Tree
	after, passkeys := map[string]string{}, identity.Passkeys{Root: func(size int64) (string, error) {
		h, err := ledger.Root(size, &tree)
		return ledger.Hex(h), err
	}}
	for i, b := range entries {
		if _, err := tree.Add(b); err != nil {
			flaws = append(flaws, ledger.Flaw{Seq: int64(i), What: err.Error()})
		}
		var e approval.Entry
		if err := json.Unmarshal(b, &e); err != nil {
			flaws = append(flaws, ledger.Flaw{Seq: int64(i), What: "the entry cannot be read: " + err.Error()})
			continue
		}
		if e.Seq != int64(i) || e.Before != after[e.Object] {
			flaws = append(flaws, ledger.Flaw{Seq: int64(i), What: "the entry does not follow those before it"})
		}
		after[e.Object] = e.After
		if err := passkeys.Read(&e); err != nil {
			flaws = append(flaws, ledger.Flaw{Seq: int64(i), What: err.Error()})
		}
		if id, ok := strings.CutPrefix(e.Object, "key:"); ok && e.Before == "" {
			keys = append(keys, seal.Public{ID: id, Alg: e.Detail["alg"], SPKI: e.Detail["spki"], Made: e.At})
		}
	}
	return keys, flaws
}
