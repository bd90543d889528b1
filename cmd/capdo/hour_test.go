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
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// TestScriptedHour: two replicas, one exact, one available, on a primary with a
// streaming standby, under questions and writes, while at random replicas are
// killed, stopped and cut off from the database, and the database is stopped,
// killed and replaced by its standby. Nobody is told an allow that was taken away
// before the question, no acknowledged act is lost, the register verifies.
// CAPDO_HOUR sets how long.
func TestScriptedHour(t *testing.T) {
	t.Parallel()
	last := 12 * time.Second
	if d, err := time.ParseDuration(os.Getenv("CAPDO_HOUR")); err == nil {
		last = d
	}
	if !alone(t) {
		return
	}
	h := newHour(t)
	ends := time.Now().Add(last)
	var work sync.WaitGroup
	stop := make(chan struct{})
	for w := range h.systems {
		work.Go(func() { h.write(w, stop) })
	}
	for r := range 6 {
		work.Go(func() { h.ask(r, stop) })
	}
	h.disturb(ends)
	close(stop)
	work.Wait()
	h.settle()
	h.judge()
}

// hour is what the test knows.
type hour struct {
	*testing.T
	pair     *storetest.Pair
	office   *approval.Office
	store    *store.Store
	replicas []*machineOf
	systems  []*subject
	dice     *rand.Rand
	done     map[string]int // disturbances by kind

	allows, denies, faults, silences, unsure atomic.Int64
}

// machineOf is a replica on its island.
type machineOf struct {
	*island
	args []string
	mu   sync.Mutex
	cmd  *exec.Cmd
}

// subject is a system that one writer suspends and reinstates.
type subject struct {
	code string

	mu    sync.Mutex
	shut  bool   // an acknowledged suspension, and nobody tries to lift it
	phase uint64 // moves with every change of shut
	acked []string
}

func newHour(t *testing.T) *hour {
	where := islands(t, 2)
	h := &hour{T: t, pair: storetest.NewPair(t, databaseHosts[:]...), dice: rand.New(rand.NewPCG(1, 2026)), done: map[string]int{}}
	var err error
	if h.store, err = store.Connect(t.Context(), h.pair.Address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.store.Close() })
	folder := t.TempDir() // shared: what signs and seals is the same everywhere
	h.store.Guard(storetest.Keys(folder))
	if err := h.store.MakeFigures(t.Context()); err != nil {
		t.Fatal(err)
	}
	book, shelf, err := rules()
	if err != nil {
		t.Fatal(err)
	}
	h.office = &approval.Office{Store: h.store, Book: book, Shelf: shelf, Clock: time.Now}
	if err := h.office.Import(t.Context(), storetest.Keeper(), approval.World{Agencies: storetest.Agencies(), Source: "test"}); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		h.systems = append(h.systems, &subject{code: storetest.Lead(t, h.office, "H56", fmt.Sprint("Một cửa ", i), storetest.Deployed).Code})
	}
	database := fmt.Sprintf("postgres://%s@/register?host=%s,%s&sslmode=disable&connect_timeout=2", storetest.Worker, databaseHosts[0], databaseHosts[1])
	for i, mode := range [][]string{{"--gate-mode", "exact"}, {"--gate-mode", "available", "--gate-lease", "1s"}} {
		m := &machineOf{island: where[i], args: append([]string{"serve", "--listen", where[i].at + ":8080", "--database", database, "--data", folder, "--sign-in", "relaxed", "--tls-in-front", "--gateways", "10.213.0.0/16"}, mode...)}
		h.replicas = append(h.replicas, m)
		m.start(t)
		t.Cleanup(m.kill)
	}
	for _, m := range h.replicas {
		h.await("a replica allows", func() bool { return m.decision(h.systems[0].code) == gate.Allow })
	}
	return h
}

// start starts the replica.
func (m *machineOf) start(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command("ip", append([]string{"netns", "exec", m.name, self}, m.args...)...)
	c.Env, c.Stderr = append(os.Environ(), asCommand+"=1"), &bytes.Buffer{}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	m.mu.Lock()
	m.cmd = c
	m.mu.Unlock()
}

func (m *machineOf) signal(s syscall.Signal) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_ = m.cmd.Process.Signal(s) // one that has ended by itself is started again below
}

// kill ends the replica at once.
func (m *machineOf) kill() {
	m.signal(syscall.SIGKILL)
	_ = m.cmd.Wait()
}

// decision is what the replica says of a system: "" nothing in time, "fault" that
// it cannot tell.
func (m *machineOf) decision(code string) string {
	c := http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := c.Get("http://" + m.at + ":8080/gate/v1/decisions?provider=" + code)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	var v gate.Verdict
	if json.NewDecoder(resp.Body).Decode(&v) != nil {
		return ""
	}
	if v.Fault {
		return "fault"
	}
	return v.Decision
}

// write suspends a system and reinstates it, until it is told to stop.
func (h *hour) write(i int, stop <-chan struct{}) {
	s, dice := h.systems[i], rand.New(rand.NewPCG(3, uint64(i)))
	regulator := storetest.Actor(law.RoleMPS, "G01")
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		case <-time.After(time.Duration(20+dice.IntN(120)) * time.Millisecond):
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		var x approval.System
		err := h.store.View(ctx, regulator, func(r approval.Reader) (err error) {
			x, err = r.System(s.code)
			return err
		})
		if err == nil {
			number := fmt.Sprintf("%d/%d", i, n)
			if len(x.Standing(time.Now()).Suspensions) > 0 {
				s.turn(false)
				_, err = h.office.Reinstate(ctx, regulator, s.code, x.Version, "xong", number)
			} else {
				if _, err = h.office.Suspend(ctx, regulator, s.code, x.Version, approval.SuspensionInput{Ground: "x", Number: number}); err == nil {
					s.turn(true)
				}
			}
			if err == nil {
				s.acked = append(s.acked, number)
			} else {
				h.unsure.Add(1)
			}
		}
		cancel()
	}
}

