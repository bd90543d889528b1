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

// TestStory walks a system of level 3 from nothing to a connection, all by
// pages and without scripts.
func TestStory(t *testing.T) {
	h := open(t, nil)
	officer, unit, owner, ministry := h.as("vanhanh"), h.as("chuyentrach"), h.as("chuquan"), h.as("bca")

	at := registered(officer, "Hệ thống một cửa điện tử")
	p := officer.get(at).wants(http.StatusOK)
	if got := p.text("section.verdict h2"); got != "Từ chối kết nối" {
		t.Errorf("gate on a new system: %q", got)
	}
	if got := p.text("ol.missing > li:first-child a"); got != "Khai dữ kiện xác định cấp độ" {
		t.Errorf("first missing step: %q", got)
	}
	if got := p.text("dl.facts"); !strings.Contains(got, "Thành phần A, cấp độ 2") {
		t.Errorf("an answer of the registration is lost: %s", got)
	}

	officer.fill(at+"/facts", level3()).leads(at + "?done=facts")
	p = officer.get(at + "?done=facts")
	if got := p.text(".flash"); !strings.Contains(got, "Đã ghi dữ kiện") {
		t.Errorf("flash: %q", got)
	}
	if got := p.text(".level-big"); got != "Cấp độ 3 | Cấp độ 3" {
		t.Errorf("levels by both rule sets: %q", got)
	}
	if got := p.text(".columns .panel:last-child .criteria"); !strings.Contains(got, "NĐ 331/2026/NĐ-CP, Điều 13") {
		t.Errorf("criteria of R331 name no clause: %q", got)
	}

	p = officer.get(at + "/dossier").wants(http.StatusOK)
	if n := p.one("input[name=proposed_level][checked]"); attr(n, "value") != "3" {
		t.Errorf("the level the law names is not proposed: %s", attr(n, "value"))
	}
	draft := url.Values{"scope": {"Một phần\nhai dòng"}, "proposed_level": {"3"}, "do": {"save"}}
	officer.fill(at+"/dossier", draft).leads(at + "?done=draft")
	p = officer.get(at + "/dossier")
	if got := textOf(p.one("textarea#scope")); got != "Một phần hai dòng" {
		t.Errorf("the draft is not kept: %q", got)
	}

	in := statement(p)
	in.Set("do", "submit")
	in.Set("scope", "")
	p = officer.fill(at+"/dossier", in).wants(http.StatusUnprocessableEntity)
	if got := p.text(".errors a"); got != "Nhập phạm vi của hệ thống" || attr(p.one(".errors a"), "href") != "#scope" {
		t.Errorf("the summary does not lead to the field: %s", got)
	}
	if got := p.text("title"); !strings.HasPrefix(got, "Lỗi: ") {
		t.Errorf("title of a failed form: %q", got)
	}
	in.Set("scope", "Toàn tỉnh")
	officer.fill(at+"/dossier", in).leads(at + "?done=submit")

	officer.get(at + "/dossier").wants(http.StatusForbidden)
	officer.get(at + "/appraisal").wants(http.StatusForbidden)
	if got := unit.get("/queue").text("section h2"); got != "Thẩm định hồ sơ 1" {
		t.Errorf("queue of the specialised unit: %q", got)
	}
	p = unit.get(at + "/appraisal").wants(http.StatusOK)
	if got := p.text(".submission dl.facts"); !strings.Contains(got, "Toàn tỉnh") || len(p.text(".digest code")) != 64 {
		t.Errorf("the submission is not shown beside the form: %s", got)
	}
	unit.fill(at+"/appraisal", url.Values{"documents_ok": {"yes"}, "legal_basis_ok": {"yes"}, "plan_ok": {"yes"}, "outcome": {"fit"}, "comment": {"Hồ sơ đầy đủ."}}).leads(at + "?done=appraisal")
	if got := owner.get(at).text("article.dossier td.long"); !strings.Contains(got, "Hồ sơ đầy đủ.") || !strings.Contains(got, "Hồ sơ có đủ thành phần không: Có") {
		t.Errorf("an answer of the appraisal is lost: %q", got)
	}

	owner.fill(at+"/decision", url.Values{"outcome": {"approve"}, "number": {"12/QĐ-UBND"}, "decided_on": {"22/11/2026"}, "valid_until": {""}}).leads(at + "?done=decision")
	ministry.fill(at+"/confirmation", url.Values{"outcome": {"confirm"}, "note": {""}}).leads(at + "?done=confirmation")
	officer.fill(at+"/inspection", url.Values{"kind": {"risk_assessment"}, "on": {"01/10/2026"}, "performer": {"Đơn vị độc lập"}, "open_critical": {"0"}}).leads(at + "?done=inspection")
	officer.fill(at+"/plan", url.Values{"status": {"full"}, "on": {"20/11/2026"}}).leads(at + "?done=plan")

	code := strings.TrimPrefix(at, "/systems/")
	p = ministry.get("/gate?provider=" + code).wants(http.StatusOK)
	if got := p.text("section.verdict h2"); got != "Cho phép kết nối" {
		t.Errorf("gate: %q: %s", got, p.text(".reasons"))
	}
	ministry.fill(at+"/revocation", url.Values{"ground": {"Phương án không đúng thực tế"}, "number": {"45/QĐ-BCA"}}).leads(at + "?done=revocation")
	p = officer.get(at)
	if got := p.text("section.verdict h2"); got != "Từ chối kết nối" {
		t.Errorf("gate after revocation: %q", got)
	}
	if got := p.text("ol.timeline li:first-child"); !strings.Contains(got, "Thu hồi phê duyệt (45/QĐ-BCA)") || strings.Contains(got, "Cán bộ") {
		t.Errorf("history: %q", got)
	}
	officer.fill(at+"/retirement", url.Values{"ground": {"Thay bằng hệ thống mới"}, "on": {"22/11/2026"}}).leads(at + "?done=retirement")
	if p = officer.get(at); len(p.all(".acts a")) != 0 {
		t.Errorf("acts on a retired system: %s", p.text(".acts"))
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
