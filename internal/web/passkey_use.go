package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
)

// credentialName is the field that carries a browser's answer about a passkey.
const credentialName = "credential"

// passkeyOffered tells whether passkeys work at the address of this visit; where
// they do not, at is where they do, "" for nowhere.
func (v *visit) passkeyOffered() (here bool, at string) {
	if v.Desk.Site == nil {
		return false, ""
	}
	u, err := url.Parse(v.Desk.Site.Origin)
	return err == nil && u.Host == v.r.Host, v.Desk.Site.Origin
}

// signInOptions gives a browser what to sign in with.
func (s *site) signInOptions(v *visit) error {
	if s.Desk.Site == nil {
		return s.absent(v)
	}
	options, err := s.Desk.SignInOptions(v.r.Context())
	if err != nil {
		return err
	}
	return v.json(http.StatusOK, json.RawMessage(options))
}

// signInPasskey opens a session with a passkey.
func (s *site) signInPasskey(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read sign-in: %w", err)
	}
	token, err := s.Desk.SignInPasskey(v.r.Context(), []byte(v.r.PostForm.Get(credentialName)), v.from())
	if errors.Is(err, identity.ErrPasskey) {
		s.Log.Warn("sign-in refused", "request", v.id, "by", "passkey", "address", v.from().Address, "why", err.Error())
		return s.signInPage(v, http.StatusUnprocessableEntity, []approval.Finding{{Rule: "passkey", Says: s.both("pk.wrong")}})
	}
	if err != nil {
		return err
	}
	return v.entered(token, "passkey")
}

// entered gives the browser its session and goes where it wanted to go.
func (v *visit) entered(token, by string) error {
	v.Log.Info("signed in", "request", v.id, "by", by, "address", v.from().Address)
	http.SetCookie(v.w, v.cookie("capdo", token, 0))
	return v.send(localPath(v.r.PostForm.Get("next")))
}

// weak tells whether the session is not enough for what the account may do.
func (v *visit) weak() bool { return !v.Desk.Suffices(&v.account, &v.session) }

// mayAdd tells whether ways in may be added now: who came in by a strong enough
// one, or has no other way than the password yet.
func (v *visit) mayAdd(fs []identity.Factor) bool {
	for _, f := range fs {
		if f.InUse() && (f.Kind == identity.Passkey || f.Kind == identity.TOTP) {
			return !v.weak()
		}
	}
	return true
}

// adding runs h when ways in may be changed now.
func (s *site) adding(h func(*visit) error) func(*visit) error {
	return func(v *visit) error {
		fs, err := s.Desk.Store.FactorsOf(v.r.Context(), v.account.Login)
		if err != nil {
			return err
		}
		if !v.mayAdd(fs) {
			return v.message(http.StatusForbidden, "msg.403", v.t("ac.weak.has"))
		}
		if err := v.r.ParseForm(); err != nil {
			return fmt.Errorf("read form: %w", err)
		}
		return h(v)
	}
}

// passkeyOptions gives a browser what to make a passkey with.
func (s *site) passkeyOptions(v *visit) error {
	if s.Desk.Site == nil {
		return s.absent(v)
	}
	options, err := s.Desk.RegistrationOptions(v.r.Context(), &v.account)
	if err != nil {
		return err
	}
	return v.json(http.StatusOK, json.RawMessage(options))
}

// passkeyAdd adds the passkey that the browser made.
func (s *site) passkeyAdd(v *visit) error {
	err := s.Desk.AddPasskey(v.r.Context(), s.Registrar, &v.account, v.r.PostForm.Get("label"), []byte(v.r.PostForm.Get(credentialName)))
	if errors.Is(err, identity.ErrPasskey) {
		s.Log.Warn("passkey refused", "request", v.id, "login", v.account.Login, "why", err.Error())
		err = &approval.Refusal{Kind: approval.Invalid, Findings: []approval.Finding{{Rule: "passkey", Says: s.both("pk.wrong")}}}
	}
	if r, ok := refusal(err); ok && r.Kind == approval.Invalid {
		return s.accountPage(v, http.StatusUnprocessableEntity, r.Findings)
	}
	if err != nil {
		return err
	}
	return v.send("/account?done=pk.added")
}

// factorRemove removes one of the visitor's ways in.
func (s *site) factorRemove(v *visit) error {
	if err := s.Registrar.RemoveFactor(v.r.Context(), v.actor(), v.r.PathValue("id")); err != nil {
		return err
	}
	return v.send("/account?done=ac.removed")
}

