package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/law"
	"capdo/internal/review"
	"capdo/internal/statement"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// inEntry is a text that the ledger says too, in the open.
const inEntry = "Chưa đủ căn cứ"

// sung is a register in which the canary stands in every text that lies sealed and
// that somebody writes: what a dossier states, what was said of it, what a body
// reported.
func sung(t *testing.T, dir string) (*approval.Office, *store.Store) {
	t.Helper()
	ctx, clock := context.Background(), storetest.At(today)
	o, s := storetest.OfficeIn(t, dir, clock)
	officer, unit, owner := storetest.Actor(law.RoleOperator, "H56"), storetest.Actor(law.RoleSpecialisedUnit, "H56"), storetest.Actor(law.RoleOwner, "H56")
	must := func(errs ...error) {
		t.Helper()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
	}
	x, err := o.Register(ctx, officer, approval.Registration{Name: "Một cửa", OperatorUnit: "Trung tâm CNTT", Stage: approval.Operating, StartedOn: "2020-01-01", Description: canary, Served: canary, Attested: true})
	must(err)
	x, err = o.StateFacts(ctx, officer, x.Code, x.Version, storetest.Facts(3, false))
	must(err)
	for _, value := range []string{canary, canary + " hai"} {
		seen := approval.FieldTag(1, 0, "")
		if d := x.Open(); d != nil {
			seen = d.Tag("scope")
		}
		saved, err := o.SaveFields(ctx, officer, x.Code, []approval.FieldInput{{Field: "scope", Value: value, Seen: seen}})
		must(err)
		x = saved.System
	}
	documents := &attachment.Desk{Office: o, Store: s.Attachments(), Blobs: storetest.Blobs(t, t.TempDir()), Limits: attachment.Default()}
	_, err = documents.Attach(ctx, officer, attachment.Upload{System: x.Code, Of: attachment.Dossier(1), Name: "so-do.txt", Body: strings.NewReader("sơ đồ")})
	must(err)
	if err := s.View(ctx, officer, func(r approval.Reader) (err error) { x, err = r.System(x.Code); return err }); err != nil {
		t.Fatal(err)
	}
	said := storetest.Statement(3, today)
	said["scope"], said["risk_summary"] = canary, canary
	x, err = o.Submit(ctx, officer, x.Code, x.Version, said)
	must(err)
	panel, desk := &review.Panel{Store: s, Office: o}, &review.Desk{Store: s, Book: o.Book, Clock: clock.Now}
	must(panel.Ask(ctx, unit, x.Code, review.AskInput{Body: "H41", Question: canary, Due: today.AddDays(5), Digest: x.Last().Digest}),
		panel.Answer(ctx, storetest.Actor(law.RoleSpecialisedUnit, "H41"), x.Code, review.AnswerInput{Outcome: approval.Disagree, Comment: canary, Digest: x.Last().Digest}),
		desk.Say(ctx, unit, x.Code, review.Input{Kind: review.Ask, Target: "field:scope", Text: canary}))
	x, err = o.Review(ctx, unit, x.Code, x.Version, approval.ReviewInput{Kind: approval.Appraisal, Outcome: approval.FindFit, Comment: inEntry, Digest: x.Last().Digest})
	must(err)
	x, err = o.Decide(ctx, owner, x.Code, x.Version, approval.DecisionInput{Outcome: approval.Approve, Number: "1/QĐ", DecidedOn: today, Grounds: inEntry, Digest: x.Last().Digest})
	must(err)
	_, err = o.DeclarePlan(ctx, officer, x.Code, x.Version, approval.PlanInput{Status: approval.PlanFull, On: today, Note: inEntry})
	must(err)
	y := storetest.Lead(t, o, "H56", "Hai cửa", storetest.Submitted)
	_, err = o.Receive(ctx, unit, y.Code, y.Version, approval.ReceiptInput{Lacks: inEntry, Digest: y.Last().Digest})
	must(err)
	office := &statement.Office{Store: s, Book: o.Book, Clock: clock.Now}
	st, err := office.Take(ctx, officer, statement.Statement{Agency: "H56", Title: canary, On: today, Lines: []statement.Line{{No: 2, Cell: "A2", Name: canary}}})
	must(err)
	_, err = office.Note(ctx, officer, st.ID, []statement.Note{{Kind: statement.Match, Line: 2, Comment: canary}})
	must(err)
	return o, s
}

// dumped is the register of dir as whoever carries it away has it: the bytes of its
// files, or a dump of its database.
func dumped(t *testing.T, dir string) string {
	t.Helper()
	if storetest.OnPostgres() {
		return storetest.Dump(t, dir)
	}
	names, err := filepath.Glob(filepath.Join(dir, store.FileName+"*"))
	if err != nil || len(names) == 0 {
		t.Fatal(err, names)
	}
	var all strings.Builder
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	return all.String()
}

