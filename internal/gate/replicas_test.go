package gate_test

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// replica is one of several processes on one register: its store, its board.
type replica struct {
	gate   *gate.Gate
	office *approval.Office
	store  *store.Store
}

// join makes a replica of a store. lease 0 is the exact mode.
func join(t testing.TB, s *store.Store, book *law.Book, clock func() time.Time, lease time.Duration) *replica {
	t.Helper()
	r := &replica{store: s, office: &approval.Office{Store: s, Book: book, Clock: clock}}
	r.gate = &gate.Gate{Standings: s, Book: book, Clock: clock, Board: gate.NewBoard(book)}
	s.Watch(r.gate.Board)
	if err := r.gate.Board.Load(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	go s.Follow(t.Context(), store.Following{Lease: lease, Clock: clock, Moved: r.gate.Refresh})
	return r
}

// fleet is several replicas of one register with n systems that may connect.
type fleet struct {
	replicas []*replica
	clock    func() time.Time
}

// gather makes a fleet of stores.
func gather(t testing.TB, stores []*store.Store, n int, lease time.Duration) fleet {
	t.Helper()
	book, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	keys := storetest.Keys(t.TempDir())
	for _, s := range stores {
		s.Guard(keys)
	}
	began := time.Now()
	clock := func() time.Time { return noon(today).Add(time.Since(began)) }
	w := approval.World{Source: "test", Agencies: storetest.Agencies()}
	for i := range n {
		w.Systems = append(w.Systems, connected(fmt.Sprintf("A-%04d", i+1)))
	}
	o := &approval.Office{Store: stores[0], Book: book, Clock: clock}
	if err := o.Import(t.Context(), storetest.Keeper(), w); err != nil {
		t.Fatal(err)
	}
	f := fleet{clock: clock}
	for _, s := range stores {
		f.replicas = append(f.replicas, join(t, s, book, clock, lease))
	}
	return f
}

// input is what a client does with a system: sets whether it may connect, or asks.
type input struct {
	code string
	set  bool
	open bool
}

// switching is the model: a system may connect or not, and whoever asks is told.
var switching = porcupine.Model{
	Partition: func(all []porcupine.Operation) [][]porcupine.Operation {
		by := map[string][]porcupine.Operation{}
		for _, o := range all {
			by[o.Input.(input).code] = append(by[o.Input.(input).code], o)
		}
		var out [][]porcupine.Operation
		for _, part := range by {
			out = append(out, part)
		}
		return out
	},
	Init: func() any { return true },
	Step: func(state, in, out any) (bool, any) {
		if x := in.(input); x.set {
			return true, x.open
		}
		return out.(bool) == state.(bool), state
	},
	DescribeOperation: func(in, out any) string { return fmt.Sprintf("%+v -> %v", in, out) },
}

// history records what clients did and saw.
type history struct {
	mu    sync.Mutex
	began time.Time
	all   []porcupine.Operation
	sets  int            // of all, those that write
	seen  map[string]int // answers by kind
}

func (h *history) now() int64 { return int64(time.Since(h.began)) }

func (h *history) add(o porcupine.Operation) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, o)
	if o.Input.(input).set {
		h.sets++
	}
}

// enough tells whether what was seen can show anything.
func (h *history) enough() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seen[gate.Allow] > 0 && h.seen[gate.Deny] > 0 && h.sets >= 4
}

// ask asks a replica. A refusal to judge says nothing of the system.
func (h *history) ask(client int, r *replica, code string) {
	call := h.now()
	v := r.gate.Ask(context.Background(), gate.Question{Provider: code})
	back := h.now()
	h.mu.Lock()
	switch {
	case v.Fault:
		h.seen["fault"]++
	default:
		h.seen[v.Decision]++
	}
	h.mu.Unlock()
	if !v.Fault {
		h.add(porcupine.Operation{ClientId: client, Input: input{code: code}, Call: call, Output: v.Decision == gate.Allow, Return: back})
	}
}

// turn suspends a system or lifts its suspension through a replica. Of a write
// that failed nobody knows whether it was made, or ever will be.
func (h *history) turn(client int, r *replica, code string, open bool) bool {
	ctx, regulator := context.Background(), storetest.Actor(law.RoleMPS, "")
	var x approval.System
	err := r.store.View(ctx, regulator, func(rd approval.Reader) (err error) {
		x, err = rd.System(code)
		return err
	})
	if err != nil {
		return false
	}
	call := h.now()
	if open {
		_, err = r.office.Reinstate(ctx, regulator, code, x.Version, "xong", "2")
	} else {
		_, err = r.office.Suspend(ctx, regulator, code, x.Version, approval.SuspensionInput{Ground: "x", Number: "1"})
	}
	back := h.now()
	if err != nil {
		back = math.MaxInt64
	}
	h.add(porcupine.Operation{ClientId: client, Input: input{code: code, set: true, open: open}, Call: call, Output: true, Return: back})
	return err == nil
}

