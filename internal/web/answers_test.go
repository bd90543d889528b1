package web_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"capdo/internal/store/storetest"
)

// firstGroup is the address of the first group of a plan, and the key of its
// first control.
func firstGroup(b *browser, code string) (to, key string) {
	b.h.t.Helper()
	to = attr(b.get("/systems/" + code + "/checklist").all("ul.work a")[0], "href")
	return to, strings.TrimPrefix(attr(b.get(to).all(`input[name^="seen."]`)[0], "name"), "seen.")
}

// TestAnswerSave: one control by itself, under If-Match: other parts than
// another hand changed are saved, the same part is a choice.
func TestAnswerSave(t *testing.T) {
	h := open(t, nil)
	code := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Confirmed).Code
	a, b := h.as("vanhanh"), h.as("vanhanh2")
	to, key := firstGroup(a, code)
	at := to + "/fields/" + key
	a.field(http.MethodPut, at, "", url.Values{"how." + key: {"x"}}).wants(http.StatusPreconditionRequired)
	a.field(http.MethodPut, to+"/fields/none", `"0"`, url.Values{"how.none": {"x"}}).wants(http.StatusNotFound)
	p := a.field(http.MethodPut, at, `"0"`, url.Values{"how." + key: {"Của A"}}).wants(http.StatusOK)
	var said struct{ Tag, Says, By string }
	if err := json.Unmarshal([]byte(p.body), &said); err != nil || p.header.Get("ETag") != `"`+said.Tag+`"` || !strings.Contains(said.By, "vanhanh") {
		t.Fatalf("%q %+v %v", p.header.Get("ETag"), said, err)
	}
	if got := a.get(at).wants(http.StatusOK); got.header.Get("ETag") != p.header.Get("ETag") || !strings.Contains(got.body, "Của A") {
		t.Errorf("GET has ETag %s, the save gave %s", got.header.Get("ETag"), p.header.Get("ETag"))
	}
	if got := a.get("/systems/" + code + "/checklist").text(".lead"); !strings.Contains(got, "Đã trả lời 0/") {
		t.Errorf("a control without a result counts as answered: %s", got)
	}
	b.field(http.MethodPut, at, `"0"`, url.Values{"r." + key: {"met"}, "role." + key: {"operator"}}).wants(http.StatusOK)
	stale := b.field(http.MethodPut, at, `"0"`, url.Values{"how." + key: {"Của B"}, "note." + key: {"Ghi chú của B"}}).wants(http.StatusPreconditionFailed)
	if got := stale.text(".clash-columns"); !strings.Contains(got, "Của A") || !strings.Contains(got, "Của B") || strings.Contains(got, "Ghi chú") || len(stale.all("button[data-take]")) != 3 {
		t.Errorf("the choice: %s", got)
	}
	got := a.get(at).body
	for _, want := range []string{"Của A", `"met"`, `"operator"`, "Ghi chú của B"} {
		if !strings.Contains(got, want) {
			t.Errorf("lost %q: %s", want, got)
		}
	}
	b.field(http.MethodPut, at, stale.header.Get("ETag"), url.Values{"how." + key: {"Của B"}}).wants(http.StatusOK)
	if past := a.get(to).text("details ul"); !strings.Contains(past, "Của A") {
		t.Errorf("what was replaced is gone: %s", past)
	}
	wrong := a.field(http.MethodPut, at, a.get(at).header.Get("ETag"), url.Values{"due." + key: {"31/02/2027"}, "note." + key: {"Vẫn lưu"}}).wants(http.StatusUnprocessableEntity)
	if !strings.Contains(wrong.body, "31/12/2026") || wrong.header.Get("ETag") != a.get(at).header.Get("ETag") || !strings.Contains(a.get(at).body, "Vẫn lưu") {
		t.Errorf("what is right beside what is wrong: %s", wrong.body)
	}
	h.stranger().field(http.MethodPut, at, `"0"`, url.Values{}).wants(http.StatusUnauthorized)
	h.as("chuyentrach").field(http.MethodPut, at, `"0"`, url.Values{"how." + key: {"x"}}).wants(http.StatusForbidden)
	theirs := h.as("nghean").field(http.MethodPut, at, `"0"`, url.Values{"how." + key: {"x"}}).wants(http.StatusNotFound)
	none := h.as("nghean").field(http.MethodPut, strings.Replace(at, code, "H56-9999", 1), `"0"`, url.Values{"how." + key: {"x"}}).wants(http.StatusNotFound)
	if strings.ReplaceAll(theirs.body, code, "X") != strings.ReplaceAll(none.body, "H56-9999", "X") {
		t.Error("another's answer is told from none")
	}
	a.field(http.MethodPost, to+"/fields/presence", "", url.Values{"at": {key}}).wants(http.StatusOK)
	if got := b.field(http.MethodPost, to+"/fields/presence", "", url.Values{"at": {""}}).wants(http.StatusOK).body; !strings.Contains(got, "Cán bộ vanhanh") {
		t.Errorf("who else has it open: %q", got)
	}
}

