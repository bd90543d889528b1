package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/law"
)

type figureRow struct {
	bun.BaseModel `bun:"table:figure,alias:q"`

	Day       string `bun:"day,pk"`
	Holder    string `bun:"holder,pk"`
	Owner     string `bun:"owner,pk"`
	Origin    string `bun:"origin,pk"`
	Level     int    `bun:"level,pk"`
	Total     int    `bun:"total"`
	Approved  int    `bun:"approved"`
	Deployed  int    `bun:"deployed"`
	Confirmed int    `bun:"confirmed"`
}

// monthRow is the sum of the rows of a month's days.
type monthRow struct {
	bun.BaseModel `bun:"table:figure_month,alias:q"`

	Month     string `bun:"month,pk"`
	Holder    string `bun:"holder,pk"`
	Owner     string `bun:"owner,pk"`
	Origin    string `bun:"origin,pk"`
	Level     int    `bun:"level,pk"`
	Total     int    `bun:"total"`
	Approved  int    `bun:"approved"`
	Deployed  int    `bun:"deployed"`
	Confirmed int    `bun:"confirmed"`
}

type madeRow struct {
	bun.BaseModel `bun:"table:figure_made,alias:z"`

	ID      int `bun:"id,pk"`
	Edition int `bun:"edition"` // of the rules by which they were counted
}

// figuresEdition is that of approval.Steps: 2 tells drafts and facts by their dates.
const figuresEdition = 2

// figured tells whether the figures are there, counted by the rules of today.
func (c *scope) figured() (bool, error) {
	n, err := c.shared((*madeRow)(nil)).Where("z.edition = ?", figuresEdition).Count(c.ctx)
	return n > 0, err
}

// figureKey is what a row of figures is about.
type figureKey struct {
	day, holder, owner, origin string
	level                      int
}

// changes are what a transaction does to the figures.
type changes map[figureKey]figureRow

// add counts the steps of a system, n times: 1 for one that is there now, -1 for
// one that was.
func (f changes) add(s *approval.System, n int) {
	var was *approval.Cell
	for _, step := range s.Steps() {
		f.cell(s, step.Day, was, -n)
		f.cell(s, step.Day, step.Cell, n)
		was = step.Cell
	}
}

func (f changes) cell(s *approval.System, day law.Day, c *approval.Cell, n int) {
	if c == nil {
		return
	}
	k := figureKey{string(day), s.Owner, c.Owner, string(c.Origin), int(c.Level)}
	r := f[k]
	r.Total += n
	for _, x := range []struct {
		at *int
		is bool
	}{{&r.Approved, c.Approved}, {&r.Deployed, c.Deployed}, {&r.Confirmed, c.Confirmed}} {
		if x.is {
			*x.at += n
		}
	}
	f[k] = r
}

// months are the changes by month: the day of a key is its first seven letters.
func (f changes) months() changes {
	out := changes{}
	for k, r := range f {
		k.day = k.day[:len("2006-01")]
		sum := out[k]
		sum.Total, sum.Approved, sum.Deployed, sum.Confirmed = sum.Total+r.Total, sum.Approved+r.Approved, sum.Deployed+r.Deployed, sum.Confirmed+r.Confirmed
		out[k] = sum
	}
	return out
}

// rows are the changes that change anything.
func (f changes) rows() (out []figureRow) {
	for k, r := range f {
		r.Day, r.Holder, r.Owner, r.Origin, r.Level = k.day, k.holder, k.owner, k.origin, k.level
		if r.Total != 0 || r.Approved != 0 || r.Deployed != 0 || r.Confirmed != 0 {
			out = append(out, r)
		}
	}
	return out
}

// count notes that a system is now what it was not.
func (w *writing) count(now, old *approval.System) {
	if w.sums == nil {
		w.sums = changes{}
	}
	if old != nil {
		w.sums.add(old, -1)
	}
	w.sums.add(now, 1)
}

// sum adds the changes to the figures kept: of all bodies, for what one does may
// let the plans of others lapse.
func (w *writing) sum() error {
	if len(w.sums) == 0 {
		return nil
	}
	return w.wide(func(*scope) error { return w.sumAll() })
}

