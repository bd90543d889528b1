package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/plan"
)

type saidRow struct {
	bun.BaseModel `bun:"table:plan_row,alias:t"`

	SystemID int64  `bun:"system_id,pk"`
	No       int    `bun:"no,pk"`
	Kind     string `bun:"kind"`
	Body     string `bun:"body"`   // the row; of a sealed one its bones
	Sealed   string `bun:"sealed"` // the row, sealed; "" in rows from before
}

type planHead struct {
	bun.BaseModel `bun:"table:plan_head,alias:t"`

	SystemID      int64  `bun:"system_id,pk"`
	Version       int64  `bun:"version"`
	Rules         string `bun:"rules"`
	Level         int    `bun:"level"`
	Total         int    `bun:"total"`
	Unanswered    int    `bun:"unanswered"`
	Met           int    `bun:"met"`
	Partly        int    `bun:"partly"`
	NotMet        int    `bun:"not_met"`
	NotApplicable int    `bun:"not_applicable"`
	Inherited     int    `bun:"inherited"`
	Declared      int    `bun:"declared"`
	Verified      int    `bun:"verified"`
	Expired       int    `bun:"expired"`
}

func toHead(id, version int64, k plan.Kept) *planHead {
	n := k.Numbers
	return &planHead{SystemID: id, Version: version, Rules: string(k.Rules), Level: int(k.Level), Total: n.Total, Unanswered: n.Unanswered, Met: n.Met,
		Partly: n.Partly, NotMet: n.NotMet, NotApplicable: n.NotApplicable, Inherited: n.Inherited, Declared: n.Declared, Verified: n.Verified, Expired: n.Expired}
}

func (h planHead) kept() plan.Kept {
	return plan.Kept{List: plan.List{Rules: law.RuleSet(h.Rules), Level: law.Level(h.Level)}, Numbers: plan.Numbers{Total: h.Total, Unanswered: h.Unanswered, Met: h.Met,
		Partly: h.Partly, NotMet: h.NotMet, NotApplicable: h.NotApplicable, Inherited: h.Inherited, Declared: h.Declared, Verified: h.Verified, Expired: h.Expired}}
}

// plans is the store as the room of plans sees it.
type plans struct{ *Store }

// Plans returns the store of plans on the same register.
func (s *Store) Plans() plan.Store { return plans{s} }

// Update implements plan.Store.
func (s plans) Update(ctx context.Context, a approval.Actor, at time.Time, f func(plan.Tx) error) error {
	return s.Store.Update(ctx, a, at, func(tx approval.Tx) error {
		w, ok := tx.(*writing)
		if !ok {
			return errors.New("update plan: foreign transaction")
		}
		return f(w)
	})
}

// View implements plan.Store.
func (s plans) View(ctx context.Context, a approval.Actor, f func(plan.Reader) error) error {
	return s.read(ctx, a, func(c *scope) error { return f(c) })
}

// Plan implements plan.Reader.
func (c *scope) Plan(code string) (plan.Plan, error) {
	id, err := c.idOf(code)
	if err != nil {
		return plan.Plan{}, err
	}
	return c.planOf(code, id)
}

// idOf finds a system in scope.
func (c *scope) idOf(code string) (int64, error) {
	var ids []int64
	if err := c.systems((*systemRow)(nil)).ColumnExpr("s.id").Where("s.code = ?", storable(code)).Scan(c.ctx, &ids); err != nil {
		return 0, fmt.Errorf("look for system %s: %w", code, err)
	}
	if len(ids) == 0 {
		return 0, approval.ErrNotFound()
	}
	return ids[0], nil
}

func (c *scope) planOf(code string, id int64) (plan.Plan, error) {
	rows, err := rowsOf[saidRow](c, "plan_row", []int64{id}, "t.no")
	if err != nil {
		return plan.Plan{}, err
	}
	p, err := c.grown(code, rows)
	if err != nil {
		return p, err
	}
	files, err := c.filesOf([]int64{id})
	p.Files = files[id]
	return c.planThen(p), err
}

// grown builds a plan from its rows.
func (c *scope) grown(code string, rows []saidRow) (plan.Plan, error) {
	p := plan.Plan{System: code}
	for _, r := range rows {
		if err := follows("plan row", r.No, int(p.Version)); err != nil {
			return p, err
		}
		p.Version++
		err := c.unseal(code, &r)
		if err == nil {
			err = put(&p, r)
		}
		if err != nil {
			return p, fmt.Errorf("plan row %d of %s: %w", r.No, code, err)
		}
	}
	return p, nil
}

