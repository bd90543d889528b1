package main

import (
	"strings"
	"testing"

	"capdo/internal/store/storetest"
)

// TestTwoBrowsersOnOnePlan: two browsers on one group of controls, with scripts:
// different parts of one answer are both saved, the same part is a choice, and
// what was replaced is kept.
func TestTwoBrowsersOnOnePlan(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: -short")
	}
	a, _ := chromium(t)
	b, _ := chromium(t)
	s := serveSmall(t)
	code := storetest.Lead(t, s.office, "H56", "Cổng dịch vụ nội bộ", storetest.Confirmed).Code
	at := "/systems/" + code + "/checklist/RR"
	s.signIn(t, a, "canbo.thanhhoa")
	s.page(t, a, at)
	s.signIn(t, b, "canbo.thanhhoa")
	s.page(t, b, at)
	const how, tag = `[id="how-RR.process"]`, `document.querySelector('[name="seen.RR.process"]').value`
	typeIn(t, a, how, "Của A")
	eval[any](t, a, `document.activeElement.blur();null`)
	until(t, a, "A saved", tag+` !== "0"`)
	click(t, b, `[id="r-met-RR.process"]`)
	until(t, b, "B saved another part", tag+` !== "0"`)
	s.page(t, b, at)
	if got := eval[string](t, b, `document.querySelector('`+how+`').value`); got != "Của A" {
		t.Errorf("A's word on B's page: %q", got)
	}
	typeIn(t, b, how, ", thêm của B")
	eval[any](t, b, `document.activeElement.blur();null`)
	until(t, b, "B saved", `document.querySelector("[data-line]").textContent.startsWith("Đã lưu lúc")`)
	typeIn(t, a, how, ", sửa của A")
	eval[any](t, a, `document.activeElement.blur();null`)
	waits(t, a, `[id="field-RR.process"] [data-clash]`)
	clean(t, a, "two versions of an answer")
	click(t, a, `[data-take=theirs]`)
	until(t, a, "theirs taken", `document.querySelector('`+how+`').value.includes("thêm của B")`)
	s.page(t, a, at)
	if got := eval[string](t, a, `document.querySelector('[id="field-RR.process"]').textContent`); strings.Count(got, "Của A") < 3 || !strings.Contains(got, "Đạt") {
		t.Errorf("what was said before is not there: %q", got)
	}
}
