package connection

import (
	"context"
	"errors"
	"fmt"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Office carries out the acts on connections.
type Office struct {
	Store Store
	Book  *law.Book
	Clock func() time.Time
}

// Store keeps services and connections. Every handle is bound to an actor's
// scope: a connection exists for the agencies of its consumer and its provider,
// and for who sees the whole country.
type Store interface {
	UpdateConnections(ctx context.Context, a approval.Actor, at time.Time, f func(Tx) error) error
	ViewConnections(ctx context.Context, a approval.Actor, f func(Reader) error) error
}

// Reader answers questions inside the actor's scope.
type Reader interface {
	// System loads a system; approval.ErrNotFound when absent or out of scope.
	System(code string) (approval.System, error)
	// Services returns every data service by code; they are no tenant's secret.
	Services() ([]Service, error)
	// Connection loads a connection; ErrNotFound when absent or out of scope.
	Connection(id string) (Connection, error)
	// Connections returns those that a filter selects, latest first.
	Connections(f Filter) ([]Connection, error)
}

// Tx is the one way to write.
type Tx interface {
	Reader
	// PutService stores a new service.
	PutService(Service) error
	// PutConnection stores a new connection under the next id, or the new steps of
	// one whose version is the stored one, and raises the version.
	PutConnection(*Connection) error
	// Append adds the entry to the ledger.
	Append(*approval.Entry) error
}

// Filter selects connections.
type Filter struct {
	System   string // consumer or provider
	Consumer string
	Provider string
	Service  string
	Profile  string
	State    string // at the time of asking; the register leaves out what cannot be in it, and the office decides
	Ends     int    // days from the time of asking within which what is allowed ends, as the office decides; 0 = whenever
	Waiting  bool   // those never granted, refused or ended, and those with a proposal of break-glass
	Before   string // id: those recorded earlier than it; "" = the latest
	Limit    int    // at most so many; 0 = all
}

// now is the one clock reading of an act.
func (o *Office) now() time.Time { return o.Clock().UTC().Truncate(time.Microsecond) }

// refuse builds a refusal of one finding, at a field when one is named.
func refuse(k approval.Kind, field, rule, vi, en string) *approval.Refusal {
	return &approval.Refusal{Kind: k, Findings: []approval.Finding{{Field: field, Rule: rule, Says: law.Text{VI: vi, EN: en}}}}
}

// ErrNotFound is the refusal for what is absent or another's.
func ErrNotFound() *approval.Refusal { return approval.ErrNotFound() }

// case is a connection about to be acted on.
type matter struct {
	tx    Tx
	actor approval.Actor
	c     *Connection
	now   time.Time
	day   law.Day
}

// act is the shape of every act on an existing connection: load in scope,
// compare the version, let f add one step, save, append.
func (o *Office) act(ctx context.Context, a approval.Actor, id string, version int64, f func(matter) (Step, error)) (Connection, error) {
	now := o.now()
	var out Connection
	err := o.Store.UpdateConnections(ctx, a, now, func(tx Tx) error {
		c, err := tx.Connection(id)
		if err != nil {
			return err
		}
		if c.Version != version {
			return approval.ErrStale()
		}
		before, err := c.Digest()
		if err != nil {
			return err
		}
		s, err := f(matter{tx, a, &c, now, law.DayOf(now)})
		if err != nil {
			return err
		}
		s.By, s.At = a.Who(), now
		if s.From.IsZero() {
			s.From = now
		}
		c.Steps = append(c.Steps, s)
		if err := tx.PutConnection(&c); err != nil {
			return err
		}
		out = c
		return enter(tx, &c, before, o.Book.Digest())
	})
	return out, err
}

// enter writes the entry of the latest step of c, judged by a law of that digest.
func enter(tx Tx, c *Connection, before, law string) error {
	after, err := c.Digest()
	if err != nil {
		return err
	}
	s := c.Steps[len(c.Steps)-1]
	detail := map[string]string{"consumer": c.Consumer, "provider": c.Provider, "service": c.Service, "profile": c.Profile, "ground": s.Ground,
		"number": s.Number, "from": s.From.Format(time.RFC3339Nano)}
	if !s.Until.IsZero() {
		detail["until"] = s.Until.Format(time.RFC3339Nano)
	}
	return tx.Append(&approval.Entry{At: s.At, By: s.By, Act: "connection." + s.Act, Object: c.Object(), Before: before, After: after, Law: law, Detail: detail})
}

// enter writes a new service with its entry.
func (o *Office) enter(tx Tx, a approval.Actor, s Service, act string) error {
	after, err := approval.Digest(s)
	if err != nil {
		return err
	}
	if err := tx.PutService(s); err != nil {
		return err
	}
	return tx.Append(&approval.Entry{At: s.At, By: a.Who(), Act: act, Object: s.Object(), After: after, Law: o.Book.Digest(), Detail: map[string]string{"name": s.Name, "provider": s.Provider}})
}

// ImportServices loads services as a source names them; only the keeper may.
func (o *Office) ImportServices(ctx context.Context, a approval.Actor, ss []Service) error {
	if a.Capacity != approval.Keeper {
		return refuse(approval.Forbidden, "", "wrong-actor", "Chỉ quản trị chương trình nạp được dữ liệu.", "Only the keeper may load services.")
	}
	now := o.now()
	return o.Store.UpdateConnections(ctx, a, now, func(tx Tx) error {
		for _, s := range ss {
			s.At, s.By = now, a.Who()
			if s.Provider != "" {
				if _, err := tx.System(s.Provider); err != nil {
					return fmt.Errorf("service %s: provider %s: %w", s.Code, s.Provider, err)
				}
			}
			if err := o.enter(tx, a, s, "service.import"); err != nil {
				return err
			}
		}
		return nil
	})
}

// ServiceInput is what an officer states to add a data service.
type ServiceInput struct{ Code, Name, Provider string }

// AddService adds a data service of a system of the actor's body.
func (o *Office) AddService(ctx context.Context, a approval.Actor, in ServiceInput) (Service, error) {
	now := o.now()
	s := Service{Code: in.Code, Name: in.Name, Provider: in.Provider, Origin: Registered, At: now, By: a.Who()}
	if !codeLike(in.Code) {
		return s, refuse(approval.Invalid, "code", "code-malformed", "Nhập mã dịch vụ bằng chữ không dấu, số, dấu gạch nối, tối đa 64 ký tự", "Enter a code of plain letters, digits and hyphens, 64 at most")
	}
	if in.Name == "" {
		return s, refuse(approval.Invalid, "name", "name-missing", "Nhập tên dịch vụ dữ liệu", "Enter the name of the data service")
	}
	err := o.Store.UpdateConnections(ctx, a, now, func(tx Tx) error {
		sys, err := tx.System(in.Provider)
		if isNotFound(err) {
			return refuse(approval.Invalid, "provider", "provider-unknown", "Nhập mã một hệ thống của cơ quan bạn", "Enter the code of a system of your agency")
		}
		if err != nil {
			return err
		}
		if r := operatorOf(a, &sys); r != nil {
			return r
		}
		all, err := tx.Services()
		if err != nil {
			return err
		}
		for _, x := range all {
			if x.Code == s.Code {
				return refuse(approval.Invalid, "code", "code-taken", "Mã này đã có; chọn mã khác", "This code is taken; choose another")
			}
		}
		return o.enter(tx, a, s, "service.add")
	})
	return s, err
}

// codeLike tells whether s can be the code of a service.
func codeLike(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for _, r := range s {
		if (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return true
}

// isRefusal tells whether an error is a rule's, not a fault.
func isRefusal(err error) bool {
	var r *approval.Refusal
	return errors.As(err, &r)
}

func isNotFound(err error) bool {
	var r *approval.Refusal
	return errors.As(err, &r) && r.Kind == approval.NotFound
}

// Services returns every data service.
func (o *Office) Services(ctx context.Context, a approval.Actor) (ss []Service, err error) {
	err = o.Store.ViewConnections(ctx, a, func(r Reader) error {
		ss, err = r.Services()
		return err
	})
	return ss, err
}

// Find returns the connections in the actor's scope that a filter selects, latest
// first, no more than its limit; more tells whether there are others. The
// register is read a piece at a time.
func (o *Office) Find(ctx context.Context, a approval.Actor, f Filter) (found []Connection, more bool, err error) {
	now, most := o.now(), f.Limit
	if most > 0 {
		f.Limit = max(most+1, 100)
	}
	err = o.Store.ViewConnections(ctx, a, func(r Reader) error {
		for {
			all, err := r.Connections(f)
			if err != nil {
				return err
			}
			for _, c := range all {
				if f.State != "" && c.StateAt(now) != f.State || f.Ends > 0 && !c.endsBy(now, now.AddDate(0, 0, f.Ends)) {
					continue
				}
				if more = most > 0 && len(found) == most; more {
					return nil
				}
				found = append(found, c)
			}
			if f.Limit == 0 || len(all) < f.Limit {
				return nil
			}
			f.Before = all[len(all)-1].ID
		}
	})
	return found, more, err
}

// File is a connection with what the actor may do on it now.
type File struct {
	Connection Connection
	Service    Service
	State      string
	Link       approval.Link
	Acts       []string
}

// File returns a connection in the actor's scope.
func (o *Office) File(ctx context.Context, a approval.Actor, id string) (File, error) {
	now := o.now()
	var f File
	err := o.Store.ViewConnections(ctx, a, func(r Reader) error {
		c, err := r.Connection(id)
		if err != nil {
			return err
		}
		f = File{Connection: c, State: c.StateAt(now), Link: c.Link(now)}
		all, err := r.Services()
		if err != nil {
			return err
		}
		for _, s := range all {
			if s.Code == c.Service {
				f.Service = s
			}
		}
		for _, act := range Acts() {
			refused := o.guard(act, r, a, &c, now)
			if refused == nil {
				f.Acts = append(f.Acts, act)
				continue
			}
			if !isRefusal(refused) {
				return refused
			}
		}
		return nil
	})
	return f, err
}
