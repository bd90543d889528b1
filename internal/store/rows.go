package store

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// The row structs mirror the tables of migrations; the nouns of approval do
// not know them.

type agencyRow struct {
	bun.BaseModel `bun:"table:agency,alias:g"`

	Code            string `bun:"code,pk"`
	CodeScheme      string `bun:"code_scheme"`
	CodeConfidence  string `bun:"code_confidence"`
	Name            string `bun:"name"`
	NameEN          string `bun:"name_en"`
	Grp             string `bun:"grp"`
	No              int    `bun:"no"`
	Kind            string `bun:"kind"`
	Sector          string `bun:"sector"`
	SpecialisedUnit string `bun:"specialised_unit"`
	AnnexIX         bool   `bun:"annex_ix"`
	EndedOn         string `bun:"ended_on"`
	FoundedOn       string `bun:"founded_on"`
	Successor       string `bun:"successor"`
	Names           string `bun:"names"` // JSON, "" = none
}

type reportedRow struct {
	bun.BaseModel `bun:"table:reported,alias:p"`

	Document    string `bun:"document,pk"`
	Section     string `bun:"section"`
	RowNo       int    `bun:"row_no"`
	Agency      string `bun:"agency,pk"`
	Total       int    `bun:"total"`
	Approved    int    `bun:"approved"`
	ApprovedPct int    `bun:"approved_pct"`
	Deployed    int    `bun:"deployed"`
	DeployedPct int    `bun:"deployed_pct"`
	Reported    bool   `bun:"reported"`
}

type systemRow struct {
	bun.BaseModel `bun:"table:system,alias:s"`

	ID                    int64     `bun:"id,pk,autoincrement"`
	Code                  string    `bun:"code"`
	Version               int64     `bun:"version"`
	Name                  string    `bun:"name"`
	Owner                 string    `bun:"owner"`
	Sector                string    `bun:"sector"`
	OperatorUnit          string    `bun:"operator_unit"`
	OperatorIsSpecialised bool      `bun:"operator_is_specialised"`
	Stage                 string    `bun:"stage"`
	Description           string    `bun:"description"`
	Served                string    `bun:"served"`
	StartedOn             string    `bun:"started_on"`
	Origin                string    `bun:"origin"`
	Target                string    `bun:"target"`
	RegisteredAt          time.Time `bun:"registered_at"`
	RegisteredBy          string    `bun:"registered_by"`
	Facts                 *string   `bun:"facts"`
	Retirement            *string   `bun:"retirement"`
	RetiredAt             time.Time `bun:"retired_at,nullzero"` // of Retirement, for counting
	Was                   *string   `bun:"was"`                 // JSON, NULL = nothing was put in the place of anything

	projection
}

// projection is what follows from the records, kept for lists.
type projection struct {
	Search    string `bun:"search"`
	State     string `bun:"state"`
	Level     int    `bun:"level"`
	Proposed  int    `bun:"proposed"`
	Plan      string `bun:"plan"`
	PlanHolds string `bun:"plan_holds"`
	UntilDay  string `bun:"until_day"`
	Confirmed bool   `bun:"confirmed"`
	Pending   bool   `bun:"pending"`
}

type dossierRow struct {
	bun.BaseModel `bun:"table:dossier,alias:t"`

	SystemID      int64     `bun:"system_id,pk"`
	No            int       `bun:"no,pk"`
	State         string    `bun:"state"`
	Rules         string    `bun:"rules"`
	Edition       string    `bun:"edition"`
	Level         int       `bun:"level"`
	Listed        bool      `bun:"listed"`
	Statement     *string   `bun:"statement"`
	Facts         *string   `bun:"facts"`
	Determination *string   `bun:"determination"`
	Documents     *string   `bun:"documents"`
	Digest        string    `bun:"digest"`
	SubmittedBy   string    `bun:"submitted_by"`
	SubmittedAt   time.Time `bun:"submitted_at,nullzero"`
	Imported      bool      `bun:"imported"`
	Fields        *string   `bun:"fields"`
	Levels        *string   `bun:"levels"`
}

type editorRow struct {
	bun.BaseModel `bun:"table:dossier_editor,alias:t"`

	SystemID  int64  `bun:"system_id,pk"`
	DossierNo int    `bun:"dossier_no,pk"`
	No        int    `bun:"no,pk"`
	Person    string `bun:"person"`
}

// whoRow is the trace of an actor on a row.
type whoRow struct {
	Person   string `bun:"person"`
	Account  string `bun:"account"`
	Capacity string `bun:"capacity"`
	Body     string `bun:"body"`
}

func toWho(w approval.Who) whoRow { return whoRow{w.Person, w.Account, string(w.Capacity), w.Body} }
func (w whoRow) who() approval.Who {
	return approval.Who{Person: w.Person, Account: w.Account, Capacity: law.Role(w.Capacity), Body: w.Body}
}

