package approval_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestMaterialFieldsExist: what the book calls material is a fact or a field of
// the dossier form; a name of neither would never be seen to change.
func TestMaterialFieldsExist(t *testing.T) {
	o, _ := storetest.Office(t, storetest.At("2026-11-25"))
	seen := 0
	for _, rs := range []law.RuleSet{law.R85, law.R331} {
		edition := "r85"
		if rs == law.R331 {
			edition = "r331"
		}
		form, ok := o.Shelf.Form("dossier", edition)
		if !ok {
			t.Fatal(edition)
		}
		for _, trigger := range o.Book.Triggers(rs) {
			for _, f := range trigger.Fields {
				seen++
				if _, field := form.Field(f); !field && !slices.Contains(law.FactNames(), f) {
					t.Errorf("%s: %s is neither a fact nor a field", trigger.ID, f)
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no material field in the book")
	}
}

// TestChangedSinceTheApproval: an approved system differs from what was approved
// once its facts or its next dossier do; the book says what that asks for; the
// gate's view stays as it is; the next approval ends it.
func TestChangedSinceTheApproval(t *testing.T) {
	ctx, clock := context.Background(), storetest.At("2026-11-25")
	o, _ := storetest.Office(t, clock)
	s := storetest.Lead(t, o, "H56", "Một cửa", storetest.Confirmed)
	officer := storetest.Actor(law.RoleOperator, "H56")
	file := func() approval.File {
		t.Helper()
		f, err := o.File(ctx, officer, s.Code)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	if c := file().Changed; c != nil {
		t.Fatalf("nothing changed: %+v", c)
	}
	clock.T = storetest.At("2026-11-26").T
	facts := storetest.Facts(3, false)
	more := 900
	facts.Users = &more
	state := func(f law.Facts) {
		t.Helper()
		var err error
		if s, err = o.StateFacts(ctx, officer, s.Code, s.Version, f); err != nil {
			t.Fatal(err)
		}
	}
	rules := func(c *approval.Changed) string {
		var ids []string
		for _, m := range c.Material {
			if m.Cites == "" {
				t.Errorf("%s cites nothing", m.Rule)
			}
			ids = append(ids, m.Rule)
		}
		return strings.Join(ids, " ")
	}
	state(facts)
	c := file().Changed
	if c == nil || !slices.Equal(c.Facts, []string{"users"}) || rules(c) != "trigger.change.r331" || c.Redecide || c.DueBy != "" {
		t.Fatalf("more users: %+v", c)
	}

	state(storetest.Facts(4, false))
	f := file()
	due, err := o.Book.AddWorkingDays("2026-11-26", o.Book.Policy().RedetermineDays)
	if err != nil {
		t.Fatal(err)
	}
	if c = f.Changed; c == nil || !c.Redecide || c.DueBy != due || !strings.Contains(rules(c), "trigger.level-differs.r331") {
		t.Fatalf("another level: %+v", c)
	}
	if !slices.ContainsFunc(f.Missing, func(m approval.Finding) bool {
		return m.Rule == "step.submit" && strings.Contains(m.Says.EN, string(due))
	}) {
		t.Errorf("no step asks for a new determination: %+v", f.Missing)
	}
	if st := f.Standing; st.Approval == nil || st.Approval.Level != 3 || !st.Confirmed {
		t.Errorf("the approval no longer stands: %+v", st)
	}

	st := storetest.Statement(4, "2026-11-26")
	st["scope"] = "Toàn quốc"
	if s, err = o.Draft(ctx, officer, s.Code, s.Version, st); err != nil {
		t.Fatal(err)
	}
	if c = file().Changed; c == nil || !c.Underway || !slices.Contains(c.Fields, "scope") || slices.Contains(c.Fields, "zones") {
		t.Errorf("a dossier in hand: %+v", c)
	}

	state(storetest.Facts(3, false)) // as approved; the draft still differs
	if c = file().Changed; c == nil || len(c.Facts) != 0 || c.Redecide {
		t.Errorf("facts as approved: %+v", c)
	}
}
