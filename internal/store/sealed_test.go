package store_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/controls"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// canary is a word that is in the plan of a system and nowhere else.
const canary = "chim hoàng yến"

// weak is a register with a plan in which every text is a canary, and the rows
// of that plan as they were before rows were sealed.
func weak(t *testing.T, dir string) (s *store.Store, code string, plain map[int]string) {
	t.Helper()
	ctx, clock := context.Background(), storetest.At(today)
	lists, err := controls.Load()
	if err != nil {
		t.Fatal(err)
	}
	o, s := storetest.OfficeIn(t, dir, clock)
	r := &plan.Room{Store: s.Plans(), Book: o.Book, Lists: lists, Clock: clock.Now}
	code = storetest.Lead(t, o, "H56", "Một cửa", storetest.Approved).Code
	officer := storetest.Actor(law.RoleOperator, "H56")
	keep := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	keep(r.Find(ctx, officer, code, plan.FindingInput{On: today, Says: canary, Role: "operator", Due: today.AddDays(30)}))
	keep(r.Happen(ctx, officer, code, plan.IncidentInput{Happened: clock.T.Add(-1), Severe: true, Says: canary}))
	sheet, err := r.Sheet(ctx, officer, code, nil)
	if err != nil {
		t.Fatal(err)
	}
	keep(r.Answer(ctx, officer, code, sheet.List, []plan.AnswerInput{{Key: sheet.States[0].Control.Key, Result: plan.NotMet, Role: "operator", Due: today.AddDays(9), Cost: o.Book.CostClasses()[0].Key, Note: canary}}))
	plain = map[int]string{}
	err = s.Plans().View(ctx, officer, func(r plan.Reader) error {
		p, err := r.Plan(code)
		for _, x := range []any{p.Findings[0], p.Incidents[0], p.Answers[0]} {
			b, _ := json.Marshal(x)
			plain[len(plain)+1] = string(b)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, code, plain
}

// told counts the files of a register's database in which a word stands; in
// PostgreSQL, the rows of plans.
func told(t *testing.T, dir, word string) (n int) {
	t.Helper()
	if storetest.OnPostgres() {
		return int(count(t, storetest.Raw(t, dir), "plan_row", "body LIKE '%"+word+"%' OR sealed LIKE '%"+word+"%'"))
	}
	files, err := filepath.Glob(filepath.Join(dir, store.FileName+"*"))
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(word)) {
			n++
		}
	}
	return n
}

// TestPlansLieSealed: who has the database and not the keys reads nothing of
// where a system is weak; who has other keys, or puts one row in another's place,
// is told.
func TestPlansLieSealed(t *testing.T) {
	dir := t.TempDir()
	s, code, _ := weak(t, dir)
	if n := told(t, dir, canary); n > 0 {
		t.Errorf("the canary stands in %d files", n)
	}
	if told(t, dir, "finding") == 0 && !storetest.OnPostgres() { // a word of the column kind
		t.Fatal("the search finds nothing at all")
	}
	if f := faults(t, s); f != "" {
		t.Fatal(f)
	}
	s.Guard(storetest.Keys(t.TempDir()))
	if f := faults(t, s); !strings.Contains(f, "plan:"+code) {
		t.Errorf("with other keys: %q", f)
	}
	s.Guard(nil)
	if f := faults(t, s); !strings.Contains(f, "keys are not at hand") {
		t.Errorf("without keys: %q", f)
	}
	s.Guard(storetest.Keys(dir))
	db := straight(t, dir)
	if _, err := db.Exec("UPDATE plan_row SET sealed = (SELECT x.sealed FROM plan_row AS x WHERE x.no = 2), body = (SELECT x.body FROM plan_row AS x WHERE x.no = 2) WHERE no = 1"); err != nil {
		t.Fatal(err)
	}
	if f := faults(t, s); !strings.Contains(f, "another text") {
		t.Errorf("one row in another's place: %q", f)
	}
}

// TestOldPlansAreSealed: rows from before are read, verify, and are sealed once
// without a change to what they say; nothing else may be done to them.
func TestOldPlansAreSealed(t *testing.T) {
	dir := t.TempDir()
	s, code, plain := weak(t, dir)
	raw, trigger := storetest.Raw(t, dir), ""
	if !storetest.OnPostgres() {
		trigger = column(t, raw, "SELECT sql FROM sqlite_master WHERE name = 'plan_row_final_u'")[0]
	}
	db := straight(t, dir) // without triggers
	for no, body := range plain {
		if _, err := db.Exec(numbered("UPDATE plan_row SET body = ?, sealed = '' WHERE no = ?"), body, no); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Exec(trigger); err != nil {
		t.Fatal(err)
	}
	if f := faults(t, s); f != "" {
		t.Fatalf("rows from before: %s", f)
	}
	if told(t, dir, canary) == 0 {
		t.Fatal("nothing stands in the open: there is nothing to seal")
	}
	for _, change := range []string{"sealed = 'x', no = no + 7", "sealed = 'x', body = '{}'", "body = body", "sealed = 'x', kind = 'check'"} {
		if _, err := raw.Exec("UPDATE plan_row SET " + change); err == nil || !strings.Contains(err.Error(), "plan rows are final") {
			t.Errorf("%s: %v", change, err)
		}
	}
	ctx := context.Background()
	n, err := s.SealTexts(ctx, storetest.At(today).T)
	if err != nil || n != len(plain) {
		t.Fatalf("%d rows sealed: %v", n, err)
	}
	if n, err := s.SealTexts(ctx, storetest.At(today).T); n != 0 || err != nil {
		t.Errorf("again %d rows: %v", n, err)
	}
	if _, err := s.Scour(ctx); err != nil {
		t.Fatal(err)
	}
	if n := told(t, dir, canary); n > 0 {
		t.Errorf("the canary stands in %d files", n)
	}
	if f := faults(t, s); f != "" {
		t.Error(f)
	}
	if _, err := raw.Exec("UPDATE plan_row SET sealed = 'x'"); err == nil {
		t.Error("a sealed row was sealed again")
	}
	err = s.Plans().View(ctx, storetest.Actor(approval.Auditor, "G01"), func(r plan.Reader) error {
		p, err := r.Plan(code)
		if got := fmt.Sprint(p.Findings[0].Says, p.Incidents[0].Says, p.Answers[0].Note); got != canary+canary+canary {
			t.Errorf("they say %q", got)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
