package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// field sends one field of a draft as the script does.
func (b *browser) field(method, path, ifMatch string, in url.Values) *page {
	b.h.t.Helper()
	r, err := http.NewRequest(method, b.h.server.URL+path, strings.NewReader(in.Encode()))
	if err != nil {
		b.h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", b.h.server.URL)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if ifMatch != "" {
		r.Header.Set("If-Match", ifMatch)
	}
	return b.do(r)
}

// seenOf is the tag with which a page shows a field.
func seenOf(p *page, id string) string {
	p.t.Helper()
	return `"` + attr(p.one(`input[name="seen.`+id+`"]`), "value") + `"`
}

// TestFieldSave: one field by itself, under If-Match.
func TestFieldSave(t *testing.T) {
	h := open(t, nil)
	a, b := h.as("vanhanh"), h.as("vanhanh2")
	at := registered(a, "Cổng thông tin")
	a.fill(at+"/facts", level3()).wants(http.StatusSeeOther)
	scope := at + "/dossier/fields/scope"
	pageA, pageB := a.get(at+"/dossier").wants(http.StatusOK), b.get(at+"/dossier").wants(http.StatusOK)
	tagA, tagB := seenOf(pageA, "scope"), seenOf(pageB, "scope")

	a.field(http.MethodPut, scope, "", url.Values{"scope": {"x"}}).wants(http.StatusPreconditionRequired)
	a.field(http.MethodPut, at+"/dossier/fields/none", tagA, url.Values{"none": {"x"}}).wants(http.StatusNotFound)
	p := a.field(http.MethodPut, at+"/dossier/fields/risk_assessed_on", seenOf(pageA, "risk_assessed_on"), url.Values{"risk_assessed_on": {"31/02/2026"}}).wants(http.StatusUnprocessableEntity)
	if !strings.Contains(p.body, "31/02/2026") {
		t.Errorf("what is wrong with the day: %s", p.body)
	}

	p = a.field(http.MethodPut, scope, tagA, url.Values{"scope": {"Của A"}}).wants(http.StatusOK)
	var said struct{ Tag, Says, By string }
	if err := json.Unmarshal([]byte(p.body), &said); err != nil || p.header.Get("ETag") != `"`+said.Tag+`"` || said.Says != "Đã lưu lúc 12:00" || said.By != "Cán bộ vanhanh lưu lúc 12:00" {
		t.Errorf("%q %+v %v", p.header.Get("ETag"), said, err)
	}
	again := a.field(http.MethodPatch, scope, tagA, url.Values{"scope": {"Của A"}}).wants(http.StatusOK)
	if again.header.Get("ETag") != p.header.Get("ETag") {
		t.Error("sent again it changed something")
	}
	if got := a.get(scope).wants(http.StatusOK); got.header.Get("ETag") != p.header.Get("ETag") {
		t.Errorf("GET has ETag %s, the save gave %s", got.header.Get("ETag"), p.header.Get("ETag"))
	}
	b.field(http.MethodPut, at+"/dossier/fields/scale", seenOf(pageB, "scale"), url.Values{"scale": {"Của B"}}).wants(http.StatusOK)

	stale := b.field(http.MethodPut, scope, tagB, url.Values{"scope": {"Của B"}}).wants(http.StatusPreconditionFailed)
	if got := stale.text(".clash-columns"); !strings.Contains(got, "Của A") || !strings.Contains(got, "Của B") || !strings.Contains(got, "Của Cán bộ vanhanh, 12:00") || len(stale.all("button[data-take]")) != 3 {
		t.Errorf("the choice: %s", got)
	}
	b.field(http.MethodPut, scope, stale.header.Get("ETag"), url.Values{"scope": {"Của B"}}).wants(http.StatusOK)
	hist := a.get(scope + "/history").wants(http.StatusOK)
	hist.lint("vi")
	if got := hist.text("tbody"); !strings.Contains(got, "Của A") || !strings.Contains(got, "Của B") {
		t.Errorf("history: %s", got)
	}
	if got := a.get(at + "/dossier").text("#field-scale .saved-by"); !strings.Contains(got, "Cán bộ vanhanh2 lưu lúc 12:00") {
		t.Errorf("who saved last: %q", got)
	}
}