// TestAnswersWithoutScript: two people send a whole group; the same part of one
// control is a choice, and neither word is lost.
func TestAnswersWithoutScript(t *testing.T) {
	for _, take := range []struct{ choice, want string }{{"mine", "Của B"}, {"theirs", "Của A"}, {"edit", "Của B, sửa"}} {
		h := open(t, nil)
		code := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Confirmed).Code
		a, b := h.as("vanhanh"), h.as("vanhanh2")
		to, key := firstGroup(a, code)
		a.post(to, url.Values{"seen." + key: {"0"}, "r." + key: {"met"}, "how." + key: {"Của A"}}).leads(to + "?done=checklist")
		p := b.post(to, url.Values{"seen." + key: {"0"}, "r." + key: {"met"}, "how." + key: {"Của B"}, "note." + key: {"Thêm"}}).wants(http.StatusConflict)
		p.lint("vi")
		if got := p.text(".clash-columns"); !strings.Contains(got, "Của A") || !strings.Contains(got, "Của B") {
			t.Errorf("the choice: %s", got)
		}
		seen := attr(p.one(`input[name="seen.`+key+`"]`), "value")
		how := textOf(p.one(`textarea[name="how.` + key + `"]`))
		if how != "Của B" {
			t.Errorf("what was typed is not kept: %q", how)
		}
		if take.choice == "edit" {
			how += ", sửa"
		}
		b.post(to, url.Values{"seen." + key: {seen}, "take." + key: {take.choice}, "r." + key: {"met"}, "how." + key: {how}, "note." + key: {"Thêm"}}).leads(to + "?done=checklist")
		end := a.get(to)
		if got := textOf(end.one(`textarea[name="how.` + key + `"]`)); got != take.want {
			t.Errorf("%s: %q, want %q", take.choice, got, take.want)
		}
		if past := end.text("details ul") + take.want; !strings.Contains(past, "Của A") {
			t.Errorf("%s: A's word is lost: %s", take.choice, past)
		}
		if got := attr(end.one(`input[name="note.`+key+`"]`), "value"); got != "Thêm" {
			t.Errorf("what did not clash was not saved: %q", got)
		}
	}
}

// sends posts a page of controls with a file, as its form does.
func (b *browser) sends(to string, in url.Values, field, name, body string) *page {
	b.h.t.Helper()
	var buf bytes.Buffer
	m := multipart.NewWriter(&buf)
	w, err := m.CreateFormFile(field, name)
	if err == nil {
		_, err = w.Write([]byte(body))
	}
	for k, vs := range in {
		for _, v := range vs {
			if err == nil {
				err = m.WriteField(k, v)
			}
		}
	}
	if err != nil || m.Close() != nil {
		b.h.t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, b.h.server.URL+to, &buf)
	if err != nil {
		b.h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Origin", b.h.server.URL)
	return b.do(r)
}

// TestFileOfControl: a file comes in with the answer, is shown with its hash and
// given out to who may see it, and lapses the answer when it is taken away, in
// the list of gaps too. A file that is refused leaves the rest saved.
func TestFileOfControl(t *testing.T) {
	h := withDocuments(t)
	code := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Confirmed).Code
	a := h.as("vanhanh")
	to, key := firstGroup(a, code)
	p := a.sends(to, url.Values{"seen." + key: {"0"}, "r." + key: {"met"}, "how." + key: {"Có biên bản"}}, "file."+key, "virus.exe", "MZ").wants(http.StatusUnprocessableEntity)
	p.lint("vi")
	if got := attr(p.all(".errors a")[0], "href"); got != "#file-"+key {
		t.Errorf("the summary leads to %q", got)
	}
	if got := textOf(p.one(`textarea[name="how.` + key + `"]`)); got != "Có biên bản" {
		t.Errorf("the answer beside a refused file: %q", got)
	}
	seen := attr(p.one(`input[name="seen.`+key+`"]`), "value")
	a.sends(to, url.Values{"seen." + key: {seen}}, "file."+key, "Biên bản.txt", "Kết quả").leads(to + "?done=checklist")
	p = a.get(to).wants(http.StatusOK)
	p.lint("vi")
	link := p.one(`#field-` + strings.ReplaceAll(key, ".", `\.`) + ` a[href^="/systems/` + code + `/documents/"]`)
	if textOf(link) != "Biên bản.txt" || len(p.all(`input[name="fe.`+key+`.0"][checked]`)) != 1 || !strings.Contains(p.body, "SHA-256") {
		t.Errorf("the file is not shown as evidence: %s", textOf(link))
	}
	if got := h.as("chuyentrach").get(attr(link, "href")).wants(http.StatusOK).body; got != "Kết quả" {
		t.Errorf("given out: %q", got)
	}
	h.as("nghean").get(attr(link, "href")).wants(http.StatusNotFound)
	a.get("/systems/" + code + "/documents?control=" + key).wants(http.StatusOK).lint("vi")
	a.post(attr(link, "href")+"/remove", url.Values{}).leads("/systems/" + code + "/documents?control=" + key + "&done=undocument")
	gaps := a.get("/systems/" + code + "/gaps").wants(http.StatusOK)
	if got := gaps.all("tbody tr")[0]; !strings.Contains(textOf(got), "Tệp bằng chứng đã gỡ") || !strings.Contains(textOf(got), "Biên bản.txt") {
		t.Errorf("the gap says %q", textOf(got))
	}
	if csv := a.get("/systems/" + code + "/gaps.csv").body; !strings.Contains(csv, "Biên bản.txt (Đã gỡ) SHA-256 ") {
		t.Errorf("the table of gaps: %s", csv)
	}
}

