package store

import (
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Pending implements approval.Reader. Where too many systems wait to be looked at,
// they are looked at by kind: whose a kind is the law tells alike for all of it, so
// that one of which the first few are not the actor's is left.
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
	state approval.DossierState
	level law.Level
}

// kindsOf are the systems that wait longest of every kind that may be the actor's,
// limit of them in all.
func (c *scope) kindsOf(limit int, mine func(*approval.System) bool) (ids []int64, err error) {
	const first = 8 // of a kind, by which one tells whose it is
	heads := map[waits][]int64{}
	for _, state := range []approval.DossierState{"", approval.Submitted, approval.Opined, approval.Returned, approval.Appraised} {
		for level := law.Level(0); level <= 5; level++ {
			k := waits{state, level}
			if heads[k], err = c.longest(k, first); err != nil {
				return nil, err
			}
			ids = append(ids, heads[k]...)
		}
	}
	some, err := c.byID(ids)
	if err != nil {
		return nil, err
	}
	his := map[int64]bool{}
	for i := range some {
		his[some[i].ID] = mine(&some[i])
	}
	ids = ids[:0]
	var long []waits
	for k, head := range heads {
		switch {
		case !slices.ContainsFunc(head, func(id int64) bool { return his[id] }):
		case len(head) < first:
			ids = append(ids, head...)
		default:
			long = append(long, k)
		}
	}
	for _, k := range long {
		some, err := c.longest(k, limit/len(long))
		if err != nil {
			return nil, err
		}
		ids = append(ids, some...)
	}
	return ids, nil
}

// longest are the systems of a kind that wait longest.
func (c *scope) longest(k waits, n int) (ids []int64, err error) {
	var q *bun.SelectQuery
	if k.state == "" {
		q = c.systems((*systemRow)(nil)).Column("s.id").Where("s.confirmed = ? AND s.level = ?", false, k.level).OrderExpr("s.id")
	} else {
		q = c.table((*dossierRow)(nil), "dossier AS t").ColumnExpr("t.system_id").Where("t.state = ? AND t.level = ?", string(k.state), k.level).OrderExpr("t.submitted_at, t.system_id")
	}
	if err := q.Where("s.pending = ?", true).Limit(int64(n)).Scan(c.ctx, &ids); err != nil {
		return nil, fmt.Errorf("load pending: %w", err)
	}
	return ids, nil
}
