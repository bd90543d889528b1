package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"capdo/internal/gate"
)

// cage bounds the memory of a command by a control group; where none may be made
// (no dir), by how many addresses it may use, which is felt later.
type cage struct {
	dir                 string
	limit, used, failed string // files: the bound, what is used, and how often the bound was met
}

// newCage makes a group, of either version, with a bound.
func newCage(t *testing.T, mib int) cage {
	t.Helper()
	name := fmt.Sprintf("capdo-test-%d-%d", os.Getpid(), time.Now().UnixNano())
	var err error
	for _, c := range []cage{
		{"/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "memory.failcnt"},
		{"/sys/fs/cgroup", "memory.max", "memory.current", "memory.events"},
	} {
		c.dir = filepath.Join(c.dir, name)
		if err = os.Mkdir(c.dir, 0o700); err != nil {
			continue
		}
		t.Cleanup(func() { _ = os.Remove(c.dir) })
		if err = c.bound(mib << 20); err == nil {
			_ = os.WriteFile(filepath.Join(c.dir, "memory.swap.max"), []byte("0"), 0) // where there is swap to be kept from
			return c
		}
	}
	t.Logf("no control group of memory may be made: %v", err)
	return cage{}
}

// bound sets the bound, in bytes.
func (c cage) bound(most int) error {
	if c.dir == "" {
		return nil
	}
	return os.WriteFile(filepath.Join(c.dir, c.limit), []byte(strconv.Itoa(most)), 0)
}

// tighten leaves what runs in the cage hardly more than it uses.
func (c cage) tighten(t *testing.T, pid, mib int) {
	t.Helper()
	if c.dir == "" {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
		pages := 0
		if _, bad := fmt.Sscan(string(b), &pages); bad != nil || err != nil {
			t.Fatal(err, bad)
		}
		if out, err := exec.Command("prlimit", "--pid", strconv.Itoa(pid), fmt.Sprintf("--as=%d", pages*os.Getpagesize()+mib<<20)).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return
	}
	b, err := os.ReadFile(filepath.Join(c.dir, c.used))
	used, bad := strconv.Atoi(strings.TrimSpace(string(b)))
	if err := errors.Join(err, bad, c.bound(used+mib<<20)); err != nil {
		t.Fatal(err)
	}
}

// into is a command that runs another within the cage.
func (c cage) into() []string {
	if c.dir == "" {
		return nil
	}
	return []string{"sh", "-c", `echo $$ > "$0/cgroup.procs"; exec "$@"`, c.dir}
}

// met tells how often the bound was met.
func (c cage) met(t *testing.T) (n int) {
	t.Helper()
	if c.dir == "" {
		return 0
	}
	b, err := os.ReadFile(filepath.Join(c.dir, c.failed))
	if err != nil {
		t.Fatal(err)
	}
	for word := range strings.FieldsSeq(string(b)) { // one number, or lines of a name with a number
		if x, err := strconv.Atoi(word); err == nil {
			n += x
		}
	}
	return n
}

// TestLittleMemory: a service that has too little memory for what is asked of it
// answers, or refuses, or is killed and comes back whole: nobody is allowed what was
// taken away, and nothing acknowledged is lost; once as it comes, heeding the bound,
// once as if it knew of none. CAPDO_LITTLE_MEMORY is for how long.
func TestLittleMemory(t *testing.T) {
	t.Parallel()
	last := 4 * time.Second
	if d, err := time.ParseDuration(os.Getenv("CAPDO_LITTLE_MEMORY")); err == nil {
		last = d
	}
	for _, heeds := range []bool{true, false} {
		t.Run(fmt.Sprint("heeded ", heeds), func(t *testing.T) { caged(t, heeds, last) })
	}
}

func caged(t *testing.T, heeds bool, last time.Duration) {
	const mib = 170 // a service with nothing to do has some 100, one at this work and not bounded 240
	c := newCage(t, mib)
	if heeds && c.dir == "" {
		t.Skip("SKIPPED: there is no bound to heed")
	}
	e := newEstate(t)
	if !heeds {
		e.env = []string{"GOMEMLIMIT=off"}
	}
	e.serve(c.into())
	if !heeds {
		c.tighten(t, e.command.Process.Pid, 12) // a report of the nation takes more
	}
	killed := 0
	e.press(last, func(stop <-chan struct{}) {
		for {
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
			}
			if e.ended() {
				killed++
				if err := c.bound(mib << 20); err != nil {
					t.Error(err)
				}
				e.start(c.into())
			}
		}
	})
	met := c.met(t)
	e.kill(e.command)
	e.serve(nil)
	shut, _ := e.turned.now()
	if said := e.decision(e.turned.code); shut && said != gate.Deny {
		t.Errorf("back again it says %s of what is suspended", said)
	}
	e.whole()
	t.Logf("killed %d times; the bound was met %d times", killed, met)
	if !heeds && c.dir != "" && killed == 0 && met == 0 {
		t.Error("the bound was never felt")
	}
}
