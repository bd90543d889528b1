package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/store/storetest"
)

// TestDesk: a reviewer remarks on a field and, for the own body only, on the
// whole; returns the dossier with a letter of the open remarks; the officer
// answers and hands in again; the reviewer sees the difference since the own
// last look, resolves, and judges on the same page.
func TestDesk(t *testing.T) {
	h := open(t, nil)
	s := storetest.Lead(t, h.office, "H56", "Hệ thống một cửa", storetest.Submitted)
	at := "/systems/" + s.Code
	desk := at + "/review"
	unit, officer, ministry := h.as("chuyentrach"), h.as("vanhanh"), h.as("bca")
	h.as("nghean").get(desk).wants(http.StatusNotFound)
	h.as("nghean").post(desk+"/remarks", url.Values{"kind": {"ask"}, "text": {"x"}}).wants(http.StatusNotFound)

	p := unit.get(desk).wants(http.StatusOK)
	if got := p.text("#change-h ~ p"); !strings.Contains(got, "Bạn chưa xem lần gửi nào") {
		t.Errorf("first look: %q", got)
	}
	if got := p.text(".criteria"); !strings.Contains(got, "NĐ 331/2026/NĐ-CP, Điều 13") {
		t.Errorf("criteria: %q", got)
	}
	p.one(`form.form[action="` + at + `/receipt"] input[name=digest]`)
	unit.post(desk+"/remarks", url.Values{"kind": {"ask"}, "target": {"field:scope"}, "text": {" "}}).wants(http.StatusUnprocessableEntity).one(`.errors a[href="#say-text"]`)
	unit.post(desk+"/remarks", url.Values{"kind": {"ask"}, "target": {"nothing"}, "text": {"x"}}).wants(http.StatusUnprocessableEntity)
	for _, in := range []url.Values{{"target": {"field:scope"}, "text": {"Nêu rõ các xã."}}, {"target": {""}, "internal": {"yes"}, "text": {"Hỏi lại lãnh đạo."}}} {
		in.Set("kind", "ask")
		unit.post(desk+"/remarks", in).leads(desk + "?done=remark#threads")
	}
	officer.post(desk+"/remarks", url.Values{"kind": {"ask"}, "text": {"x"}}).wants(http.StatusForbidden)

	for who, want := range map[*browser]int{unit: 2, officer: 1, ministry: 1, h.as("kiemtoan"): 2} {
		if got := len(who.get(desk).all("article.thread")); got != want {
			t.Errorf("%d threads shown, want %d", got, want)
		}
	}
	officer.post(desk+"/remarks", url.Values{"kind": {"answer"}, "thread": {"2"}, "text": {"x"}}).wants(http.StatusNotFound) // internal: absent

	unit.fill(at+"/appraisal", url.Values{"documents_ok": {"no"}, "legal_basis_ok": {"yes"}, "plan_ok": {"yes"}, "outcome": {"return"}, "comment": {"Bổ sung phạm vi."}}).leads(at + "?done=appraisal")
	letter := officer.get(desk + "/letter").wants(http.StatusOK)
	if got := letter.text("ol.letter li"); !strings.Contains(got, "Nêu rõ các xã.") || strings.Contains(got, "lãnh đạo") || !strings.Contains(letter.text("p.long"), "Bổ sung phạm vi.") {
		t.Errorf("letter: %q", got)
	}
	if got := unit.get(desk + "/letter").text("ol.letter"); strings.Contains(got, "lãnh đạo") {
		t.Errorf("the letter holds an internal remark: %q", got)
	}

	officer.post(desk+"/remarks", url.Values{"kind": {"answer"}, "thread": {"1"}, "text": {"Đã bổ sung."}}).leads(desk + "?done=remark#threads")
	h.answers(s.Code, 0, plan.AnswerInput{Result: plan.Met, How: "Có tường lửa", Due: "2027-01-15"})
	p = officer.get(at + "/dossier")
	in := url.Values{}
	for k, v := range storetest.Statement(3, "2026-11-22") {
		in[k] = strings.Split(v, "\n")
	}
	for _, day := range []string{"risk_assessed_on", "regulation_on"} {
		in.Set(day, law.Day(in.Get(day)).Time().Format("02/01/2006"))
	}
	in.Set("scope", "Nội dung scope và 166 xã")
	in.Set("do", "submit")
	officer.fill(at+"/dossier", in).leads(at + "?done=submit")

	p = unit.get(desk).wants(http.StatusOK)
	if got := p.text("section > .scroll table.changes tbody th"); got != "Phạm vi của hệ thống" && len(p.all("section > .scroll table.changes tbody tr")) != 1 {
		t.Errorf("changes: %q", got)
	}
	if got := p.text("section > .scroll table.changes ins"); got != "Thêm: và 166 xã" {
		t.Errorf("words that came: %q", got)
	}
	row := p.text("details table.changes tbody")
	for _, want := range []string{"Kết quả: Thêm: Đạt", "Cách đáp ứng: Thêm: Có tường lửa", "Hạn hoàn thành: Thêm: 15/01/2027"} {
		if !strings.Contains(row, want) {
			t.Errorf("controls that changed between the rounds: %q, want %q", row, want)
		}
	}
	if strings.Contains(row, "Ghi chú") || !strings.Contains(p.text("details summary"), "giữa lần gửi thứ 1 và thứ 2 1") {
		t.Errorf("controls that changed: %q", row)
	}
	h.answers(s.Code, 1, plan.AnswerInput{Result: plan.NotMet})
	if got := unit.get(at + "/appraisal").wants(http.StatusOK).text(".submission"); !strings.Contains(got, "sau lần gửi thứ 2, đến nay 1") || !strings.Contains(got, "Có tường lửa") {
		t.Errorf("the page of the appraisal: %q", got)
	}
	if got := p.text("section > p.muted"); !strings.Contains(got, "mục không thay đổi") {
		t.Errorf("unchanged fields are not counted: %q", got)
	}
	if got := p.text("article.thread .tag.blue"); got != "Đã trả lời" {
		t.Errorf("state of the thread: %q", got)
	}
	unit.post(desk+"/remarks", url.Values{"kind": {"resolve"}, "thread": {"1"}}).leads(desk + "?done=remark#threads")
	unit.post(desk+"/remarks", url.Values{"kind": {"resolve"}, "thread": {"1"}}).wants(http.StatusConflict)
	if got := unit.get(desk).text("#change-h ~ p"); !strings.Contains(got, "Không có gì mới kể từ khi bạn xem lần gửi thứ 2") {
		t.Errorf("after a look at round 2: %q", got)
	}
	if got := unit.get(desk + "?from=1").text("table.changes ins"); got == "" {
		t.Error("the difference since a round that was asked for is not shown")
	}
	unit.fill(at+"/appraisal", url.Values{"documents_ok": {"yes"}, "legal_basis_ok": {"yes"}, "plan_ok": {"yes"}, "outcome": {"fit"}}).leads(at + "?done=appraisal")
}

