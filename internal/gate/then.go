package gate

import (
	"context"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// recalls tells whether the question names up to when what was recorded counts.
func (q Question) recalls() bool { return !q.Known.IsZero() }

// recallAll answers questions of which some name what is to be known: those from
// the register as it was, one by one, the others together as ever.
func (g *Gate) recallAll(ctx context.Context, now time.Time, qs []Question) []Verdict {
	vs := make([]Verdict, len(qs))
	var live []Question
	seen := map[time.Time]bool{}
	for i, q := range qs {
		if !q.recalls() {
			live = append(live, q)
			continue
		}
		seen[q.Known.UTC()] = true
		why := q.check()
		switch {
		case why.code != "":
		case g.Then == nil:
			why = unasked(law.Text{VI: "Cổng này không trả lời theo «known».", EN: "This gate answers by no “known”."})
		case len(seen) > maxInstants:
			why = unasked(law.Text{VI: "Các câu hỏi nêu quá 16 thời điểm khác nhau.", EN: "The questions name more than 16 different times."})
		default:
			vs[i] = g.recall(ctx, q)
			continue
		}
		vs[i] = refusal(q, now, why)
	}
	if len(live) > 0 {
		answers := g.AskAll(ctx, live)
		for i, q := range qs {
			if !q.recalls() {
				vs[i], answers = answers[0], answers[1:]
			}
		}
	}
	return vs
}

// recall answers what was so at an instant by what was recorded by another. It is
// never an answer of now.
func (g *Gate) recall(ctx context.Context, q Question) Verdict {
	known := q.Known.UTC().Truncate(time.Microsecond)
	past := Gate{Standings: g.Then(approval.AsOf{On: law.DayOf(q.At), Known: known.Add(time.Microsecond)}), Book: g.Book, Clock: g.Clock, Log: g.Log}
	q.Known = time.Time{}
	v := past.Ask(ctx, q)
	if v.Known = &known; v.When == Now {
		v.When = Past
	}
	return v
}