// put adds a row to its list.
func put(p *plan.Plan, r saidRow) error {
	switch r.Kind {
	case "answer":
		return add(&p.Answers, r.Body)
	case "check":
		return add(&p.Checks, r.Body)
	case "offer":
		return add(&p.Offers, r.Body)
	case "finding":
		return add(&p.Findings, r.Body)
	case "closing":
		return add(&p.Closings, r.Body)
	case "deed":
		return add(&p.Deeds, r.Body)
	case "incident":
		return add(&p.Incidents, r.Body)
	case "report":
		return add(&p.Reports, r.Body)
	}
	return fmt.Errorf("a row of kind %q", r.Kind)
}

// add decodes a row to the end of a list.
func add[T any](list *[]T, body string) error {
	var x T
	if err := json.Unmarshal([]byte(body), &x); err != nil {
		return err
	}
	*list = append(*list, x)
	return nil
}

// Platform implements plan.Reader.
func (c *scope) Platform(code string) (plan.Source, bool, error) {
	s, err := c.platform(code)
	if err == nil || c.actor.National() || c.actor.Blind() {
		return s, err == nil && !s.Retired, absent(err)
	}
	err = c.wide(func(all *scope) error { // an offer to every body reaches beyond the owner
		s, err = all.platform(code)
		return err
	})
	if err != nil {
		return plan.Source{}, false, absent(err)
	}
	return s, s.Plan.OffersNation() && !s.Retired, nil
}

func (c *scope) platform(code string) (plan.Source, error) {
	s, err := c.System(code)
	if err != nil {
		return plan.Source{}, err
	}
	p, err := c.planOf(code, s.ID)
	return plan.Source{Plan: p, Owner: s.Owner, Retired: s.Retirement != nil}, err
}

// Leaning implements plan.Beyond.
func (c *scope) Leaning(platform string) (codes []string, err error) {
	err = c.table((*saidRow)(nil), "plan_row AS t").ColumnExpr("DISTINCT s.code").
		Where("t.kind = 'answer'").Where(c.member("t.body", "origin")+" = ?", storable(platform)).OrderExpr("s.code").Scan(c.ctx, &codes)
	if err != nil {
		return nil, fmt.Errorf("look for what stands on %s: %w", platform, err)
	}
	return codes, nil
}

// Beyond implements plan.Tx.
func (w *writing) Beyond(f func(plan.Beyond) error) error {
	return w.wide(func(all *scope) error {
		was := w.actor
		w.actor = all.actor
		defer func() { w.actor = was }()
		return f(w)
	})
}

// absent is nil for what does not exist in scope.
func absent(err error) error {
	var r *approval.Refusal
	if errors.As(err, &r) && r.Kind == approval.NotFound {
		return nil
	}
	return err
}

