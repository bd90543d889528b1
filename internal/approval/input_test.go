package approval_test

import (
	"context"
	"maps"
	"testing"
	"time"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
)

func TestRegistrationInput(t *testing.T) {
	h := open(t, dayNew)
	good := approval.Registration{Name: "Hệ thống", OperatorUnit: "Trung tâm", Stage: approval.New, Attested: true}
	officer := (&life{house: h}).hand(law.RoleOperator, "register")
	for name, c := range map[string]struct {
		mend  func(*approval.Registration)
		rules []string
	}{
		"no name":           {func(r *approval.Registration) { r.Name = " \t" }, []string{"name:name-missing"}},
		"no operator":       {func(r *approval.Registration) { r.OperatorUnit = "" }, []string{"operator_unit:operator-missing"}},
		"no stage":          {func(r *approval.Registration) { r.Stage = "" }, []string{"stage:stage-missing"}},
		"unknown stage":     {func(r *approval.Registration) { r.Stage = "old" }, []string{"stage:stage-missing"}},
		"operating since ?": {func(r *approval.Registration) { r.Stage = approval.Operating }, []string{"started_on:started-missing"}},
		"from tomorrow":     {func(r *approval.Registration) { r.StartedOn = dayNew.AddDays(1) }, []string{"started_on:started-in-future"}},
		"no such day":       {func(r *approval.Registration) { r.StartedOn = "2025-02-30" }, []string{"started_on:date-invalid"}},
		"not attested":      {func(r *approval.Registration) { r.Attested = false }, []string{"attest_system:r331.0a"}},
		"everything": {func(r *approval.Registration) { *r = approval.Registration{Stage: approval.Operating} },
			[]string{"name:name-missing", "operator_unit:operator-missing", "started_on:started-missing", "attest_system:r331.0a"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := good
			c.mend(&in)
			before := h.print()
			_, err := h.office.Register(context.Background(), officer, in)
			h.refused(err, before, approval.Invalid, c.rules...)
		})
	}
	for _, c := range capacities() {
		if c == law.RoleOperator {
			continue
		}
		before := h.print()
		_, err := h.office.Register(context.Background(), (&life{house: h}).hand(c, "register"), good)
		h.refused(err, before, approval.Forbidden, "wrong-actor")
	}
	s, err := h.office.Register(context.Background(), officer, good)
	h.ok(err)
	next, err := h.office.Register(context.Background(), officer, good)
	h.ok(err)
	if s.Code != "H56-0001" || next.Code != "H56-0002" || s.Version != 1 || s.Owner != "H56" {
		t.Errorf("registered %s, then %s, version %d, owner %s", s.Code, next.Code, s.Version, s.Owner)
	}
}

func TestFactsInput(t *testing.T) {
	l := open(t, dayNew).begin(3)
	bad := law.Facts{Type: "z", Info: "gossip", Components: []law.Level{6}}
	before := l.print()
	_, err := l.office.StateFacts(context.Background(), l.right(approval.ActFacts), l.code, 1, bad)
	l.refused(err, before, approval.Invalid)
	if got := rulesOf(err); len(got) != 3 {
		t.Errorf("findings = %q, want one for each impossible fact", got)
	}
}

