package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"capdo/internal/identity"
	"capdo/internal/store/storetest"
)

// TestTypedTooLateIsKept: a remark and an appraisal sent after the session had
// ended stand on their pages again once their sender has signed in; nobody else
// gets them, and nothing was done.
func TestTypedTooLateIsKept(t *testing.T) {
	h := open(t, nil)
	x := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Submitted)
	desk, act := "/systems/"+x.Code+"/review", "/systems/"+x.Code+"/appraisal"
	for _, tt := range []struct{ action, page, field, typed string }{
		{desk + "/remarks", desk, "text", "Nêu rõ các xã"},
		{act, act, "comment", "Hồ sơ đủ"},
	} {
		in := url.Values{"kind": {"ask"}, "target": {"field:scope"}, "outcome": {"fit"}, tt.field: {tt.typed}}
		b := h.as("chuyentrach")
		b.get(tt.page).wants(http.StatusOK)
		h.clock.T = h.clock.T.Add(identity.IdleLimit)
		b.post(tt.action, in).leads("/sign-in?next=" + url.QueryEscape(tt.page))
		enter := func(login string) string {
			b.post("/sign-in", url.Values{"login": {login}, "password": {password}}).wants(http.StatusSeeOther)
			return b.get(tt.page).text("main")
		}
		if got := enter("chuquan"); strings.Contains(got, tt.typed) {
			t.Errorf("%s: another account is shown it", tt.action)
		}
		b.post("/sign-out", url.Values{})
		if got := enter("chuyentrach"); !strings.Contains(got, tt.typed) {
			t.Errorf("%s: what was typed is not on its page", tt.action)
		}
		if got := b.get(tt.page).text("main"); strings.Contains(got, tt.typed) {
			t.Errorf("%s: it is shown twice", tt.action)
		}
	}
	if s := h.system(x.Code); s.Version != x.Version {
		t.Error("something was done")
	}
}

// TestPageSaysWhenTheSessionEnds: in Viet Nam's time; asking lengthens it, up to
// the limit that nothing lengthens, and not for who is not signed in.
func TestPageSaysWhenTheSessionEnds(t *testing.T) {
	h := open(t, nil)
	b := h.as("vanhanh")
	started := h.clock.T
	says := func(want, left, fixed string) {
		t.Helper()
		n := b.get("/systems").wants(http.StatusOK).one(".session")
		if attr(n, "data-until") != want || attr(n, "data-left") != left || attr(n, "data-fixed") != fixed {
			t.Errorf("until %q, %q left, fixed %q; want %q, %q, %q", attr(n, "data-until"), attr(n, "data-left"), attr(n, "data-fixed"), want, left, fixed)
		}
	}
	says("12:15", "900", "")
	h.clock.T = h.clock.T.Add(10 * time.Minute)
	if got := b.post("/session", url.Values{}).wants(http.StatusOK).body; !strings.Contains(got, `"until":"12:25","left":900,"warn":300,"fixed":false,"of":"`) {
		t.Errorf("asked to go on: %s", got)
	}
	for h.clock.T.Sub(started) < identity.AbsoluteLimit-10*time.Minute {
		b.post("/session", url.Values{}).wants(http.StatusOK)
		h.clock.T = h.clock.T.Add(10 * time.Minute)
	}
	says("20:00", "600", "yes")
	h.stranger().post("/session", url.Values{}).leads("/sign-in?next=%2Fsession")
	n := h.as("quantri").get("/accounts").wants(http.StatusOK).one(".session") // five minutes, of which the last half is warned of
	if attr(n, "data-left") != "300" || attr(n, "data-warn") != "150" || attr(n, "data-of") == "" {
		t.Errorf("who administers is told of %q s, warned at %q", attr(n, "data-left"), attr(n, "data-warn"))
	}
}

// TestKeysAreOffUntilTurnedOn: for one browser, by a form.
func TestKeysAreOffUntilTurnedOn(t *testing.T) {
	h := open(t, nil)
	b := h.as("chuyentrach")
	on := func() string { return attr(b.get("/queue").wants(http.StatusOK).one(".keys"), "data-keys") }
	if on() != "" {
		t.Error("the keys are on before anybody wanted them")
	}
	b.post("/keys", url.Values{"keys": {"on"}, "back": {"/queue?q=a"}}).leads("/queue?q=a")
	if on() != "on" {
		t.Error("the keys stay off")
	}
	b.post("/keys", url.Values{"keys": {"off"}, "back": {"https://elsewhere.example/"}}).leads("/")
	if on() != "" {
		t.Error("the keys stay on")
	}
}
