package workbook

import (
	"errors"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"capdo/internal/fold"
	"capdo/internal/law"
	"capdo/internal/sheet"
)

// record is a row of a table brought back: canonical values by column key.
type record struct {
	row    int
	values map[string]string
	wrong  bool // a cell of it could not be read
}

// places is where the columns of a table stand in a file.
type places struct {
	table   *table
	of      map[int]int    // column of the file -> column of the table
	in      map[string]int // key -> column of the file
	ignored []string
	from04  bool
}

// The heads of what a returned copy adds at the right end; not read back.
const (
	headResult = "Kết quả"
	headMend   = "Cần sửa"
)

// sheetOf finds the sheet of the data.
func (t *table) sheetOf(src sheet.Source) (string, *Problem) {
	names := src.Names()
	want := fold.Plain(t.form.sheetName())
	for _, n := range names {
		if n == sheet.CSVName || fold.Plain(n) == want {
			return n, nil
		}
	}
	return "", &Problem{Code: "E-SHEET-MISSING", Value: short(strings.Join(names, ", ")), Says: law.Text{
		VI: "Không thấy trang «" + t.form.sheetName() + "»; giữ nguyên tên trang như bản tải về.",
		EN: "There is no sheet “" + t.form.sheetName() + "”; keep the names of the sheets as they were."}}
}

// suits compares what the hidden sheet says with the table that is expected.
func (t *table) suits(src sheet.Source) *Problem {
	meta := src.Meta()
	if meta["schema"] == "" {
		return nil
	}
	for _, m := range append(t.identity(), t.meta...) {
		if meta[m.Name] != m.Value {
			return &Problem{Code: "E-FILE-OTHER-FORM", Value: short(meta["schema"] + " " + meta["system"] + " " + meta["rules"] + " " + meta["level"]), Says: law.Text{
				VI: "Tệp này là biểu mẫu khác (" + meta["schema"] + " " + meta["system"] + "), hoặc cấp độ, bộ quy tắc của hệ thống đã đổi; tải lại biểu mẫu rồi điền.",
				EN: "This file is another form (" + meta["schema"] + " " + meta["system"] + "), or the level or rules of the system have changed; download the form again."}}
		}
	}
	return nil
}

// head finds the columns by their titles; the officer may have moved them.
func (t *table) head(l sheet.Line) (p places, problems []Problem) {
	p = places{table: t, of: map[int]int{}, in: map[string]int{}}
	for _, c := range l.Cells {
		i := slices.IndexFunc(t.columns, func(x column) bool {
			return fold.Plain(x.Title) == fold.Plain(c.Value) || x.key == strings.ToLower(c.Value)
		})
		switch {
		case c.Value == headResult || c.Value == headMend:
		case i < 0:
			p.ignored = append(p.ignored, short(c.Value))
		case p.in[t.columns[i].key] != 0:
			problems = append(problems, Problem{Row: l.No, Column: c.Value, Cell: sheet.Ref(c.Column, l.No), Code: "E-COLUMN-TWICE", Says: law.Text{
				VI: "Cột này có hai lần; giữ một cột.", EN: "This column stands twice; keep one."}})
		default:
			p.of[c.Column], p.in[t.columns[i].key] = i, c.Column
		}
	}
	for _, c := range t.columns {
		if c.need && p.in[c.key] == 0 {
			problems = append(problems, Problem{Row: l.No, Column: c.Title, Code: "E-COLUMN-MISSING", Says: law.Text{
				VI: "Thiếu cột «" + c.Title + "»; giữ nguyên dòng tiêu đề như bản tải về.", EN: "The column “" + c.Title + "” is missing; keep the head as it was."}})
		}
	}
	return p, problems
}

