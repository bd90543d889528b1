package store_test

import (
	"context"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// tally adds up the counts of a day.
func tally(t *testing.T, s *store.Store, a approval.Actor, day law.Day) (sum approval.Count) {
	t.Helper()
	view(t, s, a, func(r approval.Reader) error {
		cells, err := r.Counts(approval.Believed(day))
		for _, c := range cells {
			sum.Total, sum.Approved, sum.Deployed, sum.Confirmed = sum.Total+c.Total, sum.Approved+c.Approved, sum.Deployed+c.Deployed, sum.Confirmed+c.Confirmed
		}
		return err
	})
	return sum
}

// dated is a system whose history lies on days around a decision.
func dated(code string, mend func(*approval.System)) approval.System {
	at := func(day law.Day) time.Time { return day.Time().Add(9 * time.Hour).UTC() }
	s := approval.System{Code: code, Name: code, Owner: "H56", Stage: approval.Operating, Origin: approval.Simulated, RegisteredAt: at("2026-01-05"),
		Dossiers:  []approval.Dossier{{No: 1, State: approval.Approved, Level: 3, SubmittedAt: at("2026-01-10")}, {No: 2, State: approval.Approved, Level: 4, SubmittedAt: at("2026-01-10")}},
		Approvals: []approval.Approval{{No: 1, Dossier: 1, Level: 3, From: at("2026-02-01"), Confirmation: &approval.Confirmation{At: at("2026-02-03")}}},
		Plans:     []approval.Plan{{Approval: 1, Status: approval.PlanPart, On: "2026-02-01", At: at("2026-02-01")}, {Approval: 1, Status: approval.PlanFull, On: "2026-02-05", At: at("2026-02-05")}}}
	mend(&s)
	return s
}

// TestCountsOnADay: the register as of the end of each day around each change,
// counted in SQL, and counted again from the records.
func TestCountsOnADay(t *testing.T) {
	at := func(day law.Day, h time.Duration) time.Time { return day.Time().Add(h).UTC() }
	type counts struct{ total, approved, deployed, confirmed int }
	whole := map[law.Day]counts{"2026-01-04": {}, "2026-01-05": {total: 1}, "2026-01-31": {total: 1}, "2026-02-01": {1, 1, 0, 0}, "2026-02-03": {1, 1, 0, 1}, "2026-02-04": {1, 1, 0, 1}, "2026-02-05": {1, 1, 1, 1}}
	for name, c := range map[string]struct {
		mend func(*approval.System)
		want map[law.Day]counts
	}{
		"goes on": {func(*approval.System) {}, map[law.Day]counts{"2026-11-22": {1, 1, 1, 1}}},
		"revoked": {func(s *approval.System) {
			s.Approvals[0].Revocation = &approval.Revocation{Ground: "x", At: at("2026-03-01", 9*time.Hour)}
		},
			map[law.Day]counts{"2026-02-28": {1, 1, 1, 1}, "2026-03-01": {total: 1}, "2026-03-02": {total: 1}}},
		"revoked at midnight": {func(s *approval.System) {
			s.Approvals[0].Revocation = &approval.Revocation{Ground: "x", At: at("2026-03-01", 0)}
		},
			map[law.Day]counts{"2026-02-28": {1, 1, 1, 1}, "2026-03-01": {total: 1}}},
		"revoked in the last moment": {func(s *approval.System) {
			s.Approvals[0].Revocation = &approval.Revocation{Ground: "x", At: at("2026-03-01", 24*time.Hour-time.Microsecond)}
		}, map[law.Day]counts{"2026-02-28": {1, 1, 1, 1}, "2026-03-01": {total: 1}}},
		"lapses": {func(s *approval.System) { s.Approvals[0].Until = "2026-03-01" }, map[law.Day]counts{"2026-03-01": {1, 1, 1, 1}, "2026-03-02": {total: 1}}},
		"plan in full runs out": {func(s *approval.System) {
			s.Plans[1].Basis, s.Plans[1].Holds = approval.ByControls, "2026-03-01"
		}, map[law.Day]counts{"2026-03-01": {1, 1, 1, 1}, "2026-03-02": {1, 1, 0, 1}}},
		"retired": {func(s *approval.System) {
			s.Retirement = &approval.Retirement{Ground: "x", At: at("2026-03-01", 9*time.Hour)}
		}, map[law.Day]counts{"2026-02-28": {1, 1, 1, 1}, "2026-03-01": {}}},
		"replaced, then revoked": {func(s *approval.System) {
			s.Approvals = append(s.Approvals, approval.Approval{No: 2, Dossier: 2, Level: 4, From: at("2026-03-01", 9*time.Hour), Revocation: &approval.Revocation{Ground: "x", At: at("2026-04-01", 9*time.Hour)}})
		}, map[law.Day]counts{"2026-02-28": {1, 1, 1, 1}, "2026-03-01": {1, 1, 0, 0}, "2026-03-31": {1, 1, 0, 0}, "2026-04-01": {total: 1}}},
		"replaced, then lapsed": {func(s *approval.System) {
			s.Approvals = append(s.Approvals, approval.Approval{No: 2, Dossier: 2, Level: 4, From: at("2026-03-01", 9*time.Hour), Until: "2026-04-01"})
		}, map[law.Day]counts{"2026-04-01": {1, 1, 0, 0}, "2026-04-02": {total: 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			o, s := storetest.Office(t, storetest.At(today))
			if err := o.Import(context.Background(), storetest.Keeper(), approval.World{Systems: []approval.System{dated("H56-S0001", c.mend)}}); err != nil {
				t.Fatal(err)
			}
			for _, days := range []map[law.Day]counts{whole, c.want} {
				for day, want := range days {
					sum := tally(t, s, storetest.Keeper(), day)
					if got := (counts{sum.Total, sum.Approved, sum.Deployed, sum.Confirmed}); got != want {
						t.Errorf("%s: %+v, want %+v", day, got, want)
					}
					if got := recount(t, s, day); got != (counts{sum.Total, sum.Approved, sum.Deployed, sum.Confirmed}) {
						t.Errorf("%s: counted %+v, the record's standing says %+v", day, sum, got)
					}
				}
			}
			sound(t, s)
		})
	}
}

// recount asks the record what was true in the last moment of a day.
func recount(t *testing.T, s *store.Store, day law.Day) (n struct{ total, approved, deployed, confirmed int }) {
	t.Helper()
	view(t, s, storetest.Keeper(), func(r approval.Reader) error {
		x, err := r.System("H56-S0001")
		st := x.Standing(day.AddDays(1).Time().Add(-time.Microsecond))
		if st.Registered && !st.Retired {
			n.total++
		}
		if st.Approval != nil {
			n.approved++
		}
		if st.Plan == approval.PlanFull {
			n.deployed++
		}
		if st.Confirmed {
			n.confirmed++
		}
		return err
	})
	return n
}

// TestCountsInScope: an agency counts its own; a day that is none counts nothing.
func TestCountsInScope(t *testing.T) {
	_, s := two(t)
	if got := tally(t, s, storetest.Keeper(), today); got.Total != 14 || got.Approved != 6 || got.Deployed != 2 || got.Confirmed != 4 {
		t.Errorf("all: %+v", got)
	}
	if got := tally(t, s, storetest.Actor(law.RoleOwner, "H41"), today); got.Total != 7 || got.Approved != 3 || got.Deployed != 1 {
		t.Errorf("one agency: %+v", got)
	}
	for _, day := range []law.Day{"", "yesterday", "2026-02-30"} {
		if got := tally(t, s, storetest.Keeper(), day); got.Total != 0 {
			t.Errorf("on %q: %+v", day, got)
		}
	}
}
