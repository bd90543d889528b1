package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
	"capdo/internal/web"
)

// TestAccountsByTwo: an account from the request to the first session, through
// the pages, in both languages.
func TestAccountsByTwo(t *testing.T) {
	h := open(t, nil)
	one, two := h.as("quantri"), h.as("quantri2")
	form := url.Values{"login": {"moi.h56"}, "name": {"Cán bộ mới"}, "capacity": {"operator"}, "body": {"H56"}, "ground": {"Văn bản 1/TB"}}
	one.post("/accounts/new", url.Values{"login": {"Có Dấu"}}).wants(http.StatusUnprocessableEntity).lint("vi")
	one.post("/accounts/new", form).wants(http.StatusSeeOther)
	p := one.get("/accounts").wants(http.StatusOK)
	if len(p.all("form[action$='/confirm']")) != 0 {
		t.Error("who asked is offered to confirm")
	}
	p = two.get("/accounts?lang=en").wants(http.StatusOK)
	p.lint("en")
	confirm := attr(p.one("form[action$='/confirm']"), "action")
	one.post(confirm, nil).wants(http.StatusForbidden)
	h.as("vanhanh").post(confirm, nil).wants(http.StatusNotFound)
	p = two.post(confirm, nil).wants(http.StatusOK)
	code, ok := strings.CutPrefix(p.text("main code"), "https://capdo.example/enrol#")
	if !ok {
		t.Fatalf("link %q", p.text("main code"))
	}
	two.get("/accounts/moi.h56").wants(http.StatusOK).lint("en")
	new := h.stranger()
	new.post("/enrol", url.Values{"token": {code}}).wants(http.StatusOK).lint("vi")
	new.post("/enrol", url.Values{"token": {code}, "password": {"ngắn"}}).wants(http.StatusUnprocessableEntity).lint("vi")
	new.post("/enrol", url.Values{"token": {code}, "password": {"một câu dài dễ nhớ"}}).wants(http.StatusSeeOther)
	new.get("/account?done=ac.enrolled").wants(http.StatusOK).lint("vi")
	new.post("/enrol", url.Values{"token": {code}}).wants(http.StatusUnprocessableEntity)
	new.get("/systems/new").wants(http.StatusOK)

	one.post("/accounts/moi.h56/disable", url.Values{"ground": {""}}).wants(http.StatusUnprocessableEntity).lint("vi")
	one.post("/accounts/moi.h56/disable", url.Values{"ground": {"Nghỉ việc"}}).wants(http.StatusSeeOther)
	if p := new.get("/systems/new"); p.status != http.StatusSeeOther {
		t.Errorf("a disabled account reads on: %d", p.status)
	}
}

// TestAccountForms: each form of the administrators is drawn in both languages,
// and another act is absent.
func TestAccountForms(t *testing.T) {
	h := open(t, nil)
	b := h.as("quantri")
	for _, path := range []string{"/accounts", "/accounts/new", "/accounts/vanhanh", "/accounts/vanhanh/rights", "/accounts/vanhanh/enable", "/accounts/vanhanh/reset", "/accounts/vanhanh/bind", "/accounts/vanhanh/rebind", "/accounts/vanhanh/disable"} {
		for _, lang := range []string{"vi", "en"} {
			b.get(path + "?lang=" + lang).wants(http.StatusOK).lint(lang)
		}
	}
	for _, path := range []string{"/accounts/vanhanh/king", "/accounts/nobody", "/accounts/nobody/reset"} {
		b.get(path).wants(http.StatusNotFound)
	}
	for _, login := range []string{"vanhanh", "chuquan", "bca", "kiemtoan"} {
		other := h.as(login)
		absent := other.get("/nothing")
		for _, path := range []string{"/accounts", "/accounts/new", "/accounts/vanhanh", "/accounts/vanhanh/rights"} {
			if p := other.get(path); p.status != absent.status || p.text("main") != absent.text("main") {
				t.Errorf("%s at %s: %d", login, path, p.status)
			}
		}
	}
}

// TestOwnSessions: one sees one's sessions and ends them; another's are as absent
// as none.
func TestOwnSessions(t *testing.T) {
	h := open(t, nil)
	here, there, other := h.as("vanhanh"), h.as("vanhanh"), h.as("vanhanh2")
	p := here.get("/account?lang=en")
	p.lint("en")
	if n := len(p.all("form[action='/account/sessions'] input[name=session]")); n != 2 {
		t.Fatalf("%d sessions", n)
	}
	theirs := attr(other.get("/account").one("input[name=session]"), "value")
	here.post("/account/sessions", url.Values{"session": {theirs}}).wants(http.StatusSeeOther)
	other.get("/account").wants(http.StatusOK)
	here.post("/account/sessions", nil).wants(http.StatusSeeOther)
	there.get("/account").wants(http.StatusSeeOther)
	own := attr(here.get("/account").one("input[name=session]"), "value")
	here.post("/account/sessions", url.Values{"session": {own}}).wants(http.StatusSeeOther)
	here.get("/account").wants(http.StatusSeeOther)
}

// TestRebindAll: accounts of bodies that ended are asked to move, once.
func TestRebindAll(t *testing.T) {
	h := open(t, func(c *web.Config) {
		c.Registrar.Bodies = func(context.Context) ([]approval.Agency, error) {
			return []approval.Agency{{Code: "H01", EndedOn: "2025-06-30", Successor: "H56"}, {Code: "H56"}}, nil
		}
		a := identity.Account{Login: "cu", Name: "x", Actor: storetest.Actor(law.RoleOperator, "H01")}
		if err := c.Registrar.Store.(*store.Store).AddAccount(context.Background(), storetest.Keeper(), c.Clock(), "law", a); err != nil {
			t.Fatal(err)
		}
	})
	b := h.as("quantri")
	for range 2 {
		b.post("/account-requests/rebind", nil).wants(http.StatusSeeOther)
	}
	if n := len(b.get("/accounts").all("form[action$='/refuse']")); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// TestAdministratorIdle: who administers is out after five minutes.
func TestAdministratorIdle(t *testing.T) {
	h := open(t, nil)
	b, officer := h.as("quantri"), h.as("vanhanh")
	h.clock.T = h.clock.T.Add(5 * time.Minute)
	b.get("/accounts").wants(http.StatusSeeOther)
	officer.get("/").wants(http.StatusOK)
}
