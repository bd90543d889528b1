package gate_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
)

// TestEdges: for every date that bounds an allow, allow one nanosecond before
// its end, deny at it, and valid_until names that instant at every time before.
func TestEdges(t *testing.T) {
	old := func(s *approval.Standing) {
		s.Approval.Rules, s.Approval.DecidedOn, s.Approval.From = law.R85, "2026-05-05", noon("2026-05-05")
	}
	cases := []struct {
		name, platform string
		edit           func(*approval.Standing)
		last           law.Day
		reason         string
	}{
		{"term", "", func(s *approval.Standing) { s.Approval.Until = "2026-12-31" }, "2026-12-31", "G02 approval-lapsed deny"},
		{"term of a leap day", "", func(s *approval.Standing) { s.Approval.Until = "2028-02-29" }, "2028-02-29", "G02 approval-lapsed deny"},
		{"roadmap", "", func(s *approval.Standing) { s.Plan, s.RoadmapUntil = approval.PlanPart, "2027-03-31" }, "2027-03-31", "G06 operating-plan-not-full deny"},
		{"full by controls", "", func(s *approval.Standing) { s.PlanHolds = "2027-02-28" }, "2027-02-28", "G06 operating-plan-not-full deny"},
		{"new and full by controls", "", func(s *approval.Standing) { s.Stage, s.PlanHolds = approval.New, "2027-02-28" }, "2027-02-28", "G05 new-system-plan-not-full deny"},
		{"roadmap by controls", "", func(s *approval.Standing) {
			s.Plan, s.RoadmapUntil, s.PlanHolds = approval.PlanPart, "2027-03-31", "2027-02-28"
		}, "2027-02-28", "G06 operating-plan-not-full deny"},
		{"conformity", "", old, "2027-07-01", "G08 conformity-overdue deny"},
		{"minutes", "NDOP", func(s *approval.Standing) { s.Minutes = "2026-08-31" }, "2027-02-28", "G10 minutes-expired deny"},
		{"owner", "", func(s *approval.Standing) { s.OwnerEnded = "2027-01-15" }, "2027-01-15", "G01 owner-ended deny"},
		{"earliest of four", "NDOP", func(s *approval.Standing) {
			old(s)
			s.Approval.Until, s.Minutes, s.OwnerEnded = "2027-06-30", "2026-12-30", "2027-08-01"
		}, "2027-06-30", "G02 approval-lapsed deny"},
	}
	b := open(t)
	for _, c := range cases {
		for _, party := range []string{"provider", "consumer"} {
			s, partner := good("X"), good("P")
			c.edit(&s)
			ask := func(at time.Time) gate.Verdict {
				x := gate.Case{Provider: s, Platform: c.platform, At: at}
				partner.Minutes = law.DayOf(at)
				if party == "consumer" {
					x.Provider, x.Consumer = partner, &s
				}
				return gate.Decide(b, x)
			}
			end := c.last.AddDays(1).Time()
			for _, before := range []time.Duration{time.Nanosecond, time.Microsecond, time.Second, 24 * time.Hour} {
				v := ask(end.Add(-before))
				if v.Decision != gate.Allow || v.ValidUntil == nil || !v.ValidUntil.Equal(end) || v.ValidUntil.Location() != time.UTC {
					t.Errorf("%s of the %s, %v before its end: %s until %v, want %v: %v", c.name, party, before, v.Decision, v.ValidUntil, end, told(v))
				}
			}
			for _, after := range []time.Duration{0, time.Nanosecond, 48 * time.Hour} {
				v := ask(end.Add(after))
				if v.Decision != gate.Deny || !slices.Contains(told(v), party+" "+c.reason) {
					t.Errorf("%s of the %s, %v after its end: %s, %v", c.name, party, after, v.Decision, told(v))
				}
			}
		}
	}
}

