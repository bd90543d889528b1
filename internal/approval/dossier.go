package approval

import (
	"slices"
	"time"

	"capdo/forms"
	"capdo/internal/law"
)

// DossierState is the state of a dossier.
type DossierState string

// The states of a dossier. draft and returned are in the applicant's hands.
const (
	Draft     DossierState = "draft"
	Submitted DossierState = "submitted"
	Opined    DossierState = "opined" // levels 4–5: professional opinion given
	Returned  DossierState = "returned"
	Appraised DossierState = "appraised" // found fit
	Unfit     DossierState = "unfit"
	Approved  DossierState = "approved"
	Refused   DossierState = "refused"
	Withdrawn DossierState = "withdrawn" // closed because the system retired
)

// Open tells whether somebody still has to act on the dossier.
func (s DossierState) Open() bool {
	switch s {
	case Draft, Submitted, Opined, Returned, Appraised:
		return true
	}
	return false
}

// Editable tells whether the applicant may change the dossier.
func (s DossierState) Editable() bool { return s == Draft || s == Returned }

// Dossier is one level dossier of a system.
type Dossier struct {
	No            int                `json:"no"` // 1, 2, … within the system
	State         DossierState       `json:"state"`
	Rules         law.RuleSet        `json:"rules"`
	Edition       string             `json:"edition"` // edition of the form
	Level         law.Level          `json:"level"`   // proposed; 0 while not stated
	Listed        bool               `json:"listed"`  // follows the level-5 procedure (NĐ 331 Điều 20.4)
	Statement     forms.Answers      `json:"statement"`
	Facts         *law.Facts         `json:"facts"`         // frozen at submission
	Determination *law.Determination `json:"determination"` // frozen at submission
	Digest        string             `json:"digest"`        // of what was submitted; decisions name it
	Editors       []string           `json:"editors"`       // persons who drafted, submitted, or stated the facts submitted
	SubmittedBy   Who                `json:"submitted_by"`
	SubmittedAt   time.Time          `json:"submitted_at"`
	Reviews       []Review           `json:"reviews"`
	Decisions     []Decision         `json:"decisions"`
	Imported      bool               `json:"imported"`

	Fields map[string]FieldMark `json:"fields,omitempty"` // where each field of the statement stands
	Saved  []FieldSave          `json:"-"`                // to be stored with the dossier; nothing when loaded
	// Absent while there are none, so that older digests still hold.
	Documents []Enclosure `json:"documents,omitempty"` // handed in with the round in hand
	Rounds    []Round     `json:"rounds,omitempty"`    // every submission as it was handed in
	Receipts  []Receipt   `json:"receipts,omitempty"`  // checks of the valid dossier
	Levels    []LevelMark `json:"levels,omitempty"`    // Level since when; the first mark is when it was begun

	Consulting []Consultation `json:"-"` // of other bodies; a record of its own (ConsultationObject)

	lent map[string]string // person -> hand that another had under their delegation; see lenders
}

// Review is an opinion or an appraisal of one submission.
type Review struct {
	Kind    ReviewKind `json:"kind"`
	Outcome Outcome    `json:"outcome"`
	Comment string     `json:"comment"`
	Digest  string     `json:"digest"` // of the submission reviewed
	By      Who        `json:"by"`
	At      time.Time  `json:"at"`
}

// ReviewKind tells an opinion from an appraisal.
type ReviewKind string

// The kinds of review.
const (
	Opinion   ReviewKind = "opinion"
	Appraisal ReviewKind = "appraisal"
)

// Outcome is the conclusion of a review or of a decision.
type Outcome string

// The outcomes.
const (
	Agree     Outcome = "agree"
	Disagree  Outcome = "disagree"
	FindFit   Outcome = "fit"
	FindUnfit Outcome = "unfit"
	SendBack  Outcome = "return"
	Approve   Outcome = "approve"
	RefuseIt  Outcome = "refuse"
)

// Decision is the decision of one authority on one part of a dossier.
type Decision struct {
	Part      string    `json:"part"` // level, plan, list (law.ApprovalPart)
	Outcome   Outcome   `json:"outcome"`
	Number    string    `json:"number"`
	DecidedOn law.Day   `json:"decided_on"`
	Until     law.Day   `json:"until"` // last valid day, "" = no term
	Grounds   string    `json:"grounds"`
	Digest    string    `json:"digest"`
	By        Who       `json:"by"`
	At        time.Time `json:"at"`
}

