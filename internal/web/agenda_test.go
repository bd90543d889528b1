package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"testing"

	"capdo/internal/store/storetest"
)

// TestDueCalendar: the page, its filters, and the feed for its own password that
// ends when it is replaced or ended.
func TestDueCalendar(t *testing.T) {
	h := open(t, nil)
	code := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Confirmed).Code
	officer := h.as("vanhanh")
	p := officer.get("/calendar").wants(http.StatusOK)
	p.lint("vi")
	if got := p.text("tbody"); !strings.Contains(got, code) || !strings.Contains(got, "Rà soát danh sách tài khoản") {
		t.Errorf("calendar: %s", got)
	}
	officer.get("/calendar?lang=en&scope=agency&kind=review&state=later").wants(http.StatusOK).lint("en")
	if got := officer.get("/calendar?lang=vi&kind=drill").text("tbody tr"); !strings.Contains(got, "31/12/2026") || strings.Contains(got, code) {
		t.Errorf("drills only: %s", got)
	}
	if got := h.as("nghean").get("/calendar?scope=nation").text("tbody"); strings.Contains(got, code) {
		t.Errorf("another agency sees %s", code)
	}
	h.as("nghean").get("/calendar?scope=agency&agency=H56").wants(http.StatusNotFound)
	if got := h.as("bca").get("/calendar?scope=nation").text("tbody"); !strings.Contains(got, code) {
		t.Error("the country's calendar lacks the system")
	}
	renew := func() string {
		t.Helper()
		p := officer.post("/calendar/feed", url.Values{}).wants(http.StatusOK)
		p.lint("vi")
		return p.text("#feed ~ dl code.secret")
	}
	ask := func(name, secret string) *page {
		t.Helper()
		r, err := http.NewRequest(http.MethodGet, h.server.URL+"/calendar/feed.ics", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth(name, secret)
		return h.stranger().do(r)
	}
	old := renew()
	ics := ask("vanhanh", old).wants(http.StatusOK)
	if ct := ics.header.Get("Content-Type"); !strings.HasPrefix(ct, "text/calendar") || !strings.HasPrefix(ics.body, "BEGIN:VCALENDAR\r\n") || !strings.Contains(ics.body, "UID:review:"+code+":account-review@capdo") {
		t.Errorf("feed: %s %.300s", ct, ics.body)
	}
	fresh := renew()
	for name, secret := range map[string]string{"vanhanh": old, "nghean": fresh, "": fresh, "bca": ""} {
		if p := ask(name, secret); p.status != http.StatusUnauthorized || p.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%q with %q: %d", name, secret, p.status)
		}
	}
	ask("vanhanh", fresh).wants(http.StatusOK)
	officer.post("/calendar/feed/end", url.Values{}).leads("/calendar?done=feedend")
	ask("vanhanh", fresh).wants(http.StatusUnauthorized)
	h.stranger().get("/calendar/" + fresh + ".ics").wants(http.StatusNotFound)
}

// TestWatch: an incident, a finding and an activity by pages.
func TestWatch(t *testing.T) {
	h := open(t, nil)
	code := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Confirmed).Code
	officer, at := h.as("vanhanh"), "/systems/"+code+"/watch"
	done := at + "?done=checklist"
	officer.get(at).wants(http.StatusOK).lint("vi")
	p := officer.post(at, url.Values{"do": {"incident"}, "happened": {"22/11/2026"}, "clock": {"25:00"}, "says": {"Mã độc"}}).wants(http.StatusUnprocessableEntity)
	p.lint("vi")
	if got := p.text("#incident-says"); got != "Mã độc" {
		t.Errorf("typed text: %q", got)
	}
	officer.post(at, url.Values{"do": {"incident"}, "happened": {"22/11/2026"}, "clock": {"09:30"}, "says": {"Mã độc"}, "severe": {"yes"}}).leads(done)
	p = officer.get(at)
	p.lint("vi")
	if got := p.text("#incidents ~ article ul"); !strings.Contains(got, "09:30, 23/11/2026") || !strings.Contains(got, "09:30, 25/11/2026") {
		t.Errorf("24 h and 72 h: %q", got)
	}
	no := attr(p.all("article input[name=no]")[0], "value")
	officer.post(at, url.Values{"do": {"report"}, "no": {no}, "step": {"closed"}, "sent": {"22/11/2026"}, "clock": {"11:00"}}).wants(http.StatusConflict).lint("vi")
	for _, step := range []string{"first", "report", "closed"} {
		officer.post(at, url.Values{"do": {"report"}, "no": {no}, "step": {step}, "sent": {"22/11/2026"}, "clock": {"11:00"}}).leads(done)
	}
	officer.post(at, url.Values{"do": {"finding"}, "says": {"x"}}).wants(http.StatusUnprocessableEntity).lint("vi")
	h.as("chuyentrach").post(at, url.Values{"do": {"finding"}, "says": {"Chưa tách vùng"}, "on": {"20/11/2026"}, "due": {"20/12/2026"}, "role": {"network"}, "critical": {"yes"}}).leads(done)
	if got := officer.get("/systems/" + code + "/gaps").text("tbody tr:last-child"); !strings.Contains(got, "Chưa tách vùng") || !strings.Contains(got, "20/12/2026") {
		t.Errorf("the finding among the gaps: %q", got)
	}
	officer.post(at, url.Values{"do": {"deed"}, "activity": {"account-review"}, "on": {"20/11/2026"}, "performer": {"Trung tâm CNTT"}}).leads(done)
	officer.get(at + "?lang=en").wants(http.StatusOK).lint("en")
	h.as("nghean").get(at).wants(http.StatusNotFound)
	h.as("nghean").post(at, url.Values{"do": {"deed"}}).wants(http.StatusNotFound)
	h.as("kiemtoan").post(at, url.Values{"do": {"deed"}, "activity": {"account-review"}, "on": {"20/11/2026"}, "performer": {"x"}}).wants(http.StatusForbidden)
}

