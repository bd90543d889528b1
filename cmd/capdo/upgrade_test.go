package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// newerProgram builds the program of a release to come: this one with migrations
// added. Several change every way a migration may, the last one halts older
// programs.
func newerProgram(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	replace := map[string]string{}
	add := func(name, text string) {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, dialect := range []string{"sqlite", "postgres"} {
			replace[filepath.Join(root, "migrations", dialect, name)] = file
		}
	}
	for i, table := range []string{"system", "approval", "suspension", "entry", "plan", "gate_decision"} {
		add(fmt.Sprintf("2099123100000%d_grows.tx.up.sql", i), fmt.Sprintf("ALTER TABLE %s ADD COLUMN zz_%d TEXT;\nCREATE INDEX zz_index_%d ON %s (zz_%d);\nCREATE TABLE zz_table_%d (id BIGINT PRIMARY KEY);\n", table, i, i, table, i, i))
	}
	add("20991231000009_ban.halt.tx.up.sql", "CREATE TABLE zz_ban (code TEXT PRIMARY KEY);\n")
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay"), overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "capdo")
	if out, err := exec.Command("go", "build", "-trimpath", "-overlay", filepath.Join(dir, "overlay"), "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return program
}

// upgrade is a register that this program works on while a newer one migrates it.
type upgrade struct {
	*testing.T
	office  *approval.Office
	store   *store.Store
	systems []*subject
	old     *child // serves, as the release before

	allows, denies atomic.Int64
	halted         atomic.Bool // the migration that halts is acknowledged
}

// TestOldProgramUnderANewerSchema: a program works on while a newer one migrates
// its register and is killed over and over: nothing acknowledged is lost, nobody is
// allowed what was taken away. From the migration that halts it, which adds what it
// does not know, it allows nobody, writes nothing, and does not start any more;
// the newer one goes on with all that was acknowledged.
func TestOldProgramUnderANewerSchema(t *testing.T) {
	newer := newerProgram(t)
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		s, err := store.Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		s.Guard(storetest.Keys(dir))
		begin(t, s, "--data", dir, "--sign-in", "relaxed").carryOut(newer, []string{"check", "--data", dir}, []string{"--data", dir})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		owner, program := storetest.Postgres(t)
		if err := store.Prepare(t.Context(), owner, storetest.Worker); err != nil {
			t.Fatal(err)
		}
		s, err := store.Connect(t.Context(), program)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		s.Guard(storetest.Keys(dir))
		at := []string{"--database", program, "--data", dir}
		begin(t, s, append(at, "--sign-in", "relaxed", "--gate-mode", "available", "--gate-lease", "1s")...).carryOut(newer, []string{"migrate", "--database", owner}, at)
	})
}

// begin makes a register with systems that may connect, and serves it.
func begin(t *testing.T, s *store.Store, at ...string) *upgrade {
	t.Helper()
	t.Cleanup(func() { _ = s.Close() })
	book, shelf, err := rules()
	if err == nil {
		err = s.MakeFigures(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	u := &upgrade{T: t, store: s, office: &approval.Office{Store: s, Book: book, Shelf: shelf, Clock: time.Now}}
	if err := u.office.Import(t.Context(), storetest.Keeper(), approval.World{Agencies: storetest.Agencies(), Source: "test"}); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		u.systems = append(u.systems, &subject{code: storetest.Lead(t, u.office, "H56", fmt.Sprint("Một cửa ", i), storetest.Deployed).Code})
	}
	u.old = serveProcess(t, at...)
	return u
}

// carryOut lets the newer program migrate under load, and looks at what became of it.
func (u *upgrade) carryOut(newer string, migrate, at []string) {
	var work sync.WaitGroup
	stop := make(chan struct{})
	for w := range u.systems {
		work.Go(func() { u.write(w, stop) })
	}
	for r := range 3 {
		work.Go(func() { u.ask(r, stop) })
	}
	done := error(errors.New("not yet"))
	killed := 0
	for wait := 20 * time.Millisecond; done != nil; wait += wait / 3 {
		ctx, cancel := context.WithTimeout(u.Context(), wait)
		out, err := exec.CommandContext(ctx, newer, migrate...).CombinedOutput()
		if done = err; err != nil && ctx.Err() == nil {
			u.Fatalf("the newer program does not migrate: %v\n%s", err, out)
		}
		if cancel(); err != nil {
			killed++
		}
	}
	u.halted.Store(true)
	allowed := u.allows.Load()
	time.Sleep(300 * time.Millisecond)
	close(stop)
	work.Wait()
	if allowed == 0 || u.denies.Load() == 0 || killed < 3 {
		u.Errorf("too little was seen: %d allow, %d deny, killed %d times", allowed, u.denies.Load(), killed)
	}
	u.refuses(at)
	u.judge(newer, at)
	u.Logf("the newer program was killed %d times; %d allow, %d deny", killed, u.allows.Load(), u.denies.Load())
}

// write suspends a system and reinstates it until it is told to stop.
func (u *upgrade) write(i int, stop <-chan struct{}) {
	s, regulator := u.systems[i], storetest.Actor(law.RoleMPS, "G01")
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		case <-time.After(20 * time.Millisecond):
		}
		halted, number := u.halted.Load(), fmt.Sprintf("%d/%d", i, n)
		var x approval.System
		err := u.store.View(u.Context(), regulator, func(r approval.Reader) (err error) {
			x, err = r.System(s.code)
			return err
		})
		switch {
		case err != nil:
		case len(x.Standing(time.Now()).Suspensions) > 0:
			s.turn(false)
			_, err = u.office.Reinstate(u.Context(), regulator, s.code, x.Version, "xong", number)
		default:
			if _, err = u.office.Suspend(u.Context(), regulator, s.code, x.Version, approval.SuspensionInput{Ground: "x", Number: number}); err == nil {
				s.turn(true)
			}
		}
		if err == nil {
			s.acked = append(s.acked, number)
		}
		if halted && err == nil {
			u.Errorf("%s was written after the schema had moved on", number)
		}
	}
}

