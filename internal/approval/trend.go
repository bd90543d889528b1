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

// Trend returns what was believed at the end of each of the days, which must be
// in order. It reads the changes of the figures, so that its cost does not grow
// with the register.
func (o *Office) Trend(ctx context.Context, a Actor, days ...law.Day) ([]Point, error) {
	var flows []Flow
	err := o.Store.View(ctx, a, func(r Reader) (err error) {
		flows, err = r.Flows()
		return err
	})
	return trend(flows, days), err
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
