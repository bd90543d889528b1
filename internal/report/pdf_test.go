package report_test

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// A small reader for the PDF this package writes, so that text and places can
// be tested without any outside program. Millimetres, from the top left.

type page struct {
	w, h  float64
	items []item
	lines []line
	rects []rect
}

// item is one piece of text; y is its base line.
type item struct {
	x, y, size float64
	style      string // "", "B", "I", "BI"
	text       string
}

type line struct{ x1, y1, x2, y2 float64 }

type rect struct {
	x, y, w, h float64
	filled     bool
}

const perPoint = 25.4 / 72

// readPDF parses the document; it fails the test on anything it does not know.
func readPDF(t testing.TB, pdf []byte) []page {
	t.Helper()
	objects := objects(t, pdf)
	fonts := fontStyles(objects)
	var pages []page
	for n := 1; n <= len(objects); n++ {
		if !bytes.HasPrefix(objects[n], []byte("<</Type /Page\n")) {
			continue
		}
		dict, _, _ := bytes.Cut(objects[n], []byte("endobj"))
		o := string(dict)
		p := page{w: 210, h: 297}
		if m := regexp.MustCompile(`/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]`).FindStringSubmatch(o); m != nil {
			p.w, p.h = num(m[1])*perPoint, num(m[2])*perPoint
		}
		m := regexp.MustCompile(`/Contents (\d+) 0 R`).FindStringSubmatch(o)
		if m == nil {
			t.Fatal("page without contents")
		}
		p.run(content(t, objects[int(num(m[1]))]), fonts)
		pages = append(pages, p)
	}
	return pages
}

func num(s string) float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic(err)
	}
	return f
}

// objects reads the cross-reference table.
func objects(t testing.TB, pdf []byte) map[int][]byte {
	t.Helper()
	m := regexp.MustCompile(`startxref\n(\d+)\n%%EOF`).FindSubmatch(pdf)
	if m == nil {
		t.Fatal("no startxref")
	}
	rows := strings.Split(string(pdf[int(num(string(m[1]))):]), "\n")
	out := map[int][]byte{}
	for i, row := range rows[3:] { // "xref", "0 n", the free entry
		if len(row) < 18 || row[17] != 'n' {
			break
		}
		body := pdf[int(num(row[:10])):]
		head := fmt.Sprintf("%d 0 obj\n", i+1)
		if !bytes.HasPrefix(body, []byte(head)) {
			t.Fatalf("object %d is not where the table says", i+1)
		}
		out[i+1] = body[len(head):]
	}
	return out
}

// fontStyles maps the names fonts have in contents to their styles.
func fontStyles(objects map[int][]byte) map[string]string {
	styles := map[string]string{}
	for _, o := range objects {
		for _, m := range regexp.MustCompile(`/(T[0-9]) (\d+) 0 R`).FindAllSubmatch(o[:min(len(o), 2000)], -1) {
			font := objects[int(num(string(m[2])))]
			base := regexp.MustCompile(`/BaseFont /utf8liberationserif([BI]*)`).FindSubmatch(font)
			if base != nil {
				styles[string(m[1])] = string(base[1])
			}
		}
	}
	return styles
}

func content(t testing.TB, object []byte) []byte {
	t.Helper()
	head, body, _ := bytes.Cut(object, []byte("stream\n"))
	m := regexp.MustCompile(`/Length (\d+)`).FindSubmatch(head)
	z, err := zlib.NewReader(bytes.NewReader(body[:int(num(string(m[1])))]))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// run interprets the operators this package uses.
func (p *page) run(b []byte, fonts map[string]string) {
	var stack []string
	var at, from item
	for len(b) > 0 {
		var tok string
		tok, b = token(b)
		n := func(i int) float64 { return num(stack[len(stack)-i]) * perPoint }
		switch tok {
		case "", "[", "]":
			continue
		case "Tf":
			at.style, at.size = fonts[strings.TrimPrefix(stack[len(stack)-2], "/")], num(stack[len(stack)-1])
		case "Td":
			at.x, at.y = n(2), p.h-n(1)
		case "Tj", "TJ":
			at.text = decode(strings.Join(only(stack, "("), ""))
			if strings.TrimSpace(at.text) != "" { // a space parts lines for those who hear them
				p.items = append(p.items, at)
			}
		case "m":
			from.x, from.y = n(2), p.h-n(1)
		case "l":
			p.lines = append(p.lines, line{from.x, from.y, n(2), p.h - n(1)})
		case "re":
			p.rects = append(p.rects, rect{n(4), p.h - n(3), n(2), -n(1), false})
		case "f", "B":
			p.rects[len(p.rects)-1].filled = true
		default:
			stack = append(stack, tok)
			continue
		}
		stack = nil
	}
}

// only keeps string operands.
func only(stack []string, prefix string) []string {
	var out []string
	for _, s := range stack {
		if strings.HasPrefix(s, prefix) {
			out = append(out, s)
		}
	}
	return out
}

// token cuts the next operand or operator; strings keep a leading "(".
func token(b []byte) (string, []byte) {
	switch c := b[0]; {
	case c == ' ' || c == '\n' || c == '\r':
		return "", b[1:]
	case c == '[':
		return "[", b[1:]
	case c == ']':
		return "]", b[1:]
	case c == '(':
		var s []byte
		for i := 1; ; i++ {
			switch b[i] {
			case '\\':
				i++
				if b[i] == 'r' {
					s = append(s, '\r')
				} else {
					s = append(s, b[i])
				}
			case ')':
				return "(" + hex.EncodeToString(s), b[i+1:]
			default:
				s = append(s, b[i])
			}
		}
	}
	end := bytes.IndexAny(b, " \n[]()")
	if end < 0 {
		end = len(b)
	}
	return string(b[:end]), b[end:]
}

// decode reads the hexadecimal of UTF-16BE strings.
func decode(joined string) string {
	var units []uint16
	for _, s := range strings.Split(joined, "(") {
		raw, err := hex.DecodeString(s)
		if err != nil {
			panic(err)
		}
		for i := 0; i+1 < len(raw); i += 2 {
			units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
		}
	}
	return string(utf16.Decode(units))
}

// text joins a page's pieces in the order they were set.
func (p page) text() string {
	var parts []string
	for _, i := range p.items {
		parts = append(parts, i.text)
	}
	return strings.Join(parts, " ")
}

func allText(pages []page) string {
	var parts []string
	for _, p := range pages {
		parts = append(parts, p.text())
	}
	return strings.Join(parts, " ")
}

// find returns the first piece that starts with the text.
func (p page) find(t testing.TB, text string) item {
	t.Helper()
	for _, i := range p.items {
		if strings.HasPrefix(i.text, text) {
			return i
		}
	}
	t.Fatalf("page lacks %q", text)
	return item{}
}
