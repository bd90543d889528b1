package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/text/unicode/norm"
)

// lint holds a page against the rules every page keeps.
func (p *page) lint(lang string) {
	p.t.Helper()
	fail := func(format string, args ...any) {
		p.t.Helper()
		p.t.Errorf(p.at+": "+format, args...)
	}
	if got := attr(p.one("html"), "lang"); got != lang {
		fail("lang %q, want %q", got, lang)
	}
	if strings.TrimSpace(p.text("title")) == "" || len(p.all("h1")) != 1 || len(p.all("main")) != 1 {
		fail("title, h1 or main missing or doubled")
	}
	if n := len(p.all("script:not([src^='/static/app.']), style, [style], [onclick], [onload]")); n > 0 {
		fail("%d inline scripts or styles", n)
	}
	if strings.Contains(p.body, "⟦") || !norm.NFC.IsNormalString(p.body) {
		fail("a phrase is missing, or text is not NFC")
	}
	ids := p.lintIDs(fail)
	p.lintFields(ids, fail)
	p.lintHeadings(fail)
	for _, n := range p.all("a[href^='#']") {
		if id := attr(n, "href")[1:]; ids[id] == nil {
			fail("link to #%s leads nowhere", id)
		}
	}
	if n := len(p.all("table thead th:not([scope]), table tbody th:not([scope])")); n > 0 {
		fail("%d header cells without scope", n)
	}
}

// lintIDs finds doubled ids, and references to ids that are not there.
func (p *page) lintIDs(fail func(string, ...any)) map[string]*html.Node {
	p.t.Helper()
	ids := map[string]*html.Node{}
	for _, n := range p.all("[id]") {
		if ids[attr(n, "id")] != nil {
			fail("id %q twice", attr(n, "id"))
		}
		ids[attr(n, "id")] = n
	}
	for _, name := range []string{"aria-describedby", "aria-labelledby", "for"} {
		for _, n := range p.all("[" + name + "]") {
			for id := range strings.FieldsSeq(attr(n, name)) {
				if ids[id] == nil {
					fail("%s names %q, which is not there", name, id)
				}
			}
		}
	}
	return ids
}

// lintFields finds fields without a label and groups without a legend.
func (p *page) lintFields(ids map[string]*html.Node, fail func(string, ...any)) {
	p.t.Helper()
	labelled := map[string]bool{}
	for _, n := range p.all("label[for]") {
		labelled[attr(n, "for")] = textOf(n) != ""
	}
	for _, n := range p.all("input:not([type=hidden]), select, textarea") {
		if !labelled[attr(n, "id")] {
			fail("field %q has no label", attr(n, "name"))
		}
	}
	if len(p.all("fieldset")) != len(p.all("fieldset > legend")) {
		fail("a group has no legend")
	}
	if len(p.all("nav.nav")) > 0 && len(p.all("header form[action='/sign-out'] button")) != 1 {
		fail("no way out")
	}
	for _, n := range p.all("form[method=post].form") {
		if !hasAttr(n, "novalidate") {
			fail("a form lets the browser judge")
		}
	}
	for _, n := range p.all(".errors a") {
		if target := ids[strings.TrimPrefix(attr(n, "href"), "#")]; target == nil || attr(target, "name") == "" {
			fail("error link %q does not lead to a field", attr(n, "href"))
		}
	}
}

// lintHeadings finds headings that skip a rank after the h1.
func (p *page) lintHeadings(fail func(string, ...any)) {
	p.t.Helper()
	last := 1
	for _, n := range p.all("main h1, main h2, main h3, main h4") {
		rank, _ := strconv.Atoi(n.Data[1:])
		summary := attr(n, "id") == "errors-h" // stands above the h1
		if rank > last+1 && !summary {
			fail("h%d %q follows h%d", rank, textOf(n), last)
		}
		if !summary {
			last = rank
		}
	}
}

