package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/law"
	"capdo/internal/ledger"
	"capdo/internal/plan"
	"capdo/internal/statement"
)

// At returns the register as it was at a point in both times, whose Known is set:
// it answers what the store answers, from what was recorded by then of what was
// so by the end of the day, and takes no act. A body sees what it held on that day,
// as far as it holds it still. What came to it later was another's then, and as
// absent as that was. What it handed on since is another's today: what was known of
// it then (what lacks in its plan) may be so still, and the walls of today, in the
// database as well, keep it from everybody but its owner and who sees the country.
func (s *Store) At(x approval.AsOf) *Store {
	return &Store{w: s.w, r: s.r, e: s.e, safe: s.safe, past: &x}
}

// errPast refuses an act on the register as it was.
func errPast() error {
	return &approval.Refusal{Kind: approval.Conflict, Findings: []approval.Finding{{Rule: "past-is-read-only", Says: law.Text{
		VI: "Đây là sổ đăng ký của một ngày đã qua; trở về hiện tại để thực hiện thao tác.", EN: "This is the register of a day that is over; go back to now to act."}}}}
}

// there keeps of a query on system AS s what was on the register then.
func (c *scope) there(q *bun.SelectQuery) *bun.SelectQuery {
	if c.past == nil {
		return q
	}
	return q.Where("s.registered_at < ? AND (s.registered_at < ? OR s.started_on <> '' AND s.started_on <= ?)", c.past.Limit().UTC(), c.past.End().UTC(), string(c.past.On))
}

// owned is the predicate of the tenant on system AS s: those its body holds, and held
// then; see within.
func (c *scope) owned() string {
	const now = "s.owner = ?0"
	if c.past == nil {
		return now
	}
	return now + " AND COALESCE((SELECT h.from_agency FROM transfer AS h WHERE h.system_id = s.id AND (h.on_day > ?1 OR h.at >= ?2) ORDER BY h.no LIMIT 1), s.owner) = ?0"
}

// by keeps of a query the rows recorded by then, by the column of what has one date
// only.
func (c *scope) by(q *bun.SelectQuery, at string) *bun.SelectQuery {
	if c.past == nil {
		return q
	}
	return q.Where("? < ?", bun.Safe(at), c.past.Least().UTC())
}

// then takes systems back to how they were. What was written into their dossiers
// since is taken back first: a draft overwrites, its saves do not.
func (c *scope) then(all []approval.System, ids []int64) error {
	if c.past == nil || len(all) == 0 {
		return nil
	}
	var rows []fieldSaveRow
	err := c.table(&rows, "field_save AS t").Where("t.system_id IN (?)", bun.List(ids)).Where("t.at >= ?", c.past.Least().UTC()).OrderExpr("t.system_id, t.dossier_no, t.field, t.version").Scan(c.ctx)
	if err != nil {
		return fmt.Errorf("load saves since: %w", err)
	}
	codes := make(map[int64]string, len(ids))
	for i, id := range ids {
		codes[id] = all[i].Code
	}
	since := map[int64][]approval.FieldSave{}
	for _, r := range rows {
		if err := c.unveil(codes[r.SystemID], &r); err != nil {
			return err
		}
		since[r.SystemID] = append(since[r.SystemID], r.save())
	}
	for i := range all {
		all[i].Unsay(since[ids[i]])
		all[i] = all[i].Then(*c.past)
	}
	return nil
}

// sizeAt is how many entries the ledger had before an instant. Entries bear the
// clock readings of their acts, which come in order but for acts at one moment.
func (c *scope) sizeAt(limit time.Time) (int64, error) {
	h, err := c.head()
	if err != nil {
		return 0, err
	}
	near := sort.Search(int(h.Size), func(i int) bool {
		if err != nil {
			return true
		}
		var es []approval.Entry
		if es, err = c.entriesFrom(int64(i), 1); err != nil || len(es) == 0 {
			return true
		}
		return !es[0].At.Before(limit)
	})
	if err != nil {
		return 0, err
	}
	es, err := c.entriesFrom(int64(near), bulk)
	size := int64(near)
	for _, e := range es {
		if e.At.Before(limit) {
			size = e.Seq + 1
		}
	}
	return size, err
}