// EachPlan implements plan.Reader.
func (c *scope) EachPlan(owner string, f func(approval.System, plan.Plan) error) error {
	for from := int64(math.MinInt64); ; {
		var rows []systemRow
		q := c.systems(&rows).Where("s.id > ?", from).OrderExpr("s.id").Limit(bulk)
		if owner != "" && c.past == nil {
			q = q.Where("s.owner = ?", storable(owner))
		}
		if err := q.Scan(c.ctx); err != nil {
			return fmt.Errorf("read systems: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		if err := c.eachOf(rows, owner, f); err != nil {
			return err
		}
		from = rows[len(rows)-1].ID
	}
}

// Stamps implements plan.Reader.
func (c *scope) Stamps(year int) (systems, agencies map[string]plan.Stamp, err error) {
	var rows []struct {
		Code                 string
		Version, Plan, Files int64
	}
	err = c.systems((*systemRow)(nil)).ColumnExpr("s.code, s.version").ColumnExpr("COALESCE((SELECT h.version FROM plan_head AS h WHERE h.system_id = s.id), 0) AS plan").
		ColumnExpr("(SELECT COUNT(*) FROM attachment AS f WHERE f.system_id = s.id) + (SELECT COUNT(*) FROM attachment_event AS e WHERE e.system_id = s.id) AS files").Scan(c.ctx, &rows)
	if err != nil {
		return nil, nil, fmt.Errorf("read how systems stand: %w", err)
	}
	var said []struct {
		Agency string
		Rows   int64
	}
	if err = c.years((*yearRow)(nil)).ColumnExpr("t.agency, COUNT(*) AS rows").Where("t.year > ? AND t.year <= ?", year-plan.YearsBack, year).GroupExpr("t.agency").Scan(c.ctx, &said); err != nil {
		return nil, nil, fmt.Errorf("read how years stand: %w", err)
	}
	systems, agencies = make(map[string]plan.Stamp, len(rows)), make(map[string]plan.Stamp, len(said))
	for _, r := range rows {
		systems[r.Code] = plan.Stamp{System: r.Version, Plan: r.Plan, Files: r.Files}
	}
	for _, y := range said {
		agencies[y.Agency] = plan.Stamp{Plan: y.Rows}
	}
	return systems, agencies, nil
}

// eachOf hands a batch of systems with their plans to f, those of an owner only
// unless "".
func (c *scope) eachOf(rows []systemRow, owner string, f func(approval.System, plan.Plan) error) error {
	all, err := c.assemble(rows)
	if err != nil {
		return err
	}
	of, err := c.plansOf(rows)
	if err != nil {
		return err
	}
	for _, s := range all {
		if owner != "" && s.Owner != owner { // it was another's then
			continue
		}
		if err := f(s, of[s.ID]); err != nil {
			return err
		}
	}
	return nil
}

// plansOf loads the plans of a batch of systems, whatever else is on record of
// these.
func (c *scope) plansOf(rows []systemRow) (map[int64]plan.Plan, error) {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	said, err := rowsOf[saidRow](c, "plan_row", ids, "t.system_id, t.no")
	if err != nil {
		return nil, err
	}
	of := map[int64][]saidRow{}
	for _, r := range said {
		of[r.SystemID] = append(of[r.SystemID], r)
	}
	files, err := c.filesOf(ids)
	if err != nil {
		return nil, err
	}
	all := map[int64]plan.Plan{}
	for _, r := range rows {
		p, err := c.grown(r.Code, of[r.ID])
		if err != nil {
			return nil, err
		}
		p.Files = files[r.ID]
		all[r.ID] = c.planThen(p)
	}
	return all, nil
}

// Grow implements plan.Tx.
func (w *writing) Grow(p *plan.Plan, kept plan.Kept) error {
	id, err := w.idOf(p.System)
	if err != nil {
		return err
	}
	old, err := w.planOf(p.System, id)
	if err != nil {
		return err
	}
	if old.Version >= p.Version {
		return approval.ErrStale()
	}
	rows, err := planRows(id, p, old.Version)
	if err != nil {
		return err
	}
	if int64(len(rows)) != p.Version-old.Version {
		return fmt.Errorf("grow plan %s: %d rows from version %d to %d", p.System, len(rows), old.Version, p.Version)
	}
	if err := w.sealRows(p.System, rows); err != nil {
		return err
	}
	if err := insert(w, rows); err != nil {
		return err
	}
	head := toHead(id, p.Version, kept)
	if old.Version == 0 {
		return insert(w, []planHead{*head})
	}
	if _, err := w.db.NewUpdate().Model(head).WherePK().Exec(w.ctx); err != nil {
		return fmt.Errorf("keep numbers of %s: %w", p.System, err)
	}
	return nil
}

// planRows are the rows of p beyond version.
func planRows(id int64, p *plan.Plan, version int64) ([]saidRow, error) {
	g := growth{id: id, after: int(version)}
	for _, x := range p.Answers {
		g.row("answer", x.No, x)
	}
	for _, x := range p.Checks {
		g.row("check", x.No, x)
	}
	for _, x := range p.Offers {
		g.row("offer", x.No, x)
	}
	for _, x := range p.Findings {
		g.row("finding", x.No, x)
	}
	for _, x := range p.Closings {
		g.row("closing", x.No, x)
	}
	for _, x := range p.Deeds {
		g.row("deed", x.No, x)
	}
	for _, x := range p.Incidents {
		g.row("incident", x.No, x)
	}
	for _, x := range p.Reports {
		g.row("report", x.No, x)
	}
	return g.rows, g.err
}

// growth gathers new rows.
type growth struct {
	id    int64
	after int
	rows  []saidRow
	err   error
}

func (g *growth) row(kind string, no int, x any) {
	if no <= g.after || g.err != nil {
		return
	}
	b, err := json.Marshal(x)
	g.rows, g.err = append(g.rows, saidRow{SystemID: g.id, No: no, Kind: kind, Body: string(b)}), err
}