// work lets clients ask and writers write, each writer its own system, until
// each asked so often and enough was seen.
func (f fleet) work(t *testing.T, readers, asks int, disturb func(stop <-chan struct{})) *history {
	t.Helper()
	h := &history{began: time.Now(), seen: map[string]int{}}
	var asking, others sync.WaitGroup
	stop := make(chan struct{})
	const writers = 2
	for w := range writers {
		others.Go(func() {
			dice := rand.New(rand.NewPCG(7, uint64(w)))
			for open := false; ; {
				select {
				case <-stop:
					return
				case <-time.After(time.Duration(dice.IntN(6)) * time.Millisecond):
				}
				if h.turn(100+w, f.replicas[dice.IntN(len(f.replicas))], fmt.Sprintf("A-%04d", w+1), open) {
					open = !open
				} else {
					open = dice.IntN(2) == 0 // whichever it is now
				}
			}
		})
	}
	if disturb != nil {
		others.Go(func() { disturb(stop) })
	}
	for c := range readers {
		asking.Go(func() {
			dice := rand.New(rand.NewPCG(11, uint64(c)))
			for n := 0; n < asks || n < 20*asks && !h.enough(); n++ { // a slow machine writes slowly
				h.ask(c, f.replicas[dice.IntN(len(f.replicas))], fmt.Sprintf("A-%04d", 1+dice.IntN(writers)))
				if dice.IntN(4) == 0 {
					time.Sleep(time.Duration(dice.IntN(2000)) * time.Microsecond)
				}
			}
		})
	}
	asking.Wait()
	close(stop)
	others.Wait()
	return h
}

// check finds, in the exact mode, an order in which every answer was right when it
// was given (linearizability). In the available mode one replica may tell what is
// being written before another does: there an answer must be right after the last
// write acknowledged before the question was sent, or after one that was not yet
// acknowledged when the answer came (regularity, Lamport 1986).
func (h *history) check(t *testing.T, lease time.Duration) {
	t.Helper()
	t.Logf("%d writes, answers %v", h.sets, h.seen)
	if lease > 0 {
		for _, o := range h.irregular() {
			t.Errorf("%+v was answered %v", o.Input, o.Output)
		}
	} else if result := porcupine.CheckOperationsTimeout(switching, h.all, time.Minute); result != porcupine.Ok {
		t.Errorf("no order of what was done explains the answers: %v", result)
	}
	if !h.enough() {
		t.Errorf("%d writes and answers %v: too little was seen", h.sets, h.seen)
	}
}

// irregular lists the answers that no write explains. A system has one writer.
func (h *history) irregular() (bad []porcupine.Operation) {
	for _, part := range switching.Partition(h.all) {
		writes := slices.DeleteFunc(slices.Clone(part), func(o porcupine.Operation) bool { return !o.Input.(input).set })
		slices.SortFunc(writes, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
		for _, o := range part {
			if o.Input.(input).set {
				continue
			}
			right := []bool{true} // as every system begins
			for _, w := range writes {
				if w.Return < o.Call {
					right = right[:0]
				}
				if w.Call < o.Return {
					right = append(right, w.Input.(input).open)
				}
			}
			if !slices.Contains(right, o.Output.(bool)) {
				bad = append(bad, o)
			}
		}
	}
	return bad
}

// TestTheCheckFindsAStaleAllow: a history with an allow after a revocation that
// was acknowledged has no order.
func TestTheCheckFindsAStaleAllow(t *testing.T) {
	of := func(client int, in input, out bool, call, back int64) porcupine.Operation {
		return porcupine.Operation{ClientId: client, Input: in, Call: call, Output: out, Return: back}
	}
	shut := of(1, input{code: "A", set: true}, true, 10, 20)
	if !porcupine.CheckOperations(switching, []porcupine.Operation{shut, of(2, input{code: "A"}, true, 15, 30)}) {
		t.Error("an allow while the revocation is under way is right")
	}
	if porcupine.CheckOperations(switching, []porcupine.Operation{shut, of(2, input{code: "A"}, true, 21, 30)}) {
		t.Error("an allow after the revocation is taken for right")
	}
	if h := (history{all: []porcupine.Operation{shut, of(2, input{code: "A"}, true, 15, 30)}}); len(h.irregular()) != 0 {
		t.Error("an allow while the revocation is under way is irregular")
	}
	if h := (history{all: []porcupine.Operation{shut, of(2, input{code: "A"}, true, 21, 30)}}); len(h.irregular()) != 1 {
		t.Error("an allow after the revocation is regular")
	}
}

// TestReplicasAreOne: three replicas on one PostgreSQL, or two processes' worth on
// one file, answer like one: in some order of all that was done, every answer was
// right.
func TestReplicasAreOne(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		dir := t.TempDir()
		gather(t, []*store.Store{file(t, dir), file(t, dir)}, 2, 0).work(t, 6, 300, nil).check(t, 0)
	})
	for name, lease := range map[string]time.Duration{"exact": 0, "available": time.Second} {
		t.Run("postgres "+name, func(t *testing.T) {
			at := storetest.Register(t)
			var stores []*store.Store
			for range 3 {
				stores = append(stores, joined(t, at))
			}
			gather(t, stores, 2, lease).work(t, 6, 300, nil).check(t, lease)
		})
	}
}

