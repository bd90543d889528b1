package review

import (
	"strconv"
	"time"

	"capdo/internal/approval"
)

// Kind is what a remark does.
type Kind string

// The kinds of remark. Seen says nothing: it marks the round up to which its
// author has looked.
const (
	Ask     Kind = "ask"
	Answer  Kind = "answer"
	Resolve Kind = "resolve"
	Reopen  Kind = "reopen"
	Seen    Kind = "seen"
)

// Side is on which side of the table an author sits.
type Side string

// The sides.
const (
	Judging   Side = "judging"
	Applicant Side = "applicant"
)

// Remark is one thing said about a dossier. No counts within the dossier from
// 1; Thread is the number of the remark that opened the thread, its own for one
// that asks.
type Remark struct {
	No       int          `json:"no"`
	Thread   int          `json:"thread"`
	Kind     Kind         `json:"kind"`
	Side     Side         `json:"side"`
	Round    int          `json:"round"` // of the dossier when it was said
	Target   string       `json:"target"`
	Internal bool         `json:"internal"`
	Text     string       `json:"text"`
	By       approval.Who `json:"by"`
	At       time.Time    `json:"at"`
}

// Thread is a remark that asks, with what followed.
type Thread struct {
	Remark
	Replies  []Remark
	Resolved bool
}

// Answered tells whether the applicant spoke last.
func (t Thread) Answered() bool {
	return len(t.Replies) > 0 && t.Replies[len(t.Replies)-1].Kind == Answer
}

// Threads folds remarks into threads, oldest first, as far as a may see them.
func Threads(rs []Remark, a approval.Actor) []Thread {
	var all []Thread
	at := map[int]int{}
	for _, r := range rs {
		if !sees(a, r) || r.Kind == Seen {
			continue
		}
		if r.Kind == Ask {
			at[r.No] = len(all)
			all = append(all, Thread{Remark: r})
			continue
		}
		if i, ok := at[r.Thread]; ok {
			all[i].Replies = append(all[i].Replies, r)
			all[i].Resolved = r.Kind == Resolve || r.Kind == Answer && all[i].Resolved
		}
	}
	return all
}

// Open are the threads that are not resolved.
func Open(ts []Thread) []Thread {
	var all []Thread
	for _, t := range ts {
		if !t.Resolved {
			all = append(all, t)
		}
	}
	return all
}

// Until are the remarks said by t.
func Until(rs []Remark, t time.Time) []Remark {
	var all []Remark
	for _, r := range rs {
		if !r.At.After(t) {
			all = append(all, r)
		}
	}
	return all
}

// sees tells whether a may see a remark.
func sees(a approval.Actor, r Remark) bool {
	return !r.Internal || a.Capacity == approval.Auditor || a.Capacity == r.By.Capacity && a.Body == r.By.Body
}

// Looked is the latest round that a person has looked at: marked as seen,
// remarked on, checked, or judged; 0 when none.
func Looked(rs []Remark, d *approval.Dossier, person string) int {
	round := 0
	for _, r := range rs {
		if r.By.Person == person {
			round = max(round, r.Round)
		}
	}
	for _, r := range d.Receipts {
		if r.By.Person == person {
			round = max(round, r.Round)
		}
	}
	for _, r := range d.Reviews {
		if r.By.Person == person {
			round = max(round, d.RoundOf(r.Digest))
		}
	}
	return round
}

// Object names the remarks of a dossier in the ledger.
func Object(code string, dossier int) string {
	return "remarks:" + code + "/" + strconv.Itoa(dossier)
}
