package plan

import (
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Then is the plan as the record had it at a point in both times. What happened on
// a day of its own (a finding, a deed, an incident) was so from that day; the rest
// was so when it was said.
func (p Plan) Then(x approval.AsOf) Plan {
	p.Answers = said(p.Answers, x, func(a Answer) (Mark, law.Day) { return a.Mark, "" })
	p.Checks = said(p.Checks, x, func(c Check) (Mark, law.Day) { return c.Mark, "" })
	p.Offers = said(p.Offers, x, func(o Offer) (Mark, law.Day) { return o.Mark, "" })
	p.Findings = said(p.Findings, x, func(f Finding) (Mark, law.Day) { return f.Mark, f.On })
	p.Closings = said(p.Closings, x, func(c Closing) (Mark, law.Day) { return c.Mark, "" })
	p.Deeds = said(p.Deeds, x, func(d Deed) (Mark, law.Day) { return d.Mark, d.On })
	p.Incidents = said(p.Incidents, x, func(i Incident) (Mark, law.Day) { return i.Mark, law.DayOf(i.Happened) })
	p.Reports = said(p.Reports, x, func(r Report) (Mark, law.Day) { return r.Mark, dayOf(r.Sent) })
	return p
}

// Then is the year as the record had it at a point in both times. A budget is of
// the whole year, and so from the day on which it was recorded or known.
func (y Year) Then(x approval.AsOf) Year {
	y.Drills = said(y.Drills, x, func(d Drill) (Mark, law.Day) { return d.Mark, d.On })
	y.Budgets = said(y.Budgets, x, func(b Budget) (Mark, law.Day) { return b.Mark, x.On })
	return y
}

// dayOf is the day of an instant, "" for none.
func dayOf(t time.Time) law.Day {
	if t.IsZero() {
		return ""
	}
	return law.DayOf(t)
}

// said keeps the rows that were recorded by then, and so by the end of the day: on
// a day of their own, else when they were recorded.
func said[T any](rows []T, x approval.AsOf, of func(T) (Mark, law.Day)) []T {
	var out []T
	for _, r := range rows {
		m, on := of(r)
		if m.At.Before(x.Limit()) && (m.At.Before(x.End()) || on != "" && on <= x.On) {
			out = append(out, r)
		}
	}
	return out
}
