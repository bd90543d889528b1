package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/identity"
)

// SurePage asks again who sits there.
type SurePage struct {
	Page
	Form     Form         // password and code
	Password bool         // the account has one
	Passkey  *PasskeyForm // nil: it has none that works here
}

// certain runs h when it was made sure lately who sits there; else it asks, and
// goes on to the page that was asked for, or from which something was sent.
func (s *site) certain(h func(*visit) error) func(*visit) error {
	return func(v *visit) error {
		if s.Desk.Fresh(&v.session) {
			return h(v)
		}
		return v.send("/confirm?" + url.Values{"next": {v.comeFrom()}}.Encode())
	}
}

// surely is certain for what looks at a point in time.
func surely(h func(*site, *visit) error) func(*site, *visit) error {
	return func(s *site, v *visit) error {
		return s.certain(func(v *visit) error { return h(s, v) })(v)
	}
}

// comeFrom is the page to go on with: the one asked for, or the one whose form was
// sent.
func (v *visit) comeFrom() string {
	if v.r.Method == http.MethodGet {
		return v.r.URL.RequestURI()
	}
	u, err := url.Parse(v.r.Referer())
	if err != nil || u.Host != v.r.Host {
		return "/"
	}
	return localPath(u.RequestURI())
}

// sureShow asks who sits there.
func (s *site) sureShow(v *visit) error { return s.surePage(v, http.StatusOK, nil) }

func (s *site) surePage(v *visit, status int, fs []approval.Finding) error {
	form, err := s.form("sure")
	if err != nil {
		return err
	}
	p := SurePage{Form: v.draw(paper{form: form, in: url.Values{}, findings: fs, action: "/confirm"})}
	next := localPath(v.r.FormValue("next"))
	p.Form.Hidden, p.Form.Cancel = []Hidden{{"next", next}}, "/"
	p.Password = v.account.PasswordHash != ""
	if here, _ := v.passkeyOffered(); here {
		_, has, err := s.Desk.ConfirmOptions(v.r.Context(), &v.account)
		if err != nil {
			return err
		}
		if has {
			p.Passkey = &PasskeyForm{Action: "/confirm/passkey", Ask: "/confirm/options", Next: next, Button: v.t("su.key")}
		}
	}
	p.Page, p.Failed = v.page(p.Form.Title), len(fs) > 0
	if p.Passkey != nil {
		p.Script = v.passkey.path
	}
	return v.show(status, "sure", p)
}

// sureDo takes password and code.
func (s *site) sureDo(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read confirmation: %w", err)
	}
	form, err := s.form("sure")
	if err != nil {
		return err
	}
	x, problems := form.Parse(forms.Context{}, v.r.PostForm)
	if len(problems) > 0 {
		return s.surePage(v, http.StatusUnprocessableEntity, findings(problems))
	}
	token, err := s.Desk.Confirm(v.r.Context(), &v.account, &v.session, identity.Claim{Password: x.Text("word_password"), Code: x.Text("word_code"), From: v.from()})
	return s.sureEnd(v, token, "password", err)
}

// sureOptions gives a browser what to confirm with.
func (s *site) sureOptions(v *visit) error {
	options, has, err := s.Desk.ConfirmOptions(v.r.Context(), &v.account)
	if err != nil {
		return err
	}
	if !has {
		return s.absent(v)
	}
	return v.json(http.StatusOK, json.RawMessage(options))
}

// surePasskey takes a passkey's answer.
func (s *site) surePasskey(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read confirmation: %w", err)
	}
	token, err := s.Desk.ConfirmPasskey(v.r.Context(), &v.account, &v.session, []byte(v.r.PostForm.Get(credentialName)))
	return s.sureEnd(v, token, "passkey", err)
}

// sureEnd gives the browser the token under which its session goes on.
func (s *site) sureEnd(v *visit, token, by string, err error) error {
	if errors.Is(err, identity.ErrCredentials) || errors.Is(err, identity.ErrPasskey) {
		s.Log.Warn("confirmation refused", "request", v.id, "login", v.account.Login, "by", by, "address", v.from().Address)
		return s.surePage(v, http.StatusUnprocessableEntity, []approval.Finding{{Rule: "sure", Says: s.both("su.wrong")}})
	}
	if err != nil {
		return err
	}
	s.Log.Info("confirmed", "request", v.id, "login", v.account.Login, "by", by, "address", v.from().Address)
	http.SetCookie(v.w, v.cookie("capdo", token, 0))
	return v.send(localPath(v.r.PostForm.Get("next")))
}

// PasswordPage changes one's own password.
type PasswordPage struct {
	Page
	Form Form
}

// passwordShow shows the form.
func (s *site) passwordShow(v *visit) error { return s.passwordPage(v, nil) }

func (s *site) passwordPage(v *visit, fs []approval.Finding) error {
	form, err := s.form("password")
	if err != nil {
		return err
	}
	p := PasswordPage{Form: v.draw(paper{form: form, in: url.Values{}, findings: fs, action: "/account/password"})}
	p.Form.Cancel = "/account"
	p.Page, p.Failed = v.page(p.Form.Title), len(fs) > 0
	status := http.StatusOK
	if p.Failed {
		status = http.StatusUnprocessableEntity
	}
	return v.show(status, "password", p)
}

// passwordChange changes it.
func (s *site) passwordChange(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	form, err := s.form("password")
	if err != nil {
		return err
	}
	x, problems := form.Parse(forms.Context{}, v.r.PostForm)
	if len(problems) > 0 {
		return s.passwordPage(v, findings(problems))
	}
	token, err := s.Desk.ChangePassword(v.r.Context(), s.Registrar, &v.account, &v.session, identity.Rewording{Present: x.Text("present"), Next: x.Text("password"), From: v.from()})
	if r, ok := refusal(err); ok && r.Kind == approval.Invalid {
		return s.passwordPage(v, r.Findings)
	}
	if err != nil {
		return err
	}
	http.SetCookie(v.w, s.cookie("capdo", token, 0))
	return v.send("/account?done=pw.changed")
}
