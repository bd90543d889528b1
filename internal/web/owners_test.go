package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// reorganised puts Thanh Hóa of H56 under a new body of the same name, and
// founds Phú Thọ, on 1 July 2025. It is a world of the test's own.
func (h *house) reorganised() {
	h.t.Helper()
	province := func(code, name, english string) approval.Agency {
		return approval.Agency{Code: code, CodeScheme: "capdo", CodeConfidence: "provisional", Name: name, NameEN: english, Group: "province", No: 56, Kind: "province",
			Sector: law.SectorCivil, SpecialisedUnit: "Sở Khoa học và Công nghệ"}
	}
	in := approval.Reorganisation{On: "2025-07-01", Source: "test",
		Successors:  []approval.Agency{province("P25-56", "Thanh Hóa", "Thanh Hoa"), province("P25-04", "Phú Thọ", "Phu Tho")},
		Successions: []approval.Succession{{From: "H56", To: "P25-56", Kind: approval.SuccessionMerge, Cites: "NQ 202/2025/QH15, Điều 1"}}}
	if _, err := h.office.Reorganise(context.Background(), storetest.Keeper(), in); err != nil {
		h.t.Fatal(err)
	}
}

// TestOwnersOverTime: an inherited approval, the risk assessment that falls
// due, and the change of owner with its clause.
func TestOwnersOverTime(t *testing.T) {
	h := open(t, nil)
	h.clock.T = storetest.At("2024-05-06").T
	moved := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Approved)
	stays := storetest.Lead(t, h.office, "H41", "Một cửa", storetest.Approved)
	h.clock.T = storetest.At("2026-11-22").T
	h.reorganised()
	ministry := h.as("bca")

	p := ministry.get("/systems/" + moved.Code).wants(http.StatusOK)
	p.lint("vi")
	for selector, want := range map[string]string{
		".identity dd:first-of-type":               "Ủy ban nhân dân tỉnh Thanh Hóa",
		"[aria-labelledby=owners-h] tbody th":      "01/07/2025",
		"[aria-labelledby=owners-h] tbody td":      "Thanh Hóa | Ủy ban nhân dân tỉnh Thanh Hóa | Hợp nhất, sáp nhập | NQ 202/2025/QH15, Điều 1",
		"[aria-labelledby=approvals-h] .yellow":    "Phê duyệt kế thừa, cần rà soát",
		"[aria-labelledby=owners-h] .note .cites":  "NĐ 331/2026/NĐ-CP, Điều 10 khoản 2 điểm b",
		"[aria-labelledby=owners-h] .note + .note": "Cần đánh giá rủi ro lại do thay đổi chủ quản, tính từ ngày 01/07/2025. NĐ 331/2026/NĐ-CP, Điều 10 khoản 2 điểm b",
	} {
		if got := p.text(selector); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", selector, got, want)
		}
	}
	if got := p.text("[aria-labelledby=owners-h] .note"); !strings.Contains(got, "Phê duyệt kế thừa, cần rà soát. Quyết định số 1/QĐ ngày 06/05/2024") || !strings.Contains(got, "chủ quản là Thanh Hóa.") {
		t.Errorf("inherited: %q", got)
	}
	if p := ministry.get("/systems/" + stays.Code).wants(http.StatusOK); len(p.all("#owners-h, [aria-labelledby=approvals-h] .yellow")) != 0 {
		t.Error("a system that never moved tells of moves")
	}
	ministry.get("/systems/" + moved.Code + "?lang=en").lint("en")
}

// TestMapOfTheDay: 63 tiles until 30 June 2025, 34 from the day after, once the
// register knows the successors.
func TestMapOfTheDay(t *testing.T) {
	h := open(t, nil)
	h.simulated()
	ministry := h.as("bca")
	titles := func(on string) (string, int, string) {
		p := ministry.get("/overview?on=" + on).wants(http.StatusOK)
		p.lint("vi")
		return p.text("#map-h"), len(p.all(".map title")), attr(p.one(".map a"), "href")
	}
	want := func(on, title string, tiles int, href string) {
		t.Helper()
		if a, b, c := titles(on); a != title || b != tiles || c != href {
			t.Errorf("%s: %q with %d tiles, linked to %s", on, a, b, c)
		}
	}
	want("2025-07-01", "Bản đồ 63 tỉnh, thành phố", 65, "/systems?owner=H56&on=01%2F07%2F2025")
	h.reorganised()
	want("2025-06-30", "Bản đồ 63 tỉnh, thành phố", 65, "/systems?owner=H56&on=30%2F06%2F2025")
	want("2025-07-01", "Bản đồ 34 tỉnh, thành phố", 36, "/systems?owner=P25-56&on=01%2F07%2F2025")
	p := ministry.get("/overview?on=2025-07-01")
	if got := p.text(".map .ti title"); got != "Quần đảo Hoàng Sa (thành phố Đà Nẵng) | Quần đảo Trường Sa (tỉnh Khánh Hòa)" {
		t.Errorf("islands: %q", got)
	}
	if got := p.text(".map a text"); got != "Thanh Hóa | 66,7%" {
		t.Errorf("the successor's tile: %q", got)
	}
}

// TestOwnersToPick: the bodies of today, without those that ended; one asked
// for is told apart from its namesake.
func TestOwnersToPick(t *testing.T) {
	h := open(t, nil)
	h.simulated()
	h.reorganised()
	ministry := h.as("bca")
	got := ministry.get("/systems").wants(http.StatusOK).text("#owner option")
	if strings.Count(got, "Thanh Hóa") != 1 || strings.Contains(got, "(") || !strings.Contains(got, "Phú Thọ") {
		t.Errorf("owners of today: %s", got)
	}
	p := ministry.get("/systems?owner=H56").wants(http.StatusOK)
	if got := p.text("#owner option"); !strings.Contains(got, "Thanh Hóa (từ 01/07/2025)") || p.text("#owner option[selected]") != "Thanh Hóa (đến 30/06/2025)" {
		t.Errorf("two of one name: %s", got)
	}
	late := open(t, nil)
	late.reorganised()
	late.simulated()
	if got := late.as("bca").get("/systems").text("#owner option"); !strings.Contains(got, "Thanh Hóa (đến 30/06/2025)") {
		t.Errorf("a body that ended and owns systems: %s", got)
	}
	if got := ministry.get("/systems?owner=P25-56").text(".results-head"); got != "3 hệ thống" {
		t.Errorf("systems of the successor: %s", got)
	}
}
