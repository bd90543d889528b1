package approval

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"capdo/internal/law"
)

// Reorganisation is a change of agencies on one day: who comes into being, and
// who comes after whom.
type Reorganisation struct {
	On          law.Day  // first day of the new order, not after today
	Successors  []Agency // founded on that day; FoundedOn is set
	Successions []Succession
	Source      string // named in every entry
}

// Reorganised counts what a reorganisation did.
type Reorganised struct{ Founded, Ended, Moved int }

// The acts of a reorganisation in the ledger: on systems, and on agencies.
const (
	ActTransfer = "transfer"
	ActFound    = "found"
	ActSucceed  = "succeed"
)

// Registrar is the write handle of Reorganise; a Tx that keeps agencies is one.
type Registrar interface {
	Tx
	// PutAgencies stores new agencies.
	PutAgencies([]Agency) error
	// EndAgency stores the end and the successor of an agency.
	EndAgency(Agency) error
	// SystemsOf returns every system of an owner, the retired ones too.
	SystemsOf(owner string) ([]System, error)
}

// Reorganise carries a reorganisation out in one transaction: it founds the
// successors, hands every system of an ended agency on (its code, approvals and
// dossier in hand stay), and ends the agencies; each change has its entry. The
// regulator of the day may, and the keeper. Anything that does not fit refuses
// the whole.
func (o *Office) Reorganise(ctx context.Context, a Actor, in Reorganisation) (Reorganised, error) {
	now := o.now()
	if r := o.guardReorganise(a, today(now)); r != nil {
		return Reorganised{}, r
	}
	c := &change{office: o, in: in.dated(), actor: a, now: now, agencies: map[string]Agency{}}
	err := o.Store.Update(asList(ctx), a, now, func(tx Tx) error {
		var ok bool
		if c.Registrar, ok = tx.(Registrar); !ok {
			return errors.New("reorganise: the store keeps no agencies")
		}
		return c.run()
	})
	if err != nil {
		return Reorganised{}, err
	}
	return c.done, nil
}

// guardReorganise: the keeper, or the ministry that regulates on the day of the
// act.
func (o *Office) guardReorganise(a Actor, day law.Day) *Refusal {
	c, err := o.Book.Competence(law.Case{Level: 4, On: day})
	if a.Capacity == Keeper || err == nil && a.Capacity == c.Regulator && a.Under == nil {
		return nil
	}
	return refuse(Forbidden, "wrong-authority", c.Cites, "Chỉ cơ quan quản lý nhà nước ghi nhận được việc sắp xếp cơ quan.", "Only the regulator may record a reorganisation of agencies.")
}

// dated sets the day where it goes without saying.
func (in Reorganisation) dated() Reorganisation {
	in.Successors, in.Successions = slices.Clone(in.Successors), slices.Clone(in.Successions)
	for i := range in.Successors {
		in.Successors[i].FoundedOn = in.On
	}
	for i := range in.Successions {
		if x := &in.Successions[i]; x.On == "" {
			x.On = in.On
		}
	}
	return in
}

// change carries one reorganisation out.
type change struct {
	Registrar
	office   *Office
	in       Reorganisation
	actor    Actor
	now      time.Time
	agencies map[string]Agency // as they stand
	done     Reorganised
}

// move is a system on its way; before is its digest.
type move struct {
	system System
	before string
	by     Succession
}

func (c *change) run() error {
	as, err := c.Agencies()
	if err != nil {
		return err
	}
	for _, x := range as {
		c.agencies[x.Code] = x
	}
	if fs := c.in.check(c.agencies, today(c.now)); len(fs) > 0 {
		return &Refusal{Invalid, fs}
	}
	moves, err := c.plan()
	if err != nil {
		return err
	}
	if err := c.found(); err != nil {
		return err
	}
	if err := c.hand(moves); err != nil {
		return err
	}
	return c.succeed(moves)
}

// plan finds where each system goes, before any goes.
func (c *change) plan() ([]move, error) {
	var moves []move
	var fs []Finding
	seen := map[string]bool{}
	for _, x := range c.in.Successions {
		if seen[x.From] {
			continue
		}
		seen[x.From] = true
		systems, err := c.SystemsOf(x.From)
		if err != nil {
			return nil, err
		}
		ms, wrong, err := c.sort(x.From, systems)
		if err != nil {
			return nil, err
		}
		moves, fs = append(moves, ms...), append(fs, wrong...)
	}
	if len(fs) > 0 {
		return nil, &Refusal{Invalid, fs}
	}
	return moves, nil
}

// routes tells what goes where from one body: named systems, and the rest.
func (in Reorganisation) routes(from string) (named map[string]Succession, rest *Succession) {
	named = map[string]Succession{}
	for i, x := range in.Successions {
		if x.From != from {
			continue
		}
		if x.Kind.whole() {
			rest = &in.Successions[i]
		}
		for _, code := range x.Systems {
			named[code] = x
		}
	}
	return named, rest
}

