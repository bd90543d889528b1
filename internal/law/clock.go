package law

import "fmt"

// Pause is a time a dossier spent with its applicant: sent back on From,
// received complete on Until; "" means it is still out. The clock does not
// count the days after From up to and with Until.
type Pause struct {
	From  Day `json:"from"`
	Until Day `json:"until"`
}

// ClockRun is the run of one processing clock. It starts on the day the
// complete valid dossier was received, not on its first receipt; "" means not
// yet. Pauses are in order and do not overlap.
type ClockRun struct {
	Start  Day
	Limit  Limit
	Pauses []Pause
}

// The states of a clock.
const (
	ClockNone    = "none"     // not started, or the law sets no limit
	ClockRunning = "running"  // more days left than the policy's due_soon_days
	ClockPaused  = "paused"   // the dossier is with the applicant
	ClockDueSoon = "due_soon" // that many days left or fewer
	ClockDue     = "due"      // today is the last day
	ClockOverdue = "overdue"  // the last day has passed
)

// ClockState is how a clock stands on a day. Due is the last day, "" while it
// is not known. Left counts the days left in the unit of the limit, below 0
// when overdue. Provisional marks a result that leans on a calendar not yet
// confirmed.
type ClockState struct {
	State       string `json:"state"`
	Due         Day    `json:"due"`
	Left        int    `json:"left"`
	Provisional bool   `json:"provisional"`
}

// Due tells how a clock stands on today, by what is known on that day: later
// pauses and returns are left out of account. Neither the first day nor the
// time with the applicant counts; the last day does. A limit in calendar days
// that ends on a day of rest ends with the next working day (Civil Code 2015,
// Articles 147 and 148). A year without calendar is refused with
// *NoCalendarError.
func (b *Book) Due(c ClockRun, today Day) (ClockState, error) {
	if err := c.check(today); err != nil {
		return ClockState{}, err
	}
	if c.Limit.Days == 0 || c.Start == "" || c.Start > today {
		return ClockState{State: ClockNone}, nil
	}
	h := hand{book: b, run: c, today: today, at: c.Start}
	stopped, err := h.turn()
	if err != nil {
		return ClockState{}, err
	}
	if stopped {
		return ClockState{ClockPaused, "", c.Limit.Days - h.counted, h.doubtful}, nil
	}
	left := daysBetween(today, h.at)
	if c.Limit.Working {
		if left, err = b.WorkingDaysBetween(today, h.at); err != nil {
			return ClockState{}, err
		}
	}
	return ClockState{b.clockState(today, h.at, left), h.at, left, h.doubtful}, nil
}

// clockState names the state of a clock that is not paused.
func (b *Book) clockState(today, due Day, left int) string {
	switch {
	case today == due:
		return ClockDue
	case today > due:
		return ClockOverdue
	case left <= b.policy.DueSoonDays:
		return ClockDueSoon
	}
	return ClockRunning
}

// check refuses days that cannot be.
func (c ClockRun) check(today Day) error {
	if c.Limit.Days < 0 {
		return fmt.Errorf("run clock: a limit of %d days", c.Limit.Days)
	}
	if today.Time().IsZero() || c.Start != "" && c.Start.Time().IsZero() {
		return fmt.Errorf("run clock: from %q, seen on %q: not a day", c.Start, today)
	}
	last := c.Start
	for i, p := range c.Pauses {
		open := p.Until == "" && i == len(c.Pauses)-1
		if p.From.Time().IsZero() || p.From < last || !open && (p.Until.Time().IsZero() || p.Until < p.From) {
			return fmt.Errorf("run clock: pause from %q to %q is out of order", p.From, p.Until)
		}
		last = p.Until
	}
	return nil
}

// hand moves over the days of one run.
type hand struct {
	book     *Book
	run      ClockRun
	today    Day
	at       Day
	counted  int
	doubtful bool
}

// turn moves to the last day of the limit, or reports that a pause without end
// came first.
func (h *hand) turn() (stopped bool, err error) {
	for h.counted < h.run.Limit.Days {
		h.at = h.at.AddDays(1)
		out, back := h.away()
		if out && !back {
			return true, nil
		}
		if out {
			continue
		}
		working := true
		if h.run.Limit.Working {
			if working, err = h.working(); err != nil {
				return false, err
			}
		}
		if working {
			h.counted++
		}
	}
	return h.rest()
}

// rest moves on from a last day on which nobody works.
func (h *hand) rest() (stopped bool, err error) {
	for {
		out, back := h.away()
		working, err := h.working()
		if err != nil || working && !out {
			return false, err
		}
		if out && !back {
			return true, nil
		}
		h.at = h.at.AddDays(1)
	}
}

// working looks the day up and remembers doubt.
func (h *hand) working() (bool, error) {
	w, err := h.book.calendar.work(h.at)
	h.doubtful = h.doubtful || w.doubtful
	return w.working, err
}

// away reports whether the dossier is with the applicant on the day reached,
// and whether it is known today to have come back.
func (h *hand) away() (out, back bool) {
	for _, p := range h.run.Pauses {
		if p.From > h.today || h.at <= p.From {
			continue
		}
		back := p.Until != "" && p.Until <= h.today
		if !back || h.at <= p.Until {
			return true, back
		}
	}
	return false, false
}

// daysBetween counts the calendar days after from up to and with to.
func daysBetween(from, to Day) int {
	return int(to.Time().Sub(from.Time()).Hours() / 24)
}
