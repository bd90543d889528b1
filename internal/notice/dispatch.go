package notice

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Queue is what the dispatcher reads and writes. None of it is an act on the
// register: it leaves no entry.
type Queue interface {
	// Cursor returns how far the outbox was read; where it never was, the ledger's
	// end and today, which it then is.
	Cursor(ctx context.Context, today law.Day) (Cursor, error)
	// Entries returns at most most entries of the ledger from seq on.
	EntriesFrom(ctx context.Context, seq int64, most int64) ([]approval.Entry, error)
	// Lapses returns the systems whose approval in force had its last day in
	// [from, before).
	Lapses(ctx context.Context, from, before law.Day) ([]Lapse, error)
	// Enqueue stores new deliveries and the cursor in one transaction; a delivery
	// that is there already stays as it is.
	Enqueue(ctx context.Context, c Cursor, ds []Delivery) error
	// Ready returns at most most deliveries that wait and are due.
	Ready(ctx context.Context, now time.Time, most int64) ([]Delivery, error)
	// Mark stores what became of deliveries.
	Mark(ctx context.Context, ds []Delivery) error
	// EndSubscription ends a subscription for a reason, with its entry.
	EndSubscription(ctx context.Context, id, reason, law string, at time.Time) error
}

// Lapse is an approval that ended by its term.
type Lapse struct {
	System string
	Until  law.Day // its last day
}

// Sender sends one message; it returns ErrGone when the receiver wants no more.
type Sender interface {
	Send(ctx context.Context, s Subscription, ds []Delivery, now time.Time) error
}

// ErrGone is the receiver's word that it wants nothing any more.
var ErrGone = errors.New("the receiver is gone")

// Dispatcher carries events to subscribers. Step is called by one goroutine.
type Dispatcher struct {
	Queue    Queue
	Store    Store
	Account  func(ctx context.Context, login string) (approval.Actor, bool, error)                            // false: none, or disabled
	Owner    func(ctx context.Context, system string) (string, error)                                         // agency code; "" when the system is not on the register
	Lent     func(ctx context.Context, a approval.Actor) ([]approval.Delegation, error)                       // by which an account may act now; nil: none
	Reached  func(ctx context.Context, a approval.Actor, d *approval.Delegation, system string) (bool, error) // whether a sees a system under what Lent gave
	Calendar func(ctx context.Context, a approval.Actor, after, today law.Day) ([]Event, error)               // what began to be due, or overdue, for the actor on a day in (after, today]; nil: nothing
	Senders  map[string]Sender                                                                                // by channel
	Clock    func() time.Time
	Law      string
	Log      *slog.Logger
}

// batch is how many entries, and how many deliveries, one step takes at a time.
const batch = 200

// Step reads what is new, and sends what is due. An error of a receiver is no
// error of the step.
func (d *Dispatcher) Step(ctx context.Context) error {
	now := d.Clock().UTC().Truncate(time.Microsecond)
	if err := d.collect(ctx, now); err != nil {
		return fmt.Errorf("collect notices: %w", err)
	}
	if err := d.send(ctx, now); err != nil {
		return fmt.Errorf("send notices: %w", err)
	}
	return nil
}

// collect reads entries and days up to now.
func (d *Dispatcher) collect(ctx context.Context, now time.Time) error {
	today := law.DayOf(now)
	c, err := d.Queue.Cursor(ctx, today)
	if err != nil {
		return err
	}
	if c.Day > today { // read by a clock that was ahead; what is stored twice is told once
		c.Day = today
		if err := d.Queue.Enqueue(ctx, c, nil); err != nil {
			return err
		}
	}
	for {
		es, err := d.Queue.EntriesFrom(ctx, c.Seq, batch)
		if err != nil {
			return err
		}
		var events []Event
		var ds []Delivery
		for _, e := range es {
			if x, ok := eventOf(e); ok {
				events = append(events, x)
			}
			c.Seq = e.Seq + 1
		}
		if c.Day < today && len(es) < batch {
			more, err := d.lapses(ctx, c.Day, today)
			if err != nil {
				return err
			}
			if ds, err = d.fallsDue(ctx, c.Day, today, now); err != nil {
				return err
			}
			events, c.Day = append(events, more...), today
		} else if len(es) == 0 {
			return nil
		}
		told, err := d.address(ctx, events, now)
		if err != nil {
			return err
		}
		if err := d.Queue.Enqueue(ctx, c, append(ds, told...)); err != nil {
			return err
		}
		if len(es) < batch {
			return nil
		}
	}
}

