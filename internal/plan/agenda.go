package plan

import (
	"context"
	"slices"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Scope is whose calendar is asked for.
type Scope string

// The scopes of a calendar.
const (
	Mine      Scope = "mine"   // of the person: the work of the capacity, and what is escalated to it
	OfAgency  Scope = "agency" // of an agency
	OfCountry Scope = "nation" // of the country, for who sees it
)

// Sources tell what falls due for a person beside the plans of the register; what
// is nil tells nothing.
type Sources struct {
	Lent  func(ctx context.Context, a approval.Actor) ([]approval.Delegation, error) // by which the actor may act now
	Asked func(ctx context.Context, a approval.Actor) ([]Item, error)                // opinions that the actor's body owes
}

// mine lists what is the actor's beside the work of its own capacity: what it was
// lent, and what its body was asked.
func (o *Room) mine(ctx context.Context, a approval.Actor) (all []Item, err error) {
	var lent []approval.Delegation
	if o.Sources.Lent != nil {
		if lent, err = o.Sources.Lent(ctx, a); err != nil {
			return nil, err
		}
	}
	asked := []approval.Actor{a}
	for i := range lent {
		by := lent[i].Acting(a)
		items, err := o.Agenda(ctx, by, Mine, "")
		if err != nil {
			return nil, err
		}
		all, asked = append(all, items...), append(asked, by)
	}
	if o.Sources.Asked == nil {
		return all, nil
	}
	for _, by := range asked {
		items, err := o.Sources.Asked(ctx, by)
		if err != nil {
			return nil, err
		}
		for i := range items {
			items[i].Under = by.Under
		}
		all = append(all, items...)
	}
	return all, nil
}

// Agenda lists what falls due in a scope. agency narrows it to one agency, ""
// is the actor's own, or every one where the actor's capacity is national.
func (o *Room) Agenda(ctx context.Context, a approval.Actor, scope Scope, agency string) ([]Item, error) {
	now := o.now()
	if !a.National() {
		if agency != "" && agency != a.Body {
			return nil, approval.ErrNotFound()
		}
		agency = a.Body
	}
	items, err := o.due(ctx, a, agency, now)
	if err != nil {
		return nil, err
	}
	day := law.DayOf(now)
	switch {
	case a.Under != nil: // what was lent is the work, not the view
		items = slices.DeleteFunc(items, func(it Item) bool { return !slices.Contains(it.Roles, a.Capacity) || !o.Book.Lends(it.Act) })
		for i := range items {
			items[i].Under = a.Under
		}
	case scope == Mine:
		items = Pick(items, func(it Item) bool { return it.Concerns(o.Book, a, day) })
		more, err := o.mine(ctx, a)
		if err != nil {
			return nil, err
		}
		for _, it := range more {
			if !slices.ContainsFunc(items, func(x Item) bool { return x.ID == it.ID }) {
				items = append(items, it)
			}
		}
		sortItems(items)
	}
	return items, nil
}

// due lists what falls due of the systems in the actor's reach, and of the years
// of their owners. Who sees every system shares one almanac: what it returns is
// not to be changed in place.
func (o *Room) due(ctx context.Context, a approval.Actor, agency string, now time.Time) (items []Item, err error) {
	err = o.Store.View(ctx, a, func(r Reader) error {
		if a.National() && agency == "" && a.Under == nil {
			items, err = o.almanac.look(o, r, now)
			return err
		}
		q := Question{Book: o.Book, Now: now}
		owners, err := o.gather(lentReader{r, a.Under, now}, &q, agency)
		if err != nil {
			return err
		}
		if q.Years, err = years(r, owners, law.DayOf(now).Time().Year()); err == nil {
			items = Due(q)
		}
		return err
	})
	return items, err
}

// Pick returns the items that are wanted, in order, and leaves those it chose
// from as they are.
func Pick(items []Item, wanted func(Item) bool) []Item {
	var out []Item
	for i := range items {
		if wanted(items[i]) {
			out = append(out, items[i])
		}
	}
	return out
}

// lentReader sees of the systems in scope those that a delegation reaches; all
// when there is none.
type lentReader struct {
	Reader
	under *approval.Delegation
	now   time.Time
}

// EachPlan implements Reader.
func (r lentReader) EachPlan(owner string, f func(approval.System, Plan) error) error {
	return r.Reader.EachPlan(owner, func(s approval.System, p Plan) error {
		if r.under != nil && !r.under.Reaches(&s, r.now) {
			return nil
		}
		return f(s, p)
	})
}

// gather reads what the question is about, and returns the owners of the systems
// that live.
func (o *Room) gather(r Reader, q *Question, agency string) (map[string]bool, error) {
	owners := map[string]bool{}
	g := gathering{Room: o, now: q.Now, day: law.DayOf(q.Now)}
	g.from, g.failed = origins(r) // each platform is read once
	g.rules, _ = o.Book.RuleSetOn(g.day)
	err := r.EachPlan(agency, func(s approval.System, p Plan) error {
		lives, err := g.add(s, p, nil)
		if lives {
			owners[s.Owner] = true
		}
		return err
	})
	q.Sheets = g.sheets
	return owners, err
}

// YearsBack is how many years, the present one among them, tell when a body as a
// whole was last inspected.
const YearsBack = 3

// years reads the years of agencies: this one, with the last inspections of the
// body in it or in those before it.
func years(r Reader, owners map[string]bool, year int) (all []Year, err error) {
	as, err := r.Agencies()
	if err != nil {
		return nil, err
	}
	for _, x := range as {
		if owners[x.Code] {
			y, err := r.YearOf(x.Code, year)
			for back := 1; back < YearsBack && err == nil && len(y.Held(true)) == 0; back++ {
				var before Year
				before, err = r.YearOf(x.Code, year-back)
				y.Drills = append(y.Drills, before.Held(true)...)
			}
			if err != nil {
				return nil, err
			}
			all = append(all, y)
		}
	}
	return all, nil
}

// Candidate is a system whose list has a control, with what is said of it.
type Candidate struct {
	Code, Name string
	Level      law.Level
	Result     Result
	Now        AnswerInput // what it says, as seen
	Simulated  bool
}

// Candidates lists the systems of the actor's body whose list under a rule set
// has a control.
func (o *Room) Candidates(ctx context.Context, a approval.Actor, rules law.RuleSet, key string) ([]Candidate, error) {
	now := o.now()
	current, _ := o.Book.RuleSetOn(law.DayOf(now))
	has := map[law.Level]bool{}
	for l := law.Level(1); l.Valid(); l++ {
		for _, c := range o.Lists.For(rules, l) {
			has[l] = has[l] || c.Key == key
		}
	}
	var out []Candidate
	err := o.Store.View(ctx, a, func(r Reader) error {
		return r.EachPlan(a.Body, func(s approval.System, p Plan) error {
			at, known := ListOf(s.Standing(now), current)
			if s.Retirement != nil || !known || at.Rules != rules || !has[at.Level] {
				return nil
			}
			c := Candidate{Code: s.Code, Name: s.Name, Level: at.Level, Result: Unanswered, Simulated: s.Origin == approval.Simulated}
			if x := p.answerOf(at, key); x != nil {
				c.Result, c.Now = x.Result, x.input()
			}
			out = append(out, c)
			return nil
		})
	})
	return out, err
}
