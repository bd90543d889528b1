package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"capdo/internal/connection"
	"capdo/internal/store/storetest"
	"capdo/internal/web"
)

// TestConnectionPages: request, grant, suspension, reinstatement and break-glass
// through the pages, and what a third agency sees of it.
func TestConnectionPages(t *testing.T) {
	h := open(t, nil)
	consumer, provider := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Deployed).Code, storetest.Lead(t, h.office, "H41", "Kho dữ liệu", storetest.Deployed).Code
	officer, other, ministry := h.as("vanhanh"), h.as("nghean"), h.as("bca")
	other.fill("/services/new", url.Values{"code": {"H41-S1"}, "name": {"Tra cứu hộ tịch"}, "provider": {provider}}).leads("/services?done=kn-service")
	if p := officer.get("/services").wants(http.StatusOK); !strings.Contains(p.text("table"), "Tra cứu hộ tịch") {
		t.Errorf("services: %s", p.text("table"))
	}
	ministry.get("/services/new").wants(http.StatusForbidden)
	ministry.get("/connections/new").wants(http.StatusForbidden)
	request := url.Values{"consumer": {consumer}, "service": {"H41-S1"}, "purpose": {"Xác minh hồ sơ"}, "basis": {"NĐ 278/2025/NĐ-CP"}, "platform": {"NDXP"}, "profile": {"production"}}
	wrong := copyOf(request)
	wrong.Set("service", "không có")
	if p := officer.fill("/connections/new", wrong).wants(http.StatusUnprocessableEntity); len(p.all(`.errors a[href="#service"]`)) != 1 {
		t.Errorf("no error at the service: %s", p.text(".errors"))
	}
	officer.fill("/connections/new?service=H41-S1", copyOf(request)).leads("/connections/KN-000001?done=kn-request")
	officer.fill("/connections/new", copyOf(request)).wants(http.StatusConflict)
	at := "/connections/KN-000001"
	state := func(want string) *page {
		t.Helper()
		p := ministry.get(at).wants(http.StatusOK)
		if got := p.text("h1"); !strings.Contains(got, want) {
			t.Errorf("%s, want %s", got, want)
		}
		return p
	}
	state("Chờ cho phép")
	waits := func(b *browser, want string) {
		t.Helper()
		got := ""
		if q := b.get("/queue").wants(http.StatusOK); len(q.all(`a[href="`+at+`"]`)) == 1 {
			got = q.text(`section[aria-labelledby=links-h] tbody td`)
		}
		if got, _, _ = strings.Cut(got, " | "); got != want {
			t.Errorf("the queue asks to %q, want %q", got, want)
		}
	}
	waits(ministry, "Cho phép kết nối")
	waits(officer, "")
	if q := ministry.get("/queue?q=KN-000002").wants(http.StatusOK); len(q.all("#links-h")) != 0 {
		t.Error("the queue's search finds every connection")
	}
	officer.get(at + "/allow").wants(http.StatusForbidden)
	officer.get(at + "/dance").wants(http.StatusNotFound)
	ministry.fill(at+"/allow", url.Values{}).wants(http.StatusUnprocessableEntity)
	ministry.fill(at+"/allow", url.Values{"number": {"12/QĐ-BCA"}}).leads(at + "?done=kn-allow")
	if p := state("Được cho phép"); len(p.all(".verdict.allow")) != 1 || !strings.Contains(p.text(".facts"), "Được kết nối đến") {
		t.Errorf("allowed: %s", p.text(".verdict"))
	}
	h.clock.T = h.clock.T.Add(time.Minute)
	ministry.fill(at+"/suspend", url.Values{"number": {"13/QĐ-BCA"}, "ground": {"Lộ dữ liệu"}}).leads(at + "?done=kn-suspend")
	if p := state("Tạm đình chỉ"); len(p.all(".verdict.deny")) != 1 || !strings.Contains(p.text(".verdict"), "G13") {
		t.Errorf("suspended: %s", p.text(".verdict"))
	}
	ministry.fill(at+"/reinstate", url.Values{"ground": {"Đã khắc phục"}}).leads(at + "?done=kn-reinstate")
	state("Được cho phép")
	waits(ministry, "")
	ministry.fill(at+"/propose", url.Values{"ground": {"Bão lớn"}, "hours": {"5"}}).leads(at + "?done=kn-propose")
	ministry.get(at + "/agree").wants(http.StatusForbidden) // the same person
	for _, list := range []string{"/connections", "/connections?state=allowed", "/connections?system=" + provider, "/connections?service=H41-S1&profile=production"} {
		if p := officer.get(list).wants(http.StatusOK); len(p.all(`tbody a[href="`+at+`"]`)) != 1 {
			t.Errorf("%s does not list it", list)
		}
	}
	if p := officer.get("/connections?state=ended").wants(http.StatusOK); len(p.all("tbody tr")) != 0 {
		t.Error("listed as ended")
	}
	if p := officer.get("/systems/" + consumer); len(p.all(`a[href="/connections?system=`+consumer+`"]`)) != 1 {
		t.Error("the system's page does not lead to its connections")
	}
	// one page for absent and another's
	theirs, absent := h.as("chuquan"), "/connections/KN-000009"
	other.get(at).wants(http.StatusOK)
	if a := theirs.get(absent).wants(http.StatusNotFound); a.body == "" {
		t.Error("no page")
	}
	ministry.fill("/systems/"+provider+"/suspension", url.Values{"direction": {"provider"}, "ground": {"Sự cố"}, "number": {"1/QĐ-BCA"}})
	if p := state("Được cho phép"); !strings.Contains(p.text("main"), "khắc phục các lý do nêu trên") {
		t.Error("allowed and denied: the page says there is nothing to do")
	}
	officer.fill(at+"/end", url.Values{"ground": {"Hết nhu cầu"}}).leads(at + "?done=kn-end")
	state("Đã kết thúc")
}

