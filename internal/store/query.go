package store

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/fold"
	"capdo/internal/law"
)

// What a list sees on a day. The columns are kept as of the last act; once the
// approval's term is over, or what the plan rests on, they show what Standing.State would say then.
const (
	holds         = "(s.until_day = '' OR s.until_day >= ?)"
	levelExpr     = "CASE WHEN " + holds + " THEN s.level ELSE 0 END"
	ranOut        = "s.plan_holds <> '' AND s.plan_holds < ?" // what a declared plan in full rests on
	planExpr      = "CASE WHEN NOT " + holds + " THEN 'none' WHEN s.plan = 'full' AND " + ranOut + " THEN 'part' ELSE s.plan END"
	confirmedExpr = "(s.confirmed AND " + holds + ")"
	shownLevel    = "COALESCE(NULLIF(" + levelExpr + ", 0), s.proposed)"
	stateExpr     = "CASE WHEN s.state NOT IN ('approved', 'deployed') THEN s.state WHEN " + holds + " THEN CASE WHEN s.state = 'deployed' AND " + ranOut + ` THEN 'approved' ELSE s.state END ELSE (
		SELECT CASE d.state WHEN 'draft' THEN 'draft' WHEN 'returned' THEN 'draft' WHEN 'submitted' THEN 'in_review' WHEN 'opined' THEN 'in_review'
			WHEN 'appraised' THEN 'appraised' WHEN 'unfit' THEN 'refused' WHEN 'refused' THEN 'refused' ELSE 'lapsed' END
		FROM dossier AS d WHERE d.system_id = s.id ORDER BY d.no DESC LIMIT 1) END`
)

// listRow is a line of the register with its owner's name.
type listRow struct {
	Code, Name, Owner, OwnerName, State, Plan, UntilDay, Origin string
	Level, Proposed                                             int
	Confirmed                                                   bool
}

// official is the order of agencies.
const official = "CASE g.grp WHEN 'ministry' THEN 0 WHEN 'province' THEN 1 ELSE 2 END, g.no, g.code"

// searchAll looks at every system: right on any day, whatever is kept.
func (c *scope) searchAll(f approval.Filter) (approval.Page, error) {
	total, err := c.matching((*systemRow)(nil), f).Count(c.ctx)
	if err != nil {
		return approval.Page{}, fmt.Errorf("count register: %w", err)
	}
	p := approval.Page{Total: int(total), Page: pageIn(f, int(total))}
	var rows []listRow
	err = c.lines(&rows, f).Limit(approval.PageSize).Offset(int64(p.Page-1) * approval.PageSize).Scan(c.ctx)
	if err != nil {
		return approval.Page{}, fmt.Errorf("search register: %w", err)
	}
	for _, r := range rows {
		p.Rows = append(p.Rows, r.row())
	}
	return p, nil
}

// pageIn is the page asked for, or the last there is.
func pageIn(f approval.Filter, total int) int {
	return min(max(1, f.Page), total/approval.PageSize+1)
}

// Rows implements approval.Reader.
func (c *scope) Rows(f approval.Filter, each func(approval.Row) error) error {
	if c.past != nil {
		rows, err := c.rowsThen(f)
		for i := 0; i < len(rows) && err == nil; i++ {
			err = each(rows[i])
		}
		return err
	}
	bodies, err := c.Agencies()
	for i := 0; i < len(bodies) && err == nil; i++ {
		x := bodies[i]
		if c.mine(x.Code) && (f.Owner == "" || f.Owner == x.Code) && (f.Group == "" || f.Group == x.Group) {
			err = c.rowsOf(x.Code, f, each)
		}
	}
	return err
}

// rowsOf hands every line of an owner's systems that matches to each.
func (c *scope) rowsOf(owner string, f approval.Filter, each func(approval.Row) error) error {
	f.Owner, f.Group = owner, ""
	for last := ""; ; {
		var rows []listRow
		if err := c.lines(&rows, f).Where("s.code > ?", last).Limit(bulk).Scan(c.ctx); err != nil {
			return fmt.Errorf("list register: %w", err)
		}
		for _, r := range rows {
			if err := each(r.row()); err != nil {
				return err
			}
		}
		if len(rows) < bulk {
			return nil
		}
		last = rows[bulk-1].Code
	}
}