// TestFieldOfAnother: another's field is as absent as one that is not there.
func TestFieldOfAnother(t *testing.T) {
	h := open(t, nil)
	at := registered(h.as("vanhanh"), "Cổng thông tin")
	other := h.as("nghean")
	for _, path := range []string{"/dossier/fields/scope", "/dossier/fields/scope/history"} {
		theirs, none := other.get(at+path).wants(http.StatusNotFound), other.get("/systems/H56-9999"+path).wants(http.StatusNotFound)
		if strings.ReplaceAll(theirs.body, at, "") != strings.ReplaceAll(none.body, "/systems/H56-9999", "") {
			t.Errorf("%s tells another's system from none", path)
		}
	}
	other.field(http.MethodPut, at+"/dossier/fields/scope", `"1.0.x"`, url.Values{"scope": {"x"}}).wants(http.StatusNotFound)
	h.as("chuyentrach").field(http.MethodPut, at+"/dossier/fields/scope", `"1.0.x"`, url.Values{"scope": {"x"}}).wants(http.StatusForbidden)
	h.stranger().field(http.MethodPut, at+"/dossier/fields/scope", `"1.0.x"`, url.Values{"scope": {"x"}}).wants(http.StatusUnauthorized)
}

// TestDraftWithoutScript: two people send the whole page. On different fields
// both stay; on the same field the second sees both and chooses.
func TestDraftWithoutScript(t *testing.T) {
	for _, take := range []struct{ choice, want string }{{"mine", "Của B"}, {"theirs", "Của A"}, {"edit", "Của B"}} {
		h := open(t, nil)
		a, b := h.as("vanhanh"), h.as("vanhanh2")
		at := registered(a, "Cổng thông tin")
		typed := func(p *page, in url.Values) url.Values {
			for _, n := range p.all(`form.form input[type=hidden]`) {
				in.Set(attr(n, "name"), attr(n, "value"))
			}
			in.Set("do", "save")
			return in
		}
		pa, pb := a.get(at+"/dossier"), b.get(at+"/dossier")
		a.post(at+"/dossier", typed(pa, url.Values{"scope": {"Của A"}, "scale": {"Quy mô A"}, "operator": {"Trung tâm Công nghệ thông tin"}, "served_parties": {"Người dân trong tỉnh"}})).wants(http.StatusSeeOther)
		p := b.post(at+"/dossier", typed(pb, url.Values{"scope": {"Của B"}, "zones": {"Vùng B"}, "operator": {"Trung tâm Công nghệ thông tin"}, "served_parties": {"Người dân trong tỉnh"}})).wants(http.StatusConflict)
		p.lint("vi")
		if got := textOf(p.one("textarea#scope")); got != "Của B" {
			t.Errorf("what was typed is not kept: %q", got)
		}
		if got := p.text("#field-scope .clash-columns"); !strings.Contains(got, "Của A") || !strings.Contains(got, "(để trống)") {
			t.Errorf("the choice: %s", got)
		}
		if n := len(p.all(".clash")); n != 1 {
			t.Errorf("%d clashes, want one: what one never touched does not clash", n)
		}
		in := typed(p, url.Values{"scope": {"Của B"}, "zones": {"Vùng B"}, "scale": {"Quy mô A"}, "take.scope": {take.choice}, "operator": {"Trung tâm Công nghệ thông tin"}, "served_parties": {"Người dân trong tỉnh"}})
		b.post(at+"/dossier", in).wants(http.StatusSeeOther)
		end := a.get(at + "/dossier")
		for id, want := range map[string]string{"scope": take.want, "scale": "Quy mô A", "zones": "Vùng B"} {
			if got := textOf(end.one("textarea#" + id)); got != want {
				t.Errorf("%s, %s: %q, want %q", take.choice, id, got, want)
			}
		}
	}
}

// TestSentTwice: a form that is sent twice has one effect.
func TestSentTwice(t *testing.T) {
	h := open(t, nil)
	a := h.as("vanhanh")
	p := a.get("/systems/new")
	in := url.Values{"name": {"Một cửa"}, "description": {"Tiếp nhận hồ sơ."}, "operator_unit": {"Trung tâm"}, "operator_is_specialised": {"no"}, "stage": {"operating"}, "served": {"Dân"},
		"started_on": {"1/3/2023"}, "attest_system": {"yes"}, "components_note": {"Thành phần A"}, "once": {attr(p.one("input[name=once]"), "value")}}
	first := a.post("/systems/new", in).wants(http.StatusSeeOther).header.Get("Location")
	if second := a.post("/systems/new", in).wants(http.StatusSeeOther).header.Get("Location"); second != first {
		t.Errorf("sent twice: %s, then %s", first, second)
	}
	in.Set("name", "Khác")
	a.post("/systems/new", in).wants(http.StatusUnprocessableEntity)
	at, _, _ := strings.Cut(first, "?")
	facts := level3()
	for _, n := range a.get(at + "/facts").all(`form.form input[type=hidden]`) {
		facts.Set(attr(n, "name"), attr(n, "value"))
	}
	a.post(at+"/facts", facts).leads(at + "?done=facts")
	a.post(at+"/facts", facts).leads(at + "?done=facts")
	if got := h.system(strings.TrimPrefix(at, "/systems/")).Version; got != 2 {
		t.Errorf("version %d, want 2", got)
	}
}