// TestYear: drills and the budget of an agency's year by pages.
func TestYear(t *testing.T) {
	h := open(t, nil)
	unit, at := h.as("chuyentrach"), "/agencies/H56/years/2026"
	unit.get(at).wants(http.StatusOK).lint("vi")
	unit.post(at, url.Values{"do": {"budget"}, "total": {"1.000"}, "security": {"x"}}).wants(http.StatusUnprocessableEntity).lint("vi")
	unit.post(at, url.Values{"do": {"drill"}, "says": {"x"}}).wants(http.StatusUnprocessableEntity).lint("vi")
	unit.post(at, url.Values{"do": {"budget"}, "total": {"1.000"}, "security": {"99"}}).leads(at + "?done=checklist")
	if got := unit.get(at).text("h2 .tag"); got != "Dưới 10%" {
		t.Errorf("9.9%%: %q", got)
	}
	unit.post(at, url.Values{"do": {"drill"}, "on": {"1/6/2026"}, "says": {"Diễn tập thực chiến"}}).leads(at + "?done=checklist")
	unit.get(at + "?lang=en").wants(http.StatusOK).lint("en")
	h.as("nghean").get(at).wants(http.StatusNotFound)
	h.as("nghean").post(at, url.Values{"do": {"budget"}, "total": {"1"}, "security": {"1"}}).wants(http.StatusNotFound)
	h.as("bca").get(at).wants(http.StatusOK)
}

// TestBulkPage: one control on several systems, with why another was not done.
func TestBulkPage(t *testing.T) {
	h := open(t, nil)
	a := storetest.Lead(t, h.office, "H56", "A", storetest.Confirmed).Code
	b := storetest.Lead(t, h.office, "H56", "B", storetest.Stated).Code
	far := storetest.Lead(t, h.office, "H41", "C", storetest.Confirmed).Code
	officer := h.as("vanhanh")
	officer.get("/bulk").wants(http.StatusOK).lint("vi")
	p := officer.get("/bulk?rules=R331&key=RR.process").wants(http.StatusOK)
	p.lint("vi")
	if got := len(p.all("input[name=system]")); got != 2 {
		t.Errorf("%d systems to choose from", got)
	}
	officer.post("/bulk", url.Values{"rules": {"R331"}, "key": {"RR.process"}}).wants(http.StatusUnprocessableEntity)
	in := url.Values{"rules": {"R331"}, "key": {"RR.process"}, "r.one": {"met"}, "how.one": {"Đã ban hành"}, "seen.one": {"0"}, "system": {a, b, far}}
	p = officer.post("/bulk", in).wants(http.StatusOK)
	p.lint("vi")
	if got := p.text("tbody tr"); strings.Count(got, "Chưa trả lời")+strings.Count(got, "(để trống)") == 0 || !strings.Contains(got, a) || !strings.Contains(got, b) || strings.Contains(got, far) || !strings.Contains(got, "Đã ban hành") {
		t.Errorf("what will change: %q", got)
	}
	if got := officer.get("/systems/" + b + "/checklist").text(".stat-num"); got != "0 | 0 | 0" {
		t.Errorf("written before it was confirmed: %q", got)
	}
	in.Del("system")
	in.Set("which", "all")
	in = confirmed(officer.post("/bulk", in).wants(http.StatusOK))
	in.Add("system", far)
	p = officer.post("/bulk", in).wants(http.StatusOK)
	if got := p.text(".ok"); !strings.Contains(got, "2/3") || !strings.Contains(p.text("dl.facts"), far) {
		t.Errorf("bulk: %q, %q", got, p.text("dl.facts"))
	}
	in.Set("how.one", "Khác")
	if got := officer.post("/bulk", in).wants(http.StatusOK).text(".ok"); !strings.Contains(got, "0/3") {
		t.Errorf("sent again from what was seen before: %q", got)
	}
	if got := officer.get("/systems/" + b + "/checklist").text(".stat-num"); got != "1 | 0 | 0" {
		t.Errorf("after bulk: %q", got)
	}
	h.as("chuquan").get("/bulk").wants(http.StatusForbidden)
}