// TestSubmitInput: every finding is collected, nothing is kept.
func TestSubmitInput(t *testing.T) {
	for name, c := range map[string]struct {
		day   law.Day
		level law.Level
		facts func(*law.Facts) // nil: as they should be
		none  bool             // no facts at all
		mend  func(forms.Answers)
		rules []string
	}{
		"without facts":     {day: dayNew, level: 3, none: true, rules: []string{"facts-missing"}},
		"facts not risked":  {day: dayNew, level: 3, facts: func(f *law.Facts) { f.RiskAssessed = false }, rules: []string{"fact-missing.risk_assessed"}},
		"facts with gaps":   {day: dayMIC, level: 3, facts: func(f *law.Facts) { f.HandlesTTHC, f.DVCTTLevel, f.Users = false, nil, nil }, rules: []string{"fact-missing.users", "proposed_level:level-differs"}},
		"level too low":     {day: dayNew, level: 3, mend: set("proposed_level", "2"), rules: []string{"proposed_level:level-differs"}},
		"level too high":    {day: dayMIC, level: 3, mend: set("proposed_level", "4"), rules: []string{"availability_need:field.high-level.r85", "attack_threats:field.high-level.r85", "impact_scope:field.high-level.r85", "related_systems:field.high-level.r85", "proposed_level:level-differs"}},
		"no level":          {day: dayNew, level: 3, mend: set("proposed_level", ""), rules: []string{"proposed_level:form.required"}},
		"no such level":     {day: dayNew, level: 3, mend: set("proposed_level", "9")},
		"gap: below":        {day: dayGap, level: 3, mend: set("proposed_level", "2"), rules: []string{"proposed_level:level-differs"}},
		"no scope":          {day: dayNew, level: 3, mend: set("scope", ""), rules: []string{"scope:field.scope.r331"}},
		"risk not assessed": {day: dayNew, level: 3, mend: set("risk_assessed_on", ""), rules: []string{"risk_assessed_on:risk-first"}},
		"risk tomorrow":     {day: dayNew, level: 3, mend: set("risk_assessed_on", "2026-11-23"), rules: []string{"risk_assessed_on:form.not_after_today", "risk_assessed_on:risk-first"}},
		"no regulation": {day: dayNew, level: 3, mend: func(a forms.Answers) { set("regulation_number", "")(a); set("regulation_on", "")(a) },
			rules: []string{"regulation_number:regulation-first", "regulation_on:regulation-first"}},
		"regulation tomorrow": {day: dayMIC, level: 3, mend: set("regulation_on", "2024-07-01"), rules: []string{"regulation_on:form.not_after_today", "regulation_on:regulation-first"}},
		"all at once": {day: dayNew, level: 3, none: true, mend: func(a forms.Answers) {
			set("scope", "")(a)
			set("risk_assessed_on", "")(a)
			set("regulation_on", "")(a)
		},
			rules: []string{"facts-missing", "scope:field.scope.r331", "risk_assessed_on:risk-first", "regulation_on:regulation-first"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, c.day)
			l := h.begin(c.level)
			f := l.facts()
			if c.facts != nil {
				c.facts(&f)
			}
			if !c.none {
				h.ok(l.keep(h.office.StateFacts(context.Background(), l.right(approval.ActFacts), l.code, 1, f)))
			}
			st := l.statement()
			if c.mend != nil {
				c.mend(st)
			}
			before := h.print()
			_, err := h.office.Submit(context.Background(), l.right(approval.ActSubmit), l.code, l.seen.Version, st)
			h.refused(err, before, approval.Invalid, c.rules...)
			h.ok(l.keep(h.office.Draft(context.Background(), l.right(approval.ActDraft), l.code, l.seen.Version, st)))
			if !maps.Equal(l.seen.Last().Statement, st) {
				t.Error("the draft did not keep what was written")
			}
		})
	}
}

// set mends one answer.
func set(id, value string) func(forms.Answers) {
	return func(a forms.Answers) {
		a[id] = value
		if value == "" {
			delete(a, id)
		}
	}
}

// TestGapNeedsAPerson: without a decree a person may put the level above the
// reference, not below.
func TestGapNeedsAPerson(t *testing.T) {
	l := open(t, dayGap).begin(3).must(approval.ActFacts)
	l.level = 4
	l.must(approval.ActSubmit)
	if d := l.seen.Last(); d.Level != 4 || d.Rules != law.R116 || d.Determination == nil || !d.Determination.Manual {
		t.Errorf("dossier = %+v", d)
	}
}

// TestDraftForgetsALevelTakenBack: the level of a draft is the one written.
func TestDraftForgetsALevelTakenBack(t *testing.T) {
	l := open(t, dayNew).begin(3).must(approval.ActFacts, approval.ActDraft)
	st := l.statement()
	delete(st, "proposed_level")
	l.ok(l.keep(l.office.Draft(context.Background(), l.right(approval.ActDraft), l.code, l.seen.Version, st)))
	if got := l.seen.Last().Level; got != 0 {
		t.Errorf("level = %d after it was taken back", got)
	}
}

// TestSubmissionIsFrozen: digest, facts, determination and level stay as they
// were handed in, and each round has a digest of its own.
func TestSubmissionIsFrozen(t *testing.T) {
	l := open(t, dayNew).begin(3).must(approval.ActFacts, approval.ActSubmit)
	first := *l.seen.Last()
	if first.Digest == "" || first.Facts == nil || first.Determination == nil || *first.Determination.Level != 3 {
		t.Fatalf("submitted = %+v", first)
	}
	l.refused(l.do(approval.ActFacts, l.right(approval.ActFacts)), l.print(), approval.Conflict, "dossier-in-hand")
	l.ok(l.review(approval.Appraisal, approval.SendBack, l.right(approval.ActReview)))
	l.must(approval.ActSubmit)
	second := *l.seen.Last()
	if second.Digest == first.Digest || second.No != first.No {
		t.Errorf("round two: digest %s after %s, dossier %d", second.Digest, first.Digest, second.No)
	}
	in := approval.ReviewInput{Kind: approval.Appraisal, Outcome: approval.FindFit, Digest: first.Digest}
	before := l.print()
	_, err := l.office.Review(context.Background(), l.right(approval.ActReview), l.code, l.seen.Version, in)
	l.refused(err, before, approval.Stale, "stale")
	l.must(approval.ActReview)
	before = l.print()
	_, err = l.office.Decide(context.Background(), l.right(approval.ActDecide), l.code, l.seen.Version,
		approval.DecisionInput{Outcome: approval.Approve, Number: "1", DecidedOn: dayNew, Digest: first.Digest})
	l.refused(err, before, approval.Stale, "stale")
}

