package web

import (
	"net/http"
	"net/url"

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

// Rate is a share with its numerator and denominator.
type Rate struct {
	Label, Percent, Of, Class string
	Width                     string // of the bar, 0 to 100
}

// Figures is a line of a table of figures. Silent is a body that reported
// nothing, which is not zero.
type Figures struct {
	Label, Href               string
	Total, Approved, Deployed int
	ApprovedPct, DeployedPct  string
	Silent                    bool
}

// AgencyTable is the bodies of one group in official order.
type AgencyTable struct {
	Title string
	Rows  []Figures
}

// overviewShow shows the figures as of the day in the address.
func (s *site) overviewShow(v *visit) error {
	query := v.r.URL.Query()
	day, status, wrong := v.today(), http.StatusOK, ""
	if on := query.Get("on"); on != "" {
		if d, ok := parseDay(on); ok {
			day = d
		} else {
			status, wrong = http.StatusUnprocessableEntity, v.t("ov.badday")
		}
	}
	x, unknown := approval.Believed(day), ""
	if known := query.Get("known"); known != "" {
		if d, ok := parseDay(known); ok {
			x.Known = d.AddDays(1).Time()
		} else {
			status, unknown = http.StatusUnprocessableEntity, v.t("ov.badday")
		}
	}
	ov, err := s.Office.Overview(v.r.Context(), v.actor(), x)
	if err != nil {
		return err
	}
	p := v.overview(ov, query.Get("rate"))
	p.DayError, p.KnownError, p.Failed, p.On, p.Known = wrong, unknown, wrong+unknown != "", v.day(day), query.Get("known")
	if wrong != "" {
		p.On = query.Get("on")
	}
	if !x.Known.IsZero() {
		p.Known = v.day(law.DayOf(x.Known.Add(-1)))
		p.KnownLine = v.t("ov.known.line", p.Known)
	} else if ov.Total > 0 {
		ps, err := s.Office.Trend(v.r.Context(), v.actor(), trendDays(day)...)
		if err != nil {
			return err
		}
		t := v.trend(ps)
		p.Trend = &t
	}
	if s.Reports != nil && v.actor().National() {
		p.Report = "/reports/national.pdf?" + url.Values{"on": {string(day)}}.Encode()
	}
	p.Duplicates, p.Reports = v.mayAskDuplicates(), s.LongReports != nil
	return v.show(status, "overview", p)
}

// overview puts the figures into words, tables, chart and map.
func (v *visit) overview(ov approval.Overview, rate string) OverviewPage {
	if rate != "deployed" {
		rate = "approved"
	}
	p := OverviewPage{Page: v.page(v.t("ov.title")), Day: ov.Day}
	p.Simulated = ov.Simulated > 0
	p.RateOptions = choose("rate", []string{rate}, Option{Code: "approved", Label: v.t("ov.approved")}, Option{Code: "deployed", Label: v.t("ov.deployed")})
	if ov.Simulated > 0 {
		p.SimulatedLine = v.t("ov.simulated", v.num(ov.Simulated), v.num(ov.Total))
	}
	if ov.Listed > 0 {
		p.ListedLine = v.t("ov.listed", v.num(ov.Listed))
	}
	if ov.Total == 0 {
		return p
	}
	p.Rates, p.Chart = v.rates(ov), v.bars(ov.Levels)
	p.All = v.figures(v.t("all.rows"), ov.Total, ov.Approved, ov.Deployed)
	for _, l := range ov.Levels {
		if l.Level.Valid() || l.Total > 0 {
			p.Levels = append(p.Levels, v.figures(v.levelLabel(l.Level), l.Total, l.Approved, l.Deployed))
		}
	}
	for _, g := range ov.Groups {
		if g.Total > 0 {
			p.Groups = append(p.Groups, v.figures(v.t("group."+g.Group), g.Total, g.Approved, g.Deployed))
		}
	}
	p.Agencies, p.SilentLine = v.agencyTables(ov)
	if v.actor().National() {
		p.Map = v.tileMap(gridOf(ov), rate)
	}
	return p
}

// rates are the headline shares, all of the total.
func (v *visit) rates(ov approval.Overview) []Rate {
	if ov.Total == 0 {
		return nil
	}
	return []Rate{v.rate("ov.approved", "bar-approved", ov.Approved, ov.Total),
		v.rate("ov.deployed", "bar-deployed", ov.Deployed, ov.Total),
		v.rate("ov.confirmed", "bar-confirmed", ov.Confirmed, ov.Total)}
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
func (v *visit) agencyTables(ov approval.Overview) ([]AgencyTable, string) {
	var all []AgencyTable
	silent, names := 0, v.names(agenciesOf(ov))
	for _, group := range []string{"ministry", "province", "outside"} {
		table := AgencyTable{Title: v.t("group." + group)}
		for _, x := range ov.Agencies {
			if x.Agency.Group != group || !x.Agency.Reports() && x.Total == 0 || !v.sees(x.Agency.Code) {
				continue
			}
			row := v.figures(names[x.Agency.Code], x.Total, x.Approved, x.Deployed)
			row.Href = "/systems?" + url.Values{"owner": {x.Agency.Code}}.Encode()
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
