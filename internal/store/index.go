package store

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/uptrace/bun"
)

// index tells the number of the last write as of now (read-index, Ongaro 2014,
// 6.4): whoever asks waits for a read of it that began after the asking. One read
// serves all who came before it began, so that the database is asked once for
// many.
type index struct {
	read func() (version uint64, ok bool)

	mu   sync.Mutex
	next *round // has not begun; nil: nobody waits
	busy bool
}

// round is one read of the number.
type round struct {
	done    chan struct{}
	version uint64
	ok      bool
}

// wait returns the number, if it can be told.
func (x *index) wait() (version uint64, ok bool) {
	x.mu.Lock()
	r := x.next
	if r == nil {
		r = &round{done: make(chan struct{})}
		x.next = r
	}
	mine := !x.busy // to read is for who finds nobody reading
	x.busy = true
	x.mu.Unlock()
	if mine {
		x.run()
	}
	<-r.done
	return r.version, r.ok
}

// run reads one round, and hands the next, if there is one, to a goroutine: who
// asked first is not kept. Before it begins, those who are ready to ask get their
// turn, so that one read serves most of them (BenchmarkIndex).
func (x *index) run() {
	runtime.Gosched()
	x.mu.Lock()
	r := x.next
	x.next = nil
	x.mu.Unlock()
	r.version, r.ok = x.read()
	close(r.done)
	x.mu.Lock()
	if x.next == nil {
		x.busy = false
	} else {
		go x.run()
	}
	x.mu.Unlock()
}

// readPatience is how long the number may take; a decision must come within a
// second, and asks the register itself after that.
const readPatience = 200 * time.Millisecond

// versionOf reads the number from the database.
func versionOf(db *bun.DB) (version uint64, ok bool) {
	ctx, cancel := context.WithTimeout(context.Background(), readPatience)
	defer cancel()
	err := db.QueryRowContext(ctx, "SELECT version FROM turn WHERE id = 1").Scan(&version)
	return version, err == nil
}
