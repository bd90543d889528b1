package machine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// The acts on a gateway, as the ledger names them.
const (
	ActAdd    = "add-gateway"
	ActPin    = "pin-gateway"
	ActUnpin  = "unpin-gateway"
	ActReach  = "reach-gateway"
	ActRevoke = "revoke-gateway"
)

// Registry carries out the acts.
type Registry struct {
	Store Store
	Book  *law.Book
	Clock func() time.Time
}

// Store keeps the gateways. Every handle is bound to an actor: the gateways of
// other bodies do not exist for one who is not national.
type Store interface {
	// ChangeGateway runs f in one write transaction.
	ChangeGateway(ctx context.Context, a approval.Actor, at time.Time, f func(Tx) error) error
	// Gateways returns the gateways in the order of names.
	Gateways(ctx context.Context, a approval.Actor) ([]Gateway, error)
	// GatewayEntries returns the ledger's entries about one, oldest first;
	// approval.NotFound when it is absent.
	GatewayEntries(ctx context.Context, a approval.Actor, name string) ([]approval.Entry, error)
	// GatewayOf returns the gateway of a pin, valid or not, as the ledger has it
	// now; false when there is none.
	GatewayOf(ctx context.Context, spki string) (Gateway, bool, error)
	// SpendAssertion remembers the id of an assertion until a time; false when it
	// was spent before.
	SpendAssertion(ctx context.Context, gateway, id string, now, until time.Time) (bool, error)
}

// Tx is the one way to write.
type Tx interface {
	// Gateway loads one by name; approval.NotFound when absent or out of scope.
	Gateway(name string) (Gateway, error)
	// PinTaken tells whether any gateway has or had the pin.
	PinTaken(spki string) (bool, error)
	// SaveGateway stores what changed and raises the version; a gateway of version
	// 0 is new.
	SaveGateway(g *Gateway) error
	Append(e *approval.Entry) error
	Agencies() ([]approval.Agency, error)
	System(code string) (approval.System, error)
}

// Registration is what a new gateway states of itself.
type Registration struct {
	Name, Title, Body, SAN string
	Reach                  Reach
	Pin                    *PinInput // nil: pinned later
}

// PinInput is a new key. A zero From is now; a zero Until the longest allowed,
// and no later than the certificate's own end.
type PinInput struct {
	SPKI, Key   string
	From, Until time.Time
	Certificate time.Time // end of the certificate, zero when there is none
}

// MayKeep tells whether the actor keeps the list of gateways that day: the
// keeper of the program, or the regulator of civil systems.
func (o *Registry) MayKeep(a approval.Actor, day law.Day) bool {
	if a.Capacity == approval.Keeper {
		return true
	}
	c, err := o.Book.Competence(law.Case{Level: 3, On: day})
	return err == nil && a.Capacity == c.Regulator
}

// guard refuses whoever does not keep the list.
func (o *Registry) guard(a approval.Actor, now time.Time) error {
	if o.MayKeep(a, law.DayOf(now)) {
		return nil
	}
	return refusal(approval.Forbidden, finding("", "gateway-keeper", "Chỉ cơ quan quản lý hoặc quản trị chương trình được ghi danh sách máy cổng.", "Only the regulator or the keeper of the program may record gateways."))
}

// Register records a new gateway.
func (o *Registry) Register(ctx context.Context, a approval.Actor, in Registration) (g Gateway, err error) {
	now := o.now()
	err = o.Store.ChangeGateway(ctx, a, now, func(tx Tx) error {
		if err := o.guard(a, now); err != nil {
			return err
		}
		g = Gateway{Name: in.Name, Title: strings.TrimSpace(in.Title), Body: in.Body, SAN: in.SAN, Reach: in.Reach, RegisteredBy: a.Who(), RegisteredAt: now}
		fs, err := g.flaws(tx)
		if err != nil {
			return err
		}
		if _, err := tx.Gateway(in.Name); err == nil {
			fs = append(fs, finding("name", "gateway-name-taken", "Tên này đã có máy cổng khác dùng; chọn tên khác", "This name is taken; choose another"))
		} else if !absent(err) {
			return err
		}
		if in.Pin != nil {
			more, err := o.addPin(tx, &g, a, now, *in.Pin)
			if err != nil {
				return err
			}
			fs = append(fs, more...)
		}
		if len(fs) > 0 {
			return refusal(approval.Invalid, fs...)
		}
		detail := g.Reach.detail()
		detail["title"], detail["body"], detail["san"] = g.Title, g.Body, g.SAN
		if len(g.Pins) > 0 {
			detail["spki"], detail["until"] = g.Pins[0].SPKI, g.Pins[0].Until.Format(time.RFC3339)
		}
		return o.save(tx, a, now, ActAdd, &g, "", detail)
	})
	return g, err
}

// Pin records another key of a gateway.
func (o *Registry) Pin(ctx context.Context, a approval.Actor, name string, version int64, in PinInput) (Gateway, error) {
	return o.act(ctx, a, ActPin, name, version, func(tx Tx, g *Gateway, now time.Time) (map[string]string, error) {
		fs, err := o.addPin(tx, g, a, now, in)
		if err != nil || len(fs) > 0 {
			return nil, errors.Join(err, refusal(approval.Invalid, fs...))
		}
		p := g.Pins[len(g.Pins)-1]
		return map[string]string{"spki": p.SPKI, "from": p.From.Format(time.RFC3339), "until": p.Until.Format(time.RFC3339)}, nil
	})
}

