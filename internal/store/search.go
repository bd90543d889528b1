package store

import (
	"fmt"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
)

// A page of the register is found through the tables of listing.go and places.go,
// so that its cost does not grow with the register: counts by owner, by block and
// by cell tell where it begins, the places of words which systems a text means.
// Where they are not made for the day yet, searchAll looks at every system.

// What a search by words looks at, at most.
const (
	maxFound  = 1000   // systems found
	maxEnding = 500    // systems found of which something runs out
	maxLooked = 20_000 // systems looked at, where places do not tell enough
	stride    = 2000   // of these in one query
	maxNamed  = 500    // systems asked for one by one
)

// Search implements approval.Reader.
func (c *scope) Search(f approval.Filter) (approval.Page, error) {
	if c.past != nil {
		return c.searchThen(f)
	}
	words := searched(f.Text)
	kept, err := c.settled(f.Today, len(words) > 0 && !byCell(f))
	switch {
	case err != nil:
		return approval.Page{}, err
	case !kept:
		return c.searchAll(f)
	case f.Ends != "":
		return c.searchEnds(f)
	case len(words) > 0:
		return c.searchWords(f, words)
	}
	return c.searchCells(f)
}

// alike narrows a query of counts to the cells that f asks for.
func alike(q *bun.SelectQuery, f approval.Filter) *bun.SelectQuery {
	for _, x := range []struct{ column, is string }{{"owner", f.Owner}, {"state", f.State}, {"plan", string(f.Plan)}, {"origin", string(f.Origin)}} {
		if x.is != "" {
			q = q.Where("l.? = ?", bun.Ident(x.column), storable(x.is))
		}
	}
	if f.Level > 0 {
		q = q.Where("l.level = ?", f.Level)
	}
	if f.NoLevel {
		q = q.Where("l.level = 0")
	}
	if f.Counted == "" {
		return q
	}
	const approved = "l.state IN ('approved', 'deployed')"
	q = q.Where("l.state <> 'retired'").Where("(l.origin <> ? OR "+approved+")", string(approval.Listed))
	switch f.Counted {
	case approval.CountedUnapproved:
		return q.Where("NOT " + approved)
	case approval.CountedApproved:
		return q.Where(approved)
	case approval.CountedPart:
		return q.Where(approved).Where("l.plan <> 'full'")
	case approval.CountedDeployed:
		return q.Where("l.plan = 'full'")
	case approval.CountedBehind:
		return q.Where("l.plan <> 'full'")
	case approval.CountedConfirmed:
		return q.Where("l.confirmed")
	case approval.CountedUnconfirmed:
		return q.Where(approved).Where("NOT l.confirmed")
	case approval.CountedAll:
		return q
	}
	return q.Where("1 = 0") // no figure of that name
}

// byCell tells whether a filter asks for some cells only.
func byCell(f approval.Filter) bool {
	return f.Level > 0 || f.NoLevel || f.State != "" || f.Plan != "" || f.Origin != "" || f.Counted != ""
}

// holding is an owner with how many of its systems match.
type holding struct {
	Owner string
	N     int
}

// holdings are the owners of what f asks for, in official order.
func (c *scope) holdings(f approval.Filter) (all []holding, err error) {
	q := alike(c.listing((*tallyRow)(nil)), f).Join("JOIN agency AS g ON g.code = l.owner")
	if f.Group != "" {
		q = q.Where("g.grp = ?", storable(f.Group))
	}
	err = q.ColumnExpr("l.owner, SUM(l.n) AS n").GroupExpr("l.owner, g.grp, g.no, g.code").Having("SUM(l.n) > 0").OrderExpr(official).Scan(c.ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("count register: %w", err)
	}
	return all, nil
}

