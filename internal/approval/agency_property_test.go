package approval_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestRollupKeepsEveryCount: whatever the successions, circles and splits
// included, no count is lost or made.
func TestRollupKeepsEveryCount(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		code := func() string { return string(rune('A' + r.IntN(8))) }
		var counts []approval.Count
		for range r.IntN(30) {
			n := r.IntN(50)
			counts = append(counts, approval.Count{Owner: code(), Origin: []approval.Origin{approval.Registered, approval.Simulated}[r.IntN(2)],
				Level: law.Level(r.IntN(6)), Total: n + 3, Approved: n + 2, Deployed: n + 1, Confirmed: n})
		}
		var successions []approval.Succession
		for range r.IntN(20) {
			successions = append(successions, approval.Succession{From: code(), To: code(), On: law.Day("2025-01-01").AddDays(r.IntN(5)),
				Kind: []approval.SuccessionKind{approval.SuccessionMerge, approval.SuccessionRename, approval.SuccessionSplit, approval.SuccessionTransfer}[r.IntN(4)]})
		}
		for d := range 6 {
			got := approval.Rollup(counts, successions, law.Day("2024-12-31").AddDays(d))
			if a, b := byLevel(counts), byLevel(got); !maps.Equal(a, b) {
				t.Fatalf("seed %d, day %d: %v became %v", seed, d, a, b)
			}
			if d == 0 && len(got) > len(counts) {
				t.Fatalf("seed %d: cells were made", seed)
			}
		}
	}
}

// byLevel are the sums that no succession may change.
func byLevel(cells []approval.Count) map[string][4]int {
	out := map[string][4]int{}
	for _, c := range cells {
		k := fmt.Sprint(c.Origin, c.Level)
		s := out[k]
		out[k] = [4]int{s[0] + c.Total, s[1] + c.Approved, s[2] + c.Deployed, s[3] + c.Confirmed}
	}
	return out
}

func TestRollup(t *testing.T) {
	s := func(from, to string, on law.Day, k approval.SuccessionKind) approval.Succession {
		return approval.Succession{From: from, To: to, On: on, Kind: k}
	}
	successions := []approval.Succession{s("B", "C", "2027-01-01", approval.SuccessionMerge), s("A", "B", "2025-01-01", approval.SuccessionRename),
		s("D", "B", "2025-01-01", approval.SuccessionMerge), s("E", "B", "2025-01-01", approval.SuccessionSplit), s("F", "B", "2025-01-01", approval.SuccessionTransfer)}
	var counts []approval.Count
	for _, owner := range []string{"F", "E", "D", "C", "B", "A"} {
		counts = append(counts, approval.Count{Owner: owner, Level: 1, Total: 1})
	}
	for day, want := range map[law.Day]string{"2024-12-31": "A1 B1 C1 D1 E1 F1 ", "2025-01-01": "B3 C1 E1 F1 ", "2026-12-31": "B3 C1 E1 F1 ", "2027-01-01": "C4 E1 F1 "} {
		got := ""
		for _, c := range approval.Rollup(counts, successions, day) {
			got += fmt.Sprint(c.Owner, c.Total, " ")
		}
		if got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
}

// TestRandomReorganisations plays reorganisations at random, several years in a
// row: every count is kept on every day, the register agrees with the owner of
// each system at that time, and the ledger with the register.
func TestRandomReorganisations(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 2))
		y := scattered(t, r)
		want := byLevel(y.counts(dayNew))
		days := []law.Day{"2024-06-30"}
		for n := range 4 {
			on := law.Day("2025-01-01").AddMonths(5 * n)
			days = append(days, on.AddDays(-1), on)
			done := y.reorganise(atRandom(y, r, on, n))
			if len(y.agencies()) != 8+n+1 || done.Founded != 1 {
				t.Errorf("seed %d: %+v", seed, done)
			}
			for _, day := range append(days, dayNew) {
				y.agree(day, want)
			}
		}
		y.sound()
	}
}

