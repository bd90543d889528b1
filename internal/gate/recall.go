package gate

import (
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"capdo/internal/law"
)

// recall keeps whole answers: to questions that the words of two systems do not
// answer, those that name a service or the sandbox, and those about suspended
// systems and shut connections. An answer is kept from the first time the
// register gives it until anything it rests on may be different: a change of
// either system or of the consumer's connections, or an instant that the record
// or the law names.
type recall struct {
	mu sync.RWMutex
	of map[asked]*kept
	by map[string]map[asked]bool // what rests on a system, by its code
}

// asked is a live question, with its ways of saying the same made one.
type asked struct {
	provider, consumer, service string
	platform                    int
	sandbox                     bool
}

// kept is an answer that holds from an instant to another, in microseconds.
type kept struct {
	asked
	chord      *chord
	level      law.Level
	ends       *time.Time
	from, next int64
}

// maxKept bounds how many answers are kept; beyond, all are forgotten.
const maxKept = 1 << 16

func newRecall() *recall { return &recall{of: map[asked]*kept{}, by: map[string]map[asked]bool{}} }

// wanted is the key of a question.
func wanted(q *Question, platform int) asked {
	return asked{q.Provider, q.Consumer, q.Service, platform, q.Profile == Sandbox}
}

// find returns the answer to a question that holds at an instant; nil when there
// is none.
func (r *recall) find(a asked, micro int64) *kept {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if k := r.of[a]; k != nil && micro >= k.from && micro < k.next {
		return k
	}
	return nil
}

// keep takes an answer. The strings of its key are its own.
func (r *recall) keep(k *kept) {
	for _, s := range []*string{&k.provider, &k.consumer, &k.service} {
		*s = strings.Clone(*s)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.of) >= maxKept {
		clear(r.of)
		clear(r.by)
	}
	r.of[k.asked] = k
	for _, code := range []string{k.provider, k.consumer} {
		if r.by[code] == nil {
			r.by[code] = map[asked]bool{}
		}
		r.by[code][k.asked] = true
	}
}

// forget drops what rests on a system.
func (r *recall) forget(code string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for a := range r.by[code] {
		delete(r.of, a)
	}
	delete(r.by, code)
}

// clear drops everything.
func (r *recall) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.of)
	clear(r.by)
}

// remember keeps what a read of the register made of a live question that the
// words do not answer, until next (Foresee).
func (b *Board) remember(q *Question, v *Verdict, next time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, from := b.scene.Load(), v.At.UnixMicro()
	if s == nil || b.writing || v.Ledger != s.head || from < s.asOf {
		return
	}
	n := platformOf(q)
	day, _ := dayNumber(v.At)
	if _, o := b.word(s, q.Provider, n, day); o == known && !b.beyondWords(q) {
		if _, o = b.word(s, q.Consumer, n, day); q.Consumer == "" || o == known {
			return
		}
	}
	k := &kept{asked: wanted(q, n), chord: chordOf(v), level: levelOf(v), ends: v.ValidUntil, from: from, next: math.MaxInt64}
	if !next.IsZero() {
		k.next = next.UnixMicro()
	}
	b.recall.keep(k)
}

// beyondWords tells whether a question asks for more than two words hold.
func (b *Board) beyondWords(q *Question) bool {
	return q.Service != "" || q.Profile == Sandbox || b.linked && q.Consumer != ""
}

// chordOf is what a verdict says.
func chordOf(v *Verdict) *chord {
	return &chord{allow: v.Decision == Allow, reasons: slices.Clone(v.Reasons), json: plainJSON(v.Reasons), decision: []string{v.Decision}, codes: []string{codes(v.Reasons)}}
}

// levelOf is its level, 0 for none.
func levelOf(v *Verdict) law.Level {
	if v.Level == nil {
		return 0
	}
	return *v.Level
}

// platformOf is the place of a question's platform among the words.
func platformOf(q *Question) int {
	if q.Platform == platformNDOP {
		return 1
	}
	return 0
}
