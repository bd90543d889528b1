package reconcile

import "slices"

// Kinds of finding.
const (
	DeployedOfApproved = "deployed_pct_of_approved_only" // other rows divide by the total
	DeployedNeither    = "deployed_pct_fits_neither"
	ApprovedNeither    = "approved_pct_fits_neither" // printed is not approved / total
	ApprovedOverTotal  = "approved_exceeds_total"
	DeployedOverAppr   = "deployed_exceeds_approved"
	DeployedOverTotal  = "deployed_exceeds_total"
	NotReportedZero    = "not_reported_printed_as_zero"
	SumDiffers         = "sum_differs_from_stated"
	DuplicateAgency    = "duplicate_agency"
)

// Kinds lists every kind in the order results count them.
func Kinds() []string {
	return []string{DeployedOfApproved, DeployedNeither, ApprovedNeither, ApprovedOverTotal,
		DeployedOverAppr, DeployedOverTotal, NotReportedZero, SumDiffers, DuplicateAgency}
}

// Finding is one difference. Printed is the figure as printed: a percentage, a
// count, a stated total, or the ordinal of a repeated row. The pointers are nil
// where there is nothing to compute.
type Finding struct {
	Kind       string `json:"kind"`
	Line       int    `json:"line"`
	Group      string `json:"group,omitempty"` // empty: the whole table
	Agency     string `json:"agency,omitempty"`
	Field      string `json:"field"` // total, approved, deployed, approved_pct, deployed_pct, agency
	Printed    int    `json:"printed"`
	OfTotal    *int   `json:"of_total,omitempty"`    // whole percent over the total
	OfApproved *int   `json:"of_approved,omitempty"` // whole percent over the approved
	Computed   *int   `json:"computed,omitempty"`    // column sum, upper bound, or ordinal of the first row
	Difference int    `json:"difference,omitempty"`  // Printed - Computed
	Says       Text   `json:"says"`
}

// KindCount is the number of findings of one kind.
type KindCount struct {
	Kind  string `json:"kind"`
	Count int    `json:"count"`
}

// Result is what Check returns.
type Result struct {
	Findings    []Finding   `json:"findings"` // in file order, never nil
	Counts      []KindCount `json:"counts"`   // every kind, in the order of Kinds
	Sums        Sums        `json:"sums"`
	Half        Half        `json:"below_half"`
	Undecidable int         `json:"undecidable"` // rows whose deployment % fits every denominator
}

// Count is the number of findings of the kind.
func (r Result) Count(kind string) int {
	n := 0
	for _, f := range r.Findings {
		count(&n, f.Kind == kind)
	}
	return n
}

// Check finds every difference in the table. It changes nothing and needs no
// order of rows; lines serve to sort the findings.
func Check(t Table) Result {
	res := Result{Findings: []Finding{}, Sums: SumOf(t.Rows), Half: BelowHalf(t.Rows)}
	first := map[string]Row{}
	for _, r := range t.Rows {
		count(&res.Undecidable, fit(r) == FitBoth)
		res.Findings = append(res.Findings, checkRow(r)...)
		key := Fold(r.Agency)
		if f, seen := first[key]; seen {
			res.Findings = append(res.Findings, duplicate(r, f))
		} else {
			first[key] = r
		}
	}
	for _, e := range t.Expects {
		res.Findings = append(res.Findings, checkSum(res.Sums, e)...)
	}
	slices.SortStableFunc(res.Findings, func(a, b Finding) int { return a.Line - b.Line })
	for _, k := range Kinds() {
		res.Counts = append(res.Counts, KindCount{k, res.Count(k)})
	}
	return res
}

// checkRow looks at one row by itself.
func checkRow(r Row) []Finding {
	if !r.Reported {
		if r.Blank {
			return nil
		}
		return []Finding{notReported(r)}
	}
	var found []Finding
	if want, _ := Pct(r.Approved, r.Total); want != r.ApprovedPct {
		found = append(found, approvedPct(r))
	}
	switch DeployedFit(r) {
	case FitApproved:
		found = append(found, deployedPct(r, DeployedOfApproved))
	case FitNeither:
		found = append(found, deployedPct(r, DeployedNeither))
	}
	if r.Approved > r.Total {
		found = append(found, exceeds(r, ApprovedOverTotal))
	}
	if r.Deployed > r.Approved {
		found = append(found, exceeds(r, DeployedOverAppr))
	}
	if r.Deployed > r.Total {
		found = append(found, exceeds(r, DeployedOverTotal))
	}
	return found
}

// checkSum compares a stated total with its column.
func checkSum(s Sums, e Expect) []Finding {
	group, field, sum, ok := s.stated(e.Name)
	if !ok || sum == e.Value {
		return nil
	}
	return []Finding{sumDiffers(e, group, field, sum)}
}
