package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestSeveral: several dossiers are judged at once, each by an act of its own;
// one that changed meanwhile is refused with its reason and holds up none.
func TestSeveral(t *testing.T) {
	h := open(t, nil)
	var codes []string
	for _, name := range []string{"Một cửa", "Hai cửa", "Ba cửa"} {
		codes = append(codes, storetest.Lead(t, h.office, "H56", name, storetest.Submitted).Code)
	}
	other := storetest.Lead(t, h.office, "H41", "Của tỉnh khác", storetest.Submitted).Code
	unit := h.as("chuyentrach")
	p := unit.get("/queue").wants(http.StatusOK)
	if n := len(p.all(`input[name=code]`)); n != 3 {
		t.Fatalf("%d dossiers to choose, want 3", n)
	}
	q := url.Values{"act": {approval.ActReceive}, "code": codes}
	p = unit.get("/queue/several?" + q.Encode()).wants(http.StatusOK)
	if got := p.text("h1"); got != "Kiểm tra tiếp nhận hồ sơ: 3 hồ sơ" || !strings.Contains(p.text(".buttons"), "(3 hồ sơ)") {
		t.Errorf("the page does not name the count: %q", got)
	}
	unit.get("/queue/several?act=receive").wants(http.StatusUnprocessableEntity)
	unit.get("/queue/several?act=plan&code=" + codes[0]).wants(http.StatusUnprocessableEntity)
	unit.get("/queue/several?act=receive&code=" + other).wants(http.StatusNotFound)
	in := url.Values{"act": {approval.ActReceive}, "complete": {""}}
	for _, n := range p.all(`form.form input[name=item]`) {
		in.Add("item", attr(n, "value"))
	}
	unit.post("/queue/several", in).wants(http.StatusUnprocessableEntity).one(`.errors a[href="#complete"]`)
	in.Set("complete", "yes")

	before := h.entries()
	moved := h.system(codes[1]) // changes meanwhile
	if _, err := h.office.Inspect(t.Context(), storetest.Actor(law.RoleOperator, "H56"), moved.Code, moved.Version, approval.InspectionInput{Kind: approval.InspectionCheck, On: "2026-11-22", Performer: "A"}); err != nil {
		t.Fatal(err)
	}
	p = unit.post("/queue/several", in).wants(http.StatusOK)
	if got := p.text(".lead"); got != "Đã thực hiện 2 trên 3 hồ sơ." {
		t.Errorf("result: %q", got)
	}
	if got := p.text("tbody tr:nth-child(2) td:last-child"); !strings.Contains(got, "Không được ghi") || !strings.Contains(got, "vừa được người khác cập nhật") {
		t.Errorf("the refused one gives no reason: %q", got)
	}
	if got := h.entries(); got != before+3 { // the inspection, and one for each done
		t.Errorf("%d entries after %d", got, before)
	}
	for i, want := range []bool{true, false, true} {
		if s := h.system(codes[i]); (s.Last().Received() != nil) != want {
			t.Errorf("%s: received %v", codes[i], s.Last().Receipts)
		}
	}
}

// entries is the size of the ledger.
func (h *house) entries() (n int64) {
	h.t.Helper()
	err := h.office.Store.View(h.t.Context(), storetest.Keeper(), func(r approval.Reader) error {
		head, err := r.Head()
		n = head.Size
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// TestHolds: a dossier is taken, seen as taken, filtered, given back; another's
// is absent.
func TestHolds(t *testing.T) {
	h := open(t, nil)
	s := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Submitted)
	storetest.Lead(t, h.office, "H56", "Hai cửa", storetest.Submitted)
	at := "/systems/" + s.Code + "/review"
	unit := h.as("chuyentrach")
	h.as("nghean").post(at+"/hold", url.Values{"kind": {"take"}}).wants(http.StatusNotFound)
	h.as("vanhanh").post(at+"/hold", url.Values{"kind": {"take"}}).wants(http.StatusForbidden)
	unit.post(at+"/hold", url.Values{"kind": {"release"}}).wants(http.StatusConflict)
	unit.post(at+"/hold", url.Values{"kind": {"take"}}).leads(at + "?done=hold")
	unit.post(at+"/hold", url.Values{"kind": {"take"}}).wants(http.StatusConflict)
	unit.post(at+"/hold", url.Values{"kind": {"hand"}, "login": {"vanhanh"}}).wants(http.StatusUnprocessableEntity)
	for query, want := range map[string]int{"": 2, "?holder=me": 1, "?holder=free": 1, "?q=hai+c%E1%BB%ADa": 1, "?level=4": 0, "?owner=H56&level=3": 2, "?act=receive&page=9": 2} {
		if got := len(unit.get("/queue" + query).wants(http.StatusOK).all("tbody input[name=code]")); got != want {
			t.Errorf("%s: %d items, want %d", query, got, want)
		}
	}
	if got := unit.get("/queue").text("#load-h + table tbody"); got != "Cán bộ chuyentrach 1 0" {
		t.Errorf("load: %q", got)
	}
	unit.post(at+"/hold", url.Values{"kind": {"release"}}).leads(at + "?done=hold")
	if got := unit.get("/queue").text("#load-h"); got != "" {
		t.Errorf("load after the release: %q", got)
	}
}
