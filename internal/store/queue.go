package store

import (
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Pending implements approval.Reader. Where too many systems wait to be looked at,
// they are looked at by kind: whose a kind is the law tells by level, sector and rule
// set, so that one of which the first few are not the actor's is left.
func (c *scope) Pending(limit int, mine func(*approval.System) bool) (own []approval.System, more bool, err error) {
	if c.past != nil {
		return c.pendingThen(limit, mine)
	}
	var ids []int64
	if err := c.systems((*systemRow)(nil)).Column("s.id").Where("s.pending = ?", true).OrderExpr("s.id").Limit(int64(limit)+1).Scan(c.ctx, &ids); err != nil {
		return nil, false, fmt.Errorf("load pending: %w", err)
	}
	if more = len(ids) > limit; more {
		if ids, err = c.kindsOf(limit, mine); err != nil {
			return nil, false, err
		}
	}
	own, err = c.byID(ids)
	return slices.DeleteFunc(own, func(s approval.System) bool { return !mine(&s) }), more, err
}

// waits is a kind of systems that wait: for an act on a dossier in a state, or with
// "" for the confirmation of an approval, at a level.
type waits struct {
	state  approval.DossierState
	level  law.Level
	sector law.Sector  // "" is any
	rules  law.RuleSet // of the dossier; "" is any
}

// finer are the kinds that a kind is made of.
func (k waits) finer() (all []waits) {
	rules := []law.RuleSet{law.R85, law.R331}
	if k.state == "" {
		rules = []law.RuleSet{""}
	}
	for _, sector := range []law.Sector{law.SectorCivil, law.SectorDefence, law.SectorPublicSecurity, law.SectorCipher} {
		for _, r := range rules {
			all = append(all, waits{k.state, k.level, sector, r})
		}
	}
	return all
}

// kindsOf are the systems that wait longest of every kind that may be the actor's,
// limit of them in all.
func (c *scope) kindsOf(limit int, mine func(*approval.System) bool) (ids []int64, err error) {
	var kinds []waits
	for _, state := range []approval.DossierState{"", approval.Submitted, approval.Opined, approval.Returned, approval.Appraised} {
		for level := law.Level(0); level <= 5; level++ {
			kinds = append(kinds, waits{state: state, level: level})
		}
	}
	ids, long, others, err := c.tell(kinds, mine)
	if err != nil {
		return nil, err
	}
	kinds = nil
	for _, k := range others {
		kinds = append(kinds, k.finer()...)
	}
	few, more, _, err := c.tell(kinds, mine)
	if err != nil {
		return nil, err
	}
	ids, long = append(ids, few...), append(long, more...)
	for _, k := range long {
		some, err := c.longest(k, limit/len(long))
		if err != nil {
			return nil, err
		}
		ids = append(ids, some...)
	}
	return ids, nil
}

// tell tells by the first few of each kind whose it is: ids are the systems of kinds
// of no more than those, long the kinds of more of which one is the actor's, others
// those of which none is.
func (c *scope) tell(kinds []waits, mine func(*approval.System) bool) (ids []int64, long, others []waits, err error) {
	const first = 8
	heads := make([][]int64, len(kinds))
	var all []int64
	for i, k := range kinds {
		if heads[i], err = c.longest(k, first); err != nil {
			return nil, nil, nil, err
		}
		all = append(all, heads[i]...)
	}
	some, err := c.byID(all)
	if err != nil {
		return nil, nil, nil, err
	}
	his := map[int64]bool{}
	for i := range some {
		his[some[i].ID] = mine(&some[i])
	}
	for i, head := range heads {
		switch {
		case len(head) < first:
			ids = append(ids, slices.DeleteFunc(head, func(id int64) bool { return !his[id] })...)
		case slices.ContainsFunc(head, func(id int64) bool { return his[id] }):
			long = append(long, kinds[i])
		default:
			others = append(others, kinds[i])
		}
	}
	return ids, long, others, nil
}

// longest are the systems of a kind that wait longest.
func (c *scope) longest(k waits, n int) (ids []int64, err error) {
	var q *bun.SelectQuery
	if k.state == "" {
		q = c.systems((*systemRow)(nil)).Column("s.id").Where("s.confirmed = ? AND s.level = ?", false, k.level).OrderExpr("s.id")
	} else {
		q = c.table((*dossierRow)(nil), "dossier AS t").ColumnExpr("t.system_id").Where("t.state = ? AND t.level = ?", string(k.state), k.level).OrderExpr("t.submitted_at, t.system_id")
	}
	if k.sector != "" {
		q = q.Where("s.sector = ?", string(k.sector))
	}
	if k.rules != "" {
		q = q.Where("t.rules = ?", string(k.rules))
	}
	if err := q.Where("s.pending = ?", true).Limit(int64(n)).Scan(c.ctx, &ids); err != nil {
		return nil, fmt.Errorf("load pending: %w", err)
	}
	return ids, nil
}