// TestAlarmsPage: what a gateway let pass unmatched is on the regulator's page
// until somebody says what was found.
func TestAlarmsPage(t *testing.T) {
	var watch *connection.Watch
	h := open(t, func(c *web.Config) { watch = c.Watch })
	consumer, provider := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Deployed).Code, storetest.Lead(t, h.office, "H41", "Kho dữ liệu", storetest.Deployed).Code
	if _, err := watch.Record(context.Background(), "gw-1", []connection.Use{{ID: "1", At: h.clock.T.UTC(), Consumer: consumer, Provider: provider, Service: "S1", Passed: true}}); err != nil {
		t.Fatal(err)
	}
	ministry := h.as("bca")
	p := ministry.get("/alarms").wants(http.StatusOK)
	if !strings.Contains(p.text("main"), consumer) || !strings.Contains(p.text("main"), "Có nhật ký") {
		t.Errorf("alarms: %s", p.text("main"))
	}
	if o := h.as("vanhanh").get("/alarms").wants(http.StatusOK); len(o.all(`form[action="/alarms"]`)) != 0 || !strings.Contains(o.text("main"), consumer) {
		t.Errorf("the consumer's officer: %s", o.text("main"))
	}
	inQueue := func(who string, want bool) {
		t.Helper()
		q := h.as(who).get("/queue").wants(http.StatusOK)
		if seen := len(q.all(`#alarms-h`)) == 1 && strings.Contains(q.text("main"), consumer); seen != want {
			t.Errorf("%s sees the alarm in the queue: %v, want %v", who, seen, want)
		}
	}
	inQueue("bca", true)
	inQueue("vanhanh", false)
	in := url.Values{}
	for _, n := range p.all(`form[action="/alarms"] input[type=hidden]`) {
		in.Set(attr(n, "name"), attr(n, "value"))
	}
	ministry.post("/alarms", in).wants(http.StatusUnprocessableEntity)
	in.Set("note", "Đã khóa quy tắc trên máy cổng")
	ministry.post("/alarms", in).leads("/alarms?done=al-note")
	ministry.post("/alarms", in).wants(http.StatusConflict)
	inQueue("bca", false)
	if p := ministry.get("/alarms"); !strings.Contains(p.text("main"), "Không có cảnh báo nào") {
		t.Errorf("still there: %s", p.text("main"))
	}
}

// copyOf is a copy of what is filled in.
func copyOf(in url.Values) url.Values {
	out := url.Values{}
	for k, v := range in {
		out[k] = append([]string(nil), v...)
	}
	return out
}

// TestSuspendPage: the regulator suspends a system and lifts it again.
func TestSuspendPage(t *testing.T) {
	h := open(t, nil)
	code := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Deployed).Code
	at, ministry := "/systems/"+code, h.as("bca")
	h.as("vanhanh").get(at + "/suspension").wants(http.StatusForbidden)
	ministry.fill(at+"/suspension", url.Values{"direction": {"all"}, "ground": {"Sự cố"}, "number": {"1/QĐ-BCA"}}).leads(at + "?done=suspension")
	if p := ministry.get(at); !strings.Contains(p.text(".verdict"), "G13") {
		t.Errorf("suspended: %s", p.text(".verdict"))
	}
	ministry.fill(at+"/reinstatement", url.Values{"ground": {"Đã khắc phục"}}).leads(at + "?done=reinstatement")
	if p := ministry.get(at); len(p.all(".verdict.allow")) != 1 {
		t.Errorf("reinstated: %s", p.text(".verdict"))
	}
}
