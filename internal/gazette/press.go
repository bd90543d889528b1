package gazette

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
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
	// Roll returns what changed since a size of the ledger; all when 0.
	Roll(ctx context.Context, since int64) (approval.Roll, error)
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

	mu      sync.Mutex // of who makes an edition
	systems []approval.Enrolled
	places  map[string]int // of the systems, by code
	owners  []string       // at the latest decision, by place
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
	roll, err := p.Register.Roll(ctx, since)
	if err != nil {
		return nil, err
	}
	if err := p.sound(ctx, now, roll); err != nil {
		return nil, err
	}
	e := &edition{iat: now.Unix()}
	if e.checkpoint, err = p.continues(ctx, roll.Head); err != nil {
		return nil, err
	}
	p.decide(e, was, now, p.take(roll, since))
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

// take puts what changed among the systems, and returns the places concerned.
func (p *Press) take(roll approval.Roll, since int64) (places []int) {
	if since == 0 {
		p.systems, p.owners, p.places = nil, nil, map[string]int{}
		p.turns, p.ends, p.packed = agenda{}, agenda{}, [2]statuslist.Pieces{}
		p.bits = [2]statuslist.List{statuslist.New(0), statuslist.New(0)}
	}
	for _, x := range roll.Systems {
		for len(p.systems) <= x.Place {
			places = append(places, len(p.systems))
			p.systems, p.owners = append(p.systems, approval.Enrolled{Place: -1}), append(p.owners, "")
		}
		p.systems[x.Place], p.places[x.System.Code] = x, x.Place
		places = append(places, x.Place)
	}
	if !maps.Equal(p.ended, roll.Ended) {
		for place, owner := range p.owners {
			if p.ended[owner] != roll.Ended[owner] {
				places = append(places, place)
			}
		}
	}
	p.ended = roll.Ended
	return places
}

// decide makes the lines anew that may be different: of places whose record
// changed, and of those whose time has come. The others are those of the edition
// before, nil for none. No edition outlives the first allow in it.
func (p *Press) decide(e, was *edition, now time.Time, places []int) {
	var drafts [2]*draft
	var old [2]lines
	if was != nil {
		old = was.lines
	}
	for i := range drafts {
		drafts[i] = over(old[i], len(p.systems))
		p.bits[i].Grow(len(p.systems))
	}
	places = append(places, p.turns.take(now)...)
	slices.Sort(places)
	for i, platform := range platforms() {
		for _, place := range slices.Compact(places) {
			before, known := line{}, place < old[i].n
			if known {
				before = old[i].at(place)
			}
			l := p.place(place, i, now)
			if known && before.same(l) {
				continue
			}
			l.changed = e.checkpoint.Size
			drafts[i].set(place, l)
			p.bits[i].Set(place, l.status)
			p.ends.set(2*place+i, l.until)
			if was != nil {
				e.news = append(e.news, Change{Version: l.changed, At: now, Platform: platform, System: l.code, Decision: decision(l.status),
					Status: l.status.String(), Level: int(l.level), ValidUntil: dated(l.until)})
			}
		}
		e.lines[i] = drafts[i].lines
	}
	e.exp = e.iat + int64(p.Book.Lists().Life)
	if d, ok := p.ends.first(); ok {
		e.exp = min(e.exp, time.UnixMicro(d.at).Unix())
	}
}

// place decides on the system of a place, and notes when that may change.
func (p *Press) place(place, platform int, now time.Time) line {
	x := p.systems[place]
	if x.Place < 0 {
		return line{status: statuslist.Invalid}
	}
	l, owner, next := p.line(x.System, platforms()[platform], now)
	p.owners[place] = owner
	if platform == 0 {
		p.turns.set(place, next)
	} else if at := p.turns.at[place]; !next.IsZero() && (at == 0 || next.UnixMicro() < at) {
		p.turns.set(place, next)
	}
	return l
}

// line decides on one system alone; next is when time may change it, zero when it
// does not.
func (p *Press) line(s approval.System, platform string, now time.Time) (l line, owner string, next time.Time) {
	st := s.Standing(now)
	st.OwnerEnded = p.ended[st.Owner]
	v, next := gate.Foresee(p.Book, gate.Case{Provider: st, Platform: platform, At: now, Live: true})
	l = line{code: s.Code, status: statusOf(v)}
	if v.Level != nil {
		l.level = *v.Level
	}
	if l.status == statuslist.Valid && v.ValidUntil != nil {
		l.until = *v.ValidUntil
		second := l.until.Truncate(time.Second) // in which it ends
		if !now.Before(second) {
			l.status, l.until = statuslist.Suspended, time.Time{}
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
