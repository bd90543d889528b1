package web

import (
	"net/url"
	"slices"
	"strconv"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/plan"
)

// Board answers on a first page what is late, what falls next and where the risk
// is. Every figure leads to the list of what it counts.
type Board struct{ Late, Next, Risk []Signal }

// Signal is a figure with what it says; Count is "" where only the list is named.
type Signal struct {
	Count, Says, Sub, Href string
	Tone                   string // of the figure: "red", "yellow" or ""
}

// lookAhead are the days up to which a board says what runs out: the ends of the next
// month and of the third. Figures are kept by month.
func lookAhead(today law.Day) []law.Day {
	first := today[:len("2006-01-")] + "01"
	return []law.Day{first.AddMonths(2).AddDays(-1), first.AddMonths(4).AddDays(-1)}
}

// deadlinesAhead is how far a board looks for days that the law names.
const deadlinesAhead = 24 // months

// mostRisky is how many agencies a board names.
const mostRisky = 5

// board makes the board of figures of today, with the work that waits.
func (v *visit) board(ov approval.Overview, items []approval.QueueItem) (b Board, err error) {
	if err := v.boardAhead(&b, ov); err != nil {
		return b, err
	}
	v.boardTargets(&b, ov)
	if err := v.boardWork(&b, items, ov.Total); err != nil {
		return b, err
	}
	v.boardRisk(&b, ov)
	return b, nil
}

// boardTargets sets the figures against the days by which everything was due, and
// names the days that the law has still to come.
func (v *visit) boardTargets(b *Board, ov approval.Overview) {
	behind := map[string]struct {
		n  int
		as approval.Counted
	}{approveTarget: {ov.Total - ov.Approved, approval.CountedUnapproved}, deployTarget: {ov.Total - ov.Deployed, approval.CountedBehind}}
	for _, d := range v.Book.Deadlines("2024-01-01", ov.Day.AddMonths(deadlinesAhead)) {
		x, counted := behind[d.ID]
		switch {
		case counted && x.n > 0:
			s := Signal{Count: v.num(x.n), Says: v.t("bd." + d.ID), Sub: v.t("bd.by", v.day(d.Day), d.Cites), Href: v.counted(x.as, nil)}
			if d.Day < ov.Day {
				s.Tone = "red"
				b.Late = append(b.Late, s)
			} else {
				b.Next = append(b.Next, s)
			}
		case d.Day >= ov.Day && d.Nature != law.NatureCutoff:
			b.Next = append(b.Next, Signal{Says: v.say(d.Says), Sub: v.t("bd.day", v.day(d.Day), d.Cites), Href: "/law/calendar"})
		}
	}
	b.Next = b.Next[:min(len(b.Next), mostNext)]
}

// mostNext is how many things to come a board names.
const mostNext = 8

// The days by which every system had to be approved, and deployed in full.
const (
	approveTarget = "deadline.ct09-approve"
	deployTarget  = "deadline.ct09-deploy"
)

// boardAhead tells what runs out by itself.
func (v *visit) boardAhead(b *Board, ov approval.Overview) error {
	lapses, err := v.Office.Ahead(v.r.Context(), v.actor(), lookAhead(ov.Day)...)
	if err != nil {
		return err
	}
	for _, x := range lapses {
		for _, e := range []struct {
			n  int
			of approval.Ends
		}{{x.Approved, approval.EndsApproval}, {x.Deployed, approval.EndsPlan}} {
			if e.n <= 0 {
				continue
			}
			// what ends on its last day is gone at the end of the next one
			to := url.Values{"ends": {string(e.of)}, "from": {string(ov.Day)}, "to": {string(x.To.AddDays(-1))}}
			b.Next = append(b.Next, Signal{Count: v.num(e.n), Says: v.t("bd.ends."+string(e.of), v.day(x.To)), Sub: v.t("bd.ends.sub"), Href: "/systems?" + to.Encode(), Tone: "yellow"})
		}
	}
	return nil
}

// mostLooked is of how many systems a board counts what falls due; of more it names the
// list alone, for the calendar looks at every one of them.
const mostLooked = 20_000

