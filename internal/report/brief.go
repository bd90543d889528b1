package report

import (
	"fmt"
	"io"
)

// Brief is the input of a report that is made of sections: what they say is
// handed in, how it stands on the page is the same for all.
type Brief struct {
	Official
	About    string // what the report is about; "\n" starts a new line
	Sections []Section
	Annexes  []Annex
	Closing  string // last sentence of the letter
}

// Section is a part of the letter; what is empty is left out.
type Section struct {
	Title string // without a number
	Texts []string
	Facts [][2]string
	Grid  *Grid
	Bars  *Bars
	Notes []string // after tables and charts
}

// Grid is a table. Of a row that is shorter than the head, one cell spans the
// rest; Sum is set in bold at the end.
type Grid struct {
	Name    string
	Columns []Column
	Rows    [][]string
	Sum     []string
	Left    int     // rows that were left out for their number
	Size    float64 // of the type in points; 0: as tables are set
}

// Column of a grid; the width is a proportion. Align is "L", "C" or "R".
type Column struct {
	Label string
	Width float64
	Align string
}

// Bars is a chart of parts of wholes, with its figures beside each bar.
type Bars struct {
	Name  string
	Parts [2]string // what the light and the dark bar are
	Rows  []Bar
}

// Bar is a line of a chart: two parts of one whole.
type Bar struct {
	Name               string
	First, Second, All int
}

// Annex is a wide table on pages of its own.
type Annex struct {
	Title string
	Grid
}

// MaxRows is the most rows that a paper lists: its pages are held in memory, and
// nobody reads more. Whoever gathers a report leaves out the rest, says how many
// (Grid.Left), and points to the workbook.
const MaxRows = maxRows

// WriteBrief writes a report of sections.
func WriteBrief(w io.Writer, b Brief) (err error) {
	defer guard(&err)
	day, err := parseDay(b.Day)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	rows := 0
	for _, a := range b.Annexes {
		rows += len(a.Rows)
	}
	for _, x := range b.Sections {
		if x.Grid != nil {
			rows += len(x.Grid.Rows)
		}
	}
	if rows > MaxRows {
		return fmt.Errorf("report: %w", errTooLong)
	}
	s, err := newSheet(b.Official, "Báo cáo: "+b.About, day)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	s.part(portrait)
	s.head(b.Official, day)
	s.title("Báo cáo", b.About)
	s.addressees(b.Addressees)
	s.bases(b.Bases)
	for i, x := range b.Sections {
		s.briefSection(i+1, x)
	}
	s.close(b.Official, b.Closing)
	for i, a := range b.Annexes {
		name := "Phụ lục"
		if len(b.Annexes) > 1 {
			name += " " + []string{"I", "II", "III", "IV", "V"}[min(i, 4)]
		}
		s.annexHead(name, a.Title, fmt.Sprintf("(Kèm theo Báo cáo số %s %s của %s)", mark(b.Official), longDate(day), orNone(clip(b.Issuer.Body, 150))))
		s.grid(a.Grid)
	}
	return s.write(w)
}

func (s *sheet) briefSection(no int, x Section) {
	s.needHeading(30)
	s.heading(fmt.Sprintf("%d. %s", no, x.Title))
	for _, t := range x.Texts {
		s.say(t)
	}
	if len(x.Facts) > 0 {
		s.pairs(x.Facts)
	}
	if x.Grid != nil {
		s.grid(*x.Grid)
	}
	if x.Bars != nil {
		s.bars(*x.Bars)
	}
	for _, t := range x.Notes {
		s.say(t)
	}
}

// grid sets a table with its name above it.
func (s *sheet) grid(g Grid) {
	var cols []column
	var names []string
	for _, c := range g.Columns {
		cols, names = append(cols, column{c.Width, c.Align}), append(names, c.Label)
	}
	size := g.Size
	if size == 0 {
		size = sizeTable
	}
	t := plain(size, cols, names...)
	n := max(1, len(g.Rows))
	if g.Sum != nil {
		n++
	}
	if g.Name != "" {
		s.caption(g.Name, tableStart+2*height(t, 1))
	}
	if g.Left > 0 {
		s.set(fmt.Sprintf("Bảng nêu %s dòng đầu; còn %s dòng không in. Danh sách đầy đủ có trong bảng tính xuất từ sổ đăng ký.",
			number(len(g.Rows)), number(g.Left)), paragraph{style: "I", size: sizeTable, align: "L"})
	}
	s.list(t, n, g.row)
}

// row is row i as it is set.
func (g Grid) row(i int) []cell {
	switch {
	case i < len(g.Rows):
		row := texts(g.Rows[i]...)
		if n := len(row); n > 0 && n < len(g.Columns) {
			row[n-1].span = len(g.Columns) - n + 1
		}
		return row
	case i == 0:
		return []cell{{text: "Không có.", span: len(g.Columns), align: "C"}}
	}
	return styled("B", texts(g.Sum...))
}

// bars draws the chart on one scale.
func (s *sheet) bars(b Bars) {
	for rows := b.Rows; len(rows) > 0; {
		n := min(len(rows), 12) // of a page
		var groups []group
		for _, r := range rows[:n] {
			groups = append(groups, group{r.Name, []bar{{r.First, r.All, lightGrey, share(r.First, r.All)}, {r.Second, r.All, darkGrey, share(r.Second, r.All)}}})
		}
		s.caption(b.Name, groupsHeight(groups))
		s.figure("Biểu đồ thanh. "+groupsInWords(groups, b.Parts[0], b.Parts[1]), func() {
			s.legend(key{lightGrey, upperFirst(b.Parts[0])}, key{darkGrey, upperFirst(b.Parts[1])})
			s.groups(groups)
		})
		rows = rows[n:]
	}
}
