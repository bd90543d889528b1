package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/identity"
)

// AccountsPage is every account, for who administers.
type AccountsPage struct {
	Page
	Query    string
	Rows     []AccountRow
	Requests []RequestRow // that wait for another administrator
}

// AccountRow is one account in words.
type AccountRow struct {
	Login, Name, Capacity, Body string
	State                       Tag
}

// RequestRow is what an administrator asked for, in words.
type RequestRow struct {
	ID, What, Login, Change, Ground, By, At string
	Mine                                    bool // the visitor asked
	Answer                                  string
}

// OneAccountPage is one account, for who administers.
type OneAccountPage struct {
	Page
	Row      AccountRow
	Facts    []Fact
	Ways     []Fact // of signing in
	Acts     []Link
	Requests []RequestRow
}

// LinkPage shows an enrolment link, once.
type LinkPage struct {
	Page
	Login, Address string
}

// administering serves who administers; for others these pages are not there.
func (s *site) administering(h func(*visit) error) http.HandlerFunc {
	return s.signed(func(v *visit) error {
		if s.Registrar == nil || !v.administers() {
			return s.absent(v)
		}
		return h(v)
	})
}

// accountsShow lists the accounts.
func (s *site) accountsShow(v *visit) error {
	all, err := s.Registrar.Store.Accounts(v.r.Context())
	if err != nil {
		return err
	}
	asked, err := s.Registrar.Store.Requests(v.r.Context())
	if err != nil {
		return err
	}
	p := AccountsPage{Page: v.page(v.t("aa.title")), Query: strings.TrimSpace(v.r.URL.Query().Get("q"))}
	for i := range all {
		if a := &all[i]; strings.Contains(strings.ToLower(a.Login+" "+a.Name+" "+a.Actor.Body), strings.ToLower(p.Query)) {
			p.Rows = append(p.Rows, v.accountRow(a))
		}
	}
	for i := range asked {
		if asked[i].Answer == nil {
			p.Requests = append(p.Requests, v.requestRow(&asked[i]))
		}
	}
	return v.show(http.StatusOK, "accounts", p)
}

func (v *visit) accountRow(a *identity.Account) AccountRow {
	r := AccountRow{Login: a.Login, Name: a.Name, Capacity: v.role(a.Actor.Capacity), Body: a.Actor.Body, State: Tag{v.t("aa.enabled"), "green"}}
	if a.Disabled() {
		r.State = Tag{v.t("aa.disabled"), "grey"}
	}
	return r
}

func (v *visit) requestRow(r *identity.Request) RequestRow {
	var change []string
	for _, part := range []string{r.Change.Name, r.Change.Body, r.Change.Issuer} {
		if part != "" {
			change = append(change, part)
		}
	}
	if r.Change.Capacity != "" {
		change = append(change, v.role(r.Change.Capacity))
	}
	row := RequestRow{ID: r.ID, What: v.t("ask." + r.Kind), Login: r.Login, Change: strings.Join(change, " · "), Ground: r.Ground, By: r.By.Account, At: v.when(r.At), Mine: r.By.Person == v.actor().Person}
	if r.Answer != nil {
		row.Answer = v.t("ask.was."+r.Answer.Outcome, r.Answer.By.Account, v.when(r.Answer.At))
	}
	return row
}

// oneAccount is the account that the address names.
func (s *site) oneAccount(v *visit) (identity.Account, error) {
	a, ok, err := s.Registrar.Store.Account(v.r.Context(), v.r.PathValue("login"))
	if err == nil && !ok {
		err = approval.ErrNotFound()
	}
	return a, err
}

