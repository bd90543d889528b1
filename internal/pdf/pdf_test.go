package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jung-kurt/gofpdf"
)

// set sets a small file as gofpdf does, with a seal to be drawn on page 1.
func set(t testing.TB) []byte {
	t.Helper()
	p := gofpdf.New("P", "mm", "A4", "")
	p.SetCatalogSort(true)
	p.SetFont("Helvetica", "", 12)
	for range 3 {
		p.AddPage()
		p.RawWriteStr("/P <</MCID 0>> BDC")
		p.Cell(40, 10, "text")
		p.RawWriteStr("EMC")
	}
	p.RawWriteStr("q 100 0 0 100 50 50 cm /Seal Do Q")
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func matter() Matter {
	root := &Node{Role: "Document"}
	for page := 1; page <= 3; page++ {
		root.Add(&Node{Role: "P"}).Mark(page, 0)
	}
	return Matter{Meta: Meta{Title: "Một (tên) & <khác>", Author: "Bộ", Producer: "capdo", Lang: "vi-VN", Made: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)}, Structure: root, Seal: "https://example.vn/r/",
		Bookmarks: []Bookmark{{1, "a", 1, 700}, {2, "b", 1, 600}, {3, "c", 2, 700}, {2, "d", 2, 100}, {1, "e", 3, 700}}}
}

func sealed(t testing.TB, address string) (*Draft, []byte) {
	t.Helper()
	d, err := Finish(set(t), matter())
	if err != nil {
		t.Fatal(err)
	}
	b, err := d.Seal(address)
	if err != nil {
		t.Fatal(err)
	}
	return d, b
}

func TestSealHolds(t *testing.T) {
	const token = `a(b)\c`
	d, b := sealed(t, token)
	o, err := Open(append(b, "more"...))
	if err != nil || o.Prefix+o.Token != "https://example.vn/r/"+token || o.Digest != d.Digest() || string(o.Rest) != "more" || !bytes.Equal(o.Sealed, b) {
		t.Fatalf("opened %q, digests %x %x, rest %q: %v", o.Token, o.Digest, d.Digest(), o.Rest, err)
	}
	_, again := sealed(t, token)
	if !bytes.Equal(b, again) {
		t.Error("the same matter has other bytes")
	}
}

// Whatever byte is changed, the file does not open, or another digest comes
// out, or another address.
func TestNoByteEscapesTheSeal(t *testing.T) {
	d, b := sealed(t, "token")
	for i := range b {
		changed := bytes.Clone(b)
		changed[i] ^= 1
		o, err := Open(changed)
		if err == nil && o.Token == "token" && o.Digest == d.Digest() && len(o.Rest) == 0 {
			t.Fatalf("byte %d of %d may be changed", i, len(b))
		}
		if err != nil && !errors.Is(err, ErrSeal) {
			t.Fatalf("byte %d: %v", i, err)
		}
	}
}

// A code that is drawn otherwise than its address says is refused, and so is
// anything hidden behind what is drawn.
func TestSealIsWhatItDraws(t *testing.T) {
	d, b := sealed(t, "token")
	other, err := d.Seal("other")
	if err != nil {
		t.Fatal(err)
	}
	swapped := bytes.Replace(other, []byte("/r/other)"), []byte("/r/token)"), 1)
	if _, err := Open(swapped); !errors.Is(err, ErrSeal) {
		t.Errorf("a code of another address: %v", err)
	}
	at := bytes.LastIndex(b, []byte("\nendstream"))
	length := bytes.LastIndex(b[:at], []byte("/Length "))
	var n int
	if _, err := fmt.Sscanf(string(b[length:]), "/Length %d>>", &n); err != nil {
		t.Fatal(err)
	}
	hidden := append(append(bytes.Clone(b[:at]), "hidden"...), b[at:]...)
	hidden = bytes.Replace(hidden, fmt.Appendf(nil, "/Length %d>>\nstream\nx", n), fmt.Appendf(nil, "/Length %d>>\nstream\nx", n+6), 1)
	hidden = bytes.Replace(hidden, fmt.Appendf(nil, "startxref\n%d", bytes.LastIndex(b, []byte("xref\n0 "))), fmt.Appendf(nil, "startxref\n%d", bytes.LastIndex(hidden, []byte("xref\n0 "))), 1)
	if _, err := Open(hidden); !errors.Is(err, ErrSeal) || strings.Contains(err.Error(), "startxref") {
		t.Errorf("bytes behind the drawing: %v", err)
	}
}

func TestOpenRefusesOthers(t *testing.T) {
	for _, b := range [][]byte{nil, []byte("%PDF-1.4\n%%EOF\n"), set(t), []byte("startxref\n0\n%%EOF\n"), []byte("xref\n0 9999999\nstartxref\n0\n%%EOF\n")} {
		if _, err := Open(b); !errors.Is(err, ErrSeal) {
			t.Errorf("%.20q: %v", b, err)
		}
	}
	if _, err := Finish([]byte("no file"), matter()); err == nil {
		t.Error("what is no file was finished")
	}
	d, _ := sealed(t, "token")
	if _, err := d.Seal("ấ"); err == nil {
		t.Error("an address beyond ASCII was drawn")
	}
}

func TestBookmarksAreLinked(t *testing.T) {
	root, lines := linked(matter().Bookmarks)
	if root.first != 0 || root.last != 4 || root.shown != 5 {
		t.Errorf("root: %+v", root)
	}
	want := []outlined{{parent: -1, prev: -1, next: 4, first: 1, last: 3, shown: 3}, {parent: 0, prev: -1, next: 3, first: 2, last: 2, shown: 1},
		{parent: 1, prev: -1, next: -1, first: -1, last: -1}, {parent: 0, prev: 1, next: -1, first: -1, last: -1}, {parent: -1, prev: 0, next: -1, first: -1, last: -1}}
	for i, w := range want {
		w.Bookmark = matter().Bookmarks[i]
		if lines[i] != w {
			t.Errorf("bookmark %d: %+v, want %+v", i, lines[i], w)
		}
	}
}

func FuzzOpen(f *testing.F) {
	_, b := sealed(f, "token")
	f.Add(b)
	f.Add([]byte("xref\n0 1\n0000000000 65535 f \ntrailer\nstartxref\n0\n%%EOF\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := Open(b); err != nil && !errors.Is(err, ErrSeal) {
			t.Fatal(err)
		}
	})
}
