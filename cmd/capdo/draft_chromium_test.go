package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"capdo/internal/store/storetest"
)

// line is the wire between browsers and the program; it can drop.
type line struct {
	*httptest.Server
	down atomic.Bool
}

func newLine(t *testing.T, to string) *line {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
	}}
	l := &line{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l.down.Load() {
			panic(http.ErrAbortHandler) // the connection breaks
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(l.Close)
	return l
}

// until waits until an expression holds on the page.
func until(t *testing.T, ctx context.Context, what, expression string) {
	t.Helper()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](expression)); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// saved waits until a field is saved: the server's tag is a later one.
func saved(t *testing.T, ctx context.Context, field, version string) {
	t.Helper()
	until(t, ctx, field+" saved", `document.querySelector('[name="seen.`+field+`"]').value.startsWith("1.`+version+`.") && document.querySelector("[data-line]").textContent.startsWith("Đã lưu lúc")`)
}

// drafted is the draft as it stands on record, and every value a field had.
func drafted(t *testing.T, s site, code, field string) (string, []string) {
	t.Helper()
	a := storetest.Keeper()
	f, err := s.office.File(context.Background(), a, code)
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.office.FieldHistory(context.Background(), a, code, 1, field)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, x := range all {
		values = append(values, x.Value)
	}
	d := f.System.Open()
	if d == nil {
		return "", values
	}
	return d.Statement[field], values
}

// TestTwoBrowsersNeverLoseAWord: two browsers on one dossier, with scripts: on
// different fields both are saved, on the same field the second sees both and
// chooses, a dropped line and an ended session lose nothing. Then without
// scripts.
func TestTwoBrowsersNeverLoseAWord(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: -short")
	}
	a, _ := chromium(t)
	b, _ := chromium(t)
	s := serveSmall(t)
	l := newLine(t, s.base)
	s.base = l.URL
	code := storetest.Lead(t, s.office, "H56", "Cổng dịch vụ nội bộ", storetest.Stated).Code
	at := "/systems/" + code + "/dossier"
	for _, ctx := range []context.Context{a, b} {
		s.signIn(t, ctx, "canbo.thanhhoa")
		s.page(t, ctx, at)
	}
	s.withScripts(t, a, b, l, code)
	s.rightsItself(t, b, at)
	sessionsInOneBrowser(t, b, s)
	s.withoutScripts(t, a, b, code, at)
}

// rightsItself: what a refused page said is wrong with a field goes away once the
// field saved itself, at the field and at the head of the page; the others stay.
func (s site) rightsItself(t *testing.T, ctx context.Context, at string) {
	t.Helper()
	s.page(t, ctx, at)
	click(t, ctx, `button[name=do][value=submit]`)
	waits(t, ctx, `#plan_design-error`)
	errors := `document.querySelectorAll(".errors li").length`
	before := eval[int](t, ctx, errors)
	typeIn(t, ctx, `#plan_design`, "Thiết kế bảo đảm an toàn")
	until(t, ctx, "the error goes", `!document.querySelector("#plan_design-error")`)
	if got := eval[int](t, ctx, errors); got != before-1 {
		t.Errorf("%d errors at the head of the page after %d", got, before)
	}
	if eval[bool](t, ctx, `document.querySelector("#plan_design").hasAttribute("aria-invalid") || document.querySelector("#field-plan_design").classList.contains("wrong")`) {
		t.Error("the field is still marked as wrong")
	}
	clean(t, ctx, "a page that was refused and is being mended")
}

// sessionsInOneBrowser: a window takes over the shorter session of who signed in
// last in the same browser, and is warned by that one's measure.
func sessionsInOneBrowser(t *testing.T, ctx context.Context, s site) {
	t.Helper()
	s.page(t, ctx, "/systems")
	eval[any](t, ctx, `new BroadcastChannel("capdo-session").postMessage({left: 300, until: "00:05", warn: 150, fixed: false, of: document.querySelector(".session").dataset.of}); null`)
	eval[any](t, ctx, `new BroadcastChannel("capdo-session").postMessage({left: 290, until: "00:04", warn: 150, fixed: false, of: "another"}); null`)
	until(t, ctx, "the other session", `document.querySelector(".session").dataset.warn === "150"`)
	if got := eval[string](t, ctx, `document.querySelector(".session").dataset.until`); got != "00:04" {
		t.Errorf("the window believes its session lasts until %s", got)
	}
}

