package connection_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/connection"
	"capdo/internal/gate"
	"capdo/internal/law"
)

// draw makes random records around a time.
type draw struct {
	*rand.Rand
	now time.Time
}

// around is an instant up to n days before or after now.
func (d draw) around(n int) time.Time {
	span := int64(n) * 24 * int64(time.Hour)
	return d.now.Add(time.Duration(d.Int64N(2*span) - span)).Truncate(time.Microsecond)
}

func (d draw) before(n int) time.Time {
	return d.now.Add(-time.Duration(1 + d.Int64N(int64(n)*24*int64(time.Hour)))).Truncate(time.Microsecond)
}

// system is one that may connect, with terms and suspensions at random.
func (d draw) system(code string) approval.System {
	from := d.now.AddDate(0, -1-d.IntN(14), 0)
	a := approval.Approval{No: 1, Dossier: 1, Level: 3, Rules: law.R331, Authority: law.RoleOwner, Number: "1", DecidedOn: law.DayOf(from), From: from,
		Confirmation: &approval.Confirmation{At: from}}
	if d.IntN(8) == 0 {
		a.Confirmation = nil
	}
	if d.IntN(2) == 0 {
		a.Until = law.DayOf(d.around(400))
	}
	if d.IntN(10) == 0 {
		a.Revocation = &approval.Revocation{At: d.before(30)}
	}
	p := approval.Plan{Approval: 1, Status: approval.PlanFull, At: from}
	if d.IntN(3) == 0 {
		p.Status, p.RoadmapUntil = approval.PlanPart, law.DayOf(d.around(400))
	}
	s := approval.System{Code: code, Sector: law.SectorCivil, Stage: approval.Operating, RegisteredAt: from, Approvals: []approval.Approval{a}, Plans: []approval.Plan{p}}
	for range d.IntN(3) {
		at := d.before(300)
		s.Inspections = append(s.Inspections, approval.Inspection{Kind: []approval.InspectionKind{approval.InspectionCheck, approval.InspectionRisk}[d.IntN(2)], On: law.DayOf(at), At: at})
	}
	for range d.IntN(2) {
		at := d.before(60)
		x := approval.Suspension{Direction: []approval.Direction{"", approval.AsProvider, approval.AsConsumer}[d.IntN(3)], Service: []string{"", "S", "T"}[d.IntN(3)], At: at, From: at}
		if d.IntN(2) == 0 {
			x.From = d.now.Add(time.Duration(d.IntN(200*24)) * time.Hour)
		}
		if d.IntN(2) == 0 {
			x.Until = law.DayOf(x.From.AddDate(0, 0, d.IntN(60)))
		}
		if d.IntN(3) == 0 {
			x.Lift = &approval.Lift{At: d.now.Add(-time.Minute)}
		}
		s.Suspensions = append(s.Suspensions, x)
	}
	return s
}

// link is a connection with steps at random, all taken before now.
func (d draw) link() connection.Connection {
	at := d.before(200)
	c := connection.Connection{ID: "KN-000001", Consumer: "K", Provider: "P", Service: "S", Profile: connection.Production, Steps: []connection.Step{{Act: connection.ActRequest, From: at, At: at}}}
	for range 1 + d.IntN(5) {
		at = at.Add(time.Duration(d.Int64N(int64(d.now.Sub(at)))))
		s := connection.Step{Act: []string{connection.ActAllow, connection.ActAllow, connection.ActSuspend, connection.ActReinstate, connection.ActAgree, connection.ActEnd}[d.IntN(6)], From: at, At: at}
		if s.Act == connection.ActEnd && d.IntN(4) > 0 {
			s.Act = connection.ActAllow
		}
		switch s.Act {
		case connection.ActAllow:
			s.Until = law.DayOf(d.now).AddDays(d.IntN(500) - 50).Time()
		case connection.ActSuspend:
			if d.IntN(2) == 0 {
				s.From = d.now.Add(time.Duration(d.IntN(100*24)) * time.Hour)
			}
			if d.IntN(2) == 0 {
				s.Until = s.From.AddDate(0, 0, d.IntN(50)+1)
			}
		case connection.ActAgree:
			s.Until = s.At.Add(72 * time.Hour)
		}
		c.Steps = append(c.Steps, s)
	}
	return c
}

// books are the book as it stands, by which an overdue inspection warns, and the
// one by which it denies.
func books(t *testing.T) map[string]*law.Book {
	t.Helper()
	text, err := os.ReadFile("../law/book/gate.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range [][2]string{{"inspection_overdue:\n    value: warn", "inspection_overdue:\n    value: deny"}, {"code: G09\n    effect: warn", "code: G09\n    effect: deny"}} {
		if bytes.Count(text, []byte(x[0])) != 1 {
			t.Fatalf("the book does not say %q once", x[0])
		}
		text = bytes.ReplaceAll(text, []byte(x[0]), []byte(x[1]))
	}
	denies, err := law.LoadOver(map[string][]byte{"gate.yaml": text})
	warns, werr := law.Load()
	if err = errors.Join(err, werr); err != nil {
		t.Fatal(err)
	}
	return map[string]*law.Book{law.EffectWarn: warns, law.EffectDeny: denies}
}

