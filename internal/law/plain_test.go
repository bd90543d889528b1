package law_test

import (
	"math/rand"
	"slices"
	"testing"

	"capdo/internal/law"
)

// verdict is what three questions of a determination come to.
type verdict struct {
	Level          law.Level
	Manual, Listed bool
}

// verdictOf reads a verdict off a determination.
func verdictOf(d law.Determination) verdict { return verdict{reached(d), d.Manual, d.Listed()} }

// plain is the criteria written a second time, row by row from the decrees and
// without regard to the book.
func plain(set law.RuleSet, f law.Facts) verdict {
	levels, manual := plainCommon(f), false
	add := func(l law.Level, holds bool) {
		if holds {
			levels = append(levels, l)
		}
	}
	many := func(n *int, least int) bool { return n != nil && *n >= least }
	secret := f.Info == "state_secret" || f.ServesDefenceSecurity
	personal := f.Info == "private" || f.Info == "personal"
	if set != law.R331 {
		add(5, f.PMDecisionLevel != nil && *f.PMDecisionLevel == 5)
		add(3, f.Type == "b" && many(f.DVCTTLevel, 3))
		add(3, f.Type == "b" && personal && many(f.Users, 10000))
		add(3, f.Type == "c" && f.InfraScope == "nationwide" && !f.Need24x7)
		manual = set == law.R116 || secret && f.NSHarm == "none" || len(levels) == 0
		return verdict{highest(levels), manual, false}
	}
	add(3, f.Type == "b" && f.HandlesTTHC)
	add(3, f.Type == "b" && (many(f.SubjectsBasic, 100000) || many(f.SubjectsSensitive, 10000)))
	if f.Type == "đ" {
		switch {
		case f.PMDecisionLevel != nil:
			add(*f.PMDecisionLevel, true)
		case f.RiskLevel != nil:
			add(*f.RiskLevel, true)
		}
	}
	manual = len(levels) == 0 || f.Type == "đ" && f.PMDecisionLevel == nil && f.RiskLevel == nil
	if f.RiskLevel != nil {
		add(*f.RiskLevel, true)
	}
	return verdict{highest(levels), manual, f.NSListIndicators || highest(levels) == 5}
}

// plainCommon is what both decrees say in the same way.
func plainCommon(f law.Facts) (levels []law.Level) {
	add := func(l law.Level, holds bool) {
		if holds {
			levels = append(levels, l)
		}
	}
	secret := f.Info == "state_secret" || f.ServesDefenceSecurity
	add(5, secret && f.NSHarm == "especially_serious")
	add(4, secret && f.NSHarm == "serious")
	add(3, secret && f.NSHarm == "harm")
	add(5, f.NationalCriticalStore)
	add(4, f.NationalEgov && f.Need24x7)
	switch f.Type {
	case "a":
		add(2, f.Info == "private" || f.Info == "personal")
		add(1, f.Info == "public")
	case "b":
		add(3, f.ConditionalBusiness)
		add(2, !f.ConditionalBusiness)
	case "c":
		add(5, f.InfraScope == "international")
		add(4, f.InfraScope == "nationwide" && f.Need24x7)
		add(3, f.InfraScope == "sector_or_provinces")
		add(2, f.InfraScope == "one_body")
	case "d":
		add(5, f.WorksGrade == "special" || f.WorksGrade == "ns_important")
		add(4, f.WorksGrade == "I")
		add(3, slices.Contains([]string{"II", "III", "IV"}, f.WorksGrade))
	}
	return append(levels, f.Components...)
}

// highest is the highest of levels, 0 when there are none.
func highest(levels []law.Level) law.Level {
	return slices.Max(append([]law.Level{0}, levels...))
}

func TestTheBookAgreesWithThePlainTable(t *testing.T) {
	eachRandom(t, 6, func(b *law.Book, set law.RuleSet, f law.Facts, _ *rand.Rand) {
		if got, want := verdictOf(b.Determine(set, f)), plain(set, f); got != want {
			t.Errorf("%s %s: %+v, want %+v", set, asJSON(t, f), got, want)
		}
	})
}
