package report

import (
	"cmp"
	"slices"
	"strings"

	"capdo/internal/pdf"
)

// Greys of a table.
const (
	headGrey = 235
	bandGrey = 245
)

// cellPad is the white on each side of a cell's text.
const cellPad = 1.0

// column of a table; widths are millimetres and may be scaled by fit.
type column struct {
	w     float64
	align string
}

// cell of a row; span 0 counts as 1.
type cell struct {
	text  string
	span  int
	style string
	align string // overrides the column's
	shade bool
}

// label is a cell of the table's head: it spans columns and levels.
type label struct {
	text                   string
	col, level, cols, rows int
}

// table is a grid whose head repeats on every page it runs over.
type table struct {
	cols   []column
	labels []label
	levels []float64 // heights of the head's levels, set by measure
	size   float64
}

// plain builds a table with a head of one level.
func plain(size float64, cols []column, names ...string) table {
	t := table{cols: cols, size: size}
	for i, n := range names {
		t.labels = append(t.labels, label{text: n, col: i, cols: 1, rows: 1})
	}
	return t
}

// measure scales the columns to the page and gives the head the height its
// labels need.
func (s *sheet) measure(t table) table {
	t = t.fit(s.width())
	t.levels = nil
	s.font("B", t.size)
	for _, l := range t.labels { // labels of one level come before those that span several
		for len(t.levels) < l.level+l.rows {
			t.levels = append(t.levels, 0)
		}
		have := 0.0
		for _, h := range t.levels[l.level : l.level+l.rows] {
			have += h
		}
		_, w := t.span(l.col, l.cols)
		need := float64(len(s.wrap(l.text, w-cellPad, w-cellPad)))*headLeading(t.size) + 2
		if need > have {
			t.levels[l.level+l.rows-1] += need - have
		}
	}
	return t
}

func headLeading(size float64) float64 { return leading(size) * 0.95 }

// fit scales the columns to the width of the page.
func (t table) fit(width float64) table {
	sum := 0.0
	for _, c := range t.cols {
		sum += c.w
	}
	cols := make([]column, len(t.cols))
	for i, c := range t.cols {
		cols[i] = column{c.w * width / sum, c.align}
	}
	t.cols = cols
	return t
}

// span is the left edge and width of n columns from col on.
func (t table) span(col, n int) (x, w float64) {
	x = marginLeft
	for i, c := range t.cols {
		if i < col {
			x += c.w
		} else if i < col+n {
			w += c.w
		}
	}
	return x, w
}

func (t table) headHeight() float64 {
	h := 0.0
	for _, l := range t.levels {
		h += l
	}
	return h
}

// tableHead draws the head at the pen and puts it into the structure; in the order
// of reading each level is a row.
func (s *sheet) tableHead(t table, in *pdf.Node) {
	rows := make([]*pdf.Node, len(t.levels))
	for i := range rows {
		rows[i] = in.Add(&pdf.Node{Role: roleRow})
	}
	labels := slices.SortedStableFunc(slices.Values(t.labels), func(a, b label) int { return cmp.Or(a.level-b.level, a.col-b.col) })
	s.drawHead(t, labels, func(l label, f func()) {
		s.into(rows[l.level].Add(&pdf.Node{Role: roleHead, Cols: l.cols, Rows: l.rows}), f)
	})
}

// repeatHead draws the head again on a page that a table runs over to.
func (s *sheet) repeatHead(t table) {
	s.aside(func() { s.drawHead(t, t.labels, func(_ label, f func()) { f() }) })
}

// drawHead draws the areas of a head, then its labels, each within what in does.
func (s *sheet) drawHead(t table, labels []label, in func(label, func())) {
	s.font("B", t.size)
	for _, l := range labels {
		s.fill(t.place(l, s.y), headGrey, "FD")
	}
	lh := headLeading(t.size)
	for _, l := range labels {
		b := t.place(l, s.y)
		lines := s.wrap(l.text, b.w-cellPad, b.w-cellPad)
		b.y += (b.h - float64(len(lines))*lh) / 2
		in(l, func() {
			for _, line := range lines {
				s.put(box{b.x, b.y, b.w, lh}, strings.TrimSuffix(line, "\n"), "C")
				b.y += lh
			}
		})
	}
	s.y += t.headHeight()
}

// place is where a label stands in a head that begins at y.
func (t table) place(l label, y float64) box {
	x, w := t.span(l.col, l.cols)
	b := box{x: x, y: y, w: w}
	for i, level := range t.levels {
		if i < l.level {
			b.y += level
		} else if i < l.level+l.rows {
			b.h += level
		}
	}
	return b
}

// table draws head and rows. A row stays on one page unless it is higher than a
// page: then it is cut between lines. The last two rows stay together.
func (s *sheet) table(t table, rows [][]cell) {
	s.list(t, len(rows), func(i int) []cell { return rows[i] })
}

