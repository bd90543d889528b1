package workbook

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/sheet"
)

// Upload is a table brought back.
type Upload struct {
	Form   Form
	System string // code, of a form about one system
	Digest string // SHA-256 of the file, hex
	Body   io.ReaderAt
	Size   int64
}

// opened is a table being read, with the nameless file in which its texts lie
// meanwhile.
type opened struct {
	sheet.Source
	shelf *os.File // nil: none was needed
}

// close gives the shelf up.
func (o opened) close() {
	if o.shelf != nil {
		_ = o.shelf.Close() // it was read only, and has no name any more
	}
}

// open opens the file as what it is: a workbook, JSON, or CSV.
func (u Upload) open() (o opened, err error) {
	start := make([]byte, 4)
	if _, err := u.Body.ReadAt(start, 0); err != nil && !errors.Is(err, io.EOF) {
		return o, err
	}
	if bytes.HasPrefix(start, []byte("PK")) || bytes.HasPrefix(start, []byte{0xD0, 0xCF}) {
		if o.shelf, err = os.CreateTemp("", "capdo-table-*"); err != nil {
			return o, err
		}
		if err := os.Remove(o.shelf.Name()); err != nil {
			o.close()
			return o, err
		}
		o.Source, err = sheet.Open(u.Body, u.Size, o.shelf)
		return o, err
	}
	o.Source, err = u.openText(start)
	return o, err
}

// openText opens a file that is no workbook.
func (u Upload) openText(start []byte) (sheet.Source, error) {
	if s := bytes.TrimLeft(bytes.TrimPrefix(start, []byte("\uFEFF")), " \t\r\n"); len(s) > 0 && s[0] == '{' {
		return sheet.OpenJSON(u.Body, u.Size)
	}
	return sheet.OpenCSV(u.Body, u.Size)
}

// Try tells what importing the table would do, and changes nothing.
func (o *Room) Try(ctx context.Context, a approval.Actor, u Upload) (Report, error) {
	return o.take(ctx, a, u, true)
}

// Import carries the table out, all of it or nothing; Done tells.
func (o *Room) Import(ctx context.Context, a approval.Actor, u Upload) (Report, error) {
	return o.take(ctx, a, u, false)
}

func (o *Room) take(ctx context.Context, a approval.Actor, u Upload, dry bool) (Report, error) {
	r := Report{Form: u.Form, System: u.System, Source: u.Digest, Problems: []Problem{}, Changes: []Change{}}
	src, err := u.open()
	defer src.close()
	var refused *sheet.Refused
	if errors.As(err, &refused) {
		r.Problems = append(r.Problems, ofRefused(refused))
		return r, nil
	}
	if err != nil {
		return r, err
	}
	switch u.Form {
	case Register:
		err = o.takeRegister(ctx, a, src.Source, &r, dry)
	case Dossier:
		err = o.takeDossier(ctx, a, src.Source, &r, dry)
	case Checklist:
		err = o.takeChecklist(ctx, a, src.Source, &r, dry)
	case Evidence:
		err = o.takeEvidence(ctx, a, src.Source, &r, dry)
	default:
		err = approval.ErrNotFound()
	}
	r.finish()
	return r, err
}

// Returned writes the table back to the officer with what has to be mended: the
// cells in red, a note beside each, the words at the end of the row, and a sheet
// that lists them all. The workbook is made anew from the values found, so that
// nothing else of the file travels on. Values that the file held with their
// letters and marks apart come back composed.
func (o *Room) Returned(ctx context.Context, w io.Writer, a approval.Actor, u Upload, r Report) error {
	src, err := u.open()
	defer src.close()
	if err != nil {
		return err
	}
	t, err := o.table(ctx, a, Query{Form: u.Form, System: u.System})
	if err != nil {
		return err
	}
	name, missing := t.sheetOf(src.Source)
	if missing != nil {
		name = ""
	}
	rows := func(yield func([]sheet.Cell, error) bool) {
		c := copying{table: t, of: map[int][]Problem{}}
		for _, p := range r.Problems {
			c.of[p.Row] = append(c.of[p.Row], p)
		}
		if err := c.run(src.Source, name, yield); err != nil {
			yield(nil, err)
		}
	}
	t.spare = 0
	more := []sheet.Column{{Title: headResult, Width: 12, Locked: true}, {Title: headMend, Width: 70, Locked: true}}
	t.drops = nil // rows may stand elsewhere in the officer's table
	return sheet.Write(w, t.book(rows, more, t.errors(r)))
}

