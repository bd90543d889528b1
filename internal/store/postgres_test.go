package store_test

import (
	"strings"
	"testing"

	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// TestAddresses: the server is verified unless it is this machine, or somebody
// said that it need not be.
func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"postgres://capdo@db.example/capdo":                                            "db.example",
		"postgres://capdo@db.example/capdo?sslmode=verify-full":                        "db.example",
		"postgres://capdo@db.example/capdo?sslmode=verify-ca":                          "unnamed",
		"postgres://capdo@db.example/capdo?sslmode=disable":                            "plain",
		"postgres://capdo@127.0.0.1/capdo":                                             "plain",
		"postgres://capdo@[::1]/capdo":                                                 "plain",
		"postgres://capdo@localhost/capdo":                                             "plain",
		"postgres://capdo@/capdo?host=/run/postgresql":                                 "plain",
		"postgres://capdo@/capdo?host=127.0.0.1,db.example&port=5432,5433":             "db.example",
		"postgres://capdo@10.0.0.1/capdo":                                              "10.0.0.1",
		"postgres://capdo@db.example/capdo?sslmode=require":                            "!sslmode=require",
		"postgres://capdo@db.example/capdo?sslmode=prefer":                             "!sslmode=prefer",
		"postgres://capdo@db.example/capdo?sslmode=allow":                              "!sslmode=allow",
		"postgres://capdo:geheim@db.example:port/capdo":                                "!cannot be read",
		"postgres://capdo:geheim@db.example/capdo?sslmode=verify-full&pool_max=nobody": "db.example",
	} {
		got, err := store.Trust(address)
		if reason, refused := strings.CutPrefix(want, "!"); refused {
			if err == nil || !strings.Contains(err.Error(), reason) || strings.Contains(err.Error(), "geheim") {
				t.Errorf("%s: %v, want %s", address, err, reason)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", address, got, err, want)
		}
	}
}

// TestPostgresSettings: an acknowledged act survives a power cut, and codes are in
// the order of their bytes, or the database is not worked with.
func TestPostgresSettings(t *testing.T) {
	owner, _ := storetest.Postgres(t)
	db := storetest.Admin(t, owner)
	name := column(t, db, "SELECT current_database()")[0]
	if _, err := db.Exec("ALTER DATABASE " + name + " SET synchronous_commit = off"); err != nil {
		t.Fatal(err)
	}
	if err := store.Prepare(t.Context(), owner, storetest.Worker); err == nil || !strings.Contains(err.Error(), "not durable") {
		t.Errorf("synchronous_commit = off: %v", err)
	}
	if _, err := db.Exec("ALTER DATABASE " + name + " RESET synchronous_commit"); err != nil {
		t.Fatal(err)
	}
	for _, role := range []string{"", "Capdo", "a; DROP TABLE system", `a"b`, "postgres x"} {
		if err := store.Prepare(t.Context(), owner, role); err == nil || !strings.Contains(err.Error(), "is no role") {
			t.Errorf("role %q: %v", role, err)
		}
	}
	if err := store.Prepare(t.Context(), storetest.Sorted(t, "en-x-icu"), storetest.Worker); err == nil || !strings.Contains(err.Error(), "does not sort") {
		t.Errorf("sorted as English: %v", err)
	}
}
