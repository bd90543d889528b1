package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"capdo/internal/law"
	"capdo/internal/plan"
)

// AgendaPage is what falls due: of a person, an agency, or the country.
type AgendaPage struct {
	Page
	Lead                  string
	Scopes, Kinds, States []Option
	Agencies              []Option // empty where only one's own is seen
	Count                 string
	Rows                  []AgendaRow
	Pages                 []Link
	Files                 []Link
	Feed                  string // the new secret of the feed, shown once
	FeedAt, FeedUser      string // where the feed is, and by which name it is asked for
	HasFeed, MayFeed      bool
	Escalations           []Fact
	Year                  string // address of the agency's year, "" none
	Bulk                  string
}

// AgendaRow is one thing that falls due.
type AgendaRow struct {
	Href, Says, Of, Day, Cites, Sure, Roles, Told string
	Under                                         string // by which delegation, "" for the own work
	State                                         Tag
	Simulated                                     bool
}

// agendaShow shows the calendar as filtered by the address.
func (s *site) agendaShow(v *visit) error { return v.agendaPage("") }

func (v *visit) agendaPage(feed string) error {
	if v.Plans == nil {
		return v.absent(v)
	}
	q := v.r.URL.Query()
	scope := v.agendaScope(q)
	items, err := v.Plans.Agenda(v.r.Context(), v.actor(), scope, q.Get("agency"))
	if err != nil {
		return err
	}
	p := AgendaPage{Page: v.page(v.t("ag.title")), Lead: v.t("ag.lead." + string(scope)), MayFeed: v.Feeds != nil, Feed: feed, FeedAt: strings.TrimSuffix(v.Origin, "/") + "/calendar/feed.ics", FeedUser: v.account.Login}
	v.agendaFilters(&p, q, scope)
	items = v.picked(items, q)
	p.Count, p.Files = v.t("ag.count", v.num(len(items))), v.filesOf(listCalendar, withoutPage(q))
	last := max(1, (len(items)+agendaRows-1)/agendaRows)
	n, _ := strconv.Atoi(q.Get("page")) // no number is the first page
	n = min(max(n, 1), last)
	for _, it := range items[(n-1)*agendaRows : min(n*agendaRows, len(items))] {
		row := v.agendaRow(it)
		p.Simulated = p.Simulated || row.Simulated
		p.Rows = append(p.Rows, row)
	}
	p.Pages = v.pageLinks(q, n, last)
	for i := range p.Pages {
		if _, rest, ok := cutAddress(p.Pages[i].Href); ok {
			p.Pages[i].Href = "/calendar" + rest
		}
	}
	for _, e := range v.Book.Escalations() {
		p.Escalations = append(p.Escalations, Fact{Label: v.t("ag.after", v.num(e.AfterDays)), Value: v.role(e.To) + ". " + v.say(e.Says) + " " + e.Cites + " · " + v.sure(e.Confidence)})
	}
	if v.Feeds != nil {
		if p.HasFeed, err = v.Feeds.HasFeed(v.r.Context(), v.actor().Account); err != nil {
			return err
		}
	}
	if a := v.actor(); !a.National() {
		p.Year = "/agencies/" + a.Body + "/years/" + strconv.Itoa(v.today().Time().Year())
		if a.Capacity == law.RoleOperator {
			p.Bulk = "/bulk"
		}
	}
	return v.show(http.StatusOK, "agenda", p)
}

// withoutPage is what filters a list, without the page that is shown.
func withoutPage(q url.Values) url.Values {
	rest := copyValues(q)
	for _, k := range []string{"page", "lang", "done"} {
		rest.Del(k)
	}
	return rest
}

// agendaRows is the number of rows on a page.
const agendaRows = 50

// cutAddress parts the register's address from its query.
func cutAddress(href string) (path, rest string, ok bool) {
	const register = "/systems"
	if len(href) < len(register) || href[:len(register)] != register {
		return "", "", false
	}
	return register, href[len(register):], true
}

// agendaFilters are the choices of the filter.
func (v *visit) agendaFilters(p *AgendaPage, q url.Values, scope plan.Scope) {
	for _, x := range []plan.Scope{plan.Mine, plan.OfAgency, plan.OfCountry} {
		if x == plan.OfCountry && !v.actor().National() || x == plan.OfAgency && v.actor().National() {
			continue
		}
		p.Scopes = append(p.Scopes, Option{Code: string(x), Label: v.t("ag.scope." + string(x)), Chosen: x == scope})
	}
	for _, x := range plan.Kinds() {
		p.Kinds = append(p.Kinds, Option{Code: string(x), Label: v.t("ag.kind." + string(x)), Chosen: string(x) == q.Get("kind")})
	}
	for _, x := range []string{plan.StateOverdue, plan.StateToday, plan.StateSoon, plan.StateLater, plan.StateNone} {
		p.States = append(p.States, Option{Code: x, Label: v.t("due.state." + x), Chosen: x == q.Get("state")})
	}
}

