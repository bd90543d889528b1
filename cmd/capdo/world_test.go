package main

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/store/storetest"
)

// nationCalendar looks at what falls due in the whole country: the first look
// counts every system, the second none, one after an act the system it was done
// on; each sees what a first look would.
func nationCalendar(t *testing.T, room *plan.Room, o *approval.Office) {
	t.Helper()
	ministry := storetest.Actor(law.RoleMPS, "G01")
	look := func(what string, room *plan.Room) []plan.Item {
		t.Helper()
		began := time.Now()
		items, err := room.Agenda(t.Context(), ministry, plan.OfCountry, "")
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("calendar of the nation, %s: %v, %d items", what, time.Since(began), len(items))
		return items
	}
	first := look("first", room)
	if second := look("again", room); !reflect.DeepEqual(first, second) || len(first) < 7008 {
		t.Errorf("looked again: %d items after %d", len(second), len(first))
	}
	code := first[slices.IndexFunc(first, func(it plan.Item) bool { return it.System != "" })].System
	var s approval.System
	err := o.Store.View(t.Context(), ministry, func(r approval.Reader) (err error) {
		s, err = r.System(code)
		return err
	})
	if err == nil {
		_, err = o.Retire(t.Context(), storetest.Actor(law.RoleOperator, s.Owner), code, s.Version, "Hết")
	}
	if err != nil {
		t.Fatal(err)
	}
	after := look("after an act", room)
	if anew := look("anew", &plan.Room{Store: room.Store, Book: room.Book, Clock: room.Clock}); !reflect.DeepEqual(after, anew) || len(after) >= len(first) {
		t.Errorf("after an act: %d items, counted anew %d, before it %d", len(after), len(anew), len(first))
	}
}

// BenchmarkNationCalendar is what a look at the nation's calendar costs with the
// 7,008 simulated systems: the first one of a process, the first one of another
// day, and one more.
func BenchmarkNationCalendar(b *testing.B) {
	book, err := law.Load()
	if err != nil {
		b.Fatal(err)
	}
	w, err := realWorld()
	if err != nil {
		b.Fatal(err)
	}
	s, clock := storetest.Open(b), storetest.At("2026-11-22")
	o := &approval.Office{Store: s, Book: book, Clock: clock.Now}
	if err := o.Import(b.Context(), storetest.Keeper(), w); err != nil {
		b.Fatal(err)
	}
	ministry := storetest.Actor(law.RoleMPS, "G01")
	look := func(b *testing.B, room *plan.Room) {
		if _, err := room.Agenda(b.Context(), ministry, plan.OfCountry, ""); err != nil {
			b.Fatal(err)
		}
	}
	fresh := func() *plan.Room { return &plan.Room{Store: s.Plans(), Book: book, Clock: clock.Now} }
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			look(b, fresh())
		}
	})
	room := fresh()
	look(b, room)
	b.Run("another day", func(b *testing.B) {
		for b.Loop() {
			clock.T = clock.T.AddDate(0, 0, 1)
			look(b, room)
		}
	})
	b.Run("again", func(b *testing.B) {
		for b.Loop() {
			look(b, room)
		}
	})
}

// TestRealWorld loads the register of June 2024 and counts it again.
func TestRealWorld(t *testing.T) {
	book, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	w, err := realWorld()
	if err != nil {
		t.Fatal(err)
	}
	s := storetest.Open(t)
	clock := storetest.At("2026-11-22")
	o := &approval.Office{Store: s, Book: book, Clock: clock.Now}
	began := time.Now()
	if err := o.Import(context.Background(), storetest.Keeper(), w); err != nil {
		t.Fatal(err)
	}
	t.Logf("import: %v", time.Since(began))
	began = time.Now()
	ov, err := o.Overview(context.Background(), storetest.Keeper(), approval.Believed("2024-06-30"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("overview: %v", time.Since(began))
	if ov.Total != 7008 || ov.Approved != 5323 || ov.Deployed != 3957 || ov.Simulated != 7008 || ov.Listed != 24 {
		t.Errorf("overview = %d/%d/%d, simulated %d, listed %d", ov.Total, ov.Approved, ov.Deployed, ov.Simulated, ov.Listed)
	}
	nationCalendar(t, &plan.Room{Store: s.Plans(), Book: book, Clock: clock.Now}, o)
	began = time.Now()
	rep, err := s.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("verify: %v, %d entries, %d objects", time.Since(began), rep.Entries, rep.Objects)
	if len(rep.Violations) > 0 {
		t.Errorf("%d violations, first %+v", len(rep.Violations), rep.Violations[0])
	}
}
