package report

import (
	"strings"
	"time"
)

// Widths of the two columns of the head.
const (
	headLeft  = 70.0
	headRight = paperShort - marginLeft - marginRight - headLeft
)

// head sets the national head, the issuing body, number, place and date.
func (s *sheet) head(o Official, day time.Time) {
	s.letterhead(o.Issuer, headLines{number: symbol(o), date: longDate(day)})
}

// headLines are what stands under the two columns of the head; about is the
// subject of an official letter, which has no title.
type headLines struct{ number, date, about string }

func (s *sheet) letterhead(i Issuer, l headLines) {
	left, right := marginLeft, marginLeft+headLeft
	below := max(s.body(i, left), s.nation(right)) + 3.5
	var end, bottom float64
	s.element(roleText, func() {
		s.font("", sizeMotto)
		end, _ = s.centred(clip(l.number, 60), left, below, headLeft)
	})
	if l.about != "" {
		s.bookmark(1, l.about)
		s.element(roleTitle, func() {
			s.font("", sizeNation)
			end, _ = s.centred("V/v "+clip(l.about, 300), left, end+paragraphGap, headLeft)
		})
	}
	place := i.Place
	if place == "" {
		place = "……………"
	}
	s.element(roleText, func() {
		s.font("I", sizeMotto)
		bottom, _ = s.centred(clip(place, 60)+", "+l.date, right, below, headRight)
	})
	s.y = max(bottom, end) + 6
}

// body sets who issues the paper, with a short rule below.
func (s *sheet) body(i Issuer, x float64) float64 {
	y, widest := marginTop, 0.0
	s.element(roleText, func() {
		if i.Parent != "" {
			s.font("", sizeNation)
			y, _ = s.centred(strings.ToUpper(clip(i.Parent, 150)), x, y, headLeft)
		}
		s.font("B", sizeNation)
		y, widest = s.centred(strings.ToUpper(clip(i.Body, 150)), x, y, headLeft)
	})
	s.rule(x+headLeft/2, y+0.7, widest*0.42)
	return y
}

// nation sets Quốc hiệu and Tiêu ngữ, with a rule as long as the motto.
func (s *sheet) nation(x float64) float64 {
	y, widest := marginTop, 0.0
	s.element(roleText, func() {
		s.font("B", sizeNation)
		y, _ = s.centred("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", x, y, headRight)
		s.font("B", sizeMotto)
		y, widest = s.centred("Độc lập - Tự do - Hạnh phúc", x, y, headRight)
	})
	s.rule(x+headRight/2, y+0.7, widest)
	return y
}

// rule draws a solid line of the given length about a middle.
func (s *sheet) rule(middle, y, length float64) {
	s.pen.stroke(0.3)
	s.line(middle-length/2, y, middle+length/2, y)
	s.pen.stroke(hairline)
}

// symbol is the number line: "Số: 05/BC-CNTT", dotted without a number.
func symbol(o Official) string { return "Số: " + mark(o) }

func mark(o Official) string {
	n := pad(strings.TrimSpace(o.Number))
	if n == "" {
		n = "………"
	}
	if o.Issuer.Abbrev == "" {
		return n + "/BC"
	}
	return n + "/BC-" + o.Issuer.Abbrev
}

// title sets the kind of paper and what it is about.
func (s *sheet) title(kind, about string) {
	const inset = 12.0
	y, widest := s.y, 0.0
	s.bookmark(1, kind+": "+about)
	s.element(roleTitle, func() {
		s.font("B", sizeAnnex)
		y, _ = s.centred(strings.ToUpper(kind), marginLeft, y, s.width())
		s.font("B", sizeBody)
		y, widest = s.centred(clip(about, 400), marginLeft+inset, y+0.6, s.width()-2*inset)
	})
	s.rule(marginLeft+s.width()/2, y+0.9, widest*0.4)
	s.y = y + 6
}

// addressees sets "Kính gửi": one on the same line, several below each other.
func (s *sheet) addressees(names []string) {
	switch len(names) {
	case 0:
		return
	case 1:
		s.set("Kính gửi: "+strings.TrimRight(names[0], " .;")+".", paragraph{size: sizeBody, align: "C"})
	default:
		s.font("", sizeBody)
		lead := "Kính gửi:"
		const x = 35.0
		hang := x + s.pen.width(lead) + 1.5
		s.put(box{marginLeft + x, s.y, 40, leading(sizeBody)}, lead, "L")
		s.y += leading(sizeBody)
		for _, name := range endings(names) {
			s.set("- "+name, paragraph{size: sizeBody, align: "L", left: hang})
			s.y -= paragraphGap
		}
		s.y += paragraphGap
	}
	s.y += paragraphGap
}

// bases sets the legal bases in italics.
func (s *sheet) bases(bases []string) {
	for _, b := range endings(bases) {
		s.set(b, paragraph{style: "I", size: sizeBody, align: "J", indent: firstIndent})
	}
}
