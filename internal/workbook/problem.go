package workbook

import (
	"cmp"
	"slices"

	"capdo/internal/law"
	"capdo/internal/sheet"
)

// Problem is one thing to mend in a table.
type Problem struct {
	Row    int      `json:"row"`              // 0: the whole table
	Column string   `json:"column,omitempty"` // its head, "" the whole row
	Cell   string   `json:"cell,omitempty"`   // such as C7
	Code   string   `json:"code"`             // stable: E-CELL-DATE, …
	Value  string   `json:"value,omitempty"`  // as found, cut short
	Cites  string   `json:"cites,omitempty"`
	Says   law.Text `json:"says"`
}

// Change is a row that would change the record, or changed it.
type Change struct {
	Row    int      `json:"row"`
	Object string   `json:"object"` // code of a system, field, key of a control; "" a new system
	Name   string   `json:"name"`
	Did    string   `json:"did"` // added, changed
	Fields []string `json:"fields,omitempty"`
}

// Report is what an import would do, or did.
type Report struct {
	Form     Form      `json:"form"`
	System   string    `json:"system,omitempty"`
	Source   string    `json:"source"` // SHA-256 of the file, hex
	Rows     int       `json:"rows"`
	Added    int       `json:"added"`
	Changed  int       `json:"changed"`
	Same     int       `json:"same"`
	Wrong    int       `json:"wrong"` // rows with a problem
	Problems []Problem `json:"problems"`
	Changes  []Change  `json:"changes"`           // the first of them
	Ignored  []string  `json:"ignored,omitempty"` // heads of columns that are not of the form
	Done     bool      `json:"done"`              // it was carried out
}

// Clean tells whether nothing has to be mended.
func (r *Report) Clean() bool { return len(r.Problems) == 0 }

// mostChanges is how many changes a report lists.
const mostChanges = 200

// change counts a row and lists it.
func (r *Report) change(c Change) {
	switch c.Did {
	case "added":
		r.Added++
	case "changed":
		r.Changed++
	default:
		r.Same++
		return
	}
	if len(r.Changes) < mostChanges {
		r.Changes = append(r.Changes, c)
	}
}

// finish sorts the problems and counts the rows that have one.
func (r *Report) finish() {
	slices.SortStableFunc(r.Problems, func(a, b Problem) int { return cmp.Compare(a.Row, b.Row) })
	last := -1
	for _, p := range r.Problems {
		if p.Row > 0 && p.Row != last {
			r.Wrong++
			last = p.Row
		}
	}
}

// ofRefused is a file that is not read, as the one problem of a table.
func ofRefused(err *sheet.Refused) Problem {
	code := "E-FILE-" + upper(err.Name)
	return Problem{Code: code, Value: err.Part, Says: law.Text(err.Says)}
}

func upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'a' && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// short cuts a value for showing.
func short(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
