package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"capdo/internal/identity"
)

// cookieName is the name of a cookie: under TLS with the prefix that binds it
// to this host.
func (s *site) cookieName(name string) string {
	if s.Secure {
		return "__Host-" + name
	}
	return name
}

// cookie makes a cookie for this host; life 0 ends with the browser, a
// negative life ends it now.
func (s *site) cookie(name, value string, life time.Duration) *http.Cookie {
	return &http.Cookie{Name: s.cookieName(name), Value: value, Path: "/", MaxAge: int(life / time.Second),
		Secure: s.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// token returns the session token of a request.
func (s *site) token(r *http.Request) (string, bool) {
	c, err := r.Cookie(s.cookieName("capdo"))
	if err != nil || c.Value == "" {
		return "", false
	}
	return c.Value, true
}

// noSession tells whether the desk knows no such session (any more).
func noSession(err error) bool { return errors.Is(err, identity.ErrNoSession) }

// localPath returns next when it is a page of this site, else "/".
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") ||
		strings.HasPrefix(next, "//") || strings.Contains(next, `\`) {
		return "/"
	}
	return next
}

// toSignIn sends a stranger to the sign-in page and remembers where they
// wanted to go; an act itself is not remembered, only its page and what was typed.
func (v *visit) toSignIn() error {
	if _, had := v.token(v.r); had {
		v.forget()
	}
	next, err := v.late()
	if err != nil {
		return err
	}
	if next == "/" {
		return v.send("/sign-in")
	}
	return v.send("/sign-in?" + url.Values{"next": {next}}.Encode())
}
