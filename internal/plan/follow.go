package plan

import (
	"fmt"
	"slices"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Ended follows the end of a system in the plans that stand on it, for
// approval.Office.Ended.
func (o *Room) Ended(tx approval.Tx, a approval.Actor, code string, now time.Time) error {
	t, ok := tx.(Tx)
	if !ok {
		return fmt.Errorf("follow the end of %s: a transaction that knows no plans", code)
	}
	return o.follow(t, a, approval.ActRetire+" "+Object(code), code, now)
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
			if err := w.system(reached[i]); err != nil {
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

// system follows in one system.
func (w wake) system(code string) error {
	s, err := w.beyond.System(code)
	if err != nil || s.Retirement != nil || !s.ByControls(w.at) {
		return err
	}
	p, err := w.beyond.Plan(code)
	if err != nil {
		return err
	}
	before, err := s.Digest()
	if err != nil {
		return err
	}
	day := law.DayOf(w.at)
	rules, _ := w.Book.RuleSetOn(day)
	at, known := ListOf(s.Standing(w.at), rules)
	sheet := w.derive(&s, &p, at, known, day, w.from)
	if !known {
		return nil
	}
	detail, changed := s.Follow(sheet.Measure, w.by, w.at)
	if !changed {
		return nil
	}
	if err := w.beyond.Save(&s); err != nil {
		return err
	}
	after, err := s.Digest()
	if err != nil {
		return err
	}
	detail["because"] = w.because
	return w.tx.Append(&approval.Entry{At: w.at, By: w.by, Act: approval.ActPlan, Object: approval.SystemObject(code), Before: before, After: after, Law: w.Book.Digest(), Detail: detail})
}
