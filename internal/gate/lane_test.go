package gate_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
)

// scripted is a connection on which a peer says one thing and listens; it goes
// away when it heard the answer to the last request, or nothing for a while.
type scripted struct {
	mu    sync.Mutex
	says  *bytes.Reader
	heard bytes.Buffer
	over  chan struct{} // nothing more comes
	once  sync.Once
	shut  chan struct{} // by the server
	last  sync.Once
}

func (c *scripted) Read(b []byte) (int, error) {
	c.mu.Lock()
	n, err := c.says.Read(b)
	c.mu.Unlock()
	if err == nil {
		return n, nil
	}
	select {
	case <-c.over:
	case <-time.After(50 * time.Millisecond): // it waits for what the last request lacks
	}
	return 0, io.EOF
}

func (c *scripted) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard.Write(b)
	if bytes.Contains(c.heard.Bytes(), []byte("418 I'm a teapot")) {
		c.once.Do(func() { close(c.over) })
	}
	return len(b), nil
}

type peer string

func (p peer) Network() string { return "tcp" }
func (p peer) String() string  { return string(p) }

func (c *scripted) Close() error {
	c.once.Do(func() { close(c.over) })
	c.last.Do(func() { close(c.shut) })
	return nil
}
func (c *scripted) LocalAddr() net.Addr              { return peer("127.0.0.1:1") }
func (c *scripted) RemoteAddr() net.Addr             { return peer(home) }
func (c *scripted) SetDeadline(time.Time) error      { return nil }
func (c *scripted) SetReadDeadline(time.Time) error  { return nil }
func (c *scripted) SetWriteDeadline(time.Time) error { return nil }

// hand is a listener to which connections are handed.
type hand struct {
	c    chan net.Conn
	over chan struct{}
}

func (h *hand) Accept() (net.Conn, error) {
	select {
	case c := <-h.c:
		return c, nil
	case <-h.over:
		return nil, net.ErrClosed
	}
}
func (h *hand) Close() error   { close(h.over); return nil }
func (h *hand) Addr() net.Addr { return peer("127.0.0.1:1") }

// theatre is a gate served over connections in memory, with or without a lane.
func theatre(t testing.TB, g *gate.Gate, lane bool) *hand {
	t.Helper()
	h := &hand{make(chan net.Conn), make(chan struct{})}
	l := net.Listener(h)
	if lane {
		var err error
		if l, err = g.Lane(h, gate.Doors{}, nil); err != nil {
			t.Fatal(err)
		}
	}
	srv := &http.Server{Handler: doors(t, g, gate.Doors{}), ErrorLog: log.New(io.Discard, "", 0)}
	go func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}()
	t.Cleanup(func() { _ = srv.Close() })
	return h
}

// parting ends what is said on a connection.
const parting = "GET /end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

// perform says something on a new connection and returns the answers.
func perform(h *hand, says string) []string {
	c := &scripted{says: bytes.NewReader([]byte(says + parting)), over: make(chan struct{}), shut: make(chan struct{})}
	h.c <- c
	<-c.shut
	c.mu.Lock()
	defer c.mu.Unlock()
	return answersIn(c.heard.Bytes())
}

// answersIn reads the answers that were heard, without what may differ: the
// date, and how the length is told.
func answersIn(raw []byte) (out []string) {
	raw = regexp.MustCompile("Date: [^\r]*\r\n").ReplaceAll(raw, nil)
	in := bufio.NewReader(bytes.NewReader(raw))
	for {
		if _, err := in.Peek(1); err == io.EOF {
			return out
		}
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			return append(out, "odd: "+err.Error())
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			body = append(body, "... "+err.Error()...)
		}
		resp.Header.Del("Content-Length")
		out = append(out, fmt.Sprint(resp.StatusCode, resp.Header, resp.Close, string(body)))
	}
}

