package connection_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/connection"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

const today = law.Day("2026-11-22")

// world is a register with a consumer of H56 and a provider of H41 that both
// may connect, and the provider's data service S1.
type world struct {
	*testing.T
	clock              *storetest.Clock
	store              *store.Store
	systems            *approval.Office
	office             *connection.Office
	gate, board        *gate.Gate // without and with what it remembers
	consumer, provider string
}

func open(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, clock: storetest.At(today)}
	o, s := storetest.Office(t, w.clock)
	w.store, w.systems = s, o
	w.office = &connection.Office{Store: s, Book: o.Book, Clock: w.clock.Now}
	w.gate = &gate.Gate{Standings: s, Book: o.Book, Clock: w.clock.Now}
	w.board = &gate.Gate{Standings: s, Book: o.Book, Clock: w.clock.Now, Board: gate.NewBoard(o.Book)}
	s.Watch(w.board.Board)
	if err := w.board.Board.Load(context.Background(), s); err != nil {
		t.Fatal(err)
	}
	w.consumer = storetest.Lead(t, o, "H56", "Một cửa", storetest.Deployed).Code
	w.provider = storetest.Lead(t, o, "H41", "Kho dữ liệu", storetest.Deployed).Code
	if _, err := w.office.AddService(context.Background(), officer("H41"), connection.ServiceInput{Code: "S1", Name: "Tra cứu", Provider: w.provider}); err != nil {
		t.Fatal(err)
	}
	return w
}

func officer(body string) approval.Actor { return storetest.Actor(law.RoleOperator, body) }

// reviewer is the n-th person of the regulator.
func reviewer(n string) approval.Actor {
	a := storetest.Actor(law.RoleMPS, "G01")
	a.Person += n
	return a
}

func (w *world) tick(d time.Duration) { w.clock.T = w.clock.T.Add(d) }

func (w *world) request(profile string) connection.Connection {
	w.Helper()
	c, err := w.office.Request(context.Background(), officer("H56"), w.input(profile))
	if err != nil {
		w.Fatal(err)
	}
	return c
}

func (w *world) input(profile string) connection.RequestInput {
	return connection.RequestInput{Consumer: w.consumer, Service: "S1", Purpose: "Tra cứu hồ sơ", Basis: "NĐ 278/2025/NĐ-CP", Platform: "NDXP", Profile: profile}
}

// must does an act and wants it done.
func (w *world) must(a approval.Actor, c connection.Connection, act string, in connection.Input) connection.Connection {
	w.Helper()
	c, err := w.office.Do(context.Background(), a, c.ID, c.Version, act, in)
	if err != nil {
		w.Fatalf("%s: %v", act, err)
	}
	return c
}

// refused wants an act refused by a rule, with nothing written.
func (w *world) refused(a approval.Actor, c connection.Connection, act string, in connection.Input, rule string) {
	w.Helper()
	before := w.head()
	_, err := w.office.Do(context.Background(), a, c.ID, c.Version, act, in)
	var r *approval.Refusal
	if !errors.As(err, &r) || r.Findings[0].Rule != rule || r.Findings[0].Says.VI == "" || r.Findings[0].Says.EN == "" {
		w.Errorf("%s: %v, want the rule %s", act, err, rule)
	}
	if w.head() != before {
		w.Errorf("%s was refused and wrote something", act)
	}
}

func (w *world) head() (h approval.Head) {
	w.Helper()
	err := w.store.View(context.Background(), storetest.Keeper(), func(r approval.Reader) (err error) {
		h, err = r.Head()
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return h
}

// ask asks the gate for the connection to S1; at is zero for now. A gate that
// remembers says the same, the first time and the second.
func (w *world) ask(profile string, at time.Time) gate.Verdict {
	w.Helper()
	for _, service := range []string{"", "S1"} {
		for range 2 {
			q := gate.Question{Provider: w.provider, Consumer: w.consumer, Service: service, Profile: profile, At: at}
			want, got := w.gate.Ask(context.Background(), q), w.board.Ask(context.Background(), q)
			if !reflect.DeepEqual(got, want) {
				w.Errorf("from memory: %+v\nwant %+v", got, want)
			}
		}
	}
	return w.gate.Ask(context.Background(), gate.Question{Provider: w.provider, Consumer: w.consumer, Service: "S1", Profile: profile, At: at})
}

// wants compares the answer now: the decision, and the codes of the reasons.
func (w *world) wants(what, want string) {
	w.Helper()
	if got := told(w.ask("", time.Time{})); got != want {
		w.Errorf("%s: %s, want %s", what, got, want)
	}
}

func told(v gate.Verdict) string {
	out := v.Decision
	for _, r := range v.Reasons {
		if r.Effect != law.EffectWarn && !strings.Contains(out, r.Code) {
			out += " " + r.Code
		}
	}
	return out
}

// sound wants the ledger and the tables to agree.
func (w *world) sound() {
	w.Helper()
	r, err := w.store.Verify(context.Background())
	if err != nil || len(r.Violations) > 0 {
		w.Errorf("verify: %v %+v", err, r.Violations)
	}
}
