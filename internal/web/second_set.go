package web

import (
	"html/template"
	"net/http"
	"net/url"

	"capdo/forms"
	"capdo/internal/approval"
)

// AppPage sets up an authenticator app.
type AppPage struct {
	Page
	Secret  string
	Address template.URL // otpauth:, which an app on this device opens
	Form    Form
}

// RecoveryPage shows a sheet of recovery codes, once.
type RecoveryPage struct {
	Page
	Codes []string
}

// appShow offers the key of an authenticator app.
func (s *site) appShow(v *visit) error {
	secret, _, err := s.Desk.OfferApp(&v.account)
	if err != nil {
		return err
	}
	return s.appPage(v, http.StatusOK, secret, nil)
}

// appPage draws the page; the key travels along until a code shows that the app
// has it.
func (s *site) appPage(v *visit, status int, secret string, fs []approval.Finding) error {
	form, err := s.form("app_code")
	if err != nil {
		return err
	}
	p := AppPage{Page: v.page(v.t("tf.app")), Secret: secret, Address: template.URL(s.Desk.AppAddress(&v.account, secret)), Form: v.draw(paper{form: form, in: url.Values{}, findings: fs, action: "/account/app"})}
	p.Form.Hidden, p.Form.Cancel, p.Failed = []Hidden{{"secret", secret}}, "/account", len(fs) > 0
	return v.show(status, "app_set_up", p)
}

// appAdd adds the app, once it gives the code.
func (s *site) appAdd(v *visit) error {
	form, err := s.form("app_code")
	if err != nil {
		return err
	}
	secret := v.r.PostForm.Get("secret")
	answers, problems := form.Parse(forms.Context{}, v.r.PostForm)
	if len(problems) > 0 {
		return s.appPage(v, http.StatusUnprocessableEntity, secret, findings(problems))
	}
	err = s.Desk.AddApp(v.r.Context(), s.Registrar, &v.account, secret, answers.Text("code"))
	if r, ok := refusal(err); ok && r.Kind == approval.Invalid {
		return s.appPage(v, http.StatusUnprocessableEntity, secret, r.Findings)
	}
	if err != nil {
		return err
	}
	return v.send("/account?done=tf.added")
}

// recoveryMake makes a new sheet of recovery codes.
func (s *site) recoveryMake(v *visit) error {
	codes, err := s.Desk.NewRecovery(v.r.Context(), s.Registrar, &v.account)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "recovery", RecoveryPage{Page: v.page(v.t("factor.recovery")), Codes: codes})
}
