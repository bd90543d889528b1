package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-fonts/liberation/liberationserifbold"
	"github.com/go-fonts/liberation/liberationserifbolditalic"
	"github.com/go-fonts/liberation/liberationserifitalic"
	"github.com/go-fonts/liberation/liberationserifregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// missing stands for what the typeface cannot show.
const missing = '□'

// maxText bounds one field, in runes; the rest is cut with "…".
const maxText = 10_000

// face is one style of the embedded typeface.
type face struct {
	style string // as the PDF library names it
	ttf   []byte // shared: never hand it out without a copy
}

func faces() []face {
	return []face{
		{"", liberationserifregular.TTF},
		{"B", liberationserifbold.TTF},
		{"I", liberationserifitalic.TTF},
		{"BI", liberationserifbolditalic.TTF},
	}
}

// cleaner makes any string printable. It belongs to one document.
type cleaner struct {
	fonts []*sfnt.Font
	buf   sfnt.Buffer
	known map[rune]bool
}

func newCleaner() (*cleaner, error) {
	c := &cleaner{known: map[rune]bool{}}
	for _, f := range faces() {
		font, err := sfnt.Parse(f.ttf)
		if err != nil {
			return nil, fmt.Errorf("read typeface %q: %w", f.style, err)
		}
		c.fonts = append(c.fonts, font)
	}
	return c, nil
}

// shows reports whether all styles have a glyph for r. Beyond the basic plane
// the PDF library fails, so nothing there counts as shown.
func (c *cleaner) shows(r rune) bool {
	ok, seen := c.known[r]
	if seen {
		return ok
	}
	ok = r < 0xFFFE
	for _, f := range c.fonts {
		g, err := f.GlyphIndex(&c.buf, r)
		ok = ok && err == nil && g != 0
	}
	c.known[r] = ok
	return ok
}

// clean returns s in NFC with line feeds as its only control characters and
// only runes the typeface shows.
func (c *cleaner) clean(s string) string {
	if c.isClean(s) {
		return s
	}
	s = norm.NFC.String(strings.ToValidUTF8(s, string(missing)))
	s = strings.ReplaceAll(s, "\r\n", "\n")
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > maxText {
			b.WriteRune('…')
			break
		}
		if r = c.rune(r); r >= 0 {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isClean tells whether cleaning leaves a string as it is.
func (c *cleaner) isClean(s string) bool {
	if len(s) > maxText || !norm.NFC.IsNormalString(s) {
		return false
	}
	for _, r := range s {
		if r == utf8.RuneError || (r < ' ' || r > '~') && r != '\n' && c.rune(r) != r {
			return false
		}
	}
	return true
}

// rune maps one rune; negative drops it.
func (c *cleaner) rune(r rune) rune {
	switch {
	case r == '\n', r == '\r', r == '\u2028', r == '\u2029':
		return '\n'
	case r == '\t':
		return ' '
	case r == '\u200B', r == '\uFEFF', unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector):
		return -1
	case r == '\u2010', r == '\u2011':
		return '-'
	case !c.shows(r):
		return missing
	}
	return r
}
