package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/identity/softkey"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
	"capdo/internal/web"
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

// TestSeveralSigned: where each decision wants its actor's signature, several are
// signed at once: the page lists what is signed; what changed before it is left
// out, what changed after it is refused, and the others are decided, each with an
// entry that holds by itself.
func TestSeveralSigned(t *testing.T) {
	h := open(t, func(c *web.Config) {
		c.Desk.Policy, c.Desk.Site = identity.Strict, &identity.Site{ID: "capdo.example", Origin: "https://capdo.example"}
		c.Office.Assure = c.Desk.Assure
	})
	var codes []string
	for _, name := range []string{"Một cửa", "Hai cửa", "Ba cửa", "Bốn cửa"} {
		codes = append(codes, storetest.Lead(t, h.office, "H56", name, storetest.Appraised).Code)
	}
	owner, key := h.withPasskey("chuquan")
	p := owner.get("/queue/several?" + url.Values{"act": {approval.ActDecide}, "code": codes}.Encode()).wants(http.StatusOK)
	p.lint("vi")
	if !strings.Contains(p.text("main"), "ký bằng khóa truy cập, một lần cho tất cả") {
		t.Error("the confirming page does not say what comes next")
	}
	in := url.Values{"act": {approval.ActDecide}, "outcome": {"approve"}, "number": {"12/QĐ"}, "decided_on": {"22/11/2026"}}
	for _, n := range p.all(`form.form input[name=item]`) {
		in.Add("item", attr(n, "value"))
	}
	h.inspects(codes[0])
	p = owner.post("/queue/several", in).wants(http.StatusOK)
	p.lint("vi")
	for i, want := range []string{"Không ký: đã thay đổi", "Sẽ được ký", "Sẽ được ký", "Sẽ được ký"} {
		if row := p.text("tbody tr:nth-child(" + strconv.Itoa(i+1) + ")"); !strings.Contains(row, want) || !strings.Contains(row, codes[i]) {
			t.Errorf("row %d: %q, want %q", i, row, want)
		}
	}
	if got := p.text("form[data-options] .buttons"); !strings.Contains(got, "Ký một lần cho 3 hồ sơ") || !strings.Contains(p.text("noscript"), "JavaScript đang tắt") {
		t.Errorf("the button says %q", got)
	}
	signed := p.carried("form[data-options]")
	answer, err := key.Get(attr(p.one("form[data-options]"), "data-options"))
	if err != nil {
		t.Fatal(err)
	}
	h.inspects(codes[2])
	signed.Set("credential", string(answer))
	size := h.entries()
	p = owner.post("/queue/several", signed).wants(http.StatusOK)
	p.lint("vi")
	for i, want := range []string{"Không được ghi", "Đã ghi", "Không được ghi", "Đã ghi"} {
		row := p.text("tbody tr:nth-child(" + strconv.Itoa(i+1) + ")")
		if !strings.Contains(row, want) || (want == "Không được ghi") != strings.Contains(row, "vừa được người khác cập nhật") {
			t.Errorf("row %d: %q, want %q", i, row, want)
		}
	}
	if got := p.text(".lead"); got != "Đã thực hiện 2 trên 4 hồ sơ." || h.entries() != size+2 {
		t.Errorf("%q, %d entries after %d", got, h.entries(), size)
	}
	p = owner.post("/queue/several", signed).wants(http.StatusOK) // a signature is good once
	if got := p.text(".lead"); got != "Đã thực hiện 0 trên 4 hồ sơ." || h.entries() != size+2 {
		t.Errorf("a signature given again: %q", got)
	}
	r, err := h.office.Store.(*store.Store).Verify(t.Context())
	if err != nil || len(r.Violations) > 0 {
		t.Errorf("%+v, %v", r.Violations, err)
	}
}

// inspects changes a system meanwhile.
func (h *house) inspects(code string) {
	h.t.Helper()
	s := h.system(code)
	if _, err := h.office.Inspect(h.t.Context(), storetest.Actor(law.RoleOperator, "H56"), code, s.Version, approval.InspectionInput{Kind: approval.InspectionCheck, On: "2026-11-22", Performer: "A"}); err != nil {
		h.t.Fatal(err)
	}
}

// withPasskey is a browser signed in with a passkey of an account.
func (h *house) withPasskey(login string) (*browser, *softkey.Key) {
	h.t.Helper()
	key, err := softkey.New("capdo.example", "https://capdo.example")
	if err != nil {
		h.t.Fatal(err)
	}
	b := h.as(login)
	answer, err := key.Create(b.post("/account/passkeys/options", nil).wants(http.StatusOK).body)
	if err != nil {
		h.t.Fatal(err)
	}
	b.post("/account/passkeys", url.Values{"label": {"máy"}, "credential": {string(answer)}}).wants(http.StatusSeeOther)
	b = h.stranger()
	if answer, err = key.Get(b.post("/sign-in/passkey/options", nil).wants(http.StatusOK).body); err != nil {
		h.t.Fatal(err)
	}
	b.post("/sign-in/passkey", url.Values{"credential": {string(answer)}}).wants(http.StatusSeeOther)
	return b, key
}

// carried are the hidden values of a form.
func (p *page) carried(form string) url.Values {
	p.t.Helper()
	in := url.Values{}
	for _, n := range p.all(form + " input[type=hidden]") {
		if attr(n, "value") != "" {
			in.Add(attr(n, "name"), attr(n, "value"))
		}
	}
	return in
}