// TestValidUntil: for random systems and connections, an authority to connect is
// never valid beyond anything that justifies it; every instant sampled before
// its end is an allow, and its end is a denial, by time alone. A confirmation has
// no end, but without one only a break-glass opens; an inspection overdue ends it
// where the policy says deny, and there alone.
func TestValidUntil(t *testing.T) {
	for effect, book := range books(t) {
		t.Run(effect, func(t *testing.T) {
			ends := validUntil(t, book)
			want := []string{law.ReasonApprovalLapsed, law.ReasonOperatingPlanNotFull, law.ReasonSuspended, law.ReasonConnectionSuspended, law.ReasonConnectionNotAllowed}
			if effect == law.EffectDeny {
				want = append(want, law.ReasonInspectionOverdue)
			} else if n := ends[law.ReasonInspectionOverdue]; n > 0 {
				t.Errorf("%d ended by an inspection that only warns", n)
			}
			for _, id := range want {
				if ends[id] < 5 {
					t.Errorf("only %d ended by %s", ends[id], id)
				}
			}
		})
	}
}

// validUntil counts by which denials authorities ended.
func validUntil(t *testing.T, book *law.Book) map[string]int {
	t.Helper()
	r := rand.New(rand.NewPCG(5, 2026))
	allows, ends := 0, map[string]int{}
	for n := range 6000 {
		now := today.Time().Add(time.Duration(r.Int64N(200 * 24 * int64(time.Hour)))).Truncate(time.Microsecond)
		d := draw{r, now}
		p, k, c := d.system("P"), d.system("K"), d.link()
		decide := func(at time.Time) gate.Verdict {
			ks := k.Standing(at)
			ks.Links = []approval.Link{c.Link(at)}
			return gate.Decide(book, gate.Case{Provider: p.Standing(at), Consumer: &ks, Service: "S", At: at, Live: true})
		}
		v := decide(now)
		if v.Decision != gate.Allow {
			continue
		}
		allows++
		if v.ValidUntil == nil {
			t.Fatalf("%d: an authority without an end", n)
		}
		end := *v.ValidUntil
		for what, bound := range bounds(book, now, p, k, c) {
			if end.After(bound) {
				t.Fatalf("%d: valid until %v, beyond %s %v", n, end, what, bound)
			}
		}
		at := decide(end)
		if at.Decision != gate.Deny && !c.Link(now).Broken.After(now) {
			t.Fatalf("%d: asked %v, still allowed at its end %v: %v", n, now, end, at.Reasons)
		}
		for _, x := range at.Reasons {
			if x.Effect == law.EffectDeny {
				ends[x.ID]++
			}
		}
		for range 15 {
			x := now.Add(time.Duration(r.Int64N(int64(end.Sub(now)))))
			if got := decide(x); got.Decision != gate.Allow {
				t.Fatalf("%d: asked %v, valid until %v, denied at %v: %v", n, now, end, x, told(got))
			}
		}
	}
	t.Logf("%d allows, ended by %v", allows, ends)
	return ends
}

// overdue is the first instant, from a day on, at which the inspection of a
// system is overdue, day by day under the rules in force that day; zero when it
// is not within four years.
func overdue(book *law.Book, s approval.System, from law.Day, now time.Time) time.Time {
	last := law.DayOf(s.Approvals[0].From)
	for _, i := range s.Inspections {
		if i.Kind == approval.InspectionCheck && !i.At.After(now) {
			last = max(last, i.On)
		}
	}
	for n := range 4 * 366 {
		day := from.AddDays(n)
		rs, ok := book.RuleSetOn(day)
		months, _ := book.InspectionMonths(rs, s.Approvals[0].Level)
		if ok && months > 0 && day > last.AddMonths(months) {
			return day.Time()
		}
	}
	return time.Time{}
}

// bounds is everything after now that an authority must not outlive, reckoned
// from the records alone.
func bounds(book *law.Book, now time.Time, p, k approval.System, c connection.Connection) map[string]time.Time {
	out := map[string]time.Time{}
	side := map[string]approval.Direction{"P": approval.AsProvider, "K": approval.AsConsumer}
	for _, s := range []approval.System{p, k} {
		a := s.Approvals[0]
		if a.Until != "" {
			out["the approval of "+s.Code] = a.Until.AddDays(1).Time()
		}
		if pl := s.Plans[0]; pl.Status == approval.PlanPart {
			out["the roadmap of "+s.Code] = pl.RoadmapUntil.AddDays(1).Time()
		}
		for i, x := range s.Suspensions {
			if x.Lift == nil && x.From.After(now) && (x.Service == "" || x.Service == "S") && (x.Direction == "" || x.Direction == side[s.Code]) {
				out[fmt.Sprint("suspension ", i, " of ", s.Code)] = x.From
			}
		}
	}
	var grant, broken time.Time
	for i, x := range c.Steps {
		switch x.Act {
		case connection.ActAllow:
			grant = x.Until
		case connection.ActAgree:
			broken = x.Until
		case connection.ActSuspend:
			lifted := false
			for _, y := range c.Steps[i+1:] {
				lifted = lifted || y.Act == connection.ActReinstate
			}
			if !lifted && x.From.After(now) {
				out[fmt.Sprint("suspension ", i, " of the connection")] = x.From
			}
		}
	}
	for _, s := range []approval.System{p, k} {
		if s.Approvals[0].Confirmation == nil {
			out["the break-glass in place of a confirmation of "+s.Code] = broken
		}
		if book.Policy().InspectionOverdue != law.EffectDeny {
			continue
		}
		switch late := overdue(book, s, law.DayOf(now), now); {
		case late.IsZero():
		case late.After(now):
			out["the inspection of "+s.Code] = late
		default:
			out["the break-glass in place of an inspection of "+s.Code] = broken
		}
	}
	if broken.After(grant) {
		grant = broken
	}
	out["its own term"] = grant
	return out
}
