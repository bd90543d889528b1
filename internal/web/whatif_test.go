package web_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
	"capdo/internal/web"
)

// TestWhatIf asks what the new law does: levels, the gate with the clause, new
// controls, and the files that say the same.
func TestWhatIf(t *testing.T) {
	h := open(t, nil)
	h.clock.T = storetest.At("2026-05-04").T
	s := storetest.Lead(t, h.office, "H56", "Hệ thống một cửa điện tử", storetest.Deployed)
	h.clock.T = storetest.At("2026-11-22").T
	ministry := h.as("bca")
	p := ministry.get("/what-if").wants(http.StatusOK)
	if attr(p.one("#on"), "value") != "02/07/2027" || attr(p.one("#rules option[selected]"), "value") != "R331" || len(p.all("#moves")) != 0 {
		t.Error("without a question the page does not offer the day after the passage, or answers unasked")
	}
	before := h.system(s.Code)
	p = ministry.get("/what-if?rules=R331&on=2027-07-02").wants(http.StatusOK)
	p.lint("vi")
	row := p.text("[aria-labelledby=rows] tbody tr")
	for _, want := range []string{s.Code, "Cấp độ 3", "cho phép → thành từ chối", "Luật 116/2025/QH15, Điều 45"} {
		if !strings.Contains(row, want) {
			t.Errorf("the system touched does not say %q: %s", want, row)
		}
	}
	if got := p.text("[aria-labelledby=moves] td.stays"); got != "0 | 0 | 0 | 1 | 0 | 0" {
		t.Errorf("moves: %q", got)
	}
	if got := p.text("[aria-labelledby=agencies] tbody"); !strings.HasPrefix(got, "Thanh Hóa 1 0 0 0 0 1 0 1 ") {
		t.Errorf("by agency: %q", got)
	}
	if after := h.system(s.Code); after.Version != before.Version {
		t.Error("asking wrote something")
	}
	for kind, mime := range map[string]string{"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"} {
		link := attr(p.one("a[href^='/what-if."+kind+"']"), "href")
		f := ministry.get(link).wants(http.StatusOK)
		if f.body != kind+" G01 R331 2027-07-02" || f.header.Get("Content-Type") != mime || !strings.Contains(f.header.Get("Content-Disposition"), "capdo-what-if-R331-2027-07-02."+kind) {
			t.Errorf("%s: %q, %v", link, f.body, f.header)
		}
	}
	if len(ministry.get("/").all("a[href='/what-if']")) != 1 {
		t.Error("no way leads to the question")
	}
}

// TestWhatIfReach: a body sees what happens to its own systems only.
func TestWhatIfReach(t *testing.T) {
	h := open(t, nil)
	h.clock.T = storetest.At("2026-05-04").T
	own := storetest.Lead(t, h.office, "H56", "Của Thanh Hóa", storetest.Deployed)
	other := storetest.Lead(t, h.office, "H41", "Của Nghệ An", storetest.Deployed)
	h.clock.T = storetest.At("2026-11-22").T
	for login, sees := range map[string][2]bool{"vanhanh": {true, false}, "nghean": {false, true}, "kiemtoan": {true, true}} {
		text := h.as(login).get("/what-if?rules=R331&on=2027-07-02").wants(http.StatusOK).text("main")
		if strings.Contains(text, own.Name) != sees[0] || strings.Contains(text, other.Name) != sees[1] ||
			strings.Contains(text, own.Code) != sees[0] || strings.Contains(text, other.Code) != sees[1] {
			t.Errorf("%s sees %s", login, text)
		}
	}
	if got := h.as("nghean").get("/what-if?rules=R331&on=2027-07-02").text("[aria-labelledby=agencies] tbody th"); got != "Nghệ An" {
		t.Errorf("agencies of Nghệ An: %q", got)
	}
}

