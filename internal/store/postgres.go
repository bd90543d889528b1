package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
	"github.com/uptrace/bun/dialect/pgdialect"

	"capdo/internal/approval"
)

// postgres is a register in a PostgreSQL database. Writes take their turn by the
// lock of one row, turn, which also counts them: what is committed later has the
// higher number.
type postgres struct {
	v     *bun.DB // asks what was written, beside the work
	index index
	lease atomic.Pointer[lease] // nil: asks for every answer

	doubts atomic.Uint64 // how often the number could not be told
}

// pgConnections is how many connections each handle keeps.
const pgConnections = 8

// IsAddress tells the address of a database from the name of a folder.
func IsAddress(s string) bool {
	return strings.HasPrefix(s, "postgres://") || strings.HasPrefix(s, "postgresql://")
}

// ErrOlder is returned for a database whose schema lacks what this program needs.
var ErrOlder = errors.New("the database is not up to date: run capdo migrate as the owner of its tables")

// roleName is what the role of the program may be called.
var roleName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// Prepare makes or brings up to date the schema in a database, as the owner of
// its tables, and lets a role work with them: the one the program connects as.
func Prepare(ctx context.Context, address, role string) (err error) {
	if !roleName.MatchString(role) {
		return fmt.Errorf("%q is no role: small letters, digits, underscores", role)
	}
	c, err := pgConfig(address)
	if err != nil {
		return err
	}
	db := pgHandle(c, nil)
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := pgSettings(ctx, db); err != nil {
		return err
	}
	if err := pgSchema().up(ctx, db); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := pgHeard(ctx, db); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	_, err = db.ExecContext(ctx, "GRANT USAGE ON SCHEMA public TO ?0; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ?0; "+
		"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ?0; REVOKE INSERT, UPDATE, DELETE ON bun_migrations FROM ?0", bun.Ident(role))
	if err != nil {
		return fmt.Errorf("let %s work with the tables: %w", role, err)
	}
	return nil
}

// pgHeard returns when every program that runs has heard of what was migrated.
func pgHeard(ctx context.Context, db *bun.DB) error {
	var version uint64
	if err := db.QueryRowContext(ctx, "SELECT version FROM turn WHERE id = 1").Scan(&version); err != nil {
		return err
	}
	return (&postgres{v: db}).settled(ctx, version)
}

// Connect opens the register in a PostgreSQL database that Prepare made ready.
// The address is postgres://user:password@host/name?sslmode=verify-full; the
// certificate of the server is verified unless the address says sslmode=disable
// or leads to this machine. The role must be one that row security holds for.
func Connect(ctx context.Context, address string) (*Store, error) {
	return connect(ctx, address, pgSettings, pgSchema().current, pgRole)
}

// connect opens a database that passes every check.
func connect(ctx context.Context, address string, checks ...func(context.Context, *bun.DB) error) (*Store, error) {
	c, err := pgConfig(address)
	if err != nil {
		return nil, err
	}
	w := pgHandle(c, map[string]string{"default_transaction_isolation": "read committed"})
	for _, check := range checks {
		if err := check(ctx, w); err != nil {
			return nil, errors.Join(err, w.Close())
		}
	}
	r := pgHandle(c, map[string]string{"default_transaction_read_only": "on"})
	e := &postgres{v: pgHandle(c, nil)}
	e.index.read = func() (uint64, bool) { return versionOf(e.v) }
	return &Store{w: w, r: r, e: e}, nil
}

// A migration takes the turn to write before it takes a table for itself, as every
// write does, and does not keep those who read from it for long.
func pgSchema() schema {
	return schema{folder: "postgres", made: "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'bun_migrations'",
		lock: `SELECT pg_advisory_xact_lock(20261122); SET LOCAL lock_timeout = '2s';
			DO $$ BEGIN IF to_regclass('turn') IS NOT NULL THEN PERFORM 1 FROM turn WHERE id = 1 FOR UPDATE; END IF; END $$`,
		count: "DO $$ BEGIN IF to_regclass('turn') IS NOT NULL THEN UPDATE turn SET version = version + 1 WHERE id = 1; END IF; END $$"}
}

// pgConfig reads an address.
func pgConfig(address string) (*pgx.ConnConfig, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the address of the database cannot be read") // it may hold a password
	}
	q := u.Query()
	mode := q.Get("sslmode")
	if mode == "" {
		mode = "verify-full"
	}
	if !slices.Contains([]string{"verify-full", "verify-ca", "disable"}, mode) {
		return nil, fmt.Errorf("sslmode=%s does not verify whom it talks to: verify-full, verify-ca, or disable", mode)
	}
	parse := func(mode string) (*pgx.ConnConfig, error) {
		q.Set("sslmode", mode)
		q.Set("target_session_attrs", "primary") // a standby does not know what was just written
		u.RawQuery = q.Encode()
		c, err := pgx.ParseConfig(u.String())
		if err != nil {
			return nil, fmt.Errorf("address of the database: %w", err) // pgx leaves the password out
		}
		return c, nil
	}
	c, err := parse(mode)
	if err == nil && !u.Query().Has("sslrootcert") && here(c) {
		c, err = parse("disable")
	}
	if err != nil {
		return nil, err
	}
	// bun writes every argument into the text itself.
	c.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	c.RuntimeParams["application_name"] = "capdo"
	c.RuntimeParams["timezone"] = "UTC"
	c.RuntimeParams["standard_conforming_strings"] = "on"
	c.RuntimeParams["statement_timeout"] = fmt.Sprint(2 * writeTimeout.Milliseconds()) // a cancelled query goes on there
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 5 * time.Second
	}
	return c, nil
}

