package gate_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
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

// live is a register on disk with the gate before it, served over HTTP.
type live struct {
	office *approval.Office
	gate   *gate.Gate
	url    string
	store  *store.Store
	reads  *counted
	dir    string
}

// counted counts the reads of systems.
type counted struct {
	*store.Store
	n atomic.Int64
}

func (c *counted) Standings(ctx context.Context, at time.Time, codes ...string) ([]approval.Standing, approval.Head, error) {
	if len(codes) > 0 {
		c.n.Add(1)
	}
	return c.Store.Standings(ctx, at, codes...)
}

// serve opens a register with n systems A-0001, A-0002, …, whose clock starts
// at noon of today and runs.
func serve(t testing.TB, system func(code string) approval.System, n int) live {
	t.Helper()
	dir := t.TempDir()
	o, s := storetest.OfficeIn(t, dir, storetest.At(today))
	board := gate.NewBoard(o.Book)
	s.Watch(board)
	if err := board.Load(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	o.Clock = func() time.Time { return noon(today).Add(time.Since(began)) }
	w := approval.World{Source: "test"}
	for i := range n {
		w.Systems = append(w.Systems, system(fmt.Sprintf("A-%04d", i+1)))
	}
	if err := o.Import(t.Context(), storetest.Keeper(), w); err != nil {
		t.Fatal(err)
	}
	c := &counted{Store: s}
	g := &gate.Gate{Standings: c, Book: o.Book, Clock: o.Clock, Board: board}
	srv := httptest.NewServer(g.Handler())
	t.Cleanup(srv.Close)
	return live{o, g, srv.URL + decisions, s, c, dir}
}

// appraised is a system whose dossier waits for the owner's decision.
func appraised(code string) approval.System {
	review := approval.Review{Kind: approval.Appraisal, Outcome: approval.FindFit, By: storetest.Actor(law.RoleSpecialisedUnit, "H56").Who(), At: noon("2026-11-20")}
	return approval.System{Code: code, Name: "Hệ thống " + code, Owner: "H56", Sector: law.SectorCivil, OperatorUnit: "Trung tâm", Stage: approval.Operating, StartedOn: "2020-01-01",
		Origin: approval.Simulated, RegisteredAt: noon("2026-01-01"),
		Dossiers: []approval.Dossier{{No: 1, State: approval.Appraised, Rules: law.R331, Level: 3, SubmittedAt: noon("2026-11-10"), Editors: []string{"p.editor"}, Reviews: []approval.Review{review},
			Statement: map[string]string{"regulation_on": "2026-10-01", "risk_assessed_on": "2026-10-01"}}}}
}

// connected is a system that may connect.
func connected(code string) approval.System {
	s, regulator := appraised(code), storetest.Actor(law.RoleMPS, "")
	d := &s.Dossiers[0]
	d.State = approval.Approved
	s.Approvals = []approval.Approval{{No: 1, Dossier: 1, Level: 3, Rules: law.R331, Authority: law.RoleOwner, Number: "1/QĐ", DecidedOn: "2026-11-20", From: noon("2026-11-20").Add(time.Hour),
		Confirmation: &approval.Confirmation{By: regulator.Who(), At: noon("2026-11-21")}}}
	s.Plans = []approval.Plan{{Approval: 1, Status: approval.PlanFull, On: "2026-11-20", At: noon("2026-11-21")}}
	return s
}

// ask asks over HTTP.
func (l live) ask(t testing.TB, query string) gate.Verdict {
	t.Helper()
	resp, err := http.Get(l.url + "?" + query)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var v gate.Verdict
	if err := json.NewDecoder(resp.Body).Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestLife: through the office and over HTTP, each act opens or shuts the gate
// in the very next request, and the ledger in the answer grows with it.
func TestLife(t *testing.T) {
	l, ctx := serve(t, appraised, 1), t.Context()
	const code = "A-0001"
	size, version := int64(0), int64(1)
	var digest string
	err := l.office.Store.View(ctx, storetest.Keeper(), func(r approval.Reader) error {
		s, err := r.System(code)
		digest = s.Dossiers[0].Digest
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		name string
		act  func() (approval.System, error)
		want []string
	}{
		{"registered", nil, []string{"provider G02 no-approval deny"}},
		{"approved", func() (approval.System, error) {
			return l.office.Decide(ctx, storetest.Actor(law.RoleOwner, "H56"), code, version, approval.DecisionInput{Outcome: approval.Approve, Digest: digest, Number: "1/QĐ", DecidedOn: today, Until: "2027-11-22"})
		}, []string{"provider G06 operating-plan-not-full deny", "provider G12 not-confirmed deny"}},
		{"confirmed", func() (approval.System, error) {
			return l.office.Confirm(ctx, storetest.Actor(law.RoleMPS, ""), code, version, "")
		}, []string{"provider G06 operating-plan-not-full deny"}},
		{"deployed in part", func() (approval.System, error) {
			return l.office.DeclarePlan(ctx, storetest.Actor(law.RoleOperator, "H56"), code, version, approval.PlanInput{Status: approval.PlanPart, On: today, RoadmapUntil: "2027-01-31"})
		}, []string{"provider G07 roadmap-running limit", allowed}},
		{"deployed in full", func() (approval.System, error) {
			return l.office.DeclarePlan(ctx, storetest.Actor(law.RoleOperator, "H56"), code, version, approval.PlanInput{Status: approval.PlanFull, On: today})
		}, []string{allowed}},
		{"revoked", func() (approval.System, error) {
			return l.office.Revoke(ctx, storetest.Actor(law.RoleMPS, ""), code, version, approval.RevocationInput{Ground: "kê khai sai"})
		}, []string{"provider G02 approval-revoked deny"}},
	}
	for _, s := range steps {
		if s.act != nil {
			after, err := s.act()
			if err != nil {
				t.Fatalf("%s: %v", s.name, err)
			}
			version = after.Version
		}
		v := l.ask(t, "provider="+code)
		if !slices.Equal(told(v), s.want) || v.When != gate.Now {
			t.Errorf("%s: %v, want %v", s.name, told(v), s.want)
		}
		if v.Ledger.Size <= size || v.Ledger.Root == "" {
			t.Errorf("%s: ledger %+v after %d entries", s.name, v.Ledger, size)
		}
		size = v.Ledger.Size
	}
	if v := l.ask(t, "provider=a-0001"); told(v)[0] != "provider G02 unknown-system deny" {
		t.Errorf("the code in another case: %v", told(v))
	}
	if v := l.ask(t, "provider=A-0001&at=2026-11-22T00:00:00Z"); told(v)[0] != "provider G02 no-approval deny" || v.When != gate.Past {
		t.Errorf("before the approval: %v", told(v))
	}
}

// TestExpiryWithoutEvent: on the real register the last day passes and the
// answer turns at its very end, with nothing written.
func TestExpiryWithoutEvent(t *testing.T) {
	l := serve(t, func(code string) approval.System {
		s := connected(code)
		s.Approvals[0].Until = "2026-12-31"
		return s
	}, 1)
	clock := law.Day("2027-01-01").Time().Add(-time.Second)
	l.gate.Clock = func() time.Time { return clock }
	first := l.ask(t, "provider=A-0001")
	if first.Decision != gate.Allow || first.ValidUntil == nil {
		t.Fatalf("a second before: %v", told(first))
	}
	clock = *first.ValidUntil
	if v := l.ask(t, "provider=A-0001"); v.Decision != gate.Deny || v.Ledger != first.Ledger {
		t.Errorf("at its end: %v", told(v))
	}
}

// TestShutStore: a register whose database is closed is a fault, and a denial.
func TestShutStore(t *testing.T) {
	o, s := storetest.Office(t, storetest.At(today))
	g := &gate.Gate{Standings: s, Book: o.Book, Clock: o.Clock}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if v := g.Ask(t.Context(), gate.Question{Provider: "A"}); v.Decision != gate.Deny || !v.Fault {
		t.Errorf("%v", told(v))
	}
}

// sent is one answer and when its question was sent.
type sent struct {
	at    time.Time
	allow bool
}

// TestNoAllowAfterRevocation is a linearizability check: while readers ask
// without pause, no question sent after Revoke returned is allowed; nor when
// another process on the same file revokes.
func TestNoAllowAfterRevocation(t *testing.T) {
	t.Run("this process", func(t *testing.T) { revokeUnderLoad(t, func(l live) *approval.Office { return l.office }) })
	t.Run("another process", func(t *testing.T) {
		revokeUnderLoad(t, func(l live) *approval.Office {
			return &approval.Office{Store: storetest.OpenIn(t, l.dir), Book: l.office.Book, Clock: l.office.Clock}
		})
	})
}

func revokeUnderLoad(t *testing.T, who func(live) *approval.Office) {
	const systems, readers = 6, 4
	l := serve(t, connected, systems)
	office := who(l)
	var allows, denials int
	for i := range systems {
		code := fmt.Sprintf("A-%04d", i+1)
		var wg sync.WaitGroup
		var open atomic.Int64
		var done atomic.Bool
		logs := make([][]sent, readers)
		for r := range readers {
			wg.Go(func() {
				for last := 3; last > 0; {
					if done.Load() {
						last--
					}
					x := sent{at: time.Now()}
					x.allow = l.ask(t, "provider="+code).Decision == gate.Allow
					if logs[r] = append(logs[r], x); x.allow {
						open.Add(1)
					}
				}
			})
		}
		for began := time.Now(); open.Load() < 3*readers && time.Since(began) < 30*time.Second; {
			time.Sleep(time.Millisecond)
		}
		_, err := office.Revoke(t.Context(), storetest.Actor(law.RoleMPS, ""), code, 1, approval.RevocationInput{Ground: "kê khai sai"})
		returned := time.Now()
		done.Store(true)
		wg.Wait()
		if err != nil {
			t.Fatal(err)
		}
		for r, log := range logs {
			for _, x := range log {
				if x.allow {
					allows++
				} else {
					denials++
				}
				if x.allow && x.at.After(returned) {
					t.Errorf("%s, reader %d: allowed though asked %v after the revocation", code, r, x.at.Sub(returned))
				}
			}
		}
	}
	t.Logf("%d allows, %d denials, %d reads of the register", allows, denials, l.reads.n.Load())
	if n := l.reads.n.Load(); n*10 > int64(allows+denials) {
		t.Errorf("%d reads of the register for %d answers", n, allows+denials)
	}
	if allows < systems*readers || denials < systems*readers {
		t.Errorf("%d allows, %d denials: too few to tell", allows, denials)
	}
}