// TestStaleVersion: every act on an older version, and on one that is not yet.
func TestStaleVersion(t *testing.T) {
	for _, st := range stages() {
		t.Run(st.name, func(t *testing.T) {
			t.Parallel()
			l := open(t, dayNew).begin(4)
			st.lead(l)
			for _, off := range []int64{-1, 1} {
				seen := l.seen
				seen.Version += off
				for _, act := range approval.Acts() {
					before := l.print()
					_, err := l.on(seen, act, l.right(act))
					l.refused(err, before, approval.Stale, "stale")
				}
			}
		})
	}
}

func TestReviewInput(t *testing.T) {
	l := open(t, dayNew).begin(4).must(approval.ActFacts, approval.ActSubmit)
	for _, c := range []struct {
		kind    approval.ReviewKind
		outcome approval.Outcome
		comment string
		rule    string
	}{
		{approval.Opinion, "", "x", "outcome:outcome-missing"},
		{approval.Opinion, approval.FindFit, "x", "outcome:outcome-missing"},
		{approval.Appraisal, approval.Agree, "x", "outcome:outcome-missing"},
		{approval.Appraisal, approval.Approve, "x", "outcome:outcome-missing"},
		{"gossip", approval.Agree, "x", "outcome:outcome-missing"},
		{approval.Opinion, approval.Disagree, " \n", "comment:comment-missing"},
		{approval.Appraisal, approval.FindUnfit, "", "comment:comment-missing"},
		{approval.Appraisal, approval.SendBack, "", "comment:comment-missing"},
	} {
		in := approval.ReviewInput{Kind: c.kind, Outcome: c.outcome, Comment: c.comment, Digest: l.seen.Last().Digest}
		before := l.print()
		_, err := l.office.Review(context.Background(), l.right(approval.ActOpinion), l.code, l.seen.Version, in)
		l.refused(err, before, approval.Invalid, c.rule)
	}
}

func TestDecisionInput(t *testing.T) {
	h := open(t, dayNew)
	l := h.begin(3).must(approval.ActFacts, approval.ActSubmit)
	h.tick(24 * time.Hour)
	l.must(approval.ActReview)
	h.tick(48 * time.Hour) // submitted on 22, appraised on 23, decided on 25
	const today = law.Day("2026-11-25")
	for name, c := range map[string]struct {
		in    approval.DecisionInput
		rules []string
	}{
		"nothing":            {approval.DecisionInput{}, []string{"outcome:outcome-missing"}},
		"a review's outcome": {approval.DecisionInput{Outcome: approval.FindFit, Number: "1", DecidedOn: today}, []string{"outcome:outcome-missing"}},
		"refusal, no reason": {approval.DecisionInput{Outcome: approval.RefuseIt, Grounds: "  "}, []string{"grounds:grounds-missing"}},
		"only the outcome":   {approval.DecisionInput{Outcome: approval.Approve}, []string{"number:number-missing", "decided_on:date-missing"}},
		"no number":          {approval.DecisionInput{Outcome: approval.Approve, Number: " ", DecidedOn: today}, []string{"number:number-missing"}},
		"tomorrow":           {approval.DecisionInput{Outcome: approval.Approve, Number: "1", DecidedOn: "2026-11-26"}, []string{"decided_on:date-in-future"}},
		"before appraisal":   {approval.DecisionInput{Outcome: approval.Approve, Number: "1", DecidedOn: "2026-11-22"}, []string{"decided_on:date-before-appraisal"}},
		"before regulation":  {approval.DecisionInput{Outcome: approval.Approve, Number: "1", DecidedOn: "2026-09-22"}, []string{"decided_on:date-before-appraisal", "decided_on:regulation-first"}},
		"no such day":        {approval.DecisionInput{Outcome: approval.Approve, Number: "1", DecidedOn: "2026-11-31"}, []string{"decided_on:date-invalid"}},
		"lapsed yesterday":   {approval.DecisionInput{Outcome: approval.Approve, Number: "1", DecidedOn: today, Until: "2026-11-24"}, []string{"valid_until:until-in-past"}},
		"no such term":       {approval.DecisionInput{Outcome: approval.Approve, Number: "1", DecidedOn: today, Until: "2027-02-29"}, []string{"valid_until:date-invalid"}},
		"all at once": {approval.DecisionInput{Outcome: approval.Approve, DecidedOn: "2026-11-26", Until: "2026-01-01"},
			[]string{"number:number-missing", "decided_on:date-in-future", "valid_until:until-in-past"}},
	} {
		t.Run(name, func(t *testing.T) {
			before := h.print()
			h.refused(l.decide(c.in, l.right(approval.ActDecide)), before, approval.Invalid, c.rules...)
		})
	}
	for _, on := range []law.Day{"2026-11-23", today} { // the edges that do
		m := h.begin(3)
		h.tick(-72 * time.Hour)
		m.must(approval.ActFacts, approval.ActSubmit)
		h.tick(24 * time.Hour)
		m.must(approval.ActReview)
		h.tick(48 * time.Hour)
		h.ok(m.decide(approval.DecisionInput{Outcome: approval.Approve, Number: "1", DecidedOn: on, Until: today}, m.right(approval.ActDecide)))
	}
}

