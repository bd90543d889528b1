package approval_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// hands are the hands in a dossier of level 5, in their order; the last two
// decide.
func hands() []string {
	return []string{approval.ActFacts, approval.ActDraft, approval.ActSubmit, approval.ActOpinion, approval.ActReview, "plan-decision", "list-decision", approval.ActConfirm}
}

// as is a person in whatever account the hand needs.
func (l *life) as(person, hand string) (act string, a approval.Actor) {
	act = hand
	switch hand {
	case "plan-decision":
		act, a = approval.ActDecide, l.hand(law.RoleOwner, "decide")
	case "list-decision":
		act, a = approval.ActDecide, l.hand(law.RolePrimeMinister, "decide")
	default:
		a = l.right(hand)
	}
	if person != "" {
		a.Person = person // the account stays that of the capacity
	}
	return act, a
}

// applicant tells whether a hand belongs to the one who applies.
func applicant(hand string) bool {
	return hand == approval.ActFacts || hand == approval.ActDraft || hand == approval.ActSubmit
}

// TestFourEyes: one person with an account for everything has one hand in a
// dossier, then tries every later one; the office refuses by itself, where the
// database has no such rules, too.
func TestFourEyes(t *testing.T) {
	for _, bare := range []bool{false, true} {
		for i, first := range hands() {
			h := open(t, dayNew)
			if bare {
				h.dropRules()
			}
			h.oneHand(i, first)
			h.sound()
		}
	}
}

// oneHand lets one person have the hand of a number, and try every later one.
func (h *house) oneHand(i int, first string) {
	h.Helper()
	l := h.begin(5)
	for k, next := range hands() {
		if k > i && !(applicant(first) && applicant(next)) {
			act, a := l.as("p.everywhere", next)
			h.refused(l.do(act, a), h.print(), approval.Forbidden, "four-eyes")
		}
		person := ""
		if k == i {
			person = "p.everywhere"
		}
		if act, a := l.as(person, next); l.do(act, a) != nil {
			h.Fatalf("%s after %s by the person of many accounts: %v", next, first, l.do(act, a))
		}
	}
}

// dropRules takes the rules of four eyes out of the database.
func (h *house) dropRules() {
	h.Helper()
	query := "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%four eyes%'"
	if storetest.OnPostgres() {
		query = "SELECT t.tgname, t.tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.prosrc LIKE '%four eyes%'"
	}
	rows, err := h.db.Query(query)
	h.ok(err)
	var drops []string
	for rows.Next() {
		var trigger, table string
		h.ok(rows.Scan(&trigger, &table))
		drops = append(drops, storetest.DropTrigger(trigger, table))
	}
	h.ok(errors.Join(rows.Err(), rows.Close()))
	for _, drop := range drops {
		_, err := h.db.Exec(drop)
		h.ok(err)
	}
}

// TestFourEyesAcrossRounds: whoever judged the first round may judge the same
// way again, and has no other hand in the second.
func TestFourEyesAcrossRounds(t *testing.T) {
	for _, judge := range []string{approval.ActOpinion, approval.ActReview} {
		h := open(t, dayNew)
		l := h.begin(4).must(approval.ActFacts, approval.ActSubmit)
		person := func(hand string) string {
			if hand == judge {
				return "p.everywhere"
			}
			return ""
		}
		_, a := l.as(person(approval.ActOpinion), approval.ActOpinion)
		h.ok(l.review(approval.Opinion, approval.Disagree, a))
		_, a = l.as(person(approval.ActReview), approval.ActReview)
		h.ok(l.review(approval.Appraisal, approval.SendBack, a))
		for _, hand := range []string{approval.ActFacts, approval.ActDraft, approval.ActSubmit} {
			act, a := l.as("p.everywhere", hand)
			h.refused(l.do(act, a), h.print(), approval.Forbidden, "four-eyes")
		}
		l.must(approval.ActSubmit)
		for _, hand := range []string{approval.ActOpinion, approval.ActReview} {
			act, a := l.as("p.everywhere", hand)
			if hand != judge {
				h.refused(l.do(act, a), h.print(), approval.Forbidden, "four-eyes")
				act, a = l.as("", hand)
			}
			h.ok(l.do(act, a))
		}
		act, a := l.as("p.everywhere", "plan-decision")
		h.refused(l.do(act, a), h.print(), approval.Forbidden, "four-eyes")
		h.sound()
	}
}

// TestFourEyesEndWithTheDossier: a hand in one dossier binds in that one only.
func TestFourEyesEndWithTheDossier(t *testing.T) {
	l := open(t, dayNew).begin(3).must(approval.ActFacts, approval.ActSubmit)
	a := l.right(approval.ActReview)
	l.ok(l.review(approval.Appraisal, approval.FindUnfit, a))
	officer := l.right(approval.ActSubmit)
	officer.Person = a.Person
	l.ok(l.do(approval.ActSubmit, officer))
	l.refused(l.do(approval.ActReview, a), l.print(), approval.Forbidden, "four-eyes")
	l.ok(l.do(approval.ActReview, l.hand(law.RoleSpecialisedUnit, "another")))
	l.must(approval.ActDecide)
}

