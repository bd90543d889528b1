package main

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/plan"
)

// scripts switches the scripts of pages on or off.
func scripts(t *testing.T, ctx context.Context, on bool) {
	t.Helper()
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on}); err != nil {
		t.Fatal(err)
	}
}

// patience is how long a page may take to come, on a busy machine.
const patience = 30 * time.Second

// waits waits until a selector stands on the page.
func waits(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	ctx, done := context.WithTimeout(ctx, patience)
	defer done()
	if err := chromedp.Do(ctx, chromedp.WaitReady(selector)); err != nil {
		t.Fatalf("%s: %v", selector, err)
	}
}

// press clicks what leads to another page, and waits for that.
func press(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	ctx, done := context.WithTimeout(ctx, patience)
	defer done()
	if _, err := chromedp.Run(ctx, chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.Click(selector))); err != nil {
		t.Fatalf("%s: %v", selector, err)
	}
}

// write puts text into a field at once, as pasting it does.
func write(t *testing.T, ctx context.Context, selector, text string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Focus(selector)); err != nil {
		t.Fatalf("%s: %v", selector, err)
	}
	if _, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		t.Fatalf("%s: %v", selector, err)
	}
}

// these are the attributes of the elements that match, none when there are none.
func these(t *testing.T, ctx context.Context, selector string) []map[string]string {
	t.Helper()
	nodes, err := chromedp.Run(ctx, chromedp.Nodes(selector, chromedp.AtLeast(0)))
	if err != nil {
		t.Fatalf("%s: %v", selector, err)
	}
	var all []map[string]string
	for _, n := range nodes {
		n.RLock()
		attributes := map[string]string{}
		for i := 0; i+1 < len(n.Attributes); i += 2 {
			attributes[n.Attributes[i]] = n.Attributes[i+1]
		}
		n.RUnlock()
		all = append(all, attributes)
	}
	return all
}

// fill answers a form field by field in the order of the page: what answers does
// not know stays as it is.
func fill(t *testing.T, ctx context.Context, form string, answers url.Values) {
	t.Helper()
	for _, a := range these(t, ctx, form+` input:not([type=hidden]), `+form+` textarea, `+form+` select`) {
		values, known := answers[a["name"]]
		_, chosen := a["checked"]
		switch at := `[id="` + a["id"] + `"]`; {
		case !known || chosen:
		case a["type"] != "radio" && a["type"] != "checkbox":
			write(t, ctx, at, values[0])
		case slices.Contains(values, a["value"]):
			click(t, ctx, at)
		}
	}
}

// journey is the whole way of one dossier of level 3, each person at a window of
// their own.
type journey struct {
	site
	windows  map[string]context.Context
	scripted bool
	day      law.Day
	at       string // address of the system
}

// window is the window of a person who is signed in.
func (j *journey) window(t *testing.T, login string) context.Context {
	t.Helper()
	if ctx, open := j.windows[login]; open {
		return ctx
	}
	ctx, done := chromedp.NewContext(j.windows[""], chromedp.WithNewBrowserContext())
	t.Cleanup(done)
	scripts(t, ctx, j.scripted)
	j.signIn(t, ctx, login)
	j.windows[login] = ctx
	return ctx
}

// look has axe look at a page, where pages have scripts: without, they are the
// same pages.
func (j *journey) look(t *testing.T, ctx context.Context, what string) {
	t.Helper()
	if j.scripted {
		clean(t, ctx, what)
	}
}

// title is the title of the page, as the browser's history has it.
func (j *journey) title(t *testing.T, ctx context.Context) string {
	t.Helper()
	all, err := chromedp.Run(ctx, chromedp.NavigationEntries())
	if err != nil {
		t.Fatal(err)
	}
	return all.Entries[all.CurrentIndex].Title
}

