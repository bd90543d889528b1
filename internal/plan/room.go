package plan

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"capdo/internal/approval"
	"capdo/internal/controls"
	"capdo/internal/law"
)

// Room carries out the acts on plans.
type Room struct {
	Store Store
	Book  *law.Book
	Lists *controls.Catalogues
	Clock func() time.Time

	Sources Sources // of what falls due for a person elsewhere
	almanac almanac // of the whole register
}

// Store keeps the plans, bound to an actor's scope like the register.
type Store interface {
	// Update runs f in one write transaction; an error of f undoes everything.
	Update(ctx context.Context, a approval.Actor, at time.Time, f func(Tx) error) error
	// View runs f on one read-only snapshot.
	View(ctx context.Context, a approval.Actor, f func(Reader) error) error
}

// Reader answers inside the actor's scope.
type Reader interface {
	// System loads a system; ErrNotFound when absent or out of scope.
	System(code string) (approval.System, error)
	// Plan loads the plan of a system in scope; one without rows when there is
	// none yet.
	Plan(code string) (Plan, error)
	// Platform loads the plan of a platform for inheriting: one in scope, or
	// anyone's whose offers reach every body, and not retired; false otherwise.
	Platform(code string) (Source, bool, error)
	// EachPlan hands every system in scope with its plan to f, those of an
	// owner only unless "".
	EachPlan(owner string, f func(approval.System, Plan) error) error
	// Stamps returns how every system in scope stands, by code, and the YearsBack
	// years of every agency in scope that recorded any of them.
	Stamps(year int) (systems, agencies map[string]Stamp, err error)
	// YearOf loads the record of an agency's year.
	YearOf(agency string, year int) (Year, error)
	// Agencies returns every agency that is or was, in official order.
	Agencies() ([]approval.Agency, error)
}

// Tx is the one way to write.
type Tx interface {
	Reader
	// Grow stores the rows of p beyond those stored, its version and its
	// numbers; ErrStale when another hand was faster.
	Grow(p *Plan, kept Kept) error
	// GrowYear stores the rows of y beyond those stored.
	GrowYear(y *Year) error
	// Append adds the entry to the ledger.
	Append(e *approval.Entry) error
	// Beyond runs f with the reach of the register itself: what an act takes
	// away at a platform, it takes away from systems of every owner.
	Beyond(f func(Beyond) error) error
}

// Beyond sees and saves systems of every owner, inside the transaction of an
// act in one of them.
type Beyond interface {
	Reader
	// Leaning returns the codes of the systems whose plans have, or had, an
	// answer inherited from a platform, in order.
	Leaning(platform string) ([]string, error)
	// Save stores a system that changed, as approval.Tx does.
	Save(s *approval.System) error
}

// Kept is what is kept beside a plan for lists: the numbers of the list the
// system follows, as of the act.
type Kept struct {
	List
	Numbers
}

// now is the one clock reading of an act: UTC, microseconds.
func (o *Room) now() time.Time { return o.Clock().UTC().Truncate(time.Microsecond) }

// origins looks platforms up through a reader, each once.
func origins(r Reader) (Origins, *error) {
	type found struct {
		Source
		reaches bool
	}
	seen, failed := map[string]found{}, new(error)
	return func(code string) (Source, bool) {
		x, ok := seen[code]
		if !ok {
			var err error
			if x.Source, x.reaches, err = r.Platform(code); err != nil {
				*failed = err
			}
			seen[code] = x
		}
		return x.Source, x.reaches
	}, failed
}

// act is the shape of every act on a plan: one transaction, the plan inside the
// actor's scope, a pure change, the rows, the numbers, the entry.
func (o *Room) act(ctx context.Context, a approval.Actor, name, code string, f func(*deed) (map[string]string, error)) (Plan, error) {
	now := o.now()
	var out Plan
	err := o.Store.Update(ctx, a, now, func(tx Tx) error {
		var err error
		out, err = o.actIn(tx, a, name, code, now, f)
		return err
	})
	return out, err
}

// deed is an act under way.
type deed struct {
	*Room
	tx     Tx
	actor  approval.Actor
	now    time.Time
	day    law.Day
	system approval.System
	st     approval.Standing
	plan   *Plan
}

// mark is the next row's mark.
func (d *deed) mark() Mark {
	d.plan.Version++
	return Mark{No: int(d.plan.Version), By: d.actor.Who(), At: d.now}
}