// Approval is an approved level in force from a moment on.
type Approval struct {
	No           int           `json:"no"`
	Dossier      int           `json:"dossier"`
	Level        law.Level     `json:"level"`
	Rules        law.RuleSet   `json:"rules"`
	Listed       bool          `json:"listed"`
	Authority    law.Role      `json:"authority"`
	Number       string        `json:"number"`
	DecidedOn    law.Day       `json:"decided_on"`
	From         time.Time     `json:"from"`
	Until        law.Day       `json:"until"` // last valid day, "" = no term
	Confirmation *Confirmation `json:"confirmation"`
	Revocation   *Revocation   `json:"revocation"`
}

// Confirmation is the regulator's word that the approval is on record.
type Confirmation struct {
	Note string    `json:"note"`
	By   Who       `json:"by"`
	At   time.Time `json:"at"`
}

// Revocation ends an approval.
type Revocation struct {
	Ground string    `json:"ground"`
	Number string    `json:"number"`
	By     Who       `json:"by"`
	At     time.Time `json:"at"`
}

// touched notes that a person had a hand in what is submitted: text or facts.
func (d *Dossier) touched(person string) {
	if !slices.Contains(d.Editors, person) {
		d.Editors = append(d.Editors, person)
	}
}

// handOf returns what the person already did on the dossier, or had done by who
// acted under a delegation of theirs: "edit", "opinion", "appraisal",
// "consulted", "decision", or "" for nothing. Four eyes stand on it.
func (d *Dossier) handOf(person string) string {
	if h := d.ownHand(person); h != "" {
		return h
	}
	return d.lent[person]
}

// ownHand is handOf without delegations.
func (d *Dossier) ownHand(person string) string {
	if slices.Contains(d.Editors, person) {
		return "edit"
	}
	for _, r := range d.Reviews {
		if r.By.Person == person {
			return string(r.Kind)
		}
	}
	for _, r := range d.Receipts {
		if r.By.Person == person {
			return string(Appraisal) // the check is the appraiser's hand
		}
	}
	for _, c := range d.Consulting {
		if c.By.Person == person && c.Kind == ConsultAnswer {
			return "consulted"
		}
		if c.By.Person == person {
			return string(Appraisal) // whoever asks leads the appraisal
		}
	}
	for _, x := range d.Decisions {
		if x.By.Person == person {
			return "decision"
		}
	}
	return ""
}

// HandOf is what a person already did on the dossier: "edit", "opinion",
// "appraisal", "consulted", "decision", or "" for nothing.
func (d *Dossier) HandOf(person string) string { return d.handOf(person) }

// NoteLenders notes whose hands others had in the dossiers of s, as its entries tell.
func (s *System) NoteLenders(es []Entry) {
	for _, e := range es {
		lender := e.Detail[lentBy]
		if lender == "" {
			continue
		}
		for i := range s.Dossiers {
			if d := &s.Dossiers[i]; d.heard(e.By.Person, e.At) {
				if d.lent == nil {
					d.lent = map[string]string{}
				}
				d.lent[lender] = d.ownHand(e.By.Person)
			}
		}
	}
}

// heard tells whether a person judged the dossier, or was asked about it, at that
// moment.
func (d *Dossier) heard(person string, at time.Time) bool {
	said := func(by Who, t time.Time) bool { return by.Person == person && t.Equal(at) }
	return slices.ContainsFunc(d.Reviews, func(x Review) bool { return said(x.By, x.At) }) ||
		slices.ContainsFunc(d.Receipts, func(x Receipt) bool { return said(x.By, x.At) }) ||
		slices.ContainsFunc(d.Consulting, func(x Consultation) bool { return said(x.By, x.At) }) ||
		slices.ContainsFunc(d.Decisions, func(x Decision) bool { return said(x.By, x.At) })
}

// decided tells which part a decision already approved.
func (d *Dossier) decided(part string) bool {
	return slices.ContainsFunc(d.Decisions, func(x Decision) bool {
		return x.Part == part && x.Outcome == Approve && x.Digest == d.Digest
	})
}