// lapses are the approvals whose last day was in [from, today).
func (d *Dispatcher) lapses(ctx context.Context, from, today law.Day) ([]Event, error) {
	ls, err := d.Queue.Lapses(ctx, from, today)
	if err != nil {
		return nil, err
	}
	var events []Event
	for _, l := range ls {
		events = append(events, Event{Key: "lapsed:" + l.System + ":" + string(l.Until), Kind: Lapsed, System: l.System, At: l.Until.AddDays(1).Time().UTC()})
	}
	return events, nil
}

// calendarOf is whose calendar an account has: accounts of one capacity and body
// have one, unless something was lent to the account.
func (d *Dispatcher) calendarOf(ctx context.Context, a approval.Actor) (approval.Actor, error) {
	if d.Lent != nil {
		if lent, err := d.Lent(ctx, a); err != nil || len(lent) > 0 {
			return a, err
		}
	}
	return approval.Actor{Capacity: a.Capacity, Body: a.Body, Sector: a.Sector}, nil
}

// fallsDue asks the calendar of each subscriber that wants to know.
func (d *Dispatcher) fallsDue(ctx context.Context, after, today law.Day, now time.Time) ([]Delivery, error) {
	if d.Calendar == nil {
		return nil, nil
	}
	subs, err := d.Store.Subscriptions(ctx, "")
	if err != nil {
		return nil, err
	}
	known := map[approval.Actor][]Event{}
	var ds []Delivery
	for _, s := range subs {
		if !slices.Contains(s.Kinds, Due) && !slices.Contains(s.Kinds, Overdue) {
			continue
		}
		a, ok, err := d.Account(ctx, s.Login)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		who, err := d.calendarOf(ctx, a)
		if err != nil {
			return nil, err
		}
		events, asked := known[who]
		if !asked {
			if events, err = d.Calendar(ctx, who, after, today); err != nil {
				return nil, err
			}
			known[who] = events
		}
		for _, e := range events {
			if slices.Contains(s.Kinds, e.Kind) {
				ds = append(ds, Delivery{Subscription: s.ID, Event: e, State: Waiting, NextAt: first(s, now)})
			}
		}
	}
	return ds, nil
}

// address finds who asked for each event and may know of it.
func (d *Dispatcher) address(ctx context.Context, events []Event, now time.Time) ([]Delivery, error) {
	if len(events) == 0 {
		return nil, nil
	}
	subs, err := d.Store.Subscriptions(ctx, "")
	if err != nil || len(subs) == 0 {
		return nil, err
	}
	var ds []Delivery
	for _, e := range events {
		if slices.Contains(Ways(), e.Kind) {
			own, err := d.own(ctx, e, subs, now)
			if err != nil {
				return nil, err
			}
			ds = append(ds, own...)
			continue
		}
		to, err := d.reach(ctx, e)
		if err != nil {
			return nil, err
		}
		for _, s := range subs {
			if !slices.Contains(s.Kinds, e.Kind) || e.At.Before(s.CreatedAt) {
				continue
			}
			a, ok, err := d.Account(ctx, s.Login)
			if err != nil {
				return nil, err
			}
			if ok {
				ok, err = d.mayKnow(ctx, a, to)
			}
			if err != nil {
				return nil, err
			}
			if ok {
				ds = append(ds, Delivery{Subscription: s.ID, Event: e, State: Waiting, NextAt: first(s, now)})
			}
		}
	}
	return ds, nil
}

// own are the deliveries of what happened to an account's own ways in: one to each
// of its mail addresses.
func (d *Dispatcher) own(ctx context.Context, e Event, subs []Subscription, now time.Time) ([]Delivery, error) {
	a, ok, err := d.Account(ctx, e.System)
	if err != nil || !ok {
		return nil, err
	}
	var ds []Delivery
	var told []string
	for _, s := range subs {
		if s.Login == a.Account && s.Channel == Email && !slices.Contains(told, s.Address) && !e.At.Before(s.CreatedAt) {
			told = append(told, s.Address)
			ds = append(ds, Delivery{Subscription: s.ID, Event: e, State: Waiting, NextAt: now})
		}
	}
	return ds, nil
}

