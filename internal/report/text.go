package report

import "strings"

// box is a place on the page.
type box struct{ x, y, w, h float64 }

// clip bounds texts that stand in one place and cannot run on to a next page.
func clip(s string, runes int) string {
	if r := []rune(s); len(r) > runes {
		return string(r[:runes]) + "…"
	}
	return s
}

// put sets one line in a box: "L", "C", "R", or "J" for the full width.
func (s *sheet) put(b box, line, align string) { s.place(b, s.clean(line), align) }

// place is put for a line that is clean, as those that wrap returns are.
func (s *sheet) place(b box, line, align string) {
	if line == "" {
		return
	}
	if align == "J" && !strings.Contains(line, " ") {
		align = "L"
	}
	if strings.ContainsAny(line, "\u00A0\n") {
		line = strings.Map(func(r rune) rune {
			if r == '\u00A0' || r == '\n' {
				return ' '
			}
			return r
		}, line)
	}
	if s.text() {
		s.pen.write(b, " ", "L")
	}
	s.pen.write(b, line, align)
}

// wrap breaks text into lines for the current font; the first line is first
// wide, the others rest. Words too long for a line are cut. It returns at least
// one line. A line that ends a paragraph ends in "\n".
func (s *sheet) wrap(text string, first, rest float64) []string {
	var lines []string
	room := first
	for _, paragraph := range strings.Split(s.clean(text), "\n") {
		line, used, gap := "", 0.0, s.pen.width(" ")
		for _, word := range words(paragraph) {
			w := s.pen.width(word)
			if line != "" && used+gap+w > room {
				lines, line, used, room = append(lines, line), "", 0, rest
			}
			for w > room {
				head, tail, used := s.cut(word, room)
				lines, word, room, w = append(lines, head), tail, rest, w-used
			}
			if line != "" {
				line, used = line+" ", used+gap
			}
			line, used = line+word, used+w
		}
		lines, room = append(lines, line+"\n"), rest
	}
	return lines
}

// words splits at spaces only: a no-break space holds its neighbours together.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' })
}

// cut takes as much of the word as fits, at least one rune, and says how wide
// that is.
func (s *sheet) cut(word string, room float64) (head, tail string, used float64) {
	for i, r := range word {
		w := s.pen.width(string(r))
		if i > 0 && used+w > room {
			return word[:i], word[i:], used
		}
		used += w
	}
	return word, "", used
}

// paragraph says how a text is set.
type paragraph struct {
	style  string
	size   float64
	align  string
	indent float64 // of the first line
	left   float64 // of all lines, from the margin
	keep   float64 // millimetres that must follow on the same page
	role   string  // in the structure; empty: a paragraph
}

// say sets a paragraph of the body: justified, first line indented.
func (s *sheet) say(text string) {
	s.set(text, paragraph{size: sizeBody, align: "J", indent: firstIndent})
}

// heading sets a title of the body with at least two lines after it.
func (s *sheet) heading(text string) { s.headed(text, rolePart) }

// subheading is a heading below a heading.
func (s *sheet) subheading(text string) { s.headed(text, roleHeading) }

func (s *sheet) headed(text, role string) {
	s.set(text, paragraph{style: "B", size: sizeBody, align: "L", indent: firstIndent, keep: 3 * leading(sizeBody), role: role})
}

// tableStart is room for the head of a table and a row.
const tableStart = 25.0

// caption sets the name of a table or figure above it; keep is what must follow.
func (s *sheet) caption(text string, keep float64) {
	s.set(text+s.simulated, paragraph{style: "B", size: 12, align: "C", keep: keep})
}

// set breaks the text into lines and pages. At a page break no single line of a
// paragraph is left on either side.
func (s *sheet) set(text string, p paragraph) {
	if p.role == "" {
		p.role = roleText
	}
	s.element(p.role, func() { s.setLines(text, p) })
}

func (s *sheet) setLines(text string, p paragraph) {
	s.font(p.style, p.size)
	w, lh := s.width()-p.left, leading(p.size)
	lines := s.wrap(text, w-p.indent, w)
	if p.keep > 0 {
		s.need(float64(len(lines))*lh + p.keep)
	}
	for i, line := range lines {
		left := len(lines) - i
		fits := int((s.bottom() - s.y + 0.01) / lh)
		if fits < 1 || i == 0 && (fits < min(left, 2) || fits == 2 && left == 3) || i > 1 && fits == 1 && left == 2 {
			s.open()
		}
		if i == 0 {
			s.marked(p.role, text)
		}
		b := box{marginLeft + p.left, s.y, w, lh}
		if i == 0 {
			b.x, b.w = b.x+p.indent, b.w-p.indent
		}
		align := p.align
		if end := strings.HasSuffix(line, "\n"); end && align == "J" {
			align = "L"
		}
		s.put(b, strings.TrimSuffix(line, "\n"), align)
		s.y += lh
	}
	s.y += paragraphGap
}

// centred sets lines in the middle of a box of width w at x, from height y on,
// and returns the height below them and the width of the widest.
func (s *sheet) centred(text string, x, y, w float64) (below, widest float64) {
	lh := leading(s.size)
	for _, line := range s.wrap(text, w, w) {
		line = strings.TrimSuffix(line, "\n")
		s.put(box{x, y, w, lh}, line, "C")
		widest = max(widest, s.pen.width(line))
		y += lh
	}
	return y, widest
}
