package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/seal"
	"capdo/internal/statement"
	"capdo/internal/store/storetest"
	"capdo/internal/whatif"
)

// made makes a paper in the castle.
func (c *castle) made(t *testing.T, a approval.Actor, q reportQuery) []byte {
	t.Helper()
	var b bytes.Buffer
	if q.Kind == paperTrial {
		x, err := c.believed(t.Context(), q.Known)
		c.must(t, err)
		ask, err := whatif.Adoption{Book: c.book, Rules: law.R331, On: q.Day, Today: x.On}.Question()
		c.must(t, err)
		r, err := c.then(x).whatIf(t.Context(), a, ask)
		c.must(t, err)
		c.must(t, c.whatIfPaper(t.Context(), &b, a, trial{x, ask, r}))
		return b.Bytes()
	}
	if err := c.report(t.Context(), &b, a, q); err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	return b.Bytes()
}

// TestPapersOfAPastDay: every paper, made on a day and made again after the
// register lived on for months (approvals suspended, revoked and given, facts
// stated otherwise, drafts begun, corrections backdated, bodies renamed and
// merged, keys turned), has the same bytes for the same day and knowledge, by the
// command and by the page.
func TestPapersOfAPastDay(t *testing.T) {
	need(t, "pdftotext")
	c := build(t)
	c.live(t, "2026-11-22")
	day := law.DayOf(c.clock())
	code := func(step storetest.Step) string { return c.ids[fmt.Sprint("system", step)][0] }
	var qs []reportQuery
	for _, kind := range []string{"national", briefAgency, briefGate, briefDeadlines, briefYearly, briefDrills, briefInventory, paperTrial} {
		qs = append(qs, reportQuery{Kind: kind})
		if kind != "national" && kind != paperTrial {
			qs = append(qs, reportQuery{Kind: kind, Code: "H41"}, reportQuery{Kind: kind, Code: "H56"})
		}
	}
	for _, step := range steps {
		qs = append(qs, reportQuery{Kind: "system", Code: code(step)}, reportQuery{Kind: paperDossier, Code: code(step)}, reportQuery{Kind: "mau-01", Code: code(step)})
	}
	qs = append(qs, reportQuery{Kind: paperGaps, Code: code(storetest.Deployed)}, reportQuery{Kind: "mau-08", Code: "H41"})
	read := auditor()
	type edition struct {
		q    reportQuery
		file []byte
	}
	var all []edition
	for _, q := range qs { // at that instant, and of that day when it was over
		q.Day, q.Known = day, c.clock().Add(time.Microsecond)
		all = append(all, edition{q, c.made(t, read, q)})
	}
	c.time.T = day.AddDays(1).Time().Add(8 * time.Hour)
	for _, q := range qs {
		if q.Day = day; q.Kind == paperTrial {
			q.Known = day.AddDays(1).Time()
		}
		all = append(all, edition{q, c.made(t, read, q)})
	}
	page := func(path string) []byte {
		w := c.ask(c.regulator(t), "GET", path, nil)
		if w.Code != 200 {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
		body := w.Body.String()
		if _, rest, ok := strings.Cut(body, "<main"); ok { // what is around it bears the time of the visit
			body, _, _ = strings.Cut(rest, "</main>")
			body = c.bandOf(w.Body.String()) + body
		}
		return []byte(body)
	}
	on := "?on=" + string(day)
	paths := []string{"/reports/national.pdf" + on, "/systems/" + code(storetest.Deployed) + "/report.pdf" + on, "/systems" + on, "/systems" + on + "&state=deployed&owner=H41", "/calendar" + on + "&scope=nation",
		"/statements" + on, "/tables/register.csv" + on, "/tables/register.json" + on, "/gate" + on + "&provider=" + code(storetest.Deployed)}
	paths = append(paths, "/"+on, "/queue"+on, "/overview"+on, "/duplicates"+on, "/connections"+on, "/connections/list.csv"+on, "/services"+on, "/connections/"+c.ids["connection"][0]+on, "/statements/"+c.ids["statement"][0]+on,
		"/agencies/H56/years/2026"+on, "/what-if?rules=R331&on=2027-07-02&known="+string(day), "/what-if.csv?rules=R331&on=2027-07-02&known="+string(day), "/what-if.pdf?rules=R331&on=2027-07-02&known="+string(day))
	for _, step := range steps {
		at := "/systems/" + code(step)
		paths = append(paths, at+on, at+"/gaps"+on, at+"/watch"+on, at+"/documents"+on, at+"/controls"+on)
		if step >= storetest.Submitted {
			paths = append(paths, at+"/review"+on)
		}
	}
	plan := "/systems/" + code(storetest.Deployed)
	paths = append(paths, plan+"/checklist"+on, plan+"/checklist-all"+on, plan+"/checklist-cards"+on, plan+"/tables/ssp.json"+on)
	var pages [][]byte
	for _, path := range paths {
		pages = append(pages, page(path))
	}
	if first := string(pages[2]); !strings.Contains(first, "Sổ đăng ký của một ngày đã qua.") || !strings.Contains(first, `href="/systems/`+code(storetest.Deployed)+`?on=22%2F11%2F2026"`) || strings.Contains(first, `href="/systems/new"`) {
		t.Errorf("the list of a past day says not so, leads out of it or offers an act:\n%s", first)
	}
	for _, bad := range []string{"?on=31/02/2026", "?on=2999-01-01", "?on=2026-11-01&known=x"} {
		if w := c.ask(c.regulator(t), "GET", "/systems"+bad, nil); w.Code != 422 || !strings.Contains(w.Body.String(), "(on)") && !strings.Contains(w.Body.String(), "(known)") {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
	told := func(known time.Time) string {
		at := filepath.Join(t.TempDir(), "national.pdf")
		c.must(t, os.WriteFile(at, c.made(t, read, reportQuery{Kind: "national", Day: day, Known: known}), 0o600))
		return pdfText(t, at)
	}
	for _, want := range []string{"Báo cáo của các cơ quan", "BC-000001", "BC-000002", "Số liệu khác sổ đăng ký", "chưa giao", "theo sổ ghi đến hết ngày 22/11/2026"} {
		if got := told(time.Time{}); !strings.Contains(strings.ToLower(got), strings.ToLower(want)) {
			t.Errorf("the national report does not say %q:\n%s", want, got)
		}
	}
	then := strings.Count(told(time.Time{}), "chưa giao")
	c.months(t)
	if now := strings.Count(told(c.clock()), "chưa giao"); then != 2 || now != 1 { // one was settled since
		t.Errorf("%d differences were open then, %d are now", then, now)
	}
	for _, e := range all {
		if again := c.made(t, read, e.q); !bytes.Equal(again, e.file) {
			t.Errorf("%s %s known %v: other bytes than on the day", e.q.Kind, e.q.Code, e.q.Known)
			c.apart(t, e.file, again)
		}
	}
	for i, path := range paths {
		if again := page(path); !bytes.Equal(again, pages[i]) {
			at := 0
			for at < min(len(again), len(pages[i])) && again[at] == pages[i][at] {
				at++
			}
			t.Errorf("%s: other bytes than on the day: …%.160s", path, again[max(0, at-80):])
		}
	}
	changed := 0
	for _, e := range all[:len(qs)] { // as known now the day looks otherwise
		q := e.q
		q.Known = c.clock().Add(time.Microsecond)
		if !bytes.Equal(c.made(t, read, q), e.file) {
			changed++
		}
	}
	if changed < len(qs) {
		t.Errorf("%d of %d papers of the day say the same as known now: the months changed too little", len(qs)-changed, len(qs))
	}
	r, err := c.store.Verify(t.Context())
	c.must(t, err)
	for _, v := range r.Violations {
		t.Errorf("violation: %+v", v)
	}
}

// apart says where the words of two papers part.
func (c *castle) apart(t *testing.T, was, is []byte) {
	t.Helper()
	dir := t.TempDir()
	text := func(name string, b []byte) string {
		at := filepath.Join(dir, name)
		c.must(t, writeWhole(at, func(w io.Writer) error { _, err := w.Write(b); return err }))
		return pdfText(t, at)
	}
	a, b := text("was.pdf", was), text("is.pdf", is)
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Logf("was …%.200s\nis  …%.200s", a[max(0, i-80):], b[max(0, i-80):])
			return
		}
	}
}

// regulator is the regulator with a session of now.
func (c *castle) regulator(t *testing.T) approval.Actor {
	t.Helper()
	a := storetest.Actor(law.RoleMPS, "G01")
	token := fmt.Sprint(a.Account, c.time.T.UnixNano(), rand.Text())
	c.enterAgain(t, a, token)
	a.Account = token
	return a
}

// bandOf is what a page says of the day it speaks of.
func (c *castle) bandOf(page string) string {
	_, rest, _ := strings.Cut(page, `<aside class="past"`)
	band, _, _ := strings.Cut(rest, "</aside>")
	return band
}

// live gives the castle a plan, a year and a draft.
func (c *castle) live(t *testing.T, day law.Day) {
	t.Helper()
	ctx, operator := t.Context(), storetest.Actor(law.RoleOperator, "H56")
	for _, in := range []plan.YearInput{{On: day, Says: "Diễn tập ứng cứu sự cố", Number: "7/KH"}, {Total: 1000, Security: 120, Number: "3/QĐ"}} {
		_, err := c.plans.KeepYear(ctx, operator, "H56", day.Time().Year(), in)
		c.must(t, err)
	}
}

// months is what happens to the register after the day.
func (c *castle) months(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	officer, mps, owner := storetest.Actor(law.RoleOperator, "H56"), storetest.Actor(law.RoleMPS, "G01"), storetest.Actor(law.RoleOwner, "H56")
	system := func(step storetest.Step) approval.System {
		f, err := c.office.File(ctx, auditor(), c.ids[fmt.Sprint("system", step)][0])
		c.must(t, err)
		return f.System
	}
	pass := func(days int) { c.time.T = c.time.T.AddDate(0, 0, days) }
	pass(10)
	s := system(storetest.Appraised)
	_, err := c.office.Decide(ctx, owner, s.Code, s.Version, approval.DecisionInput{Outcome: approval.Approve, Number: "77/QĐ", DecidedOn: law.DayOf(c.clock()), Digest: s.Last().Digest})
	c.must(t, err)
	s = system(storetest.Deployed)
	_, err = c.office.Suspend(ctx, mps, s.Code, s.Version, approval.SuspensionInput{Ground: "vi phạm", Number: "9/QĐ"})
	c.must(t, err)
	s = system(storetest.Approved)
	_, err = c.office.DeclarePlan(ctx, officer, s.Code, s.Version, approval.PlanInput{Status: approval.PlanFull, On: "2026-11-22"}) // backdated
	c.must(t, err)
	s = system(storetest.Stated)
	s, err = c.office.StateFacts(ctx, officer, s.Code, s.Version, storetest.Facts(2, false))
	c.must(t, err)
	_, err = c.office.Draft(ctx, officer, s.Code, s.Version, storetest.Statement(2, law.DayOf(c.clock())))
	c.must(t, err)
	s = system(storetest.Submitted)
	_, err = c.office.Review(ctx, storetest.Actor(law.RoleSpecialisedUnit, "H56"), s.Code, s.Version, approval.ReviewInput{Kind: approval.Appraisal, Outcome: approval.SendBack, Comment: "thiếu sơ đồ", Digest: s.Last().Digest})
	c.must(t, err)
	s = system(storetest.Submitted)
	st := storetest.Statement(3, law.DayOf(c.clock()))
	st["scope"] = "Phạm vi khác"
	_, err = c.office.Submit(ctx, officer, s.Code, s.Version, st)
	c.must(t, err)
	storetest.Lead(t, c.office, "H56", "Hệ thống mới, vận hành từ 2020", storetest.Deployed)
	s = system(storetest.Appraised)
	lines := func(yield func(approval.Line, error) bool) {
		yield(approval.Line{No: 1, Code: s.Code, Version: s.Version, Registration: approval.Registration{Name: "Tên đã sửa", OperatorUnit: s.OperatorUnit, Stage: s.Stage, StartedOn: s.StartedOn, Description: "Mô tả đã sửa"}}, nil)
	}
	done, err := c.office.Enrol(ctx, officer, iter.Seq2[approval.Line, error](lines), "x", false, func(f approval.Fate) {
		if f.Refused != nil {
			t.Fatal(f.Refused)
		}
	})
	c.must(t, err)
	if !done {
		t.Fatal("nothing was amended")
	}
	st1, err := (&statement.Office{Store: c.store, Book: c.book, Clock: c.clock}).Note(ctx, officer, c.ids["statement"][0], []statement.Note{{Kind: statement.Resolve, Key: "figure:total", Outcome: statement.Outcomes()[0], Comment: "đã đối chiếu"}})
	c.must(t, err)
	if len(st1.Notes) != 1 {
		t.Fatal("nothing was noted")
	}
	pass(40)
	s = system(storetest.Approved)
	_, err = c.office.Revoke(ctx, mps, s.Code, s.Version, approval.RevocationInput{Ground: "khai sai"})
	c.must(t, err)
	_, err = c.plans.KeepYear(ctx, officer, "H56", 2026, plan.YearInput{On: "2026-11-20", Says: "Diễn tập ghi muộn", Number: "8/KH"}) // backdated
	c.must(t, err)
	_, err = c.office.Rename(ctx, storetest.Keeper(), []approval.Renaming{{Code: "H41", AgencyName: approval.AgencyName{On: "2026-11-21", Name: "Tên mới của H41"}}}) // backdated
	c.must(t, err)
	_, err = c.office.Reorganise(ctx, storetest.Keeper(), approval.Reorganisation{On: "2026-11-22", Source: "x", Successions: []approval.Succession{{From: "H41", To: "H56", Kind: approval.SuccessionMerge, On: "2026-11-22", Cites: "x"}}})
	c.must(t, err)
	c.must(t, c.rotateKey(ctx, world{out: io.Discard}, filepath.Join(c.dir, keyFolder), seal.ES256))
	pass(60)
}
