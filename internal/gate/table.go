package gate

import (
	"hash/maphash"
	"math/bits"
	"sync/atomic"
)

const (
	platforms = 2  // words of a system: NDXP, NDOP
	groupLen  = 8  // cells that share a word of marks
	shortCode = 31 // bytes of a code that stand in the cell itself
)

// cell is a system: its NDXP word; its code, packed, with its length in the
// first byte; its NDOP word. What a question most often needs lies together.
type cell [2 + 4]uint64

// word is the place of a platform's word.
func (c *cell) word(platform int) *uint64 { return &c[platform*(len(cell{})-1)] }

// set gives the words.
func (c *cell) set(ws [platforms]word) {
	for i, x := range ws {
		atomic.StoreUint64(c.word(i), uint64(x))
	}
}

// words are the words as they are.
func (c *cell) words() (ws [platforms]word) {
	for i := range ws {
		ws[i] = word(atomic.LoadUint64(c.word(i)))
	}
	return ws
}

// table finds the cell of a system by its code: by one look at a word of marks,
// one byte for each of eight cells, small enough to stay in the processor's
// cache, and one at the cell. It holds no pointers into its systems, so that
// collecting garbage costs the same at any size. Readers take no lock; one writer
// at a time adds cells, changes words, and replaces the table by a bigger one.
// A reader of a table that was replaced finds what it was then.
type table struct {
	marks []uint64
	cells []cell
	used  int
	long  []string // the codes that are too long for a cell
}

// newTable has room for n systems.
func newTable(n int) *table {
	groups := (n+n/64)/(groupLen-1) + 8
	t := &table{marks: make([]uint64, groups), cells: make([]cell, groups*groupLen)}
	spread(t.cells)
	return t
}

const everyByte = 0x0101010101010101

// place is where the search for a code begins, and its mark in every byte: one
// that no empty cell has.
func (t *table) place(h uint64) (group int, mark uint64) {
	at, _ := bits.Mul64(h, uint64(len(t.marks)))
	return int(at), (h&0x7F | 0x80) * everyByte
}

// find returns a code's cell; nil when there is none. again is true when the
// table has been replaced meanwhile.
func (t *table) find(seed maphash.Seed, code string) (c *cell, again bool) {
	group, mark := t.place(maphash.String(seed, code))
	first := firstWord(code)
	for {
		marks := atomic.LoadUint64(&t.marks[group])
		x := marks ^ mark
		for m := (x - everyByte) &^ x & (everyByte << 7); m != 0; m &= m - 1 {
			c := &t.cells[group*groupLen+bits.TrailingZeros64(m)/8]
			switch {
			case len(code) > shortCode:
				if n := c[1] >> 8; c[1]&0xFF == 0xFF && n >= uint64(len(t.long)) {
					return nil, true
				} else if c[1]&0xFF == 0xFF && t.long[n] == code {
					return c, false
				}
			case c[1] == first && sameRest(c, code):
				return c, false
			}
		}
		if marks&(everyByte<<7) != everyByte<<7 {
			return nil, false
		}
		if group++; group == len(t.marks) {
			group = 0
		}
	}
}

// firstWord packs the length of a code and its first seven bytes.
func firstWord(code string) uint64 {
	first := uint64(byte(len(code)))
	for i := 0; i < len(code) && i < 7; i++ {
		first |= uint64(code[i]) << (8 + 8*i)
	}
	return first
}

// sameRest compares a short code from its eighth byte on.
func sameRest(c *cell, code string) bool {
	k := 2
	for i := 7; i < len(code); i += 8 {
		var x uint64
		if len(code)-i >= 8 {
			s := code[i : i+8]
			x = uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		} else {
			for n := i; n < len(code); n++ {
				x |= uint64(code[n]) << (8 * (n - i))
			}
		}
		if c[k] != x {
			return false
		}
		k++
	}
	return true
}

// code is the code of a cell.
func (t *table) code(c *cell) string {
	n := int(c[1] & 0xFF)
	if n == 0xFF {
		return t.long[c[1]>>8]
	}
	buf := make([]byte, 0, shortCode)
	for i := range n {
		buf = append(buf, byte(c[1+(i+1)/8]>>(8*((i+1)%8))))
	}
	return string(buf)
}

// add returns a table with one more system, which must not be in it: this one,
// or another.
func (t *table) add(seed maphash.Seed, code string, words [platforms]word) *table {
	if (t.used+1)*groupLen > len(t.cells)*(groupLen-1) {
		t = t.sized(seed, t.used+t.used/4+groupLen)
	}
	c := cell{1: firstWord(code)}
	if len(code) > shortCode {
		next := *t
		next.long = append(t.long, code)
		t, c[1] = &next, 0xFF|uint64(len(t.long))<<8
	} else {
		for i := 7; i < len(code); i++ {
			c[1+(i+1)/8] |= uint64(code[i]) << (8 * ((i + 1) % 8))
		}
	}
	c.set(words)
	t.put(seed, code, &c)
	return t
}

// put fills an empty cell, and shows it to readers by its mark.
func (t *table) put(seed maphash.Seed, code string, c *cell) {
	group, mark := t.place(maphash.String(seed, code))
	for {
		marks := t.marks[group]
		if free := ^marks & (everyByte << 7); free != 0 {
			at := bits.TrailingZeros64(free) / 8
			t.cells[group*groupLen+at] = *c
			atomic.StoreUint64(&t.marks[group], marks|mark&(0xFF<<(8*at)))
			t.used++
			return
		}
		if group++; group == len(t.marks) {
			group = 0
		}
	}
}

// sized is the table with room for n systems.
func (t *table) sized(seed maphash.Seed, n int) *table {
	next := newTable(n)
	next.long = t.long
	t.each(func(c *cell) { next.put(seed, t.code(c), c) })
	return next
}

// each visits every system's cell.
func (t *table) each(f func(c *cell)) {
	for group, marks := range t.marks {
		for i := range groupLen {
			if marks&(0x80<<(8*i)) != 0 {
				f(&t.cells[group*groupLen+i])
			}
		}
	}
}
