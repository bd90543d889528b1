package report

import "capdo/internal/reconcile"

// Official is what every paper of the administration carries.
type Official struct {
	Day         string   // "2006-01-02": the day the data speak of and the paper is dated
	Issuer      Issuer   // head of page 1, left
	Number      string   // ordinal of the paper; empty: dotted, to be filled in by hand
	Addressees  []string // "Kính gửi"; may be empty
	Bases       []string // legal bases in italics, without ";" at the end
	Recipients  []string // "Nơi nhận" beside "Như trên" and "Lưu"
	SignerTitle string   // capacity and office; "\n" starts a new line
	Known       string   // up to when the record is known, as shown: "hết ngày 30/09/2026"; "" is not said
	Ledger      Ledger
	LawDigest   string // digest of the rule book that the paper was made by
	LawThen     string // digest of the one that the record went by then; "" the same
	Simulated   bool   // some figure shown is simulated: every page and table says so
	CheckAt     string // what the address in the code begins with, up to a slash: "https://HOST/r/"
	Vouch       Vouch  `json:"-"` // nil: the paper carries no code

	// Row is called before each row of a table is set; an error ends the paper.
	// nil: nobody watches.
	Row func() error `json:"-"`
}

// Vouch says of a file of this digest (pdf.Draft.Digest) what can be checked
// later: a token of ASCII, which ends the address that is drawn on the paper as a
// QR code. The same digest must give the same token, so that the same paper has
// the same bytes.
type Vouch func(digest [32]byte) (token string, err error)

// Issuer is the body in whose name the paper goes out.
type Issuer struct {
	Parent string // direct superior, may be empty
	Body   string
	Abbrev string // in the paper's symbol: "Số: 01/BC-<Abbrev>"
	Place  string // before the date
}

// Ledger identifies the record the figures were taken from.
type Ledger struct {
	Size int64  // entries
	Root string // tree head
}

// Source says where a printed figure stands.
type Source struct {
	Document string
	Section  string
	Row      int // 0: not in a table
	Line     int // of the copy it was read from, which has no pages; 0: not known
}

// NationalReport is the input of the national report.
type NationalReport struct {
	Official
	Source    string // name of the printed document, as the body cites it
	Stated    []Stated
	Agencies  []AgencyRow // in the order of the printed table
	Levels    []LevelRow  // in the order to be shown
	Deadlines []Deadline
	Notes     []string // remarks on the data, one paragraph each

	Statements []StatementRow // the latest table of each body that sent one
	Open       []OpenRow      // where these part from the register, or from themselves, and nobody settled it
	MoreOpen   int            // of those left out for their number
	Silent     []string       // bodies that sent none
}

// StatementRow is a body's own table beside the register: each figure as reported,
// as the register gives it, and as far as the regulator has confirmed it.
type StatementRow struct {
	ID, Agency, Day string
	Figures         [3]Triple // systems, approved, deployed
}

// Triple is a figure three times over; Reported is "" where the table prints none.
type Triple struct {
	Reported           string
	Register, Verified int
}

// OpenRow is a difference that nobody settled.
type OpenRow struct {
	ID, Agency, Kind, What       string
	Reported, Register, Verified string
	Size                         int
	Owner                        string // whose it is to settle, in words; "" nobody's yet
}

// Counts are systems of the register as of the day.
type Counts struct{ Total, Approved, Deployed int }

// AgencyRow sets one agency's printed row beside the register.
type AgencyRow struct {
	reconcile.Row
	Code     string // identifier shown in Annex III, may be empty
	Register Counts
	Source   Source
}

// Keys of Stated: the names of reconcile.ExpectNames without "expect_", and
// these two, agencies below 50 % as the text counts them.
const (
	StatedApprovedBelow = "approved_below_half"
	StatedDeployedBelow = "deployed_below_half"
)

// Stated is a figure quoted in the running text of the printed document.
type Stated struct {
	Key    string
	Value  int
	Source Source
}

// LevelRow is one level: what the text states beside the register.
type LevelRow struct {
	Level    int
	Stated   int // 0: not stated
	Register Counts
}

// Tasks of a Deadline.
const (
	TaskApprove = "approve"
	TaskDeploy  = "deploy"
)

// Deadline is a day by which every system had to be approved, or deployed.
type Deadline struct {
	Task  string // TaskApprove or TaskDeploy
	Day   string // "2006-01-02"
	Basis string // instrument that set it
}

// SystemReport is the input of the report on one system. All strings are shown
// as given; days are "2006-01-02", empty where there is none.
type SystemReport struct {
	Official
	System       Identity
	Level        Level  // under the rules in force
	Shadow       *Level // under the other rule set; nil: not computed
	Dossiers     []Dossier
	Approvals    []Approval
	Confirmation *Confirmation
	Plan         Plan
	Gate         Gate
	History      []Event
}

// Identity names the system and those who answer for it.
type Identity struct{ Code, Name, Owner, Operator, Stage string }

// Level is a level with the clauses it follows from; Level 0: undetermined.
type Level struct {
	Level   int
	RuleSet string
	Clauses []Clause
}

// Clause is one rule that speaks.
type Clause struct {
	Cite string // article, clause, point, instrument
	Says string
}

// Dossier is one level dossier.
type Dossier struct {
	Code, State, Submitted string
	Level                  int
}

// Approval is one decision.
type Approval struct {
	Number, Day, Authority string
	Level                  int
	From, Until            string // Until empty: without term
	Revoked, Reason        string // day and reason; empty: stands
}

// Confirmation is the security confirmation handed to the gateway.
type Confirmation struct{ Number, Day, By, Until string }

// Plan is the state of the security plan.
type Plan struct{ State, Day, Remark string }

// Gate is the answer given to the gateway on the day.
type Gate struct {
	Open    bool
	Answer  string // the answer in words
	Reasons []Reason
}

// Reason is one ground of the answer.
type Reason struct{ Code, Says, Basis string }

// Event is one entry of the system's history.
type Event struct {
	Time    string // as shown
	Act     string
	By      string // capacity, not a name
	Comment string
}
