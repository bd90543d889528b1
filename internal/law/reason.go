package law

import "slices"

// The effects of a gate reason.
const (
	EffectDeny  = "deny"
	EffectWarn  = "warn"
	EffectLimit = "limit" // allowed until a day
	EffectAllow = "allow"
)

// The strengths of a reason's basis.
const (
	StrengthLaw       = "law"       // a clause of law, decree or circular
	StrengthDirective = "directive" // a directive or decision of the Prime Minister
	StrengthGuidance  = "guidance"  // an official letter
	StrengthProduct   = "product"   // a rule of this service
)

// The reasons of the gate.
const (
	ReasonOutOfScope           = "out-of-scope"
	ReasonOwnerEnded           = "owner-ended"
	ReasonUnknownSystem        = "unknown-system"
	ReasonNoApproval           = "no-approval"
	ReasonApprovalRevoked      = "approval-revoked"
	ReasonApprovalLapsed       = "approval-lapsed"
	ReasonApprovalNotYet       = "approval-not-yet"
	ReasonSystemRetired        = "system-retired"
	ReasonLevelTooLow          = "level-too-low"
	ReasonWrongAuthority       = "wrong-authority"
	ReasonNewSystemPlanNotFull = "new-system-plan-not-full"
	ReasonOperatingPlanNotFull = "operating-plan-not-full"
	ReasonRoadmapRunning       = "roadmap-running"
	ReasonConformityOverdue    = "conformity-overdue"
	ReasonInspectionOverdue    = "inspection-overdue"
	ReasonMinutesExpired       = "minutes-expired"
	ReasonRiskAssessmentDue    = "risk-assessment-due"
	ReasonNotConfirmed         = "not-confirmed"
	ReasonSuspended            = "suspended"
	ReasonConnectionSuspended  = "connection-suspended"
	ReasonNoConnection         = "no-connection"
	ReasonConnectionNotAllowed = "connection-not-allowed"
	ReasonBreakGlass           = "break-glass"
	ReasonSandbox              = "sandbox"
	ReasonAllowed              = "allowed"
)

// ReasonIDs lists the ids the gate may answer with; every book has them all.
func ReasonIDs() []string {
	return []string{
		ReasonOutOfScope, ReasonOwnerEnded, ReasonUnknownSystem, ReasonNoApproval, ReasonApprovalRevoked,
		ReasonApprovalLapsed, ReasonApprovalNotYet, ReasonSystemRetired, ReasonLevelTooLow,
		ReasonWrongAuthority, ReasonNewSystemPlanNotFull, ReasonOperatingPlanNotFull, ReasonRoadmapRunning,
		ReasonConformityOverdue, ReasonInspectionOverdue, ReasonMinutesExpired, ReasonRiskAssessmentDue,
		ReasonNotConfirmed, ReasonSuspended, ReasonConnectionSuspended, ReasonNoConnection, ReasonConnectionNotAllowed,
		ReasonBreakGlass, ReasonSandbox, ReasonAllowed,
	}
}

// Reason is one answer of the gate. Strength says how binding its basis is:
// law, directive, guidance or product.
type Reason struct {
	ID         string `json:"id"`
	Code       string `json:"code"` // G00 to G99
	Effect     string `json:"effect"`
	Cites      string `json:"cites"`
	Strength   string `json:"strength"`
	Confidence string `json:"confidence"`
	Source     string `json:"source"`
	Says       Text   `json:"says"`

	basis []cited
}

// CitesOn prints, in the manner of Cites, only the citations whose instrument is in force on d;
// it may be "".
func (r Reason) CitesOn(d Day) string {
	return printCites(r.basis, func(c cited) bool { return d.within(c.of.From, c.of.Until) })
}

// Reason returns the reason with the given id.
func (b *Book) Reason(id string) (Reason, bool) {
	i := slices.IndexFunc(b.reasons, func(r Reason) bool { return r.ID == id })
	if i < 0 {
		return Reason{}, false
	}
	return b.reasons[i], true
}

// Reasons lists all reasons in the order of the gate's table.
func (b *Book) Reasons() []Reason { return slices.Clone(b.reasons) }