// TestAmendingAndCopyingAreHands: whoever amends what an open dossier is about, or
// copies another's text into it, has a hand in it, and judges it no more.
func TestAmendingAndCopyingAreHands(t *testing.T) {
	h := open(t, dayNew)
	from := storetest.Lead(t, h.office, "H56", "Hệ thống khác", storetest.Submitted).Code
	l := h.begin(4).must(approval.ActFacts)
	officer := l.right(approval.ActDraft)
	amends, copies := officer, officer
	amends.Person, copies.Person = "p.amends", "p.copies"
	if _, err := h.office.CopyStatement(context.Background(), copies, l.seen.Code, from, []string{"zones"}); err != nil {
		t.Fatal(err)
	}
	s := l.stored()
	line := approval.Line{No: 1, Code: s.Code, Version: s.Version, Registration: approval.Registration{Attested: true, Name: s.Name + " mới", Description: s.Description, OperatorUnit: s.OperatorUnit, Stage: s.Stage, StartedOn: s.StartedOn, Served: s.Served}}
	if done, err := h.office.Enrol(context.Background(), amends, func(yield func(approval.Line, error) bool) { yield(line, nil) }, "tệp", false, func(f approval.Fate) {
		if f.Did != "changed" {
			t.Errorf("%+v", f)
		}
	}); err != nil || !done {
		t.Fatal(done, err)
	}
	l.seen = l.stored()
	l.must(approval.ActSubmit)
	for _, person := range []string{amends.Person, copies.Person} {
		act, a := l.as(person, approval.ActOpinion)
		h.refused(l.do(act, a), h.print(), approval.Forbidden, "four-eyes")
	}
	l.must(approval.ActOpinion)
}

// TestHandOf: whatever somebody did in a dossier is a hand in it; the office asks
// before the database does.
func TestHandOf(t *testing.T) {
	by := approval.Who{Person: "p"}
	for want, d := range map[string]approval.Dossier{
		"":          {Editors: []string{"q"}, Reviews: []approval.Review{{By: approval.Who{Person: "q"}}}},
		"edit":      {Editors: []string{"q", "p"}},
		"opinion":   {Reviews: []approval.Review{{Kind: approval.Opinion, By: by}}},
		"appraisal": {Receipts: []approval.Receipt{{By: by}}},
		"consulted": {Consulting: []approval.Consultation{{Kind: approval.ConsultAnswer, By: by}}},
		"decision":  {Decisions: []approval.Decision{{By: by}}},
	} {
		if got := d.HandOf("p"); got != want {
			t.Errorf("hand %q, want %q", got, want)
		}
	}
}

// handRows are the rows by which a person has a hand in dossier 1 of system 1, by
// the hand: %n is a number that is free, %w who it is, %p the person alone.
func handRows() map[string][]string {
	const ask = "INSERT INTO consultation VALUES (1, 1, %n, %n, 'ask', 'H41', 1, '%d', 'x', '2026-11-25', '', '', "
	return map[string][]string{
		"edit":      {"INSERT INTO dossier_editor (system_id, dossier_no, no, person) VALUES (1, 1, %n, '%p')"},
		"field":     {"INSERT INTO dossier_editor (system_id, dossier_no, no, person) SELECT 1, 1, %n, '%p' WHERE NOT EXISTS (SELECT 1 FROM dossier_editor e WHERE e.person = '%p')", "INSERT INTO field_save VALUES (1, 1, 'purpose', %n, '', 'x', '', %w)"},
		"reply":     {"INSERT INTO remark VALUES (1, 1, %n, %n, 'ask', 'applicant', 1, '', FALSE, 'x', %w)"},
		"remark":    {"INSERT INTO remark VALUES (1, 1, %n, %n, 'ask', 'judging', 1, '', FALSE, 'x', %w)"},
		"hold":      {"INSERT INTO hold VALUES (1, 1, %n, 'take', '%p', 'l', 'n', '', %w)"},
		"opinion":   {"INSERT INTO review VALUES (1, 1, %n, 'opinion', 'agree', '', 'x', %w)"},
		"appraise":  {"INSERT INTO review VALUES (1, 1, %n, 'appraisal', 'fit', '', 'x', %w)"},
		"receive":   {"INSERT INTO receipt VALUES (1, 1, %n, 1, TRUE, '', 'x', %w)"},
		"consult":   {ask + "%w)"},
		"consulted": {ask + "%a)", "INSERT INTO consultation VALUES (1, 1, %n + 1, %n, 'answer', 'H41', 1, '%d', '', '', 'agree', '', '%p', 'account', 'owner', 'H41', '2026-11-22 06:00:00+00:00')"},
		"decide":    {"INSERT INTO decision VALUES (1, 1, %n, 'level', 'approve', '1', '2026-11-22', '', '', 'x', %w)"},
		"confirm":   {"INSERT INTO confirmation VALUES (1, 1, '', %w)"},
	}
}

