package law

import "slices"

// Policy holds the switches of the gate and of the clocks that are choices of
// the service, not words of the law.
type Policy struct {
	ConfirmationRequired bool         `json:"confirmation_required"`      // a level opens a connection only once confirmed
	RoadmapAllows        bool         `json:"roadmap_allows"`             // a dated roadmap allows a partly deployed plan for a time
	InspectionOverdue    string       `json:"inspection_overdue"`         // warn or deny
	MinutesMonths        int          `json:"minutes_months"`             // life of the security confirmation minutes
	RiskMonths           int          `json:"risk_months"`                // age at which a risk assessment is due again
	DueSoonDays          int          `json:"due_soon_days"`              // days left, in the limit's own unit, at which a clock is due soon
	CheckFirst           bool         `json:"check_first"`                // the check of the valid dossier comes before the appraisal
	ConsultWait          string       `json:"consult_wait"`               // whether the lead waits for the bodies it consulted: answer, due, none
	HeldBlocks           bool         `json:"held_blocks_submission"`     // a document that waits for the scanner keeps the dossier from going out
	RedetermineDays      int          `json:"redetermine_days"`           // working days to open a new determination after a material change
	GatewayPinDays       int          `json:"gateway_pin_days"`           // longest life of a gateway's key on the record
	ConnectionRequired   bool         `json:"connection_required"`        // a pair needs an allowed connection even where no service is named
	ProviderConsent      bool         `json:"provider_consent"`           // the provider consents before a connection is allowed
	ConnectionMonths     int          `json:"connection_months"`          // term of a grant that states none
	SandboxDays          int          `json:"sandbox_days"`               // life of a sandbox connection
	BreakGlassHours      int          `json:"break_glass_hours"`          // longest break-glass, MaxBreakGlassHours at most
	BreakGlassInterval   int          `json:"break_glass_interval_hours"` // hours between the end of one break-glass and the next
	BreakGlassOverrides  []string     `json:"break_glass_overrides"`      // ids of the reasons that it overrides
	GatewaySilentHours   int          `json:"gateway_silent_hours"`       // age of the last log at which a gateway is silent
	BackupFreshDays      int          `json:"backup_fresh_days"`          // age up to which an archive counts as a backup
	DormantDays          int          `json:"dormant_days"`               // days without a sign-in after which an account is disabled
	LogMonths            int          `json:"log_months"`                 // months that events of the door are kept
	DrillMonths          int          `json:"drill_months"`               // months that a restore drill counts
	RestoreHours         int          `json:"restore_hours"`              // longest a restore should take
	PublicLeast          int          `json:"public_least"`               // smallest figure above 0 that the public page prints
	Notes                []PolicyNote `json:"notes"`                      // why each switch stands as it does
}

// What the lead of an appraisal waits for before it concludes.
const (
	ConsultWaitAnswer = "answer" // until every body consulted has answered
	ConsultWaitDue    = "due"    // until each has answered or its last day has passed
	ConsultWaitNone   = "none"   // for nothing
)

// MaxBreakGlassHours is the longest break-glass that any book may permit.
const MaxBreakGlassHours = 72

// neverOverridden are the reasons that no break-glass reaches.
func neverOverridden() []string {
	return []string{ReasonOutOfScope, ReasonUnknownSystem, ReasonNoApproval, ReasonApprovalRevoked, ReasonSystemRetired, ReasonSuspended,
		ReasonConnectionSuspended, ReasonNoConnection, ReasonBreakGlass, ReasonSandbox, ReasonAllowed}
}

// PolicyNote explains one switch, named by its JSON key.
type PolicyNote struct {
	Key  string `json:"key"`
	Says Text   `json:"says"`
}

// Policy returns the switches.
func (b *Book) Policy() Policy {
	p := b.policy
	p.Notes, p.BreakGlassOverrides = slices.Clone(p.Notes), slices.Clone(p.BreakGlassOverrides)
	return p
}

// inspection is one period between inspections.
type inspection struct {
	rules  []RuleSet
	levels []Level
	months int
	cites  string
}

// required is the level a target asks for during a span of days.
type required struct {
	span
	target string
	level  Level
	cites  string
}

// InspectionMonths returns how often a system of level l is inspected under
// rs, in months, with the citation; 0 when the book has no number.
func (b *Book) InspectionMonths(rs RuleSet, l Level) (months int, cites string) {
	for _, i := range b.inspections {
		if slices.Contains(i.rules, rs) && slices.Contains(i.levels, l) {
			return i.months, i.cites
		}
	}
	return 0, ""
}

// RequiredLevel returns the level a system needs on a day to connect to a
// target, with the citation; false when the book sets none.
func (b *Book) RequiredLevel(target string, on Day) (Level, string, bool) {
	for _, r := range b.required {
		if r.target == target && r.has(on) {
			return r.level, r.cites, true
		}
	}
	return 0, "", false
}
