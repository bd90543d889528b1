package approval_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/review"
)

// consulting are the acts of a consultation, as the walk counts them.
var consulting = []string{"consult-ask", "consult-answer", "consult-withdraw"}

// request is a request for an opinion as the walk remembers it.
type request struct {
	system, digest, body string
	no                   int
	due                  law.Day
	over                 bool
}

// open lists the requests that wait for an answer on the round in hand.
func (w *walker) open(s *approval.System) (all []*request) {
	d := s.Open()
	if d == nil || s.Retirement != nil || d.State != approval.Submitted && d.State != approval.Opined {
		return nil
	}
	for i := range w.requests {
		if r := &w.requests[i]; r.system == s.Code && r.digest == d.Digest && !r.over {
			all = append(all, r)
		}
	}
	return all
}

// hand is what a person already did on a dossier, read off its records.
func hand(d *approval.Dossier, person string) string {
	var found string
	had := func(by approval.Who, what string) {
		if by.Person == person {
			found = what
		}
	}
	for _, r := range d.Reviews {
		had(r.By, string(r.Kind))
	}
	for _, r := range d.Receipts {
		had(r.By, string(approval.Appraisal))
	}
	for _, c := range d.Consulting {
		had(c.By, map[bool]string{true: "consulted", false: string(approval.Appraisal)}[c.Kind == approval.ConsultAnswer])
	}
	for _, x := range d.Decisions {
		had(x.By, "decision")
	}
	if slices.Contains(d.Editors, person) {
		found = "edit"
	}
	return found
}

// leads tells whether somebody leads the appraisal of the dossier in hand.
func (w *walker) leads(s *approval.System, a approval.Actor) bool {
	d := s.Open()
	if d == nil || s.Retirement != nil || d.State.Editable() {
		return false
	}
	n, turn := (&life{house: w.house, level: d.Level, listed: d.Listed}).named(), approval.Submitted
	if n.opinion != "" {
		turn = approval.Opined
	}
	h := hand(d, a.Person)
	return d.State == turn && a.Capacity == n.appraise && (a.National() || a.Body == s.Owner) && (h == "" || h == string(approval.Appraisal))
}

// consult tries a step of a consultation and holds what comes of it against what
// must: who leads asks and withdraws, who is asked answers once.
func (w *walker) consult(l *life) {
	w.Helper()
	s := w.load(l.code)
	act, open := consulting[w.dice.IntN(len(consulting))], w.open(&s)
	able := slices.DeleteFunc(slices.Clone(w.actors), func(a approval.Actor) bool {
		if act == "consult-answer" {
			return !slices.ContainsFunc(open, func(r *request) bool { return r.body == a.Body })
		}
		return !w.leads(&s, a)
	})
	if len(able) == 0 || w.dice.IntN(3) == 0 {
		able = w.actors
	}
	a := able[w.dice.IntN(len(able))]
	digest := ""
	if d := s.Open(); d != nil {
		digest = d.Digest
	}
	k, ctx, today := &review.Panel{Store: w.store, Office: w.office}, context.Background(), law.DayOf(w.clock.T)
	before, size := w.print(), w.entries()
	var want bool
	var err error
	var then func()
	of := func(r *request) bool { return r.body == a.Body }
	switch act {
	case "consult-ask":
		in := review.AskInput{Body: []string{"H41", "H41", "G01", s.Owner, "X99"}[w.dice.IntN(5)], Question: "?", Due: today.AddDays(w.dice.IntN(6) - 1), Digest: digest}
		want = w.leads(&s, a) && (in.Body == "H41" || in.Body == "G01") && in.Body != s.Owner && in.Due >= today && !slices.ContainsFunc(open, func(r *request) bool { return r.body == in.Body })
		err = k.Ask(ctx, a, l.code, in)
		then = func() {
			w.requests = append(w.requests, request{system: l.code, digest: digest, body: in.Body, due: in.Due, no: len(s.Open().Consulting) + 1})
		}
	case "consult-answer":
		i := slices.IndexFunc(open, of)
		want = i >= 0 && a.Consultable() && hand(s.Open(), a.Person) == ""
		err = k.Answer(ctx, a, l.code, review.AnswerInput{Outcome: approval.Agree, Digest: digest})
		then = func() { open[i].over = true }
	default:
		no := 1
		if len(open) > 0 {
			no = open[w.dice.IntN(len(open))].no
		}
		i := slices.IndexFunc(open, func(r *request) bool { return r.no == no })
		want = i >= 0 && w.leads(&s, a)
		err = k.Withdraw(ctx, a, l.code, no)
		then = func() { open[i].over = true }
	}
	if (err == nil) != want {
		w.Errorf("%s by %s on %s: %v, want done: %t", act, a.Account, l.code, err, want)
		return
	}
	if err != nil {
		w.denied[kindOf(err)]++
		if !ruled(err) || w.print() != before {
			w.Errorf("%s by %s refused (%v): no rule, or something was written", act, a.Account, err)
		}
		return
	}
	then()
	w.done[act]++
	if got := w.entries(); got != size+1 {
		w.Errorf("%s: %d entries after %d", act, got, size)
	}
	w.follow()
}

// waited: nobody concludes while a body that was asked may still answer.
func (w *walker) waited(act string, was, is approval.System) {
	w.Helper()
	d := is.Last()
	if act != approval.ActReview || d == nil || len(d.Reviews) == 0 || d.Reviews[len(d.Reviews)-1].Outcome == approval.SendBack {
		return
	}
	for _, r := range w.open(&was) {
		if r.due >= law.DayOf(w.clock.T) {
			w.Errorf("%s: concluded while %s may answer until %s", is.Code, r.body, r.due)
		}
	}
}

// followConsultation compares the consultation that an entry is about with what
// the ledger says of it.
func (w *walker) followConsultation(e approval.Entry) {
	w.Helper()
	at, ok := strings.CutPrefix(e.Object, "consultation:")
	if !ok {
		return
	}
	code, no, _ := strings.Cut(at, "/")
	s := w.load(code)
	for _, d := range s.Dossiers {
		if fmt.Sprint(d.No) != no {
			continue
		}
		if digest, err := approval.Digest(d.Consulting); err != nil || digest != w.fold[e.Object] {
			w.Errorf("after entry %d: %s is %.12s, the ledger says %.12s (%v)", e.Seq, e.Object, digest, w.fold[e.Object], err)
		}
	}
}
