package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/identity"
)

// EventsPage is what happened at the door.
type EventsPage struct {
	Page
	Login string
	Kinds []Option
	Rows  []EventRow
	Older string // address of what happened before, "" at the first
}

// EventRow is one event in words.
type EventRow struct{ At, Login, What, Method, Agent, Address string }

// eventsPage is how many events stand on a page, eventsOwn on one's own.
const (
	eventsPage = 100
	eventsOwn  = 10
)

// eventsShow shows it to who administers and who audits; to others there is no
// such page.
func (s *site) eventsShow(v *visit) error {
	if s.Registrar == nil || !v.administers() && v.actor().Capacity != approval.Auditor {
		return s.absent(v)
	}
	q := v.r.URL.Query()
	ask := identity.EventQuery{Login: strings.TrimSpace(q.Get("login")), Most: eventsPage}
	if slices.Contains(identity.EventKinds(), q.Get("kind")) {
		ask.Kind = q.Get("kind")
	}
	ask.Before, _ = strconv.ParseInt(q.Get("before"), 10, 64) // not a number: from the newest
	es, err := s.Desk.Store.Events(v.r.Context(), ask)
	if err != nil {
		return err
	}
	p := EventsPage{Page: v.page(v.t("ev.title")), Login: ask.Login, Rows: v.eventRows(es)}
	for _, k := range identity.EventKinds() {
		p.Kinds = append(p.Kinds, Option{Code: k, Label: v.t("ev.kind." + k), Chosen: k == ask.Kind})
	}
	if len(es) == eventsPage {
		p.Older = "/sign-ins?" + url.Values{"login": {ask.Login}, "kind": {ask.Kind}, "before": {strconv.FormatInt(es[len(es)-1].No, 10)}}.Encode()
	}
	return v.show(http.StatusOK, "events", p)
}

// eventRows are events in the visitor's words.
func (v *visit) eventRows(es []identity.Event) []EventRow {
	rows := make([]EventRow, len(es))
	for i, e := range es {
		rows[i] = EventRow{At: v.when(e.At), Login: orElse(e.Login, v.t("ev.nobody")), What: v.t("ev.kind." + e.Kind), Method: v.t("none"), Agent: orElse(e.From.Agent, v.t("ac.unknown")), Address: orElse(e.From.Address, v.t("ac.unknown"))}
		if e.Method != "" {
			rows[i].Method = v.t("method." + string(e.Method))
		}
	}
	return rows
}
