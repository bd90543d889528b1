package gate

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// A word is all that a live decision needs of one system on one platform, in 64
// bits: which reasons stand, its level, the level it asks of a consumer, the day
// from which an allow ends, and the day before which nothing changes by time
// alone. Days are counted in Viet Nam from 1970. The zero word knows nothing:
// the register is asked.
//
//	pattern 12 | level 3 | need 3 | end 22 | next 22 | state 2
type word uint64

// The states of a word.
const (
	ask    = 0 // the register is asked
	judged = 1
	shut   = 2 // a change that takes away is being recorded: deny
)

const (
	dayBits     = 22
	noDay       = 1<<dayBits - 1 // never
	maxPatterns = 1 << 12
	tooHigh     = law.Level(7) // asked of a side, no approval is high enough
)

func (w word) state() int       { return int(w & 3) }
func (w word) next() int64      { return int64(w >> 2 & noDay) }
func (w word) end() int64       { return int64(w >> (2 + dayBits) & noDay) }
func (w word) need() law.Level  { return law.Level(w >> (2 + 2*dayBits) & 7) }
func (w word) level() law.Level { return law.Level(w >> (5 + 2*dayBits) & 7) }
func (w word) pattern() int     { return int(w >> (8 + 2*dayBits)) }

// pack makes a judged word; the register is asked where something does not fit.
func pack(pattern int, level, need law.Level, end, next int64) word {
	if pattern < 0 || pattern >= maxPatterns || level < 0 || level > 5 || need < 0 || need > 5 || end < 0 || next < 0 {
		return ask
	}
	return word(pattern)<<(8+2*dayBits) | word(level)<<(5+2*dayBits) | word(need)<<(2+2*dayBits) | word(end)<<(2+dayBits) | word(next)<<2 | judged
}

const (
	daySeconds  = 24 * 60 * 60
	zoneSeconds = 7 * 60 * 60 // law.Zone
)

// dayNumber is the day of t in Viet Nam, and whether t is its first instant.
func dayNumber(t time.Time) (n int64, exact bool) {
	s := t.Unix() + zoneSeconds
	n = s / daySeconds
	return n, s%daySeconds == 0 && t.Nanosecond() == 0
}

// dayStart is the first instant of a day, in UTC.
func dayStart(n int64) time.Time { return time.Unix(n*daySeconds-zoneSeconds, 0).UTC() }

// side is one system judged alone at an instant, as it is heard in a live
// question. The reasons are the provider's, and those of a consumer: plain when
// its level suffices, short when it does not.
type side struct {
	plain, short voice
	level, need  law.Level
	end          *time.Time
	next         time.Time
}

// voice is what one side says: the reasons in order, and whether they deny.
type voice struct {
	reasons []Reason
	barred  bool
}

// hearing judges one side by the very rules of Decide.
//
// What is not kept in a word is left to the register, ok false: suspensions, and
// connections that shut or are under break-glass.
func hearing(b *law.Book, st approval.Standing, platform string) (s side, ok bool) {
	if len(st.Suspensions) > 0 || slices.ContainsFunc(st.Links, func(l approval.Link) bool { return !l.Sandbox && (l.Barred || !l.Shuts.IsZero() || !l.Broken.IsZero()) }) {
		return s, false
	}
	hear := func(need law.Level) (*judge, *approval.Approval) {
		j := &judge{book: b, policy: b.Policy(), ruleSets: b.RuleSets(), day: law.DayOf(st.At), at: st.At, platform: platform, live: true}
		return j, j.party("", st, need)
	}
	j, a := hear(0)
	low, _ := hear(tooHigh)
	s = side{plain: voice{j.reasons, j.barred}, short: voice{low.reasons, low.barred}, end: j.end}
	if a != nil {
		s.level = a.Level
	}
	s.need, _, _ = b.RequiredLevel(st.Target, j.day)
	j.note(low.next)
	j.note(st.Changes)
	if turn := b.GateTurn(j.day); turn != "" {
		j.note(turn.Time())
	}
	s.next = j.next
	return s, true
}

// key names what is heard: the ids of both voices, ! for a denial.
func (s side) key() string {
	of := func(v voice) string {
		var ids []string
		for _, r := range v.reasons {
			ids = append(ids, r.ID)
		}
		k := strings.Join(ids, " ")
		if v.barred {
			k += "!"
		}
		return k
	}
	return of(s.plain) + "|" + of(s.short)
}

// word packs a side whose pattern has a number.
func (s side) word(pattern int, at time.Time) word {
	today, _ := dayNumber(at)
	end, next := int64(noDay), int64(noDay)
	if s.end != nil {
		n, exact := dayNumber(*s.end)
		if !exact {
			return ask
		}
		end = n
	}
	if !s.next.IsZero() {
		next, _ = dayNumber(s.next)
	}
	if next <= today || next > noDay || end > noDay {
		return ask
	}
	return pack(pattern, s.level, s.need, end, next)
}

// revoice makes the voices of a key again, as the book says them on a day.
func revoice(b *law.Book, key string, day law.Day) (plain, short voice, ok bool) {
	one, two, ok := strings.Cut(key, "|")
	say := func(k string) voice {
		ids, barred := strings.CutSuffix(k, "!")
		j := &judge{book: b, day: day}
		for id := range strings.FieldsSeq(ids) {
			j.say("", id)
		}
		return voice{j.reasons, barred || j.barred}
	}
	return say(one), say(two), ok
}

// patternKey is how a pattern is kept: by which law, from which day on its texts
// are cited as they are, and its key.
func patternKey(digest string, from law.Day, key string) string {
	return digest + "\n" + string(from) + "\n" + key
}

// cutPattern takes a kept pattern apart.
func cutPattern(kept string) (digest string, from law.Day, key string, ok bool) {
	p := strings.Split(kept, "\n")
	if len(p) != 3 {
		return "", "", "", false
	}
	return p[0], law.Day(p[1]), p[2], true
}

// takesAway tells whether an answer could be allow by the old word and not by
// the new one, or not for as long.
func (b *Board) takesAway(old, now word) bool {
	was, is := b.voiceOf(old), b.voiceOf(now)
	switch {
	case was != nil && was.plain.barred:
		return false
	case was == nil || is == nil:
		return true
	case is.plain.barred, now.level() < old.level(), now.need() > old.need(), now.end() < old.end():
		return true
	}
	return is.short.barred && !was.short.barred
}

// codesOf lists the codes of reasons, each once.
func codesOf(list ...[]Reason) []string {
	var out []string
	for _, rs := range list {
		for _, r := range rs {
			if !slices.Contains(out, r.Code) {
				out = append(out, r.Code)
			}
		}
	}
	return out
}

// itoa prints a size.
func itoa(n int64) string { return strconv.FormatInt(n, 10) }
