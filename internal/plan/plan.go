// Package plan is the security plan of a system, control by control, and what
// falls due from it.
//
//	phương án bảo đảm an toàn         Plan (one a system; its rows are final)
//	biện pháp, yêu cầu                controls.Control, named by a Key
//	kết quả của một biện pháp         Answer (Result)
//	bằng chứng                        Evidence
//	kiểm tra của người khác           Check
//	nền tảng dùng chung cho kế thừa   Offer; Result Inherited names its origin
//	việc còn thiếu, lộ trình          Gap, Roadmap
//	phát hiện khi kiểm tra            Finding, Closing
//	việc định kỳ đã làm               Deed
//	sự cố, báo cáo sự cố              Incident, Report
//	diễn tập, kinh phí của một năm    Year
//	việc đến hạn                      Item (see Due)
//
// The approved level and its rule set, else those proposed, select the list of
// controls. An officer of the operating unit answers each; an answer is a final
// row, the next one about the same control stands in its place. Whoever is
// another person than the one who answered may check an answer. Declared,
// verified and expired are three numbers: what was claimed, what of it another
// person has checked, and what of it no longer holds because its evidence, or
// that of its origin, has run out. How far the plan is deployed is computed.
//
// What is inherited is never copied: every reading asks the plan of the origin
// again, so that what lapses there lapses everywhere at once.
//
// The rules are pure; acts are one transaction each, with an entry in the
// ledger under plan:CODE or year:AGENCY/YEAR.
package plan

