package law_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"capdo/internal/law"
)

func TestConformityDue(t *testing.T) {
	b := open(t)
	for _, set := range []law.RuleSet{law.R85, law.R116} {
		due, cites, ok := b.ConformityDue(set)
		if !ok || due != "2027-07-01" || cites != "Luật 116/2025/QH15, Điều 45 khoản 1" {
			t.Errorf("%s: %s, %q, %v", set, due, cites, ok)
		}
	}
	if due, _, ok := b.ConformityDue(law.R331); ok {
		t.Errorf("R331 is due on %s", due)
	}
}

func TestProcedure(t *testing.T) {
	cases := []struct {
		on         law.Day
		investment bool
		want       law.RuleSet
		by         string
	}{
		{"2016-06-30", false, "", ""},
		{"2016-06-30", true, "", ""},
		{"", true, "", ""},
		{"2026-06-30", true, law.R85, ""},
		{"2026-07-01", false, law.R116, ""},
		{"2026-07-01", true, law.R85, "transition.investment"},
		{"2026-08-18", true, law.R85, "transition.investment"},
		{"2026-08-19", false, law.R331, ""},
		{"2026-08-19", true, law.R85, "transition.investment"},
		{"2026-12-31", true, law.R85, "transition.investment"},
		{"2027-01-01", true, law.R85, "transition.investment"},
		{"2027-01-01", false, law.R331, ""},
		{"2027-01-02", true, law.R331, ""},
	}
	b := open(t)
	for _, c := range cases {
		got, by, ok := b.Procedure(law.ProcedureCase{On: c.on, UnderInvestment: c.investment})
		if got != c.want || by.ID != c.by || ok != (c.want != "") {
			t.Errorf("%s, under investment %v: %s by %q, %v", c.on, c.investment, got, by.ID, ok)
		}
	}
}

func TestTransitionsApply(t *testing.T) {
	cases := []struct {
		stage string
		under law.RuleSet
		on    law.Day
		want  string
	}{
		{law.StageOperating, law.R85, "2022-09-30", ""},
		{law.StageOperating, law.R85, "2022-10-01", "tt12-review"},
		{law.StageOperating, law.R85, "2023-05-31", "tt12-review"},
		{law.StageOperating, law.R85, "2023-06-01", ""},
		{law.StageOperating, law.R85, "2026-06-30", ""},
		{law.StageOperating, law.R85, "2026-07-01", "kept-level kept-level-conform"},
		{law.StageOperating, law.R85, "2027-07-02", "kept-level kept-level-conform"},
		{law.StageOperating, law.R116, "2026-08-18", "kept-level-conform"},
		{law.StageOperating, law.R331, "2026-08-19", ""},
		{law.StageLicence, "", "2026-06-30", ""},
		{law.StageLicence, "", "2026-07-01", "licences"},
		{law.StageProduct, "", "2026-06-30", ""},
		{law.StageProduct, "", "2026-07-01", "products"},
		{law.StageUnderInvestment, "", "2026-06-30", ""},
		{law.StageUnderInvestment, "", "2026-07-01", "investment investment-conform"},
		{law.StageUnderInvestment, "", "2027-01-01", "investment investment-conform"},
		{law.StageUnderInvestment, "", "2027-01-02", "investment-conform"},
		{law.StageUnclassified, "", "2026-08-18", ""},
		{law.StageUnclassified, "", "2026-08-19", "unclassified"},
		{law.StageMerged, law.R85, "2025-02-28", ""},
		{law.StageMerged, law.R85, "2025-03-01", "merged"},
		{"elsewhere", "", "2026-11-22", ""},
	}
	b := open(t)
	for _, c := range cases {
		var got []string
		for _, x := range b.Transitions() {
			if x.Applies(c.stage, c.under, c.on) {
				got = append(got, strings.TrimPrefix(x.ID, "transition."))
			}
		}
		if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s, %q on %s: %s", c.stage, c.under, c.on, diff)
		}
	}
}

// TestTransitionsAgreeWithDeadlines: where both give a day for one thing, it is
// the same day.
func TestTransitionsAgreeWithDeadlines(t *testing.T) {
	b := open(t)
	for transition, deadline := range map[string]string{
		"kept-level-conform": "kept-level", "investment-conform": "investment-conform",
		"products": "products", "investment": "investment", "tt12-review": "tt12-review",
	} {
		i := slices.IndexFunc(b.Transitions(), func(x law.Transition) bool { return x.ID == "transition."+transition })
		x := b.Transitions()[i]
		day := x.Due
		if x.Effect == law.TransitionProcedure {
			day = x.Until
		}
		if !slices.ContainsFunc(b.Deadlines(day, day), func(d law.Deadline) bool { return d.ID == "deadline."+deadline }) {
			t.Errorf("%s ends on %s, %s does not", transition, day, deadline)
		}
	}
}

func TestTransitionsExplainThemselves(t *testing.T) {
	b := open(t)
	for _, x := range b.Transitions() {
		if x.Says.VI == "" || x.Says.EN == "" || x.Cites == "" || x.Confidence == "" || x.Source == "" || x.From == "" {
			t.Errorf("%s does not explain itself: %+v", x.ID, x)
		}
	}
	flags := map[string]string{}
	for _, x := range b.Transitions() {
		if x.Flag != "" {
			flags[x.ID] = x.Flag
		}
	}
	want := map[string]string{"transition.kept-level": law.FlagLevelKept, "transition.merged": law.FlagInherited}
	if diff := cmp.Diff(want, flags); diff != "" {
		t.Error(diff)
	}
	b.Transitions()[0].ApprovedUnder[0] = "R1"
	if b.Transitions()[0].ApprovedUnder[0] != law.R85 {
		t.Error("a reader changed the book")
	}
}
