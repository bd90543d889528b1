package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/store/storetest"
)

func (h *house) agenda(a approval.Actor, scope plan.Scope) []plan.Item {
	h.Helper()
	items, err := h.Agenda(ctx, a, scope, "")
	if err != nil {
		h.Fatal(err)
	}
	return items
}

// item finds the one item whose ID begins so; nil when there is none.
func item(items []plan.Item, id string) *plan.Item {
	i := slices.IndexFunc(items, func(it plan.Item) bool { return strings.HasPrefix(it.ID, id) })
	if i < 0 {
		return nil
	}
	return &items[i]
}

// TestDossierClockIsThatOfTheQueue: through check, return, resubmission and
// appraisal the calendar and the queue of who acts name the same last day.
func TestDossierClockIsThatOfTheQueue(t *testing.T) {
	h := open(t, "2026-11-23")
	code := h.lead("Đang thẩm định", storetest.Submitted)
	owner := storetest.Actor(law.RoleOwner, "H56")
	system := func() approval.System {
		t.Helper()
		f, err := h.office.File(ctx, officer, code)
		if err != nil {
			t.Fatal(err)
		}
		return f.System
	}
	due := func(a approval.Actor, act string) law.Day {
		t.Helper()
		q, err := h.office.Queue(ctx, a)
		if err != nil || len(q) != 1 || q[0].Act != act || q[0].Clock.Due == "" {
			t.Fatalf("queue for %s: %+v, %v", act, q, err)
		}
		it := item(h.agenda(officer, plan.OfAgency), "dossier:"+code)
		if it == nil || it.Day != q[0].Clock.Due {
			t.Errorf("%s: the calendar has %+v, the queue %s", act, it, q[0].Clock.Due)
		}
		return q[0].Clock.Due
	}
	review := func(o approval.Outcome) {
		t.Helper()
		s := system()
		if _, err := h.office.Review(ctx, unit, code, s.Version, approval.ReviewInput{Kind: approval.Appraisal, Outcome: o, Comment: "Bổ sung", Digest: s.Last().Digest}); err != nil {
			t.Fatal(err)
		}
	}
	h.clock.T = storetest.At("2026-11-26").T
	s := system()
	if _, err := h.office.Receive(ctx, unit, code, s.Version, approval.ReceiptInput{Complete: true, Digest: s.Last().Digest}); err != nil {
		t.Fatal(err)
	}
	first := due(unit, approval.ActReview)
	h.clock.T = storetest.At("2026-11-30").T
	review(approval.SendBack)
	if it := item(h.agenda(officer, plan.OfAgency), "dossier:"+code); it != nil {
		t.Errorf("with the applicant: %+v", it)
	}
	h.clock.T = storetest.At("2026-12-09").T
	s = system()
	if _, err := h.office.Submit(ctx, officer, code, s.Version, storetest.Statement(3, "2026-12-09")); err != nil {
		t.Fatal(err)
	}
	s = system()
	if _, err := h.office.Receive(ctx, unit, code, s.Version, approval.ReceiptInput{Complete: true, Digest: s.Last().Digest}); err != nil {
		t.Fatal(err)
	}
	if again := due(unit, approval.ActReview); again <= first || again >= law.Day("2026-12-31") {
		t.Errorf("due %s, after the return %s", first, again)
	}
	review(approval.FindFit)
	it := item(h.agenda(officer, plan.OfAgency), "dossier:"+code)
	q, err := h.office.Queue(ctx, owner)
	if err != nil || len(q) != 1 || q[0].Act != approval.ActDecide {
		t.Fatalf("queue of the owner: %+v, %v", q, err)
	}
	if (it == nil) != (q[0].Clock.Due == "") || it != nil && it.Day != q[0].Clock.Due {
		t.Errorf("the calendar has %+v, the queue %+v", it, q[0].Clock)
	}
	h.sound()
}

