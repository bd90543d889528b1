package cbor

import (
	"bytes"
	"encoding/hex"
	"testing"
)

// Appendix A of RFC 8949.
func TestWriter(t *testing.T) {
	for want, f := range map[string]func(*Writer){
		"00": func(w *Writer) { w.Uint(0) }, "17": func(w *Writer) { w.Uint(23) }, "1818": func(w *Writer) { w.Uint(24) }, "1903e8": func(w *Writer) { w.Uint(1000) },
		"1a000f4240": func(w *Writer) { w.Uint(1000000) }, "1b000000e8d4a51000": func(w *Writer) { w.Uint(1000000000000) },
		"3863": func(w *Writer) { w.Head(Nint, 99) }, "4401020304": func(w *Writer) { w.Chunk([]byte{1, 2, 3, 4}) }, "6449455446": func(w *Writer) { w.Text("IETF") },
		"a0": func(w *Writer) { w.Head(Map, 0) }, "d2": func(w *Writer) { w.Head(Tag, 18) },
	} {
		w := &Writer{}
		f(w)
		if got := hex.EncodeToString(w.Bytes()); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("\x83\x64IETF\x19\x03\xe8\x42ab"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := NewReader(b)
		r.Expect(Array, 3)
		s, n, c := r.Text(), r.Uint(), r.Chunk()
		if r.Bad() {
			return
		}
		w := &Writer{}
		w.Head(Array, 3)
		w.Text(s)
		w.Uint(n)
		w.Chunk(c)
		if w.Len() > len(b) {
			t.Errorf("read more than there was: %x of %x", w.Bytes(), b)
		}
		if again := NewReader(w.Bytes()); bytes.Equal(w.Bytes(), b) && (again.Head(Array) != 3 || again.Text() != s) {
			t.Errorf("%x reads otherwise the second time", b)
		}
	})
}
