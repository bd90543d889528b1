package gazette

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/ledger"
)

// TestEditionsAreWhole: through random changes of the record, of agencies and of
// the time, an edition made from what changed is the one made from everything;
// and where nothing changed, nothing is written again.
func TestEditionsAreWhole(t *testing.T) {
	b, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	var changed, valid int
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 11))
		now := law.Day("2026-08-10").Time().Add(time.Duration(r.IntN(86400)) * time.Second)
		p := &Press{Book: b}
		roll := approval.Roll{Ended: map[string]law.Day{}}
		var everything []approval.Enrolled
		for place := range 400 {
			everything = append(everything, approval.Enrolled{Place: place, System: invented(r, now, place)})
		}
		fresh := everything
		var was *edition
		for version := int64(1); version < 25; version++ {
			e, since := edition{iat: now.Unix(), checkpoint: ledger.Checkpoint{Size: version}}, version-1
			for _, place := range p.concerned(roll, since, now) {
				fresh = append(fresh, everything[place])
			}
			p.remake(&e, was, now, fresh)
			whole := &Press{Book: b}
			full := edition{iat: now.Unix(), checkpoint: ledger.Checkpoint{Size: version}}
			whole.concerned(roll, 0, now)
			whole.remake(&full, nil, now, everything)
			for i := range platforms() {
				if e.lines[i].n != full.lines[i].n || !bytes.Equal(p.bits[i].Bytes, whole.bits[i].Bytes) || e.exp != full.exp {
					t.Fatalf("seed %d, version %d: %d and %d lines, exp %d and %d", seed, version, e.lines[i].n, full.lines[i].n, e.exp, full.exp)
				}
				var items []Item
				for place, l := range full.lines[i].all() {
					items = append(items, l.item(place))
				}
				had, err := e.lines[i].state()
				if want, bad := State(items); err != nil || bad != nil || had != want {
					t.Fatalf("seed %d, version %d: state %s, want %s, %v", seed, version, had, want, errors.Join(err, bad))
				}
				for place, l := range e.lines[i].all() {
					if !l.same(full.lines[i].at(place)) {
						t.Fatalf("seed %d, version %d, place %d:\n got %+v\nwant %+v", seed, version, place, l, full.lines[i].at(place))
					}
					if l.status == 0 {
						valid++
					}
				}
			}
			changed += len(e.news)
			was, fresh = &e, nil
			switch r.IntN(4) {
			case 0: // the record changes
				x := approval.Enrolled{Place: r.IntN(len(everything) + 3)}
				for len(everything) <= x.Place {
					everything = append(everything, approval.Enrolled{Place: -1})
				}
				x.System = invented(r, now, x.Place)
				everything[x.Place], fresh = x, []approval.Enrolled{x}
			case 1: // an agency ends
				roll.Ended = map[string]law.Day{fmt.Sprint("H", r.IntN(5)): law.DayOf(now).AddDays(r.IntN(3) - 1)}
			case 2: // exactly to where something turns
				if d, ok := p.turns.first(); ok {
					now = time.UnixMicro(max(d.at-int64(r.IntN(2)), now.UnixMicro()))
				}
			case 3:
				now = now.Add(time.Duration(r.Int64N(int64(40 * time.Hour))))
			}
		}
		again := edition{iat: was.iat, checkpoint: was.checkpoint}
		places := p.concerned(approval.Roll{Ended: p.ended}, 1, time.Unix(was.iat, 0))
		p.remake(&again, was, time.Unix(was.iat, 0), nil)
		if len(places) > 0 || len(again.news) > 0 {
			t.Errorf("nothing changed: places %v, news %v", places, again.news)
		}
		for i := range again.lines[0].pages {
			if again.lines[0].pages[i] != was.lines[0].pages[i] {
				t.Errorf("page %d is written again", i)
			}
		}
	}
	t.Logf("%d changes, %d valid lines compared", changed, valid)
	if changed < 500 || valid < 5_000 {
		t.Errorf("%d changes, %d valid lines: too few to tell", changed, valid)
	}
}

// remake makes an edition of records, by place; places that nobody has are left out.
func (p *Press) remake(e, was *edition, now time.Time, records []approval.Enrolled) {
	m := p.make(e, was, now)
	records = slices.DeleteFunc(slices.Clone(records), func(x approval.Enrolled) bool { return x.Place < 0 })
	slices.SortFunc(records, func(x, y approval.Enrolled) int { return x.Place - y.Place })
	for _, x := range records {
		m.put(x)
	}
	m.end()
}