// copying is a table being written back.
type copying struct {
	table *table
	of    map[int][]Problem // by row
	next  int               // row of the copy
}

// run reads the file again and yields the rows of the copy at their old places,
// so that the cells named in the list of errors are those of the copy: rows
// left empty stay empty.
func (c *copying) run(src sheet.Source, name string, yield func([]sheet.Cell, error) bool) error {
	if name == "" {
		return nil
	}
	var at *places
	c.next = 2
	err := src.Rows(name, func(l sheet.Line) error {
		if at == nil {
			p, _ := c.table.head(l)
			at = &p
			if x, ok := src.(interface{ From1904() bool }); ok {
				at.from04 = x.From1904()
			}
			c.next = max(c.next, l.No+1)
			return nil
		}
		for ; c.next < l.No; c.next++ {
			if !yield(nil, nil) {
				return errStop
			}
		}
		c.next++
		if !yield(c.line(at, l), nil) {
			return errStop
		}
		return nil
	})
	var refused *sheet.Refused
	if errors.Is(err, errStop) || errors.Is(err, fs.ErrNotExist) || errors.As(err, &refused) {
		return nil // what could be read is returned; the list of errors says why no more
	}
	return err
}

// line is a row of the copy.
func (c *copying) line(at *places, l sheet.Line) []sheet.Cell {
	cells := make([]sheet.Cell, len(c.table.columns)+2)
	for _, x := range l.Cells {
		i, ok := at.of[x.Column]
		if !ok || c.table.columns[i].Column.Formula != "" {
			continue
		}
		cells[i].Value = x.Value
		clean := x
		clean.Loose = false
		if v, bad := c.table.columns[i].canonical(clean, at.from04); bad == nil {
			cells[i].Value = c.table.columns[i].shown(v)
		}
	}
	var says []string
	for _, p := range c.of[l.No] {
		i := max(c.table.titled(p.Column), 0)
		cells[i].Wrong = strings.TrimPrefix(cells[i].Wrong+"\n"+p.Says.VI, "\n")
		text := p.Says.VI
		if p.Column != "" {
			text = p.Column + ": " + text
		}
		says = append(says, text)
	}
	n := len(c.table.columns)
	if len(says) > 0 {
		cells[n].Value, cells[n+1].Value = "Cần sửa", strings.Join(says, "\n")
	} else {
		cells[n].Value = "Đúng"
	}
	return cells
}

// errors lists every problem, by the cells of the copy.
func (t *table) errors(r Report) sheet.Sheet {
	s := sheet.Sheet{Name: "Danh sách lỗi", Columns: []sheet.Column{{Title: "Dòng", Kind: sheet.Whole, Width: 8, Locked: true}, {Title: "Ô", Width: 8, Locked: true},
		{Title: "Cột", Width: 30, Locked: true}, {Title: "Giá trị", Width: 30, Locked: true}, {Title: "Cần sửa", Width: 80, Locked: true}, {Title: "Căn cứ", Width: 30, Locked: true}, {Title: "Mã lỗi", Width: 24, Locked: true}}}
	s.Rows = func(yield func([]sheet.Cell, error) bool) {
		for _, p := range r.Problems {
			row, cell := "", ""
			if p.Row > 0 {
				row = strconv.Itoa(p.Row)
			}
			if i := t.titled(p.Column); i >= 0 && p.Row > 0 {
				cell = sheet.Ref(i+1, p.Row)
			}
			if !yield([]sheet.Cell{{Value: row}, {Value: cell}, {Value: p.Column}, {Value: p.Value}, {Value: p.Says.VI}, {Value: p.Cites}, {Value: p.Code}}, nil) {
				return
			}
		}
	}
	return s
}
