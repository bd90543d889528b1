package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestConsult: the lead asks another body from the desk; the body finds the
// request in its queue with its day, reads the round, answers, and sees it no
// more; the lead reads the opinion, and the applicant does not.
func TestConsult(t *testing.T) {
	h := open(t, nil)
	s := storetest.Lead(t, h.office, "H56", "Hệ thống một cửa", storetest.Submitted)
	desk, asked := "/systems/"+s.Code+"/review", "/consultations/"+s.Code
	lead, officer, other := h.as("chuyentrach"), h.as("vanhanh"), h.as("nghean2")
	other.get(asked).wants(http.StatusNotFound)
	officer.get(desk + "/consult").wants(http.StatusForbidden)
	other.get(desk + "/consult").wants(http.StatusNotFound)
	if got := lead.get(desk).text("#opinions ~ p a"); got == "" {
		t.Error("the desk does not lead to the request")
	}
	if got := lead.get(desk + "/consult").wants(http.StatusOK).text("main"); !strings.Contains(got, "chỉ xem được lần gửi này") {
		t.Error("the form does not say what the body will see")
	}
	in := url.Values{"body": {"H41"}, "question": {"Có trùng phạm vi không?"}, "due": {"25/11/2026"}}
	lead.fill(desk+"/consult", url.Values{"body": {"H41"}, "question": {""}, "due": {"25/11/2026"}}).wants(http.StatusUnprocessableEntity).one(`.errors a[href="#question"]`)
	lead.fill(desk+"/consult", url.Values{"body": {"H41"}, "question": {"x"}, "due": {"1/11/2026"}}).wants(http.StatusUnprocessableEntity).one(`.errors a[href="#due"]`)
	lead.fill(desk+"/consult", in).leads(desk + "?done=consult#opinions")
	if got := lead.get(desk).text("table.stack td.nb"); !strings.Contains(got, "25/11/2026") {
		t.Errorf("the day on the desk: %q", got)
	}
	if got := other.get("/queue").wants(http.StatusOK).text("#asked ~ div"); !strings.Contains(got, "25/11/2026") || !strings.Contains(got, "Có trùng phạm vi không?") {
		t.Errorf("the queue of the body consulted: %q", got)
	}
	h.as("nghean").get(asked).wants(http.StatusNotFound) // its operator is not its voice
	other.get("/systems/" + s.Code).wants(http.StatusNotFound)
	other.get(desk).wants(http.StatusNotFound)
	p := other.get(asked).wants(http.StatusOK)
	if got := p.text("main"); !strings.Contains(got, "Có trùng phạm vi không?") || !strings.Contains(got, s.Last().Digest) {
		t.Errorf("the page of the body consulted: %q", got)
	}
	other.fill(asked, url.Values{"outcome": {"disagree"}, "comment": {""}}).wants(http.StatusUnprocessableEntity).one(`.errors a[href="#comment"]`)
	other.fill(asked, url.Values{"outcome": {"disagree"}, "comment": {"Trùng phạm vi."}}).leads("/queue?done=consulted")
	other.get(asked).wants(http.StatusNotFound)
	if got := lead.get(desk).text("main"); !strings.Contains(got, "Trùng phạm vi.") {
		t.Error("the lead does not read the opinion")
	}
	if got := officer.get(desk).text("main"); strings.Contains(got, "Trùng phạm vi.") {
		t.Error("the applicant reads the opinion")
	}
	lead.fill(desk+"/consult", in).leads(desk + "?done=consult#opinions")
	lead.post(desk+"/consult/withdraw", url.Values{"ask": {"3"}}).leads(desk + "?done=withdrawal#opinions")
	lead.post(desk+"/consult/withdraw", url.Values{"ask": {"3"}}).wants(http.StatusConflict)
	other.get(asked).wants(http.StatusNotFound)
}