// TestDue: what falls due follows from the record, by the periods of the book.
func TestDue(t *testing.T) {
	h := open(t, "2026-05-04")
	kept := h.lead("Giữ cấp độ", storetest.Confirmed)
	h.clock.T = storetest.At("2026-11-22").T
	code, sent := h.lead("Một cửa", storetest.Confirmed), h.lead("Đang thẩm định", storetest.Submitted)
	far := storetest.Lead(t, h.office, "H41", "Nghệ An", storetest.Confirmed).Code
	items := h.agenda(officer, plan.OfAgency)
	for id, day := range map[string]law.Day{
		"conformity:" + kept:                 "2027-07-01",
		"review:" + code + ":account-review": "2027-05-22", // 6 months at level 3, from the approval
		"review:" + kept + ":account-review": "2027-02-19", // from the first day of the decree
		"review:" + code + ":penetration":    "2027-11-22", // suggested
		"drill:H56:2026":                     "2026-12-31",
		"budget:H56:2026":                    "2026-12-31",
		"report:H56:deadline.report-centre":  "2026-12-24",
		"dossier:" + sent:                    "2026-12-14", // 15 working days after Sunday 22 November
	} {
		if it := item(items, id); it == nil || it.Day != day || it.Cites == "" || it.Says.EN == "" || len(it.Roles) == 0 {
			t.Errorf("%s: %+v, want %s", id, it, day)
		}
	}
	for _, activity := range []string{"penetration", "restore-test"} {
		if it := item(items, "review:"+code+":"+activity); it == nil || it.Confidence != law.ConfidenceLow || !strings.Contains(it.Says.VI, "gợi ý của hệ thống") {
			t.Errorf("%s, of which only a suggestion is known: %+v", activity, it)
		}
	}
	if item(items, "conformity:"+code) != nil || item(items, "review:"+far) != nil || item(items, "drill:H41") != nil {
		t.Error("what does not concern the agency is in its calendar")
	}
	if !slices.IsSortedFunc(items, func(a, b plan.Item) int { return strings.Compare(string(a.Day)+"~", string(b.Day)+"~") }) {
		t.Error("not by day")
	}
	if _, err := h.Did(ctx, officer, code, plan.Deed{Activity: "account-review", On: "2026-11-20", Performer: "Trung tâm CNTT"}); err != nil {
		t.Fatal(err)
	}
	refusedAs(t, second(h.Did(ctx, officer, code, plan.Deed{Activity: "none", On: "2026-11-20", Performer: "x"})), "activity-unknown")
	refusedAs(t, second(h.Did(ctx, officer, far, plan.Deed{Activity: "account-review", On: "2026-11-20", Performer: "x"})), "not-found")
	for _, in := range []plan.YearInput{{On: "2026-06-01", Says: "Diễn tập thực chiến"}, {Total: 1000, Security: 99}} {
		if _, err := h.KeepYear(ctx, unit, "H56", 2026, in); err != nil {
			t.Fatal(err)
		}
	}
	items = h.agenda(officer, plan.OfAgency)
	if item(items, "drill:H56") != nil || item(items, "budget:H56") == nil {
		t.Error("a drill on record is still due, or 9.9% of the budget is enough")
	}
	if _, err := h.KeepYear(ctx, unit, "H56", 2026, plan.YearInput{Total: 1000, Security: 100}); err != nil {
		t.Fatal(err)
	}
	if item(h.agenda(officer, plan.OfAgency), "budget:H56") != nil {
		t.Error("10% of the budget is not enough")
	}
	refusedAs(t, second(h.KeepYear(ctx, unit, "H41", 2026, plan.YearInput{Total: 1, Security: 1})), "not-found")
	refusedAs(t, second(h.KeepYear(ctx, unit, "H56", 2026, plan.YearInput{Total: 10, Security: 11})), "part-wrong")
	refusedAs(t, second(h.Agenda(ctx, officer, plan.OfAgency, "H41")), "not-found")
	mps := storetest.Actor(law.RoleMPS, "G01")
	if all := h.agenda(mps, plan.OfCountry); item(all, "review:"+far) == nil || item(all, "review:"+code) == nil {
		t.Error("the country's calendar lacks an agency")
	}
	if mine := h.agenda(mps, plan.Mine); len(mine) != 1 || mine[0].ID != "review:"+kept+":patching" {
		t.Errorf("of what is overdue for 30 days the regulator is told: %+v", mine)
	}
	h.clock.T = storetest.At("2027-08-15").T
	if mine := h.agenda(mps, plan.Mine); item(mine, "conformity:"+kept) == nil {
		t.Error("45 days overdue and the regulator is not told")
	}
	h.sound()
}

// TestEscalation: the longer, the more are told; the day itself tells nobody.
func TestEscalation(t *testing.T) {
	h := open(t, "2026-11-22")
	it := plan.Item{Day: "2026-11-01"}
	for day, want := range map[law.Day]int{"2026-11-01": 0, "2026-11-02": 1, "2026-11-08": 1, "2026-11-09": 2, "2026-11-17": 3, "2026-12-01": 3, "2026-12-02": 4} {
		if got := len(it.Told(h.Book, day)); got != want {
			t.Errorf("%s: %d told, want %d", day, got, want)
		}
	}
}

