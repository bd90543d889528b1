package main

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"capdo/internal/law"
	"capdo/internal/review"
	"capdo/internal/store/storetest"
)

// strike presses keys wherever the focus is.
func strike(t *testing.T, ctx context.Context, keys string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.KeyEvent(keys)); err != nil {
		t.Fatalf("%q: %v", keys, err)
	}
}

// struck presses a key and waits until an expression holds.
func struck(t *testing.T, ctx context.Context, key, expression string) {
	t.Helper()
	strike(t, ctx, key)
	until(t, ctx, "after "+key, expression)
}

// turns presses a key that leads to another page, and returns its address.
func turns(t *testing.T, ctx context.Context, key string) string {
	t.Helper()
	ctx, done := context.WithTimeout(ctx, patience)
	defer done()
	if _, err := chromedp.Run(ctx, chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.KeyEvent(key))); err != nil {
		t.Fatalf("%q: %v", key, err)
	}
	return eval[string](t, ctx, `location.pathname`)
}

// TestKeysInChromium: a reviewer turns the single keys on and goes by them through
// the queue, a dossier and its remarks to the decision; they are off before that,
// in fields, and after they are turned off.
func TestKeysInChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: -short")
	}
	ctx, _ := chromium(t)
	s := serveSmall(t)
	unit, asks := storetest.Actor(law.RoleSpecialisedUnit, "H56"), s.remarks
	for _, name := range []string{"Hệ thống một", "Hệ thống hai"} {
		x := storetest.Lead(t, s.office, "H56", name, storetest.Submitted)
		for _, text := range []string{"Nêu rõ phạm vi", "Bổ sung sơ đồ"} {
			if err := asks.Say(t.Context(), unit, x.Code, review.Input{Kind: review.Ask, Target: "field:scope", Text: text}); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.signIn(t, ctx, theReviewer)
	s.page(t, ctx, "/queue")
	row := func(n string) string {
		return `document.activeElement === document.querySelectorAll("[data-step=row]")[` + n + `]`
	}
	strike(t, ctx, "j?")
	if eval[bool](t, ctx, row("0")+` || document.querySelector("dialog[open]") !== null`) {
		t.Error("a key works before the keys are turned on")
	}
	click(t, ctx, `.keys summary`)
	press(t, ctx, `.keys button`)
	struck(t, ctx, "j", row("0"))
	struck(t, ctx, "j", row("1"))
	struck(t, ctx, "k", row("0"))
	struck(t, ctx, "x", `document.querySelector("tr:focus-within input[type=checkbox]").checked`)
	struck(t, ctx, "?", `document.querySelector("dialog[open] kbd") !== null`)
	clean(t, ctx, "the list of keys")
	strike(t, ctx, "j")
	struck(t, ctx, "\x1b", `document.querySelector("dialog[open]") === null && `+row("0"))
	struck(t, ctx, "/", `document.activeElement.id === "q"`)
	struck(t, ctx, "jx?", `document.querySelector("#q").value.endsWith("jx?")`)
	struck(t, ctx, "\x1b", `document.activeElement === document.body`)
	strike(t, ctx, "j")
	first := turns(t, ctx, "o")
	if !strings.HasSuffix(first, "/review") {
		t.Errorf("o leads to %s", first)
	}
	clean(t, ctx, "the desk with keys")
	remark := func(n string) string {
		return `document.activeElement === document.querySelectorAll("[data-step=remark]")[` + n + `]`
	}
	struck(t, ctx, "n", remark("0"))
	struck(t, ctx, "n", remark("1"))
	struck(t, ctx, "p", remark("0"))
	struck(t, ctx, "c", `document.activeElement.id === "change-h"`)
	struck(t, ctx, "r", `document.activeElement.id === "say-text"`)
	struck(t, ctx, "du", `document.activeElement.value.endsWith("du")`)
	strike(t, ctx, "\x1b")
	struck(t, ctx, "d", `document.activeElement.closest(".desk-form form") !== null`)
	if next := turns(t, ctx, "j"); next == first || !strings.HasSuffix(next, "/review") {
		t.Errorf("j leads to %s", next)
	}
	if back := turns(t, ctx, "k"); back != first {
		t.Errorf("k leads to %s", back)
	}
	if queue := turns(t, ctx, "u"); queue != "/queue" {
		t.Errorf("u leads to %s", queue)
	}
	click(t, ctx, `.keys summary`)
	press(t, ctx, `.keys button`)
	strike(t, ctx, "j")
	if eval[bool](t, ctx, row("0")) {
		t.Error("a key works after the keys are turned off")
	}
}

// TestSessionEndsInChromium: before the session ends a dialog says so, what is
// being typed stays, and one button goes on; without scripts the page says when.
func TestSessionEndsInChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: -short")
	}
	ctx, _ := chromium(t)
	s := serveSmall(t)
	s.signIn(t, ctx, theOfficer)
	s.page(t, ctx, "/systems/new")
	if text := eval[string](t, ctx, `document.querySelector(".session").innerText`); !strings.HasPrefix(text, "Phiên đến ") {
		t.Errorf("the page says of the session %q", text)
	}
	typeIn(t, ctx, `#name`, "Tên đang nhập")
	later := func(seconds string) {
		eval[any](t, ctx, `(() => { const now = Date.now.bind(Date); Date.now = () => now() + `+seconds+`000; document.dispatchEvent(new Event("visibilitychange")); })();null`)
	}
	later("590")
	if eval[bool](t, ctx, `document.getElementById("session").open`) {
		t.Error("warned more than five minutes before the end")
	}
	later("20")
	until(t, ctx, "the dialog", `document.getElementById("session").open`)
	clean(t, ctx, "the end of the session")
	click(t, ctx, `#session [data-stay]`)
	until(t, ctx, "the dialog closed", `!document.getElementById("session").open && document.activeElement.id === "name"`)
	later("700")
	until(t, ctx, "the dialog again", `document.getElementById("session").open`)
	eval[int](t, ctx, `fetch("/sign-out", {method: "POST"}).then(r => r.status)`)
	click(t, ctx, `#session [data-stay]`)
	until(t, ctx, "told that it is over", `document.querySelector("#session a[href='/sign-in']").checkVisibility()`)
	click(t, ctx, `#session [data-close]`)
	if got := eval[string](t, ctx, `document.querySelector("#name").value`); got != "Tên đang nhập" {
		t.Errorf("what was typed is now %q", got)
	}
}
