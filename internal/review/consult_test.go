package review_test

import (
	"context"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/review"
	"capdo/internal/store/storetest"
)

// sees tells what a body sees of a system: by the request, and by itself.
func sees(t *testing.T, k *review.Panel, a approval.Actor, code string) (asked bool) {
	t.Helper()
	ctx := context.Background()
	cs, err := k.Consulted(ctx, a, code)
	if err != nil && kindOf(err) != approval.NotFound || err == nil && len(cs) != 1 {
		t.Fatalf("consulted: %v, %v", cs, err)
	}
	if _, file := k.Office.File(ctx, a, code); kindOf(file) != approval.NotFound {
		t.Errorf("the file of another's system: %v", file)
	}
	return err == nil
}

// TestConsultedSeesTheRoundOnly: a request shows its body one round and nothing
// else of the owner, to who may speak for it, and ends with the answer, the
// withdrawal, the return of the dossier and its appraisal.
func TestConsultedSeesTheRoundOnly(t *testing.T) {
	dir, clock, ctx := t.TempDir(), storetest.At("2026-11-22"), context.Background()
	o, s := storetest.OfficeIn(t, dir, clock)
	k := &review.Panel{Store: s, Office: o}
	lead, other := storetest.Actor(law.RoleSpecialisedUnit, "H56"), storetest.Actor(law.RoleSpecialisedUnit, "H41")
	third := storetest.Actor(law.RoleSpecialisedUnit, "G01")
	x := storetest.Lead(t, o, "H56", "Một cửa", storetest.Submitted)
	beside := storetest.Lead(t, o, "H56", "Hai cửa", storetest.Submitted)
	in := review.AskInput{Body: "H41", Question: "Có trùng phạm vi không?", Due: "2026-11-25", Digest: x.Last().Digest}
	if sees(t, k, other, x.Code) {
		t.Error("a body that was not asked sees the dossier")
	}
	for name, tt := range map[string]struct {
		by   approval.Actor
		code string
		edit func(*review.AskInput)
		want approval.Kind
	}{
		"by the applicant":   {storetest.Actor(law.RoleOperator, "H56"), x.Code, nil, approval.Forbidden},
		"by another's unit":  {other, x.Code, nil, approval.NotFound},
		"by the auditor":     {storetest.Actor(approval.Auditor, "G01"), x.Code, nil, approval.Forbidden},
		"of the owner":       {lead, x.Code, func(in *review.AskInput) { in.Body = "H56" }, approval.Invalid},
		"of no body":         {lead, x.Code, func(in *review.AskInput) { in.Body = "X99" }, approval.Invalid},
		"without a question": {lead, x.Code, func(in *review.AskInput) { in.Question = " " }, approval.Invalid},
		"for yesterday":      {lead, x.Code, func(in *review.AskInput) { in.Due = "2026-11-21" }, approval.Invalid},
		"on another digest":  {lead, x.Code, func(in *review.AskInput) { in.Digest = beside.Last().Digest }, approval.Stale},
	} {
		ask := in
		if tt.edit != nil {
			tt.edit(&ask)
		}
		if err := k.Ask(ctx, tt.by, tt.code, ask); kindOf(err) != tt.want {
			t.Errorf("asked %s: %v, want %s", name, err, tt.want)
		}
	}
	if err := k.Ask(ctx, lead, x.Code, in); err != nil {
		t.Fatal(err)
	}
	if err := k.Ask(ctx, lead, x.Code, in); kindOf(err) != approval.Invalid {
		t.Errorf("asked twice: %v", err)
	}
	if !sees(t, k, other, x.Code) || sees(t, k, other, beside.Code) || sees(t, k, third, x.Code) || sees(t, k, storetest.Actor(law.RoleOperator, "H41"), x.Code) {
		t.Error("the request shows the wrong dossier, or to the wrong body or person")
	}
	cs, err := k.Consulted(ctx, other, "")
	if err != nil || len(cs) != 1 || cs[0].Round.System != x.Code || cs[0].Request.Digest != x.Last().Digest {
		t.Errorf("what is asked: %+v, %v", cs, err)
	}
	if page, err := o.Find(ctx, other, approval.Filter{}); err != nil || page.Total != 0 {
		t.Errorf("the register of the body consulted shows %d systems, %v", page.Total, err)
	}
	if rs, err := (&review.Desk{Store: s, Book: o.Book, Clock: clock.Now}).Remarks(ctx, other, x.Code, 1); kindOf(err) != approval.NotFound {
		t.Errorf("remarks: %v, %v", rs, err)
	}

	// The lead waits, by the policy, until the answer or the end of the day.
	fit := func() error {
		_, err := o.Review(ctx, lead, x.Code, x.Version, approval.ReviewInput{Kind: approval.Appraisal, Outcome: approval.FindFit, Digest: x.Last().Digest})
		return err
	}
	if err := fit(); kindOf(err) != approval.Conflict || !strings.Contains(err.Error(), "consulted-in-time") {
		t.Errorf("concluded before the answer: %v", err)
	}

	// Withdrawn: the body sees nothing any more, and cannot answer.
	if err := k.Withdraw(ctx, other, x.Code, 1); kindOf(err) != approval.NotFound {
		t.Errorf("withdrawn by the body asked: %v", err)
	}
	if err := k.Withdraw(ctx, lead, x.Code, 1); err != nil {
		t.Fatal(err)
	}
	answer := review.AnswerInput{Outcome: approval.Disagree, Comment: "Trùng phạm vi.", Digest: x.Last().Digest}
	if err := k.Answer(ctx, other, x.Code, answer); kindOf(err) != approval.NotFound || sees(t, k, other, x.Code) {
		t.Errorf("answered after the withdrawal: %v", err)
	}

	// Answered: once, by a person without another hand, with a reason.
	if err := k.Ask(ctx, lead, x.Code, in); err != nil {
		t.Fatal(err)
	}
	twice := other
	twice.Person = storetest.Actor(law.RoleOperator, "H56").Person // the officer, in another account
	leader := other
	leader.Person = lead.Person
	for name, tt := range map[string]struct {
		by   approval.Actor
		edit func(*review.AnswerInput)
		want approval.Kind
	}{
		"by the editor":     {twice, nil, approval.Forbidden},
		"by the lead":       {leader, nil, approval.Forbidden},
		"by the operator":   {storetest.Actor(law.RoleOperator, "H41"), nil, approval.NotFound},
		"by a third body":   {third, nil, approval.NotFound},
		"with no outcome":   {other, func(in *review.AnswerInput) { in.Outcome = approval.FindFit }, approval.Invalid},
		"without a reason":  {other, func(in *review.AnswerInput) { in.Comment = "" }, approval.Invalid},
		"on another digest": {other, func(in *review.AnswerInput) { in.Digest = "x" }, approval.Stale},
	} {
		said := answer
		if tt.edit != nil {
			tt.edit(&said)
		}
		if err := k.Answer(ctx, tt.by, x.Code, said); kindOf(err) != tt.want {
			t.Errorf("answered %s: %v, want %s", name, err, tt.want)
		}
	}
	if err := k.Answer(ctx, other, x.Code, answer); err != nil {
		t.Fatal(err)
	}
	if err := k.Answer(ctx, other, x.Code, answer); kindOf(err) != approval.NotFound || sees(t, k, other, x.Code) {
		t.Errorf("answered twice: %v", err)
	}
	f, err := o.File(ctx, lead, x.Code)
	if err != nil || len(f.System.Last().Requests()) != 2 || f.System.Last().Requests()[1].Answer.Comment != answer.Comment || f.System.Version != x.Version {
		t.Errorf("the lead reads %+v, %v", f.System.Last().Requests(), err)
	}
	unit := lead
	unit.Person = other.Person // moved to the owner's unit: has the hand of the body consulted
	if _, err := o.Review(ctx, unit, x.Code, x.Version, approval.ReviewInput{Kind: approval.Appraisal, Outcome: approval.FindFit, Digest: x.Last().Digest}); kindOf(err) != approval.Forbidden {
		t.Errorf("whoever was consulted appraises: %v", err)
	}
	if err := fit(); err != nil {
		t.Errorf("after the answer: %v", err)
	}
	consultedInTheFile(t, dir, other.Person, storetest.Actor(law.RoleOperator, "H56").Person)

	// Past its day: the lead concludes; what was open is closed and hidden.
	in.Digest = beside.Last().Digest
	if err := k.Ask(ctx, lead, beside.Code, in); err != nil {
		t.Fatal(err)
	}
	clock.T = storetest.At("2026-11-26").T
	if !sees(t, k, other, beside.Code) {
		t.Error("the request ended with its day: a late answer is still one")
	}
	if _, err := o.Review(ctx, lead, beside.Code, beside.Version, approval.ReviewInput{Kind: approval.Appraisal, Outcome: approval.SendBack, Comment: "x", Digest: in.Digest}); err != nil {
		t.Fatalf("after the day: %v", err)
	}
	if sees(t, k, other, beside.Code) {
		t.Error("the dossier went back, and the body consulted still sees it")
	}
	faults(t, s, 0)
	db := raw(t, dir)
	for _, statement := range []string{"DROP TRIGGER consultation_final_u", "UPDATE consultation SET comment = 'Đồng ý.' WHERE kind = 'answer'"} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	faults(t, s, 1)
}

