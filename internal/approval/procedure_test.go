package approval_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// project is a new system whose level differs by the rules: 3 under R85 (12,000
// users), 2 under R331 (12,000 subjects of basic data).
func (h *house) project(stage approval.Stage) *life {
	h.Helper()
	l := &life{house: h, level: 3}
	ctx := context.Background()
	s, err := h.office.Register(ctx, l.hand(law.RoleOperator, "register"), approval.Registration{Name: "Hệ thống đang đầu tư", OperatorUnit: "Trung tâm CNTT", Stage: stage, StartedOn: "2026-05-01", Attested: true})
	h.ok(err)
	l.code, l.seen = s.Code, s
	many, none := 12000, 0
	h.ok(l.keep(h.office.StateFacts(ctx, l.right(approval.ActFacts), l.code, s.Version, law.Facts{Type: "b", Info: "personal", Users: &many, SubjectsBasic: &many, SubjectsSensitive: &none, DVCTTLevel: &none, RiskAssessed: true})))
	return l
}

// statedAs is a complete statement at a level that answers the question of
// investment; "" leaves it open.
func (l *life) statedAs(level law.Level, answer string) forms.Answers {
	st := storetest.Statement(level, law.DayOf(l.clock.T))
	if answer != "" {
		st["under_investment"] = answer
	}
	return st
}

func (l *life) submit(st forms.Answers) error {
	return l.keep(l.office.Submit(context.Background(), l.right(approval.ActSubmit), l.code, l.seen.Version, st))
}

// TestOldProcedure walks the boundary days of NĐ 331/2026 Điều 39.1: the form
// asks while the passage lasts, the answer decides the rule set and the form.
func TestOldProcedure(t *testing.T) {
	for _, c := range []struct {
		day     law.Day
		stage   approval.Stage
		answer  string
		asked   bool
		rules   law.RuleSet
		edition string
		level   law.Level
	}{
		{"2026-06-30", approval.New, "", false, law.R85, "r85", 3},
		{"2026-07-01", approval.New, "yes", true, law.R85, "r85", 3},
		{"2026-07-01", approval.New, "no", true, law.R116, "r85", 3},
		{"2026-08-18", approval.Upgrade, "yes", true, law.R85, "r85", 3},
		{"2026-08-19", approval.New, "yes", true, law.R85, "r85", 3},
		{"2026-08-19", approval.New, "no", true, law.R331, "r331", 2},
		{"2026-08-19", approval.Operating, "", false, law.R331, "r331", 2},
		{"2026-08-19", approval.Operating, "yes", false, law.R331, "r331", 2}, // said of a system in operation, it counts for nothing
		{"2027-01-01", approval.New, "yes", true, law.R85, "r85", 3},
		{"2027-01-02", approval.New, "yes", false, law.R331, "r331", 2},
		{"2027-01-02", approval.New, "", false, law.R331, "r331", 2},
	} {
		h := open(t, c.day)
		l := h.project(c.stage)
		f, err := h.office.File(context.Background(), l.right(approval.ActFacts), l.code)
		h.ok(err)
		field, ok := f.Form.Field("under_investment")
		shown := slices.ContainsFunc(f.Form.Shown(f.FormContext, forms.Answers{}), func(s forms.Section) bool {
			return slices.ContainsFunc(s.Fields, func(x forms.Field) bool { return x.ID == "under_investment" })
		})
		if !ok || shown != c.asked || !field.Required {
			t.Errorf("%s, %s: asked %t, want %t", c.day, c.stage, shown, c.asked)
		}
		if c.asked {
			if fs := findingsOf(l.submit(l.statedAs(c.level, ""))); !slices.Contains(fs, "under_investment") {
				t.Errorf("%s, %s: the question may stay open: %v", c.day, c.stage, fs)
			}
		}
		h.ok(l.keep(h.office.Draft(context.Background(), l.right(approval.ActDraft), l.code, l.seen.Version, l.statedAs(c.level, c.answer))))
		f, err = h.office.File(context.Background(), l.right(approval.ActFacts), l.code)
		h.ok(err)
		if f.Form.Edition != c.edition || f.FormContext.Rules != string(c.rules) {
			t.Errorf("%s, %s, %q: the draft is on form %s under %s", c.day, c.stage, c.answer, f.Form.Edition, f.FormContext.Rules)
		}
		other := law.Level(5) - c.level
		if fs := findingsOf(l.submit(l.statedAs(other, c.answer))); !slices.Contains(fs, "proposed_level") {
			t.Errorf("%s, %s, %q: level %d is taken: %v", c.day, c.stage, c.answer, other, fs)
		}
		h.ok(l.submit(l.statedAs(c.level, c.answer)))
		d := l.seen.Last()
		if d.Rules != c.rules || d.Edition != c.edition || d.Determination.Rules != c.rules || d.Level != c.level {
			t.Errorf("%s, %s, %q: submitted under %s on %s at level %d, determined by %s", c.day, c.stage, c.answer, d.Rules, d.Edition, d.Level, d.Determination.Rules)
		}
		h.sound()
	}
}

