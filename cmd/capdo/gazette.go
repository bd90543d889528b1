package main

import (
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

// timeSource reads the Date header of an address, at most once a minute.
type timeSource struct {
	address string
	clock   func() time.Time

	mu     sync.Mutex
	asked  time.Time
	latest time.Duration
}

// offset is how far the source is ahead of the clock. A Date tells seconds: the
// middle of its second is compared with the middle of the asking.
func (s *timeSource) offset(ctx context.Context) (time.Duration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	began := s.clock()
	if age := began.Sub(s.asked); !s.asked.IsZero() && age >= 0 && age < time.Minute {
		return s.latest, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
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
	ended := s.clock()
	s.asked = ended
	s.latest = said.Add(500 * time.Millisecond).Sub(began.Add(ended.Sub(began) / 2))
	return s.latest, nil
}
