package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
	"capdo/internal/web"
)

// withDelegations is a site on which capacities may be lent.
func withDelegations(t *testing.T) *house {
	t.Helper()
	return open(t, func(c *web.Config) {
		c.Delegations = &approval.Delegations{Store: c.Office.Store.(*store.Store), Book: c.Book, Clock: c.Clock}
	})
}

// TestDelegations: a capacity is lent, shown in the delegate's queue, used on the
// delegate's own account, and counts for nothing at the request after its end.
func TestDelegations(t *testing.T) {
	h := withDelegations(t)
	s := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Submitted)
	next := storetest.Lead(t, h.office, "H56", "Hai cửa", storetest.Submitted)
	unit, owner, other := h.as("chuyentrach"), h.as("chuquan"), h.as("bca")
	if len(owner.get("/").all("a[href='/delegations']")) != 1 || len(owner.get("/queue").all("a[href='/delegations']")) != 1 {
		t.Error("no link on the first page or the queue")
	}
	if got := owner.get("/queue").text(".empty"); got == "" {
		t.Error("the owner has work before anything was lent")
	}
	owner.get("/systems/" + s.Code + "/receipt").wants(http.StatusForbidden)
	if n := len(h.as("vanhanh").get("/delegations").wants(http.StatusOK).all("form.form")); n != 0 {
		t.Error("an operator is shown the form")
	}
	in := url.Values{"to": {"vanhanh3"}, "levels": {"3"}, "from_on": {"22/11/2026"}, "until_on": {"01/12/2026"}, "number": {"15/UQ"}, "document_on": {"20/11/2026"}}
	p := unit.fill("/delegations", in).wants(http.StatusUnprocessableEntity)
	p.lint("vi")
	if got := p.text("#to-error"); !strings.Contains(got, "người khác trong cơ quan") || attr(p.one("#to"), "value") != "vanhanh3" {
		t.Errorf("an unknown delegate: %q", got)
	}
	in.Set("to", "chuquan")
	p = unit.fill("/delegations", in).wants(http.StatusSeeOther)
	at := strings.TrimSuffix(p.header.Get("Location"), "?done=dg")
	for _, b := range []*browser{unit, owner} {
		for _, lang := range []string{"en", "vi"} {
			b.get("/delegations?lang=" + lang).wants(http.StatusOK).lint(lang)
			b.get(at + "?lang=" + lang).wants(http.StatusOK).lint(lang)
		}
	}
	absent := other.get("/delegations/none").wants(http.StatusNotFound)
	if theirs := other.get(at).wants(http.StatusNotFound); theirs.text("main") != absent.text("main") {
		t.Error("another's delegation is told from one that does not exist")
	}
	if theirs, none := other.post(at+"/end", url.Values{"ground": {"x"}}).wants(http.StatusNotFound), other.post("/delegations/none/end", url.Values{"ground": {"x"}}).wants(http.StatusNotFound); theirs.text("main") != none.text("main") {
		t.Error("ending another's is told from ending what does not exist")
	}
	if got := owner.get("/queue").text("tbody tr th"); !strings.Contains(got, "Theo ủy quyền số 15/UQ, vai trò Đơn vị chuyên trách") {
		t.Errorf("the queue does not mark it: %q", got)
	}
	if got := owner.get("/systems/" + s.Code + "/receipt").wants(http.StatusOK).text("main"); !strings.Contains(got, "Theo ủy quyền số 15/UQ") {
		t.Errorf("the page of the act does not say under what: %q", got)
	}
	owner.fill("/systems/"+s.Code+"/receipt", url.Values{"complete": {"yes"}}).leads("/systems/" + s.Code + "?done=receipt")
	if r := h.received(s.Code); r == nil || r.By.Person != storetest.Actor("owner", "H56").Person || r.By.Account != "chuquan" || r.By.Capacity != "specialised_unit" {
		t.Errorf("receipt %+v", r)
	}
	if got := owner.get("/systems/" + s.Code).text("ol.timeline li:first-child"); !strings.Contains(got, "Đơn vị chuyên trách (theo ủy quyền số 15/UQ)") {
		t.Errorf("history: %q", got)
	}
	owner.post(at+"/end", url.Values{"ground": {"x"}}).wants(http.StatusForbidden)
	unit.post(at+"/end", url.Values{"ground": {""}}).wants(http.StatusUnprocessableEntity).lint("vi")
	form := owner.get("/systems/" + next.Code + "/receipt").wants(http.StatusOK)
	unit.post(at+"/end", url.Values{"ground": {"Hết việc"}}).leads(at + "?done=dg.end")
	late := url.Values{"complete": {"yes"}}
	for _, n := range form.all("form.form input[type=hidden]") {
		late.Set(attr(n, "name"), attr(n, "value"))
	}
	owner.post("/systems/"+next.Code+"/receipt", late).wants(http.StatusForbidden)
	if h.received(next.Code) != nil {
		t.Error("an act under what was withdrawn is on record")
	}
	if got := owner.get("/queue").text(".empty"); got == "" {
		t.Error("the queue still shows what was lent")
	}
	if got := owner.get("/delegations").text("tbody tr td:last-child"); got != "Đã chấm dứt" {
		t.Errorf("state %q", got)
	}
}

