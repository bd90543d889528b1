package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/connection"
	"capdo/internal/law"
)

// linkForms are the papers of the pages of connections.
func linkForms() []string {
	all := []string{"connection_request", "service"}
	for _, act := range connection.Acts() {
		all = append(all, "connection_"+act)
	}
	return all
}

// linkSheet is a form of these pages about to be drawn.
type linkSheet struct {
	form, action, cancel string
	version              int64
	in                   url.Values
	findings             []approval.Finding
	status               int
	ends                 bool
}

// linkPage draws a form.
func (s *site) linkPage(v *visit, d linkSheet) error {
	form, err := s.form(d.form)
	if err != nil {
		return err
	}
	p := ActPage{Form: v.draw(paper{form: form, context: forms.Context{Today: string(v.today())}, in: d.in, findings: d.findings, action: d.action})}
	p.Form.Cancel = d.cancel
	if d.version > 0 {
		p.Form.Hidden = []Hidden{{"version", strconv.FormatInt(d.version, 10)}}
	}
	if d.ends {
		p.Form.Buttons[0].Class = "button stop"
	}
	p.Page = v.page(p.Form.Title)
	p.Failed = len(d.findings) > 0
	return v.show(d.status, "act", p)
}

// linkDo reads a form, hands it to do, and goes where do says, or shows the form
// again with what is wrong.
func (s *site) linkDo(v *visit, d linkSheet, do func(forms.Answers) (string, error)) error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	form, err := s.form(d.form)
	if err != nil {
		return err
	}
	d.in, d.status = copyValues(v.r.PostForm), http.StatusUnprocessableEntity
	answers, problems := form.Parse(forms.Context{Today: string(v.today())}, d.in)
	if len(problems) > 0 {
		d.findings = findings(problems)
		return s.linkPage(v, d)
	}
	to, err := do(answers)
	if r, ok := refusal(err); ok && (r.Kind == approval.Invalid || r.Kind == approval.Conflict || r.Kind == approval.Stale) {
		d.findings, d.status = r.Findings, statusOf(r.Kind)
		return s.linkPage(v, d)
	}
	if err != nil {
		return err
	}
	return v.send(to)
}

// officer refuses who is no officer of an operating unit.
func (s *site) officer(v *visit) error {
	if s.Connections == nil {
		return approval.ErrNotFound()
	}
	if v.actor().Capacity != law.RoleOperator {
		return &approval.Refusal{Kind: approval.Forbidden, Findings: []approval.Finding{{Rule: "wrong-actor", Says: law.Text{VI: s.words["msg.notnow"].vi, EN: s.words["msg.notnow"].en}}}}
	}
	return nil
}

// requestSheet and serviceSheet are the forms of what is new.
func requestSheet() linkSheet {
	return linkSheet{form: "connection_request", action: "/connections/new", cancel: "/connections", status: http.StatusOK}
}

func serviceSheet() linkSheet {
	return linkSheet{form: "service", action: "/services/new", cancel: "/services", status: http.StatusOK}
}

// connectionNew shows the request form, filled from the address.
func (s *site) connectionNew(v *visit) error {
	if err := s.officer(v); err != nil {
		return err
	}
	d, q := requestSheet(), v.r.URL.Query()
	d.in = url.Values{"consumer": q["consumer"], "service": q["service"]}
	return s.linkPage(v, d)
}

// connectionRequest asks for a connection.
func (s *site) connectionRequest(v *visit) error {
	if err := s.officer(v); err != nil {
		return err
	}
	return s.linkDo(v, requestSheet(), func(a forms.Answers) (string, error) {
		c, err := s.Connections.Request(v.r.Context(), v.actor(), connection.RequestInput{Consumer: a.Text("consumer"), Service: a.Text("service"),
			Purpose: a.Text("purpose"), Basis: a.Text("basis"), Platform: a.Text("platform"), Profile: a.Text("profile")})
		return "/connections/" + c.ID + "?done=kn-request", err
	})
}

// serviceNew shows the form of a new data service.
func (s *site) serviceNew(v *visit) error {
	if err := s.officer(v); err != nil {
		return err
	}
	return s.linkPage(v, serviceSheet())
}

// serviceAdd adds a data service.
func (s *site) serviceAdd(v *visit) error {
	if err := s.officer(v); err != nil {
		return err
	}
	return s.linkDo(v, serviceSheet(), func(a forms.Answers) (string, error) {
		_, err := s.Connections.AddService(v.r.Context(), v.actor(), connection.ServiceInput{Code: a.Text("code"), Name: a.Text("name"), Provider: a.Text("provider")})
		return "/services?done=kn-service", err
	})
}

// actSheet is the form of the act that the address names on its connection, if
// the actor may do it now.
func (s *site) actSheet(v *visit) (linkSheet, string, error) {
	act := v.r.PathValue("act")
	if s.Connections == nil || !slices.Contains(connection.Acts(), act) {
		return linkSheet{}, "", approval.ErrNotFound()
	}
	f, err := s.Connections.File(v.r.Context(), v.actor(), v.r.PathValue("id"))
	if err != nil {
		return linkSheet{}, "", err
	}
	at := "/connections/" + f.Connection.ID
	d := linkSheet{form: "connection_" + act, action: at + "/" + act, cancel: at, version: f.Connection.Version, status: http.StatusOK,
		ends: slices.Contains([]string{connection.ActSuspend, connection.ActEnd, connection.ActRefuse}, act)}
	if !slices.Contains(f.Acts, act) {
		return d, act, &approval.Refusal{Kind: approval.Forbidden, Findings: []approval.Finding{{Rule: "not-now", Says: law.Text{VI: s.words["msg.notnow"].vi, EN: s.words["msg.notnow"].en}}}}
	}
	return d, act, nil
}

// connectionActShow shows the form of an act.
func (s *site) connectionActShow(v *visit) error {
	d, _, err := s.actSheet(v)
	if err != nil {
		return err
	}
	return s.linkPage(v, d)
}

// connectionActDo carries an act out.
func (s *site) connectionActDo(v *visit) error {
	d, act, err := s.actSheet(v)
	if err != nil {
		return err
	}
	return s.linkDo(v, d, func(a forms.Answers) (string, error) {
		version, _ := strconv.ParseInt(v.r.PostForm.Get("version"), 10, 64) // not a number: version 0, which is stale
		n, _ := a.Int("hours")                                              // not asked: 0
		in := connection.Input{Number: a.Text("number"), Ground: a.Text("ground"), FromOn: law.Day(a.Text("from_on")), Until: law.Day(a.Text("until_on")), Hours: n}
		_, err := s.Connections.Do(v.r.Context(), v.actor(), v.r.PathValue("id"), version, act, in)
		return d.cancel + "?done=kn-" + act, err
	})
}