// list draws a table of n rows, each made when it is its turn: a long list is
// never in memory whole.
func (s *sheet) list(t table, n int, row func(int) []cell) {
	t = s.measure(t)
	ahead := &window{n: n, make: func(i int) broken { return s.breakRow(t, row(i)) }, made: map[int]broken{}}
	first := t.headHeight()
	if n > 0 {
		first += height(t, ahead.at(0).lines())
	}
	s.need(first)
	in := s.root.Add(&pdf.Node{Role: roleTable})
	s.tableHead(t, in)
	for i := range n {
		b := ahead.at(i)
		h, follow := height(t, b.lines()), t.follow(ahead, i)
		if i > 0 && s.y+h+follow > s.bottom() && h+follow < s.bottom()-marginTop-t.headHeight() {
			s.open()
			s.repeatHead(t)
		}
		s.row(t, b, in.Add(&pdf.Node{Role: roleRow}))
		delete(ahead.made, i)
	}
	s.y += paragraphGap
}

// window is the rows of a list that are being looked at.
type window struct {
	n    int
	make func(int) broken
	made map[int]broken
}

func (w *window) at(i int) broken {
	b, ok := w.made[i]
	if !ok {
		b = w.make(i)
		w.made[i] = b
	}
	return b
}

// follow is the height of the rows that must stay with row i: those under a
// band, and the last row with the one before it.
func (t table) follow(rows *window, i int) float64 {
	h := 0.0
	band := isBand(rows.at(i).row)
	for j := i + 1; j < rows.n && (j == rows.n-1 && i == j-1 || band && !isBand(rows.at(j).row)); j++ {
		h += height(t, rows.at(j).lines())
	}
	return h
}

// isBand tells a row that is one shaded cell.
func isBand(row []cell) bool { return len(row) == 1 && row[0].shade }

// broken is a row with the lines of each of its cells.
type broken struct {
	row   []cell
	cells [][]string
}

// breakRow breaks every cell of a row into lines.
func (s *sheet) breakRow(t table, row []cell) broken {
	out := make([][]string, len(row))
	col := 0
	for i, c := range row {
		n := max(c.span, 1)
		_, w := t.span(col, n)
		s.font(c.style, t.size)
		out[i] = s.wrap(c.text, w-2*cellPad, w-2*cellPad)
		col += n
	}
	return broken{row, out}
}

func height(t table, lines int) float64 { return float64(lines)*leading(t.size) + 1.2 }

// lines is the height of the row in lines.
func (b broken) lines() int {
	n := 1
	for _, c := range b.cells {
		n = max(n, len(c))
	}
	return n
}

// row draws one row, in slices where the page ends before it does.
func (s *sheet) row(t table, b broken, in *pdf.Node) {
	if s.official.Row != nil {
		if err := s.official.Row(); err != nil {
			panic(halted{err})
		}
	}
	cells := make([]*pdf.Node, len(b.row))
	for i, c := range b.row {
		cells[i] = in.Add(&pdf.Node{Role: roleCell, Cols: c.span})
	}
	rest := b.lines()
	for at := 0; rest > 0; {
		fits := int((s.bottom() - s.y - 1.2) / leading(t.size))
		if fits < 1 {
			s.open()
			s.repeatHead(t)
			continue
		}
		n := min(rest, fits)
		s.slice(t, b, cells, lines{at, n})
		at, rest = at+n, rest-n
	}
}

// lines are some lines of a row: n of them from line at on.
type lines struct{ at, n int }

// slice draws some lines of a row: its areas first, then the text of its cells.
func (s *sheet) slice(t table, b broken, in []*pdf.Node, l lines) {
	h, lh := height(t, l.n), leading(t.size)
	col := 0
	var plain []box
	for _, c := range b.row {
		x, w := t.span(col, max(c.span, 1))
		if c.shade {
			s.fill(box{x, s.y, w, h}, bandGrey, "FD")
		} else {
			plain = append(plain, box{x, s.y, w, h})
		}
		col += max(c.span, 1)
	}
	s.frames(plain)
	col = 0
	for i, c := range b.row {
		x, w := t.span(col, max(c.span, 1))
		align := c.align
		if align == "" {
			align = t.cols[col].align
		}
		s.font(c.style, t.size)
		part := b.cells[i][min(l.at, len(b.cells[i])):min(l.at+l.n, len(b.cells[i]))]
		y := s.y + (h-float64(len(part))*lh)/2
		s.into(in[i], func() {
			for _, line := range part {
				s.place(box{x + cellPad, y, w - 2*cellPad, lh}, strings.TrimSuffix(line, "\n"), align)
				y += lh
			}
		})
		col += max(c.span, 1)
	}
	s.y += h
}

// styled gives every cell of a row a style.
func styled(style string, row []cell) []cell {
	for i := range row {
		row[i].style = style
	}
	return row
}

// texts turns strings into a row.
func texts(values ...string) []cell {
	row := make([]cell, len(values))
	for i, v := range values {
		row[i] = cell{text: v}
	}
	return row
}
