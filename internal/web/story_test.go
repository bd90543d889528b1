package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// registered puts a system on the register and returns its address.
func registered(b *browser, name string) string {
	b.h.t.Helper()
	p := b.fill("/systems/new", url.Values{"name": {name}, "description": {"Tiếp nhận và trả kết quả hồ sơ."}, "served": {"Người dân trong tỉnh"},
		"operator_unit": {"Trung tâm Công nghệ thông tin"}, "operator_is_specialised": {"no"}, "stage": {"operating"},
		"started_on": {"1/3/2023"}, "attest_system": {"yes"}, "components_note": {"Thành phần A, cấp độ 2"}})
	to, ok := strings.CutSuffix(p.header.Get("Location"), "?done=register")
	if !ok {
		b.h.t.Fatalf("register: %d to %q: %s", p.status, p.header.Get("Location"), p.text(".errors"))
	}
	return to
}

// level3 are facts of a system that settles administrative procedures.
func level3() url.Values {
	return url.Values{"type": {"b"}, "info": {"personal"}, "serves_defence_security": {"no"}, "dvctt_level": {"4"}, "handles_tthc": {"yes"},
		"conditional_business": {"no"}, "users": {"12.000"}, "subjects_basic": {"12 000"}, "subjects_sensitive": {"0"}, "need_24x7": {"no"},
		"national_egov": {"no"}, "national_critical_store": {"no"}, "ns_list_indicators": {"no"}, "risk_assessed": {"yes"}, "risk_level": {"3"},
		"components": {"2, 3"}}
}

// statement is a full dossier at level 3, from what the page itself asks.
func statement(p *page) url.Values {
	in := url.Values{}
	for _, n := range p.all("form.form textarea, form.form input:not([type=radio]):not([type=checkbox]):not([type=hidden])") {
		in.Set(attr(n, "name"), "Nội dung 1 của mục "+attr(n, "name"))
	}
	for _, n := range p.all("form.form input[type=checkbox], form.form input[type=radio]") {
		if in.Get(attr(n, "name")) == "" {
			in.Set(attr(n, "name"), attr(n, "value"))
		}
	}
	for name, value := range map[string]string{"proposed_level": "3", "risk_assessed_on": "01/10/2026", "regulation_on": "15/10/2026", "plan_full_by": "31/12/2026"} {
		in.Set(name, value)
	}
	return in
}

// TestStory walks a system of level 3 from nothing to a connection and to its
// end, all by pages and without scripts.
func TestStory(t *testing.T) {
	h := open(t, nil)
	w := &walk{T: t, officer: h.as("vanhanh"), unit: h.as("chuyentrach"), owner: h.as("chuquan"), ministry: h.as("bca")}
	w.registers()
	w.statesFacts()
	w.writesDossier()
	w.isAppraised()
	w.isApproved()
	w.connects()
	w.ends()
}

// walk is the story half told: who takes part, and the system's address.
type walk struct {
	*testing.T
	officer, unit, owner, ministry *browser
	at                             string
}

// gate fails unless the system's page begins with that answer of the gate.
func (w *walk) gate(want string) {
	w.Helper()
	if got := w.officer.get(w.at).text("section.verdict h2"); got != want {
		w.Errorf("gate: %q, want %q", got, want)
	}
}

func (w *walk) registers() {
	w.at = registered(w.officer, "Hệ thống một cửa điện tử")
	p := w.officer.get(w.at).wants(http.StatusOK)
	if got := p.text("ol.missing > li:first-child a"); got != "Khai dữ kiện xác định cấp độ" {
		w.Errorf("first missing step: %q", got)
	}
	if got := p.text("dl.facts"); !strings.Contains(got, "Thành phần A, cấp độ 2") {
		w.Errorf("an answer of the registration is lost: %s", got)
	}
	w.gate("Từ chối kết nối")
}

