package gate

import (
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
// says nothing is closed after laneIdle, a request that does not come to its
// end after laneHead.
type Lane struct {
	net.Listener
	front  *front
	kinds  kinds
	pass   func(peer netip.Addr) bool
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

// Lane listens on l for the gate behind the given doors. Connections of a peer
// that pass tells of are given away unread; nil passes none.
func (g *Gate) Lane(l net.Listener, d Doors, pass func(peer netip.Addr) bool) (*Lane, error) {
	f := &front{Gate: g, Doors: d}
	f.fill()
	if err := f.check(); err != nil {
		return nil, err
	}
	x := &Lane{Listener: l, front: f, kinds: newKinds(), pass: pass, given: make(chan net.Conn), failed: make(chan error), done: make(chan struct{}), held: map[*held]struct{}{}}
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
	foreign := h.serve()
	l.mu.Lock()
	delete(l.held, h)
	l.mu.Unlock()
	if foreign {
		l.give(&rewound{Conn: c, unread: slices.Clone(h.in)})
		return
	}
	_ = c.Close() // the peer went away, or is too slow
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
	trusted bool         // its peer may ask at the connect door
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
				h.answer()
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

// Read reads those first.
func (r *rewound) Read(b []byte) (int, error) {
	if len(r.unread) > 0 {
		n := copy(b, r.unread)
		r.unread = r.unread[n:]
		return n, nil
	}
	return r.Conn.Read(b)
}
