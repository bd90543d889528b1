package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/law"
)

type delegationRow struct {
	bun.BaseModel `bun:"table:delegation,alias:d"`

	ID string `bun:"id,pk"`
	whoRow
	ToLogin    string    `bun:"to_login"`
	ToPerson   string    `bun:"to_person"`
	Levels     string    `bun:"levels"`
	Systems    string    `bun:"systems"`
	FromDay    string    `bun:"from_day"`
	UntilDay   string    `bun:"until_day"`
	Number     string    `bun:"number"`
	DocumentOn string    `bun:"document_on"`
	At         time.Time `bun:"at"`
}

type delegationEndRow struct {
	bun.BaseModel `bun:"table:delegation_end,alias:x"`

	DelegationID string `bun:"delegation_id,pk"`
	Ground       string `bun:"ground"`
	whoRow
	At time.Time `bun:"at"`
}

func (r delegationRow) delegation() approval.Delegation {
	d := approval.Delegation{ID: r.ID, By: r.who(), To: r.ToLogin, ToPerson: r.ToPerson, Systems: strings.Fields(r.Systems), From: law.Day(r.FromDay), Until: law.Day(r.UntilDay),
		Number: r.Number, DocumentOn: law.Day(r.DocumentOn), At: r.At.UTC()}
	for _, w := range strings.Fields(r.Levels) {
		n, err := strconv.Atoi(w)
		if err != nil {
			n = -1 // no level: it covers nothing
		}
		d.Levels = append(d.Levels, law.Level(n))
	}
	return d
}

// delegations loads delegations with their ends and the accounts of both sides;
// narrow picks which.
func (c *scope) delegations(narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]approval.Delegation, error) {
	var rows []delegationRow
	if err := narrow(c.shared(&rows)).OrderExpr("d.at DESC, d.id").Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load delegations: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	var ids, logins []string
	for _, r := range rows {
		ids, logins = append(ids, r.ID), append(logins, r.Account, r.ToLogin)
	}
	var ends []delegationEndRow
	if err := c.shared(&ends).Where("x.delegation_id IN (?)", bun.List(ids)).Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load withdrawals: %w", err)
	}
	accounts, err := c.accounts(func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("u.login IN (?)", bun.List(logins)) })
	if err != nil {
		return nil, fmt.Errorf("load accounts of delegations: %w", err)
	}
	all := make([]approval.Delegation, len(rows))
	for i, r := range rows {
		d := r.delegation()
		if j := slices.IndexFunc(ends, func(x delegationEndRow) bool { return x.DelegationID == r.ID }); j >= 0 {
			d.End = &approval.Withdrawal{Ground: ends[j].Ground, By: ends[j].who(), At: ends[j].At.UTC()}
		}
		d.Vacant = true
		for _, u := range accounts {
			if u.Login == d.By.Account {
				d.FromName = u.Name
				d.Vacant = u.Disabled() || u.Actor.Person != d.By.Person || u.Actor.Capacity != d.By.Capacity || u.Actor.Body != d.By.Body
			}
			if u.Login == d.To {
				d.ToName = u.Name
			}
		}
		all[i] = d
	}
	return all, nil
}

// Delegation implements approval.Reader and approval.Tx: one that the actor's
// account gave or received, or nothing.
func (c *scope) Delegation(id string) (approval.Delegation, error) {
	all, err := c.delegations(func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("d.id = ?", storable(id)).Where("(d.account = ? OR d.to_login = ?)", c.actor.Account, c.actor.Account)
	})
	if err != nil {
		return approval.Delegation{}, err
	}
	if len(all) == 0 {
		return approval.Delegation{}, approval.ErrNotFound()
	}
	return all[0], nil
}

// DelegationsOf implements approval.DelegationStore.
func (s *Store) DelegationsOf(ctx context.Context, account string) (all []approval.Delegation, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		all, err = c.delegations(func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("(d.account = ? OR d.to_login = ?)", storable(account), storable(account))
		})
		return err
	})
	return all, err
}

// Delegates implements approval.DelegationStore.
func (s *Store) Delegates(ctx context.Context, a approval.Actor) (all []approval.Delegate, err error) {
	err = s.read(ctx, a, func(c *scope) error {
		all, err = c.Delegates()
		return err
	})
	return all, err
}

// Delegates implements approval.DelegationTx. Who only reads, and programs, take
// no capacity.
func (c *scope) Delegates() ([]approval.Delegate, error) {
	rows, err := c.accounts(func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("u.body = ? AND u.person <> ?", c.actor.Body, c.actor.Person).
			Where("u.capacity NOT IN (?)", bun.List([]string{string(approval.Auditor), string(approval.Gateway), string(approval.Keeper), string(approval.Administrator)})).
			Where("u.disabled_at IS NULL")
	})
	if err != nil {
		return nil, fmt.Errorf("load delegates: %w", err)
	}
	all := make([]approval.Delegate, len(rows))
	for i, r := range rows {
		all[i] = approval.Delegate{Login: r.Login, Name: r.Name, Person: r.Actor.Person}
	}
	return all, nil
}

// UpdateDelegations implements approval.DelegationStore.
func (s *Store) UpdateDelegations(ctx context.Context, a approval.Actor, at time.Time, f func(approval.DelegationTx) error) error {
	return s.Update(ctx, a, at, func(tx approval.Tx) error {
		w, ok := tx.(*writing)
		if !ok {
			return errors.New("update delegations: foreign transaction")
		}
		return f(w)
	})
}

// AddDelegation implements approval.DelegationTx.
func (w *writing) AddDelegation(d *approval.Delegation) error {
	levels := make([]string, len(d.Levels))
	for i, l := range d.Levels {
		levels[i] = strconv.Itoa(int(l))
	}
	return insert(w, []delegationRow{{ID: d.ID, whoRow: toWho(d.By), ToLogin: d.To, ToPerson: d.ToPerson, Levels: strings.Join(levels, " "), Systems: strings.Join(d.Systems, " "),
		FromDay: string(d.From), UntilDay: string(d.Until), Number: d.Number, DocumentOn: string(d.DocumentOn), At: d.At}})
}

// EndDelegation implements approval.DelegationTx.
func (w *writing) EndDelegation(d *approval.Delegation) error {
	return insert(w, []delegationEndRow{{DelegationID: d.ID, Ground: d.End.Ground, whoRow: toWho(d.End.By), At: d.End.At}})
}

// lent compares every delegation with its last entry; an end of none is told too.
func (v *check) lent() error {
	all, err := v.delegations(func(q *bun.SelectQuery) *bun.SelectQuery { return q })
	if err != nil {
		return err
	}
	ends := int64(0)
	for i := range all {
		digest, err := approval.Digest(all[i])
		if err != nil {
			return err
		}
		v.record(all[i].Object(), digest)
		if all[i].End != nil {
			ends++
		}
	}
	n, err := v.shared((*delegationEndRow)(nil)).Count(v.ctx)
	if err != nil {
		return fmt.Errorf("count withdrawals: %w", err)
	}
	if n != ends {
		v.blame(-1, "delegation", "%d withdrawals are kept, %d belong to a delegation", n, ends)
	}
	return nil
}
