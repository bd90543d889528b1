package store

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/plan"
)

type yearRow struct {
	bun.BaseModel `bun:"table:year_row,alias:t"`

	Agency string `bun:"agency,pk"`
	Year   int    `bun:"year,pk"`
	No     int    `bun:"no,pk"`
	Kind   string `bun:"kind"`
	Body   string `bun:"body"`
}

// years starts a query on the records of agencies' years, narrowed to the
// actor's body unless its capacity is national.
func (c *scope) years(model any) *bun.SelectQuery {
	return c.within(c.db.NewSelect().Model(model), "t.agency = ?0")
}

// YearOf implements plan.Reader.
func (c *scope) YearOf(agency string, year int) (plan.Year, error) {
	var rows []yearRow
	y := plan.Year{Agency: agency, Year: year}
	if err := c.years(&rows).Where("t.agency = ? AND t.year = ?", storable(agency), year).OrderExpr("t.no").Scan(c.ctx); err != nil {
		return y, fmt.Errorf("load year %d of %s: %w", year, agency, err)
	}
	for _, r := range rows {
		if err := follows("year row", r.No, int(y.Version)); err != nil {
			return y, err
		}
		y.Version++
		var err error
		switch r.Kind {
		case "drill":
			err = add(&y.Drills, r.Body)
		case "budget":
			err = add(&y.Budgets, r.Body)
		default:
			err = fmt.Errorf("kind %q is not known", r.Kind)
		}
		if err != nil {
			return y, fmt.Errorf("row %d of year %d of %s: %w", r.No, year, agency, err)
		}
	}
	if c.past != nil {
		return y.Then(*c.past), nil
	}
	return y, nil
}

// GrowYear implements plan.Tx.
func (w *writing) GrowYear(y *plan.Year) error {
	if !w.mine(y.Agency) {
		return approval.ErrNotFound()
	}
	old, err := w.YearOf(y.Agency, y.Year)
	if err != nil {
		return err
	}
	if old.Version >= y.Version {
		return approval.ErrStale()
	}
	var rows []yearRow
	row := func(kind string, no int, x any) error {
		if int64(no) <= old.Version {
			return nil
		}
		b, err := json.Marshal(x)
		rows = append(rows, yearRow{Agency: y.Agency, Year: y.Year, No: no, Kind: kind, Body: string(b)})
		return err
	}
	for _, x := range y.Drills {
		if err := row("drill", x.No, x); err != nil {
			return err
		}
	}
	for _, x := range y.Budgets {
		if err := row("budget", x.No, x); err != nil {
			return err
		}
	}
	return insert(w, rows)
}

// plans compares every plan with its last entry, and its numbers with those the
// entry remembers.
func (v *check) plans() error {
	var heads []planHead
	if err := v.table(&heads, "plan_head AS t").OrderExpr("t.system_id").Scan(v.ctx); err != nil {
		return fmt.Errorf("read plans: %w", err)
	}
	kept := map[int64]planHead{}
	for _, h := range heads {
		kept[h.SystemID] = h
	}
	for from := int64(math.MinInt64); ; {
		var rows []systemRow
		if err := v.scope.systems(&rows).ColumnExpr("s.id, s.code").Where("s.id > ?", from).OrderExpr("s.id").Limit(bulk).Scan(v.ctx); err != nil {
			return fmt.Errorf("read systems: %w", err)
		}
		of, err := v.plansOf(rows)
		if err != nil {
			of = map[int64]plan.Plan{}
		}
		for _, r := range rows {
			from = r.ID
			if err != nil { // one of them cannot be read: which?
				one, err := v.plansOf([]systemRow{r})
				if object := plan.Object(r.Code); err != nil {
					v.blame(v.last[object].Seq, object, "the record cannot be read: %v", err)
					delete(v.last, object)
					continue
				}
				of[r.ID] = one[r.ID]
			}
			h, ok := kept[r.ID]
			if err := v.plan(plan.Object(r.Code), of[r.ID], h, ok); err != nil {
				return err
			}
		}
		if len(rows) < bulk {
			return nil
		}
	}
}

// plan compares one plan, and the numbers kept of it when there are any.
func (v *check) plan(object string, p plan.Plan, h planHead, kept bool) error {
	if p.Version == 0 && !kept {
		return nil
	}
	digest, err := p.Digest()
	if err != nil {
		return err
	}
	b, err := json.Marshal(h.kept())
	if err != nil {
		return err
	}
	if e, known := v.last[object]; known && (h.Version != p.Version || e.Detail["numbers"] != string(b)) {
		v.blame(e.Seq, object, "the numbers kept are not those of the last entry: version %d, %s", h.Version, b)
	}
	v.record(object, digest)
	return nil
}

// yearsKept compares every agency's year with its last entry.
func (v *check) yearsKept() error {
	var of []struct {
		Agency string
		Year   int
	}
	if err := v.years((*yearRow)(nil)).ColumnExpr("DISTINCT t.agency, t.year").OrderExpr("1, 2").Scan(v.ctx, &of); err != nil {
		return fmt.Errorf("read years: %w", err)
	}
	for _, x := range of {
		y, err := v.YearOf(x.Agency, x.Year)
		if err != nil {
			return err
		}
		digest, err := y.Digest()
		if err != nil {
			return err
		}
		v.record(y.Object(), digest)
	}
	return nil
}
