package gate

import (
	"context"
	"fmt"
	"time"
)

// settle answers a question from the board where that can be done: by a glance,
// or by the ground of its refusal. It is false where the register must be asked.
func (g *Gate) settle(now time.Time, q *Question) (x glance, refused ground, ok bool) {
	if !q.At.IsZero() {
		return x, refused, false
	}
	if refused = q.check(); refused.code != "" {
		return x, refused, true
	}
	x, o := g.Board.look(now, q)
	switch o {
	case known:
		g.renewIfDue(now)
		return x, refused, true
	case unready:
		return x, notReady(), true
	case halted:
		return x, changing(), true
	case behind:
		return x, clockBack(), true
	}
	return x, refused, false
}

// Refresh is called by whoever hears that another process wrote: the board is made
// anew before a question needs it.
func (g *Gate) Refresh() { g.renew() }

// renew asks the register, beside the questions, whether it is as the board
// knows it; one such read at a time.
func (g *Gate) renew() {
	if !g.Board.renewing.CompareAndSwap(false, true) {
		return
	}
	go func() {
		defer g.Board.renewing.Store(false)
		defer func() {
			if p := recover(); p != nil {
				g.report("gate: panic", fmt.Errorf("%v", p), []Question{{}})
			}
		}()
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		stamp := g.Board.now()
		began, _ := g.now()
		if a := g.await(ctx, began, nil); a.err == nil {
			g.Board.seen(a.head, began, stamp)
		}
	}()
}

// swift answers all questions from the board at one state of the register, or
// none.
func (g *Gate) swift(now time.Time, qs []Question) ([]Verdict, bool) {
	if !g.boarded() {
		return nil, false
	}
	vs := make([]Verdict, len(qs))
	before := g.Board.seq.Load()
	for i := range qs {
		x, refused, ok := g.settle(now, &qs[i])
		switch {
		case !ok:
			return nil, false
		case refused.code != "":
			vs[i] = refusal(qs[i], now, refused)
			if refused.fault() {
				vs[i].LawDigest = g.Book.Digest()
			}
		default:
			vs[i] = x.verdict(&qs[i], g.Book.Digest())
		}
	}
	return vs, before&1 == 0 && g.Board.seq.Load() == before
}

// learn tells the board what a sitting read.
func (g *Gate) learn(s *sitting, seats []seat) {
	if g.Board == nil {
		return
	}
	g.Board.seen(s.head, s.now, s.stamp)
	for i := range seats {
		x := &seats[i]
		if x.instant == nil || x.when != Now {
			continue
		}
		g.Board.refresh(x.instant.standings[x.provider], s.head)
		if x.asked.Consumer != "" {
			g.Board.refresh(x.instant.standings[x.consumer], s.head)
		}
	}
}
