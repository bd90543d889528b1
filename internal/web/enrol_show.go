package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

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

// enrolShow shows what an enrolment link is for. It uses nothing up.
func (s *site) enrolShow(v *visit) error {
	what, err := s.enrolment(v)
	if err != nil {
		return err
	}
	return s.enrolPage(v, enrolSheet{what: what, status: http.StatusOK})
}

// enrolment looks at the link; one that does not work (any more) is as absent as
// one that never was.
func (s *site) enrolment(v *visit) (identity.Enrolment, error) {
	if s.Registrar == nil {
		return identity.Enrolment{}, approval.ErrNotFound()
	}
	return s.Desk.Enrolment(v.r.Context(), v.r.PathValue("token"))
}

// enrolPage draws the page.
func (s *site) enrolPage(v *visit, e enrolSheet) error {
	form, err := s.form(e.form())
	if err != nil {
		return err
	}
	p := SignInPage{Form: v.draw(paper{form: form, in: e.in, findings: e.findings, action: "/enrol/" + v.r.PathValue("token")})}
	if !e.what.First {
		p.Form.Title += ": " + e.what.Account.Login
	}
	p.Page, p.Failed = v.page(p.Form.Title), len(e.findings) > 0
	return v.show(e.status, "enrol", p)
}

// enrol uses the link up and opens a session.
func (s *site) enrol(v *visit) error {
	what, err := s.enrolment(v)
	if err != nil {
		return err
	}
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read enrolment: %w", err)
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
	token, err := s.Desk.Enrol(v.r.Context(), s.Registrar, v.r.PathValue("token"), identity.Enrolling{Login: answers.Text("login"), Name: answers.Text("name"), Password: answers.Text("password"), From: v.from()})
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
