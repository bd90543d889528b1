package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/openid"
	"capdo/internal/store/storetest"
	"capdo/internal/web"
)

// openly seals nothing; for tests.
type openly struct{}

func (openly) Seal(_, text string) (string, error)   { return text, nil }
func (openly) Open(_, sealed string) (string, error) { return sealed, nil }

// TestFallback: under the policy that takes password and code, an account without
// a second factor reaches nothing but its own page; with an app it decides, and
// the entry says by what.
func TestFallback(t *testing.T) {
	var desk *identity.Desk
	h := open(t, func(c *web.Config) {
		c.Desk.Policy, c.Desk.Sealer = identity.Fallback, openly{}
		c.Office.Assure, desk = c.Desk.Assure, c.Desk
	})
	s := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Appraised)
	b := h.as("chuquan")
	if p := b.get("/systems"); p.status != http.StatusSeeOther || p.header.Get("Location") != "/account" {
		t.Errorf("a password alone: %d to %s", p.status, p.header.Get("Location"))
	}
	b.get("/account?lang=en").wants(http.StatusOK).lint("en")
	p := b.get("/account/app?lang=vi").wants(http.StatusOK)
	p.lint("vi")
	secret := attr(p.one("input[name=secret]"), "value")
	b.post("/account/app", url.Values{"secret": {secret}, "code": {"000000"}}).wants(http.StatusUnprocessableEntity).lint("vi")
	code := func() string {
		h.clock.T = h.clock.T.Add(30 * time.Second)
		c, err := identity.AppCode(secret, h.clock.T)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	b.post("/account/app", url.Values{"secret": {secret}, "code": {code()}}).wants(http.StatusSeeOther)
	b.get("/account/app").wants(http.StatusForbidden) // a session by password alone changes nothing any more

	b = h.stranger()
	b.post("/sign-in", url.Values{"login": {"chuquan"}, "password": {password}, "code": {"000000"}}).wants(http.StatusUnprocessableEntity)
	b.post("/sign-in", url.Values{"login": {"chuquan"}, "password": {password}, "code": {code()}}).wants(http.StatusSeeOther)
	b.get("/systems").wants(http.StatusOK)
	b.post("/account/recovery", nil).wants(http.StatusOK).lint("vi")
	form := url.Values{"outcome": {"approve"}, "number": {"1/QĐ"}, "decided_on": {law.DayOf(h.clock.T).Time().Format("02/01/2006")}}
	p = b.fill("/systems/"+s.Code+"/decision", form).wants(http.StatusOK)
	p.lint("vi")
	again := url.Values{"word_password": {password}, "word_code": {"000000"}}
	for _, n := range p.all("form.form input[type=hidden]") {
		again.Set(attr(n, "name"), attr(n, "value"))
	}
	b.post("/systems/"+s.Code+"/decision", again).wants(http.StatusUnprocessableEntity).lint("vi")
	again.Set("word_code", code())
	b.post("/systems/"+s.Code+"/decision", again).wants(http.StatusSeeOther)
	err := h.office.Store.View(t.Context(), storetest.Keeper(), func(r approval.Reader) error {
		es, err := r.Entries(s.Code)
		if e := es[len(es)-1]; err == nil && (e.Assurance == nil || e.Assurance.Signed == nil || e.Assurance.Signed.Method != "password+totp" || e.Assurance.Method != "password+totp") {
			t.Errorf("entry %+v", e.Assurance)
		}
		return err
	})
	if err != nil || desk == nil {
		t.Fatal(err)
	}

	codes := []string{storetest.Lead(t, h.office, "H56", "Hai cửa", storetest.Appraised).Code, storetest.Lead(t, h.office, "H56", "Ba cửa", storetest.Appraised).Code}
	p = b.get("/queue/several?" + url.Values{"act": {approval.ActDecide}, "code": codes}.Encode()).wants(http.StatusOK)
	all := p.carried("form.form")
	for _, name := range []string{"outcome", "number", "decided_on"} {
		all.Set(name, form.Get(name))
	}
	p = b.post("/queue/several", all).wants(http.StatusOK)
	p.lint("vi")
	if !strings.Contains(p.text("main"), codes[0]) || !strings.Contains(p.text("main"), codes[1]) {
		t.Errorf("the page does not list what the word is for: %s", p.text("main"))
	}
	all = p.carried("form.form")
	all.Set("word_password", password)
	all.Set("word_code", code())
	p = b.post("/queue/several", all).wants(http.StatusOK)
	if got := p.text(".lead"); got != "Đã thực hiện 2 trên 2 hồ sơ." {
		t.Error(got)
	}
}

// TestElsewhereOnThePages: a provider has its button; one that cannot be reached,
// and an answer nobody waits for, are refused in words that tell nothing.
func TestElsewhereOnThePages(t *testing.T) {
	h := open(t, func(c *web.Config) {
		c.Elsewhere = &openid.Door{Desk: c.Desk, Origin: c.Origin, Client: openid.NewClient(http.DefaultTransport), Clock: c.Clock,
			Providers: []openid.Provider{{ID: "vneid", Name: "Định danh điện tử", Issuer: "http://127.0.0.1:1", ClientID: "capdo"}}}
	})
	b := h.stranger()
	p := b.get("/sign-in?lang=vi").wants(http.StatusOK)
	p.lint("vi")
	if !strings.Contains(p.text("form[action='/sign-in/with/vneid']"), "Định danh điện tử") {
		t.Error("no button")
	}
	p = b.post("/sign-in/with/vneid", nil).wants(http.StatusUnprocessableEntity)
	p.lint("vi")
	if strings.Contains(p.body, "refused") || !strings.Contains(h.log.String(), "discovery") {
		t.Error("why stands on the page, or not in the log")
	}
	b.get("/sign-in/with/vneid?state=x&code=y").wants(http.StatusUnprocessableEntity)
	b.post("/sign-in/with/other", nil).wants(http.StatusNotFound)
}
