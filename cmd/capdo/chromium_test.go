package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"flag"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"capdo/internal/approval"
	"capdo/internal/connection"
	"capdo/internal/review"
)

// axe is axe-core, the accessibility checker (MPL-2.0, testdata/axe-LICENSE);
// it is never part of the program.
//
//go:embed testdata/axe.min.js
var axe string

// need skips the test aloud when a program is absent, or fails it when
// CAPDO_TEST_REQUIRE=all.
func need(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err == nil {
		return path
	}
	if os.Getenv("CAPDO_TEST_REQUIRE") == "all" {
		t.Fatalf("%s is required and not installed", program)
	}
	t.Skipf("SKIPPED: %s is not installed; these pages were not looked at in a browser", program)
	return ""
}

// site is a small program being served: the agencies, the listed systems, and
// one province's simulated systems.
type site struct {
	base    string
	people  map[string]person
	office  *approval.Office
	remarks *review.Desk
}

func serveSmall(t *testing.T) site {
	t.Helper()
	w := world{getenv: func(string) string { return "" }, out: t.Output(), err: t.Output(), clock: time.Now}
	p, err := open(context.Background(), w, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	x, err := realWorld()
	if err != nil {
		t.Fatal(err)
	}
	x.Systems = slices.DeleteFunc(x.Systems, func(s approval.System) bool { return s.Origin == approval.Simulated && s.Owner != "H35" })
	if err := p.office.Import(context.Background(), keeper(), x); err != nil {
		t.Fatal(err)
	}
	p.published = true
	alarm := connection.Use{ID: "1", At: time.Now().UTC().Truncate(time.Microsecond), Consumer: "H35-S0001", Provider: "H35-S0002", Passed: true}
	if _, err := p.watch.Record(context.Background(), "gw-1", []connection.Use{alarm}); err != nil {
		t.Fatal(err)
	}
	people, err := p.enrol(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	f := flag.NewFlagSet("", flag.ContinueOnError)
	settings := noticeFlags(f, w)
	if _, err := settings.open(p, dir); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.serveOn(ctx, l, front{}) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := p.close(); err != nil {
			t.Error(err)
		}
	})
	return site{"http://" + l.Addr().String(), people, p.office, &review.Desk{Store: p.store, Book: p.book, Clock: p.clock}}
}

// chromium starts a browser and notes every request it makes.
func chromium(t *testing.T) (ctx context.Context, asked *[]string) {
	t.Helper()
	opts := []chromedp.ExecAllocatorOption{chromedp.ExecPath(need(t, "chromium")), chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.WindowSize(1280, 900)}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	ctx, done := context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(done)
	asked = new([]string)
	err := chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*network.EventRequestWillBeSent); ok {
			*asked = append(*asked, e.Request.URL)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return ctx, asked
}

// page opens an address.
func (s site) page(t *testing.T, ctx context.Context, path string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(s.base+path)); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// typeIn fills in a field by its id and moves on as a keyboard does.
func typeIn(t *testing.T, ctx context.Context, selector, text string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.SendKeys(selector, text)); err != nil {
		t.Fatalf("%s: %v", selector, err)
	}
}

func click(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Click(selector)); err != nil {
		t.Fatalf("%s: %v", selector, err)
	}
}

// eval evaluates an expression on the page.
func eval[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%.80s: %v", expression, err)
	}
	return v
}

// signIn signs in by the keyboard.
func (s site) signIn(t *testing.T, ctx context.Context, login string) {
	t.Helper()
	if _, err := chromedp.Call(ctx, network.ClearBrowserCookies, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	s.page(t, ctx, "/sign-in")
	typeIn(t, ctx, `[name=login]`, login)
	typeIn(t, ctx, `[name=password]`, s.people[login].password+"\r")
	if err := chromedp.Do(ctx, chromedp.WaitReady(`form[action="/sign-out"]`)); err != nil {
		t.Fatalf("sign in as %s: %v", login, err)
	}
}

// clean runs axe on the page as it stands: no violation of WCAG 2.2 AA, and
// nothing wider than the window but tables.
func clean(t *testing.T, ctx context.Context, what string) {
	t.Helper()
	shoot(t, ctx, what)
	eval[any](t, ctx, axe+";null")
	text := eval[string](t, ctx, `axe.run({runOnly:["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]}).then(r=>JSON.stringify(r.violations.map(v=>({id:v.id,help:v.help,nodes:v.nodes.slice(0,3).map(n=>n.html.slice(0,160))}))))`)
	var found []struct {
		ID, Help string
		Nodes    []string
	}
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		t.Fatal(err)
	}
	for _, v := range found {
		t.Errorf("%s: axe %s: %s %q", what, v.ID, v.Help, v.Nodes)
	}
	if n := eval[int](t, ctx, `[...document.scripts].filter(s => !s.src.startsWith(location.origin + "/static/app.")).length`); n > 0 {
		t.Errorf("%s: %d scripts", what, n)
	}
}

