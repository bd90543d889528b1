package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"capdo/internal/gazette"
	"capdo/internal/seal"
)

// gazetteFlags is how the signed lists are given away.
type gazetteFlags struct{ origin, base, source string }

func (g *gazetteFlags) declare(f *flag.FlagSet, w world) {
	f.StringVar(&g.origin, "origin", defaultOrigin, "name of the ledger in its checkpoints (CAPDO_ORIGIN)")
	f.StringVar(&g.base, "lists-base", "", "address under which readers reach /statuslists (CAPDO_LISTS_BASE; default: the listener's own)")
	f.StringVar(&g.source, "time-source", "", "address whose Date header the clock is held against; off or silent, nothing is signed (CAPDO_TIME_SOURCE)")
}

// openGazette makes the keys at the first start, and the press.
func (p *program) openGazette(ctx context.Context, l net.Listener, f front) (*gazette.Press, error) {
	dir := filepath.Join(p.dir, keyFolder)
	if err := p.makeKeys(ctx, dir); err != nil {
		return nil, err
	}
	g := f.gazette
	if g.origin == "" {
		g.origin = defaultOrigin
	}
	if g.base == "" {
		g.base = "http://" + dialable(l.Addr())
	}
	press := &gazette.Press{Register: p.store, Book: p.book, Clock: p.clock, Ask: p.gate.Ask, Origin: g.origin, Base: strings.TrimSuffix(g.base, "/"),
		Trusted: f.doors.TrustedPeers, Log: p.log, Done: ctx.Done(),
		Key: func(ctx context.Context, alg string) (*seal.Key, error) { return p.signer(ctx, dir, alg) }}
	if g.source != "" {
		s := &timeSource{address: g.source, clock: p.clock}
		press.Source = s.offset
	}
	return press, nil
}

// timeSource reads the Date header of an address, beside whoever wants to know:
// a source that is slow keeps nobody waiting.
type timeSource struct {
	address string
	clock   func() time.Time

	mu     sync.Mutex
	asking bool
	tried  time.Time // when it was last asked
	asked  time.Time // when what it said last was asked for
	latest time.Duration
	failed error // of the last time it was asked
}

// An answer of a time source holds for believed; after renewed it is asked again,
// where it said nothing at once, but never twice within between.
const (
	believed = time.Minute
	renewed  = 30 * time.Second
	between  = time.Second
)

// offset is how far the source is ahead of the clock, as it last said.
func (s *timeSource) offset(context.Context) (time.Duration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	within := func(t time.Time, d time.Duration) bool { age := now.Sub(t); return !t.IsZero() && age >= 0 && age < d }
	if !within(s.asked, renewed) && !within(s.tried, between) && !s.asking {
		s.asking, s.tried = true, now
		go s.ask()
	}
	if within(s.asked, believed) {
		return s.latest, nil
	}
	return 0, cmp.Or(s.failed, errors.New("it has not answered yet"))
}

// ask asks the source and keeps what it says.
func (s *timeSource) ask() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	began := s.clock()
	ahead, err := s.read(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asking, s.failed = false, err; err == nil {
		s.asked, s.latest = began, ahead
	}
}

// read asks how far the source is ahead of the clock. A Date tells seconds: the
// middle of its second is compared with the middle of the asking.
func (s *timeSource) read(ctx context.Context) (time.Duration, error) {
	began := s.clock()
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, s.address, nil)
	if err != nil {
		return 0, err
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	if err := a.Body.Close(); err != nil {
		return 0, err
	}
	said, err := http.ParseTime(a.Header.Get("Date"))
	if err != nil {
		return 0, errors.New("it tells no time")
	}
	return said.Add(500 * time.Millisecond).Sub(began.Add(s.clock().Sub(began) / 2)), nil
}
