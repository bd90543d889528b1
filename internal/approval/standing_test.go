package approval_test

import (
	"testing"
	"time"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
)

// at is an instant in Viet Nam.
func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05.999999", s, law.Zone())
	if err != nil {
		panic(err)
	}
	return t
}

// TestStandingAtItsEdges walks a history past each of its instants: the last
// moment before, and the moment itself.
func TestStandingAtItsEdges(t *testing.T) {
	const us = time.Microsecond
	registered, from, confirmed, planned := at("2026-01-05 09:00:00"), at("2026-02-01 09:00:00"), at("2026-02-03 10:00:00"), at("2026-02-10 08:00:00")
	revoked, again, retired := at("2026-06-01 14:00:00"), at("2026-07-01 09:00:00"), at("2026-12-01 09:00:00")
	s := approval.System{Code: "H56-0001", Owner: "H56", Version: 9, RegisteredAt: registered,
		Approvals: []approval.Approval{
			{No: 1, Dossier: 1, Level: 3, From: from, Confirmation: &approval.Confirmation{At: confirmed}, Revocation: &approval.Revocation{At: revoked}},
			{No: 2, Dossier: 2, Level: 4, From: again, Until: "2026-11-22"},
		},
		Plans: []approval.Plan{
			{Approval: 1, Status: approval.PlanPart, RoadmapUntil: "2026-05-01", At: from.Add(us)},
			{Approval: 1, Status: approval.PlanFull, At: planned},
			{Approval: 2, Status: approval.PlanPart, RoadmapUntil: "2027-01-01", At: again.Add(time.Hour)},
		},
		Retirement: &approval.Retirement{At: retired},
	}
	for _, c := range []struct {
		name      string
		t         time.Time
		state     string
		level     law.Level
		plan      approval.PlanStatus
		confirmed bool
	}{
		{"before registration", registered.Add(-us), "registered", 0, approval.PlanNone, false},
		{"registered", registered, "registered", 0, approval.PlanNone, false},
		{"just before the approval", from.Add(-us), "registered", 0, approval.PlanNone, false},
		{"approved", from, "approved", 3, approval.PlanNone, false},
		{"plan in part", from.Add(us), "approved", 3, approval.PlanPart, false},
		{"just before the confirmation", confirmed.Add(-us), "approved", 3, approval.PlanPart, false},
		{"confirmed", confirmed, "approved", 3, approval.PlanPart, true},
		{"just before the full plan", planned.Add(-us), "approved", 3, approval.PlanPart, true},
		{"deployed", planned, "deployed", 3, approval.PlanFull, true},
		{"just before the revocation", revoked.Add(-us), "deployed", 3, approval.PlanFull, true},
		{"revoked", revoked, "revoked", 0, approval.PlanNone, false},
		{"just before the second approval", again.Add(-us), "revoked", 0, approval.PlanNone, false},
		{"approved again: the earlier plan and confirmation do not count", again, "approved", 4, approval.PlanNone, false},
		{"its own plan", again.Add(time.Hour), "approved", 4, approval.PlanPart, false},
		{"through the last valid day", at("2026-11-22 23:59:59.999999"), "approved", 4, approval.PlanPart, false},
		{"gone at midnight", at("2026-11-23 00:00:00"), "lapsed", 0, approval.PlanNone, false},
		{"just before retirement", retired.Add(-us), "lapsed", 0, approval.PlanNone, false},
		{"retired", retired, "retired", 0, approval.PlanNone, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, zone := range []*time.Location{law.Zone(), time.UTC} {
				st := s.Standing(c.t.In(zone))
				level := law.Level(0)
				if st.Approval != nil {
					level = st.Approval.Level
				}
				if st.State() != c.state || level != c.level || st.Plan != c.plan || st.Confirmed != c.confirmed {
					t.Errorf("standing = %s, level %d, plan %s, confirmed %v; want %s, %d, %s, %v", st.State(), level, st.Plan, st.Confirmed, c.state, c.level, c.plan, c.confirmed)
				}
				if st.Registered == c.t.Before(registered) || st.Retired == c.t.Before(retired) {
					t.Errorf("registered %v, retired %v", st.Registered, st.Retired)
				}
			}
		})
	}
}

// TestNothingRevives: once a later approval was given, the end of it, however
// it comes, does not bring an earlier one back.
func TestNothingRevives(t *testing.T) {
	first := approval.Approval{No: 1, Level: 3, From: at("2026-01-01 09:00:00"), Confirmation: &approval.Confirmation{At: at("2026-01-02 09:00:00")}}
	for name, second := range map[string]approval.Approval{
		"revoked": {No: 2, Level: 4, From: at("2026-02-01 09:00:00"), Revocation: &approval.Revocation{At: at("2026-03-01 09:00:00")}},
		"lapsed":  {No: 2, Level: 4, From: at("2026-02-01 09:00:00"), Until: "2026-02-28"},
	} {
		s := approval.System{Approvals: []approval.Approval{first, second}, Plans: []approval.Plan{{Approval: 1, Status: approval.PlanFull, At: first.From}}}
		st := s.Standing(at("2026-03-01 09:00:00"))
		if st.Approval != nil || st.State() != name || st.Former == nil || st.Former.No != 2 || st.Plan != approval.PlanNone {
			t.Errorf("%s: approval %+v, former %+v, %s, plan %s", name, st.Approval, st.Former, st.State(), st.Plan)
		}
		if st := s.Standing(second.From.Add(-time.Second)); st.State() != "deployed" {
			t.Errorf("%s: before the second approval the system was %s", name, st.State())
		}
	}
}

