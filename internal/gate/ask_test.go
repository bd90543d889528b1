package gate_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
)

// TestFaults: whatever is wrong with the register, the law or the question, the
// answer is a denial that says so.
func TestFaults(t *testing.T) {
	known := memory{"A": good("A"), "B": good("B")}
	give := func(edit func([]approval.Standing) []approval.Standing) reads {
		return func(ctx context.Context, at time.Time, codes ...string) ([]approval.Standing, approval.Head, error) {
			sts, h, err := known.Standings(ctx, at, codes...)
			return edit(sts), h, err
		}
	}
	both := gate.Question{Provider: "A", Consumer: "B"}
	cases := []struct {
		name string
		s    gate.Standings
		q    gate.Question
		edit func(*gate.Gate)
		want string
	}{
		{"error beside standings", reads(func(ctx context.Context, at time.Time, codes ...string) ([]approval.Standing, approval.Head, error) {
			sts, h, _ := known.Standings(ctx, at, codes...)
			return sts, h, errors.New("disk")
		}), both, nil, "F01 store-unreadable deny"},
		{"nothing", give(func([]approval.Standing) []approval.Standing { return nil }), both, nil, "F01 store-unreadable deny"},
		{"too few", give(func(s []approval.Standing) []approval.Standing { return s[:1] }), both, nil, "F01 store-unreadable deny"},
		{"too many", give(func(s []approval.Standing) []approval.Standing { return append(s, s[0]) }), both, nil, "F01 store-unreadable deny"},
		{"another order", give(func(s []approval.Standing) []approval.Standing { return []approval.Standing{s[1], s[0]} }), both, nil, "F01 store-unreadable deny"},
		{"another system", give(func([]approval.Standing) []approval.Standing {
			s := good("B")
			return []approval.Standing{s}
		}), gate.Question{Provider: "A"}, nil, "F01 store-unreadable deny"},
		{"another case of the code", give(func(s []approval.Standing) []approval.Standing {
			x := good("A")
			return []approval.Standing{x}
		}), gate.Question{Provider: "a"}, nil, "F01 store-unreadable deny"},
		{"another instant", give(func(s []approval.Standing) []approval.Standing { s[0].At = s[0].At.Add(-time.Second); return s }), both, nil, "F01 store-unreadable deny"},
		{"panic", reads(func(context.Context, time.Time, ...string) ([]approval.Standing, approval.Head, error) {
			panic("index")
		}), both, nil, "F01 store-unreadable deny"},
		{"no register", nil, both, nil, "F01 store-unreadable deny"},
		{"no book", known, both, func(g *gate.Gate) { g.Book = nil }, "F02 law-empty deny"},
		{"empty book", known, both, func(g *gate.Gate) { g.Book = &law.Book{} }, "F02 law-empty deny"},
		{"no clock", known, both, func(g *gate.Gate) { g.Clock = nil }, "F00 fault deny"},
		{"broken clock", known, both, func(g *gate.Gate) { g.Clock = func() time.Time { panic("battery") } }, "F00 fault deny"},
		{"no question", known, gate.Question{}, nil, "F03 bad-question deny"},
		{"odd code", known, gate.Question{Provider: "A\x00"}, nil, "F03 bad-question deny"},
		{"long consumer", known, gate.Question{Provider: "A", Consumer: strings.Repeat("B", 65)}, nil, "F03 bad-question deny"},
		{"odd platform", known, gate.Question{Provider: "A", Platform: "ndop"}, nil, "F03 bad-question deny"},
		{"before the calendar", known, gate.Question{Provider: "A", At: time.Date(0, 5, 1, 0, 0, 0, 0, time.UTC)}, nil, "F03 bad-question deny"},
		{"the year 10000 in Viet Nam", known, gate.Question{Provider: "A", At: time.Date(9999, 12, 31, 17, 0, 0, 0, time.UTC)}, nil, "F03 bad-question deny"},
		{"unknown system", known, gate.Question{Provider: "C"}, nil, "provider G02 unknown-system deny"},
		{"unknown consumer", known, gate.Question{Provider: "A", Consumer: "C"}, nil, "consumer G02 unknown-system deny"},
		{"long before", memory{}, gate.Question{Provider: "A", At: time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC)}, nil, "provider G02 unknown-system deny"},
	}
	for _, c := range cases {
		g := at(t, c.s)
		if c.edit != nil {
			c.edit(g)
		}
		v := g.Ask(t.Context(), c.q)
		if got := strings.Join(told(v), "; "); v.Decision != gate.Deny || got != c.want || v.ValidUntil != nil || v.Reasons[0].VI == "" || v.Reasons[0].EN == "" {
			t.Errorf("%s: %s, %s, want %s", c.name, v.Decision, got, c.want)
		}
		code := v.Reasons[0].Code
		if v.Fault != (code == "F00" || code == "F01" || code == "F02") {
			t.Errorf("%s: fault %v", c.name, v.Fault)
		}
	}
	if v := at(t, known).Ask(t.Context(), both); v.Decision != gate.Allow || v.Ledger.Size != 7 || v.When != gate.Now {
		t.Errorf("the sound register: %s, %v, %+v", v.Decision, told(v), v.Ledger)
	}
}

