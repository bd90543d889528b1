package web

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// LongReportFunc is ReportFunc for reports that take a while: row is called
// before each row of a table is set, and an error of it ends the report.
type LongReportFunc func(ctx context.Context, out *bytes.Buffer, a approval.Actor, q ReportAsked, row func() error) error

// ReportAsked names a report: of the country when Code is empty.
type ReportAsked struct {
	Kind, Code string
	Day        law.Day
	Known      time.Time // up to when what was recorded counts; zero: to the end of the day
}

// Bounds of the reports being made: pages are held in memory.
const (
	jobsAtOnce = 2
	jobsEach   = 3 // of one person, waiting, running or ready
	jobsAll    = 32
	jobKept    = 30 * time.Minute
	jobTime    = 10 * time.Minute
)

// The states of a job.
const (
	jobWaits   = "waits"
	jobRuns    = "runs"
	jobReady   = "ready"
	jobFailed  = "failed"
	jobStopped = "stopped"
)

// job is a report being made for one person.
type job struct {
	ReportAsked
	id, login string
	at        time.Time
	rows      atomic.Int64
	cancel    context.CancelFunc

	mu    sync.Mutex
	state string
	file  []byte
	err   error
}

// now is how the job stands.
func (j *job) now() (state string, file []byte, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state, j.file, j.err
}

func (j *job) become(state string, file []byte, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.state != jobStopped { // who stopped it has the last word
		j.state, j.file, j.err = state, file, err
	}
}

// jobs are the reports being made and those made lately.
type jobs struct {
	mu    sync.Mutex
	all   []*job
	slots chan struct{}
}

func newJobs() *jobs { return &jobs{slots: make(chan struct{}, jobsAtOnce)} }

// of lists a person's jobs, the latest first, and forgets what is old.
func (k *jobs) of(login string, now time.Time) (mine []*job) {
	k.mu.Lock()
	defer k.mu.Unlock()
	kept := k.all[:0]
	for _, j := range k.all {
		if now.Sub(j.at) > jobKept {
			j.cancel()
			continue
		}
		kept = append(kept, j)
		if j.login == login {
			mine = append([]*job{j}, mine...)
		}
	}
	clear(k.all[len(kept):])
	k.all = kept
	return mine
}

// find finds a person's own job.
func (k *jobs) find(login, id string, now time.Time) (*job, bool) {
	for _, j := range k.of(login, now) {
		if j.id == id {
			return j, true
		}
	}
	return nil, false
}

// start begins a job; false when there are too many. The oldest of the person's
// that are over give way.
func (k *jobs) start(j *job, run func(context.Context, *bytes.Buffer, func() error) error) bool {
	mine := k.of(j.login, j.at)
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := len(mine) - 1; i >= 0 && len(mine) >= jobsEach; i-- {
		if state, _, _ := mine[i].now(); state != jobWaits && state != jobRuns {
			k.drop(mine[i])
			mine = append(mine[:i:i], mine[i+1:]...)
		}
	}
	if len(mine) >= jobsEach || len(k.all) >= jobsAll {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), jobTime)
	j.cancel, j.state = cancel, jobWaits
	k.all = append(k.all, j)
	go k.run(ctx, j, run)
	return true
}

func (k *jobs) drop(old *job) {
	for i, j := range k.all {
		if j == old {
			k.all = append(k.all[:i], k.all[i+1:]...)
			return
		}
	}
}

// run waits for a slot and makes the report.
func (k *jobs) run(ctx context.Context, j *job, run func(context.Context, *bytes.Buffer, func() error) error) {
	defer j.cancel()
	select {
	case k.slots <- struct{}{}:
		defer func() { <-k.slots }()
	case <-ctx.Done():
		j.become(jobFailed, nil, ctx.Err())
		return
	}
	j.become(jobRuns, nil, nil)
	var out bytes.Buffer
	if err := unharmed(func() error {
		return run(ctx, &out, func() error {
			j.rows.Add(1)
			return ctx.Err()
		})
	}); err != nil {
		j.become(jobFailed, nil, err)
		return
	}
	j.become(jobReady, out.Bytes(), nil)
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

// stop ends a job that waits or runs, and gives its file up when it is ready.
func (j *job) stop() {
	j.cancel()
	j.become(jobStopped, nil, nil)
}
