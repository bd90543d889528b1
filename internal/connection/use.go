package connection

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Use is one line of a gateway's decision log: a request it let pass or not.
// Matched tells whether the gate's answer for that instant was an allow.
type Use struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Consumer string    `json:"consumer"`
	Provider string    `json:"provider"`
	Service  string    `json:"service"`
	Passed   bool      `json:"passed"`
	Matched  bool      `json:"matched"`
}

// Alarm is a connection that a gateway let pass without a matching allow, and
// of which nobody has taken note.
type Alarm struct {
	Gateway, Consumer, Provider, Service string
	Count                                int
	First, Last                          time.Time
	Through                              int64 // number of the latest log it was seen in
}

// Note is what somebody who looked into an alarm says of it.
type Note struct {
	No       int64        `json:"no"`
	Gateway  string       `json:"gateway"`
	Consumer string       `json:"consumer"`
	Provider string       `json:"provider"`
	Service  string       `json:"service"`
	Through  int64        `json:"through"`
	Note     string       `json:"note"`
	By       approval.Who `json:"by"`
	At       time.Time    `json:"at"`
}

// Object names the note in the ledger.
func (n Note) Object() string { return fmt.Sprintf("alarm:%d", n.No) }

// LogObject names a gateway's log in the ledger.
func LogObject(gateway string) string { return "gatelog:" + gateway }

// Heard is when a gateway last returned its log: one that is on record, or one
// that returned a log under a name of its own.
type Heard struct {
	Gateway string
	Last    time.Time // zero when it never did
	Revoked bool      // as a gateway; it is not expected to return anything
	Silent  bool      // never, or for longer than the policy lets pass; the office tells
}

// Usage is how a connection was used, as far as gateways tell.
type Usage struct {
	Passed, Stopped int
	Last            time.Time // zero when never seen
	Gateways        []string  // that saw it, by name
}

// Used is how a gateway saw a pair of systems use a service.
type Used struct {
	Gateway, Consumer, Provider, Service string
	Passed, Stopped                      int
	Last                                 time.Time
}

// LogStore keeps what gateways report. Its handles are bound to a scope as those
// of Store.
type LogStore interface {
	// AddUses adds the lines that are new as one log of the gateway, with its entry
	// in the ledger, and returns how many they are.
	AddUses(ctx context.Context, a approval.Actor, at time.Time, law, gateway string, us []Use) (int, error)
	// AddNote stores a note under the next number, with its entry.
	AddNote(ctx context.Context, a approval.Actor, law string, n Note) error
	Alarms(ctx context.Context, a approval.Actor) ([]Alarm, error)
	// Heard returns the gateways on record and those that returned a log, by name.
	Heard(ctx context.Context, a approval.Actor) ([]Heard, error)
	// Used returns what gateways saw of consumers, in the order of gateways.
	Used(ctx context.Context, a approval.Actor, consumers []string) ([]Used, error)
}

// Watch is the desk for what gateways report.
type Watch struct {
	Store LogStore
	Book  *law.Book
	Clock func() time.Time
}

func (w *Watch) now() time.Time { return w.Clock().UTC().Truncate(time.Microsecond) }

// Record adds a gateway's lines; those known by their id are left as they are.
func (w *Watch) Record(ctx context.Context, gateway string, us []Use) (int, error) {
	return w.Store.AddUses(ctx, approval.Actor{Person: "gateway:" + gateway, Account: gateway, Capacity: approval.Gateway}, w.now(), w.Book.Digest(), gateway, us)
}

// Alarms returns what nobody has taken note of, within the actor's reach.
func (w *Watch) Alarms(ctx context.Context, a approval.Actor) ([]Alarm, error) {
	return w.Store.Alarms(ctx, a)
}

// Heard returns the gateways on record and those that ever returned a log, by
// name, and which are silent now.
func (w *Watch) Heard(ctx context.Context, a approval.Actor) ([]Heard, error) {
	all, err := w.Store.Heard(ctx, a)
	for i, h := range all {
		all[i].Silent = !h.Revoked && w.now().Sub(h.Last) > hours(w.Book.Policy().GatewaySilentHours)
	}
	return all, err
}

// Usage returns how each of some connections was used, in their order.
func (w *Watch) Usage(ctx context.Context, a approval.Actor, cs ...Connection) ([]Usage, error) {
	var consumers []string
	for _, c := range cs {
		if !slices.Contains(consumers, c.Consumer) {
			consumers = append(consumers, c.Consumer)
		}
	}
	seen, err := w.Store.Used(ctx, a, consumers)
	if err != nil {
		return nil, err
	}
	type use struct{ consumer, provider, service string }
	by := map[use]*Usage{}
	for _, x := range seen {
		k := use{x.Consumer, x.Provider, x.Service}
		if by[k] == nil {
			by[k] = &Usage{}
		}
		u := by[k]
		u.Passed, u.Stopped, u.Gateways = u.Passed+x.Passed, u.Stopped+x.Stopped, append(u.Gateways, x.Gateway)
		if x.Last.After(u.Last) {
			u.Last = x.Last
		}
	}
	all := make([]Usage, len(cs))
	for i, c := range cs {
		if u := by[use{c.Consumer, c.Provider, c.Service}]; u != nil {
			all[i] = *u
		}
	}
	return all, nil
}

// regulators are those who take note of alarms.
func regulators() []approval.Capacity {
	return []approval.Capacity{law.RoleMPS, law.RoleMIC, law.RoleMOD, law.RoleCipherCommittee}
}

// MayNote tells whether the actor takes note of alarms.
func MayNote(a approval.Actor) bool {
	for _, c := range regulators() {
		if a.Capacity == c {
			return true
		}
	}
	return false
}

// Acknowledge takes note of an alarm as it was seen, through the log named; what
// is reported later is an alarm again.
func (w *Watch) Acknowledge(ctx context.Context, a approval.Actor, m Alarm, note string) error {
	if !MayNote(a) {
		return wrongActor()
	}
	if strings.TrimSpace(note) == "" {
		return refuse(approval.Invalid, "note", "note-missing", "Nhập kết quả xác minh", "Enter what was found")
	}
	open, err := w.Store.Alarms(ctx, a)
	if err != nil {
		return err
	}
	for _, x := range open {
		if x.Gateway == m.Gateway && x.Consumer == m.Consumer && x.Provider == m.Provider && x.Service == m.Service && m.Through <= x.Through {
			return w.Store.AddNote(ctx, a, w.Book.Digest(), Note{Gateway: m.Gateway, Consumer: m.Consumer, Provider: m.Provider, Service: m.Service, Through: m.Through, Note: note, By: a.Who(), At: w.now()})
		}
	}
	return order("Cảnh báo này không còn mở.", "This alarm is no longer open.")
}
