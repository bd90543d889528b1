package gate

import (
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// words are a board's, made by hand: of a side that denies or not, alone and to
// what is of too low a level.
type words struct {
	*Board
	day law.Day
}

func newWords(t *testing.T) words {
	return words{NewBoard(book(t)), law.DayOf(noonToday())}
}

// of is the word of a side; its reasons differ with what it denies.
func (w words) of(barred, shortBarred bool, level, need law.Level, end int64) word {
	say := func(barred bool) voice {
		if barred {
			return voice{[]Reason{{Code: "G01", ID: law.ReasonNoApproval, Effect: law.EffectDeny}}, true}
		}
		return voice{}
	}
	no := w.number(side{plain: say(barred), short: say(shortBarred)}, w.day)
	return pack(no, level, need, end, noDay)
}

// put gives two systems their words, as the board of a register of ten entries.
func (w words) put(a, b word) {
	w.Board.put("A", [platforms]word{a, a})
	w.Board.put("B", [platforms]word{b, b})
	w.show(approval.Head{Size: 10, Root: "ab"}, noonToday(), false)
}

// weighed is the answer of A to B as its consumer.
func (w words) weighed() (glance, outcome) {
	g := glance{at: noonToday(), end: noDay, scene: w.scene.Load()}
	o := w.weigh(&g, &Question{Provider: "A", Consumer: "B"})
	return g, o
}

// TestTakesAway: a change shuts the way before its commit where an answer could be
// allow before and not after, or not for as long; and only there.
func TestTakesAway(t *testing.T) {
	w := newWords(t)
	old := w.of(false, false, 3, 2, 30_000)
	for name, c := range map[string]struct {
		old, now word
		want     bool
	}{
		"nothing":               {old, old, false},
		"barred":                {old, w.of(true, true, 3, 2, 30_000), true},
		"barred already":        {w.of(true, true, 3, 2, 30_000), w.of(true, true, 1, 3, 20_000), false},
		"a lower level":         {old, w.of(false, false, 2, 2, 30_000), true},
		"a higher level":        {old, w.of(false, false, 4, 2, 30_000), false},
		"asks for a higher one": {old, w.of(false, false, 3, 3, 30_000), true},
		"asks for a lower one":  {old, w.of(false, false, 3, 1, 30_000), false},
		"ends a day sooner":     {old, w.of(false, false, 3, 2, 29_999), true},
		"ends a day later":      {old, w.of(false, false, 3, 2, 30_001), false},
		"the low are barred":    {old, w.of(false, true, 3, 2, 30_000), true},
		"nobody knows":          {old, ask, true},
		"nobody knew":           {ask, old, true},
	} {
		if got := w.takesAway(c.old, c.now); got != c.want {
			t.Errorf("%s: takes away %v", name, got)
		}
	}
}

// TestTwoWords: what two words say together is the stricter of both.
func TestTwoWords(t *testing.T) {
	today, _ := dayNumber(noonToday())
	w := newWords(t)
	free := func(level, need law.Level, end int64) word { return w.of(false, true, level, need, end) }
	for name, c := range map[string]struct {
		provider, consumer word
		want               outcome
		allow              bool
		end                int64
	}{
		"the consumer ends first":            {free(3, 2, today+9), free(3, 2, today+3), known, true, today + 3},
		"the provider ends first":            {free(3, 2, today+3), free(3, 2, today+9), known, true, today + 3},
		"the very level asked":               {free(3, 2, noDay), free(2, 2, noDay), known, true, noDay},
		"a level too low":                    {free(3, 3, noDay), free(2, 2, noDay), known, false, noDay},
		"the consumer is barred":             {free(3, 2, noDay), w.of(true, true, 3, 2, noDay), known, false, noDay},
		"the provider is barred":             {w.of(true, true, 3, 2, noDay), free(3, 2, noDay), known, false, noDay},
		"a change of the provider is made":   {shut, free(3, 2, noDay), halted, false, noDay},
		"a change of the consumer is made":   {free(3, 2, noDay), shut, halted, false, noDay},
		"nobody knows the consumer":          {free(3, 2, noDay), ask, unknown, false, noDay},
		"the provider turns with the day":    {w.turning(free(3, 2, noDay), today), free(3, 2, noDay), unknown, false, noDay},
		"the provider turns with the next":   {w.turning(free(3, 2, noDay), today+1), free(3, 2, noDay), known, true, noDay},
		"the consumer turns with the day":    {free(3, 2, noDay), w.turning(free(3, 2, noDay), today), unknown, false, noDay},
		"the consumer turned the day before": {free(3, 2, noDay), w.turning(free(3, 2, noDay), today-1), unknown, false, noDay},
	} {
		w.put(c.provider, c.consumer)
		g, o := w.weighed()
		if o != c.want || o == known && (g.chord.allow != c.allow || g.end != c.end) {
			t.Errorf("%s: outcome %d, %+v, ends %d", name, o, g.chord, g.end)
		}
	}
}

// turning is a word that holds up to a day.
func (words) turning(w word, next int64) word {
	return pack(w.pattern(), w.level(), w.need(), w.end(), next)
}

// TestWordOfASide: what a word cannot hold is asked of the register.
func TestWordOfASide(t *testing.T) {
	now := noonToday()
	today, _ := dayNumber(now)
	midnight, later := dayStart(today+1), dayStart(today+1).Add(time.Microsecond)
	for name, c := range map[string]struct {
		side
		pattern int
		want    word
	}{
		"for ever":                  {side{}, 1, pack(1, 0, 0, noDay, noDay)},
		"to the end of the day":     {side{end: &midnight}, 1, pack(1, 0, 0, today+1, noDay)},
		"to an instant in the day":  {side{end: &later}, 1, ask},
		"turning with the next day": {side{next: later}, 1, pack(1, 0, 0, noDay, today+1)},
		"turning today":             {side{next: now.Add(time.Hour)}, 1, ask},
		"of no number":              {side{}, -1, ask},
		"of too high a level":       {side{level: 6}, 1, ask},
	} {
		if got := c.side.word(c.pattern, now); got != c.want {
			t.Errorf("%s: %x, want %x", name, got, c.want)
		}
	}
}

// TestAroundACommit: before it what takes away is shut and the rest stays, after a
// lost one nothing that it touched is believed, and after another process's
// nothing at all.
func TestAroundACommit(t *testing.T) {
	w := newWords(t)
	good, bad := w.of(false, true, 3, 2, noDay), w.of(true, true, 3, 2, noDay)
	state := func(code string) int {
		c, _ := w.table.Load().find(w.seed, code)
		return c.words()[0].state()
	}
	change := func(code string, to word) []approval.Decided {
		return []approval.Decided{{Code: code, NDXP: uint64(to), NDOP: uint64(to)}}
	}
	want := func(when string, a, b int) {
		t.Helper()
		if state("A") != a || state("B") != b {
			t.Errorf("%s: A %d, B %d, want %d, %d", when, state("A"), state("B"), a, b)
		}
	}
	w.put(good, good)
	w.Before(10, change("A", bad), false)
	want("before what takes away", shut, judged)
	w.Lost()
	want("when it was lost", ask, judged)

	w.put(good, good)
	w.Before(10, change("A", good), false)
	want("before what takes nothing", judged, judged)
	w.Lost()
	want("when that was lost", ask, judged)

	for _, base := range []int64{9, 11} {
		w.put(good, good)
		w.Before(base, change("A", good), false)
		want("on another ledger", shut, ask)
		w.Lost()
	}
	w.put(good, good)
	w.Before(10, change("A", good), true)
	want("where all may change", shut, ask)
	w.Lost()
}

// TestForeignPatterns: what another book's patterns say is not believed.
func TestForeignPatterns(t *testing.T) {
	w := newWords(t)
	if !w.adopt(0, patternKey(w.book.Digest(), w.day, "|")) {
		t.Error("a pattern of this book: not taken")
	}
	if w.adopt(1, patternKey("another", w.day, "|")) {
		t.Error("a pattern of another book: taken")
	}
	if w.voiceOf(pack(0, 1, 1, noDay, noDay)) == nil || w.voiceOf(pack(1, 1, 1, noDay, noDay)) != nil {
		t.Error("a word of each: not told apart")
	}
}

// TestRecall: what was answered holds from its instant until what it rests on may
// be another, and a change of either side forgets it.
func TestRecall(t *testing.T) {
	r := newRecall()
	of := asked{provider: "A", consumer: "B", service: "S"}
	put := func() { r.keep(&kept{asked: of, from: 10, next: 20}) }
	put()
	for at, want := range map[int64]bool{9: false, 10: true, 19: true, 20: false} {
		if got := r.find(of, at) != nil; got != want {
			t.Errorf("at %d: found %v", at, got)
		}
	}
	for _, code := range []string{"A", "B"} {
		put()
		r.forget("C")
		if r.find(of, 10) == nil {
			t.Error("forgotten with what it does not rest on")
		}
		if r.forget(code); r.find(of, 10) != nil {
			t.Errorf("a change of %s forgets nothing", code)
		}
	}
}

// TestFastQuery: a query is read the fast way where it can be read in one way only.
func TestFastQuery(t *testing.T) {
	for raw, want := range map[string]bool{
		"provider=A": true, "provider=A&consumer=B&platform=NDOP&service=S&profile=sandbox": true, "consumer=B&provider=A": true,
		"": false, "consumer=B": false, "provider=": false, "provider": false, "provider=A&provider=B": false, "provider=A&consumer=B&consumer=C": false,
		"provider=A&at=2026-01-01": false, "provider=A%20": false, "provider=A+B": false, "provider=A;consumer=B": false, "provider=A=B": false, "provider=A&": true, "&provider=A": false,
	} {
		var q Question
		if got := fast(raw, &q); got != want {
			t.Errorf("%q: read %v, %+v", raw, got, q)
		}
	}
}

// TestGlimpseIsLimited: the fast way gives nobody an answer to what they may not
// ask.
func TestGlimpseIsLimited(t *testing.T) {
	b := filled(t, 10)
	g := &Gate{Board: b, Book: b.book, Clock: noonToday}
	for name, c := range map[string]struct {
		may  func(Question) bool
		want bool
	}{
		"everything": {func(Question) bool { return true }, true},
		"nothing":    {func(Question) bool { return false }, false},
		"the other":  {func(q Question) bool { return q.Provider == coded(8) }, false},
	} {
		q := Question{Provider: coded(7)}
		if _, ok := g.glimpse(Limited(t.Context(), c.may), &q); ok != c.want {
			t.Errorf("who may ask %s: answered %v", name, ok)
		}
	}
}

// TestPlea: the lane takes a request that can be read in one way only; what other
// readers may take otherwise goes to the server.
func TestPlea(t *testing.T) {
	l := &Lane{kinds: newKinds(), front: &front{Doors: Doors{SystemHeader: "X-System-Id", ProviderHeader: "X-Provider-Id", ServiceHeader: "X-Service-Id"}}}
	get := "GET " + decisionsPath + "?provider=A HTTP/1.1\r\nHost: h\r\n"
	post := "POST " + evaluationPath + " HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
	body := strings.Repeat("x", 12)
	for in, want := range map[string]finding{
		get + "\r\n": whole, get: partial,
		get + "Content-Length: 0\r\n\r\n": whole, get + "Content-Length: 1\r\n\r\n": other,
		strings.Replace(get, "1.1", "1.0", 1) + "\r\n": other, strings.Replace(get, "1.1", "2.0", 1) + "\r\n": other,
		get + "Host: other\r\n\r\n": other, strings.Replace(get, "Host: h\r\n", "", 1) + "\r\n": other,
		get + "Transfer-Encoding: chunked\r\n\r\n": other, get + "Expect: 100-continue\r\n\r\n": other, get + "Connection: close\r\n\r\n": other,
		get + "Connection: keep-alive\r\n\r\n": whole, get + "X Y: z\r\n\r\n": other, get + " folded\r\n\r\n": other,
		post + "Content-Length: 12\r\n\r\n" + body: whole, post + "Content-Length: 12\r\n\r\n" + body[1:]: partial,
		post + "Content-Length: 012\r\n\r\n" + body: other, post + "Content-Length: +12\r\n\r\n" + body: other, post + "Content-Length: 00012\r\n\r\n" + body: other,
		post + "Content-Length: 12\r\nContent-Length: 12\r\n\r\n" + body: other, post + "\r\n" + body: other,
		post + "Transfer-Encoding: chunked\r\nContent-Length: 12\r\n\r\n" + body: other,
	} {
		var p plea
		if p.read([]byte(in), l); p.found != want {
			t.Errorf("%q: found %d, want %d", in, p.found, want)
		}
	}
}

// TestLookTrustsNoMovedRegister: the board answers while the register is seen as it
// was, and the lease runs.
func TestLookTrustsNoMovedRegister(t *testing.T) {
	b := filled(t, 10)
	stamp := uint64(0)
	read := func() uint64 { return stamp }
	b.read.Store(&read)
	for name, c := range map[string]struct {
		stamp uint64
		lease int64
		at    time.Time
		want  outcome
	}{
		"as it was":                {0, 1 << 62, noonToday(), known},
		"it moved":                 {1, 1 << 62, noonToday(), unknown},
		"the lease is over":        {0, noonToday().UnixMicro(), noonToday(), unknown},
		"the lease is almost over": {0, noonToday().UnixMicro() + 1, noonToday(), known},
		"before what was recorded": {0, 1 << 62, noonToday().Add(-time.Second), unknown},
		"long before what was":     {0, 1 << 62, noonToday().Add(-time.Minute), behind},
	} {
		stamp = c.stamp
		b.lease.Store(c.lease)
		if _, o := b.look(c.at, &Question{Provider: coded(7)}); o != c.want {
			t.Errorf("%s: outcome %d, want %d", name, o, c.want)
		}
	}
}
