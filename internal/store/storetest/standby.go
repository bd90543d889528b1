package storetest

import (
	"database/sql"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Pair is a server and its standby, which every commit waits for.
type Pair struct {
	Address string // of the database on whichever is the primary, for the program

	servers [2]*exec.Cmd
	dirs    [2]string
	on      []string // where they listen beside their sockets
	lead    int      // which is the primary
	as      runner
}

// NewPair starts a server with a standby made by pg_basebackup, and makes a
// migrated, empty database. A commit is acknowledged when both have it. The two
// listen at the addresses of on, where there are any, to whoever comes from 10/8.
func NewPair(t testing.TB, on ...string) *Pair {
	t.Helper()
	needCluster(t)
	p := &Pair{on: on}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	initdb, err1 := program("initdb")
	server, err2 := program("postgres")
	must(errors.Join(err1, err2))
	for i := range p.dirs {
		dir, err := os.MkdirTemp(memory(), "capdo-pr-")
		must(err)
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		p.dirs[i] = dir
		p.as, err = other(dir)
		must(err)
	}
	must(p.as.run(p.dirs[0], initdb, "-D", p.data(0), "-U", admin, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"))
	hba, err := os.OpenFile(filepath.Join(p.data(0), "pg_hba.conf"), os.O_APPEND|os.O_WRONLY, 0)
	must(err)
	_, err = hba.WriteString("host all all 10.0.0.0/8 trust\n")
	must(errors.Join(err, hba.Close()))
	t.Cleanup(func() {
		for _, c := range p.servers {
			end(c)
		}
	})
	must(p.start(0, server))
	cluster := os.Getenv(clusterVar)
	must(os.Setenv(clusterVar, p.dirs[0])) // of this pair, while it is made
	err = furnish()
	must(errors.Join(err, os.Setenv(clusterVar, cluster)))
	p.Renew(t)
	p.Address = "postgres://" + worker + "@/" + template + "?" + url.Values{"host": {p.dirs[0] + "," + p.dirs[1]}, "connect_timeout": {"2"}}.Encode()
	return p
}

// Folder is where a server of the pair has its socket, and its data in data.
func (p *Pair) Folder(i int) string { return p.dirs[i] }

// Server is the program of the server.
func Server(t testing.TB) string {
	t.Helper()
	at, err := program("postgres")
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func (p *Pair) data(i int) string { return filepath.Join(p.dirs[i], "data") }

func (p *Pair) start(i int, server string) (err error) {
	var more []string
	if len(p.on) > 0 {
		more = []string{"-c", "listen_addresses=" + p.on[i]}
	}
	p.servers[i], err = p.as.start(server, p.dirs[i], more...)
	return err
}

// Renew makes a standby of the primary where the one before was lost, and has
// commits wait for it.
func (p *Pair) Renew(t testing.TB) {
	t.Helper()
	i := 1 - p.lead
	server, err1 := program("postgres")
	base, err2 := program("pg_basebackup")
	err := errors.Join(err1, err2, os.RemoveAll(p.data(i)))
	if err == nil {
		err = p.as.run(p.dirs[i], base, "-D", p.data(i), "-h", p.dirs[p.lead], "-U", admin, "-R", "-X", "stream", "-c", "fast", "--no-sync")
	}
	if err == nil {
		err = p.start(i, server)
	}
	if err != nil {
		t.Fatal(err)
	}
	p.administer(t, p.lead, "ALTER SYSTEM SET synchronous_standby_names = '*'")
	p.administer(t, p.lead, "SELECT pg_reload_conf()")
	for range 800 {
		if p.ask(t, p.lead, "SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1" {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatal("the standby does not follow")
}

// Pause stops the primary, or its standby, with everything it runs; the function
// it returns lets them go on.
func (p *Pair) Pause(t testing.TB, standby bool) (on func()) {
	t.Helper()
	i := p.lead
	if standby {
		i = 1 - i
	}
	pid := p.servers[i].Process.Pid
	all := append(children(t, pid), pid)
	signal := func(s syscall.Signal) {
		for _, pid := range all {
			_ = syscall.Kill(pid, s) // what has ended is not paused
		}
	}
	signal(syscall.SIGSTOP)
	return func() { signal(syscall.SIGCONT) }
}

// Kill ends the primary with everything it runs, as a power cut would.
func (p *Pair) Kill(t testing.TB) {
	t.Helper()
	c := p.servers[p.lead]
	all := append(children(t, c.Process.Pid), c.Process.Pid)
	for _, pid := range all {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	_ = c.Wait()
}

// Promote makes the standby the primary, which has none of its own.
func (p *Pair) Promote(t testing.TB) {
	t.Helper()
	p.lead = 1 - p.lead
	p.administer(t, p.lead, "SELECT pg_promote()")
	p.administer(t, p.lead, "ALTER SYSTEM SET synchronous_standby_names = ''")
	p.administer(t, p.lead, "SELECT pg_reload_conf()")
}

// Admin is a handle on the database of the primary that was, 0, or of the standby
// that was, 1.
func (p *Pair) Admin(t testing.TB, which int) *sql.DB {
	t.Helper()
	return handle(t, "pgx", "postgres://"+admin+"@/"+template+"?"+url.Values{"host": {p.dirs[which]}}.Encode())
}

func (p *Pair) administer(t testing.TB, which int, statement string) {
	t.Helper()
	if err := p.at(which, func(db *sql.DB) error { _, err := db.Exec(statement); return err }); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func (p *Pair) ask(t testing.TB, which int, question string) (answer string) {
	t.Helper()
	if err := p.at(which, func(db *sql.DB) error { return db.QueryRow(question).Scan(&answer) }); err != nil {
		t.Fatalf("%s: %v", question, err)
	}
	return answer
}

// at runs f on a server as the one who may do everything; a server that has just
// started is waited for.
func (p *Pair) at(which int, f func(*sql.DB) error) error {
	db, err := sql.Open("pgx", "postgres://"+admin+"@/"+template+"?"+url.Values{"host": {p.dirs[which]}}.Encode())
	if err != nil {
		return err
	}
	for range 100 {
		if err = db.Ping(); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err == nil {
		err = f(db)
	}
	return errors.Join(err, db.Close())
}

// end stops a server, if it runs.
func end(c *exec.Cmd) {
	if c == nil {
		return
	}
	_ = c.Process.Signal(syscall.SIGQUIT)
	_ = c.Wait()
}

// children lists the processes that a process started.
func children(t testing.TB, of int) (all []int) {
	t.Helper()
	names, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		_, after, _ := strings.Cut(string(b), ") ")
		if f := strings.Fields(after); len(f) > 1 && f[1] == strconv.Itoa(of) {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name))); err == nil {
				all = append(all, pid)
			}
		}
	}
	return all
}
