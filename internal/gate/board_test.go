package gate_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/connection"
	"capdo/internal/gate"
	"capdo/internal/law"
)

// shelf is a register in memory that counts how often systems are read from it.
type shelf struct {
	systems map[string]approval.System
	ended   map[string]law.Day
	links   map[string][]connection.Connection // by the consumer
	head    approval.Head
	reads   atomic.Int64
}

func (s *shelf) standing(code string, at time.Time) approval.Standing {
	sys, ok := s.systems[code]
	if !ok {
		return approval.Standing{Code: code, At: at}
	}
	st := sys.Standing(at)
	st.OwnerEnded = s.ended[code]
	for _, k := range s.links[code] {
		if !at.Before(k.Steps[0].At) {
			st.Links = append(st.Links, k.Link(at))
		}
	}
	return st
}

func (s *shelf) Standings(_ context.Context, at time.Time, codes ...string) ([]approval.Standing, approval.Head, error) {
	if len(codes) > 0 {
		s.reads.Add(1)
	}
	var out []approval.Standing
	for _, code := range codes {
		out = append(out, s.standing(code, at))
	}
	return out, s.head, nil
}

// kept makes a Source of a function.
type kept func(pattern func(int, string) error, system func(approval.Decided) error) (approval.Head, time.Time, error)

func (k kept) Stamp() uint64 { return 0 }

func (k kept) Decisions(_ context.Context, pattern func(int, string) error, system func(approval.Decided) error) (approval.Head, time.Time, error) {
	return k(pattern, system)
}

// board returns one that holds the decisions of s as at an instant, kept by
// another board and read back.
func (s *shelf) board(t testing.TB, b *law.Book, at time.Time) *gate.Board {
	t.Helper()
	out := gate.NewBoard(b)
	if err := out.Load(t.Context(), s.kept(b, at)); err != nil {
		t.Fatal(err)
	}
	return out
}

// kept are the decisions of s as at an instant, made by a board that numbers its
// patterns in an order of its own.
func (s *shelf) kept(b *law.Book, at time.Time) gate.Source {
	maker := gate.NewBoard(b)
	var ds []approval.Decided
	for code := range s.systems {
		ds = append(ds, maker.Judge(s.standing(code, at)))
	}
	return kept(func(pattern func(int, string) error, system func(approval.Decided) error) (approval.Head, time.Time, error) {
		for _, d := range ds {
			for _, w := range []uint64{d.NDXP, d.NDOP} {
				if no, text, ok := maker.Pattern(w); ok {
					if err := pattern(no, text); err != nil {
						return approval.Head{}, at, err
					}
				}
			}
		}
		for _, d := range ds {
			if err := system(d); err != nil {
				return approval.Head{}, at, err
			}
		}
		return s.head, at, nil
	})
}

// TestBoardIsDecide: in random worlds, at random times and around the instants
// at which answers turn, read again under other numbers or not, the ready-made answer is that of the slow way, in every
// field, and on every door.
func TestBoardIsDecide(t *testing.T) {
	strict, err := edit(t, "value: warn", "value: deny", "code: G09\n    effect: warn", "code: G09\n    effect: deny", "code: G11\n    effect: warn", "code: G11\n    effect: deny")
	if err != nil {
		t.Fatal(err)
	}
	lenient, err := edit(t, "code: G03\n    effect: deny", "code: G03\n    effect: warn")
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string]*law.Book{"shipped": open(t), "strict": strict, "lenient": lenient} {
		r := rand.New(rand.NewPCG(2026, 11))
		var asked, quick, allows int
		for range 30 {
			now := noon("2024-03-01").Add(time.Duration(r.Int64N(4 * 365 * 24 * int64(time.Hour)))).Truncate(time.Microsecond)
			a, q, al := compare(t, name, b, draw{r, now})
			asked, quick, allows = asked+a, quick+q, allows+al
		}
		t.Logf("%s: %d asked, %d of them without a read, %d allows", name, asked, quick, allows)
		if quick*10 < asked*4 || allows*100 < asked {
			t.Errorf("%s: %d asked, %d without a read, %d allows: too few to tell", name, asked, quick, allows)
		}
	}
}

