package plan

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Stamp is how a system, its plan and the documents of its plan stand, or of an
// agency its year: as long as it is the same, so is what they say.
type Stamp struct {
	System, Plan int64 // versions; of a year its rows, counted
	Files        int64 // documents, and what happened to them, counted
}

// almanac keeps what falls due of every system, in order, so that the nation's
// calendar is not counted anew at each look. A system is counted anew when its
// stamp, or that of a platform it read, is another one, and when time alone makes
// it owe something else; all are when other rules come into force, or the clock is
// set back. It is filled by the eyes of who sees everything, and asked by nobody
// else.
type almanac struct {
	mu    sync.Mutex
	at    time.Time // of the last look
	rules law.RuleSet
	known map[string]counted
	items []Item           // of all systems, as Due orders them; never changed in place
	years map[string]Stamp // of the agencies whose systems live
	all   []Item           // items and what those agencies owe
}

// counted is what one system was counted by.
type counted struct {
	owner string
	by    map[string]Stamp // its own, and those of the platforms it read
	until time.Time        // first instant at which it says something else by itself; zero = none
}

// many is how many systems are read one by one; more are read in one go.
const many = 100

// look brings the almanac up to date and returns what falls due, which is not to
// be changed in place.
func (m *almanac) look(o *Room, r Reader, now time.Time) ([]Item, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	year := law.DayOf(now).Time().Year()
	stamps, agencies, err := r.Stamps(year)
	if err != nil {
		return nil, err
	}
	today := law.DayOf(now)
	rules, _ := o.Book.RuleSetOn(today)
	if m.known == nil || rules != m.rules || now.Before(m.at) {
		m.known, m.items, m.years, m.rules = map[string]counted{}, nil, nil, rules
	}
	var stale []string
	for code := range stamps {
		if x, ok := m.known[code]; !ok || !x.holds(stamps, now) {
			stale = append(stale, code)
		}
	}
	if err := m.count(o, r, stamps, stale, now); err != nil {
		return nil, err
	}
	owners, theirs := map[string]bool{}, map[string]Stamp{}
	for _, x := range m.known {
		if x.owner != "" {
			owners[x.owner], theirs[x.owner] = true, agencies[x.owner]
		}
	}
	same := len(stale) == 0 && today == law.DayOf(m.at) && maps.Equal(theirs, m.years)
	if m.at = now; same {
		return m.all, nil
	}
	ys, err := years(r, owners, year)
	if err != nil {
		return nil, err
	}
	m.years, m.all = theirs, mergeItems(m.items, Due(Question{Book: o.Book, Now: now, Years: ys}))
	return m.all, nil
}

// holds tells whether what was counted still holds.
func (x counted) holds(stamps map[string]Stamp, now time.Time) bool {
	for code, s := range x.by {
		if stamps[code] != s {
			return false
		}
	}
	return x.until.IsZero() || now.Before(x.until)
}

// ends lets what was counted hold no longer than to the end of a day, "" for no
// end.
func (x *counted) ends(last law.Day) {
	if last == "" {
		return
	}
	if end := last.AddDays(1).Time(); x.until.IsZero() || end.Before(x.until) {
		x.until = end
	}
}

// stays is the last day until which a system owes the same by time alone, "" for
// no end: the clock of a dossier in hand is asked for day by day, and a control
// holds as long as its evidence does.
func (sh *Sheet) stays(today law.Day) (last law.Day) {
	if sh.System.Open() != nil {
		return today
	}
	for _, x := range sh.States {
		if x.Holds() {
			last = sooner(last, x.Lasts)
		}
	}
	return last
}

// count counts systems anew and puts what they owe in place of what they owed.
func (m *almanac) count(o *Room, r Reader, stamps map[string]Stamp, stale []string, now time.Time) error {
	if len(stale) == 0 {
		return nil
	}
	anew := make(map[string]bool, len(stale))
	for _, code := range stale {
		anew[code] = true
	}
	g := gathering{Room: o, now: now, day: law.DayOf(now)}
	g.from, g.failed = origins(r)
	g.rules, _ = o.Book.RuleSetOn(g.day)
	fresh := map[string]counted{}
	each := func(s approval.System, p Plan) error {
		if !anew[s.Code] {
			return nil
		}
		x := counted{by: map[string]Stamp{s.Code: stamps[s.Code]}, until: s.Standing(now).Changes}
		lives, err := g.add(s, p, func(platform string) { x.by[platform] = stamps[platform] })
		if lives {
			x.owner = s.Owner
			x.ends(g.sheets[len(g.sheets)-1].stays(g.day))
		}
		fresh[s.Code] = x
		return err
	}
	if err := readPlans(r, stale, each); err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(m.items), func(it Item) bool { return anew[it.System] })
	owed := Due(Question{Book: o.Book, Now: now, Sheets: g.sheets})
	for _, it := range owed {
		if x := fresh[it.System]; it.Kind == DuePlan { // it is due on the day it is looked at
			x.ends(g.day)
			fresh[it.System] = x
		}
	}
	m.items = mergeItems(left, owed)
	for code, x := range fresh {
		m.known[code] = x
	}
	return nil
}

// readPlans hands systems with their plans to f; of many, all that there are.
func readPlans(r Reader, codes []string, f func(approval.System, Plan) error) error {
	if len(codes) > many {
		return r.EachPlan("", f)
	}
	for _, code := range codes {
		s, err := r.System(code)
		if err != nil {
			return err
		}
		p, err := r.Plan(code)
		if err != nil {
			return err
		}
		if err := f(s, p); err != nil {
			return err
		}
	}
	return nil
}

// mergeItems merges two lists in the order of Due.
func mergeItems(a, b []Item) []Item {
	out := make([]Item, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if itemOrder(b[0], a[0]) < 0 {
			out, b = append(out, b[0]), b[1:]
		} else {
			out, a = append(out, a[0]), a[1:]
		}
	}
	return append(append(out, a...), b...)
}

// itemOrder is the order of Due: soonest first, what has no day last.
func itemOrder(a, b Item) int {
	return cmp.Or(cmp.Compare(orLast(a.Day), orLast(b.Day)), cmp.Compare(a.ID, b.ID))
}

// gathering makes the sheets of systems.
type gathering struct {
	*Room
	now    time.Time
	day    law.Day
	rules  law.RuleSet
	from   Origins
	failed *error
	sheets []Sheet
}

// add adds the sheet of a system that owes anything, and tells whether it lives;
// of a listed system only the name is known. reads is told of each platform
// that was read, nil when nobody asks.
func (g *gathering) add(s approval.System, p Plan, reads func(platform string)) (lives bool, err error) {
	if s.Retirement != nil || s.Origin == approval.Listed {
		return false, nil
	}
	sh := Sheet{System: s, Plan: p}
	if p.Answered() {
		at, known := ListOf(s.Standing(g.now), g.rules)
		sh = g.derive(&s, &p, at, known, g.day, func(code string) (Source, bool) {
			if reads != nil {
				reads(code)
			}
			return g.from(code)
		})
	}
	g.sheets = append(g.sheets, sh)
	return true, *g.failed
}
