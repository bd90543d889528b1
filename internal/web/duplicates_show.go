package web

import (
	"net/http"

	"capdo/internal/approval"
)

// duplicatesShown is how many pairs the page shows.
const duplicatesShown = 200

// DuplicatesPage proposes systems that may stand on the register twice.
type DuplicatesPage struct {
	Page
	Total int
	More  string // said when not all are shown
	Pairs []PairRow
}

// PairRow is one proposed pair.
type PairRow struct {
	A, B         string // codes
	NameA, NameB string
	OwnerName    string
	Distance     string
}

// duplicatesShow shows the pairs within the actor's reach.
func (s *site) duplicatesShow(v *visit) error {
	if !v.mayAskDuplicates() {
		return s.absent(v)
	}
	pairs, err := s.Duplicates(v.r.Context(), v.actor())
	if err != nil {
		return err
	}
	agencies, err := s.Office.AgencyList(v.r.Context(), v.actor())
	if err != nil {
		return err
	}
	p := DuplicatesPage{Page: v.page(v.t("dup.title")), Total: len(pairs), Pairs: v.pairRows(pairs[:min(len(pairs), duplicatesShown)], v.names(agencies))}
	if len(pairs) > 0 {
		ov, err := s.Office.Overview(v.r.Context(), v.actor(), approval.Believed(v.today()))
		if err != nil {
			return err
		}
		p.Simulated = ov.Simulated > 0
	}
	if len(pairs) > duplicatesShown {
		p.More = v.t("dup.more", v.num(duplicatesShown), v.num(len(pairs)))
	}
	return v.show(http.StatusOK, "duplicates", p)
}

// mayAskDuplicates tells whether the actor gets the page: whoever reads the
// register of the country or of an agency, once somebody compares the names.
func (v *visit) mayAskDuplicates() bool {
	a := v.actor()
	return v.Duplicates != nil && a.Capacity != approval.Gateway && (a.National() || a.Body != "")
}

// pairRows are the pairs in words, in the order given.
func (v *visit) pairRows(pairs []approval.Pair, names map[string]string) []PairRow {
	var all []PairRow
	for _, x := range pairs {
		row := PairRow{A: x.A, B: x.B, NameA: x.NameA, NameB: x.NameB, OwnerName: orElse(names[x.Owner], x.Owner), Distance: v.t("dup.alike")}
		if x.Distance > 0 {
			row.Distance = v.t("dup.letters", x.Distance)
		}
		all = append(all, row)
	}
	return all
}