// entriesFrom decodes entries of the ledger.
func (c *scope) entriesFrom(seq int64, most int) ([]approval.Entry, error) {
	var rows []entryRow
	if err := c.shared(&rows).Where("e.seq >= ?", seq).OrderExpr("e.seq").Limit(int64(most)).Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("read entries from %d: %w", seq, err)
	}
	es := make([]approval.Entry, len(rows))
	for i, r := range rows {
		if err := json.Unmarshal(r.Bytes, &es[i]); err != nil {
			return nil, fmt.Errorf("decode entry %d: %w", r.Seq, err)
		}
	}
	return es, nil
}

// headThen is the size and root of the ledger then.
func (c *scope) headThen() (approval.Head, error) {
	size, err := c.sizeAt(c.past.Limit())
	if err != nil {
		return approval.Head{}, err
	}
	root, err := ledger.Root(size, Tree{size, c})
	return approval.Head{Size: size, Root: ledger.Hex(root)}, err
}

// Founded is the first instant after the entries with which the register was
// founded: those before the first act of an official. Of the days before nobody
// believed anything here; what is known of them is what was brought in.
func (s *Store) Founded(ctx context.Context) (at time.Time, err error) {
	if t := s.founded.Load(); t != nil {
		return *t, nil
	}
	err = s.read(ctx, asker(), func(c *scope) error {
		for seq := int64(0); ; {
			es, err := c.entriesFrom(seq, bulk)
			if err != nil {
				return err
			}
			for _, e := range es {
				switch e.By.Capacity {
				case approval.Keeper, approval.Administrator, "":
					at = e.At.Add(time.Microsecond)
				default:
					s.founded.Store(&at)
					return nil
				}
			}
			if len(es) < bulk {
				return nil
			}
			seq += int64(len(es))
		}
	})
	return at, err
}

// LastEntry returns the latest entry of the register as this store reads it; false
// when there is none.
func (s *Store) LastEntry(ctx context.Context) (e approval.Entry, found bool, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		h, err := c.Head()
		if err != nil || h.Size == 0 {
			return err
		}
		es, err := c.entriesFrom(h.Size-1, 1)
		if err == nil && len(es) == 1 {
			e, found = es[0], true
		}
		return err
	})
	return e, found, err
}

// agenciesThen takes the agencies back to how they were entered then.
func (c *scope) agenciesThen(as []approval.Agency) ([]approval.Agency, error) {
	size, err := c.sizeAt(c.past.Limit())
	if err != nil {
		return nil, err
	}
	var rows []entryRow
	if err := c.shared(&rows).Where("e.seq >= ?", size).Where("e.object LIKE 'agency:%'").OrderExpr("e.seq DESC").Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("read what became of agencies: %w", err)
	}
	for _, r := range rows {
		var e approval.Entry
		if err := json.Unmarshal(r.Bytes, &e); err != nil {
			return nil, fmt.Errorf("decode entry %d: %w", r.Seq, err)
		}
		i := slices.IndexFunc(as, func(a approval.Agency) bool { return a.Object() == e.Object })
		if i < 0 {
			continue
		}
		if e.Before == "" {
			as = slices.Delete(as, i, i+1)
			continue
		}
		as[i] = as[i].Before(e)
	}
	return as, nil
}

// entriesThen keeps the entries made then.
func (c *scope) entriesThen(es []approval.Entry) []approval.Entry {
	if c.past == nil {
		return es
	}
	return slices.DeleteFunc(es, func(e approval.Entry) bool { return !e.At.Before(c.past.Least()) })
}

// planThen takes a plan, and the documents behind it, back to how they were.
func (c *scope) planThen(p plan.Plan) plan.Plan {
	if c.past == nil {
		return p
	}
	return p.Then(*c.past)
}

// documentThen tells whether a document was there, and keeps what had happened to
// it.
func (c *scope) documentThen(d *attachment.Document) bool {
	if c.past == nil {
		return true
	}
	d.Events = slices.DeleteFunc(d.Events, func(e attachment.Event) bool { return !e.At.Before(c.past.Least()) })
	return d.At.Before(c.past.Least())
}