// boardWork counts the clocks of the actor's own work, and what falls due in its
// calendar; total is how many systems it sees.
func (v *visit) boardWork(b *Board, items []approval.QueueItem, total int) error {
	n := map[string]int{}
	for _, it := range items {
		n[it.Clock.State]++
	}
	if late := n[law.ClockOverdue]; late > 0 {
		b.Late = append([]Signal{{Count: v.num(late), Says: v.t("bd.work.late"), Href: "/queue?due=" + law.ClockOverdue, Tone: "red"}}, b.Late...)
	}
	for _, state := range []string{law.ClockDueSoon, law.ClockDue} {
		if n[state] > 0 {
			b.Next = append([]Signal{{Count: v.num(n[state]), Says: v.t("bd.work." + state), Href: "/queue?due=" + state, Tone: "yellow"}}, b.Next...)
		}
	}
	if v.Plans != nil && total > mostLooked {
		b.Late = append(b.Late, Signal{Says: v.t("bd.agenda.late.all"), Href: "/calendar?state=" + plan.StateOverdue})
		b.Next = append(b.Next, Signal{Says: v.t("bd.agenda.next.all"), Href: "/calendar?state=" + plan.StateSoon})
	} else if v.Plans != nil {
		due, err := v.Plans.Agenda(v.r.Context(), v.actor(), plan.Mine, "")
		if err != nil {
			return err
		}
		state := map[string]int{}
		for _, it := range due {
			state[it.State(v.now, v.Book.PlanPolicy().SoonDays)]++
		}
		if n := state[plan.StateOverdue]; n > 0 {
			b.Late = append(b.Late, Signal{Count: v.num(n), Says: v.t("bd.agenda.late"), Href: "/calendar?state=" + plan.StateOverdue, Tone: "red"})
		}
		if n := state[plan.StateSoon]; n > 0 {
			b.Next = append(b.Next, Signal{Count: v.num(n), Says: v.t("bd.agenda.next"), Href: "/calendar?state=" + plan.StateSoon, Tone: "yellow"})
		}
	}
	return nil
}

// boardRisk names the high levels that are behind, what nobody has confirmed, and
// who has most of it.
func (v *visit) boardRisk(b *Board, ov approval.Overview) {
	for _, l := range slices.Backward(ov.Levels) {
		if l.Level < 3 {
			continue
		}
		for _, x := range []struct {
			n  int
			as approval.Counted
		}{{l.Total - l.Approved, approval.CountedUnapproved}, {l.Approved - l.Deployed, approval.CountedPart}} {
			if x.n > 0 {
				b.Risk = append(b.Risk, Signal{Count: v.num(x.n), Says: v.t("bd.risk."+string(x.as), int(l.Level)), Sub: v.t("bd.of", v.num(l.Total)), Href: v.counted(x.as, url.Values{"level": {strconv.Itoa(int(l.Level))}}), Tone: "red"})
			}
		}
	}
	if n := ov.Approved - ov.Confirmed; n > 0 {
		b.Risk = append(b.Risk, Signal{Count: v.num(n), Says: v.t("bd.risk.unconfirmed"), Sub: v.t("bd.of", v.num(ov.Approved)), Href: v.counted(approval.CountedUnconfirmed, nil), Tone: "yellow"})
	}
	if !v.actor().National() {
		return
	}
	for _, x := range riskiest(ov) {
		if n := exposed(x); n > 0 {
			b.Risk = append(b.Risk, Signal{Count: v.num(n), Says: v.t("bd.risk.agency", v.agency(x.Agency.Name, x.Agency.NameEN)), Sub: v.t("bd.of", v.num(x.Total)),
				Href: "/overview?" + url.Values{"owner": {x.Agency.Code}}.Encode()})
		}
	}
}

// exposed is how many systems of level 3 and above an agency has that are not
// deployed in full.
func exposed(x approval.AgencyCount) (n int) {
	for _, l := range x.Levels[3:] {
		n += l.Total - l.Deployed
	}
	return n
}

// riskiest are the agencies with most systems exposed, most first.
func riskiest(ov approval.Overview) []approval.AgencyCount {
	all := slices.Clone(ov.Agencies)
	slices.SortStableFunc(all, func(a, b approval.AgencyCount) int { return exposed(b) - exposed(a) })
	return all[:min(len(all), mostRisky)]
}

// counted is the address of the list that a figure counts.
func (v *visit) counted(as approval.Counted, more url.Values) string {
	q := url.Values{"counted": {string(as)}}
	for k, x := range more {
		q[k] = x
	}
	return "/systems?" + q.Encode()
}