// handed are the statements by which a person has a hand.
func handed(hand, person string, free int) (statements []string) {
	who := "', 'account', 'owner', 'H56', '2026-11-22 06:00:00+00:00'"
	r := strings.NewReplacer("%n", fmt.Sprint(free), "%w", "'"+person+who, "%a", "'p.lead"+who, "%p", person, "%d", strings.Repeat("0", 64))
	for _, s := range handRows()[hand] {
		statements = append(statements, r.Replace(s))
	}
	return statements
}

// TestFourEyesInTheDatabase goes past the office: of every pair of hands, the
// database itself refuses the second one of one person where the two may not be
// one's, and takes that of somebody else. A table of who did what in a dossier that
// has no row here fails.
func TestFourEyesInTheDatabase(t *testing.T) {
	h := open(t, dayNew)
	h.begin(5).must(approval.ActFacts, approval.ActDraft, approval.ActSubmit, approval.ActOpinion, approval.ActReceive, approval.ActReview, approval.ActDecide)
	// What may follow in the same person's name, each way in the order of the rows; a
	// hold says who is at it, and binds nobody but who drafted.
	const judging = " remark hold "
	may := map[string]string{
		"edit": "field reply", "field": "field reply", "reply": "edit field reply hold", "remark": judging + "opinion appraise receive consult decide confirm", "hold": judging + "edit field reply opinion appraise receive consult consulted decide confirm",
		"opinion": judging + "opinion", "appraise": judging + "appraise receive consult", "receive": judging + "appraise receive consult", "consult": judging + "appraise receive consult",
		"consulted": "hold consulted", "decide": judging, "confirm": judging,
	}
	pairs := 0
	for had := range handRows() {
		for next := range handRows() {
			if next == "edit" && (had == "edit" || had == "field") || next == "confirm" && had == "confirm" {
				continue // there is one such row
			}
			pairs++
			first := handed(had, "p.everywhere", 50)
			if err := h.tries(first, handed(next, "p.another", 70)); err != nil {
				t.Errorf("%s, then %s by somebody else: %v", had, next, err)
			}
			err := h.tries(first, handed(next, "p.everywhere", 70))
			allowed := slices.Contains(strings.Fields(may[had]), next)
			if allowed != (err == nil) || err != nil && !strings.Contains(err.Error(), "four eyes: ") {
				t.Errorf("%s, then %s by the same person: %v", had, next, err)
			}
		}
	}
	t.Logf("%d pairs of hands", pairs)
	hands := fmt.Sprint(handRows())
	for _, table := range h.tablesOfHands() {
		if table != "dossier_round" && !strings.Contains(hands, "INTO "+table+" ") { // a round is what an editor submitted
			t.Errorf("%s says who did what in a dossier, and has no row here", table)
		}
	}
	for _, table := range []string{"dossier_editor", "review", "receipt", "dossier_round", "decision"} {
		if _, err := h.try("UPDATE " + table + " SET person = 'p.other'"); err == nil || !strings.Contains(err.Error(), "are final") {
			t.Errorf("update of %s: %v", table, err)
		}
		if _, err := h.try("DELETE FROM " + table); err == nil || !strings.Contains(err.Error(), "are final") {
			t.Errorf("delete from %s: %v", table, err)
		}
	}
}

// tablesOfHands are the tables whose rows name a dossier and a person.
func (h *house) tablesOfHands() (tables []string) {
	h.Helper()
	query := "SELECT m.name FROM sqlite_master m WHERE m.type = 'table' AND (SELECT count(*) FROM pragma_table_info(m.name) c WHERE c.name IN ('dossier_no', 'person')) = 2"
	if storetest.OnPostgres() {
		query = "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name IN ('dossier_no', 'person') GROUP BY table_name HAVING count(*) = 2"
	}
	rows, err := h.db.Query(query)
	h.ok(err)
	for rows.Next() {
		var name string
		h.ok(rows.Scan(&name))
		tables = append(tables, name)
	}
	h.ok(errors.Join(rows.Err(), rows.Close()))
	return tables
}

// tries runs statements straight on the file, those of the first hand and then those
// of the next, and takes them back; the error is of the next one's.
func (h *house) tries(first, next []string) error {
	h.Helper()
	tx, err := h.db.Begin()
	h.ok(err)
	for _, statement := range first {
		_, err := tx.Exec(statement)
		h.ok(err)
	}
	for _, statement := range next {
		if _, err = tx.Exec(statement); err != nil {
			break
		}
	}
	h.ok(tx.Rollback())
	return err
}

// try runs a statement straight on the file, and takes it back.
func (h *house) try(statement string) (n int64, err error) {
	h.Helper()
	tx, err := h.db.Begin()
	h.ok(err)
	res, err := tx.Exec(statement)
	if err == nil {
		n, err = res.RowsAffected()
	}
	h.ok(tx.Rollback())
	return n, err
}
