package connection

import (
	"context"
	"slices"
	"time"

	"capdo/internal/approval"
)

// Waiting is a connection that waits for an act of the actor. The book sets no
// time for a grant; a proposal of break-glass lapses at Until.
type Waiting struct {
	Connection Connection
	Act        string    // ActAgree, ActConsent, ActAllow; ActRefuse where it cannot be allowed
	Since      time.Time // of the request or the proposal
	Until      time.Time // first instant at which it is too late, zero when there is none
}

// mostWaiting bounds how many connections one answer holds.
const mostWaiting = 200

// Waiting returns the requests and proposals on which the actor may decide now:
// what lapses first stands first, then what waits longest. more tells that there
// are others.
func (o *Office) Waiting(ctx context.Context, a approval.Actor) (all []Waiting, more bool, err error) {
	now := o.now()
	err = o.Store.ViewConnections(ctx, a, func(r Reader) error {
		found, err := r.Connections(Filter{Waiting: true})
		if err != nil {
			return err
		}
		var some []Waiting
		for i := range found {
			some = append(some, o.waits(&found[i], now)...)
		}
		slices.SortStableFunc(some, func(x, y Waiting) int {
			if u, v := x.Until.IsZero(), y.Until.IsZero(); u != v {
				return map[bool]int{true: 1, false: -1}[u]
			}
			return x.Since.Compare(y.Since)
		})
		for _, w := range some {
			may, err := o.decides(r, a, &w, now)
			if err != nil {
				return err
			}
			if may && len(all) == mostWaiting {
				more = true
				return nil
			}
			if may {
				all = append(all, w)
			}
		}
		return nil
	})
	return all, more, err
}

// waits is what a connection waits for: a second person, or a decision on the
// request.
func (o *Office) waits(c *Connection, now time.Time) (ws []Waiting) {
	state := c.StateAt(now)
	if p := o.pending(c, now); p != nil && state != Ended {
		ws = append(ws, Waiting{Connection: *c, Act: ActAgree, Since: p.At, Until: p.At.Add(hours(o.Book.Policy().BreakGlassHours))})
	}
	if state == Requested {
		ws = append(ws, Waiting{Connection: *c, Since: c.Steps[0].At})
	}
	return ws
}

// decides tells whether the actor may take the act that w waits for, and which
// it is.
func (o *Office) decides(r Reader, a approval.Actor, w *Waiting, now time.Time) (bool, error) {
	acts := []string{ActConsent, ActAllow, ActRefuse}
	if w.Act != "" {
		acts = []string{w.Act}
	}
	for _, act := range acts {
		err := o.guard(act, r, a, &w.Connection, now)
		if err == nil {
			w.Act = act
			return true, nil
		}
		if !isRefusal(err) {
			return false, err
		}
	}
	return false, nil
}
