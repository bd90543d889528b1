package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"capdo/internal/notice"
	"capdo/internal/store"
	"capdo/internal/web"
)

// withNotices is a site whose server can send mail.
func withNotices(t *testing.T) *house {
	t.Helper()
	return open(t, func(c *web.Config) {
		s := c.Office.Store.(*store.Store)
		c.Notices = &notice.Desk{Store: s, Clock: c.Clock, Key: []byte(strings.Repeat("k", 32)), Mail: true}
	})
}

// TestNotices: an account asks for notices, sees its own and nobody else's, and
// ends them; a wrong address comes back as typed beside the field.
func TestNotices(t *testing.T) {
	h := withNotices(t)
	officer, other := h.as("vanhanh"), h.as("bca")
	if len(officer.get("/").all("a[href='/notices']")) != 1 {
		t.Error("no link on the first page")
	}
	officer.get("/notices").wants(http.StatusOK).lint("vi")
	in := url.Values{"kinds": {"submitted", "revoked"}, "channel": {"webhook"}, "address": {"http://hook.example"}, "mode": {"at_once"}}
	p := officer.fill("/notices", in).wants(http.StatusUnprocessableEntity)
	p.lint("vi")
	if got := p.text("#address-error"); !strings.Contains(got, "Nhập địa chỉ https") {
		t.Errorf("error at the field: %q", got)
	}
	if got := attr(p.one("#address"), "value"); got != "http://hook.example" {
		t.Errorf("what was typed is gone: %q", got)
	}
	in.Set("address", "https://hook.example/in")
	p = officer.fill("/notices", in).wants(http.StatusSeeOther)
	at := strings.TrimSuffix(p.header.Get("Location"), "?done=notice")
	for _, lang := range []string{"en", "vi"} {
		officer.get("/notices?lang=" + lang).wants(http.StatusOK).lint(lang)
		officer.get(at + "?lang=" + lang).wants(http.StatusOK).lint(lang)
	}
	page := officer.get(at).wants(http.StatusOK)
	secret := page.text("details code")
	if !strings.HasPrefix(secret, "whsec_") {
		t.Errorf("secret %q", secret)
	}
	absent := other.get("/notices/none").wants(http.StatusNotFound)
	if theirs := other.get(at).wants(http.StatusNotFound); theirs.text("main") != absent.text("main") {
		t.Error("another's subscription is told from one that does not exist")
	}
	for _, act := range []string{"/end", "/secret", "/again"} {
		other.post(at+act, url.Values{"event": {"entry:1"}}).wants(http.StatusNotFound)
	}
	officer.post(at+"/secret", url.Values{}).leads(at + "?done=notice.secret")
	if again := officer.get(at).text("details code"); again == secret {
		t.Error("the secret is the same")
	}
	officer.post(at+"/end", url.Values{}).leads(at + "?done=notice.end")
	if got := officer.get("/notices").text("tbody tr td:last-child"); got != "Đã dừng" {
		t.Errorf("state %q", got)
	}
	officer.post(at+"/end", url.Values{}).wants(http.StatusConflict)
}

// TestNoNotices: without a desk there is no page.
func TestNoNotices(t *testing.T) {
	h := open(t, nil)
	h.as("vanhanh").get("/notices").wants(http.StatusNotFound)
}
