package review

import (
	"strings"
	"unicode"
)

// Piece is a run of text in a difference: Op is "" for what stayed, "ins" for
// what came, "del" for what went. The pieces without "ins" spell the text
// before, those without "del" the text after.
type Piece struct{ Op, Text string }

// maxTable bounds the work of one difference; longer texts are shown as wholly
// replaced between what they have in common at both ends.
const maxTable = 4_000_000

// Diff tells two texts apart word by word.
func Diff(before, after string) []Piece {
	a, b := words(before), words(after)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var p pieces
	p.add("", a[:head]...)
	p.middle(a[head:len(a)-tail], b[head:len(b)-tail])
	p.add("", a[len(a)-tail:]...)
	return p
}

// words cuts a text into words, each with the spaces before it.
func words(s string) []string {
	var all []string
	start, word := 0, false
	for i, r := range s {
		if space := unicode.IsSpace(r); space && word {
			all, start, word = append(all, s[start:i]), i, false
		} else if !space {
			word = true
		}
	}
	if start < len(s) {
		all = append(all, s[start:])
	}
	return all
}

type pieces []Piece

// add appends words, joined to a run of the same kind.
func (p *pieces) add(op string, ws ...string) {
	text := strings.Join(ws, "")
	if text == "" {
		return
	}
	if n := len(*p); n > 0 && (*p)[n-1].Op == op {
		(*p)[n-1].Text += text
		return
	}
	*p = append(*p, Piece{op, text})
}

// middle finds the longest common run of words of two lists.
func (p *pieces) middle(a, b []string) {
	if len(a)*len(b) > maxTable {
		p.add("del", a...)
		p.add("ins", b...)
		return
	}
	width := len(b) + 1
	common := make([]int32, (len(a)+1)*width) // of a[i:], b[j:]
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i*width+j] = common[(i+1)*width+j+1] + 1
			} else {
				common[i*width+j] = max(common[(i+1)*width+j], common[i*width+j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			p.add("", a[i])
			i, j = i+1, j+1
		case common[(i+1)*width+j] >= common[i*width+j+1]:
			p.add("del", a[i])
			i++
		default:
			p.add("ins", b[j])
			j++
		}
	}
	p.add("del", a[i:]...)
	p.add("ins", b[j:]...)
}