// phrases are what requests are made of: canonical ones, and everything that
// readers of HTTP have been known to disagree on.
func phrases() (lines, heads, bodies []string) {
	for _, m := range []string{"GET", "POST", "HEAD", "PUT", "get", "PRI", "CONNECT", "OPTIONS", "TRACE", "G ET", ""} {
		for _, p := range []string{decisions + "?provider=A", decisions + "?provider=A&consumer=B", decisions + "?provider=C", decisions + "?provider=A&provider=B", decisions + "?provider=%41", decisions + "?provider=A%", decisions + "?provider=A;consumer=B",
			decisions, decisions + "?", decisions + "/?provider=A", "/gate/v1/./decisions?provider=A", "/gate/v1//decisions?provider=A", "//gate/v1/decisions?provider=A", "/gate/v1/decisions%3Fprovider=A", "/gate/v1/%64ecisions?provider=A", "http://x" + decisions + "?provider=A",
			decisions + "?provider=A#x", decisions + "?provider=A&consumer=", decisions + "?consumer=A", decisions + "?provider=A&at=2020-01-01T00:00:00Z", decisions + "?provider=A&profile=sandbox&consumer=B", decisions + "?provider=A+", decisions + "?Provider=A", decisions + "?provider=A\x00", decisions + "?provider=\u00e1",
			connect, connect + "/x", connect + "/../decisions", connect + "/%2e%2e/x", connect + "/%zz", connect + "?x=/y", connect + "x", connect + "/a b", sandbox, sandbox + "/x/../../connect", sandbox + "es", evaluation, evaluation + "?x=1", evaluation + "/", "/x", "*", "gate/v1/connect", "/gate/v1/connect/\u00e9"} {
			for _, v := range []string{"HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "http/1.1", ""} {
				if v == "HTTP/1.1" || m == "GET" && len(p)%3 == 0 {
					lines = append(lines, strings.TrimRight(m+" "+p+" "+v, " "))
				}
			}
		}
	}
	heads = []string{"X-System-Id: A", "X-System-Id: B", "X-System-Id: C", "x-system-id: A", "X-System-Id:A", "X-System-Id:  A\t", "X-System-Id : A", " X-System-Id: A", "X-System-Id: A,B", "X-System-Id: ", "X-System-Id", "X_System_Id: A", "X-System-Id: A\r\n B",
		"X-System-Id: A\x00", "X-System-Id: A\nX-Provider-Id: B", "X-Provider-Id: B", "X-Provider-Id: A", "X-Provider-Id: C", "X-Provider-Id:", "X-Service-Id: DV", "Host: y", "Host:", "host: x:80", "Host: a b", "Host: x/y", "Connection: keep-alive", "Connection: close", "Connection: X-System-Id", "Connection: Upgrade", "Connection:", "Connection: Keep-Alive, close",
		"Upgrade: h2c", "Expect: 100-continue", "Expect: x", "Transfer-Encoding: chunked", "Transfer-Encoding: identity", "Transfer-Encoding:\x0bchunked", "TE: trailers", "Trailer: X-System-Id", "Content-Length: 0", "Content-Length: 3", "Content-Length: +0", "Content-Length: 00", "Content-Length: 0, 0", "Content-Length: -1", "Content-Length: 9999", "Content-Length: 1e1", "Content-Length:",
		"Content-Type: application/json", "Content-Type: application/json; charset=utf-8", "Content-Type: text/plain", "X-Request-Id: r1", "X-Request-Id: r2", "Cookie: a=b; c=d", "X-Long: " + strings.Repeat("x", 300), "X-Huge: " + strings.Repeat("x", 5000), "\u00e9: x", ": x", "X-Decision: allow", "Authorization: Bearer x"}
	bodies = []string{"", "{}", "{" + tuple("A", "B") + "}", "{" + tuple("A", "C") + "}", "{" + tuple("A", "B") + `,"subject":{}}`, "{" + tuple("A", "B") + "}x", "5\r\n{}   \r\n0\r\n\r\n", "{" + tuple(`\u0041`, "B") + `,"context":{"profile":"sandbox"}}`, "{" + tuple("A", "B") + `,"context":{"platform":"NDOP"}}`, "\xff"}
	return lines, heads, bodies
}