// TestRegulationOfTheSameDay: the regulation may be of the day of the decision,
// not of a later one.
func TestRegulationOfTheSameDay(t *testing.T) {
	h := open(t, dayNew)
	l := h.begin(3).must(approval.ActFacts)
	st := l.statement()
	st["regulation_on"] = string(dayNew)
	h.ok(l.keep(h.office.Submit(context.Background(), l.right(approval.ActSubmit), l.code, l.seen.Version, st)))
	l.must(approval.ActReview, approval.ActDecide)
}

func TestPlanAndInspectionInput(t *testing.T) {
	h := open(t, dayNew)
	l := h.begin(3).approved()
	tomorrow := dayNew.AddDays(1)
	for _, c := range []struct {
		in    approval.PlanInput
		rules []string
	}{
		{approval.PlanInput{}, []string{"status:status-missing", "on:date-missing"}},
		{approval.PlanInput{Status: "half", On: dayNew}, []string{"status:status-missing"}},
		{approval.PlanInput{Status: approval.PlanFull, On: tomorrow}, []string{"on:date-in-future"}},
		{approval.PlanInput{Status: approval.PlanFull, On: "2026-06-31"}, []string{"on:date-invalid"}},
		{approval.PlanInput{Status: approval.PlanFull, On: dayNew, RoadmapUntil: tomorrow}, []string{"roadmap_until:roadmap-without-part"}},
		{approval.PlanInput{Status: approval.PlanPart, On: dayNew, RoadmapUntil: dayNew}, []string{"roadmap_until:roadmap-in-past"}},
		{approval.PlanInput{Status: approval.PlanPart, On: dayNew, RoadmapUntil: "soon"}, []string{"roadmap_until:date-invalid"}},
		{approval.PlanInput{Status: approval.PlanNone, On: tomorrow, RoadmapUntil: dayNew}, []string{"on:date-in-future", "roadmap_until:roadmap-without-part", "roadmap_until:roadmap-in-past"}},
	} {
		before := h.print()
		_, err := h.office.DeclarePlan(context.Background(), l.right(approval.ActPlan), l.code, l.seen.Version, c.in)
		h.refused(err, before, approval.Invalid, c.rules...)
	}
	for _, c := range []struct {
		in    approval.InspectionInput
		rules []string
	}{
		{approval.InspectionInput{OpenCritical: -1}, []string{"kind:kind-missing", "on:date-missing", "performer:performer-missing", "open_critical:negative"}},
		{approval.InspectionInput{Kind: approval.InspectionRisk, On: tomorrow, Performer: "x"}, []string{"on:date-in-future"}},
		{approval.InspectionInput{Kind: approval.InspectionRisk, On: "2026-13-01", Performer: "x"}, []string{"on:date-invalid"}},
		{approval.InspectionInput{Kind: approval.InspectionMinutes, On: dayNew, Performer: " "}, []string{"performer:performer-missing"}},
	} {
		before := h.print()
		_, err := h.office.Inspect(context.Background(), l.right(approval.ActInspect), l.code, l.seen.Version, c.in)
		h.refused(err, before, approval.Invalid, c.rules...)
	}
	before := h.print()
	_, err := h.office.Revoke(context.Background(), l.right(approval.ActRevoke), l.code, l.seen.Version, approval.RevocationInput{Ground: " ", Number: "1"})
	h.refused(err, before, approval.Invalid, "ground:ground-missing")
	_, err = h.office.Retire(context.Background(), l.right(approval.ActRetire), l.code, l.seen.Version, "\n")
	h.refused(err, before, approval.Invalid, "ground:ground-missing")
}