// TestFindingClosedOnThePage: a finding is closed by a file sent with the form,
// checked by another person, and open again once the file is taken off.
func TestFindingClosedOnThePage(t *testing.T) {
	h := withDocuments(t)
	code := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Confirmed).Code
	at := "/systems/" + code + "/watch"
	done := at + "?done=checklist"
	officer, unit := h.as("vanhanh"), h.as("chuyentrach")
	unit.post(at, url.Values{"do": {"finding"}, "says": {"Chưa tách vùng"}, "on": {"20/11/2026"}, "due": {"20/12/2026"}, "role": {"network"}}).leads(done)
	p := officer.get(at).wants(http.StatusOK)
	no := attr(p.all("article input[name=no]")[0], "value")
	closes := func(field, text string) *page {
		return officer.sendText(at, url.Values{"do": {"closing"}, "no": {no}}, field, text)
	}
	closes("", "").wants(http.StatusUnprocessableEntity).lint("vi")
	closes("file."+no, "MZ\x90\x00").wants(http.StatusUnprocessableEntity).lint("vi")
	closes("file.99", "x\n").wants(http.StatusNotFound)
	closes("file."+no, "Biên bản khắc phục\n").leads(done)
	p = unit.get(at).wants(http.StatusOK)
	p.lint("vi")
	if got := p.text("article"); !strings.Contains(got, "Đã đóng") || !strings.Contains(got, "SHA-256") || len(p.all("article input[name=evidence]")) != 0 {
		t.Errorf("closed by a file: %q", got)
	}
	if n := len(officer.get(at).all("article input[name=closing]")); n != 0 {
		t.Error("whoever closed may check")
	}
	closing := attr(p.one("article input[name=closing]"), "value")
	check := url.Values{"do": {"closing-check"}, "no": {no}, "closing": {closing}, "outcome": {"lacking"}}
	unit.post(at, check).wants(http.StatusUnprocessableEntity).one(`.errors a[href="#closing-check-note-` + no + `"]`)
	check.Set("outcome", "accepted")
	unit.post(at, check).leads(done)
	if got := officer.get(at).text("article .note"); !strings.Contains(got, "Chấp nhận") {
		t.Errorf("checked: %q", got)
	}
	files := officer.get("/systems/" + code + "/documents?finding=" + no).wants(http.StatusOK)
	files.lint("vi")
	officer.post(attr(files.one(`form[action$="/remove"]`), "action"), nil).wants(http.StatusSeeOther)
	p = unit.get(at + "?lang=en").wants(http.StatusOK)
	p.lint("en")
	if got := p.text("article"); !strings.Contains(got, "Open again") || len(p.all("article input[name=evidence]")) != 1 {
		t.Errorf("its file taken off: %q", got)
	}
	if got := officer.get("/systems/" + code + "/gaps?lang=vi").text("tbody tr:last-child"); !strings.Contains(got, "Chưa tách vùng") {
		t.Errorf("among the gaps: %q", got)
	}
}

// sendText sends a form with a text file in one of its fields, none where field is
// "".
func (b *browser) sendText(at string, in url.Values, field, text string) *page {
	b.h.t.Helper()
	var buf bytes.Buffer
	m := multipart.NewWriter(&buf)
	for name := range in {
		if err := m.WriteField(name, in.Get(name)); err != nil {
			b.h.t.Fatal(err)
		}
	}
	if field != "" {
		w, err := m.CreatePart(textproto.MIMEHeader{"Content-Disposition": {multipart.FileContentDisposition(field, "bien-ban.txt")}, "Content-Type": {"text/plain"}})
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			b.h.t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		b.h.t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, b.h.server.URL+at, &buf)
	if err != nil {
		b.h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Origin", b.h.server.URL)
	return b.do(r)
}
