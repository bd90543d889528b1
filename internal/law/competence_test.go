package law_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"capdo/internal/law"
)

// datedRow is as much of a row of authority.yaml as the boundary test needs.
type datedRow struct {
	ID          string
	Kind, Role  string
	Listed      string
	Levels      []law.Level
	From, Until string
}

// authorityFile reads the rows and terms of the embedded authority.yaml.
func authorityFile(t *testing.T) (rows, terms []datedRow) {
	t.Helper()
	text, err := os.ReadFile("book/authority.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Rows, Terms []datedRow }
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return file.Rows, file.Terms
}

// edges gives the days around a span and whether the span holds on each.
func edges(r datedRow) map[law.Day]bool {
	out := map[law.Day]bool{
		law.Day(r.From): true, law.Day(r.From).AddDays(-1): false,
		law.Day(r.From).AddDays(1): true,
	}
	if r.Until != "" {
		out[law.Day(r.Until)] = true
		out[law.Day(r.Until).AddDays(-1)] = true
		out[law.Day(r.Until).AddDays(1)] = false
	}
	return out
}

func TestCompetenceRowsAtTheirEdges(t *testing.T) {
	b := open(t)
	rows, _ := authorityFile(t)
	for _, r := range rows {
		for day, want := range edges(r) {
			for _, level := range r.Levels {
				got, err := b.Competence(law.Case{Level: level, On: day, Listed: r.Listed == "yes"})
				if (err == nil && got.ID == r.ID) != want {
					t.Errorf("%s: level %d on %s is answered by %q, %v", r.ID, level, day, got.ID, err)
				}
			}
		}
	}
}

func TestCompetenceTermsAtTheirEdges(t *testing.T) {
	b := open(t)
	_, terms := authorityFile(t)
	for _, r := range terms {
		for day, inSpan := range edges(r) {
			for level := law.MinLevel; level <= law.MaxLevel; level++ {
				got, err := b.Competence(law.Case{Level: level, On: day, OperatedBySpecialisedUnit: true})
				if err != nil {
					continue // before the first rule set; see TestCompetenceErrors
				}
				covered := slices.ContainsFunc(terms, func(o datedRow) bool {
					return o.Kind == r.Kind && o.Role == r.Role && slices.Contains(o.Levels, level) &&
						string(day) >= o.From && (o.Until == "" || string(day) <= o.Until)
				})
				if inSpan && slices.Contains(r.Levels, level) != covered {
					t.Errorf("%s: level %d on %s lies in and out of the span", r.ID, level, day)
				}
				if applies(got, r) != covered {
					t.Errorf("%s: level %d on %s applies %v, want %v", r.ID, level, day, !covered, covered)
				}
			}
		}
	}
}

// applies reads off a competence what a term says.
func applies(c law.Competence, r datedRow) bool {
	switch r.Kind {
	case "regulator":
		return string(c.Regulator) == r.Role
	case "independent":
		return slices.Contains(c.Appraise, law.Role(r.Role))
	case "regulation_first":
		return c.RegulationFirst
	case "risk_first":
		return c.RiskFirst
	}
	return c.AppraisalFirst
}

// TestCompetenceCovers asks every case on every side of every rule set.
func TestCompetenceCovers(t *testing.T) {
	b := open(t)
	sectors := []law.Sector{"", law.SectorCivil, law.SectorDefence, law.SectorPublicSecurity, law.SectorCipher}
	for _, day := range []law.Day{"2016-07-01", "2022-10-01", "2025-02-28", "2025-03-01", "2026-06-30", "2026-07-01", "2026-08-18", "2026-08-19", "2099-12-31"} {
		for level := law.MinLevel; level <= law.MaxLevel; level++ {
			for _, sector := range sectors {
				for bits := range 4 {
					c := law.Case{Level: level, On: day, Sector: sector, Listed: bits&1 > 0, OperatedBySpecialisedUnit: bits&2 > 0}
					got, err := b.Competence(c)
					if err != nil {
						t.Errorf("%+v: %v", c, err)
						continue
					}
					if diff := cmp.Diff(roles(c), [4]string{string(got.Opinion), join(got.Appraise), parts(got), string(got.Regulator)}); diff != "" {
						t.Errorf("%+v: %s", c, diff)
					}
				}
			}
		}
	}
}

// roles is the table of the law written a second time: opinion, appraisal,
// approval, regulator.
func roles(c law.Case) [4]string {
	r331, central := c.On >= "2026-08-19", law.RoleMPS
	if c.On <= "2025-02-28" {
		central = law.RoleMIC
	}
	regulator := string(central)
	high := c.Level >= 4 || r331 && c.Listed
	if !high {
		appraise, approve := "specialised_unit", "level:owner"
		if c.OperatedBySpecialisedUnit && c.On >= "2022-10-01" {
			appraise = "independent_council"
		}
		if c.Level <= 2 {
			approve = "level:specialised_unit"
		}
		return [4]string{"", appraise, approve, regulator}
	}
	switch {
	case c.Sector == law.SectorDefence, c.Sector == law.SectorCipher && !r331:
		central = law.RoleMOD
	case c.Sector == law.SectorCipher:
		central = law.RoleCipherCommittee
	case c.Sector == law.SectorPublicSecurity:
		central = law.RoleMPS
	}
	approve := "level:owner"
	if c.Level == 5 || r331 && c.Listed {
		approve = "list:prime_minister plan:owner"
	}
	return [4]string{"specialised_unit", string(central), approve, regulator}
}

func join(list []law.Role) string {
	var out []string
	for _, r := range list {
		out = append(out, string(r))
	}
	return strings.Join(out, " ")
}

func parts(c law.Competence) string {
	var out []string
	for _, p := range c.Approve {
		out = append(out, p.Part+":"+string(p.Role))
	}
	return strings.Join(out, " ")
}

func TestCompetenceLimits(t *testing.T) {
	none, week := law.Limit{}, law.Limit{Days: 7, Working: true}
	five := law.Limit{Days: 5, Working: true}
	cases := []struct {
		level     law.Level
		on        law.Day
		reply     law.Limit
		appraisal law.Limit
	}{
		{1, "2024-01-01", none, none},
		{2, "2024-01-01", none, none},
		{3, "2024-01-01", none, law.Limit{Days: 15}},
		{4, "2024-01-01", none, law.Limit{Days: 30}},
		{5, "2024-01-01", none, law.Limit{Days: 30}},
		{3, "2026-07-15", none, law.Limit{Days: 15}},
		{4, "2026-07-15", none, law.Limit{Days: 30}},
		{1, "2026-11-22", five, none},
		{2, "2026-11-22", five, none},
		{3, "2026-11-22", five, law.Limit{Days: 15, Working: true}},
		{4, "2026-11-22", five, law.Limit{Days: 25, Working: true}},
		{5, "2026-11-22", five, law.Limit{Days: 25, Working: true}},
	}
	b := open(t)
	for _, c := range cases {
		got, err := b.Competence(law.Case{Level: c.level, On: c.on})
		if err != nil {
			t.Fatal(err)
		}
		want := [3]law.Limit{c.reply, c.appraisal, week}
		if diff := cmp.Diff(want, [3]law.Limit{got.InvalidReply, got.Appraisal, got.Approval}); diff != "" {
			t.Errorf("level %d on %s: %s", c.level, c.on, diff)
		}
		if got.Prepare != law.RoleOperator || got.Cites == "" || got.Says.VI == "" {
			t.Errorf("level %d on %s: %+v", c.level, c.on, got)
		}
	}
}

// TestCompetenceUnderAnotherProcedure: a dossier that follows the procedure of a
// rule set no longer in force has the limits and roles of its last day.
func TestCompetenceUnderAnotherProcedure(t *testing.T) {
	b := open(t)
	for _, c := range []struct {
		c    law.Case
		want string
	}{
		{law.Case{Level: 4, On: "2026-11-22", Rules: law.R85}, "authority.r85.4-mps"},
		{law.Case{Level: 4, On: "2026-11-22", Rules: law.R331}, "authority.r331.4"},
		{law.Case{Level: 3, On: "2026-11-22", Rules: law.R116}, "authority.r116.3"},
		{law.Case{Level: 3, On: "2024-01-01", Rules: law.R331}, "authority.r331.3"},
	} {
		got, err := b.Competence(c.c)
		if err != nil || got.ID != c.want || got.Regulator == "" || !got.RegulationFirst {
			t.Errorf("%+v: %+v, %v", c.c, got, err)
		}
	}
	if got, err := b.Competence(law.Case{Level: 3, On: "2026-11-22", Rules: law.R85}); err != nil || got.Appraisal != (law.Limit{Days: 15}) || got.RiskFirst {
		t.Errorf("level 3 under R85: %+v, %v", got, err)
	}
}

func TestCompetenceErrors(t *testing.T) {
	cases := []struct {
		c    law.Case
		want string
	}{
		{law.Case{Level: 3, On: "2016-06-30"}, `no rule set in force on "2016-06-30"`},
		{law.Case{Level: 3}, `no rule set in force on ""`},
		{law.Case{Level: 0, On: "2026-11-22"}, "level 0 does not exist"},
		{law.Case{Level: 6, On: "2026-11-22"}, "level 6 does not exist"},
		{law.Case{Level: 3, On: "2026-11-22", Rules: "R1"}, `unknown rule set "R1"`},
		{law.Case{Level: 3, On: "2026-11-22", Sector: "navy"}, `unknown sector "navy"`},
	}
	b := open(t)
	for _, c := range cases {
		if _, err := b.Competence(c.c); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v, want %s", c.c, err, c.want)
		}
	}
}

func TestCompetenceCannotBeChangedByItsReader(t *testing.T) {
	b := open(t)
	c := law.Case{Level: 5, On: "2026-11-22"}
	first, err := b.Competence(c)
	if err != nil {
		t.Fatal(err)
	}
	first.Appraise[0], first.Approve[0].Role = "anyone", "anyone"
	second, err := b.Competence(c)
	if err != nil || second.Appraise[0] != law.RoleMPS || second.Approve[0].Role != law.RolePrimeMinister {
		t.Errorf("the book now says %+v, %v", second, err)
	}
}
