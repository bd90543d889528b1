package job

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"capdo/internal/law"
)

// Bench makes the reports of this process, a few at a time.
type Bench struct {
	Store Store
	Clock func() time.Time
	// Explain puts an error into words for who waits.
	Explain func(error) law.Text

	slots chan struct{}
}

// NewBench makes a bench ready.
func NewBench(s Store, clock func() time.Time, explain func(error) law.Text) *Bench {
	return &Bench{Store: s, Clock: clock, Explain: explain, slots: make(chan struct{}, atOnce)}
}

// Make makes a report; row is called before each of its rows, and an error of it ends
// the report.
type Make func(ctx context.Context, out *bytes.Buffer, row func() error) error

// Start begins a job; false when there are too many.
func (b *Bench) Start(ctx context.Context, j Job, make Make) (bool, error) {
	j.At, j.Beat, j.State = b.Clock(), b.Clock(), Waits
	added, err := b.Store.AddJob(ctx, j)
	if err == nil && added {
		go b.run(j, make)
	}
	return added, err
}

// run waits for a slot and makes the report, saying so all the while.
func (b *Bench) run(j Job, make Make) {
	ctx, cancel := context.WithTimeout(context.Background(), Most)
	defer cancel()
	w := &worker{bench: b, job: j, cancel: cancel}
	go w.beat(ctx)
	select {
	case b.slots <- struct{}{}:
		defer func() { <-b.slots }()
	case <-ctx.Done():
		w.end(ctx.Err(), nil)
		return
	}
	w.running.Store(true)
	var out bytes.Buffer
	err := unharmed(func() error {
		return make(ctx, &out, func() error {
			w.rows.Add(1)
			return ctx.Err()
		})
	})
	w.end(err, out.Bytes())
}

// worker is one job in the hands of this process.
type worker struct {
	bench   *Bench
	job     Job
	rows    atomic.Int64
	running atomic.Bool
	cancel  context.CancelFunc
}

// beat says that somebody is at it, until ctx ends; a job that was stopped is ended.
func (w *worker) beat(ctx context.Context) {
	t := time.NewTicker(Beat)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		j := w.now()
		if stopped, err := w.bench.Store.BeatJob(ctx, j); err == nil && stopped {
			w.cancel()
		}
	}
}

// now is the job as it stands here.
func (w *worker) now() Job {
	j := w.job
	j.Rows, j.Beat = w.rows.Load(), w.bench.Clock()
	if w.running.Load() {
		j.State = Runs
	}
	return j
}

// end puts on record how it came out; a store that fails leaves a job that is lost.
func (w *worker) end(err error, file []byte) {
	j := w.now()
	j.State = Ready
	if err != nil {
		j.State, file = Failed, nil
		if !errors.Is(err, context.Canceled) {
			j.Why = w.bench.Explain(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), Lease)
	defer cancel()
	_ = w.bench.Store.EndJob(ctx, j, file) // what cannot be recorded is told by silence
}

// unharmed turns a panic of f into its error: a report that breaks breaks nothing
// else.
func unharmed(f func() error) (err error) {
	defer func() {
		if x := recover(); x != nil {
			err = fmt.Errorf("report: panic: %v", x)
		}
	}()
	return f()
}
