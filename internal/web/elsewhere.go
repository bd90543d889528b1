package web

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"capdo/internal/approval"
	"capdo/internal/openid"
)

// elsewhereCookie binds a sign-in elsewhere to the browser that began it.
const elsewhereCookie = "elsewhere"

// elsewhereBegin sends the browser to a provider.
func (s *site) elsewhereBegin(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read sign-in: %w", err)
	}
	to, browser, err := s.Elsewhere.Begin(v.r.Context(), v.r.PathValue("provider"), localPath(v.r.PostForm.Get("next")))
	if err != nil {
		return s.elsewhereRefused(v, err)
	}
	http.SetCookie(v.w, s.cookie(elsewhereCookie, browser, 5*time.Minute))
	return v.send(to)
}

// elsewhereEnd takes what the browser brought back.
func (s *site) elsewhereEnd(v *visit) error {
	browser := ""
	if c, err := v.r.Cookie(s.cookieName(elsewhereCookie)); err == nil {
		browser = c.Value
	}
	http.SetCookie(v.w, s.cookie(elsewhereCookie, "", -1e9))
	token, next, err := s.Elsewhere.Finish(v.r.Context(), v.r.PathValue("provider"), v.r.URL.Query(), browser, v.from())
	if err != nil {
		return s.elsewhereRefused(v, err)
	}
	return v.enteredTo(token, "oidc", localPath(next))
}

// elsewhereRefused shows the sign-in page again; why stands in the log.
func (s *site) elsewhereRefused(v *visit, err error) error {
	var no *openid.Refused
	switch {
	case errors.Is(err, openid.ErrUnknown):
		return s.absent(v)
	case errors.As(err, &no):
		s.Log.Warn("sign-in refused", "request", v.id, "by", "oidc", "address", v.from().Address, "why", no.Why)
		return s.signInPage(v, http.StatusUnprocessableEntity, []approval.Finding{{Rule: "elsewhere", Says: s.both("oi.wrong")}})
	}
	return err
}
