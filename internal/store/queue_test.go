package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestLongQueue: of a queue too long to be looked at whole, every kind of work that
// is the actor's is there, by those of it that wait longest, and it is said.
func TestLongQueue(t *testing.T) {
	o, s := storetest.Office(t, storetest.At(today))
	crowd(t, o)
	kind := func(x *approval.System) waitsFor {
		if d := x.Open(); d != nil {
			return waitsFor{d.State, int(d.Level)}
		}
		return waitsFor{"", int(x.Approvals[len(x.Approvals)-1].Level)}
	}
	for name, mine := range map[string]func(*approval.System) bool{
		"all":            everyone,
		"dossiers":       func(x *approval.System) bool { return x.Open() != nil },
		"of one sector":  func(x *approval.System) bool { return x.Sector == law.SectorDefence },
		"of level three": func(x *approval.System) bool { return kind(x).level == 3 },
	} {
		view(t, s, storetest.Keeper(), func(r approval.Reader) error {
			whole, more, err := r.Pending(1000, mine)
			if err != nil || more || len(whole) < 10 {
				t.Fatalf("%s: %d wait, more %v, %v", name, len(whole), more, err)
			}
			first := map[waitsFor][]string{}
			for i := range whole {
				k := kind(&whole[i])
				first[k] = append(first[k], whole[i].Code) // submitted on one day, in the order of registration
			}
			some, more, err := r.Pending(200, mine)
			if err != nil || !more || len(some) > len(whole) {
				t.Fatalf("%s: %d of %d, more %v, %v", name, len(some), len(whole), more, err)
			}
			seen := map[waitsFor]int{}
			for i := range some {
				k := kind(&some[i])
				if n := seen[k]; n >= len(first[k]) || first[k][n] != some[i].Code {
					t.Errorf("%s: %s stands at %d of %+v: %v", name, some[i].Code, n, k, first[k])
				}
				seen[k]++
			}
			if len(seen) != len(first) {
				t.Errorf("%s: %d kinds of %d", name, len(seen), len(first))
			}
			return nil
		})
	}
}

// crowd loads 1,280 systems of two bodies in every standing.
func crowd(t *testing.T, o *approval.Office) {
	t.Helper()
	var w approval.World
	for k := range uint64(8) {
		for i, x := range around(rand.New(rand.NewPCG(8, k)), today) {
			x.Code += fmt.Sprint(k)
			if k == 7 && i%2 == 0 { // behind many of another sector
				x.Sector = law.SectorDefence
			}
			w.Systems = append(w.Systems, x)
		}
	}
	if err := o.Import(context.Background(), storetest.Keeper(), w); err != nil {
		t.Fatal(err)
	}
}

// waitsFor is a kind of work.
type waitsFor struct {
	state approval.DossierState
	level int
}
