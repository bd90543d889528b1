package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/identity"
)

type requestRow struct {
	bun.BaseModel `bun:"table:account_request,alias:q"`

	ID     string `bun:"id,pk"`
	Kind   string `bun:"kind"`
	Login  string `bun:"login"`
	Change string `bun:"change"` // JSON
	Ground string `bun:"ground"`
	whoRow
	At time.Time `bun:"at"`
}

type requestAnswerRow struct {
	bun.BaseModel `bun:"table:account_answer,alias:x"`

	RequestID string `bun:"request_id,pk"`
	Outcome   string `bun:"outcome"`
	whoRow
	At time.Time `bun:"at"`
}

// requests loads what administrators asked for, latest first; narrow picks which.
func (c *scope) requests(narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]identity.Request, error) {
	var rows []requestRow
	if err := narrow(c.shared(&rows)).OrderExpr("q.at DESC, q.id").Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load account requests: %w", err)
	}
	var answers []requestAnswerRow
	if err := c.shared(&answers).Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load account answers: %w", err)
	}
	all := make([]identity.Request, len(rows))
	for i, r := range rows {
		all[i] = identity.Request{ID: r.ID, Kind: r.Kind, Login: r.Login, Ground: r.Ground, By: r.who(), At: r.At.UTC()}
		if err := json.Unmarshal([]byte(r.Change), &all[i].Change); err != nil {
			return nil, fmt.Errorf("load account request %s: %w", r.ID, err)
		}
		if err := c.told(&all[i]); err != nil {
			return nil, err
		}
		if j := slices.IndexFunc(answers, func(x requestAnswerRow) bool { return x.RequestID == r.ID }); j >= 0 {
			all[i].Answer = &identity.Answer{Outcome: answers[j].Outcome, By: answers[j].who(), At: answers[j].At.UTC()}
		}
	}
	return all, nil
}

// Requests implements identity.Acts.
func (s *Store) Requests(ctx context.Context) (all []identity.Request, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		all, err = c.requests(func(q *bun.SelectQuery) *bun.SelectQuery { return q })
		return err
	})
	return all, err
}

// Request implements identity.Tx.
func (t accountTx) Request(id string) (identity.Request, bool, error) {
	all, err := t.requests(func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("q.id = ?", storable(id)) })
	if err != nil || len(all) == 0 {
		return identity.Request{}, false, err
	}
	return all[0], true, nil
}

// PutRequest implements identity.Tx.
func (t accountTx) PutRequest(r identity.Request) error {
	if r.Answer != nil {
		return insert(t.writing, []requestAnswerRow{{RequestID: r.ID, Outcome: r.Answer.Outcome, whoRow: toWho(r.Answer.By), At: r.Answer.At}})
	}
	change, err := json.Marshal(r.Change)
	if err != nil {
		return fmt.Errorf("put account request: %w", err)
	}
	if err := t.beside(r.Login, r.Beside); err != nil {
		return err
	}
	return insert(t.writing, []requestRow{{ID: r.ID, Kind: r.Kind, Login: r.Login, Change: string(change), Ground: cmp.Or(r.GroundAs, r.Ground), whoRow: toWho(r.By), At: r.At}})
}

// requestsKept compares every request with its last entry; an answer to none is
// told too.
func (v *check) requestsKept() error {
	all, err := v.requests(func(q *bun.SelectQuery) *bun.SelectQuery { return q })
	if err != nil {
		return err
	}
	answered := int64(0)
	for i := range all {
		digest, err := all[i].Digest()
		if err != nil {
			return err
		}
		v.record(all[i].Object(), digest)
		v.named(all[i].Login, all[i].GroundAs)
		v.named(all[i].Login, all[i].Change.NameAs)
		if all[i].Answer != nil {
			answered++
		}
	}
	n, err := v.shared((*requestAnswerRow)(nil)).Count(v.ctx)
	if err != nil {
		return fmt.Errorf("count account answers: %w", err)
	}
	if n != answered {
		v.blame(-1, "account-request", "%d answers are kept, %d belong to a request", n, answered)
	}
	return nil
}
