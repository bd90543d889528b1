package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// WriteCSV writes a table as CSV that spreadsheets open: UTF-8 with its mark,
// formula-safe. Formula columns are left out.
func WriteCSV(w io.Writer, s Sheet) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	record := make([]string, 0, len(s.Columns))
	for _, c := range s.Columns {
		if c.Formula == "" {
			record = append(record, c.Title)
		}
	}
	if err := out.Write(record); err != nil {
		return err
	}
	for cells, err := range s.Rows {
		if err != nil {
			return err
		}
		record = record[:0]
		for i, c := range s.Columns {
			switch {
			case c.Formula != "":
			case i < len(cells):
				record = append(record, Safe(cells[i].Value))
			default:
				record = append(record, "")
			}
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// Safe keeps a spreadsheet from taking a text for a formula.
func Safe(s string) string {
	if strings.IndexAny(s, "=+-@\t\r") == 0 {
		return "'" + s
	}
	return s
}

// Table is a CSV file as a Source with one table; it has no hidden sheet.
type Table struct {
	r    io.ReaderAt
	size int64
}

// CSVName is the name of the one table of a CSV file.
const CSVName = "CSV"

// OpenCSV takes a CSV file of size bytes.
func OpenCSV(r io.ReaderAt, size int64) (*Table, error) {
	if size > MaxFile {
		return nil, refuse("too-large", "", "Tệp lớn hơn 10 MB; chia bảng thành nhiều tệp nhỏ hơn.", "The file is larger than 10 MB; split the table.")
	}
	start := make([]byte, 4096)
	n, err := r.ReadAt(start, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	start = start[:n]
	switch {
	case bytes.HasPrefix(start, []byte{0xFF, 0xFE}), bytes.HasPrefix(start, []byte{0xFE, 0xFF}):
		return nil, refuse("encoding", "", "Tệp mã hóa UTF-16; lưu lại dạng CSV UTF-8.", "The file is UTF-16; save it as CSV UTF-8.")
	case bytes.IndexByte(start, 0) >= 0:
		return nil, refuse("not-a-table", "", "Tệp không phải CSV; lưu lại dạng .xlsx hoặc CSV UTF-8.", "The file is no CSV; save it as .xlsx or CSV UTF-8.")
	}
	return &Table{r, size}, nil
}

// Names implements Source.
func (t *Table) Names() []string { return []string{CSVName} }

// Meta implements Source.
func (t *Table) Meta() map[string]string { return nil }

// Rows implements Source. Any name means the one table.
func (t *Table) Rows(_ string, f func(Line) error) error {
	in := bufio.NewReader(io.NewSectionReader(t.r, 0, t.size))
	if mark, err := in.Peek(3); err == nil && string(mark) == "\uFEFF" {
		if _, err := in.Discard(3); err != nil {
			return err
		}
	}
	head, err := in.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return err
	}
	r := csv.NewReader(in)
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	if first, _, _ := bytes.Cut(head, []byte("\n")); bytes.IndexByte(first, ';') >= 0 && bytes.IndexByte(first, ',') < 0 {
		r.Comma = ';'
	}
	var line Line
	for no := 1; ; no++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return refuse("broken", "", "Dấu ngoặc kép trong tệp CSV đặt sai; sửa rồi tải lên.", "A quotation mark in the CSV is misplaced.")
		}
		if no > MaxRows+1 || len(record) > maxColumns {
			return refuse("huge-dimension", "", "Bảng quá lớn: tối đa 100.000 dòng, 256 cột. Chia tệp.", "The table is too large: 100,000 rows and 256 columns at most.")
		}
		line = Line{No: no, Cells: line.Cells[:0]}
		for i, s := range record {
			if !utf8.ValidString(s) {
				return refuse("encoding", Ref(i+1, no), "Tệp không phải UTF-8; lưu lại dạng CSV UTF-8.", "The file is not UTF-8; save it as CSV UTF-8.")
			}
			value, loose := composed(s)
			if len(value) > 1 && value[0] == '\'' && Safe(value[1:]) != value[1:] {
				value = value[1:] // as WriteCSV wrote it
			}
			if value != "" {
				line.Cells = append(line.Cells, Found{Column: i + 1, Value: value, Loose: loose})
			}
		}
		if len(line.Cells) > 0 {
			if err := f(line); err != nil {
				return err
			}
		}
	}
}