// sort finds where the systems of one body go: the named ones where they are
// named for, the others with the body; a body that is split leaves none behind.
func (c *change) sort(from string, systems []System) (ms []move, fs []Finding, err error) {
	named, rest := c.in.routes(from)
	for _, s := range systems {
		by, ok := named[s.Code]
		delete(named, s.Code)
		switch {
		case ok:
		case rest != nil:
			by = *rest
		case c.in.ends(from):
			fs = append(fs, about(from, "system-left", "Chưa nêu cơ quan kế thừa của hệ thống "+s.Code+".", "Nobody is named to take over system "+s.Code+"."))
			continue
		default:
			continue
		}
		if n := len(s.Transfers); n > 0 && s.Transfers[n-1].On > by.On {
			fs = append(fs, about(from, "out-of-order", "Hệ thống "+s.Code+" đã được chuyển vào ngày muộn hơn.", "System "+s.Code+" was already handed on on a later day."))
			continue
		}
		before, err := s.Digest()
		if err != nil {
			return nil, nil, fmt.Errorf("digest %s: %w", s.Code, err)
		}
		ms = append(ms, move{s, before, by})
	}
	for _, code := range slices.Sorted(maps.Keys(named)) {
		fs = append(fs, about(from, "system-unknown", "Hệ thống "+code+" không thuộc cơ quan này.", "System "+code+" does not belong to this agency."))
	}
	return ms, fs, nil
}

// found stores the successors.
func (c *change) found() error {
	if len(c.in.Successors) == 0 {
		return nil
	}
	if err := c.PutAgencies(c.in.Successors); err != nil {
		return err
	}
	for _, x := range c.in.Successors {
		if err := c.enter(ActFound, x, "", map[string]string{"on": string(c.in.On)}); err != nil {
			return err
		}
		c.done.Founded++
	}
	return nil
}

// hand moves the systems, an entry for each.
func (c *change) hand(moves []move) error {
	for _, m := range moves {
		s, by := m.system, m.by
		s.Transfers = append(slices.Clip(s.Transfers), Transfer{From: by.From, To: by.To, On: by.On, Kind: by.Kind, Cites: by.Cites, By: c.actor.Who(), At: c.now})
		s.Owner = by.To
		if err := c.Save(&s); err != nil {
			return err
		}
		if err := c.office.append(c, c.actor, ActTransfer, &s, m.before, c.now, c.detail(by)); err != nil {
			return err
		}
	}
	c.done.Moved = len(moves)
	return c.follow(moves)
}

// follow lets what stands on the systems that moved follow, once all have moved:
// a platform and who inherits from it may have gone to the same body.
func (c *change) follow(moves []move) error {
	if c.office.Follow == nil {
		return nil
	}
	for _, m := range moves {
		if err := c.office.Follow(c.Registrar, c.actor, ActTransfer, m.system.Code, c.now); err != nil {
			return err
		}
	}
	return nil
}

// succeed enters every succession with the body that hands on, and ends it
// where the kind does.
func (c *change) succeed(moves []move) error {
	carried := map[[2]string]int{}
	for _, m := range moves {
		carried[[2]string{m.by.From, m.by.To}]++
	}
	for _, x := range c.in.Successions {
		body := c.agencies[x.From]
		before, err := Digest(body)
		if err != nil {
			return err
		}
		if x.Kind.ends() && body.EndedOn == "" {
			body.EndedOn = x.On.AddDays(-1)
			if x.Kind.whole() {
				body.Successor = x.To
			}
			if err := c.EndAgency(body); err != nil {
				return err
			}
			c.agencies[x.From] = body
			c.done.Ended++
		}
		detail := c.detail(x)
		detail["scope"], detail["systems"] = x.Scope, strconv.Itoa(carried[[2]string{x.From, x.To}])
		if err := c.enter(ActSucceed, body, before, detail); err != nil {
			return err
		}
	}
	return nil
}

// enter writes the entry of a change of an agency.
func (c *change) enter(act string, x Agency, before string, detail map[string]string) error {
	after, err := Digest(x)
	if err != nil {
		return err
	}
	detail["source"] = c.in.Source
	return c.Append(&Entry{At: c.now, By: c.actor.Who(), Act: act, Object: x.Object(), Before: before, After: after, Law: c.office.Book.Digest(), Detail: detail})
}

// detail tells of a succession in the ledger.
func (c *change) detail(x Succession) map[string]string {
	return map[string]string{"from": x.From, "to": x.To, "on": string(x.On), "kind": string(x.Kind), "cites": x.Cites, "source": c.in.Source}
}
