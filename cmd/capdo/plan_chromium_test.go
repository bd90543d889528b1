package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPlanInChromium: a province's officer registers a system of level 3 and
// answers every control of its list in a real browser, group by group; the
// pages on the way are clean.
func TestPlanInChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: -short")
	}
	ctx, _ := chromium(t)
	s := serveSmall(t)
	s.signIn(t, ctx, "canbo.thanhhoa")
	send := func(ready string) {
		t.Helper()
		click(t, ctx, `main form.form .buttons button`)
		if err := chromedp.Do(ctx, chromedp.WaitReady(ready)); err != nil {
			t.Fatal(err)
		}
	}
	s.page(t, ctx, "/systems/new")
	for name, text := range map[string]string{"name": "Một cửa thử biện pháp", "description": "Tiếp nhận hồ sơ", "served": "Người dân", "operator_unit": "Văn phòng"} {
		typeIn(t, ctx, "[name="+name+"]", text)
	}
	for _, radio := range []string{`[name=operator_is_specialised][value=no]`, `[name=stage][value=new]`, `[name=attest_system]`} {
		click(t, ctx, radio)
	}
	send(`a[href$="/facts"]`)
	at := eval[string](t, ctx, `location.pathname`)
	s.page(t, ctx, at+"/facts")
	for radio := range strings.FieldsSeq("type=b info=personal serves_defence_security=no dvctt_level=4 handles_tthc=yes conditional_business=no need_24x7=no national_egov=no national_critical_store=no ns_list_indicators=no risk_assessed=yes") {
		name, value, _ := strings.Cut(radio, "=")
		click(t, ctx, fmt.Sprintf(`[name=%s][value="%s"]`, name, value))
	}
	for _, name := range []string{"users", "subjects_basic", "subjects_sensitive"} {
		typeIn(t, ctx, "[name="+name+"]", "500")
	}
	send(`a[href$="/checklist"]`)
	s.page(t, ctx, at+"/checklist")
	clean(t, ctx, "checklist")
	groups := strings.Fields(eval[string](t, ctx, `[...document.querySelectorAll('ul.work a')].map(a => a.getAttribute('href')).join(' ')`))
	if len(groups) < 15 {
		t.Fatalf("%d groups at level 3", len(groups))
	}
	for i, g := range groups {
		s.page(t, ctx, g)
		if i == 0 {
			clean(t, ctx, "a group")
		}
		eval[int](t, ctx, `(() => { const all = document.querySelectorAll('input[type=radio][value=met]'); all.forEach(r => r.click()); return all.length })()`)
		send(`.flash`)
	}
	s.page(t, ctx, at+"/checklist")
	if body := eval[string](t, ctx, `document.querySelector('.panel').innerText`); !strings.Contains(body, "đầy đủ") {
		t.Errorf("every control answered and the plan is: %s", body)
	}
	for path := range strings.FieldsSeq("/checklist-all /gaps /watch") {
		s.page(t, ctx, at+path)
		clean(t, ctx, path)
	}
	for path := range strings.FieldsSeq("/calendar /bulk?rules=R331&key=RR.process /agencies/H56/years/2026 /calendar?lang=en") {
		s.page(t, ctx, path)
		clean(t, ctx, path)
	}
}
