package store

import (
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// stateExpr is a system's state as a list sees it on a day: the stored state,
// or lapsed once the approval's term is over.
const stateExpr = "CASE WHEN s.until_day <> '' AND s.until_day < ? AND s.state IN ('approved', 'deployed') THEN 'lapsed' ELSE s.state END"

// listRow is a line of the register with its owner's name.
type listRow struct {
	Code, Name, Owner, OwnerName, State, Plan, UntilDay, Origin string
	Level, Proposed                                             int
	Confirmed                                                   bool
}

// Search implements approval.Reader.
func (c *scope) Search(f approval.Filter) (approval.Page, error) {
	day := f.Today
	query := func(model any) *bun.SelectQuery {
		return c.filter(c.systems(model).Join("JOIN agency AS g ON g.code = s.owner"), f, string(day))
	}
	total, err := query((*systemRow)(nil)).Count(c.ctx)
	if err != nil {
		return approval.Page{}, fmt.Errorf("count register: %w", err)
	}
	page := max(1, f.Page)
	var rows []listRow
	err = query(&rows).
		ColumnExpr("s.code, s.name, s.owner, g.name AS owner_name, s.plan, s.until_day, s.origin, s.level, s.proposed, s.confirmed").
		ColumnExpr(stateExpr+" AS state", string(day)).
		OrderExpr("CASE g.grp WHEN 'ministry' THEN 0 WHEN 'province' THEN 1 ELSE 2 END, g.no, g.code, s.code").
		Limit(approval.PageSize).Offset(int64(page-1) * approval.PageSize).Scan(c.ctx)
	if err != nil {
		return approval.Page{}, fmt.Errorf("search register: %w", err)
	}
	p := approval.Page{Total: int(total), Page: page}
	for _, r := range rows {
		p.Rows = append(p.Rows, r.row())
	}
	return p, nil
}

// row converts a line. A lapsed approval shows no level in force.
func (r listRow) row() approval.Row {
	x := approval.Row{Code: r.Code, Name: r.Name, Owner: r.Owner, OwnerName: r.OwnerName, Level: law.Level(r.Level), Proposed: law.Level(r.Proposed),
		State: r.State, Plan: approval.PlanStatus(r.Plan), Until: law.Day(r.UntilDay), Confirmed: r.Confirmed, Origin: approval.Origin(r.Origin)}
	if r.State == "lapsed" {
		x.Level, x.Plan, x.Confirmed = 0, approval.PlanNone, false
	}
	return x
}

// maxWords bounds how many words of a search are looked at.
const maxWords = 8

// filter narrows a register query to what f asks for.
func (c *scope) filter(q *bun.SelectQuery, f approval.Filter, day string) *bun.SelectQuery {
	words := strings.Fields(fold(f.Text))
	for _, w := range words[:min(len(words), maxWords)] {
		q = q.Where("s.search LIKE ?", "%"+w+"%") // fold leaves no wildcard in w
	}
	if f.Owner != "" {
		q = q.Where("s.owner = ?", f.Owner)
	}
	if f.Level > 0 {
		q = q.Where("CASE WHEN s.level > 0 THEN s.level ELSE s.proposed END = ?", f.Level)
	}
	if f.State != "" {
		q = q.Where(stateExpr+" = ?", day, f.State)
	}
	if f.Plan != "" {
		q = q.Where("s.plan = ?", string(f.Plan))
	}
	if f.Origin != "" {
		q = q.Where("s.origin = ?", string(f.Origin))
	}
	return q
}

// Pending implements approval.Reader.
func (c *scope) Pending(limit int) ([]approval.System, error) {
	var rows []systemRow
	if err := c.systems(&rows).Where("s.pending = ?", true).OrderExpr("s.id").Limit(int64(limit)).Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load pending: %w", err)
	}
	return c.assemble(rows)
}

