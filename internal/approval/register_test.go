package approval_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestStory is the story of the package comment, act by act, as the ledger
// tells it.
func TestStory(t *testing.T) {
	l := open(t, dayMIC).begin(3).approved().must(approval.ActConfirm, approval.ActPlan, approval.ActInspect, approval.ActRetire)
	f, err := l.office.File(context.Background(), storetest.Actor(law.RoleOwner, "H56"), l.code)
	l.ok(err)
	var acts []string
	before := ""
	for _, e := range f.History {
		acts = append(acts, e.Act)
		if e.Before != before || e.After == before || e.Law != l.office.Book.Digest() || e.Object != "system:"+l.code || e.By.Person == "" || e.At.IsZero() {
			t.Errorf("entry %d = %+v, after a record of %s", e.Seq, e, before)
		}
		before = e.After
	}
	if got := strings.Join(acts, " "); got != "register facts draft submit appraise decide confirm plan inspect retire" {
		t.Errorf("history = %s", got)
	}
	if now, err := f.System.Digest(); err != nil || now != before {
		t.Errorf("the record is %s (%v), its last entry says %s", now, err, before)
	}
	l.sound()
}

// TestMissing: the steps still missing shrink to none as the life goes on.
func TestMissing(t *testing.T) {
	l := open(t, dayNew).begin(4)
	for _, c := range []struct {
		acts []string
		want string
	}{
		{nil, "facts submit appraise decide plan"},
		{[]string{approval.ActFacts}, "submit opinion appraise decide plan"},
		{[]string{approval.ActSubmit}, "opinion appraise decide plan"},
		{[]string{approval.ActOpinion}, "appraise decide plan"},
		{[]string{approval.ActReview}, "decide plan"},
		{[]string{approval.ActDecide}, "confirm plan"},
		{[]string{approval.ActConfirm}, "plan"},
		{[]string{approval.ActPlan}, ""},
		{[]string{approval.ActRevoke}, "submit opinion appraise decide plan"},
		{[]string{approval.ActRetire}, ""},
	} {
		f, err := l.must(c.acts...).office.File(context.Background(), l.right(approval.ActFacts), l.code)
		l.ok(err)
		var steps []string
		for _, m := range f.Missing {
			steps = append(steps, strings.TrimPrefix(m.Rule, "step."))
		}
		if got := strings.Join(steps, " "); got != c.want {
			t.Errorf("after %v missing %q, want %q", c.acts, got, c.want)
		}
	}
}

// TestFormKeepsItsEdition: the form keeps the edition under which it was submitted.
func TestFormKeepsItsEdition(t *testing.T) {
	l := open(t, "2026-08-18").begin(3).must(approval.ActFacts, approval.ActSubmit)
	l.tick(24 * time.Hour) // the new decree is in force
	edition := func() string {
		f, err := l.office.File(context.Background(), l.right(approval.ActFacts), l.code)
		l.ok(err)
		return f.Form.Edition + " " + f.FormContext.Rules
	}
	if got := edition(); got != "r85 R116" {
		t.Errorf("submitted: %s", got)
	}
	l.ok(l.review(approval.Appraisal, approval.SendBack, l.right(approval.ActReview)))
	if got := edition(); got != "r331 R331" {
		t.Errorf("returned under the new decree: %s", got)
	}
	l.must(approval.ActSubmit)
	if d := l.seen.Last(); d.Rules != law.R331 || d.Edition != "r331" {
		t.Errorf("submitted again under %s, form %s", d.Rules, d.Edition)
	}
}

// TestOverview: the parts sum to the whole, names from a list stand apart, and
// a silent body is not a body with nothing.
func TestOverview(t *testing.T) {
	h := open(t, dayNew)
	h.ok(h.office.Import(context.Background(), storetest.Keeper(), approval.World{Source: "test", Systems: []approval.System{
		{Code: "G01-N01", Name: "Dân cư", Owner: "G01", Sector: law.SectorPublicSecurity, Stage: approval.Operating, Origin: approval.Listed, RegisteredAt: h.clock.T.UTC()},
		{Code: "H41-S0001", Name: "Mô phỏng", Owner: "H41", Sector: law.SectorCivil, Stage: approval.Operating, Origin: approval.Simulated, RegisteredAt: h.clock.T.UTC()},
	}}))
	h.begin(3).approved().must(approval.ActConfirm, approval.ActPlan)
	h.begin(2).approved()
	h.begin(1)
	ov, err := h.office.Overview(context.Background(), storetest.Keeper(), approval.Believed(dayNew))
	h.ok(err)
	if ov.Total != 4 || ov.Approved != 2 || ov.Deployed != 1 || ov.Confirmed != 1 || ov.Simulated != 1 || ov.Listed != 1 {
		t.Errorf("overview = %+v", ov)
	}
	var groups, levels, agencies approval.GroupCount
	for _, g := range ov.Groups {
		groups.Total, groups.Approved, groups.Deployed = groups.Total+g.Total, groups.Approved+g.Approved, groups.Deployed+g.Deployed
	}
	for _, g := range ov.Levels {
		levels.Total, levels.Approved, levels.Deployed = levels.Total+g.Total, levels.Approved+g.Approved, levels.Deployed+g.Deployed
	}
	for _, g := range ov.Agencies {
		agencies.Total, agencies.Approved, agencies.Deployed = agencies.Total+g.Total, agencies.Approved+g.Approved, agencies.Deployed+g.Deployed
		if reported := g.Agency.Code != "G01"; g.Reported != reported {
			t.Errorf("%s reported: %v", g.Agency.Code, g.Reported)
		}
	}
	for name, g := range map[string]approval.GroupCount{"groups": groups, "levels": levels, "agencies": agencies} {
		if g.Total != ov.Total || g.Approved != ov.Approved || g.Deployed != ov.Deployed {
			t.Errorf("%s sum to %+v", name, g)
		}
	}
	theirs, err := h.office.Overview(context.Background(), storetest.Actor(law.RoleOwner, "H41"), approval.Believed(dayNew))
	h.ok(err)
	if theirs.Total != 1 || theirs.Approved != 0 || theirs.Listed != 0 {
		t.Errorf("as another agency: %+v", theirs)
	}
}

