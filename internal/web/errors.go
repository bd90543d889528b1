package web

import (
	"errors"
	"log/slog"
	"net/http"

	"capdo/internal/approval"
)

// MessagePage says what went wrong and where to go from here.
type MessagePage struct {
	Page
	Heading    string
	Paragraphs []string
	Incident   string // request id, when only the log knows more
	Links      []Link
}

// statusOf translates the kinds of refusal; this and the gate's own handler
// are the only places that do.
func statusOf(k approval.Kind) int {
	switch k {
	case approval.NotFound:
		return http.StatusNotFound
	case approval.Forbidden:
		return http.StatusForbidden
	case approval.Conflict, approval.Stale:
		return http.StatusConflict
	case approval.Invalid:
		return http.StatusUnprocessableEntity
	}
	return http.StatusInternalServerError
}

// refusal returns the office's refusal inside an error.
func refusal(err error) (*approval.Refusal, bool) {
	var r *approval.Refusal
	ok := errors.As(err, &r)
	return r, ok
}

// answer writes the page for an error a handler came back with.
func (v *visit) answer(err error) {
	var big *http.MaxBytesError
	switch r, refused := refusal(err); {
	case refused:
		err = v.message(statusOf(r.Kind), v.headingOf(r.Kind), v.sayings(r)...)
	case errors.As(err, &big):
		err = v.message(http.StatusRequestEntityTooLarge, "msg.422", v.t("msg.big"))
	default:
		v.Log.Error("request failed", slog.String("request", v.id), slog.String("route", v.r.Pattern), slog.Any("error", err))
		err = v.message(http.StatusInternalServerError, "msg.500", v.t("msg.500.text"))
	}
	if err != nil {
		v.Log.Error("error page failed", slog.String("request", v.id), slog.Any("error", err))
		http.Error(v.w, "capdo: "+v.id, http.StatusInternalServerError)
	}
}

// headingOf is the key of the heading for a kind of refusal.
func (v *visit) headingOf(k approval.Kind) string {
	switch k {
	case approval.NotFound:
		return "msg.404"
	case approval.Forbidden:
		return "msg.403"
	case approval.Conflict, approval.Stale:
		return "msg.409"
	}
	return "msg.422"
}

// sayings are the sentences of a refusal with their clauses.
func (v *visit) sayings(r *approval.Refusal) []string {
	if r.Kind == approval.NotFound {
		return []string{v.t("msg.404.text")}
	}
	var all []string
	for _, f := range r.Findings {
		s := v.say(f.Says)
		if f.Cites != "" {
			s += " (" + f.Cites + ")"
		}
		all = append(all, s)
	}
	return all
}

// message shows a page that only says something.
func (v *visit) message(status int, heading string, paragraphs ...string) error {
	p := MessagePage{Page: v.page(v.t(heading)), Heading: v.t(heading), Paragraphs: paragraphs}
	if status == http.StatusInternalServerError {
		p.Incident = v.id
		p.OtherLang = "/?lang=" + v.t("lang.other.code") // an address may hold a secret, and is not said again
	}
	if v.signedIn {
		if code := v.code(); code != "" && v.enters() && status != http.StatusNotFound {
			p.Links = append(p.Links, Link{Href: "/systems/" + code, Text: v.t("msg.back")})
		}
		if v.enters() {
			p.Links = append(p.Links, Link{Href: "/systems", Text: v.t("msg.search")})
		}
		p.Links = append(p.Links, Link{Href: "/", Text: v.t("msg.home")})
	}
	return v.show(status, "message", p)
}

// stranger is a visit of nobody, for answers given before or after a handler.
func (s *site) stranger(w http.ResponseWriter, r *http.Request) *visit {
	return &visit{site: s, voice: voice{s.language(w, r), s.words}, w: w, r: r, id: requestID(w), now: s.Clock()}
}

// broken answers when a handler panicked.
func (s *site) broken(w http.ResponseWriter, r *http.Request) {
	v := s.stranger(w, r)
	if err := v.message(http.StatusInternalServerError, "msg.500", v.t("msg.500.text")); err != nil {
		http.Error(w, "capdo: "+v.id, http.StatusInternalServerError)
	}
}

// refuseCross answers a request that another site sent.
func (s *site) refuseCross(w http.ResponseWriter, r *http.Request) {
	v := s.stranger(w, r)
	if err := v.message(http.StatusForbidden, "msg.cross", v.t("msg.cross.text")); err != nil {
		v.answer(err)
	}
}