// compare asks one world both ways, time running on.
func compare(t *testing.T, name string, b *law.Book, d draw) (asked, quick, allows int) {
	t.Helper()
	s := &shelf{systems: map[string]approval.System{}, ended: map[string]law.Day{}, links: map[string][]connection.Connection{}, head: approval.Head{Size: 12, Root: "cd"}}
	codes := []string{"absent"}
	for i := range 8 {
		code := fmt.Sprintf("%s-%04d", strings.Repeat("X", i*3), i)
		codes = append(codes, code)
		sys := d.system(b, code)
		if i == 7 { // a clock that lags behind the record
			sys.RegisteredAt = d.now.Add(36 * time.Hour)
		}
		if d.IntN(6) == 0 {
			sys.Suspensions = append(sys.Suspensions, approval.Suspension{Direction: []approval.Direction{"", approval.AsProvider, approval.AsConsumer}[d.IntN(3)], Service: []string{"", "S1"}[d.IntN(2)],
				From: d.now.Add(time.Duration(d.IntN(60)) * time.Hour), At: d.now, Until: d.within(400)})
		}
		for range d.IntN(5) {
			s.links[code] = append(s.links[code], d.connection(code, codes[d.IntN(len(codes))]))
		}
		if d.IntN(4) == 0 {
			s.ended[code] = d.within(900)
		}
		s.systems[code] = sys
	}
	clock, lagging := d.now, d.now.Add(37*time.Hour)
	read := func() time.Time { return clock }
	slow := &gate.Gate{Standings: s, Book: b, Clock: read}
	fast := &gate.Gate{Standings: s, Book: b, Clock: read, Board: s.board(t, b, d.now)}
	times := []time.Time{d.now}
	for _, day := range []law.Day{"2025-03-01", "2026-07-01", "2026-08-19", "2027-01-01", "2027-07-02"} {
		times = append(times, around(day.Time())...)
	}
	for range 6 {
		x := d.now.Add(time.Duration(d.Int64N(900 * 24 * int64(time.Hour))))
		times = append(times, x)
		times = append(times, around(law.DayOf(x).Time())...)
	}
	for _, code := range codes {
		if v := slow.Ask(t.Context(), gate.Question{Provider: code}); v.ValidUntil != nil {
			times = append(times, around(*v.ValidUntil)...)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	for _, x := range times {
		if x.Before(clock) {
			continue
		}
		clock = x.Truncate(time.Microsecond)
		if d.IntN(6) == 0 { // another process has numbered what this one has, too
			if err := fast.Board.Load(t.Context(), s.kept(b, clock)); err != nil {
				t.Fatal(err)
			}
		}
		fast.Ask(t.Context(), gate.Question{Provider: "nobody"}) // the register is seen unchanged
		for range 4 {
			q := gate.Question{Provider: codes[d.IntN(len(codes))], Platform: []string{"", "NDXP", "NDOP"}[d.IntN(3)]}
			if d.IntN(3) > 0 {
				q.Consumer = codes[d.IntN(len(codes))]
				q.Service, q.Profile = []string{"", "S1", "S2"}[d.IntN(3)], []string{"", "", gate.Production, gate.Sandbox}[d.IntN(4)]
			}
			if own := s.links[q.Consumer]; len(own) > 0 && d.IntN(3) > 0 {
				k := own[d.IntN(len(own))]
				q.Provider, q.Service, q.Profile = k.Provider, k.Service, k.Profile
			}
			before := s.reads.Load()
			got := fast.Ask(t.Context(), q)
			if asked++; s.reads.Load() == before {
				quick++
			}
			want := slow.Ask(t.Context(), q)
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("%s: %+v at %v (judged %v):\n got %+v\nwant %+v", name, q, clock, d.now, got, want)
			}
			if want.Decision == gate.Allow {
				allows += 2
			}
			reread := true
			for tries := 0; reread && tries < 50; tries++ {
				if tries > 0 { // on a busy machine what was read has had its short time
					fast.Ask(t.Context(), gate.Question{Provider: "nobody"})
				}
				before = s.reads.Load()
				if again := fast.Ask(t.Context(), q); !reflect.DeepEqual(again, want) {
					t.Fatalf("%s: %+v at %v, asked again:\n got %+v\nwant %+v", name, q, clock, again, want)
				}
				if reread = s.reads.Load() > before; clock.Before(lagging) {
					break
				}
			}
			switch {
			case !reread:
				quick++
			case !clock.Before(lagging):
				t.Fatalf("%s: %+v at %v: asked again, the register is read", name, q, clock)
			}
			asked++
			if d.IntN(4) == 0 {
				sameBytes(t, slow, fast, q)
			}
		}
	}
	return asked, quick, allows
}

// around are the instants about one.
func around(x time.Time) []time.Time {
	return []time.Time{x.Add(-time.Second), x.Add(-time.Microsecond), x, x.Add(time.Second)}
}

// sameBytes wants the same answer of both at every door.
func sameBytes(t *testing.T, slow, fast *gate.Gate, q gate.Question) {
	t.Helper()
	query, one := "provider="+q.Provider, `"provider":"`+q.Provider+`"`
	subject := "absent"
	if q.Consumer != "" {
		query, one, subject = query+"&consumer="+q.Consumer, one+`,"consumer":"`+q.Consumer+`"`, q.Consumer
	}
	var said []string
	for _, x := range [][2]string{{"platform", q.Platform}, {"service", q.Service}, {"profile", q.Profile}} {
		if x[1] != "" {
			query, one, said = query+"&"+x[0]+"="+x[1], one+`,"`+x[0]+`":"`+x[1]+`"`, append(said, `"`+x[0]+`":"`+x[1]+`"`)
		}
	}
	if q.Consumer == "" { // AuthZEN has no question about one system alone
		said = nil
	}
	context := `,"context":{` + strings.Join(said, ",") + `}`
	for _, door := range []func(g *gate.Gate) *httptest.ResponseRecorder{
		func(g *gate.Gate) *httptest.ResponseRecorder { return get(g.Handler(), "GET", decisions, query) },
		func(g *gate.Gate) *httptest.ResponseRecorder {
			return post(g.Handler(), decisions, `{"questions":[{`+one+`},{"provider":"absent"},{`+one+`}]}`)
		},
		func(g *gate.Gate) *httptest.ResponseRecorder {
			return post(g.Handler(), evaluation, `{`+tuple(subject, q.Provider)+context+`}`)
		},
		func(g *gate.Gate) *httptest.ResponseRecorder {
			return post(g.Handler(), evaluations, `{`+tuple(subject, q.Provider)+context+`,"evaluations":[{},{"resource":`+system("absent")+`}]}`)
		},
		func(g *gate.Gate) *httptest.ResponseRecorder {
			r := httptest.NewRequest("GET", connect, nil)
			r.RemoteAddr = "127.0.0.1:9"
			r.Header.Set("X-System-Id", subject)
			r.Header.Set("X-Provider-Id", q.Provider)
			if q.Service != "" {
				r.Header.Set("X-Service-Id", q.Service)
			}
			w := httptest.NewRecorder()
			g.Handler().ServeHTTP(w, r)
			return w
		},
	} {
		want, got := door(slow), door(fast)
		for _, w := range []*httptest.ResponseRecorder{want, got} {
			if n := w.Header().Get("Content-Length"); w.Body.Len() > 0 && n != "" { // the server would count
				if n != strconv.Itoa(w.Body.Len()) {
					t.Fatalf("Content-Length %s of %d bytes", n, w.Body.Len())
				}
				w.Header().Del("Content-Length")
			}
		}
		if got.Code != want.Code || !bytes.Equal(got.Body.Bytes(), want.Body.Bytes()) || !reflect.DeepEqual(got.Header(), want.Header()) {
			t.Fatalf("%+v:\n got %d %v %s\nwant %d %v %s", q, got.Code, got.Header(), got.Body, want.Code, want.Header(), want.Body)
		}
	}
}

// connection is one of a consumer to a provider, with steps about now and some
// still to come.
func (d draw) connection(consumer, provider string) connection.Connection {
	at := func() time.Time { return d.now.Add(time.Duration(d.IntN(200)-100) * time.Hour) }
	k := connection.Connection{ID: "KN-1", Consumer: consumer, Provider: provider, Service: []string{"S1", "S2"}[d.IntN(2)], Profile: []string{connection.Production, connection.Production, connection.Sandbox}[d.IntN(3)],
		Steps: []connection.Step{{Act: connection.ActRequest, At: d.now.Add(-200 * time.Hour)}}}
	for range d.IntN(4) {
		s := connection.Step{Act: []string{connection.ActAllow, connection.ActAllow, connection.ActSuspend, connection.ActReinstate, connection.ActAgree, connection.ActEnd}[d.IntN(6)], At: d.now.Add(-time.Duration(d.IntN(100)) * time.Hour)}
		s.From = s.At
		if d.IntN(3) == 0 {
			s.From = at()
		}
		if d.IntN(3) > 0 || s.Act == connection.ActAgree {
			s.Until = at().Add(time.Duration(d.IntN(100)) * time.Minute)
		}
		k.Steps = append(k.Steps, s)
	}
	slices.SortStableFunc(k.Steps, func(a, b connection.Step) int { return a.At.Compare(b.At) })
	return k
}

// TestStillClock: the board holds for its short time though the clock stands
// still, or is set back a little: then the register is asked, and one that is
// gone leaves nothing to believe.
func TestStillClock(t *testing.T) {
	b := open(t)
	for name, back := range map[string]time.Duration{"still": 0, "back": time.Second} {
		var now atomic.Pointer[time.Time]
		set := func(x time.Time) { now.Store(&x) }
		set(noon(today))
		var gone atomic.Bool
		register := reads(func(ctx context.Context, at time.Time, codes ...string) ([]approval.Standing, approval.Head, error) {
			if gone.Load() {
				return nil, approval.Head{}, errors.New("gone")
			}
			return memory{"A": good("A")}.Standings(ctx, at, codes...)
		})
		board := gate.NewBoard(b)
		if err := board.Load(t.Context(), kept(func(pattern func(int, string) error, system func(approval.Decided) error) (approval.Head, time.Time, error) {
			d := board.Judge(good("A"))
			_, head, _ := register(t.Context(), noon(today), "A")
			return head, noon(today).Add(-time.Hour), system(d)
		})); err != nil {
			t.Fatal(err)
		}
		g := &gate.Gate{Book: b, Clock: func() time.Time { return *now.Load() }, Board: board, Standings: register}
		ask := func() string { return g.Ask(t.Context(), gate.Question{Provider: "A"}).Decision }
		if ask() != gate.Allow {
			t.Fatal("no allow with a register")
		}
		gone.Store(true)
		if ask() != gate.Allow {
			t.Errorf("%s: the board did not hold for its short time", name)
		}
		set(noon(today).Add(-back))
		time.Sleep(400 * time.Millisecond)
		if ask() == gate.Allow {
			t.Errorf("%s: allowed without a register", name)
		}
	}
}
