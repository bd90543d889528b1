package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// OverviewPage is the register in figures as of a day.
type OverviewPage struct {
	Page
	On, DayError                          string
	Known, KnownError, KnownLine          string // see approval.AsOf
	Day                                   law.Day
	Trend                                 *Trend // nil when something else is asked than what was believed
	RateOptions                           []Option
	Filters                               []Filter
	Chips                                 []Link
	Status                                []StatusRow // level by status
	Heat                                  *HeatMap    // nil for who sees one body only
	Spread                                *Spread     // nil as well
	Files                                 []Link      // the figures as CSV and PDF
	SimulatedLine, ListedLine, SilentLine string
	Rates                                 []Rate
	Chart                                 Bars
	Levels, Groups                        []Figures
	All                                   Figures
	Map                                   *TileMap // nil for who sees one body only
	Agencies                              []AgencyTable
	Report                                string
	Reports                               bool // there is a page of reports
	Duplicates                            bool // somebody compares the names
}

// Rate is a share with its numerator and denominator, and the list of what the
// numerator counts.
type Rate struct {
	Label, Percent, Of, Class, Href string
	Width                           string // of the bar, 0 to 100
}

// Figures is a line of a table of figures. Silent is a body that reported
// nothing, which is not zero. Lists are the addresses of what the figures count:
// the systems, the approved, the deployed; "" where no list speaks of that day.
type Figures struct {
	Label, Href               string
	Total, Approved, Deployed int
	ApprovedPct, DeployedPct  string
	Silent                    bool
	Lists                     [3]string
}

// StatusRow is a level by status; each figure leads to its list.
type StatusRow struct {
	Label string
	Cells []Counter
}

// Counter is a figure and the list it leads to, "" when none speaks of that day.
type Counter struct{ Count, Href string }

// AgencyTable is the bodies of one group in official order.
type AgencyTable struct {
	Title string
	Rows  []Figures
}

// overviewAsked is what an address asks of the figures.
type overviewAsked struct {
	query              url.Values
	x                  approval.AsOf
	recalled           bool // the address names up to when is known
	part               approval.Part
	rate               string
	band               int // of agencies, -1: all
	dayWrong, nowWrong string
}

// overviewAsk reads it.
func (v *visit) overviewAsk() overviewAsked {
	q := v.r.URL.Query()
	a := overviewAsked{query: q, x: approval.Believed(v.today()), rate: "approved", band: -1, part: approval.Part{Owner: q.Get("owner"), Group: q.Get("group")}}
	if on := q.Get("on"); on != "" {
		if d, ok := parseDay(on); ok {
			a.x.On = d
		} else {
			a.dayWrong = v.t("ov.badday")
		}
	}
	var ok bool
	if a.x.Known, ok = v.knownTyped(q.Get("known")); !ok {
		a.nowWrong = v.t("was.badknown")
	}
	if a.recalled = !a.x.Known.IsZero(); v.past() {
		a.x = v.point
	}
	if q.Get("rate") == "deployed" {
		a.rate = "deployed"
	}
	if l, err := strconv.Atoi(q.Get("level")); err == nil {
		level := law.Level(l)
		a.part.Level = &level
	}
	if n, err := strconv.Atoi(q.Get("band")); err == nil {
		a.band = n
	}
	return a
}

// linked tells whether there are lists of what is asked: there are none of a day to
// come.
func (a overviewAsked) linked(today law.Day) bool { return a.x.On <= today }

// over tells whether what is asked is the register as it was.
func (a overviewAsked) over(today law.Day) bool {
	return a.dayWrong+a.nowWrong == "" && (a.x.On < today || a.x.On == today && a.recalled)
}

// list is the address of the systems that a figure of the part counts, narrowed
// further; "" of a day to come.
func (v *visit) list(a overviewAsked, as approval.Counted, more url.Values) string {
	if !a.linked(v.today()) {
		return ""
	}
	q := url.Values{}
	for _, k := range []string{"owner", "group", "level"} {
		if x := a.query.Get(k); x != "" {
			q.Set(k, x)
		}
	}
	for k, x := range more {
		q[k] = x
	}
	return v.counted(as, q)
}

// overviewShow shows the figures as of the day in the address: of a day to come by
// what is known now.
func (s *site) overviewShow(v *visit) error {
	a := v.overviewAsk()
	if s.Past != nil && a.over(v.today()) {
		return s.asOf(v, a.x.On, a.x.Known, func(s *site, v *visit) error { return s.overviewPage(v, v.overviewAsk()) })
	}
	return s.overviewPage(v, a)
}

