package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/uptrace/bun"
	modernc "modernc.org/sqlite"

	"capdo/internal/approval"
)

// The wall between tenants in SQLite, which knows no roles. Every connection keeps
// in its temporary schema, named as the table, a view of each table whose rows
// belong to somebody: it holds the rows of the body in whose name the transaction
// was begun (enter), all of them for a national capacity, none where nothing was
// said. A name without a schema finds the view first, so that a query that forgot
// the tenant gets its own rows and no others. Writes go to the tables themselves,
// where triggers of the connection refuse another body's row.
//
// What it holds against is forgetting, here or in a handler. Somebody who can put
// SQL of his own through the writing connection can name main.system; on the
// reading ones an authorizer refuses the columns of that too, though not to a CTE
// called like a view. PostgreSQL holds against both (row security in migrations/postgres).

// acting is in whose name a connection works now.
type acting struct {
	all     bool   // a national capacity
	service bool   // runs the service
	body    string // "" is nobody
}

// own tells whose the rows of a table r are: an expression true of the rows of
// the acting body. It is the rule of row security in migrations/postgres.
func own() map[string]string {
	const ofSystem = "EXISTS (SELECT 1 FROM main.system AS s WHERE s.id = r.system_id AND s.owner = (SELECT acting_body()))"
	const ofSide = "EXISTS (SELECT 1 FROM main.system AS s WHERE s.code IN (r.consumer, r.provider) AND s.owner = (SELECT acting_body()))"
	all := map[string]string{
		"system":          "r.owner = (SELECT acting_body())",
		"consultation":    ofSystem + " OR r.asked = (SELECT acting_body())", // whoever is asked sees what was asked of it
		"connection":      ofSide,
		"gate_use":        ofSide,
		"connection_step": "EXISTS (SELECT 1 FROM main.connection AS k JOIN main.system AS s ON s.code IN (k.consumer, k.provider) WHERE k.no = r.connection_no AND s.owner = (SELECT acting_body()))",
		"year_row":        "r.agency = (SELECT acting_body())",
		"figure":          "r.holder = (SELECT acting_body())",
		"figure_month":    "r.holder = (SELECT acting_body())",
		"listing":         "r.owner = (SELECT acting_body())",
		"listing_count":   "r.owner = (SELECT acting_body())",
		"listing_word":    "r.owner = (SELECT acting_body())",
		"listing_post":    "r.owner = (SELECT acting_body())",
		"listing_block":   "r.owner = (SELECT acting_body())",
		"statement":       "r.agency = (SELECT acting_body())",
		"statement_note":  "r.agency = (SELECT acting_body())",
		"gateway":         "r.body = (SELECT acting_body()) OR (SELECT acting_service())",
		"gate_decision":   "FALSE",
	}
	for _, table := range []string{"dossier", "dossier_editor", "dossier_round", "receipt", "review", "decision", "approval", "confirmation", "revocation", "plan", "plan_row", "plan_head",
		"inspection", "transfer", "suspension", "suspension_lift", "attachment", "attachment_event", "field_save", "remark", "hold", "status_place"} {
		all[table] = ofSystem
	}
	return all
}

// build is the SQL that makes a connection ready: the wall, where there is one. A
// connection that reads needs no triggers, and writes nothing from here on.
func (m moat) build() string {
	var b strings.Builder
	rules := own()
	if !m.wall {
		rules = nil
	}
	for table, rule := range rules {
		rule = "(SELECT acting_all()) OR " + rule
		fmt.Fprintf(&b, "CREATE TEMP VIEW %q AS SELECT * FROM main.%q AS r WHERE %s;\n", table, table, rule)
		if !m.writes {
			continue
		}
		for _, x := range [][2]string{{"INSERT", "NEW."}, {"UPDATE", "NEW."}, {"UPDATE", "OLD."}, {"DELETE", "OLD."}} {
			fmt.Fprintf(&b, "CREATE TEMP TRIGGER \"wall_%s_%s%s\" BEFORE %s ON main.%q WHEN (%s) IS NOT TRUE BEGIN SELECT RAISE(ABORT, 'a row of another body'); END;\n",
				table, x[0], x[1], x[0], table, strings.ReplaceAll(rule, "r.", x[1]))
		}
	}
	if !m.writes {
		b.WriteString("PRAGMA query_only = 1;\n")
	}
	return b.String()
}

// moat opens connections.
type moat struct {
	dsn    string
	writes bool
	wall   bool // false: the tables as they are
}

