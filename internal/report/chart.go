package report

import (
	"fmt"
	"strings"
)

// Greys that stay apart in print: approved light, deployed dark.
const (
	lightGrey = 205
	darkGrey  = 85
)

// bar is one bar of a chart: part of whole.
type bar struct {
	part, whole int
	grey        int
	text        string // right of the bar
}

// ratio is the bar's length, between 0 and 1.
func (b bar) ratio() float64 {
	if b.whole <= 0 || b.part <= 0 {
		return 0
	}
	return min(1, float64(b.part)/float64(b.whole))
}

// draw sets the bar into a frame as long as the whole.
func (s *sheet) draw(b bar, at box) {
	s.pen.stroke(0.15)
	if r := b.ratio(); r > 0 {
		s.fill(box{at.x, at.y, at.w * r, at.h}, b.grey, "F")
	}
	s.rect(at, "D")
	s.pen.stroke(hairline)
}

// key is one entry of a legend.
type key struct {
	grey int // 255: an empty frame
	text string
}

// legend draws a line of keys in the middle of the page.
func (s *sheet) legend(keys ...key) {
	s.font("", 10)
	const swatch, gap = 6.0, 8.0
	total := -gap
	for _, k := range keys {
		total += swatch + 1.5 + s.pen.width(s.clean(k.text)) + gap
	}
	x := marginLeft + (s.width()-total)/2
	for _, k := range keys {
		s.fill(box{x, s.y + 0.9, swatch, 3}, k.grey, "FD")
		x += swatch + 1.5
		w := s.pen.width(s.clean(k.text))
		s.put(box{x, s.y, w, 4.8}, k.text, "L")
		x += w + gap
	}
	s.y += 6.5
}

// axis draws the percent lines of a chart of height h at 0, 50 and 100 %.
func (s *sheet) axis(x, w, h float64) {
	s.font("", 9)
	for _, pct := range []float64{0, 50, 100} {
		at := x + w*pct/100
		s.pen.stroke(0.2)
		if pct == 50 {
			s.pen.dashes(1.2, 0.8)
		}
		s.line(at, s.y, at, s.y+h)
		s.pen.dashes(0, 0)
		s.put(box{at - 10, s.y + h + 0.3, 20, 4}, fmt.Sprintf("%.0f%%", pct), "C")
	}
	s.pen.stroke(hairline)
}

// group is a labelled pair of bars.
type group struct {
	name string
	bars []bar
}

// groups draws labelled bars below each other with the 50 % line over them.
func (s *sheet) groups(groups []group) {
	const labelW, barH, gap = 30.0, 5.0, 3.0
	textW := 52.0
	x := marginLeft + labelW
	w := s.width() - labelW - textW
	top := s.y
	for _, g := range groups {
		h := float64(len(g.bars)) * barH
		s.font("B", 11)
		s.put(box{marginLeft, s.y, labelW - 2, h}, g.name, "R")
		s.font("", 10)
		for _, b := range g.bars {
			s.draw(b, box{x, s.y + 0.4, w, barH - 0.8})
			s.put(box{x + w + 2, s.y, textW - 2, barH}, b.text, "L")
			s.y += barH
		}
		s.y += gap
	}
	h := s.y - top
	s.y = top
	s.axis(x, w, h)
	s.y = top + h + 8
}

// groupsInWords says what the bars show; what names the bars of each group.
func groupsInWords(groups []group, what ...string) string {
	var parts []string
	for _, g := range groups {
		for i, b := range g.bars {
			parts = append(parts, fmt.Sprintf("%s, %s: %s", g.name, what[i], b.text))
		}
	}
	return strings.Join(parts, "; ") + "."
}

// groupsHeight is the room groups and a legend take.
func groupsHeight(groups []group) float64 {
	h := 8 + 6.5 + 4.0
	for _, g := range groups {
		h += float64(len(g.bars))*5 + 3
	}
	return h
}

// stack is one level: a frame for all systems, the approved and the deployed in it.
type stack struct {
	name   string
	counts Counts
}

// figures are the three counts of a level, as they stand beside its bar.
func (st stack) figures() string {
	return fmt.Sprintf("%s / %s / %s", number(st.counts.Total), number(st.counts.Approved), number(st.counts.Deployed))
}

func stacksInWords(stacks []stack) string {
	var parts []string
	for _, st := range stacks {
		parts = append(parts, st.name+": "+st.figures())
	}
	return strings.Join(parts, "; ") + "."
}

// stacks draws counts on one scale, each with its figures to the right.
func (s *sheet) stacks(stacks []stack) {
	const labelW, textW, h = 20.0, 68.0, 8.0
	x, w := marginLeft+labelW, s.width()-labelW-textW
	most := 1
	for _, st := range stacks {
		most = max(most, st.counts.Total)
	}
	length := func(n int) float64 { return max(0, min(1, float64(n)/float64(most))) * w }
	for _, st := range stacks {
		s.font("B", 11)
		s.put(box{marginLeft, s.y, labelW - 2, h}, st.name, "R")
		s.pen.stroke(0.15)
		s.rect(box{x, s.y + 1, length(st.counts.Total), h - 2}, "D")
		s.fill(box{x, s.y + 1, length(st.counts.Approved), h - 2}, lightGrey, "FD")
		s.fill(box{x, s.y + 2.2, length(st.counts.Deployed), h - 4.4}, darkGrey, "F")
		s.pen.stroke(hairline)
		s.font("", 10)
		s.put(box{x + w + 2, s.y, textW - 2, h}, st.figures(), "L")
		s.y += h
	}
	s.y += 4
}
