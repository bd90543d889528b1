package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"capdo/internal/store/storetest"
	"capdo/internal/web"
)

// TestWhatIf asks what the new law does: levels, the gate with the clause, new
// controls, and the files that say the same.
func TestWhatIf(t *testing.T) {
	h := open(t, nil)
	h.clock.T = storetest.At("2026-05-04").T
	s := storetest.Lead(t, h.office, "H56", "Hệ thống một cửa điện tử", storetest.Deployed)
	h.clock.T = storetest.At("2026-11-22").T
	ministry := h.as("bca")
	p := ministry.get("/what-if").wants(http.StatusOK)
	if attr(p.one("#on"), "value") != "02/07/2027" || attr(p.one("#rules option[selected]"), "value") != "R331" || len(p.all("#moves")) != 0 {
		t.Error("without a question the page does not offer the day after the passage, or answers unasked")
	}
	before := h.system(s.Code)
	p = ministry.get("/what-if?rules=R331&on=2027-07-02").wants(http.StatusOK)
	p.lint("vi")
	row := p.text("[aria-labelledby=rows] tbody tr")
	for _, want := range []string{s.Code, "Cấp độ 3", "cho phép → thành từ chối", "Luật 116/2025/QH15, Điều 45"} {
		if !strings.Contains(row, want) {
			t.Errorf("the system touched does not say %q: %s", want, row)
		}
	}
	if got := p.text("[aria-labelledby=moves] td.stays"); got != "0 | 0 | 0 | 1 | 0 | 0" {
		t.Errorf("moves: %q", got)
	}
	if got := p.text("[aria-labelledby=agencies] tbody"); !strings.HasPrefix(got, "Thanh Hóa 1 0 0 0 1 0 1 ") {
		t.Errorf("by agency: %q", got)
	}
	if after := h.system(s.Code); after.Version != before.Version {
		t.Error("asking wrote something")
	}
	for kind, mime := range map[string]string{"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"} {
		link := attr(p.one("a[href^='/what-if."+kind+"']"), "href")
		f := ministry.get(link).wants(http.StatusOK)
		if f.body != kind+" G01 R331 2027-07-02" || f.header.Get("Content-Type") != mime || !strings.Contains(f.header.Get("Content-Disposition"), "capdo-what-if-R331-2027-07-02."+kind) {
			t.Errorf("%s: %q, %v", link, f.body, f.header)
		}
	}
	if len(ministry.get("/").all("a[href='/what-if']")) != 1 {
		t.Error("no way leads to the question")
	}
}

// TestWhatIfReach: a body sees what happens to its own systems only.
func TestWhatIfReach(t *testing.T) {
	h := open(t, nil)
	h.clock.T = storetest.At("2026-05-04").T
	own := storetest.Lead(t, h.office, "H56", "Của Thanh Hóa", storetest.Deployed)
	other := storetest.Lead(t, h.office, "H41", "Của Nghệ An", storetest.Deployed)
	h.clock.T = storetest.At("2026-11-22").T
	for login, sees := range map[string][2]bool{"vanhanh": {true, false}, "nghean": {false, true}, "kiemtoan": {true, true}} {
		text := h.as(login).get("/what-if?rules=R331&on=2027-07-02").wants(http.StatusOK).text("main")
		if strings.Contains(text, own.Name) != sees[0] || strings.Contains(text, other.Name) != sees[1] ||
			strings.Contains(text, own.Code) != sees[0] || strings.Contains(text, other.Code) != sees[1] {
			t.Errorf("%s sees %s", login, text)
		}
	}
	if got := h.as("nghean").get("/what-if?rules=R331&on=2027-07-02").text("[aria-labelledby=agencies] tbody th"); got != "Nghệ An" {
		t.Errorf("agencies of Nghệ An: %q", got)
	}
}

// TestWhatIfRefusals: what cannot be asked is said beside its field; what is
// not there is not linked.
func TestWhatIfRefusals(t *testing.T) {
	h := open(t, func(c *web.Config) { c.WhatIfFile = nil })
	officer := h.as("vanhanh")
	p := officer.get("/what-if?rules=R9&on=31/02/2027").wants(http.StatusUnprocessableEntity)
	p.lint("vi")
	if len(p.all("#rules-error")) != 1 || attr(p.one("#on"), "value") != "31/02/2027" || !strings.HasPrefix(p.text("title"), "Lỗi: ") {
		t.Error("the faults are not beside their fields")
	}
	p = officer.get("/what-if?" + url.Values{"rules": {"R331"}, "on": {"2/7/2027"}}.Encode()).wants(http.StatusOK)
	if len(p.all("a[href^='/what-if.']")) != 0 || p.text("[aria-labelledby=rows] .empty") == "" {
		t.Errorf("links to files nobody writes, or rows of an empty register: %s", p.text("[aria-labelledby=rows]"))
	}
	officer.get("/what-if.csv?rules=R331&on=2027-07-02").wants(http.StatusNotFound)

	h = open(t, func(c *web.Config) { c.WhatIf, c.Controls = nil, nil })
	officer = h.as("vanhanh")
	officer.get("/what-if?rules=R331&on=2027-07-02").wants(http.StatusNotFound)
	at := registered(officer, "Trang du lịch")
	officer.get(at + "/controls").wants(http.StatusNotFound)
	if n := len(officer.get(at).all("a[href$='/controls']")) + len(officer.get("/").all("a[href='/what-if']")); n != 0 {
		t.Errorf("%d links to pages that are not there", n)
	}
	p = h.as("vanhanh").get("/what-if.pdf?rules=R331&on=x").wants(http.StatusUnprocessableEntity)
	if !strings.Contains(p.text(".lead"), "ngày/tháng/năm") {
		t.Errorf("a day that is none: %q", p.text(".lead"))
	}
}

// TestWhatIfSimulated: answers made of simulated records say so.
func TestWhatIfSimulated(t *testing.T) {
	h := open(t, nil)
	h.simulated()
	if p := h.as("bca").get("/what-if?rules=R331&on=2027-07-02"); len(p.all("aside.sim")) != 1 || len(p.all("tbody .tag.yellow")) == 0 {
		t.Errorf("simulated systems are not marked: %s", p.text("[aria-labelledby=rows]"))
	}
	if p := h.as("nghean").get("/what-if?rules=R331&on=2027-07-02"); len(p.all("aside.sim")) != 0 {
		t.Error("an answer without simulated systems is marked")
	}
}