func (w *walk) statesFacts() {
	w.officer.fill(w.at+"/facts", level3()).leads(w.at + "?done=facts")
	p := w.officer.get(w.at + "?done=facts")
	if got := p.text(".flash"); !strings.Contains(got, "Đã ghi dữ kiện") {
		w.Errorf("flash: %q", got)
	}
	if got := p.text(".level-big"); got != "Cấp độ 3 | Cấp độ 3" {
		w.Errorf("levels by both rule sets: %q", got)
	}
	if got := p.text(".columns .panel:last-child .criteria"); !strings.Contains(got, "NĐ 331/2026/NĐ-CP, Điều 13") {
		w.Errorf("criteria of R331 name no clause: %q", got)
	}
}

func (w *walk) writesDossier() {
	p := w.officer.get(w.at + "/dossier").wants(http.StatusOK)
	if n := p.one("input[name=proposed_level][checked]"); attr(n, "value") != "3" {
		w.Errorf("the level the law names is not proposed: %s", attr(n, "value"))
	}
	if got := attr(p.one("input#operator"), "value"); got != "Trung tâm Công nghệ thông tin" {
		w.Errorf("what the register knows is asked again: %q", got)
	}
	w.officer.fill(w.at+"/dossier", url.Values{"scope": {"Một phần\nhai dòng"}, "proposed_level": {"3"}, "do": {"save"}}).leads(w.at + "?done=draft")
	p = w.officer.get(w.at + "/dossier")
	if got := textOf(p.one("textarea#scope")); got != "Một phần hai dòng" {
		w.Errorf("the draft is not kept: %q", got)
	}
	in := statement(p)
	in.Set("do", "submit")
	in.Set("scope", "")
	p = w.officer.fill(w.at+"/dossier", in).wants(http.StatusUnprocessableEntity)
	if got := p.text(".errors a"); got != "Nhập phạm vi của hệ thống" || attr(p.one(".errors a"), "href") != "#scope" {
		w.Errorf("the summary does not lead to the field: %s", got)
	}
	if got := p.text("title"); !strings.HasPrefix(got, "Lỗi: ") {
		w.Errorf("title of a failed form: %q", got)
	}
	in.Set("scope", "Toàn tỉnh")
	in.Set("proposed_level", "2")
	p = w.officer.fill(w.at+"/dossier", in).wants(http.StatusUnprocessableEntity)
	if got := p.text("#proposed_level-error"); !strings.Contains(got, "thuộc cấp độ 3") || !strings.Contains(got, "Điều 13 khoản 2") {
		w.Errorf("a level below the law's: %q", got)
	}
	in.Set("proposed_level", "3")
	w.officer.fill(w.at+"/dossier", in).leads(w.at + "?done=submit")
	w.officer.get(w.at + "/dossier").wants(http.StatusForbidden)
	w.officer.get(w.at + "/appraisal").wants(http.StatusForbidden)
}

func (w *walk) isAppraised() {
	if got := w.unit.get("/queue").text("section h2"); got != "Kiểm tra tiếp nhận hồ sơ 1" {
		w.Errorf("queue of the specialised unit: %q", got)
	}
	w.unit.fill(w.at+"/receipt", url.Values{"complete": {"no"}, "lacks": {""}}).wants(http.StatusUnprocessableEntity)
	w.unit.fill(w.at+"/receipt", url.Values{"complete": {"yes"}}).leads(w.at + "?done=receipt")
	p := w.unit.get(w.at + "/appraisal").wants(http.StatusOK)
	if got := p.text(".submission dl.facts"); !strings.Contains(got, "Toàn tỉnh") || len(p.text(".digest code")) != 64 {
		w.Errorf("the submission is not shown beside the form: %s", got)
	}
	in := url.Values{"documents_ok": {"yes"}, "legal_basis_ok": {"yes"}, "plan_ok": {"yes"}, "outcome": {"fit"}, "comment": {"Hồ sơ đầy đủ."}}
	in.Set("version", attr(p.one("input[name=version]"), "value"))
	in.Set("digest", strings.Repeat("0", 64))
	w.unit.post(w.at+"/appraisal", in).wants(http.StatusConflict)
	w.unit.fill(w.at+"/appraisal", in).leads(w.at + "?done=appraisal")
	if got := w.owner.get(w.at).text("article.dossier td.long"); !strings.Contains(got, "Hồ sơ đầy đủ.") || !strings.Contains(got, "Hồ sơ có đủ thành phần không: Có") {
		w.Errorf("an answer of the appraisal is lost: %q", got)
	}
}

