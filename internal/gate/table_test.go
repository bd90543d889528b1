package gate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// TestTable: what is put in is found, whatever the length of its code and
// however often the table grows; nothing else is; and it stays within 64 bytes a
// system.
func TestTable(t *testing.T) {
	b := NewBoard(book(t))
	tab := newTable(0)
	name := func(i int) string { return fmt.Sprintf("%d%s", i, strings.Repeat("x", i%60)) }
	const n = 20_000
	for i := range n {
		tab = tab.add(b.seed, name(i), [platforms]word{word(i), word(i + 1)})
	}
	for i := range n {
		w, again := tab.find(b.seed, name(i))
		if w == nil || again || w.words() != [platforms]word{word(i), word(i + 1)} {
			t.Fatalf("%s: %v, %v", name(i), w, again)
		}
		for _, other := range []string{name(i) + "y", name(i + n), "y" + name(i)[1:]} {
			if w, _ := tab.find(b.seed, other); w != nil {
				t.Fatalf("%q found", other)
			}
		}
	}
	for i := range n { // codes of one length that begin alike
		tab = tab.add(b.seed, coded(i), [platforms]word{word(i), word(i + 1)})
	}
	for i := range n {
		if w, _ := tab.find(b.seed, coded(i)); w == nil || w.words() != [platforms]word{word(i), word(i + 1)} {
			t.Fatalf("%s: %v", coded(i), w)
		}
		if w, _ := tab.find(b.seed, coded(i+n)); w != nil {
			t.Fatalf("%q found", coded(i+n))
		}
	}
	seen := 0
	tab.each(func(*cell) { seen++ })
	if seen != 2*n {
		t.Errorf("%d of %d visited", seen, 2*n)
	}
	b = filled(t, 200_000)
	bytes := 8 * (len(b.table.Load().marks) + len(b.table.Load().cells)*len(cell{}))
	if per := float64(bytes) / 200_000; per > 64 {
		t.Errorf("%.1f bytes a system", per)
	} else {
		t.Logf("%.1f bytes a system", per)
	}
}

// TestLookAllocatesNothing, of one system and of two.
func TestLookAllocatesNothing(t *testing.T) {
	b := filled(t, 1000)
	for _, q := range []Question{{Provider: coded(7)}, {Provider: coded(7), Consumer: coded(8)}, {Provider: "absent"}} {
		b.look(noonToday(), &q) // the first makes the chord
		if n := testing.AllocsPerRun(100, func() {
			if _, o := b.look(noonToday(), &q); o != known {
				t.Fatal(o)
			}
		}); n != 0 {
			t.Errorf("%+v: %v allocations", q, n)
		}
	}
}

func book(t testing.TB) *law.Book {
	t.Helper()
	b, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func noonToday() time.Time { return time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC) }

// coded is a code of the usual length.
func coded(i int) string { return fmt.Sprintf("000.%02d.%02d.G%02d-%06d", i%64, i%98, i%62, i) }

// goodStanding meets every rule.
func goodStanding(at time.Time) approval.Standing {
	return approval.Standing{Code: "x", Owner: "H56", Sector: law.SectorCivil, Stage: approval.Operating, At: at, Registered: true,
		Approval:  &approval.Approval{No: 1, Level: 3, Rules: law.R331, Authority: law.RoleOwner, DecidedOn: "2026-09-01", From: at.AddDate(0, -2, 0), Until: "2028-12-31"},
		Confirmed: true, Plan: approval.PlanFull, Inspected: "2026-09-15", RiskAssessed: "2026-08-20", Minutes: "2026-10-01"}
}

// source is n systems, one in twenty revoked.
type source struct {
	b *Board
	n int
}

func (s source) Stamp() uint64 { return 0 }

func (s source) Decisions(_ context.Context, _ func(int, string) error, system func(approval.Decided) error) (approval.Head, time.Time, error) {
	at := noonToday()
	st := goodStanding(at)
	good := s.b.judge(st)
	st.Approval, st.Former = nil, st.Approval
	bad := s.b.judge(st)
	for i := range s.n {
		w := good
		if i%20 == 19 {
			w = bad
		}
		if err := system(approval.Decided{Code: coded(i), NDXP: uint64(w[0]), NDOP: uint64(w[1])}); err != nil {
			return approval.Head{}, at, err
		}
	}
	return approval.Head{Size: int64(s.n), Root: "ab"}, at, nil
}

// filled is a board of n systems whose lease does not end.
func filled(t testing.TB, n int) *Board {
	t.Helper()
	b := NewBoard(book(t))
	if err := b.Load(t.Context(), source{b, n}); err != nil {
		t.Fatal(err)
	}
	b.lease.Store(1 << 62)
	return b
}

// BenchmarkLook is one decision in process, the clock passed in, in random
// order, for one system and for a pair; and what it costs to publish one.
func BenchmarkLook(bb *testing.B) {
	for _, n := range []int{7_008, 1_000_000} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		b := filled(bb, n)
		runtime.GC()
		runtime.ReadMemStats(&after)
		r := rand.New(rand.NewPCG(1, 2))
		qs, pairs := make([]Question, 1<<20), make([]Question, 1<<20)
		for i := range qs {
			qs[i] = Question{Provider: coded(r.IntN(n))}
			pairs[i] = Question{Provider: coded(r.IntN(n)), Consumer: coded(r.IntN(n))}
		}
		now := noonToday()
		for name, list := range map[string][]Question{"one": qs, "pair": pairs} {
			bb.Run(fmt.Sprintf("%s of %d", name, n), func(bb *testing.B) {
				bb.ReportAllocs()
				bb.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/system")
				i := 0
				for bb.Loop() {
					if _, o := b.look(now, &list[i&(1<<20-1)]); o != known {
						bb.Fatal(o)
					}
					i++
				}
			})
		}
		bb.Run(fmt.Sprintf("publish in %d", n), func(bb *testing.B) {
			i := 0
			for bb.Loop() {
				q := &qs[i&(1<<20-1)]
				w, _ := b.table.Load().find(b.seed, q.Provider)
				d := []approval.Decided{{Code: q.Provider, NDXP: uint64(w.words()[0]), NDOP: shut}}
				b.Before(b.scene.Load().head.Size, d, false)
				b.After(b.scene.Load().head, now, 0)
				i++
			}
		})
	}
}
