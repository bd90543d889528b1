package gate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Board holds the decision of every system ready made, so that a live question
// costs two look-ups and a comparison with the day. It believes only what it is
// told by the one process that writes the register, in this order: what takes
// away is shut before its commit, what gives is opened after it. What it does
// not know, and what may have changed by time, the register is asked.
//
// It may be used by many goroutines.
type Board struct {
	book   *law.Book
	seed   maphash.Seed
	lawful bool // the book can allow at all
	press  *press
	recall *recall
	linked bool // by policy two sides need a connection on record, which no word holds

	seq       atomic.Uint64 // odd while a change is being shown
	table     atomic.Pointer[table]
	patterns  atomic.Pointer[[]*pattern]
	chords    atomic.Pointer[map[uint32]*chord]
	scene     atomic.Pointer[scene] // nil: not loaded
	lease     atomic.Int64          // until when the register was seen unchanged, microseconds
	ends      *time.Timer           // ends the lease though the clock stands still or was set back
	renewing  atomic.Bool
	reloading atomic.Bool
	read      atomic.Pointer[func() uint64] // the register's stamp as it is; nil: not loaded
	stamp     atomic.Uint64                 // the one that the words belong to

	mu      sync.Mutex // of who writes
	numbers map[string]int
	since   map[law.Day]law.Day // of a day: the one since which the law reads the same to the gate
	changes []approval.Decided  // shut before their commit
	writing bool
	torn    bool   // another process wrote before the one that is writing
	source  Source // of the last load
}

// scene is the state of the register that the words belong to.
type scene struct {
	head     approval.Head
	asOf     int64 // latest instant judged at, microseconds
	version  []string
	tail     []byte          // ,"law_digest":…,"ledger":…}
	stranger [platforms]word // of a system that is not on the register
	partial  bool            // systems may be missing
}

// pattern is what a system says to a question, by its level and its side.
type pattern struct {
	kept         string
	plain, short telling
	allowed      voice  // the reason of an allowance, as cited since the same day
	alone        *chord // of a provider alone
}

// made makes a pattern ready.
func (b *Board) made(kept string, plain, short voice, day law.Day) *pattern {
	j := &judge{book: b.book, day: day}
	j.say("", law.ReasonAllowed)
	p := &pattern{kept: kept, plain: tell(plain), short: tell(short), allowed: voice{j.reasons, j.barred}}
	p.alone = join(p.plain, nil, p.allowed)
	return p
}

// NewBoard returns an empty board under a book; until it is loaded the gate
// before it denies.
func NewBoard(book *law.Book) *Board {
	b := &Board{book: book, press: newPress(), recall: newRecall(), linked: book.Policy().ConnectionRequired, seed: maphash.MakeSeed(), numbers: map[string]int{}, since: map[law.Day]law.Day{}}
	b.table.Store(newTable(0))
	b.patterns.Store(&[]*pattern{})
	b.chords.Store(&map[uint32]*chord{})
	_, b.lawful = book.Reason(law.ReasonAllowed)
	b.ends = time.AfterFunc(leaseTime, func() { b.lease.Store(0) })
	b.ends.Stop() // nothing is lent yet
	return b
}

// Source is where a board is loaded from: the decisions kept with the register.
type Source interface {
	// Decisions calls pattern for every pattern that decisions name, then system
	// for every system, and returns the ledger's head and the latest entry's
	// time, all of one snapshot.
	Decisions(ctx context.Context, pattern func(no int, kept string) error, system func(approval.Decided) error) (approval.Head, time.Time, error)
	// Stamp moves with every change of the register, whoever makes it, at the
	// instant at which others can see it. It is called for every answer.
	Stamp() uint64
}

// Load fills the board. Decisions made under another book are not believed. A
// register that changes under the reader is read again.
func (b *Board) Load(ctx context.Context, s Source) error {
	for range maxRounds {
		done, err := b.load(ctx, s)
		if err != nil {
			return fmt.Errorf("load decisions: %w", err)
		}
		if done {
			return nil
		}
	}
	return errors.New("load decisions: the register kept changing")
}

