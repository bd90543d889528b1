package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/web"
)

// TestHeaders holds every kind of answer against the header list.
func TestHeaders(t *testing.T) {
	h := open(t, func(c *web.Config) { c.Gate = nil })
	ministry := h.as("bca")
	sheet := attr(ministry.get("/").one("link[rel=stylesheet]"), "href")
	for path, status := range map[string]int{"/": 200, "/nowhere": 404, "/systems/none": 404, "/gate?provider=X": 500, "/static/app.css": 404, sheet: 200, "/livez": 200, "/sign-in": 303} {
		p := ministry.get(path).wants(status)
		for name, want := range map[string]string{
			"Content-Security-Policy":      "default-src 'none'; script-src 'nonce-N'; style-src 'nonce-N'; img-src 'self' data:; connect-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types capdo; report-uri /csp-report",
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "same-origin",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Strict-Transport-Security":    "max-age=63072000; includeSubDomains",
			"Access-Control-Allow-Origin":  "",
			"Server":                       "",
		} {
			if got := nonces.ReplaceAllString(p.header.Get(name), "'nonce-N'"); got != want {
				t.Errorf("%s: %s = %q, want %q", path, name, got, want)
			}
		}
		want := "no-store"
		if path == sheet {
			want = "public, max-age=31536000, immutable"
		}
		if got := p.header.Get("Cache-Control"); got != want {
			t.Errorf("%s: Cache-Control = %q", path, got)
		}
	}
}

// nonces matches the nonce of a policy.
var nonces = regexp.MustCompile(`'nonce-([0-9a-f]{32})'`)

// TestNonce: the script and the style sheet of a page bear the nonce of its own
// answer, and no two answers have the same.
func TestNonce(t *testing.T) {
	h := open(t, nil)
	officer, seen := h.as("vanhanh"), map[string]bool{}
	at := registered(officer, "Hệ thống một cửa")
	officer.fill(at+"/facts", level3())
	for range 100 {
		p := officer.get(at + "/dossier").wants(http.StatusOK)
		n := nonces.FindStringSubmatch(p.header.Get("Content-Security-Policy"))
		if n == nil || seen[n[1]] {
			t.Fatalf("nonce of %q", p.header.Get("Content-Security-Policy"))
		}
		seen[n[1]] = true
		if all := p.all(`script, link[rel=stylesheet], style`); len(all) < 2 || len(all) != len(p.all(`script[nonce="`+n[1]+`"], link[rel=stylesheet][nonce="`+n[1]+`"]`)) {
			t.Fatalf("%d scripts and sheets, not all with the nonce", len(all))
		}
		if len(p.all("[style], [onclick], [onload], [onerror]")) > 0 {
			t.Fatal("a style or a script in an attribute")
		}
	}
}

// TestPanic answers 500 with a code that the log explains, and lives on.
func TestPanic(t *testing.T) {
	h := open(t, func(c *web.Config) { c.Gate = nil })
	ministry := h.as("bca")
	p := ministry.get("/gate?provider=X").wants(http.StatusInternalServerError)
	id := p.text("main code")
	if len(id) != 16 || !strings.Contains(h.log.String(), "request="+id) || !strings.Contains(h.log.String(), "panic") {
		t.Errorf("incident %q is not in the log", id)
	}
	for _, leak := range []string{"nil pointer", "goroutine", ".go:", "SELECT"} {
		if strings.Contains(p.body, leak) {
			t.Errorf("the page tells %q", leak)
		}
	}
	ministry.get("/").wants(http.StatusOK)
}

// TestStoreGone answers 500 when the register cannot be read, and tells why in
// the log only.
func TestStoreGone(t *testing.T) {
	h := open(t, nil)
	officer := h.as("vanhanh")
	h.server.Config.Handler = gone(h.server.Config.Handler)
	p := officer.get("/").wants(http.StatusInternalServerError)
	p.lint("vi")
	if id := p.text("main code"); len(id) != 16 || !strings.Contains(h.log.String(), "request="+id) || strings.Contains(p.body, "context canceled") {
		t.Errorf("incident %q: %s", p.text("main code"), h.log)
	}
}

// TestAnswersComeInTime: whatever a page waits for is given up within a minute, when
// serve would close the connection; the page says so under an id that the log
// explains. Only what brings a large file has longer.
func TestAnswersComeInTime(t *testing.T) {
	var last time.Time
	h := open(t, func(c *web.Config) {
		c.Reports = func(ctx context.Context, _ io.Writer, _ approval.Actor, _, _ string, _ law.Day) error {
			last, _ = ctx.Deadline()
			return fmt.Errorf("waited in vain: %w", context.DeadlineExceeded)
		}
	})
	officer := h.as("vanhanh")
	at := registered(officer, "Hệ thống một cửa")
	p := officer.get(at + "/report.pdf").wants(http.StatusInternalServerError)
	if left := time.Until(last); last.IsZero() || left > time.Minute {
		t.Errorf("it would be worked on for %v", left)
	}
	if id := p.text("main code"); id != p.header.Get("X-Request-Id") || !strings.Contains(h.log.String(), "request="+id) {
		t.Errorf("incident %q is not that of the answer and the log", id)
	}
}