// picked keeps the items the address asks for.
func (v *visit) picked(items []plan.Item, q url.Values) []plan.Item {
	soon := v.Book.PlanPolicy().SoonDays
	if q.Get("kind") == "" && q.Get("state") == "" {
		return items
	}
	return plan.Pick(items, func(it plan.Item) bool {
		return (q.Get("kind") == "" || string(it.Kind) == q.Get("kind")) && (q.Get("state") == "" || it.State(v.now, soon) == q.Get("state"))
	})
}

// agendaRow is one item in words.
func (v *visit) agendaRow(it plan.Item) AgendaRow {
	state := it.State(v.now, v.Book.PlanPolicy().SoonDays)
	tone := map[string]string{plan.StateOverdue: "red", plan.StateToday: "yellow", plan.StateSoon: "yellow", plan.StateLater: "bare", plan.StateNone: "grey"}
	row := AgendaRow{Href: agendaHref(it), Says: v.say(it.Says), Of: it.Agency, Day: v.day(it.Day), Cites: it.Cites, Sure: v.sure(it.Confidence), Roles: v.roles(it.Roles),
		State: Tag{v.t("due.state." + state), tone[state]}, Simulated: it.Simulated, Under: v.underNote(it.Under)}
	if it.System != "" {
		row.Of = it.System + " · " + it.Name
	}
	if !it.At.IsZero() {
		row.Day = v.when(it.At)
	}
	for _, e := range it.Told(v.Book, v.today()) {
		if row.Told != "" {
			row.Told += ", "
		}
		row.Told += v.role(e.To)
	}
	return row
}

// agendaHref is where an item is dealt with.
func agendaHref(it plan.Item) string {
	at := "/systems/" + it.System
	if it.System == "" && it.Kind == plan.DueReview {
		return "/agencies/" + it.Agency + "/years/" + it.Day.Time().Format("2006")
	}
	switch it.Kind {
	case plan.DueReview, plan.DueFinding, plan.DueIncident:
		return at + "/watch"
	case plan.DueEvidence, plan.DueGap, plan.DuePlan:
		return at + "/gaps"
	case plan.DueConformity:
		return at + "/checklist?rules=" + string(law.R331)
	case plan.DueDrill, plan.DueBudget:
		return "/agencies/" + it.Agency + "/years/" + it.Day.Time().Format("2006")
	case plan.DueReport:
		return "/law/calendar"
	case plan.DueOpinion:
		return "/consultations/" + it.System
	}
	return at
}

// feedMake gives the person a new secret and ends the one before.
func (s *site) feedMake(v *visit) error {
	if s.Feeds == nil || s.Plans == nil {
		return s.absent(v)
	}
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails; crypto/rand ends the program instead
	token := base64.RawURLEncoding.EncodeToString(b[:])
	if err := s.Feeds.PutFeed(v.r.Context(), v.actor().Account, feedHash(token), v.now.UTC()); err != nil {
		return err
	}
	return v.agendaPage(token)
}

// feedEnd ends the person's feed.
func (s *site) feedEnd(v *visit) error {
	if s.Feeds == nil {
		return s.absent(v)
	}
	if err := s.Feeds.EndFeed(v.r.Context(), v.actor().Account); err != nil {
		return err
	}
	return v.send("/calendar?done=feedend")
}

// feedHash is what is kept of a secret.
func feedHash(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

// feedGet sends a person's calendar to a program that signs in with the person's
// name and the feed's secret (RFC 7617): no address holds it.
func (s *site) feedGet(v *visit) error {
	if s.Feeds == nil || s.Plans == nil {
		return s.absent(v)
	}
	name, secret, _ := v.r.BasicAuth()
	login, found, err := s.Feeds.FeedOf(v.r.Context(), feedHash(secret))
	if err != nil {
		return err
	}
	account, has, err := s.Desk.Store.Account(v.r.Context(), login)
	if err != nil {
		return err
	}
	if !found || !has || login != name || account.Disabled() {
		v.w.Header().Set("WWW-Authenticate", `Basic realm="capdo", charset="UTF-8"`)
		return v.message(http.StatusUnauthorized, "msg.401", v.t("ag.feed.401"))
	}
	items, err := s.Plans.Agenda(v.r.Context(), account.Actor, plan.Mine, "")
	if err != nil {
		return err
	}
	scheme := "http://"
	if s.Secure {
		scheme = "https://"
	}
	text := plan.ICalendar(items, plan.Feed{Name: "capdo – " + v.t("ag.title"), Now: v.now, Host: "capdo", Say: v.say,
		Link: func(it plan.Item) string { return scheme + v.r.Host + agendaHref(it) }})
	v.w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	_, _ = v.w.Write([]byte(text)) // the client may be gone; nothing to do about it
	return nil
}
