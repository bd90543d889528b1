package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/ledger"
	"capdo/internal/store/storetest"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// authenticator gives the browser an authenticator of its own.
func authenticator(t *testing.T, ctx context.Context) webauthn.AuthenticatorID {
	t.Helper()
	if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	made, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
	if err != nil {
		t.Fatal(err)
	}
	return made.AuthenticatorID
}

// awaits waits for an element.
func awaits(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	short, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	if err := chromedp.Do(short, chromedp.WaitReady(selector)); err != nil {
		t.Fatalf("%s: %v; the page says %.600s", selector, err, eval[string](t, ctx, "document.querySelector('main').innerText"))
	}
}

// TestPasskeysInChromium: the first administrator enrols by the printed link and
// adds a passkey; whoever approves signs in with one and signs the decision with
// it, one alone and several by one signature; the signatures stand in the ledger
// and are checked from a bundle alone, by this program and by a second one.
func TestPasskeysInChromium(t *testing.T) {
	need(t, "chromium")
	w := world{getenv: func(string) string { return "" }, out: t.Output(), err: t.Output(), clock: time.Now}
	dir := t.TempDir()
	p, err := open(t.Context(), w, dir)
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(p.office.Import(t.Context(), keeper(), approval.World{Agencies: storetest.Agencies(), Source: "test"}))
	dossier := storetest.Lead(t, p.office, "H56", "Một cửa điện tử", storetest.Appraised)
	more := []string{storetest.Lead(t, p.office, "H56", "Hai cửa", storetest.Appraised).Code, storetest.Lead(t, p.office, "H56", "Ba cửa", storetest.Appraised).Code}
	owner := storetest.Actor(law.RoleOwner, "H56")
	hash, err := p.desk.Hash.New(t.Context(), "mật khẩu của chủ quản")
	must(err)
	must(p.store.AddAccount(t.Context(), keeper(), time.Now(), p.book.Digest(), identity.Account{Login: owner.Account, Name: "Chủ quản", Actor: owner, PasswordHash: hash}))

	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	base := strings.Replace("http://"+l.Addr().String(), "127.0.0.1", "localhost", 1)
	home, err := identity.SiteOf(base)
	must(err)
	p.desk.Site = &home
	serving, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.serveOn(serving, l, front{url: base}) }()
	defer func() {
		stop()
		must(<-done)
		must(p.close())
	}()
	link, err := p.registrar.Link(t.Context(), keeper(), "", identity.FirstEnrolFor)
	must(err)

	ctx, _ := chromium(t)
	s := site{base: base}
	one := authenticator(t, ctx)
	s.page(t, ctx, "/enrol#"+link)
	clean(t, ctx, "the code of a link")
	if at := eval[string](t, ctx, `location.pathname + location.hash + "|" + document.querySelector("#token").value`); at != "/enrol|"+link {
		t.Errorf("the code stays in the address, or does not come into its field: %s", at)
	}
	click(t, ctx, `form[action="/enrol"] button`)
	awaits(t, ctx, "#login")
	clean(t, ctx, "enrol the first")
	typeIn(t, ctx, "#login", "quantri")
	typeIn(t, ctx, "#password", "một câu dài dễ nhớ\r")
	awaits(t, ctx, `form[action="/account/passkeys"]:not([hidden])`)
	clean(t, ctx, "my account, weak")
	s.page(t, ctx, "/accounts")
	awaits(t, ctx, `form[action="/account/passkeys"]:not([hidden])`) // a password alone goes no further
	typeIn(t, ctx, "#label", "máy tính cơ quan")
	click(t, ctx, `form[action="/account/passkeys"] button`)
	awaits(t, ctx, ".flash")
	passkeyIn := func() {
		click(t, ctx, `form[action="/sign-out"] button`)
		awaits(t, ctx, `form[action="/sign-in/passkey"]:not([hidden])`)
		click(t, ctx, `form[action="/sign-in/passkey"] button`)
		awaits(t, ctx, `form[action="/sign-out"]`)
	}
	passkeyIn()
	for _, path := range []string{"/account", "/account/password", "/confirm", "/sign-ins", "/backups", "/retention", "/accounts", "/accounts/new", "/accounts/" + owner.Account, "/accounts/" + owner.Account + "/rights"} {
		for _, lang := range []string{"vi", "en"} {
			s.page(t, ctx, path+"?lang="+lang)
			clean(t, ctx, path+" "+lang)
		}
	}
	click(t, ctx, `form[action="/sign-out"] button`)
	awaits(t, ctx, "#login")

	_, err = chromedp.Call(ctx, webauthn.RemoveVirtualAuthenticator, webauthn.RemoveVirtualAuthenticatorParams{AuthenticatorID: one})
	must(err)
	authenticator(t, ctx) // another person, another authenticator
	typeIn(t, ctx, "#login", owner.Account)
	typeIn(t, ctx, "#password", "mật khẩu của chủ quản\r")
	awaits(t, ctx, `form[action="/account/passkeys"]:not([hidden])`)
	typeIn(t, ctx, "#label", "điện thoại")
	click(t, ctx, `form[action="/account/passkeys"] button`)
	awaits(t, ctx, ".flash")
	passkeyIn()
	at := "/systems/" + dossier.Code
	s.page(t, ctx, at+"/decision?lang=vi")
	click(t, ctx, "[name=outcome][value=approve]")
	typeIn(t, ctx, "#number", "12/QĐ-UBND")
	typeIn(t, ctx, "#decided_on", time.Now().In(law.Zone()).Format("02/01/2006"))
	click(t, ctx, "form.form .buttons button")
	awaits(t, ctx, "form[data-options]:not([hidden])")
	clean(t, ctx, "sign a decision")
	click(t, ctx, "form[data-options] button")
	awaits(t, ctx, ".flash")

	last := func(code string) (e approval.Entry) {
		must(p.store.View(t.Context(), keeper(), func(r approval.Reader) error {
			es, err := r.Entries(code)
			e = es[len(es)-1]
			return err
		}))
		return e
	}
	e := last(dossier.Code)
	if e.Act != approval.ActDecide || e.Assurance == nil || e.Assurance.Method != "passkey" || e.Assurance.Signed == nil || !strings.Contains(e.Assurance.Signed.Statement, "12/QĐ-UBND") {
		t.Fatalf("entry %+v, %+v", e, e.Assurance)
	}

	s.page(t, ctx, "/queue?lang=vi")
	for _, code := range more {
		click(t, ctx, "#c-"+code)
	}
	click(t, ctx, `form[action="/queue/several"] button`)
	awaits(t, ctx, "#number")
	clean(t, ctx, "several decisions")
	click(t, ctx, "[name=outcome][value=approve]")
	typeIn(t, ctx, "#number", "13/QĐ-UBND")
	typeIn(t, ctx, "#decided_on", time.Now().In(law.Zone()).Format("02/01/2006"))
	click(t, ctx, "form.form .buttons button")
	awaits(t, ctx, "form[data-options]:not([hidden])")
	clean(t, ctx, "sign several decisions")
	click(t, ctx, "form[data-options] button")
	awaits(t, ctx, ".tag.green")
	clean(t, ctx, "several decided")
	for i, code := range more {
		e := last(code)
		if e.Act != approval.ActDecide || e.Assurance.Signed.Joint == nil || e.Assurance.Signed.Joint.Index != int64(i) || !strings.Contains(e.Assurance.Signed.Statement, code) {
			t.Errorf("entry %+v, %+v", e, e.Assurance)
		}
	}
	r, err := p.store.Verify(t.Context())
	if err != nil || len(r.Violations) > 0 {
		t.Errorf("verify: %+v, %v", r.Violations, err)
	}
	file := filepath.Join(t.TempDir(), "ledger")
	if r := capdo(t, "", "bundle", "--data", dir, "--out", file); r.status != statusOK {
		t.Fatalf("bundle: %+v", r)
	}
	if r := capdo(t, "", "verify", "--bundle", file); r.status != statusOK || !strings.Contains(r.out, "0 violations") {
		t.Errorf("verify --bundle: %+v", r)
	}
	second := func(want string) {
		t.Helper()
		out, err := exec.Command(need(t, "python3"), "../../internal/ledger/testdata/verify_bundle.py", file).CombinedOutput()
		if !strings.Contains(string(out), want) || (err == nil) != (want == "good") {
			t.Errorf("the second verifier: %s, %v, want %s", out, err, want)
		}
	}
	second("good")
	b, err := os.ReadFile(file)
	must(err)
	moved := bytes.Replace(b, []byte(`"index":1,`), []byte(`"index":0,`), 1)
	if bytes.Equal(moved, b) {
		t.Fatal("no place to move")
	}
	must(os.WriteFile(file, rehashed(moved), 0o600))
	second("bad place among statements")
}

// rehashed gives every entry of a bundle the hash of what it says now.
func rehashed(bundle []byte) []byte {
	lines := bytes.Split(bundle, []byte("\n"))
	for i, line := range lines {
		if f := bytes.SplitN(line, []byte(" "), 3); len(f) == 3 && i > 2 && len(f[2]) > 0 && f[2][0] == '{' {
			lines[i] = fmt.Appendf(nil, "%s %s %s", f[0], ledger.Hex(ledger.LeafHash(f[2])), f[2])
		}
	}
	return bytes.Join(lines, []byte("\n"))
}