// searchCells finds a page where no text is asked for: it counts its way to the
// owner in whose systems the page begins.
func (c *scope) searchCells(f approval.Filter) (approval.Page, error) {
	owners, err := c.holdings(f)
	if err != nil {
		return approval.Page{}, err
	}
	p := approval.Page{}
	for _, o := range owners {
		p.Total += o.N
	}
	p.Page = pageIn(f, p.Total)
	var codes []string
	for skip, i := (p.Page-1)*approval.PageSize, 0; i < len(owners) && len(codes) < approval.PageSize; i++ {
		if skip >= owners[i].N {
			skip -= owners[i].N
			continue
		}
		more, err := c.codesOf(owners[i], f, skip, approval.PageSize-len(codes))
		if err != nil {
			return approval.Page{}, err
		}
		codes, skip = append(codes, more...), 0
	}
	p.Rows, err = c.pageOf(codes, f.Today)
	return p, err
}

// codesOf are codes of an owner's systems that match, in order.
func (c *scope) codesOf(o holding, f approval.Filter, skip, limit int) (codes []string, err error) {
	var cells []string
	if byCell(f) {
		if cells, err = c.cellsOf(o.Owner, f); err != nil {
			return nil, err
		}
	}
	first, skip, err := c.blockAt(o.Owner, cells, skip)
	if err != nil {
		return nil, err
	}
	q := c.listing((*listingRow)(nil)).Column("code").Where("l.owner = ? AND l.code >= ?", o.Owner, first).OrderExpr("l.code").Limit(int64(limit)).Offset(int64(skip))
	if byCell(f) {
		if q, err = c.ofCells(q, o, cells); err != nil {
			return nil, err
		}
	}
	if err := q.Scan(c.ctx, &codes); err != nil {
		return nil, fmt.Errorf("find the systems of %s: %w", o.Owner, err)
	}
	return codes, nil
}

// blockAt is the block in which the system stands that comes after skip others of
// some cells, nil for all, and how many of them stand in it before.
func (c *scope) blockAt(owner string, cells []string, skip int) (block string, rest int, err error) {
	if skip == 0 {
		return "", 0, nil
	}
	var blocks []blockRow
	q := c.listing(&blocks).ColumnExpr("l.block, SUM(l.n) AS n").Where("l.owner = ?", owner).GroupExpr("l.block").OrderExpr("l.block")
	if cells != nil {
		q = q.Where("l.cell IN (?)", bun.List(cells))
	}
	if err := q.Scan(c.ctx); err != nil {
		return "", 0, fmt.Errorf("count the systems of %s: %w", owner, err)
	}
	for _, b := range blocks {
		if skip < b.N {
			return b.Block, skip, nil
		}
		skip -= b.N
	}
	return afterWord, 0, nil
}

// cellsOf are the cells of an owner that f asks for.
func (c *scope) cellsOf(owner string, f approval.Filter) (cells []string, err error) {
	if err := alike(c.listing((*tallyRow)(nil)), f).Column("cell").Where("l.owner = ? AND l.n > 0", owner).Scan(c.ctx, &cells); err != nil {
		return nil, fmt.Errorf("find the cells of %s: %w", owner, err)
	}
	return cells, nil
}

// ofCells narrows the systems of an owner to some cells. Few are taken cell by cell
// and sorted; of many, enough are met on the way through all in their order, which a
// column that is computed keeps the planner on.
func (c *scope) ofCells(q *bun.SelectQuery, o holding, cells []string) (*bun.SelectQuery, error) {
	var all int
	if err := c.listing((*tallyRow)(nil)).ColumnExpr("SUM(l.n)").Where("l.owner = ?", o.Owner).Scan(c.ctx, &all); err != nil {
		return nil, fmt.Errorf("count the systems of %s: %w", o.Owner, err)
	}
	const many = 20 // one in so many
	if o.N*many < all {
		return q.Where("l.cell IN (?)", bun.List(cells)), nil
	}
	return q.Where("COALESCE(l.cell, '') IN (?)", bun.List(cells)), nil
}

// searchWords finds a page of the systems in which all words begin a word.
func (c *scope) searchWords(f approval.Filter, words []string) (approval.Page, error) {
	s := sought{f: f}
	var p approval.Page
	if err := s.look(c, words); err != nil {
		return p, err
	}
	var found []string
	var err error
	if s.in == nil { // each begins so many words that enough are met on the way
		found, p.More, err = c.lookThrough(f)
		p.Total = len(found)
	} else {
		found, p.Total, err = c.among(&s)
		p.More, p.Total = p.Total > maxFound, min(p.Total, maxFound)
	}
	if err != nil {
		return p, err
	}
	p.Page = pageIn(f, p.Total)
	from := min((p.Page-1)*approval.PageSize, len(found))
	p.Rows, err = c.pageOf(found[from:min(from+approval.PageSize, len(found))], f.Today)
	return p, err
}

