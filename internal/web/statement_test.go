package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"capdo/internal/store/storetest"
)

// TestStatements: a table is taken in as printed, matched by a person, its
// differences settled; another agency sees nothing of it, the ministry all.
func TestStatements(t *testing.T) {
	h := open(t, nil)
	a := h.as("vanhanh")
	storetest.Lead(t, h.office, "H56", "Cổng một cửa điện tử", storetest.Confirmed)
	a.get("/statements").wants(http.StatusOK).lint("vi")
	a.get("/statements/new").wants(http.StatusOK).lint("vi")
	p := a.upload("/statements/new", map[string]string{"title": "", "on": "31/02/2026", "total": "1,5"}, nil).wants(http.StatusUnprocessableEntity)
	p.lint("vi")
	p = a.upload("/statements/new", map[string]string{"title": "Báo cáo quý", "on": "22/11/2026"}, map[string][]byte{"bang.csv": []byte("Tên hệ thống,Cấp độ\nA,7\n")}).wants(http.StatusUnprocessableEntity)
	if got := p.text("main"); !strings.Contains(got, "Ô B2: cấp độ phải từ 1 đến 5") {
		t.Errorf("a wrong cell: %s", got)
	}
	p = a.upload("/statements/new", map[string]string{"title": "Báo cáo quý", "on": "22/11/2026", "total": "1.539"}, map[string][]byte{"bang.csv": []byte("Tên hệ thống,Cấp độ\ncong mot cua dien tu,2\nKhông có,1\n")})
	p.leads("/statements/BC-000001?done=statement")
	p = a.get("/statements/BC-000001").wants(http.StatusOK)
	p.lint("vi")
	if got := p.text("main"); !strings.Contains(got, "Tổng số hệ thống: báo cáo ghi 1.539, sổ đăng ký có 1") || !strings.Contains(got, "cùng tên khi bỏ dấu") || !strings.Contains(got, "không ghi") {
		t.Errorf("the statement: %s", got)
	}
	a.post("/statements/BC-000001", url.Values{"do": {"match"}, "match.2": {"H56-0001"}, "match.3": {"-"}}).leads("/statements/BC-000001?done=noted")
	a.post("/statements/BC-000001", url.Values{"do": {"match"}, "match.3": {"+"}, "code.3": {"H56-0001"}}).wants(http.StatusConflict).lint("vi")
	p = a.get("/statements/BC-000001").wants(http.StatusOK)
	p.lint("vi")
	if got := p.text("main"); !strings.Contains(got, "H56-0001 Cổng một cửa điện tử") || !strings.Contains(got, "Cấp độ khác nhau") || !strings.Contains(got, "Có trong báo cáo, không có trong sổ đăng ký") {
		t.Errorf("after matching: %s", got)
	}
	a.post("/statements/BC-000001", url.Values{"do": {"assign"}, "key": {"figure:total"}, "owner": {"operator"}}).leads("/statements/BC-000001?done=noted")
	a.post("/statements/BC-000001", url.Values{"do": {"resolve"}, "key": {"figure:total"}, "outcome": {"report_wrong"}, "comment": {"Gõ nhầm"}}).leads("/statements/BC-000001?done=noted")
	if got := a.get("/statements/BC-000001").text("main"); !strings.Contains(got, "Báo cáo sai, kỳ sau sửa. Gõ nhầm") || !strings.Contains(got, "Mở lại") {
		t.Errorf("after settling: %s", got)
	}
	if p := a.get("/statements/BC-000001?kind=level_differs").wants(http.StatusOK); len(p.all("article")) != 1 {
		t.Errorf("of one kind: %s", p.text("main"))
	}
	b := h.as("nghean")
	b.get("/statements/BC-000001").wants(http.StatusNotFound)
	b.post("/statements/BC-000001", url.Values{"do": {"match"}, "match.3": {"-"}}).wants(http.StatusNotFound)
	if got := b.get("/statements").wants(http.StatusOK).text("main"); strings.Contains(got, "BC-000001") {
		t.Errorf("another's: %s", got)
	}
	ministry := h.as("bca")
	p = ministry.get("/statements").wants(http.StatusOK)
	p.lint("vi")
	if got := p.text("main"); !strings.Contains(got, "BC-000001") || !strings.Contains(got, "im lặng") {
		t.Errorf("to the ministry: %s", got)
	}
	ministry.get("/statements/new").wants(http.StatusOK).lint("vi")
	ministry.get("/statements/BC-000001?lang=en").wants(http.StatusOK).lint("en")
}