// TestNewRulesEndSooner: where an overdue inspection denies, new rules with a
// shorter period end an allow on their first day, not before.
func TestNewRulesEndSooner(t *testing.T) {
	strict, err := edit(t, "value: warn", "value: deny", "code: G09\n    effect: warn", "code: G09\n    effect: deny")
	if err != nil {
		t.Fatal(err)
	}
	s := good("A") // level 4: 12 months under R116, 6 under R331
	s.Approval.Level, s.Approval.Rules, s.Approval.DecidedOn, s.Approval.From, s.Inspected = 4, law.R85, "2025-12-01", noon("2025-12-01"), "2025-12-01"
	first := law.Day("2026-08-19").Time()
	v := gate.Decide(strict, gate.Case{Provider: s, At: first.Add(-time.Nanosecond)})
	if v.Decision != gate.Allow || v.ValidUntil == nil || !v.ValidUntil.Equal(first) {
		t.Errorf("under the old rules: %s until %v, %v", v.Decision, v.ValidUntil, told(v))
	}
	if v := gate.Decide(strict, gate.Case{Provider: s, At: first}); v.Decision != gate.Deny {
		t.Errorf("under the new rules: %v", told(v))
	}
}

// TestNoEnd: an allow that no date bounds has no valid_until, and warnings
// bound nothing.
func TestNoEnd(t *testing.T) {
	b, s := open(t), good("A")
	for _, d := range []law.Day{today, "2027-12-01", "9999-12-31"} {
		v := gate.Decide(b, gate.Case{Provider: s, At: noon(d)})
		if v.Decision != gate.Allow || v.ValidUntil != nil {
			t.Errorf("on %s: %s until %v, %v", d, v.Decision, v.ValidUntil, told(v))
		}
	}
	s.Approval.Until = "9999-12-31"
	v := gate.Decide(b, gate.Case{Provider: s, At: noon(today)})
	if v.ValidUntil == nil || v.ValidUntil.Format(time.RFC3339) != "9999-12-31T17:00:00Z" {
		t.Errorf("a term to the last day: %v", v.ValidUntil)
	}
}

// draw makes random records; everything on them is dated before now.
type draw struct {
	*rand.Rand
	now time.Time
}

// day is a day up to n days before now.
func (d draw) day(n int) law.Day { return law.DayOf(d.now.AddDate(0, 0, -d.IntN(n+1))) }

// within is a day from 100 days before now to n days after, or none.
func (d draw) within(n int) law.Day {
	if d.IntN(3) == 0 {
		return ""
	}
	return law.DayOf(d.now.AddDate(0, 0, d.IntN(n+100)-100))
}

// past is an instant up to n days before now.
func (d draw) past(n int) time.Time {
	return d.now.Add(-time.Duration(d.Int64N(int64(n) * 24 * int64(time.Hour)))).Truncate(time.Microsecond)
}

func (d draw) rarely() bool { return d.IntN(25) == 0 }

// system is a random system, mostly one that may connect.
func (d draw) system(b *law.Book, code string) approval.System {
	s := approval.System{Code: code, Sector: law.SectorCivil, Stage: approval.Operating, RegisteredAt: d.past(3000)}
	if d.rarely() {
		s.Stage = approval.New
	}
	if d.rarely() {
		s.Retirement = &approval.Retirement{At: d.past(100)}
	}
	if d.IntN(2) == 0 {
		s.Target = population
	}
	for no := 1; no <= 1+d.IntN(2); no++ {
		d.approve(b, &s, no)
	}
	for range d.IntN(8) {
		kind := []approval.InspectionKind{approval.InspectionCheck, approval.InspectionRisk, approval.InspectionMinutes, approval.InspectionMinutes}[d.IntN(4)]
		on := d.day(300)
		s.Inspections = append(s.Inspections, approval.Inspection{Kind: kind, On: on, At: d.now})
	}
	return s
}

// approve adds an approval with its confirmation, plan and, rarely, revocation.
func (d draw) approve(b *law.Book, s *approval.System, no int) {
	from := d.past(600)
	a := approval.Approval{No: no, Level: law.Level(2 + d.IntN(4)), DecidedOn: law.DayOf(from), From: from, Authority: law.RoleOwner, Until: d.within(900)}
	a.Rules, _ = b.RuleSetOn(a.DecidedOn)
	if a.Level == 2 {
		a.Authority = law.RoleSpecialisedUnit
	}
	if !d.rarely() {
		a.Confirmation = &approval.Confirmation{At: d.past(10)}
	}
	if d.rarely() {
		a.Revocation = &approval.Revocation{At: d.past(30)}
	}
	s.Approvals = append(s.Approvals, a)
	p := approval.Plan{Approval: no, Status: approval.PlanFull, At: d.now}
	if d.IntN(3) == 0 {
		p.Status, p.RoadmapUntil = approval.PlanPart, d.within(600)
	}
	if d.IntN(3) == 0 {
		p.Basis, p.Holds = approval.ByControls, d.within(900)
	}
	s.Plans = append(s.Plans, p)
}

