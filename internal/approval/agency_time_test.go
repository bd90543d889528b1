package approval_test

import (
	"context"
	"errors"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"

	"capdo/forms"
)

// yard is a register without agencies, for worlds of its own.
type yard struct {
	testing.TB
	clock  *storetest.Clock
	office *approval.Office
	store  *store.Store
}

func newYard(t testing.TB, day law.Day) *yard {
	t.Helper()
	book, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	shelf, err := forms.Load()
	if err != nil {
		t.Fatal(err)
	}
	clock, s := storetest.At(day), storetest.Open(t)
	return &yard{t, clock, &approval.Office{Store: s, Book: book, Shelf: shelf, Clock: clock.Now}, s}
}

func (y *yard) ok(err error) {
	y.Helper()
	if err != nil {
		y.Fatal(err)
	}
}

func (y *yard) overview(day law.Day) approval.Overview {
	y.Helper()
	ov, err := y.office.Overview(context.Background(), storetest.Keeper(), day)
	y.ok(err)
	return ov
}

func (y *yard) counts(day law.Day) (cells []approval.Count) {
	y.Helper()
	y.ok(y.store.View(context.Background(), storetest.Keeper(), func(r approval.Reader) (err error) {
		cells, err = r.Counts(day)
		return err
	}))
	return cells
}

// agencyFigures are total, approved, deployed by agency.
func (y *yard) agencyFigures(day law.Day) map[string][3]int {
	y.Helper()
	out := map[string][3]int{}
	for _, x := range y.overview(day).Agencies {
		out[x.Agency.Code] = [3]int{x.Total, x.Approved, x.Deployed}
	}
	return out
}

func (y *yard) agencies() []approval.Agency {
	y.Helper()
	as, err := y.office.AgencyList(context.Background(), storetest.Keeper())
	y.ok(err)
	return as
}

func (y *yard) systems() (ss []approval.System) {
	y.Helper()
	y.ok(y.store.Each(context.Background(), storetest.Keeper(), func(s approval.System) error {
		ss = append(ss, s)
		return nil
	}))
	return ss
}

// sound fails the test when the register and its ledger disagree.
func (y *yard) sound() {
	y.Helper()
	r, err := y.store.Verify(context.Background())
	y.ok(err)
	for _, v := range r.Violations {
		y.Errorf("verify: %+v", v)
	}
}

// rules lists the rules of a refusal, "" for none.
func rules(err error) string {
	var r *approval.Refusal
	if !errors.As(err, &r) {
		if err != nil {
			return "no refusal: " + err.Error()
		}
		return ""
	}
	out := ""
	for i, f := range r.Findings {
		if i > 0 {
			out += " "
		}
		out += f.Rule
	}
	return string(r.Kind) + " " + out
}