// TestFindingsAndIncidents: findings are gaps until closed with evidence; the
// clocks of an incident run by the decree and end with their reports.
func TestFindingsAndIncidents(t *testing.T) {
	h := open(t, "2026-11-22")
	code := h.lead("Một cửa", storetest.Confirmed)
	in := plan.FindingInput{On: "2026-11-20", Says: "Chưa tách vùng quản trị", Critical: true, Role: "network", Due: "2026-12-20"}
	bad := in
	bad.Role, bad.Due = "Ông A", ""
	refusedAs(t, second(h.Find(ctx, unit, code, bad)), "role-unknown")
	p, err := h.Find(ctx, unit, code, in)
	if err != nil {
		t.Fatal(err)
	}
	no := p.Findings[0].No
	if g := h.sheet(code).Gaps; g[len(g)-1].Finding != no || g[len(g)-1].Due != "2026-12-20" {
		t.Errorf("the finding is no gap: %+v", g[len(g)-1])
	}
	if item(h.agenda(officer, plan.Mine), "finding:"+code) == nil {
		t.Error("the finding is not due")
	}
	refusedAs(t, second(h.Close(ctx, officer, code, plan.ClosingInput{Finding: no})), "evidence-missing")
	if _, err := h.Close(ctx, officer, code, plan.ClosingInput{Finding: no, Evidence: []plan.Evidence{{Kind: plan.Document, Ref: "5/BB", On: "2026-11-22"}}}); err != nil {
		t.Fatal(err)
	}
	refusedAs(t, second(h.Close(ctx, officer, code, plan.ClosingInput{Finding: no, Evidence: []plan.Evidence{{Kind: plan.Document, Ref: "5/BB"}}})), "finding-not-open")

	happened := h.clock.T.Add(-time.Hour)
	refusedAs(t, second(h.Happen(ctx, officer, code, plan.IncidentInput{Happened: h.clock.T.Add(time.Hour), Says: "x"})), "time-missing")
	p, err = h.Happen(ctx, officer, code, plan.IncidentInput{Happened: happened, Severe: true, AtOnce: true, Says: "Mã độc tống tiền"})
	if err != nil {
		t.Fatal(err)
	}
	x := p.Incidents[0]
	want := map[plan.Step]time.Duration{plan.AtOnce: 0, plan.First: 24 * time.Hour, plan.Full: 72 * time.Hour}
	for _, c := range plan.Clocks(h.Book, p, x) {
		if got := c.Due.Sub(x.Happened); got != want[c.Step] || !strings.Contains(c.Cites, "Điều 31") {
			t.Errorf("%s: %v, %s", c.Step, got, c.Cites)
		}
		delete(want, c.Step)
	}
	if len(want) > 0 {
		t.Errorf("clocks that do not run: %v", want)
	}
	first := item(h.agenda(storetest.Actor(law.RoleOwner, "H56"), plan.Mine), fmt.Sprintf("incident:%s:%d-first", code, x.No))
	if first == nil || first.State(h.clock.T, 30) == plan.StateOverdue || first.State(x.Happened.Add(24*time.Hour+time.Second), 30) != plan.StateOverdue {
		t.Errorf("the 24 h clock: %+v", first)
	}
	report := func(s plan.Step) error {
		return second(h.Report(ctx, officer, code, plan.ReportInput{Incident: x.No, Step: s, Sent: h.clock.T, Number: "1/BC"}))
	}
	refusedAs(t, report(plan.Closed), "report-missing")
	for _, s := range []plan.Step{plan.AtOnce, plan.First, plan.Full} {
		if err := report(s); err != nil {
			t.Fatal(err)
		}
	}
	refusedAs(t, report(plan.First), "step-done")
	if err := report(plan.Closed); err != nil {
		t.Fatal(err)
	}
	refusedAs(t, report(plan.Closed), "incident-not-open")
	if item(h.agenda(officer, plan.Mine), "incident:"+code) != nil {
		t.Error("a closed incident is due")
	}
	h.sound()
}

// parsed reads an iCalendar object as RFC 5545 says: CRLF, lines of at most 75
// octets, unfolded, properties inside balanced components.
func parsed(t *testing.T, s string) (events []map[string]string) {
	t.Helper()
	if !strings.HasSuffix(s, "\r\n") || strings.Contains(strings.ReplaceAll(s, "\r\n", ""), "\n") {
		t.Fatal("a line does not end with CRLF")
	}
	for _, l := range strings.Split(s, "\r\n") {
		if len(l) > 75 {
			t.Errorf("a line of %d octets: %q", len(l), l)
		}
	}
	var open []string
	var now map[string]string
	for _, l := range strings.Split(strings.TrimSuffix(strings.ReplaceAll(s, "\r\n ", ""), "\r\n"), "\r\n") {
		name, value, ok := strings.Cut(l, ":")
		if !ok {
			t.Fatalf("no property: %q", l)
		}
		switch name {
		case "BEGIN":
			open = append(open, value)
			now = map[string]string{}
		case "END":
			if len(open) == 0 || open[len(open)-1] != value {
				t.Fatalf("END:%s closes %v", value, open)
			}
			open = open[:len(open)-1]
			if value == "VEVENT" {
				events = append(events, now)
			}
		default:
			now[name] = value
		}
	}
	if len(open) != 0 {
		t.Fatalf("left open: %v", open)
	}
	return events
}