// session is what the driver's connections can do.
type session interface {
	driver.Conn
	driver.Pinger
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// walled is a connection behind the wall.
type walled struct {
	session
	who *acting
}

// Driver implements driver.Connector.
func (m moat) Driver() driver.Driver { return &modernc.Driver{} }

// Connect implements driver.Connector. The functions by which the wall asks who
// acts are the connection's own: one driver for each.
func (m moat) Connect(ctx context.Context) (driver.Conn, error) {
	who, d := &acting{}, &modernc.Driver{}
	err := errors.Join(
		d.RegisterScalarFunction("acting_all", 0, func(*modernc.FunctionContext, []driver.Value) (driver.Value, error) { return who.all, nil }),
		d.RegisterScalarFunction("acting_service", 0, func(*modernc.FunctionContext, []driver.Value) (driver.Value, error) { return who.service, nil }),
		d.RegisterScalarFunction("acting_body", 0, func(*modernc.FunctionContext, []driver.Value) (driver.Value, error) { return who.name(), nil }),
		d.RegisterScalarFunction("act_for", 3, func(_ *modernc.FunctionContext, args []driver.Value) (driver.Value, error) {
			return nil, who.become(args)
		}))
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	c, err := d.Open(m.dsn)
	if err != nil {
		return nil, err
	}
	s, ok := c.(session)
	if !ok {
		return nil, errors.Join(errors.New("open database: the driver lacks what the wall needs"), c.Close())
	}
	if _, err := s.ExecContext(ctx, m.build(), nil); err != nil {
		return nil, errors.Join(fmt.Errorf("build the wall: %w", err), c.Close())
	}
	if !m.wall {
		return c, nil
	}
	if a, ok := c.(modernc.AuthorizerRegisterer); ok && !m.writes {
		if err := a.RegisterAuthorizer(behind(own())); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	return &walled{s, who}, nil
}

// name is the body, NULL where nobody acts: equal to nothing.
func (a *acting) name() driver.Value {
	if a.body == "" {
		return nil
	}
	return a.body
}

// become takes up another name.
func (a *acting) become(args []driver.Value) error {
	all, ok1 := args[0].(int64)
	service, ok2 := args[1].(int64)
	body, ok3 := args[2].(string)
	if !ok1 || !ok2 || !ok3 {
		*a = acting{}
		return errors.New("act for whom?")
	}
	*a = acting{all != 0, service != 0, body}
	return nil
}

// behind refuses a reading connection what stands behind the wall, and another
// file beside it. A count that names no column is asked for alike through a view
// and around it, and passes.
func behind(kept map[string]string) modernc.AuthorizerFn {
	return func(action modernc.AuthorizerActionCode, table, column, schema, through string) modernc.AuthorizerReturnCode {
		switch action {
		case modernc.AuthAttach, modernc.AuthCreateTempView, modernc.AuthCreateTempTrigger, modernc.AuthDropTempView:
			return modernc.AuthorizerDeny
		case modernc.AuthRead:
			if through == "" && column != "" && schema == "main" && kept[table] != "" {
				return modernc.AuthorizerDeny
			}
		}
		return modernc.AuthorizerOK
	}
}

// ResetSession implements driver.SessionResetter: who comes next is nobody yet.
func (c *walled) ResetSession(ctx context.Context) error {
	*c.who = acting{}
	return c.session.ResetSession(ctx)
}

// ExecContext implements driver.ExecerContext.
func (c *walled) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.session.ExecContext(ctx, toTable(query), args)
}

// QueryContext implements driver.QueryerContext.
func (c *walled) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.session.QueryContext(ctx, toTable(query), args)
}

// toTable sends a write as bun writes it to the table itself: a view takes none.
func toTable(query string) string {
	for _, verb := range []string{"INSERT INTO ", "UPDATE ", "DELETE FROM "} {
		if rest, ok := strings.CutPrefix(query, verb+`"`); ok {
			return verb + `main."` + rest
		}
	}
	return query
}

// The name in which a connection works holds until the transaction is over and
// the connection is given out again.
func (e *sqlite) enter(ctx context.Context, tx bun.IDB, a approval.Actor) error {
	if !e.wall {
		return nil
	}
	body := a.Body
	if a.Blind() {
		body = ""
	}
	if _, err := tx.ExecContext(ctx, "SELECT act_for(?, ?, ?)", a.National(), a.Blind(), storable(body)); err != nil {
		return fmt.Errorf("tell the database who acts: %w", err)
	}
	return nil
}
