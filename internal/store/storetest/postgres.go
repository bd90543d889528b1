package storetest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver

	"capdo/internal/store"
)

// The environment says where registers of tests are kept.
const (
	kindVar    = "CAPDO_TEST_DATABASE" // "postgres": every register of a test is one there
	requireVar = "CAPDO_TEST_REQUIRE"  // "all": what is missing fails
	clusterVar = "CAPDO_TEST_POSTGRES" // folder of the running cluster's socket, set by Main
)

// The roles of a cluster: admin may do everything, keeper owns the tables, and
// the program works with them as worker.
const (
	admin  = "admin"
	keeper = "keeper"
	worker = "capdo"
)

// Main runs the tests of a package that opens registers, with a PostgreSQL server
// of their own where they need one: when all registers are kept there, or when
// the package has tests of it anyway.
func Main(m *testing.M, anyway bool) int {
	started := os.Getenv(clusterVar) != "" // by the test whose child this process is
	if started || !OnPostgres() && !anyway {
		return m.Run()
	}
	stop, err := startCluster()
	if errors.Is(err, exec.ErrNotFound) && !OnPostgres() {
		return m.Run() // Postgres says so in each test
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "start PostgreSQL:", err)
		return 1
	}
	defer stop()
	return m.Run()
}

// OnPostgres tells whether registers of tests are kept in PostgreSQL.
func OnPostgres() bool { return os.Getenv(kindVar) == "postgres" }

// SQLiteOnly skips a test that looks into the file.
func SQLiteOnly(t testing.TB) {
	t.Helper()
	if OnPostgres() {
		t.Skip("about the file of SQLite")
	}
}

// Postgres makes an empty database of the test's own, and returns its address for
// the owner of its tables and for the program; it skips aloud where there is no
// PostgreSQL.
func Postgres(t testing.TB) (owner, program string) {
	t.Helper()
	needCluster(t)
	name := "e_" + fmt.Sprintf("%x", sha256.Sum256([]byte(t.TempDir())))[:16]
	if err := administer("CREATE DATABASE " + name + " OWNER " + keeper); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dropDatabase(t, name) })
	return address(keeper, name), address(worker, name)
}

// needCluster skips aloud where there is no PostgreSQL.
func needCluster(t testing.TB) {
	t.Helper()
	if os.Getenv(clusterVar) == "" {
		if os.Getenv(requireVar) == "all" {
			t.Fatal("PostgreSQL is missing and CAPDO_TEST_REQUIRE=all")
		}
		t.Skip("SKIPPED: no PostgreSQL (Debian: postgresql)")
	}
}

// Worker is the role the program works as.
const Worker = worker

// Migrate brings the database of the register in dir up to date, which a file is
// when it is opened.
func Migrate(t testing.TB, dir string) {
	t.Helper()
	if !OnPostgres() {
		return
	}
	if err := store.Prepare(context.Background(), address(keeper, databaseOf(dir)), worker); err != nil {
		t.Fatal(err)
	}
}

// Admin returns a handle on a database of an address that nothing is forbidden to.
func Admin(t testing.TB, of string) *sql.DB {
	t.Helper()
	u, err := url.Parse(of)
	if err != nil {
		t.Fatal(err)
	}
	return handle(t, "pgx", address(admin, strings.TrimPrefix(u.Path, "/")))
}

// Raw opens the database of the register in dir past the store, as somebody with
// all rights on it would.
func Raw(t testing.TB, dir string) *sql.DB {
	t.Helper()
	if OnPostgres() {
		return handle(t, "pgx", address(admin, databaseOf(dir)))
	}
	return File(t, dir)
}

