package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// onlooker notes when it is told what, and what others could see just then.
type onlooker struct {
	heard []string
	seen  []bool // by another reader of the file, whether the system was retired
	look  func() bool
	stamp uint64
}

func (o *onlooker) Judge(st approval.Standing) approval.Decided {
	return approval.Decided{Code: st.Code}
}
func (o *onlooker) Pattern(uint64) (int, string, bool)            { return 0, "", false }
func (o *onlooker) Fill([]approval.Decided, approval.Head)        {}
func (o *onlooker) Lost()                                         { o.heard = append(o.heard, "lost") }
func (o *onlooker) Before(_ int64, ds []approval.Decided, _ bool) { o.hear("before", ds) }
func (o *onlooker) After(_ approval.Head, _ time.Time, s uint64) {
	o.stamp = s
	o.hear("after", nil)
}

func (o *onlooker) hear(what string, ds []approval.Decided) {
	for _, d := range ds {
		what += " " + d.Code
	}
	o.heard, o.seen = append(o.heard, what), append(o.seen, o.look())
}

// TestWatcherAroundCommit: a watcher is told of a write before others can see
// it, and again once they can, with the very stamp; of a write that is refused
// it is told nothing.
func TestWatcherAroundCommit(t *testing.T) {
	ctx, clock, dir := context.Background(), storetest.At("2026-11-22"), t.TempDir()
	office, s := storetest.OfficeIn(t, dir, clock)
	other := storetest.OpenIn(t, dir)
	sys := storetest.Lead(t, office, "H56", "Hệ thống", storetest.Registered)
	o := &onlooker{look: func() bool {
		sts, _, err := other.Standings(ctx, clock.Now(), sys.Code)
		if err != nil {
			t.Error(err)
			return false
		}
		return sts[0].Retired
	}}
	s.Watch(o)
	officer := storetest.Actor(law.RoleOperator, "H56")
	if _, err := office.Retire(ctx, officer, sys.Code, sys.Version+7, "Thay thế"); err == nil {
		t.Fatal("a stale version was taken")
	}
	broken := errors.New("no")
	if err := s.Update(ctx, officer, clock.Now(), func(approval.Tx) error { return broken }); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if len(o.heard) > 0 {
		t.Errorf("of what was refused: %v", o.heard)
	}
	before := s.Stamp()
	if _, err := office.Retire(ctx, officer, sys.Code, sys.Version, "Thay thế"); err != nil {
		t.Fatal(err)
	}
	if want := []string{"before " + sys.Code, "after"}; !slices.Equal(o.heard, want) || !slices.Equal(o.seen, []bool{false, true}) {
		t.Errorf("heard %v, seen by others %v", o.heard, o.seen)
	}
	if s.Stamp() != before+1 || o.stamp != s.Stamp() || other.Stamp() != s.Stamp() {
		t.Errorf("the stamp was %d, is %d here and %d there, told as %d", before, s.Stamp(), other.Stamp(), o.stamp)
	}
	o.look = func() bool { return true }
	here := s.Stamp()
	their := &approval.Office{Store: other, Book: office.Book, Shelf: office.Shelf, Clock: clock.Now}
	storetest.Lead(t, their, "H56", "Hệ thống khác", storetest.Registered)
	if s.Stamp() != here+1 {
		t.Errorf("another's commit moved the stamp from %d to %d", here, s.Stamp())
	}
}
