package store

import (
	"context"
	"sync"
	"time"

	"github.com/uptrace/bun"
)

// index tells the number of the last write as of now (read-index, Ongaro 2014,
// 6.4): whoever asks waits for a read of it that began after the asking. One read
// serves all who came before it began, so that the database is asked once for
// many.
type index struct {
	read func() uint64

	mu   sync.Mutex
	next *round // has not begun; nil: nobody waits
	busy bool
}

// round is one read of the number.
type round struct {
	done    chan struct{}
	version uint64
}

// wait returns the number.
func (x *index) wait() uint64 {
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
	return r.version
}

// run reads one round, and hands the next, if there is one, to a goroutine: who
// asked first is not kept.
func (x *index) run() {
	x.mu.Lock()
	r := x.next
	x.next = nil
	x.mu.Unlock()
	r.version = x.read()
	close(r.done)
	x.mu.Lock()
	if x.next == nil {
		x.busy = false
	} else {
		go x.run()
	}
	x.mu.Unlock()
}

// unknown is the number of a register that cannot be asked: no board has it.
const unknown = ^uint64(0)

// readPatience is how long the number may take; a decision must come within a
// second, and asks the register itself after that.
const readPatience = 200 * time.Millisecond

// versionOf reads the number from the database.
func versionOf(db *bun.DB) uint64 {
	ctx, cancel := context.WithTimeout(context.Background(), readPatience)
	defer cancel()
	var version uint64
	if err := db.QueryRowContext(ctx, "SELECT version FROM turn WHERE id = 1").Scan(&version); err != nil {
		return unknown
	}
	return version
}
