package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"capdo/fixtures"
	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
)

// annexDocument is the fixtures' id of the report of 2024.
const annexDocument = "bc-2024"

// realWorld is the register of June 2024: the agencies and their printed
// figures, one simulated record per counted system, and the systems named in
// the exchange's lists.
func realWorld() (approval.World, error) {
	w := approval.World{Source: "fixtures, seed " + strconv.FormatUint(fixtures.DefaultSeed, 10)}
	agencies, err := fixtures.Agencies()
	if err != nil {
		return w, err
	}
	sectors := map[string]law.Sector{}
	for _, a := range agencies {
		sectors[a.Code] = law.Sector(a.Sector)
		w.Agencies = append(w.Agencies, agency(a))
	}
	printed, err := fixtures.AnnexIX()
	if err != nil {
		return w, err
	}
	for _, p := range printed {
		r, err := reported(p)
		if err != nil {
			return w, err
		}
		w.Reported = append(w.Reported, r)
	}
	if err := addListed(&w, sectors); err != nil {
		return w, err
	}
	country, err := newCountry()
	if err != nil {
		return w, err
	}
	more, err := country.systems(0, countedSystems)
	w.Systems = append(w.Systems, more...)
	return w, err
}

// countedSystems is how many systems Annex IX counts.
const countedSystems = 7008

// country is the simulated systems, as many as one likes.
type country struct {
	fixtures.Country
	sectors map[string]law.Sector // by agency
}

func newCountry() (country, error) {
	c, err := fixtures.NewCountry(fixtures.DefaultSeed)
	if err != nil {
		return country{}, err
	}
	agencies, err := fixtures.Agencies()
	sectors := map[string]law.Sector{}
	for _, a := range agencies {
		sectors[a.Code] = law.Sector(a.Sector)
	}
	return country{c, sectors}, err
}

// systems are those numbered from ≤ i < to.
func (c country) systems(from, to int) (all []approval.System, err error) {
	for i := from; i < to; i++ {
		f, err := c.System(i)
		if err != nil {
			return nil, err
		}
		x, err := simulatedSystem(f, c.sectors[f.AgencyCode])
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, nil
}

func agency(a fixtures.Agency) approval.Agency {
	return approval.Agency{Code: a.Code, CodeScheme: a.CodeScheme, CodeConfidence: a.CodeConfidence, Name: a.Name, NameEN: a.NameEN, Group: a.Group, No: a.No, Kind: a.Kind,
		Sector: law.Sector(a.Sector), SpecialisedUnit: a.SpecialisedUnit, AnnexIX: a.AnnexIX}
}

// reported reads the printed cells of a row; they are whole numbers, a percent
// sign aside.
func reported(p fixtures.Reported) (approval.Reported, error) {
	r := approval.Reported{Document: p.Document, Section: p.Section, Agency: p.AgencyCode, Reported: p.Reported}
	cells := []struct {
		name, text string
		to         *int
	}{{"row", p.Row, &r.Row}, {"total", p.AsPrinted.Total, &r.Total}, {"approved", p.AsPrinted.Approved, &r.Approved}, {"approved %", p.AsPrinted.ApprovedPct, &r.ApprovedPct},
		{"deployed", p.AsPrinted.Deployed, &r.Deployed}, {"deployed %", p.AsPrinted.DeployedPct, &r.DeployedPct}}
	for _, c := range cells {
		n, err := strconv.Atoi(strings.TrimSuffix(c.text, "%"))
		if err != nil {
			return r, fmt.Errorf("read annex row of %s, %s: %w", p.Name, c.name, err)
		}
		*c.to = n
	}
	return r, nil
}

// addListed adds the systems named in the exchange's lists: known by name,
// standing unknown.
func addListed(w *approval.World, sectors map[string]law.Sector) error {
	listed, err := fixtures.NDXPSystems()
	if err != nil {
		return err
	}
	for _, n := range listed {
		names := make([]string, len(n.Lists))
		for i, l := range n.Lists {
			names[i] = fmt.Sprintf("%s (số %d)", l.List, l.No)
		}
		first, err := firstDay(n.Lists[0].Date)
		if err != nil {
			return fmt.Errorf("list of %s: %w", n.Code, err)
		}
		w.Systems = append(w.Systems, approval.System{Code: n.Code, Name: n.Name, Owner: n.AgencyCode, Sector: sectors[n.AgencyCode], Stage: approval.Operating,
			Description: n.PurposeVI + " Có tên trong danh sách NDXP năm " + strings.Join(names, ", ") + ".", Origin: approval.Listed, Target: n.Target,
			RegisteredAt: first.Time().UTC(), RegisteredBy: importer(n.AgencyCode)})
	}
	return nil
}

// firstDay completes a date known to the year or the month.
func firstDay(s string) (law.Day, error) {
	for _, layout := range []string{"2006-01-02", "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return law.ParseDay(t.Format("2006-01-02"))
		}
	}
	return "", fmt.Errorf("date %q", s)
}

// importer is the trace on records nobody here acted on.
func importer(body string) approval.Who {
	return approval.Who{Person: "import", Account: "import", Capacity: approval.Keeper, Body: body}
}

// simulatedHand is an invented person of a simulated record: one per agency and
// capacity, never a real one.
func simulatedHand(c approval.Capacity, body string) approval.Who {
	return approval.Who{Person: "sim:" + string(c) + ":" + body, Account: "sim", Capacity: c, Body: body}
}