// load reads all, and takes it when nothing changed meanwhile.
func (b *Board) load(ctx context.Context, s Source) (done bool, err error) {
	b.mu.Lock()
	first := b.scene.Load() == nil
	b.mu.Unlock()
	before, foreign, t := s.Stamp(), map[int]bool{}, newTable(1<<13)
	head, at, err := s.Decisions(ctx, func(no int, kept string) error {
		b.mu.Lock()
		defer b.mu.Unlock()
		foreign[no] = !b.adopt(no, kept)
		return nil
	}, func(d approval.Decided) error {
		ws := [platforms]word{word(d.NDXP), word(d.NDOP)}
		for i, w := range ws {
			if w.state() != judged || w.pattern() >= len(*b.patterns.Load()) || foreign[w.pattern()] {
				ws[i] = ask
			}
		}
		if code(d.Code) {
			t = t.add(b.seed, d.Code, ws)
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := b.scene.Load(); b.writing || now != nil && (first || now.head != head) {
		return false, nil
	}
	b.seq.Add(1)
	b.recall.clear()
	b.table.Store(t.sized(b.seed, t.used))
	b.stamp.Store(before)
	b.show(head, at, false)
	b.seq.Add(1)
	read := s.Stamp
	b.read.Store(&read)
	b.source = s
	return true, nil
}

// reload fills the board anew, beside the questions, after another process
// wrote; until then the register is asked.
func (b *Board) reload() {
	s := b.source
	if s == nil || !b.reloading.CompareAndSwap(false, true) {
		return
	}
	go func() {
		defer b.reloading.Store(false)
		_ = b.Load(context.Background(), s) // else the register is asked on
	}()
}

// adopt gives a kept pattern its number; false when it is of another book, or
// this process has given the number to another. A number never means two things
// in one process, for words may be in anyone's hands: it means nothing then.
func (b *Board) adopt(no int, kept string) bool {
	digest, from, key, ok := cutPattern(kept)
	if !ok || no < 0 || no >= maxPatterns {
		return false
	}
	list := *b.patterns.Load()
	if no < len(list) && list[no] != nil && list[no].kept == kept {
		return list[no].alone != nil
	}
	list = append(slices.Clone(list), make([]*pattern, max(0, no+1-len(list)))...)
	switch p := list[no]; {
	case p != nil:
		if b.numbers[p.kept] == no {
			delete(b.numbers, p.kept)
		}
		list[no] = &pattern{}
	case digest != b.book.Digest():
		list[no] = &pattern{kept: kept}
	default:
		plain, short, _ := revoice(b.book, key, from)
		list[no] = b.made(kept, plain, short, from)
		b.numbers[kept] = no
	}
	b.patterns.Store(&list)
	return list[no].alone != nil
}

// number finds or gives the number of a pattern; -1 when there are too many.
func (b *Board) number(s side, day law.Day) int {
	kept := patternKey(b.book.Digest(), b.sinceWhen(day), s.key())
	no, ok := b.numbers[kept]
	list := *b.patterns.Load()
	switch {
	case ok:
		return no
	case len(list) == maxPatterns:
		return -1
	}
	list = append(list[:len(list):len(list)], b.made(kept, s.plain, s.short, day))
	b.patterns.Store(&list)
	b.numbers[kept] = len(list) - 1
	return len(list) - 1
}

// sinceWhen is the first day from which on the law reads to the gate as on day.
func (b *Board) sinceWhen(day law.Day) law.Day {
	d, ok := b.since[day]
	if !ok {
		for d = "0001-01-01"; ; {
			turn := b.book.GateTurn(d)
			if turn == "" || turn > day {
				break
			}
			d = turn
		}
		if len(b.since) > 64 {
			clear(b.since)
		}
		b.since[day] = d
	}
	return d
}

// voiceOf is what the pattern of a judged word says; nil when nobody knows.
func (b *Board) voiceOf(w word) *pattern {
	list := *b.patterns.Load()
	if w.state() != judged || w.pattern() >= len(list) {
		return nil
	}
	if p := list[w.pattern()]; p != nil && p.alone != nil {
		return p
	}
	return nil
}

// Judge is the decision of one system as it stands.
func (b *Board) Judge(st approval.Standing) approval.Decided {
	b.mu.Lock()
	defer b.mu.Unlock()
	ws := b.judge(st)
	return approval.Decided{Code: st.Code, NDXP: uint64(ws[0]), NDOP: uint64(ws[1])}
}

func (b *Board) judge(st approval.Standing) (ws [platforms]word) {
	for i, platform := range []string{"NDXP", platformNDOP} {
		s, ok := hearing(b.book, st, platform)
		if !ok {
			continue
		}
		ws[i] = s.word(b.number(s, law.DayOf(st.At)), st.At)
	}
	return ws
}

// Pattern returns the number and the text of what a decision says, to be kept
// with it; false when it says nothing.
func (b *Board) Pattern(decision uint64) (no int, kept string, ok bool) {
	p := b.voiceOf(word(decision))
	if p == nil {
		return 0, "", false
	}
	return word(decision).pattern(), p.kept, true
}

// Before is called before a commit with the size of the ledger it builds on and
// the decisions as they will be: those that take away are shut. all means that
// others may change too. Where the board knows another ledger, another process
// wrote what it has not heard of: nothing on it holds.
// Nothing else may be committed between Before and After.
func (b *Board) Before(base int64, changes []approval.Decided, all bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.scene.Load()
	b.writing, b.changes, b.torn = true, changes, s != nil && s.head.Size != base
	t := b.table.Load()
	if all || b.torn {
		t.each(func(c *cell) { c.set([platforms]word{}) })
		b.recall.clear()
	}
	for _, d := range changes {
		b.recall.forget(d.Code)
		c, _ := t.find(b.seed, d.Code)
		if c == nil {
			continue
		}
		for i, now := range [platforms]uint64{d.NDXP, d.NDOP} {
			if old := word(atomic.LoadUint64(c.word(i))); b.takesAway(old, word(now)) {
				atomic.StoreUint64(c.word(i), shut)
			}
		}
	}
}

// After is called when the commit is made: every change is shown.
func (b *Board) After(head approval.Head, at time.Time, stamp uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seq.Add(1)
	for _, d := range b.changes {
		b.put(d.Code, [platforms]word{word(d.NDXP), word(d.NDOP)})
	}
	if b.scene.Load() != nil {
		b.show(head, at, b.scene.Load().partial || b.torn)
		b.stamp.Store(stamp)
	}
	b.seq.Add(1)
	b.writing, b.changes = false, nil
	if b.torn {
		b.reload()
	}
}

// Lost is called when a commit failed, or nobody knows: the register is asked.
func (b *Board) Lost() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, d := range b.changes {
		if c, _ := b.table.Load().find(b.seed, d.Code); c != nil {
			c.set([platforms]word{})
		}
	}
	b.lease.Store(0)
	b.writing, b.changes = false, nil
}

// put changes or adds a system.
func (b *Board) put(code string, ws [platforms]word) {
	t := b.table.Load()
	if c, _ := t.find(b.seed, code); c != nil {
		c.set(ws)
	} else if code != "" && len(code) <= maxCode {
		b.table.Store(t.add(b.seed, code, ws))
	}
}

// show makes the scene of a head.
func (b *Board) show(head approval.Head, at time.Time, partial bool) {
	s := &scene{head: head, asOf: at.UnixMicro(), version: []string{itoa(head.Size)}, partial: partial}
	if old := b.scene.Load(); old != nil {
		s.asOf, s.stranger = max(s.asOf, old.asOf), old.stranger
	}
	if b.outlived(s, at) {
		s.stranger = b.stranger(at)
	}
	s.tail = append(s.tail, `,"law_digest":`...)
	s.tail = quote(s.tail, b.book.Digest())
	s.tail = append(s.tail, `,"ledger":`...)
	h, err := json.Marshal(head)
	if err != nil { // two plain fields
		h = []byte("null")
	}
	s.tail = append(append(s.tail, h...), '}')
	b.scene.Store(s)
}

// outlived tells whether what is said of strangers may be another by then.
func (b *Board) outlived(s *scene, at time.Time) bool { return !b.hold(s.stranger[:], at) }

// hold tells whether words say at an instant what their system is answered.
func (b *Board) hold(ws []word, at time.Time) bool {
	day, _ := dayNumber(at)
	return !slices.ContainsFunc(ws, func(w word) bool { return b.voiceOf(w) == nil || day >= w.next() })
}

// now is the register's stamp as it is.
func (b *Board) now() uint64 {
	if f := b.read.Load(); f != nil {
		return (*f)()
	}
	return 0
}

// seen is told what a read of the register, begun at an instant and at a stamp, found: when it
// found the head the board knows, the board holds for a while more.
func (b *Board) seen(head approval.Head, began time.Time, stamp uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.scene.Load()
	switch {
	case s == nil || b.writing || head.Size < s.head.Size:
	case head == s.head:
		b.ends.Reset(leaseTime)
		b.lease.Store(max(b.lease.Load(), began.UnixMicro()+leaseTime.Microseconds()))
		b.stamp.Store(stamp)
		if b.outlived(s, began) {
			b.seq.Add(1)
			b.show(head, began, s.partial)
			b.seq.Add(1)
		}
	default: // another wrote
		b.lease.Store(0)
		b.seq.Add(1)
		b.table.Load().each(func(c *cell) { c.set([platforms]word{}) })
		b.recall.clear()
		b.show(head, began, true)
		b.stamp.Store(stamp)
		b.seq.Add(1)
		b.reload()
	}
}

// refresh keeps what a read of the register found of a system whose word did
// not hold any more.
func (b *Board) refresh(st approval.Standing, head approval.Head) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.scene.Load()
	if s == nil || b.writing || head != s.head || st.Code == "" {
		return
	}
	c, _ := b.table.Load().find(b.seed, st.Code)
	if c == nil && !st.Registered {
		return
	}
	if c != nil {
		if old := c.words(); b.hold(old[:], st.At) {
			return
		}
	}
	b.put(st.Code, b.judge(st))
}

// Fill offers decisions made anew of what did not change, at a head.
func (b *Board) Fill(ds []approval.Decided, head approval.Head) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.scene.Load()
	if s == nil || b.writing || head != s.head {
		return
	}
	for _, d := range ds {
		c, _ := b.table.Load().find(b.seed, d.Code)
		if c == nil || c.words()[0].state() != shut && c.words()[1].state() != shut {
			b.put(d.Code, [platforms]word{word(d.NDXP), word(d.NDOP)})
		}
	}
}

// Stale tells whether a kept decision is not worth keeping at an instant.
func (b *Board) Stale(d approval.Decided, at time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.hold([]word{word(d.NDXP), word(d.NDOP)}, at)
}
