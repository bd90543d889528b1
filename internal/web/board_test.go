package web_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"capdo/internal/store/storetest"
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

// TestQueueAndCalendarAsFiles: the work that waits and what falls due can be taken
// away as shown, of now and of a day that is over.
func TestQueueAndCalendarAsFiles(t *testing.T) {
	h := open(t, nil)
	s := storetest.Lead(t, h.office, "H56", "Cổng một cửa", storetest.Submitted)
	unit := h.as("chuyentrach")
	read := func(b *browser, path string) [][]string {
		all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.get(path).wants(http.StatusOK).body, "\uFEFF"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	all := read(unit, "/tables/queue.csv")
	if len(all) != 2 || all[1][1] != s.Code || all[1][2] != s.Name {
		t.Errorf("the queue: %q", all)
	}
	if all := read(unit, "/tables/queue.csv?due=overdue"); len(all) != 1 {
		t.Errorf("the queue of what is overdue: %q", all)
	}
	if all := read(h.as("nghean"), "/tables/queue.csv"); len(all) != 1 {
		t.Errorf("another body's queue: %q", all)
	}
	if all := read(unit, "/tables/queue.csv?on=2026-11-21"); len(all) != 1 {
		t.Errorf("the queue of the day before: %q", all)
	}
	book := unit.get("/tables/queue.xlsx").wants(http.StatusOK)
	if !strings.HasPrefix(book.body, "PK") {
		t.Errorf("no workbook: %.20q", book.body)
	}
	if got := unit.get("/tables/calendar.pdf?kind=review&scope=nation").wants(http.StatusOK).body; !strings.Contains(got, "calendar kind=review&owner=H56 2026-11-22") {
		t.Errorf("the paper of the calendar: %q", got)
	}
	if n := len(unit.get("/queue").all("a[href='/tables/queue.csv'], a[href='/tables/queue.xlsx']")) + len(unit.get("/calendar").all("a[href^='/tables/calendar.pdf']")); n != 3 {
		t.Errorf("%d links to files", n)
	}
}
