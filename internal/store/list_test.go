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

// around are systems of two bodies in every standing, with terms that end on days
// around one.
func around(dice *rand.Rand, day law.Day) (systems []approval.System) {
	at := func(d law.Day) time.Time { return d.Time().Add(9 * time.Hour).UTC() }
	near := func() law.Day {
		if dice.IntN(3) == 0 {
			return ""
		}
		return day.AddDays(dice.IntN(80) - 40)
	}
	for n := range 160 {
		owner, serial := []string{"H56", "H41"}[n%2], fmt.Sprintf("-S%04d", n+1)
		x := approval.System{Code: owner + serial, Name: "x", Owner: owner, Stage: approval.Operating, Origin: approval.Simulated, RegisteredAt: at("2026-01-05")}
		if dice.IntN(8) == 0 {
			x.Origin = approval.Listed
		}
		if dice.IntN(4) > 0 {
			x.Dossiers = []approval.Dossier{{No: 1, State: approval.Submitted, Level: law.Level(1 + dice.IntN(5)), SubmittedAt: at("2026-01-10")}}
		}
		if len(x.Dossiers) > 0 && dice.IntN(4) > 0 {
			x.Dossiers[0].State = approval.Approved
			a := approval.Approval{No: 1, Dossier: 1, Level: x.Dossiers[0].Level, From: at("2026-02-01"), Until: near()}
			if dice.IntN(2) == 0 {
				a.Confirmation = &approval.Confirmation{At: at("2026-02-03")}
			}
			if dice.IntN(6) == 0 {
				a.Revocation = &approval.Revocation{Ground: "x", At: at("2026-03-01")}
			}
			x.Approvals = []approval.Approval{a}
			switch dice.IntN(3) {
			case 0:
				x.Plans = []approval.Plan{{Approval: 1, Status: approval.PlanPart, On: "2026-02-05", At: at("2026-02-05")}}
			case 1:
				x.Plans = []approval.Plan{{Approval: 1, Status: approval.PlanFull, Basis: approval.ByControls, On: "2026-02-05", At: at("2026-02-05"), Holds: near()}}
			}
		}
		if dice.IntN(9) == 0 {
			x.Retirement = &approval.Retirement{Ground: "x", At: at("2026-04-01")}
		}
		systems = append(systems, x)
	}
	return systems
}

// TestEveryFigureHasItsList: the list that a figure of the overview leads to is as
// long as the figure says, level by level, for the country and for one body; so is
// the list of what runs out.
func TestEveryFigureHasItsList(t *testing.T) {
	o, s := storetest.Office(t, storetest.At(today))
	ctx, dice := context.Background(), rand.New(rand.NewPCG(331, 2026))
	if err := o.Import(ctx, storetest.Keeper(), approval.World{Systems: around(dice, today)}); err != nil {
		t.Fatal(err)
	}
	then := *o
	then.Store = s.At(approval.Believed(today))
	for _, a := range []approval.Actor{storetest.Keeper(), storetest.Actor(law.RoleOwner, "H41")} {
		long := func(f approval.Filter) int {
			t.Helper()
			p, err := o.Find(ctx, a, f)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			if err := o.List(ctx, a, f, func(approval.Row) error { n++; return nil }); err != nil || n != p.Total {
				t.Fatalf("%+v: the list has %d lines, its first page says %d: %v", f, n, p.Total, err)
			}
			if q, err := then.Find(ctx, a, f); err != nil || q.Total != n {
				t.Errorf("%+v: the register as it was lists %d, today's list has %d: %v", f, q.Total, n, err)
			}
			return n
		}
		ov, err := o.Overview(ctx, a, approval.Believed(today))
		if err != nil {
			t.Fatal(err)
		}
		same := func(f approval.Filter, total, approved, deployed int) {
			t.Helper()
			for as, want := range map[approval.Counted]int{approval.CountedAll: total, approval.CountedApproved: approved, approval.CountedUnapproved: total - approved,
				approval.CountedDeployed: deployed, approval.CountedPart: approved - deployed, approval.CountedBehind: total - deployed} {
				f.Counted = as
				if got := long(f); got != want {
					t.Errorf("%s %+v: the list has %d, the figure says %d", a.Body, f, got, want)
				}
			}
		}
		if ov.Approved == 0 || ov.Deployed == 0 || ov.Confirmed == 0 || ov.Total == ov.Approved {
			t.Fatalf("nothing is tried: %+v", ov)
		}
		same(approval.Filter{}, ov.Total, ov.Approved, ov.Deployed)
		if got := long(approval.Filter{Counted: approval.CountedConfirmed}); got != ov.Confirmed {
			t.Errorf("%d are listed as confirmed, %d counted", got, ov.Confirmed)
		}
		if got := long(approval.Filter{Counted: approval.CountedUnconfirmed}); got != ov.Approved-ov.Confirmed {
			t.Errorf("%d are listed as not confirmed, %d counted", got, ov.Approved-ov.Confirmed)
		}
		for _, l := range ov.Levels {
			same(approval.Filter{Level: int(l.Level), NoLevel: l.Level == 0}, l.Total, l.Approved, l.Deployed)
		}
		for _, g := range ov.Groups {
			same(approval.Filter{Group: g.Group}, g.Total, g.Approved, g.Deployed)
		}
		for _, x := range ov.Agencies {
			for l, n := range x.Levels {
				if n.Total > 0 {
					same(approval.Filter{Owner: x.Agency.Code, Level: l, NoLevel: l == 0}, n.Total, n.Approved, n.Deployed)
				}
			}
		}
		for _, days := range []int{1, 7, 8, 9, 30, 39, 40} {
			ahead, err := o.Ahead(ctx, a, law.Day(today).AddDays(days))
			if err != nil {
				t.Fatal(err)
			}
			if steps, err := o.Ahead(ctx, a, law.Day(today).AddDays(days/2), law.Day(today).AddDays(days)); err != nil || steps[1] != ahead[0] {
				t.Errorf("in two steps %+v, in one %+v: %v", steps, ahead, err)
			}
			f := approval.Filter{From: today, To: law.Day(today).AddDays(days - 1)}
			for ends, want := range map[approval.Ends]int{approval.EndsApproval: ahead[0].Approved, approval.EndsPlan: ahead[0].Deployed} {
				f.Ends = ends
				if got := long(f); got != want || days == 40 && want == 0 {
					t.Errorf("%s, within %d days: the list of %s has %d, the figures say %d", a.Body, days, ends, got, want)
				}
			}
		}
	}
	sound(t, s)
}
