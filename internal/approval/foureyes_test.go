package approval_test

import (
	"fmt"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
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
// dossier, then tries every later one.
func TestFourEyes(t *testing.T) {
	for i, first := range hands() {
		h := open(t, dayNew)
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
				t.Fatalf("%s after %s by the person of many accounts: %v", next, first, l.do(act, a))
			}
		}
		h.sound()
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

// TestFourEyesInTheDatabase goes past the office: the file itself refuses a
// second hand of one person, and takes that of somebody else.
func TestFourEyesInTheDatabase(t *testing.T) {
	h := open(t, dayNew)
	l := h.begin(5).must(approval.ActFacts, approval.ActDraft, approval.ActSubmit, approval.ActOpinion, approval.ActReceive, approval.ActReview, approval.ActDecide)
	const id = "1" // of the one system
	who := "'%s', 'account', 'owner', 'H56', '2026-11-22 06:00:00+00:00'"
	inserts := map[string]string{
		"edit":     "INSERT INTO dossier_editor (system_id, dossier_no, no, person) VALUES (" + id + ", 1, 9, '%s')",
		"opinion":  "INSERT INTO review VALUES (" + id + ", 1, 9, 'opinion', 'agree', '', 'x', " + who + ")",
		"appraise": "INSERT INTO review VALUES (" + id + ", 1, 9, 'appraisal', 'fit', '', 'x', " + who + ")",
		"receive":  "INSERT INTO receipt VALUES (" + id + ", 1, 9, 1, TRUE, '', 'x', " + who + ")",
		"decide":   "INSERT INTO decision VALUES (" + id + ", 1, 9, 'level', 'approve', '1', '2026-11-22', '', '', 'x', " + who + ")",
		"confirm":  "INSERT INTO confirmation VALUES (" + id + ", 1, '', " + who + ")",
	}
	// What each hand that the dossier has already leaves possible to its person.
	took := map[string]string{"edit": "", "opinion": "opinion", "appraise": "appraise", "receive": "receive", "decide": ""}
	people := map[string]approval.Actor{}
	for hand, of := range map[string]string{"edit": approval.ActSubmit, "opinion": approval.ActOpinion, "appraise": approval.ActReview, "receive": approval.ActReceive, "decide": "plan-decision"} {
		_, people[hand] = l.as("", of)
	}
	for had, a := range people {
		for hand, insert := range inserts {
			if had == "edit" && hand == "edit" {
				continue // refused as a duplicate, not by the four eyes
			}
			_, err := h.try(fmt.Sprintf(insert, a.Person))
			if took[had] == hand || had == "appraise" && hand == "receive" || had == "receive" && hand == "appraise" {
				h.ok(err)
			} else if err == nil || !strings.Contains(err.Error(), "four eyes: ") {
				t.Errorf("the person of %s inserts %s: %v", had, hand, err)
			}
		}
	}
	for hand, insert := range inserts {
		if _, err := h.try(fmt.Sprintf(insert, "p.new")); err != nil {
			t.Errorf("a new person inserts %s: %v", hand, err)
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
