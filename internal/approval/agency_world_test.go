package approval_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/fixtures"
	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

func body(a fixtures.Agency) approval.Agency {
	return approval.Agency{Code: a.Code, CodeScheme: a.CodeScheme, CodeConfidence: a.CodeConfidence, Name: a.Name, NameEN: a.NameEN, Group: a.Group, No: a.No,
		Sector: law.Sector(a.Sector), SpecialisedUnit: a.SpecialisedUnit, AnnexIX: a.AnnexIX}
}

// invented turns a simulated record into a system: what counting looks at.
func invented(t testing.TB, f fixtures.System) approval.System {
	facts, err := law.DecodeFacts(strings.NewReader(f.FactsJSON))
	if err != nil {
		t.Fatal(err)
	}
	nine := func(day string) time.Time { return law.Day(day).Time().Add(9 * time.Hour).UTC() }
	who := approval.Who{Person: "sim", Account: "sim", Capacity: law.RoleOperator, Body: f.AgencyCode}
	s := approval.System{Code: f.Code, Name: f.Name, Owner: f.AgencyCode, Sector: law.SectorCivil, OperatorUnit: f.OperatorUnit, Stage: approval.Operating,
		StartedOn: law.Day(f.RegisteredOn), Origin: approval.Simulated, RegisteredAt: law.Day(f.RegisteredOn).Time().UTC(), RegisteredBy: who,
		Facts: &approval.Facts{Facts: facts, By: who, At: nine(f.RegisteredOn)}}
	if f.RiskAssessedOn != "" {
		s.Inspections = []approval.Inspection{{Kind: approval.InspectionRisk, On: law.Day(f.RiskAssessedOn), By: who, At: nine(f.RiskAssessedOn)}}
	}
	if !f.Approved {
		return s
	}
	s.Dossiers = []approval.Dossier{{No: 1, State: approval.Approved, Rules: law.R85, Edition: "r85", Level: law.Level(f.Level), Facts: &facts,
		SubmittedBy: who, SubmittedAt: nine(f.SubmittedOn), Imported: true}}
	s.Approvals = []approval.Approval{{No: 1, Dossier: 1, Level: law.Level(f.Level), Rules: law.R85, Authority: law.RoleOwner, Number: f.DecisionNumber,
		DecidedOn: law.Day(f.ApprovedOn), From: nine(f.ApprovedOn)}}
	if f.PlanStatus != "none" {
		s.Plans = []approval.Plan{{Approval: 1, Status: approval.PlanStatus(f.PlanStatus), On: law.Day(f.ApprovedOn), By: who, At: nine(max(f.ApprovedOn, f.DeployedOn))}}
	}
	return s
}

// reorganisations are the shelf's, by day.
func reorganisations(t testing.TB) []approval.Reorganisation {
	t.Helper()
	successors, err := fixtures.Successors()
	if err != nil {
		t.Fatal(err)
	}
	successions, err := fixtures.Successions()
	if err != nil {
		t.Fatal(err)
	}
	var out []approval.Reorganisation
	for _, day := range []law.Day{"2025-03-01", "2025-07-01"} {
		r := approval.Reorganisation{On: day, Source: "test"}
		for _, x := range successors {
			if law.Day(x.FoundedOn) == day {
				r.Successors = append(r.Successors, body(x.Agency))
			}
		}
		for _, x := range successions {
			if law.Day(x.On) == day {
				r.Successions = append(r.Successions, approval.Succession{From: x.From, To: x.To, On: day, Kind: approval.SuccessionKind(x.Kind), Scope: x.Scope, Cites: x.Cites})
			}
		}
		out = append(out, r)
	}
	return out
}

// country is the register of June 2024.
func country(t testing.TB) *yard {
	t.Helper()
	y := newYard(t, dayNew)
	w := approval.World{Source: "test"}
	agencies, err := fixtures.Agencies()
	y.ok(err)
	for _, a := range agencies {
		w.Agencies = append(w.Agencies, body(a))
	}
	systems, err := fixtures.Simulate(fixtures.DefaultSeed)
	y.ok(err)
	for _, s := range systems {
		w.Systems = append(w.Systems, invented(t, s))
	}
	y.ok(y.office.Import(context.Background(), storetest.Keeper(), w))
	return y
}

// figures are the sums of an overview.
func figures(ov approval.Overview) [3]int { return [3]int{ov.Total, ov.Approved, ov.Deployed} }

// groupSize counts the listed agencies of a group.
func groupSize(ov approval.Overview, group string) (n int) {
	for _, x := range ov.Agencies {
		if x.Agency.Group == group {
			n++
		}
	}
	return n
}

