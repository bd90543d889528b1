package store

import (
	"fmt"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
)

// A page of the register is found through the tables of listing.go, so that its
// cost does not grow with the register: counts by owner and cell tell where it
// begins, words tell which systems a text may mean. Where they are not made for
// the day yet, searchAll looks at every system.

// What a search by words looks at, at most.
const (
	maxForms  = 32     // words that begin alike
	maxRare   = 3000   // systems of a word that is looked up; a commoner one is met soon enough on the way
	maxFound  = 1000   // systems counted of words that are all common
	maxLooked = 20_000 // systems looked at for them
	stride    = 2000   // of these in one query
)

// Search implements approval.Reader.
func (c *scope) Search(f approval.Filter) (approval.Page, error) {
	if c.past != nil {
		return c.searchThen(f)
	}
	words := searched(f.Text)
	kept, err := c.settled(f.Today, len(words) > 0)
	switch {
	case err != nil:
		return approval.Page{}, err
	case !kept || f.Counted != "" || f.Ends != "": // of these no counts are kept
		return c.searchAll(f)
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
	return q
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
	q := c.listing((*listingRow)(nil)).Column("code").Where("l.owner = ?", o.Owner).OrderExpr("l.code").Limit(int64(limit)).Offset(int64(skip))
	if f.Level > 0 || f.NoLevel || f.State != "" || f.Plan != "" || f.Origin != "" {
		if q, err = c.ofCells(q, o, f); err != nil {
			return nil, err
		}
	}
	if err := q.Scan(c.ctx, &codes); err != nil {
		return nil, fmt.Errorf("find the systems of %s: %w", o.Owner, err)
	}
	return codes, nil
}

// ofCells narrows the systems of an owner to the cells that f asks for. Few are
// taken cell by cell and sorted; of many, enough are met on the way through all
// in their order, which a column that is computed keeps the planner on.
func (c *scope) ofCells(q *bun.SelectQuery, o holding, f approval.Filter) (*bun.SelectQuery, error) {
	var cells []string
	if err := alike(c.listing((*tallyRow)(nil)), f).Column("cell").Where("l.owner = ? AND l.n > 0", o.Owner).Scan(c.ctx, &cells); err != nil {
		return nil, fmt.Errorf("find the cells of %s: %w", o.Owner, err)
	}
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

// searchWords finds a page of the systems in which all words begin a word. Where
// one of them is rare, it names the systems to look at; where none is, they are
// looked through in their order, as far as it goes.
func (c *scope) searchWords(f approval.Filter, words []string) (approval.Page, error) {
	var p approval.Page
	var maybe []string
	rare := false
	for _, w := range words {
		codes, few, err := c.haveWord(w, f.Owner)
		if err != nil {
			return p, err
		}
		if few && (!rare || len(codes) < len(maybe)) {
			maybe, rare = codes, true
		}
	}
	var found []string
	var err error
	if rare {
		found, err = c.among(maybe, f)
	} else {
		found, p.More, err = c.lookThrough(f)
	}
	if err != nil {
		return p, err
	}
	p.Total, p.Page = len(found), pageIn(f, len(found))
	from := min((p.Page-1)*approval.PageSize, len(found))
	p.Rows, err = c.pageOf(found[from:min(from+approval.PageSize, len(found))], f.Today)
	return p, err
}

// haveWord returns the codes of the systems in which a word begins one; few tells
// whether these are all.
func (c *scope) haveWord(word, owner string) (codes []string, few bool, err error) {
	forms, few, err := c.forms(word)
	if err != nil || !few || len(forms) == 0 {
		return nil, few, err
	}
	q := c.listing((*wordRow)(nil)).ColumnExpr("DISTINCT l.code").Where("l.word IN (?)", bun.List(forms)).Limit(maxRare + 1)
	if owner != "" {
		q = q.Where("l.owner = ?", storable(owner))
	}
	if err := q.Scan(c.ctx, &codes); err != nil {
		return nil, false, fmt.Errorf("look up a word: %w", err)
	}
	return codes, len(codes) <= maxRare, nil
}

// forms are the words of the whole register that begin with another; few tells
// whether these are all.
func (c *scope) forms(begin string) (all []string, few bool, err error) {
	err = c.wide(func(whole *scope) error {
		for last := begin; len(all) < maxForms; {
			var next []string
			op := "l.word > ?"
			if len(all) == 0 {
				op = "l.word >= ?"
			}
			err := whole.listing((*wordRow)(nil)).Column("word").Where(op, last).Where("l.word < ?", begin+afterWord).OrderExpr("l.word").Limit(1).Scan(whole.ctx, &next)
			if err != nil {
				return fmt.Errorf("look up words: %w", err)
			}
			if len(next) == 0 {
				return nil
			}
			last = next[0]
			all = append(all, last)
		}
		return nil
	})
	return all, len(all) < maxForms, err
}

// afterWord sorts after whatever a word may go on with.
const afterWord = "\U0010FFFF"

// among returns those of the codes that match, in the order of a list.
func (c *scope) among(codes []string, f approval.Filter) (found []string, err error) {
	if len(codes) == 0 {
		return nil, nil
	}
	err = c.matching((*systemRow)(nil), f).ColumnExpr("s.code").
		Where("s.code IN (?)", bun.List(codes)).OrderExpr(official+", s.code").Scan(c.ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("search register: %w", err)
	}
	return found, nil
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
