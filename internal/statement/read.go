package statement

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/fold"
	"capdo/internal/law"
	"capdo/internal/sheet"
)

// heads are the heads by which the columns of a list are known, folded; whatever
// else a table holds is left out.
func heads() map[string]string {
	return map[string]string{
		"ten he thong": "name", "ten he thong thong tin": "name", "he thong thong tin": "name", "ten httt": "name",
		"ma": "code", "ma he thong": "code", "ma dinh danh": "code",
		"cap do": "level", "cap do de xuat": "level", "phe duyet": "approved", "da phe duyet": "approved", "da duoc phe duyet": "approved", "hsdxcd da phe duyet": "approved",
		"trien khai": "plan", "phuong an": "plan", "trien khai phuong an": "plan", "da trien khai day du": "plan",
	}
}

// labels are the words before a total, folded.
func labels() map[string]Field {
	return map[string]Field{"tong so": Total, "tong so he thong": Total, "tong so he thong thong tin": Total, "so he thong da phe duyet": Approved, "da phe duyet": Approved, "so he thong duoc phe duyet": Approved,
		"ty le phe duyet": ApprovedPct, "so he thong da trien khai": Deployed, "so he thong trien khai day du": Deployed, "da trien khai day du": Deployed, "ty le trien khai": DeployedPct}
}

// Read takes a table as it is printed: totals as a label with its number in the
// next cell, and a list of systems under a head that names them. Numbers keep
// the text they were printed with. Cells that cannot be read refuse the table,
// by name.
func Read(src sheet.Source) (figures []Figure, lines []Line, err error) {
	names := src.Names()
	if len(names) == 0 {
		return nil, nil, refuse(approval.Invalid, "file", "no-sheet", "Tệp không có trang nào.", "The file has no sheet.")
	}
	r := reading{wrong: &approval.Refusal{Kind: approval.Invalid}}
	err = src.Rows(names[0], r.row)
	var refused *sheet.Refused
	switch {
	case errors.As(err, &refused):
		return nil, nil, &approval.Refusal{Kind: approval.Invalid, Findings: []approval.Finding{{Field: "file", Rule: refused.Name, Says: law.Text(refused.Says)}}}
	case err != nil:
		return nil, nil, err
	case len(r.wrong.Findings) > 0:
		return nil, nil, r.wrong
	}
	return r.figures, r.lines, nil
}

// cellRule begins the rule of a finding on a cell, which its address ends.
const cellRule = "cell."

// ReadFile reads a file, a workbook or CSV, as the table of a statement.
func ReadFile(file []byte) (figures []Figure, lines []Line, err error) {
	src, err := open(file)
	if err != nil {
		return nil, nil, err
	}
	return Read(src)
}

// open opens a workbook or CSV; a hostile one is refused by name.
func open(file []byte) (src sheet.Source, err error) {
	if bytes.HasPrefix(file, []byte("PK")) {
		src, err = sheet.Open(bytes.NewReader(file), int64(len(file)), nil)
	} else {
		src, err = sheet.OpenCSV(bytes.NewReader(file), int64(len(file)))
	}
	var refused *sheet.Refused
	if errors.As(err, &refused) {
		err = &approval.Refusal{Kind: approval.Invalid, Findings: []approval.Finding{{Field: "file", Rule: refused.Name, Says: law.Text(refused.Says)}}}
	}
	return src, err
}

// Returned writes a table back with what is to be mended beside each cell: made
// anew from its values, each at its old place.
func Returned(w io.Writer, file []byte, wrong []approval.Finding) error {
	src, err := open(file)
	if err != nil {
		return err
	}
	says := map[string]string{}
	for _, f := range wrong {
		if cell, ok := strings.CutPrefix(f.Rule, cellRule); ok {
			says[cell] = f.Says.VI
		}
	}
	var rows [][]sheet.Cell
	wide := 0
	err = src.Rows(src.Names()[0], func(l sheet.Line) error {
		for len(rows) < l.No {
			rows = append(rows, nil)
		}
		for _, c := range l.Cells {
			for len(rows[l.No-1]) < c.Column {
				rows[l.No-1] = append(rows[l.No-1], sheet.Cell{})
			}
			rows[l.No-1][c.Column-1] = sheet.Cell{Value: c.Value, Wrong: says[sheet.Ref(c.Column, l.No)]}
			wide = max(wide, c.Column)
		}
		return nil
	})
	if err != nil || len(rows) == 0 {
		return err
	}
	s := sheet.Sheet{Name: "Bảng số liệu", Rows: func(yield func([]sheet.Cell, error) bool) {
		for _, r := range rows[1:] {
			if !yield(r, nil) {
				return
			}
		}
	}}
	for i := range wide {
		c := sheet.Column{Width: 24}
		if i < len(rows[0]) {
			c.Title = rows[0][i].Value
		}
		s.Columns = append(s.Columns, c)
	}
	return sheet.Write(w, sheet.Book{Title: "Bảng số liệu cần sửa", Guide: []string{"Ô tô đỏ có ghi chú cần sửa."}, Sheets: []sheet.Sheet{s}})
}

