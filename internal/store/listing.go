package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// listingRow is a system as lists show it; see the migration.
type listingRow struct {
	bun.BaseModel `bun:"table:listing,alias:l"`

	SystemID int64  `bun:"system_id,pk"`
	Owner    string `bun:"owner"`
	Code     string `bun:"code"`
	Cell     string `bun:"cell"`
	Search   string `bun:"search"`
	Since    string `bun:"since"`
	Due      string `bun:"due"`
	No       int    `bun:"no"`
}

// unsettled is the due day of a row whose system was written since.
const unsettled = "0"

// tallyRow counts the systems of an owner that look alike.
type tallyRow struct {
	bun.BaseModel `bun:"table:listing_count,alias:l"`

	Owner  string `bun:"owner,pk"`
	Cell   string `bun:"cell,pk"`
	Origin string `bun:"origin"`
	Level  int    `bun:"level"`
	State  string `bun:"state"`
	Plan   string `bun:"plan"`
	N      int    `bun:"n"`

	Confirmed bool `bun:"confirmed"`
}

// blockRow counts those of them whose codes begin alike; triggers keep it.
type blockRow struct {
	bun.BaseModel `bun:"table:listing_block,alias:l"`

	Owner string `bun:"owner,pk"`
	Block string `bun:"block,pk"`
	Cell  string `bun:"cell,pk"`
	N     int    `bun:"n"`
}

// listing starts a query on one of the tables that lists are made from, narrowed
// to the actor's body unless its capacity is national.
func (c *scope) listing(model any) *bun.SelectQuery {
	return c.within(c.db.NewSelect().Model(model), "l.owner = ?0")
}

// look is what a list is to show of a system on a day, and what it shows now.
type look struct {
	ID                                int64
	Code, Owner, Origin, Search       string
	State, Plan, UntilDay, PlanHolds  string
	Level, No                         int
	Confirmed                         bool
	WasOwner, WasCell, WasSearch, Due string
}

// looks reads systems as they look on a day.
func (c *scope) looks(ids []int64, day law.Day) (all []look, err error) {
	d := string(day)
	err = c.systems(&all).Join("JOIN listing AS l ON l.system_id = s.id").
		ColumnExpr("s.id, s.code, s.owner, s.origin, s.search, s.until_day, s.plan_holds, l.owner AS was_owner, l.cell AS was_cell, l.search AS was_search, l.due, l.no").
		ColumnExpr(shownLevel+" AS level", d).ColumnExpr(planExpr+" AS plan", d, d).ColumnExpr(stateExpr+" AS state", d, d).ColumnExpr(confirmedExpr+" AS confirmed", d).
		Where("s.id IN (?)", bun.List(ids)).OrderExpr("s.id").Scan(c.ctx)
	if err != nil {
		return nil, fmt.Errorf("read how systems look: %w", err)
	}
	return all, nil
}

// cell names those that look alike.
func (x *look) cell() string {
	cell := fmt.Sprintf("%s %d %s %s", x.Origin, x.Level, x.State, cmp.Or(x.Plan, noPlan))
	if x.Confirmed {
		cell += confirmed
	}
	return cell
}

const (
	noPlan    = "-"          // stands in a cell for a plan that says nothing
	confirmed = " confirmed" // ends one whose approval somebody confirmed
)

// tallyOf is the count of a cell, n systems of it.
func tallyOf(owner, cell string, n int) (tallyRow, error) {
	t := tallyRow{Owner: owner, Cell: cell, N: n}
	if _, err := fmt.Sscan(cell, &t.Origin, &t.Level, &t.State, &t.Plan); err != nil {
		return t, fmt.Errorf("read the cell %q: %w", cell, err)
	}
	t.Confirmed = strings.HasSuffix(cell, confirmed)
	if t.Plan == noPlan {
		t.Plan = ""
	}
	return t, nil
}

