package gazette

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/ledger"
	"capdo/internal/seal"
	"capdo/internal/statuslist"
)

// Register is what the gazette reads.
type Register interface {
	// Roll hands to each, by place, the systems that changed since a size of the
	// ledger, all when 0, and those of the places that begin also asks for when it is
	// told how the register stands; all at one snapshot.
	Roll(ctx context.Context, since int64, begin func(approval.Roll) (also []int, err error), each func(approval.Enrolled) error) error
	// Prove runs f on the ledger at one snapshot.
	Prove(ctx context.Context, f func(size int64, r ledger.Reader) error) error
	// Keys returns the public part of every key that is or was.
	Keys(ctx context.Context) (seal.Trust, error)
	// PutCheckpoint keeps a copy of a signed checkpoint.
	PutCheckpoint(ctx context.Context, size int64, note string) error
}

// Press makes the editions and serves them.
type Press struct {
	Register Register
	Book     *law.Book
	Clock    func() time.Time
	Key      func(ctx context.Context, alg string) (*seal.Key, error)    // that signs today
	Ask      func(ctx context.Context, q gate.Question) gate.Verdict     // for certificates
	Source   func(ctx context.Context) (offset time.Duration, err error) // how far a time source is ahead of Clock; nil: none
	Origin   string                                                      // of the ledger
	Base     string                                                      // address before /statuslists, without a slash at the end
	Trusted  []netip.Prefix                                              // gateways; none: loopback
	Done     <-chan struct{}                                             // closed when the service ends: nobody waits any longer; nil: never
	Log      *slog.Logger

	mu      sync.Mutex        // of who makes an edition
	places  map[string]int    // of the systems, by code
	owners  []string          // at the latest decision, by place
	names   map[string]string // of owners, each kept once
	ended   map[string]law.Day
	turns   agenda             // when time alone may change a place
	ends    agenda             // of what is allowed, by place and platform
	bits    [2]statuslist.List // of the latest edition
	packed  [2]statuslist.Pieces
	floor   int64             // version of the first edition: nothing is known of changes before
	kept    int64             // size of the last checkpoint stored
	last    ledger.Checkpoint // that was signed; its size is 0 before the first
	lastAt  int64             // when, Unix seconds
	lastEnd int64             // until when its lists hold, Unix seconds
	current atomic.Pointer[edition]
	failing string // why the latest edition could not be made; "" = it was
	feed    feed
}

// platforms are those that have lists, in the order of their numbers.
func platforms() [2]string { return [2]string{"NDXP", "NDOP"} }

// edition is one state of everything; it does not change.
type edition struct {
	checkpoint ledger.Checkpoint
	note       string
	iat, exp   int64
	lines      [2]lines // by platform
	news       []Change // what is different from the edition before
	jwt, cwt   [2][]byte
}

// errUnsound is in every refusal to sign.
var errUnsound = errors.New("nothing is signed")

// Edition returns the edition of the ledger as it is, made if need be.
func (p *Press) edition(ctx context.Context) (*edition, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var size int64
	if err := p.Register.Prove(ctx, func(n int64, _ ledger.Reader) error { size = n; return nil }); err != nil {
		p.failing = err.Error()
		return nil, fmt.Errorf("%w: %w", errUnsound, err)
	}
	now := p.Clock().UTC()
	e := p.current.Load()
	if e != nil && e.checkpoint.Size == size && now.Unix() >= e.iat && now.Unix() < e.iat+int64(p.Book.Lists().TTL) && now.Unix() < e.exp {
		return e, nil
	}
	e, err := p.issue(ctx, now, e)
	if err != nil {
		p.failing = err.Error()
		return nil, fmt.Errorf("%w: %w", errUnsound, err)
	}
	p.failing = ""
	return e, nil
}

// Health is how the signing goes.
type Health struct {
	Signed, Ends time.Time // of what was signed last; zero: nothing yet
	Failing      string    // why nothing newer is; "" = nothing is due, or it was signed
	Half         bool      // it fails, and half of the usable time of what is out is over
	Sourced      bool      // the clock is held against a time source
}

// Health tells it as of now. Readers go on with what they have: whoever runs the
// service hears of it while half of their time is left.
func (p *Press) Health() Health {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := Health{Failing: p.failing, Sourced: p.Source != nil}
	if p.lastAt == 0 {
		h.Half = h.Failing != ""
		return h
	}
	h.Signed, h.Ends = time.Unix(p.lastAt, 0).UTC(), time.Unix(p.lastEnd, 0).UTC()
	h.Half = h.Failing != "" && 2*p.Clock().Sub(h.Signed) >= h.Ends.Sub(h.Signed)
	return h
}

