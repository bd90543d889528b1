package sheet

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// maxNotes bounds the notes beside cells: they are held in memory. What is said
// of a cell beyond stands in the row's own column all the same.
const maxNotes = 2000

// styles are the looks of cells.
type styles struct {
	head, headLocked, guide, title int
	open, locked, wrong            map[Kind]int
}

// Write writes a workbook to w. Rows are taken one at a time.
func Write(w io.Writer, b Book) (err error) {
	f := excelize.NewFile()
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	st, err := makeStyles(f)
	if err != nil {
		return err
	}
	if err := f.SetDocProps(&excelize.DocProperties{Title: b.Title, Creator: "capdo", Language: "vi-VN", Created: "2000-01-01T00:00:00Z", Modified: "2000-01-01T00:00:00Z"}); err != nil {
		return err
	}
	if err := f.SetSheetName("Sheet1", GuideSheet); err != nil {
		return err
	}
	for _, s := range b.Sheets {
		if _, err := f.NewSheet(s.Name); err != nil {
			return err
		}
	}
	lists, err := writeLists(f, st, b)
	if err != nil {
		return err
	}
	if err := writeGuide(f, st, b); err != nil {
		return err
	}
	if err := writeMeta(f, b.Meta); err != nil {
		return err
	}
	f.SetActiveSheet(1)
	for i := range b.Sheets { // last: what is done to the book later reads a streamed sheet whole
		if err := writeSheet(f, st, &b.Sheets[i], lists); err != nil {
			return fmt.Errorf("sheet %s: %w", b.Sheets[i].Name, err)
		}
	}
	return f.Write(w)
}

// makeStyles registers the looks. Text cells carry the text format, so that
// what is typed into them stays what was typed.
func makeStyles(f *excelize.File) (*styles, error) {
	st := &styles{open: map[Kind]int{}, locked: map[Kind]int{}, wrong: map[Kind]int{}}
	make := func(at *int, s excelize.Style) error {
		s.Alignment = &excelize.Alignment{Vertical: "top", WrapText: true}
		id, err := f.NewStyle(&s)
		*at = id
		return err
	}
	fill := func(colour string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
	}
	line := []excelize.Border{{Type: "bottom", Color: "BFBFBF", Style: 1}, {Type: "right", Color: "BFBFBF", Style: 1}}
	bold := &excelize.Font{Bold: true}
	for _, k := range []Kind{Text, Whole, Date, Pick} {
		format := map[Kind]int{Text: 49, Pick: 49, Whole: 3}[k]
		var day *string
		if k == Date {
			day = new("dd/mm/yyyy")
		}
		var open, locked, wrong int
		for _, x := range []struct {
			at *int
			s  excelize.Style
		}{
			{&open, excelize.Style{Border: line, Protection: &excelize.Protection{}}},
			{&locked, excelize.Style{Border: line, Fill: fill("F2F2F2"), Protection: &excelize.Protection{Locked: true}}},
			{&wrong, excelize.Style{Border: line, Fill: fill("F8CBAD"), Font: &excelize.Font{Color: "9C0006"}, Protection: &excelize.Protection{}}},
		} {
			x.s.NumFmt, x.s.CustomNumFmt = format, day
			if err := make(x.at, x.s); err != nil {
				return nil, err
			}
		}
		st.open[k], st.locked[k], st.wrong[k] = open, locked, wrong
	}
	for _, x := range []struct {
		at *int
		s  excelize.Style
	}{
		{&st.head, excelize.Style{Font: bold, Border: line, Fill: fill("DDEBF7")}},
		{&st.headLocked, excelize.Style{Font: bold, Border: line, Fill: fill("D9D9D9")}},
		{&st.guide, excelize.Style{}},
		{&st.title, excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}}},
	} {
		if err := make(x.at, x.s); err != nil {
			return nil, err
		}
	}
	return st, nil
}

