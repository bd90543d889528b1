package main

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// scripts switches the scripts of pages on or off.
func scripts(t *testing.T, ctx context.Context, on bool) {
	t.Helper()
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on}); err != nil {
		t.Fatal(err)
	}
}

// waits waits until a selector stands on the page.
func waits(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.WaitReady(selector)); err != nil {
		t.Fatalf("%s: %v", selector, err)
	}
}

// TestReviewerInChromium: without JavaScript a reviewer finds a dossier of level
// 3 in the queue, checks it, remarks on a field and returns it; the officer
// answers and hands in again; the reviewer sees what changed and finds it fit;
// the owner approves it. Every page is looked at by axe.
func TestReviewerInChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: -short")
	}
	ctx, _ := chromium(t)
	s := serveSmall(t)
	x := storetest.Lead(t, s.office, "H56", "Hệ thống một cửa cấp xã", storetest.Submitted)
	at := "/systems/" + x.Code
	desk := `a[href="` + at + `/review"]`
	look := func(what string) { // axe is a script of the test's own
		t.Helper()
		scripts(t, ctx, true)
		clean(t, ctx, what)
		scripts(t, ctx, false)
	}

	s.signIn(t, ctx, "thamdinh.thanhhoa")
	scripts(t, ctx, false)
	s.page(t, ctx, "/queue?holder=free")
	look("the reviewer's queue")
	click(t, ctx, desk)
	waits(t, ctx, `form[action="`+at+`/receipt"]`)
	look("the desk at first sight")
	click(t, ctx, `button[value=take]`)
	waits(t, ctx, `button[value=release]`)
	click(t, ctx, `[name=complete][value=yes]`)
	click(t, ctx, `form[action="`+at+`/receipt"] .buttons button`)
	waits(t, ctx, `.system-h1`)

	s.page(t, ctx, at+"/review?on=field:scope")
	click(t, ctx, `#say .buttons button`)
	waits(t, ctx, `.errors`)
	look("the desk with an empty remark")
	typeIn(t, ctx, `#say-text`, "Nêu rõ danh sách các xã")
	click(t, ctx, `#say .buttons button`)
	waits(t, ctx, `.thread`)
	for _, radio := range []string{`[name=documents_ok][value=no]`, `[name=legal_basis_ok][value=yes]`, `[name=plan_ok][value=yes]`, `[name=outcome][value=return]`} {
		click(t, ctx, radio)
	}
	typeIn(t, ctx, `#comment`, "Bổ sung phạm vi")
	click(t, ctx, `form[action="`+at+`/appraisal"] .buttons button`)
	waits(t, ctx, `.system-h1`)
	s.page(t, ctx, at+"/review/letter")
	look("the letter of the return")

	// The officer is another person at another place.
	officer, day := storetest.Actor(law.RoleOperator, "H56"), law.DayOf(s.office.Clock())
	f, err := s.office.File(ctx, officer, x.Code)
	if err != nil {
		t.Fatal(err)
	}
	st := storetest.Statement(3, day)
	st["scope"] += " gồm 166 xã"
	if _, err = s.office.Submit(ctx, officer, x.Code, f.System.Version, st); err != nil {
		t.Fatal(err)
	}

	s.page(t, ctx, at+"/review")
	waits(t, ctx, `table.changes ins`)
	look("the desk with a difference")
	for _, radio := range []string{`[name=complete][value=yes]`} {
		click(t, ctx, radio)
	}
	click(t, ctx, `form[action="`+at+`/receipt"] .buttons button`)
	waits(t, ctx, `.system-h1`)
	s.page(t, ctx, "/queue/several?act=appraise&code="+x.Code)
	look("several at once")
	s.page(t, ctx, at+"/review")
	for _, radio := range []string{`[name=documents_ok][value=yes]`, `[name=legal_basis_ok][value=yes]`, `[name=plan_ok][value=yes]`, `[name=outcome][value=fit]`} {
		click(t, ctx, radio)
	}
	click(t, ctx, `form[action="`+at+`/appraisal"] .buttons button`)
	waits(t, ctx, `.system-h1`)

	scripts(t, ctx, true) // signing out is a request the test makes itself
	s.signIn(t, ctx, "pheduyet.thanhhoa")
	scripts(t, ctx, false)
	s.page(t, ctx, at+"/review")
	waits(t, ctx, `form[action="`+at+`/decision"]`)
	look("the desk of who decides")
	click(t, ctx, `[name=outcome][value=approve]`)
	typeIn(t, ctx, `#number`, "12/QĐ-UBND")
	typeIn(t, ctx, `#decided_on`, strings.TrimSpace(dmy(day)))
	click(t, ctx, `form[action="`+at+`/decision"] .buttons button`)
	waits(t, ctx, `.system-h1`)
	f, err = s.office.File(ctx, officer, x.Code)
	if err != nil || f.Standing.Approval == nil || f.Standing.Approval.Number != "12/QĐ-UBND" {
		t.Errorf("no approval on record: %+v, %v", f.Standing, err)
	}
	if d := f.System.Last(); d == nil || d.State != approval.Approved || len(d.Rounds) != 2 || len(d.Receipts) != 2 {
		t.Errorf("the dossier at its end: %+v", d)
	}
}
