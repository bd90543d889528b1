package report

import (
	"strconv"
	"strings"

	"capdo/internal/pdf"
)

// Roles of the structure (ISO 32000-1, 14.8.4).
const (
	roleTitle   = "H1"
	rolePart    = "H2"
	roleHeading = "H3"
	roleText    = "P"
	roleTable   = "Table"
	roleRow     = "TR"
	roleHead    = "TH"
	roleCell    = "TD"
	roleFigure  = "Figure"
)

// structure is the tree of what the paper says, for those who have it read
// aloud, and the outline. What stands on a page and belongs to no element is
// decoration: rules, the furniture of the margins, heads of tables repeated.
type structure struct {
	root      *pdf.Node
	at        *pdf.Node // what is set now belongs to it; nil: to a paragraph of its own
	current   *pdf.Node // whose content is being written, nil: none
	decorated bool      // decoration is being written
	furniture bool      // all that is set now is decoration
	ids       int       // marked contents of this page
	marks     []pdf.Bookmark
}

// element sets what f sets as a new element.
func (s *sheet) element(role string, f func()) *pdf.Node {
	n := s.root.Add(&pdf.Node{Role: role})
	s.into(n, f)
	return n
}

// into sets what f sets into an element.
func (s *sheet) into(n *pdf.Node, f func()) {
	before := s.at
	s.at = n
	f()
	s.at = before
}

// aside sets what f sets as decoration.
func (s *sheet) aside(f func()) {
	before := s.furniture
	s.furniture = true
	f()
	s.furniture = before
}

// figure sets a drawing; alt says in words what it shows.
func (s *sheet) figure(alt string, f func()) {
	s.element(roleFigure, f).Alt = s.clean(alt)
}

// text prepares for a piece of text and tells whether its element has some
// already, from which a space must part it.
func (s *sheet) text() (goesOn bool) {
	if s.furniture {
		s.decorate()
		return false
	}
	n := s.at
	if n == nil {
		n = s.root.Add(&pdf.Node{Role: roleText})
	}
	goesOn = n.Marked()
	s.belongs(n)
	return goesOn
}

// stroke prepares for a rule or an area: a figure is made of them, elsewhere
// they are decoration.
func (s *sheet) stroke() {
	if s.at != nil && s.at.Role == roleFigure && !s.furniture {
		s.belongs(s.at)
		return
	}
	s.decorate()
}

// belongs makes what is written next part of an element.
func (s *sheet) belongs(n *pdf.Node) {
	if s.current == n {
		return
	}
	s.closeMark()
	s.pen.raw("/" + n.Role + " <</MCID " + strconv.Itoa(s.ids) + ">> BDC")
	n.Mark(s.pen.number(), s.ids)
	s.ids++
	s.current = n
}

func (s *sheet) decorate() {
	if s.decorated {
		return
	}
	s.closeMark()
	s.pen.raw("/Artifact BMC")
	s.decorated = true
}

// closeMark ends the content being written; a page must end with none.
func (s *sheet) closeMark() {
	if s.current != nil || s.decorated {
		s.pen.raw("EMC")
	}
	s.current, s.decorated = nil, false
}

// rect draws an area: style "D" its edge; see fill for "F" and "FD".
func (s *sheet) rect(b box, style string) {
	s.stroke()
	s.pen.rect(b, style)
}

// frames draws the edges of areas.
func (s *sheet) frames(bs []box) {
	s.stroke()
	for _, b := range bs {
		s.pen.box(b)
	}
	s.pen.raw("S")
}

// fill draws an area filled in a grey, with an edge where asked for. The fill is
// black again afterwards, as text is, which then need not say its colour.
func (s *sheet) fill(b box, grey int, style string) {
	s.pen.grey(grey)
	s.rect(b, style)
	s.pen.grey(0)
}

// line draws a rule.
func (s *sheet) line(x1, y1, x2, y2 float64) {
	s.stroke()
	s.pen.line(x1, y1, x2, y2)
}

// marked puts a heading into the outline.
func (s *sheet) marked(role, text string) {
	switch role {
	case rolePart:
		s.bookmark(2, text)
	case roleHeading:
		s.bookmark(3, text)
	}
}

// bookmark puts a line into the outline that leads to the pen.
func (s *sheet) bookmark(level int, title string) {
	title = strings.Join(strings.Fields(s.clean(clip(title, 200))), " ")
	s.marks = append(s.marks, pdf.Bookmark{Level: level, Title: title, Page: s.pen.number(), Top: (s.h - s.y) * 72 / 25.4})
}
