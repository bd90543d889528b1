package gate

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Lane is a listener that answers by itself what gateways ask most, before a
// server of HTTP sees it: a decision by GET, a subrequest at the connect door,
// an AuthZEN evaluation, when the request can be read in one way only. It
// answers what Handler would. At the first request that is anything else, the
// connection, with every byte of that request, goes to who calls Accept: it is
// up to the server to understand it, or not.
//
// It keeps nothing between two requests but the connection. A connection that
// says nothing is closed after laneIdle, a handshake or a request that does not
// come to its end after laneHead.
type Lane struct {
	net.Listener
	front  *front
	kinds  kinds
	pass   func(peer netip.Addr) bool
	prover Prover
	given  chan net.Conn
	failed chan error
	done   chan struct{}
	date   atomic.Pointer[dateLine]
	tick   atomic.Int64 // seconds since the lane was opened

	mu     sync.Mutex
	held   map[*held]struct{}
	closed bool
}

// The bounds of a connection in the lane.
const (
	laneBytes = 4 << 10 // of requests read at once; a longer one goes to the server
	laneHead  = 5       // seconds for a request, from its first byte, and for the first one of a connection
	laneIdle  = 120     // seconds between two requests
	laneWrite = 60      // seconds to take an answer
)

// Prover makes, of what a peer proved in its handshake, the question asked
// before each of its requests: the context with what it may ask (Limited, Named);
// false where it is nobody, or not any more.
type Prover func(tls.ConnectionState) func() (context.Context, bool)

// Lane listens on l for the gate behind the given doors. Connections of a peer
// that pass tells of are given away unread; nil passes none.
func (g *Gate) Lane(l net.Listener, d Doors, pass func(peer netip.Addr) bool) (*Lane, error) {
	return g.lane(l, d, pass, nil)
}

// ProvenLane listens on l, whose connections are of crypto/tls, for gateways that
// prove who they are. A request of nobody, and a connection of HTTP/2, is the
// server's, which finds with TLSOf what was proved.
func (g *Gate) ProvenLane(l net.Listener, d Doors, prover Prover) (*Lane, error) {
	return g.lane(l, d, nil, prover)
}

func (g *Gate) lane(l net.Listener, d Doors, pass func(peer netip.Addr) bool, prover Prover) (*Lane, error) {
	f := &front{Gate: g, Doors: d}
	f.fill()
	if err := f.check(); err != nil {
		return nil, err
	}
	x := &Lane{Listener: l, front: f, kinds: newKinds(), pass: pass, prover: prover, given: make(chan net.Conn), failed: make(chan error), done: make(chan struct{}), held: map[*held]struct{}{}}
	go x.listen()
	go x.sweep()
	return x, nil
}

// Accept returns the next connection that is for the server.
func (l *Lane) Accept() (net.Conn, error) {
	select {
	case c := <-l.given:
		return c, nil
	case err := <-l.failed:
		return nil, err
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close ends the lane: what is being answered is answered, nothing more is read.
func (l *Lane) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	close(l.done)
	for h := range l.held {
		_ = h.conn.SetReadDeadline(time.Unix(1, 0)) // it is closed by who reads it
	}
	return l.Listener.Close()
}

// listen takes connections in.
func (l *Lane) listen() {
	for {
		c, err := l.Listener.Accept()
		if err == nil {
			go l.hold(c)
			continue
		}
		select {
		case l.failed <- err: // the server waits a little, or ends
		case <-l.done:
			return
		}
		if errors.Is(err, net.ErrClosed) {
			return
		}
	}
}

// hold serves a connection until it ends, or gives it away.
func (l *Lane) hold(c net.Conn) {
	peer, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil || l.pass != nil && l.pass(peer.Addr().Unmap().WithZone("")) {
		l.give(c)
		return
	}
	h := &held{lane: l, conn: c, remote: c.RemoteAddr().String(), in: make([]byte, 0, laneBytes), sheet: sheet{endDay: -1}}
	h.trusted = l.front.trusts(h.remote)
	h.limit(laneHead)
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		_ = c.Close() // nothing was asked
		return
	}
	l.held[h] = struct{}{}
	l.mu.Unlock()
	foreign := h.greet()
	if !foreign && h.ask != nil {
		foreign = h.serve()
	}
	l.mu.Lock()
	delete(l.held, h)
	l.mu.Unlock()
	switch {
	case foreign && len(h.in) == 0:
		l.give(c)
	case foreign:
		l.give(&rewound{Conn: c, unread: slices.Clone(h.in)})
	default:
		_ = c.Close() // the peer went away, or is too slow
	}
}