func hasAttr(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// TestEveryPageIsSound walks every page in both languages, fresh, filled and
// with errors.
func TestEveryPageIsSound(t *testing.T) {
	h := open(t, nil)
	officer, unit, owner := h.as("vanhanh"), h.as("chuyentrach"), h.as("chuquan")
	fresh := registered(officer, "Trang thông tin nội bộ")
	at := registered(officer, "Hệ thống một cửa điện tử")
	officer.fill(at+"/facts", level3()).leads(at + "?done=facts")
	in := statement(officer.get(at + "/dossier"))
	in.Set("do", "submit")
	officer.fill(at+"/dossier", in).leads(at + "?done=submit")

	pages := map[*browser][]string{
		h.stranger(): {"/sign-in", "/about"},
		officer: {"/", "/queue", "/systems", "/systems?q=mot+cua&level=3&owner=H56&state=in_review&plan=none&origin=registered", "/systems?q=khong+co", "/systems/new",
			fresh, fresh + "/facts", fresh + "/dossier", at, at + "/inspection", at + "/retirement", "/overview", "/overview?on=khong", "/gate", "/gate?provider=X&consumer=Y&platform=NDOP", "/law", "/help", "/nowhere",
			"/law/calendar", "/law/instruments/nd-331-2026", "/law/instruments/product", "/law/instruments/none", "/assistant", fresh + "/assistant", fresh + "/controls", at + "/controls",
			"/what-if", "/what-if?rules=R331&on=2027-07-02", "/what-if?rules=R85&on=2/7/2027", "/what-if?rules=R9&on=x"},
		unit:        {"/", "/queue", at + "/appraisal", at + "/assistant"},
		owner:       {at + "/retirement", at + "/decision"},
		h.as("bca"): {"/", "/overview?on=22/11/2026&rate=deployed", at},
	}
	for b, paths := range pages {
		for _, path := range paths {
			for _, lang := range []string{"en", "vi"} {
				joint := "?"
				if strings.Contains(path, "?") {
					joint = "&"
				}
				b.get(path + joint + "lang=" + lang).lint(lang)
			}
		}
	}
	for _, path := range []string{"/systems/new", fresh + "/facts", fresh + "/inspection", fresh + "/retirement"} {
		p := officer.fill(path, url.Values{}).wants(http.StatusUnprocessableEntity)
		p.lint("vi")
		if len(p.all(".errors a")) == 0 || !strings.HasPrefix(p.text("title"), "Lỗi: ") {
			t.Errorf("%s: an empty form comes back without errors", path)
		}
	}
	p := officer.fill(fresh+"/dossier", url.Values{"do": {"submit"}}).wants(http.StatusUnprocessableEntity)
	p.lint("vi")
	unit.fill(at+"/appraisal", url.Values{"outcome": {"unfit"}}).wants(http.StatusUnprocessableEntity).lint("vi")
}

// TestRegisterFilters reads the filters from the address and writes them back.
func TestRegisterFilters(t *testing.T) {
	h := open(t, nil)
	officer := h.as("vanhanh")
	registered(officer, "Hệ thống một cửa điện tử")
	registered(officer, "Trang du lịch")

	p := officer.get("/systems?q=mot+cua").wants(http.StatusOK)
	if got := p.text("tbody th a"); got != "Hệ thống một cửa điện tử" {
		t.Errorf("search without diacritics finds %q", got)
	}
	p = officer.get("/systems?q=Du+l%E1%BB%8Bch&owner=H56&state=registered&page=1")
	if got := p.text("tbody th a"); got != "Trang du lịch" {
		t.Errorf("search with diacritics finds %q", got)
	}
	if got := len(p.all(".chips a:not(.chip-clear)")); got != 3 {
		t.Errorf("%d chips, want 3", got)
	}
	if got := attr(p.all(".chips a")[0], "href"); got != "/systems?owner=H56&state=registered" {
		t.Errorf("the chip of the text leads to %q", got)
	}
	if n := p.one("#state option[selected]"); attr(n, "value") != "registered" {
		t.Error("the filter is not kept")
	}
	if got := officer.get("/systems?level=x&page=-3").text(".results-head"); got != "2 hệ thống" {
		t.Errorf("odd filters: %q", got)
	}
	if got := h.as("nghean").get("/systems?owner=H56").text(".results-head"); got != "0 hệ thống" {
		t.Errorf("another body sees %q", got)
	}
}

// TestReports sends what the report function writes, as of the day asked.
func TestReports(t *testing.T) {
	h := open(t, nil)
	p := h.as("bca").get("/reports/national.pdf?on=2024-06-30").wants(http.StatusOK)
	if p.body != "%PDF national  2024-06-30" || p.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("national report: %q, %s", p.body, p.header.Get("Content-Type"))
	}
	if got := h.as("vanhanh").get("/systems/H56-0001/report.pdf").body; got != "%PDF system H56-0001 2026-11-22" {
		t.Errorf("system report: %q", got)
	}
}
