package sheet

import (
	"encoding/xml"
	"errors"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"
)

// Meta implements Source.
func (f *File) Meta() map[string]string {
	if f.meta == nil {
		f.meta = map[string]string{}
		err := f.Rows(metaSheet, func(l Line) error {
			if len(f.meta) < 100 {
				f.meta[l.At(1).Value] = l.At(2).Value
			}
			return nil
		})
		if err != nil { // a sheet nobody can read says nothing
			f.meta = map[string]string{}
		}
	}
	return f.meta
}

// Rows implements Source: one pass over the sheet, a row in memory at a time.
// Rows without a filled cell are left out. Cells that are merged come to light
// at the end, where the file says so, as a Refused named "merged".
func (f *File) Rows(name string, see func(Line) error) error {
	for _, s := range f.sheets {
		if s.name == name {
			base, file := path.Split(s.part)
			if err := f.relations(base+"_rels/"+file+".rels", map[string]string{}); err != nil {
				return err
			}
			r := reader{file: f, part: s.part, see: see}
			return f.walk(s.part, r.token)
		}
	}
	return fs.ErrNotExist
}

// reader is one pass over a sheet.
type reader struct {
	file *File
	part string
	see  func(Line) error

	line    Line
	cell    Found
	kind    string // attribute t
	text    strings.Builder
	reading string // the element whose text is wanted: v, t or f
	formula strings.Builder
}

func (r *reader) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		return r.start(t)
	case xml.EndElement:
		return r.end(t)
	case xml.CharData:
		if r.reading == "f" {
			r.formula.Write(t)
		} else if r.reading != "" {
			r.text.Write(t)
		}
		if r.text.Len() > 4*maxCell || r.formula.Len() > maxCell {
			return refuse("huge-cell", r.part, "Có ô chứa quá nhiều chữ (trên 32.767 ký tự); rút ngắn rồi lưu lại.", "A cell holds too much text (more than 32,767 characters).")
		}
	}
	return nil
}

func (r *reader) start(e xml.StartElement) error {
	switch e.Name.Local {
	case "row":
		no := r.line.No + 1
		if s := attr(e, "r"); s != "" {
			n, err := strconv.Atoi(s)
			if err != nil || n < no {
				return refuse("broken", r.part, "Thứ tự dòng trong tệp bị hỏng; mở bằng Excel, lưu lại rồi tải lên.", "The order of rows in the file is broken; save it again from Excel.")
			}
			no = n
		}
		r.line = Line{No: no, Cells: r.line.Cells[:0]}
	case "c":
		if r.cell.Column++; attr(e, "r") != "" {
			r.cell = Found{Column: columnOf(attr(e, "r"))}
		} else {
			r.cell = Found{Column: r.cell.Column}
		}
		r.kind = attr(e, "t")
		r.text.Reset()
		r.formula.Reset()
	case "f":
		r.cell.Formula, r.reading = true, "f"
	case "v":
		r.reading = "v"
	case "t":
		r.reading = "t"
	case "mergeCell":
		return refuse("merged", attr(e, "ref"), "Trang dữ liệu có các ô bị gộp ("+attr(e, "ref")+"); bỏ gộp ô (Unmerge Cells) rồi nhập từng ô.", "Cells "+attr(e, "ref")+" are merged; unmerge them and fill each.")
	}
	return nil
}

func (r *reader) end(e xml.EndElement) error {
	switch e.Name.Local {
	case "f", "v", "t":
		r.reading = ""
	case "c":
		return r.keep()
	case "row":
		r.cell = Found{}
		if len(r.line.Cells) == 0 {
			return nil
		}
		if r.line.No > MaxRows+1 {
			return refuse("huge-dimension", r.part, "Trang dữ liệu có dòng thứ "+strconv.Itoa(r.line.No)+"; mỗi lần nhập tối đa 100.000 dòng. Xóa các dòng thừa ở dưới hoặc chia tệp.", "The sheet reaches row "+strconv.Itoa(r.line.No)+"; an import takes 100,000 rows.")
		}
		return r.see(r.line)
	}
	return nil
}

// keep ends a cell.
func (r *reader) keep() error {
	c := &r.cell
	if calls(r.formula.String()) {
		return refuse("dde", Ref(c.Column, r.line.No), "Ô "+Ref(c.Column, r.line.No)+" có công thức gọi chương trình hoặc địa chỉ bên ngoài (DDE, WEBSERVICE…); xóa công thức rồi lưu lại.", "Cell "+Ref(c.Column, r.line.No)+" has a formula that calls a program or an address outside; remove it.")
	}
	raw := r.text.String()
	switch r.kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(raw))
		if err != nil || i < 0 || i >= r.file.strings.len() {
			return refuse("broken", r.part, "Tệp bị hỏng; mở bằng Excel, lưu lại rồi tải lên.", "The file is damaged; open it in Excel and save it again.")
		}
		if c.Value, c.Loose, err = r.file.strings.at(i); err != nil {
			return err
		}
	case "e":
		c.Value, c.Error = raw, true
	case "", "n":
		c.Value, c.Number = strings.TrimSpace(raw), raw != ""
	case "b":
		c.Value = map[string]string{"1": "TRUE"}[raw]
	default: // str, inlineStr, d
		c.Value, c.Loose = composed(raw)
	}
	if c.Value == "" && !c.Formula {
		return nil
	}
	if c.Column < 1 || c.Column > maxColumns {
		return refuse("huge-dimension", r.part, "Trang dữ liệu có ô nằm quá xa bên phải (ngoài 256 cột); xóa các cột thừa rồi lưu lại.", "A cell stands beyond column 256; delete what is not of the form.")
	}
	r.line.Cells = append(r.line.Cells, *c)
	return nil
}

// calls tells whether a formula calls a program or an address outside: DDE
// (program|topic!item), and functions that load something.
func calls(formula string) bool {
	s := strings.ToUpper(formula)
	if before, after, ok := strings.Cut(s, "|"); ok && !strings.HasSuffix(before, `"`) && strings.Contains(after, "!") {
		return true
	}
	for _, f := range []string{"WEBSERVICE(", "RTD(", "CALL(", "REGISTER.ID(", "EXEC(", "FILTERXML(", "DDE(", "IMAGE("} {
		if strings.Contains(s, f) {
			return true
		}
	}
	return false
}

// Day reads the number by which a workbook names a day.
func Day(number string, from1904 bool) (time.Time, error) {
	x, err := strconv.ParseFloat(number, 64)
	if err != nil || x < 1 || x > 2958465 {
		return time.Time{}, errors.New("no day")
	}
	start := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if from1904 {
		start = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return start.AddDate(0, 0, int(x)), nil
}

// From1904 tells whether the workbook counts its days from 1904.
func (f *File) From1904() bool { return f.base > 0 }