// findingsOf are the fields a refusal names.
func findingsOf(err error) (fields []string) {
	if r, ok := err.(*approval.Refusal); ok {
		for _, f := range r.Findings {
			fields = append(fields, f.Field)
		}
	}
	return fields
}

// TestOldProcedureLimits: the authority and the limits are those of the old
// procedure while it lasts.
func TestOldProcedureLimits(t *testing.T) {
	h := open(t, "2026-12-01")
	l := h.project(approval.New)
	h.ok(l.submit(l.statedAs(3, "yes")))
	f, err := h.office.File(context.Background(), l.right(approval.ActFacts), l.code)
	h.ok(err)
	if c := f.Competence; c == nil || c.Rules != law.R85 || c.ID != "authority.r85.3" || c.Appraisal != (law.Limit{Days: 15}) || c.RiskFirst || !c.RegulationFirst || c.Regulator != law.RoleMPS {
		t.Errorf("the old procedure: %+v", c)
	}
}

// TestOldProcedureEnds: on the last day a dossier of the old procedure is still
// found fit and approved; the day after it goes back to be made anew, and a
// decision dated within the time stands.
func TestOldProcedureEnds(t *testing.T) {
	ready := func(day law.Day) *life {
		h := open(t, "2026-12-20")
		l := h.project(approval.New)
		h.ok(l.submit(l.statedAs(3, "yes")))
		if h.clock.T = storetest.At(day).T; day <= "2027-01-01" {
			h.ok(l.review(approval.Appraisal, approval.FindFit, l.right(approval.ActReview)))
		}
		return l
	}
	last := ready("2027-01-01")
	last.ok(last.decide(approval.DecisionInput{Outcome: approval.Approve, Number: "1/QĐ", DecidedOn: "2027-01-01"}, last.hand(law.RoleOwner, "decide")))
	if x := last.seen.Approvals[0]; x.Rules != law.R85 || x.Level != 3 {
		t.Errorf("approved on the last day: %+v", x)
	}

	late := ready("2027-01-01")
	late.tick(24 * time.Hour)
	err := late.decide(approval.DecisionInput{Outcome: approval.Approve, Number: "1/QĐ", DecidedOn: "2027-01-02"}, late.hand(law.RoleOwner, "decide"))
	if r, ok := err.(*approval.Refusal); !ok || r.Kind != approval.Conflict || r.Findings[0].Rule != "transition.investment" || r.Findings[0].Cites == "" {
		t.Errorf("approved after the last day: %v", err)
	}
	late.ok(late.decide(approval.DecisionInput{Outcome: approval.Approve, Number: "1/QĐ", DecidedOn: "2027-01-01"}, late.hand(law.RoleOwner, "decide")))

	back := ready("2027-01-02")
	if err := back.review(approval.Appraisal, approval.FindFit, back.right(approval.ActReview)); kindOf(err) != approval.Conflict {
		t.Errorf("found fit after the last day: %v", err)
	}
	back.ok(back.review(approval.Appraisal, approval.SendBack, back.right(approval.ActReview)))
	f, err := back.office.File(context.Background(), back.right(approval.ActFacts), back.code)
	back.ok(err)
	if f.Form.Edition != "r331" {
		t.Errorf("returned, it is made anew on %s", f.Form.Edition)
	}
	back.ok(back.submit(back.statedAs(2, "")))
	if d := back.seen.Last(); d.Rules != law.R331 {
		t.Errorf("made anew under %s", d.Rules)
	}
	back.sound()
}

// TestOldProcedureByField: saved by itself, the answer puts the draft on the
// other form, and back.
func TestOldProcedureByField(t *testing.T) {
	h := open(t, "2026-11-22")
	l := h.project(approval.New)
	for _, c := range []struct {
		answer, edition string
		rules           law.RuleSet
	}{{"no", "r331", law.R331}, {"yes", "r85", law.R85}, {"no", "r331", law.R331}} {
		tag := approval.FieldTag(0, 0, "")
		if d := l.seen.Open(); d != nil {
			tag = d.Tag("under_investment")
		}
		saved, err := h.office.SaveFields(context.Background(), l.right(approval.ActDraft), l.code, []approval.FieldInput{{Field: "under_investment", Value: c.answer, Seen: tag}})
		h.ok(l.keep(saved.System, err))
		if d := l.seen.Last(); d.Edition != c.edition || d.Rules != c.rules {
			t.Errorf("%s: form %s under %s", c.answer, d.Edition, d.Rules)
		}
	}
	h.sound()
}