// scattered is a register of eight agencies with sixty systems, some approved.
func scattered(t *testing.T, r *rand.Rand) *yard {
	y := newYard(t, dayNew)
	w := approval.World{Source: "test"}
	for i := range 8 {
		w.Agencies = append(w.Agencies, approval.Agency{Code: fmt.Sprint("A", i), Name: "A", Group: "province", No: i, Sector: law.SectorCivil})
	}
	who := approval.Who{Person: "x"}
	began := law.Day("2024-01-01").Time().UTC()
	for i := range 60 {
		s := approval.System{Code: fmt.Sprint("S", i), Name: "S", Owner: fmt.Sprint("A", r.IntN(8)), Stage: approval.Operating, Origin: approval.Registered, RegisteredAt: began, RegisteredBy: who}
		if r.IntN(2) == 0 {
			s.Dossiers = []approval.Dossier{{No: 1, State: approval.Approved, Level: 2, SubmittedAt: began, Imported: true}}
			s.Approvals = []approval.Approval{{No: 1, Dossier: 1, Level: 2, From: began.Add(time.Hour)}}
		}
		w.Systems = append(w.Systems, s)
	}
	y.ok(y.office.Import(context.Background(), storetest.Keeper(), w))
	return y
}

// atRandom founds a body and lets some of the living hand on to others.
func atRandom(y *yard, r *rand.Rand, on law.Day, n int) approval.Reorganisation {
	in := approval.Reorganisation{On: on, Successors: []approval.Agency{fresh(fmt.Sprint("N", n))}}
	var living []string
	for _, a := range approval.AgenciesOn(y.agencies(), on.AddDays(-1)) {
		living = append(living, a.Code)
	}
	r.Shuffle(len(living), func(i, j int) { living[i], living[j] = living[j], living[i] })
	stay := append(slices.Clone(living[3:]), fmt.Sprint("N", n))
	pick := func() string { return stay[r.IntN(len(stay))] }
	owned := map[string][]string{}
	for _, s := range y.systems() {
		owned[s.Owner] = append(owned[s.Owner], s.Code)
	}
	for i, from := range living[:3] {
		x := approval.Succession{From: from, To: pick(), Kind: approval.SuccessionMerge}
		switch mine := owned[from]; {
		case i == 0 && len(mine) > 1: // split in two
			x.Kind, x.Systems = approval.SuccessionSplit, mine[:1]
			in.Successions = append(in.Successions, approval.Succession{From: from, To: pick(), Kind: approval.SuccessionSplit, Systems: mine[1:]})
		case i == 1 && len(mine) > 0: // hand one on and live
			x.Kind, x.Systems = approval.SuccessionTransfer, mine[:1]
		}
		in.Successions = append(in.Successions, x)
	}
	return in
}

// agree compares the counted register of a day with its systems one by one.
func (y *yard) agree(day law.Day, want map[string][4]int) {
	y.Helper()
	cells := y.counts(day)
	if got := byLevel(cells); !maps.Equal(got, want) {
		y.Errorf("%s: %v, want %v", day, got, want)
	}
	counted, owned := map[string]int{}, map[string]int{}
	for _, c := range cells {
		counted[c.Owner] += c.Total
	}
	for _, s := range y.systems() {
		owned[approval.OwnerAt(s, day.Time())]++
	}
	if !maps.Equal(counted, owned) {
		y.Errorf("%s: counted %v, owned %v", day, counted, owned)
	}
	ov, sum := y.overview(day), 0
	for _, x := range ov.Agencies {
		sum += x.Total
		if !x.Agency.ExistsOn(day) {
			y.Errorf("%s: %s is shown, which lived from %q to %q", day, x.Agency.Code, x.Agency.FoundedOn, x.Agency.EndedOn)
		}
	}
	if sum != ov.Total || sum != 60 {
		y.Errorf("%s: %d systems by agency, %d in all", day, sum, ov.Total)
	}
}

