package approval_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/store/storetest"
)

// worldSteps is how many steps one register is walked through.
const worldSteps = 500

// walkSteps is how many steps all walks take together: CAPDO_WALK_STEPS, which
// CI sets to 50,000, but for every hundredth, which is one of package plan's walk.
func walkSteps(t *testing.T) int {
	t.Helper()
	if n, err := strconv.Atoi(os.Getenv("CAPDO_WALK_STEPS")); err == nil && n > 0 {
		return n - n/100
	}
	if testing.Short() {
		return worldSteps
	}
	return 6 * worldSteps
}

// errDied is what is left of a process that died.
var errDied = errors.New("the process died")

// mortal is a store whose process dies in one of its transactions: at the n-th
// thing it does there, or after the commit and before anybody heard of it.
type mortal struct {
	approval.Store
	left int // things still done; below 0: it does not die
	last bool
}

func (m *mortal) die(last bool) {
	if m.left--; m.left == 0 && m.last == last {
		panic(errDied)
	}
}

// Update runs f as the store does, or dies on the way.
func (m *mortal) Update(ctx context.Context, a approval.Actor, at time.Time, f func(approval.Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if p != errDied {
				panic(p)
			}
			err = errDied
		}
	}()
	if err := m.Store.Update(ctx, a, at, func(tx approval.Tx) error { return f(&dyingTx{tx, m}) }); err != nil {
		return err
	}
	if m.last {
		panic(errDied)
	}
	return nil
}

// dyingTx is a transaction of a mortal store.
type dyingTx struct {
	approval.Tx
	m *mortal
}

func (t *dyingTx) System(code string) (approval.System, error) {
	s, err := t.Tx.System(code)
	t.m.die(false)
	return s, err
}

func (t *dyingTx) Save(s *approval.System) error {
	err := t.Tx.Save(s)
	t.m.die(false)
	return err
}

func (t *dyingTx) Append(e *approval.Entry) error {
	err := t.Tx.Append(e)
	t.m.die(false)
	return err
}

// crash lets the process die while it carries an act out, and starts it again on
// the same file: what was not committed never was, and what was is there.
func (w *walker) crash(l *life, act string, a approval.Actor) {
	w.Helper()
	before := w.entries()
	m := &mortal{Store: w.store, left: 1 + w.dice.IntN(3), last: w.dice.IntN(3) == 0}
	if m.last {
		m.left = -1
	}
	w.office.Store = m
	was := l.seen
	err := w.attempt(l, act, a)
	if err := w.store.Close(); err != nil {
		w.Fatal(err)
	}
	w.store = storetest.OpenIn(w.TB, w.dir)
	w.office.Store = w.store
	after := w.entries()
	switch {
	case errors.Is(err, errDied) && !m.last && after != before:
		w.Errorf("%s died before its commit and left %d entries", act, after-before)
	case errors.Is(err, errDied) && m.last && after != before+1:
		w.Errorf("%s died after its commit; %d entries after %d", act, after, before)
	case err == nil:
		w.Errorf("%s did not die", act)
	case !errors.Is(err, errDied) && (after != before || !ruled(err)):
		w.Errorf("%s refused (%v), and %d entries after %d", act, err, after, before)
	}
	if errors.Is(err, errDied) {
		w.crashes++
	}
	l.seen = w.load(l.code)
	if !m.last && l.seen.Version != was.Version {
		w.Errorf("%s died before its commit; version %d after %d", act, l.seen.Version, was.Version)
	}
	w.follow()
}

// load reads a system as whoever sees everything.
func (w *walker) load(code string) (s approval.System) {
	w.Helper()
	w.ok(w.store.View(context.Background(), approval.Actor{Capacity: approval.Auditor}, func(r approval.Reader) (err error) {
		s, err = r.System(code)
		return err
	}))
	return s
}

// follow folds the entries that are new into what each object must be, and
// compares every system they name with that.
func (w *walker) follow() {
	w.Helper()
	rows, err := w.eye.QueryContext(context.Background(), fmt.Sprintf("SELECT bytes FROM entry WHERE seq >= %d ORDER BY seq", w.folded))
	w.ok(err)
	var news []approval.Entry
	for rows.Next() {
		var b []byte
		var e approval.Entry
		w.ok(errors.Join(rows.Scan(&b), json.Unmarshal(b, &e)))
		news = append(news, e)
	}
	w.ok(errors.Join(rows.Err(), rows.Close()))
	for _, e := range news {
		if e.Seq != w.folded || e.Before != w.fold[e.Object] {
			w.Errorf("entry %d of %s does not follow: seq %d, %.12s after %.12s", e.Seq, e.Object, w.folded, e.Before, w.fold[e.Object])
		}
		w.fold[e.Object] = e.After
		w.folded++
	}
	for _, e := range news {
		w.followConsultation(e)
		if code, ok := approval.SystemOf(e.Object); ok {
			if digest, err := w.load(code).Digest(); err != nil || digest != w.fold[e.Object] {
				w.Errorf("after entry %d: %s is %.12s, the ledger says %.12s (%v)", e.Seq, e.Object, digest, w.fold[e.Object], err)
			}
		}
	}
}

// ruled tells whether a refusal says by which rule, in both languages.
func ruled(err error) bool {
	r := (*approval.Refusal)(nil)
	if !errors.As(err, &r) || len(r.Findings) == 0 {
		return false
	}
	return !slices.ContainsFunc(r.Findings, func(f approval.Finding) bool { return f.Rule == "" || f.Says.VI == "" || f.Says.EN == "" })
}
