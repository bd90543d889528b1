package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
)

// systemNew shows the form that registers a system.
func (s *site) systemNew(v *visit) error {
	if v.actor().Capacity != law.RoleOperator {
		return v.message(http.StatusForbidden, "msg.403", v.t("msg.notnow"))
	}
	return s.registerPage(v, http.StatusOK, url.Values{}, nil)
}

// registerPage draws the form that registers a system.
func (s *site) registerPage(v *visit, status int, in url.Values, fs []approval.Finding) error {
	form, err := s.form("register")
	if err != nil {
		return err
	}
	p := ActPage{Form: v.draw(paper{form: form, context: forms.Context{Today: string(v.today())}, in: in, findings: fs, action: "/systems/new"})}
	p.Form.Cancel = "/systems"
	p.Form.Hidden = []Hidden{onceToken()}
	p.Page = v.page(p.Form.Title)
	p.Failed = len(fs) > 0
	return v.show(status, "act", p)
}

// systemRegister puts a system on the register.
func (s *site) systemRegister(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	ctx, done, err := v.once()
	if done {
		return v.send("/systems/" + strings.TrimPrefix(v.repeated, approval.SystemObject("")) + "?done=register")
	}
	if err != nil {
		return err
	}
	form, err := s.form("register")
	if err != nil {
		return err
	}
	if v.actor().Capacity != law.RoleOperator {
		return v.message(http.StatusForbidden, "msg.403", v.t("msg.notnow"))
	}
	answers, problems := form.Parse(forms.Context{Today: string(v.today())}, v.r.PostForm)
	if len(problems) > 0 {
		return s.registerPage(v, http.StatusUnprocessableEntity, v.r.PostForm, findings(problems))
	}
	system, err := s.Office.Register(ctx, v.actor(), registration(form, answers))
	if r, ok := refusal(err); ok && r.Kind == approval.Invalid {
		return s.registerPage(v, http.StatusUnprocessableEntity, v.r.PostForm, r.Findings)
	}
	if err != nil {
		return err
	}
	return v.send("/systems/" + system.Code + "?done=register")
}

// registration is the answers as the office takes them.
func registration(form *forms.Form, answers forms.Answers) approval.Registration {
	in := filled{form: form, answers: answers}
	specialised, _ := answers.Bool("operator_is_specialised")
	attested, _ := answers.Bool("attest_system")
	return approval.Registration{Name: answers.Text("name"), OperatorUnit: answers.Text("operator_unit"),
		OperatorIsSpecialised: specialised, Stage: approval.Stage(answers.Text("stage")),
		Description: in.remarks("description", "name", "operator_unit", "operator_is_specialised", "stage", "served", "started_on", "attest_system"),
		Served:      answers.Text("served"), StartedOn: law.Day(answers.Text("started_on")), Attested: attested}
}
