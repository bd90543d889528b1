package report

import "strings"

// closeHeight is the room close takes.
func (s *sheet) closeHeight(o Official, text string) float64 {
	s.font("", sizeBody)
	lines := len(s.wrap(text, s.width()-firstIndent, s.width()))
	return float64(lines)*leading(sizeBody) + paragraphGap + s.signHeight(o)
}

// close sets the last paragraph and the signature, never apart from each other.
func (s *sheet) close(o Official, text string) {
	s.need(s.closeHeight(o, text))
	s.say(text)
	s.need(s.signHeight(o)) // for a text too long to stand with the signature
	s.y += 3
	top := s.y
	right := s.signature(o.SignerTitle, top)
	s.y = max(right, s.recipients(o, top))
}

// Columns of the foot of the paper, from the left margin.
const (
	signLeft  = 75.0
	signRight = 85.0
)

func (s *sheet) signHeight(o Official) float64 {
	s.font("B", sizeBody)
	title := len(s.wrap(strings.ToUpper(clip(o.SignerTitle, 200)), signRight, signRight))
	s.font("", sizeList)
	list := 0
	for _, r := range recipients(o) {
		list += len(s.wrap(r, signLeft, signLeft))
	}
	return 3 + max(float64(title)*leading(sizeBody)+30, leading(12)+float64(list)*leading(sizeList))
}

// signature sets capacity and office; the room below is for signature and seal.
func (s *sheet) signature(title string, y float64) float64 {
	x := s.w - marginRight - signRight
	s.element(roleText, func() {
		s.font("B", sizeBody)
		y, _ = s.centred(strings.ToUpper(clip(title, 200)), x, y, signRight)
		s.font("I", sizeList)
		y, _ = s.centred("(chữ ký, dấu)", x, y+2, signRight)
	})
	return y + 22
}

// recipients is the list as it is set, with its punctuation.
func recipients(o Official) []string {
	var list []string
	if len(o.Addressees) > 0 {
		list = append(list, "Như trên")
	}
	list = append(list, o.Recipients...)
	list = append(list, strings.TrimRight("Lưu: VT, "+o.Issuer.Abbrev, ", "))
	list = endings(list)
	for i := range list {
		list[i] = "- " + list[i]
	}
	return list
}

func (s *sheet) recipients(o Official, y float64) float64 {
	s.font("BI", 12)
	s.put(box{marginLeft, y, signLeft, leading(12)}, "Nơi nhận:", "L")
	y += leading(12)
	s.font("", sizeList)
	lh := leading(sizeList)
	for _, r := range recipients(o) {
		s.element(roleText, func() {
			for _, line := range s.wrap(r, signLeft, signLeft) {
				if y+lh > s.bottom() {
					s.open()
					y = s.y
				}
				s.put(box{marginLeft, y, signLeft, lh}, strings.TrimSuffix(line, "\n"), "L")
				y += lh
			}
		})
	}
	return y
}
