package plan_test

import (
	"context"
	"errors"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/store/storetest"
)

// errDied is what is left of a process that died.
var errDied = errors.New("the process died")

// mortal is a process that dies in one of its transactions: at the n-th row or
// entry it writes there, or after the commit and before anybody heard of it.
type mortal struct {
	left int // things still written; below 0: it does not die in a transaction
	last bool
}

// write dies when its time has come.
func (m *mortal) write(err error) error {
	if m.left--; m.left == 0 && err == nil {
		return errDied
	}
	return err
}

// commit runs a transaction of the process.
func (m *mortal) commit(run func() error) error {
	if err := run(); err != nil || !m.last {
		return err
	}
	m.last = false
	return errDied
}

type mortalPlans struct {
	plan.Store
	*mortal
}

func (s mortalPlans) Update(ctx context.Context, a approval.Actor, at time.Time, f func(plan.Tx) error) error {
	return s.commit(func() error {
		return s.Store.Update(ctx, a, at, func(tx plan.Tx) error { return f(mortalPlanTx{tx, s.mortal}) })
	})
}

type mortalPlanTx struct {
	plan.Tx
	*mortal
}

func (t mortalPlanTx) Grow(p *plan.Plan, kept plan.Kept) error { return t.write(t.Tx.Grow(p, kept)) }
func (t mortalPlanTx) Append(e *approval.Entry) error          { return t.write(t.Tx.Append(e)) }

type mortalFiles struct {
	attachment.Store
	*mortal
}

func (s mortalFiles) Update(ctx context.Context, a approval.Actor, at time.Time, f func(attachment.Tx) error) error {
	return s.commit(func() error { return s.Store.Update(ctx, a, at, f) })
}

type mortalOffice struct {
	approval.Store
	*mortal
}

func (s mortalOffice) Update(ctx context.Context, a approval.Actor, at time.Time, f func(approval.Tx) error) error {
	return s.commit(func() error { return s.Store.Update(ctx, a, at, f) })
}

// crash lets the process die while it carries an act out, and starts it again on
// the same register: what was not committed never was; what was is there, and the
// walk learns of it as somebody does who looks.
func (w *walker) crash(name string, act func() error) {
	w.Helper()
	m := &mortal{left: 1 + w.dice.IntN(2)}
	if w.dice.IntN(2) == 0 || name == "attach" || name == "scan" {
		m = &mortal{left: -1, last: true}
	}
	before := w.entries()
	w.Room.Store, w.desk.Store, w.office.Store = mortalPlans{w.store.Plans(), m}, mortalFiles{w.store.Attachments(), m}, mortalOffice{w.store, m}
	err := act()
	if err := w.store.Close(); err != nil {
		w.Fatal(err)
	}
	w.store = storetest.OpenIn(w.T, w.dir)
	w.Room.Store, w.desk.Store, w.office.Store = w.store.Plans(), w.store.Attachments(), w.store
	after := w.entries()
	switch {
	case errors.Is(err, errDied) && m.left == 0 && after != before:
		w.Errorf("%s died before its commit and left %d entries", name, after-before)
	case errors.Is(err, errDied):
		w.crashes++
	}
	if after != before {
		w.learn()
	}
}

// learn takes over what stands on the register: what was done by a process that
// died before it could say so.
func (w *walker) learn() {
	w.Helper()
	for code, x := range w.known {
		s, err := w.Sheet(ctx, approval.Actor{Capacity: approval.Auditor}, code, nil)
		if err != nil {
			w.Fatal(err)
		}
		x.owner = s.System.Owner
		x.result, x.origin, x.docs, x.check = plan.Unanswered, "", nil, ""
		if a := s.States[0].Answer; a != nil {
			x.result, x.origin, x.docs = a.Result, a.Origin, documents(a.Evidence)
		}
		if k := s.States[0].Check; k != nil {
			x.check, x.checked = k.Outcome, law.DayOf(k.At)
		}
		for _, o := range s.Plan.Offers {
			if x.offer = o.To; len(o.Keys) == 0 {
				x.offer = ""
			}
		}
		for _, f := range s.Plan.Findings {
			if x.findings[f.No] == nil {
				x.findings[f.No] = &found{}
			}
		}
		for _, c := range s.Plan.Closings {
			*x.findings[c.Finding] = found{closing: c.No, docs: documents(c.Evidence)}
		}
		for _, k := range s.Plan.Checks {
			for _, f := range x.findings {
				if k.Closing > 0 && k.Closing == f.closing {
					f.check = k.Outcome
				}
			}
		}
		if n := len(s.Plan.Incidents); n > 0 {
			x.last = s.Plan.Incidents[n-1].No
		}
		sts, _, err := w.store.Standings(ctx, w.latest(), code)
		if err != nil {
			w.Fatal(err)
		}
		x.full = x.full || sts[0].Plan == approval.PlanFull
		err = w.store.Attachments().View(ctx, approval.Actor{Capacity: approval.Auditor}, func(r attachment.Reader) error {
			docs, err := r.Documents(code)
			for i := range docs {
				x.state[docs[i].No] = docs[i].Now()
			}
			return err
		})
		if err != nil {
			w.Fatal(err)
		}
	}
}

// documents are the numbers of the files among evidence.
func documents(es []plan.Evidence) []int {
	var nos []int
	for _, e := range es {
		if e.Kind == plan.File {
			nos = append(nos, e.Document)
		}
	}
	return nos
}

// follow folds the entries that are new into what each object must be, and
// compares every plan and system they name with that.
func (w *walker) follow(step string) {
	w.Helper()
	for {
		news, err := w.store.EntriesFrom(ctx, w.folded, 500)
		if err != nil {
			w.Fatal(err)
		}
		for _, e := range news {
			if e.Seq != w.folded || e.Before != w.fold[e.Object] {
				w.Errorf("%s: entry %d of %s does not follow: seq %d, %.12s after %.12s", step, e.Seq, e.Object, w.folded, e.Before, w.fold[e.Object])
			}
			w.fold[e.Object] = e.After
			w.folded++
		}
		for _, e := range news {
			if digest, known := w.stands(e.Object); known && digest != w.fold[e.Object] {
				w.Errorf("%s: %s is %.12s, the ledger says %.12s", step, e.Object, digest, w.fold[e.Object])
			}
		}
		if len(news) < 500 {
			return
		}
	}
}

// stands is the digest of a plan or a system as it stands; false for what else
// the ledger tells of.
func (w *walker) stands(object string) (digest string, known bool) {
	w.Helper()
	auditor := approval.Actor{Capacity: approval.Auditor}
	var err error
	if code, ok := strings.CutPrefix(object, "plan:"); ok {
		p, failed := w.Plan(ctx, auditor, code)
		digest, err = p.Digest()
		err, known = errors.Join(failed, err), true
	} else if code, ok := approval.SystemOf(object); ok {
		known = true
		err = w.store.View(ctx, auditor, func(r approval.Reader) error {
			s, err := r.System(code)
			if err != nil {
				return err
			}
			digest, err = s.Digest()
			return err
		})
	}
	if err != nil {
		w.Fatal(err)
	}
	return digest, known
}