// TestHungRegister: a register that hangs and does not heed its context is
// waited for less than a second; hung reads pile up to a bound, and the gate
// answers again once they end.
func TestHungRegister(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		known := memory{"A": good("A")}
		g := at(t, reads(func(ctx context.Context, at time.Time, codes ...string) ([]approval.Standing, approval.Head, error) {
			<-release
			return known.Standings(ctx, at, codes...)
		}))
		before, began, asked := runtime.NumGoroutine(), time.Now(), 0
		for quick := 0; quick < 10; asked++ {
			sent := time.Now()
			if v := g.Ask(t.Context(), gate.Question{Provider: "A"}); v.Decision != gate.Deny || !v.Fault {
				t.Fatalf("asked %d: %v", asked, told(v))
			}
			if took := time.Since(sent); took >= time.Second {
				t.Fatalf("asked %d: answered after %v", asked, took)
			} else if took == 0 {
				quick++
			}
			if asked > 5000 {
				t.Fatal("hung reads pile up without bound")
			}
		}
		t.Logf("%d asked in %v of the test's time, %d goroutines", asked, time.Since(began), runtime.NumGoroutine()-before)
		close(release)
		synctest.Wait()
		if v := g.Ask(t.Context(), gate.Question{Provider: "A"}); v.Decision != gate.Allow {
			t.Errorf("after the register came back: %v", told(v))
		}
		if left := runtime.NumGoroutine() - before; left > 1 {
			t.Errorf("%d goroutines left", left)
		}
	})
}

// TestAskerGoesAway: a question given up is a denial, and a store that heeds
// its context learns of it.
func TestAskerGoesAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var learned error
		g := at(t, reads(func(ctx context.Context, _ time.Time, _ ...string) ([]approval.Standing, approval.Head, error) {
			<-ctx.Done()
			learned = ctx.Err()
			return nil, approval.Head{}, learned
		}))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		v := g.Ask(ctx, gate.Question{Provider: "A"})
		synctest.Wait()
		if v.Decision != gate.Deny || learned == nil {
			t.Errorf("%v, the store learned %v", told(v), learned)
		}
	})
}

// TestWhen: an answer says how its time lies to the time of asking.
func TestWhen(t *testing.T) {
	g := at(t, memory{"A": good("A")})
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{time.Time{}, gate.Now}, {noon(today), gate.Now}, {noon(today).In(law.Zone()), gate.Now},
		{noon(today).Add(-time.Microsecond), gate.Past}, {noon(today).Add(time.Nanosecond), gate.Future}, {noon("2027-01-01"), gate.Future},
	} {
		if v := g.Ask(t.Context(), gate.Question{Provider: "A", At: c.at}); v.When != c.want || v.Decision != gate.Allow {
			t.Errorf("at %v: %s, %s", c.at, v.When, v.Decision)
		}
	}
	if v := g.Ask(t.Context(), gate.Question{Provider: " ", At: noon("2027-01-01")}); v.When != gate.Future {
		t.Errorf("refused: %s", v.When)
	}
}

// TestTimeDoesNotRunBack: what has expired stays expired when the clock is set
// back, and a revocation counts though the clock is behind it.
func TestTimeDoesNotRunBack(t *testing.T) {
	s := good("A")
	s.Approval.Until = "2026-12-31"
	g, clock := at(t, memory{"A": s}), noon("2026-12-31")
	g.Clock = func() time.Time { return clock }
	ask := func() gate.Verdict { return g.Ask(t.Context(), gate.Question{Provider: "A"}) }
	if v := ask(); v.Decision != gate.Allow {
		t.Fatalf("in its term: %v", told(v))
	}
	clock = noon("2027-01-01")
	if v := ask(); v.Decision != gate.Deny {
		t.Fatalf("after its term: %v", told(v))
	}
	clock = noon("2026-12-31")
	if v := ask(); v.Decision != gate.Deny || !v.At.Equal(noon("2027-01-01")) {
		t.Errorf("after the clock was set back: %s at %v", v.Decision, v.At)
	}
	r := good("A")
	r.Approval.Revocation = &approval.Revocation{At: noon(today).Add(time.Minute)}
	if v := at(t, memory{"A": r}).Ask(t.Context(), gate.Question{Provider: "A"}); v.Decision != gate.Deny {
		t.Errorf("revoked a minute ahead of the clock: %v", told(v))
	}
}

// TestFarTimes: no time a caller can name makes an answer fail.
func TestFarTimes(t *testing.T) {
	g := at(t, memory{})
	for _, x := range []time.Time{time.Unix(math.MaxInt64, 0), time.Unix(math.MinInt64, 0), time.Unix(0, math.MinInt64), {}} {
		if v := g.Ask(t.Context(), gate.Question{Provider: "A", At: x}); v.Decision != gate.Deny {
			t.Errorf("at %v: %v", x, told(v))
		}
	}
}
