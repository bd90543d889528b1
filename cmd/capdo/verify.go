package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"capdo/internal/approval"
)

// verify checks the ledger against itself and the tables; exit status 1 when
// anything contradicts.
func verify(ctx context.Context, w world) (err error) {
	f := flags(w, "verify", "[--data DIR] [--json] | --bundle FILE [--trust FILE] | --pdf FILE [--proof FILE] [--trust FILE | --data DIR]")
	data := f.String("data", "capdo-data", "folder of the register (CAPDO_DATA)")
	carried := f.String("bundle", "", "check this file of capdo bundle instead, offline")
	printed := f.String("pdf", "", "check this paper instead, offline: that it is as it was issued, by whose key, from which head")
	proof := f.String("proof", "", "with --pdf: also check this proof that the ledger it was made from only grew since (capdo report --proof)")
	roots := f.String("roots", "", "with --pdf: certificates (PEM) whose signatures to rely on, when the paper is signed (capdo sign)")
	trust := f.String("trust", "", "with --bundle or --pdf: the keys to rely on, a JWK set (capdo key list --jwks)")
	asJSON := f.Bool("json", false, "print the result as JSON")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	if *carried != "" {
		return verifyBundle(w, *carried, *trust)
	}
	if *printed != "" {
		return verifyPaper(ctx, w, paperCheck{*printed, *proof, *trust, *data, *roots})
	}
	p, err := openExisting(ctx, w, *data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	r, err := p.store.Verify(ctx)
	if err != nil {
		return err
	}
	if err := p.rehash(ctx, &r); err != nil {
		return err
	}
	at := p.gate.Now()
	wrong, _, err := p.store.VerifyDecisions(ctx, at, func(d approval.Decided) bool { return p.gate.Board.Stale(d, at) })
	if err != nil {
		return err
	}
	r.Violations = append(r.Violations, wrong...)
	if *asJSON {
		if err := json.NewEncoder(w.out).Encode(r); err != nil {
			return err
		}
	} else {
		for _, v := range r.Violations {
			fmt.Fprintf(w.out, "entry %d, %s: %s\n", v.Seq, v.Object, v.What)
		}
		fmt.Fprintf(w.out, "%d entries, %d records, root %s: %d violations\n", r.Entries, r.Objects, r.Head.Root, len(r.Violations))
		if r.Erased > 0 {
			fmt.Fprintf(w.out, "%d texts about persons are erased, as two persons said\n", r.Erased)
		}
	}
	if len(r.Violations) > 0 {
		return errFound
	}
	return nil
}
