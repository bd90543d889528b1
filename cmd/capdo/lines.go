package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// lineFlags are how what others could read on the way is kept from them.
type lineFlags struct{ cert, key, log, logCA *string }

func declareLines(f *flag.FlagSet) *lineFlags {
	return &lineFlags{
		cert:  f.String("tls-cert", "", "certificate of --listen and --admin-listen, PEM, read again when it changes (CAPDO_TLS_CERT; default: TLS is a proxy's in front, or nobody comes from elsewhere)"),
		key:   f.String("tls-key", "", "its key (CAPDO_TLS_KEY)"),
		log:   f.String("log-to", "", "HOST:PORT that takes the log as syslog over TLS (RFC 5425), beside standard error (CAPDO_LOG_TO)"),
		logCA: f.String("log-ca", "", "certificates that vouch for it, PEM (CAPDO_LOG_CA; default: those of the system)"),
	}
}

// spoken is a setting that opens a line: an address to listen on, or to call.
type spoken struct {
	flag, address string
	ours          bool // our own certificate covers it
}

// check refuses lines that others could read: plain ones that leave this machine.
// front tells that a proxy ends TLS in front of what we listen on.
func (s *lineFlags) check(front bool, all []spoken) error {
	if (*s.cert == "") != (*s.key == "") {
		return errors.New("--tls-cert and --tls-key belong together")
	}
	for _, l := range all {
		listens := strings.HasSuffix(l.flag, "listen")
		switch {
		case l.address == "" || strings.HasPrefix(l.address, "https://") || local(l.address) || listens && front || l.ours && *s.cert != "":
		case l.ours:
			return fmt.Errorf("%s %s: others reach it in the clear; give --tls-cert and --tls-key, or --tls-in-front behind a proxy", l.flag, l.address)
		case listens:
			return fmt.Errorf("%s %s: others reach it in the clear; listen on this machine alone, or say --tls-in-front behind a proxy", l.flag, l.address)
		default:
			return fmt.Errorf("%s %s: it would be spoken in the clear to another machine", l.flag, l.address)
		}
	}
	return nil
}

// open refuses what others could read, and readies the rest: the log's way to another
// machine, and what our own listeners speak, nil for none.
func (s *lineFlags) open(ctx context.Context, w world, front bool, all []spoken) (world, *tls.Config, error) {
	if err := s.check(front, all); err != nil {
		return w, nil, err
	}
	ours, err := s.tls()
	if err != nil {
		return w, nil, err
	}
	w, ship, err := s.shipped(w)
	if err != nil {
		return w, nil, err
	}
	go ship(ctx)
	return w, ours, nil
}

// local tells whether an address, HOST:PORT or http://HOST, is on this machine.
func local(address string) bool {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		address = u.Host
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = strings.Trim(address, "[]")
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// tls is what our own listeners speak, nil for none.
func (s *lineFlags) tls() (*tls.Config, error) {
	if *s.cert == "" {
		return nil, nil
	}
	pair := &pairFiles{cert: *s.cert, key: *s.key}
	if _, err := pair.get(nil); err != nil {
		return nil, fmt.Errorf("--tls-cert, --tls-key: %w", err)
	}
	return &tls.Config{GetCertificate: pair.get, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256}}, nil
}

// overTLS puts TLS on a listener, where there is any.
func overTLS(l net.Listener, c *tls.Config) net.Listener {
	if c == nil {
		return l
	}
	return tls.NewListener(l, c)
}

// shipped makes the log go to another machine too, and returns what carries it
// there until its context ends.
func (s *lineFlags) shipped(w world) (world, func(context.Context), error) {
	if *s.log == "" {
		return w, func(context.Context) {}, nil
	}
	host, _, err := net.SplitHostPort(*s.log)
	if err != nil {
		return w, nil, fmt.Errorf("--log-to: %w", err)
	}
	c := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if *s.logCA != "" {
		text, err := os.ReadFile(*s.logCA)
		if err != nil {
			return w, nil, fmt.Errorf("--log-ca: %w", err)
		}
		if c.RootCAs = x509.NewCertPool(); !c.RootCAs.AppendCertsFromPEM(text) {
			return w, nil, errors.New("--log-ca: no certificate in it")
		}
	}
	ship := &shipper{to: *s.log, tls: c, queue: make(chan []byte, shipQueue), plain: w.err, again: time.Second}
	w.err = io.MultiWriter(w.err, ship)
	return w, ship.run, nil
}

