package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// kept is what people sent after their session had ended: it waits here, never
// in the browser, until the same account signs in again. It lives as long as
// the process, half an hour at most.
type kept struct {
	mu    sync.Mutex
	ended map[string]endedSession // by session token
	forms map[string]keptForm     // by the random name in the browser's cookie
}

// endedSession remembers whose a session was that ended by time.
type endedSession struct {
	login string
	at    time.Time
}

// keptForm is a form that came too late.
type keptForm struct {
	login, path string
	in          url.Values
	at          time.Time
}

// How much is kept, and how long.
const (
	keptFor      = 30 * time.Minute
	keptForms    = 32 // of maxBody each, at most
	keptSessions = 10_000
	keptCookie   = "kept"
)

// over remembers whose a session was. Every later request with its token may ask.
func (k *kept) over(token, login string, now time.Time) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ended == nil {
		k.ended, k.forms = map[string]endedSession{}, map[string]keptForm{}
	}
	maps.DeleteFunc(k.ended, func(_ string, x endedSession) bool { return now.Sub(x.at) > keptFor })
	if login != "" && len(k.ended) < keptSessions {
		k.ended[token] = endedSession{login, now}
	}
	return k.ended[token].login
}

// put keeps a form and returns its name.
func (k *kept) put(f keptForm) (name string, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	maps.DeleteFunc(k.forms, func(_ string, x keptForm) bool {
		return f.at.Sub(x.at) > keptFor || x.login == f.login && x.path == f.path
	})
	if len(k.forms) >= keptForms {
		return "", false
	}
	name = newID() + newID()
	k.forms[name] = f
	return name, true
}

// take hands a form back to the account that sent it, once.
func (k *kept) take(name, login, path string, now time.Time) (url.Values, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f, ok := k.forms[name]
	if !ok || f.login != login || f.path != path || now.Sub(f.at) > keptFor {
		return nil, false
	}
	delete(k.forms, name)
	return f.in, true
}

// lateFor is the page on which a form that came too late is shown again: that of
// an act or of a checklist is its own, a remark is typed on the desk; "" for
// forms that are not kept.
func (v *visit) lateFor() string {
	at := v.r.URL.Path
	system, rest, _ := strings.Cut(strings.TrimPrefix(at, "/systems/"), "/")
	switch {
	case v.r.Method != http.MethodPost || !strings.HasPrefix(at, "/systems/"):
		return ""
	case rest == "review/remarks":
		return "/systems/" + system + "/review"
	case strings.HasPrefix(rest, "checklist/") || slices.ContainsFunc(v.deeds, func(d deed) bool { return d.path == rest }):
		return at
	}
	return ""
}

// late keeps what came after the session had ended, files left out, and only when
// the session is known to have been one. next is the page to go on to.
func (v *visit) late() (next string, err error) {
	next = v.r.URL.RequestURI()
	page := v.lateFor()
	if page == "" {
		return next, nil
	}
	if page != v.r.URL.Path {
		next = page
	}
	if v.late0 == "" {
		return next, nil
	}
	in, err := v.controlsForm(nil)
	if err != nil {
		return next, err
	}
	if name, ok := v.site.kept.put(keptForm{v.late0, page, copyValues(in), v.now}); ok {
		http.SetCookie(v.w, v.cookie(keptCookie, name, keptFor))
	}
	return next, nil
}

// early returns what the visitor sent to this page after the session had ended,
// if anything.
func (v *visit) early() (url.Values, bool) {
	c, err := v.r.Cookie(v.cookieName(keptCookie))
	if err != nil {
		return nil, false
	}
	in, ok := v.site.kept.take(c.Value, v.account.Login, v.r.URL.Path, v.now)
	if ok {
		http.SetCookie(v.w, v.cookie(keptCookie, "", -1e9))
	}
	return in, ok
}