// writeLists writes the sheet behind the drop-downs and returns the range of
// each column's list, by the list itself.
func writeLists(f *excelize.File, st *styles, b Book) (map[string]string, error) {
	if _, err := f.NewSheet(ListSheet); err != nil {
		return nil, err
	}
	at, n := map[string]string{}, 0
	add := func(title string, choices []string) error {
		key := listKey(choices)
		if at[key] != "" || len(choices) == 0 {
			return nil
		}
		n++
		column := append([]string{title}, choices...)
		at[key] = fmt.Sprintf("'%s'!$%s$2:$%s$%d", ListSheet, Letters(n), Letters(n), len(choices)+1)
		if err := f.SetSheetCol(ListSheet, Ref(n, 1), &column); err != nil {
			return err
		}
		return f.SetCellStyle(ListSheet, Ref(n, 1), Ref(n, 1), st.headLocked)
	}
	for _, s := range b.Sheets {
		for _, c := range s.Columns {
			if err := add(c.Title, c.Choices); err != nil {
				return nil, err
			}
		}
		for _, d := range s.Drops {
			if err := add(Ref(d.Column, d.Row), d.Choices); err != nil {
				return nil, err
			}
		}
	}
	if n > 0 {
		if err := f.SetColWidth(ListSheet, "A", Letters(n), 36); err != nil {
			return nil, err
		}
	}
	return at, f.ProtectSheet(ListSheet, &excelize.SheetProtectionOptions{SelectLockedCells: true, SelectUnlockedCells: true})
}

// listKey tells two lists apart.
func listKey(choices []string) string { return strings.Join(choices, "\x00") }

// writeSheet streams a table. What belongs to the sheet as a whole is set
// before the first row, as the stream demands; only the extent of the
// drop-downs must be guessed, and reaches to the last row a sheet may have.
func writeSheet(f *excelize.File, st *styles, s *Sheet, lists map[string]string) error {
	if err := dress(f, s, lists); err != nil {
		return err
	}
	notes := 0
	row := 1
	out, err := f.NewStreamWriter(s.Name)
	if err != nil {
		return err
	}
	if err := columns(out, st, s); err != nil {
		return err
	}
	heads := make([]any, len(s.Columns))
	for i, c := range s.Columns {
		heads[i] = excelize.Cell{Value: c.Title, StyleID: st.head}
		if c.Locked || c.Formula != "" {
			heads[i] = excelize.Cell{Value: c.Title, StyleID: st.headLocked}
		}
	}
	if err := out.SetRow("A1", heads, excelize.RowOpts{Height: 32}); err != nil {
		return err
	}
	if s.Rows != nil {
		for cells, err := range s.Rows {
			if err != nil {
				return err
			}
			row++
			if err := out.SetRow(Ref(1, row), st.row(s, cells, row)); err != nil {
				return err
			}
			for i, c := range cells {
				if c.Wrong != "" && notes < maxNotes {
					notes++
					if err := f.AddComment(s.Name, excelize.Comment{Cell: Ref(i+1, row), Author: "capdo", Text: "LỖI: " + c.Wrong, Width: 320, Height: 90}); err != nil {
						return err
					}
				}
			}
		}
	}
	for range s.Spare {
		row++
		if err := out.SetRow(Ref(1, row), st.row(s, nil, row)); err != nil {
			return err
		}
	}
	return out.Flush()
}

// dress sets what belongs to a sheet as a whole.
func dress(f *excelize.File, s *Sheet, lists map[string]string) error {
	for i, c := range s.Columns {
		if c.Locked || c.Formula != "" || c.Kind == Text && c.Hint == "" {
			continue
		}
		v := excelize.NewDataValidation(true)
		v.SetSqref(fmt.Sprintf("%s2:%s%d", Letters(i+1), Letters(i+1), MaxRows))
		switch {
		case c.Kind == Pick && len(c.Choices) > 0:
			v.SetSqrefDropList(lists[listKey(c.Choices)])
			v.SetError(excelize.DataValidationErrorStyleStop, "Chọn trong danh mục", "Chọn một giá trị trong danh sách thả xuống của ô này.")
		case c.Kind == Date:
			if err := v.SetRange(1, 2958465, excelize.DataValidationTypeDate, excelize.DataValidationOperatorBetween); err != nil {
				return err
			}
			v.SetError(excelize.DataValidationErrorStyleStop, "Nhập ngày", "Nhập theo dạng ngày/tháng/năm, ví dụ 31/12/2026.")
		case c.Kind == Whole:
			if err := v.SetRange(0, 1_000_000_000, excelize.DataValidationTypeWhole, excelize.DataValidationOperatorBetween); err != nil {
				return err
			}
			v.SetError(excelize.DataValidationErrorStyleStop, "Nhập số nguyên", "Nhập số nguyên từ 0 trở lên, ví dụ 1539.")
		}
		if c.Hint != "" {
			v.SetInput(short(c.Title, 32), short(c.Hint, 255))
		}
		if err := f.AddDataValidation(s.Name, v); err != nil {
			return err
		}
	}
	for _, d := range s.Drops {
		v := excelize.NewDataValidation(true)
		v.SetSqref(Ref(d.Column, d.Row))
		v.SetSqrefDropList(lists[listKey(d.Choices)])
		v.SetError(excelize.DataValidationErrorStyleStop, "Chọn trong danh mục", "Chọn một giá trị trong danh sách thả xuống của ô này.")
		if err := f.AddDataValidation(s.Name, v); err != nil {
			return err
		}
	}
	return f.ProtectSheet(s.Name, &excelize.SheetProtectionOptions{SelectLockedCells: true, SelectUnlockedCells: true, FormatColumns: true, FormatRows: true})
}