// TestWhatIfRefusals: what cannot be asked is said beside its field; what is
// not there is not linked.
func TestWhatIfRefusals(t *testing.T) {
	h := open(t, func(c *web.Config) { c.WhatIfFile = nil })
	officer := h.as("vanhanh")
	p := officer.get("/what-if?rules=R9&on=31/02/2027").wants(http.StatusUnprocessableEntity)
	p.lint("vi")
	if len(p.all("#rules-error")) != 1 || attr(p.one("#on"), "value") != "31/02/2027" || !strings.HasPrefix(p.text("title"), "Lỗi: ") {
		t.Error("the faults are not beside their fields")
	}
	p = officer.get("/what-if?" + url.Values{"rules": {"R331"}, "on": {"2/7/2027"}}.Encode()).wants(http.StatusOK)
	if len(p.all("a[href^='/what-if.']")) != 0 || p.text("[aria-labelledby=rows] .empty") == "" {
		t.Errorf("links to files nobody writes, or rows of an empty register: %s", p.text("[aria-labelledby=rows]"))
	}
	officer.get("/what-if.csv?rules=R331&on=2027-07-02").wants(http.StatusNotFound)

	h = open(t, func(c *web.Config) { c.WhatIf, c.Controls = nil, nil })
	officer = h.as("vanhanh")
	officer.get("/what-if?rules=R331&on=2027-07-02").wants(http.StatusNotFound)
	at := registered(officer, "Trang du lịch")
	officer.get(at + "/controls").wants(http.StatusNotFound)
	if n := len(officer.get(at).all("a[href$='/controls']")) + len(officer.get("/").all("a[href='/what-if']")); n != 0 {
		t.Errorf("%d links to pages that are not there", n)
	}
	p = h.as("vanhanh").get("/what-if.pdf?rules=R331&on=x").wants(http.StatusUnprocessableEntity)
	if !strings.Contains(p.text(".lead"), "ngày/tháng/năm") {
		t.Errorf("a day that is none: %q", p.text(".lead"))
	}
}

// TestWhatIfSimulated: answers made of simulated records say so.
func TestWhatIfSimulated(t *testing.T) {
	h := open(t, nil)
	h.simulated()
	if p := h.as("bca").get("/what-if?rules=R331&on=2027-07-02"); len(p.all("aside.sim")) != 1 || len(p.all("tbody .tag.yellow")) == 0 {
		t.Errorf("simulated systems are not marked: %s", p.text("[aria-labelledby=rows]"))
	}
	if p := h.as("nghean").get("/what-if?rules=R331&on=2027-07-02"); len(p.all("aside.sim")) != 0 {
		t.Error("an answer without simulated systems is marked")
	}
}