// accountOf shows one account.
func (s *site) accountOf(v *visit) error {
	a, err := s.oneAccount(v)
	if err != nil {
		return err
	}
	bodies, err := s.Registrar.Bodies(v.r.Context())
	if err != nil {
		return err
	}
	factors, err := s.Registrar.Store.FactorsOf(v.r.Context(), a.Login)
	if err != nil {
		return err
	}
	asked, err := s.Registrar.Store.Requests(v.r.Context())
	if err != nil {
		return err
	}
	p := OneAccountPage{Page: v.page(v.t("aa.one", a.Login)), Row: v.accountRow(&a)}
	p.Facts = []Fact{{Label: v.t("ac.name"), Value: a.Name}, {Label: v.t("aa.person"), Value: a.Actor.Person}, {Label: v.t("ac.capacity"), Value: p.Row.Capacity},
		{Label: v.t("ac.body"), Value: a.Actor.Body}, {Label: v.t("ac.since"), Value: v.dated(a.CreatedAt)}}
	if a.Disabled() {
		p.Facts = append(p.Facts, Fact{Label: v.t("aa.disabled.at"), Value: v.dated(a.DisabledAt)})
	}
	if a.PasswordHash != "" {
		p.Ways = append(p.Ways, Fact{Label: v.t("factor.password"), Value: v.t("yes")})
	}
	for _, f := range factors {
		if f.InUse() {
			p.Ways = append(p.Ways, Fact{Label: v.t("factor." + string(f.Kind)), Value: f.Label + " · " + v.dated(f.AddedAt)})
		}
	}
	for _, act := range actsOn(&a, bodies) {
		p.Acts = append(p.Acts, Link{Href: "/accounts/" + a.Login + "/" + act, Text: v.t("ask." + act)})
	}
	for i := range asked {
		if asked[i].Login == a.Login {
			p.Requests = append(p.Requests, v.requestRow(&asked[i]))
		}
	}
	return v.show(http.StatusOK, "account_of", p)
}

// The acts on an account that take one administrator: they only take away.
const (
	disableAct  = "disable"
	sessionsAct = "sessions" // ends them all
)

// actsOn are what may be done about an account as it stands.
func actsOn(a *identity.Account, bodies []approval.Agency) []string {
	if a.Disabled() {
		return []string{identity.AskEnable}
	}
	acts := []string{identity.AskRights, identity.AskReset, identity.AskBind, sessionsAct, disableAct}
	if identity.Successor(a.Actor.Body, bodies) != "" {
		acts = append([]string{identity.AskRebind}, acts...)
	}
	return acts
}

// accountActShow shows the form of an act on an account.
func (s *site) accountActShow(v *visit) error {
	return s.accountActPage(v, url.Values{}, nil)
}

