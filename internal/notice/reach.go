package notice

import (
	"context"
	"slices"

	"capdo/internal/approval"
)

// reach is who may know of an event.
type reach struct {
	Event
	owners []string // bodies whose accounts may; with them everybody who sees the whole register
}

// reach finds the bodies that an event concerns; none when what it is about is
// not on the register.
func (d *Dispatcher) reach(ctx context.Context, e Event) (reach, error) {
	to := reach{Event: e}
	systems := e.sides
	if systems == nil {
		systems = []string{e.System}
	}
	for _, s := range systems {
		owner, err := d.Owner(ctx, s)
		if err != nil {
			return to, err
		}
		if owner != "" {
			to.owners = append(to.owners, owner)
		}
	}
	return to, nil
}

// mayKnow tells whether an account may know of an event, by itself or by a
// delegation in force. A request for an opinion is its receiver's alone, and the
// answer that of who asked.
func (d *Dispatcher) mayKnow(ctx context.Context, a approval.Actor, to reach) (bool, error) {
	switch {
	case len(to.owners) == 0:
		return false, nil
	case to.asked != "" && a.Body == to.asked && a.Consultable(), to.asker.is(a):
		return true, nil
	case to.asked == "" && to.asker == nil && slices.ContainsFunc(to.owners, a.Sees):
		return true, nil
	case d.Lent == nil || to.sides != nil:
		return false, nil
	}
	lent, err := d.Lent(ctx, a)
	for i := range lent {
		by := lent[i].Acting(a)
		if to.asked != "" && (by.Body != to.asked || !by.Consultable()) || to.asker != nil && !to.asker.is(by) {
			continue
		}
		if covers, err := d.Reached(ctx, a, &lent[i], to.System); err != nil || covers {
			return covers, err
		}
	}
	return false, err
}

// is tells whether an account acts as the one that asked.
func (x *asker) is(a approval.Actor) bool {
	return x != nil && a.Capacity == x.capacity && a.Body == x.body
}
