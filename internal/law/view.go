package law

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// InstrumentView is a document with everything in the book that rests on it.
type InstrumentView struct {
	Instrument Instrument  `json:"instrument"`
	Provisions []Provision `json:"provisions"` // in the order of the document
}

// Provision is one place in a document, "" for the document as a whole, with
// the entries that cite it.
type Provision struct {
	Ref     string  `json:"ref"`
	Entries []Entry `json:"entries"` // in the order of the book
}

// Entry is one entry of the book. Kind is one of the Entry words.
type Entry struct {
	Kind       string `json:"kind"`
	ID         string `json:"id"`
	Confidence string `json:"confidence"`
	Says       Text   `json:"says"`
}

// ByInstrument lists the documents in the order of the book, each with its
// provisions in natural order and all that cites them: the book as one reads
// the law.
func (b *Book) ByInstrument() []InstrumentView {
	out := make([]InstrumentView, 0, len(b.instruments))
	for _, i := range b.instruments {
		out = append(out, InstrumentView{i, b.provisions(i.ID)})
	}
	return out
}

// provisions gathers what cites one document.
func (b *Book) provisions(instrument string) []Provision {
	out := []Provision{}
	for _, e := range b.entries {
		for _, c := range e.cites {
			if c.Instrument != instrument {
				continue
			}
			x := Entry{e.kind, e.id, e.confidence, e.says}
			i := slices.IndexFunc(out, func(p Provision) bool { return p.Ref == c.Ref })
			if i < 0 {
				out = append(out, Provision{Ref: c.Ref, Entries: []Entry{x}})
			} else {
				out[i].Entries = append(out[i].Entries, x)
			}
		}
	}
	slices.SortStableFunc(out, func(x, y Provision) int { return CompareRefs(x.Ref, y.Ref) })
	return out
}

// CompareRefs orders places in a document as the document does: the whole
// before its articles, "Điều 9" before "Điều 10", an article before its
// clauses, "điểm d" before "điểm đ" before "điểm e".
func CompareRefs(a, b string) int {
	return slices.CompareFunc(refWords(a), refWords(b), func(x, y string) int {
		n, err := strconv.Atoi(x)
		m, wrong := strconv.Atoi(y)
		switch {
		case err == nil && wrong == nil:
			return cmp.Compare(n, m)
		case err == nil:
			return -1
		case wrong == nil:
			return 1
		}
		return cmp.Compare(spelled(x), spelled(y))
	})
}

// refWords splits a reference into words and numbers.
func refWords(ref string) []string {
	return strings.FieldsFunc(ref, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// spelled writes a word so that the order of bytes is that of the alphabet, in
// which đ follows d.
func spelled(word string) string { return strings.ReplaceAll(strings.ToLower(word), "đ", "d\uffff") }
