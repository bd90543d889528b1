package gate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
)

// faulty is a register in memory that fails as it is told.
type faulty struct {
	*shelf
	fault func(sts []approval.Standing, h *approval.Head) error
}

func (f *faulty) Standings(ctx context.Context, at time.Time, codes ...string) ([]approval.Standing, approval.Head, error) {
	sts, h, err := f.shelf.Standings(ctx, at, codes...)
	if f.fault != nil {
		err = f.fault(sts, &h)
	}
	return sts, h, err
}

// dice may be thrown by several: the gate reads beside the questions.
type dice struct {
	mu sync.Mutex
	r  *rand.Rand
}

func (d *dice) IntN(n int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.r.IntN(n)
}

func (d *dice) Int64N(n int64) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.r.Int64N(n)
}

// hands are those of a clock that several look at and the test sets.
type hands struct {
	mu sync.Mutex
	t  time.Time
}

func (h *hands) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.t
}

func (h *hands) set(t time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.t = t
}

func (h *hands) add(d time.Duration) { h.set(h.Now().Add(d)) }

// lastDay is the last day of the systems that end.
const lastDay = law.Day("2026-12-01")

// ward is a register of 64 systems: those of an even number may connect, every
// fourth of them until lastDay, the others are revoked or retired.
func ward() *shelf {
	s := &shelf{systems: map[string]approval.System{}, head: approval.Head{Size: 99, Root: "ef"}}
	for i := range 64 {
		sys := connected(numbered(i))
		sys.RegisteredAt = noon("2026-11-01")
		switch {
		case i%4 == 1:
			sys.Approvals[0].Revocation = &approval.Revocation{At: noon("2026-11-21")}
		case i%4 == 3:
			sys.Retirement = &approval.Retirement{At: noon("2026-11-21")}
		case i%8 == 0:
			sys.Approvals[0].Until = lastDay
		}
		s.systems[sys.Code] = sys
	}
	return s
}

func numbered(i int) string { return fmt.Sprintf("S-%04d", i) }

// mayConnect tells the truth about a system of the ward at a time.
func mayConnect(i int, at time.Time) bool {
	return i%2 == 0 && (i%8 != 0 || at.Before(lastDay.AddDays(1).Time()))
}