type reviewRow struct {
	bun.BaseModel `bun:"table:review,alias:t"`

	SystemID  int64  `bun:"system_id,pk"`
	DossierNo int    `bun:"dossier_no,pk"`
	No        int    `bun:"no,pk"`
	Kind      string `bun:"kind"`
	Outcome   string `bun:"outcome"`
	Comment   string `bun:"comment"`
	Digest    string `bun:"digest"`
	whoRow
	At time.Time `bun:"at"`
}

type decisionRow struct {
	bun.BaseModel `bun:"table:decision,alias:t"`

	SystemID  int64  `bun:"system_id,pk"`
	DossierNo int    `bun:"dossier_no,pk"`
	No        int    `bun:"no,pk"`
	Part      string `bun:"part"`
	Outcome   string `bun:"outcome"`
	Number    string `bun:"number"`
	DecidedOn string `bun:"decided_on"`
	UntilDay  string `bun:"until_day"`
	Grounds   string `bun:"grounds"`
	Digest    string `bun:"digest"`
	whoRow
	At time.Time `bun:"at"`
}

type approvalRow struct {
	bun.BaseModel `bun:"table:approval,alias:t"`

	SystemID  int64     `bun:"system_id,pk"`
	No        int       `bun:"no,pk"`
	DossierNo int       `bun:"dossier_no"`
	Level     int       `bun:"level"`
	Rules     string    `bun:"rules"`
	Listed    bool      `bun:"listed"`
	Authority string    `bun:"authority"`
	Number    string    `bun:"number"`
	DecidedOn string    `bun:"decided_on"`
	FromAt    time.Time `bun:"from_at"`
	UntilDay  string    `bun:"until_day"`
}

type confirmationRow struct {
	bun.BaseModel `bun:"table:confirmation,alias:t"`

	SystemID   int64  `bun:"system_id,pk"`
	ApprovalNo int    `bun:"approval_no,pk"`
	Note       string `bun:"note"`
	whoRow
	At time.Time `bun:"at"`
}

type revocationRow struct {
	bun.BaseModel `bun:"table:revocation,alias:t"`

	SystemID   int64  `bun:"system_id,pk"`
	ApprovalNo int    `bun:"approval_no,pk"`
	Ground     string `bun:"ground"`
	Number     string `bun:"number"`
	whoRow
	At time.Time `bun:"at"`
}

type planRow struct {
	bun.BaseModel `bun:"table:plan,alias:t"`

	SystemID     int64  `bun:"system_id,pk"`
	No           int    `bun:"no,pk"`
	ApprovalNo   int    `bun:"approval_no"`
	Status       string `bun:"status"`
	OnDay        string `bun:"on_day"`
	RoadmapUntil string `bun:"roadmap_until"`
	Basis        string `bun:"basis"`
	Holds        string `bun:"holds"`
	Note         string `bun:"note"`
	whoRow
	At time.Time `bun:"at"`
}

type inspectionRow struct {
	bun.BaseModel `bun:"table:inspection,alias:t"`

	SystemID     int64  `bun:"system_id,pk"`
	No           int    `bun:"no,pk"`
	Kind         string `bun:"kind"`
	OnDay        string `bun:"on_day"`
	Number       string `bun:"number"`
	Performer    string `bun:"performer"`
	OpenCritical int    `bun:"open_critical"`
	whoRow
	At time.Time `bun:"at"`
}

type transferRow struct {
	bun.BaseModel `bun:"table:transfer,alias:t"`

	SystemID   int64  `bun:"system_id,pk"`
	No         int    `bun:"no,pk"`
	FromAgency string `bun:"from_agency"`
	ToAgency   string `bun:"to_agency"`
	OnDay      string `bun:"on_day"`
	Kind       string `bun:"kind"`
	Cites      string `bun:"cites"`
	whoRow
	At time.Time `bun:"at"`
}

type entryRow struct {
	bun.BaseModel `bun:"table:entry,alias:e"`

	Seq    int64  `bun:"seq,pk"`
	Object string `bun:"object"`
	Bytes  []byte `bun:"bytes"`
}

type hashRow struct {
	bun.BaseModel `bun:"table:entry_hash,alias:h"`

	I    int64  `bun:"i,pk"`
	Hash []byte `bun:"hash"`
}

type headRow struct {
	bun.BaseModel `bun:"table:ledger_head,alias:l"`

	ID   int    `bun:"id,pk"`
	Size int64  `bun:"size"`
	Root []byte `bun:"root"`
}

// toJSON stores a value as JSON text, NULL for nil.
func toJSON[T any](v *T) (*string, error) {
	if v == nil {
		return nil, nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	s := string(b)
	return &s, nil
}

// fromJSON reads back what toJSON stored.
func fromJSON[T any](s *string) (*T, error) {
	if s == nil {
		return nil, nil
	}
	v := new(T)
	if err := json.Unmarshal([]byte(*s), v); err != nil {
		return nil, fmt.Errorf("decode %T: %w", v, err)
	}
	return v, nil
}
