package gate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// patience bounds how long the register may take; a decision must come within
// a second.
const patience = 800 * time.Millisecond

// maxReading bounds the reads under way, hung ones included.
const maxReading = 1024

// Ask reads the standings and decides. It never fails: what cannot be known is
// a denial.
func (g *Gate) Ask(ctx context.Context, q Question) (v Verdict) {
	at, when := q.At, Now
	defer func() {
		if p := recover(); p != nil {
			g.report("gate: panic", fmt.Errorf("%v", p), q)
			v = refusal(q, at, "F00", "fault", faultSays())
		}
		v.When = when
	}()
	now := g.now()
	switch {
	case at.IsZero():
		at = now
	case at.Before(now):
		when = Past
	case at.After(now):
		when = Future
	}
	at = at.UTC().Truncate(time.Microsecond)
	if says := q.check(); says.VI != "" {
		return refusal(q, at, "F03", "bad-question", says)
	}
	if g.Book == nil || len(g.Book.Reasons()) == 0 {
		return refusal(q, at, "F02", "law-empty", lawSays())
	}
	c := Case{Platform: q.Platform, At: at, Live: when == Now}
	head, err := g.read(ctx, q, &c)
	if err != nil {
		if ctx.Err() == nil { // else the asker went away
			g.report("gate: read standings", err, q)
		}
		v = refusal(q, at, "F01", "store-unreadable", storeSays())
		v.LawDigest = g.Book.Digest()
		return v
	}
	v = Decide(g.Book, c)
	v.Ledger = head
	return v
}

// now reads the clock. For the gate time does not run back: what has expired
// stays expired when the clock is set back. A clock that jumped ahead and back
// leaves it at the later time until a restart, too strict but never too lax.
func (g *Gate) now() time.Time {
	t := g.Clock().UnixMicro()
	for {
		seen := g.seen.Load()
		if t <= seen {
			return time.UnixMicro(seen).UTC()
		}
		if g.seen.CompareAndSwap(seen, t) {
			return time.UnixMicro(t).UTC()
		}
	}
}

// read fills the case with the standings of the systems asked about, and
// refuses standings of other systems or of another instant.
func (g *Gate) read(ctx context.Context, q Question, c *Case) (approval.Head, error) {
	codes := []string{q.Provider}
	if q.Consumer != "" {
		codes = append(codes, q.Consumer)
	}
	r := g.await(ctx, c.At, codes)
	if r.err != nil {
		return approval.Head{}, r.err
	}
	if len(r.standings) != len(codes) {
		return approval.Head{}, errors.New("the answer is incomplete")
	}
	for i, st := range r.standings {
		if st.Code != codes[i] || !st.At.Equal(c.At) {
			return approval.Head{}, fmt.Errorf("asked for %s at %v, got %s at %v", codes[i], c.At, st.Code, st.At)
		}
	}
	c.Provider = r.standings[0]
	if q.Consumer != "" {
		c.Consumer = &r.standings[1]
	}
	return r.head, nil
}

// answer is what the register answered.
type answer struct {
	standings []approval.Standing
	head      approval.Head
	err       error
}

// await asks the register and waits for it no longer than patience, even when
// it does not heed its context. A read that hangs keeps its goroutine; when too
// many do, the register is not asked again until some end.
func (g *Gate) await(ctx context.Context, at time.Time, codes []string) answer {
	if g.reading.Add(1) > maxReading {
		g.reading.Add(-1)
		return answer{err: errors.New("too many reads are under way")}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	done := make(chan answer, 1)
	go func() {
		defer g.reading.Add(-1)
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

// report notes a fault in the log.
func (g *Gate) report(msg string, err error, q Question) {
	if g.Log != nil {
		g.Log.Error(msg, "error", err, "provider", q.Provider, "consumer", q.Consumer)
	}
}

// refusal is the denial when nothing can be judged. Its texts stand in this
// room because the book may be what is missing.
func refusal(q Question, at time.Time, code, id string, says law.Text) Verdict {
	return Verdict{Decision: Deny, At: at, When: Now, Provider: q.Provider, Consumer: q.Consumer, Fault: code != "F03",
		Reasons: []Reason{{Code: code, ID: id, Effect: law.EffectDeny, Confidence: law.ConfidenceHigh, Says: says, VI: says.VI, EN: says.EN}}}
}

func faultSays() law.Text {
	return law.Text{VI: "Lỗi khi xét câu hỏi; từ chối.", EN: "The question could not be judged; denied."}
}

func lawSays() law.Text {
	return law.Text{VI: "Không đọc được bộ quy tắc pháp luật; từ chối cho đến khi khắc phục.", EN: "The book of law cannot be read; denied until it is mended."}
}

func storeSays() law.Text {
	return law.Text{VI: "Không đọc được sổ đăng ký; từ chối cho đến khi khắc phục.", EN: "The register cannot be read; denied until it is mended."}
}
