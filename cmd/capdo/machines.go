package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"time"

	"capdo/internal/gate"
	"capdo/internal/machine"
)

// machineFlags are the flags of the doors at which machines prove who they are.
type machineFlags struct {
	listen, cert, key, ca string
	only                  bool
	proxies, audience     string
	principal             string
}

// declare declares them.
func (m *machineFlags) declare(f *flag.FlagSet, w world) {
	f.StringVar(&m.listen, "gate-listen", "", "address of a listener for gateways alone: TLS 1.3, client certificate required, its key pinned by capdo gateway (CAPDO_GATE_LISTEN; default: none)")
	f.StringVar(&m.cert, "gate-cert", "", "PEM file with the certificate of --gate-listen, read again when it changes (CAPDO_GATE_CERT)")
	f.StringVar(&m.key, "gate-key", "", "PEM file with its key (CAPDO_GATE_KEY)")
	f.StringVar(&m.ca, "gate-ca", "", "PEM file of the authorities that client certificates must also come from (default: the pin alone decides)")
	f.BoolVar(&m.only, "gate-only", false, "shut the gate's addresses at --listen")
	f.StringVar(&m.proxies, "assert-from", "", "networks of proxies that end TLS in front of --listen: a gateway that comes through one proves itself by a signed assertion (private_key_jwt)")
	f.StringVar(&m.audience, "assert-audience", "", "audience its assertions must name, such as this service's https address")
	f.StringVar(&m.principal, "principal-prefix", "", "Envoy: the start of source.principal, such as spiffe://exchange/system/, after which the code of the asking system follows (default: Envoy names it in X-System-Id)")
}

// patienceForPins is how long the register may take to tell whose a key is.
const patienceForPins = 800 * time.Millisecond

// proof is how a request proves which gateway sent it.
type proof func(ctx context.Context, r *http.Request) (machine.Gateway, bool)