// TestCards: one control a page leads on to the next that matches.
func TestCards(t *testing.T) {
	h := open(t, nil)
	code := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Confirmed).Code
	a := h.as("vanhanh")
	at := "/systems/" + code + "/checklist-cards?state=unanswered"
	p := a.get(at).wants(http.StatusOK)
	p.lint("vi")
	key := strings.TrimPrefix(attr(p.one(`input[name^="seen."]`), "name"), "seen.")
	next := attr(p.one(`input[name="next"]`), "value")
	to := attr(p.one("form.form"), "action")
	if got := a.post(to, url.Values{"seen." + key: {"0"}, "r." + key: {"not_met"}, "do": {"next"}, "next": {next}}).wants(http.StatusSeeOther).header.Get("Location"); !strings.Contains(got, "at="+url.QueryEscape(next)) || !strings.Contains(got, "state=unanswered") {
		t.Errorf("leads to %s", got)
	}
	p = a.post(to, url.Values{"seen." + key: {"0"}, "r." + key: {"met"}, "due." + key: {"x"}}).wants(http.StatusConflict)
	p.lint("vi")
	if n := len(p.all(`input[name^="seen."]`)); n != 1 {
		t.Errorf("%d controls on a card", n)
	}
	p = a.get("/systems/" + code + "/checklist-cards?state=met").wants(http.StatusOK)
	p.lint("vi")
	if !strings.Contains(p.body, "Hiện tất cả") {
		t.Error("an empty filter does not lead back")
	}
}

// confirmed is what the button of a page that asks for confirmation sends.
func confirmed(p *page) url.Values {
	in := url.Values{"confirm": {"yes"}}
	for _, n := range p.all("form.form input[type=hidden]") {
		in.Add(attr(n, "name"), attr(n, "value"))
	}
	return in
}

// TestManyControlsAtOnce: what will change is listed one by one before it is
// written, all that match the filter too; what another hand changed meanwhile is
// left and shown again.
func TestManyControlsAtOnce(t *testing.T) {
	h := open(t, nil)
	code := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Confirmed).Code
	a, b := h.as("vanhanh"), h.as("vanhanh2")
	at := "/systems/" + code + "/checklist-all?state=unanswered"
	p := a.get(at).wants(http.StatusOK)
	p.lint("vi")
	keys := p.all(`input[name="key"]`)
	first, second := attr(keys[0], "value"), attr(keys[1], "value")
	to := "/systems/" + code + "/checklist-bulk"
	a.post(to, url.Values{"key": {first}}).wants(http.StatusUnprocessableEntity).lint("vi")
	p = a.post(to, url.Values{"key": {first, second}, "which": {"picked"}, "state": {"unanswered"}, "r.all": {"not_met"}, "due.all": {"31/12/2027"}, "role.all": {"operator"}}).wants(http.StatusOK)
	p.lint("vi")
	if rows := p.all("tbody tr"); len(rows) != 2 || !strings.Contains(textOf(rows[0]), "Chưa đạt") || !strings.Contains(textOf(rows[0]), "31/12/2027") {
		t.Errorf("what will change: %q", p.text("tbody"))
	}
	if got := a.get("/systems/" + code + "/checklist").text(".lead"); !strings.Contains(got, "Đã trả lời 0/") {
		t.Errorf("written before it was confirmed: %q", got)
	}
	in := confirmed(p)
	group := attr(b.get("/systems/" + code + "/checklist").all("ul.work a")[0], "href")
	b.field(http.MethodPut, group+"/fields/"+first, `"0"`, url.Values{"r." + first: {"met"}}).wants(http.StatusOK)
	p = a.post(to, in).wants(http.StatusConflict)
	p.lint("vi")
	if rows := p.all("tbody tr"); len(rows) != 1 || !strings.Contains(textOf(rows[0]), "Đạt") {
		t.Errorf("what is left: %q", p.text("tbody"))
	}
	a.post(to, confirmed(p)).leads("/systems/" + code + "/checklist-all?done=checklist&state=unanswered")
	p = a.post(to, url.Values{"which": {"all"}, "state": {"unanswered"}, "r.all": {"met"}, "how.all": {"Đã thực hiện"}}).wants(http.StatusOK)
	if n := len(p.all("tbody tr")); n != len(keys)-2 {
		t.Errorf("%d controls match the filter, want %d", n, len(keys)-2)
	}
	a.post(to, confirmed(p)).wants(http.StatusSeeOther)
	if got := a.get("/systems/" + code + "/checklist-all?state=unanswered").wants(http.StatusOK); len(got.all("tbody tr")) != 0 {
		t.Errorf("%d left", len(got.all("tbody tr")))
	}
	h.as("chuyentrach").post(to, in).wants(http.StatusForbidden)
}
