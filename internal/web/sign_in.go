package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
)

// SignInPage is the way in.
type SignInPage struct {
	Page
	Form      Form
	Next      string
	Passkey   *PasskeyForm // nil: passkeys do not work here
	Elsewhere string       // where they do, "" when here or nowhere
	Providers []Link       // identities elsewhere that may open an account
}

// PasskeyForm asks a browser for a passkey; without scripts it says that one is
// needed.
type PasskeyForm struct {
	Action, Ask  string // where the answer goes, and where the question comes from
	Next         string // the page to go on with
	Lead, Button string // Lead "" = none
}

// signInShow shows the sign-in form; who is in already goes home.
func (s *site) signInShow(v *visit) error {
	if v.signedIn {
		return v.send("/")
	}
	return s.signInPage(v, http.StatusOK, nil)
}

// signInPage draws the form. The password is never shown again.
func (s *site) signInPage(v *visit, status int, fs []approval.Finding) error {
	form, err := s.form("sign_in")
	if err != nil {
		return err
	}
	f := v.draw(paper{form: form, in: v.r.PostForm, findings: fs, action: "/sign-in"})
	f.Hidden = append(f.Hidden, Hidden{"next", localPath(v.r.FormValue("next"))})
	p := SignInPage{Page: v.page(f.Title), Form: f, Next: localPath(v.r.FormValue("next"))}
	here, elsewhere := v.passkeyOffered()
	if p.Elsewhere = elsewhere; here {
		p.Elsewhere, p.Script = "", v.passkey.path
		p.Passkey = &PasskeyForm{Action: "/sign-in/passkey", Ask: "/sign-in/passkey/options", Next: p.Next, Lead: v.t("pk.signin.lead"), Button: v.t("pk.signin")}
	}
	if s.Elsewhere != nil {
		for _, x := range s.Elsewhere.Providers {
			p.Providers = append(p.Providers, Link{Href: "/sign-in/with/" + x.ID, Text: v.t("oi.with", x.Name)})
		}
	}
	p.Failed = len(fs) > 0
	return v.show(status, "sign_in", p)
}

// signIn opens a session. Whatever is wrong, the answer is the same sentence.
func (s *site) signIn(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read sign-in: %w", err)
	}
	form, err := s.form("sign_in")
	if err != nil {
		return err
	}
	answers, problems := form.Parse(forms.Context{}, v.r.PostForm)
	if len(problems) > 0 {
		return s.signInPage(v, http.StatusUnprocessableEntity, findings(problems))
	}
	token, err := s.Desk.SignIn(v.r.Context(), identity.Claim{Login: answers.Text("login"), Password: answers.Text("password"), Code: answers.Text("code"), From: v.from()})
	if errors.Is(err, identity.ErrCredentials) {
		s.Log.Warn("sign-in refused", "request", v.id, "by", "password", "address", v.from().Address)
		w := s.words["signin.wrong"]
		return s.signInPage(v, http.StatusUnprocessableEntity,
			[]approval.Finding{{Field: "login", Rule: "credentials", Says: law.Text{VI: w.vi, EN: w.en}}})
	}
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	return v.entered(token, "password")
}

// signOut ends the session, here and at the desk.
func (s *site) signOut(v *visit) error {
	if token, ok := s.token(v.r); ok {
		if err := s.Desk.SignOut(v.r.Context(), token); err != nil && !noSession(err) {
			return fmt.Errorf("sign out: %w", err)
		}
	}
	http.SetCookie(v.w, s.cookie("capdo", "", -1e9))
	v.forget()
	return v.send("/sign-in")
}

// forget tells the browser to throw away what it kept of the pages.
func (v *visit) forget() { v.w.Header().Set("Clear-Site-Data", `"cache", "storage"`) }

// form finds a form that is the same under every rule set.
func (s *site) form(id string) (*forms.Form, error) {
	f, ok := s.Shelf.Form(id, forms.AnyEdition)
	if !ok {
		return nil, fmt.Errorf("no form %s on the shelf", id)
	}
	return f, nil
}

// findings turns what is wrong on a paper into findings, like the office's.
func findings(ps []forms.Problem) []approval.Finding {
	fs := make([]approval.Finding, len(ps))
	for i, p := range ps {
		fs[i] = approval.Finding{Field: p.Field, Rule: "form." + p.Code, Says: law.Text(p.Says)}
	}
	return fs
}

// copyValues returns input that may be changed without touching the request.
func copyValues(in url.Values) url.Values {
	out := url.Values{}
	for k, x := range in {
		out[k] = append([]string(nil), x...)
	}
	return out
}