// received is the receipt of the latest dossier, nil when there is none.
func (h *house) received(code string) *approval.Receipt {
	h.t.Helper()
	s := h.system(code)
	return s.Last().Received()
}

// TestDelegatedSeveral: several dossiers are judged at once under a delegation.
func TestDelegatedSeveral(t *testing.T) {
	h := withDelegations(t)
	a := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Submitted).Code
	b := storetest.Lead(t, h.office, "H56", "Hai cửa", storetest.Submitted).Code
	h.as("chuyentrach").fill("/delegations", url.Values{"to": {"chuquan"}, "levels": {"3"}, "systems": {a}, "from_on": {"22/11/2026"}, "until_on": {"01/12/2026"}, "number": {"16/UQ"}, "document_on": {"20/11/2026"}}).wants(http.StatusSeeOther)
	owner := h.as("chuquan")
	p := owner.get("/queue/several?act=receive&code=" + a + "&code=" + b).wants(http.StatusOK)
	in := url.Values{"act": {"receive"}, "complete": {"yes"}}
	for _, n := range p.all(`form.form input[name=item]`) {
		in.Add("item", attr(n, "value"))
	}
	owner.post("/queue/several", in).wants(http.StatusOK)
	if h.received(a) == nil || h.received(b) != nil {
		t.Error("not exactly what the delegation covers was done")
	}
}

// TestNoDelegations: without the desk there is no page.
func TestNoDelegations(t *testing.T) {
	h := open(t, nil)
	h.as("chuyentrach").get("/delegations").wants(http.StatusNotFound)
}

// TestDelegateOfANationalBody: who sees nothing by its own account opens a system
// under the delegation, remarks and takes it in hand there, and sees none beyond.
func TestDelegateOfANationalBody(t *testing.T) {
	h := open(t, func(c *web.Config) {
		s := c.Office.Store.(*store.Store)
		c.Delegations = &approval.Delegations{Store: s, Book: c.Book, Clock: c.Clock}
		hash, err := hashOnce()
		if err != nil {
			t.Fatal(err)
		}
		clerk := identity.Account{Login: "vanthubca", Name: "Văn thư", Actor: storetest.Actor(law.RoleOperator, "G01"), PasswordHash: hash}
		if err := s.AddAccount(t.Context(), storetest.Keeper(), c.Clock(), "law", clerk); err != nil {
			t.Fatal(err)
		}
	})
	x := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Approved)
	beside := storetest.Lead(t, h.office, "H56", "Hai cửa", storetest.Approved)
	clerk, at := h.as("vanthubca"), "/systems/"+x.Code
	absent := clerk.get("/systems/H56-9999").wants(http.StatusNotFound)
	if got := clerk.get(at).wants(http.StatusNotFound); got.text("main") != absent.text("main") {
		t.Error("before the delegation the system is told from none")
	}
	h.as("bca").fill("/delegations", url.Values{"to": {"vanthubca"}, "levels": {"3"}, "systems": {x.Code}, "from_on": {"22/11/2026"}, "until_on": {"01/12/2026"}, "number": {"7/UQ"}, "document_on": {"20/11/2026"}}).wants(http.StatusSeeOther)
	for _, page := range []string{"", "/review", "/controls", "/checklist", "/confirmation"} {
		clerk.get(at + page).wants(http.StatusOK).lint("vi")
	}
	clerk.get("/systems/" + beside.Code).wants(http.StatusNotFound)
	clerk.get("/systems/" + beside.Code + "/review").wants(http.StatusNotFound)
	clerk.post(at+"/review/remarks", url.Values{"kind": {"ask"}, "target": {"field:scope"}, "text": {"Nêu rõ"}}).leads(at + "/review?done=remark#threads")
	if got := clerk.get(at + "/review").text(".thread"); !strings.Contains(got, "Nêu rõ") {
		t.Errorf("the remark under a delegation: %q", got)
	}
	clerk.fill(at+"/confirmation", url.Values{"outcome": {"confirm"}}).leads(at + "?done=confirmation")
	if st := h.system(x.Code); !st.Standing(h.clock.T).Confirmed {
		t.Error("not confirmed")
	}
}
