package plan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Follow follows a system that was retired or handed on, by that act, in its own
// plan and in those that stand on it, for approval.Office.Follow.
func (o *Room) Follow(tx approval.Tx, a approval.Actor, act, code string, now time.Time) error {
	t, ok := tx.(Tx)
	if !ok {
		return fmt.Errorf("follow %s of %s: a transaction that knows no plans", act, code)
	}
	return o.follow(t, a, act+" "+Object(code), code, now)
}

// Rests follows a document that a plan may rest on and that came to another
// state, inside that act, for attachment.Desk.Changed. object is the document as
// the ledger names it.
func (o *Room) Rests(tx any, a approval.Actor, code, object string, now time.Time) error {
	t, ok := tx.(Tx)
	if !ok {
		return fmt.Errorf("follow %s: a transaction that knows no plans", object)
	}
	return o.follow(t, a, object, code, now)
}

// follow makes the declared plans of a system and of all that stand on it,
// directly or not, say what their controls say after an act (System.Follow). It
// is part of the act's transaction; each plan that changes has an entry of its
// own, which names the act and comes before that of the act itself.
func (o *Room) follow(tx Tx, a approval.Actor, because, code string, now time.Time) error {
	return tx.Beyond(func(b Beyond) error {
		from, failed := origins(b)
		w := wake{Room: o, tx: tx, beyond: b, from: from, by: a.Who(), at: now, because: because}
		reached := []string{code}
		for i := 0; i < len(reached); i++ {
			if _, err := w.system(reached[i]); err != nil {
				return err
			}
			if *failed != nil {
				return *failed
			}
			next, err := b.Leaning(reached[i])
			if err != nil {
				return err
			}
			for _, c := range next {
				if !slices.Contains(reached, c) {
					reached = append(reached, c)
				}
			}
		}
		return nil
	})
}

// wake is what an act draws after it.
type wake struct {
	*Room
	tx      Tx
	beyond  Beyond
	from    Origins
	by      approval.Who
	at      time.Time
	because string
}

// system follows in one system, and tells whether its plan changed. A plan that was computed before plans kept what
// they rest on is given its basis.
func (w wake) system(code string) (follows bool, err error) {
	s, err := w.beyond.System(code)
	if err != nil || s.Retirement != nil {
		return false, err
	}
	p, err := w.beyond.Plan(code)
	if err != nil {
		return false, err
	}
	day := law.DayOf(w.at)
	rules, _ := w.Book.RuleSetOn(day)
	was := s.Standing(w.at)
	at, known := ListOf(was, rules)
	if !known || !s.ByControls(w.at) && !computed(&s, &p, at, w.at) {
		return false, nil
	}
	before, err := s.Digest()
	if err != nil {
		return false, err
	}
	sheet := w.derive(&s, &p, at, known, day, w.from)
	detail, changed := s.Follow(sheet.Measure, w.by, w.at)
	if !changed {
		return false, nil
	}
	if err := w.beyond.Save(&s); err != nil {
		return false, err
	}
	after, err := s.Digest()
	if err != nil {
		return false, err
	}
	detail["because"] = w.because
	if is := s.Standing(w.at); is.Plan != was.Plan || is.RoadmapUntil < was.RoadmapUntil {
		detail["lapsed"] = lapsed(sheet.States)
	}
	return true, w.tx.Append(&approval.Entry{At: w.at, By: w.by, Act: approval.ActPlan, Object: approval.SystemObject(code), Before: before, After: after, Law: w.Book.Digest(), Detail: detail})
}

// computed tells whether a declaration without a basis was computed: a control of
// the list was answered before it, and from then on no other word was taken.
func computed(s *approval.System, p *Plan, at List, now time.Time) bool {
	declared, ok := s.Declared(now)
	return ok && slices.ContainsFunc(p.Answers, func(a Answer) bool { return a.List == at && a.At.Before(declared.At) })
}

// lapsed lists the controls that no longer hold, each with its reason.
func lapsed(ss []State) string {
	var all []string
	for _, s := range ss {
		if s.Expired {
			all = append(all, s.Control.Key+":"+string(s.Because))
		}
	}
	return strings.Join(all, " ")
}

// Renew lets every declared plan follow its controls once, as the keeper, and
// returns how many changed: plans computed before plans kept what they rest on
// are given their basis, and end by time from then on.
func (o *Room) Renew(ctx context.Context, keeper approval.Actor) (int, error) {
	var codes []string
	err := o.Store.View(ctx, keeper, func(r Reader) error {
		return r.EachPlan("", func(s approval.System, p Plan) error {
			if p.Answered() && s.Retirement == nil {
				codes = append(codes, s.Code)
			}
			return nil
		})
	})
	changed := 0
	for _, code := range codes {
		if err != nil {
			return changed, err
		}
		now := o.now()
		err = o.Store.Update(ctx, keeper, now, func(tx Tx) error {
			return tx.Beyond(func(b Beyond) error {
				from, failed := origins(b)
				w := wake{Room: o, tx: tx, beyond: b, from: from, by: keeper.Who(), at: now, because: ActRenew + " " + Object(code)}
				follows, err := w.system(code)
				if err == nil && *failed == nil && !follows {
					return errUnchanged
				}
				return errors.Join(err, *failed)
			})
		})
		switch {
		case err == nil:
			changed++
		case errors.Is(err, errUnchanged):
			err = nil
		}
	}
	return changed, err
}