func (w *writing) sumAll() error {
	var months []monthRow
	for _, r := range w.sums.months().rows() {
		months = append(months, monthRow{Month: r.Day, Holder: r.Holder, Owner: r.Owner, Origin: r.Origin, Level: r.Level, Total: r.Total, Approved: r.Approved, Deployed: r.Deployed, Confirmed: r.Confirmed})
	}
	return errors.Join(summed(w, "day", w.sums.rows()), summed(w, "month", months))
}

// summed adds rows to those kept of the same time, holder, owner, origin and level.
func summed[T any](w *writing, time string, rows []T) error {
	for i := 0; i < len(rows); i += bulk {
		part := rows[i:min(i+bulk, len(rows))]
		if _, err := w.db.NewInsert().Model(&part).On("CONFLICT (" + time + ", holder, owner, origin, level) DO UPDATE").
			Set("total = q.total + EXCLUDED.total, approved = q.approved + EXCLUDED.approved, deployed = q.deployed + EXCLUDED.deployed, confirmed = q.confirmed + EXCLUDED.confirmed").Exec(w.ctx); err != nil {
			return fmt.Errorf("keep figures: %w", err)
		}
	}
	return nil
}

// figures starts a query on the figures, narrowed to what the actor's body holds, of
// the days on which it held it, unless its capacity is national.
func (c *scope) figures(model any) *bun.SelectQuery {
	return c.within(c.db.NewSelect().Model(model), "q.holder = ?0 AND q.owner = ?0")
}

// believes tells whether the figures kept, which go by what was believed at the end
// of each day, tell what was so at a point in both times: what was known then, or
// what is known now of a day that is not over; and no change of owner was entered
// since.
func (c *scope) believes(x approval.AsOf) (bool, error) {
	if made, err := c.figured(); err != nil || !made || x.Known.IsZero() {
		return made, err
	}
	if !x.Known.Equal(x.End()) {
		h, err := c.head()
		if err != nil || x.Known.After(x.End()) {
			return false, err
		}
		if size, err := c.sizeAt(x.Known); err != nil || size < h.Size {
			return false, err
		}
	}
	n, err := c.table((*transferRow)(nil), "transfer AS t").Where("t.at >= ? AND t.on_day <= ?", x.Known.UTC(), string(x.On)).Count(c.ctx)
	if err != nil {
		return false, fmt.Errorf("look for later transfers: %w", err)
	}
	return n == 0, nil
}

// sums are the columns of figures added up.
const sums = "SUM(q.total) AS total, SUM(q.approved) AS approved, SUM(q.deployed) AS deployed, SUM(q.confirmed) AS confirmed"

// months starts a query on the whole months before that of a day, days on the days of
// its month up to it.
func (c *scope) months(to law.Day) *bun.SelectQuery {
	return c.figures((*monthRow)(nil)).Where("q.month < ?", month(to))
}

func (c *scope) days(to law.Day) *bun.SelectQuery {
	return c.figures((*figureRow)(nil)).Where("q.day >= ? AND q.day <= ?", month(to)+"-01", string(to))
}

// month is that of a day: 2006-01.
func month(d law.Day) string { return string(d[:len("2006-01")]) }

// believed sums the figures up to a day: whole months, then the days of its own.
func (c *scope) believed(day law.Day) ([]countRow, error) {
	if _, err := law.ParseDay(string(day)); err != nil {
		return nil, nil
	}
	cells := map[countRow]countRow{}
	for _, q := range []*bun.SelectQuery{c.months(day), c.days(day)} {
		var rows []countRow
		if err := q.ColumnExpr("q.owner, q.origin, q.level, "+sums).GroupExpr("q.owner, q.origin, q.level").Scan(c.ctx, &rows); err != nil {
			return nil, fmt.Errorf("sum figures to %s: %w", day, err)
		}
		for _, r := range rows {
			k := countRow{Owner: r.Owner, Origin: r.Origin, Level: r.Level}
			x := cells[k]
			cells[k] = countRow{k.Owner, k.Origin, k.Level, x.Total + r.Total, x.Approved + r.Approved, x.Deployed + r.Deployed, x.Confirmed + r.Confirmed}
		}
	}
	rows := slices.Collect(maps.Values(cells))
	rows = slices.DeleteFunc(rows, func(r countRow) bool { return r.Total == 0 })
	slices.SortFunc(rows, func(a, b countRow) int {
		return cmp.Or(strings.Compare(a.Owner, b.Owner), strings.Compare(a.Origin, b.Origin), a.Level-b.Level)
	})
	return rows, nil
}