// statementThen tells whether a statement was there, and keeps what had been said
// of it.
func (c *scope) statementThen(s *statement.Statement) bool {
	if c.past == nil {
		return true
	}
	s.Notes = slices.DeleteFunc(s.Notes, func(n statement.Note) bool { return !n.At.Before(c.past.Limit()) })
	return s.At.Before(c.past.Limit())
}

// searchThen is Search in the register as it was: the columns kept for lists are
// those of today, so that each system in reach is looked at.
func (c *scope) searchThen(f approval.Filter) (approval.Page, error) {
	rows, err := c.rowsThen(f)
	p := approval.Page{Total: len(rows), Page: min(max(1, f.Page), len(rows)/approval.PageSize+1)}
	from := (p.Page - 1) * approval.PageSize
	p.Rows = rows[from:min(len(rows), from+approval.PageSize)]
	return p, err
}

// rowsThen are the lines of the register as it was that f asks for, in official
// order.
func (c *scope) rowsThen(f approval.Filter) ([]approval.Row, error) {
	as, err := c.Agencies()
	if err != nil {
		return nil, err
	}
	order := map[string]int{}
	for i, a := range as {
		order[a.Code] = i
	}
	var rows []approval.Row
	err = c.each(func(s approval.System) error {
		st := s.Standing(c.past.Last())
		if !st.Registered || !f.Takes(&s, st) {
			return nil
		}
		r := approval.RowOf(&s, st)
		i, ok := order[r.Owner]
		if f.Group != "" && (!ok || as[i].Group != f.Group) {
			return nil
		}
		if ok {
			r.OwnerName = as[i].On(c.past.On).Name
		}
		rows = append(rows, r)
		return nil
	})
	slices.SortStableFunc(rows, func(a, b approval.Row) int {
		if a.Owner != b.Owner {
			return order[a.Owner] - order[b.Owner]
		}
		if a.Code < b.Code {
			return -1
		}
		return 1
	})
	return rows, err
}

// pendingThen is Pending in the register as it was.
func (c *scope) pendingThen(limit int, mine func(*approval.System) bool) (own []approval.System, more bool, err error) {
	err = c.each(func(s approval.System) error {
		switch {
		case !project(&s, c.past.Last()).Pending || !mine(&s):
		case len(own) == limit:
			more = true
		default:
			own = append(own, s)
		}
		return nil
	})
	return own, more, err
}

// aheadThen is Ahead in the register as it was, from what each system held for the
// days to come.
func (c *scope) aheadThen(after, to law.Day) (approval.Flow, error) {
	all, out := changes{}, approval.Flow{Day: to}
	err := c.each(func(s approval.System) error {
		all.add(&s, 1)
		return nil
	})
	for k, r := range all {
		if day := law.Day(k.day); day > after && day <= to {
			out.Approved, out.Deployed = out.Approved+r.Approved, out.Deployed+r.Deployed
		}
	}
	return out, err
}

// flowsThen is Flows in the register as it was, from each system.
func (c *scope) flowsThen(to law.Day, part approval.Part) ([]approval.Flow, error) {
	as, err := c.Agencies()
	if err != nil {
		return nil, err
	}
	groups := map[string]string{}
	for _, a := range as {
		groups[a.Code] = a.Group
	}
	all := changes{}
	err = c.each(func(s approval.System) error {
		all.add(&s, 1)
		return nil
	})
	out := []approval.Flow{}
	for _, r := range all.rows() {
		if r.Day > string(to) || !c.mine(r.Owner) || part.Owner != "" && r.Owner != part.Owner || part.Group != "" && groups[r.Owner] != part.Group || part.Level != nil && r.Level != int(*part.Level) {
			continue
		}
		out = append(out, flow(law.Day(r.Day), r))
	}
	slices.SortStableFunc(out, func(a, b approval.Flow) int { return strings.Compare(string(a.Day), string(b.Day)) })
	return out, err
}
