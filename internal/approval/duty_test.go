package approval_test

import (
	"testing"

	"capdo/forms"
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
