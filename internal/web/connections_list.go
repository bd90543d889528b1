package web

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"capdo/internal/connection"
	"capdo/internal/law"
	"capdo/internal/sheet"
)

// ConnectionsPage lists connections under the filters in the address.
type ConnectionsPage struct {
	Page
	Asked      []Typed  // what is typed: consumer, provider, either, service
	Filters    []Filter // what is chosen
	Rows       []ConnectionRow
	Used       bool   // what gateways report is shown
	Silent     string // which gateways are silent, "" = none that the reader may know of
	Pages      []Link // to the latest and to the earlier ones; none when all are shown
	CSV        string // address of the same list, whole, as a file
	MayRequest bool
}

// Typed is one thing that may be typed into a filter.
type Typed struct{ ID, Label, Value string }

// ConnectionRow is a line of the list.
type ConnectionRow struct {
	ID, Consumer, Provider, Service, Profile, Requested, Until string
	State                                                      Tag
	Seen, Count                                                string
	Quiet                                                      bool // every gateway that saw it is silent now
}

// connectionsShown is how many connections a page of the list shows.
const connectionsShown = 50

// endings are the days within which what is allowed may be asked to end.
func endings() []string { return []string{"7", "30", "90", "365"} }

// linkFilter reads the filters in the address; what is no filter is left out.
func linkFilter(q url.Values) connection.Filter {
	typed := func(name string) string { return strings.TrimSpace(q.Get(name)) }
	f := connection.Filter{System: typed("system"), Consumer: typed("consumer"), Provider: typed("provider"), Service: typed("service"), Profile: q.Get("profile"), State: q.Get("state"), Before: q.Get("before")}
	if slices.Contains(endings(), q.Get("ends")) {
		f.Ends, _ = strconv.Atoi(q.Get("ends")) // it is one of those
	}
	return f
}

// linkQuery writes them, without where the page begins.
func linkQuery(f connection.Filter) url.Values {
	q := url.Values{}
	for name, val := range map[string]string{"system": f.System, "consumer": f.Consumer, "provider": f.Provider, "service": f.Service, "profile": f.Profile, "state": f.State} {
		if val != "" {
			q.Set(name, val)
		}
	}
	if f.Ends > 0 {
		q.Set("ends", strconv.Itoa(f.Ends))
	}
	return q
}

// connectionsShow lists the connections within the actor's reach.
func (s *site) connectionsShow(v *visit) error {
	if s.Connections == nil {
		return s.absent(v)
	}
	q := v.r.URL.Query()
	f := linkFilter(q)
	f.Limit = connectionsShown
	found, more, err := s.Connections.Find(v.r.Context(), v.actor(), f)
	if err != nil {
		return err
	}
	p := ConnectionsPage{Page: v.page(v.t("kn.title")), MayRequest: !v.past() && v.actor().Capacity == law.RoleOperator, CSV: "/connections/list.csv"}
	p.Asked = []Typed{{"consumer", v.t("kn.consumer"), f.Consumer}, {"provider", v.t("kn.provider"), f.Provider}, {"system", v.t("kn.system"), f.System}, {"service", v.t("kn.service"), f.Service}}
	p.Filters = []Filter{{"state", v.t("col.state"), choose("state", q["state"], v.coded("kn.state.", connection.States()...)...)},
		{"profile", v.t("kn.profile"), choose("profile", q["profile"], v.coded("kn.profile.", connection.Production, connection.Sandbox)...)},
		{"ends", v.t("kn.ends"), choose("ends", q["ends"], v.coded("kn.ends.", endings()...)...)}}
	again := linkQuery(f)
	if len(again) > 0 {
		p.CSV += "?" + again.Encode()
	}
	if f.Before != "" {
		p.Pages = append(p.Pages, Link{Href: "/connections?" + again.Encode(), Text: v.t("kn.latest")})
	}
	if more {
		again.Set("before", found[len(found)-1].ID)
		p.Pages = append(p.Pages, Link{Href: "/connections?" + again.Encode(), Text: v.t("kn.earlier")})
	}
	p.Rows, p.Silent, err = s.linkRows(v, found)
	p.Used = s.Watch != nil
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "connections", p)
}

// linkRows puts connections and what gateways saw of them into words, and names
// the gateways that are silent.
func (s *site) linkRows(v *visit, found []connection.Connection) (rows []ConnectionRow, silent string, err error) {
	used, mute := make([]connection.Usage, len(found)), map[string]bool{}
	if s.Watch != nil {
		if used, err = s.Watch.Usage(v.r.Context(), v.actor(), found...); err != nil {
			return nil, "", err
		}
		heard, err := s.Watch.Heard(v.r.Context(), v.actor())
		if err != nil {
			return nil, "", err
		}
		var names []string
		for _, h := range heard {
			if h.Silent {
				mute[h.Gateway], names = true, append(names, h.Gateway)
			}
		}
		silent = strings.Join(names, ", ")
	}
	for i, c := range found {
		u := used[i]
		row := ConnectionRow{ID: c.ID, Consumer: c.Consumer, Provider: c.Provider, Service: c.Service, Profile: v.t("kn.profile." + c.Profile),
			Requested: v.dated(c.Steps[0].At), State: v.linkState(c.StateAt(v.now)), Seen: v.instant(u.Last), Count: v.num(u.Passed)}
		if u.Stopped > 0 {
			row.Count = v.t("kn.count.both", v.num(u.Passed), v.num(u.Stopped))
		}
		row.Quiet = len(u.Gateways) > 0 && !slices.ContainsFunc(u.Gateways, func(g string) bool { return !mute[g] })
		l := c.Link(v.now)
		row.Until = v.instant(l.Until)
		if !l.Broken.IsZero() {
			row.Until = v.t("kn.allowed.broken", v.when(l.Broken))
		}
		rows = append(rows, row)
	}
	return rows, silent, nil
}

// connectionsCSV sends the whole list under the filters as a file.
func (s *site) connectionsCSV(v *visit) error {
	if s.Connections == nil {
		return s.absent(v)
	}
	f := linkFilter(v.r.URL.Query())
	f.Before = ""
	found, _, err := s.Connections.Find(v.r.Context(), v.actor(), f)
	if err != nil {
		return err
	}
	used := make([]connection.Usage, len(found))
	if s.Watch != nil {
		if used, err = s.Watch.Usage(v.r.Context(), v.actor(), found...); err != nil {
			return err
		}
	}
	var columns []sheet.Column
	for _, key := range []string{"kn.id", "kn.consumer", "kn.provider", "kn.service", "gate.platform", "kn.profile", "col.state", "kn.requested", "kn.allowed", "kn.passed", "kn.stopped", "kn.seen"} {
		columns = append(columns, sheet.Column{Title: v.t(key)})
	}
	stamp := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(law.Zone()).Format(time.RFC3339)
	}
	return v.file("connections.csv", mediaOf("csv"), func(w io.Writer) error {
		return sheet.WriteCSV(w, sheet.Sheet{Columns: columns, Rows: func(yield func([]sheet.Cell, error) bool) {
			for i, c := range found {
				var cells []sheet.Cell
				for _, val := range []string{c.ID, c.Consumer, c.Provider, c.Service, c.Platform, v.t("kn.profile." + c.Profile), v.t("kn.state." + c.StateAt(v.now)),
					stamp(c.Steps[0].At), stamp(c.Link(v.now).Until), strconv.Itoa(used[i].Passed), strconv.Itoa(used[i].Stopped), stamp(used[i].Last)} {
					cells = append(cells, sheet.Cell{Value: val})
				}
				if !yield(cells, nil) {
					return
				}
			}
		}})
	})
}
