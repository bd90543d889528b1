// Package workbook is the register as tables that officers take away, fill in
// and bring back: Excel, CSV and JSON.
//
//	sổ đăng ký hệ thống       Register: a system a row, under a code that stays
//	thuyết minh hồ sơ         Dossier: a field of the dossier's form a row
//	bảng kiểm biện pháp       Checklist: a control of the list a row
//	danh sách bằng chứng      Evidence: a piece of evidence a row
//
// What a table holds is described once, as columns with stable keys; from them
// come the head, the drop-downs, the locked cells, what is read back, and what
// is said beside a cell that is wrong.
//
// An import is a dry run first: every line is judged by the rules by which the
// act would be judged, and a copy of the table tells beside each cell what to
// mend. Then all of it is carried out as acts of the importer, in one
// transaction with an entry for each object, or none of it.
package workbook

import (
	"context"
	"slices"
	"time"

	"capdo/internal/approval"
	"capdo/internal/controls"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/sheet"
)

// Form is a kind of table.
type Form string

// The forms of table.
const (
	Register  Form = "register"
	Dossier   Form = "dossier"
	Checklist Form = "checklist"
	Evidence  Form = "evidence"
)

// Forms lists them.
func Forms() []Form { return []Form{Register, Dossier, Checklist, Evidence} }

// OfSystem tells whether a table of the form is about one system.
func (f Form) OfSystem() bool { return f != Register }

// Title names the form.
func (f Form) Title() law.Text {
	return map[Form]law.Text{
		Register:  {VI: "Sổ đăng ký hệ thống thông tin", EN: "Register of information systems"},
		Dossier:   {VI: "Thuyết minh hồ sơ đề xuất cấp độ", EN: "Statement of the level dossier"},
		Checklist: {VI: "Bảng kiểm biện pháp bảo đảm an toàn", EN: "Checklist of controls"},
		Evidence:  {VI: "Danh sách bằng chứng", EN: "List of evidence"},
	}[f]
}

// sheetName is the name of the sheet with the data.
func (f Form) sheetName() string {
	return map[Form]string{Register: "Sổ đăng ký", Dossier: "Hồ sơ", Checklist: "Bảng kiểm", Evidence: "Bằng chứng"}[f]
}

// version is the edition of the columns; a table of another one is not taken.
const version = "1"

// Room makes tables and takes them back.
type Room struct {
	Office  *approval.Office
	Plans   *plan.Room
	Lists   *controls.Catalogues
	Systems Systems
	Book    *law.Book
	Clock   func() time.Time
	AsOf    approval.AsOf // of the register that Office reads; zero: as it is
}

// Systems walks the register.
type Systems interface {
	// Each hands every system in the actor's scope to f, in the order of
	// registration, at one snapshot. An error of f ends the walk.
	Each(ctx context.Context, a approval.Actor, f func(approval.System) error) error
}

// column is a column of a table.
type column struct {
	key string // stable, never translated
	sheet.Column
	codes []string // of Pick: what each choice is called in the record
	many  bool     // several choices, separated by ";"
	need  bool     // a table without it is not taken
}

// table is a form with its columns, and its rows as they stand.
type table struct {
	form    Form
	system  string // code, of a form about one system
	columns []column
	frozen  int
	spare   int
	guide   []string
	meta    []sheet.Pair // beside the identity: what the table depends on
	// rows yields the values of a row, a value a column, canonical.
	rows func(yield func([]string, error) bool)
	// drops are the lists of single cells, by row from 1 and column key.
	drops map[int]column
}

// at is the place of a column by key, -1 when there is none.
func (t *table) at(key string) int {
	return slices.IndexFunc(t.columns, func(c column) bool { return c.key == key })
}

// titled is the place of a column by its title, -1 when there is none.
func (t *table) titled(title string) int {
	return slices.IndexFunc(t.columns, func(c column) bool { return c.Title == title })
}

// layout is the columns as the sheet takes them.
func (t *table) layout() []sheet.Column {
	out := make([]sheet.Column, len(t.columns))
	for i, c := range t.columns {
		out[i] = c.Column
	}
	return out
}

// shown is a canonical value as the table shows it: a code by its label.
func (c column) shown(value string) string {
	if c.Kind != sheet.Pick {
		return value
	}
	for i, code := range c.codes {
		if code == value {
			return c.Choices[i]
		}
	}
	return value
}

// ofYesNo is a column of yes or no.
func ofYesNo(c column) column {
	c.Kind, c.Choices, c.codes = sheet.Pick, []string{"Có", "Không"}, []string{"yes", "no"}
	return c
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
