package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"capdo/internal/sheet"
)

// idHeader carries the request id, so that a page and the log can be joined.
const idHeader = "X-Request-Id"

// maxBody is the most that a form may send, in bytes: the longest dossier, every
// letter of it written as three escaped bytes.
const maxBody = 4 << 20

// patience is how long an answer may be worked on: what it waits for is given up
// then, and the page says so while the connection still lasts (serve's writeTimeout).
// What may be a large file on a slow line has slowly.
const (
	patience = 40 * time.Second
	slowly   = time.Hour
)

// policy is the content security policy of an answer: its script and its style
// sheet are those that bear its nonce.
func policy(nonce string) string {
	return strings.Join([]string{"default-src 'none'", "script-src 'nonce-" + nonce + "'", "style-src 'nonce-" + nonce + "'", "img-src 'self' data:", "connect-src 'self'",
		"object-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "require-trusted-types-for 'script'", "trusted-types capdo", "report-uri " + violations}, "; ")
}

// nonceKey is the key under which a request's context carries the nonce of its
// answer.
type nonceKey struct{}

// nonce is what the script and the style sheet of an answer must bear.
func nonce(r *http.Request) string {
	n, _ := r.Context().Value(nonceKey{}).(string)
	return n
}

// frame puts around every answer, 404 and 500 included: the headers, the
// request id, the guard against panics, the bound on bodies and the guard
// against requests from other sites.
func (s *site) frame(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(s.refuseCross))
	guarded := cross.Handler(s.nameless(next))
	inner := s.paced(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == violations { // a browser tells it, not a page
			next.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, once := w.Header(), newID()+newID()
		most, last := s.mostOf(r), patience
		if most > maxBody {
			last = slowly
		}
		ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), nonceKey{}, once), last)
		defer cancel()
		r = r.WithContext(ctx)
		h.Set("Content-Security-Policy", policy(once))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
		h.Set("Cache-Control", "no-store")
		h.Set(idHeader, newID())
		r.Body = http.MaxBytesReader(w, r.Body, most)
		defer s.recovered(w, r)
		inner.ServeHTTP(w, r)
	})
}

// mostOf is the most that a request may send: a document may be larger than a
// form, by what its own cap says.
func (s *site) mostOf(r *http.Request) int64 {
	if s.Documents != nil && r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/systems/") && strings.HasSuffix(r.URL.Path, "/documents") {
		return max(maxBody, s.Documents.Limits.File+uploadSlack)
	}
	if s.Documents != nil && r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/systems/") && strings.Contains(r.URL.Path, "/checklist") {
		return maxBody + s.Documents.Limits.Object // the files of a page of controls
	}
	if s.Papers != nil && r.Method == http.MethodPost && r.URL.Path == "/r" {
		return maxPaper
	}
	if s.Tables != nil && r.Method == http.MethodPost && (r.URL.Path == "/import" || r.URL.Path == "/statements/new" || strings.HasPrefix(r.URL.Path, "/systems/") && strings.Contains(r.URL.Path, "/import/")) {
		return sheet.MaxFile + uploadSlack
	}
	return maxBody
}

// nameless refuses a change that does not say where it comes from. Every
// browser names the site or the origin; the standard guard lets others pass.
func (s *site) nameless(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := r.Header
		if r.Method != http.MethodGet && r.Method != http.MethodHead && h.Get("Sec-Fetch-Site") == "" && h.Get("Origin") == "" {
			s.refuseCross(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// recovered turns a panic into a 500 page; the process lives on.
func (s *site) recovered(w http.ResponseWriter, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if err, ok := p.(error); ok && err == http.ErrAbortHandler {
		panic(p)
	}
	s.Log.Error("handler panicked", slog.String("request", requestID(w)), slog.String("route", r.Pattern),
		slog.String("panic", fmt.Sprint(p)), slog.String("stack", string(debug.Stack())))
	s.broken(w, r)
}

// requestID is the id that frame gave the request.
func requestID(w http.ResponseWriter) string { return w.Header().Get(idHeader) }

// violations is where browsers tell what the content security policy kept from a
// page. What they say is logged, cut short; it changes nothing.
const violations = "/csp-report"

// maxReport is the most of a report that is read, in bytes.
const maxReport = 8 << 10

// violated logs what a browser tells.
func (s *site) violated(w http.ResponseWriter, r *http.Request) {
	var told struct {
		Report struct {
			Directive string `json:"violated-directive"`
			Blocked   string `json:"blocked-uri"`
			Document  string `json:"document-uri"`
		} `json:"csp-report"`
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, maxReport)).Decode(&told); err == nil && told.Report.Directive != "" {
		page, _ := url.Parse(told.Report.Document) // no address: no page
		at := ""
		if page != nil {
			at = page.Path
		}
		s.Log.Warn("content security policy", slog.String("request", requestID(w)), slog.String("directive", clip(told.Report.Directive)), slog.String("page", clip(at)), slog.String("blocked", clip(told.Report.Blocked)), slog.String("address", s.peer(r)))
	}
	w.WriteHeader(http.StatusNoContent)
}

// clip bounds what a stranger tells.
func clip(text string) string { return string([]rune(text)[:min(len([]rune(text)), 100)]) }

// refusing logs an answer that refuses: who asked what from where, and never what
// was sent. To whom another's object is absent, it is absent here too.
func (v *visit) refusing(status int) {
	if status < 400 || status >= 500 || status == http.StatusConflict {
		return
	}
	v.Log.Warn("refused", slog.String("request", v.id), slog.Int("status", status), slog.String("route", v.r.Pattern), slog.String("login", v.account.Login), slog.String("address", v.peer(v.r)))
}
