package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"capdo/internal/sheet"
)

// TestTablesOutAndIn: a table is taken away, brought back wrong and told so,
// brought back right, tried, and carried out once.
func TestTablesOutAndIn(t *testing.T) {
	h := open(t, nil)
	a := h.as("vanhanh")
	bring := func(name string, body []byte) *page {
		var files map[string][]byte
		if name != "" {
			files = map[string][]byte{name: body}
		}
		return a.upload("/import", nil, files)
	}
	registered(a, "Cổng thông tin")
	p := a.get("/systems").wants(http.StatusOK)
	if got := p.text("main"); !strings.Contains(got, "Nhập từ Excel") || !strings.Contains(got, "(CSV)") {
		t.Errorf("the register leads to no table: %s", got)
	}
	csv := a.get("/tables/register.csv").wants(http.StatusOK)
	if got := csv.header.Get("Content-Disposition"); !strings.Contains(got, "register.csv") {
		t.Errorf("named %s", got)
	}
	table := csv.body
	if b := a.get("/tables/register.xlsx").wants(http.StatusOK).body; !strings.HasPrefix(b, "PK") {
		t.Error("no workbook")
	}
	for _, path := range []string{"/tables/register.pdf", "/tables/checklist.xlsx", "/systems/H56-0001/tables/register.xlsx", "/import/none", "/systems/H56-0001/import/register"} {
		a.get(path).wants(http.StatusNotFound)
	}
	a.get("/import").wants(http.StatusOK).lint("vi")
	a.get("/systems/H56-0001/import/dossier").wants(http.StatusOK).lint("vi")
	a.get("/import?lang=en").wants(http.StatusOK).lint("en")
	a.get("/import?lang=vi")
	bring("", nil).wants(http.StatusUnprocessableEntity).lint("vi")
	bring("to.xlsx", make([]byte, sheet.MaxFile+1)).wants(http.StatusUnprocessableEntity).lint("vi")

	// Wrong: the reason stands on the page and in the copy; nothing is written.
	wrong := bring("so.csv", []byte(strings.Replace(table, "Đang vận hành", "Đang chạy", 1)))
	at := wrong.header.Get("Location")
	p = a.get(at).wants(http.StatusOK)
	p.lint("vi")
	if got := p.text("main"); !strings.Contains(got, "Chọn trong danh mục: Đang vận hành; Xây dựng mới") || !strings.Contains(got, "E-CELL-CHOICE") || len(p.all("main form")) != 0 {
		t.Errorf("the report: %s", got)
	}
	if b := a.get(at + "/copy").wants(http.StatusOK).body; !strings.HasPrefix(b, "PK") {
		t.Error("no copy")
	}
	a.post(at, nil).wants(http.StatusUnprocessableEntity)
	h.as("vanhanh2").get(at).wants(http.StatusNotFound) // another account of the same body
	h.as("kiemtoan").get("/import").wants(http.StatusOK)

	// Right: tried first, then all of it.
	right := bring("so.csv", []byte(strings.Replace(table, "Cổng thông tin", "Cổng thông tin tỉnh", 1)))
	at = right.header.Get("Location")
	p = a.get(at).wants(http.StatusOK)
	p.lint("vi")
	if got := p.text("main"); !strings.Contains(got, "chưa ghi gì") || !strings.Contains(got, "Tên hệ thống thông tin") {
		t.Errorf("the dry run: %s", got)
	}
	if got := a.get("/systems/H56-0001").text("h1"); got != "Cổng thông tin" {
		t.Fatalf("written by a dry run: %s", got)
	}
	p = a.post(at, nil).wants(http.StatusOK)
	p.lint("vi")
	if got := p.text("main"); !strings.Contains(got, "Đã nhập xong") {
		t.Errorf("imported: %s", got)
	}
	if p := a.get("/systems/H56-0001"); p.text("h1") != "Cổng thông tin tỉnh" || !strings.Contains(p.text("main"), "Sửa thông tin đăng ký") {
		t.Errorf("the system: %s", p.text("main"))
	}
	a.get(at).wants(http.StatusNotFound) // given up once carried out

	// What is held is held for a while.
	at = bring("so.csv", []byte(table)).header.Get("Location")
	a.get(at).wants(http.StatusOK)
	h.clock.T = h.clock.T.Add(61 * time.Minute)
	h.as("vanhanh").get(at).wants(http.StatusNotFound)
}