func TestInForce(t *testing.T) {
	from := at("2026-02-01 09:00:00")
	for _, c := range []struct {
		name string
		a    approval.Approval
		t    time.Time
		want bool
	}{
		{"no term, years on", approval.Approval{From: from}, from.AddDate(50, 0, 0), true},
		{"before it began", approval.Approval{From: from}, from.Add(-time.Nanosecond), false},
		{"revoked in the instant it began", approval.Approval{From: from, Revocation: &approval.Revocation{At: from}}, from, false},
		{"revoked before it began", approval.Approval{From: from, Revocation: &approval.Revocation{At: from.Add(-time.Hour)}}, from, false},
		{"term of its first day", approval.Approval{From: from, Until: "2026-02-01"}, at("2026-02-01 23:59:59"), true},
		{"day after", approval.Approval{From: from, Until: "2026-02-01"}, at("2026-02-02 00:00:00"), false},
		{"term is no date: closed", approval.Approval{From: from, Until: "2026-02-31"}, from, false},
	} {
		if got := c.a.InForce(c.t); got != c.want {
			t.Errorf("%s: in force %v", c.name, got)
		}
	}
}

// TestChecksOnRecord: the latest day of each kind known at the time.
func TestChecksOnRecord(t *testing.T) {
	s := approval.System{Inspections: []approval.Inspection{
		{Kind: approval.InspectionCheck, On: "2026-03-01", OpenCritical: 2, At: at("2026-03-02 09:00:00")},
		{Kind: approval.InspectionCheck, On: "2026-01-01", OpenCritical: 7, At: at("2026-03-03 09:00:00")}, // entered late
		{Kind: approval.InspectionCheck, On: "2026-05-01", OpenCritical: 0, At: at("2026-05-02 09:00:00")},
		{Kind: approval.InspectionRisk, On: "2026-04-01", At: at("2026-04-02 09:00:00")},
		{Kind: approval.InspectionMinutes, On: "2026-04-05", At: at("2026-04-06 09:00:00")},
	}, Dossiers: []approval.Dossier{{No: 1, State: approval.Submitted, SubmittedAt: at("2026-02-01 09:00:00"), Statement: forms.Answers{"risk_assessed_on": "2026-01-15"}}}}
	for _, c := range []struct {
		t                        string
		inspected, risk, minutes law.Day
		critical                 int
	}{
		{"2026-01-31 09:00:00", "", "", "", 0},
		{"2026-02-01 09:00:00", "", "2026-01-15", "", 0},
		{"2026-03-02 08:59:59", "", "2026-01-15", "", 0},
		{"2026-03-03 09:00:00", "2026-03-01", "2026-01-15", "", 2},
		{"2026-04-02 09:00:00", "2026-03-01", "2026-04-01", "", 2},
		{"2026-05-02 09:00:00", "2026-05-01", "2026-04-01", "2026-04-05", 0},
	} {
		st := s.Standing(at(c.t))
		if st.Inspected != c.inspected || st.RiskAssessed != c.risk || st.Minutes != c.minutes || st.OpenCritical != c.critical {
			t.Errorf("%s: %s, %s, %s, %d", c.t, st.Inspected, st.RiskAssessed, st.Minutes, st.OpenCritical)
		}
	}
}

// TestHistory plays a life of two rounds, then asks afterwards what was true at
// each moment: what was true then.
func TestHistory(t *testing.T) {
	h := open(t, dayNew)
	l := h.begin(4)
	type moment struct {
		t     time.Time
		state string
	}
	var then []moment
	step := func(act func()) {
		t.Helper()
		h.tick(time.Hour)
		act()
		h.tick(time.Minute)
		st := l.seen.Standing(h.clock.T)
		then = append(then, moment{h.clock.T, st.State()})
	}
	step(func() { l.must(approval.ActFacts, approval.ActSubmit) })
	step(func() { l.must(approval.ActOpinion) })
	step(func() { h.ok(l.review(approval.Appraisal, approval.SendBack, l.right(approval.ActReview))) })
	step(func() { l.must(approval.ActSubmit) })
	step(func() { l.must(approval.ActOpinion) })
	step(func() { l.must(approval.ActReview) })
	step(func() { l.must(approval.ActDecide) })
	step(func() { l.must(approval.ActPlan) })
	step(func() { l.must(approval.ActRevoke) })
	step(func() { l.must(approval.ActSubmit) })
	step(func() { l.must(approval.ActRetire) })
	want := []string{"in_review", "in_review", "draft", "in_review", "in_review", "appraised", "approved", "deployed", "revoked", "in_review", "retired"}
	for i, m := range then {
		if m.state != want[i] {
			t.Errorf("step %d: then %s, want %s", i, m.state, want[i])
		}
		got := l.stored().Standing(m.t)
		if got.State() != m.state {
			t.Errorf("step %d: afterwards %s, then %s", i, got.State(), m.state)
		}
	}
}

// TestRetired: retirement ends the approval at its instant.
func TestRetired(t *testing.T) {
	l := open(t, dayNew).begin(3).approved().must(approval.ActConfirm, approval.ActPlan)
	l.tick(time.Hour)
	l.must(approval.ActRetire)
	if st := l.seen.Standing(l.clock.T); st.Approval != nil || st.Confirmed || st.Plan != approval.PlanNone || st.Former == nil {
		t.Errorf("retired, and yet %+v", st)
	}
	if st := l.seen.Standing(l.clock.T.Add(-time.Second)); st.Approval == nil || !st.Confirmed || st.State() != "deployed" {
		t.Errorf("a second before: %+v", st)
	}
}
