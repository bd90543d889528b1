package store

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// shown is what lists show of the systems verified so far, added up.
type shown struct {
	tallies map[tallied]int
	blocks  map[blocked]int
	words   wordSum
}

// blocked names a count of a block.
type blocked struct{ owner, block, cell string }

// blockOf is the block of a code: see the migration.
func blockOf(code string) string {
	at := strings.Index(code, "-") + 1
	serial, n := []rune(code[at:]), 3
	if len(serial) > 0 && serial[0] >= '0' && serial[0] <= '9' {
		n = 2
	}
	return code[:at] + string(serial[:min(n, len(serial))])
}

// wordSum stands for a set of words of systems.
type wordSum struct {
	n   int
	sum uint64
}

func (s *wordSum) add(word, owner string, no int) {
	h := fnv.New64a()
	for _, part := range []string{word, "\x00", owner, "\x00", strconv.Itoa(no)} {
		_, _ = h.Write([]byte(part)) // never fails
	}
	s.n, s.sum = s.n+1, s.sum+h.Sum64()
}

// listings compares what lists show of systems with the records. A row that is to
// be made anew says nothing.
func (v *check) listings(ss []approval.System, rows []systemRow) error {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var have []listingRow
	if len(ids) > 0 {
		if err := v.listing(&have).Where("l.system_id IN (?)", bun.List(ids)).Scan(v.ctx); err != nil {
			return fmt.Errorf("read what lists show: %w", err)
		}
	}
	at := make(map[int64]listingRow, len(have))
	for _, l := range have {
		at[l.SystemID] = l
		if l.Cell != "" {
			v.shown.tallies[tallied{l.Owner, l.Cell}]++
			v.shown.blocks[blocked{l.Owner, blockOf(l.Code), l.Cell}]++
		}
		for _, w := range wordsOf(l.Search) {
			v.shown.words.add(w, l.Owner, l.No)
		}
	}
	for i := range ss {
		l, ok := at[ss[i].ID]
		if ok && l.Due == unsettled {
			continue
		}
		if want := shownOf(&ss[i], rows[i], l); l != want {
			v.blame(-1, approval.SystemObject(ss[i].Code), "lists show %+v, the record gives %+v", l, want)
		}
	}
	return nil
}

// shownOf is what lists show of a record from the day of a row until it is due:
// its columns, which are checked by themselves, and what time alone makes of them.
func shownOf(s *approval.System, r systemRow, l listingRow) listingRow {
	late := law.Day("9000-01-01") // whichever it is after the last act, where no day changes anything
	day := late
	if l.Due != "" {
		day = law.Day(l.Due).AddDays(-1)
	}
	x := look{ID: s.ID, Code: s.Code, Owner: s.Owner, Origin: string(s.Origin), Search: r.Search, State: r.State, Plan: r.Plan,
		Level: cmp.Or(r.Level, r.Proposed), Confirmed: r.Confirmed, UntilDay: r.UntilDay, PlanHolds: r.PlanHolds, No: l.No}
	over := func(last string) bool { return last != "" && last < string(day) }
	approved := r.State == "approved" || r.State == "deployed"
	switch {
	case over(r.UntilDay):
		x.Plan, x.Level, x.Confirmed = string(approval.PlanNone), r.Proposed, false
		if approved {
			x.State = s.Standing(late.Time()).State()
		}
	case over(r.PlanHolds):
		if r.Plan == string(approval.PlanFull) {
			x.Plan = string(approval.PlanPart)
		}
		if r.State == "deployed" {
			x.State = "approved"
		}
	}
	return x.row(day)
}

// listingsKept compares the counts and the words with the rows of systems.
func (v *check) listingsKept() error {
	var tallies []tallyRow
	if err := v.listing(&tallies).Scan(v.ctx); err != nil {
		return fmt.Errorf("read what lists count: %w", err)
	}
	for _, t := range tallies {
		k := tallied{t.Owner, t.Cell}
		if want, err := tallyOf(t.Owner, t.Cell, v.shown.tallies[k]); err != nil || want != t {
			v.blame(-1, "lists", "%+v is counted, %+v is so (%v)", t, want, err)
		}
		delete(v.shown.tallies, k)
	}
	for k, n := range v.shown.tallies {
		v.blame(-1, "lists", "%d of %s that are %q are not counted", n, k.owner, k.cell)
	}
	if err := v.blocksKept(); err != nil {
		return err
	}
	return v.wordsKept()
}

func (v *check) blocksKept() error {
	var rows []blockRow
	if err := v.listing(&rows).Scan(v.ctx); err != nil {
		return fmt.Errorf("read what lists count by code: %w", err)
	}
	for _, r := range rows {
		k := blocked{r.Owner, r.Block, r.Cell}
		if want := v.shown.blocks[k]; want != r.N {
			v.blame(-1, "lists", "%d of %s that are %q are counted, %d are so", r.N, r.Block, r.Cell, want)
		}
		delete(v.shown.blocks, k)
	}
	for k, n := range v.shown.blocks {
		v.blame(-1, "lists", "%d of %s that are %q are not counted", n, k.block, k.cell)
	}
	return nil
}

func (v *check) wordsKept() error {
	var have wordSum
	for from := (postRow{}); ; {
		var rows []postRow
		q := v.listing(&rows).OrderExpr("l.word, l.owner, l.part").Limit(20 * bulk)
		if err := q.Where("(l.word, l.owner, l.part) > (?, ?, ?)", from.Word, from.Owner, from.Part).Scan(v.ctx); err != nil {
			return fmt.Errorf("read words: %w", err)
		}
		for _, r := range rows {
			var p part
			if err := p.read(r.Places); err != nil {
				v.blame(-1, "lists", "the systems of %s in which %q stands: %v", r.Owner, r.Word, err)
			}
			for at := range p.all() {
				have.add(r.Word, r.Owner, r.Part*partLen+at+1)
			}
		}
		if len(rows) < 20*bulk {
			break
		}
		from = rows[len(rows)-1]
	}
	if have != v.shown.words && !v.unread {
		v.blame(-1, "lists", "the words that systems are found by are not those of their names: %d, want %d", have.n, v.shown.words.n)
	}
	return nil
}
