package web_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"testing"

	"capdo/internal/attachment"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
	"capdo/internal/web"
)

// withDocuments opens a house that takes documents in.
func withDocuments(t *testing.T) *house {
	dir := t.TempDir()
	return open(t, func(c *web.Config) {
		c.Documents = &attachment.Desk{Office: c.Office, Store: c.Office.Store.(*store.Store).Attachments(), Blobs: storetest.Blobs(t, dir),
			Limits: attachment.Default(), Policy: attachment.Policy{ServeUnscanned: true}, Log: slog.New(slog.DiscardHandler)}
		c.Documents.Limits.File = 100 << 10
	})
}

// attach sends a file the way the page's form does.
func (b *browser) attach(at, once, name, kind string, body []byte) *page {
	b.h.t.Helper()
	var buf bytes.Buffer
	m := multipart.NewWriter(&buf)
	if err := m.WriteField("once", once); err != nil {
		b.h.t.Fatal(err)
	}
	if name != "" {
		h := textproto.MIMEHeader{"Content-Disposition": {multipart.FileContentDisposition("file", name)}, "Content-Type": {kind}}
		w, err := m.CreatePart(h)
		if err != nil {
			b.h.t.Fatal(err)
		}
		if _, err := w.Write(body); err != nil {
			b.h.t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		b.h.t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, b.h.server.URL+at+"/documents", &buf)
	if err != nil {
		b.h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Origin", b.h.server.URL)
	return b.do(r)
}

// TestDocuments: attached, listed, given out inert, removed; sent twice once;
// another's as absent as none.
func TestDocuments(t *testing.T) {
	h := withDocuments(t)
	a := h.as("vanhanh")
	at := registered(a, "Cổng thông tin")
	p := a.get(at + "/documents").wants(http.StatusOK)
	p.lint("vi")
	once := attr(p.one("main input[name=once]"), "value")
	body := []byte("Điều 1. Phạm vi")
	a.attach(at, once, "Quy chế “số 1”.txt", "text/plain", body).leads(at + "/documents?done=document")
	a.attach(at, once, "Quy chế “số 1”.txt", "text/plain", body).leads(at + "/documents?done=document")
	p = a.get(at + "/documents")
	p.lint("vi")
	if n := len(p.all("tbody tr")); n != 1 {
		t.Fatalf("%d documents, want 1", n)
	}
	if got := p.text("tbody"); !strings.Contains(got, "Chưa quét mã độc") || !strings.Contains(got, "Cán bộ vanhanh") {
		t.Errorf("the row: %s", got)
	}
	for _, x := range []struct {
		name, kind string
		body       []byte
		status     int
	}{{"x.exe", "", body, 422}, {"x.pdf", "application/pdf", body, 422}, {"x.txt", "text/plain", bytes.Repeat([]byte("a"), 100<<10+1), 422}, {"", "", nil, 422},
		{"again.txt", "text/plain", body, 409}, {"huge.txt", "text/plain", bytes.Repeat([]byte("a"), 5<<20), 422}} {
		a.attach(at, "", x.name, x.kind, x.body).wants(x.status).lint("vi")
	}
	got := a.get(at + "/documents/1").wants(http.StatusOK)
	want := map[string]string{"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin",
		"Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'", "Content-Disposition": `attachment; filename="Quy ch_ _s_ 1_.txt"; filename*=UTF-8''Quy%20ch%E1%BA%BF%20%E2%80%9Cs%E1%BB%91%201%E2%80%9D.txt`}
	for k, w := range want {
		if got.header.Get(k) != w {
			t.Errorf("%s: %q, want %q", k, got.header.Get(k), w)
		}
	}
	if got.body != string(body) {
		t.Errorf("given out: %q", got.body)
	}
	other := h.as("nghean")
	for _, path := range []string{"/documents", "/documents/1"} {
		theirs, none := other.get(at+path).wants(http.StatusNotFound), other.get("/systems/H56-9999"+path).wants(http.StatusNotFound)
		if strings.ReplaceAll(theirs.body, at, "") != strings.ReplaceAll(none.body, "/systems/H56-9999", "") {
			t.Errorf("%s tells another's system from none", path)
		}
	}
	a.get(at + "/documents/2").wants(http.StatusNotFound)
	other.post(at+"/documents/1/remove", nil).wants(http.StatusNotFound)
	h.as("chuyentrach").post(at+"/documents/1/remove", nil).wants(http.StatusForbidden)
	a.post(at+"/documents/1/remove", nil).leads(at + "/documents?done=undocument")
	a.get(at + "/documents/1").wants(http.StatusConflict)
}

// TestDocumentsAreHandedIn: what is attached is part of what is decided on.
func TestDocumentsAreHandedIn(t *testing.T) {
	h := withDocuments(t)
	a := h.as("vanhanh")
	at := registered(a, "Cổng thông tin")
	a.fill(at+"/facts", level3())
	a.attach(at, "", "quy-che.txt", "text/plain", []byte("Điều 1")).wants(http.StatusSeeOther)
	in := statement(a.get(at + "/dossier"))
	in.Set("do", "submit")
	a.fill(at+"/dossier", in).leads(at + "?done=submit")
	sys := h.system(strings.TrimPrefix(at, "/systems/"))
	d := sys.Last()
	reviewer := h.as("chuyentrach")
	link := attr(reviewer.get(at).one("article.dossier a[href*=documents]"), "href")
	if got := reviewer.get(link).wants(http.StatusOK); !strings.Contains(got.text("tbody"), "quy-che.txt") || len(got.all("input[type=file]")) != 0 {
		t.Errorf("what a reviewer sees: %s", got.text("main"))
	}
	if len(d.Documents) != 1 || d.Documents[0].Name != "quy-che.txt" || len(d.Documents[0].SHA256) != 64 {
		t.Errorf("handed in with %+v", d.Documents)
	}
}

// TestGaps: the list of what lacks is the list a submission is refused by, each
// with the way to its field.
func TestLacks(t *testing.T) {
	h := withDocuments(t)
	a := h.as("vanhanh")
	at := registered(a, "Cổng thông tin")
	if got := a.get(at + "/dossier/gaps").wants(http.StatusOK).text("#gap-facts"); got == "" {
		t.Error("the facts lack, and are not listed")
	}
	a.fill(at+"/facts", level3())
	a.attach(at, "", "a.txt", "text/plain", []byte("a")).wants(http.StatusSeeOther)
	a.fill(at+"/dossier", url.Values{"scope": {"x"}, "proposed_level": {"3"}, "do": {"save"}}).wants(http.StatusSeeOther)
	p := a.get(at + "/dossier/gaps").wants(http.StatusOK)
	p.lint("vi")
	a.get(at + "/dossier/gaps?lang=en").lint("en")
	a.get(at + "/dossier/gaps?lang=vi")
	form := a.get(at + "/dossier")
	for _, n := range p.all(".gaps a") {
		path, id, _ := strings.Cut(attr(n, "href"), "#")
		if path == at+"/dossier" {
			form.one("#" + id)
		}
	}
	var g struct {
		Blocking, Attention, Done, Of int
		Gaps                          []struct{ Field, Rule, Severity, Href string }
	}
	if err := json.Unmarshal([]byte(a.get(at+"/dossier/gaps.json").wants(http.StatusOK).body), &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Gaps) != len(p.all(".gaps li")) || g.Blocking+g.Attention != len(g.Gaps) || g.Done == 0 || g.Done >= g.Of || g.Attention == 0 {
		t.Errorf("%d of JSON, %d on the page: %+v", len(g.Gaps), len(p.all(".gaps li")), g)
	}
	in := asShown(form)
	in.Set("do", "submit")
	refused := a.post(at+"/dossier", in).wants(http.StatusUnprocessableEntity)
	fields := map[string]bool{}
	for _, n := range refused.all(".errors a") {
		fields[strings.TrimPrefix(attr(n, "href"), "#")] = true
	}
	for _, x := range g.Gaps {
		if x.Severity == "block" && x.Field != "" && !fields[x.Field] {
			t.Errorf("%s blocks, and the submission does not say so", x.Field)
		}
		delete(fields, x.Field)
	}
	if len(fields) > 0 {
		t.Errorf("refused by %v, not on the list", fields)
	}
	h.as("nghean").get(at + "/dossier/gaps").wants(http.StatusNotFound)
}

// asShown is a form as it stands on the page.
func asShown(p *page) url.Values {
	in := url.Values{}
	for _, n := range p.all("form.form textarea") {
		in.Set(attr(n, "name"), textOf(n))
	}
	for _, n := range p.all("form.form input") {
		kind := attr(n, "type")
		if kind != "radio" && kind != "checkbox" || hasAttr(n, "checked") {
			in.Add(attr(n, "name"), attr(n, "value"))
		}
	}
	return in
}

// TestCopyPage: find a like system, choose, and see it in the draft.
func TestCopyPage(t *testing.T) {
	h := withDocuments(t)
	a := h.as("vanhanh")
	like := storetest.Lead(t, h.office, "H56", "Hệ thống tương tự", storetest.Submitted)
	theirs := storetest.Lead(t, h.office, "H41", "Hệ thống tỉnh khác", storetest.Submitted)
	at := registered(a, "Cổng thông tin")
	p := a.get(at + "/dossier/copy").wants(http.StatusOK)
	p.lint("vi")
	if got := p.text("main ul"); !strings.Contains(got, like.Code) || strings.Contains(got, theirs.Code) {
		t.Errorf("offered: %s", got)
	}
	a.get(at + "/dossier/copy?from=" + theirs.Code).wants(http.StatusNotFound)
	p = a.get(at + "/dossier/copy?from=" + like.Code).wants(http.StatusOK)
	p.lint("vi")
	if len(p.all("#copy-scale")) != 1 || len(p.all("#copy-risk_assessed_on")) != 0 {
		t.Error("what is offered to copy is not what may be")
	}
	in := url.Values{"from": {like.Code}, "field": {"scale", "zones"}, "once": {attr(p.one("main input[name=once]"), "value")}}
	a.post(at+"/dossier/copy", in).leads(at + "/dossier?done=copy")
	a.post(at+"/dossier/copy", in).leads(at + "/dossier?done=copy")
	if got := textOf(a.get(at + "/dossier").one("textarea#scale")); got != "Nội dung scale" {
		t.Errorf("copied: %q", got)
	}
	if got := a.get(at + "/dossier").text("#field-scale .saved-by"); !strings.Contains(got, "chép từ "+like.Code) {
		t.Errorf("the field does not say where it came from: %s", got)
	}
	if got := a.get(at + "/dossier/fields/scale/history").text("tbody"); !strings.Contains(got, "chép từ "+like.Code) {
		t.Errorf("where it came from: %s", got)
	}
	a.post(at+"/dossier/copy", url.Values{"from": {like.Code}, "field": {"scale"}}).wants(http.StatusUnprocessableEntity)
	h.as("chuyentrach").get(at + "/dossier/copy").wants(http.StatusForbidden)
}
