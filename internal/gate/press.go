package gate

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// press prints answers from the board: what never changes is made once, and
// what was written in is used again.
type press struct {
	json, noStore, noSniff, none []string
	sheets                       sync.Pool // *sheet
	untils                       atomic.Pointer[map[int64][]string]
}

// sheet is what one request is read into and answered from.
type sheet struct {
	in, out []byte
	doc     document
	qs      []Question
	seen    []glance
	at, end []byte // the times of the answers, as written
	endDay  int64
}

func newPress() *press {
	p := &press{json: []string{"application/json"}, noStore: []string{"no-store"}, noSniff: []string{"nosniff"}, none: []string{"0"}}
	p.sheets.New = func() any { return &sheet{endDay: -1} }
	p.untils.Store(&map[int64][]string{})
	return p
}

// keepBytes bounds what a sheet keeps for the next request.
const keepBytes = 4 << 20

func (p *press) take() *sheet { return p.sheets.Get().(*sheet) }

func (p *press) give(s *sheet) {
	if cap(s.in)+cap(s.out) <= keepBytes {
		p.sheets.Put(s)
	}
}

// until is the X-Decision-Until of a day's start.
func (p *press) until(day int64) []string {
	old := p.untils.Load()
	if v, ok := (*old)[day]; ok {
		return v
	}
	v := []string{dayStart(day).Format(time.RFC3339)}
	next := map[int64][]string{day: v}
	if len(*old) < maxPatterns { // else begin anew
		for k, x := range *old {
			next[k] = x
		}
	}
	p.untils.CompareAndSwap(old, &next) // another's is as good
	return v
}

// header is the X-Decision-Until of a glance, nil when it has none.
func (g *glance) header(p *press) []string {
	switch {
	case g.ends != nil:
		return []string{g.ends.Format(time.RFC3339)}
	case g.end == noDay:
		return nil
	}
	return p.until(g.end)
}

// glimpse answers one question from the board, if it can: what it cannot, and
// what goes wrong, is left to Ask.
func (g *Gate) glimpse(ctx context.Context, q *Question) (x glance, ok bool) {
	defer func() {
		if recover() != nil { // Ask meets it again, and reports it
			ok = false
		}
	}()
	if !g.boarded() {
		return x, false
	}
	if may := limit(ctx); may != nil {
		*q = within(may, *q)
	}
	now, back := g.now()
	if back || !q.At.IsZero() || q.check().code != "" {
		return x, false
	}
	x, o := g.Board.look(now, q)
	if o != known {
		return x, false
	}
	g.renewIfDue(now)
	return x, true
}

// boarded tells whether answers may come from the board.
func (g *Gate) boarded() bool { return g.Board != nil && g.Book == g.Board.book && g.Board.lawful }

// renewIfDue asks the register whether it stands when half of the lease is over.
func (g *Gate) renewIfDue(now time.Time) {
	if g.Board.lease.Load()-now.UnixMicro() < leaseHalf.Microseconds() {
		g.renew()
	}
}

// heads sets the headers of an answer in JSON.
func (p *press) heads(w http.ResponseWriter) {
	h := w.Header()
	h["Content-Type"] = p.json
	h["Cache-Control"] = p.noStore
	h["X-Content-Type-Options"] = p.noSniff
}

// print sends an answer ready made.
func (p *press) print(w http.ResponseWriter, s *sheet) {
	p.heads(w)
	if len(s.out) > 2000 { // else the server counts by itself
		w.Header()["Content-Length"] = []string{itoa(int64(len(s.out)))}
	}
	_, _ = w.Write(s.out) // the client went away: nobody is left to tell
}

// slurp reads a body of JSON whose length is told into the sheet; false leaves
// it to body, nothing being read.
func (s *sheet) slurp(r *http.Request, most int64) (ok bool, err error) {
	kind := r.Header["Content-Type"]
	if len(kind) != 1 || kind[0] != "application/json" || r.ContentLength <= 0 || r.ContentLength > most {
		return false, nil
	}
	s.in = slices.Grow(s.in[:0], int(r.ContentLength))[:r.ContentLength]
	_, err = io.ReadFull(r.Body, s.in)
	return true, err
}

// times writes the time of a sitting once.
func (s *sheet) times(at time.Time) { s.at = appendTime(s.at[:0], at) }

// ends appends the instant an allow ends with.
func (s *sheet) ends(day int64) []byte {
	if day != s.endDay {
		s.end, s.endDay = appendTime(s.end[:0], dayStart(day)), day
	}
	return s.end
}

// fast reads a query whose meaning needs no decoding: known parameters, each
// once, not empty. Anything else is left to parse.
func fast(raw string, q *Question) bool {
	for raw != "" {
		var part string
		part, raw, _ = strings.Cut(raw, "&")
		key, val, ok := strings.Cut(part, "=")
		var into *string
		switch key {
		case "provider":
			into = &q.Provider
		case "consumer":
			into = &q.Consumer
		case "platform":
			into = &q.Platform
		case "service":
			into = &q.Service
		case "profile":
			into = &q.Profile
		}
		if !ok || into == nil || *into != "" || val == "" || strings.ContainsAny(val, "%+;=") {
			return false
		}
		*into = val
	}
	return q.Provider != ""
}

// swiftBatch answers many questions from the board at one state of the register,
// each printed by say, between the words of the door; false when it cannot.
func (g *Gate) swiftBatch(ctx context.Context, s *sheet) (ok bool) {
	defer func() {
		if recover() != nil { // AskAll meets it again, and reports it
			ok = false
		}
	}()
	if !g.boarded() {
		return false
	}
	now, back := g.now()
	if back {
		return false
	}
	may := limit(ctx)
	s.seen = slices.Grow(s.seen[:0], len(s.qs))[:len(s.qs)]
	before := g.Board.seq.Load()
	for i := range s.qs {
		q := &s.qs[i]
		if may != nil {
			*q = within(may, *q)
		}
		if !q.At.IsZero() || q.check().code != "" {
			return false
		}
		x, o := g.Board.look(now, q)
		if o != known {
			return false
		}
		s.seen[i] = x
	}
	g.renewIfDue(now)
	s.times(now)
	return before&1 == 0 && g.Board.seq.Load() == before
}