// TestTheCountryOf2025 carries the reorganisations of 2025 out on the whole
// register: June 2024 still shows the 91 with the same figures, later days show
// the successors, and every sum is kept.
func TestTheCountryOf2025(t *testing.T) {
	y, ctx := country(t), context.Background()
	const june = law.Day("2024-06-30")
	before, cells := y.overview(june), y.counts(june)
	annex, all := y.agencyFigures(june), [3]int{7008, 5323, 3957}
	for i, want := range []approval.Reorganised{{Founded: 2, Ended: 10, Moved: 455}, {Founded: 23, Ended: 52, Moved: 3461}} {
		done, err := y.office.Reorganise(ctx, storetest.Keeper(), reorganisations(t)[i])
		if err != nil || done != want {
			t.Fatalf("%+v, %v, want %+v", done, err, want)
		}
	}
	for _, c := range []struct {
		day                   law.Day
		ministries, provinces int
	}{{june, 28, 63}, {"2025-02-28", 28, 63}, {"2025-03-01", 20, 63}, {"2025-06-30", 20, 63}, {"2025-07-01", 20, 34}, {dayNew, 20, 34}} {
		ov := y.overview(c.day)
		if figures(ov) != all || groupSize(ov, "ministry") != c.ministries || groupSize(ov, "province") != c.provinces {
			t.Errorf("%s: %v in %d ministries and %d provinces", c.day, figures(ov), groupSize(ov, "ministry"), groupSize(ov, "province"))
		}
		if ov.Groups[0].Agencies != c.ministries || ov.Groups[1].Agencies != c.provinces {
			t.Errorf("%s: groups %+v", c.day, ov.Groups)
		}
		if got, want := y.counts(c.day), approval.Rollup(cells, approval.Successions(y.agencies()), c.day); !slices.Equal(got, want) {
			t.Errorf("%s: the register counts otherwise than the figures rolled up", c.day)
		}
	}
	sameOverview(t, before, y.overview(june))
	parts := annex["H29"]
	for _, code := range []string{"H09", "H06"} {
		for k := range parts {
			parts[k] += annex[code][k]
		}
	}
	if got := y.agencyFigures(dayNew)["P25-16"]; got != parts || parts[0] != 337+230+33 {
		t.Errorf("Hồ Chí Minh has %v, its parts %v", got, parts)
	}
	y.sound()
	y.moved()
	y.twins()
}

// sameOverview compares two views of one day; what was learned since of an
// agency's end is no figure.
func sameOverview(t *testing.T, a, b approval.Overview) {
	t.Helper()
	if !slices.Equal(a.Groups, b.Groups) || !slices.Equal(a.Levels, b.Levels) || figures(a) != figures(b) || len(a.Agencies) != len(b.Agencies) || a.Confirmed != b.Confirmed {
		t.Errorf("%+v %+v\n%+v %+v", a.Groups, a.Levels, b.Groups, b.Levels)
	}
	for i := range a.Agencies {
		x, y := a.Agencies[i], b.Agencies[i]
		y.Agency.EndedOn, y.Agency.Successor = "", ""
		if !reflect.DeepEqual(x, y) {
			t.Errorf("%+v is now %+v", x, y)
		}
	}
}

// moved looks at what each system keeps and what it waits for.
func (y *yard) moved() {
	y.Helper()
	gone := map[string]bool{}
	for _, a := range y.agencies() {
		gone[a.Code] = a.EndedOn != ""
	}
	systems := y.systems()
	n := 0
	for _, s := range systems {
		st := s.Standing(y.clock.T)
		over := len(s.Transfers) > 0
		if over {
			n++
		}
		home, _, _ := strings.Cut(s.Code, "-S")
		if over != gone[home] || gone[s.Owner] || approval.OwnerAt(s, law.Day("2024-06-30").Time()) != home {
			y.Errorf("%s of %s belongs to %s after %+v", s.Code, home, s.Owner, s.Transfers)
		}
		if st.Inherited != (over && len(s.Approvals) > 0) || (st.RiskDue != "") != over || over && st.RiskAssessed != "" || (st.Approval == nil) != (len(s.Approvals) == 0) {
			y.Errorf("%s: %+v", s.Code, st)
		}
	}
	if n != 455+3461 {
		y.Errorf("%d systems moved", n)
	}
}

// twins looks at the proposals: pairs of one owner from different homes.
func (y *yard) twins() {
	y.Helper()
	pairs := approval.Duplicates(y.systems(), y.agencies())
	found := map[string]bool{}
	for _, p := range pairs {
		a, _, _ := strings.Cut(p.A, "-S")
		b, _, _ := strings.Cut(p.B, "-S")
		if a == b || p.A >= p.B || p.Distance > 3 {
			y.Errorf("%+v", p)
		}
		found[p.Owner+": "+p.NameA+" = "+p.NameB] = true
	}
	if !found["P25-01: Cổng thông tin điện tử tỉnh Hà Giang = Cổng thông tin điện tử tỉnh Tuyên Quang"] || len(pairs) < 500 || len(pairs) > 5000 {
		y.Errorf("%d pairs", len(pairs))
	}
}
