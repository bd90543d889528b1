package report

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/jung-kurt/gofpdf"
)

// pen writes what stands on the pages. gofpdf measures the typeface, embeds what
// is used of it and lays out the file; of the pages it only knows their size. Each
// page is pressed as soon as it is full, while the next one is written: a long
// paper is never in memory unpressed.
type pen struct {
	lib          *gofpdf.Fpdf
	faces        [4]*measured // in the order of faces
	face         *measured
	size         float64  // points
	wide, height float64  // of the page, millimetres
	page         []byte   // content being written
	set          string   // the font that the page has set
	turned       []string // orientation of each page
	press        *press
}

// measured is one style of the typeface: how wide each letter is, in thousandths of
// the type size, and which were used.
type measured struct {
	style, name string
	widths      map[rune]int
	used        map[rune]bool
}

// Points a millimetre.
const points = 72 / 25.4

func newPen(lib *gofpdf.Fpdf) *pen {
	p := &pen{lib: lib, press: newPress()}
	for i, f := range faces() {
		p.faces[i] = &measured{f.style, "T" + strconv.Itoa(i), map[rune]int{}, map[rune]bool{}}
	}
	return p
}

// turn presses the page that is done and starts the next one.
func (p *pen) turn(direction string) {
	room := p.finish()
	p.turned, p.set = append(p.turned, direction), ""
	p.wide, p.height = paperShort, paperLong
	if direction == landscape {
		p.wide, p.height = paperLong, paperShort
	}
	p.page = append(room, "2 J\n"...)
}

// finish presses the page in hand and returns room for another.
func (p *pen) finish() []byte {
	if len(p.turned) == 0 {
		return nil
	}
	return p.press.take(p.page)
}

// paper is the size of the page in hand.
func (p *pen) paper() (wide, high float64) { return p.wide, p.height }

// number is the number of the page in hand, from 1.
func (p *pen) number() int { return len(p.turned) }

// font chooses style and size for what is measured and written from now on.
func (p *pen) font(style string, size float64) {
	if p.face != nil && p.face.style == style && p.size == size {
		return
	}
	p.lib.SetFont(typeface, style, size)
	p.size = size
	for _, f := range p.faces {
		if f.style == style {
			p.face = f
		}
	}
}

// letter is the width of a letter in thousandths of the type size.
func (p *pen) letter(r rune) int {
	w, ok := p.face.widths[r]
	if !ok {
		w = p.lib.GetStringSymbolWidth(string(r))
		p.face.widths[r] = w
	}
	return w
}

// width is that of a text in millimetres.
func (p *pen) width(s string) float64 {
	w := 0
	for _, r := range s {
		w += p.letter(r)
	}
	return float64(w) * p.size / points / 1000
}

// raw writes an operator as it is.
func (p *pen) raw(s string) { p.page = append(append(p.page, s...), '\n') }

// at writes a number with two decimals.
func (p *pen) at(x float64) { p.page = append(hundredths(p.page, x), ' ') }

// hundredths appends a number with two decimals, rounded.
func hundredths(b []byte, x float64) []byte {
	n := int64(math.Round(x * 100))
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendInt(b, n/100, 10)
	return append(b, '.', byte('0'+n/10%10), byte('0'+n%10))
}

// write writes one line in a box, aligned "L", "C", "R", or "J" for the full width.
func (p *pen) write(b box, line, align string) {
	x, spare := b.x, b.w
	if align != "L" {
		spare -= p.width(line)
	}
	switch align {
	case "R":
		x += spare
	case "C":
		x += spare / 2
	}
	p.page = append(p.page, "BT "...)
	if want := p.face.name + " " + strconv.FormatFloat(p.size, 'f', 2, 64); p.set != want {
		p.page = append(append(append(p.page, '/'), want...), " Tf "...)
		p.set = want
	}
	p.at(x * points)
	p.at((p.height-(b.y+.5*b.h))*points - .3*p.size)
	p.page = append(p.page, "Td "...)
	if align == "J" {
		p.spread(line, spare)
	} else {
		p.page = append(p.letters(p.page, line), "Tj"...)
	}
	p.page = append(p.page, " ET\n"...)
}

// spread writes the words of a line with the room that is spare between them.
func (p *pen) spread(line string, spare float64) {
	words := strings.Split(line, " ")
	gap := -spare * points * 1000 / p.size / float64(len(words)-1)
	p.page = append(p.page, '[')
	for i, w := range words {
		if i > 0 {
			p.page = p.letters(hundredths(p.page, gap), " ")
		}
		p.page = p.letters(p.page, w)
	}
	p.page = append(p.page, "]TJ"...)
}