func (w *walk) isApproved() {
	decision := url.Values{"outcome": {"approve"}, "number": {"12/QĐ-UBND"}, "decided_on": {"01/11/2026"}, "valid_until": {""}}
	p := w.owner.fill(w.at+"/decision", decision).wants(http.StatusUnprocessableEntity)
	if got := p.text("#decided_on-error"); !strings.Contains(got, "ngày thẩm định (22/11/2026)") || attr(p.one("#decided_on"), "value") != "01/11/2026" {
		w.Errorf("a decision before the appraisal: %q", got)
	}
	decision.Set("decided_on", "22/11/2026")
	w.owner.fill(w.at+"/decision", decision).leads(w.at + "?done=decision")
	w.gate("Từ chối kết nối")
	w.ministry.fill(w.at+"/confirmation", url.Values{"outcome": {"confirm"}, "note": {""}}).leads(w.at + "?done=confirmation")
}

func (w *walk) connects() {
	w.officer.fill(w.at+"/inspection", url.Values{"kind": {"risk_assessment"}, "on": {"01/10/2026"}, "performer": {"Đơn vị độc lập"}, "open_critical": {"0"}}).leads(w.at + "?done=inspection")
	w.officer.fill(w.at+"/plan", url.Values{"status": {"full"}, "on": {"20/11/2026"}}).leads(w.at + "?done=plan")
	p := w.ministry.get("/gate?provider=" + strings.TrimPrefix(w.at, "/systems/")).wants(http.StatusOK)
	if got := p.text("section.verdict h2"); got != "Cho phép kết nối" {
		w.Errorf("gate: %q: %s", got, p.text(".reasons"))
	}
}

func (w *walk) ends() {
	w.ministry.fill(w.at+"/revocation", url.Values{"ground": {"Phương án không đúng thực tế"}, "number": {"45/QĐ-BCA"}}).leads(w.at + "?done=revocation")
	w.gate("Từ chối kết nối")
	if got := w.officer.get(w.at).text("ol.timeline li:first-child"); !strings.Contains(got, "Thu hồi phê duyệt (45/QĐ-BCA)") || strings.Contains(got, "Cán bộ") {
		w.Errorf("history: %q", got)
	}
	w.officer.fill(w.at+"/retirement", url.Values{"ground": {"Thay bằng hệ thống mới"}, "on": {"22/11/2026"}}).leads(w.at + "?done=retirement")
	if p := w.officer.get(w.at); len(p.all(".acts a")) != 0 {
		w.Errorf("acts on a retired system: %s", p.text(".acts"))
	}
}

