package gate

import (
	"math/rand/v2"
	"sync/atomic"
)

// door is where a question is asked; the lane serves the first three.
type door int

const (
	decisionDoor door = iota
	connectDoor
	evaluationDoor
	batchDoor
	evaluationsDoor
	envoyDoor
	countedDoors = iota
)

// How a question came out.
type ending int

const (
	allowed ending = iota
	denied
	refused // not judged: it could not be understood, or its asker may not ask it
	failed  // not judged: the gate could not
	endings = iota
)

// tallyShards keeps processors from counting in the same line of memory.
const tallyShards = 8

// tally counts questions by door, ending and platform; the first platform is that
// of a question which was not read.
type tally struct {
	shards [tallyShards]struct {
		n [countedDoors][endings][1 + platforms]atomic.Int64
		_ [64]byte // so that two shards share no line
	}
}

func (t *tally) add(d door, e ending, platform int) {
	t.shards[rand.Uint32()%tallyShards].n[d][e][platform].Add(1)
}

// seen counts an answer from the board.
func (t *tally) seen(d door, q *Question, allow bool) {
	e := denied
	if allow {
		e = allowed
	}
	t.add(d, e, 1+platformOf(q))
}

// judged counts an answer of Ask.
func (t *tally) judged(d door, q *Question, v *Verdict) {
	e := denied
	switch {
	case v.Fault:
		e = failed
	case v.Decision == Allow:
		e = allowed
	case v.Reasons[0].Code == "F03":
		t.unread(d)
		return
	case v.Reasons[0].Code == "F04":
		e = refused
	}
	t.add(d, e, 1+platformOf(q))
}

// unread counts a question that was not read.
func (t *tally) unread(d door) { t.add(d, refused, 0) }

// Counter is how often questions came out in one way at one door.
type Counter struct {
	Door     string // decisions, connect, evaluation, batch, evaluations, envoy
	Outcome  string // allow, deny, refused, fault
	Platform string // NDXP, NDOP; "" where the question was not read
	Read     func() int64
}

// Counters are all of them. They count what was asked at the doors, one for each
// question of many, since the gate was made.
func (g *Gate) Counters() (all []Counter) {
	for d, door := range []string{"decisions", "connect", "evaluation", "batch", "evaluations", "envoy"} {
		for e, outcome := range []string{Allow, Deny, "refused", "fault"} {
			for p, platform := range []string{"", "NDXP", platformNDOP} {
				if p == 0 && ending(e) != refused {
					continue
				}
				all = append(all, Counter{door, outcome, platform, func() (sum int64) {
					for i := range g.tally.shards {
						sum += g.tally.shards[i].n[d][e][p].Load()
					}
					return sum
				}})
			}
		}
	}
	return all
}