func (s site) withScripts(t *testing.T, a, b context.Context, l *line, code string) {
	t.Helper()
	typeIn(t, a, `#scope`, "Phạm vi của A")
	saved(t, a, "scope", "1")
	typeIn(t, b, `#scale`, "Quy mô của B")
	saved(t, b, "scale", "1")
	clean(t, b, "a draft being saved")

	typeIn(t, b, `#scope`, "Phạm vi của B")
	waits(t, b, `#field-scope [data-clash]`)
	clean(t, b, "two versions of a field")
	if got := eval[string](t, b, `document.querySelector(".clash-columns").innerText`); !strings.Contains(got, "Phạm vi của A") || !strings.Contains(got, "Phạm vi của B") {
		t.Errorf("the choice shows %q", got)
	}
	if got := eval[string](t, b, `document.querySelector("#scope").value`); got != "Phạm vi của B" {
		t.Errorf("what B typed is now %q", got)
	}
	click(t, b, `[data-take=mine]`)
	saved(t, b, "scope", "2")
	if now, all := drafted(t, s, code, "scope"); now != "Phạm vi của B" || !slices.Equal(all, []string{"Phạm vi của A", "Phạm vi của B"}) {
		t.Errorf("scope %q, kept %q", now, all)
	}
	typeIn(t, a, `#scope`, ", thêm")
	waits(t, a, `#field-scope [data-clash]`)
	click(t, a, `[data-take=theirs]`)
	until(t, a, "theirs taken", `document.querySelector("#scope").value === "Phạm vi của B"`)

	l.down.Store(true)
	typeIn(t, a, `#zones`, "Vùng mạng khi mất kết nối")
	until(t, a, "told that the line is down", `document.querySelector("[data-status]").textContent.includes("mất kết nối")`)
	l.down.Store(false)
	eval[any](t, a, `window.dispatchEvent(new Event("online"));null`)
	saved(t, a, "zones", "1")

	eval[int](t, a, `fetch("/sign-out", {method: "POST"}).then(r => r.status)`)
	typeIn(t, a, `#devices`, "Thiết bị khi hết phiên")
	until(t, a, "told that the session ended", `document.querySelector("[data-status]").textContent.includes("phiên làm việc đã hết")`)
	eval[int](t, a, `fetch("/sign-in", {method: "POST", body: new URLSearchParams({login: "canbo.thanhhoa", password: "`+s.people["canbo.thanhhoa"].password+`"})}).then(r => r.status)`)
	eval[any](t, a, `window.dispatchEvent(new Event("online"));null`)
	saved(t, a, "devices", "1")
	for field, want := range map[string]string{"scale": "Quy mô của B", "zones": "Vùng mạng khi mất kết nối", "devices": "Thiết bị khi hết phiên"} {
		if got, _ := drafted(t, s, code, field); got != want {
			t.Errorf("%s: %q, want %q", field, got, want)
		}
	}
}

func (s site) withoutScripts(t *testing.T, a, b context.Context, code, at string) {
	t.Helper()
	save := `button[name=do][value=save]`
	for _, ctx := range []context.Context{a, b} {
		scripts(t, ctx, false)
		s.page(t, ctx, at)
	}
	typeIn(t, a, `#services`, "Dịch vụ của A")
	typeIn(t, b, `#services`, "Dịch vụ của B")
	typeIn(t, b, `#plan_risk`, "Rủi ro của B")
	click(t, a, save)
	waits(t, a, `.system-h1`)
	click(t, b, save)
	waits(t, b, `#services-take-mine`)
	scripts(t, b, true)
	clean(t, b, "two versions without scripts")
	scripts(t, b, false)
	click(t, b, `#services-take-mine`)
	click(t, b, save)
	waits(t, b, `.system-h1`)
	if now, all := drafted(t, s, code, "services"); now != "Dịch vụ của B" || !slices.Equal(all, []string{"Dịch vụ của A", "Dịch vụ của B"}) {
		t.Errorf("services %q, kept %q", now, all)
	}
	if got, _ := drafted(t, s, code, "plan_risk"); got != "Rủi ro của B" {
		t.Errorf("plan_risk: %q", got)
	}
	scripts(t, a, true)
	for _, page := range []string{"/dossier/gaps", "/dossier/copy", "/documents", "/dossier/fields/scope/history"} {
		s.page(t, a, "/systems/"+code+page)
		clean(t, a, page)
	}
}
