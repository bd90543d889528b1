// Package cbor writes and reads the part of CBOR (RFC 8949) that our signed
// tokens have: whole numbers, bytes, text, and the heads of arrays, maps and
// tags, in the one deterministic encoding of section 4.2. Floats, indefinite
// lengths and the rest are not in it.
package cbor

import (
	"bytes"
	"encoding/binary"
	"math"
)

// The major types, as the high bits of a head (RFC 8949, 3.1).
const (
	Uint  = 0 << 5
	Nint  = 1 << 5 // holds -1-n
	Bytes = 2 << 5
	Text  = 3 << 5
	Array = 4 << 5
	Map   = 5 << 5
	Tag   = 6 << 5
)

// Writer writes one value after another.
type Writer struct{ bytes.Buffer }

// Head writes the head of a value: its major type and its number or length.
func (w *Writer) Head(major byte, n uint64) {
	switch {
	case n < 24:
		w.WriteByte(major | byte(n))
	case n <= math.MaxUint8:
		w.Write([]byte{major | 24, byte(n)})
	case n <= math.MaxUint16:
		w.Write(binary.BigEndian.AppendUint16([]byte{major | 25}, uint16(n)))
	case n <= math.MaxUint32:
		w.Write(binary.BigEndian.AppendUint32([]byte{major | 26}, uint32(n)))
	default:
		w.Write(binary.BigEndian.AppendUint64([]byte{major | 27}, n))
	}
}

// Uint writes a number, which is not negative.
func (w *Writer) Uint(n int64) { w.Head(Uint, uint64(n)) }

// Text writes a text.
func (w *Writer) Text(s string) {
	w.Head(Text, uint64(len(s)))
	w.WriteString(s)
}

// Chunk writes bytes.
func (w *Writer) Chunk(b []byte) {
	w.Head(Bytes, uint64(len(b)))
	w.Write(b)
}

// Reader reads what a Writer wrote; the first fault ends it, see Bad. Whether
// the encoding is the one there is is told by writing it again.
type Reader struct {
	b   []byte
	bad bool
}

// NewReader returns a reader of b.
func NewReader(b []byte) *Reader { return &Reader{b: b} }

// Bad tells whether something was not as asked for.
func (r *Reader) Bad() bool { return r.bad }

// Head reads the head of a value of a major type.
func (r *Reader) Head(major byte) uint64 {
	if r.bad || len(r.b) == 0 || r.b[0]&0xe0 != major {
		r.bad = true
		return 0
	}
	n, size := uint64(r.b[0]&0x1f), 0
	if r.b = r.b[1:]; n >= 24 {
		if n > 27 {
			r.bad = true
			return 0
		}
		size = 1 << (n - 24)
	}
	if len(r.b) < size {
		r.bad = true
		return 0
	}
	if size > 0 {
		var wide [8]byte
		copy(wide[8-size:], r.b[:size])
		n, r.b = binary.BigEndian.Uint64(wide[:]), r.b[size:]
	}
	return n
}

// Uint reads a number.
func (r *Reader) Uint() int64 {
	n := r.Head(Uint)
	r.bad = r.bad || n > math.MaxInt64
	return int64(n)
}

func (r *Reader) chunk(major byte) []byte {
	n := r.Head(major)
	if r.bad || n > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

// Text reads a text.
func (r *Reader) Text() string { return string(r.chunk(Text)) }

// Chunk reads bytes.
func (r *Reader) Chunk() []byte { return r.chunk(Bytes) }

// Expect reads the head that must stand here.
func (r *Reader) Expect(major byte, n uint64) { r.bad = r.Head(major) != n || r.bad }

// Word reads the text that must stand here.
func (r *Reader) Word(s string) { r.bad = r.Text() != s || r.bad }