// short cuts a text to n UTF-16 units, which Excel counts.
func short(s string, n int) string {
	r := []rune(s)
	return string(r[:min(len(r), n)])
}

// columns sets widths, the look of the empty cells below, and the frozen head.
func columns(out *excelize.StreamWriter, st *styles, s *Sheet) error {
	for i, c := range s.Columns {
		width := c.Width
		if width == 0 {
			width = 18
		}
		look := st.open[c.Kind]
		if c.Locked || c.Formula != "" {
			look = st.locked[c.Kind]
		}
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
		if err := out.SetColStyle(i+1, i+1, look); err != nil {
			return err
		}
		if c.Hidden {
			if err := out.SetColVisible(i+1, i+1, false); err != nil {
				return err
			}
		}
	}
	pane := "bottomLeft"
	if s.Frozen > 0 {
		pane = "bottomRight"
	}
	return out.SetPanes(&excelize.Panes{Freeze: true, XSplit: s.Frozen, YSplit: 1, TopLeftCell: Ref(s.Frozen+1, 2), ActivePane: pane})
}

// row turns cells into what the stream takes.
func (st *styles) row(s *Sheet, cells []Cell, no int) []any {
	out := make([]any, len(s.Columns))
	for i, c := range s.Columns {
		var x Cell
		if i < len(cells) {
			x = cells[i]
		}
		look := st.open[c.Kind]
		switch {
		case x.Wrong != "":
			look = st.wrong[c.Kind]
		case c.Locked || c.Formula != "":
			look = st.locked[c.Kind]
		}
		cell := excelize.Cell{StyleID: look}
		switch {
		case c.Formula != "":
			cell.Formula = strings.ReplaceAll(c.Formula, "%d", strconv.Itoa(no))
		case x.Value != "":
			cell.Value = c.Kind.value(x.Value)
		}
		out[i] = cell
	}
	return out
}

// value is a canonical value as the workbook holds it; what is no day or number
// stays the text it is.
func (k Kind) value(s string) any {
	switch k {
	case Date:
		if t, err := time.Parse("2006-01-02", s); err == nil && t.Year() >= 1900 {
			return t.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
		}
	case Whole:
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return n
		}
	}
	return s
}

// writeGuide writes the instruction sheet.
func writeGuide(f *excelize.File, st *styles, b Book) error {
	lines := append([]string{b.Title}, b.Guide...)
	if err := f.SetSheetCol(GuideSheet, "A1", &lines); err != nil {
		return err
	}
	if err := f.SetColWidth(GuideSheet, "A", "A", 110); err != nil {
		return err
	}
	if err := f.SetCellStyle(GuideSheet, "A1", "A1", st.title); err != nil {
		return err
	}
	if len(lines) > 1 {
		if err := f.SetCellStyle(GuideSheet, "A2", Ref(1, len(lines)), st.guide); err != nil {
			return err
		}
	}
	return f.ProtectSheet(GuideSheet, &excelize.SheetProtectionOptions{SelectLockedCells: true, SelectUnlockedCells: true})
}

// writeMeta writes the sheet that says which form this is; it is hidden in a way
// that no menu of the spreadsheet undoes.
func writeMeta(f *excelize.File, meta []Pair) error {
	if _, err := f.NewSheet(metaSheet); err != nil {
		return err
	}
	for i, p := range slices.All(meta) {
		if err := f.SetSheetRow(metaSheet, Ref(1, i+1), &[]string{p.Name, p.Value}); err != nil {
			return err
		}
	}
	return f.SetSheetVisible(metaSheet, false, true)
}