// sent is an edited book as a browser sends it: fields, and files by name.
func sent(t *testing.T, fields map[string]string, files map[string][]byte) (kind string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, v := range fields {
		if err := w.WriteField(name, v); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		f, err := w.CreateFormFile("book", name)
		if err == nil {
			_, err = f.Write(text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.Bytes()
}

// zipped packs files into an archive, in a folder.
func zipped(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write(text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// editedLevels is the shipped table of levels with a lower threshold.
func editedLevels(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("../law/book/levels-r331.yaml")
	if err != nil {
		t.Fatal(err)
	}
	out := bytes.Replace(text, []byte("many_basic: 100000"), []byte("many_basic: 10000"), 1)
	if bytes.Equal(out, text) {
		t.Fatal("the threshold is written otherwise")
	}
	return out
}

// TestWhatIfEditedBook: an edited book, sent as a file or as an archive, is
// held against the book in use; the answer names systems, and the same comes as
// files. Nothing is written and nothing is kept.
func TestWhatIfEditedBook(t *testing.T) {
	h := open(t, nil)
	between, none := 12000, 0
	officer := storetest.Actor(law.RoleOperator, "H56")
	s, err := h.office.Register(context.Background(), officer, approval.Registration{Name: "Cổng du lịch", OperatorUnit: "Trung tâm", Stage: approval.Operating, StartedOn: "2020-01-01", Attested: true})
	if err == nil {
		_, err = h.office.StateFacts(context.Background(), officer, s.Code, s.Version, law.Facts{Type: "b", Info: "personal", DVCTTLevel: &none, Users: &none, SubjectsBasic: &between, SubjectsSensitive: &none, RiskAssessed: true})
	}
	if err != nil {
		t.Fatal(err)
	}
	var head approval.Head
	ledger := func() approval.Head {
		if err := h.office.Store.View(context.Background(), storetest.Actor(approval.Auditor, ""), func(r approval.Reader) (err error) {
			head, err = r.Head()
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return head
	}
	ministry := h.as("bca")
	before := ledger()
	for name, files := range map[string]map[string][]byte{
		"a file":     {"levels-r331.yaml": editedLevels(t)},
		"an archive": {"book.ZIP": zipped(t, map[string][]byte{"book/levels-r331.yaml": editedLevels(t)})},
	} {
		p := ministry.upload("/what-if", map[string]string{"as": "page", "on": "22/11/2026", "rules": ""}, files).wants(http.StatusOK)
		p.lint("vi")
		asked := p.text("#asked")
		if !strings.Contains(asked, "levels-r331.yaml") || !strings.Contains(asked, h.office.Book.Digest()[:12]) || !strings.Contains(asked, "22/11/2026") {
			t.Errorf("%s: asked %q", name, asked)
		}
		if rows := p.text("[aria-labelledby=rows]"); !strings.Contains(rows, "Cấp độ 2 → thành Cấp độ 3") {
			t.Errorf("%s: a lower threshold raises nobody: %.400s", name, rows)
		}
	}
	for kind, mime := range map[string]string{"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"} {
		f := ministry.upload("/what-if", map[string]string{"as": kind, "on": "22/11/2026", "rules": "R331"}, map[string][]byte{"levels-r331.yaml": editedLevels(t)}).wants(http.StatusOK)
		if f.body != kind+" G01 R331 2026-11-22" || f.header.Get("Content-Type") != mime {
			t.Errorf("%s: %q, %v", kind, f.body, f.header)
		}
	}
	if after := ledger(); after != before {
		t.Errorf("asking wrote: %+v, then %+v", before, after)
	}
	if r, ok := h.office.Book.Rule("r331.13-2-c"); !ok || r.Level == nil || *r.Level != 3 {
		t.Error("the book in use is not the one shipped any more")
	}
	if len(ministry.get("/what-if").wants(http.StatusOK).all("#flaws, #asked")) != 0 {
		t.Error("the book of the visit before is kept")
	}
}

// TestWhatIfEditedBookRefusals: what is wrong names file, line and reason; an
// upload is bounded whatever it says of itself.
func TestWhatIfEditedBookRefusals(t *testing.T) {
	h := open(t, nil)
	officer := h.as("vanhanh")
	many := map[string][]byte{}
	for i := range 60 {
		many[fmt.Sprintf("f%d.yaml", i)] = []byte("a: 1\n")
	}
	for _, c := range []struct {
		name   string
		fields map[string]string
		files  map[string][]byte
		where  string
		reason string
	}{
		{"no file", nil, nil, "", ""},
		{"an unknown key", nil, map[string][]byte{"gate.yaml": []byte("reasons:\n  - surprise: 1\n")}, "gate.yaml, dòng 2", "surprise"},
		{"an unknown file", nil, map[string][]byte{"other.yaml": []byte("a: 1\n")}, "other.yaml, dòng 1", "unexpected file"},
		{"not a book at all", nil, map[string][]byte{"notes.txt": []byte("hi")}, "notes.txt, dòng 1", ".yaml files only"},
		{"no archive", nil, map[string][]byte{"book.zip": []byte("PK?")}, "book.zip, dòng 1", "not a zip archive"},
		{"folders in folders", nil, map[string][]byte{"book.zip": zipped(t, map[string][]byte{"a/b/gate.yaml": []byte("a: 1\n")})}, "a/b/gate.yaml, dòng 1", "side by side"},
		{"a way out", nil, map[string][]byte{"book.zip": zipped(t, map[string][]byte{"../gate.yaml": []byte("a: 1\n")})}, "../gate.yaml, dòng 1", "side by side"},
		{"an archive that swells", nil, map[string][]byte{"book.zip": zipped(t, map[string][]byte{"gate.yaml": bytes.Repeat([]byte("# long\n"), 1<<20)})}, "gate.yaml, dòng 1", "too large"},
		{"too many files", nil, map[string][]byte{"book.zip": zipped(t, many)}, "book.zip, dòng 1", "too many files"},
		{"the same file twice", nil, map[string][]byte{"a.zip": zipped(t, map[string][]byte{"gate.yaml": []byte("a: 1\n")}), "gate.yaml": []byte("a: 1\n")}, "gate.yaml, dòng 1", "twice"},
		{"a bad day", map[string]string{"on": "31/02/2027"}, map[string][]byte{"levels-r331.yaml": editedLevels(t)}, "", ""},
		{"rules that are none", map[string]string{"rules": "R9"}, map[string][]byte{"levels-r331.yaml": editedLevels(t)}, "", ""},
		{"a day before the law", map[string]string{"on": "01/01/2010"}, map[string][]byte{"levels-r331.yaml": editedLevels(t)}, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := officer.upload("/what-if", c.fields, c.files).wants(http.StatusUnprocessableEntity)
			p.lint("vi")
			if len(p.all(".errors a")) == 0 || len(p.all("#asked")) != 0 {
				t.Error("no fault is named, or an answer given")
			}
			if got := p.text("[aria-labelledby=flaws]"); !strings.Contains(got, c.where) || !strings.Contains(got, c.reason) {
				t.Errorf("flaws %q; want %s: %s", got, c.where, c.reason)
			}
		})
	}
	officer.upload("/what-if", nil, map[string][]byte{"gate.yaml": make([]byte, 5<<20)}).wants(http.StatusRequestEntityTooLarge)
	if p := officer.post("/what-if", url.Values{"on": {"22/11/2026"}}); p.status != http.StatusUnprocessableEntity {
		t.Errorf("a form without files: %d", p.status)
	}
	if at := h.stranger().upload("/what-if", nil, map[string][]byte{"levels-r331.yaml": editedLevels(t)}).header.Get("Location"); !strings.HasPrefix(at, "/sign-in") {
		t.Errorf("a stranger is sent to %q", at)
	}
}
