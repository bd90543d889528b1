package approval

import (
	"cmp"
	"slices"

	"capdo/internal/law"
)

// SuccessionKind says how one body comes after another.
type SuccessionKind string

// The kinds of succession. Merge, rename and split end the body From on the
// day before; transfer leaves it alive.
const (
	SuccessionMerge    SuccessionKind = "merge"    // everything not named elsewhere goes over
	SuccessionRename   SuccessionKind = "rename"   // everything goes over to a new body in its place
	SuccessionSplit    SuccessionKind = "split"    // the named systems go over; every system must be named
	SuccessionTransfer SuccessionKind = "transfer" // the named systems go over; none named is a note on duties
)

// ends tells whether the kind ends the body From.
func (k SuccessionKind) ends() bool { return k.whole() || k == SuccessionSplit }

// whole tells whether the kind hands everything on to one body.
func (k SuccessionKind) whole() bool { return k == SuccessionMerge || k == SuccessionRename }

// Succession is one body coming after another on a day.
type Succession struct {
	From, To string
	On       law.Day // first day of the new order; "" in a Reorganisation = its day
	Kind     SuccessionKind
	Systems  []string // codes, for split and transfer
	Scope    string   // what goes over, in words
	Cites    string
}

// Successions are the whole successions that the agencies of a register tell
// of. What was split up has no single successor and is not among them.
func Successions(as []Agency) []Succession {
	var out []Succession
	for _, a := range as {
		if a.EndedOn != "" && a.Successor != "" {
			out = append(out, Succession{From: a.Code, To: a.Successor, On: a.EndedOn.AddDays(1), Kind: SuccessionMerge})
		}
	}
	return out
}

// Rollup carries figures that stand under the bodies of an earlier day over to
// those of day: cells of one successor, origin and level are added up. Figures
// name no systems, so that those of a body split up stay under it. Every count
// is kept. The result is in the order of owner, origin, level.
func Rollup(counts []Count, successions []Succession, day law.Day) []Count {
	heir := heirs(successions, day)
	type key struct {
		owner  string
		origin Origin
		level  law.Level
	}
	sums := map[key]Count{}
	for _, c := range counts {
		if to, ok := heir[c.Owner]; ok {
			c.Owner = to
		}
		k := key{c.Owner, c.Origin, c.Level}
		s := sums[k]
		c.Total, c.Approved, c.Deployed, c.Confirmed = c.Total+s.Total, c.Approved+s.Approved, c.Deployed+s.Deployed, c.Confirmed+s.Confirmed
		sums[k] = c
	}
	out := make([]Count, 0, len(sums))
	for _, c := range sums {
		out = append(out, c)
	}
	slices.SortFunc(out, func(x, y Count) int {
		return cmp.Or(cmp.Compare(x.Owner, y.Owner), cmp.Compare(x.Origin, y.Origin), cmp.Compare(x.Level, y.Level))
	})
	return out
}

// heirs maps each body to the one that stands in its place on day. Days are
// taken in their order and those of one day at once, so that no chain can run
// in a circle.
func heirs(successions []Succession, day law.Day) map[string]string {
	byDay := map[law.Day]map[string]string{}
	for _, x := range successions {
		if !x.Kind.whole() || x.On > day {
			continue
		}
		if byDay[x.On] == nil {
			byDay[x.On] = map[string]string{}
		}
		byDay[x.On][x.From] = x.To
	}
	days := make([]law.Day, 0, len(byDay))
	for d := range byDay {
		days = append(days, d)
	}
	slices.Sort(days)
	heir := map[string]string{}
	for _, d := range days {
		for from, now := range heir {
			if to, ok := byDay[d][now]; ok {
				heir[from] = to
			}
		}
		for from, to := range byDay[d] {
			heir[from] = to
		}
	}
	return heir
}