// overviewPage draws them.
func (s *site) overviewPage(v *visit, a overviewAsked) error {
	ov, err := s.Office.OverviewOf(v.r.Context(), v.actor(), a.x, a.part)
	if err != nil {
		return err
	}
	p := v.overview(ov, a)
	p.DayError, p.KnownError, p.Failed, p.On = a.dayWrong, a.nowWrong, a.dayWrong+a.nowWrong != "", v.day(a.x.On)
	if a.dayWrong != "" {
		p.On = a.query.Get("on")
	}
	if p.Known = a.query.Get("known"); a.recalled {
		p.KnownLine = v.t("ov.known.line", p.Known)
	} else if ov.Total > 0 {
		ps, err := s.Office.Trend(v.r.Context(), v.actor(), a.x.On, trendMonths, a.part)
		if err != nil {
			return err
		}
		t := v.trend(ps)
		p.Trend = &t
	}
	if err := v.overviewFilters(&p, a); err != nil {
		return err
	}
	if s.Reports != nil && v.actor().National() {
		p.Report = "/reports/national.pdf?" + url.Values{"on": {string(a.x.On)}}.Encode()
	}
	p.Duplicates, p.Reports = v.mayAskDuplicates(), s.LongReports != nil
	if p.Failed {
		return v.show(http.StatusUnprocessableEntity, "overview", p)
	}
	p.Files = v.overviewFiles(a)
	return v.show(http.StatusOK, "overview", p)
}

// overviewFilters are the selects that narrow the figures, and those in use.
func (v *visit) overviewFilters(p *OverviewPage, a overviewAsked) error {
	if v.actor().National() {
		agencies, err := v.ownersNow(a.part.Owner)
		if err != nil {
			return err
		}
		p.Filters = append(p.Filters, Filter{"group", v.t("col.group"), v.coded("group.", "ministry", "province", "outside")}, Filter{"owner", v.t("col.agency"), agencyOptions(v.voice, agencies)})
	}
	p.Filters = append(p.Filters, Filter{"level", v.t("col.level"), append(v.levels(), Option{Code: "0", Label: v.t("ov.level0")})})
	for i, f := range p.Filters {
		p.Filters[i].Options = choose(f.ID, a.query[f.ID], f.Options...)
	}
	for _, c := range v.chips(a.query, p.Filters) {
		c.Href = strings.Replace(c.Href, "/systems", "/overview", 1)
		p.Chips = append(p.Chips, c)
	}
	return nil
}

// overview puts the figures into words, tables, chart and map.
func (v *visit) overview(ov approval.Overview, a overviewAsked) OverviewPage {
	p := OverviewPage{Page: v.page(v.t("ov.title")), Day: ov.Day}
	p.Simulated = ov.Simulated > 0
	p.RateOptions = choose("rate", []string{a.rate}, Option{Code: "approved", Label: v.t("ov.approved")}, Option{Code: "deployed", Label: v.t("ov.deployed")})
	if ov.Simulated > 0 {
		p.SimulatedLine = v.t("ov.simulated", v.num(ov.Simulated), v.num(ov.Total))
	}
	if ov.Listed > 0 {
		p.ListedLine = v.t("ov.listed", v.num(ov.Listed))
	}
	if ov.Total == 0 {
		return p
	}
	p.Rates, p.Chart = v.rates(ov, a), v.bars(ov.Levels)
	p.All = v.figures(v.t("all.rows"), ov.Total, ov.Approved, ov.Deployed)
	p.All.Lists = v.lists(a, nil)
	for _, l := range ov.Levels {
		if a.covers(l) {
			row := v.figures(v.levelLabel(l.Level), l.Total, l.Approved, l.Deployed)
			row.Lists = v.lists(a, url.Values{"level": {strconv.Itoa(int(l.Level))}})
			p.Levels = append(p.Levels, row)
		}
	}
	for _, g := range ov.Groups {
		if g.Total > 0 {
			row := v.figures(v.t("group."+g.Group), g.Total, g.Approved, g.Deployed)
			row.Lists = v.lists(a, url.Values{"group": {g.Group}})
			p.Groups = append(p.Groups, row)
		}
	}
	p.Status = v.statusRows(ov, a)
	p.Agencies, p.SilentLine = v.agencyTables(ov, a)
	if v.actor().National() && a.part.Owner == "" {
		spread := v.spread(ov, a.rate, a.query)
		p.Map, p.Heat, p.Spread = v.tileMap(gridOf(ov), a.rate), v.heat(ov, a.rate, a.linked(v.today())), &spread
	}
	return p
}

// lists are the addresses of what a line of figures counts.
func (v *visit) lists(a overviewAsked, more url.Values) [3]string {
	return [3]string{v.list(a, approval.CountedAll, more), v.list(a, approval.CountedApproved, more), v.list(a, approval.CountedDeployed, more)}
}

// statuses are what a system counts as, each in one of them.
func statuses() []approval.Counted {
	return []approval.Counted{approval.CountedUnapproved, approval.CountedPart, approval.CountedDeployed}
}