// actIn is act inside a transaction.
func (o *Room) actIn(tx Tx, a approval.Actor, name, code string, now time.Time, f func(*deed) (map[string]string, error)) (Plan, error) {
	s, err := tx.System(code)
	if err != nil {
		return Plan{}, err
	}
	if s.Retirement != nil {
		return Plan{}, refuse(approval.Conflict, "", "retired", "", "Hệ thống đã kết thúc vận hành; không thực hiện được thao tác nào nữa.", "The system is retired; nothing more can be done on it.")
	}
	p, err := tx.Plan(code)
	if err != nil {
		return Plan{}, err
	}
	before := ""
	if p.Version > 0 {
		if before, err = p.Digest(); err != nil {
			return Plan{}, err
		}
	}
	d := &deed{Room: o, tx: tx, actor: a, now: now, day: law.DayOf(now), system: s, st: s.Standing(now), plan: &p}
	detail, err := f(d)
	if err != nil {
		return Plan{}, err
	}
	kept, err := o.kept(tx, &s, &p, now)
	if err != nil {
		return Plan{}, err
	}
	if err := tx.Grow(&p, kept); err != nil {
		return Plan{}, err
	}
	after, err := p.Digest()
	if err != nil {
		return Plan{}, err
	}
	numbers, err := json.Marshal(kept)
	if err != nil {
		return Plan{}, err
	}
	detail["numbers"] = string(numbers) // what is kept for lists, so that it can be compared
	switch name {
	case ActAnswer, ActCheck, ActOffer: // the acts on which a measure depends
		if err := o.follow(tx, a, name+" "+Object(code), code, now); err != nil {
			return Plan{}, err
		}
	}
	return p, tx.Append(&approval.Entry{At: now, By: a.Who(), Act: name, Object: Object(code), Before: before, After: after, Law: o.Book.Digest(), Detail: detail})
}

// kept counts the list the system follows.
func (o *Room) kept(r Reader, s *approval.System, p *Plan, now time.Time) (Kept, error) {
	sheet, err := o.sheet(r, s, p, now)
	return Kept{sheet.List, sheet.Numbers}, err
}

// Sheet is the plan of a system as it stands: its list, every control, the
// numbers, what lacks, and how far it is deployed.
type Sheet struct {
	System  approval.System
	Plan    Plan
	List    List
	Known   bool // a list is known
	States  []State
	Numbers Numbers
	Gaps    []Gap
	Measure approval.Measured
}

// sheet derives the sheet of a system.
func (o *Room) sheet(r Reader, s *approval.System, p *Plan, now time.Time) (Sheet, error) {
	day := law.DayOf(now)
	rules, _ := o.Book.RuleSetOn(day)
	at, known := ListOf(s.Standing(now), rules)
	return o.sheetOf(r, s, p, at, known, day)
}

func (o *Room) sheetOf(r Reader, s *approval.System, p *Plan, at List, known bool, day law.Day) (Sheet, error) {
	from, failed := origins(r)
	out := o.derive(s, p, at, known, day, from)
	return out, *failed
}

// reading is one derivation on a day, of plans looked up through from.
func (o *Room) reading(day law.Day, from Origins) reading {
	return reading{o.Lists, day, from, o.Book.PlanPolicy().Unscanned}
}

// derive is sheetOf from plans that are looked up through from.
func (o *Room) derive(s *approval.System, p *Plan, at List, known bool, day law.Day, from Origins) Sheet {
	out := Sheet{System: *s, Plan: *p, List: at, Known: known}
	if !known {
		return out
	}
	out.States = o.reading(day, from).states(p, s.Owner, at)
	out.Numbers = Count(out.States)
	out.Gaps = Gaps(out.States, p, o.Book.PlanPolicy())
	out.Measure = Measure(out.States, out.Gaps, day)
	return out
}

// Judge derives the sheet of a plan that stands on no register, today; it inherits
// from nowhere.
func (o *Room) Judge(p Plan, at List) Sheet {
	nowhere := func(string) (Source, bool) { return Source{}, false }
	return o.derive(&approval.System{}, &p, at, true, law.DayOf(o.now()), nowhere)
}

// Sheet returns the plan of a system in the actor's scope. With a list of
// another rule set or level than the one followed, that list is shown.
func (o *Room) Sheet(ctx context.Context, a approval.Actor, code string, at *List) (Sheet, error) {
	now := o.now()
	var out Sheet
	err := o.Store.View(ctx, a, func(r Reader) error {
		s, err := r.System(code)
		if err != nil {
			return err
		}
		p, err := r.Plan(code)
		if err != nil {
			return err
		}
		if at != nil {
			out, err = o.sheetOf(r, &s, &p, *at, true, law.DayOf(now))
			return err
		}
		out, err = o.sheet(r, &s, &p, now)
		return err
	})
	return out, err
}

// Deployed computes how far the plan of a system is deployed, for
// approval.Office.Measure; false while no control of the list is answered.
func (o *Room) Deployed(tx approval.Tx, s approval.System, now time.Time) (approval.Measured, bool, error) {
	r, ok := tx.(Reader)
	if !ok {
		return approval.Measured{}, false, fmt.Errorf("measure %s: a transaction that knows no plans", s.Code)
	}
	p, err := r.Plan(s.Code)
	if err != nil {
		return approval.Measured{}, false, err
	}
	sheet, err := o.sheet(r, &s, &p, now)
	return sheet.Measure, sheet.Known && sheet.Numbers.Answered() > 0, err
}

// refuse builds a refusal of one finding.
func refuse(k approval.Kind, field, rule, cites, vi, en string) *approval.Refusal {
	return &approval.Refusal{Kind: k, Findings: []approval.Finding{{Field: field, Rule: rule, Cites: cites, Says: law.Text{VI: vi, EN: en}}}}
}
