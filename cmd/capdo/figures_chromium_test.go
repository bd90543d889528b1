package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// TestFiguresInChromium looks at the first page of each role, the figures, and the
// pages of papers, in both languages: clean by axe, no wider than a phone, and the
// same without scripts.
func TestFiguresInChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: -short")
	}
	ctx, _ := chromium(t)
	s := serveSmall(t)
	look := func(paths string) {
		t.Helper()
		for path := range strings.FieldsSeq(paths) {
			for _, lang := range []string{"vi", "en"} {
				s.page(t, ctx, withLang(path, lang))
				clean(t, ctx, withLang(path, lang))
			}
			s.scriptless(t, ctx, path)
			s.onPaper(t, ctx, path)
		}
	}
	look("/public /r")
	s.signIn(t, ctx, "pheduyet.thanhhoa")
	look("/")
	s.signIn(t, ctx, "theodoi")
	look("/ /overview?level=2 /reports")
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 780)); err != nil {
		t.Fatal(err)
	}
	for path := range strings.FieldsSeq("/ /overview /reports /r /public") {
		s.page(t, ctx, path)
		shoot(t, ctx, "390"+path)
		if w := eval[int](t, ctx, `document.documentElement.scrollWidth`); w > 392 {
			t.Errorf("%s is %d px wide on a phone of 390", path, w)
		}
	}
}

// scriptless: the page that is shown says without a script what it says with one.
func (s site) scriptless(t *testing.T, ctx context.Context, path string) {
	t.Helper()
	const says = `document.querySelector("main").innerText`
	s.page(t, ctx, path)
	with := eval[string](t, ctx, says)
	scripts(t, ctx, false)
	s.page(t, ctx, path)
	if without := eval[string](t, ctx, says); without != with || len(with) < 100 {
		t.Errorf("%s: without scripts it says %.300q, with them %.300q", path, without, with)
	}
	scripts(t, ctx, true)
}

// onPaper keeps the page as printed when CAPDO_SHOTS names a folder, for whoever
// wants to look.
func (s site) onPaper(t *testing.T, ctx context.Context, path string) {
	t.Helper()
	dir := os.Getenv("CAPDO_SHOTS")
	if dir == "" {
		return
	}
	r, err := chromedp.Call(ctx, page.PrintToPDF, page.PrintToPDFParams{PrintBackground: new(true), PreferCSSPageSize: new(true)})
	if err != nil {
		t.Fatal(err)
	}
	name := "print" + strings.NewReplacer("/", "-", "?", "-").Replace(path) + ".pdf"
	if err := os.WriteFile(filepath.Join(dir, name), r.Data, 0o600); err != nil {
		t.Fatal(err)
	}
}
