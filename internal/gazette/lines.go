package gazette

import (
	"container/heap"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"slices"
	"sync/atomic"
	"time"

	"capdo/internal/statuslist"
)

// line is the decision on one system for one platform.
type line struct {
	code    string
	changed int64 // version at which it last changed
	until   int64 // Unix microseconds, 0: no date
	status  statuslist.Status
	level   int8 // 0: none
}

func (l line) same(m line) bool {
	return l.code == m.code && l.status == m.status && l.level == m.level && l.until == m.until
}

// pageLen is how many lines are copied together when one of them changes.
const pageLen = 256

// page is some lines, by place, with their part of the state once somebody asked
// for it.
type page struct {
	lines [pageLen]line
	sum   atomic.Pointer[[sha256.Size]byte]
}

// lines are the decisions of a platform by place. They do not change: the next
// edition's share the pages on which nothing did.
type lines struct {
	pages []*page
	n     int
}

func (l lines) at(place int) line { return l.pages[place/pageLen].lines[place%pageLen] }

// state is the State of all, of which only what changed is hashed again.
func (l lines) state() (string, error) {
	h := sha256.New()
	for i, p := range l.pages {
		sum := p.sum.Load()
		if sum == nil {
			var part []Item
			for place := i * pageLen; place < min((i+1)*pageLen, l.n); place++ {
				part = append(part, l.at(place).item(place))
			}
			made, err := stateOf(part)
			if err != nil {
				return "", err
			}
			sum = &made
			p.sum.Store(sum)
		}
		h.Write(sum[:])
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// all visits every line, by place.
func (l lines) all() iter.Seq2[int, line] {
	return func(yield func(int, line) bool) {
		for place := range l.n {
			if !yield(place, l.at(place)) {
				return
			}
		}
	}
}

// draft are lines being written over those of another edition.
type draft struct {
	lines
	own []bool // by page
}

// over begins a draft.
func over(l lines) *draft {
	return &draft{lines{slices.Clone(l.pages), l.n}, make([]bool, len(l.pages))}
}

// set writes a line, one of those there are or the next.
func (d *draft) set(place int, l line) {
	i := place / pageLen
	if i == len(d.pages) {
		d.pages, d.own = append(d.pages, new(page)), append(d.own, true)
	}
	d.n = max(d.n, place+1)
	if !d.own[i] {
		d.pages[i], d.own[i] = &page{lines: d.pages[i].lines}, true
	}
	d.pages[i].lines[place%pageLen] = l
}

// agenda tells which of many things come up, each at one instant at a time.
// Instants are Unix microseconds, 0 for none.
type agenda struct {
	queue dues
	at    []int64 // by thing; what the queue says else is out of date
}

type due struct {
	at    int64
	thing int
}

type dues []due

func (q dues) Len() int           { return len(q) }
func (q dues) Less(i, k int) bool { return q[i].at < q[k].at }
func (q dues) Swap(i, k int)      { q[i], q[k] = q[k], q[i] }
func (q *dues) Push(x any)        { *q = append(*q, x.(due)) }
func (q *dues) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// set says when a thing comes up.
func (a *agenda) set(thing int, at int64) {
	for len(a.at) <= thing {
		a.at = append(a.at, 0)
	}
	if a.at[thing] == at {
		return
	}
	if a.at[thing] = at; at != 0 {
		heap.Push(&a.queue, due{at, thing})
	}
}

// first is the next that comes up; false when none does.
func (a *agenda) first() (due, bool) {
	for len(a.queue) > 0 {
		if d := a.queue[0]; a.at[d.thing] == d.at {
			return d, true
		}
		heap.Pop(&a.queue)
	}
	return due{}, false
}

// take takes out those that came up by an instant.
func (a *agenda) take(now time.Time) (things []int) {
	for {
		d, ok := a.first()
		if !ok || d.at > now.UnixMicro() {
			return things
		}
		heap.Pop(&a.queue)
		a.at[d.thing] = 0
		things = append(things, d.thing)
	}
}
