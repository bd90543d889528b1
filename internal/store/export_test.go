package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	bunschema "github.com/uptrace/bun/schema"

	"capdo/internal/approval"
	"capdo/internal/fold"
	"capdo/internal/plan"
	"capdo/internal/statement"
	"capdo/migrations"
)

// Pragma returns a setting as the writer and as a reader has it.
func Pragma(t *testing.T, s *Store, name string) (writer, reader string) {
	t.Helper()
	ctx := context.Background()
	if err := s.w.QueryRowContext(ctx, "PRAGMA "+name).Scan(&writer); err != nil {
		t.Fatal(err)
	}
	if err := s.r.QueryRowContext(ctx, "PRAGMA "+name).Scan(&reader); err != nil {
		t.Fatal(err)
	}
	return writer, reader
}

// Bare opens a register without the wall of its database: the scope stands alone.
func Bare(ctx context.Context, dir string) (*Store, error) { return openFile(ctx, dir, false) }

// WriteByReader tries a statement on the handle that only reads.
func WriteByReader(s *Store, statement string) error {
	_, err := s.r.ExecContext(context.Background(), statement)
	return err
}

// Lease is a lease by a clock: to take, and whether it lasts.
func Lease(clock func() time.Time, life time.Duration) (take func(), lasts func() bool) {
	l := &lease{life: life, clock: clock, start: clock()}
	return func() { l.hold(clock()) }, func() bool { _, ok := l.now(); return ok }
}

// Fold is what a text is searched by.
func Fold(text string) string { return fold.Plain(text) }

// Minus asks how many agencies have a number above -n and a name other than
// text: the shape "-?" with a text after it, which the query builder before
// 1.3.0 let a text break out of.
func Minus(s *Store, n int, text string) (count int64, err error) {
	err = s.read(context.Background(), asker(), func(c *scope) (err error) {
		count, err = c.shared((*agencyRow)(nil)).Where("g.no > -? AND g.name <> ?", n, text).Count(c.ctx)
		return err
	})
	return count, err
}

// Direct is the handle of the writer.
func Direct(s *Store) *sql.DB { return s.w.DB }

// Unscoped runs a query that forgot the tenant in an actor's transaction.
func Unscoped(s *Store, a approval.Actor, query string) (n int64, err error) {
	err = s.read(context.Background(), a, func(c *scope) error { return c.db.QueryRowContext(c.ctx, query).Scan(&n) })
	return n, err
}

// UnscopedAfterWide is Unscoped after the room had looked at the whole.
func UnscopedAfterWide(s *Store, a approval.Actor, query string) (n int64, err error) {
	err = s.read(context.Background(), a, func(c *scope) error {
		if err := c.wide(func(*scope) error { return nil }); err != nil {
			return err
		}
		return c.db.QueryRowContext(c.ctx, query).Scan(&n)
	})
	return n, err
}

// Reached counts the rows that each query of the scope reaches for an actor.
func Reached(s *Store, a approval.Actor) (map[string]int64, error) {
	all := map[string]int64{}
	return all, s.read(context.Background(), a, func(c *scope) error {
		for name, q := range map[string]*bun.SelectQuery{
			"systems": c.systems((*systemRow)(nil)), "table": c.table((*editorRow)(nil), "dossier_editor AS t"), "statements": c.statements((*statementRow)(nil)), "years": c.years((*yearRow)(nil)),
			"connections": c.connections((*connectionRow)(nil), "connection AS k"), "machines": c.machines((*gatewayRow)(nil)), "consulted": c.consulted((*consultationRow)(nil)),
		} {
			count := func(*scope) (err error) {
				all[name], err = q.Count(c.ctx)
				return err
			}
			begin := func(f func(*scope) error) error { return f(c) }
			if name == "consulted" { // as Consulted asks it
				begin = c.wide
			}
			if err := begin(count); err != nil {
				return err
			}
		}
		return nil
	})
}

