package web_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestAdministratorSeesNoDossier: who runs the service sees how it is set and
// nothing of what is in it, of its own body neither.
func TestAdministratorSeesNoDossier(t *testing.T) {
	h := open(t, nil)
	at := registered(h.as("vanhanh"), "Hệ thống một cửa")
	b := h.as("quantri")
	b.get("/").leads("/admin")
	p := b.get("/admin").wants(http.StatusOK)
	p.lint("vi")
	if !strings.Contains(p.text("main"), h.office.Book.Digest()) || !strings.Contains(p.text("main"), "k1") {
		t.Errorf("settings and keys: %s", p.text("main"))
	}
	for _, path := range []string{"/systems", at, at + "/dossier", "/queue", "/overview", "/calendar", "/ledger", "/bulk", "/notices"} {
		if p := b.get(path).wants(http.StatusForbidden); strings.Contains(p.body, "một cửa") {
			t.Errorf("%s shows a system", path)
		}
	}
	b.get("/law").wants(http.StatusOK)
	for _, login := range []string{"vanhanh", "bca", "kiemtoan"} {
		h.as(login).get("/admin").wants(http.StatusNotFound)
	}
}

// TestLedgerIsForTheAuditor: every act stands in it, by object too; to others it
// is as absent as a page that does not exist.
func TestLedgerIsForTheAuditor(t *testing.T) {
	h := open(t, nil)
	officer := h.as("vanhanh")
	code := strings.TrimPrefix(registered(officer, "Hệ thống một cửa"), "/systems/")
	b := h.as("kiemtoan")
	p := b.get("/ledger").wants(http.StatusOK)
	p.lint("vi")
	if got := p.text("tbody tr:first-child"); !strings.Contains(got, "system:"+code) || !strings.Contains(got, "vanhanh") || !strings.Contains(got, h.office.Book.Digest()) {
		t.Errorf("the newest entry: %s", got)
	}
	if n := len(b.get("/ledger?object=system:" + code).wants(http.StatusOK).all("tbody tr")); n != 1 {
		t.Errorf("%d entries of a new system", n)
	}
	if n := len(b.get("/ledger?before=1").wants(http.StatusOK).all("tbody tr")); n != 1 {
		t.Errorf("%d entries before the second", n)
	}
	for _, login := range []string{"vanhanh", "chuquan", "bca"} {
		got, absent := h.as(login).get("/ledger").wants(http.StatusNotFound), h.as(login).get("/lodger").wants(http.StatusNotFound)
		if strings.ReplaceAll(got.body, "/ledger", "/lodger") != absent.body {
			t.Errorf("%s tells the ledger from nothing", login)
		}
	}
}