// answers answers the n-th control of a system's list, and lets a minute pass.
func (h *house) answers(code string, n int, in plan.AnswerInput) {
	h.t.Helper()
	h.clock.T = h.clock.T.Add(time.Minute)
	officer := storetest.Actor(law.RoleOperator, "H56")
	s, err := h.plans.Sheet(h.t.Context(), officer, code, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	in.Key = s.States[n].Control.Key
	if a := s.States[n].Answer; a != nil {
		in.Seen = a.No
	}
	if _, err := h.plans.Answer(h.t.Context(), officer, code, s.List, []plan.AnswerInput{in}); err != nil {
		h.t.Fatal(err)
	}
	h.clock.T = h.clock.T.Add(time.Minute)
}

// TestChangedOnThePage: the system's page shows what differs from the approved
// dossier, what the law makes of it, and by when.
func TestChangedOnThePage(t *testing.T) {
	h := open(t, nil)
	s := storetest.Lead(t, h.office, "H56", "Hệ thống một cửa", storetest.Confirmed)
	h.clock.T = storetest.At("2026-11-24").T
	if _, err := h.office.StateFacts(t.Context(), storetest.Actor(law.RoleOperator, "H56"), s.Code, s.Version, storetest.Facts(4, false)); err != nil {
		t.Fatal(err)
	}
	p := h.as("vanhanh").get("/systems/" + s.Code).wants(http.StatusOK)
	if got := p.text("#changed-h ~ .note"); !strings.Contains(got, "NĐ 331/2026/NĐ-CP, Điều 25") {
		t.Errorf("what the law makes of it: %q", got)
	}
	if got := p.text("table.changes ins") + p.text("#changed-h ~ p strong"); !strings.Contains(got, "Thêm:") || !strings.Contains(got, "30 ngày làm việc") {
		t.Errorf("the difference: %q", got)
	}
	h.answers(s.Code, 0, plan.AnswerInput{Result: plan.Met, How: "Có tường lửa"})
	p = h.as("vanhanh").get("/systems/" + s.Code).wants(http.StatusOK)
	if got := p.text("#changed-h ~ details"); !strings.Contains(got, "so với hồ sơ số 1 đã phê duyệt 1") || !strings.Contains(got, "Thêm: Có tường lửa") {
		t.Errorf("controls that changed since: %q", got)
	}
}