// invented is a system with dates about now.
func invented(r *rand.Rand, now time.Time, place int) approval.System {
	day := func() law.Day { return law.DayOf(now).AddDays(r.IntN(12) - 4) }
	at := func() time.Time {
		return now.Add(time.Duration(r.Int64N(int64(200*time.Hour))) - 100*time.Hour).Truncate(time.Microsecond)
	}
	s := approval.System{Code: fmt.Sprintf("X-%04d", place), Owner: fmt.Sprint("H", r.IntN(5)), Sector: law.SectorCivil, Stage: approval.Operating, RegisteredAt: now.AddDate(-1, 0, 0),
		Approvals: []approval.Approval{{No: 1, Level: law.Level(1 + r.IntN(3)), Rules: law.R331, Authority: law.RoleOwner, DecidedOn: law.DayOf(now.AddDate(0, -1, 0)), From: now.AddDate(0, -1, 0), Confirmation: &approval.Confirmation{At: now.AddDate(0, -1, 0)}}},
		Plans:     []approval.Plan{{Approval: 1, Status: approval.PlanFull, On: law.DayOf(now.AddDate(0, -1, 0)), At: now.AddDate(0, -1, 0)}}}
	s.Inspections = []approval.Inspection{{Kind: approval.InspectionMinutes, On: law.DayOf(now.AddDate(0, -6, r.IntN(9))), At: now.AddDate(0, -1, 0)}}
	a := &s.Approvals[0]
	if r.IntN(3) == 0 {
		a.Until = day()
	}
	switch r.IntN(8) {
	case 0:
		s.Plans[0].Status, s.Plans[0].RoadmapUntil = approval.PlanPart, day()
	case 1:
		s.Suspensions = []approval.Suspension{{From: at(), At: now.AddDate(0, -1, 0), Until: day()}}
	case 2:
		a.Revocation = &approval.Revocation{At: at()}
	case 3:
		a.Confirmation.At = at()
	case 4:
		s.Retirement = &approval.Retirement{At: at()}
	}
	return s
}

// BenchmarkEdition is one edition of 100,000 systems after one changed: decided
// from what changed, and from everything.
func BenchmarkEdition(b *testing.B) {
	book, err := law.Load()
	if err != nil {
		b.Fatal(err)
	}
	r, now := rand.New(rand.NewPCG(1, 2)), law.Day("2026-08-10").Time()
	p, was := &Press{Book: book}, &edition{}
	var all []approval.Enrolled
	for place := range 100_000 {
		all = append(all, approval.Enrolled{Place: place, System: invented(r, now, place)})
	}
	p.concerned(approval.Roll{}, 0, now)
	p.remake(was, nil, now, all)
	for name, f := range map[string]func(){
		"what changed": func() { p.remake(&edition{}, was, now, all[7:8]) },
		"everything": func() {
			x := &Press{Book: book}
			x.concerned(approval.Roll{}, 0, now)
			x.remake(&edition{}, nil, now, all)
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
		})
	}
}

// TestForeseen: what the gate says of a system at an instant it says until the
// next that it names.
func TestForeseen(t *testing.T) {
	b, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	r, now := rand.New(rand.NewPCG(3, 4)), law.Day("2026-08-10").Time()
	turns := 0
	for place := range 3000 {
		s := invented(r, now, place)
		ask := func(at time.Time) (gate.Verdict, time.Time) {
			v, next := gate.Foresee(b, gate.Case{Provider: s.Standing(at), Platform: platforms()[place%2], At: at, Live: true})
			v.At = time.Time{}
			return v, next
		}
		v, next := ask(now)
		if next.IsZero() {
			next = now.AddDate(5, 0, 0)
		}
		for _, at := range []time.Time{now.Add(next.Sub(now) / 3), next.Add(-time.Microsecond)} {
			if w, _ := ask(at); !reflect.DeepEqual(w, v) {
				t.Fatalf("place %d: at %v\n got %+v\nwant %+v until %v", place, at, w, v, next)
			}
		}
		if w, _ := ask(next); w.Decision != v.Decision {
			turns++
		}
	}
	if turns < 300 {
		t.Errorf("%d turns: too few to tell", turns)
	}
}