// TestConsultedSeesTheDocuments: those of the round it is asked about, as long as
// it is asked, and no others; the history tells of the consultation to who judges.
func TestConsultedSeesTheDocuments(t *testing.T) {
	h := withDocuments(t)
	s := storetest.Lead(t, h.office, "H56", "Hệ thống một cửa", storetest.Stated)
	beside := storetest.Lead(t, h.office, "H56", "Hệ thống hai cửa", storetest.Stated)
	officer, lead, other := h.as("vanhanh"), h.as("chuyentrach"), h.as("nghean2")
	for _, code := range []string{s.Code, beside.Code} {
		officer.attach("/systems/"+code, "once-"+code+strings.Repeat("x", 20), "so-do.txt", "text/plain", []byte("Sơ đồ của "+code+"\n")).wants(http.StatusSeeOther)
		x := h.system(code)
		if _, err := h.office.Submit(t.Context(), storetest.Actor(law.RoleOperator, "H56"), code, x.Version, storetest.Statement(3, "2026-11-22")); err != nil {
			t.Fatal(err)
		}
	}
	doc := "/consultations/" + s.Code + "/documents/1"
	other.get(doc).wants(http.StatusNotFound)
	lead.fill("/systems/"+s.Code+"/review/consult", url.Values{"body": {"H41"}, "question": {"?"}, "due": {"25/11/2026"}}).wants(http.StatusSeeOther)
	p := other.get("/consultations/" + s.Code).wants(http.StatusOK)
	p.lint("vi")
	if got := attr(p.one("#docs-h ~ ul a"), "href"); got != doc {
		t.Errorf("the page leads to %q", got)
	}
	if got := other.get(doc).wants(http.StatusOK); got.body != "Sơ đồ của "+s.Code+"\n" || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the document: %q %v", got.body, got.header)
	}
	for _, at := range []string{"/consultations/" + s.Code + "/documents/2", "/consultations/" + beside.Code + "/documents/1", "/systems/" + s.Code + "/documents/1"} {
		other.get(at).wants(http.StatusNotFound)
	}
	h.as("nghean").get(doc).wants(http.StatusNotFound)
	if got := lead.get("/systems/" + s.Code).text("ol.timeline"); !strings.Contains(got, "Lấy ý kiến cơ quan khác (H41)") {
		t.Errorf("the history: %q", got)
	}
	if got := officer.get("/systems/" + s.Code).text("ol.timeline"); strings.Contains(got, "H41") {
		t.Error("the applicant reads of the consultation")
	}
	other.fill("/consultations/"+s.Code, url.Values{"outcome": {"agree"}}).wants(http.StatusSeeOther)
	other.get(doc).wants(http.StatusNotFound)
}

// TestConsultUnderDelegation: who leads the appraisal lends the asking, and the voice
// of the body asked lends the answer: each delegate finds the act on the pages,
// told under what, and not beyond the levels lent.
func TestConsultUnderDelegation(t *testing.T) {
	h := withDelegations(t)
	s := storetest.Lead(t, h.office, "H56", "Hệ thống một cửa", storetest.Submitted)
	desk, asked := "/systems/"+s.Code+"/review", "/consultations/"+s.Code
	lead, deputy, voice, clerk := h.as("chuyentrach"), h.as("chuquan"), h.as("nghean2"), h.as("nghean")
	lend := func(by *browser, to, level, number string) {
		by.fill("/delegations", url.Values{"to": {to}, "levels": {level}, "from_on": {"22/11/2026"}, "until_on": {"01/12/2026"}, "number": {number}, "document_on": {"20/11/2026"}}).wants(http.StatusSeeOther)
	}
	lend(lead, "chuquan", "4", "14/UQ")
	deputy.get(desk + "/consult").wants(http.StatusForbidden) // another level
	lend(lead, "chuquan", "3", "15/UQ")
	p := deputy.get(desk + "/consult").wants(http.StatusOK)
	p.lint("vi")
	if got := p.text("main"); !strings.Contains(got, "Theo ủy quyền số 15/UQ") {
		t.Errorf("the form does not say under what: %q", got)
	}
	deputy.fill(desk+"/consult", url.Values{"body": {"H41"}, "question": {"Có trùng phạm vi không?"}, "due": {"25/11/2026"}}).leads(desk + "?done=consult#opinions")

	clerk.get(asked).wants(http.StatusNotFound)
	lend(voice, "nghean", "4", "6/UQ")
	clerk.get(asked).wants(http.StatusNotFound)
	lend(voice, "nghean", "3", "7/UQ")
	if got := clerk.get("/queue").text("#asked ~ div"); !strings.Contains(got, "Có trùng phạm vi không?") {
		t.Errorf("the queue of the delegate: %q", got)
	}
	p = clerk.get(asked).wants(http.StatusOK)
	p.lint("vi")
	if got := p.text("main"); !strings.Contains(got, "Theo ủy quyền số 7/UQ") {
		t.Errorf("the request does not say under what: %q", got)
	}
	clerk.get(asked + "?lang=en").wants(http.StatusOK).lint("en")
	clerk.get(asked + "?lang=vi")
	clerk.fill(asked, url.Values{"outcome": {"agree"}, "comment": {"Không trùng."}}).leads("/queue?done=consulted")
	voice.get(asked).wants(http.StatusNotFound)
	if got := lead.get(desk).text("main"); !strings.Contains(got, "Không trùng.") {
		t.Error("who lent the asking does not read the opinion")
	}
}