// ask asks the older program until it is told to stop.
func (u *upgrade) ask(i int, stop <-chan struct{}) {
	dice := rand.New(rand.NewPCG(5, uint64(i)))
	for {
		select {
		case <-stop:
			return
		case <-time.After(time.Duration(dice.IntN(4)) * time.Millisecond):
		}
		s, halted := u.systems[dice.IntN(len(u.systems))], u.halted.Load()
		shut, phase := s.now()
		said := u.old.decision(s.code)
		_, after := s.now()
		switch {
		case said == gate.Deny:
			u.denies.Add(1)
		case said != gate.Allow:
			u.Errorf("no answer for %s", s.code)
		case halted:
			u.Errorf("the older program allows %s, and cannot know", s.code)
		case shut && phase == after:
			u.Errorf("%s is allowed, which was suspended before the question", s.code)
		default:
			u.allows.Add(1)
		}
	}
}

// refuses: the older program signs no list any more, is not ready, does not start,
// and says so.
func (u *upgrade) refuses(at []string) {
	r, err := http.Get(u.old.url + "/statuslists/1")
	if err != nil {
		u.Fatal(err)
	}
	if err := r.Body.Close(); err != nil || r.StatusCode != http.StatusServiceUnavailable {
		u.Errorf("the older program hands out a list: %d %v", r.StatusCode, err)
	}
	self, err := os.Executable()
	if err != nil {
		u.Fatal(err)
	}
	c := exec.Command(self, append([]string{"serve", "--sign-in", "relaxed", "--listen", "127.0.0.1:0"}, at...)...)
	c.Env = append(os.Environ(), asCommand+"=1")
	if out, _ := c.CombinedOutput(); c.ProcessState.ExitCode() != statusUsage || !strings.Contains(string(out), store.ErrNewer.Error()) {
		u.Errorf("the older program starts on a newer schema: %d\n%s", c.ProcessState.ExitCode(), out)
	}
	err = u.store.Update(u.Context(), storetest.Keeper(), time.Now(), func(approval.Tx) error { return nil })
	if !errors.Is(err, store.ErrNewer) {
		u.Errorf("a write of the older program: %v", err)
	}
}

// judge: the newer program finds every act that was acknowledged, and the register
// agrees with its ledger.
func (u *upgrade) judge(newer string, at []string) {
	acked := 0
	for _, s := range u.systems {
		kept := map[string]bool{}
		err := u.store.View(u.Context(), storetest.Keeper(), func(r approval.Reader) error {
			x, err := r.System(s.code)
			for _, p := range x.Suspensions {
				kept[p.Number] = true
				if p.Lift != nil {
					kept[p.Lift.Number] = true
				}
			}
			return err
		})
		if err != nil {
			u.Fatal(err)
		}
		acked += len(s.acked)
		for _, number := range s.acked {
			if !kept[number] {
				u.Errorf("act %s on %s was acknowledged and is lost", number, s.code)
			}
		}
	}
	if acked < 5 {
		u.Errorf("%d acts only", acked)
	}
	c := exec.Command(newer, append([]string{"verify"}, at...)...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil || !strings.Contains(out.String(), " 0 violations") {
		u.Errorf("the newer program does not find the register whole: %v\n%s", err, out.String())
	}
}