// matching starts a query on the systems that f asks for, with their owners.
func (c *scope) matching(model any, f approval.Filter) *bun.SelectQuery {
	return filter(c.systems(model).Join("JOIN agency AS g ON g.code = s.owner"), f, string(f.Today))
}

// lines are the lines of the register that f asks for, in official order.
func (c *scope) lines(rows *[]listRow, f approval.Filter) *bun.SelectQuery {
	day := string(f.Today)
	return c.matching(rows, f).
		ColumnExpr("s.code, s.name, s.owner, g.name AS owner_name, s.until_day, s.origin, s.proposed").
		ColumnExpr(levelExpr+" AS level", day).ColumnExpr(planExpr+" AS plan", day, day).
		ColumnExpr(confirmedExpr+" AS confirmed", day).ColumnExpr(stateExpr+" AS state", day, day).
		OrderExpr(official + ", s.code")
}

func (r listRow) row() approval.Row {
	return approval.Row{Code: r.Code, Name: r.Name, Owner: r.Owner, OwnerName: r.OwnerName, Level: law.Level(r.Level), Proposed: law.Level(r.Proposed),
		State: r.State, Plan: approval.PlanStatus(r.Plan), Until: law.Day(r.UntilDay), Confirmed: r.Confirmed, Origin: approval.Origin(r.Origin)}
}

// How much of a search is looked at.
const (
	maxWords = 8
	maxWord  = 200 // bytes; SQLite refuses a pattern above 50,000
)

// searched are the words of a search, as they are kept.
func searched(text string) []string {
	words := strings.Fields(fold.Plain(text))
	words = words[:min(len(words), maxWords)]
	for i, w := range words {
		words[i] = keptWord(w)
	}
	return words
}

// filter narrows a register query to what f asks for; each of its words begins one
// of the system's.
func filter(q *bun.SelectQuery, f approval.Filter, day string) *bun.SelectQuery {
	for _, w := range searched(f.Text) {
		q = q.Where("' ' || s.search LIKE ?", "% "+w+"%") // fold leaves no wildcard in w
	}
	if f.Owner != "" {
		q = q.Where("s.owner = ?", storable(f.Owner))
	}
	if f.Level > 0 {
		q = q.Where(shownLevel+" = ?", day, f.Level)
	}
	if f.State != "" {
		q = q.Where(stateExpr+" = ?", day, day, storable(f.State))
	}
	if f.Plan != "" {
		q = q.Where(planExpr+" = ?", day, day, storable(string(f.Plan)))
	}
	if f.Origin != "" {
		q = q.Where("s.origin = ?", storable(string(f.Origin)))
	}
	if f.Group != "" {
		q = q.Where("g.grp = ?", storable(f.Group))
	}
	if f.NoLevel {
		q = q.Where(shownLevel+" = 0", day)
	}
	return ends(counted(q, f.Counted, day), f, day)
}

// counted keeps the systems that an overview counts in a figure.
func counted(q *bun.SelectQuery, in approval.Counted, day string) *bun.SelectQuery {
	if in == "" {
		return q
	}
	q = q.Where("s.retirement IS NULL").Where("(s.origin <> ? OR "+levelExpr+" > 0)", string(approval.Listed), day)
	switch in {
	case approval.CountedUnapproved:
		return q.Where(levelExpr+" = 0", day)
	case approval.CountedApproved:
		return q.Where(levelExpr+" > 0", day)
	case approval.CountedPart:
		return q.Where(levelExpr+" > 0", day).Where(planExpr+" <> 'full'", day, day)
	case approval.CountedDeployed:
		return q.Where(planExpr+" = 'full'", day, day)
	case approval.CountedBehind:
		return q.Where(planExpr+" <> 'full'", day, day)
	case approval.CountedConfirmed:
		return q.Where(confirmedExpr, day)
	case approval.CountedUnconfirmed:
		return q.Where(levelExpr+" > 0", day).Where("NOT "+confirmedExpr, day)
	case approval.CountedAll:
		return q
	}
	return q.Where("1 = 0") // no figure of that name
}

// ends keeps the systems of which something runs out in a span of days.
func ends(q *bun.SelectQuery, f approval.Filter, day string) *bun.SelectQuery {
	from, to := string(f.From), string(f.To)
	const within = "s.until_day <> '' AND s.until_day BETWEEN ? AND ?"
	switch f.Ends {
	case approval.EndsApproval:
		return q.Where("s.retirement IS NULL AND s.level > 0").Where(within, from, to)
	case approval.EndsPlan:
		return q.Where("s.retirement IS NULL").Where(planExpr+" = 'full'", day, day).Where("("+within+" OR s.plan_holds <> '' AND s.plan_holds BETWEEN ? AND ?)", from, to, from, to)
	}
	return q
}

