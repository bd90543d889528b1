package web

import (
	"bytes"
	"io"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/review"
	"capdo/internal/sheet"
)

// The lists that can be had as files, beside the tables that come back.
const (
	listSystems  = "systems"
	listOverview = "overview"
	listCalendar = "calendar"
	listQueue    = "queue"
)

// listFiles are the files of the register as filtered by an address.
func (v *visit) listFiles(query url.Values) []Link { return v.filesOf(listSystems, filtering(query)) }

// overviewFiles are the files of the figures as asked for.
func (v *visit) overviewFiles(a overviewAsked) []Link {
	q := partCode(a)
	q.Set("on", string(a.x.On))
	if !a.recalled {
		return v.filesOf(listOverview, q)
	}
	q.Set("known", a.query.Get("known"))
	return v.filesOf(listOverview, q)[:1] // papers say what was believed
}

// filesOf links to a list as CSV, and as PDF where papers are made.
func (v *visit) filesOf(list string, q url.Values) []Link {
	at := func(kind string) string {
		to := "/tables/" + list + "." + kind
		if len(q) > 0 {
			to += "?" + q.Encode()
		}
		return to
	}
	all := []Link{{Href: at("csv"), Text: v.t("ls." + list + ".csv")}}
	switch {
	case list == listQueue:
		all = append(all, Link{Href: at("xlsx"), Text: v.t("ls." + list + ".xlsx")})
	case v.Reports != nil:
		all = append(all, Link{Href: at("pdf"), Text: v.t("ls." + list + ".pdf")})
	}
	return all
}

// filtering keeps of an address what filters the register, in one order and without
// what is empty: the same list has one name.
func filtering(q url.Values) url.Values {
	out := url.Values{}
	for _, k := range filterKeys() {
		if x := q.Get(k); x != "" {
			out.Set(k, x)
		}
	}
	return out
}

// listGet sends a list as a file; false when there is none of that name.
func (s *site) listGet(v *visit, list, kind string) (found bool, err error) {
	q := v.r.URL.Query()
	switch {
	case kind == "pdf" && s.Reports != nil && (list == listSystems || list == listOverview):
		day := v.today()
		code := filtering(q)
		if list == listOverview {
			a := v.overviewAsk()
			day, code = a.x.On, partCode(a)
		}
		if !v.actor().National() {
			code.Set("owner", v.actor().Body) // what the paper says does not hang on who checks it
		}
		return true, s.reportOn(v, list, code.Encode(), day)
	case kind == "pdf" && s.Reports != nil && s.Plans != nil && list == listCalendar:
		return true, s.reportOn(v, list, v.calendarCode(q).Encode(), v.today())
	case kind == "xlsx" && list == listQueue:
		return true, v.queueFile(kind)
	case kind != "csv":
		return false, nil
	case list == listQueue:
		return true, v.queueFile(kind)
	case list == listSystems:
		return true, v.csv(list, v.systemColumns(), v.systemLines(FilterOf(q)))
	case list == listOverview:
		return true, v.overviewCSV()
	case list == listCalendar && s.Plans != nil:
		return true, v.calendarCSV(q)
	}
	return false, nil
}

// csv sends lines under the heads of columns.
func (v *visit) csv(name string, columns []sheet.Column, lines iter.Seq2[[]sheet.Cell, error]) error {
	var b bytes.Buffer
	if err := sheet.WriteCSV(&b, sheet.Sheet{Columns: columns, Rows: lines}); err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", mediaOf("csv"))
	h.Set("Content-Disposition", disposition(name+".csv"))
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(b.Bytes()) // the client may be gone; nothing to do about it
	return nil
}

// columns are columns of text under the words of keys.
func (v voice) columns(keys ...string) (all []sheet.Column) {
	for _, k := range keys {
		all = append(all, sheet.Column{Title: v.t(k)})
	}
	return all
}

func cellsOf(values ...string) []sheet.Cell {
	cells := make([]sheet.Cell, len(values))
	for i, x := range values {
		cells[i].Value = x
	}
	return cells
}

func (v voice) systemColumns() []sheet.Column {
	return v.columns("col.code", "col.system", "col.ownercode", "col.owner", "col.level", "col.state", "col.plan", "col.until", "reg.origin")
}

