package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestTwoTimes: an approval decided in September and entered in November was not
// believed in September, and yet was so.
func TestTwoTimes(t *testing.T) {
	o, s := storetest.Office(t, storetest.At(today))
	late := func(day law.Day) time.Time { return day.Time().Add(9 * time.Hour).UTC() }
	x := dated("H56-S0001", func(x *approval.System) {
		x.RegisteredAt, x.StartedOn = late("2025-11-01"), "2020-05-01"
		x.Approvals[0].DecidedOn, x.Approvals[0].From, x.Approvals[0].Confirmation = "2025-09-20", late("2025-11-05"), nil
		x.Plans = []approval.Plan{{Approval: 1, Status: approval.PlanFull, On: "2025-09-25", At: late("2025-12-01")}}
	})
	if err := o.Import(context.Background(), storetest.Keeper(), approval.World{Systems: []approval.System{x}}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		on                        law.Day
		known                     law.Day // end of it; "" = then
		total, approved, deployed int
	}{
		{"2025-09-30", "", 0, 0, 0},
		{"2025-09-30", "2025-11-04", 1, 0, 0},
		{"2025-09-30", "2025-11-05", 1, 1, 0},
		{"2025-09-30", "2025-12-01", 1, 1, 1},
		{"2025-09-22", "2025-12-01", 1, 1, 0},
		{"2025-09-19", "2025-12-01", 1, 0, 0},
		{"2020-04-30", "2025-12-01", 0, 0, 0},
		{"2025-11-05", "", 1, 1, 0},
		{"2025-12-01", "2025-11-10", 1, 1, 0},
	} {
		as := approval.AsOf{On: c.on}
		if c.known != "" {
			as.Known = c.known.AddDays(1).Time()
		}
		ov, err := o.Overview(context.Background(), storetest.Keeper(), as)
		if err != nil {
			t.Fatal(err)
		}
		if ov.Total != c.total || ov.Approved != c.approved || ov.Deployed != c.deployed {
			t.Errorf("on %s as known on %q: %d, %d, %d; want %d, %d, %d", c.on, c.known, ov.Total, ov.Approved, ov.Deployed, c.total, c.approved, c.deployed)
		}
	}
	sound(t, s)
}

// TestCountsAreTheStandings: at any point in both times the figures counted in SQL
// are those of the systems one by one, and what was believed at an instant is what
// the standing of that instant says.
func TestCountsAreTheStandings(t *testing.T) {
	dice := rand.New(rand.NewPCG(331, 2026))
	day := func() law.Day { return law.Day("2025-01-01").AddDays(dice.IntN(300)) }
	after := func(d law.Day) time.Time {
		return d.AddDays(dice.IntN(60)).Time().Add(time.Duration(dice.IntN(24)) * time.Hour).UTC()
	}
	var systems []approval.System
	for n := range 120 {
		started := day()
		x := approval.System{Code: fmt.Sprintf("H56-S%04d", n+1), Name: "x", Owner: "H56", Stage: approval.Operating, Origin: approval.Simulated, RegisteredAt: after(started), StartedOn: started}
		decided := started
		for k := range dice.IntN(3) {
			decided = decided.AddDays(dice.IntN(50))
			a := approval.Approval{No: k + 1, Dossier: k + 1, Level: law.Level(1 + dice.IntN(4)), DecidedOn: decided, From: after(decided)}
			if k > 0 && a.From.Before(x.Approvals[k-1].From) {
				a.From = x.Approvals[k-1].From
			}
			if dice.IntN(3) == 0 {
				a.Until = decided.AddDays(dice.IntN(100))
			}
			if dice.IntN(3) > 0 {
				a.Confirmation = &approval.Confirmation{At: a.From.Add(time.Hour)}
			}
			if dice.IntN(4) == 0 {
				a.Revocation = &approval.Revocation{Ground: "x", At: a.From.Add(time.Duration(dice.IntN(1000)) * time.Hour)}
			}
			x.Approvals = append(x.Approvals, a)
			x.Dossiers = append(x.Dossiers, approval.Dossier{No: k + 1, State: approval.Approved, Level: a.Level, SubmittedAt: x.RegisteredAt})
			if dice.IntN(3) > 0 {
				on := decided.AddDays(dice.IntN(20))
				at := after(on)
				if at.Before(a.From) {
					at = a.From
				}
				x.Plans = append(x.Plans, approval.Plan{Approval: k + 1, Status: []approval.PlanStatus{approval.PlanPart, approval.PlanFull}[dice.IntN(2)], On: on, At: at})
			}
		}
		if dice.IntN(6) == 0 {
			x.Retirement = &approval.Retirement{Ground: "x", At: x.RegisteredAt.Add(time.Duration(dice.IntN(3000)) * time.Hour)}
		}
		systems = append(systems, x)
	}
	o, s := storetest.Office(t, storetest.At(today))
	if err := o.Import(context.Background(), storetest.Keeper(), approval.World{Systems: systems}); err != nil {
		t.Fatal(err)
	}
	differ := 0
	for range 200 {
		as := approval.AsOf{On: day()}
		if dice.IntN(3) > 0 {
			as.Known = after(day())
		}
		ov, err := o.Overview(context.Background(), storetest.Keeper(), as)
		if err != nil {
			t.Fatal(err)
		}
		var total, approved, deployed, confirmed int
		for _, x := range systems {
			st := x.As(as)
			if !st.Registered || st.Retired {
				continue
			}
			total++
			if st.Approval != nil {
				approved++
			}
			if st.Plan == approval.PlanFull {
				deployed++
			}
			if st.Confirmed {
				confirmed++
			}
			if as.Known.IsZero() {
				if then := x.Standing(as.End().Add(-time.Microsecond)); (then.Approval == nil) != (st.Approval == nil) || then.Plan != st.Plan || then.Confirmed != st.Confirmed {
					t.Fatalf("%s on %s: believed %+v, the standing then %+v", x.Code, as.On, st, then)
				}
			}
		}
		if ov.Total != total || ov.Approved != approved || ov.Deployed != deployed || ov.Confirmed != confirmed {
			t.Fatalf("%+v: counted %d, %d, %d, %d; one by one %d, %d, %d, %d", as, ov.Total, ov.Approved, ov.Deployed, ov.Confirmed, total, approved, deployed, confirmed)
		}
		if as.Known.IsZero() {
			anew := as
			anew.Known = as.End()
			if p, err := o.Trend(context.Background(), storetest.Keeper(), as.On, 0, approval.Part{}); err != nil || p[0] != (approval.Point{Day: as.On, Total: ov.Total, Approved: ov.Approved, Deployed: ov.Deployed}) {
				t.Fatalf("the trend says %+v of %+v, %v", p, ov, err)
			}
			again, err := o.Overview(context.Background(), storetest.Keeper(), anew)
			if err != nil || again.Total != ov.Total || again.Approved != ov.Approved || again.Deployed != ov.Deployed || again.Confirmed != ov.Confirmed {
				t.Fatalf("%s: the figures kept say %+v, counted anew they are %+v, %v", as.On, ov, again, err)
			}
		}
		if then, err := o.Overview(context.Background(), storetest.Keeper(), approval.Believed(as.On)); err != nil || then.Approved != approved {
			differ++
		}
	}
	if differ < 20 {
		t.Errorf("both times differed %d times of 200: nothing was tried", differ)
	}
	sound(t, s)
}
