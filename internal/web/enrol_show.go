package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/identity"
)

// enrolSheet is the page of an enrolment link about to be drawn.
type enrolSheet struct {
	what     identity.Enrolment
	in       url.Values
	findings []approval.Finding
	status   int
}

// form is the id of the paper that the link asks for.
func (e *enrolSheet) form() string {
	if e.what.First {
		return "enrol_first"
	}
	return "enrol"
}

// enrolShow asks for the code of an enrolment link. It stands after the # of the
// link, which no browser sends: no address holds it, and no log.
func (s *site) enrolShow(v *visit) error {
	if s.Registrar == nil {
		return s.absent(v)
	}
	return s.enrolCode(v, http.StatusOK, nil)
}

// enrolCode draws the page that asks for the code.
func (s *site) enrolCode(v *visit, status int, fs []approval.Finding) error {
	form, err := s.form("enrol_code")
	if err != nil {
		return err
	}
	p := SignInPage{Form: v.draw(paper{form: form, in: v.r.PostForm, findings: fs, action: "/enrol"})}
	p.Page, p.Failed = v.page(p.Form.Title), len(fs) > 0
	p.Script = v.passkey.path
	return v.show(status, "enrol", p)
}

// enrolPage draws the page of a code that works.
func (s *site) enrolPage(v *visit, e enrolSheet) error {
	form, err := s.form(e.form())
	if err != nil {
		return err
	}
	p := SignInPage{Form: v.draw(paper{form: form, in: e.in, findings: e.findings, action: "/enrol"})}
	p.Form.Hidden = []Hidden{{"token", e.in.Get("token")}}
	if !e.what.First {
		p.Form.Title += ": " + e.what.Account.Login
	}
	p.Page, p.Failed = v.page(p.Form.Title), len(e.findings) > 0
	return v.show(e.status, "enrol", p)
}

// enrol looks at a code, or uses it up and opens a session.
func (s *site) enrol(v *visit) error {
	if s.Registrar == nil {
		return s.absent(v)
	}
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read enrolment: %w", err)
	}
	code := strings.TrimSpace(v.r.PostForm.Get("token"))
	what, err := s.Desk.Enrolment(v.r.Context(), code)
	if r, no := refusal(err); no && r.Kind == approval.NotFound {
		return s.enrolCode(v, http.StatusUnprocessableEntity, []approval.Finding{{Field: "token", Rule: "enrol-code", Says: s.both("en.code")}})
	}
	if err != nil {
		return err
	}
	if !v.r.PostForm.Has("password") {
		return s.enrolPage(v, enrolSheet{what: what, in: v.r.PostForm, status: http.StatusOK})
	}
	again := enrolSheet{what: what, in: v.r.PostForm, status: http.StatusUnprocessableEntity}
	form, err := s.form(again.form())
	if err != nil {
		return err
	}
	answers, problems := form.Parse(forms.Context{}, v.r.PostForm)
	if len(problems) > 0 {
		again.findings = findings(problems)
		return s.enrolPage(v, again)
	}
	token, err := s.Desk.Enrol(v.r.Context(), s.Registrar, code, identity.Enrolling{Login: answers.Text("login"), Name: answers.Text("name"), Password: answers.Text("password"), From: v.from()})
	var r *approval.Refusal
	if errors.As(err, &r) && r.Kind == approval.Invalid {
		again.findings = r.Findings
		return s.enrolPage(v, again)
	}
	if err != nil {
		return err
	}
	http.SetCookie(v.w, s.cookie("capdo", token, 0))
	return v.send("/account?done=ac.enrolled")
}
