package approval

import "capdo/internal/law"

// Counted is how a system stands in the figures of an Overview.
type Counted string

// The figures that a list can be asked for.
const (
	CountedAll         Counted = "all"
	CountedUnapproved  Counted = "unapproved"
	CountedApproved    Counted = "approved"
	CountedPart        Counted = "part"        // approved and not deployed in full
	CountedDeployed    Counted = "deployed"    // in full
	CountedBehind      Counted = "behind"      // not deployed in full, whether approved or not
	CountedConfirmed   Counted = "confirmed"   // by the regulator
	CountedUnconfirmed Counted = "unconfirmed" // approved and not confirmed
)

// CountedAs lists them.
func CountedAs() []Counted {
	return []Counted{CountedAll, CountedUnapproved, CountedApproved, CountedPart, CountedDeployed, CountedBehind, CountedConfirmed, CountedUnconfirmed}
}

// Ends is what of a system runs out by itself on a day.
type Ends string

// What runs out.
const (
	EndsApproval Ends = "approval" // the term of the approval in force
	EndsPlan     Ends = "plan"     // a plan in full, by its own day or with the approval
)

// takes tells whether a figure counts a system that stands as st says.
func (c Counted) takes(s *System, st Standing) bool {
	if c == "" {
		return true
	}
	approved, full := st.Approval != nil, st.Plan == PlanFull
	is, known := map[Counted]bool{CountedAll: true, CountedUnapproved: !approved, CountedApproved: approved, CountedPart: approved && !full,
		CountedDeployed: full, CountedBehind: !full, CountedConfirmed: st.Confirmed, CountedUnconfirmed: approved && !st.Confirmed}[c]
	return known && is && !st.Retired && (s.Origin != Listed || approved)
}

// ends tells whether what the filter asks for runs out in its span of days.
func (f Filter) ends(st Standing) bool {
	within := func(d law.Day) bool { return d != "" && d >= f.From && d <= f.To }
	a := st.Approval
	if a == nil && st.Former != nil && (st.Former.Revocation == nil || st.At.Before(st.Former.Revocation.At)) {
		a = st.Former
	}
	switch f.Ends {
	case EndsApproval:
		return !st.Retired && a != nil && within(a.Until)
	case EndsPlan:
		return !st.Retired && st.Plan == PlanFull && (within(a.Until) || within(st.PlanHolds))
	}
	return true
}
