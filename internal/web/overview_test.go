package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// simulated puts three simulated systems of H56 on the register: one deployed,
// one approved, one submitted.
func (h *house) simulated() {
	h.t.Helper()
	day := func(d law.Day) time.Time { return d.Time().Add(9 * time.Hour).UTC() }
	who := approval.Who{Person: "sim", Account: "sim", Capacity: law.RoleOperator, Body: "H56"}
	system := func(code string) approval.System {
		return approval.System{Code: code, Name: "Hệ thống mô phỏng " + code, Owner: "H56", Sector: law.SectorCivil, OperatorUnit: "Đơn vị", Stage: approval.Operating,
			Origin: approval.Simulated, RegisteredAt: day("2024-01-02"), RegisteredBy: who,
			Dossiers: []approval.Dossier{{No: 1, State: approval.Approved, Rules: law.R85, Edition: "r85", Level: 2, Editors: []string{"sim"}, SubmittedBy: who, SubmittedAt: day("2024-02-01"), Imported: true}},
			Approvals: []approval.Approval{{No: 1, Dossier: 1, Level: 2, Rules: law.R85, Authority: law.RoleSpecialisedUnit, Number: "1/QĐ-MP",
				DecidedOn: "2024-03-01", From: day("2024-03-01")}}}
	}
	deployed, approved, submitted := system("H56-S0001"), system("H56-S0002"), system("H56-S0003")
	deployed.Plans = []approval.Plan{{Approval: 1, Status: approval.PlanFull, On: "2024-04-01", By: who, At: day("2024-04-01")}}
	submitted.Dossiers[0].State, submitted.Approvals = approval.Submitted, nil
	w := approval.World{Systems: []approval.System{deployed, approved, submitted}, Source: "test"}
	if err := h.office.Import(context.Background(), storetest.Keeper(), w); err != nil {
		h.t.Fatal(err)
	}
}

// TestSimulatedSaysSo: every page that shows a simulated record says so, and
// no other page does.
func TestSimulatedSaysSo(t *testing.T) {
	h := open(t, nil)
	h.simulated()
	ministry, unit, other := h.as("bca"), h.as("chuyentrach"), h.as("nghean")
	for _, c := range []struct {
		b    *browser
		path string
		says bool
	}{{ministry, "/", true}, {ministry, "/queue", true}, {ministry, "/systems", true}, {ministry, "/systems/H56-S0001", true}, {ministry, "/systems/H56-S0002/confirmation", true},
		{ministry, "/overview", true}, {ministry, "/gate?provider=H56-S0001", true}, {unit, "/systems/H56-S0003/appraisal", true}, {unit, "/queue", true},
		{ministry, "/overview?on=2023-12-31", false}, {ministry, "/law", false}, {ministry, "/gate", false}, {ministry, "/systems?q=khong+co", false},
		{other, "/", false}, {other, "/systems", false}, {other, "/overview", false}} {
		p := c.b.get(c.path).wants(http.StatusOK)
		if got := len(p.all("aside.sim")) == 1; got != c.says {
			t.Errorf("%s says so: %v, want %v", c.path, got, c.says)
		}
		p.lint("vi")
	}
}

// TestOverviewFigures: rates with their denominators, silence that is not
// zero, a chart and a map that repeat the table.
func TestOverviewFigures(t *testing.T) {
	h := open(t, nil)
	h.simulated()
	ministry := h.as("bca")
	p := ministry.get("/overview?on=2024-06-30").wants(http.StatusOK)
	for selector, want := range map[string]string{
		".rates .rate-num":                      "66,7% | 33,3% | 0,0%",
		".rates .rate-of":                       "2 trên tổng số 3 hệ thống | 1 trên tổng số 3 hệ thống | 0 trên tổng số 3 hệ thống",
		"[aria-labelledby=levels-h] tfoot td":   "3 | 2 | 66,7% | 1 | 33,3%",
		".map a text":                           "Thanh Hóa | 66,7%",
		"[aria-labelledby=agencies-h] tbody th": "Địa phương | Nghệ An | Thanh Hóa",
		"[aria-labelledby=agencies-h] td.muted": "chưa báo cáo",
	} {
		if got := p.text(selector); got != want {
			t.Errorf("%s: %q, want %q", selector, got, want)
		}
	}
	if n := p.one(".bar-deployed[width='33.3']"); attr(n, "height") != "4" {
		t.Error("the bar does not repeat the rate")
	}
	if got := ministry.get("/overview?on=2024-06-30&rate=deployed").text(".map a text"); got != "Thanh Hóa | 33,3%" {
		t.Errorf("map by deployment: %q", got)
	}
	if got := ministry.get("/overview?on=29/02/2024").text(".rates .rate-num"); got != "0,0% | 0,0% | 0,0%" {
		t.Errorf("before the approvals: %q", got)
	}
	if got := ministry.get("/overview?on=31/02/2024").wants(http.StatusUnprocessableEntity).text("#on-error"); !strings.Contains(got, "ngày/tháng/năm") {
		t.Errorf("a day the calendar lacks: %q", got)
	}
	if got := attr(ministry.get("/overview?on=2024-06-30").all("[aria-labelledby=agencies-h] tbody th a")[0], "href"); !strings.Contains(got, "on=30%2F06%2F2024") {
		t.Errorf("a figure of a past day leads to %s, the list of another day", got)
	}
	own := h.as("vanhanh").get("/overview?on=2024-06-30")
	if len(own.all(".map")) != 0 || own.text("[aria-labelledby=agencies-h] tbody th a") != "Thanh Hóa" {
		t.Errorf("an officer's overview covers more than the own body: %s", own.text("[aria-labelledby=agencies-h] tbody"))
	}
}
