// Package job keeps what people wait for across requests: reports being made. They lie
// in the register's store, so that every process on it answers for what any of them
// does.
//
// A report has a lease: whoever makes it says so every Beat; once it said nothing for
// Lease it is lost, and says that, for its process died. To stop one is a mark in the
// store, which its maker meets at its next beat. Nothing here is an act on the
// register: it leaves no entry, and goes after Kept.
package job

import (
	"context"
	"time"

	"capdo/internal/law"
)

// The times of a job.
const (
	Beat  = 2 * time.Second  // how often its maker says that it is at it
	Lease = 30 * time.Second // after which silence is death
	Most  = 10 * time.Minute // that one may take
	Kept  = 30 * time.Minute // that one is kept, from its beginning
)

// How many there may be: pages are held in memory.
const (
	atOnce = 2
	Each   = 3 // of one person, waiting, running or ready
	All    = 32
)

// State is how a job stands.
type State string

// The states.
const (
	Waits   State = "waits"
	Runs    State = "runs"
	Ready   State = "ready"
	Failed  State = "failed"
	Stopped State = "stopped"
	Lost    State = "lost" // never stored: its maker is silent
)

// Over tells whether nobody works on it any more.
func (s State) Over() bool { return s != Waits && s != Runs }

// Job is a report being made for one person, of the country where Code is "".
type Job struct {
	ID, Login  string
	Kind, Code string
	Day        law.Day
	Known      time.Time // up to when what was recorded counts; zero: to the end of the day
	At, Beat   time.Time // begun; last word of its maker
	Rows       int64     // set so far
	State      State
	Why        law.Text // of Failed
}

// Now is how the job stands at a time: one whose maker is silent is lost.
func (j Job) Now(at time.Time) State {
	if !j.State.Over() && at.Sub(j.Beat) > Lease {
		return Lost
	}
	return j.State
}

// Store keeps jobs for every process on the register.
type Store interface {
	// AddJob puts a new job on record, and forgets those begun before Kept, and of the
	// person's own that are over as many of the oldest as it takes. It is false when
	// there are too many all the same.
	AddJob(ctx context.Context, j Job) (bool, error)
	// JobsOf returns a person's jobs, the latest first.
	JobsOf(ctx context.Context, login string) ([]Job, error)
	// BeatJob says how far a job is; true when it was stopped.
	BeatJob(ctx context.Context, j Job) (stopped bool, err error)
	// EndJob ends a job that was not stopped, with its file when it is ready.
	EndJob(ctx context.Context, j Job, file []byte) error
	// StopJob stops a person's own job, and gives its file up.
	StopJob(ctx context.Context, login, id string) error
	// JobFile returns the file of a person's own job, nil when there is none.
	JobFile(ctx context.Context, login, id string) ([]byte, error)
}
