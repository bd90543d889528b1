package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/connection"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/review"
	"capdo/internal/statement"
	"capdo/internal/web"
	"capdo/internal/whatif"
)

// asOf settles which register is asked for: that of a day, as recorded before an
// instant. Left out, what was known at the end of the day counts; of a day before
// the register was founded, what it was founded with. Now is what the ledger holds:
// the same entries are the same knowledge, whatever the clock says.
func (p *program) asOf(ctx context.Context, on law.Day, known time.Time) (approval.AsOf, error) {
	x := approval.AsOf{On: on, Known: known}
	now := p.clock()
	if law.DayOf(known.Add(-time.Microsecond)) > law.DayOf(now) {
		return x, refusedKnown("known-in-future", law.Text{VI: "Ngày «biết đến» phải từ hôm nay trở về trước.", EN: "The day up to which is known must not be after today."})
	}
	if known.IsZero() {
		founded, err := p.store.Founded(ctx)
		if err != nil {
			return x, err
		}
		x.Known = x.End()
		if x.Known.Before(founded) {
			x.Known = founded
		}
	}
	if x.Known.After(now) {
		x.Known = now.Add(time.Microsecond)
	}
	if law.DayOf(x.Known).Time().Equal(x.Known) {
		return x, nil
	}
	e, found, err := p.store.At(x).LastEntry(ctx)
	if found {
		x.Known = e.At.Add(time.Microsecond)
	}
	return x, err
}

func refusedKnown(rule string, says law.Text) error {
	return &approval.Refusal{Kind: approval.Invalid, Findings: []approval.Finding{{Field: "known", Rule: rule, Says: says}}}
}

// readKnown reads up to when is known: a day, to its end; or an instant of RFC 3339,
// to the end of its last digit; "" is left open.
func readKnown(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if d, err := law.ParseDay(s); err == nil {
		return d.AddDays(1).Time(), nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return t, fmt.Errorf("known: %q is no day YYYY-MM-DD and no instant of RFC 3339", s)
	}
	unit := time.Second
	if _, fraction, ok := strings.Cut(s, "."); ok {
		for i := 0; i < len(fraction) && fraction[i] >= '0' && fraction[i] <= '9'; i++ {
			unit /= 10
		}
	}
	return t.Add(max(unit, time.Microsecond)), nil
}

// pointOf reads a point in both times as flags say it.
func (p *program) pointOf(ctx context.Context, on, known string) (approval.AsOf, error) {
	day, err := law.ParseDay(on)
	if err != nil {
		return approval.AsOf{}, fmt.Errorf("--on: %w", err)
	}
	limit, err := readKnown(known)
	if err != nil {
		return approval.AsOf{}, fmt.Errorf("--%w", err)
	}
	return p.asOf(ctx, day, limit)
}

// orToday is a day as typed, else today.
func orToday(w world, on string) string {
	if on == "" {
		return string(w.today())
	}
	return on
}

// knownWords says up to when the record is known: the end of a day, or its last
// entry.
func knownWords(x approval.AsOf) string {
	if d := law.DayOf(x.Known); d.Time().Equal(x.Known) {
		return "hết ngày " + dmy(d.AddDays(-1))
	}
	t := x.Known.Add(-time.Microsecond).In(law.Zone())
	return strings.Replace(t.Format("15:04:05.999999"), ".", ",", 1) + " ngày " + t.Format("02/01/2006")
}

// webPast is the pages' way to the register as it was.
func (p *program) webPast(ctx context.Context, on law.Day, known time.Time) (web.Past, error) {
	x, err := p.asOf(ctx, on, known)
	if err != nil {
		return web.Past{}, err
	}
	q := p.then(x)
	return web.Past{AsOf: x, Office: q.office, Gate: q.gate, Plans: q.plans, Tables: q.tables(), Statements: &statement.Office{Store: q.store, Book: p.book, Clock: q.clock},
		Reports: func(ctx context.Context, w io.Writer, a approval.Actor, kind, code string, _ law.Day) error {
			kind, edition, _ := strings.Cut(kind, "@")
			return p.report(ctx, w, a, reportQuery{Kind: kind, Code: code, Day: on, Known: known, Edition: edition})
		},
		GapsPDF: func(ctx context.Context, w io.Writer, a approval.Actor, s plan.Sheet) error {
			return p.gapsPaperThen(ctx, w, a, gapsThen{x, s})
		},
		Documents: q.attachments, Review: &review.Desk{Store: q.store, Book: p.book, Clock: q.clock}, Roster: &review.Roster{Store: q.store, Book: p.book, Clock: q.clock},
		Connections: q.links, Duplicates: q.duplicates, OSCAL: q.webOSCAL, WhatIf: q.webWhatIf,
		WhatIfFile: func(ctx context.Context, w io.Writer, a approval.Actor, kind string, ask whatif.Adoption) error {
			t, err := p.tried(ctx, a, ask, x)
			if err != nil {
				return err
			}
			return p.whatIfFile(ctx, w, a, kind, t)
		}}, nil
}

// then is the program on the register as it was: the same rooms, which read the
// record as of that point in both times at the last instant of the day, and in
// which nobody acts.
func (p *program) then(x approval.AsOf) *program {
	q := &program{as: x, store: p.store.At(x), clock: x.Last, book: p.book, shelf: p.shelf, controls: p.controls, dir: p.dir, log: p.log, public: p.public}
	q.office = &approval.Office{Store: q.store, Book: p.book, Shelf: p.shelf, Clock: q.clock, Past: true}
	q.plans = &plan.Room{Store: q.store.Plans(), Book: p.book, Lists: p.controls, Clock: q.clock}
	q.links = &connection.Office{Store: q.store, Book: p.book, Clock: q.clock}
	if p.attachments != nil {
		q.attachments = &attachment.Desk{Office: q.office, Store: q.store.Attachments(), Blobs: p.attachments.Blobs, Limits: p.attachments.Limits, Log: p.log}
	}
	q.gate = &gate.Gate{Standings: q.store, Book: p.book, Clock: q.clock, Log: p.log, Systems: q.store}
	return q
}
