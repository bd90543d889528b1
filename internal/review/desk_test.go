package review_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/review"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// kindOf is the kind of a refusal, "" for none.
func kindOf(err error) approval.Kind {
	var r *approval.Refusal
	if errors.As(err, &r) {
		return r.Kind
	}
	return ""
}

// TestWhoMayRemark tries every kind of remark by everybody: nobody sits on both
// sides, another's dossier is absent, what was said is final, and Verify sees it.
func TestWhoMayRemark(t *testing.T) {
	dir, clock, ctx := t.TempDir(), storetest.At("2026-11-22"), context.Background()
	o, s := storetest.OfficeIn(t, dir, clock)
	k := &review.Desk{Store: s, Book: o.Book, Clock: clock.Now}
	x := storetest.Lead(t, o, "H56", "Một cửa", storetest.Submitted)
	draft := storetest.Lead(t, o, "H56", "Hai cửa", storetest.Stated)
	unit, officer := storetest.Actor(law.RoleSpecialisedUnit, "H56"), storetest.Actor(law.RoleOperator, "H56")
	ask := review.Input{Kind: review.Ask, Target: "field:scope", Text: "Nêu rõ."}
	if err := k.Say(ctx, unit, draft.Code, ask); kindOf(err) != approval.Conflict {
		t.Errorf("a remark on what was never handed in: %v", err)
	}
	if err := k.Say(ctx, unit, x.Code, ask); err != nil {
		t.Fatal(err)
	}
	twice := unit
	twice.Person = officer.Person // the officer, in another capacity
	judge := officer
	judge.Person = unit.Person
	answer := review.Input{Kind: review.Answer, Thread: 1, Text: "Đã rõ."}
	for _, tt := range []struct {
		name string
		by   approval.Actor
		in   review.Input
		want approval.Kind
	}{
		{"an editor judges", twice, ask, approval.Forbidden},
		{"a judge answers for the applicant", judge, answer, approval.Forbidden},
		{"the operator asks", officer, ask, approval.Forbidden},
		{"the operator resolves", officer, review.Input{Kind: review.Resolve, Thread: 1}, approval.Forbidden},
		{"another's unit", storetest.Actor(law.RoleSpecialisedUnit, "H41"), ask, approval.NotFound},
		{"another's operator", storetest.Actor(law.RoleOperator, "H41"), answer, approval.NotFound},
		{"the auditor", storetest.Actor(approval.Auditor, "G01"), ask, approval.Forbidden},
		{"a ministry without a part", storetest.Actor(law.RoleMOD, "G01"), ask, approval.Forbidden},
		{"a thread that is not there", officer, review.Input{Kind: review.Answer, Thread: 9, Text: "x"}, approval.NotFound},
		{"nothing said", unit, review.Input{Kind: review.Ask}, approval.Invalid},
		{"too much said", unit, review.Input{Kind: review.Ask, Text: strings.Repeat("ă", review.MaxText+1)}, approval.Invalid},
		{"no such kind", unit, review.Input{Kind: "shout", Text: "x"}, approval.Invalid},
		{"a target of no kind", unit, review.Input{Kind: review.Ask, Target: "page:1", Text: "x"}, approval.Invalid},
		{"opened while open", unit, review.Input{Kind: review.Reopen, Thread: 1}, approval.Conflict},
	} {
		if err := k.Say(ctx, tt.by, x.Code, tt.in); kindOf(err) != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
	for _, in := range []review.Input{answer, {Kind: review.Resolve, Thread: 1}, {Kind: review.Reopen, Thread: 1}, {Kind: review.Ask, Target: "control:5.1.1", Text: "Bằng chứng?"}, {Kind: review.Seen}} {
		by := unit
		if in.Kind == review.Answer {
			by = officer
		}
		if err := k.Say(ctx, by, x.Code, in); err != nil {
			t.Fatalf("%s: %v", in.Kind, err)
		}
	}
	if rs, err := k.Remarks(ctx, officer, x.Code, 1); err != nil || len(review.Open(review.Threads(rs, officer))) != 2 || len(rs) != 6 {
		t.Errorf("on record: %+v, %v", rs, err)
	}

	// A judge who remarked may not become an editor: the database says so too.
	x, err := o.Review(ctx, storetest.Actor(law.RoleSpecialisedUnit, "H56"), x.Code, x.Version, approval.ReviewInput{Kind: approval.Appraisal, Outcome: approval.SendBack, Comment: "x", Digest: x.Last().Digest})
	if err != nil {
		t.Fatal(err)
	}
	second := storetest.Actor(law.RoleSpecialisedUnit, "H56")
	second.Person = "p.second"
	if err := k.Say(ctx, second, x.Code, review.Input{Kind: review.Seen}); err != nil {
		t.Fatal(err)
	}
	editor := officer
	editor.Person = second.Person
	if _, err := o.Draft(ctx, editor, x.Code, x.Version, storetest.Statement(3, "2026-11-22")); kindOf(err) != approval.Forbidden {
		t.Errorf("a judge edits: %v", err)
	}
	inTheFile(t, dir, officer.Person, unit.Person)
	faults(t, s, 0)
	tamper(t, dir)
	faults(t, s, 1)
}

// raw opens the file past the store.
func raw(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, store.FileName)+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// inTheFile goes past the office: the file itself refuses.
func inTheFile(t *testing.T, dir, editor, judge string) {
	t.Helper()
	db := raw(t, dir)
	row := "INSERT INTO remark SELECT system_id, 1, 99, 99, 'ask', '%s', 1, '', 0, 'x', '%p', 'a', 'c', 'H56', at FROM remark LIMIT 1"
	for statement, want := range map[string]string{
		strings.NewReplacer("%s", "judging", "%p", editor).Replace(row):                      "four eyes: remark",
		strings.NewReplacer("%s", "applicant", "%p", judge).Replace(row):                     "four eyes: remark",
		"UPDATE remark SET text = 'y'":                                                       "final",
		"DELETE FROM remark":                                                                 "final",
		"INSERT OR REPLACE INTO remark SELECT * FROM remark LIMIT 1":                         "final",
		"INSERT INTO dossier_editor SELECT system_id, 1, 99, 'p.second' FROM remark LIMIT 1": "four eyes: editor",
	} {
		if _, err := db.Exec(statement); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", statement, err, want)
		}
	}
}

// tamper changes a remark with the file in hand.
func tamper(t *testing.T, dir string) {
	t.Helper()
	db := raw(t, dir)
	for _, statement := range []string{"DROP TRIGGER remark_final_u", "UPDATE remark SET text = 'khác' WHERE no = 1"} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
}

// faults counts what Verify finds.
func faults(t *testing.T, s *store.Store, want int) {
	t.Helper()
	r, err := s.Verify(context.Background())
	if err != nil || len(r.Violations) != want {
		t.Errorf("verify: %+v, %v, want %d", r.Violations, err, want)
	}
}