// TestImport: only the keeper, and whole or not at all.
func TestImport(t *testing.T) {
	h := open(t, dayNew)
	good := approval.System{Code: "H56-S0001", Name: "Một", Owner: "H56", Sector: law.SectorCivil, Stage: approval.Operating, Origin: approval.Simulated, RegisteredAt: h.clock.T.UTC()}
	for _, c := range capacities() {
		if c == approval.Keeper {
			continue
		}
		before := h.print()
		h.refused(h.office.Import(context.Background(), storetest.Actor(c, "H56"), approval.World{Systems: []approval.System{good}}), before, approval.Forbidden)
	}
	for name, mend := range map[string]func(*approval.System){
		"same code":        func(s *approval.System) { s.Code = good.Code },
		"unknown owner":    func(s *approval.System) { s.Owner = "H99" },
		"unknown origin":   func(s *approval.System) { s.Origin = "hearsay" },
		"no name":          func(s *approval.System) { s.Name = "" },
		"numbers with gap": func(s *approval.System) { s.Dossiers = []approval.Dossier{{No: 2, State: approval.Draft}} },
		"one hand for all": func(s *approval.System) {
			s.Dossiers = []approval.Dossier{{No: 1, State: approval.Submitted, Editors: []string{"p"}, Reviews: []approval.Review{{Kind: approval.Appraisal, Outcome: approval.FindFit, By: approval.Who{Person: "p"}}}}}
		},
	} {
		bad := good
		bad.Code = "H56-S0002"
		mend(&bad)
		before := h.print()
		err := h.office.Import(context.Background(), storetest.Keeper(), approval.World{Systems: []approval.System{good, bad}})
		if r := (*approval.Refusal)(nil); err == nil || errors.As(err, &r) != (name == "one hand for all") { // four eyes is a rule, and says so
			t.Errorf("%s: %v", name, err)
		}
		if h.print() != before {
			t.Errorf("%s: half a world was loaded", name)
		}
	}
	h.ok(h.office.Import(context.Background(), storetest.Keeper(), approval.World{Source: "test", Systems: []approval.System{good}}))
	h.sound()
}

// TestTerms: every code of the room and of the law has a term in both
// languages, composed.
func TestTerms(t *testing.T) {
	for key, text := range approval.Terms() {
		if text.VI == "" || text.EN == "" || !norm.NFC.IsNormalString(text.VI) {
			t.Errorf("%s: %+v", key, text)
		}
	}
	has := func(kind string, codes ...string) {
		for _, code := range codes {
			if _, ok := approval.Terms()[kind+"."+code]; !ok {
				t.Errorf("%s.%s has no term", kind, code)
			}
		}
	}
	has("state", approval.States()...)
	has("act", approval.Acts()...)
	has("past", append([]string{"register", approval.ActImport}, approval.Acts()...)...)
	for _, c := range capacities() {
		has("role", string(c))
	}
	for _, s := range []approval.DossierState{approval.Draft, approval.Submitted, approval.Opined, approval.Returned, approval.Appraised, approval.Unfit, approval.Approved, approval.Refused, approval.Withdrawn} {
		has("dossier", string(s))
		if open := slices.Contains([]approval.DossierState{approval.Draft, approval.Submitted, approval.Opined, approval.Returned, approval.Appraised}, s); s.Open() != open {
			t.Errorf("%s is open: %v", s, s.Open())
		}
	}
	if got := approval.Term("state", "unheard-of"); got.VI != "unheard-of" || got.EN != "unheard-of" {
		t.Errorf("an unknown code reads %+v", got)
	}
}
