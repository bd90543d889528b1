package connection_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"capdo/internal/connection"
)

// TestFindByPages: the pages of a list, by each state and of all, hold what the
// whole list does, in its order, each once.
func TestFindByPages(t *testing.T) {
	w, ctx := open(t), context.Background()
	for i := range 9 {
		w.tick(time.Minute)
		c := w.request(connection.Production)
		switch i % 3 {
		case 0:
			w.must(reviewer("1"), c, connection.ActRefuse, connection.Input{Ground: "x"})
		case 1:
			w.must(officer("H56"), c, connection.ActEnd, connection.Input{Ground: "x"})
		case 2:
			c = w.must(reviewer("1"), c, connection.ActAllow, connection.Input{Number: "1"})
			if i == 5 {
				c = w.must(reviewer("1"), c, connection.ActSuspend, connection.Input{Number: "2", Ground: "x"})
			}
			if i < 8 {
				w.must(officer("H56"), c, connection.ActEnd, connection.Input{Ground: "x"})
			}
		}
	}
	ids := func(cs []connection.Connection) (out []string) {
		for _, c := range cs {
			out = append(out, c.ID)
		}
		return out
	}
	total := 0
	for _, state := range append([]string{""}, connection.States()...) {
		whole, more, err := w.office.Find(ctx, reviewer("1"), connection.Filter{State: state})
		if err != nil || more {
			t.Fatal(more, err)
		}
		for _, c := range whole {
			if state != "" && c.StateAt(w.clock.T) != state {
				t.Errorf("%s is %s, not %s", c.ID, c.StateAt(w.clock.T), state)
			}
		}
		if state != "" {
			total += len(whole)
		}
		for limit := 1; limit < 5; limit++ {
			var got []string
			for f := (connection.Filter{State: state, Limit: limit}); ; {
				some, more, err := w.office.Find(ctx, reviewer("1"), f)
				if err != nil || len(some) > limit {
					t.Fatal(len(some), err)
				}
				if got = append(got, ids(some)...); !more {
					break
				}
				f.Before = some[len(some)-1].ID
			}
			if !slices.Equal(got, ids(whole)) {
				t.Errorf("%q, %d at a time: %v, want %v", state, limit, got, ids(whole))
			}
		}
	}
	if all, _, err := w.office.Find(ctx, reviewer("1"), connection.Filter{}); err != nil || len(all) != 9 || total != 9 {
		t.Errorf("%d connections, %d by their states: %v", len(all), total, err)
	}
}
