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

	primary, standby *exec.Cmd
	dirs             [2]string
	as               runner
}

// NewPair starts a server with a standby made by pg_basebackup, and makes a
// migrated, empty database. A commit is acknowledged when both have it.
func NewPair(t testing.TB) *Pair {
	t.Helper()
	needCluster(t)
	p := &Pair{}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	initdb, err1 := program("initdb")
	server, err2 := program("postgres")
	base, err3 := program("pg_basebackup")
	must(errors.Join(err1, err2, err3))
	for i := range p.dirs {
		dir, err := os.MkdirTemp(memory(), "capdo-pr-")
		must(err)
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		p.dirs[i] = dir
		p.as, err = other(dir)
		must(err)
	}
	data := func(i int) string { return filepath.Join(p.dirs[i], "data") }
	must(p.as.run(p.dirs[0], initdb, "-D", data(0), "-U", admin, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"))
	var err error
	p.primary, err = p.as.start(server, p.dirs[0])
	must(err)
	t.Cleanup(func() { end(p.primary) })
	cluster := os.Getenv(clusterVar)
	must(os.Setenv(clusterVar, p.dirs[0])) // of this pair, while it is made
	err = furnish()
	must(errors.Join(err, os.Setenv(clusterVar, cluster)))
	must(p.as.run(p.dirs[1], base, "-D", data(1), "-h", p.dirs[0], "-U", admin, "-R", "-X", "stream", "-c", "fast"))
	p.standby, err = p.as.start(server, p.dirs[1])
	must(err)
	t.Cleanup(func() { end(p.standby) })
	p.administer(t, 0, "ALTER SYSTEM SET synchronous_standby_names = '*'")
	p.administer(t, 0, "SELECT pg_reload_conf()")
	for range 400 {
		if p.ask(t, 0, "SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1" {
			p.Address = "postgres://" + worker + "@/" + template + "?" + url.Values{"host": {p.dirs[0] + "," + p.dirs[1]}, "connect_timeout": {"2"}}.Encode()
			return p
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatal("the standby does not follow")
	return nil
}

// Kill ends the primary with everything it runs, as a power cut would.
func (p *Pair) Kill(t testing.TB) {
	t.Helper()
	all := append(children(t, p.primary.Process.Pid), p.primary.Process.Pid)
	for _, pid := range all {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	_ = p.primary.Wait()
}

// Promote makes the standby the primary, which has none of its own.
func (p *Pair) Promote(t testing.TB) {
	t.Helper()
	p.administer(t, 1, "SELECT pg_promote()")
	p.administer(t, 1, "ALTER SYSTEM SET synchronous_standby_names = ''")
	p.administer(t, 1, "SELECT pg_reload_conf()")
}

// Admin is a handle on the database of the primary that was, 0, or of the standby
// that was, 1.
func (p *Pair) Admin(t testing.TB, which int) *sql.DB {
	t.Helper()
	return handle(t, "pgx", "postgres://"+admin+"@/"+template+"?"+url.Values{"host": {p.dirs[which]}}.Encode())
}

func (p *Pair) administer(t testing.TB, which int, statement string) {
	t.Helper()
	if _, err := p.Admin(t, which).Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func (p *Pair) ask(t testing.TB, which int, question string) (answer string) {
	t.Helper()
	if err := p.Admin(t, which).QueryRow(question).Scan(&answer); err != nil {
		t.Fatalf("%s: %v", question, err)
	}
	return answer
}

// end stops a server, if it runs.
func end(c *exec.Cmd) {
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
