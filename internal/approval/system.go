package approval

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"capdo/internal/law"
)

// Stage says where in its life a system stands when it is registered; a new or
// upgraded system must have its plan deployed in full before it operates
// (TT 12/2022 Điều 9.6, NĐ 331/2026 Điều 30.6).
type Stage string

// The stages of a system.
const (
	Operating Stage = "operating"
	New       Stage = "new"
	Upgrade   Stage = "upgrade"
)

// Origin says where a record of the register comes from.
type Origin string

// The origins of a record.
const (
	Registered Origin = "registered" // by an officer, through the office
	Simulated  Origin = "simulated"  // generated so that sums equal the 2024 report; not a real system
	Listed     Origin = "ndxp_list"  // named in a published list of the exchange; standing unknown
)

// Agency is a body that owns or operates systems.
type Agency struct {
	Code            string     `json:"code"`
	CodeScheme      string     `json:"code_scheme"`     // qd20 or capdo (ours, provisional)
	CodeConfidence  string     `json:"code_confidence"` // how sure the code is
	Name            string     `json:"name"`
	NameEN          string     `json:"name_en"`
	Group           string     `json:"group"`          // ministry, province, outside
	No              int        `json:"no"`             // row in the group of Annex IX, 0 outside
	Kind            string     `json:"kind,omitempty"` // city, province, ministry, …; "" = not known
	Sector          law.Sector `json:"sector"`
	SpecialisedUnit string     `json:"specialised_unit"`
	AnnexIX         bool       `json:"annex_ix"`             // one of the 91
	EndedOn         law.Day    `json:"ended_on,omitempty"`   // last day of existence, "" = lives on
	FoundedOn       law.Day    `json:"founded_on,omitempty"` // first day of existence, "" = before the register began
	// Names are what it was called, oldest first; absent while it never changed,
	// so that older digests still hold. The fields above are those of today.
	Names     []AgencyName `json:"names,omitempty"`
	Successor string       `json:"successor,omitempty"` // code of the one body that took everything over; "" when split up
}

// Formal is the agency's name as the head of an official paper has it: a
// province acts through its people's committee.
func (a Agency) Formal() string {
	switch a.Kind {
	case "province":
		return "Ủy ban nhân dân tỉnh " + a.Name
	case "city":
		return "Ủy ban nhân dân thành phố " + a.Name
	}
	return a.Name
}

// System is an information system with everything that happened to it. It is
// loaded and saved as one; its digest is what the ledger remembers.
type System struct {
	ID           int64      `json:"-"`
	Code         string     `json:"code"`
	Version      int64      `json:"version"`
	Name         string     `json:"name"`
	Owner        string     `json:"owner"` // agency code, today's; exactly one (NĐ 331/2026 Điều 8.1.a); see OwnerAt
	Sector       law.Sector `json:"sector"`
	OperatorUnit string     `json:"operator_unit"`
	// OperatorIsSpecialised: the specialised unit operates the system itself,
	// so an independent council appraises (TT 12 Điều 6, NĐ 331 Điều 18.4).
	OperatorIsSpecialised bool         `json:"operator_is_specialised"`
	Stage                 Stage        `json:"stage"`
	Description           string       `json:"description"`
	Served                string       `json:"served"`
	StartedOn             law.Day      `json:"started_on"`
	Origin                Origin       `json:"origin"`
	Target                string       `json:"target"` // target id of law.Book.RequiredLevel, usually empty
	RegisteredAt          time.Time    `json:"registered_at"`
	RegisteredBy          Who          `json:"registered_by"`
	Facts                 *Facts       `json:"facts"`
	Retirement            *Retirement  `json:"retirement"`
	Dossiers              []Dossier    `json:"dossiers"`
	Approvals             []Approval   `json:"approvals"`
	Plans                 []Plan       `json:"plans"`
	Inspections           []Inspection `json:"inspections"`
	Transfers             []Transfer   `json:"transfers,omitempty"` // by day; absent while none, so that older digests still hold
	Suspensions           []Suspension `json:"suspensions,omitempty"`
	Was                   []Was        `json:"was,omitempty"` // oldest first; see Then
}