// gone hands requests on whose time is over, so that every read fails.
func gone(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(r.Context())
		cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// TestCrossSite refuses acts sent from another site, whatever the session.
func TestCrossSite(t *testing.T) {
	h := open(t, nil)
	officer := h.as("vanhanh")
	for name, header := range map[string][2]string{"fetch metadata": {"Sec-Fetch-Site", "cross-site"}, "origin": {"Origin", "https://elsewhere.example"}} {
		for _, path := range []string{"/systems/new", "/sign-out", "/sign-in", "/systems/H56-0001/facts"} {
			r, err := http.NewRequest(http.MethodPost, h.server.URL+path, strings.NewReader("a=b"))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set(header[0], header[1])
			if p := officer.do(r); p.status != http.StatusForbidden {
				t.Errorf("%s by %s: %d, want 403", path, name, p.status)
			}
		}
	}
	officer.get("/").wants(http.StatusOK)
}

// TestCookies checks the flags with and without TLS in front.
func TestCookies(t *testing.T) {
	for _, c := range []struct {
		secure bool
		name   string
	}{{true, "__Host-capdo"}, {false, "capdo"}} {
		h := open(t, func(f *web.Config) { f.Secure = c.secure })
		b := h.stranger()
		p := b.post("/sign-in?lang=en", url.Values{"login": {"vanhanh"}, "password": {password}}).wants(http.StatusSeeOther)
		res := http.Response{Header: p.header}
		names := []string{}
		for _, k := range res.Cookies() {
			names = append(names, k.Name)
			if k.Secure != c.secure || !k.HttpOnly || k.SameSite != http.SameSiteLaxMode || k.Path != "/" || k.Domain != "" {
				t.Errorf("cookie %s: %+v", k.Name, k)
			}
		}
		if len(names) != 2 || names[1] != c.name {
			t.Errorf("cookies %v, want %s last", names, c.name)
		}
	}
}

// TestSignIn tells nothing about which half was wrong, and ends sessions.
func TestSignIn(t *testing.T) {
	h := open(t, nil)
	b := h.stranger()
	b.get("/systems?q=a").leads("/sign-in?next=%2Fsystems%3Fq%3Da")
	b.post("/systems/new", url.Values{}).leads("/sign-in?next=%2Fsystems%2Fnew")
	b.get("/").leads("/sign-in")

	wrong := b.post("/sign-in", url.Values{"login": {"vanhanh"}, "password": {"sai-mat-khau-roi"}}).wants(http.StatusUnprocessableEntity)
	nobody := b.post("/sign-in", url.Values{"login": {"nguoi-la"}, "password": {"sai-mat-khau-roi"}}).wants(http.StatusUnprocessableEntity)
	if strings.ReplaceAll(nobody.body, "nguoi-la", "vanhanh") != wrong.body {
		t.Error("an unknown login reads differently from a wrong password")
	}
	wrong.lint("vi")
	if strings.Contains(wrong.body, "sai-mat-khau-roi") {
		t.Error("the password is shown again")
	}
	b.post("/sign-in", url.Values{}).wants(http.StatusUnprocessableEntity).lint("vi")

	b.post("/sign-in", url.Values{"login": {"vanhanh"}, "password": {password}, "next": {"/systems?q=a"}}).leads("/systems?q=a")
	b.get("/").wants(http.StatusOK)
	b.get("/sign-in").leads("/")
	b.post("/sign-out", nil).leads("/sign-in")
	b.get("/").leads("/sign-in")
}

// TestLocalPath keeps the way after sign-in on this site.
func TestLocalPath(t *testing.T) {
	for in, want := range map[string]string{"/systems?q=a": "/systems?q=a", "": "/", "systems": "/", "//evil.example": "/", `/\evil.example`: "/",
		"https://evil.example/": "/", "javascript:alert(1)": "/", "/%zz": "/", "\t//evil.example": "/"} {
		if got := web.LocalPath(in); got != want {
			t.Errorf("localPath(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestMethods answers 405 to methods a page does not have.
func TestMethods(t *testing.T) {
	h := open(t, nil)
	h.as("vanhanh").post("/overview", nil).wants(http.StatusMethodNotAllowed)
}

// TestBigBody refuses more than a form can hold.
func TestBigBody(t *testing.T) {
	h := open(t, nil)
	big := url.Values{"description": {strings.Repeat("a", 5<<20)}}
	h.as("vanhanh").post("/systems/new", big).wants(http.StatusRequestEntityTooLarge)
}

// TestEscaping shows typed text as text, wherever it comes back.
func TestEscaping(t *testing.T) {
	h := open(t, nil)
	officer := h.as("vanhanh")
	evil := `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	at := registered(officer, "Hệ thống "+evil)
	for _, path := range []string{"/systems", at, at + "/facts", "/systems?q=" + url.QueryEscape(evil), "/gate?provider=" + url.QueryEscape(evil), "/overview?on=" + url.QueryEscape(evil)} {
		p := officer.get(path)
		p.lint("vi")
		if n := len(p.all(`img, script:not([src^="/static/app."])`)); n > 0 {
			t.Errorf("%s: %d elements made of text", path, n)
		}
	}
}
