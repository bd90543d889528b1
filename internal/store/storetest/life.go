package storetest

import (
	"context"
	"strconv"
	"testing"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
)

// Facts make a system of a level under every rule set; listed puts it on the
// national-security list of R331.
func Facts(level law.Level, listed bool) law.Facts {
	users, dvctt := 500, 4
	f := law.Facts{Type: "a", Info: "public", RiskAssessed: true, NSListIndicators: listed}
	switch level {
	case 2:
		f.Info, f.Users = "personal", &users
	case 3:
		f.Type, f.Info, f.DVCTTLevel, f.HandlesTTHC = "b", "personal", &dvctt, true
		f.Users, f.SubjectsBasic, f.SubjectsSensitive = &users, &users, &users
	case 4:
		f.Type, f.InfraScope, f.Need24x7 = "c", "nationwide", true
	case 5:
		f.Info, f.NSHarm = "state_secret", "especially_serious"
	}
	return f
}

// Statement is a complete dossier of a level, as written on day.
func Statement(level law.Level, day law.Day) forms.Answers {
	st := forms.Answers{"proposed_level": strconv.Itoa(int(level)), "info_types": "public\npersonal", "risk_assessed_on": string(day.AddDays(-30)),
		"regulation_number": "12/QĐ-TTCNTT", "regulation_on": string(day.AddDays(-60))}
	ids := []string{"owner_mandate", "owner_position", "owner_address", "operator", "operator_mandate", "operator_position", "scope", "scale", "served_parties",
		"logical_model", "physical_model", "devices", "services", "zones", "basis_detail", "risk_summary", "regulation_issuer", "plan_design", "plan_operation",
		"plan_inspection", "plan_risk", "plan_monitoring", "plan_recovery", "plan_disposal"}
	if level >= 4 {
		ids = append(ids, "related_systems", "attack_threats", "impact_scope", "availability_need")
	}
	for _, id := range ids {
		st[id] = "Nội dung " + id
	}
	return st
}

// Step is how far a system of Lead goes.
type Step int

// The steps, each after the one before.
const (
	Registered Step = iota
	Stated
	Submitted
	Appraised
	Approved
	Confirmed
	Deployed
)

// Lead registers a system named name under owner and leads it to a step, at the
// clock's day. It is of level 3: the specialised unit appraises, the owner
// approves; each act is done by storetest.Actor of its capacity.
func Lead(t testing.TB, o *approval.Office, owner, name string, to Step) approval.System {
	t.Helper()
	ctx, day := context.Background(), law.DayOf(o.Clock())
	officer := Actor(law.RoleOperator, owner)
	c, err := o.Book.Competence(law.Case{Level: 3, On: day})
	if err != nil {
		t.Fatal(err)
	}
	s, err := o.Register(ctx, officer, approval.Registration{Name: name, OperatorUnit: "Trung tâm CNTT", Stage: approval.Operating, StartedOn: "2020-01-01", Attested: true})
	if err != nil {
		t.Fatal(err)
	}
	acts := []func() (approval.System, error){
		func() (approval.System, error) { return o.StateFacts(ctx, officer, s.Code, s.Version, Facts(3, false)) },
		func() (approval.System, error) { return o.Submit(ctx, officer, s.Code, s.Version, Statement(3, day)) },
		func() (approval.System, error) {
			return o.Review(ctx, Actor(law.RoleSpecialisedUnit, owner), s.Code, s.Version, approval.ReviewInput{Kind: approval.Appraisal, Outcome: approval.FindFit, Digest: s.Last().Digest})
		},
		func() (approval.System, error) {
			return o.Decide(ctx, Actor(law.RoleOwner, owner), s.Code, s.Version, approval.DecisionInput{Outcome: approval.Approve, Number: "1/QĐ", DecidedOn: day, Digest: s.Last().Digest})
		},
		func() (approval.System, error) {
			return o.Confirm(ctx, Actor(c.Regulator, "G01"), s.Code, s.Version, "")
		},
		func() (approval.System, error) {
			return o.DeclarePlan(ctx, officer, s.Code, s.Version, approval.PlanInput{Status: approval.PlanFull, On: day})
		},
	}
	for _, act := range acts[:to] {
		if s, err = act(); err != nil {
			t.Fatal(err)
		}
	}
	return s
}