// Flows implements approval.Reader.
func (c *scope) Flows(to law.Day, part approval.Part) ([]approval.Flow, error) {
	if _, err := law.ParseDay(string(to)); err != nil {
		return nil, nil
	}
	if c.past != nil {
		kept, err := c.believes(*c.past)
		if err != nil {
			return nil, err
		}
		if !kept {
			return c.flowsThen(to, part)
		}
	}
	out := []approval.Flow{}
	for _, x := range []struct {
		from func(law.Day) *bun.SelectQuery
		day  string
	}{{c.months, "q.month"}, {c.days, "q.day"}} {
		// What is only named on a list counts once it is approved, owner by owner; all
		// else is summed in the order in which it is kept.
		var all, listed []figureRow
		err := partly(x.from(to), part).ColumnExpr(x.day+" AS day, "+sums).Where("q.origin <> ?", string(approval.Listed)).GroupExpr(x.day).OrderExpr(x.day).Scan(c.ctx, &all)
		if err == nil {
			err = partly(x.from(to), part).ColumnExpr(x.day+" AS day, q.owner, q.origin, q.level, "+sums).Where("q.origin = ?", string(approval.Listed)).
				GroupExpr(x.day+", q.owner, q.origin, q.level").Scan(c.ctx, &listed)
		}
		if err != nil {
			return nil, fmt.Errorf("read figures to %s: %w", to, err)
		}
		for _, r := range append(all, listed...) {
			if len(r.Day) == len("2006-01") {
				r.Day += "-01"
			}
			out = append(out, flow(law.Day(r.Day), r))
		}
	}
	slices.SortStableFunc(out, func(a, b approval.Flow) int { return strings.Compare(string(a.Day), string(b.Day)) })
	return out, nil
}

// partly narrows a query on figures to a part.
func partly(q *bun.SelectQuery, p approval.Part) *bun.SelectQuery {
	if p.Owner != "" {
		q = q.Where("q.owner = ?", storable(p.Owner))
	}
	if p.Group != "" {
		q = q.Join("JOIN agency AS g ON g.code = q.owner").Where("g.grp = ?", storable(p.Group))
	}
	if p.Level != nil {
		q = q.Where("q.level = ?", int(*p.Level))
	}
	return q
}

func flow(day law.Day, r figureRow) approval.Flow {
	return approval.Flow{Day: day, Owner: r.Owner, Origin: approval.Origin(r.Origin), Level: law.Level(r.Level), Total: r.Total, Approved: r.Approved, Deployed: r.Deployed, Confirmed: r.Confirmed}
}

// Ahead implements approval.Reader. It sums whole months where it can.
func (c *scope) Ahead(after, to law.Day) (approval.Flow, error) {
	if c.past != nil {
		return c.aheadThen(after, to)
	}
	last := month(to)
	if month(to.AddDays(1)) == last {
		last = month(law.Day(last + "-01").AddDays(-1)) // the month of to is no whole one
	}
	ends := func(m string) law.Day { return law.Day(m + "-01").AddMonths(1).AddDays(-1) }
	parts := []*bun.SelectQuery{c.figures((*figureRow)(nil)).Where("q.day > ? AND q.day <= ?", string(after), string(min(to, ends(month(after)))))}
	if month(after) < month(to) {
		parts = append(parts, c.figures((*monthRow)(nil)).Where("q.month > ? AND q.month <= ?", month(after), last),
			c.figures((*figureRow)(nil)).Where("q.day > ? AND q.day <= ?", string(ends(last)), string(to)))
	}
	var out figureRow
	for _, q := range parts {
		var x figureRow
		if err := q.ColumnExpr("COALESCE(SUM(q.approved), 0) AS approved, COALESCE(SUM(q.deployed), 0) AS deployed").Scan(c.ctx, &x.Approved, &x.Deployed); err != nil {
			return approval.Flow{}, fmt.Errorf("read figures ahead: %w", err)
		}
		out.Approved, out.Deployed = out.Approved+x.Approved, out.Deployed+x.Deployed
	}
	return flow(to, out), nil
}

