package store_test

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// common are the tables whose rows belong to no tenant, or to all; what the scope
// calls shared.
var common = []string{"account", "account_seen", "door_event", "body_key", "personal_text", "door_seal", "retention_row", "account_answer", "account_request", "agency", "alarm_note", "attempt", "backup_row", "data_service", "delegation", "delegation_end", "delivery", "entry", "entry_hash", "factor", "feed", "job", "figure_made",
	"gate_log", "gate_pattern", "gateway_assertion", "gateway_pin", "gateway_pin_end", "ledger_checkpoint", "ledger_head", "once", "outbox", "paper", "paper_file", "paper_handed", "pending", "reported", "seal_key",
	"session", "subscription", "turn", "replica", "leader", "sqlite_sequence"}

// whose are the predicates by which a body sees rows of the tables that have no
// system_id.
var whose = map[string]string{
	"system":          "owner = 'BODY'",
	"consultation":    "asked = 'BODY' OR system_id IN (SELECT id FROM system WHERE owner = 'BODY')",
	"connection":      "consumer LIKE 'BODY-%' OR provider LIKE 'BODY-%'",
	"connection_step": "connection_no IN (SELECT no FROM connection WHERE consumer LIKE 'BODY-%' OR provider LIKE 'BODY-%')",
	"gate_use":        "consumer LIKE 'BODY-%' OR provider LIKE 'BODY-%'",
	"gateway":         "body = 'BODY'",
	"year_row":        "agency = 'BODY'",
	"gate_decision":   "FALSE",
	"figure":          "holder = 'BODY'",
	"figure_month":    "holder = 'BODY'",
	"listing":         "owner = 'BODY'",
	"listing_count":   "owner = 'BODY'",
	"listing_word":    "owner = 'BODY'",
	"listing_post":    "owner = 'BODY'",
	"listing_block":   "owner = 'BODY'",
	"statement":       "agency = 'BODY'",
	"statement_note":  "agency = 'BODY'",
}

// TestRowSecurity: a query that forgot the tenant gives an agency its own rows and
// no others, in every table that has an owner, and the whole register to a
// national capacity; a statement that forgot it changes nobody else's.
func TestRowSecurity(t *testing.T) {
	v := newVictim(t)
	officer, administrator := storetest.Actor(law.RoleOperator, "H56"), storetest.Actor(approval.Administrator, "H56")
	guarded := store.Guarded()
	if storetest.OnPostgres() {
		guarded = column(t, v.db, "SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r' ORDER BY 1")
	}
	for _, table := range tableNames(t, v.db) {
		if !strings.HasPrefix(table, "bun_") && slices.Contains(common, table) == slices.Contains(guarded, table) {
			t.Errorf("%s is guarded: %v, common: %v", table, slices.Contains(guarded, table), slices.Contains(common, table))
		}
	}
	rules := "SELECT name FROM sqlite_master WHERE FALSE" // SQLite's see every row
	if storetest.OnPostgres() {
		rules = "SELECT proname FROM pg_proc WHERE prorettype = 'trigger'::regtype AND pronamespace = 'public'::regnamespace AND proname <> 'refuse' AND NOT prosecdef"
	}
	for _, f := range column(t, v.db, rules) {
		t.Errorf("the rule of %s rests on rows that the actor may not see: SECURITY DEFINER", f)
	}
	for _, table := range guarded {
		mine, ok := whose[table]
		if !ok {
			mine = "system_id IN (SELECT id FROM system WHERE owner = 'BODY')"
		}
		of := func(body string) int64 { return count(t, v.db, table, strings.ReplaceAll(mine, "BODY", body)) }
		all := count(t, v.db, table, "TRUE")
		if bothSides := strings.HasPrefix(table, "connection") || table == "gate_use"; all == 0 && table != "listing_word" || all > 0 && min(of("H56"), of("H41")) == all && !bothSides {
			t.Errorf("%s: %d rows: nothing to keep apart", table, all)
		}
		for _, c := range []struct {
			actor approval.Actor
			want  int64
		}{{officer, of("H56")}, {storetest.Actor(law.RoleOwner, "H41"), of("H41")}, {storetest.Actor(law.RoleMPS, "G01"), all}, {storetest.Actor(law.RoleOperator, ""), 0}, {storetest.Actor(law.RoleOperator, "H99"), 0}} {
			if n, err := store.Unscoped(v.store, c.actor, "SELECT COUNT(*) FROM "+table); err != nil || n != c.want {
				t.Errorf("%s: %s of %q sees %d of %d rows, want %d: %v", table, c.actor.Capacity, c.actor.Body, n, all, c.want, err)
			}
		}
		if n, err := store.Unscoped(v.store, administrator, "SELECT COUNT(*) FROM "+table); err != nil || n != 0 && table != "gateway" {
			t.Errorf("%s: an administrator sees %d rows: %v", table, n, err)
		}
	}
	// PostgreSQL leaves another's row as it is; SQLite refuses the statement that meets one.
	n, err := store.WriteUnscoped(v.store, officer, `UPDATE "system" SET name = 'x'`)
	if storetest.OnPostgres() && (err != nil || n != count(t, v.db, "system", "owner = 'H56'")) || !storetest.OnPostgres() && !behindWall(err) {
		t.Errorf("an officer renames %d systems: %v", n, err)
	}
	if n, err := store.WriteUnscoped(v.store, officer, `UPDATE "system" SET name = 'x' WHERE owner = 'H56'`); err != nil || n == 0 {
		t.Errorf("an officer renames %d systems of its own: %v", n, err)
	}
	for _, statement := range []string{`UPDATE "system" SET owner = 'H41' WHERE owner = 'H56'`, `DELETE FROM "plan_head"`, "INSERT INTO \"plan_head\" SELECT id, 1, '', 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM system WHERE FALSE UNION ALL SELECT " +
		column(t, v.db, "SELECT MIN(id) FROM system WHERE owner = 'H41'")[0] + ", 1, '', 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0"} {
		if n, err := store.WriteUnscoped(v.store, officer, statement); storetest.OnPostgres() && err == nil && n == 0 {
			continue // another's rows are not there to be deleted
		} else if err == nil || !strings.Contains(err.Error(), "row-level security") && !behindWall(err) {
			t.Errorf("%s: %d rows, %v", statement, n, err)
		}
	}
}