import (
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Plan is everything said about the controls of one system. Rows only grow.
type Plan struct {
	System    string     `json:"system"`
	Version   int64      `json:"version"` // number of rows
	Answers   []Answer   `json:"answers,omitempty"`
	Checks    []Check    `json:"checks,omitempty"`
	Offers    []Offer    `json:"offers,omitempty"`
	Findings  []Finding  `json:"findings,omitempty"`
	Closings  []Closing  `json:"closings,omitempty"`
	Deeds     []Deed     `json:"deeds,omitempty"`
	Incidents []Incident `json:"incidents,omitempty"`
	Reports   []Report   `json:"reports,omitempty"`

	// Files are the documents attached to its controls as they now stand, which
	// have entries of their own in the ledger; those removed are left out.
	Files []approval.Attached `json:"-"`
}

// Object names the plan of a system in the ledger.
func Object(system string) string { return "plan:" + system }

// Digest is the SHA-256, in hex, of the JSON of the plan.
func (p Plan) Digest() (string, error) { return approval.Digest(p) }

// List is what is to be fulfilled: a level under a rule set.
type List struct {
	Rules law.RuleSet `json:"rules"`
	Level law.Level   `json:"level"`
}

// Result is what is said of a control.
type Result string

// The results of a control; unanswered is the absence of an answer.
const (
	Unanswered    Result = "unanswered"
	Met           Result = "met"
	Partly        Result = "partly"
	NotMet        Result = "not_met"
	NotApplicable Result = "not_applicable" // with its reason
	Inherited     Result = "inherited"      // from the plan of a platform
)

// Results lists what may be said of a control, in the order of the pages.
func Results() []Result { return []Result{Met, Partly, NotMet, NotApplicable, Inherited} }

// Mark is who put a row there, and when.
type Mark struct {
	No int          `json:"no"` // of the row in the plan: 1, 2, …
	By approval.Who `json:"by"`
	At time.Time    `json:"at"`
}

// Answer says how a control stands.
type Answer struct {
	Mark
	List
	Key      string     `json:"key"`
	Result   Result     `json:"result"`
	How      string     `json:"how,omitempty"`    // how it is met; the reason when not applicable
	Origin   string     `json:"origin,omitempty"` // code of the platform, of Inherited only
	Evidence []Evidence `json:"evidence,omitempty"`
	Role     string     `json:"role,omitempty"` // key of law.Book.PlanRoles; never a person
	Due      law.Day    `json:"due,omitempty"`  // by when what lacks will be done
	Cost     string     `json:"cost,omitempty"` // key of law.Book.CostClasses
	Note     string     `json:"note,omitempty"`
}

// EvidenceKind is what a piece of evidence is.
type EvidenceKind string

// The kinds of evidence.
const (
	File     EvidenceKind = "file"     // a document attached to the control; in old answers a name only
	Link     EvidenceKind = "link"     // an https address
	Document EvidenceKind = "document" // an issued document, by its number
)

// Evidence is one piece of evidence with its day and its last good day.
type Evidence struct {
	Kind  EvidenceKind `json:"kind"`
	Ref   string       `json:"ref"`
	On    law.Day      `json:"on,omitempty"`
	Until law.Day      `json:"until,omitempty"` // "" = no end

	Document int    `json:"document,omitempty"` // of File: its number within the system, 0 = a name only
	SHA256   string `json:"sha256,omitempty"`   // of File: its content when it was named, hex
}

// Check is another person's word on one answer, or on the closing of a finding.
type Check struct {
	Mark
	Answer  int     `json:"answer"`            // number of the answer, 0 of a closing
	Closing int     `json:"closing,omitempty"` // number of the closing
	Outcome Outcome `json:"outcome"`
	Note    string  `json:"note,omitempty"`
}

// Outcome is what a check came to.
type Outcome string

// The outcomes of a check; Withdrawn takes an earlier acceptance back.
const (
	Accepted  Outcome = "accepted"
	Lacking   Outcome = "lacking"
	Withdrawn Outcome = "withdrawn"
)

// Offer states which controls of a list a platform offers for others to
// inherit; it replaces the offer before it.
type Offer struct {
	Mark
	List
	Keys []string `json:"keys,omitempty"`
	To   Audience `json:"to"`
}

// Audience is who may inherit.
type Audience string

// The audiences of an offer.
const (
	OwnBody   Audience = "body"   // systems of the same owner
	EveryBody Audience = "nation" // systems of every owner
)

// Finding is what an inspection or an incident brought to light.
type Finding struct {
	Mark
	On       law.Day `json:"on"`
	Says     string  `json:"says"`
	Key      string  `json:"key,omitempty"` // control concerned
	Critical bool    `json:"critical,omitempty"`
	Role     string  `json:"role"`
	Due      law.Day `json:"due"`
	Cost     string  `json:"cost,omitempty"`
}

// Closing ends a finding, with evidence; see End.
type Closing struct {
	Mark
	Finding  int        `json:"finding"`
	Evidence []Evidence `json:"evidence"`
	Note     string     `json:"note,omitempty"`
}

// Deed is a periodic activity that was done: a penetration test, a restore
// test, a review of accounts.
type Deed struct {
	Mark
	Activity  string  `json:"activity"` // as in law.Review
	On        law.Day `json:"on"`
	Number    string  `json:"number,omitempty"`
	Performer string  `json:"performer"` // a body or unit
}

// Incident is a security incident of the system.
type Incident struct {
	Mark
	Happened time.Time `json:"happened"`
	Severe   bool      `json:"severe"`  // the 24 h clock runs
	AtOnce   bool      `json:"at_once"` // signs against national security or order, or a serious outage
	Says     string    `json:"says"`
}

// Report is what was sent about an incident, or its end.
type Report struct {
	Mark
	Incident int       `json:"incident"`
	Step     Step      `json:"step"`
	Sent     time.Time `json:"sent"`
	Number   string    `json:"number,omitempty"`
	Says     string    `json:"says,omitempty"`
}

// Step is a step in the life of an incident.
type Step string

// The steps of an incident; the first three are clocks of the decree.
const (
	AtOnce Step = "at_once"
	First  Step = "first"
	Full   Step = "report"
	Closed Step = "closed"
)

// answerOf returns the latest answer about a control of a list, nil when none.
func (p *Plan) answerOf(at List, key string) *Answer {
	for i := len(p.Answers) - 1; i >= 0; i-- {
		if a := &p.Answers[i]; a.List == at && a.Key == key {
			return a
		}
	}
	return nil
}

// answer returns an answer by number.
func (p *Plan) answer(no int) *Answer {
	for i := range p.Answers {
		if p.Answers[i].No == no {
			return &p.Answers[i]
		}
	}
	return nil
}

// checked returns the latest check of an answer, nil when none.
func (p *Plan) checked(no int) *Check {
	for i := len(p.Checks) - 1; i >= 0; i-- {
		if p.Checks[i].Answer == no {
			return &p.Checks[i]
		}
	}
	return nil
}

// offered tells whether the plan offers a control of a rule set to the owner
// to, from its list of a level not below at's; the level of that list.
func (p *Plan) offered(at List, key, owner, to string) (List, bool) {
	latest := map[List]Offer{}
	for _, o := range p.Offers {
		latest[o.List] = o
	}
	for level := at.Level; level.Valid(); level++ {
		o, ok := latest[List{at.Rules, level}]
		if !ok || o.To != EveryBody && owner != to {
			continue
		}
		for _, k := range o.Keys {
			if k == key {
				return o.List, true
			}
		}
	}
	return List{}, false
}

// OffersNation tells whether an offer that stands reaches every body.
func (p *Plan) OffersNation() bool {
	latest := map[List]Offer{}
	for _, o := range p.Offers {
		latest[o.List] = o
	}
	for _, o := range latest {
		if o.To == EveryBody && len(o.Keys) > 0 {
			return true
		}
	}
	return false
}

// Answered tells whether any control of the system was ever answered.
func (p *Plan) Answered() bool { return len(p.Answers) > 0 }

// ListOf is the list a system follows: that of its approval in force, else of
// the level proposed under the rules in force; false while no level is known.
func ListOf(st approval.Standing, now law.RuleSet) (List, bool) {
	at := List{now, st.Proposed}
	if a := st.Approval; a != nil {
		at = List{a.Rules, a.Level}
	}
	return at, at.Level.Valid() && at.Rules != ""
}
