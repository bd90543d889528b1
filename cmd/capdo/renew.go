package main

import (
	"context"
	"errors"
	"fmt"
)

// renewCommand lets every declared plan follow its controls once, and seals
// what was written of dossiers, remarks, statements and plans before it was sealed. A plan that was
// computed before plans kept what they rest on ends by time from then on.
func renewCommand(ctx context.Context, w world) (err error) {
	f := flags(w, "renew", "--data DIR")
	data := f.String("data", "capdo-data", "folder of the register (CAPDO_DATA)")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	p, err := openExisting(ctx, w, *data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	n, err := p.plans.Renew(ctx, keeper())
	if err != nil {
		return err
	}
	sealed, err := p.store.SealTexts(ctx, p.clock())
	if err != nil {
		return err
	}
	scoured, err := p.store.Scour(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "%d declared plans follow their controls anew\n%d rows of dossiers, remarks, statements and plans sealed\n", n, sealed)
	if sealed > 0 && !scoured {
		fmt.Fprintln(w.out, "the server still holds what they were: its owner runs VACUUM FULL")
	}
	return nil
}