// TestJourneyInChromium: a province's officer files a dossier of level 3 with all
// controls from an empty form, a reviewer returns it with remarks, the officer
// answers and hands in again, the reviewer sees what changed, and whoever the law
// names decides; the gate opens at the end. Once with scripts, once without.
func TestJourneyInChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: -short")
	}
	for name, scripted := range map[string]bool{"with scripts": true, "without scripts": false} {
		t.Run(name, func(t *testing.T) {
			first, _ := chromium(t)
			if err := chromedp.Do(first, chromedp.Navigate("about:blank")); err != nil { // starts the browser, in which the windows are opened
				t.Fatal(err)
			}
			j := &journey{site: serveSmall(t), windows: map[string]context.Context{"": first}, scripted: scripted}
			j.day = law.DayOf(j.office.Clock())
			for _, part := range []func(*testing.T){j.register, j.facts, j.drafts, j.documents, j.controls, j.submits, j.returns, j.answers, j.appraises, j.decides, j.opens} {
				part(t)
			}
		})
	}
}

const (
	theOfficer  = "canbo.thanhhoa"
	theReviewer = "thamdinh.thanhhoa"
	formButton  = `main form.form .buttons button`
)

// register: from an empty form, which is sent with a name only first; that stays.
func (j *journey) register(t *testing.T) {
	ctx := j.window(t, theOfficer)
	j.page(t, ctx, "/systems/new")
	write(t, ctx, `#name`, "Một cửa điện tử (thử)")
	press(t, ctx, formButton)
	if first := these(t, ctx, `.errors a`)[0]["href"]; first != "#description" || these(t, ctx, `#name`)[0]["value"] != "Một cửa điện tử (thử)" {
		t.Errorf("the first error leads to %q, the name is %q", first, these(t, ctx, `#name`)[0]["value"])
	}
	if title := j.title(t, ctx); !strings.HasPrefix(title, "Lỗi: ") {
		t.Errorf("the title of a page with errors is %q", title)
	}
	j.look(t, ctx, "registration with errors")
	fill(t, ctx, "form.form", url.Values{"description": {"Tiếp nhận hồ sơ, trả kết quả"}, "served": {"Người dân, doanh nghiệp"}, "operator_unit": {"Văn phòng"},
		"operator_is_specialised": {"no"}, "stage": {"new"}, "attest_system": {"yes"}})
	press(t, ctx, formButton)
	j.at, _, _ = strings.Cut(these(t, ctx, `a[href$="/facts"]`)[0]["href"], "/facts")
	j.look(t, ctx, "the new system")
}

// facts: the assistant asks, question by question.
func (j *journey) facts(t *testing.T) {
	ctx := j.window(t, theOfficer)
	answers := url.Values{"type": {"b"}, "info": {"personal"}, "serves_defence_security": {"no"}, "dvctt_level": {"4"}, "handles_tthc": {"yes"}, "conditional_business": {"no"},
		"users": {"64.000"}, "subjects_basic": {"64.000"}, "subjects_sensitive": {"1.200"}, "need_24x7": {"no"}, "national_egov": {"no"}, "national_critical_store": {"no"},
		"ns_list_indicators": {"no"}, "risk_assessed": {"yes"}, "risk_level": {"3"}}
	press(t, ctx, `a[href="`+j.at+`/assistant"]`)
	for n := 0; len(these(t, ctx, `button[value=save]`)) == 0; n++ {
		if n > 30 {
			t.Fatal("the assistant does not end")
		}
		fill(t, ctx, "form.form", answers)
		press(t, ctx, `button[value=next]`)
	}
	j.look(t, ctx, "the level as the assistant found it")
	press(t, ctx, `button[value=save]`)
	waits(t, ctx, `.flash`)
}

// statement is the dossier in words.
func (j *journey) statement() url.Values {
	in := (&story{day: j.day}).statement()
	in.Set("under_investment", "no")
	return in
}

