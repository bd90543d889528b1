// Package statement is what agencies report of themselves, set beside the
// register: taken in as printed, compared, and settled difference by difference.
//
//	bảng số liệu báo cáo          Statement (one agency, one day; final)
//	ô nguồn                       the Cell of a Figure or a Line
//	ghép với hệ thống trong sổ    a Note of kind Match; Candidate proposes
//	chênh lệch                    Difference, named by a Key that stays
//	đầu mối, cách xử lý, lịch sử  the Notes on a Key
//
// Nothing of a statement is ever corrected: what stands there is what was
// printed, with the cell it came from. Differences are not stored. They are
// derived each time from the statement, the register as it is, and the notes;
// what a person said of a difference is found by its key. Which line of a list is
// which system a person says; the program proposes, with reasons, and decides
// nothing. A body that sent no statement is silent, which is not zero.
package statement

import (
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Statement is one agency's table as it was handed in.
type Statement struct {
	ID      string       `json:"id"` // BC-000001
	Agency  string       `json:"agency"`
	Title   string       `json:"title"`  // of the paper it stands in
	On      law.Day      `json:"on"`     // the day its figures speak of
	Source  string       `json:"source"` // SHA-256 of the file, "" typed in
	Figures []Figure     `json:"figures,omitempty"`
	Lines   []Line       `json:"lines,omitempty"`
	By      approval.Who `json:"by"`
	At      time.Time    `json:"at"`
	Notes   []Note       `json:"notes,omitempty"`
}

// Object names a statement in the ledger.
func Object(id string) string { return "statement:" + id }

// Digest is the SHA-256, in hex, of the JSON of the statement with its notes.
func (s Statement) Digest() (string, error) { return approval.Digest(s) }

// Field is a figure that a table may print.
type Field string

// The figures, in the order of Annex IX.
const (
	Total       Field = "total"
	Approved    Field = "approved"
	ApprovedPct Field = "approved_pct"
	Deployed    Field = "deployed"
	DeployedPct Field = "deployed_pct"
)

// Fields lists them.
func Fields() []Field { return []Field{Total, Approved, ApprovedPct, Deployed, DeployedPct} }

// Figure is a printed figure. One that was not printed is absent: it is not zero.
type Figure struct {
	Field Field  `json:"field"`
	Value int    `json:"value"`
	Text  string `json:"text"` // as printed
	Cell  string `json:"cell"` // such as B3; "" typed into the form
}

// Line is one system as the table lists it. What it leaves open is zero.
type Line struct {
	No       int                 `json:"no"`   // row of the file
	Cell     string              `json:"cell"` // of the name
	Name     string              `json:"name"`
	Code     string              `json:"code,omitempty"`
	Level    law.Level           `json:"level,omitempty"`
	Approved string              `json:"approved,omitempty"` // "yes", "no"
	Plan     approval.PlanStatus `json:"plan,omitempty"`
}

// Figure returns a printed figure; false when the table prints none.
func (s *Statement) Figure(f Field) (Figure, bool) {
	for _, x := range s.Figures {
		if x.Field == f {
			return x, true
		}
	}
	return Figure{}, false
}

// Kind is what a note says.
type Kind string

// The kinds of note.
const (
	Match   Kind = "match"   // a line is the system Code; "" = it stands in no register
	Assign  Kind = "assign"  // the difference Key is for Owner to settle
	Resolve Kind = "resolve" // the difference Key is settled, by Outcome
	Reopen  Kind = "reopen"  // it is not, after all
)

// Outcome is how a difference was settled.
type Outcome string

// The outcomes.
const (
	ReportWrong   Outcome = "report_wrong"   // the next report puts it right
	RegisterWrong Outcome = "register_wrong" // the register is being put right by its own acts
	Explained     Outcome = "explained"      // both are right, for the reason given
)

// Outcomes lists them.
func Outcomes() []Outcome { return []Outcome{ReportWrong, RegisterWrong, Explained} }

// Note is one thing said about a statement. Rows of it are final.
type Note struct {
	No      int          `json:"no"`
	Kind    Kind         `json:"kind"`
	Line    int          `json:"line,omitempty"`
	Code    string       `json:"code,omitempty"`
	Key     string       `json:"key,omitempty"`
	Owner   string       `json:"owner,omitempty"` // role that settles it: see Owners
	Outcome Outcome      `json:"outcome,omitempty"`
	Comment string       `json:"comment,omitempty"`
	By      approval.Who `json:"by"`
	At      time.Time    `json:"at"`
}

// Owners lists the roles that may be named to settle a difference.
func Owners() []law.Role {
	return []law.Role{law.RoleOperator, law.RoleSpecialisedUnit, law.RoleOwner, law.RoleMPS}
}

// matched returns which system a person said a line is; said is false while
// nobody did.
func (s *Statement) matched(line int) (code string, said bool) {
	for i := len(s.Notes) - 1; i >= 0; i-- {
		if n := &s.Notes[i]; n.Kind == Match && n.Line == line {
			return n.Code, true
		}
	}
	return "", false
}