// Run makes editions until ctx is done: at once on a change, as time passes.
func (p *Press) Run(ctx context.Context) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	failing := ""
	for {
		_, err := p.edition(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			failing = ""
		case err.Error() != failing && p.Log != nil:
			failing = err.Error()
			p.Log.Error("gazette", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// issue makes the edition that follows was, nil for the first.
func (p *Press) issue(ctx context.Context, now time.Time, was *edition) (*edition, error) {
	since := int64(0)
	if was != nil {
		since = was.checkpoint.Size
	}
	e, begun := &edition{iat: now.Unix()}, false
	var m *making
	err := p.Register.Roll(ctx, since, func(roll approval.Roll) (also []int, err error) {
		if err := p.sound(ctx, now, roll); err != nil {
			return nil, err
		}
		if e.checkpoint, err = p.continues(ctx, roll.Head); err != nil {
			return nil, err
		}
		begun, m = true, p.make(e, was, now)
		return p.concerned(roll, since, now), nil
	}, func(x approval.Enrolled) error { m.put(x); return nil })
	if err != nil {
		if begun {
			p.current.Store(nil) // what was taken is not published: begin anew
		}
		return nil, err
	}
	m.end()
	if err := p.sign(ctx, e); err != nil {
		p.current.Store(nil) // what was taken is not published: begin anew
		return nil, err
	}
	p.last, p.lastAt, p.lastEnd = e.checkpoint, e.iat, e.exp
	if was == nil {
		p.floor = e.checkpoint.Size
		p.feed.begin(now.UnixMicro())
	} else {
		p.feed.publish(e.news)
	}
	p.current.Store(e)
	return e, nil
}

// sound refuses a clock that cannot be right.
func (p *Press) sound(ctx context.Context, now time.Time, roll approval.Roll) error {
	if now.Unix() < p.lastAt {
		return fmt.Errorf("the clock ran back: it signed at %d and stands at %d", p.lastAt, now.Unix())
	}
	slack := time.Duration(p.Book.Lists().Clock) * time.Second
	if ahead := time.UnixMicro(roll.At).Sub(now); ahead > slack {
		return fmt.Errorf("the latest entry lies %v in the future: the clock is behind", ahead)
	}
	if p.Source == nil {
		return nil
	}
	offset, err := p.Source(ctx)
	if err != nil {
		return fmt.Errorf("time source: %w", err)
	}
	if offset.Abs() > slack {
		return fmt.Errorf("the clock is %v off the time source", offset)
	}
	return nil
}

// continues recomputes the root from the stored hashes, and makes sure that the
// ledger only grew since the last one that was signed.
func (p *Press) continues(ctx context.Context, head approval.Head) (c ledger.Checkpoint, err error) {
	err = p.Register.Prove(ctx, func(size int64, r ledger.Reader) error {
		if size < head.Size {
			return ledger.ErrRollback
		}
		root, err := ledger.Root(head.Size, r)
		if err != nil {
			return err
		}
		c = ledger.Checkpoint{Origin: p.Origin, Size: head.Size, Root: root}
		if hex.EncodeToString(root[:]) != head.Root {
			return errors.New("the head of the ledger is not that of its hashes")
		}
		if p.last.Origin == "" {
			return nil
		}
		if head.Size < p.last.Size {
			return ledger.ErrRollback
		}
		proof, err := ledger.ProveConsistency(p.last.Size, head.Size, r)
		if err != nil {
			return err
		}
		return ledger.CheckConsistency(proof, p.last, c)
	})
	return c, err
}

// concerned returns the places, beyond those whose record changed, that are to be
// decided anew: their owner has ended, or their time has come.
func (p *Press) concerned(roll approval.Roll, since int64, now time.Time) (places []int) {
	if since == 0 {
		p.owners, p.places, p.names = nil, map[string]int{}, map[string]string{}
		p.turns, p.ends, p.packed = agenda{}, agenda{}, [2]statuslist.Pieces{}
		p.bits = [2]statuslist.List{statuslist.New(0), statuslist.New(0)}
	}
	if !maps.Equal(p.ended, roll.Ended) {
		for place, owner := range p.owners {
			if p.ended[owner] != roll.Ended[owner] {
				places = append(places, place)
			}
		}
	}
	p.ended = roll.Ended
	return append(places, p.turns.take(now)...)
}

// making is an edition being made: of the lines of the edition before, nil for
// none, those are made anew that may be different. Of a record nothing is kept but
// what was decided and when that may change.
type making struct {
	p      *Press
	e      *edition
	first  bool
	old    [2]lines
	drafts [2]*draft
	news   [2][]Change
	now    time.Time
}

func (p *Press) make(e, was *edition, now time.Time) *making {
	m := &making{p: p, e: e, first: was == nil, now: now}
	if was != nil {
		m.old = was.lines
	}
	for i := range m.drafts {
		m.drafts[i] = over(m.old[i])
	}
	return m
}

// put decides on the system of a place. Places before it that nobody has are
// INVALID.
func (m *making) put(x approval.Enrolled) {
	p := m.p
	for len(p.owners) <= x.Place {
		p.owners = append(p.owners, "")
	}
	code := x.System.Code
	if place, ok := p.places[code]; !ok || place != x.Place {
		p.places[code] = x.Place
	}
	var turn time.Time
	for i, platform := range platforms() {
		l, owner, next := p.line(x.System, platform, m.now)
		m.set(i, x.Place, l)
		if _, ok := p.names[owner]; !ok {
			p.names[owner] = owner
		}
		p.owners[x.Place] = p.names[owner]
		if turn.IsZero() || !next.IsZero() && next.Before(turn) {
			turn = next
		}
	}
	p.turns.set(x.Place, micro(turn))
}

// micro is an instant in Unix microseconds, 0 for none.
func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// set writes the line of a place where it is another one.
func (m *making) set(i, place int, l line) {
	d, known := m.drafts[i], place < m.old[i].n
	for n := d.n; n < place; n++ {
		d.set(n, line{status: statuslist.Invalid, changed: m.e.checkpoint.Size})
	}
	if known && m.old[i].at(place).same(l) {
		return
	}
	l.changed = m.e.checkpoint.Size
	d.set(place, l)
	m.p.bits[i].Grow(d.n)
	m.p.bits[i].Set(place, l.status)
	m.p.ends.set(2*place+i, l.until)
	if !m.first {
		m.news[i] = append(m.news[i], Change{Version: l.changed, At: m.now, Platform: platforms()[i], System: l.code, Decision: decision(l.status),
			Status: l.status.String(), Level: int(l.level), ValidUntil: dated(l.until)})
	}
}

// end closes the edition: it does not outlive the first allow in it.
func (m *making) end() {
	for i, d := range m.drafts {
		m.e.lines[i] = d.lines
	}
	m.e.news = append(m.news[0], m.news[1]...)
	m.e.exp = m.e.iat + int64(m.p.Book.Lists().Life)
	if d, ok := m.p.ends.first(); ok {
		m.e.exp = min(m.e.exp, time.UnixMicro(d.at).Unix())
	}
}

// line decides on one system alone; next is when time may change it, zero when it
// does not.
func (p *Press) line(s approval.System, platform string, now time.Time) (l line, owner string, next time.Time) {
	st := s.Standing(now)
	st.OwnerEnded = p.ended[st.Owner]
	v, next := gate.Foresee(p.Book, gate.Case{Provider: st, Platform: platform, At: now, Live: true})
	l = line{code: s.Code, status: statusOf(v)}
	if v.Level != nil {
		l.level = int8(*v.Level)
	}
	if l.status == statuslist.Valid && v.ValidUntil != nil {
		l.until = v.ValidUntil.UnixMicro()
		second := v.ValidUntil.Truncate(time.Second) // in which it ends
		if !now.Before(second) {
			l.status, l.until = statuslist.Suspended, 0
		} else if next.IsZero() || second.Before(next) {
			next = second
		}
	}
	return l, st.Owner, next
}

// statusOf puts a verdict into one of four.
func statusOf(v gate.Verdict) statuslist.Status {
	if v.Decision == gate.Allow {
		return statuslist.Valid
	}
	status := statuslist.Status(255)
	for _, r := range v.Reasons {
		if r.Effect != law.EffectDeny {
			continue
		}
		of := statuslist.Invalid
		switch r.ID {
		case law.ReasonNewSystemPlanNotFull, law.ReasonOperatingPlanNotFull:
			of = statuslist.NotDeployed
		case law.ReasonSuspended, law.ReasonNotConfirmed, law.ReasonMinutesExpired, law.ReasonInspectionOverdue, law.ReasonRiskAssessmentDue, law.ReasonConformityOverdue:
			of = statuslist.Suspended
		}
		switch {
		case status > statuslist.NotDeployed:
			status = of
		case of == statuslist.Invalid || status == statuslist.Invalid:
			status = statuslist.Invalid
		case of != status:
			status = statuslist.Suspended
		}
	}
	if status > statuslist.NotDeployed {
		return statuslist.Invalid
	}
	return status
}

// sign signs the checkpoint and the lists.
func (p *Press) sign(ctx context.Context, e *edition) error {
	ed, err := p.Key(ctx, seal.Ed25519)
	if err != nil {
		return err
	}
	signer, err := ed.Note(p.Origin)
	if err != nil {
		return err
	}
	if e.note, err = e.checkpoint.Sign(signer); err != nil {
		return err
	}
	es, err := p.Key(ctx, seal.ES256)
	if err != nil {
		return err
	}
	policy := p.Book.Lists()
	for i := range platforms() {
		c := statuslist.Claims{Sub: p.listAddress(i), IAT: e.iat, EXP: e.exp, TTL: min(int64(policy.TTL), e.exp-e.iat), // who goes by the one outlives not the other
			Capdo: statuslist.Extra{Version: e.checkpoint.Size}}
		for k, s := range policy.Usable {
			c.Capdo.Usable[k] = int64(s)
		}
		if err := c.Pack(p.bits[i], &p.packed[i]); err != nil {
			return err
		}
		if e.jwt[i], err = c.SignJWT(es); err != nil {
			return err
		}
		if e.cwt[i], err = c.SignCWT(es); err != nil {
			return err
		}
	}
	if e.checkpoint.Size == p.kept {
		return nil
	}
	p.kept = e.checkpoint.Size
	return p.Register.PutCheckpoint(ctx, e.checkpoint.Size, e.note)
}

// listAddress is where the list of a platform stands.
func (p *Press) listAddress(i int) string { return fmt.Sprintf("%s/statuslists/%d", p.Base, i+1) }
