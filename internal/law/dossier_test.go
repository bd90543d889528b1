package law_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"capdo/internal/law"
)

const (
	always = "owner_mandate owner_position owner_address operator operator_mandate operator_position scope scale served_parties " +
		"logical_model physical_model devices services zones proposed_level info_types basis_detail"
	high       = " related_systems attack_threats impact_scope availability_need"
	risk       = " risk_assessed_on risk_summary"
	plan       = " plan_design plan_operation plan_inspection plan_risk plan_monitoring plan_recovery plan_disposal"
	regulation = "regulation_number regulation_on regulation_issuer"
)

func TestCompulsory(t *testing.T) {
	b := open(t)
	for _, set := range []law.RuleSet{law.R85, law.R116, law.R331} {
		for l := law.MinLevel; l <= law.MaxLevel; l++ {
			want := always
			if l >= 4 {
				want += high
			}
			if set == law.R331 {
				want += risk
			}
			want += plan
			got := map[string][]string{}
			for _, d := range b.Compulsory(set, l) {
				got[d.At] = append(got[d.At], d.Field)
				if d.Says.VI == "" || d.Says.EN == "" || d.Cites == "" || d.Confidence == "" || d.Source == "" {
					t.Errorf("%s does not explain itself: %+v", d.Field, d)
				}
			}
			if diff := cmp.Diff(want, strings.Join(got[law.AtSubmission], " ")); diff != "" {
				t.Errorf("%s level %d at submission: %s", set, l, diff)
			}
			if diff := cmp.Diff(regulation, strings.Join(got[law.AtApproval], " ")); diff != "" {
				t.Errorf("%s level %d at approval: %s", set, l, diff)
			}
		}
	}
	if list := b.Compulsory("R1", 3); list == nil || len(list) != 0 {
		t.Errorf("R1 asks for %v", list)
	}
	b.Compulsory(law.R85, 1)[0].Levels[0] = 5
	if b.Compulsory(law.R85, 1)[0].Levels[0] != 1 {
		t.Error("a reader changed the book")
	}
}

func TestPapers(t *testing.T) {
	want := map[law.RuleSet][5]string{
		law.R85:  {"documents", "documents", "documents appraisal", "documents opinion appraisal", "documents opinion appraisal"},
		law.R331: {"request-low documents", "request-low documents", "request documents appraisal submission", "request documents opinion appraisal submission", "request documents opinion appraisal submission"},
	}
	b := open(t)
	for set, rows := range want {
		for i, row := range rows {
			var got []string
			for _, p := range b.Papers(set, law.Level(i+1)) {
				name, _, _ := strings.Cut(strings.TrimPrefix(p.ID, "paper."), ".")
				got = append(got, name)
				if p.Form != "" && !strings.Contains(p.Cites, "Mẫu "+p.Form) || p.Says.VI == "" || p.At == "" {
					t.Errorf("%s: %+v", p.ID, p)
				}
			}
			if diff := cmp.Diff(row, strings.Join(got, " ")); diff != "" {
				t.Errorf("%s level %d: %s", set, i+1, diff)
			}
		}
	}
}

func TestTriggers(t *testing.T) {
	want := map[law.RuleSet]string{
		law.R85:  "change:redetermine level_differs:redetermine",
		law.R116: "change:redetermine level_differs:redetermine",
		law.R331: "change:redetermine higher_risk:redetermine criteria_differ:redetermine first:reassess level_differs:redetermine change:reassess connection:reassess incident:reassess request:reassess",
	}
	b := open(t)
	for set, row := range want {
		var got []string
		for _, x := range b.Triggers(set) {
			got = append(got, x.Event+":"+x.Effect)
			if x.Says.VI == "" || x.Says.EN == "" || x.Cites == "" {
				t.Errorf("%s does not explain itself", x.ID)
			}
		}
		if diff := cmp.Diff(row, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s: %s", set, diff)
		}
	}
}
