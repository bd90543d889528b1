package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	mathbits "math/bits"
	"slices"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
)

// partLen is how many places of an owner's systems are kept together.
const partLen = 4096

// part is a set of the places of one part, place p of it in bit p%64 of word p/64.
type part [partLen / 64]uint64

// places are a set of places of an owner's systems, by part.
type places map[int]*part

// placed is the part and the place in it of the system with a number, from 1.
func placed(no int) (of, at int) { return (no - 1) / partLen, (no - 1) % partLen }

func (p *part) has(at int) bool { return p[at/64]>>(at%64)&1 == 1 }

func (p *part) put(at int, in bool) {
	if in {
		p[at/64] |= 1 << (at % 64)
	} else {
		p[at/64] &^= 1 << (at % 64)
	}
}

// all visits the places, in order.
func (p *part) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, w := range p {
			for ; w != 0; w &= w - 1 {
				if !yield(i*64 + mathbits.TrailingZeros64(w)) {
					return
				}
			}
		}
	}
}

func (p *part) count() (n int) {
	for _, w := range p {
		n += mathbits.OnesCount64(w)
	}
	return n
}

// few is how many places are written one by one.
const few = 256

// bytes writes a part: fewer than 256 places as two bytes each, the lower first, in
// order; else 512 bytes, place p in bit p%8 of byte p/8.
func (p *part) bytes() []byte {
	out := make([]byte, 0, partLen/8)
	if p.count() < few {
		for at := range p.all() {
			out = binary.LittleEndian.AppendUint16(out, uint16(at))
		}
		return out
	}
	for _, w := range p {
		out = binary.LittleEndian.AppendUint64(out, w)
	}
	return out
}

var errPlaces = errors.New("places that cannot be read")

// read adds the places that bytes wrote.
func (p *part) read(b []byte) error {
	switch {
	case len(b) == partLen/8:
		for i := range p {
			p[i] |= binary.LittleEndian.Uint64(b[8*i:])
		}
		return nil
	case len(b) > partLen/8 || len(b)%2 == 1:
		return errPlaces
	}
	for ; len(b) > 0; b = b[2:] {
		at := int(binary.LittleEndian.Uint16(b))
		if at >= partLen {
			return errPlaces
		}
		p.put(at, true)
	}
	return nil
}

func (s places) has(no int) bool {
	of, at := placed(no)
	return s[of] != nil && s[of].has(at)
}

func (s places) count() (n int) {
	for _, p := range s {
		n += p.count()
	}
	return n
}

// numbers are those of the systems, in order.
func (s places) numbers() []int {
	var all []int
	for of, p := range s {
		for at := range p.all() {
			all = append(all, of*partLen+at+1)
		}
	}
	slices.Sort(all)
	return all
}

// of is a part of the set, made where there is none.
func (s places) of(n int) *part {
	if s[n] == nil {
		s[n] = new(part)
	}
	return s[n]
}

// both keeps what is in another set too.
func (s places) both(with places) {
	for of, p := range s {
		q := with[of]
		if q == nil {
			delete(s, of)
			continue
		}
		for i := range p {
			p[i] &= q[i]
		}
	}
}

type postRow struct {
	bun.BaseModel `bun:"table:listing_post,alias:l"`

	Word   string `bun:"word,pk"`
	Owner  string `bun:"owner,pk"`
	Part   int    `bun:"part,pk"`
	Places []byte `bun:"places"`
}

// posts are the systems, by owner, in which a word begins one; whole tells whether
// so few rows tell of them that they were read.
func (c *scope) posts(word string, f approval.Filter) (in map[string]places, whole bool, err error) {
	const most = 2000 // rows; an owner's word is one for every 4,096 systems
	q := c.listing((*postRow)(nil)).ColumnExpr("l.owner, l.part, l.places").Where("l.word >= ? AND l.word < ?", word, word+afterWord).Limit(most + 1)
	if f.Owner != "" {
		q = q.Where("l.owner = ?", storable(f.Owner))
	}
	var rows []postRow
	if err := q.Scan(c.ctx, &rows); err != nil {
		return nil, false, fmt.Errorf("look up a word: %w", err)
	}
	if len(rows) > most {
		return nil, false, nil
	}
	in = map[string]places{}
	for _, r := range rows {
		if in[r.Owner] == nil {
			in[r.Owner] = places{}
		}
		if err := in[r.Owner].of(r.Part).read(r.Places); err != nil {
			return nil, false, fmt.Errorf("look up a word of %s: %w", r.Owner, err)
		}
	}
	return in, true, nil
}

// afterWord sorts after whatever a word may go on with.
const afterWord = "\U0010FFFF"

// posting is a row of places.
type posting struct {
	word, owner string
	part        int
}

// postings are places that a transaction gives to words, or takes from them.
type postings map[posting]map[int]bool

// add notes that a word stands in a system, or does no more.
func (p postings) add(word, owner string, no int, stands bool) {
	of, at := placed(no)
	k := posting{word, owner, of}
	if p[k] == nil {
		p[k] = map[int]bool{}
	}
	p[k][at] = stands
}

// put stores postings, those of one owner and part together.
func (p postings) put(w *writing, whole *scope) error {
	words := map[posting][]string{}
	for k := range p {
		of := posting{"", k.owner, k.part}
		words[of] = append(words[of], k.word)
	}
	for of, all := range words {
		for some := range slices.Chunk(all, bulk) {
			if err := p.putWords(w, whole, of, some); err != nil {
				return fmt.Errorf("keep the words of %s: %w", of.owner, err)
			}
		}
	}
	return nil
}

func (p postings) putWords(w *writing, whole *scope, of posting, words []string) error {
	var have []postRow
	err := whole.listing(&have).Where("l.word IN (?) AND l.owner = ? AND l.part = ?", bun.List(words), of.owner, of.part).Scan(w.ctx)
	if err != nil {
		return err
	}
	were := make(map[string][]byte, len(have))
	for _, r := range have {
		were[r.Word] = r.Places
	}
	var rows []postRow
	var none []string
	for _, word := range words {
		var now part
		if err := now.read(were[word]); err != nil {
			return err
		}
		for at, stands := range p[posting{word, of.owner, of.part}] {
			now.put(at, stands)
		}
		if now == (part{}) {
			none = append(none, word)
			continue
		}
		rows = append(rows, postRow{Word: word, Owner: of.owner, Part: of.part, Places: now.bytes()})
	}
	return w.putPosts(rows, of, none)
}

// putPosts stores rows of an owner's part, and takes those of some words away.
func (w *writing) putPosts(rows []postRow, of posting, none []string) error {
	if len(none) > 0 {
		if _, err := w.db.NewDelete().Model((*postRow)(nil)).Where("word IN (?) AND owner = ? AND part = ?", bun.List(none), of.owner, of.part).Exec(w.ctx); err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := w.db.NewInsert().Model(&rows).On("CONFLICT (word, owner, part) DO UPDATE").Set("places = EXCLUDED.places").Exec(w.ctx)
	return err
}
