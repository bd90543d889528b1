package gazette

import (
	"sync"
	"time"

	"capdo/internal/gate"
	"capdo/internal/statuslist"
)

// Change is a decision that became another.
type Change struct {
	Seq        int64      `json:"seq"`
	Version    int64      `json:"version"`
	At         time.Time  `json:"at"`
	Platform   string     `json:"platform"`
	System     string     `json:"system"`
	Decision   string     `json:"decision"`
	Status     string     `json:"status"`
	Level      int        `json:"level"`
	ValidUntil *time.Time `json:"valid_until"`
}

// decision says what a status means at the gate.
func decision(s statuslist.Status) string {
	if s == statuslist.Valid {
		return gate.Allow
	}
	return gate.Deny
}

// dated is an instant in Unix microseconds as JSON, nil when there is none.
func dated(micro int64) *time.Time {
	if micro == 0 {
		return nil
	}
	t := time.UnixMicro(micro).UTC()
	return &t
}

// The bounds of the feed.
const (
	maxChanges = 1 << 16
	maxWaiters = 256
)

// feed keeps the latest changes and wakes those who wait for more.
type feed struct {
	mu      sync.Mutex
	first   int64 // number before the first change kept
	kept    []Change
	more    chan struct{} // closed when there is more
	waiters int
}

// begin sets the first number: that of the clock, so that a restart never gives
// a number twice.
func (f *feed) begin(seq int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if last := f.first + int64(len(f.kept)); seq <= last {
		seq = last + 1
	}
	f.first, f.kept = seq, nil
	f.wake()
}

func (f *feed) wake() {
	if f.more != nil {
		close(f.more)
	}
	f.more = make(chan struct{})
}

// publish numbers changes and adds them.
func (f *feed) publish(cs []Change) {
	if len(cs) == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range cs {
		c.Seq = f.first + int64(len(f.kept)) + 1
		f.kept = append(f.kept, c)
	}
	if n := len(f.kept) - maxChanges; n > 0 {
		f.first += int64(n)
		f.kept = append([]Change(nil), f.kept[n:]...)
	}
	f.wake()
}

// after returns the changes after a number, the last number, and what is closed
// when there are more; false when those after it are not all known.
func (f *feed) after(seq int64) (cs []Change, last int64, more <-chan struct{}, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	last = f.first + int64(len(f.kept))
	if f.more == nil || seq < f.first || seq > last {
		return nil, last, f.more, false
	}
	return f.kept[seq-f.first : len(f.kept) : len(f.kept)], last, f.more, true
}

// wait takes one of the places of those who wait; done gives it back.
func (f *feed) wait() (done func(), ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.waiters >= maxWaiters {
		return nil, false
	}
	f.waiters++
	return func() {
		f.mu.Lock()
		f.waiters--
		f.mu.Unlock()
	}, true
}
