package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/web"
)

// TestDuplicates: the pairs of the actor's reach, 200 of them at most, each
// code linked, and that nothing is decided; no link while nobody compares.
func TestDuplicates(t *testing.T) {
	asked := approval.Actor{}
	pairs := []approval.Pair{{Owner: "H56", A: "H56-0001", B: "H41-0002", NameA: "Một cửa <điện tử>", NameB: "Một cửa điện tư", Distance: 1}}
	for i := range 1204 {
		pairs = append(pairs, approval.Pair{Owner: "H41", A: fmt.Sprintf("H41-%04d", i), B: fmt.Sprintf("H56-%04d", i), NameA: "Thư điện tử", NameB: "Thư điện tử"})
	}
	h := open(t, func(c *web.Config) {
		c.Duplicates = func(_ context.Context, a approval.Actor) ([]approval.Pair, error) { asked = a; return pairs, nil }
	})
	ministry := h.as("bca")
	if n := len(ministry.get("/duplicates").all("aside.sim")); n != 0 {
		t.Error("an empty register is said to be simulated")
	}
	h.simulated()
	if n := len(ministry.get("/overview").wants(http.StatusOK).all("main a[href='/duplicates']")); n != 1 {
		t.Errorf("%d links on the overview", n)
	}
	p := ministry.get("/duplicates").wants(http.StatusOK)
	p.lint("vi")
	p.one("aside.sim")
	ministry.get("/duplicates?lang=en").lint("en")
	if asked.Body != "G01" || !asked.National() {
		t.Errorf("asked for %+v", asked)
	}
	p = ministry.get("/duplicates?lang=vi")
	if got := len(p.all("tbody tr")); got != 200 {
		t.Errorf("%d rows", got)
	}
	if got := p.text("#pairs-h, #pairs-h + p"); got != "1.205 cặp được đề xuất | Hiện 200 cặp đầu trong 1.205 cặp." {
		t.Errorf("counts: %q", got)
	}
	if got := p.text("tbody tr:first-child th, tbody tr:first-child td"); got != "Một cửa <điện tử> H56-0001 | Một cửa điện tư H41-0002 | Thanh Hóa | Khác 1 chữ cái" {
		t.Errorf("first pair: %q", got)
	}
	if got := p.text("tbody tr:last-child td:last-child"); got != "Trùng tên" {
		t.Errorf("names alike: %q", got)
	}
	links := p.all("tbody tr:first-child a")
	if len(links) != 2 || attr(links[0], "href") != "/systems/H56-0001" || attr(links[1], "href") != "/systems/H41-0002" {
		t.Error("the codes are not linked")
	}
	if got := p.text(".lead"); !strings.Contains(got, "Chương trình chỉ đề xuất, không quyết định.") {
		t.Errorf("lead: %q", got)
	}
	pairs = nil
	h.as("vanhanh").get("/duplicates").wants(http.StatusOK).lint("vi")
	if asked.Body != "H56" {
		t.Errorf("asked for %+v", asked)
	}

	closed := open(t, nil).as("bca")
	closed.get("/duplicates").wants(http.StatusNotFound)
	if n := len(closed.get("/overview").all("a[href='/duplicates']")); n != 0 {
		t.Error("a link to a page that is not there")
	}
}