// TestMillionFaults: over a million questions while something is broken, and not one
// allow that the record does not give; where nothing can be known, no allow at
// all.
func TestMillionFaults(t *testing.T) {
	each := 150_000
	if testing.Short() {
		each = 5_000
	}
	down := errors.New("disk I/O error")
	type rig struct {
		*gate.Gate
		store *faulty
		clock *hands
		rand  *dice
	}
	for _, c := range []struct {
		name  string
		setup func(*rig)
		step  func(*rig)
		open  bool // an allow is possible
	}{
		{"the store fails", func(r *rig) {
			r.clock.add(time.Second)
			r.store.fault = func([]approval.Standing, *approval.Head) error { return down }
		}, nil, false},
		{"the store panics", func(r *rig) {
			r.clock.add(time.Second)
			r.store.fault = func([]approval.Standing, *approval.Head) error { panic("page") }
		}, nil, false},
		{"the store lies at random", func(r *rig) {
			r.store.fault = func(sts []approval.Standing, h *approval.Head) error {
				switch n := r.rand.IntN(6); {
				case n == 0:
					return down
				case n == 1 && len(sts) > 0:
					sts[0].Code = "other"
				case n == 2 && len(sts) > 0:
					sts[0].At = sts[0].At.Add(-time.Hour)
				case n == 3:
					h.Size += r.rand.Int64N(3) - 1
				case n == 4:
					panic("page")
				}
				return nil
			}
		}, func(r *rig) { r.clock.add(time.Duration(r.rand.IntN(300)) * time.Millisecond) }, true},
		{"the clock jumps", func(*rig) {}, func(r *rig) {
			r.clock.set(noon(lastDay).Add(time.Duration(r.rand.Int64N(int64(48*time.Hour))) - 24*time.Hour))
			if r.rand.IntN(3) > 0 { // and runs
				r.clock.set(r.Now().Add(time.Duration(r.rand.IntN(1000)) * time.Millisecond))
			}
		}, true},
		{"no law", func(r *rig) { r.Book = nil }, nil, false},
		{"empty law", func(r *rig) { r.Book = &law.Book{} }, nil, false},
		{"nothing loaded", func(r *rig) { r.Board = gate.NewBoard(r.Book) }, nil, false},
		{"memory is short", func(*rig) {}, func(r *rig) { r.clock.add(time.Millisecond) }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, b := ward(), open(t)
			clock := &hands{t: noon(today)}
			f := &faulty{shelf: s}
			r := &rig{&gate.Gate{Standings: f, Book: b, Board: s.board(t, b, clock.Now()), Clock: clock.Now}, f, clock, &dice{r: rand.New(rand.NewPCG(7, uint64(len(c.name))))}}
			if v := r.Ask(t.Context(), gate.Question{Provider: numbered(2)}); v.Decision != gate.Allow {
				t.Fatal("shut before the fault:", told(v))
			}
			if c.name == "memory is short" {
				defer debug.SetGCPercent(debug.SetGCPercent(2))
				defer debug.SetMemoryLimit(debug.SetMemoryLimit(16 << 20))
			}
			c.setup(r)
			allows := 0
			for n := range each {
				if c.step != nil && n%8 == 0 {
					c.step(r)
				}
				i, k := r.rand.IntN(64), r.rand.IntN(64)
				q := gate.Question{Provider: numbered(i)}
				if n%2 == 0 {
					q.Consumer = numbered(k)
				}
				v := r.Ask(t.Context(), q)
				if v.Decision != gate.Allow {
					continue
				}
				allows++
				if !c.open || !mayConnect(i, v.At) || q.Consumer != "" && !mayConnect(k, v.At) || v.At.Before(clock.Now().Truncate(time.Microsecond)) {
					t.Fatalf("wrong allow: %+v at %v, the clock %v", q, v.At, clock.Now())
				}
			}
			if c.open == (allows == 0) {
				t.Errorf("%d allows", allows)
			}
			t.Logf("%d faulted, %d allowed rightly", each, allows)
		})
	}
}

// TestFaultsOverHTTP: tens of thousands of requests at every door, with a lane
// before it, while the store fails, hangs and comes back: each is answered within
// the second and a little, and the forward-auth door by 403 and an empty body.
// CAPDO_FAULTS=N asks N times.
func TestFaultsOverHTTP(t *testing.T) {
	total := int64(24_000)
	if testing.Short() {
		total = 2_000
	}
	if n, err := strconv.ParseInt(os.Getenv("CAPDO_FAULTS"), 10, 64); err == nil {
		total = n
	}
	s, b := ward(), open(t)
	began := time.Now()
	clock := func() time.Time { return noon(today).Add(time.Since(began)) }
	var broken atomic.Bool // fails
	var hung atomic.Pointer[chan struct{}]
	f := &faulty{shelf: s, fault: func([]approval.Standing, *approval.Head) error {
		if c := hung.Load(); c != nil {
			<-*c
		}
		if broken.Load() {
			return errors.New("disk I/O error")
		}
		return nil
	}}
	g := &gate.Gate{Standings: f, Book: b, Board: s.board(t, b, clock()), Clock: clock}
	srv := httptest.NewUnstartedServer(g.Handler())
	lane, err := g.Lane(srv.Listener, gate.Doors{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	srv.Listener = lane
	srv.Start()
	defer srv.Close()
	stop := make(chan struct{})
	var breaker sync.WaitGroup
	var since atomic.Int64 // nanoseconds after began since which nothing can be read; 0: it can
	breaker.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			case <-time.After(200 * time.Millisecond):
			}
			gate := make(chan struct{})
			if n%2 == 0 {
				broken.Store(true)
			} else {
				hung.Store(&gate)
			}
			since.Store(int64(time.Since(began)))
			select {
			case <-stop:
			case <-time.After(1500 * time.Millisecond):
			}
			since.Store(0)
			broken.Store(false)
			hung.Store(nil)
			close(gate)
		}
	})
	var asked, allowed, late atomic.Int64
	var readers sync.WaitGroup
	for n := range 48 {
		readers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(n), 9))
			client := &http.Client{Transport: &http.Transport{}}
			for asked.Add(1) <= total || time.Since(began) < 3600*time.Millisecond {
				i := r.IntN(64)
				down, sent := since.Load(), time.Now()
				allow := []func(*testing.T, *http.Client, string, string) bool{forward, getAllow, evaluates, inBatch}[n%4](t, client, srv.URL, numbered(i))
				if time.Since(sent) > 2*time.Second {
					late.Add(1)
				}
				if !allow {
					continue
				}
				allowed.Add(1)
				if !mayConnect(i, clock()) {
					t.Errorf("wrong allow of %s", numbered(i))
				}
				if still := since.Load(); down != 0 && still == down && int64(sent.Sub(began))-down > int64(time.Second) {
					t.Errorf("allowed %v after the register was lost", sent.Sub(began)-time.Duration(down))
				}
			}
		})
	}
	readers.Wait()
	close(stop)
	breaker.Wait()
	t.Logf("%d asked, %d allowed rightly, in %v", asked.Load(), allowed.Load(), time.Since(began))
	if allowed.Load() == 0 || late.Load() > asked.Load()/100 {
		t.Errorf("%d allowed, %d late", allowed.Load(), late.Load())
	}
}