// compose makes requests of phrases; most are nearly right.
func compose(r *rand.Rand, lines, heads, bodies []string) string {
	var b strings.Builder
	for range 1 + r.IntN(3) {
		line, body := lines[r.IntN(len(lines))], ""
		own := []string{"Host: x"}
		switch r.IntN(4) {
		case 0:
			line = "GET " + decisions + "?provider=A&consumer=B HTTP/1.1"
		case 1:
			line, own = "GET "+connect+" HTTP/1.1", append(own, "X-System-Id: A", "X-Provider-Id: B")
		case 2:
			line, body = "POST "+evaluation+" HTTP/1.1", bodies[r.IntN(len(bodies))]
			own = append(own, "Content-Type: application/json", fmt.Sprint("Content-Length: ", len(body)))
		}
		for range r.IntN(3) {
			own = append(own, heads[r.IntN(len(heads))])
		}
		if r.IntN(12) == 0 {
			own = own[1:]
		}
		r.Shuffle(len(own), func(i, k int) { own[i], own[k] = own[k], own[i] })
		end := "\r\n"
		if r.IntN(40) == 0 {
			end = "\n"
		}
		fmt.Fprintf(&b, "%s%s%s%s%s%s", line, end, strings.Join(own, end), end, end, body)
	}
	says := b.String()
	if r.IntN(10) == 0 { // one byte is another
		at := r.IntN(len(says))
		says = says[:at] + string([]byte{byte(r.IntN(256))}) + says[at+1:]
	}
	return says
}

// bravo is a gate with a board: A and B may connect, C may not.
func bravo(t testing.TB) *gate.Gate {
	t.Helper()
	s := &shelf{systems: map[string]approval.System{"A": connected("A"), "B": connected("B")}, head: approval.Head{Size: 7, Root: "ab"}}
	b := open(t)
	now := noon(today)
	g := &gate.Gate{Standings: s, Book: b, Clock: func() time.Time { return now }, Board: s.board(t, b, now)}
	g.Ask(t.Context(), gate.Question{Provider: "A"})
	return g
}

// TestLaneIsTheServer: whatever is said on a connection, the answers are those
// of the server without a lane: requests that are right, odd, or two in one.
func TestLaneIsTheServer(t *testing.T) {
	plain, lane := theatre(t, bravo(t), false), theatre(t, bravo(t), true)
	lines, heads, bodies := phrases()
	each := 60
	if testing.Short() {
		each = 10
	}
	var all, allows atomic.Int64
	var troupe sync.WaitGroup
	for n := range 64 { // most of the time is spent waiting for what does not come
		troupe.Go(func() {
			r := rand.New(rand.NewPCG(uint64(n), 2026))
			for range each {
				says := compose(r, lines, heads, bodies)
				want, got := perform(plain, says), perform(lane, says)
				if both := fmt.Sprint(want, got); strings.Contains(both, `"F01"`) || strings.Contains(both, "[F01]") {
					continue // the server took the peer for gone while the register was read
				}
				if fmt.Sprint(want) != fmt.Sprint(got) {
					t.Errorf("%q:\n got %q\nwant %q", says, got, want)
					return
				}
				for _, a := range got {
					if all.Add(1); strings.HasPrefix(a, "200") {
						allows.Add(1)
					}
				}
			}
		})
	}
	troupe.Wait()
	t.Logf("%d answers, %d of them 200", all.Load(), allows.Load())
	if allows.Load()*10 < all.Load() {
		t.Errorf("%d answers, %d of them 200: too few to tell", all.Load(), allows.Load())
	}
}

// TestLaneTimes: a request that does not come to its end, and a lane that is
// closed, end their connections.
func TestLaneTimes(t *testing.T) {
	g := bravo(t)
	srv := httptest.NewUnstartedServer(g.Handler())
	lane, err := g.Lane(srv.Listener, gate.Doors{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	srv.Listener = lane
	srv.Start()
	defer srv.Close()
	c, err := net.Dial("tcp", lane.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	request := "GET " + connect + " HTTP/1.1\r\nHost: x\r\nX-System-Id: A\r\n\r\n"
	in := bufio.NewReader(c)
	ask := func() string {
		t.Helper()
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		return resp.Status + " " + resp.Header.Get("X-Decision")
	}
	for _, part := range []string{request, request[:20], request[20:], request + request} { // at once, in pieces, two at once
		if _, err := io.WriteString(c, part); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	for range 4 {
		if got := ask(); got != "200 OK allow" {
			t.Fatal(got)
		}
	}
	if _, err := io.WriteString(c, request[:30]); err != nil {
		t.Fatal(err)
	}
	if err := lane.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := in.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("a closed lane goes on: %d, %v", n, err)
	}
}