// consultedInTheFile goes past the office: the file itself refuses.
func consultedInTheFile(t *testing.T, dir, consulted, editor string) {
	t.Helper()
	db := raw(t, dir)
	row := "INSERT INTO consultation SELECT system_id, 1, 9, %n, '%k', 'H41', 1, digest, '%q', '%q', '%o', '', '%p', 'a', 'c', 'H41', at FROM consultation WHERE no = 1"
	for statement, want := range map[string]string{
		strings.NewReplacer("%n", "9", "%k", "ask", "%q", "2026-11-25", "%o", "", "%p", editor).Replace(row):    "four eyes: consultation",
		strings.NewReplacer("%n", "9", "%k", "ask", "%q", "2026-11-25", "%o", "", "%p", consulted).Replace(row): "four eyes: consultation",
		strings.NewReplacer("%n", "1", "%k", "answer", "%q", "", "%o", "agree", "%p", "p.new").Replace(row):     "the request is not open",
		"UPDATE consultation SET comment = 'y'":                                                             "final",
		"DELETE FROM consultation":                                                                          "final",
		"INSERT OR REPLACE INTO consultation SELECT * FROM consultation LIMIT 1":                            "final",
		"INSERT INTO dossier_editor SELECT system_id, 1, 99, '" + consulted + "' FROM consultation LIMIT 1": "four eyes: editor",
		"INSERT INTO receipt SELECT system_id, 1, 9, 1, 1, '', digest, person, 'a', 'c', 'H56', at FROM consultation WHERE kind = 'answer'":                 "four eyes: receipt",
		"INSERT INTO decision SELECT system_id, 1, 9, 'level', 'approve', '1', '2026-11-22', '', '', digest, person, 'a', 'c', 'H56', at FROM consultation": "four eyes: decision",
		"INSERT INTO review SELECT system_id, 1, 9, 'appraisal', 'fit', '', digest, person, 'a', 'c', 'H56', at FROM consultation WHERE kind = 'answer'":    "four eyes: review",
	} {
		if _, err := db.Exec(statement); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", statement, err, want)
		}
	}
}
