package web_test

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"capdo/internal/connection"
	"capdo/internal/store/storetest"
	"capdo/internal/web"
)

// TestConnectionsList: the list tells until when a connection is allowed and how
// gateways saw it used, and which of them are silent; its filters and its file say
// the same, and nothing of them reaches a third agency.
func TestConnectionsList(t *testing.T) {
	var watch *connection.Watch
	h := open(t, func(c *web.Config) { watch = c.Watch })
	consumer, provider := storetest.Lead(t, h.office, "H41", "Một cửa", storetest.Deployed).Code, storetest.Lead(t, h.office, "H41", "Kho dữ liệu", storetest.Deployed).Code
	own, third, ministry := h.as("nghean"), h.as("vanhanh"), h.as("bca")
	own.fill("/services/new", url.Values{"code": {"H41-S1"}, "name": {"Tra cứu hộ tịch"}, "provider": {provider}}).leads("/services?done=kn-service")
	own.fill("/connections/new", url.Values{"consumer": {consumer}, "service": {"H41-S1"}, "purpose": {"Xác minh"}, "basis": {"NĐ 278/2025/NĐ-CP"}, "platform": {"NDXP"}, "profile": {"production"}})
	ministry.fill("/connections/KN-000001/allow", url.Values{"number": {"12/QĐ-BCA"}, "until_on": {h.clock.T.AddDate(0, 0, 60).Format(time.DateOnly)}}).leads("/connections/KN-000001?done=kn-allow")
	seen := h.clock.T.UTC()
	use := func(id string, passed bool) connection.Use {
		return connection.Use{ID: id, At: seen, Consumer: consumer, Provider: provider, Service: "H41-S1", Passed: passed, Matched: passed}
	}
	for gateway, uses := range map[string][]connection.Use{"gw-1": {use("1", true), use("2", true)}, "gw-2": {use("3", false)}} {
		if _, err := watch.Record(context.Background(), gateway, uses); err != nil {
			t.Fatal(err)
		}
	}
	shows := func(b *browser, query, want string) {
		t.Helper()
		p := b.get("/connections" + query).wants(http.StatusOK)
		if got := p.text("tbody"); !strings.Contains(got, want) || (want == "") != (len(p.all("tbody tr")) == 0) {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	const counted = "2 qua, 1 bị chặn"
	for _, query := range []string{"", "?consumer=" + consumer, "?provider=" + provider, "?ends=90&state=allowed", "?service=H41-S1&ends=nonsense"} {
		shows(own, query, counted)
	}
	for _, query := range []string{"?consumer=" + provider, "?provider=" + consumer, "?ends=7", "?state=ended"} {
		shows(own, query, "")
	}
	if strings.Contains(ministry.get("/connections").body, "im lặng") {
		t.Error("a gateway that returned its log is called silent")
	}
	h.clock.T = h.clock.T.Add(25 * time.Hour)
	if p := h.as("bca").get("/connections").wants(http.StatusOK); !strings.Contains(p.text("tbody"), "Máy cổng im lặng") || !strings.Contains(p.text(".note"), "gw-1, gw-2") {
		t.Errorf("silent: %s, %s", p.text(".note"), p.text("tbody"))
	}
	if p := h.as("nghean").get("/connections").wants(http.StatusOK); strings.Contains(p.body, "gw-1") {
		t.Error("an agency is told of gateways that are not its own")
	}
	file := func(b *browser, query string) [][]string {
		t.Helper()
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.get("/connections/list.csv"+query).wants(http.StatusOK).body, "\uFEFF"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows[1:]
	}
	if rows := file(h.as("nghean"), "?ends=90"); len(rows) != 1 || rows[0][0] != "KN-000001" || rows[0][9] != "2" || rows[0][10] != "1" {
		t.Errorf("file %q", rows)
	}
	if rows := file(h.as("nghean"), "?state=ended"); len(rows) != 0 {
		t.Errorf("file of what ended %q", rows)
	}
	third = h.as("vanhanh")
	shows(third, "", "")
	if rows := file(third, ""); len(rows) != 0 {
		t.Errorf("a third agency reads %q", rows)
	}
}
