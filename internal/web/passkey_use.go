package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"capdo/internal/approval"
	"capdo/internal/identity"
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
	return v.enteredTo(token, by, localPath(v.r.PostForm.Get("next")))
}

// odd is how many refusals since the last session are told to who comes in.
const odd = 3

// enteredTo is entered, with where to go. A session that the browser brought ends;
// whoever was refused often under this name meanwhile is told first.
func (v *visit) enteredTo(token, by, next string) error {
	if old, ok := v.token(v.r); ok {
		if err := v.Desk.SignOut(v.r.Context(), old); err != nil {
			return err
		}
	}
	a, _, err := v.Desk.Account(v.r.Context(), token)
	if err != nil {
		return err
	}
	v.Log.Info("signed in", "request", v.id, "login", a.Login, "by", by, "address", v.from().Address)
	http.SetCookie(v.w, v.cookie("capdo", token, 0))
	n, err := v.Desk.Refusals(v.r.Context(), a.Login)
	if err != nil {
		return err
	}
	if n >= odd {
		next = "/account?done=ac.odd"
	}
	return v.send(next)
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
		return s.certain(h)(v)
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