// terms are the last days that have passed and the first that comes of what a
// look rests on: the approval's term and what a plan rests on.
func (x *look) terms(day law.Day) (since, due string) {
	for _, last := range []string{x.UntilDay, x.PlanHolds} {
		switch {
		case last == "":
		case last < string(day):
			since = max(since, string(law.Day(last).AddDays(1)))
		default:
			if next := string(law.Day(last).AddDays(1)); due == "" || next < due {
				due = next
			}
		}
	}
	return since, due
}

// row is what is kept of it.
func (x *look) row(day law.Day) listingRow {
	since, due := x.terms(day)
	return listingRow{SystemID: x.ID, Owner: x.Owner, Code: x.Code, Cell: x.cell(), Search: x.Search, Since: since, Due: due, No: x.No}
}

// wordsOf are the different words of a text that lists are searched by.
func wordsOf(search string) []string {
	words := strings.Fields(search)
	for i, w := range words {
		words[i] = keptWord(w)
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// keptWord is as much of a word as is kept: an index takes no longer ones.
func keptWord(w string) string { return strings.ToValidUTF8(w[:min(len(w), maxWord)], "") }

// settle makes the lists show the systems that this transaction wrote.
func (w *writing) settle() error {
	ids := make([]int64, 0, len(w.touched))
	for _, s := range w.touched {
		ids = append(ids, s.ID)
	}
	slices.Sort(ids)
	return w.wide(func(whole *scope) error {
		for part := range slices.Chunk(ids, bulk) {
			if err := w.settleThese(whole, part, law.DayOf(w.now)); err != nil {
				return err
			}
		}
		return nil
	})
}

// tallied names a count.
type tallied struct{ owner, cell string }

// settleThese makes the lists show systems as on a day.
func (w *writing) settleThese(whole *scope, ids []int64, day law.Day) error {
	all, err := whole.looks(ids, day)
	if err != nil {
		return err
	}
	rows, tallies, posts := make([]listingRow, len(all)), map[tallied]int{}, postings{}
	if err := enumerate(whole, all, posts); err != nil {
		return err
	}
	for i := range all {
		x := &all[i]
		rows[i] = x.row(day)
		if x.WasCell != "" {
			tallies[tallied{x.WasOwner, x.WasCell}]--
		}
		tallies[tallied{x.Owner, rows[i].Cell}]++
	}
	if err := w.putListing(rows, tallies); err != nil {
		return err
	}
	return posts.put(w, whole)
}

// enumerate gives systems that are new to their owner a number, and notes what that
// and other words do to the places of words.
func enumerate(whole *scope, all []look, posts postings) error {
	last := map[string]int{}
	for i := range all {
		x := &all[i]
		if x.WasSearch == x.Search && x.WasOwner == x.Owner && x.No > 0 {
			continue
		}
		if x.No > 0 {
			for _, word := range wordsOf(x.WasSearch) {
				posts.add(word, x.WasOwner, x.No, false)
			}
		}
		if x.No == 0 || x.WasOwner != x.Owner {
			if _, ok := last[x.Owner]; !ok {
				var most []int
				if err := whole.listing((*listingRow)(nil)).Column("no").Where("l.owner = ? AND l.no > 0", x.Owner).OrderExpr("l.no DESC").Limit(1).Scan(whole.ctx, &most); err != nil {
					return fmt.Errorf("number the systems of %s: %w", x.Owner, err)
				}
				last[x.Owner] = 0
				if len(most) > 0 {
					last[x.Owner] = most[0]
				}
			}
			last[x.Owner]++
			x.No = last[x.Owner]
		}
		for _, word := range wordsOf(x.Search) {
			posts.add(word, x.Owner, x.No, true)
		}
	}
	return nil
}

// putListing stores what lists show.
func (w *writing) putListing(rows []listingRow, tallies map[tallied]int) error {
	if len(rows) > 0 {
		_, err := w.db.NewInsert().Model(&rows).On("CONFLICT (system_id) DO UPDATE").
			Set("owner = EXCLUDED.owner, cell = EXCLUDED.cell, search = EXCLUDED.search, since = EXCLUDED.since, due = EXCLUDED.due, no = EXCLUDED.no").Exec(w.ctx)
		if err != nil {
			return fmt.Errorf("keep what lists show: %w", err)
		}
	}
	var counts []tallyRow
	for k, n := range tallies {
		if n == 0 {
			continue
		}
		t, err := tallyOf(k.owner, k.cell, n)
		if err != nil {
			return err
		}
		counts = append(counts, t)
	}
	if len(counts) > 0 {
		if _, err := w.db.NewInsert().Model(&counts).On("CONFLICT (owner, cell) DO UPDATE").Set("n = l.n + EXCLUDED.n").Exec(w.ctx); err != nil {
			return fmt.Errorf("count what lists show: %w", err)
		}
	}
	return nil
}

// Settle makes the lists show as on the day of at what they do not yet: what a day
// alone has changed, and what a program wrote that did not know them. It returns
// how many systems that were.
func (s *Store) Settle(ctx context.Context, at time.Time) (n int, err error) {
	day := law.DayOf(at)
	for {
		var ids []int64
		err := s.read(ctx, asker(), func(c *scope) error {
			err := c.listing((*listingRow)(nil)).Column("system_id").Where("l.due <> '' AND l.due <= ?", string(day)).OrderExpr("l.due").Limit(bulk).Scan(c.ctx, &ids)
			if err == nil && len(ids) == 0 {
				err = c.listing((*listingRow)(nil)).Column("system_id").Where("l.no = 0").Limit(bulk).Scan(c.ctx, &ids)
			}
			return err
		})
		if err != nil || len(ids) == 0 {
			return n, err
		}
		err = s.alone(ctx, func(ctx context.Context, tx bun.Tx) error {
			w := s.hand(ctx, tx)
			w.now = at
			return w.settleThese(&w.scope, ids, day)
		})
		if err != nil {
			return n, fmt.Errorf("settle what lists show: %w", err)
		}
		n += len(ids)
	}
}

// settled tells whether the actor's lists can be taken as they are kept for a day;
// byWord asks for their words alone.
func (c *scope) settled(day law.Day, byWord bool) (bool, error) {
	limit := string(day)
	if byWord {
		limit = unsettled
	}
	var not []int64
	err := c.listing((*listingRow)(nil)).Column("system_id").Where("l.due <> '' AND l.due <= ?", limit).Limit(1).Scan(c.ctx, &not)
	if err == nil && len(not) == 0 {
		err = c.listing((*listingRow)(nil)).Column("system_id").Where("l.no = 0").Limit(1).Scan(c.ctx, &not)
	}
	if err == nil && len(not) == 0 && !byWord {
		err = c.listing((*listingRow)(nil)).Column("system_id").Where("l.since <> '' AND l.since > ?", limit).Limit(1).Scan(c.ctx, &not)
	}
	if err != nil {
		return false, fmt.Errorf("ask how lists stand: %w", err)
	}
	return len(not) == 0, nil
}

// pageOf returns the rows of a list for systems, in the order of codes.
func (c *scope) pageOf(codes []string, day law.Day) ([]approval.Row, error) {
	if len(codes) == 0 {
		return nil, nil
	}
	var rows []listRow
	if err := c.lines(&rows, approval.Filter{Today: day}).Where("s.code IN (?)", bun.List(codes)).Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("read a page of the register: %w", err)
	}
	at := make(map[string]listRow, len(rows))
	for _, r := range rows {
		at[r.Code] = r
	}
	out := make([]approval.Row, 0, len(rows))
	for _, code := range codes {
		if r, ok := at[code]; ok {
			out = append(out, r.row())
		}
	}
	return out, nil
}
