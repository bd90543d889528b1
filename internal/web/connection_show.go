package web

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"capdo/internal/approval"
	"capdo/internal/connection"
	"capdo/internal/gate"
	"capdo/internal/law"
)

// ConnectionPage is everything about one connection.
type ConnectionPage struct {
	Page
	ID, Service string
	State       Tag
	Next        string
	Verdict     Verdict
	Facts       []Fact
	Acts        []ActLink
	Steps       []StepRow
}

// StepRow is one step of a connection.
type StepRow struct {
	Act, By, At, Number, Ground, From, Until string
}

// ServicesPage lists the data services.
type ServicesPage struct {
	Page
	Rows       []ServiceRow
	MayAdd     bool
	MayRequest bool
}

// ServiceRow is a data service; Request is the address of the request form, ""
// when nobody can connect to it or the actor may not ask.
type ServiceRow struct{ Code, Name, Provider, Note, Request string }

// linkState is the tag of a connection's state.
func (v voice) linkState(state string) Tag {
	tones := map[string]string{connection.Requested: "blue", connection.Allowed: "green", connection.Ended: "grey"}
	return Tag{v.t("kn.state." + state), orElse(tones[state], "red")}
}

// connectionShow shows a connection: the gate's answer first, then what it is.
func (s *site) connectionShow(v *visit) error {
	if s.Connections == nil {
		return s.absent(v)
	}
	f, err := s.Connections.File(v.r.Context(), v.actor(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	c := f.Connection
	p := ConnectionPage{Page: v.page(v.t("kn.one", c.ID)), ID: c.ID, Service: f.Service.Name, State: v.linkState(f.State), Next: v.t("kn.next." + f.State)}
	if !f.Link.Broken.IsZero() {
		p.Next = v.t("kn.next.broken", v.when(f.Link.Broken))
	}
	asked := s.Gate.Ask(v.r.Context(), gate.Question{Provider: c.Provider, Consumer: c.Consumer, Service: c.Service, Profile: c.Profile, Platform: c.Platform, At: v.now})
	p.Verdict = v.verdict(asked)
	if f.State == connection.Allowed && asked.Decision != gate.Allow {
		p.Next = v.t("kn.next.denied")
	}
	p.Facts = []Fact{{Label: v.t("kn.consumer"), Value: c.Consumer}, {Label: v.t("kn.provider"), Value: c.Provider},
		{Label: v.t("kn.service"), Value: c.Service + " – " + f.Service.Name}, {Label: v.t("kn.purpose"), Value: c.Purpose, Long: true},
		{Label: v.t("kn.basis"), Value: c.Basis, Long: true}, {Label: v.t("gate.platform"), Value: c.Platform}, {Label: v.t("kn.profile"), Value: v.t("kn.profile." + c.Profile)}}
	if f.Link.Allowed {
		p.Facts = append(p.Facts, Fact{Label: v.t("kn.term"), Value: v.instant(f.Link.Until)})
	}
	if asked.ValidUntil != nil {
		p.Facts = append(p.Facts, Fact{Label: v.t("kn.valid"), Value: v.when(*asked.ValidUntil)})
	}
	if s.Watch != nil {
		us, err := s.Watch.Usage(v.r.Context(), v.actor(), c)
		if err != nil {
			return err
		}
		u := us[0]
		used := v.t("kn.used.none")
		if !u.Last.IsZero() {
			used = v.t("kn.used.n", v.num(u.Passed), v.num(u.Stopped), v.when(u.Last))
		}
		p.Facts = append(p.Facts, Fact{Label: v.t("kn.used"), Value: used})
	}
	if v.past() {
		f.Acts = nil
	}
	for i, act := range f.Acts {
		ends := slices.Contains([]string{connection.ActSuspend, connection.ActEnd, connection.ActRefuse, connection.ActPropose, connection.ActAgree}, act)
		p.Acts = append(p.Acts, ActLink{Href: "/connections/" + c.ID + "/" + act, Text: v.t("kn.act." + act), First: i == 0 && !ends})
	}
	for _, x := range c.Steps {
		p.Steps = append(p.Steps, StepRow{Act: v.t("kn.past." + x.Act), By: v.role(x.By.Capacity) + " · " + x.By.Body, At: v.when(x.At), Number: x.Number,
			Ground: x.Ground, From: v.instant(x.From), Until: v.instant(x.Until)})
	}
	p.Simulated = s.simulated(v, c.Consumer) || s.simulated(v, c.Provider)
	return v.show(http.StatusOK, "connection", p)
}

// instant writes an instant, a dash for none.
func (v voice) instant(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return v.when(t)
}

// servicesShow lists the data services.
func (s *site) servicesShow(v *visit) error {
	if s.Connections == nil {
		return s.absent(v)
	}
	all, err := s.Connections.Services(v.r.Context(), v.actor())
	if err != nil {
		return err
	}
	officer := !v.past() && v.actor().Capacity == law.RoleOperator
	p := ServicesPage{Page: v.page(v.t("sv.title")), MayAdd: officer, MayRequest: officer}
	for _, x := range all {
		row := ServiceRow{Code: x.Code, Name: x.Name, Provider: x.Provider, Note: x.Note}
		if officer && x.Provider != "" {
			row.Request = "/connections/new?" + url.Values{"service": {x.Code}}.Encode()
		}
		p.Rows = append(p.Rows, row)
	}
	return v.show(http.StatusOK, "services", p)
}

// connectionsOf is the address of a system's connections, "" when there are no
// such pages.
func (s *site) connectionsOf(f *approval.File) string {
	if s.Connections == nil {
		return ""
	}
	return "/connections?" + url.Values{"system": {f.System.Code}}.Encode()
}