// sought is what a search by words is after.
type sought struct {
	f     approval.Filter
	in    map[string]places // by owner: where the words stand that tell it; nil: none does
	loose []string          // words that begin too many to tell it
}

// look finds the places of words.
func (s *sought) look(c *scope, words []string) error {
	for _, word := range words {
		in, whole, err := c.posts(word, s.f)
		switch {
		case err != nil:
			return err
		case !whole:
			s.loose = append(s.loose, word)
			continue
		case s.in == nil:
			s.in = in
			continue
		}
		for owner, at := range s.in {
			at.both(in[owner])
		}
	}
	return nil
}

// among returns the codes of what is sought, in the order of a list, to the end of
// the page at least, and how many there are, more than maxFound when it did not see
// the end. Where the places tell it all, they are counted there.
func (c *scope) among(s *sought) (found []string, total int, err error) {
	owners, err := c.holdings(approval.Filter{Owner: s.f.Owner, Group: s.f.Group, Level: s.f.Level, NoLevel: s.f.NoLevel, State: s.f.State, Plan: s.f.Plan, Origin: s.f.Origin, Counted: s.f.Counted})
	if err != nil {
		return nil, 0, err
	}
	told, need := len(s.loose) == 0 && !byCell(s.f), maxFound+1
	if told {
		need = min(max(1, s.f.Page), maxFound/approval.PageSize) * approval.PageSize
	}
	looked := 0
	for _, o := range owners {
		n := s.in[o.Owner].count()
		if total += n; n == 0 || len(found) >= need {
			continue
		}
		if looked >= maxLooked {
			return found, maxFound + 1, nil
		}
		part, seen, err := c.amongOf(s, o, n, need-len(found))
		if err != nil {
			return nil, 0, err
		}
		found, looked = append(found, part...), looked+seen
	}
	if !told {
		total = len(found)
	}
	return found, total, nil
}

// amongOf returns the first codes of an owner's systems that are sought, n of which
// stand where the words do, and how many it looked at for them. It goes by the
// places or by the cells, where few are left by one of these, else through all.
func (c *scope) amongOf(s *sought, o holding, n, limit int) (codes []string, seen int, err error) {
	q := c.listing((*listingRow)(nil)).ColumnExpr("l.code, l.no").Where("l.owner = ?", o.Owner).OrderExpr("l.code")
	for _, w := range s.loose {
		q = q.Where("' ' || l.search LIKE ?", "% "+w+"%")
	}
	through := n > maxNamed && (o.N > maxNamed || !byCell(s.f))
	if byCell(s.f) {
		cells, err := c.cellsOf(o.Owner, s.f)
		if err != nil {
			return nil, 0, err
		}
		if n <= maxNamed || through {
			q = q.Where("COALESCE(l.cell, '') IN (?)", bun.List(cells))
		} else {
			q = q.Where("l.cell IN (?)", bun.List(cells))
		}
	}
	if n <= maxNamed {
		q = q.Where("l.no > 0 AND l.no IN (?)", bun.List(s.in[o.Owner].numbers()))
	}
	if !through {
		var rows []listingRow
		if err := q.Scan(c.ctx, &rows); err != nil {
			return nil, 0, fmt.Errorf("search the systems of %s: %w", o.Owner, err)
		}
		return s.those(o.Owner, rows), min(n, o.N), nil
	}
	step := min(stride, 4*limit)
	for after, over := "", false; !over && len(codes) < limit && seen < maxLooked; {
		var rows []listingRow
		if err := q.Clone().Where("l.code > ?", after).Limit(int64(step)).Scan(c.ctx, &rows); err != nil {
			return nil, 0, fmt.Errorf("search the systems of %s: %w", o.Owner, err)
		}
		codes, seen, over = append(codes, s.those(o.Owner, rows)...), seen+step, len(rows) < step
		if !over {
			after = rows[len(rows)-1].Code
		}
	}
	return codes, seen, nil
}