// Dump is what pg_dump makes of the database of the register in dir.
func Dump(t testing.TB, dir string) string {
	t.Helper()
	name, err := program("pg_dump")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(name, address(admin, databaseOf(dir))).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// File opens the file of the register in dir past the store.
func File(t testing.TB, dir string) *sql.DB {
	t.Helper()
	return handle(t, "sqlite", filepath.Join(dir, store.FileName)+"?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)")
}

// DropTrigger is the statement that takes a trigger off a table.
func DropTrigger(name, table string) string {
	if OnPostgres() {
		return "DROP TRIGGER " + name + " ON " + table
	}
	return "DROP TRIGGER " + name
}

func handle(t testing.TB, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// address is that of a database of the cluster.
func address(role, name string) string {
	return "postgres://" + role + "@/" + name + "?host=" + url.QueryEscape(os.Getenv(clusterVar))
}

// databaseOf is the database that stands for a folder.
func databaseOf(dir string) string {
	return "d_" + fmt.Sprintf("%x", sha256.Sum256([]byte(dir)))[:16]
}

// template is a migrated database, of which those of the tests are copies.
const template = "register"

// openPostgres opens the register that stands for dir, made when absent.
func openPostgres(t testing.TB, dir string) (*store.Store, error) {
	t.Helper()
	name := databaseOf(dir)
	err := administer("CREATE DATABASE " + name + " TEMPLATE " + template + " OWNER " + keeper)
	switch {
	case err == nil:
		t.Cleanup(func() { dropDatabase(t, name) })
	case !strings.Contains(err.Error(), "already exists"):
		return nil, err
	}
	return store.Connect(context.Background(), address(worker, name))
}

func dropDatabase(t testing.TB, name string) {
	if err := administer("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
		t.Error(err)
	}
}

// administer runs a statement as the one who may do everything.
func administer(statement string) error {
	db, err := sql.Open("pgx", address(admin, "postgres"))
	if err != nil {
		return err
	}
	_, err = db.Exec(statement)
	return errors.Join(err, db.Close())
}

// startCluster starts a server in a folder of its own, with the template.
func startCluster() (stop func(), err error) {
	initdb, err := program("initdb")
	if err != nil {
		return nil, err
	}
	server, err := program("postgres")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(memory(), "capdo-pg-")
	if err != nil {
		return nil, err
	}
	remove := func() { _ = os.RemoveAll(dir) }
	as, err := other(dir)
	if err != nil {
		remove()
		return nil, err
	}
	if err := as.run(dir, initdb, "-D", filepath.Join(dir, "data"), "-U", admin, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		remove()
		return nil, err
	}
	run, err := as.start(server, dir)
	if err != nil {
		remove()
		return nil, err
	}
	stop = func() {
		_ = run.Process.Signal(syscall.SIGQUIT)
		_ = run.Wait()
		remove()
	}
	if err := os.Setenv(clusterVar, dir); err != nil {
		stop()
		return nil, err
	}
	if err := furnish(); err != nil {
		stop()
		return nil, err
	}
	return stop, nil
}

// furnish waits for the server and makes the roles and the template.
func furnish() (err error) {
	for range 200 {
		if err = administer("CREATE ROLE " + keeper + " LOGIN; CREATE ROLE " + worker + " LOGIN"); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err == nil {
		err = administer("CREATE DATABASE " + template + " OWNER " + keeper)
	}
	if err != nil {
		return err
	}
	return store.Prepare(context.Background(), address(keeper, template), worker)
}

// program finds a program of the server, which Debian keeps out of the path.
func program(name string) (string, error) {
	if at, err := exec.LookPath(name); err == nil {
		return at, nil
	}
	if all, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name); len(all) > 0 {
		return all[len(all)-1], nil
	}
	return "", fmt.Errorf("%s: %w", name, exec.ErrNotFound)
}

// memory is a folder in memory, where to sync costs nothing; "" where there is
// none to speak of.
func memory() string {
	const at, least = "/dev/shm", 1 << 30
	var fs syscall.Statfs_t
	if syscall.Statfs(at, &fs) == nil && fs.Bavail*uint64(fs.Bsize) > least {
		return at
	}
	return ""
}

// runner is who runs the server; nil: who runs the tests.
type runner struct{ *syscall.Credential }

// run runs a program of the server to its end.
func (r runner) run(dir, name string, args ...string) error {
	c := exec.Command(name, args...)
	c.Dir, c.SysProcAttr = dir, &syscall.SysProcAttr{Credential: r.Credential}
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}

// start starts a server on dir/data with its socket in dir; it ends with us.
func (r runner) start(server, dir string, more ...string) (*exec.Cmd, error) {
	c := exec.Command(server, append([]string{"-D", filepath.Join(dir, "data"), "-k", dir, "-c", "listen_addresses=", "-c", "max_connections=300", "-c", "shared_buffers=64MB", "-c", "logging_collector=off"}, more...)...)
	c.Dir, c.SysProcAttr = dir, &syscall.SysProcAttr{Credential: r.Credential, Pdeathsig: syscall.SIGQUIT}
	return c, c.Start()
}

// other gives dir to somebody who is not root, for the server refuses to be.
func other(dir string) (runner, error) {
	if os.Getuid() != 0 {
		return runner{}, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return runner{}, err
		}
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err1, err2, os.Chown(dir, uid, gid)); err != nil {
		return runner{}, err
	}
	return runner{&syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

// AsAdmin is an address with the role that may do everything in place of another.
func AsAdmin(t testing.TB, of string) string {
	t.Helper()
	u, err := url.Parse(of)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User(admin)
	return u.String()
}

// Sorted makes an empty database that sorts text by the rules of a locale of ICU,
// and returns its address for the owner of its tables.
func Sorted(t testing.TB, locale string) string {
	t.Helper()
	name := "i_" + fmt.Sprintf("%x", sha256.Sum256([]byte(t.TempDir())))[:16]
	if err := administer("CREATE DATABASE " + name + " OWNER " + keeper + " TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE '" + locale + "' LOCALE 'C'"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dropDatabase(t, name) })
	return address(keeper, name)
}
