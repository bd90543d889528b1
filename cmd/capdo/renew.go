package main

import (
	"context"
	"errors"
	"fmt"
)

// renewCommand lets every declared plan follow its controls once. A plan that was
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
	_, err = fmt.Fprintf(w.out, "%d declared plans follow their controls anew\n", n)
	return err
}
