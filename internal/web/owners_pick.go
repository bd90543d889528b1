package web

import (
	"slices"

	"capdo/internal/approval"
)

// ownersNow are the bodies one may look for as owners: those of today, those
// ended that own systems all the same, and the one asked for.
func (v *visit) ownersNow(asked string) ([]approval.Agency, error) {
	agencies, err := v.Office.AgencyList(v.r.Context(), v.actor())
	if err != nil {
		return nil, err
	}
	living := approval.AgenciesOn(agencies, v.today())
	keep := map[string]bool{asked: true}
	for _, a := range living {
		keep[a.Code] = true
	}
	if len(living) < len(agencies) {
		ov, err := v.Office.Overview(v.r.Context(), v.actor(), approval.Believed(v.today()))
		if err != nil {
			return nil, err
		}
		for _, x := range ov.Agencies {
			keep[x.Agency.Code] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(agencies), func(a approval.Agency) bool { return !keep[a.Code] }), nil
}

// names are the names of bodies by code. Of two bodies with one name each bears
// the days of its life.
func (v voice) names(agencies []approval.Agency) map[string]string {
	count, all := map[string]int{}, map[string]string{}
	for _, a := range agencies {
		count[a.Name]++
	}
	for _, a := range agencies {
		all[a.Code] = v.agency(a.Name, a.NameEN)
		if count[a.Name] > 1 {
			all[a.Code] += v.lived(a)
		}
	}
	return all
}

// lived says in brackets until when and since when a body exists, "" when
// neither is known.
func (v voice) lived(a approval.Agency) string {
	switch {
	case a.EndedOn != "":
		return " (" + v.t("own.until", v.day(a.EndedOn)) + ")"
	case a.FoundedOn != "":
		return " (" + v.t("own.since", v.day(a.FoundedOn)) + ")"
	}
	return ""
}
