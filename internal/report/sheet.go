package report

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/jung-kurt/gofpdf"

	"capdo/internal/pdf"
)

// Geometry in millimetres: Decree 30/2020, Appendix I, part I, section I.
const (
	paperShort   = 210.0
	paperLong    = 297.0
	marginTop    = 20.0 // 20 to 25
	marginBottom = 20.0 // 20 to 25
	marginLeft   = 30.0 // 30 to 35
	marginRight  = 15.0 // 15 to 20
	firstIndent  = 12.7 // 10 or 12.7
	paragraphGap = 2.2  // at least 6 pt
	lineFactor   = 1.22 // of the type size; single is 1.15, the most allowed 1.5
	hairline     = 0.2
)

// Type sizes in points, set A of the decree.
const (
	sizeNation = 12.0 // Quốc hiệu, names of bodies
	sizeMotto  = 13.0 // Tiêu ngữ, place and date, number
	sizeBody   = 13.0
	sizeAnnex  = 14.0
	sizeTable  = 11.0
	sizeList   = 11.0 // recipients
	sizeFoot   = 8.0
)

const typeface = "LiberationSerif"

// Orientations.
const (
	portrait  = "P"
	landscape = "L"
)

// sheet is a document being written: the PDF, the pen, and what stands on every
// page. Coordinates are millimetres from the top left corner.
type sheet struct {
	*cleaner
	pen       *pen
	w, h      float64 // of the current page
	y         float64 // pen
	direction string
	number    int // of the page within its part
	style     string
	size      float64
	float     func() // a whole-page figure waiting for the end of the page
	banner    string
	draft     bool   // every page says so
	model     string // the blank the paper was drawn up on, in the foot; may be empty
	foot      [3]string
	simulated string // suffix of captions, empty when nothing is simulated
	structure
	official Official
	name     string // what the file calls itself
	sealed   bool   // the seal is set
}

// newSheet prepares a document dated day; title goes into its properties.
func newSheet(o Official, title string, day time.Time) (*sheet, error) {
	c, err := newCleaner()
	if err != nil {
		return nil, err
	}
	s := &sheet{cleaner: c, official: o, name: c.clean(title)}
	s.root = &pdf.Node{Role: "Document"}
	p := gofpdf.New(portrait, "mm", "A4", "")
	s.pen = newPen(p)
	p.SetCatalogSort(true)
	p.SetCompression(false) // pages are pressed as they are written
	p.SetCreationDate(day)
	p.SetModificationDate(day)
	p.SetAutoPageBreak(false, 0)
	p.SetMargins(0, 0, 0)
	p.SetCellMargin(0)
	for _, f := range faces() {
		p.AddUTF8FontFromBytes(typeface, f.style, bytes.Clone(f.ttf))
	}
	s.foot = [3]string{
		fmt.Sprintf("Sổ ghi: %s mục, gốc %s; bộ quy tắc: %s", number(o.Ledger.Size),
			orNone(short(o.Ledger.Root)), orNone(short(o.LawDigest))),
		"Số liệu tính đến ngày " + shortDate(o.Day),
	}
	if o.Known != "" {
		s.foot[2] = "theo sổ ghi đến " + o.Known
	}
	if o.Simulated {
		s.banner = "DỮ LIỆU MÔ PHỎNG – KHÔNG PHẢI SỐ LIỆU CHÍNH THỨC"
		s.simulated = " (báo\u00A0cáo\u00A0có\u00A0dữ\u00A0liệu\u00A0mô\u00A0phỏng)"
	}
	return s, p.Error()
}

// part opens a new run of pages with its own numbering.
func (s *sheet) part(direction string) {
	s.number = 0
	s.direction = direction
	s.open()
}

// open goes on to the next page, with the font as it was; a waiting figure
// comes first.
func (s *sheet) open() {
	style, size := s.style, s.size
	s.settle()
	s.page()
	if size > 0 {
		s.font(style, size)
	}
}

// settle gives the waiting figure its page.
func (s *sheet) settle() {
	if draw := s.float; draw != nil {
		s.float = nil
		s.page()
		s.into(nil, draw)
	}
}

// page starts a page and draws what stands in its margins.
func (s *sheet) page() {
	if s.pen.number() > 0 {
		s.closeMark()
	}
	s.ids = 0
	s.aside(s.furnish)
	s.y = marginTop
}

func (s *sheet) furnish() {
	s.pen.turn(s.direction)
	s.w, s.h = s.pen.paper()
	s.number++
	s.pen.stroke(hairline)
	if s.banner != "" {
		s.font("B", 9)
		s.rect(box{marginLeft, 5, s.width(), 5}, "D")
		s.put(box{marginLeft, 5, s.width(), 5}, s.banner, "C")
	}
	if s.draft {
		s.font("B", sizeList)
		s.rect(box{marginLeft, 11.5, 24, 5.5}, "D")
		s.put(box{marginLeft, 11.5, 24, 5.5}, "DỰ THẢO", "C")
	}
	if s.number > 1 { // not shown on the first page
		s.font("", sizeBody)
		s.put(box{marginLeft, 11, s.width(), 6}, fmt.Sprint(s.number), "C")
	}
	y := s.h - 14.5
	s.line(marginLeft, y, s.w-marginRight, y)
	s.font("", sizeFoot)
	s.put(box{marginLeft, y + 1, s.width(), 4}, s.foot[0], "L")
	s.put(box{marginLeft, y + 1, s.width(), 4}, s.foot[1], "R")
	s.put(box{marginLeft, y + 4.5, s.width(), 4}, s.model, "L")
	s.put(box{marginLeft, y + 4.5, s.width(), 4}, s.foot[2], "R")
}

// width of the text area; bottom is its lower edge.
func (s *sheet) width() float64  { return s.w - marginLeft - marginRight }
func (s *sheet) bottom() float64 { return s.h - marginBottom }

// need makes sure that h millimetres are left, on a new page if they are not.
func (s *sheet) need(h float64) {
	if s.y+h > s.bottom() && s.y > marginTop {
		s.open()
	}
}

func (s *sheet) font(style string, size float64) {
	s.style, s.size = style, size
	s.pen.font(style, size)
}

// leading is the line height for a type size, in millimetres.
func leading(size float64) float64 { return size * 25.4 / 72 * lineFactor }

// write seals the document and hands it over in one piece.
func (s *sheet) write(w io.Writer) error {
	if !s.sealed && s.official.Vouch != nil {
		s.seal()
	}
	s.closeMark()
	raw, contents, err := s.pen.output()
	if err != nil {
		return err
	}
	file, err := s.finish(raw, contents)
	if err != nil {
		return err
	}
	if _, err := w.Write(file); err != nil {
		return fmt.Errorf("hand over pages: %w", err)
	}
	return nil
}

// halted carries the error of whoever watches out of the depth of a table.
type halted struct{ error }

// guard turns a failure inside the PDF library into an error.
func guard(err *error) {
	switch r := recover().(type) {
	case nil:
	case halted:
		*err = fmt.Errorf("set pages: %w", r.error)
	default:
		*err = fmt.Errorf("set pages: %v", r)
	}
}