// wordFields are the fields of the word itself: they are no part of what it is
// given for.
func wordFields() []string { return []string{credentialName, "word_password", "word_code"} }

// SignPage asks for the visitor's own word on an act.
type SignPage struct {
	Page
	Heading string
	Facts   []Fact
	Action  string
	Back    string
	Options string // for the passkey, "" when the account has none
	Hidden  []Hidden
	Wrong   string
	Weak    *Form // password and code instead, where the policy takes them
}

// word makes sure that a weighty act bears its actor's word. asked tells that the
// page that asks for it was shown; else the act may go on.
func (s *site) word(v *visit, in *filled, d deedSheet) (asked bool, err error) {
	if s.Desk.Policy.Signs() == identity.None || !weighty(d.deed.act) {
		return false, nil
	}
	want, err := s.statement(v, in, d)
	if err != nil {
		return false, err
	}
	var word *approval.Signed
	wrong := "pk.wrong"
	switch {
	case d.in.Get(credentialName) != "":
		word, err = s.Desk.Signed(v.r.Context(), &v.account, want, []byte(d.in.Get(credentialName)))
	case d.in.Get("word_password") != "":
		wrong = "sg.weak.wrong"
		word, err = s.Desk.Word(v.r.Context(), &v.account, want, identity.Claim{Password: d.in.Get("word_password"), Code: d.in.Get("word_code"), From: v.from()})
	default:
		return true, s.signPage(v, want, d, "")
	}
	if errors.Is(err, identity.ErrPasskey) || errors.Is(err, identity.ErrCredentials) {
		s.Log.Warn("signature refused", "request", v.id, "login", v.account.Login, "object", want.Object, "why", err.Error())
		return true, s.signPage(v, want, d, v.t(wrong))
	}
	if err != nil {
		return false, err
	}
	sure := *v.account.Actor.Assurance
	sure.Signed, in.actor.Assurance = word, &sure
	return false, nil
}

// weighty tells whether an act asks for its actor's word.
func weighty(act string) bool { return slices.Contains(identity.Weighty(), act) }

// statement is what the actor is to sign.
func (s *site) statement(v *visit, in *filled, d deedSheet) (st identity.Statement, err error) {
	st = identity.Statement{Act: d.deed.act, Object: approval.SystemObject(in.code), By: in.actor.Who(), Law: s.Book.Digest(), Answers: map[string]string{}}
	for key, value := range in.answers {
		if value != "" {
			st.Answers[key] = value
		}
	}
	if st.Before, err = d.file.System.Digest(); err != nil {
		return st, err
	}
	err = s.Office.Store.View(v.r.Context(), in.actor, func(r approval.Reader) error {
		st.Ledger, err = r.Head()
		return err
	})
	return st, err
}

// signPage asks for the word: it shows what is signed, and carries along what was
// filled in.
func (s *site) signPage(v *visit, want identity.Statement, d deedSheet, wrong string) error {
	options, _, err := s.Desk.SigningOptions(v.r.Context(), &v.account, want)
	if err != nil {
		return err
	}
	form, err := s.paperOf(d.deed, d.file)
	if err != nil {
		return err
	}
	p := SignPage{Heading: v.t("sg.title", form.Title.In(v.lang)), Action: v.r.URL.Path, Back: v.r.URL.Path, Options: options, Wrong: wrong}
	p.Facts = []Fact{{Label: v.t("sg.system"), Value: d.file.System.Name + " (" + d.file.System.Code + ")"}}
	for _, f := range form.Fields() {
		if value := want.Answers[f.ID]; value != "" {
			p.Facts = append(p.Facts, Fact{Label: f.Label.In(v.lang), Value: v.say(law.Text(f.Show(value))), Long: true})
		}
	}
	for name, values := range d.in {
		if slices.Contains(wordFields(), name) {
			continue
		}
		for _, value := range values {
			p.Hidden = append(p.Hidden, Hidden{name, value})
		}
	}
	if s.Desk.Policy.Signs() <= identity.TwoFactors {
		weak, err := s.form("word")
		if err != nil {
			return err
		}
		drawn := v.draw(paper{form: weak, in: url.Values{}, action: v.r.URL.Path})
		drawn.Hidden, drawn.Cancel = p.Hidden, v.r.URL.Path
		p.Weak = &drawn
	}
	p.Page = v.page(p.Heading)
	p.Script, p.Failed = v.passkey.path, wrong != ""
	status := http.StatusOK
	if p.Failed {
		status = http.StatusUnprocessableEntity
	}
	return v.show(status, "sign", p)
}
