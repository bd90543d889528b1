package web_test

import (
	"net/http"
	"strings"
	"testing"

	"capdo/internal/store/storetest"
	"capdo/internal/web"
)

// TestPapers: the prescribed papers in the edition of the dossier, else of the
// day; what is no paper, or another's, is not found.
func TestPapers(t *testing.T) {
	h := open(t, nil)
	h.clock.T = storetest.At("2026-05-04").T
	old := storetest.Lead(t, h.office, "H56", "Hồ sơ cũ", storetest.Submitted)
	h.clock.T = storetest.At("2026-11-22").T
	fresh := storetest.Lead(t, h.office, "H56", "Chưa có hồ sơ", storetest.Registered)
	officer := h.as("vanhanh")

	for code, edition := range map[string]string{old.Code: "r85", fresh.Code: "r331"} {
		p := officer.get("/systems/" + code).wants(http.StatusOK)
		p.lint("vi")
		titles := map[string]string{"dossier": "(biểu mẫu " + strings.ToUpper(edition) + ")"}
		for _, o := range h.office.Shelf.Officials() {
			if o.Edition == edition && o.ID != "mau-08" || o.Edition == "r331" && o.ID == "mau-08" {
				titles[o.ID] = o.Title.VI
			}
		}
		links := p.all("[aria-labelledby=papers-h] a")
		if len(links) != len(titles) {
			t.Errorf("%s: %d papers, want %d", code, len(links), len(titles))
		}
		for _, a := range links {
			href := attr(a, "href")
			kind := strings.TrimSuffix(href[strings.LastIndex(href, "/")+1:], ".pdf")
			of := code
			if kind == "mau-08" {
				of = "H56"
			}
			if titles[kind] == "" || !strings.HasSuffix(textOf(a), titles[kind]) {
				t.Errorf("%s: %q leads to %s", code, textOf(a), href)
			}
			got := officer.get(href).wants(http.StatusOK)
			if got.body != "%PDF "+kind+" "+of+" 2026-11-22" || got.header.Get("Content-Type") != "application/pdf" {
				t.Errorf("%s: %q", href, got.body)
			}
		}
	}
	for _, path := range []string{"/systems/" + old.Code + "/papers/mau-99.pdf", "/systems/" + old.Code + "/papers/mau-08.pdf", "/systems/" + old.Code + "/papers/mau-01",
		"/systems/" + old.Code + "/papers/national.pdf", "/agencies/H41/papers/mau-08.pdf", "/agencies/Z99/papers/mau-08.pdf", "/agencies/H56/papers/mau-01.pdf"} {
		officer.get(path).wants(http.StatusNotFound)
	}
	h.as("bca").get("/agencies/H41/papers/mau-08.pdf").wants(http.StatusOK)
	h.as("bca").get("/agencies/Z99/papers/mau-08.pdf").wants(http.StatusNotFound)
}

// TestNoPapersWithoutReports: nothing is linked that nobody writes.
func TestNoPapersWithoutReports(t *testing.T) {
	h := open(t, func(c *web.Config) { c.Reports = nil })
	s := storetest.Lead(t, h.office, "H56", "Hồ sơ", storetest.Submitted)
	officer := h.as("vanhanh")
	if n := len(officer.get("/systems/" + s.Code).wants(http.StatusOK).all("#papers-h")); n != 0 {
		t.Error("papers are offered that nobody writes")
	}
	officer.get("/systems/" + s.Code + "/papers/mau-01.pdf").wants(http.StatusNotFound)
}
