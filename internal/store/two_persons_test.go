package store_test

import (
	"slices"
	"strings"
	"testing"

	"capdo/internal/store/storetest"
)

// pair is what the law gives to two persons outside the hands of a dossier (those
// stand in approval.TestFourEyesInTheDatabase): a first row, and one that answers
// it, in which %p is whose it is.
type pair struct {
	trigger, first, next string
	says                 string
}

// pairs are all of them. The first row is that of p.first.
func pairs() []pair {
	const who, at = "'%p', 'a', 'administrator', 'H56', ", "'2026-11-22 06:00:00+00:00'"
	plan := func(no, kind, of string) string {
		return "INSERT INTO plan_row (system_id, no, kind, body) SELECT MIN(id), " + no + ", '" + kind + `', '{"no":` + no + of + `,"by":{"person":"%p"}}' FROM system`
	}
	retain := func(no, kind, of string) string {
		return "INSERT INTO retention_row VALUES (" + no + ", '" + kind + `', '{"no":` + no + of + `,"by":{"person":"%p"}}', 0)`
	}
	step := func(no, act string) string {
		return "INSERT INTO connection_step SELECT MIN(no), " + no + ", '" + act + "', '', '', " + at + ", NULL, " + who + at + " FROM connection WHERE profile = 'production'"
	}
	request := "INSERT INTO account_request VALUES ('Q9', 'create', 'moi', '{}', 'x', " + who + at + ")"
	return []pair{
		{"account_answer_other", request, "INSERT INTO account_answer VALUES ('Q9', 'confirmed', " + who + at + ")", "two administrators, two persons"},
		{"connection_step_four_eyes", step("90", "request"), step("91", "allow"), "four eyes: connection"},
		{"connection_step_four_eyes", step("90", "propose"), step("91", "agree"), "four eyes: connection"},
		{"plan_check_four_eyes", plan("90", "answer", ""), plan("91", "check", `,"answer":90`), "four eyes: check"},
		{"plan_closing_four_eyes", plan("90", "closing", ""), plan("91", "check", `,"answer":0,"closing":90`), "four eyes: check"},
		{"retention_two_persons", retain("90", "hold", ""), retain("91", "lift", `,"of":90`), "four eyes: retention"},
		{"retention_two_persons", retain("90", "ask", ""), retain("91", "purge", `,"of":90`), "four eyes: retention"},
	}
}

// ofDossiers are the tables of the hands in a dossier.
var ofDossiers = []string{"dossier_editor", "field_save", "remark", "hold", "review", "receipt", "consultation", "decision", "confirmation"}

// TestTwoPersonsInTheDatabase goes past every office: the database takes no answer
// of the very person who asked, and takes another's. A rule of two persons that
// has no row here fails.
func TestTwoPersonsInTheDatabase(t *testing.T) {
	dir := t.TempDir()
	full(t, dir)
	db := storetest.Raw(t, dir)
	try := func(p pair, next string) error {
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := tx.Rollback(); err != nil {
				t.Error(err)
			}
		}()
		if _, err := tx.Exec(strings.ReplaceAll(p.first, "%p", "p.first")); err != nil {
			t.Fatalf("%s: %v", p.first, err)
		}
		_, err = tx.Exec(strings.ReplaceAll(p.next, "%p", next))
		return err
	}
	var named []string
	for _, p := range pairs() {
		named = append(named, p.trigger)
		if err := try(p, "p.first"); err == nil || !strings.Contains(err.Error(), p.says) {
			t.Errorf("%s by the same person: %v", p.next, err)
		}
		if err := try(p, "p.second"); err != nil {
			t.Errorf("%s by another: %v", p.next, err)
		}
	}
	query := "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND (sql LIKE '%four eyes%' OR sql LIKE '%two persons%')"
	if storetest.OnPostgres() {
		query = "SELECT t.tgname, t.tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.prosrc LIKE '%four eyes%' OR p.prosrc LIKE '%two persons%'"
	}
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var trigger, table string
		if err := rows.Scan(&trigger, &table); err != nil {
			t.Fatal(err)
		}
		if n++; !slices.Contains(ofDossiers, table) && !slices.Contains(named, trigger) {
			t.Errorf("%s on %s has no row here", trigger, table)
		}
	}
	if rows.Err() != nil || n < 30 {
		t.Errorf("%d rules of two persons, %v", n, rows.Err())
	}
}