// at is nine o'clock of a day in Viet Nam.
func at(day string) time.Time { return law.Day(day).Time().Add(9 * time.Hour).UTC() }

// simulatedSystem turns a generated record into a system with its history.
func simulatedSystem(f fixtures.System, sector law.Sector) (approval.System, error) {
	facts, err := law.DecodeFacts(strings.NewReader(f.FactsJSON))
	if err != nil {
		return approval.System{}, fmt.Errorf("facts of %s: %w", f.Code, err)
	}
	officer := simulatedHand(law.RoleOperator, f.AgencyCode)
	s := approval.System{Code: f.Code, Name: f.Name, Owner: f.AgencyCode, Sector: sector, OperatorUnit: f.OperatorUnit, Stage: approval.Stage(f.Stage),
		Description: "Bản ghi mô phỏng; không phải hệ thống có thật.", StartedOn: law.Day(f.RegisteredOn), Origin: approval.Simulated,
		RegisteredAt: law.Day(f.RegisteredOn).Time().UTC(), RegisteredBy: officer, Facts: &approval.Facts{Facts: facts, By: officer, At: at(f.RegisteredOn)}}
	if f.SubmittedOn != "" {
		s.Dossiers = []approval.Dossier{simulatedDossier(f, facts, officer)}
	}
	if f.Approved {
		simulatedApproval(&s, f, officer)
	}
	add := func(kind approval.InspectionKind, day string) {
		if day != "" {
			s.Inspections = append(s.Inspections, approval.Inspection{Kind: kind, On: law.Day(day), Performer: "Mô phỏng", By: officer, At: at(day)})
		}
	}
	add(approval.InspectionRisk, f.RiskAssessedOn)
	add(approval.InspectionCheck, f.InspectedOn)
	return s, nil
}

// simulatedDossier is the dossier of a generated record, as far as it went.
func simulatedDossier(f fixtures.System, facts law.Facts, officer approval.Who) approval.Dossier {
	d := approval.Dossier{No: 1, State: approval.Submitted, Rules: law.R85, Edition: "r85", Level: law.Level(f.Level), Facts: &facts, Imported: true,
		Editors: []string{officer.Person}, SubmittedBy: officer, SubmittedAt: at(f.SubmittedOn),
		Statement: forms.Answers{"proposed_level": strconv.Itoa(f.Level), "regulation_number": f.RegulationNumber, "regulation_on": f.RegulationOn}}
	unit := simulatedHand(law.RoleSpecialisedUnit, f.AgencyCode)
	if f.Level >= 4 {
		d.State = approval.Opined
		d.Reviews = append(d.Reviews, approval.Review{Kind: approval.Opinion, Outcome: approval.Agree, By: unit, At: at(f.SubmittedOn)})
		unit = simulatedHand(law.RoleMIC, "G14")
	}
	if f.AppraisedOn != "" {
		d.State = approval.Appraised
		d.Reviews = append(d.Reviews, approval.Review{Kind: approval.Appraisal, Outcome: approval.FindFit, By: unit, At: at(f.AppraisedOn)})
	}
	return d
}

// simulatedApproval adds decision, approval, confirmation and plan.
func simulatedApproval(s *approval.System, f fixtures.System, officer approval.Who) {
	d := &s.Dossiers[0]
	d.State = approval.Approved
	part, by := law.PartLevel, approval.Who{Person: "sim:approver:" + f.AgencyCode, Account: "sim", Capacity: law.RoleSpecialisedUnit, Body: f.AgencyCode}
	if f.Level >= 3 {
		by.Capacity = law.RoleOwner
	}
	if f.Level == 5 {
		part = law.PartPlan
		d.Decisions = append(d.Decisions, approval.Decision{Part: law.PartList, Outcome: approval.Approve, Number: "Mô phỏng", DecidedOn: law.Day(f.ApprovedOn),
			By: simulatedHand(law.RolePrimeMinister, "G22"), At: at(f.ApprovedOn)})
	}
	d.Decisions = append(d.Decisions, approval.Decision{Part: part, Outcome: approval.Approve, Number: f.DecisionNumber, DecidedOn: law.Day(f.ApprovedOn), By: by, At: at(f.ApprovedOn)})
	a := approval.Approval{No: 1, Dossier: 1, Level: law.Level(f.Level), Rules: law.R85, Authority: by.Capacity, Number: f.DecisionNumber,
		DecidedOn: law.Day(f.ApprovedOn), From: at(f.ApprovedOn)}
	if f.ConfirmedOn != "" {
		a.Confirmation = &approval.Confirmation{By: approval.Who{Person: "sim:confirm:mic", Account: "sim", Capacity: law.RoleMIC, Body: "G14"}, At: at(f.ConfirmedOn)}
	}
	s.Approvals = []approval.Approval{a}
	on := f.DeployedOn
	if on == "" {
		on = f.ApprovedOn
	}
	s.Plans = []approval.Plan{{Approval: 1, Status: approval.PlanStatus(f.PlanStatus), On: law.Day(on), RoadmapUntil: law.Day(f.RoadmapUntil), By: officer, At: at(on)}}
}

// keeper is the program itself.
func keeper() approval.Actor {
	return approval.Actor{Person: "capdo", Account: "capdo", Capacity: approval.Keeper}
}