// read reads the data of a file: head first, then a record a row. f is told of
// each, and of where its columns stand; the problems of its cells are in r.
func (t *table) read(src sheet.Source, r *Report, f func(*places, record) error) error {
	name, missing := t.sheetOf(src)
	if missing == nil {
		missing = t.suits(src)
	}
	if missing != nil {
		r.Problems = append(r.Problems, *missing)
		return nil
	}
	var p *places
	err := src.Rows(name, func(l sheet.Line) error {
		if p == nil {
			at, problems := t.head(l)
			r.Problems = append(r.Problems, problems...)
			r.Ignored = at.ignored
			if p = &at; len(problems) > 0 {
				return errStop
			}
			if x, ok := src.(interface{ From1904() bool }); ok {
				p.from04 = x.From1904()
			}
			return nil
		}
		rec, problems := p.record(l)
		if rec == nil {
			return nil
		}
		r.Rows++
		if r.Problems = append(r.Problems, problems...); len(r.Problems) > mostProblems {
			return errMany
		}
		return f(p, *rec)
	})
	var refused *sheet.Refused
	switch {
	case errors.Is(err, errStop), errors.Is(err, errMany):
		return nil
	case errors.As(err, &refused):
		r.Problems = append(r.Problems, ofRefused(refused))
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err == nil && p == nil {
		r.Problems = append(r.Problems, Problem{Code: "E-SHEET-EMPTY", Says: law.Text{VI: "Trang dữ liệu trống; giữ dòng tiêu đề và điền từ dòng 2.", EN: "The sheet is empty; keep the head and fill in from row 2."}})
	}
	return err
}

// errStop ends the reading of a table before its end; errMany that of one with
// more problems than anyone would read.
var (
	errStop = errors.New("stop")
	errMany = errors.New("too many problems")
)

// mostProblems bounds what is kept of a broken table.
const mostProblems = 5000

// record reads a row; nil when nothing but locked cells is filled.
func (p *places) record(l sheet.Line) (*record, []Problem) {
	rec := record{row: l.No, values: map[string]string{}}
	var problems []Problem
	filled := false
	for _, c := range l.Cells {
		i, ok := p.of[c.Column]
		if !ok {
			continue
		}
		col := p.table.columns[i]
		if col.Column.Formula != "" {
			continue
		}
		filled = filled || !col.Locked || col.need
		value, bad := col.canonical(c, p.from04)
		if bad != nil {
			bad.Row, bad.Column, bad.Cell, bad.Value = l.No, col.Title, sheet.Ref(c.Column, l.No), short(c.Value)
			problems = append(problems, *bad)
			rec.wrong = true
			continue
		}
		rec.values[col.key] = value
	}
	if !filled {
		return nil, nil
	}
	return &rec, problems
}

// bad is a problem of a cell, its place left open.
func bad(code, vi, en string) *Problem { return &Problem{Code: code, Says: law.Text{VI: vi, EN: en}} }

// canonical reads a cell.
func (c column) canonical(x sheet.Found, from04 bool) (string, *Problem) {
	switch {
	case x.Formula:
		return "", bad("E-CELL-FORMULA", "Ô chứa công thức; chép giá trị vào ô (Paste Special → Values).", "The cell holds a formula; paste its value.")
	case x.Error:
		return "", bad("E-CELL-ERROR", "Ô mang lỗi "+x.Value+" của bảng tính; nhập lại giá trị.", "The cell holds the error "+x.Value+"; enter the value.")
	case x.Loose:
		return "", bad("E-CELL-NFC", "Chữ trong ô ghi bằng dấu rời (không phải Unicode dựng sẵn); bản trả về đã ghi lại đúng, xem rồi nhập bản đó.", "The letters are written with their marks apart; the returned copy has them composed: look at it and import that copy.")
	}
	switch c.Kind {
	case sheet.Date:
		return readDay(x, from04)
	case sheet.Whole:
		return readWhole(x)
	case sheet.Pick:
		return c.choice(x.Value)
	}
	return x.Value, nil
}

// readDay reads a day: the spreadsheet's own, or 31/12/2026, 31-12-2026,
// 2026-12-31. Years of two digits are not guessed at.
func readDay(x sheet.Found, from04 bool) (string, *Problem) {
	if x.Number {
		if t, err := sheet.Day(x.Value, from04); err == nil {
			return t.Format(time.DateOnly), nil
		}
		return "", bad("E-CELL-DATE", "Số này không phải một ngày; nhập theo dạng ngày/tháng/năm, ví dụ 31/12/2026.", "This number is no day; enter day/month/year, such as 31/12/2026.")
	}
	for _, form := range []string{"2/1/2006", "2-1-2006", "2.1.2006", time.DateOnly} {
		t, err := time.Parse(form, x.Value)
		if err == nil {
			return t.Format(time.DateOnly), nil
		}
		if strings.Contains(err.Error(), "out of range") {
			return "", bad("E-CELL-DATE", "Ngày "+short(x.Value)+" không có trong lịch; nhập ngày có thật, ví dụ 31/12/2026.", "The calendar has no day "+short(x.Value)+".")
		}
	}
	return "", bad("E-CELL-DATE", "Nhập ngày theo dạng ngày/tháng/năm đủ bốn chữ số của năm, ví dụ 31/12/2026.", "Enter the day as day/month/year with a year of four digits, such as 31/12/2026.")
}

// readWhole reads a whole number; 1.539 is one thousand five hundred and
// thirty-nine where it is text, as it is written in Viet Nam.
func readWhole(x sheet.Found) (string, *Problem) {
	s := strings.ReplaceAll(x.Value, "\u00a0", "")
	if !x.Number {
		s = strings.ReplaceAll(s, " ", "")
		if parts := strings.Split(s, "."); len(parts) > 1 && !slices.ContainsFunc(parts[1:], func(p string) bool { return len(p) != 3 }) {
			s = strings.Join(parts, "")
		}
	} else if f, err := strconv.ParseFloat(s, 64); err == nil && f == float64(int64(f)) && f >= 0 && f < 1e12 {
		s = strconv.FormatInt(int64(f), 10)
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n >= 0 {
		return strconv.FormatInt(n, 10), nil
	}
	return "", bad("E-CELL-NUMBER", "Nhập số nguyên từ 0 trở lên, ví dụ 1539 hoặc 1.539.", "Enter a whole number of at least 0, such as 1539.")
}

// choice finds what was picked: the label, with or without marks, or the code.
func (c column) choice(s string) (string, *Problem) {
	var out []string
	parts := []string{s}
	if c.many {
		parts = strings.Split(s, ";")
	}
	for _, part := range parts {
		part = strings.TrimSpace(part)
		i := slices.IndexFunc(c.Choices, func(x string) bool { return x == part })
		if i < 0 {
			i = slices.IndexFunc(c.codes, func(x string) bool { return x == part })
		}
		if i < 0 {
			i = slices.IndexFunc(c.Choices, func(x string) bool { return fold.Plain(x) == fold.Plain(part) })
		}
		if i < 0 {
			shown := c.Choices[:min(len(c.Choices), 8)]
			return "", bad("E-CELL-CHOICE", "Chọn trong danh mục: "+strings.Join(shown, "; ")+more(c.Choices, shown), "Choose one of the list: "+strings.Join(shown, "; ")+more(c.Choices, shown))
		}
		out = append(out, c.codes[i])
	}
	return strings.Join(out, "\n"), nil
}

func more(all, shown []string) string {
	if len(all) > len(shown) {
		return "; …"
	}
	return "."
}

// blame is a finding of an act as the problem of a cell of a row.
func (p *places) blame(row int, key, code, cites string, says law.Text) Problem {
	out := Problem{Row: row, Code: code, Cites: cites, Says: says}
	if i := p.table.at(key); i >= 0 {
		out.Column = p.table.columns[i].Title
		if at := p.in[key]; at > 0 {
			out.Cell = sheet.Ref(at, row)
		}
	}
	return out
}
