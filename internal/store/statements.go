package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/statement"
)

type statementRow struct {
	bun.BaseModel `bun:"table:statement,alias:t"`

	ID     string `bun:"id,pk"`
	Agency string `bun:"agency"`
	OnDay  string `bun:"on_day"`
	Body   string `bun:"body"` // without the notes
}

type statementNoteRow struct {
	bun.BaseModel `bun:"table:statement_note,alias:t"`

	Statement string `bun:"statement,pk"`
	No        int    `bun:"no,pk"`
	Agency    string `bun:"agency"` // of the statement
	Body      string `bun:"body"`
}

// statements starts a query on statements or their notes, narrowed to the
// actor's body unless its capacity is national.
func (c *scope) statements(model any) *bun.SelectQuery {
	return c.within(c.db.NewSelect().Model(model), "t.agency = ?0")
}

// Statement implements statement.Reader.
func (c *scope) Statement(id string) (statement.Statement, error) {
	var rows []statementRow
	if err := c.statements(&rows).Where("t.id = ?", storable(id)).Scan(c.ctx); err != nil {
		return statement.Statement{}, fmt.Errorf("load statement %s: %w", id, err)
	}
	if len(rows) == 0 {
		return statement.Statement{}, approval.ErrNotFound()
	}
	s, err := c.noted(rows[0])
	if err == nil && !c.statementThen(&s) {
		return statement.Statement{}, approval.ErrNotFound()
	}
	return s, err
}

// Statements implements statement.Reader.
func (c *scope) Statements() ([]statement.Statement, error) {
	var rows []statementRow
	if err := c.statements(&rows).OrderExpr("t.on_day DESC, t.id DESC").Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load statements: %w", err)
	}
	var all []statement.Statement
	for _, r := range rows {
		s, err := c.noted(r)
		if err != nil {
			return nil, err
		}
		if c.statementThen(&s) {
			all = append(all, s)
		}
	}
	return all, nil
}

// noted joins a statement with its notes. What a row says of itself beside the
// body must be what the body says.
func (c *scope) noted(r statementRow) (s statement.Statement, err error) {
	if err := c.unveil("", &r); err != nil {
		return s, err
	}
	if err := json.Unmarshal([]byte(r.Body), &s); err != nil {
		return s, fmt.Errorf("decode statement %s: %w", r.ID, err)
	}
	if s.ID != r.ID || s.Agency != r.Agency || s.On != law.Day(r.OnDay) {
		return s, fmt.Errorf("the row of statement %s is not what it says", r.ID)
	}
	var notes []statementNoteRow
	if err := c.statements(&notes).Where("t.statement = ?", r.ID).OrderExpr("t.no").Scan(c.ctx); err != nil {
		return s, fmt.Errorf("load notes on %s: %w", r.ID, err)
	}
	for i, n := range notes {
		if err := follows("note", n.No, i); err != nil {
			return s, err
		}
		if n.Agency != r.Agency {
			return s, fmt.Errorf("note %d on %s stands under %s", n.No, r.ID, n.Agency)
		}
		if err := c.unveil("", &n); err != nil {
			return s, err
		}
		if err := add(&s.Notes, n.Body); err != nil {
			return s, fmt.Errorf("note %d on %s: %w", n.No, r.ID, err)
		}
	}
	return s, nil
}

// Owned implements statement.Reader.
func (c *scope) Owned(owner string) (all []approval.System, err error) {
	err = c.EachPlan(owner, func(x approval.System, _ plan.Plan) error {
		all = append(all, x)
		return nil
	})
	return all, err
}

// UpdateStatement implements statement.Store.
func (s *Store) UpdateStatement(ctx context.Context, a approval.Actor, at time.Time, f func(statement.Tx) error) error {
	return s.Update(ctx, a, at, func(tx approval.Tx) error {
		w, ok := tx.(*writing)
		if !ok {
			return errors.New("update statements: foreign transaction")
		}
		return f(w)
	})
}

// ViewStatement implements statement.Store.
func (s *Store) ViewStatement(ctx context.Context, a approval.Actor, f func(statement.Reader) error) error {
	return s.read(ctx, a, func(c *scope) error { return f(c) })
}

// Take implements statement.Tx. Numbers run through all agencies, so that a
// statement has one name wherever it is seen.
func (w *writing) Take(s *statement.Statement) error {
	if !w.mine(s.Agency) {
		return approval.ErrNotFound()
	}
	var n int64
	err := w.wide(func(all *scope) (err error) {
		n, err = all.statements((*statementRow)(nil)).Count(w.ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("count statements: %w", err)
	}
	s.ID = fmt.Sprintf("BC-%06d", n+1)
	body := *s
	body.Notes = nil
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode statement: %w", err)
	}
	return insert(w, []statementRow{{ID: s.ID, Agency: s.Agency, OnDay: string(s.On), Body: string(text)}})
}

// Say implements statement.Tx.
func (w *writing) Say(s *statement.Statement) error {
	if !w.mine(s.Agency) {
		return approval.ErrNotFound()
	}
	have, err := w.statements((*statementNoteRow)(nil)).Where("t.statement = ?", s.ID).Count(w.ctx)
	if err != nil {
		return fmt.Errorf("count notes on %s: %w", s.ID, err)
	}
	var rows []statementNoteRow
	for _, n := range s.Notes[min(int(have), len(s.Notes)):] {
		text, err := json.Marshal(n)
		if err != nil {
			return fmt.Errorf("encode note: %w", err)
		}
		rows = append(rows, statementNoteRow{Statement: s.ID, No: n.No, Agency: s.Agency, Body: string(text)})
	}
	return insert(w, rows)
}

// statementsKept compares every statement with its last entry.
func (v *check) statementsKept() error {
	var rows []statementRow
	if err := v.statements(&rows).OrderExpr("t.id").Scan(v.ctx); err != nil {
		return fmt.Errorf("load statements: %w", err)
	}
	for _, r := range rows {
		s, err := v.noted(r)
		if err != nil {
			v.unreadable(statement.Object(r.ID), err)
			delete(v.last, statement.Object(r.ID))
			continue
		}
		digest, err := s.Digest()
		if err != nil {
			return err
		}
		v.record(statement.Object(s.ID), digest)
	}
	return nil
}