// pair is a random question whose standings are derived anew at each instant.
type pair struct {
	book               *law.Book
	provider, consumer approval.System
	alone              bool
	ended              law.Day
	platform           string
}

func (p pair) decide(at time.Time, live bool) gate.Verdict {
	c := gate.Case{Provider: p.provider.Standing(at), Platform: p.platform, At: at, Live: live}
	c.Provider.OwnerEnded = p.ended
	if !p.alone {
		c.Consumer = new(p.consumer.Standing(at))
	}
	return gate.Decide(p.book, c)
}

// TestValidUntil: for random records and times, an allow holds at every instant
// sampled before valid_until and turns into a denial at it, not before, without
// any event; when there is none, it holds on.
func TestValidUntil(t *testing.T) {
	strict, err := edit(t, "value: warn", "value: deny", "code: G09\n    effect: warn", "code: G09\n    effect: deny", "code: G11\n    effect: warn", "code: G11\n    effect: deny")
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string]*law.Book{"shipped": open(t), "strict": strict} {
		r := rand.New(rand.NewPCG(331, 2026))
		ends, bounded, free := map[string]int{}, 0, 0
		for range 3000 {
			now := noon("2024-03-01").Add(time.Duration(r.Int64N(5 * 365 * 24 * int64(time.Hour)))).Truncate(time.Microsecond)
			d := draw{r, now}
			p := pair{book: b, provider: d.system(b, "A"), consumer: d.system(b, "B"), alone: r.IntN(2) == 0, platform: []string{"", "NDXP", "NDOP"}[r.IntN(3)]}
			if r.IntN(4) == 0 {
				p.ended = d.within(900)
			}
			v := p.decide(now, true)
			if v.Decision != gate.Allow {
				continue
			}
			if v.ValidUntil == nil {
				free++
				holds(t, name, p, d, now.AddDate(30, 0, 0))
				continue
			}
			bounded++
			at := p.decide(*v.ValidUntil, true)
			if at.Decision != gate.Deny {
				t.Fatalf("%s: asked %v: allow at valid_until %v: %v", name, now, v.ValidUntil, told(at))
			}
			for _, x := range at.Reasons {
				ends[x.ID]++
			}
			holds(t, name, p, d, *v.ValidUntil)
		}
		t.Logf("%s: %d bounded, %d free, ends %v", name, bounded, free, ends)
		for _, id := range []string{law.ReasonApprovalLapsed, law.ReasonOperatingPlanNotFull, law.ReasonConformityOverdue, law.ReasonMinutesExpired, law.ReasonOwnerEnded} {
			if ends[id] < 5 {
				t.Errorf("%s: only %d allows ended with %s", name, ends[id], id)
			}
		}
		if name == "shipped" && free < 5 || name == "strict" && (ends[law.ReasonInspectionOverdue] < 5 || ends[law.ReasonRiskAssessmentDue] < 5) {
			t.Errorf("%s: %d free, ends %v", name, free, ends)
		}
	}
}

// holds samples instants from now until end, the days on which books change
// among them, and wants an allow at each.
func holds(t *testing.T, name string, p pair, d draw, end time.Time) {
	t.Helper()
	at := []time.Time{d.now.Add(time.Microsecond), end.Add(-time.Nanosecond), end.Add(-time.Microsecond), end.Add(-time.Second)}
	for _, day := range []law.Day{"2025-03-01", "2026-07-01", "2026-08-19", "2027-07-02"} {
		at = append(at, day.Time())
	}
	for range 12 {
		at = append(at, d.now.Add(time.Duration(d.Int64N(int64(end.Sub(d.now))))))
	}
	for _, x := range at {
		if x.Before(d.now) || !x.Before(end) {
			continue
		}
		if v := p.decide(x, true); v.Decision != gate.Allow {
			t.Fatalf("%s: asked %v, should hold until %v, denied at %v: %v", name, d.now, end, x, told(v))
		}
	}
}