// reading is a table being read.
type reading struct {
	columns map[string]int // of the list; nil before its head
	figures []Figure
	lines   []Line
	wrong   *approval.Refusal
}

func (r *reading) fail(cell, vi, en string) {
	if len(r.wrong.Findings) < 20 {
		r.wrong.Findings = append(r.wrong.Findings, approval.Finding{Field: "file", Rule: cellRule + cell, Says: law.Text{VI: "Ô " + cell + ": " + vi, EN: "Cell " + cell + ": " + en}})
	}
}

func (r *reading) row(l sheet.Line) error {
	if r.columns != nil {
		r.line(l)
		return nil
	}
	columns := map[string]int{}
	for i, c := range l.Cells {
		plain := fold.Plain(c.Value)
		if key := heads()[plain]; key != "" {
			columns[key] = c.Column
		}
		if f, ok := labels()[plain]; ok && i+1 < len(l.Cells) && !r.printed(f) {
			next := l.Cells[i+1]
			r.figure(f, next, sheet.Ref(next.Column, l.No))
		}
	}
	if columns["name"] > 0 && len(l.Cells) > 1 {
		r.columns = columns
	}
	return nil
}

func (r *reading) printed(f Field) bool {
	for _, x := range r.figures {
		if x.Field == f {
			return true
		}
	}
	return false
}

// figure reads a printed number; a word in its place is no number, and the label
// then was the head of something else.
func (r *reading) figure(f Field, c sheet.Found, cell string) {
	n, err := Number(c.Value)
	switch {
	case c.Formula:
		r.fail(cell, "là công thức; chép giá trị vào ô", "is a formula; paste its value")
	case err == nil:
		r.figures = append(r.figures, Figure{Field: f, Value: n, Text: c.Value, Cell: cell})
	}
}

// Number reads a count or a whole percentage as printed: 1.539, 56%.
func Number(text string) (int, error) {
	s := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "%"))
	if parts := strings.Split(s, "."); len(parts) > 1 {
		for _, p := range parts[1:] {
			if len(p) != 3 {
				return 0, fmt.Errorf("%q is no whole number", text)
			}
		}
		s = strings.Join(parts, "")
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 1_000_000_000 {
		return 0, fmt.Errorf("%q is no whole number", text)
	}
	return n, nil
}

// line reads a system of the list; a row without a name is none.
func (r *reading) line(l sheet.Line) {
	at := func(key string) sheet.Found {
		if c := r.columns[key]; c > 0 {
			return l.At(c)
		}
		return sheet.Found{}
	}
	name := at("name")
	if name.Value == "" {
		return
	}
	cell := sheet.Ref(name.Column, l.No)
	if name.Formula || name.Error {
		r.fail(cell, "là công thức hoặc lỗi của bảng tính; chép giá trị vào ô", "is a formula or an error; paste its value")
		return
	}
	x := Line{No: l.No, Cell: cell, Name: name.Value, Code: at("code").Value}
	if c := at("level"); c.Value != "" {
		n, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(fold.Plain(c.Value), "cap do")))
		if err != nil || !law.Level(n).Valid() {
			r.fail(sheet.Ref(c.Column, l.No), "cấp độ phải từ 1 đến 5", "a level is 1 to 5")
		}
		x.Level = law.Level(n)
	}
	if c := at("approved"); c.Value != "" {
		if x.Approved = map[string]string{"co": "yes", "x": "yes", "da phe duyet": "yes", "roi": "yes", "1": "yes", "khong": "no", "chua": "no", "chua phe duyet": "no", "0": "no"}[fold.Plain(c.Value)]; x.Approved == "" {
			r.fail(sheet.Ref(c.Column, l.No), "ghi «Có» hoặc «Chưa»", "say yes («Có») or no («Chưa»)")
		}
	}
	if c := at("plan"); c.Value != "" {
		if x.Plan = map[string]approval.PlanStatus{"day du": approval.PlanFull, "trien khai day du": approval.PlanFull, "co": approval.PlanFull, "x": approval.PlanFull, "mot phan": approval.PlanPart, "trien khai mot phan": approval.PlanPart, "chua": approval.PlanNone, "chua trien khai": approval.PlanNone, "khong": approval.PlanNone}[fold.Plain(c.Value)]; x.Plan == "" {
			r.fail(sheet.Ref(c.Column, l.No), "ghi «Đầy đủ», «Một phần» hoặc «Chưa»", "say full («Đầy đủ»), part («Một phần») or none («Chưa»)")
		}
	}
	r.lines = append(r.lines, x)
}
