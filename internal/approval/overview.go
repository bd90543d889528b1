package approval

import (
	"context"
	"time"

	"capdo/internal/law"
)

// Overview is the register in figures, as of the end of a day, inside the
// actor's scope. It counts the records that stand for counted systems: those
// registered through the office and the simulated ones; names taken from the
// exchange's lists are counted apart, their standing is unknown.
type Overview struct {
	Day                                  law.Day
	Known                                time.Time // see AsOf; zero: the end of Day
	Total, Approved, Deployed, Confirmed int
	Simulated                            int // of Total
	Listed                               int // named in the exchange's lists, not in Total
	Groups                               []GroupCount
	Levels                               []LevelCount // 1..5, then 0 = not stated
	Agencies                             []AgencyCount
}

// GroupCount is the register by group of agencies.
type GroupCount struct {
	Group                               string
	Total, Approved, Deployed, Agencies int
}

// LevelCount is the register by level.
type LevelCount struct {
	Level                     law.Level
	Total, Approved, Deployed int
}

// AgencyCount is one agency's part of the register. Reported is false for a
// body of Annex IX that sent no figures and has none in the register: silent,
// not zero.
type AgencyCount struct {
	Agency                    Agency
	Total, Approved, Deployed int
	Confirmed                 int
	Levels                    [6]Counts // by level, 0 = not stated
	Reported                  bool
}

// Counts are how many systems there are, of these the approved, the deployed in
// full and the confirmed.
type Counts struct{ Total, Approved, Deployed, Confirmed int }

// Overview counts the register at a point in both times, by the agencies of that
// day in official order: a reorganisation rolls later days up to the successors
// and leaves earlier ones as they were.
func (o *Office) Overview(ctx context.Context, a Actor, x AsOf) (Overview, error) {
	return o.OverviewOf(ctx, a, x, Part{})
}

// OverviewOf is Overview of a part of the register. Agencies of which the part has
// nothing are not silent in it: see AgencyCount.Reported.
func (o *Office) OverviewOf(ctx context.Context, a Actor, x AsOf, part Part) (Overview, error) {
	var cells []Count
	var agencies []Agency
	err := o.Store.View(ctx, a, func(r Reader) error {
		var err error
		if cells, err = r.Counts(x); err != nil {
			return err
		}
		agencies, err = r.Agencies()
		agencies = counted(agencies, cells, x.On)
		return err
	})
	ov := tally(x.On, cells, agencies, part)
	ov.Known = x.Known
	return ov, err
}

// counted are the agencies of the day. One that had ended and yet owned systems
// then, because no reorganisation handed them on, stays in sight: no record
// may fall out of the sums.
func counted(as []Agency, cells []Count, day law.Day) []Agency {
	owns := map[string]bool{}
	for _, c := range cells {
		owns[c.Owner] = true
	}
	var out []Agency
	for _, x := range as {
		if x.ExistsOn(day) || owns[x.Code] {
			out = append(out, x.On(day))
		}
	}
	return out
}

// tally adds the cells up; sums of sums agree because they come from the same
// cells.
func tally(day law.Day, cells []Count, agencies []Agency, part Part) Overview {
	ov := Overview{Day: day, Groups: []GroupCount{{Group: "ministry"}, {Group: "province"}, {Group: "outside"}}}
	for _, l := range []law.Level{1, 2, 3, 4, 5, 0} {
		ov.Levels = append(ov.Levels, LevelCount{Level: l})
	}
	at, groups := map[string]int{}, groupsOf(agencies)
	for i, x := range agencies {
		at[x.Code] = i
		ov.Agencies = append(ov.Agencies, AgencyCount{Agency: x})
	}
	for _, c := range cells {
		i, ok := at[c.Owner]
		switch {
		case !part.takes(c.Owner, c.Level, groups):
			if ok && c.Total > 0 && c.Origin != Listed {
				ov.Agencies[i].Reported = true
			}
		case c.Origin == Listed && c.Approved == 0:
			ov.Listed += c.Total
		case ok:
			ov.add(c, &ov.Agencies[i])
		}
	}
	for _, x := range ov.Agencies {
		for i := range ov.Groups {
			if ov.Groups[i].Group == x.Agency.Group && (x.Agency.Reports() || x.Total > 0) {
				ov.Groups[i].Agencies++
			}
		}
	}
	return ov
}

// add counts one cell everywhere it belongs.
func (ov *Overview) add(c Count, x *AgencyCount) {
	ov.Total, ov.Approved, ov.Deployed, ov.Confirmed = ov.Total+c.Total, ov.Approved+c.Approved, ov.Deployed+c.Deployed, ov.Confirmed+c.Confirmed
	if c.Origin == Simulated {
		ov.Simulated += c.Total
	}
	x.Total, x.Approved, x.Deployed, x.Confirmed = x.Total+c.Total, x.Approved+c.Approved, x.Deployed+c.Deployed, x.Confirmed+c.Confirmed
	if l := c.Level; l >= 0 && int(l) < len(x.Levels) {
		n := &x.Levels[l]
		n.Total, n.Approved, n.Deployed, n.Confirmed = n.Total+c.Total, n.Approved+c.Approved, n.Deployed+c.Deployed, n.Confirmed+c.Confirmed
	}
	x.Reported = x.Reported || c.Total > 0
	for i := range ov.Groups {
		if g := &ov.Groups[i]; g.Group == x.Agency.Group {
			g.Total, g.Approved, g.Deployed = g.Total+c.Total, g.Approved+c.Approved, g.Deployed+c.Deployed
		}
	}
	for i := range ov.Levels {
		if l := &ov.Levels[i]; l.Level == c.Level {
			l.Total, l.Approved, l.Deployed = l.Total+c.Total, l.Approved+c.Approved, l.Deployed+c.Deployed
		}
	}
}
