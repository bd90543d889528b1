package store

import (
	"context"
	"errors"
	"time"

	"capdo/internal/approval"
)

// asker is the scope in which the gate reads: every system, nothing to write.
func asker() approval.Actor { return approval.Actor{Capacity: approval.Gateway} }

// Standings returns what is true of each system at an instant, in the order of
// codes, and the head of the ledger, all read at one snapshot. A system that
// is not on the register comes back with Registered false. It is what the gate
// reads. Systems that did not change since they were last asked for come from
// memory: the snapshot's ledger says which those are (cache.go).
func (s *Store) Standings(ctx context.Context, at time.Time, codes ...string) (sts []approval.Standing, h approval.Head, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		if err := s.e.heeds(ctx, c.db); err != nil {
			return err
		}
		if h, err = c.Head(); err != nil {
			return err
		}
		k, done, err := s.cacheAt(c, h.Size)
		if err != nil {
			return err
		}
		defer done()
		sts = make([]approval.Standing, len(codes))
		for i, code := range codes {
			if sts[i], err = c.standing(k, code, at); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, approval.Head{}, err
	}
	return sts, h, nil
}

// cacheAt returns the store's cache brought to a snapshot's ledger and locked
// until done; for a snapshot older than the cache, an empty one.
func (s *Store) cacheAt(c *scope, size int64) (k *cache, done func(), err error) {
	s.cache.mu.Lock()
	ok, err := s.cache.advance(c, size)
	if err == nil && ok {
		return &s.cache, s.cache.mu.Unlock, nil
	}
	s.cache.mu.Unlock()
	own := newCache(size)
	return own, func() {}, err
}

// standing derives one system's standing, the end of its owner at that time
// included.
func (c *scope) standing(k *cache, code string, at time.Time) (approval.Standing, error) {
	sys, err := k.system(c, code)
	if r := (*approval.Refusal)(nil); errors.As(err, &r) && r.Kind == approval.NotFound {
		return approval.Standing{Code: code, At: at}, nil
	}
	if err != nil {
		return approval.Standing{}, err
	}
	return c.standingOf(k, &sys, at)
}

// standingOf derives the standing of a system at hand.
func (c *scope) standingOf(k *cache, sys *approval.System, at time.Time) (approval.Standing, error) {
	st := sys.Standing(at)
	owner, err := k.agency(c, st.Owner)
	if err != nil {
		return approval.Standing{}, err
	}
	st.OwnerEnded = owner.EndedOn
	st.Links, err = k.linksOf(c, sys.Code, at)
	return st, err
}