// TestLevel4 asks for the professional opinion before the appraisal, and shows
// which facts are still missing.
func TestLevel4(t *testing.T) {
	h := open(t, nil)
	officer, unit := h.as("vanhanh"), h.as("chuyentrach")
	at := registered(officer, "Nền tảng tích hợp dữ liệu")
	in := level3()
	in.Set("risk_assessed", "no")
	in.Del("risk_level")
	officer.fill(at+"/facts", in).leads(at + "?done=facts")
	if got := officer.get(at).text(".note"); !strings.Contains(got, "Còn thiếu dữ kiện: Đã có kết quả đánh giá rủi ro của hệ thống chưa.") {
		t.Errorf("missing facts: %q", got)
	}
	in.Set("risk_assessed", "yes")
	in.Set("risk_level", "4")
	officer.fill(at+"/facts", in).leads(at + "?done=facts")
	p := officer.get(at + "/dossier")
	if len(p.all("#related_systems")) != 1 || len(p.all(".depends")) != 0 {
		t.Error("the fields of level 4 are not asked at level 4")
	}
	in = statement(p)
	in.Set("proposed_level", "4")
	in.Set("do", "submit")
	officer.fill(at+"/dossier", in).leads(at + "?done=submit")

	unit.get(at + "/appraisal").wants(http.StatusForbidden)
	unit.fill(at+"/opinion", url.Values{"outcome": {"disagree"}, "comment": {""}}).wants(http.StatusUnprocessableEntity)
	unit.fill(at+"/opinion", url.Values{"outcome": {"agree"}, "comment": {"Nhất trí với cấp độ 4."}}).leads(at + "?done=opinion")
	ministry := h.as("bca")
	if got := ministry.get(at + "/appraisal").wants(http.StatusOK).text(".reviews"); !strings.Contains(got, "Ý kiến chuyên môn Nhất trí") {
		t.Errorf("the opinion is not shown to who appraises: %q", got)
	}
	ministry.fill(at+"/appraisal", url.Values{"documents_ok": {"no"}, "legal_basis_ok": {"yes"}, "plan_ok": {"yes"}, "outcome": {"return"}, "comment": {"Bổ sung sơ đồ mạng."}}).leads(at + "?done=appraisal")
	p = officer.get("/queue")
	if got := p.text("section h2"); got != "Hoàn thiện và gửi hồ sơ 1" {
		t.Errorf("a returned dossier is not in the officer's queue: %q", got)
	}
	if got := officer.get(at).text("article.dossier .tag.yellow"); !strings.Contains(got, "Cần bổ sung") {
		t.Errorf("state of a returned dossier: %q", got)
	}
}

// TestRefusals shows which answer each kind of refusal gets.
func TestRefusals(t *testing.T) {
	h := open(t, nil)
	officer, other, unit := h.as("vanhanh"), h.as("nghean"), h.as("chuyentrach")
	at := registered(officer, "Cổng thông tin điện tử")

	other.get(at).wants(http.StatusNotFound)
	other.get(at + "/facts").wants(http.StatusNotFound)
	other.post(at+"/facts", level3()).wants(http.StatusNotFound)
	unit.post(at+"/plan", url.Values{"status": {"full"}, "on": {"20/11/2026"}, "version": {"1"}}).wants(http.StatusForbidden)
	h.as("bca").get("/systems/new").wants(http.StatusForbidden)

	p := officer.post(at+"/plan", url.Values{"status": {"full"}, "on": {"20/11/2026"}, "version": {"1"}}).wants(http.StatusConflict)
	if got := p.text(".errors li"); !strings.Contains(got, "không có phê duyệt") {
		t.Errorf("conflict does not say why: %q", got)
	}
	if n := p.one("input[name=status][checked]"); attr(n, "value") != "full" {
		t.Error("conflict lost the input")
	}

	in := level3()
	in.Set("version", "0")
	p = officer.post(at+"/facts", in).wants(http.StatusConflict)
	if attr(p.one("input[name=version]"), "value") != "1" || attr(p.one("input#users"), "value") != "12.000" {
		t.Error("a stale form comes back without the present version or the input as typed")
	}

	in = level3()
	in.Set("version", "1")
	in.Set("users", "1,5")
	in.Set("components", "2, 9")
	in.Del("need_24x7")
	p = officer.post(at+"/facts", in).wants(http.StatusUnprocessableEntity)
	for _, field := range []string{"users", "components", "need_24x7"} {
		p.one(`.errors a[href="#` + field + `"]`)
		p.one("#" + field + "-error")
	}
	if attr(p.one("input#users"), "value") != "1,5" {
		t.Error("wrong input is not kept as typed")
	}
}
