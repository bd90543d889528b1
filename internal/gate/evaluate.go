package gate

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// decided is an answer in the words of AuthZEN.
type decided struct {
	Decision bool    `json:"decision"`
	Context  grounds `json:"context"`
}

// grounds is what an answer rests on.
type grounds struct {
	At         time.Time     `json:"at"`
	When       string        `json:"when,omitempty"` // Past, Future; absent for now
	Known      *time.Time    `json:"known,omitempty"`
	Level      *law.Level    `json:"level"`
	ValidUntil *time.Time    `json:"valid_until"`
	Reasons    []Reason      `json:"reasons"`
	LawDigest  string        `json:"law_digest"`
	Ledger     approval.Head `json:"ledger"`
}

// evaluation answers in the words of AuthZEN: one evaluation, or many where
// they are given. A decision is always 200, and a fault of the gate is a
// decision: false.
func (f *front) evaluation(w http.ResponseWriter, r *http.Request, many bool) {
	if id := r.Header["X-Request-Id"]; id != nil {
		w.Header()["X-Request-Id"] = id
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		complain(w, http.StatusMethodNotAllowed, law.Text{VI: "Chỉ hỏi bằng phương thức POST.", EN: "Ask with the method POST only."})
		return
	}
	most := int64(maxSingle)
	if many {
		most = maxBatch
	}
	p := f.press()
	s := p.take()
	defer p.give(s)
	in, status, bad := s.body(w, r, most)
	var q request
	if bad.VI == "" {
		status = http.StatusBadRequest
		q, bad = parseRequest(&s.doc, in, many)
	}
	if bad.VI == "" && len(q.evaluations) == 0 {
		bad = q.missing()
	}
	if bad.VI != "" {
		f.tally.unread(doorOf(many))
		complain(w, status, bad)
		return
	}
	if f.evaluateSwiftly(r.Context(), &q, s) {
		f.counted(&q, s, doorOf(many))
		f.Board.press.print(w, s)
		return
	}
	if len(q.evaluations) == 0 {
		one := q.question()
		v := f.Ask(r.Context(), one)
		f.tally.judged(doorOf(many), &one, &v)
		write(w, http.StatusOK, say(v))
		return
	}
	write(w, http.StatusOK, struct {
		Evaluations []decided `json:"evaluations"`
	}{f.evaluate(r, q)})
}

// evaluateSwiftly writes the answer from the board onto the sheet, if it can.
func (f *front) evaluateSwiftly(ctx context.Context, q *request, s *sheet) bool {
	s.qs = s.qs[:0]
	if len(q.evaluations) == 0 {
		s.qs = append(s.qs, q.question())
	}
	for _, t := range q.evaluations {
		s.qs = append(s.qs, t.over(&q.tuple).question())
	}
	if !f.swiftBatch(ctx, s) {
		return false
	}
	s.out = s.out[:0]
	if len(q.evaluations) == 0 {
		s.out = s.seen[0].appendEvaluation(s.out, s)
	} else {
		s.out = append(s.out, `{"evaluations":[`...)
		for i := range s.seen {
			if i > 0 {
				s.out = append(s.out, ',')
			}
			s.out = s.seen[i].appendEvaluation(s.out, s)
			if q.enough(s.seen[i].chord.allow) {
				break
			}
		}
		s.out = append(s.out, "]}"...)
	}
	s.out = append(s.out, '\n')
	return true
}

// doorOf is the door of one evaluation, or of many.
func doorOf(many bool) door {
	if many {
		return evaluationsDoor
	}
	return evaluationDoor
}

// counted counts what evaluateSwiftly answered.
func (f *front) counted(q *request, s *sheet, d door) {
	for i := range s.seen {
		f.tally.seen(d, &s.qs[i], s.seen[i].chord.allow)
		if len(q.evaluations) > 0 && q.enough(s.seen[i].chord.allow) {
			return
		}
	}
}

// enough tells whether the semantic of several evaluations ends after one.
func (q *request) enough(allow bool) bool {
	return allow && q.semantic == permitOnFirstHit || !allow && q.semantic == denyOnFirstDeny
}

// evaluate decides several evaluations, as far as their semantic goes.
func (f *front) evaluate(r *http.Request, q request) []decided {
	qs := make([]Question, len(q.evaluations))
	for i, t := range q.evaluations {
		qs[i] = t.over(&q.tuple).question()
	}
	out := make([]decided, 0, len(qs))
	for i, v := range f.AskAll(r.Context(), qs) {
		f.tally.judged(evaluationsDoor, &qs[i], &v)
		out = append(out, say(v))
		if q.enough(v.Decision == Allow) {
			break
		}
	}
	return out
}

// say puts a verdict into the words of AuthZEN.
func say(v Verdict) decided {
	g := grounds{At: v.At, When: v.When, Known: v.Known, Level: v.Level, ValidUntil: v.ValidUntil, Reasons: v.Reasons, LawDigest: v.LawDigest, Ledger: v.Ledger}
	if v.When == Now {
		g.When = ""
	}
	return decided{v.Decision == Allow, g}
}

// complain answers a request that cannot be understood with a sentence, not
// with a decision.
func complain(w http.ResponseWriter, status int, says law.Text) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "%s\n%s\n", says.VI, says.EN) // the client went away: nobody is left to tell
}
