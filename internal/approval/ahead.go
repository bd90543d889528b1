package approval

import (
	"context"

	"capdo/internal/law"
)

// Lapses are how many systems will, as the records stand, no longer be approved or
// no longer count as deployed in full at the end of a day, if nobody acts. What
// loses its approval loses its deployment too.
type Lapses struct {
	To                 law.Day
	Approved, Deployed int
}

// Ahead tells what runs out between today and each of the days, which must be in
// order, within the actor's scope. It reads the figures kept, whose days to come are what the terms
// on record say.
func (o *Office) Ahead(ctx context.Context, a Actor, days ...law.Day) (out []Lapses, err error) {
	err = o.Store.View(ctx, a, func(r Reader) error {
		sum, from := Lapses{}, today(o.now())
		for _, to := range days {
			f, err := r.Ahead(from, to)
			if err != nil {
				return err
			}
			sum, from = Lapses{to, sum.Approved - f.Approved, sum.Deployed - f.Deployed}, to
			out = append(out, sum)
		}
		return nil
	})
	return out, err
}

// List hands every line of the register that matches to f, all read at one
// snapshot. An error of f ends the walk.
func (o *Office) List(ctx context.Context, a Actor, q Filter, f func(Row) error) error {
	q.Today = today(o.now())
	return o.Store.View(ctx, a, func(r Reader) error { return r.Rows(q, f) })
}