// greet shakes hands where the lane is of TLS, and finds how the peer is asked
// who it is; true when the connection is for the server. The peer of a lane in
// the clear may ask anything.
func (h *held) greet() (foreign bool) {
	if h.lane.prover == nil {
		h.ask = func() (context.Context, bool) { return context.Background(), true }
		return false
	}
	c, ok := h.conn.(*tls.Conn)
	if !ok || c.Handshake() != nil {
		return false // closed, as a server of TLS does
	}
	state := c.ConnectionState()
	h.ask = h.lane.prover(state)
	return state.NegotiatedProtocol == "h2"
}

// give hands a connection to the server.
func (l *Lane) give(c net.Conn) {
	select {
	case l.given <- c:
	case <-l.done:
		_ = c.Close() // nobody is left to serve it
	}
}

// sweep closes connections that are over their time.
func (l *Lane) sweep() {
	beat := time.NewTicker(time.Second)
	defer beat.Stop()
	for {
		select {
		case <-l.done:
			return
		case <-beat.C:
		}
		now := l.tick.Add(1)
		l.mu.Lock()
		for h := range l.held {
			if now > h.ends.Load() {
				_ = h.conn.Close() // who reads it finds out
			}
		}
		l.mu.Unlock()
	}
}

// held is one connection in the lane.
type held struct {
	lane    *Lane
	conn    net.Conn
	remote  string
	trusted bool // its peer may ask
	ask     func() (context.Context, bool)
	ends    atomic.Int64 // tick at which it is over its time
	in, out []byte
	sheet   sheet
	plea    plea
}

// limit gives the connection seconds for what comes next.
func (h *held) limit(seconds int64) { h.ends.Store(h.lane.tick.Load() + seconds) }

// serve answers what comes, all that came at once by one write; true when what
// is unread is for the server.
func (h *held) serve() (foreign bool) {
	defer func() {
		if recover() != nil { // an answer begun is not gone on with: the connection is closed
			foreign = false
		}
	}()
	for {
		n, err := h.conn.Read(h.in[len(h.in):cap(h.in)])
		if n == 0 || err != nil {
			return false
		}
		h.in = h.in[:len(h.in)+n]
		h.out = h.out[:0]
		at := 0
		for !foreign && at < len(h.in) {
			switch h.plea.read(h.in[at:], h.lane); h.plea.found {
			case whole:
				if foreign = !h.answer(); foreign {
					break
				}
				at += h.plea.size
				continue
			case partial:
				foreign = len(h.in)-at == cap(h.in)
			default:
				foreign = true
			}
			break
		}
		h.in = h.in[:copy(h.in, h.in[at:])]
		if len(h.out) > 0 {
			h.limit(laneWrite)
			if _, err := h.conn.Write(h.out); err != nil {
				return false
			}
		}
		switch {
		case foreign:
			return true
		case len(h.in) > 0:
			if at > 0 || len(h.in) == n { // its first bytes
				h.limit(laneHead)
			}
		default:
			h.limit(laneIdle)
		}
	}
}

// rewound is a connection of which some bytes were read already.
type rewound struct {
	net.Conn
	unread []byte
}

// shaken is the key under which a context carries a connection of TLS.
type shaken struct{}

// Carry is for the server of a lane of TLS (http.Server.ConnContext): it keeps
// with a connection what its handshake proved.
func Carry(ctx context.Context, c net.Conn) context.Context {
	if r, ok := c.(*rewound); ok {
		c = r.Conn
	}
	if t, ok := c.(*tls.Conn); ok {
		return context.WithValue(ctx, shaken{}, t)
	}
	return ctx
}

// TLSOf is what the peer of a request proved in its handshake; nil in the clear.
func TLSOf(ctx context.Context) *tls.ConnectionState {
	t, ok := ctx.Value(shaken{}).(*tls.Conn)
	if !ok {
		return nil
	}
	s := t.ConnectionState()
	return &s
}

// Read reads those first.
func (r *rewound) Read(b []byte) (int, error) {
	if len(r.unread) > 0 {
		n := copy(b, r.unread)
		r.unread = r.unread[n:]
		return n, nil
	}
	return r.Conn.Read(b)
}
