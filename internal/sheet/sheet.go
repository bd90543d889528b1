// Package sheet writes and reads workbooks (Office Open XML, .xlsx) and CSV. It
// knows cells, not what they mean.
//
// # Out
//
// Write streams a Book into a workbook: a frozen head, drop-downs, cells that
// may be changed and cells that are locked, formulas, notes beside cells, an
// instruction sheet, the lists behind the drop-downs, and a sheet hidden for
// good that says which form it is (Meta). Text is always written as text: a
// name that begins with "=" never becomes a formula, neither here nor in CSV.
//
// # In
//
// A workbook comes from outside. Open looks at the table of contents of the
// file only, and refuses by name what no honest workbook holds (Refused: zip
// bombs, macros, links to other files, names that stand twice …) before
// anything is unpacked; Rows then reads one sheet as a stream, a row at a time,
// under the same limits, and stops at the first entity, formula that calls a
// program, or size that is absurd. Nothing is ever computed or followed.
package sheet

import (
	"fmt"
	"iter"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Kind is what a column holds.
type Kind int

// The kinds of column.
const (
	Text  Kind = iota
	Whole      // a whole number
	Date       // a day; its value is written as 2006-01-02
	Pick       // one of Choices
)

// Column is a column of a sheet.
type Column struct {
	Title   string
	Width   float64 // characters; 0: 18
	Kind    Kind
	Choices []string // of Pick: what the drop-down offers
	Hint    string   // shown when a cell is entered
	Locked  bool     // not the officer's to change
	Hidden  bool
	// Formula is a formula of the row, "%d" being its number; the column is
	// locked and its values are left out.
	Formula string
}

// Cell is a cell to be written. Wrong, where set, is what is said beside it.
type Cell struct {
	Value string // canonical: a day as 2006-01-02, a number as plain digits
	Wrong string
}

// Sheet is a table to be written.
type Sheet struct {
	Name    string // at most 31 characters, none of : \ / ? * [ ]
	Columns []Column
	Frozen  int                      // columns that stay in view at the left
	Rows    iter.Seq2[[]Cell, error] // at most a cell a column
	Spare   int                      // empty rows below, with drop-downs, open to new entries
	Drops   []Drop                   // of single cells
}

// Drop is the drop-down of one cell.
type Drop struct {
	Row, Column int
	Choices     []string
}

// Book is a workbook to be written.
type Book struct {
	Title  string
	Guide  []string // the instruction sheet, a paragraph a line
	Sheets []Sheet
	Meta   []Pair // of the hidden sheet
}

// Pair is a name with its value.
type Pair struct{ Name, Value string }

// The names of the sheets that Write adds.
const (
	GuideSheet = "Hướng dẫn"
	ListSheet  = "Danh mục"
	metaSheet  = "_capdo"
)

// Words is a sentence in both languages of the product.
type Words struct{ VI, EN string }

// Refused is why a file is not read.
type Refused struct {
	Name string // stable: "zip-bomb", "macro", "external-link", …
	Part string // of the file, "" the whole
	Says Words
}

// Error names the refusal.
func (r *Refused) Error() string {
	if r.Part == "" {
		return "workbook refused: " + r.Name
	}
	return fmt.Sprintf("workbook refused: %s in %q", r.Name, r.Part)
}

// refuse builds a refusal.
func refuse(name, part, vi, en string) *Refused { return &Refused{name, part, Words{vi, en}} }

// Found is a cell as it stands in a file.
type Found struct {
	Column  int    // from 1
	Value   string // as text; a number as the file has it
	Number  bool   // the file holds a number (a day is one too)
	Formula bool   // the value is computed
	Error   bool   // the value is an error such as #REF!
	Loose   bool   // letters and marks stood apart (not NFC); Value is composed
}

// Line is a row as it stands in a file; empty cells are left out.
type Line struct {
	No    int // from 1
	Cells []Found
}

// At returns the cell of a column, an empty one when there is none.
func (l Line) At(column int) Found {
	for _, c := range l.Cells {
		if c.Column == column {
			return c
		}
	}
	return Found{Column: column}
}

// Source is a table being read, whatever the file.
type Source interface {
	// Rows hands the rows of a table to f in order, until f returns an error.
	Rows(name string, f func(Line) error) error
	// Names lists the tables.
	Names() []string
	// Meta is what the hidden sheet says, empty when there is none.
	Meta() map[string]string
}

// Ref is the name of a cell: Ref(3, 7) is "C7".
func Ref(column, row int) string { return Letters(column) + fmt.Sprint(row) }

// Letters is the name of a column: Letters(28) is "AB".
func Letters(column int) string {
	s := ""
	for ; column > 0; column = (column - 1) / 26 {
		s = string(rune('A'+(column-1)%26)) + s
	}
	return s
}

// columnOf reads the letters of a cell name; 0 when it is none.
func columnOf(ref string) int {
	n := 0
	for _, c := range ref {
		switch {
		case c >= 'A' && c <= 'Z':
			n = n*26 + int(c-'A') + 1
		case n > 0 && c >= '0' && c <= '9':
			return n
		default:
			return 0
		}
		if n > maxColumns {
			return n
		}
	}
	return 0
}

// composed makes found text fit to be used: whole UTF-8, composed, no control
// characters but line ends, no space around.
func composed(s string) (text string, loose bool) {
	s = strings.ToValidUTF8(s, "\uFFFD")
	loose = !norm.NFC.IsNormalString(s)
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7F {
			return -1
		}
		return r
	}, strings.ReplaceAll(norm.NFC.String(s), "\r\n", "\n"))
	return strings.TrimSpace(s), loose
}
