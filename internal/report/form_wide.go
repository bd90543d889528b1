package report

import (
	"fmt"
	"strings"

	"capdo/forms"
)

const (
	sizeWide  = 9.0
	emptyRows = 10 // to be filled in by hand
)

// wide sets a table with many columns as an annex of its own.
func (f *form) wide(w forms.Wide) {
	kind := "văn bản"
	if name := kindName(f.in.Paper.Kind); name != "" {
		kind = name
	}
	f.annexHead("Phụ lục", w.Title, fmt.Sprintf("(Kèm theo %s số %s %s của %s)", kind, f.mark(), f.date(),
		strings.ReplaceAll(clip(f.in.Issuer.Body, 150), "\n", " ")))
	for _, note := range w.Notes {
		f.set(f.fill(note), paragraph{size: sizeWide, align: "L"})
		f.y -= paragraphGap
	}
	f.y += paragraphGap
	rows, given := f.in.Rows[w.Slot]
	n := len(rows)
	if !given {
		n = emptyRows
	}
	f.sheet.list(wideTable(w), n, func(i int) []cell {
		if !given {
			return f.wideRow(w, i, nil)
		}
		return f.wideRow(w, i, rows[i])
	})
}

// wideTable has a head of two levels: names and column numbers.
func wideTable(w forms.Wide) table {
	t := table{size: sizeWide}
	for i, c := range w.Columns {
		t.cols = append(t.cols, column{float64(c.Width), c.Align})
		t.labels = append(t.labels, label{c.Label, i, 0, 1, 1})
	}
	for i := range w.Columns {
		t.labels = append(t.labels, label{fmt.Sprintf("(%d)", i+1), i, 1, 1, 1})
	}
	return t
}

// wideRow is row i with its cells by column; nil is a row to be filled in by
// hand.
func (f *form) wideRow(w forms.Wide, i int, cells map[string]string) []cell {
	row := []cell{{text: fmt.Sprint(i + 1)}}
	for _, c := range w.Columns[1:] {
		row = append(row, cell{text: cellText(c, cells[c.ID])})
	}
	if cells == nil {
		row[1].text = "\n" // two lines of room
	}
	return row
}

// cellText shows a cell: codes as words, days as dates.
func cellText(c forms.Column, v string) string {
	v = clip(strings.TrimSpace(v), maxName)
	if c.Day {
		return shortDate(v)
	}
	return forms.Say(c.Words, v)
}