// forward asks the forward-auth door.
func forward(t *testing.T, c *http.Client, url, code string) bool {
	req, err := http.NewRequest("GET", url+connect, nil)
	if err != nil {
		t.Error(err)
		return false
	}
	req.Header.Set("X-System-Id", code)
	resp, err := c.Do(req)
	if err != nil {
		t.Error(err)
		return false
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || len(body) > 0 || resp.ContentLength != 0 || resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusForbidden {
		t.Errorf("%d, %q, %v", resp.StatusCode, body, err)
	}
	return resp.StatusCode == http.StatusOK
}

// evaluates asks in the words of AuthZEN, about a system and itself.
func evaluates(t *testing.T, c *http.Client, url, code string) bool {
	var out struct{ Decision bool }
	status := postJSON(t, c, url+evaluation, "{"+tuple(code, code)+"}", &out)
	if status != http.StatusOK {
		t.Errorf("evaluation: %d", status)
	}
	return out.Decision
}

// inBatch asks among others.
func inBatch(t *testing.T, c *http.Client, url, code string) bool {
	var out struct{ Answers []gate.Verdict }
	status := postJSON(t, c, url+decisions, `{"questions":[{"provider":"absent"},{"provider":"`+code+`"}]}`, &out)
	if len(out.Answers) != 2 || status != http.StatusOK && status != http.StatusServiceUnavailable {
		t.Errorf("batch: %d, %+v", status, out)
		return false
	}
	return status == http.StatusOK && out.Answers[1].Decision == gate.Allow
}

func postJSON(t *testing.T, c *http.Client, url, body string, into any) int {
	resp, err := c.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		t.Error(err)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Error(err)
	}
	return resp.StatusCode
}

// getAllow asks with GET, as a gateway should: 200, JSON, allow, now.
func getAllow(t *testing.T, c *http.Client, url, code string) bool {
	resp, err := c.Get(url + decisions + "?provider=" + code)
	if err != nil {
		t.Error(err)
		return false
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	var v gate.Verdict
	if err := json.Unmarshal(body, &v); err != nil || v.Decision != gate.Allow && v.Decision != gate.Deny {
		t.Errorf("%d %s: %v", resp.StatusCode, body, err)
	}
	if v.Decision == gate.Allow && resp.StatusCode != http.StatusOK || resp.StatusCode != http.StatusOK && !strings.HasPrefix(v.Reasons[0].Code, "F") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	return resp.StatusCode == http.StatusOK && v.Decision == gate.Allow && v.When == gate.Now
}