// send tries what is due. Deliveries of one daily mail go together; the others
// one by one.
func (d *Dispatcher) send(ctx context.Context, now time.Time) error {
	ds, err := d.Queue.Ready(ctx, now, batch)
	if err != nil || len(ds) == 0 {
		return err
	}
	subs, err := d.Store.Subscriptions(ctx, "")
	if err != nil {
		return err
	}
	ms := messages(ds, subs)
	if len(ds) == batch && len(ms) > 1 {
		ms = ms[:len(ms)-1] // the last one may be cut short: it comes first next time
	}
	failed := map[string]time.Time{} // who could not be reached just now, and when they are tried again
	for _, m := range ms {
		if ctx.Err() != nil {
			return nil // the process ends; what was not tried waits
		}
		if m.to != nil && !failed[m.to.ID].IsZero() { // one that hangs does not hold up the others
			for i := range m.ds {
				m.ds[i].NextAt = failed[m.to.ID]
			}
			if err := d.Queue.Mark(ctx, m.ds); err != nil {
				return err
			}
			continue
		}
		if err := d.try(ctx, m); err != nil {
			return err
		}
		if x := m.ds[0]; x.State == Waiting {
			failed[x.Subscription] = x.NextAt
		}
	}
	return nil
}

// message is what goes out in one piece.
type message struct {
	to *Subscription // nil: ended meanwhile
	ds []Delivery
}

// messages puts deliveries together in the order in which they came: into one
// daily mail those that became due at the same time, which are those of one day,
// or those of a mail that was tried before.
func messages(ds []Delivery, subs []Subscription) []message {
	var ms []message
	type mail struct {
		to string
		at time.Time
	}
	daily := map[mail]int{}
	for _, x := range ds {
		i := slices.IndexFunc(subs, func(s Subscription) bool { return s.ID == x.Subscription })
		if i < 0 {
			ms = append(ms, message{nil, []Delivery{x}})
			continue
		}
		s := &subs[i]
		one, alone := mail{s.ID, x.NextAt}, slices.Contains(Ways(), x.Event.Kind)
		if at, ok := daily[one]; ok && !alone {
			ms[at].ds = append(ms[at].ds, x)
			continue
		}
		if s.Channel == Email && s.Mode == Digest && !alone {
			daily[one] = len(ms)
		}
		ms = append(ms, message{s, []Delivery{x}})
	}
	return ms
}

// try sends one message: the next try is written down first, the outcome after.
// Whose account may see the system no longer is told nothing.
func (d *Dispatcher) try(ctx context.Context, m message) error {
	now := d.Clock().UTC().Truncate(time.Microsecond)
	if m.to == nil {
		return d.Queue.Mark(ctx, giveUp(m.ds, "the subscription has ended"))
	}
	for i := range m.ds {
		m.ds[i].Attempts++
		next, _ := wait(m.ds[i].Attempts)
		m.ds[i].NextAt = now.Add(max(next, time.Minute)) // of a process that dies now
	}
	if err := d.Queue.Mark(ctx, m.ds); err != nil {
		return err
	}
	err := d.deliver(ctx, m, now)
	if err == nil {
		for i := range m.ds {
			m.ds[i].State, m.ds[i].SentAt, m.ds[i].Error = Sent, now, ""
		}
		return d.Queue.Mark(ctx, m.ds)
	}
	d.Log.Warn("notice not delivered", "subscription", m.to.ID, "channel", m.to.Channel, "attempt", m.ds[0].Attempts, "error", err.Error())
	next, again := wait(m.ds[0].Attempts)
	switch gone := errors.Is(err, ErrGone); {
	case gone || !again:
		reason := "failed"
		if gone {
			reason = "gone"
		}
		if err := d.Queue.Mark(ctx, giveUp(m.ds, err.Error())); err != nil {
			return err
		}
		return d.Queue.EndSubscription(ctx, m.to.ID, reason, d.Law, now)
	default:
		for i := range m.ds {
			m.ds[i].NextAt, m.ds[i].Error = now.Add(next), err.Error()
		}
		return d.Queue.Mark(ctx, m.ds)
	}
}

// deliver hands a message to the sender of its channel; a panic there is an
// error here.
func (d *Dispatcher) deliver(ctx context.Context, m message, now time.Time) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	sender, ok := d.Senders[m.to.Channel]
	if !ok {
		return fmt.Errorf("channel %s is not set up on this server", m.to.Channel)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return sender.Send(ctx, *m.to, m.ds, now)
}

// patience is how long a receiver may take.
const patience = 15 * time.Second

// giveUp marks deliveries as failed for good.
func giveUp(ds []Delivery, why string) []Delivery {
	for i := range ds {
		ds[i].State, ds[i].Error = Failed, why
	}
	return ds
}
