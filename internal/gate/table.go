package gate

import (
	"hash/maphash"
	"math/bits"
	"sync/atomic"
)

const (
	chunkBits = 16
	chunkLen  = 1 << chunkBits // words of a chunk
	platforms = 2              // words of a system: NDXP, NDOP
)

// table finds the words of a system by its code. It holds no pointers into its
// systems, so that collecting garbage costs the same at any size. A record is
// two words and the code, packed; a slot is 32 bits of the code's hash and the
// record's place. Readers take no lock; one writer at a time adds records,
// changes words, and replaces the table by a bigger one over the same records.
type table struct {
	slots  []uint64
	chunks [][]uint64
	used   int // records
	free   int // next free word of the last chunk
}

// newTable has room for n systems.
func newTable(n int) *table {
	return &table{slots: make([]uint64, max(64, n+n/2)), chunks: [][]uint64{make([]uint64, chunkLen)}, free: 1}
}

// slotOf is where the search for a hash begins, and the mark of the hash.
func (t *table) slotOf(h uint64) (at, mark uint64) {
	at, _ = bits.Mul64(h, uint64(len(t.slots)))
	return at, h << 32
}

// find returns the place of a code's words; nil when there is none. again is
// true when the table has been replaced meanwhile.
func (t *table) find(seed maphash.Seed, code string) (w *[platforms]uint64, again bool) {
	at, mark := t.slotOf(maphash.String(seed, code))
	for {
		s := atomic.LoadUint64(&t.slots[at])
		if s == 0 {
			return nil, false
		}
		if s&^0xFFFFFFFF == mark {
			ref := uint32(s)
			if int(ref>>chunkBits) >= len(t.chunks) {
				return nil, true
			}
			r := t.chunks[ref>>chunkBits][ref&(chunkLen-1):]
			if same(r[platforms:], code) {
				return (*[platforms]uint64)(r), false
			}
		}
		if at++; at == uint64(len(t.slots)) {
			at = 0
		}
	}
}

// same compares a packed code: its length in the first byte, then its bytes.
func same(r []uint64, code string) bool {
	n := len(code)
	if uint64(byte(r[0])) != uint64(n) {
		return false
	}
	i := 0
	first := uint64(byte(n))
	for ; i < n && i < 7; i++ {
		first |= uint64(code[i]) << (8 + 8*i)
	}
	if r[0] != first {
		return false
	}
	k := 1
	for ; n-i >= 8; i += 8 {
		c := code[i : i+8]
		if r[k] != uint64(c[0])|uint64(c[1])<<8|uint64(c[2])<<16|uint64(c[3])<<24|uint64(c[4])<<32|uint64(c[5])<<40|uint64(c[6])<<48|uint64(c[7])<<56 {
			return false
		}
		k++
	}
	if i == n {
		return true
	}
	var last uint64
	for b := 0; i < n; i++ {
		last |= uint64(code[i]) << b
		b += 8
	}
	return r[k] == last
}

// packed is how many words a code takes.
func packed(code string) int { return (len(code) + 8) / 8 }

// add returns a table with one more system, which must not be in it: this one,
// or a bigger one.
func (t *table) add(seed maphash.Seed, code string, words [platforms]word) *table {
	need := platforms + packed(code)
	if t.free+need > chunkLen {
		next := *t
		next.chunks = append(t.chunks[:len(t.chunks):len(t.chunks)], make([]uint64, chunkLen))
		next.free = 0
		t = &next
	}
	r := t.chunks[len(t.chunks)-1][t.free : t.free+need]
	r[0], r[1] = uint64(words[0]), uint64(words[1])
	r[platforms] = uint64(byte(len(code)))
	for i := range len(code) {
		r[platforms+(i+1)/8] |= uint64(code[i]) << (8 * ((i + 1) % 8))
	}
	ref := uint64(len(t.chunks)-1)<<chunkBits | uint64(t.free)
	t.free += need
	t.used++
	if t.used*20 > len(t.slots)*17 {
		t = t.grown(seed)
	}
	t.put(maphash.String(seed, code), ref)
	return t
}

// put fills the slot of a record.
func (t *table) put(h, ref uint64) {
	at, mark := t.slotOf(h)
	for atomic.LoadUint64(&t.slots[at]) != 0 {
		if at++; at == uint64(len(t.slots)) {
			at = 0
		}
	}
	atomic.StoreUint64(&t.slots[at], mark|ref)
}

// grown is the table with twice the slots.
func (t *table) grown(seed maphash.Seed) *table {
	next := *t
	next.slots = make([]uint64, 2*len(t.slots))
	buf := make([]byte, 0, maxCode)
	for _, s := range t.slots {
		if s == 0 {
			continue
		}
		r := t.chunks[uint32(s)>>chunkBits][uint32(s)&(chunkLen-1):][platforms:]
		buf = buf[:0]
		for i := range int(byte(r[0])) {
			buf = append(buf, byte(r[(i+1)/8]>>(8*((i+1)%8))))
		}
		next.put(maphash.Bytes(seed, buf), s&0xFFFFFFFF)
	}
	return &next
}

// each visits every system's words.
func (t *table) each(f func(w *[platforms]uint64)) {
	for i := range t.slots {
		if s := atomic.LoadUint64(&t.slots[i]); s != 0 {
			f((*[platforms]uint64)(t.chunks[uint32(s)>>chunkBits][uint32(s)&(chunkLen-1):]))
		}
	}
}
