package store_test

import (
	"crypto/sha256"
	"sync"
	"syscall"
	"testing"

	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// BenchmarkIndex is what the exact mode adds to a decision where 32 ask at once, each
// after work of its own, on as many cores as -cpu says; with how many wait for one
// read of the number.
func BenchmarkIndex(b *testing.B) {
	if !storetest.OnPostgres() {
		b.Skip("PostgreSQL's")
	}
	_, s := storetest.Office(b, storetest.At(today))
	const askers = 32
	reads := store.CountReads(s)
	work := func() { sha256.Sum256(make([]byte, 24<<10)) } // some 15 µs
	busy := func() int64 {
		var r syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
			b.Fatal(err)
		}
		return r.Utime.Nano() + r.Stime.Nano()
	}
	for _, x := range []struct {
		name string
		ask  func()
	}{{"alone", func() {}}, {"exact", func() { s.Stamp() }}} {
		b.Run(x.name, func(b *testing.B) {
			reads.Store(0)
			from := busy()
			var all sync.WaitGroup
			for range askers {
				all.Go(func() {
					for range b.N {
						work()
						x.ask()
					}
				})
			}
			all.Wait()
			b.ReportMetric(float64(busy()-from)/float64(b.N*askers), "cpu-ns/ask")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*askers), "ns/ask")
			if n := reads.Load(); n > 0 {
				b.ReportMetric(float64(b.N*askers)/float64(n), "asks/read")
			}
		})
	}
}