// TestPresence: the others who have the dossier open are named, the visitor is
// not; nobody else may look.
func TestPresence(t *testing.T) {
	h := open(t, nil)
	a, b := h.as("vanhanh"), h.as("vanhanh2")
	at := registered(a, "Cổng thông tin")
	if got := a.get(at + "/dossier").text("[data-present]"); got != "" {
		t.Errorf("alone: %q", got)
	}
	b.post(at+"/dossier/fields/presence", url.Values{"at": {"scope"}}).wants(http.StatusOK)
	if got := a.get(at + "/dossier").text("[data-present]"); !strings.HasPrefix(got, "Cán bộ vanhanh2 đang mở phần «Phạm vi") {
		t.Errorf("two: %q", got)
	}
	h.as("chuyentrach").post(at+"/dossier/fields/presence", nil).wants(http.StatusForbidden)
	h.as("nghean").post(at+"/dossier/fields/presence", nil).wants(http.StatusNotFound)
}

// TestDraftOutlivesTheSession: what is sent after the session ended waits on the
// server for the same account, and for nobody else.
func TestDraftOutlivesTheSession(t *testing.T) {
	h := open(t, nil)
	a := h.as("vanhanh")
	at := registered(a, "Cổng thông tin")
	typed := func(p *page) url.Values {
		in := asShown(p)
		in.Set("scope", "Viết lúc hết phiên")
		in.Set("do", "save")
		return in
	}
	in := typed(a.get(at + "/dossier"))
	h.clock.T = h.clock.T.Add(20 * time.Minute)
	a.field(http.MethodPut, at+"/dossier/fields/scope", `"1.0.x"`, url.Values{"scope": {"x"}}).wants(http.StatusUnauthorized)
	a.post(at+"/dossier", in).leads("/sign-in?next=" + url.QueryEscape(at+"/dossier"))
	again := func(login string) {
		a.post("/sign-in", url.Values{"login": {login}, "password": {password}}).wants(http.StatusSeeOther)
	}
	again("vanhanh2")
	if got := textOf(a.get(at + "/dossier").one("textarea#scope")); got != "" {
		t.Errorf("another account is shown %q", got)
	}
	a.post("/sign-out", nil)
	again("vanhanh")
	p := a.get(at + "/dossier").wants(http.StatusOK)
	if got := textOf(p.one("textarea#scope")); got != "Viết lúc hết phiên" || !strings.Contains(p.text(".flash"), "khi phiên làm việc đã hết") {
		t.Errorf("after signing in again: %q, %s", got, p.text(".flash"))
	}
	a.post(at+"/dossier", asSent(p)).leads(at + "?done=draft")
	if got := textOf(a.get(at + "/dossier").one("textarea#scope")); got != "Viết lúc hết phiên" {
		t.Errorf("saved: %q", got)
	}
}

// asSent is a form as it stands, to be saved.
func asSent(p *page) url.Values {
	in := asShown(p)
	in.Set("do", "save")
	return in
}

// TestActUnderIfMatch: the page of an act has the version as its ETag; If-Match
// is not asked for, and a stale one is refused.
func TestActUnderIfMatch(t *testing.T) {
	h := open(t, nil)
	a := h.as("vanhanh")
	at := registered(a, "Cổng thông tin")
	p := a.get(at + "/facts")
	if got := p.header.Get("ETag"); got != `"1"` {
		t.Errorf("ETag %s", got)
	}
	in := level3()
	in.Set("version", "1")
	a.field(http.MethodPost, at+"/facts", `"7"`, in).wants(http.StatusPreconditionFailed)
	a.field(http.MethodPost, at+"/facts", `"1"`, in).wants(http.StatusSeeOther)
}