// letters appends a string of letters as the fonts take it: two bytes each.
func (p *pen) letters(b []byte, s string) []byte {
	b = append(b, '(')
	for _, r := range s {
		p.face.used[r] = true
		for _, c := range [2]byte{byte(r >> 8), byte(r)} {
			switch c {
			case '(', ')', '\\':
				b = append(b, '\\', c)
			case '\r':
				b = append(b, `\r`...)
			default:
				b = append(b, c)
			}
		}
	}
	return append(b, ')')
}

// box adds a rectangle to the path.
func (p *pen) box(b box) {
	p.at(b.x * points)
	p.at((p.height - b.y) * points)
	p.at(b.w * points)
	p.at(-b.h * points)
	p.page = append(p.page, "re "...)
}

// rect draws a rectangle: style "D" its edge, "F" its area, "FD" both.
func (p *pen) rect(b box, style string) {
	p.box(b)
	p.raw(map[string]string{"D": "S", "F": "f", "FD": "B"}[style])
}

// line draws a rule.
func (p *pen) line(x1, y1, x2, y2 float64) {
	p.at(x1 * points)
	p.at((p.height - y1) * points)
	p.page = append(p.page, "m "...)
	p.at(x2 * points)
	p.at((p.height - y2) * points)
	p.raw("l S")
}

// grey is the colour of areas and letters: 0 is black, 255 white.
func (p *pen) grey(n int) { p.raw(strconv.FormatFloat(float64(n)/255, 'f', 3, 64) + " g") }

// stroke is the width of rules in millimetres.
func (p *pen) stroke(width float64) {
	p.at(width * points)
	p.raw("w")
}

// dashes breaks rules into strokes and gaps, in millimetres; 0 does not.
func (p *pen) dashes(stroke, gap float64) {
	if stroke == 0 {
		p.raw("[] 0 d")
		return
	}
	p.raw(fmt.Sprintf("[%.2f %.2f] 0 d", stroke*points, gap*points))
}

// output lays out the file around the pages: its bytes, whose pages are empty, and
// their contents. On the first page of these bytes each style is named once, in
// the order of faces, with every letter that was used of it.
func (p *pen) output() (raw []byte, contents [][]byte, err error) {
	p.finish()
	for i, direction := range p.turned {
		p.lib.AddPageFormat(direction, gofpdf.SizeType{Wd: paperShort, Ht: paperLong})
		if i > 0 {
			continue
		}
		for _, f := range p.faces {
			p.lib.SetFont(typeface, f.style, sizeBody)
			var used strings.Builder
			for r := range f.used {
				used.WriteRune(r)
			}
			p.lib.CellFormat(0, 1, used.String(), "", 0, "L", false, 0, "")
		}
	}
	var b bytes.Buffer
	if err := p.lib.Output(&b); err != nil {
		return nil, nil, fmt.Errorf("set pages: %w", err)
	}
	contents, err = p.press.all()
	return b.Bytes(), contents, err
}

// press presses pages beside whoever writes them, two at a time.
type press struct {
	pages []*pressed
	turns chan *turn
}

// turn is what one page is pressed with.
type turn struct {
	out  bytes.Buffer
	with *zlib.Writer
	room []byte // of the page pressed before, to be written anew
}

// pressed is a page that is being pressed.
type pressed struct {
	data []byte
	err  error
	done chan struct{}
}

func newPress() *press {
	p := &press{turns: make(chan *turn, 2)}
	for range cap(p.turns) {
		t := &turn{}
		t.with, _ = zlib.NewWriterLevel(&t.out, zlib.BestSpeed) // fails for other levels only
		p.turns <- t
	}
	return p
}

// take presses a page and returns room for the next one.
func (p *press) take(page []byte) (room []byte) {
	t, x := <-p.turns, &pressed{done: make(chan struct{})}
	p.pages = append(p.pages, x)
	room = t.room
	go func() {
		t.out.Reset()
		t.with.Reset(&t.out)
		_, err := t.with.Write(page)
		x.err = errors.Join(err, t.with.Close())
		x.data = bytes.Clone(t.out.Bytes())
		t.room = page[:0]
		close(x.done)
		p.turns <- t
	}()
	return room
}

// all are the pages pressed, in order.
func (p *press) all() (out [][]byte, err error) {
	for _, x := range p.pages {
		<-x.done
		out, err = append(out, x.data), errors.Join(err, x.err)
	}
	return out, err
}