// Unpin revokes one key; the gateway's next request by it is refused.
func (o *Registry) Unpin(ctx context.Context, a approval.Actor, name string, version int64, spki, ground string) (Gateway, error) {
	return o.act(ctx, a, ActUnpin, name, version, func(_ Tx, g *Gateway, now time.Time) (map[string]string, error) {
		p := g.Pin(spki)
		switch {
		case p == nil:
			return nil, refusal(approval.Invalid, finding("spki", "pin-unknown", "Máy cổng không có khóa này", "The gateway has no such key"))
		case p.Revoked != nil:
			return nil, refusal(approval.Conflict, finding("spki", "pin-revoked", "Khóa này đã bị thu hồi.", "This key is revoked already."))
		case strings.TrimSpace(ground) == "":
			return nil, refusal(approval.Invalid, noGround())
		}
		p.Revoked = &End{strings.TrimSpace(ground), a.Who(), now}
		return map[string]string{"spki": spki, "ground": p.Revoked.Ground}, nil
	})
}

// SetReach changes about what a gateway may ask.
func (o *Registry) SetReach(ctx context.Context, a approval.Actor, name string, version int64, r Reach) (Gateway, error) {
	return o.act(ctx, a, ActReach, name, version, func(tx Tx, g *Gateway, _ time.Time) (map[string]string, error) {
		g.Reach = r
		fs, err := g.flaws(tx)
		if err != nil || len(fs) > 0 {
			return nil, errors.Join(err, refusal(approval.Invalid, fs...))
		}
		return r.detail(), nil
	})
}

// Revoke ends a gateway for good, with all its keys.
func (o *Registry) Revoke(ctx context.Context, a approval.Actor, name string, version int64, ground string) (Gateway, error) {
	return o.act(ctx, a, ActRevoke, name, version, func(_ Tx, g *Gateway, now time.Time) (map[string]string, error) {
		if strings.TrimSpace(ground) == "" {
			return nil, refusal(approval.Invalid, noGround())
		}
		g.Revoked = &End{strings.TrimSpace(ground), a.Who(), now}
		return map[string]string{"ground": g.Revoked.Ground}, nil
	})
}

// List returns the gateways within the actor's reach, in the order of names.
func (o *Registry) List(ctx context.Context, a approval.Actor) ([]Gateway, error) {
	return o.Store.Gateways(ctx, a)
}

// act is the shape of every act on an existing gateway.
func (o *Registry) act(ctx context.Context, a approval.Actor, name, gateway string, version int64, f func(Tx, *Gateway, time.Time) (map[string]string, error)) (out Gateway, err error) {
	now := o.now()
	err = o.Store.ChangeGateway(ctx, a, now, func(tx Tx) error {
		g, err := tx.Gateway(gateway)
		if err != nil {
			return err
		}
		if err := o.guard(a, now); err != nil {
			return err
		}
		if g.Version != version {
			return approval.ErrStale()
		}
		if g.Revoked != nil {
			return refusal(approval.Conflict, finding("", "gateway-revoked", "Máy cổng đã bị thu hồi; muốn dùng lại thì ghi một máy cổng mới.", "The gateway is revoked; record a new one to use it again."))
		}
		before, err := approval.Digest(g)
		if err != nil {
			return err
		}
		detail, err := f(tx, &g, now)
		if err != nil {
			return err
		}
		out = g
		if err := o.save(tx, a, now, name, &g, before, detail); err != nil {
			return err
		}
		out = g
		return nil
	})
	return out, err
}

// save stores a gateway with the entry of the act.
func (o *Registry) save(tx Tx, a approval.Actor, now time.Time, act string, g *Gateway, before string, detail map[string]string) error {
	if err := tx.SaveGateway(g); err != nil {
		return err
	}
	after, err := approval.Digest(g)
	if err != nil {
		return err
	}
	for k, v := range detail {
		if v == "" {
			delete(detail, k)
		}
	}
	return tx.Append(&approval.Entry{At: now, By: a.Who(), Act: act, Object: Object(g.Name), Before: before, After: after, Law: o.Book.Digest(), Detail: detail})
}

// now is the one clock reading of an act: UTC, microseconds.
func (o *Registry) now() time.Time { return o.Clock().UTC().Truncate(time.Microsecond) }

// detail is a reach in the words of the ledger.
func (r Reach) detail() map[string]string {
	d := map[string]string{"systems": strings.Join(r.Systems, " "), "agencies": strings.Join(r.Agencies, " "), "platforms": strings.Join(r.Platforms, " ")}
	if r.All {
		d["all"] = "true"
	}
	return d
}

// refusal makes the refusal of findings; nil of none.
func refusal(k approval.Kind, fs ...approval.Finding) error {
	if len(fs) == 0 {
		return nil
	}
	return &approval.Refusal{Kind: k, Findings: fs}
}

func finding(field, rule, vi, en string) approval.Finding {
	return approval.Finding{Field: field, Rule: rule, Says: law.Text{VI: vi, EN: en}}
}

func noGround() approval.Finding {
	return finding("ground", "ground-missing", "Nhập lý do thu hồi", "Enter the ground of the revocation")
}

// absent tells whether an error says that there is none such.
func absent(err error) bool {
	r := (*approval.Refusal)(nil)
	return errors.As(err, &r) && r.Kind == approval.NotFound
}

// ErrNoGateway is the refusal for a gateway that is absent or another's.
func ErrNoGateway() error {
	return refusal(approval.NotFound, finding("", "no-gateway", "Không tìm thấy máy cổng này trong phạm vi của bạn.", "There is no such gateway in your scope."))
}

// String is a gateway in a line of a log.
func (g *Gateway) String() string { return fmt.Sprintf("gateway %s of %s", g.Name, g.Body) }
