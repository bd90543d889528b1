package store_test

import (
	"context"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// TestStandingsSeeEveryChange: what the gate reads is never older than the
// ledger, whoever wrote: this process, or another on the same file.
func TestStandingsSeeEveryChange(t *testing.T) {
	ctx, clock, dir := context.Background(), storetest.At("2026-11-22"), t.TempDir()
	open := func() (*store.Store, *approval.Office) {
		s, err := store.Open(ctx, dir)
		if err != nil {
			t.Fatal(err)
		}
		s.Guard(storetest.Keys(dir))
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		book, err := law.Load()
		if err != nil {
			t.Fatal(err)
		}
		return s, &approval.Office{Store: s, Book: book, Clock: clock.Now}
	}
	here, office := open()
	there, other := open()
	if err := office.Import(ctx, storetest.Keeper(), approval.World{Agencies: storetest.Agencies(), Source: "test"}); err != nil {
		t.Fatal(err)
	}
	officer := storetest.Actor(law.RoleOperator, "H56")
	sys, err := office.Register(ctx, officer, approval.Registration{Name: "Hệ thống", OperatorUnit: "Trung tâm", Stage: approval.New, Attested: true})
	if err != nil {
		t.Fatal(err)
	}
	read := func(s *store.Store) approval.Standing {
		t.Helper()
		sts, head, err := s.Standings(ctx, clock.Now(), sys.Code)
		if err != nil {
			t.Fatal(err)
		}
		if head.Size == 0 {
			t.Fatal("no head")
		}
		return sts[0]
	}
	for range 3 { // the second and third come from memory
		if st := read(here); !st.Registered || st.Retired {
			t.Fatalf("here: %+v", st)
		}
		if st := read(there); !st.Registered || st.Retired {
			t.Fatalf("there: %+v", st)
		}
	}
	private := law.Facts{Type: "a", Info: "private"}
	if sys, err = other.StateFacts(ctx, officer, sys.Code, sys.Version, private); err != nil {
		t.Fatal(err)
	}
	if st := read(here); st.Proposed != 2 {
		t.Errorf("the level stated there is %d here", st.Proposed)
	}
	clock.T = clock.T.Add(time.Second)
	if _, err = office.Retire(ctx, officer, sys.Code, sys.Version, "Thay thế"); err != nil {
		t.Fatal(err)
	}
	if st := read(there); !st.Retired {
		t.Error("retired here, still in operation there")
	}
	if st := read(here); !st.Retired {
		t.Error("retired here, still in operation here")
	}
	if sts, _, err := here.Standings(ctx, clock.Now().Add(-time.Second), sys.Code); err != nil || sts[0].Retired {
		t.Errorf("a second before: %+v, %v", sts, err)
	}
	if sts, _, err := here.Standings(ctx, clock.Now(), "H56-9999", sys.Code); err != nil || sts[0].Registered || !sts[1].Retired {
		t.Errorf("an unknown one beside it: %+v, %v", sts, err)
	}
}
