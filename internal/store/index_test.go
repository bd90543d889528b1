package store

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestIndex: whoever asks is told what a read found that began after the asking,
// and many who ask share few reads.
func TestIndex(t *testing.T) {
	var version, reads atomic.Uint64
	x := index{read: func() (uint64, bool) {
		reads.Add(1)
		v := version.Load()
		time.Sleep(100 * time.Microsecond)
		return v, true
	}}
	const askers, asks = 16, 200
	var all sync.WaitGroup
	for range askers {
		all.Go(func() {
			for range asks {
				before := version.Add(1)
				if got, ok := x.wait(); !ok || got < before {
					t.Errorf("told %d, which was past when it was asked at %d", got, before)
				}
			}
		})
	}
	all.Wait()
	if n := reads.Load(); n > askers*asks/2 {
		t.Errorf("%d reads for %d questions", n, askers*asks)
	}
}

// TestDoubtIsNeverTheSame: a number that could not be told is equal to no other,
// so that a board that was made while nobody knew is never taken for current.
func TestDoubtIsNeverTheSame(t *testing.T) {
	e := &postgres{index: index{read: func() (uint64, bool) { return 0, false }}}
	seen := map[uint64]bool{}
	for range 1000 {
		n := e.now()
		if seen[n] || n&doubtful == 0 {
			t.Fatalf("%d was told before, or is taken for a number", n)
		}
		seen[n] = true
	}
}