// MakeFigures counts a register that was kept before there were figures, once.
func (s *Store) MakeFigures(ctx context.Context) error {
	var made bool
	err := s.read(ctx, asker(), func(c *scope) (err error) {
		made, err = c.figured()
		return err
	})
	if err != nil || made {
		return err
	}
	return s.alone(ctx, func(ctx context.Context, tx bun.Tx) error {
		w := s.hand(ctx, tx)
		if made, err := w.figured(); err != nil || made {
			return err
		}
		for _, old := range []any{(*figureRow)(nil), (*monthRow)(nil), (*madeRow)(nil)} { // of acts since the schema grew, of older rules
			if _, err := tx.NewDelete().Model(old).Where("1 = 1").Exec(ctx); err != nil {
				return fmt.Errorf("make figures: %w", err)
			}
		}
		all, err := w.counted()
		if err != nil {
			return err
		}
		w.sums = all
		if err := w.sumAll(); err != nil {
			return err
		}
		return insert(w, []madeRow{{ID: 1, Edition: figuresEdition}})
	})
}

// counted counts every system in scope anew.
func (c *scope) counted() (changes, error) {
	all := changes{}
	for from := int64(math.MinInt64); ; {
		var rows []systemRow
		if err := c.systems(&rows).Where("s.id > ?", from).OrderExpr("s.id").Limit(bulk).Scan(c.ctx); err != nil {
			return nil, fmt.Errorf("read systems: %w", err)
		}
		xs, err := c.assemble(rows)
		if err != nil {
			return nil, err
		}
		for i := range xs {
			all.add(&xs[i], 1)
		}
		if len(rows) < bulk {
			return all, nil
		}
		from = rows[len(rows)-1].ID
	}
}

// figuresKept compares the figures with the systems counted anew.
func (v *check) figuresKept() error {
	if v.unread {
		return nil // said already
	}
	if made, err := v.figured(); err != nil || !made {
		return err
	}
	want, err := v.counted()
	if err != nil {
		return err
	}
	var rows []figureRow
	if err := v.figures(&rows).Scan(v.ctx); err != nil {
		return fmt.Errorf("read figures: %w", err)
	}
	v.figuresAre(rows, want)
	var months []monthRow
	if err := v.figures(&months).Scan(v.ctx); err != nil {
		return fmt.Errorf("read figures by month: %w", err)
	}
	rows = rows[:0]
	for _, r := range months {
		rows = append(rows, figureRow{Day: r.Month, Holder: r.Holder, Owner: r.Owner, Origin: r.Origin, Level: r.Level, Total: r.Total, Approved: r.Approved, Deployed: r.Deployed, Confirmed: r.Confirmed})
	}
	v.figuresAre(rows, want.months())
	return nil
}

// figuresAre compares the rows kept with what they should be.
func (v *check) figuresAre(rows []figureRow, want changes) {
	want = maps.Clone(want)
	for _, r := range rows {
		k := figureKey{r.Day, r.Holder, r.Owner, r.Origin, r.Level}
		w := want[k]
		if w.Total != r.Total || w.Approved != r.Approved || w.Deployed != r.Deployed || w.Confirmed != r.Confirmed {
			v.blame(-1, "figures", "of %s on %s, level %d: %d, %d, %d, %d are kept, %d, %d, %d, %d are so", r.Owner, r.Day, r.Level, r.Total, r.Approved, r.Deployed, r.Confirmed, w.Total, w.Approved, w.Deployed, w.Confirmed)
		}
		delete(want, k)
	}
	for _, r := range want.rows() {
		v.blame(-1, "figures", "of %s on %s, level %d are not kept", r.Owner, r.Day, r.Level)
	}
}
