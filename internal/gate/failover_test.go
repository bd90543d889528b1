package gate_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// TestFailover: the primary is killed under load and its standby promoted. Nobody
// is told an allow that was taken away, no acknowledged act is lost, the ledger
// verifies, and the replicas work on without being told.
func TestFailover(t *testing.T) {
	for name, lease := range map[string]time.Duration{"exact": 0, "available": time.Second} {
		t.Run(name, func(t *testing.T) {
			pair := storetest.NewPair(t)
			var stores []*store.Store
			for range 3 {
				stores = append(stores, joined(t, pair.Address))
			}
			f := gather(t, stores, 2, lease)
			h := f.work(t, 4, 400, func(stop <-chan struct{}) {
				time.Sleep(300 * time.Millisecond)
				pair.Kill(t)
				time.Sleep(100 * time.Millisecond)
				pair.Promote(t)
				<-stop
			})
			h.check(t, lease)
			until(t, "a write succeeds", func() bool {
				return h.turn(9, f.replicas[1], "A-0002", false) || h.turn(9, f.replicas[1], "A-0002", true)
			})
			acknowledged := 0
			for _, o := range h.all {
				if o.Input.(input).set && o.Return != math.MaxInt64 {
					acknowledged++
				}
			}
			kept := 0
			db := pair.Admin(t, 1)
			rows, err := db.Query("SELECT bytes FROM entry WHERE object IN ('system:A-0001', 'system:A-0002')")
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			for rows.Next() {
				var b []byte
				var e approval.Entry
				if err := rows.Scan(&b); err != nil {
					t.Fatal(err)
				}
				if err := json.Unmarshal(b, &e); err != nil {
					t.Fatal(err)
				}
				if e.Act == approval.ActSuspend || e.Act == approval.ActReinstate {
					kept++
				}
			}
			if kept < acknowledged {
				t.Errorf("%d acts were acknowledged, %d are on record", acknowledged, kept)
			}
			t.Logf("%d acknowledged, %d on record", acknowledged, kept)
			r, err := stores[2].Verify(t.Context())
			if err != nil || len(r.Violations) > 0 {
				t.Errorf("after the failover: %v %+v", err, r.Violations)
			}
			until(t, "the replicas judge again", func() bool {
				for _, x := range f.replicas {
					if x.gate.Ask(t.Context(), gate.Question{Provider: "A-0001"}).Fault {
						return false
					}
				}
				return true
			})
		})
	}
}
