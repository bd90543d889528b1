package plan

import (
	"context"
	"slices"
	"time"

	"capdo/internal/approval"
)

// Moment is when, and by which list, the answers of a plan are looked at.
type Moment struct {
	At time.Time // zero: now
	List
}

// Differs is a control that is answered otherwise at one moment than at another.
// An answer without a result is none.
type Differs struct {
	Key, Group string
	Parts      []Part // that differ, in the order of the page
	Was, Now   AnswerInput
}

// Between lists the controls of a plan that are answered otherwise now than they
// were, in the order of the list that is looked at now, then of the other.
func (o *Room) Between(p *Plan, was, now Moment) []Differs {
	before, after := p.answersBy(was), p.answersBy(now)
	var out []Differs
	var seen []string
	for _, c := range append(slices.Clone(o.Lists.For(now.Rules, now.Level)), o.Lists.For(was.Rules, was.Level)...) {
		if slices.Contains(seen, c.Key) {
			continue
		}
		seen = append(seen, c.Key)
		x := Differs{Key: c.Key, Group: c.Group, Was: before[c.Key].input(), Now: after[c.Key].input()}
		for _, part := range Parts() {
			if !x.Was.same(part, x.Now) {
				x.Parts = append(x.Parts, part)
			}
		}
		if len(x.Parts) > 0 {
			out = append(out, x)
		}
	}
	return out
}

// answersBy are the latest answers at a moment, by control.
func (p *Plan) answersBy(m Moment) map[string]*Answer {
	latest := map[string]*Answer{}
	for i := range p.Answers {
		if a := &p.Answers[i]; a.List == m.List && (m.At.IsZero() || !a.At.After(m.At)) {
			latest[a.Key] = a
		}
	}
	return latest
}

// Plan loads the plan of a system in the actor's scope.
func (o *Room) Plan(ctx context.Context, a approval.Actor, code string) (p Plan, err error) {
	err = o.Store.View(ctx, a, func(r Reader) error {
		p, err = r.Plan(code)
		return err
	})
	return p, err
}
