package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"capdo/internal/backup"
	"capdo/internal/identity"
	"capdo/internal/retention"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
	"capdo/internal/web"
)

// TestSureAgain: ten minutes after signing in, taking data away and changing ways
// in or keys ask again who sits there; the page asked for comes after it, under
// another token.
func TestSureAgain(t *testing.T) {
	var desk *identity.Desk
	h := open(t, func(c *web.Config) {
		c.Desk.Policy, c.Desk.Sealer = identity.Fallback, openly{}
		desk = c.Desk
	})
	b := h.as("vanhanh")
	p := b.get("/account/app").wants(http.StatusOK)
	secret := attr(p.one("input[name=secret]"), "value")
	code := func() string {
		c, err := identity.AppCode(secret, h.clock.T)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	b.post("/account/app", url.Values{"secret": {secret}, "code": {code()}}).leads("/account?done=tf.added")
	b.post("/sign-out", nil).leads("/sign-in")
	h.clock.T = h.clock.T.Add(time.Minute)
	b.post("/sign-in", url.Values{"login": {"vanhanh"}, "password": {password}, "code": {code()}}).leads("/")
	exports := []string{"/tables/register.csv", "/reports/national.pdf", "/what-if.csv?rules=R331&on=2027-07-02"}
	for _, path := range exports {
		if got := b.get(path).status; got == http.StatusSeeOther {
			t.Errorf("%s is asked for just after signing in", path)
		}
	}
	h.clock.T = h.clock.T.Add(identity.FreshFor)
	for _, path := range exports {
		b.get(path).leads("/confirm?" + url.Values{"next": {path}}.Encode())
	}
	for _, path := range []string{"/account/recovery", "/account/app", "/account/sessions", "/account/factors/x/remove", "/calendar/feed", "/account/passkeys/options"} {
		if got := b.post(path, url.Values{}).header.Get("Location"); !strings.HasPrefix(got, "/confirm?") {
			t.Errorf("%s goes to %q", path, got)
		}
	}
	if p := b.get("/account?lang=vi"); len(p.all(`form[action="/account/recovery"]`)) > 0 || len(p.all(`a[href="/confirm?next=%2Faccount"]`)) != 1 {
		t.Error("the account's page offers what it would not do")
	}
	p = b.get("/confirm?next=%2Ftables%2Fregister.csv")
	p.lint("vi")
	b.post("/confirm", url.Values{"word_password": {password}, "next": {"/"}}).wants(http.StatusUnprocessableEntity).lint("vi")
	b.post("/confirm", url.Values{"word_password": {"sai"}, "word_code": {code()}, "next": {"/"}}).wants(http.StatusUnprocessableEntity)
	b.post("/confirm", url.Values{"word_password": {password}, "word_code": {code()}, "next": {"//evil.example"}}).leads("/")
	b.get("/tables/register.csv").wants(http.StatusOK)
	if open, err := desk.Store.SessionsOf(t.Context(), "vanhanh"); err != nil || len(open) != 1 {
		t.Errorf("%d sessions, %v", len(open), err)
	}
}

// TestOwnPassword: the page asks for the present one; fields of passwords are
// masked, take a pasted sentence of any length, and let a keeper of passwords fill
// them.
func TestOwnPassword(t *testing.T) {
	h := open(t, nil)
	b, other := h.as("vanhanh"), h.as("vanhanh")
	b.get("/account").one(`a[href="/account/password"]`)
	p := b.get("/account/password?lang=en").wants(http.StatusOK)
	p.lint("en")
	fields := p.all(`input[id=present], input[id=password]`)
	if len(fields) != 2 {
		t.Fatalf("%d fields", len(fields))
	}
	for _, f := range append(fields, h.stranger().get("/sign-in").one("#password")) {
		if attr(f, "type") != "password" || attr(f, "maxlength") != "" || attr(f, "onpaste") != "" || !strings.HasSuffix(attr(f, "autocomplete"), "-password") {
			t.Errorf("field %s: type %q, maxlength %q, autocomplete %q", attr(f, "id"), attr(f, "type"), attr(f, "maxlength"), attr(f, "autocomplete"))
		}
	}
	const fresh = "con mèo trèo cây cau"
	for _, in := range []url.Values{{}, {"present": {"sai-mat-khau-roi"}, "password": {fresh}}, {"present": {password}, "password": {"ngắn"}}} {
		b.post("/account/password", in).wants(http.StatusUnprocessableEntity).lint("en")
	}
	b.post("/account/password", url.Values{"present": {password}, "password": {fresh}}).leads("/account?done=pw.changed")
	b.get("/account").wants(http.StatusOK)
	other.get("/account").wants(http.StatusSeeOther)
	s := h.stranger()
	s.post("/sign-in", url.Values{"login": {"vanhanh"}, "password": {password}}).wants(http.StatusUnprocessableEntity)
	s.post("/sign-in", url.Values{"login": {"vanhanh"}, "password": {fresh}}).leads("/")
}

// TestSigningInAgain: a browser that signs in again has one session, under another
// token; signing out empties what it kept; who was refused often is told.
func TestSigningInAgain(t *testing.T) {
	var desk *identity.Desk
	h := open(t, func(c *web.Config) { desk = c.Desk })
	b := h.as("vanhanh")
	b.post("/sign-in", url.Values{"login": {"vanhanh"}, "password": {password}}).leads("/")
	if open, err := desk.Store.SessionsOf(t.Context(), "vanhanh"); err != nil || len(open) != 1 {
		t.Errorf("%d sessions, %v", len(open), err)
	}
	p := b.post("/sign-out", nil)
	p.leads("/sign-in")
	if got := p.header.Get("Clear-Site-Data"); got != `"cache", "storage"` {
		t.Errorf("Clear-Site-Data %q", got)
	}
	for range 3 {
		b.post("/sign-in", url.Values{"login": {"vanhanh"}, "password": {"sai-mat-khau-roi"}}).wants(http.StatusUnprocessableEntity)
	}
	b.post("/sign-in", url.Values{"login": {"vanhanh"}, "password": {password}, "next": {"/systems"}}).leads("/account?done=ac.odd")
	p = b.get("/account?done=ac.odd")
	p.lint("vi")
	if n := strings.Count(p.text("main"), "Bị từ chối"); n != 3 {
		t.Errorf("%d refusals shown", n)
	}
	h.clock.T = h.clock.T.Add(identity.IdleLimit)
	if got := b.get("/systems").header.Get("Clear-Site-Data"); got == "" {
		t.Error("a session that ended by time leaves the pages where they are")
	}
}

// TestEventsPage: administrators and auditors see who came in and who did not;
// to others there is no such page.
func TestEventsPage(t *testing.T) {
	h := open(t, nil)
	h.stranger().post("/sign-in", url.Values{"login": {"nghean"}, "password": {"sai-mat-khau-roi"}})
	for _, login := range []string{"quantri", "kiemtoan"} {
		b := h.as(login)
		p := b.get("/sign-ins?lang=en").wants(http.StatusOK)
		p.lint("en")
		if got := p.text("tbody"); !strings.Contains(got, "nghean") || !strings.Contains(got, "Refused") || !strings.Contains(got, login) {
			t.Errorf("%s: %s", login, got)
		}
		if got := b.get("/sign-ins?kind=refused").text("tbody"); strings.Contains(got, login) {
			t.Errorf("narrowed: %s", got)
		}
		b.get("/sign-ins?login=khong-co&lang=vi").lint("vi")
	}
	for _, login := range []string{"vanhanh", "bca"} {
		h.as(login).get("/sign-ins").wants(http.StatusNotFound)
	}
}

// TestRefusalsAreLogged: each refusal is a line: who, what, from where, and nothing
// of what was sent; what a browser tells of the policy is one too.
func TestRefusalsAreLogged(t *testing.T) {
	h := open(t, func(c *web.Config) { c.PerAccount = web.Pace{PerSecond: 1, Burst: 30} })
	b := h.as("vanhanh")
	at := registered(b, "Một cửa")
	other := h.as("nghean")
	other.get(at).wants(http.StatusNotFound)
	h.as("bca").post(at+"/facts", url.Values{}).wants(http.StatusForbidden)
	b.post("/systems/new", url.Values{"name": {"bí-mật-đã-gõ"}}).wants(http.StatusUnprocessableEntity)
	r, err := http.NewRequest(http.MethodPost, h.server.URL+"/systems/new", strings.NewReader("name=x"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	b.do(r)
	h.stranger().post("/sign-in", url.Values{"login": {"vanhanh"}, "password": {"sai-mat-khau-roi"}})
	for b.get("/law").status == http.StatusOK {
	}
	told := `{"csp-report":{"violated-directive":"script-src","blocked-uri":"https://evil.example/x.js","document-uri":"https://capdo.example/systems?q=bí-mật-đã-gõ"}}`
	r, err = http.NewRequest(http.MethodPost, h.server.URL+"/csp-report", strings.NewReader(told))
	if err != nil {
		t.Fatal(err)
	}
	if p := h.stranger().do(r); p.status != http.StatusNoContent {
		t.Errorf("a report: %d", p.status)
	}
	log := h.log.String()
	for _, want := range []string{`status=404 route="GET /systems/{code}" login=nghean`, `status=403 route="POST /systems/{code}/facts" login=bca`, `status=422 route="POST /systems/new" login=vanhanh`, "status=429", `status=403 route=""`,
		`msg="sign-in refused"`, `msg="signed in"`, `msg="content security policy"`, "directive=script-src page=/systems"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s", want)
		}
	}
	if strings.Contains(log, "bí-mật") || strings.Contains(log, "sai-mat-khau") {
		t.Error("the log tells what was sent")
	}
	for line := range strings.Lines(log) {
		if strings.Contains(line, "msg=refused") && !strings.Contains(line, "address=127.0.0.1") {
			t.Errorf("from where: %s", line)
		}
	}
}

// TestBackupsPage: what is on record, no more: nothing, an archive with its copies,
// a drill.
func TestBackupsPage(t *testing.T) {
	var vault *backup.Vault
	h := open(t, func(c *web.Config) {
		vault = &backup.Vault{Store: c.Desk.Store.(*store.Store), Book: c.Book, Clock: c.Clock}
		c.Vault = vault
	})
	b := h.as("quantri")
	p := b.get("/backups").wants(http.StatusOK)
	p.lint("vi")
	if got := p.text("main"); !strings.Contains(got, "Còn thiếu 5 điều") || !strings.Contains(got, "Chưa có bản sao lưu nào") {
		t.Errorf("nothing on record: %s", got)
	}
	x, err := vault.Made(t.Context(), storetest.Keeper(), backup.Made{At: h.clock.T, Entries: 12, Files: 3, Bytes: 1 << 20}, "/srv/luu")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Copied(t.Context(), storetest.Keeper(), x.ID, backup.CopyInput{Place: "Két sắt phòng 302", Medium: backup.Tape, Offline: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Drilled(t.Context(), storetest.Keeper(), x.ID, backup.Drill{Took: 90 * time.Second, Entries: 12}); err != nil {
		t.Fatal(err)
	}
	p = b.get("/backups?lang=en")
	p.lint("en")
	if got := p.text("main"); !strings.Contains(got, "3-2-1 holds") || !strings.Contains(got, "Két sắt phòng 302 · tape · off line") || !strings.Contains(got, "1m30s") {
		t.Errorf("all on record: %s", got)
	}
	h.clock.T = h.clock.T.AddDate(0, 7, 0)
	b = h.as("quantri")
	if got := b.get("/backups?lang=vi").text("main"); !strings.Contains(got, "Còn thiếu") || !strings.Contains(got, "quá hạn") {
		t.Errorf("seven months on: %s", got)
	}
	h.as("bca").get("/backups").wants(http.StatusNotFound)
}

// TestRetentionPage: two administrators by their pages.
func TestRetentionPage(t *testing.T) {
	var s *store.Store
	h := open(t, func(c *web.Config) {
		s = c.Desk.Store.(*store.Store)
		c.Retention = &retention.Desk{Store: s, Book: c.Book, Clock: c.Clock}
	})
	one, two := h.as("quantri"), h.as("quantri2")
	one.get("/retention?lang=en").wants(http.StatusOK).lint("en")
	one.post("/retention", url.Values{"do": {"ask"}, "ground": {"x"}}).wants(http.StatusConflict).lint("en")
	one.post("/retention", url.Values{"do": {"hold"}}).wants(http.StatusUnprocessableEntity)
	one.post("/retention", url.Values{"do": {"hold"}, "ground": {"Thanh tra"}}).leads("/retention?done=rt.done")
	two.get("/retention?lang=vi").wants(http.StatusOK).lint("vi")
	one.post("/retention", url.Values{"do": {"lift"}, "no": {"1"}, "ground": {"x"}}).wants(http.StatusForbidden)
	two.post("/retention", url.Values{"do": {"lift"}, "no": {"1"}, "ground": {"xong"}}).leads("/retention?done=rt.done")
	if err := s.SealEvents(t.Context(), storetest.Keeper(), h.clock.T.Add(time.Second), h.clock.T, "law"); err != nil {
		t.Fatal(err)
	}
	h.clock.T = h.clock.T.AddDate(0, 24, 0).Add(time.Hour)
	one, two = h.as("quantri"), h.as("quantri2")
	one.post("/retention", url.Values{"do": {"ask"}, "ground": {"hết hạn"}}).leads("/retention?done=rt.done")
	two.get("/retention?lang=en").wants(http.StatusOK).lint("en")
	two.post("/retention", url.Values{"do": {"purge"}, "no": {"3"}, "ground": {"đồng ý"}}).leads("/retention?done=rt.done")
	if es, err := s.Events(t.Context(), identity.EventQuery{Most: 99}); err != nil || len(es) != 2 {
		t.Errorf("%d events left, %v", len(es), err)
	}
	h.as("bca").get("/retention").wants(http.StatusNotFound)
}

// TestEnrolByCode: the code of a link is sent in a form and stands in no address;
// one that does not work says what to do.
func TestEnrolByCode(t *testing.T) {
	var reg *identity.Registrar
	h := open(t, func(c *web.Config) { reg = c.Registrar })
	one, two := h.as("quantri"), h.as("quantri2")
	one.post("/accounts/vanhanh/reset", url.Values{"ground": {"mất điện thoại"}}).wants(http.StatusSeeOther)
	asked, err := reg.Store.Requests(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p := two.post("/account-requests/"+asked[0].ID+"/confirm", nil).wants(http.StatusOK)
	link := p.text("main code")
	at, code, ok := strings.Cut(link, "/enrol#")
	if !ok || at != "https://capdo.example" || len(code) < 40 {
		t.Fatalf("link %q", link)
	}
	b := h.stranger()
	b.get("/enrol").wants(http.StatusOK).lint("vi")
	b.post("/enrol", url.Values{"token": {"x"}}).wants(http.StatusUnprocessableEntity).lint("vi")
	p = b.post("/enrol", url.Values{"token": {code}}).wants(http.StatusOK)
	p.lint("vi")
	if p.hidden().Get("token") != code {
		t.Error("the code does not travel along")
	}
	b.post("/enrol", url.Values{"token": {code}, "password": {"ngắn"}}).wants(http.StatusUnprocessableEntity)
	b.post("/enrol", url.Values{"token": {code}, "password": {"con mèo trèo cây cau"}}).leads("/account?done=ac.enrolled")
	h.stranger().post("/enrol", url.Values{"token": {code}}).wants(http.StatusUnprocessableEntity)
	h.stranger().get("/enrol/" + code).wants(http.StatusNotFound)
}

// TestAdministratorEndsSessions by a page; the account stays open.
func TestAdministratorEndsSessions(t *testing.T) {
	h := open(t, nil)
	b := h.as("vanhanh")
	a := h.as("quantri")
	a.get("/accounts/vanhanh").one(`a[href="/accounts/vanhanh/sessions"]`)
	a.get("/accounts/vanhanh/sessions").wants(http.StatusOK).lint("vi")
	a.post("/accounts/vanhanh/sessions", url.Values{"ground": {"máy bị mất"}}).leads("/accounts/vanhanh?done=aa.sessions")
	b.get("/systems").wants(http.StatusSeeOther)
	b.post("/sign-in", url.Values{"login": {"vanhanh"}, "password": {password}}).leads("/")
}