// TestAWriteDoesNotHideAnothers: a process that writes before it heard that another
// wrote does not take its own board for up to date.
func TestAWriteDoesNotHideAnothers(t *testing.T) {
	sites := map[string]func(t *testing.T) []*store.Store{
		"sqlite": func(t *testing.T) []*store.Store {
			dir := t.TempDir()
			return []*store.Store{file(t, dir), file(t, dir)}
		},
		"postgres": func(t *testing.T) []*store.Store {
			at := storetest.Register(t)
			return []*store.Store{joined(t, at), joined(t, at)}
		},
	}
	for name, open := range sites {
		t.Run(name, func(t *testing.T) {
			f := gather(t, open(t), 3, 0)
			one, other := f.replicas[0], f.replicas[1]
			h := &history{began: time.Now(), seen: map[string]int{}}
			for _, code := range []string{"A-0001", "A-0002", "A-0003"} {
				until(t, "all may connect", func() bool { return one.gate.Ask(t.Context(), gate.Question{Provider: code}).Decision == gate.Allow })
			}
			if !h.turn(1, other, "A-0002", false) || !h.turn(2, one, "A-0001", false) {
				t.Fatal("the writes failed")
			}
			for code, want := range map[string]string{"A-0001": gate.Deny, "A-0002": gate.Deny, "A-0003": gate.Allow} {
				if v := one.gate.Ask(t.Context(), gate.Question{Provider: code}); v.Decision != want {
					t.Errorf("%s: %s, want %s", code, told(v), want)
				}
			}
		})
	}
}

// size is that of the ledger.
func size(t *testing.T, s *store.Store) (n int64) {
	t.Helper()
	err := s.View(t.Context(), storetest.Keeper(), func(r approval.Reader) error {
		h, err := r.Head()
		n = h.Size
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// file opens the register of a folder in SQLite, whatever the tests run on.
func file(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func joined(t testing.TB, at string) *store.Store {
	t.Helper()
	s, err := store.Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestReplicasBehindABadNetwork: what stands between one replica and the database
// delays, hangs and breaks at random; nobody is told an allow that was taken away
// before.
func TestReplicasBehindABadNetwork(t *testing.T) {
	for name, lease := range map[string]time.Duration{"exact": 0, "available": 600 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			at := storetest.Register(t)
			through, proxy := storetest.Through(t, at)
			f := gather(t, []*store.Store{joined(t, at), joined(t, at), joined(t, through)}, 2, lease)
			h := f.work(t, 6, 250, func(stop <-chan struct{}) {
				dice := rand.New(rand.NewPCG(3, 5))
				for {
					switch dice.IntN(4) {
					case 0:
						proxy.Delay(time.Duration(dice.IntN(30)) * time.Millisecond)
					case 1:
						proxy.Hang(true)
					case 2:
						proxy.Cut()
					}
					select {
					case <-stop:
						proxy.Hang(false)
						proxy.Delay(0)
						return
					case <-time.After(time.Duration(dice.IntN(400)) * time.Millisecond):
					}
					proxy.Hang(false)
					proxy.Delay(0)
				}
			})
			h.check(t, lease)
		})
	}
}

// TestWhoCannotKnowDenies: a replica that hears nothing from the database any more
// says allow to nobody, from the moment a write that it does not know of is
// acknowledged; and allows again when it hears.
func TestWhoCannotKnowDenies(t *testing.T) {
	for name, lease := range map[string]time.Duration{"exact": 0, "available": 600 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			at := storetest.Register(t)
			through, proxy := storetest.Through(t, at)
			f := gather(t, []*store.Store{joined(t, at), joined(t, through)}, 1, lease)
			far := f.replicas[1]
			allows := func() bool {
				return far.gate.Ask(t.Context(), gate.Question{Provider: "A-0001"}).Decision == gate.Allow
			}
			until(t, "the far replica allows", allows)
			proxy.Hang(true)
			h := &history{began: time.Now(), seen: map[string]int{}}
			if !h.turn(1, f.replicas[0], "A-0001", false) {
				t.Fatal("a write waits for ever for a replica that hangs")
			}
			for range 3 {
				if v := far.gate.Ask(t.Context(), gate.Question{Provider: "A-0001"}); v.Decision != gate.Deny || !v.Fault {
					t.Fatalf("cut off, it says %s", told(v))
				}
			}
			if !h.turn(1, f.replicas[0], "A-0001", true) {
				t.Fatal("the second write failed")
			}
			proxy.Hang(false)
			until(t, "the far replica allows again", allows)
		})
	}
}

// until waits for something to be so.
func until(t *testing.T, what string, so func() bool) {
	t.Helper()
	for range 3000 {
		if so() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("it was waited in vain that %s", what)
}