// behindWall tells SQLite's refusal of another body's row.
func behindWall(err error) bool {
	return err != nil && strings.Contains(err.Error(), "a row of another body")
}

// TestWallFailsClosed: in SQLite a query in nobody's name finds nothing, one in
// the name of who came before neither, and one that walks around the wall is
// refused.
func TestWallFailsClosed(t *testing.T) {
	storetest.SQLiteOnly(t)
	_, s := two(t)
	if _, err := store.Unscoped(s, storetest.Actor(law.RoleMPS, "G01"), "SELECT COUNT(*) FROM system"); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"SELECT COUNT(*) FROM system", "SELECT COUNT(*) FROM dossier JOIN system ON system.id = system_id", "SELECT COUNT(*) FROM (SELECT 1 FROM decision UNION ALL SELECT 1 FROM approval)"} {
		if n, err := store.InNobodysName(s, query); err != nil || n != 0 {
			t.Errorf("%s: %d rows, %v", query, n, err)
		}
	}
	officer := storetest.Actor(law.RoleOperator, "H56")
	for _, query := range []string{"SELECT COUNT(name) FROM main.system", "SELECT COUNT(*) FROM main.dossier WHERE state = 'x'", "ATTACH ':memory:' AS y"} {
		if _, err := store.Unscoped(s, officer, query); err == nil || !strings.Contains(err.Error(), "prohibited") && !strings.Contains(err.Error(), "not authorized") {
			t.Errorf("%s: %v", query, err)
		}
	}
}

// TestRowSecurityFailsClosed: who did not say who acts sees nothing, and the
// program does not work as a role that sees all.
func TestRowSecurityFailsClosed(t *testing.T) {
	owner, program := storetest.Postgres(t)
	if _, err := store.Connect(t.Context(), program); err == nil {
		t.Fatal("an empty database is taken for a register")
	}
	if err := store.Prepare(t.Context(), owner, storetest.Worker); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Connect(t.Context(), owner); err == nil || !strings.Contains(err.Error(), "row security does not hold") {
		t.Errorf("as the owner: %v", err)
	}
	if _, err := store.Connect(t.Context(), storetest.AsAdmin(t, program)); err == nil || !strings.Contains(err.Error(), "row security does not hold") {
		t.Errorf("as one who may do everything: %v", err)
	}
	admin := storetest.Admin(t, program)
	if _, err := admin.Exec(`INSERT INTO agency (code, code_scheme, code_confidence, name, name_en, grp, no, sector, specialised_unit, annex_ix, ended_on) VALUES ('H56', '', '', 'x', 'x', 'province', 1, 'civil', '', FALSE, '');
		INSERT INTO system (code, version, name, owner, sector, operator_unit, operator_is_specialised, stage, description, served, started_on, origin, target, registered_at, registered_by, search, state, level, proposed, plan, until_day, confirmed, pending)
		VALUES ('H56-0001', 1, 'x', 'H56', '', '', FALSE, 'new', '', '', '', 'registered', '', now(), '{}', '', 'draft', 0, 0, 'none', '', FALSE, FALSE)`); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", program)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	var n int
	if err := db.QueryRow("SELECT COUNT(*) FROM system").Scan(&n); err == nil {
		t.Errorf("nobody sees %d systems", n)
	}
	for _, s := range []string{"BEGIN; SELECT set_config('capdo.reach', 'national', true), set_config('capdo.body', '', true); COMMIT", "ALTER TABLE system DISABLE ROW LEVEL SECURITY", "DROP POLICY tenant ON system", "TRUNCATE entry", "DROP TRIGGER entry_final_d ON entry"} {
		if _, err := db.Exec(s); err == nil && !strings.HasPrefix(s, "BEGIN") {
			t.Errorf("the program may %s", s)
		}
	}
	if err := db.QueryRow("SELECT COUNT(*) FROM system").Scan(&n); err == nil && n > 0 {
		t.Errorf("after a transaction of another, nobody sees %d systems", n)
	}
}

func count(t *testing.T, db *sql.DB, table, where string) (n int64) {
	t.Helper()
	if err := db.QueryRow("SELECT COUNT(*) FROM " + table + " WHERE " + where).Scan(&n); err != nil {
		t.Fatal(table, err)
	}
	return n
}