// TestICalendar: every item with a day is an event; hostile and long text stays
// one property; the UID stays the same.
func TestICalendar(t *testing.T) {
	items := []plan.Item{{ID: "review:H56-0001:drill", Kind: plan.DueReview, System: "H56-0001", Name: "Một, cửa;\r\nBEGIN:VEVENT\nX:" + strings.Repeat("ế", 200), Day: "2026-12-31", Says: law.Text{VI: "Rà soát", EN: "Review"}},
		{ID: "incident:H56-0001:3-first", Kind: plan.DueIncident, Day: "2026-11-23", At: time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC), Says: law.Text{VI: "Báo cáo", EN: "Report"}}, {ID: "regulation:x", Says: law.Text{VI: "Không hạn", EN: "No day"}}}
	f := plan.Feed{Name: "Lịch", Now: time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC), Host: "capdo", Say: func(t law.Text) string { return t.VI }, Link: func(plan.Item) string { return "https://capdo.example/systems/H56-0001" }}
	events := parsed(t, plan.ICalendar(items, f))
	if len(events) != 2 {
		t.Fatalf("%d events", len(events))
	}
	e := events[0]
	if e["DTSTART;VALUE=DATE"] != "20261231" || e["DTEND;VALUE=DATE"] != "20270101" || e["UID"] != "review:H56-0001:drill@capdo" || e["DTSTAMP"] != "20261122T050000Z" {
		t.Errorf("all-day event: %v", e)
	}
	if got := e["SUMMARY"]; !strings.HasPrefix(got, `H56-0001 Một\, cửa\;\nBEGIN:VEVENT\nX:ế`) || !strings.HasSuffix(got, "Rà soát") {
		t.Errorf("summary: %q", got)
	}
	if events[1]["DTSTART"] != "20261123T040000Z" {
		t.Errorf("event at a moment: %v", events[1])
	}
}

// TestOldProcedureInTheCalendar: the clock of a dossier that goes by the old
// procedure is that procedure's, as the office has it.
func TestOldProcedureInTheCalendar(t *testing.T) {
	h := open(t, "2026-12-01")
	many, none := 12000, 0
	s, err := h.office.Register(ctx, officer, approval.Registration{Name: "Hệ thống đang đầu tư", OperatorUnit: "Trung tâm CNTT", Stage: approval.New, StartedOn: "2026-05-01", Attested: true})
	if err != nil {
		t.Fatal(err)
	}
	s, err = h.office.StateFacts(ctx, officer, s.Code, s.Version, law.Facts{Type: "b", Info: "personal", Users: &many, SubjectsBasic: &many, SubjectsSensitive: &none, DVCTTLevel: &none, RiskAssessed: true})
	if err != nil {
		t.Fatal(err)
	}
	st := storetest.Statement(3, "2026-12-01")
	st["under_investment"] = "yes"
	if s, err = h.office.Submit(ctx, officer, s.Code, s.Version, st); err != nil {
		t.Fatal(err)
	}
	f, err := h.office.File(ctx, officer, s.Code)
	if err != nil || f.Competence == nil || f.Competence.Rules != law.R85 {
		t.Fatalf("not by the old procedure: %+v, %v", f.Competence, err)
	}
	for _, it := range plan.Due(plan.Question{Book: h.Book, Now: h.clock.T, Sheets: []plan.Sheet{{System: s}}}) {
		if it.Kind == plan.DueDossier {
			if it.Cites != f.Competence.Cites {
				t.Errorf("the calendar asks %s, the office %s", it.Cites, f.Competence.Cites)
			}
			return
		}
	}
	t.Error("no clock in the calendar")
}

// TestWholeBody: under the older rules a body as a whole is inspected every two
// years, counted from the last time; the rules of today ask for none.
func TestWholeBody(t *testing.T) {
	h := open(t, "2026-05-04")
	h.lead("Một cửa", storetest.Confirmed)
	due := func() *plan.Item { return item(h.agenda(unit, plan.OfAgency), "review:H56:overall") }
	if it := due(); it == nil || it.Day != "2018-07-01" || it.Confidence != law.ConfidenceHigh {
		t.Errorf("never done: %+v", it)
	}
	if _, err := h.KeepYear(ctx, unit, "H56", 2025, plan.YearInput{Overall: true, On: "2025-03-10", Says: "Kiểm tra tổng thể"}); err != nil {
		t.Fatal(err)
	}
	if it := due(); it == nil || it.Day != "2027-03-10" {
		t.Errorf("done in 2025: %+v", it)
	}
	h.clock.T = storetest.At("2026-11-22").T
	if it := due(); it != nil {
		t.Errorf("under the rules of today: %+v", it)
	}
	h.sound()
}
