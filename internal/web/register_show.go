package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/workbook"
)

// RegisterPage is a page of the register under the filters in the address.
type RegisterPage struct {
	Page
	Query       string
	Filters     []Filter
	Chips       []Link
	Rows        []SystemRow
	Count       string
	Pages       []Link
	MayRegister bool
	Files       []Link // the register as tables
	Import      string // address at which a table is brought, "" when there is none
}

// Filter is a select that narrows the register.
type Filter struct {
	ID, Label string
	Options   []Option
}

// SystemRow is a line of the register. Origin is set unless it was registered
// through the office.
type SystemRow struct {
	Code, Name, OwnerName, Level, Plan, Until string
	State                                     Tag
	Origin                                    *Tag
}

// registerShow lists the systems that match.
func (s *site) registerShow(v *visit) error {
	query := v.r.URL.Query()
	f := FilterOf(query)
	found, err := s.Office.Find(v.r.Context(), v.actor(), f)
	if err != nil {
		return err
	}
	agencies, err := v.ownersNow(query.Get("owner"))
	if err != nil {
		return err
	}
	title := v.t("reg.title")
	if f.Text != "" {
		title = v.t("reg.title.q", f.Text)
	}
	p := RegisterPage{Page: v.page(title), Query: f.Text, Filters: v.filters(query, agencies), Count: v.t("reg.count", v.num(found.Total)),
		MayRegister: v.actor().Capacity == law.RoleOperator}
	if found.More {
		p.Count = v.t("reg.more", v.num(found.Total))
	}
	if s.Tables != nil {
		p.Files = append(v.listFiles(query), v.tableFiles(workbook.Register, "", query)...)
	}
	if s.Statements != nil {
		p.Files = append(p.Files, Link{Href: "/statements", Text: v.t("st.title")})
	}
	if s.Tables != nil && p.MayRegister {
		p.Import = "/import"
	}
	p.Chips = v.chips(query, p.Filters)
	for _, r := range found.Rows {
		p.Rows = append(p.Rows, v.row(r))
		p.Simulated = p.Simulated || r.Origin == approval.Simulated
	}
	p.Pages = v.pageLinks(query, f.Page, (found.Total+approval.PageSize-1)/approval.PageSize)
	return v.show(http.StatusOK, "systems", p)
}

// FilterOf reads the filters of an address of the register; what is not understood
// is left out.
func FilterOf(q url.Values) approval.Filter {
	level, _ := strconv.Atoi(q.Get("level"))
	page, _ := strconv.Atoi(q.Get("page"))
	f := approval.Filter{Text: strings.TrimSpace(q.Get("q")), Owner: q.Get("owner"), Level: level, State: q.Get("state"),
		Plan: approval.PlanStatus(q.Get("plan")), Origin: approval.Origin(q.Get("origin")), Page: max(page, 1),
		Group: q.Get("group"), NoLevel: q.Get("level") == "0", Counted: approval.Counted(q.Get("counted"))}
	from, ok := parseDay(q.Get("from"))
	to, known := parseDay(q.Get("to"))
	if e := approval.Ends(q.Get("ends")); ok && known && (e == approval.EndsApproval || e == approval.EndsPlan) {
		f.Ends, f.From, f.To = e, from, to
	}
	return f
}

// filterKeys are the names of the filters in an address of the register.
func filterKeys() []string {
	return []string{"q", "owner", "group", "level", "state", "counted", "plan", "origin", "ends", "from", "to"}
}

// filters are the selects, each with the present choice.
func (v *visit) filters(q url.Values, agencies []approval.Agency) []Filter {
	all := []Filter{
		{"owner", v.t("col.owner"), agencyOptions(v.voice, agencies)},
		{"level", v.t("col.level"), append(v.levels(), Option{Code: "0", Label: v.t("ov.level0")})},
		{"state", v.t("col.state"), v.coded("state.", approval.States()...)},
		{"counted", v.t("col.counted"), v.counts()},
		{"plan", v.t("col.plan"), v.coded("plan.", "none", "part", "full")},
		{"origin", v.t("reg.origin"), v.coded("origin.", "registered", "simulated", "ndxp_list")},
	}
	for i, f := range all {
		all[i].Options = choose(f.ID, q[f.ID], f.Options...)
	}
	return all
}