// Agencies implements approval.Reader.
func (c *scope) Agencies() ([]approval.Agency, error) {
	var rows []agencyRow
	err := c.shared(&rows).OrderExpr("CASE g.grp WHEN 'ministry' THEN 0 WHEN 'province' THEN 1 ELSE 2 END, g.no, g.code").Scan(c.ctx)
	if err != nil {
		return nil, fmt.Errorf("load agencies: %w", err)
	}
	as := make([]approval.Agency, len(rows))
	for i, r := range rows {
		as[i] = r.agency()
	}
	return as, nil
}

func (r agencyRow) agency() approval.Agency {
	return approval.Agency{Code: r.Code, CodeScheme: r.CodeScheme, CodeConfidence: r.CodeConfidence, Name: r.Name, NameEN: r.NameEN, Group: r.Grp,
		No: r.No, Sector: law.Sector(r.Sector), SpecialisedUnit: r.SpecialisedUnit, AnnexIX: r.AnnexIX, EndedOn: law.Day(r.EndedOn)}
}

// Reported returns the printed lines of a document in its order.
func (c *scope) Reported(document string) ([]approval.Reported, error) {
	var rows []reportedRow
	err := c.shared(&rows).Where("p.document = ?", document).OrderExpr("p.section, p.row_no").Scan(c.ctx)
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

// countSQL counts the register as of an instant (exclusive) and the day that
// ends there. For each system: the latest approval in force at the end of the
// day, and the latest declaration of its plan. The tenant's predicate is
// appended by Counts.
const countSQL = `
SELECT s.owner, s.origin,
       COALESCE(a.level, CASE WHEN s.proposed > 0 THEN s.proposed ELSE 0 END) AS level,
       COUNT(*) AS total,
       SUM(CASE WHEN a.no IS NOT NULL THEN 1 ELSE 0 END) AS approved,
       SUM(CASE WHEN p.status = 'full' THEN 1 ELSE 0 END) AS deployed,
       SUM(CASE WHEN f.approval_no IS NOT NULL THEN 1 ELSE 0 END) AS confirmed
FROM system AS s
LEFT JOIN approval AS a ON a.system_id = s.id AND a.no = (
  SELECT MAX(x.no) FROM approval AS x
  WHERE x.system_id = s.id AND x.from_at < ?0 AND (x.until_day = '' OR x.until_day >= ?1)
    AND NOT EXISTS (SELECT 1 FROM revocation AS v WHERE v.system_id = x.system_id AND v.approval_no = x.no AND v.at < ?0))
LEFT JOIN plan AS p ON p.system_id = s.id AND p.no = (
  SELECT MAX(y.no) FROM plan AS y WHERE y.system_id = s.id AND y.approval_no = a.no AND y.at < ?0)
LEFT JOIN confirmation AS f ON f.system_id = s.id AND f.approval_no = a.no AND f.at < ?0
WHERE s.registered_at < ?0 AND (s.retirement IS NULL OR s.retired_at >= ?0)`

// countRow is a cell of the counted register.
type countRow struct {
	Owner, Origin                               string
	Level, Total, Approved, Deployed, Confirmed int
}

// Counts implements approval.Reader.
func (c *scope) Counts(day law.Day) ([]approval.Count, error) {
	end := day.AddDays(1).Time().UTC()
	sql, args := countSQL, []any{end, string(day)}
	if !c.actor.National() {
		sql, args = sql+" AND s.owner = ?2", append(args, c.actor.Body)
	}
	var rows []countRow
	if err := c.db.NewRaw(sql+" GROUP BY 1, 2, 3 ORDER BY 1, 2, 3", args...).Scan(c.ctx, &rows); err != nil {
		return nil, fmt.Errorf("count register on %s: %w", day, err)
	}
	cells := make([]approval.Count, len(rows))
	for i, r := range rows {
		cells[i] = approval.Count{Owner: r.Owner, Origin: approval.Origin(r.Origin), Level: law.Level(r.Level), Total: r.Total,
			Approved: r.Approved, Deployed: r.Deployed, Confirmed: r.Confirmed}
	}
	return cells, nil
}
