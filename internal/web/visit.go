package web

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
)

// visit is one request being answered: who asks, in which language, when.
type visit struct {
	*site
	voice
	w        http.ResponseWriter
	r        *http.Request
	id       string // of the request, for the log
	now      time.Time
	account  identity.Account
	session  identity.Session
	signedIn bool
	late0    string // whose session it was that ended by time, "" when not known
	repeated string // what was done already under the form's token

	really time.Time     // the time of a visit to the register as it was; zero: now is
	point  approval.AsOf // of that register
	band   *PastBand     // nil: the register as it is
}

// clockNow is the time of the visit, whatever day its page speaks of.
func (v *visit) clockNow() time.Time {
	if v.really.IsZero() {
		return v.now
	}
	return v.really
}

// actor is who acts in this visit.
func (v *visit) actor() approval.Actor { return v.account.Actor }

// enters tells whether the pages of the register are open to the actor: not to
// who runs the service, and not to a program.
func (v *visit) enters() bool {
	a := v.actor()
	return !a.Blind() && a.Capacity != approval.Gateway && a.Capacity != approval.Keeper
}

// Side is whom a listener is for. Where administration has one of its own, an
// administrator is served there and nowhere else, and nobody else there.
type Side string

// The sides.
const (
	BothSides      Side = ""
	Officials      Side = "officials"
	Administration Side = "administration"
)

// takes tells whether a side serves an account, by whether it administers.
func (s Side) takes(administers bool) bool {
	return s == BothSides || administers == (s == Administration)
}

// administers tells whether the actor runs the service.
func (v *visit) administers() bool { return v.actor().Capacity == approval.Administrator }

// today is the day of the visit.
func (v *visit) today() law.Day { return law.DayOf(v.now) }

// code is the system the address names.
func (v *visit) code() string { return v.r.PathValue("code") }

// visit opens a visit: language from the query or the cookie, and the session.
func (s *site) visit(w http.ResponseWriter, r *http.Request) (*visit, error) {
	v := &visit{site: s, w: w, r: r, id: requestID(w), now: s.Clock()}
	v.voice = voice{s.language(w, r), s.words}
	token, ok := s.token(r)
	if !ok {
		return v, nil
	}
	account, session, err := s.Desk.Account(r.Context(), token)
	switch {
	case noSession(err):
		var ended *identity.Ended
		if errors.As(err, &ended) {
			account.Login = ended.Login
		}
		v.late0 = s.kept.over(token, account.Login, v.now)
		return v, nil
	case err != nil:
		return v, err
	}
	v.account, v.session, v.signedIn = account, session, true
	return v, nil
}

// from is where the request comes from, as far as it says.
func (v *visit) from() identity.Place {
	return identity.Place{Agent: v.r.UserAgent(), Address: v.peer(v.r)}
}

// language picks the language and keeps a choice made by ?lang=.
func (s *site) language(w http.ResponseWriter, r *http.Request) string {
	if lang := r.URL.Query().Get("lang"); lang == vietnamese || lang == english {
		http.SetCookie(w, s.cookie("lang", lang, 365*24*time.Hour))
		return lang
	}
	if c, err := r.Cookie(s.cookieName("lang")); err == nil && c.Value == english {
		return english
	}
	return vietnamese
}

// show fills a page and writes it with a status.
func (v *visit) show(status int, name string, page any) error {
	body, err := v.pages.fill(v.lang, name, page)
	if err != nil {
		return err
	}
	if v.band != nil {
		body = v.band.stays(body)
	}
	v.refusing(status)
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = v.w.Write(body) // the client may be gone; nothing to do about it
	return nil
}

// send answers a successful POST: 303 to a page.
func (v *visit) send(address string) error {
	http.Redirect(v.w, v.r, address, http.StatusSeeOther)
	return nil
}

// newID makes a random id for a request.
func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails; crypto/rand ends the program instead
	return hex.EncodeToString(b[:])
}