// TestTextsLieSealed: in no byte of the database of a register, and of what it is
// moved to, stands what a dossier says, what was said of it or what was reported.
// Every column of those holds something, and nothing that is not sealed.
func TestTextsLieSealed(t *testing.T) {
	dir := t.TempDir()
	_, s := sung(t, dir)
	all := dumped(t, dir)
	if strings.Contains(all, canary) {
		at := strings.Index(all, canary)
		t.Errorf("the canary is heard: %q", all[max(0, at-200):at+40])
	}
	if !strings.Contains(all, "Một cửa") || !strings.Contains(all, "sealed:2:H56:") {
		t.Fatal("the search finds nothing at all")
	}
	if f := faults(t, s); f != "" {
		t.Fatal(f)
	}
	filled := t.TempDir()
	o, _ := storetest.OfficeIn(t, filled, storetest.At(today))
	fill(t, filled, o, storetest.At(today))
	for table, columns := range store.SealedColumns() {
		for _, c := range columns {
			open, hidden := int64(0), int64(0)
			for _, at := range []string{dir, filled} {
				db := storetest.Raw(t, at)
				open += count(t, db, table, c+" <> '' AND "+c+" NOT LIKE 'sealed:2:_%:_%:_%'")
				hidden += count(t, db, table, c+" LIKE 'sealed:2:_%:_%:_%'")
			}
			if open > 0 || hidden == 0 && table+"."+c != "system.was" {
				t.Errorf("%s.%s: %d texts in the open, %d sealed", table, c, open, hidden)
			}
		}
	}
}

func digestOf(t *testing.T, x any) string {
	t.Helper()
	d, err := approval.Digest(x)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// laidOpen takes a register back to before texts were sealed.
func laidOpen(t *testing.T, dir string, s *store.Store) int {
	t.Helper()
	db := storetest.Raw(t, dir)
	off, on := "ALTER TABLE %s DISABLE TRIGGER USER", "ALTER TABLE %s ENABLE TRIGGER USER"
	var undo []string
	for table := range store.SealedColumns() {
		if storetest.OnPostgres() {
			undo = append(undo, fmt.Sprintf(on, table))
			if _, err := db.Exec(fmt.Sprintf(off, table)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		for _, name := range column(t, db, "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", table) {
			undo = append(undo, column(t, db, "SELECT sql FROM sqlite_master WHERE name = ?", name)[0])
			if _, err := db.Exec("DROP TRIGGER " + name); err != nil {
				t.Fatal(err)
			}
		}
	}
	n, err := store.LayOpen(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range undo {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// TestOldTextsAreSealed: texts from before are read, verify, and are sealed once;
// they may be put in the place of nothing else. What is sealed may not be sealed
// again while no key is turned.
func TestOldTextsAreSealed(t *testing.T) {
	dir := t.TempDir()
	o, s := sung(t, dir)
	past := s.At(approval.AsOf{On: today, Known: storetest.At(today).T.Add(time.Hour)})
	whole := func(s *store.Store) (x approval.System) {
		t.Helper()
		if err := s.View(context.Background(), storetest.Keeper(), func(r approval.Reader) (err error) { x, err = r.System("H56-0001"); return err }); err != nil {
			t.Fatal(err)
		}
		return x
	}
	before := digestOf(t, whole(s))
	if digestOf(t, whole(past)) != before || !strings.HasPrefix(whole(s).Dossiers[0].Statement["scope"], canary) {
		t.Fatal("a past view reads something else")
	}
	raw := storetest.Raw(t, dir)
	laid := laidOpen(t, dir, s)
	if f := faults(t, s); f != "" {
		t.Fatalf("texts from before: %s", f)
	}
	if !strings.Contains(dumped(t, dir), canary) {
		t.Fatal("nothing stands in the open: there is nothing to seal")
	}
	for table, columns := range store.SealedColumns() {
		if slices.Contains([]string{"system", "dossier", "plan_row"}, table) {
			continue // not final, or tried in TestOldPlansAreSealed
		}
		for _, c := range columns {
			for _, set := range []string{c + " = 'khác'", c + " = ''", c + " = 'sealed:2:H56:'", columnNames(t, raw, table)[0] + " = " + columnNames(t, raw, table)[0]} {
				if _, err := raw.Exec("UPDATE " + table + " SET " + set + " WHERE " + c + " <> ''"); err == nil || !strings.Contains(err.Error(), "final") {
					t.Errorf("UPDATE %s SET %s: %v", table, set, err)
				}
			}
		}
	}
	n, err := s.SealTexts(t.Context(), o.Clock())
	if err != nil || n == 0 || n > laid {
		t.Fatalf("%d rows sealed of %d texts: %v", n, laid, err)
	}
	if n, err := s.SealTexts(t.Context(), o.Clock()); n != 0 || err != nil {
		t.Errorf("again %d rows: %v", n, err)
	}
	if _, err := s.Scour(t.Context()); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(dumped(t, dir), canary) {
		t.Error("the canary is heard")
	}
	if f := faults(t, s); f != "" || digestOf(t, whole(s)) != before {
		t.Error("the register is not what it was: " + f)
	}
	if _, err := raw.Exec("UPDATE remark SET text = 'sealed:2:H56:0123456789abcdef:abc'"); err == nil || !strings.Contains(err.Error(), "remarks are final") {
		t.Errorf("a sealed text was put in another's place: %v", err)
	}
}