// shoot keeps a picture of the page when CAPDO_SHOTS names a folder, for
// whoever wants to look.
func shoot(t *testing.T, ctx context.Context, what string) {
	t.Helper()
	dir := os.Getenv("CAPDO_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	name := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '-'
	}, what), "-")
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestPagesInChromium looks at every page in a real browser, in both
// languages, in normal, empty and error state, wide and narrow.
func TestPagesInChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: -short")
	}
	ctx, asked := chromium(t)
	s := serveSmall(t)
	s.page(t, ctx, "/sign-in")
	clean(t, ctx, "sign-in")
	typeIn(t, ctx, `[name=login]`, "nobody")
	typeIn(t, ctx, `[name=password]`, "wrong\r")
	if err := chromedp.Do(ctx, chromedp.WaitReady(`.error-summary, [role=alert]`)); err != nil {
		t.Fatal(err)
	}
	clean(t, ctx, "sign-in with an error")

	visits := []struct{ login, paths string }{
		{"canbo.thanhhoa", "/ /systems /systems/new /connections/new /services/new /calendar /notices /import /systems/H56-S0001/import/checklist /statements /statements/new"},
		{"theodoi", "/ /systems?q=trung+tam&level=2 /systems?q=kh%C3%B4ng-c%C3%B3 /systems/H35-S0001 /systems/G01-N01 /overview?on=2024-06-30 /gate?provider=H35-S0001 /gate?provider=khong-co /law /law/calendar /law/instruments/nd-331-2026 /what-if?rules=R331&on=2027-07-02 /systems/H35-S0001/controls /duplicates /assistant /about /systems/khong-co /connections /services /calendar /notices /systems/H35-S0001/checklist /systems/H35-S0001/gaps /systems/H35-S0001/watch /systems/H35-S0001/review"},
		{"thamdinh.boca", "/delegations /queue /alarms /gateways"},
	}
	for _, v := range visits {
		s.signIn(t, ctx, v.login)
		for path := range strings.FieldsSeq(v.paths) {
			for _, lang := range []string{"vi", "en"} {
				s.page(t, ctx, withLang(path, lang))
				if got := eval[string](t, ctx, `document.documentElement.lang`); got != lang {
					t.Errorf("%s: lang is %q", withLang(path, lang), got)
				}
				clean(t, ctx, withLang(path, lang))
			}
		}
	}
	s.narrow(t, ctx)
	for _, u := range *asked {
		if !strings.HasPrefix(u, s.base+"/") && !strings.HasPrefix(u, "data:") {
			t.Errorf("the pages ask a stranger: %s", u)
		}
	}
	if len(*asked) == 0 {
		t.Error("no request seen: the listener looks in the wrong place")
	}
}

// withLang asks for a page in a language.
func withLang(path, lang string) string {
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return path + sep + "lang=" + lang
}

// narrow: on a phone nothing but data tables scrolls sideways.
func (s site) narrow(t *testing.T, ctx context.Context) {
	t.Helper()
	s.signIn(t, ctx, "theodoi")
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(360, 780)); err != nil {
		t.Fatal(err)
	}
	for path := range strings.FieldsSeq("/ /systems /systems/H35-S0001 /overview?on=2024-06-30 /gate /law") {
		s.page(t, ctx, path)
		if w := eval[int](t, ctx, `document.documentElement.scrollWidth`); w > 362 {
			t.Errorf("%s is %d px wide on a phone of 360", path, w)
		}
	}
	if err := chromedp.Do(ctx, chromedp.ResetViewport()); err != nil {
		t.Fatal(err)
	}
}