// Foreign tries to write under an agency, as an actor, what no system stands for.
func Foreign(s *Store, a approval.Actor, agency string) map[string]error {
	try := func(f func(*writing) error) error {
		return s.Update(context.Background(), a, time.Time{}, func(tx approval.Tx) error { return f(tx.(*writing)) })
	}
	return map[string]error{
		"a year":      try(func(w *writing) error { return w.GrowYear(&plan.Year{Agency: agency, Year: 2026}) }),
		"a statement": try(func(w *writing) error { return w.Take(&statement.Statement{Agency: agency}) }),
	}
}

// InNobodysName runs a query in a transaction that did not say whose it is.
func InNobodysName(s *Store, query string) (n int64, err error) {
	return n, s.r.RunInTx(context.Background(), s.e.reading(), func(ctx context.Context, tx bun.Tx) error {
		return tx.QueryRowContext(ctx, query).Scan(&n)
	})
}

// SealedColumns are the columns in which texts lie sealed, by table.
func SealedColumns() map[string][]string {
	all := map[string][]string{}
	for _, t := range sealedTables() {
		all[t.table] = t.columns
	}
	return all
}

// LayOpen lays every text that lies sealed in the open, as it lay before texts were
// sealed, and returns how many rows have one. Triggers must be off.
func LayOpen(ctx context.Context, s *Store) (n int, err error) {
	err = s.alone(ctx, func(ctx context.Context, tx bun.Tx) error {
		w := &writing{scope: scope{ctx: ctx, db: tx, enter: s.e.enter, safe: s.safe, actor: asker()}}
		for _, f := range []func(*writing, *int) error{layOpen[systemRow], layOpen[dossierRow], layOpen[fieldSaveRow], layOpen[roundRow], layOpen[receiptRow], layOpen[reviewRow],
			layOpen[decisionRow], layOpen[planRow], layOpen[remarkRow], layOpen[consultationRow], layOpen[statementRow], layOpen[statementNoteRow]} {
			if err := f(w, &n); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

func layOpen[T any, R interface {
	*T
	veiled
}](w *writing, n *int) error {
	var rows []T
	if err := w.db.NewSelect().Model(&rows).ColumnExpr("*").Scan(w.ctx); err != nil {
		return err
	}
	codes := map[int64]string{}
	for i := range rows {
		row := R(&rows[i])
		v := row.veil()
		if v.system != 0 {
			var err error
			if v.code, err = w.codeOf(codes, v.system); err != nil {
				return err
			}
		}
		if err := w.unveil(v.code, row); err != nil {
			return err
		}
		if _, err := w.db.NewUpdate().Model(row).Column(v.columns()...).WherePK().Exec(w.ctx); err != nil {
			return err
		}
	}
	*n += len(rows)
	return nil
}

// codeOf is the code of a system, asked for once.
func (c *scope) codeOf(known map[int64]string, id int64) (string, error) {
	if known[id] == "" {
		var code string
		if err := c.systems((*systemRow)(nil)).ColumnExpr("s.code").Where("s.id = ?", id).Scan(c.ctx, &code); err != nil {
			return "", err
		}
		known[id] = code
	}
	return known[id], nil
}

// Guarded are the tables behind SQLite's wall.
func Guarded() (all []string) {
	for table := range own() {
		all = append(all, table)
	}
	slices.Sort(all)
	return all
}

// WriteUnscoped carries out a statement that forgot the tenant in an actor's
// transaction, tells how many rows it met, and takes it back.
func WriteUnscoped(s *Store, a approval.Actor, statement string) (n int64, err error) {
	undo := errors.New("undo")
	err = s.w.RunInTx(context.Background(), nil, func(ctx context.Context, tx bun.Tx) error {
		if err := s.e.enter(ctx, tx, a); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, statement)
		if err == nil {
			n, err = res.RowsAffected()
		}
		return errors.Join(undo, err)
	})
	if err.Error() == undo.Error() {
		err = nil
	}
	return n, err
}

// Prefixes returns the shape of the schema after each number of migrations, as a
// query tells it.
func Prefixes(t *testing.T, db *sql.DB, read func() string, kind string) []string {
	t.Helper()
	m, d := sqliteSchema(), bunschema.Dialect(sqlitedialect.New())
	if kind == "postgres" {
		m, d = pgSchema(), pgdialect.New()
	}
	files, err := migrations.For(m.folder)
	if err != nil {
		t.Fatal(err)
	}
	b := bun.NewDB(db, d)
	missing, err := m.missing(t.Context(), b, files)
	if err != nil {
		t.Fatal(err)
	}
	shapes := []string{read()}
	for _, name := range missing {
		text, err := fs.ReadFile(files, name)
		if err == nil {
			err = m.apply(t.Context(), b, name, string(text))
		}
		if err != nil {
			t.Fatal(err)
		}
		shapes = append(shapes, read())
	}
	return shapes
}

// Trust tells whom a connection to an address would trust: a server with a
// certificate of that name, any with a certificate, or anybody ("plain").
func Trust(address string) (string, error) {
	c, err := pgConfig(address)
	if err != nil {
		return "", err
	}
	hosts := []string{}
	for _, f := range append([]*pgconn.FallbackConfig{{Host: c.Host, TLSConfig: c.TLSConfig}}, c.Fallbacks...) {
		switch {
		case f.TLSConfig == nil:
			hosts = append(hosts, "plain")
		case f.TLSConfig.InsecureSkipVerify && f.TLSConfig.VerifyPeerCertificate != nil:
			hosts = append(hosts, "unnamed")
		case f.TLSConfig.InsecureSkipVerify:
			hosts = append(hosts, "anybody")
		default:
			hosts = append(hosts, f.TLSConfig.ServerName)
		}
	}
	return hosts[len(hosts)-1], nil
}

// asked collects the queries that are asked.
type asked struct {
	mu  sync.Mutex
	all []string
}

func (h *asked) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

func (h *asked) AfterQuery(_ context.Context, e *bun.QueryEvent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if e.Operation() == "SELECT" && !slices.Contains(h.all, e.Query) {
		h.all = append(h.all, e.Query)
	}
}

// Explained returns how the database carries out each query that an actor's
// questions ask of it, line by line; in PostgreSQL without the ways that read a table
// from end to end where there is another, which of a small one are quickest.
func Explained(s *Store, a approval.Actor, ask func(approval.Reader) error) (map[string][]string, error) {
	h, explain := &asked{}, "EXPLAIN QUERY PLAN "
	with := &Store{r: s.r.WithQueryHook(h), w: s.w, e: s.e}
	if err := with.View(context.Background(), a, ask); err != nil {
		return nil, err
	}
	all := map[string][]string{}
	return all, s.read(context.Background(), a, func(c *scope) error {
		if _, lite := s.e.(*sqlite); !lite {
			explain = "EXPLAIN "
			for _, way := range []string{"seqscan", "mergejoin", "hashjoin"} {
				if _, err := c.db.ExecContext(c.ctx, "SET LOCAL enable_"+way+" = off"); err != nil {
					return err
				}
			}
		}
		for _, q := range h.all {
			rows, err := c.db.QueryContext(c.ctx, explain+q)
			if err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
			lines, err := planOf(rows)
			if err != nil {
				return err
			}
			all[q] = lines
		}
		return nil
	})
}

// planOf reads a plan: its last column.
func planOf(rows *sql.Rows) (lines []string, err error) {
	columns, err := rows.Columns()
	for err == nil && rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		if err = rows.Scan(cells...); err == nil {
			lines = append(lines, fmt.Sprint(*cells[len(cells)-1].(*any)))
		}
	}
	return lines, errors.Join(err, rows.Err(), rows.Close())
}

// CountReads counts from now on how often the number of the last write is read for
// those who ask.
func CountReads(s *Store) *atomic.Int64 {
	e, n := s.e.(*postgres), new(atomic.Int64)
	read := e.index.read
	e.index.read = func() (uint64, bool) { n.Add(1); return read() }
	return n
}
