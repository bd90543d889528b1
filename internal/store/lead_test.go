package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"capdo/internal/law"
	"capdo/internal/notice"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// TestLeaseByAClockThatSteps: a lease ends with its time, and at once when the
// clock is set back or forward; one taken then lasts.
func TestLeaseByAClockThatSteps(t *testing.T) {
	const life = 3 * time.Second
	clock := storetest.At("2026-11-22")
	take, lasts := store.Lease(clock.Now, life)
	if lasts() {
		t.Error("before it was taken")
	}
	take()
	for _, step := range []time.Duration{life - 1, 1, -life, -time.Hour, 24 * time.Hour} {
		clock.T = clock.T.Add(step)
		if want := step == life-1 || step == -life; lasts() != want {
			t.Errorf("after a step of %v it lasts: %v", step, !want)
		}
	}
	take()
	if !lasts() {
		t.Error("one that was taken anew does not last")
	}
}

// TestLead: of several processes one leads; when its connection breaks another
// does, and what the first still writes is refused.
func TestLead(t *testing.T) {
	at := storetest.Register(t)
	stores := []*store.Store{dial(t, at), dial(t, at), dial(t, at)}
	keys := storetest.Keys(t.TempDir())
	for _, s := range stores {
		s.Guard(keys)
	}
	contexts := make(chan context.Context, 9)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	for _, s := range stores {
		go func() {
			defer func() { ended <- struct{}{} }()
			s.Lead(ctx, func(work context.Context) {
				contexts <- work
				<-work.Done()
			})
		}()
	}
	day := law.Day("2026-11-22")
	write := func(work context.Context) error {
		c, err := stores[0].Cursor(work, day)
		if err == nil {
			err = stores[0].Enqueue(work, c, []notice.Delivery{})
		}
		return err
	}
	first := <-contexts
	if err := write(first); err != nil {
		t.Fatalf("the leader may not write: %v", err)
	}
	select {
	case <-contexts:
		t.Fatal("a second leader beside the first")
	case <-time.After(1500 * time.Millisecond):
	}
	db := storetest.Admin(t, at)
	if n := column(t, db, "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")[0]; n != "1" {
		t.Fatalf("%s hold the lock", n)
	}
	second := <-contexts
	if err := write(second); err != nil {
		t.Errorf("the second leader may not write: %v", err)
	}
	if err := write(context.WithoutCancel(first)); !errors.Is(err, store.ErrDeposed) {
		t.Errorf("the first goes on writing: %v", err)
	}
	stop()
	for range stores {
		<-ended
	}
}

// TestTheFileLeads: the one process of a file leads.
func TestTheFileLeads(t *testing.T) {
	storetest.SQLiteOnly(t)
	led := false
	storetest.Open(t).Lead(t.Context(), func(context.Context) { led = true })
	if !led {
		t.Error("nobody leads")
	}
}

func dial(t testing.TB, at string) *store.Store {
	t.Helper()
	s, err := store.Connect(context.Background(), at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