// shipQueue is how many lines wait while the other machine is away; what comes
// after is counted, and said when it is back.
const shipQueue = 10_000

// shipper carries lines to a machine that keeps logs.
type shipper struct {
	to    string
	tls   *tls.Config
	queue chan []byte
	lost  atomic.Int64
	plain io.Writer     // where it says that the other machine is away
	again time.Duration // between two tries
}

// Write implements io.Writer: it never fails and never waits.
func (s *shipper) Write(b []byte) (int, error) {
	select {
	case s.queue <- []byte(strings.TrimRight(string(b), "\n")):
	default:
		s.lost.Add(1)
	}
	return len(b), nil
}

// run carries until its context ends. A line is taken off only when it was sent.
func (s *shipper) run(ctx context.Context) {
	name, _ := os.Hostname() // "" is said as the unknown it is
	if name == "" {
		name = "-"
	}
	var c net.Conn
	defer func() {
		if c != nil {
			_ = c.Close() // what was sent was sent
		}
	}()
	for {
		var text []byte
		select {
		case <-ctx.Done():
			return
		case text = <-s.queue:
		}
		for c == nil || !tell5425(c, name, text) {
			if c != nil {
				_ = c.Close() // broken already
			}
			if c = s.dial(ctx); c == nil {
				return
			}
			if n := s.lost.Swap(0); n > 0 && !tell5425(c, name, fmt.Appendf(nil, `{"level":"ERROR","msg":"log lines lost while nobody took them","lines":%d}`, n)) {
				s.lost.Add(n)
			}
		}
	}
}

// dial tries until it is connected; nil when the context ended.
func (s *shipper) dial(ctx context.Context) net.Conn {
	d := tls.Dialer{NetDialer: &net.Dialer{Timeout: headTimeout}, Config: s.tls}
	for said := false; ; said = true {
		c, err := d.DialContext(ctx, "tcp", s.to)
		if err == nil {
			return c
		}
		if !said {
			fmt.Fprintf(s.plain, "{\"level\":\"ERROR\",\"msg\":\"the log goes nowhere else\",\"to\":%q,\"error\":%q}\n", s.to, err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(s.again):
		}
	}
}

// tell5425 sends one line: RFC 5424 in the frame of RFC 5425, facility auth (4),
// severity informational (6).
func tell5425(c net.Conn, host string, text []byte) bool {
	m := fmt.Appendf(nil, "<38>1 - %s capdo - - - %s", host, text)
	_, err := c.Write(fmt.Appendf(nil, "%d %s", len(m), m))
	return err == nil
}

// settled is how long what happened at the door waits before an entry vouches for
// it: longer than any of it takes to be written.
const settled = 5 * time.Minute

// keepDoor, every hour: an entry vouches for what happened at the door, and the
// accounts that nobody came in by for the days of the policy are disabled.
func (p *program) keepDoor(ctx context.Context) {
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	for {
		if err := p.doorStep(ctx); err != nil && ctx.Err() == nil {
			p.log.Error("the door's records", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-hourly.C:
		}
	}
}

func (p *program) doorStep(ctx context.Context) error {
	now := p.clock()
	if err := p.store.SealEvents(ctx, keeper(), now.Add(-settled), now, p.book.Digest()); err != nil {
		return err
	}
	shut, err := p.registrar.Sweep(ctx, keeper(), p.book.Policy().DormantDays)
	for _, login := range shut {
		p.log.Warn("dormant account disabled", "login", login)
	}
	return err
}