// Agencies implements approval.Reader.
func (c *scope) Agencies() ([]approval.Agency, error) {
	var rows []agencyRow
	err := c.shared(&rows).OrderExpr(official).Scan(c.ctx)
	if err != nil {
		return nil, fmt.Errorf("load agencies: %w", err)
	}
	as := make([]approval.Agency, len(rows))
	for i, r := range rows {
		if as[i], err = r.agency(); err != nil {
			return nil, err
		}
	}
	if c.past != nil {
		return c.agenciesThen(as)
	}
	return as, nil
}

func (r agencyRow) agency() (approval.Agency, error) {
	a := approval.Agency{Code: r.Code, CodeScheme: r.CodeScheme, CodeConfidence: r.CodeConfidence, Name: r.Name, NameEN: r.NameEN, Group: r.Grp,
		No: r.No, Kind: r.Kind, Sector: law.Sector(r.Sector), SpecialisedUnit: r.SpecialisedUnit, AnnexIX: r.AnnexIX,
		EndedOn: law.Day(r.EndedOn), FoundedOn: law.Day(r.FoundedOn), Successor: r.Successor}
	if r.Names != "" {
		if err := json.Unmarshal([]byte(r.Names), &a.Names); err != nil {
			return a, fmt.Errorf("decode the names of %s: %w", r.Code, err)
		}
	}
	return a, nil
}

// Reported returns the printed lines of a document in its order.
func (c *scope) Reported(document string) ([]approval.Reported, error) {
	var rows []reportedRow
	err := c.shared(&rows).Where("p.document = ?", storable(document)).OrderExpr("p.section, p.row_no").Scan(c.ctx)
	if err != nil {
		return nil, fmt.Errorf("load reported figures: %w", err)
	}
	ps := make([]approval.Reported, len(rows))
	for i, r := range rows {
		ps[i] = approval.Reported{Document: r.Document, Section: r.Section, Row: r.RowNo, Agency: r.Agency, Total: r.Total, Approved: r.Approved,
			ApprovedPct: r.ApprovedPct, Deployed: r.Deployed, DeployedPct: r.DeployedPct, Reported: r.Reported}
	}
	return ps, nil
}

// Counts implements approval.Reader: from the figures kept where they tell what is
// asked, else system by system.
func (c *scope) Counts(x approval.AsOf) ([]approval.Count, error) {
	kept, err := c.believes(x)
	if err != nil {
		return nil, err
	}
	if kept {
		rows, err := c.believed(x.On)
		return counts(rows), err
	}
	type cell struct {
		owner  string
		origin approval.Origin
		level  law.Level
	}
	sums := map[cell]*approval.Count{}
	err = c.each(func(s approval.System) error {
		n, ok := s.CellAt(x)
		if !ok || !c.mine(n.Owner) {
			return nil
		}
		k := cell{n.Owner, n.Origin, n.Level}
		if sums[k] == nil {
			sums[k] = &approval.Count{Owner: n.Owner, Origin: n.Origin, Level: n.Level}
		}
		sums[k].Add(n)
		return nil
	})
	out := make([]approval.Count, 0, len(sums))
	for _, n := range sums {
		out = append(out, *n)
	}
	slices.SortFunc(out, func(a, b approval.Count) int {
		return cmp.Or(strings.Compare(a.Owner, b.Owner), strings.Compare(string(a.Origin), string(b.Origin)), cmp.Compare(a.Level, b.Level))
	})
	return out, err
}

// countRow is a cell of the counted register.
type countRow struct {
	Owner, Origin                               string
	Level, Total, Approved, Deployed, Confirmed int
}

// counts converts the rows of figures.
func counts(rows []countRow) []approval.Count {
	cells := make([]approval.Count, len(rows))
	for i, r := range rows {
		cells[i] = approval.Count{Owner: r.Owner, Origin: approval.Origin(r.Origin), Level: law.Level(r.Level), Total: r.Total,
			Approved: r.Approved, Deployed: r.Deployed, Confirmed: r.Confirmed}
	}
	return cells
}