// proven serves the gate's addresses to gateways that prove who they are, each
// limited to its reach. Every request is judged anew: a key revoked meanwhile is
// refused on a connection that was opened before.
func (p *program) proven(next http.Handler, by proof) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := gate.Limited(r.Context(), func(gate.Question) bool { return false })
		g, ok := p.whose(r.Context(), func(ctx context.Context) (machine.Gateway, bool) { return by(ctx, r) })
		switch {
		case ok:
			ctx = p.asking(r.Context(), g)
		case !gate.Anonymous(r.URL.Path):
			gate.Unknown(w)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// asking is the context of what a gateway asks, limited to its reach.
func (p *program) asking(ctx context.Context, g machine.Gateway) context.Context {
	return gate.Limited(gate.Named(ctx, g.Name), func(q gate.Question) bool {
		return g.Reach.May(ctx, p.ownerOf, q.Platform, q.Provider, q.Consumer)
	})
}

// whose finds the gateway of a request, within the time a decision may take; a
// register that hangs or a panic is nobody.
func (p *program) whose(ctx context.Context, by func(context.Context) (machine.Gateway, bool)) (machine.Gateway, bool) {
	ctx, cancel := context.WithTimeout(ctx, patienceForPins)
	defer cancel()
	type found struct {
		g  machine.Gateway
		ok bool
	}
	done := make(chan found, 1)
	go func() {
		defer func() {
			if x := recover(); x != nil {
				p.log.Error("gateway: panic", "error", fmt.Sprint(x))
				done <- found{}
			}
		}()
		g, ok := by(ctx)
		done <- found{g, ok}
	}()
	select {
	case f := <-done:
		return f.g, f.ok
	case <-ctx.Done():
		return machine.Gateway{}, false
	}
}

// byCertificate proves by the client certificate of the connection.
func (p *program) byCertificate(ctx context.Context, r *http.Request) (machine.Gateway, bool) {
	s := cmp.Or(r.TLS, gate.TLSOf(r.Context()))
	if s == nil {
		return machine.Gateway{}, false
	}
	return p.byKey(ctx, keyOf(s))
}

// shownKey is the key of a client certificate, and what is read beside it.
type shownKey struct {
	spki        string // "" = none was shown
	uris        []string
	from, until time.Time
}

// keyOf finds the key that a peer proved in its handshake to hold.
func keyOf(s *tls.ConnectionState) (k shownKey) {
	if s.Version < tls.VersionTLS13 || len(s.PeerCertificates) == 0 {
		return k
	}
	c := s.PeerCertificates[0]
	k = shownKey{spki: machine.HashSPKI(c.RawSubjectPublicKeyInfo), from: c.NotBefore, until: c.NotAfter}
	for _, u := range c.URIs {
		k.uris = append(k.uris, u.String())
	}
	return k
}

// byKey finds the gateway whose key it is now.
func (p *program) byKey(ctx context.Context, k shownKey) (machine.Gateway, bool) {
	g, ok, err := p.store.GatewayOf(ctx, k.spki)
	now := p.gate.Now()
	switch {
	case err != nil:
		p.log.Error("gateway: read pins", "error", err)
		return machine.Gateway{}, false
	case !ok || k.spki == "" || now.Before(k.from) || now.After(k.until):
		return machine.Gateway{}, false
	}
	return g, g.Admits(k.spki, k.uris, now)
}

// prover asks before each request of a connection whose its key is now.
func (p *program) prover(s tls.ConnectionState) func() (context.Context, bool) {
	k, was, ctx := keyOf(&s), machine.Gateway{}, context.Context(nil)
	return func() (context.Context, bool) {
		g, ok := p.whose(context.Background(), func(ctx context.Context) (machine.Gateway, bool) { return p.byKey(ctx, k) })
		if ok && (ctx == nil || g.Name != was.Name || g.Version != was.Version) {
			was, ctx = g, p.asking(context.Background(), g)
		}
		return ctx, ok
	}
}

// byAssertion proves by one signed assertion for an audience, used once.
func (p *program) byAssertion(audience string) proof {
	return func(ctx context.Context, r *http.Request) (machine.Gateway, bool) {
		tokens := r.Header[machine.AssertionHeader]
		if len(tokens) != 1 {
			return machine.Gateway{}, false
		}
		now := p.gate.Now()
		pin, err := machine.ReadAssertion(tokens[0])
		var g machine.Gateway
		var a machine.Assertion
		fresh := false
		if err == nil {
			g, _, err = p.store.GatewayOf(ctx, pin)
		}
		if err == nil {
			a, err = machine.CheckAssertion(tokens[0], audience, g, now)
		}
		if err == nil {
			fresh, err = p.store.SpendAssertion(ctx, a.Gateway, a.ID, now, a.Until)
		}
		if err != nil {
			p.log.Warn("gateway: assertion refused", "error", err)
		}
		return g, err == nil && fresh
	}
}

// everywhere are all networks: at a door where machines prove who they are, the
// address they come from says nothing.
func everywhere() []netip.Prefix {
	return []netip.Prefix{netip.PrefixFrom(netip.IPv4Unspecified(), 0), netip.PrefixFrom(netip.IPv6Unspecified(), 0)}
}

// machineListener listens for gateways, over TLS 1.3 with a client certificate.
func (m machineFlags) machineListener() (net.Listener, error) {
	pair := &pairFiles{cert: m.cert, key: m.key}
	if _, err := pair.get(nil); err != nil {
		return nil, fmt.Errorf("--gate-cert, --gate-key: %w", err)
	}
	c := &tls.Config{GetCertificate: pair.get, MinVersion: tls.VersionTLS13, ClientAuth: tls.RequireAnyClientCert, SessionTicketsDisabled: true, NextProtos: []string{"h2", "http/1.1"}}
	if m.ca != "" {
		text, err := os.ReadFile(m.ca)
		if err != nil {
			return nil, fmt.Errorf("--gate-ca: %w", err)
		}
		c.ClientCAs, c.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
		if !c.ClientCAs.AppendCertsFromPEM(text) {
			return nil, errors.New("--gate-ca: no certificate in it")
		}
	}
	return tls.Listen("tcp", m.listen, c)
}

// provenDoors are doors at which every asker proved who it is.
func (p *program) provenDoors(d gate.Doors) gate.Doors {
	d.TrustedPeers, d.ProvenOnly, d.Uses = everywhere(), true, useLog{p.watch}
	return d
}

// machineDoor is the gate for machines that prove themselves, and nothing else.
func (p *program) machineDoor(d gate.Doors, by proof) (http.Handler, error) {
	h, err := p.gate.Before(http.NotFoundHandler(), p.provenDoors(d))
	if err != nil {
		return nil, err
	}
	if p.press != nil {
		h = p.press.Proven(h)
	}
	return p.proven(h, by), nil
}

// machineLane answers the commonest questions of gateways that prove themselves
// before the server of HTTP does.
func (p *program) machineLane(l net.Listener, f front) (net.Listener, error) {
	lane, err := p.gate.ProvenLane(l, p.provenDoors(f.doors), p.prover)
	if err != nil {
		return l, err
	}
	return lane, nil
}

// lane answers the commonest questions at the officials' listener before the
// server of HTTP does. Where gateways prove who they are by assertion, and where
// the gate is shut there, every connection is the server's.
func (p *program) lane(l net.Listener, f front) (net.Listener, error) {
	proxies, err := networks(f.flags.proxies)
	if err != nil || f.flags.only {
		return l, err
	}
	lane, err := p.gate.Lane(l, f.doors, func(peer netip.Addr) bool { return within(proxies, peer) })
	if err != nil {
		return l, err
	}
	return lane, nil
}

// within tells whether an address lies in one of the networks.
func within(networks []netip.Prefix, at netip.Addr) bool {
	return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(at) })
}

// guarded puts before the officials' listener what the flags say of machines:
// the gate shut there, or open by assertion to those who come through a proxy.
func (p *program) guarded(next http.Handler, d gate.Doors, m machineFlags) (http.Handler, error) {
	proxies, err := networks(m.proxies)
	if err != nil {
		return nil, fmt.Errorf("--assert-from: %w", err)
	}
	if len(proxies) > 0 != (m.audience != "") {
		return nil, errors.New("--assert-from and --assert-audience go together")
	}
	if m.only && m.listen == "" && len(proxies) == 0 {
		return nil, errors.New("--gate-only shuts the gate: give --gate-listen or --assert-from too")
	}
	asserted, err := p.machineDoor(d, p.byAssertion(m.audience))
	if err != nil {
		return nil, err
	}
	nobody, err := p.machineDoor(d, func(context.Context, *http.Request) (machine.Gateway, bool) { return machine.Gateway{}, false })
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, _ := netip.ParseAddrPort(r.RemoteAddr) // an odd one is in no network
		at := peer.Addr().Unmap().WithZone("")
		switch {
		case !gate.Ours(r.URL.Path):
			next.ServeHTTP(w, r)
		case within(proxies, at):
			asserted.ServeHTTP(w, r)
		case m.only:
			nobody.ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	}), nil
}
