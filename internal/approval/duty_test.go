package approval_test

import (
	"context"
	"maps"
	"net/url"
	"testing"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
)

// TestDutiesStandOnTheForm joins the law and the paper: every field that the
// law makes compulsory at a level is on the form of that rule set and shown at
// that level, and what the paper itself demands unconditionally the law demands
// too.
func TestDutiesStandOnTheForm(t *testing.T) {
	book, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	shelf, err := forms.Load()
	if err != nil {
		t.Fatal(err)
	}
	for rs, edition := range map[law.RuleSet]string{law.R85: "r85", law.R331: "r331"} {
		form, ok := shelf.Form("dossier", edition)
		if !ok {
			t.Fatalf("no dossier form %s", edition)
		}
		for level := law.Level(1); level <= 5; level++ {
			shown := map[string]bool{}
			asked := map[string]bool{}
			for _, s := range form.Shown(forms.Context{Today: "2026-11-22", Level: int(level), Rules: string(rs), Stage: "operating"}, forms.Answers{}) {
				for _, f := range s.Fields {
					shown[f.ID], asked[f.ID] = true, f.Required
				}
			}
			duty := map[string]bool{}
			for _, d := range book.Compulsory(rs, level) {
				duty[d.Field] = true
				if !shown[d.Field] {
					t.Errorf("%s level %d: the law asks for %s, the form does not show it", rs, level, d.Field)
				}
			}
			if len(duty) == 0 {
				t.Errorf("%s level %d: the law asks for nothing", rs, level)
			}
			for id := range asked {
				if asked[id] && !duty[id] {
					t.Errorf("%s level %d: the form demands %s, no law does", rs, level, id)
				}
			}
		}
	}
}

// TestLawShowsOnTheForm: what the form demands of an empty statement is what the
// law makes compulsory at that level, no more and no less, before anything is
// submitted; the law's own fields are among it although the paper calls them
// optional.
func TestLawShowsOnTheForm(t *testing.T) {
	for day, want := range map[law.Day]struct {
		rules law.RuleSet
		only  []string // compulsory by law alone
	}{
		"2024-06-30": {law.R85, []string{"owner_address", "regulation_number", "regulation_on", "regulation_issuer"}},
		"2026-11-22": {law.R331, []string{"owner_address", "risk_assessed_on", "risk_summary", "regulation_number", "regulation_on", "regulation_issuer"}},
	} {
		h := open(t, day)
		l := h.begin(3)
		f, err := h.office.File(context.Background(), l.right(approval.ActFacts), l.code)
		h.ok(err)
		for level := law.MinLevel; level <= law.MaxLevel; level++ {
			c := f.FormContext
			c.Level = int(level)
			demanded := map[string]bool{}
			_, problems := f.Form.Parse(c, url.Values{})
			for _, p := range problems {
				demanded[p.Field] = true
			}
			duties := map[string]bool{}
			for _, d := range h.office.Book.Compulsory(want.rules, level) {
				duties[d.Field] = true
			}
			if !maps.Equal(demanded, duties) {
				t.Errorf("%s level %d: the form demands %v, the law %v", day, level, demanded, duties)
			}
			for _, id := range want.only {
				if field, _ := f.Form.Field(id); field.Required || !c.Demands(id) {
					t.Errorf("%s level %d: %s is not the law's", day, level, id)
				}
			}
		}
		c := f.FormContext
		c.Level = 0
		if !c.Demands("owner_address") || c.Demands("attack_threats") {
			t.Errorf("%s, no level yet: what is asked at every level is not shown, or more", day)
		}
	}
}