// statusRows are the levels by status, with their sum.
func (v *visit) statusRows(ov approval.Overview, a overviewAsked) (rows []StatusRow) {
	row := func(label string, total, approved, deployed int, more url.Values) StatusRow {
		r := StatusRow{Label: label}
		for i, n := range []int{total - approved, approved - deployed, deployed} {
			r.Cells = append(r.Cells, Counter{v.num(n), v.list(a, statuses()[i], more)})
		}
		r.Cells = append(r.Cells, Counter{v.num(total), v.list(a, approval.CountedAll, more)})
		return r
	}
	for _, l := range ov.Levels {
		if a.covers(l) {
			rows = append(rows, row(v.levelLabel(l.Level), l.Total, l.Approved, l.Deployed, url.Values{"level": {strconv.Itoa(int(l.Level))}}))
		}
	}
	return append(rows, row(v.t("all.rows"), ov.Total, ov.Approved, ov.Deployed, nil))
}

// rates are the headline shares, all of the total.
func (v *visit) rates(ov approval.Overview, a overviewAsked) []Rate {
	if ov.Total == 0 {
		return nil
	}
	all := []Rate{v.rate("ov.approved", "bar-approved", ov.Approved, ov.Total),
		v.rate("ov.deployed", "bar-deployed", ov.Deployed, ov.Total),
		v.rate("ov.confirmed", "bar-confirmed", ov.Confirmed, ov.Total)}
	for i, as := range []approval.Counted{approval.CountedApproved, approval.CountedDeployed, approval.CountedConfirmed} {
		all[i].Href = v.list(a, as, nil)
	}
	return all
}

// rate is one share.
func (v *visit) rate(label, class string, part, whole int) Rate {
	return Rate{Label: v.t(label), Percent: v.pct(part, whole), Of: v.t("ov.of", v.num(part), v.num(whole)), Class: class,
		Width: decimal(100 * float64(part) / float64(max(whole, 1)))}
}

// figures is one line of figures.
func (v *visit) figures(label string, total, approved, deployed int) Figures {
	return Figures{Label: label, Total: total, Approved: approved, Deployed: deployed,
		ApprovedPct: v.pct(approved, total), DeployedPct: v.pct(deployed, total)}
}

// levelLabel names a level of the table; 0 is not stated.
func (v *visit) levelLabel(l law.Level) string {
	if l.Valid() {
		return v.level(l)
	}
	return v.t("ov.level0")
}

// agencyTables are the bodies by group in official order, and how many of
// Annex IX are silent. Bodies outside the annex appear when they have systems.
func (v *visit) agencyTables(ov approval.Overview, a overviewAsked) ([]AgencyTable, string) {
	var all []AgencyTable
	silent, names := 0, v.names(agenciesOf(ov))
	for _, group := range []string{"ministry", "province", "outside"} {
		table := AgencyTable{Title: v.t("group." + group)}
		for _, x := range ov.Agencies {
			if x.Agency.Group != group || !x.Agency.Reports() && x.Total == 0 || !v.sees(x.Agency.Code) || !a.shows(x) {
				continue
			}
			row := v.figures(names[x.Agency.Code], x.Total, x.Approved, x.Deployed)
			row.Href, row.Lists = "/systems?"+url.Values{"owner": {x.Agency.Code}}.Encode(), v.lists(a, url.Values{"owner": {x.Agency.Code}})
			if row.Silent = !x.Reported; row.Silent {
				silent, row.Href = silent+1, ""
			}
			table.Rows = append(table.Rows, row)
		}
		if len(table.Rows) > 0 {
			all = append(all, table)
		}
	}
	if silent == 0 {
		return all, ""
	}
	return all, v.t("ov.silent.n", silent)
}

// shows tells whether an agency belongs to the part and the band that are asked for.
func (a overviewAsked) shows(x approval.AgencyCount) bool {
	return (a.part.Owner == "" || a.part.Owner == x.Agency.Code) && (a.part.Group == "" || a.part.Group == x.Agency.Group) && (a.band < 0 || a.band == bandOf(x, a.rate))
}

// covers tells whether a level has a line: every one there is, and none that was not
// asked for.
func (a overviewAsked) covers(l approval.LevelCount) bool {
	return (l.Level.Valid() || l.Total > 0) && (a.part.Level == nil || *a.part.Level == l.Level)
}

// agenciesOf are the bodies an overview counts.
func agenciesOf(ov approval.Overview) []approval.Agency {
	all := make([]approval.Agency, len(ov.Agencies))
	for i, x := range ov.Agencies {
		all[i] = x.Agency
	}
	return all
}

// sees tells whether the actor's figures cover a body.
func (v *visit) sees(code string) bool { return v.actor().National() || v.actor().Body == code }
