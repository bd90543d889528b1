package web_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestControlsOfALevel lists what the approved level asks, in clause order, and what a
// deployed plan is worth under the new law.
func TestControlsOfALevel(t *testing.T) {
	h := open(t, nil)
	lists, err := listsOnce()
	if err != nil {
		t.Fatal(err)
	}
	h.clock.T = storetest.At("2026-05-04").T
	approved := storetest.Lead(t, h.office, "H56", "Đã phê duyệt", storetest.Confirmed)
	full := storetest.Lead(t, h.office, "H56", "Đã triển khai", storetest.Deployed)
	h.clock.T = storetest.At("2026-11-22").T
	officer := h.as("vanhanh")

	p := officer.get("/systems/" + full.Code + "/controls").wants(http.StatusOK)
	p.lint("vi")
	if got := p.text("[aria-labelledby=duties] ul"); !strings.Contains(got, "Thẩm định an ninh mạng đối với hồ sơ, thiết kế; cấp độ 3, 4 ngoài danh mục lựa chọn") ||
		!strings.Contains(got, "Luật 116/2025/QH15, Điều 10 khoản 2 điểm a") || !strings.Contains(got, "cấp độ 3, 4 ngoài danh mục tách biệt lô-gic") || strings.Contains(got, "cấp độ 1, 2 lựa chọn") || strings.Contains(got, "TT 12/2022") {
		t.Errorf("what the law asks at level 3 today: %s", got)
	}
	old, next := lists.For(law.R85, 3), lists.For(law.R331, 3)
	if got := len(p.all("section:not([aria-labelledby=gap]) tbody tr")); got != len(old) {
		t.Errorf("%d controls, want %d", got, len(old))
	}
	var want []string
	for _, c := range old {
		if c.Group == old[0].Group {
			want = append(want, c.Standard+", "+c.Clause)
		}
	}
	if got := p.text("section:not([aria-labelledby=gap]):nth-of-type(2) tbody th"); got != strings.Join(want, " | ") {
		t.Errorf("first group: %q, want %q", got, want)
	}
	met := map[string]bool{}
	for _, c := range old {
		met[c.Key] = true
	}
	g := lists.Carry(law.R85, 3, law.R331, 3, met)
	if got := p.text(".stat-num"); got != numbers(len(g.New), len(g.Partly), len(g.Covered)) {
		t.Errorf("gap: %q", got)
	}
	if got := p.text("[aria-labelledby=gap] > p"); !strings.Contains(got, "chậm nhất ngày 01/07/2027") || !strings.Contains(got, "Điều 45") {
		t.Errorf("by when: %q", got)
	}
	p = officer.get("/systems/" + approved.Code + "/controls").wants(http.StatusOK)
	if got := p.text(".stat-num"); got != numbers(len(next), 0, 0) {
		t.Errorf("a plan not deployed is worth %q", got)
	}

	fresh := storetest.Lead(t, h.office, "H56", "Đang đề xuất", storetest.Stated)
	p = officer.get("/systems/" + fresh.Code + "/controls").wants(http.StatusOK)
	if !strings.Contains(p.text(".lead"), "đang đề xuất") || !strings.Contains(p.text("[aria-labelledby=gap]"), "không có khoảng cách") {
		t.Errorf("proposed under R331: %s", p.text(".lead, [aria-labelledby=gap]"))
	}
	none := storetest.Lead(t, h.office, "H56", "Chưa khai", storetest.Registered)
	if got := officer.get("/systems/" + none.Code + "/controls").wants(http.StatusOK).text(".lead"); !strings.Contains(got, "chưa có cấp độ") {
		t.Errorf("no level: %q", got)
	}
	h.as("nghean").get("/systems/" + full.Code + "/controls").wants(http.StatusNotFound)
}

// numbers joins figures as the page's text comes.
func numbers(ns ...int) string {
	parts := make([]string, len(ns))
	for i, n := range ns {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, " | ")
}