// those are the codes of rows that stand where the words do.
func (s *sought) those(owner string, rows []listingRow) (codes []string) {
	for _, r := range rows {
		if s.in[owner].has(r.No) {
			codes = append(codes, r.Code)
		}
	}
	return codes
}

// searchEnds finds a page of what runs out in a span of days. No counts are kept of
// it: it is counted as far as maxEnding.
func (c *scope) searchEnds(f approval.Filter) (p approval.Page, err error) {
	owners, err := c.holdings(approval.Filter{Owner: f.Owner, Group: f.Group})
	if err != nil {
		return p, err
	}
	var found []string
	for i := 0; i < len(owners) && len(found) <= maxEnding; {
		group, n := []string{owners[i].Owner}, owners[i].N
		for i++; i < len(owners) && n+owners[i].N <= stride; i++ { // small ones together
			group, n = append(group, owners[i].Owner), n+owners[i].N
		}
		var part []string
		err := c.matching((*systemRow)(nil), f).ColumnExpr("s.code").Where("s.owner IN (?)", bun.List(group)).OrderExpr(official+", s.code").Limit(int64(maxEnding+1-len(found))).Scan(c.ctx, &part)
		if err != nil {
			return p, fmt.Errorf("search what runs out: %w", err)
		}
		found = append(found, part...)
	}
	p.More = len(found) > maxEnding
	found = found[:min(len(found), maxEnding)]
	p.Total, p.Page = len(found), pageIn(f, len(found))
	from := min((p.Page-1)*approval.PageSize, len(found))
	p.Rows, err = c.pageOf(found[from:min(from+approval.PageSize, len(found))], f.Today)
	return p, err
}

// lookThrough looks at systems in the order of a list, until enough are found or
// enough were looked at; more tells that it did not see the end.
func (c *scope) lookThrough(f approval.Filter) (found []string, more bool, err error) {
	owners, err := c.holdings(approval.Filter{Owner: f.Owner, Group: f.Group})
	if err != nil {
		return nil, false, err
	}
	looked := 0
	for i := 0; i < len(owners); {
		group, n := []string{owners[i].Owner}, owners[i].N
		for i++; i < len(owners) && n+owners[i].N <= stride; i++ { // small ones together
			group, n = append(group, owners[i].Owner), n+owners[i].N
		}
		for after, over := "", false; !over; {
			if looked >= maxLooked || len(found) > maxFound {
				return found[:min(len(found), maxFound)], true, nil
			}
			var last string
			if n > stride {
				if last, err = c.strideFrom(group[0], after); err != nil {
					return nil, false, err
				}
			}
			q := c.matching((*systemRow)(nil), f).ColumnExpr("s.code").
				Where("s.owner IN (?) AND s.code > ?", bun.List(group), after).OrderExpr(official + ", s.code").Limit(int64(maxFound + 1 - len(found)))
			if over = last == ""; !over {
				q = q.Where("s.code <= ?", last)
			}
			var part []string
			if err := q.Scan(c.ctx, &part); err != nil {
				return nil, false, fmt.Errorf("search register: %w", err)
			}
			found, after, looked = append(found, part...), last, looked+min(n, stride)
		}
	}
	return found[:min(len(found), maxFound)], len(found) > maxFound, nil
}

// strideFrom is the code up to which the next systems of an owner go, "" for all
// that are left.
func (c *scope) strideFrom(owner, after string) (string, error) {
	var last []string
	err := c.listing((*listingRow)(nil)).Column("code").Where("l.owner = ? AND l.code > ?", owner, after).OrderExpr("l.code").Limit(1).Offset(stride-1).Scan(c.ctx, &last)
	if err != nil {
		return "", fmt.Errorf("step through the systems of %s: %w", owner, err)
	}
	if len(last) == 0 {
		return "", nil
	}
	return last[0], nil
}
