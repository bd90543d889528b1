package gate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

const (
	patience    = 800 * time.Millisecond // how long the register may take: a decision must come within a second
	perCode     = 3 * time.Millisecond   // more for each system beyond a pair
	maxReading  = 1024                   // reads under way of one pair, hung ones included
	maxBatches  = 8                      // reads under way of more, which must not take the pairs' places
	maxInstants = 16                     // different times in one sitting
	maxRounds   = 3                      // tries to read different times at one state of the ledger
)

// sitting answers questions from one reading of the clock and one state of the
// register.
type sitting struct {
	now      time.Time
	stamp    uint64 // of the register, before it was read
	instants []*instant
	head     approval.Head
}

// instant is a time asked about, and the systems asked about at it.
type instant struct {
	at        time.Time
	codes     []string
	places    map[string]int // of the third code and on
	standings []approval.Standing
}

// seat is one question's place in a sitting.
type seat struct {
	asked              Question
	at                 time.Time
	when               string
	refused            ground
	instant            *instant
	provider, consumer int
}

// admit gives a question its time and its seat, or the ground of its refusal.
func (s *sitting) admit(q Question) seat {
	x := seat{asked: q, at: q.At, when: Now}
	switch {
	case x.at.IsZero():
		x.at = s.now
	case x.at.Before(s.now):
		x.when = Past
	case x.at.After(s.now):
		x.when = Future
	}
	x.at = x.at.UTC().Truncate(time.Microsecond)
	if x.refused = q.check(); x.refused.code != "" {
		return x
	}
	if x.instant = s.instant(x.at); x.instant == nil {
		x.refused = unasked(law.Text{VI: "Các câu hỏi nêu quá 16 thời điểm khác nhau.", EN: "The questions name more than 16 different times."})
		return x
	}
	x.provider = x.instant.place(q.Provider)
	if q.Consumer != "" {
		x.consumer = x.instant.place(q.Consumer)
	}
	return x
}

// instant finds or adds a time; nil when there are too many.
func (s *sitting) instant(at time.Time) *instant {
	i := slices.IndexFunc(s.instants, func(i *instant) bool { return i.at.Equal(at) })
	switch {
	case i >= 0:
		return s.instants[i]
	case len(s.instants) == maxInstants:
		return nil
	}
	s.instants = append(s.instants, &instant{at: at})
	return s.instants[len(s.instants)-1]
}

// place is where the standing of a system will stand. The first pair needs no
// map to be found in.
func (i *instant) place(code string) int {
	if n := slices.Index(i.codes[:min(len(i.codes), 2)], code); n >= 0 {
		return n
	}
	n, known := i.places[code]
	if known {
		return n
	}
	if n = len(i.codes); n == 2 {
		i.places = map[string]int{}
	}
	if i.codes = append(i.codes, code); n >= 2 {
		i.places[code] = n
	}
	return n
}

// hear is the case of a question whose standings are read.
func (x *seat) hear() Case {
	c := Case{Provider: x.instant.standings[x.provider], Platform: x.asked.Platform, Service: x.asked.Service, Sandbox: x.asked.Profile == Sandbox, At: x.at, Live: x.when == Now}
	if x.asked.Consumer != "" {
		c.Consumer = &x.instant.standings[x.consumer]
	}
	return c
}

// read fills the instants of a sitting at one state of the ledger: every change
// of the record is an entry there, so that reads with one head are of one record.
func (g *Gate) read(ctx context.Context, s *sitting) error {
	more := -2
	for _, i := range s.instants {
		more += len(i.codes)
	}
	ctx, cancel := context.WithTimeout(ctx, patience+time.Duration(max(more, 0))*perCode)
	defer cancel()
	for range maxRounds {
		same := true
		for n, i := range s.instants {
			head, err := g.fill(ctx, i)
			if err != nil {
				return err
			}
			same = same && (n == 0 || head == s.head)
			s.head = head
		}
		if same {
			return nil
		}
	}
	return errors.New("the register changed between the reads")
}

// fill reads the standings at one instant, and refuses those of other systems
// or of another time.
func (g *Gate) fill(ctx context.Context, i *instant) (approval.Head, error) {
	a := g.await(ctx, i.at, i.codes)
	if a.err != nil {
		return approval.Head{}, a.err
	}
	if len(a.standings) != len(i.codes) {
		return approval.Head{}, errors.New("the answer is incomplete")
	}
	for n, st := range a.standings {
		if st.Code != i.codes[n] || !st.At.Equal(i.at) {
			return approval.Head{}, fmt.Errorf("asked for %s at %v, got %s at %v", i.codes[n], i.at, st.Code, st.At)
		}
	}
	i.standings = a.standings
	return a.head, nil
}

// answer is what the register answered.
type answer struct {
	standings []approval.Standing
	head      approval.Head
	err       error
}

// await asks the register and waits for it no longer than ctx, even when it does
// not heed it. A read that hangs keeps its goroutine; when too many do, the
// register is not asked again until some end.
func (g *Gate) await(ctx context.Context, at time.Time, codes []string) answer {
	reading, most := &g.reading, int64(maxReading)
	if len(codes) > 2 {
		reading, most = &g.batches, maxBatches
	}
	if reading.Add(1) > most {
		reading.Add(-1)
		return answer{err: errors.New("too many reads are under way")}
	}
	done := make(chan answer, 1)
	go func() {
		defer reading.Add(-1)
		done <- g.consult(ctx, at, codes)
	}()
	select {
	case a := <-done:
		return a
	case <-ctx.Done():
		return answer{err: ctx.Err()}
	}
}

// consult asks the register; a panic there is an error here.
func (g *Gate) consult(ctx context.Context, at time.Time, codes []string) (a answer) {
	defer func() {
		if p := recover(); p != nil {
			a = answer{err: fmt.Errorf("panic: %v", p)}
		}
	}()
	a.standings, a.head, a.err = g.Standings.Standings(ctx, at, codes...)
	return a
}