// drafts: every field, sent with gaps first; with scripts each saves itself.
func (j *journey) drafts(t *testing.T) {
	ctx := j.window(t, theOfficer)
	j.page(t, ctx, j.at+"/dossier")
	press(t, ctx, `button[name=do][value=submit]`)
	waits(t, ctx, `.errors`)
	j.look(t, ctx, "a dossier with errors")
	fill(t, ctx, "form.form", j.statement())
	if j.scripted {
		saved(t, ctx, "plan_disposal", "1")
	} else {
		press(t, ctx, `button[name=do][value=save]`)
	}
	code := strings.TrimPrefix(j.at, "/systems/")
	for _, field := range []string{"owner_mandate", "scope", "plan_disposal"} {
		if got, _ := drafted(t, j.site, code, field); got != j.statement().Get(field) {
			t.Errorf("%s is saved as %q", field, got)
		}
	}
}

// documents: one is attached to the draft.
func (j *journey) documents(t *testing.T) {
	ctx := j.window(t, theOfficer)
	file := filepath.Join(t.TempDir(), "thuyet-minh.txt")
	if err := os.WriteFile(file, []byte("Thuyết minh hệ thống, bản thử.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	j.page(t, ctx, j.at+"/documents")
	if err := chromedp.Do(ctx, chromedp.SetUploadFiles(`#file`, []string{file})); err != nil {
		t.Fatal(err)
	}
	press(t, ctx, formButton)
	waits(t, ctx, `.flash`)
	if code := these(t, ctx, `main tbody code`); len(code) != 1 {
		t.Errorf("%d documents are listed", len(code))
	}
	j.look(t, ctx, "the documents")
}

// controls: every control of the plan, group by group.
func (j *journey) controls(t *testing.T) {
	ctx := j.window(t, theOfficer)
	j.page(t, ctx, j.at+"/checklist")
	j.look(t, ctx, "the checklist")
	groups := these(t, ctx, `ul.work a`)
	if len(groups) < 15 {
		t.Fatalf("%d groups at level 3", len(groups))
	}
	for i, g := range groups {
		j.page(t, ctx, g["href"])
		for _, a := range these(t, ctx, `input[type=radio][value=`+string(plan.Met)+`]`) {
			click(t, ctx, `[id="`+a["id"]+`"]`)
		}
		if i == 0 {
			j.look(t, ctx, "a group of controls")
		}
		press(t, ctx, formButton)
		waits(t, ctx, `.flash`)
	}
	if j.scripted {
		j.finds(t, ctx)
	}
	for path := range strings.FieldsSeq("/checklist-all /gaps /watch") {
		if j.scripted {
			j.page(t, ctx, j.at+path)
			j.look(t, ctx, path)
		}
	}
}

// finds: the officer records a finding and closes it by a document; the reviewer,
// another person, is asked to check that.
func (j *journey) finds(t *testing.T, ctx context.Context) {
	t.Helper()
	j.page(t, ctx, j.at+"/watch")
	click(t, ctx, `details:has(#finding-says) summary`)
	fill(t, ctx, `form:has(#finding-says)`, url.Values{"says": {"Chưa tách vùng quản trị"}, "on": {dmy(j.day)}, "due": {dmy(j.day.AddDays(30))}})
	eval[string](t, ctx, `document.querySelector("#finding-role").value = "network"`)
	press(t, ctx, `form:has(#finding-says) .buttons button`)
	fill(t, ctx, `article form:has([name=evidence])`, url.Values{"evidence": {"5/BB"}, "on": {dmy(j.day)}})
	press(t, ctx, `article form:has([name=evidence]) .buttons button`)
	reviewer := j.window(t, theReviewer)
	j.page(t, reviewer, j.at+"/watch")
	waits(t, reviewer, `article form:has([name=closing])`)
	j.look(t, reviewer, "a finding closed, to be checked")
}

// submits: the dossier goes to its reviewer.
func (j *journey) submits(t *testing.T) {
	ctx := j.window(t, theOfficer)
	j.page(t, ctx, j.at+"/dossier")
	press(t, ctx, `button[name=do][value=submit]`)
	f := j.file(t)
	if d := f.System.Last(); d.State != approval.Submitted || d.Level != 3 || len(d.Documents) != 1 {
		shoot(t, ctx, "not submitted")
		t.Fatalf("the dossier is %s at level %d with %d documents", d.State, d.Level, len(d.Documents))
	}
}

// file is the system as the officer may see it.
func (j *journey) file(t *testing.T) approval.File {
	t.Helper()
	f, err := j.office.File(context.Background(), approval.Actor{Person: "demo:" + theOfficer, Account: theOfficer, Capacity: law.RoleOperator, Body: "H56"}, strings.TrimPrefix(j.at, "/systems/"))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// returns: the reviewer takes the dossier in hand, finds it complete, remarks on a
// field and on a control, and sends it back.
func (j *journey) returns(t *testing.T) {
	ctx := j.window(t, theReviewer)
	j.page(t, ctx, "/queue?holder=free")
	j.look(t, ctx, "the reviewer's queue")
	press(t, ctx, `a[href="`+j.at+`/review"]`)
	j.look(t, ctx, "the desk at first sight")
	press(t, ctx, `button[value=take]`)
	j.receive(t)

	click(t, ctx, `[aria-labelledby=dossier-h] summary`)
	press(t, ctx, `a[href="`+j.at+`/review?about=field:scope#say"]`)
	press(t, ctx, `#say .buttons button`)
	waits(t, ctx, `.errors`)
	j.look(t, ctx, "the desk with an empty remark")
	write(t, ctx, `#say-text`, "Nêu rõ danh sách các xã")
	press(t, ctx, `#say .buttons button`)
	press(t, ctx, `a[href="`+j.at+`/checklist"]`)
	press(t, ctx, `ul.work a`)
	press(t, ctx, `a[href*="/review?about=control"]`)
	write(t, ctx, `#say-text`, "Nêu văn bản chứng minh biện pháp này")
	press(t, ctx, `#say .buttons button`)
	if n := len(these(t, ctx, `.thread`)); n != 2 {
		t.Fatalf("%d remarks stand on the desk", n)
	}
	fill(t, ctx, `form[action="`+j.at+`/appraisal"]`, url.Values{"documents_ok": {"no"}, "legal_basis_ok": {"yes"}, "plan_ok": {"yes"}, "outcome": {"return"}, "comment": {"Bổ sung phạm vi và chứng cứ"}})
	press(t, ctx, `form[action="`+j.at+`/appraisal"] .buttons button`)
	f := j.file(t)
	if d := f.System.Last(); d.State != approval.Returned {
		t.Fatalf("the dossier is %s", d.State)
	}
	j.page(t, ctx, j.at+"/review/letter")
	j.look(t, ctx, "the letter of the return")
}

// receive: the reviewer finds that the round in hand is complete.
func (j *journey) receive(t *testing.T) {
	t.Helper()
	ctx, form := j.window(t, theReviewer), `form[action="`+j.at+`/receipt"]`
	fill(t, ctx, form, url.Values{"complete": {"yes"}})
	press(t, ctx, form+` .buttons button`)
	j.page(t, ctx, j.at+"/review")
}

// answers: the officer is led from each remark to its place, mends that, answers,
// and hands in again.
func (j *journey) answers(t *testing.T) {
	ctx := j.window(t, theOfficer)
	j.page(t, ctx, j.at+"/review")
	j.look(t, ctx, "the desk of the officer")
	press(t, ctx, `.thread h3 a[href*="/checklist/"]`)
	write(t, ctx, `textarea[name^="how."]`, "Quyết định 15/QĐ-VP ngày 02/11/2026")
	press(t, ctx, formButton)
	for _, thread := range []string{"1", "2"} {
		j.page(t, ctx, j.at+"/review")
		j.reply(t, ctx, thread, "Đã bổ sung", "answer")
	}
	press(t, ctx, `.thread h3 a[href$="/dossier#scope"]`)
	write(t, ctx, `#scope`, " gồm 166 xã")
	press(t, ctx, `button[name=do][value=submit]`)
}

// reply answers or resolves a thread.
func (j *journey) reply(t *testing.T, ctx context.Context, thread, text, kind string) {
	t.Helper()
	form := `details:has(#text-` + thread + `)`
	click(t, ctx, form+` summary`)
	if text != "" {
		write(t, ctx, `#text-`+thread, text)
	}
	press(t, ctx, form+` button[value=`+kind+`]`)
}

// appraises: the reviewer sees what changed and what was answered, resolves the
// remarks and finds the dossier fit.
func (j *journey) appraises(t *testing.T) {
	ctx := j.window(t, theReviewer)
	j.page(t, ctx, j.at+"/review")
	waits(t, ctx, `table.changes ins`)
	if got := eval[string](t, ctx, `document.querySelector("details table.changes")?.innerText ?? ""`); !strings.Contains(got, "15/QĐ-VP") {
		t.Errorf("the controls that changed since: %q", got)
	}
	j.look(t, ctx, "the desk with a difference")
	j.receive(t)
	for _, thread := range []string{"1", "2"} {
		j.reply(t, ctx, thread, "", "resolve")
	}
	if j.scripted {
		j.page(t, ctx, "/queue/several?act=appraise&code="+strings.TrimPrefix(j.at, "/systems/"))
		j.look(t, ctx, "several at once")
		j.page(t, ctx, j.at+"/review")
	}
	fill(t, ctx, `form[action="`+j.at+`/appraisal"]`, url.Values{"documents_ok": {"yes"}, "legal_basis_ok": {"yes"}, "plan_ok": {"yes"}, "outcome": {"fit"}})
	press(t, ctx, `form[action="`+j.at+`/appraisal"] .buttons button`)
}

// decides: at level 3 the law asks for no opinion; the owner approves, the
// regulator confirms.
func (j *journey) decides(t *testing.T) {
	owner := j.window(t, "pheduyet.thanhhoa")
	j.page(t, owner, j.at+"/review")
	j.look(t, owner, "the desk of who decides")
	fill(t, owner, `form[action="`+j.at+`/decision"]`, url.Values{"outcome": {"approve"}, "number": {"12/QĐ-UBND"}, "decided_on": {dmy(j.day)}})
	press(t, owner, `form[action="`+j.at+`/decision"] .buttons button`)
	j.gate(t, "not-confirmed")
	regulator := j.window(t, "xacnhan.boca")
	j.page(t, regulator, j.at+"/review")
	fill(t, regulator, `form[action="`+j.at+`/confirmation"]`, url.Values{"outcome": {"confirm"}})
	press(t, regulator, `form[action="`+j.at+`/confirmation"] .buttons button`)
	f := j.file(t)
	if d := f.System.Last(); d.State != approval.Approved || len(d.Rounds) != 2 || len(d.Receipts) != 2 || f.Standing.Approval == nil || f.Standing.Approval.Number != "12/QĐ-UBND" || !f.Standing.Confirmed {
		t.Fatalf("the dossier at its end: %+v, %+v", d, f.Standing)
	}
}

// opens: the plan of the approved dossier is declared, and the gate opens.
func (j *journey) opens(t *testing.T) {
	ctx := j.window(t, theOfficer)
	j.page(t, ctx, j.at+"/plan")
	fill(t, ctx, "form.form", url.Values{"status": {"full"}, "on": {dmy(j.day)}, "note": {"Nghiệm thu"}})
	press(t, ctx, formButton)
	j.gate(t)
	j.page(t, ctx, "/gate?provider="+strings.TrimPrefix(j.at, "/systems/"))
	j.look(t, ctx, "the open gate")
}

// gate asks the gate as a gateway does: it denies for each of the reasons, and
// allows when there are none.
func (j *journey) gate(t *testing.T, reasons ...string) {
	t.Helper()
	b, err := newBrowser(j.base)
	if err != nil {
		t.Fatal(err)
	}
	d, err := b.ask(context.Background(), "provider="+strings.TrimPrefix(j.at, "/systems/"))
	if err != nil || (d.Decision == "allow") != (len(reasons) == 0) || slices.ContainsFunc(reasons, func(id string) bool { return !d.denies(id) }) {
		t.Errorf("the gate says %s, %v; want %v", d, err, reasons)
	}
}
