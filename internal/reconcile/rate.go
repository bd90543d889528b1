package reconcile

// Answers of DeployedFit.
const (
	FitTotal       = "total"        // deployed / total, the rule
	FitApproved    = "approved"     // deployed / approved only
	FitBoth        = "both"         // undecidable: both give the printed figure
	FitNeither     = "neither"      // no denominator gives it
	FitNotReported = "not_reported" // nothing to compare
)

// Pct is n/d in whole percent, half rounded up (90/144 = 62.5 gives 63). It is
// false when there is nothing to divide by. Exact for n, d up to 10^9.
func Pct(n, d int) (int, bool) {
	if n < 0 || d <= 0 {
		return 0, false
	}
	return (200*n + d) / (2 * d), true
}

// DeployedFit names the denominator under which the row's printed deployment
// percentage comes out: one of the Fit constants.
func DeployedFit(r Row) string {
	if !r.Reported {
		return FitNotReported
	}
	return fit(r)
}

// fit ignores whether the body reported. An absent denominator excludes nothing
// while the other exists; with none at all only 0 can be right.
func fit(r Row) string {
	total, okT := Pct(r.Deployed, r.Total)
	approved, okA := Pct(r.Deployed, r.Approved)
	if !okT && !okA {
		okT, okA = true, true
	}
	byTotal, byApproved := okT && total == r.DeployedPct, okA && approved == r.DeployedPct
	switch {
	case byTotal && (byApproved || !okA), byApproved && !okT:
		return FitBoth
	case byTotal:
		return FitTotal
	case byApproved:
		return FitApproved
	}
	return FitNeither
}

// Half counts the agencies below 50 %, strictly, by every way of counting. A
// body that did not report, or has nothing to divide by, counts as 0 %: so does
// the printed table.
type Half struct {
	Agencies           int `json:"agencies"`
	NotReported        int `json:"not_reported"`
	ApprovedPrinted    int `json:"approved_printed"`     // by the printed percentage
	Approved           int `json:"approved"`             // approved / total
	DeployedPrinted    int `json:"deployed_printed"`     // by the printed percentage
	DeployedOfTotal    int `json:"deployed_of_total"`    // deployed / total
	DeployedOfApproved int `json:"deployed_of_approved"` // deployed / approved
}

// BelowHalf counts over the rows given.
func BelowHalf(rows []Row) Half {
	h := Half{Agencies: len(rows)}
	for _, r := range rows {
		count(&h.NotReported, !r.Reported)
		count(&h.ApprovedPrinted, r.ApprovedPct < 50)
		count(&h.Approved, below(r.Approved, r.Total))
		count(&h.DeployedPrinted, r.DeployedPct < 50)
		count(&h.DeployedOfTotal, below(r.Deployed, r.Total))
		count(&h.DeployedOfApproved, below(r.Deployed, r.Approved))
	}
	return h
}

func below(n, d int) bool { return d <= 0 || 2*n < d }

func count(n *int, yes bool) {
	if yes {
		*n++
	}
}