// here tells whether every server of an address is this machine.
func here(c *pgx.ConnConfig) bool {
	hosts := []string{c.Host}
	for _, f := range c.Fallbacks {
		hosts = append(hosts, f.Host)
	}
	return !slices.ContainsFunc(hosts, func(h string) bool {
		ip := net.ParseIP(h)
		return !strings.HasPrefix(h, "/") && h != "localhost" && (ip == nil || !ip.IsLoopback())
	})
}

// pgHandle opens a pool with settings of its own.
func pgHandle(c *pgx.ConnConfig, settings map[string]string) *bun.DB {
	c = c.Copy()
	for k, v := range settings {
		c.RuntimeParams[k] = v
	}
	db := stdlib.OpenDB(*c)
	db.SetMaxOpenConns(pgConnections)
	db.SetMaxIdleConns(pgConnections)
	db.SetConnMaxLifetime(time.Hour)
	return bun.NewDB(db, pgdialect.New(), bun.WithDiscardUnknownColumns()) // columns of a newer program
}

// pgSettings refuses a database that could lose an acknowledged act or would put
// codes in another order than the register does.
func pgSettings(ctx context.Context, db *bun.DB) error {
	var encoding, commit, fsync, pages string
	var plain bool
	err := db.QueryRowContext(ctx, `SELECT current_setting('server_encoding'), current_setting('synchronous_commit'), COALESCE(current_setting('fsync', true), 'on'),
		COALESCE(current_setting('full_page_writes', true), 'on'), 'B' < 'a' AND 'a-' < 'aa' AND 'z' < 'đ'`).Scan(&encoding, &commit, &fsync, &pages, &plain)
	switch {
	case err != nil:
		return fmt.Errorf("ask the database for its settings: %w", err)
	case encoding != "UTF8":
		return fmt.Errorf("the database keeps text as %s, want UTF8", encoding)
	case !plain:
		return errors.New("the database does not sort text by its bytes: create it with TEMPLATE template0 LC_COLLATE 'C'")
	case commit == "off" || fsync == "off" || pages == "off":
		return fmt.Errorf("settings are not durable: synchronous_commit %s, fsync %s, full_page_writes %s", commit, fsync, pages)
	}
	return nil
}

// pgRole refuses a role that row security does not hold for.
func pgRole(ctx context.Context, db *bun.DB) error {
	var free bool
	err := db.QueryRowContext(ctx, `SELECT r.rolsuper OR r.rolbypassrls OR EXISTS (SELECT 1 FROM pg_class AS c WHERE c.oid = 'system'::regclass AND pg_has_role(r.oid, c.relowner, 'USAGE'))
		FROM pg_roles AS r WHERE r.rolname = current_user`).Scan(&free)
	switch {
	case err != nil:
		return fmt.Errorf("ask for the role: %w", err)
	case free:
		return errors.New("row security does not hold for this role: connect as one that owns no table and bypasses nothing")
	}
	return nil
}

func (e *postgres) turn(ctx context.Context, tx bun.Tx) error {
	if _, err := tx.ExecContext(ctx, "SELECT version FROM turn WHERE id = 1 FOR UPDATE"); err != nil {
		return fmt.Errorf("wait for the turn to write: %w", err)
	}
	return e.fence(ctx, tx)
}

func (e *postgres) heeds(ctx context.Context, tx bun.IDB) error { return pgSchema().heeds(ctx, tx) }

// The actor's body and reach hold until the transaction ends; the policies of the
// tables read them (migrations/postgres, row security). Where they were never
// set, no row is seen.
func (e *postgres) enter(ctx context.Context, tx bun.IDB, a approval.Actor) error {
	reach, body := "own", a.Body
	switch {
	case a.National():
		reach = "national"
	case a.Blind():
		reach, body = "service", ""
	}
	if _, err := tx.ExecContext(ctx, "SELECT set_config('capdo.reach', ?, true), set_config('capdo.body', ?, true)", reach, storable(body)); err != nil {
		return fmt.Errorf("tell the database who acts: %w", err)
	}
	return nil
}

func (e *postgres) step(ctx context.Context, tx bun.Tx) (next uint64, err error) {
	var void string
	err = tx.QueryRowContext(ctx, "WITH t AS (UPDATE turn SET version = version + 1 WHERE id = 1 RETURNING version) SELECT version, pg_notify(?, version::text) FROM t", channel).Scan(&next, &void)
	if err != nil {
		return 0, fmt.Errorf("count the write: %w", err)
	}
	return next, nil
}

// doubtful marks a number that stands for none.
const doubtful = 1 << 63

// now is the number of the last write. Where it cannot be told it is a number
// that was never told before and never will be again: no board that took one for
// its own is ever right.
func (e *postgres) now() uint64 {
	tell := e.index.wait
	if l := e.lease.Load(); l != nil {
		tell = l.now
	}
	if version, ok := tell(); ok {
		return version
	}
	return doubtful | e.doubts.Add(1)
}

func (e *postgres) reading() *sql.TxOptions {
	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

// The server's disk is not ours to keep room on.
func (e *postgres) relieve(err error) error { return err }
func (e *postgres) keepReserve() error      { return nil }

func (e *postgres) close() error { return e.v.Close() }

// member is the expression for a member of a JSON text.
func (c *scope) member(column, key string) string {
	if c.db.Dialect().Name() == dialect.PG {
		return "(" + column + "::jsonb ->> '" + key + "')"
	}
	return "json_extract(" + column + ", '$." + key + "')"
}