// accountActPage draws it; the address names the account, "new" for none, and the
// act.
func (s *site) accountActPage(v *visit, in url.Values, fs []approval.Finding) error {
	act, cancel := v.r.PathValue("act"), "/accounts"
	if act != "" {
		if _, err := s.oneAccount(v); err != nil {
			return err
		}
		cancel += "/" + v.r.PathValue("login")
	}
	form, err := s.accountForm(act)
	if err != nil {
		return err
	}
	bodies, err := s.Registrar.Bodies(v.r.Context())
	if err != nil {
		return err
	}
	alive := slices.DeleteFunc(slices.Clone(bodies), func(b approval.Agency) bool { return b.EndedOn != "" })
	p := ActPage{Form: v.draw(paper{form: form, in: in, findings: fs, agencies: alive, action: v.r.URL.Path})}
	p.Form.Cancel = cancel
	if act == disableAct {
		p.Form.Buttons[0].Class = "button stop"
	}
	if act != "" {
		p.Form.Title += ": " + v.r.PathValue("login")
	}
	p.Page, p.Failed = v.page(p.Form.Title), len(fs) > 0
	status := http.StatusOK
	if len(fs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.show(status, "act", p)
}

// accountForm is the paper of an act; another act is absent.
func (s *site) accountForm(act string) (*forms.Form, error) {
	acts := []string{"", identity.AskRights, identity.AskEnable, identity.AskReset, identity.AskBind, identity.AskRebind, sessionsAct, disableAct}
	if !slices.Contains(acts, act) {
		return nil, approval.ErrNotFound()
	}
	return s.form("account_" + orElse(act, identity.AskCreate))
}

// accountActDo asks for what the form says, or disables.
func (s *site) accountActDo(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	act := v.r.PathValue("act")
	form, err := s.accountForm(act)
	if err != nil {
		return err
	}
	x, problems := form.Parse(forms.Context{}, v.r.PostForm)
	if len(problems) > 0 {
		return s.accountActPage(v, v.r.PostForm, findings(problems))
	}
	login := v.r.PathValue("login")
	switch act {
	case disableAct:
		err = s.Registrar.Disable(v.r.Context(), v.actor(), login, x.Text("ground"))
	case sessionsAct:
		err = s.Registrar.EndSessions(v.r.Context(), v.actor(), login, x.Text("ground"))
	default:
		login = orElse(login, x.Text("login"))
		_, err = s.Registrar.Ask(v.r.Context(), v.actor(), identity.Request{Kind: orElse(act, identity.AskCreate), Login: login, Ground: x.Text("ground"),
			Change: identity.Change{Name: x.Text("name"), Person: x.Text("person"), Capacity: approval.Capacity(x.Text("capacity")), Body: x.Text("body"), Issuer: x.Text("issuer"), Subject: x.Text("subject")}})
	}
	if r, ok := refusal(err); ok && r.Kind == approval.Invalid {
		return s.accountActPage(v, v.r.PostForm, r.Findings)
	}
	if err != nil {
		return err
	}
	if act == "" {
		return v.send("/accounts?done=aa.asked")
	}
	return v.send("/accounts/" + login + "?done=aa." + orElse(map[string]string{disableAct: "disabled", sessionsAct: "sessions"}[act], "asked"))
}

// requestConfirm confirms what another administrator asked for. An enrolment link
// that comes of it is shown, once.
func (s *site) requestConfirm(v *visit) error {
	r, link, err := s.Registrar.Confirm(v.r.Context(), v.actor(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	if link == "" {
		return v.send("/accounts/" + r.Login + "?done=aa.confirmed")
	}
	p := LinkPage{Page: v.page(v.t("aa.link", r.Login)), Login: r.Login, Address: s.Origin + "/enrol#" + link}
	return v.show(http.StatusOK, "account_link", p)
}

// requestRefuse refuses it, or takes it back.
func (s *site) requestRefuse(v *visit) error {
	r, err := s.Registrar.Refuse(v.r.Context(), v.actor(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	if r.Kind == identity.AskCreate {
		return v.send("/accounts?done=aa.refused")
	}
	return v.send("/accounts/" + r.Login + "?done=aa.refused")
}

// rebindAll asks for every account whose body ended to move to the successor.
func (s *site) rebindAll(v *visit) error {
	n, err := s.askRebind(v.r.Context(), v.actor(), v.t("aa.rebind.ground"))
	if err != nil {
		return err
	}
	s.Log.Info("accounts to be moved to successors", "request", v.id, "login", v.account.Login, "accounts", n)
	return v.send("/accounts?done=aa.asked")
}

// askRebind asks for each such account that nothing waits for yet, one's own
// left out.
func (s *site) askRebind(ctx context.Context, a approval.Actor, ground string) (n int, err error) {
	bodies, err1 := s.Registrar.Bodies(ctx)
	all, err2 := s.Registrar.Store.Accounts(ctx)
	asked, err3 := s.Registrar.Store.Requests(ctx)
	if err := errors.Join(err1, err2, err3); err != nil {
		return 0, err
	}
	for _, x := range all {
		waits := slices.ContainsFunc(asked, func(r identity.Request) bool {
			return r.Login == x.Login && r.Kind == identity.AskRebind && r.Answer == nil
		})
		if waits || x.Disabled() || x.Actor.Person == a.Person || identity.Successor(x.Actor.Body, bodies) == "" {
			continue
		}
		if _, err := s.Registrar.Ask(ctx, a, identity.Request{Kind: identity.AskRebind, Login: x.Login, Ground: ground}); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