func TestDuplicates(t *testing.T) {
	agencies := []approval.Agency{{Code: "A", Name: "Hà Giang"}, {Code: "B", Name: "Tuyên Quang"}, {Code: "N", Name: "Tuyên Quang"}}
	type sys struct{ code, from, name string }
	for name, c := range map[string]struct {
		systems []sys
		want    int // distance, -1 = not proposed
	}{
		"the same name":                  {[]sys{{"A1", "A", "Quản lý văn bản"}, {"B1", "B", "quản lý văn bản."}}, 0},
		"the agency's own name aside":    {[]sys{{"A1", "A", "Cổng dịch vụ công tỉnh Hà Giang"}, {"B1", "B", "Cổng dịch vụ công của UBND tỉnh Tuyên Quang"}}, 0},
		"without marks":                  {[]sys{{"A1", "A", "Hệ thống một cửa điện tử"}, {"B1", "B", "He thong mot cua dien tu"}}, 0},
		"a letter in ten":                {[]sys{{"A1", "A", "Hệ thống quản lý đất đai"}, {"B1", "B", "Hệ thống quản lí đất đai"}}, 1},
		"too far":                        {[]sys{{"A1", "A", "Hệ thống quản lý đất đai"}, {"B1", "B", "Hệ thống quản lý bệnh viện"}}, -1},
		"short names must be the same":   {[]sys{{"A1", "A", "Kho A"}, {"B1", "B", "Kho B"}}, -1},
		"numbers must be the same":       {[]sys{{"A1", "A", "Mạng nội bộ bệnh viện số 1"}, {"B1", "B", "Mạng nội bộ bệnh viện số 2"}}, -1},
		"of one predecessor":             {[]sys{{"A1", "A", "Quản lý văn bản"}, {"A2", "A", "Quản lý văn bản"}}, -1},
		"one of the successor's own":     {[]sys{{"A1", "A", "Quản lý văn bản"}, {"N1", "", "Quản lý văn bản"}}, 0},
		"of another owner":               {[]sys{{"A1", "A", "Quản lý văn bản"}, {"X1", "elsewhere", "Quản lý văn bản"}}, -1},
		"retired":                        {[]sys{{"A1", "A", "Quản lý văn bản"}, {"R1", "B", "Quản lý văn bản"}}, -1},
		"the order is that of the codes": {[]sys{{"B1", "B", "Quản lý văn bản"}, {"A1", "A", "Quản lý văn bản"}}, 0},
	} {
		var systems []approval.System
		for _, x := range c.systems {
			s := approval.System{Code: x.code, Name: x.name, Owner: "N"}
			switch {
			case x.from == "elsewhere":
				s.Owner = "B"
			case x.from != "":
				s.Transfers = []approval.Transfer{{From: x.from, To: "N", On: "2025-07-01"}}
			}
			if x.code == "R1" {
				s.Retirement = &approval.Retirement{}
			}
			systems = append(systems, s)
		}
		pairs := approval.Duplicates(systems, agencies)
		switch {
		case c.want < 0 && len(pairs) > 0, c.want >= 0 && len(pairs) != 1:
			t.Errorf("%s: %+v", name, pairs)
		case c.want >= 0 && (pairs[0].Distance != c.want || pairs[0].Owner != "N" || pairs[0].A >= pairs[0].B):
			t.Errorf("%s: %+v", name, pairs[0])
		}
	}
}

// TestDistance compares the proposal's limits with plain counting of letters.
func TestDistance(t *testing.T) {
	base := "he thong thong tin quan ly ho so"
	for name, d := range map[string]int{"he thong thong tin quan ly ho so": 0, "he thong thong tin quan ly ho xo": 1, "he thong thong tin qan ly ho xo": 2,
		"e thong thong tin qan ly ho xo": 3, "e thong thong tin qan ly h xo": -1, "he thong thong tin quan ly ho so cu": 3, "he thong thong tin quan ly ho so moi": -1} {
		pairs := approval.Duplicates([]approval.System{{Code: "1", Name: base, Owner: "N"},
			{Code: "2", Name: name, Owner: "N", Transfers: []approval.Transfer{{From: "A", To: "N"}}}}, nil)
		if len(pairs) == 0 && d >= 0 || len(pairs) == 1 && pairs[0].Distance != d {
			t.Errorf("%q: %+v, want %d", name, pairs, d)
		}
	}
}
