package web_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
)

// TestEveryFigureLeadsToItsList: each link of a first page and of the overview that
// bears a figure leads to a list of as many lines, and the list can be had as CSV.
func TestEveryFigureLeadsToItsList(t *testing.T) {
	h := open(t, nil)
	h.simulated()
	for _, who := range []string{"bca", "vanhanh", "nghean"} {
		b := h.as(who)
		seen := 0
		for _, path := range []string{"/", "/overview", "/overview?level=2", "/overview?rate=deployed"} {
			p := b.get(path).wants(http.StatusOK)
			p.lint("vi")
			for _, n := range p.all(".signals a[href^='/systems?'], td.num a[href^='/systems?'], .stat-num a") {
				figure := strings.Fields(textOf(n))[0]
				if _, total, ok := strings.Cut(figure, "/"); ok { // of the heat map: the list is of the whole
					figure = total
				}
				list := b.get(attr(n, "href")).wants(http.StatusOK)
				if got := list.text("#results"); !strings.HasPrefix(got, figure+" ") {
					t.Errorf("%s, %s: %q leads to %s, which has %q", who, path, textOf(n), attr(n, "href"), got)
				}
				seen++
			}
		}
		if seen == 0 && who != "nghean" {
			t.Errorf("%s: no figure leads anywhere", who)
		}
	}
}

// TestListsAsFiles: what a list shows can be taken as CSV, within the actor's reach
// only.
func TestListsAsFiles(t *testing.T) {
	h := open(t, nil)
	h.simulated()
	for path, lines := range map[string]int{"/tables/systems.csv": 3, "/tables/systems.csv?counted=deployed": 1, "/tables/systems.csv?counted=part&level=2": 1, "/tables/systems.csv?counted=nothing": 0, "/tables/systems.csv?q=S0003": 1} {
		all, err := csv.NewReader(strings.NewReader(h.as("vanhanh").get(path).wants(http.StatusOK).body)).ReadAll()
		if err != nil || len(all) != 1+lines {
			t.Errorf("%s: %d lines, %v", path, len(all), err)
		}
		if other, err := csv.NewReader(strings.NewReader(h.as("nghean").get(path).wants(http.StatusOK).body)).ReadAll(); err != nil || len(other) != 1 {
			t.Errorf("%s: another body sees %v, %v", path, other, err)
		}
	}
	figures := h.as("bca").get("/tables/overview.csv?on=2024-06-30").wants(http.StatusOK).body
	if !strings.Contains(figures, "2024-06-30,agency_level,H56,2,\"Thanh Hóa, Cấp độ 2\",3,2,1") || strings.Contains(figures, "H41") {
		t.Errorf("figures: %s", figures)
	}
	if own := h.as("nghean").get("/tables/overview.csv").wants(http.StatusOK).body; strings.Contains(own, "H56") {
		t.Errorf("another's figures: %s", own)
	}
	h.as("vanhanh").get("/tables/systems.doc").wants(http.StatusNotFound)
}

// TestFirstPageByRole: who handles dossiers begins with work, who leads with how it
// stands; the ministry is told who has most of the risk.
func TestFirstPageByRole(t *testing.T) {
	h := open(t, nil)
	h.simulated()
	for who, c := range map[string]struct{ status, agencies bool }{"vanhanh": {}, "chuyentrach": {}, "chuquan": {status: true}, "bca": {}} {
		p := h.as(who).get("/").wants(http.StatusOK)
		if got := len(p.all("[aria-labelledby=status-h] table")) == 1; got != c.status {
			t.Errorf("%s: status %v", who, got)
		}
		if late := p.text("[aria-labelledby=late-h]"); !strings.Contains(late, "2 hệ thống chưa triển khai đầy đủ phương án") || !strings.Contains(late, "1 hệ thống chưa được phê duyệt") {
			t.Errorf("%s: late %q", who, late)
		}
		if len(p.all("[aria-labelledby=next-h] li")) == 0 {
			t.Errorf("%s: nothing falls next", who)
		}
	}
}