// systemLines are the systems that match, in the order of the register.
func (v *visit) systemLines(f approval.Filter) iter.Seq2[[]sheet.Cell, error] {
	return func(yield func([]sheet.Cell, error) bool) {
		err := v.Office.List(v.r.Context(), v.actor(), f, func(r approval.Row) error {
			w := v.row(r)
			if !yield(cellsOf(r.Code, r.Name, r.Owner, r.OwnerName, w.Level, w.State.Text, w.Plan, w.Until, v.t("origin."+string(r.Origin))), nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && err != errEnough {
			yield(nil, err)
		}
	}
}

// overviewCSV sends the figures as a line for each part: all, groups, levels,
// agencies, and each level of each agency.
func (v *visit) overviewCSV() error {
	a := v.overviewAsk()
	if a.dayWrong+a.nowWrong != "" {
		return v.absent(v)
	}
	ov, err := v.Office.OverviewOf(v.r.Context(), v.actor(), a.x, a.part)
	if err != nil {
		return err
	}
	var lines [][]sheet.Cell
	add := func(by, key, of, label string, n approval.Counts) {
		lines = append(lines, cellsOf(string(ov.Day), by, key, of, label, strconv.Itoa(n.Total), strconv.Itoa(n.Approved), strconv.Itoa(n.Deployed)))
	}
	add("all", "", "", v.t("all.rows"), approval.Counts{Total: ov.Total, Approved: ov.Approved, Deployed: ov.Deployed})
	for _, g := range ov.Groups {
		add("group", g.Group, "", v.t("group."+g.Group), approval.Counts{Total: g.Total, Approved: g.Approved, Deployed: g.Deployed})
	}
	for _, l := range ov.Levels {
		add("level", strconv.Itoa(int(l.Level)), "", v.levelLabel(l.Level), approval.Counts{Total: l.Total, Approved: l.Approved, Deployed: l.Deployed})
	}
	for _, x := range ov.Agencies {
		if !x.Reported || !v.sees(x.Agency.Code) || !a.shows(x) {
			continue
		}
		add("agency", x.Agency.Code, "", x.Agency.Name, approval.Counts{Total: x.Total, Approved: x.Approved, Deployed: x.Deployed})
		for l, n := range x.Levels {
			if n.Total > 0 {
				add("agency_level", x.Agency.Code, strconv.Itoa(l), x.Agency.Name+", "+v.levelLabel(law.Level(l)), n)
			}
		}
	}
	return v.csv(listOverview+"-"+string(ov.Day), v.columns("col.on", "col.by.part", "col.code", "col.level", "col.name", "col.total", "col.ok", "col.full"), seqOf(lines))
}

// calendarCSV sends what falls due, as the calendar is filtered.
func (v *visit) calendarCSV(q url.Values) error {
	scope := v.agendaScope(q)
	items, err := v.Plans.Agenda(v.r.Context(), v.actor(), scope, q.Get("agency"))
	if err != nil {
		return err
	}
	var lines [][]sheet.Cell
	for _, it := range v.picked(items, q) {
		r := v.agendaRow(it)
		lines = append(lines, cellsOf(string(it.Day), r.State.Text, v.t("ag.kind."+string(it.Kind)), it.System, it.Name, it.Agency, r.Says, r.Cites, r.Roles))
	}
	return v.csv(listCalendar, v.columns("col.on", "col.state", "ag.kind", "col.code", "col.system", "col.ownercode", "im.says", "col.cites", "pl.role"), seqOf(lines))
}

// calendarCode names what a paper of the calendar holds: of a body, or of the country,
// never of one person, for what it says does not hang on who checks it.
func (v *visit) calendarCode(q url.Values) url.Values {
	code := url.Values{}
	for key, value := range map[string]string{"kind": q.Get("kind"), "state": q.Get("state"), "owner": q.Get("agency")} {
		if value != "" {
			code.Set(key, value)
		}
	}
	if !v.actor().National() {
		code.Set("owner", v.actor().Body)
	}
	return code
}

// queueFile sends the work that waits for the actor as a file, as the address narrows
// it.
func (v *visit) queueFile(kind string) error {
	items, err := v.queue()
	if err != nil {
		return err
	}
	held, err := v.holders()
	if err != nil {
		return err
	}
	q := v.r.URL.Query()
	var lines [][]sheet.Cell
	for _, it := range items {
		if !v.wanted(it, held, q) {
			continue
		}
		w, due := v.work(it), ""
		if w.Due != nil {
			due = w.Due.Text
		}
		lines = append(lines, cellsOf(w.Act, it.Code, it.Name, it.Owner, it.OwnerName, w.Level, string(law.DayOf(it.Since)), string(it.Clock.Due), due, held[review.HoldObject(it.Code, it.Dossier)].Name))
	}
	columns := v.columns("col.step", "col.code", "col.system", "col.ownercode", "col.owner", "col.level", "col.since", "pl.due", "col.limit", "queue.holder")
	if kind == "csv" {
		return v.csv(listQueue, columns, seqOf(lines))
	}
	for i := range columns {
		columns[i].Width = 22
	}
	return v.file(listQueue+".xlsx", mediaOf(kind), func(w io.Writer) error {
		return sheet.Write(w, sheet.Book{Title: v.t("queue.title"), Sheets: []sheet.Sheet{{Name: v.t("nav.queue"), Columns: columns, Rows: seqOf(lines), Frozen: 3}}})
	})
}

// agendaScope is whose calendar an address asks for.
func (v *visit) agendaScope(q url.Values) plan.Scope {
	scope := plan.Scope(q.Get("scope"))
	if scope == "" || scope == plan.OfCountry && !v.actor().National() {
		return plan.Mine
	}
	return scope
}

func seqOf(lines [][]sheet.Cell) iter.Seq2[[]sheet.Cell, error] {
	return func(yield func([]sheet.Cell, error) bool) {
		slices.Values(lines)(func(x []sheet.Cell) bool { return yield(x, nil) })
	}
}

// partCode names a part of the figures, as a paper bears it.
func partCode(a overviewAsked) url.Values {
	q := url.Values{}
	for _, k := range []string{"owner", "group", "level"} {
		if x := a.query.Get(k); x != "" {
			q.Set(k, x)
		}
	}
	return q
}