// turn notes that a system is shut, or that it may be open.
func (s *subject) turn(shut bool) {
	s.mu.Lock()
	s.shut, s.phase = shut, s.phase+1
	s.mu.Unlock()
}

func (s *subject) now() (bool, uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shut, s.phase
}

// ask asks replicas. An allow is wrong when the system was shut before the
// question was sent, and still when the answer came.
func (h *hour) ask(i int, stop <-chan struct{}) {
	dice := rand.New(rand.NewPCG(5, uint64(i)))
	for {
		select {
		case <-stop:
			return
		case <-time.After(time.Duration(dice.IntN(8)) * time.Millisecond):
		}
		s, m := h.systems[dice.IntN(len(h.systems))], dice.IntN(len(h.replicas))
		shut, phase := s.now()
		said := h.replicas[m].decision(s.code)
		_, after := s.now()
		switch said {
		case gate.Allow:
			h.allows.Add(1)
			if shut && phase == after {
				h.Errorf("replica %d allows %s, which was suspended before the question", m, s.code)
			}
		case gate.Deny:
			h.denies.Add(1)
		case "fault":
			h.faults.Add(1)
		default:
			h.silences.Add(1)
		}
	}
}

// disturb does one thing after another to replicas and database, until the end.
func (h *hour) disturb(ends time.Time) {
	h.failOver() // at least once
	for time.Now().Before(ends) {
		m, a := h.replicas[h.dice.IntN(2)], time.Duration(100+h.dice.IntN(2500))*time.Millisecond
		undo, what := func() {}, ""
		switch h.dice.IntN(12) {
		case 0, 1:
			what = "replica killed"
			m.kill()
			undo = func() { m.start(h.T) }
		case 2, 3, 4:
			what = "replica stopped"
			m.signal(syscall.SIGSTOP)
			undo = func() { m.signal(syscall.SIGCONT) }
		case 5, 6, 7:
			what = "replica cut off"
			undo = m.part(h.T)
		case 8:
			what = "primary stopped"
			undo = h.pair.Pause(h.T, false)
		case 9:
			what = "standby stopped"
			undo = h.pair.Pause(h.T, true)
		case 10:
			what = "both replicas cut off"
			one, other := h.replicas[0].part(h.T), h.replicas[1].part(h.T)
			undo = func() { one(); other() }
		case 11:
			h.failOver()
			continue
		}
		h.done[what]++
		time.Sleep(a)
		undo()
		time.Sleep(time.Duration(h.dice.IntN(1500)) * time.Millisecond)
	}
}

// failOver kills the primary, promotes its standby and makes a new one.
func (h *hour) failOver() {
	h.done["failover"]++
	h.pair.Kill(h.T)
	time.Sleep(time.Duration(h.dice.IntN(1000)) * time.Millisecond)
	h.pair.Promote(h.T)
	h.pair.Renew(h.T)
}

// await waits for something to be so.
func (h *hour) await(what string, so func() bool) {
	h.Helper()
	for range 1200 {
		if so() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	for i, m := range h.replicas {
		h.Logf("replica %d said: %s", i, m.cmd.Stderr)
	}
	h.Fatalf("it was waited in vain that %s", what)
}

// settle waits until every replica answers again as the register stands.
func (h *hour) settle() {
	for _, s := range h.systems {
		want := gate.Allow
		h.await("the register answers", func() bool {
			err := h.store.View(context.Background(), storetest.Keeper(), func(r approval.Reader) error {
				x, err := r.System(s.code)
				if len(x.Standing(time.Now()).Suspensions) > 0 {
					want = gate.Deny
				}
				return err
			})
			return err == nil
		})
		for i, m := range h.replicas {
			h.await(fmt.Sprintf("replica %d answers %s for %s again", i, want, s.code), func() bool { return m.decision(s.code) == want })
		}
	}
}

// judge looks for acts that were acknowledged and are gone, and verifies.
func (h *hour) judge() {
	acked := 0
	for _, s := range h.systems {
		kept := map[string]bool{}
		err := h.store.View(context.Background(), storetest.Keeper(), func(r approval.Reader) error {
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
			h.Fatal(err)
		}
		acked += len(s.acked)
		for _, number := range s.acked {
			if !kept[number] {
				h.Errorf("act %s on %s was acknowledged and is lost", number, s.code)
			}
		}
	}
	r, err := h.store.Verify(context.Background())
	if err != nil || len(r.Violations) > 0 {
		h.Errorf("the register does not verify: %v %+v", err, r.Violations)
	}
	h.Logf("%v; %d acts acknowledged, of %d nobody knows; answers: %d allow, %d deny, %d fault, %d none; %d entries verified",
		h.done, acked, h.unsure.Load(), h.allows.Load(), h.denies.Load(), h.faults.Load(), h.silences.Load(), r.Entries)
	if acked < 10 || h.allows.Load() == 0 || h.denies.Load() == 0 {
		h.Error(errors.New("too little was done to prove anything"))
	}
}