// counts are the figures of an overview that a list can be asked for.
func (v voice) counts() (all []Option) {
	for _, c := range approval.CountedAs() {
		all = append(all, Option{Code: string(c), Label: v.t("counted." + string(c))})
	}
	return all
}

// coded makes options of codes that have words under a prefix.
func (v voice) coded(prefix string, codes ...string) []Option {
	all := make([]Option, len(codes))
	for i, c := range codes {
		all[i] = Option{Code: c, Label: v.t(prefix + c)}
	}
	return all
}

// chips are the filters in use, each a link that takes it away.
func (v *visit) chips(q url.Values, filters []Filter) []Link {
	var all []Link
	if text := q.Get("q"); text != "" {
		all = append(all, Link{Href: without(q, "q"), Text: "“" + text + "”"})
	}
	for _, f := range filters {
		for _, o := range f.Options {
			if o.Chosen {
				all = append(all, Link{Href: without(q, f.ID), Text: f.Label + ": " + o.Label})
			}
		}
	}
	if g := q.Get("group"); v.has("group." + g) {
		all = append(all, Link{Href: without(q, "group"), Text: v.t("col.group") + ": " + v.t("group."+g)})
	}
	if f := FilterOf(q); f.Ends != "" {
		all = append(all, Link{Href: without(q, "ends"), Text: v.t("ends."+string(f.Ends), v.day(f.From), v.day(f.To))})
	}
	return all
}

// without is the register's address without one filter, on its first page.
func without(q url.Values, name string) string {
	rest := copyValues(q)
	for _, k := range []string{name, "page", "lang"} {
		rest.Del(k)
	}
	if name == "ends" {
		rest.Del("from")
		rest.Del("to")
	}
	return address(rest)
}

// address is the register's address under filters; empty ones are left out.
func address(q url.Values) string {
	for k, x := range q {
		if len(x) == 0 || x[0] == "" {
			q.Del(k)
		}
	}
	if len(q) == 0 {
		return "/systems"
	}
	return "/systems?" + q.Encode()
}

// row is a line of the register in words.
func (v *visit) row(r approval.Row) SystemRow {
	row := SystemRow{Code: r.Code, Name: r.Name, OwnerName: r.OwnerName, Level: v.level(r.Level), State: v.state(r.State),
		Plan: v.t("plan." + string(r.Plan)), Until: v.day(r.Until)}
	if !r.Level.Valid() && r.Proposed.Valid() {
		row.Level = v.t("level.prop", int(r.Proposed))
	}
	if r.Plan == "" {
		row.Plan = v.t("plan.none")
	}
	switch {
	case r.Until == "" && r.Level.Valid():
		row.Until = v.t("until.none")
	case r.Until == "":
		row.Until = "–"
	}
	if r.Origin != approval.Registered {
		row.Origin = &Tag{v.t("origin." + string(r.Origin)), "yellow"}
	}
	return row
}

// pageLinks are the links to other pages: the first, the last, and those near
// the present one; a gap has neither link nor mark.
func (v *visit) pageLinks(q url.Values, page, last int) []Link {
	if last < 2 {
		return nil
	}
	at := func(n int, text string) Link {
		to := copyValues(q)
		to.Del("lang")
		to.Set("page", strconv.Itoa(n))
		return Link{Href: address(to), Text: text}
	}
	var all []Link
	if page > 1 {
		all = append(all, at(page-1, v.t("reg.prev")))
	}
	shown := []int{1, page - 2, page - 1, page, page + 1, page + 2, last}
	for n, gap := 1, false; n <= last; n++ {
		switch {
		case !slices.Contains(shown, n):
			gap = true
			continue
		case gap:
			all = append(all, Link{Text: "…"})
		}
		gap = false
		link := at(n, v.num(n))
		link.Here = n == page
		all = append(all, link)
	}
	if page < last {
		all = append(all, at(page+1, v.t("reg.next")))
	}
	return all
}
