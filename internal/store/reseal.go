package store

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/law"
)

// lot is what is sealed anew in one transaction, and under which key: the rows
// of some systems, or the statements where there are none.
type lot struct {
	ids    []int64
	tenant string // whose texts are sealed under the key; "": those that lie in the clear, under whoever owns the system now
	key    string
}

// narrow keeps of a query the rows of the lot with a text that is to be sealed anew
// in one of the columns.
func (p lot) narrow(q *bun.SelectQuery, alias string, columns []string) *bun.SelectQuery {
	var all []string
	var args []any
	for _, c := range columns {
		column := bun.Ident(alias + "." + c)
		if p.tenant == "" {
			all, args = append(all, "? <> '' AND ? NOT LIKE 'sealed:_:_%'"), append(args, column, column)
		} else {
			all, args = append(all, "? LIKE ? AND ? NOT LIKE ?"), append(args, column, "sealed:_:"+p.tenant+":%", column, "sealed:2:"+p.tenant+":"+p.key+":%")
		}
	}
	if p.ids != nil {
		q = q.Where("s.id IN (?)", bun.List(p.ids))
	}
	return q.Where(strings.Join(all, " OR "), args...)
}

// sealed is a table in which texts lie sealed.
type sealed struct {
	table   string
	columns []string
	ofBody  bool // its rows belong to a body, not to a system
	again   func(*writing, lot) (int, error)
	left    func(*scope, lot) (int, error)
}

// sealedTables are all of them.
func sealedTables() []sealed {
	return []sealed{
		sealedTable[systemRow]("system"), sealedTable[dossierRow]("dossier"), sealedTable[fieldSaveRow]("field_save"), sealedTable[roundRow]("dossier_round"),
		sealedTable[receiptRow]("receipt"), sealedTable[reviewRow]("review"), sealedTable[decisionRow]("decision"), sealedTable[planRow]("plan"),
		sealedTable[remarkRow]("remark"), sealedTable[consultationRow]("consultation"), {"plan_row", []string{"sealed"}, false, sealPlansAgain, plansLeft},
		sealedTable[statementRow]("statement"), sealedTable[statementNoteRow]("statement_note"),
	}
}

// sealedTable is the table of a row.
func sealedTable[T any, R interface {
	*T
	veiled
}](table string) sealed {
	columns := R(new(T)).veil().columns()
	ofBody := table == "statement" || table == "statement_note"
	from := func(c *scope, model any, p lot) *bun.SelectQuery {
		switch {
		case table == "system":
			return p.narrow(c.systems(model), "s", columns)
		case ofBody:
			return p.narrow(c.statements(model), "t", columns)
		}
		return p.narrow(c.table(model, table+" AS t"), "t", columns)
	}
	again := func(w *writing, p lot) (int, error) {
		var rows []T
		if err := from(&w.scope, &rows, p).Scan(w.ctx); err != nil {
			return 0, fmt.Errorf("read what is to be sealed of %s: %w", table, err)
		}
		for i := range rows {
			row := R(&rows[i])
			err := w.sealAgain(row, p)
			if err == nil {
				_, err = w.db.NewUpdate().Model(row).Column(columns...).WherePK().Exec(w.ctx)
			}
			if err != nil {
				return 0, fmt.Errorf("seal %s: %w", row.veil().name, err)
			}
		}
		return len(rows), nil
	}
	left := func(c *scope, p lot) (int, error) {
		n, err := from(c, (*T)(nil), p).Count(c.ctx)
		return int(n), err
	}
	return sealed{table, columns, ofBody, again, left}
}

// sealAgain seals the texts of a stored row anew.
func (w *writing) sealAgain(row veiled, p lot) error {
	v := row.veil()
	if v.system != 0 {
		v.code = w.homes[v.system].code
	}
	err := w.unveil(v.code, row)
	switch {
	case err != nil:
		return err
	case p.tenant == "":
		return w.hide(row)
	}
	return w.sealAs(v, p.tenant, p.key)
}

// atOnce is of how many systems the texts are sealed anew in one transaction:
// others write between two.
const atOnce = 50

// SealTexts seals what was written before it was sealed, and returns how many rows
// that were. What they say stays the same, so that it is no act on the register and
// leaves no entry.
func (s *Store) SealTexts(ctx context.Context, at time.Time) (int, error) {
	return s.sealLots(ctx, at, lot{}, func(q *bun.SelectQuery) *bun.SelectQuery { return q }, func() error { return nil })
}

// sealLots seals anew what of selects, lot by lot, each in a transaction of its
// own, and calls after when it is done. Cut off anywhere it can be begun again.
func (s *Store) sealLots(ctx context.Context, at time.Time, p lot, of func(*bun.SelectQuery) *bun.SelectQuery, after func() error) (n int, err error) {
	step := func(f func(*writing) error) error {
		return s.alone(ctx, func(ctx context.Context, tx bun.Tx) error {
			w := s.hand(ctx, tx)
			w.now = at
			return f(w)
		})
	}
	for from, more := int64(math.MinInt64), true; more; {
		err := step(func(w *writing) error {
			var rows []systemRow
			if err := of(w.systems(&rows).ColumnExpr("s.id, s.code, s.owner").Where("s.id > ?", from).OrderExpr("s.id").Limit(atOnce)).Scan(w.ctx); err != nil {
				return fmt.Errorf("read systems: %w", err)
			}
			if more = len(rows) > 0; !more {
				return nil
			}
			p.ids, w.homes = nil, map[int64]home{}
			for _, r := range rows {
				p.ids, w.homes[r.ID] = append(p.ids, r.ID), home{r.Owner, r.Code}
				from = r.ID
			}
			done, err := w.sealLot(p)
			n += done
			return err
		})
		if err == nil {
			err = after()
		}
		if err != nil {
			return n, err
		}
	}
	p.ids = nil
	return n, step(func(w *writing) error {
		done, err := w.sealLot(p)
		n += done
		return err
	})
}

// sealLot seals one lot anew.
func (w *writing) sealLot(p lot) (n int, err error) {
	for _, t := range sealedTables() {
		if t.ofBody != (p.ids == nil) {
			continue
		}
		done, err := t.again(w, p)
		if err != nil {
			return n, err
		}
		n += done
	}
	if n == 0 || p.ids == nil {
		return n, nil
	}
	return n, w.settleThese(&w.scope, p.ids, law.DayOf(w.now)) // the rows of systems were written
}
