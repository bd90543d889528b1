package gate

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"capdo/internal/law"
)

const (
	maxDepth   = 16  // objects and arrays within one another
	maxMembers = 128 // members of one object
)

// document reads one JSON text strictly (RFC 8259 within I-JSON, RFC 7493):
// UTF-8 without lone surrogates, no name twice in an object, no two readings.
// Each method tells whether it read what it is for; after a false nothing more
// is read, and bad says why.
type document struct {
	in    []byte
	pos   int
	depth int
	names [][]byte // of the objects being read, the outermost's first
	bad   law.Text
}

// parseJSON reads a whole text by its one value, and says what is wrong with
// it; empty when nothing is.
func parseJSON(in []byte, value func(*document) bool) law.Text {
	return (&document{}).parse(in, value)
}

// parse is parseJSON by a document that may have been used before.
func (d *document) parse(in []byte, value func(*document) bool) law.Text {
	*d = document{in: in, names: d.names[:0]}
	if !utf8.Valid(in) {
		d.fail("Nội dung không phải UTF-8.", "The body is not UTF-8.")
	} else if value(d) && (d.next() != 0 || d.pos < len(d.in)) {
		d.unfit()
	}
	return d.bad
}

// fail notes the first thing wrong.
func (d *document) fail(vi, en string) bool {
	if d.bad.VI == "" {
		d.bad = law.Text{VI: vi, EN: en}
	}
	return false
}

// unfit is what is not JSON, or not of the kind expected here.
func (d *document) unfit() bool {
	return d.fail("Nội dung không phải JSON đúng cấu trúc yêu cầu.", "The body is not JSON of the form asked for.")
}

// next passes over white space and returns the byte it stops at, 0 at the end.
func (d *document) next() byte {
	for ; d.pos < len(d.in); d.pos++ {
		switch c := d.in[d.pos]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// take passes over c if it comes next.
func (d *document) take(c byte) bool {
	if d.next() != c {
		return false
	}
	d.pos++
	return true
}

// enter begins an object or an array.
func (d *document) enter(c byte) bool {
	if !d.take(c) {
		return d.unfit()
	}
	if d.depth++; d.depth > maxDepth {
		return d.fail("Nội dung lồng nhau quá 16 tầng.", "The body nests deeper than 16.")
	}
	return true
}

// more tells whether another element comes, n having been read, or else passes
// over the end of the object or array.
func (d *document) more(n int, end byte) (more, ok bool) {
	if d.take(end) {
		d.depth--
		return false, true
	}
	if n > 0 && !d.take(',') {
		return false, d.unfit()
	}
	return true, true
}

// object reads an object; member reads the value of each name.
func (d *document) object(member func(name []byte) bool) bool {
	if !d.enter('{') {
		return false
	}
	first := len(d.names)
	for n := 0; ; n++ {
		if more, ok := d.more(n, '}'); !more {
			d.names = d.names[:first]
			return ok
		}
		name, ok := d.text()
		switch {
		case !ok:
			return false
		case !d.take(':'):
			return d.unfit()
		case n == maxMembers:
			return d.fail("Một đối tượng có quá 128 thành phần.", "An object has more than 128 members.")
		}
		for _, other := range d.names[first:] {
			if bytes.Equal(other, name) {
				return d.fail("Một đối tượng có tên"+named(name)+" hai lần.", "An object has the name"+named(name)+" twice.")
			}
		}
		if d.names = append(d.names, name); !member(name) {
			return false
		}
	}
}

// array reads an array; element reads each.
func (d *document) array(element func() bool) bool {
	if !d.enter('[') {
		return false
	}
	for n := 0; ; n++ {
		if more, ok := d.more(n, ']'); !more {
			return ok
		}
		if !element() {
			return false
		}
	}
}

// text reads a string.
func (d *document) text() ([]byte, bool) {
	if !d.take('"') {
		return nil, d.unfit()
	}
	start, plain := d.pos, true
	for ; d.pos < len(d.in); d.pos++ {
		switch c := d.in[d.pos]; {
		case c == '\\':
			plain = false
			d.pos++
		case c < ' ':
			return nil, d.unfit()
		case c == '"':
			d.pos++
			if plain {
				return d.in[start : d.pos-1], true
			}
			return d.unescape(d.in[start-1 : d.pos])
		}
	}
	return nil, d.unfit()
}

// unescape decodes a quoted string. A lone surrogate has no meaning; it decodes
// to the replacement character, which is refused with it.
func (d *document) unescape(quoted []byte) ([]byte, bool) {
	var s string
	if json.Unmarshal(quoted, &s) != nil || strings.ContainsRune(s, utf8.RuneError) {
		return nil, d.unfit()
	}
	return []byte(s), true
}

// skip reads a value of any kind and forgets it.
func (d *document) skip() bool {
	switch d.next() {
	case '{':
		return d.object(func([]byte) bool { return d.skip() })
	case '[':
		return d.array(d.skip)
	case '"':
		_, ok := d.text()
		return ok
	}
	end := bytes.IndexAny(d.in[d.pos:], " \t\n\r,]}")
	if end < 0 {
		end = len(d.in) - d.pos
	}
	if !json.Valid(d.in[d.pos : d.pos+end]) {
		return d.unfit()
	}
	d.pos += end
	return true
}

// ignore passes over a member that is not known. A name that differs from a
// known one by case alone is refused: other readers take it for the known one.
func (d *document) ignore(name []byte, known ...string) bool {
	for _, k := range known {
		if strings.EqualFold(k, string(name)) {
			return d.fail("Tên"+named(name)+" chỉ khác «"+k+"» ở chữ hoa, chữ thường.", "The name"+named(name)+" differs from “"+k+"” by case alone.")
		}
	}
	return d.skip()
}

// named prints a name within a sentence, if it is fit to be printed.
func named(name []byte) string {
	if !code(string(name)) {
		return ""
	}
	return " “" + string(name) + "”"
}
