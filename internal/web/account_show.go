package web

import (
	"fmt"
	"net/http"

	"capdo/internal/approval"
	"capdo/internal/identity"
)

// AccountPage is one's own account: who one is here, and what is open.
type AccountPage struct {
	Page
	Facts    []Fact
	Sessions []SessionRow
	Others   bool   // there are sessions beside this one
	Weak     string // why this session opens nothing else, "" when it does
	MayAdd   bool
	Confirm  bool // ways in may be changed once it is sure who sits there
	Password bool // the account has one
	Lately   []EventRow
	Passkeys []FactorRow
	Ways     []FactorRow // an app, recovery codes, identities elsewhere
	Here     bool        // passkeys work at this address
	At       string      // where they do, "" for nowhere
	Errors   []ErrorLink
}

// FactorRow is one way in, in words.
type FactorRow struct {
	ID, Label, Added, Used, Kind string
	Mine                         bool // its owner may remove it
}

// SessionRow is one open session in words.
type SessionRow struct {
	ID, Agent, Address, Opened, Seen, Method string
	Here                                     bool
}

// accountShow shows the visitor's own account.
func (s *site) accountShow(v *visit) error { return s.accountPage(v, http.StatusOK, nil) }

// accountPage draws the page, with what was refused.
func (s *site) accountPage(v *visit, status int, fs []approval.Finding) error {
	factors, err := s.Desk.Store.FactorsOf(v.r.Context(), v.account.Login)
	if err != nil {
		return err
	}
	open, err := s.Desk.Open(v.r.Context(), &v.account)
	if err != nil {
		return err
	}
	a := v.account
	p := AccountPage{Page: v.page(v.t("ac.title")), MayAdd: v.mayAdd(factors), Password: v.account.PasswordHash != "", Errors: v.errorLinks(fs, nil)}
	p.Confirm = p.MayAdd && !s.Desk.Fresh(&v.session)
	p.MayAdd = p.MayAdd && !p.Confirm
	lately, err := s.Desk.Store.Events(v.r.Context(), identity.EventQuery{Login: v.account.Login, Most: eventsOwn})
	if err != nil {
		return err
	}
	p.Lately = v.eventRows(lately)
	p.Failed = len(fs) > 0
	if p.Here, p.At = v.passkeyOffered(); p.Here {
		p.Script = v.passkey.path
	}
	if v.weak() {
		p.Weak = v.t(map[bool]string{true: "ac.weak", false: "ac.weak.has"}[p.MayAdd || p.Confirm])
	}
	for _, f := range factors {
		switch {
		case !f.InUse():
		case f.Kind == identity.Passkey:
			p.Passkeys = append(p.Passkeys, v.factorRow(f))
		default:
			p.Ways = append(p.Ways, v.factorRow(f))
		}
	}
	p.Facts = []Fact{{Label: v.t("ac.login"), Value: a.Login}, {Label: v.t("ac.name"), Value: a.Name}, {Label: v.t("ac.capacity"), Value: v.role(a.Actor.Capacity)},
		{Label: v.t("ac.body"), Value: a.Actor.Body}, {Label: v.t("ac.since"), Value: v.dated(a.CreatedAt)}}
	for _, x := range open {
		p.Sessions = append(p.Sessions, v.sessionRow(x))
	}
	p.Others = len(open) > 1
	return v.show(status, "account", p)
}

func (v *visit) factorRow(f identity.Factor) FactorRow {
	r := FactorRow{ID: f.ID, Label: f.Label, Added: v.dated(f.AddedAt), Used: v.t("none"), Kind: v.t("factor." + string(f.Kind)), Mine: f.Kind != identity.OIDC}
	if !f.UsedAt.IsZero() {
		r.Used = v.when(f.UsedAt)
	}
	return r
}

// sessionRow is a session in the visitor's words.
func (v *visit) sessionRow(x identity.Session) SessionRow {
	return SessionRow{ID: x.ID(), Agent: orElse(x.From.Agent, v.t("ac.unknown")), Address: orElse(x.From.Address, v.t("ac.unknown")),
		Opened: v.when(x.CreatedAt), Seen: v.when(x.SeenAt), Method: v.t("method." + string(x.Method)), Here: x.TokenHash == v.session.TokenHash}
}

// sessionsEnd ends one of the visitor's sessions, or all but this one.
func (s *site) sessionsEnd(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	id := v.r.PostForm.Get("session")
	if id == v.session.ID() {
		return s.signOut(v)
	}
	n, err := s.Desk.End(v.r.Context(), &v.account, id, &v.session)
	if err != nil {
		return err
	}
	s.Log.Info("sessions ended", "request", v.id, "login", v.account.Login, "sessions", n)
	return v.send("/account?done=ac.ended")
}
