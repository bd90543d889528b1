package approval

import (
	"context"

	"capdo/internal/law"
)

// Point is what was believed at the end of a day, within the actor's scope.
type Point struct {
	Day                       law.Day
	Total, Approved, Deployed int
}

// Part narrows figures to an owner, a group of owners, a level; the zero value is
// all.
type Part struct {
	Owner string
	Group string // see Agency.Group
	Level *law.Level
}

// takes tells whether the figures of an owner at a level belong to the part; groups
// tells which group an owner is of.
func (p Part) takes(owner string, level law.Level, groups map[string]string) bool {
	return (p.Owner == "" || p.Owner == owner) && (p.Group == "" || p.Group == groups[owner]) && (p.Level == nil || *p.Level == level)
}

// groupsOf tells which group each agency is of.
func groupsOf(agencies []Agency) map[string]string {
	of := map[string]string{}
	for _, x := range agencies {
		of[x.Code] = x.Group
	}
	return of
}

// Trend returns what was believed at the end of a day and of the months before it,
// oldest first. It reads figures kept by month, so that its cost does not grow
// with the register.
func (o *Office) Trend(ctx context.Context, a Actor, day law.Day, months int, part Part) ([]Point, error) {
	var flows []Flow
	err := o.Store.View(ctx, a, func(r Reader) (err error) {
		flows, err = r.Flows(day, part)
		return err
	})
	return trend(flows, monthEnds(day, months)), err
}

// monthEnds are the ends of months before a day, oldest first, and the day.
func monthEnds(day law.Day, months int) []law.Day {
	days := []law.Day{day}
	for first := day[:8] + "01"; len(days) <= months; {
		end := first.AddDays(-1)
		days = append([]law.Day{end}, days...)
		first = end[:8] + "01"
	}
	return days
}

// trend adds the flows up to each day. Names taken from the exchange's lists are
// left out as in Overview.
func trend(flows []Flow, days []law.Day) []Point {
	type cell struct {
		owner  string
		origin Origin
		level  law.Level
	}
	sums, out := map[cell]Point{}, make([]Point, 0, len(days))
	next := 0
	for _, day := range days {
		for ; next < len(flows) && flows[next].Day <= day; next++ {
			f := flows[next]
			k := cell{f.Owner, f.Origin, f.Level}
			p := sums[k]
			p.Total, p.Approved, p.Deployed = p.Total+f.Total, p.Approved+f.Approved, p.Deployed+f.Deployed
			sums[k] = p
		}
		at := Point{Day: day}
		for k, p := range sums {
			if k.origin == Listed && p.Approved == 0 {
				continue
			}
			at.Total, at.Approved, at.Deployed = at.Total+p.Total, at.Approved+p.Approved, at.Deployed+p.Deployed
		}
		out = append(out, at)
	}
	return out
}
