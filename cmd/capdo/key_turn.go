package main

import (
	"context"
	"fmt"
	"slices"

	"capdo/internal/approval"
)

// turnKey lets a new key follow the one that a body's texts and documents lie
// under: all of them are sealed anew, the register serving meanwhile, and the old
// key is destroyed. After each step, the end of which is durable, tell is called.
// Cut off at any, the same command goes on where it was.
//
// The order is what makes it safe. Both keys are at hand before anybody seals
// under the new one; whoever writes is told by the database under which, so that
// nothing comes to lie under the old one once its rows are counted; and the count
// is taken, of every text there is, before the old key goes.
func (p *program) turnKey(ctx context.Context, owner string, tell func(string) error) error {
	bodies, err := p.office.AgencyList(ctx, keeper())
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(bodies, func(a approval.Agency) bool { return a.Code == owner }) {
		return fmt.Errorf("--owner names no body: %q", owner)
	}
	key, err := p.ring.Next(owner)
	if err != nil {
		return err
	}
	if err := tell("the new key " + key + " is at hand"); err != nil {
		return err
	}
	k, err := p.store.BeginTurn(ctx, keeper(), p.clock().UTC(), p.book.Digest(), owner, key)
	if err != nil {
		return err
	}
	if err := tell("what is written is sealed under it"); err != nil {
		return err
	}
	rows, err := p.store.SealAgain(ctx, p.clock().UTC(), k, func() error { return tell("a lot is sealed anew") })
	if err != nil {
		return err
	}
	files, err := p.sealFiles(owner, key, tell)
	if err != nil {
		return err
	}
	if err := p.store.EndTurn(ctx, keeper(), p.clock().UTC(), p.book.Digest(), k); err != nil {
		return err
	}
	if err := tell("nothing is sealed under the old key"); err != nil {
		return err
	}
	late, err := p.sealFiles(owner, key, tell) // kept while those before them were sealed
	if err != nil {
		return err
	}
	if err := p.ring.Turned(owner, key); err != nil {
		return err
	}
	return tell(fmt.Sprintf("%d rows and %d documents of %s were sealed anew; the old key is destroyed", rows, files+late, owner))
}

// sealFiles encrypts a body's documents anew.
func (p *program) sealFiles(owner, key string, tell func(string) error) (int, error) {
	next, err := p.ring.Under(owner, key)
	if err != nil {
		return 0, err
	}
	return p.attachments.Blobs.SealAgain(owner, next, func() error { return tell("a document is sealed anew") })
}