// Was is what the register said of a system until an act put something else in
// its place. It is kept, so that what was known on a day can be told later.
type Was struct {
	Until                 time.Time `json:"until"`
	Name                  string    `json:"name"`
	OperatorUnit          string    `json:"operator_unit"`
	OperatorIsSpecialised bool      `json:"operator_is_specialised"`
	Stage                 Stage     `json:"stage"`
	Description           string    `json:"description"`
	Served                string    `json:"served"`
	StartedOn             law.Day   `json:"started_on"`
	Facts                 *Facts    `json:"facts"`
}

// keep notes what the register says before an act at t says otherwise.
func (s *System) keep(t time.Time) {
	s.Was = append(slices.Clip(s.Was), Was{Until: t, Name: s.Name, OperatorUnit: s.OperatorUnit, OperatorIsSpecialised: s.OperatorIsSpecialised, Stage: s.Stage,
		Description: s.Description, Served: s.Served, StartedOn: s.StartedOn, Facts: s.Facts})
}

// Facts are the facts of a system as stated, and by whom. Named is the level
// that the rules in force that day made of them, 0 when they named none.
type Facts struct {
	law.Facts
	Named law.Level `json:"named"`
	By    Who       `json:"by"`
	At    time.Time `json:"at"`
}

// Plan is one declaration of how far the plan of an approved dossier is
// deployed.
type Plan struct {
	Approval     int        `json:"approval"` // number of the approval whose plan this is
	Status       PlanStatus `json:"status"`
	On           law.Day    `json:"on"`            // day the status was reached
	RoadmapUntil law.Day    `json:"roadmap_until"` // last day of the roadmap; part only
	Basis        Basis      `json:"basis,omitempty"`
	Holds        law.Day    `json:"holds,omitempty"` // last day on which it stays true by time alone; "" = no end. ByControls only
	Note         string     `json:"note"`
	By           Who        `json:"by"`
	At           time.Time  `json:"at"`
}

// Ends is the first instant at which a declaration is no longer true by time
// alone; zero when it has no end.
func (p Plan) Ends() time.Time {
	if p.Holds == "" {
		return time.Time{}
	}
	return p.Holds.Time().AddDate(0, 0, 1)
}

// Basis is what a declared plan rests on.
type Basis string

// The bases of a declaration; what came in or was declared before any control
// was answered has none.
const (
	ByWord     Basis = ""         // an officer's word
	ByControls Basis = "controls" // computed from the controls
)

// PlanStatus is how far a plan is deployed (Mẫu 08 of NĐ 331/2026).
type PlanStatus string

// The plan statuses.
const (
	PlanNone PlanStatus = "none"
	PlanPart PlanStatus = "part"
	PlanFull PlanStatus = "full"
)

// Inspection is a check on record: an inspection, a risk assessment, or the
// minutes that confirm security before a connection to NDOP.
type Inspection struct {
	Kind         InspectionKind `json:"kind"`
	On           law.Day        `json:"on"`
	Number       string         `json:"number"`
	Performer    string         `json:"performer"`
	OpenCritical int            `json:"open_critical"`
	By           Who            `json:"by"`
	At           time.Time      `json:"at"`
}

// InspectionKind is the kind of a check.
type InspectionKind string

// The kinds of check.
const (
	InspectionCheck   InspectionKind = "inspection"
	InspectionRisk    InspectionKind = "risk_assessment"
	InspectionMinutes InspectionKind = "minutes"
)

// Retirement ends a system.
type Retirement struct {
	Ground string    `json:"ground"`
	By     Who       `json:"by"`
	At     time.Time `json:"at"`
}

// Digest is the SHA-256, in hex, of the canonical form of the system: the JSON
// of the whole aggregate, fields in declaration order, times in UTC.
func (s System) Digest() (string, error) { return Digest(s) }

// Digest is the SHA-256, in hex, of the JSON of a record.
func Digest(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("digest %T: %w", v, err)
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:]), nil
}

// Last returns the latest dossier, nil when there is none.
func (s *System) Last() *Dossier {
	if len(s.Dossiers) == 0 {
		return nil
	}
	return &s.Dossiers[len(s.Dossiers)-1]
}

// Open returns the dossier in hand, nil when the latest one is decided or
// there is none.
func (s *System) Open() *Dossier {
	if d := s.Last(); d != nil && d.State.Open() {
		return d
	}
	return nil
}
