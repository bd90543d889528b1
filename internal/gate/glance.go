package gate

import (
	"encoding/json"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

const (
	leaseTime = 150 * time.Millisecond // how long what was read of the register holds unasked
	leaseHalf = 100 * time.Millisecond // left of it, when it is renewed
	tolerance = 2 * time.Second        // by which a clock may seem to run back
)

// telling is what one voice of a pattern says, ready made for either party.
type telling struct {
	barred bool
	of     [2][]Reason // the provider's, the consumer's
}

// chord is what both sides say together: an answer but for its names and times.
type chord struct {
	allow    bool
	reasons  []Reason
	json     []byte   // [{…},…]
	decision []string // X-Decision
	codes    []string // X-Decision-Reason
}

// tell makes a voice ready.
func tell(v voice) telling {
	t := telling{barred: v.barred}
	for i, party := range []string{provider, consumer} {
		t.of[i] = slices.Clone(v.reasons)
		for k := range t.of[i] {
			t.of[i][k].Party = party
		}
	}
	return t
}

// join makes the chord of a provider, and of a consumer where there is one.
func join(p telling, c *telling, allowed voice) *chord {
	x := &chord{reasons: slices.Clone(p.of[0])}
	barred := p.barred
	if c != nil {
		x.reasons, barred = append(x.reasons, c.of[1]...), barred || c.barred
	}
	if !barred {
		x.reasons, barred = append(x.reasons, allowed.reasons...), allowed.barred
	}
	x.allow = !barred
	x.decision = []string{Deny}
	if x.allow {
		x.decision = []string{Allow}
	}
	x.codes = []string{strings.Join(codesOf(x.reasons), " ")}
	x.json = plainJSON(x.reasons)
	return x
}

// plainJSON encodes as the doors do.
func plainJSON(v any) []byte {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil { // plain fields
		return []byte("null")
	}
	return []byte(strings.TrimSuffix(b.String(), "\n"))
}

// glance is a live answer from the board.
type glance struct {
	chord *chord
	scene *scene
	at    time.Time
	level law.Level  // 0 = none
	end   int64      // day an allow ends with its start, noDay = none
	ends  *time.Time // instant it ends, when that is no day's start; nil = none
}

// The outcomes of a look.
type outcome int

const (
	known   outcome = iota
	unknown         // the register is asked
	unready         // not loaded
	halted          // a change that takes away is being recorded
	behind          // the clock is behind what was recorded
)

// look finds the answer to a live question that can be asked. It allocates
// nothing, waits for nothing, and calls nothing unknown.
func (b *Board) look(now time.Time, q *Question) (g glance, o outcome) {
	g.scene = b.scene.Load()
	micro := now.UnixMicro()
	switch {
	case g.scene == nil:
		return g, unready
	case micro < g.scene.asOf-tolerance.Microseconds():
		return g, behind
	case micro >= b.lease.Load() || micro < g.scene.asOf || b.now() != b.stamp.Load():
		return g, unknown
	}
	g.at, g.end = now, noDay
	before := b.seq.Load()
	o = unknown
	if !b.beyondWords(q) {
		o = b.weigh(&g, q)
	}
	if o == unknown {
		o = b.remind(&g, q, micro)
	}
	if o == known && (before&1 == 1 || b.seq.Load() != before || b.scene.Load() != g.scene) {
		return g, unknown
	}
	return g, o
}

// weigh answers by the words of one system, or of two.
func (b *Board) weigh(g *glance, q *Question) outcome {
	n := platformOf(q)
	day, _ := dayNumber(g.at)
	p, o := b.word(g.scene, q.Provider, n, day)
	if o != known {
		return o
	}
	c := word(ask)
	if q.Consumer != "" {
		if c, o = b.word(g.scene, q.Consumer, n, day); o != known {
			return o
		}
	}
	if g.chord = b.chord(p, c); g.chord == nil {
		return unknown
	}
	g.level = p.level()
	if g.chord.allow {
		if g.end = p.end(); c != ask {
			g.end = min(g.end, c.end())
		}
	}
	return known
}

// remind answers by what the register answered before.
func (b *Board) remind(g *glance, q *Question, micro int64) outcome {
	k := b.recall.find(wanted(q, platformOf(q)), micro)
	if k == nil {
		return unknown
	}
	g.chord, g.level, g.ends = k.chord, k.level, k.ends
	return known
}

// word is a system's, that holds on a day.
func (b *Board) word(s *scene, code string, n int, day int64) (word, outcome) {
	var x word
	c, again := b.table.Load().find(b.seed, code)
	for again {
		c, again = b.table.Load().find(b.seed, code)
	}
	switch {
	case c != nil:
		x = word(atomic.LoadUint64(c.word(n)))
	case s.partial:
		return ask, unknown
	default:
		x = s.stranger[n]
	}
	switch {
	case x.state() == shut:
		return ask, halted
	case x.state() != judged || day >= x.next():
		return ask, unknown
	}
	return x, known
}

// chord finds what two words say together, and makes it where it is the first
// time; c is ask for a provider alone.
func (b *Board) chord(p, c word) *chord {
	from := b.voiceOf(p)
	if from == nil {
		return nil
	}
	if c == ask {
		return from.alone
	}
	to := b.voiceOf(c)
	if to == nil {
		return nil
	}
	short := c.level() < p.need()
	key := uint32(p.pattern())<<16 | uint32(c.pattern())<<1
	voice := &to.plain
	if short {
		key, voice = key|1, &to.short
	}
	known := *b.chords.Load()
	if x, ok := known[key]; ok {
		return x
	}
	return b.compose(key, join(from.plain, voice, from.allowed))
}

// compose keeps a chord.
func (b *Board) compose(key uint32, x *chord) *chord {
	for {
		old := b.chords.Load()
		next := make(map[uint32]*chord, len(*old)+1)
		if len(*old) < maxPatterns { // else begin anew
			for k, v := range *old {
				next[k] = v
			}
		}
		next[key] = x
		if b.chords.CompareAndSwap(old, &next) {
			return x
		}
	}
}

// until is the instant with which an allow ends; nil when there is none.
func (g *glance) until() *time.Time {
	t := dayStart(g.end)
	switch {
	case g.ends != nil:
		t = *g.ends
	case g.end == noDay:
		return nil
	}
	return &t
}

// verdict is a glance in full.
func (g *glance) verdict(q *Question, digest string) Verdict {
	v := Verdict{Decision: g.chord.decision[0], At: g.at, When: Now, Provider: q.Provider, Consumer: q.Consumer, Service: q.Service,
		ValidUntil: g.until(), Reasons: slices.Clone(g.chord.reasons), LawDigest: digest, Ledger: g.scene.head}
	if q.Profile == Sandbox {
		v.Profile = Sandbox
	}
	if g.level > 0 {
		v.Level = &g.level
	}
	return v
}

// stranger judges a system that is not on the register.
func (b *Board) stranger(at time.Time) [platforms]word {
	return b.judge(approval.Standing{At: at})
}

// quote appends a JSON string as the doors write it.
func quote(buf []byte, s string) []byte {
	if strings.IndexByte(s, '"') >= 0 || strings.IndexByte(s, '\\') >= 0 {
		return append(buf, plainJSON(s)...)
	}
	buf = append(buf, '"')
	buf = append(buf, s...)
	return append(buf, '"')
}

// appendTime appends a time as encoding/json writes it.
func appendTime(buf []byte, t time.Time) []byte {
	buf = append(buf, '"')
	buf = t.AppendFormat(buf, time.RFC3339Nano)
	return append(buf, '"')
}

// appendGrounds appends what an answer rests on, to its end.
func (g *glance) appendGrounds(buf []byte, s *sheet) []byte {
	buf = append(buf, `,"level":`...)
	if g.level > 0 {
		buf = append(buf, byte('0'+g.level))
	} else {
		buf = append(buf, "null"...)
	}
	buf = append(buf, `,"valid_until":`...)
	switch {
	case g.ends != nil:
		buf = appendTime(buf, *g.ends)
	case g.end == noDay:
		buf = append(buf, "null"...)
	default:
		buf = append(buf, s.ends(g.end)...)
	}
	buf = append(buf, `,"reasons":`...)
	buf = append(buf, g.chord.json...)
	return append(buf, g.scene.tail...)
}

// appendVerdict appends an answer as one question's door writes it.
func (g *glance) appendVerdict(buf []byte, q *Question, s *sheet) []byte {
	if g.chord.allow {
		buf = append(buf, `{"decision":"allow","at":`...)
	} else {
		buf = append(buf, `{"decision":"deny","at":`...)
	}
	buf = append(append(buf, s.at...), `,"when":"now","provider":`...)
	buf = quote(buf, q.Provider)
	if q.Consumer != "" {
		buf = quote(append(buf, `,"consumer":`...), q.Consumer)
	}
	if q.Service != "" {
		buf = quote(append(buf, `,"service":`...), q.Service)
	}
	if q.Profile == Sandbox {
		buf = append(buf, `,"profile":"sandbox"`...)
	}
	return g.appendGrounds(buf, s)
}

// appendEvaluation appends an answer in the words of AuthZEN.
func (g *glance) appendEvaluation(buf []byte, s *sheet) []byte {
	if g.chord.allow {
		buf = append(buf, `{"decision":true,"context":{"at":`...)
	} else {
		buf = append(buf, `{"decision":false,"context":{"at":`...)
	}
	return append(g.appendGrounds(append(buf, s.at...), s), '}')
}
