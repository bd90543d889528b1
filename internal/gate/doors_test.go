package gate_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
)

// doors opens a gate before a handler that answers 418.
func doors(t testing.TB, g *gate.Gate, d gate.Doors) http.Handler {
	t.Helper()
	h, err := g.Before(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }), d)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// knock asks at the connect door from a peer.
func knock(h http.Handler, method, path, peer string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.RemoteAddr, r.Header = peer, header
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const (
	connect = "/gate/v1/connect"
	sandbox = "/gate/v1/sandbox"
	home    = "127.0.0.1:40000"
)

// heard is what the connect door said: status, decision, codes.
func heard(t testing.TB, w *httptest.ResponseRecorder) string {
	t.Helper()
	h := w.Header()
	if w.Body.Len() != 0 || h.Get("Content-Length") != "0" || h.Get("Cache-Control") != "no-store" || h.Get("Content-Type") != "" {
		t.Errorf("%d, body %q, headers %v", w.Code, w.Body, h)
	}
	if (w.Code == http.StatusOK) != (h.Get("X-Decision") == gate.Allow) || w.Code != http.StatusOK && w.Code != http.StatusForbidden {
		t.Errorf("%d, %v", w.Code, h)
	}
	return fmt.Sprintf("%d %s %s", w.Code, h.Get("X-Decision"), h.Get("X-Decision-Reason"))
}

// TestSandboxDoor: the address is what makes a question one for the sandbox, and
// an open sandbox opens nothing else.
func TestSandboxDoor(t *testing.T) {
	k := good("K")
	k.Approval = nil
	k.Links = []approval.Link{{Provider: "P", Service: "S", Sandbox: true, Allowed: true}}
	h := doors(t, at(t, memory{"K": k, "P": good("P")}), gate.Doors{})
	both := http.Header{"X-System-Id": {"K"}, "X-Provider-Id": {"P"}}
	for path, want := range map[string]string{sandbox: "200 allow G16 G99", sandbox + "/../connect": "200 allow G16 G99", connect: "403 deny G02", connect + "/../sandbox": "403 deny G02"} {
		if got := heard(t, knock(h, "GET", path, home, both)); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if got := heard(t, knock(h, "GET", sandbox, home, http.Header{"X-System-Id": {"P"}})); got != "403 deny F03" {
		t.Errorf("one side alone: %s", got)
	}
	forged := http.Header{"X-System-Id": {"K"}, "X-Provider-Id": {"P"}, "X-Profile": {"sandbox"}}
	if got := heard(t, knock(h, "GET", connect+"?profile=sandbox", home, forged)); got != "403 deny G02" {
		t.Errorf("a client names the profile: %s", got)
	}
}

func TestConnect(t *testing.T) {
	warned := good("W")
	warned.RiskAssessed, warned.Confirmed = "2020-01-01", false
	g := at(t, memory{"A": good("A"), "B": good("B"), "W": warned, "A,B": good("A,B")})
	h := doors(t, g, gate.Doors{})
	id := func(vals ...string) http.Header { return http.Header{"X-System-Id": vals} }
	both := func(system, provider string) http.Header {
		return http.Header{"X-System-Id": {system}, "X-Provider-Id": {provider}}
	}
	const open, bad = "200 allow G99", "403 deny F03"
	cases := []struct {
		name   string
		header http.Header
		want   string
	}{
		{"one system", id("A"), open},
		{"both", both("A", "B"), open},
		{"unknown", id("C"), "403 deny G02"},
		{"another case", id("a"), "403 deny G02"},
		{"unknown provider", both("A", "C"), "403 deny G02"},
		{"each code once", both("W", "C"), "403 deny G02 G11 G12"},
		{"none", http.Header{}, bad},
		{"empty", id(""), bad},
		{"two", id("A", "A"), bad},
		{"two, one empty", id("A", ""), bad},
		{"two in one", id("A,B"), bad},
		{"two in one, spaced", id("A, B"), bad},
		{"a provider alone", http.Header{"X-Provider-Id": {"A"}}, bad},
		{"an empty provider", both("A", ""), bad},
		{"two providers", http.Header{"X-System-Id": {"A"}, "X-Provider-Id": {"B", "B"}}, bad},
		{"a provider in vain", http.Header{"X-System-Id": {"A"}, "X-Provider-Id": {}}, bad},
		{"control", id("A\x00"), bad},
		{"quoted", id(`"A"`), bad},
		{"a subject", id("CN=A,O=B"), bad},
		{"not ASCII", id("Á"), bad},
		{"full width", id("Ａ"), bad},
		{"too long", id(strings.Repeat("A", 65)), bad},
		{"a query counts for nothing", http.Header{"X-System-Id": {"C"}, "Authorization": {"A"}, "X-Original-Url": {"/?provider=A"}}, "403 deny G02"},
	}
	for _, c := range cases {
		for _, method := range []string{"GET", "HEAD", "POST", "OPTIONS", "DELETE", "PROPFIND", "get"} {
			for _, path := range []string{connect, connect + "/", connect + "/v2/../x", connect + "//y", connect + "/a%2fb?provider=A&at=2026-11-22T00:00:00Z"} {
				if got := heard(t, knock(h, method, path, home, c.header)); got != c.want {
					t.Errorf("%s: %s %s: %s, want %s", c.name, method, path, got, c.want)
				}
			}
		}
	}
}

// TestConnectHeaders: an answer says until when and by which state of the ledger.
func TestConnectHeaders(t *testing.T) {
	s := good("A")
	s.Approval.Until = "2026-12-31"
	h := doors(t, at(t, memory{"A": s, "B": good("B")}), gate.Doors{})
	head := knock(h, "GET", connect, home, http.Header{"X-System-Id": {"A"}}).Header()
	if head.Get("X-Decision-Version") != "7" || head.Get("X-Decision-Until") != "2026-12-31T17:00:00Z" {
		t.Errorf("%v", head)
	}
	if head = knock(h, "GET", connect, home, http.Header{"X-System-Id": {"B"}}).Header(); head["X-Decision-Until"] != nil {
		t.Errorf("without an end: %v", head)
	}
}

// TestPeers: only the peers trusted to name a system are answered.
func TestPeers(t *testing.T) {
	g := at(t, memory{"A": good("A")})
	for _, c := range []struct {
		peers string
		from  string
		open  bool
	}{
		{"", "127.0.0.1:1", true}, {"", "127.9.9.9:1", true}, {"", "[::1]:1", true}, {"", "[::ffff:127.0.0.1]:1", true},
		{"", "10.0.0.1:1", false}, {"", "[::2]:1", false}, {"", "[fe80::1%lo]:1", false}, {"", "", false}, {"", "@", false}, {"", "127.0.0.1", false}, {"", "localhost:1", false},
		{"10.1.0.0/16", "10.1.2.3:1", true}, {"10.1.0.0/16", "[::ffff:10.1.2.3]:1", true}, {"10.1.0.0/16", "10.2.0.1:1", false}, {"10.1.0.0/16", "127.0.0.1:1", false},
		{"fd00::/8", "[fd12::1]:1", true}, {"fd00::/8", "[fd12::1%eth0]:1", true}, {"192.0.2.7/32 10.0.0.0/8", "10.0.0.1:1", true},
	} {
		var d gate.Doors
		for p := range strings.FieldsSeq(c.peers) {
			d.TrustedPeers = append(d.TrustedPeers, netip.MustParsePrefix(p))
		}
		want := "403 deny F04"
		if c.open {
			want = "200 allow G99"
		}
		header := http.Header{"X-System-Id": {"A"}, "X-Forwarded-For": {"127.0.0.1"}, "X-Real-Ip": {"127.0.0.1"}, "Forwarded": {"for=127.0.0.1"}}
		if got := heard(t, knock(doors(t, g, d), "GET", connect, c.from, header)); got != want {
			t.Errorf("trusted %q, from %q: %s, want %s", c.peers, c.from, got, want)
		}
	}
}

// TestDoors: other headers, both sides, another platform; and what no doors can
// be.
func TestDoors(t *testing.T) {
	old := good("A")
	old.Minutes = "2020-01-01"
	g := at(t, memory{"A": old, "B": good("B")})
	for _, c := range []struct {
		name   string
		d      gate.Doors
		header http.Header
		want   string
	}{
		{"renamed", gate.Doors{SystemHeader: "x-client-code"}, http.Header{"X-Client-Code": {"A"}}, "200 allow G99"},
		{"renamed, by the old name", gate.Doors{SystemHeader: "x-client-code"}, http.Header{"X-System-Id": {"A"}}, "403 deny F03"},
		{"provider renamed", gate.Doors{ProviderHeader: "X-Target"}, http.Header{"X-System-Id": {"A"}, "X-Target": {"C"}}, "403 deny G02"},
		{"provider missing", gate.Doors{BothSides: true}, http.Header{"X-System-Id": {"A"}}, "403 deny F03"},
		{"both there", gate.Doors{BothSides: true}, http.Header{"X-System-Id": {"A"}, "X-Provider-Id": {"B"}}, "200 allow G99"},
		{"NDXP", gate.Doors{Platform: "NDXP"}, http.Header{"X-System-Id": {"A"}}, "200 allow G99"},
		{"NDOP", gate.Doors{Platform: "NDOP"}, http.Header{"X-System-Id": {"A"}}, "403 deny G10"},
	} {
		if got := heard(t, knock(doors(t, g, c.d), "GET", connect, home, c.header)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	for name, d := range map[string]gate.Doors{
		"no network": {TrustedPeers: []netip.Prefix{{}}}, "mapped": {TrustedPeers: []netip.Prefix{netip.MustParsePrefix("::ffff:0:0/96")}},
		"no header": {SystemHeader: "X System"}, "not ASCII": {ProviderHeader: "X-Hệ-Thống"}, "one header": {SystemHeader: "x-provider-id"}, "platform": {Platform: "ndop"},
		"http": {Base: "http://pdp.example"}, "no host": {Base: "https://"}, "query": {Base: "https://pdp.example?x"}, "fragment": {Base: "https://pdp.example/#"}, "user": {Base: "https://u@pdp.example"}, "odd": {Base: "https://%zz"},
	} {
		if _, err := g.Before(nil, d); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
}

// TestConnectFaults: whatever fails, the door denies.
func TestConnectFaults(t *testing.T) {
	id := http.Header{"X-System-Id": {"A"}}
	for name, g := range map[string]*gate.Gate{
		"no register": at(t, nil), "no clock": {Standings: memory{}}, "nothing": {},
		"panic": at(t, reads(func(context.Context, time.Time, ...string) ([]approval.Standing, approval.Head, error) {
			panic("index")
		})),
	} {
		if got := heard(t, knock(doors(t, g, gate.Doors{}), "GET", connect, home, id)); !strings.HasPrefix(got, "403 deny F0") {
			t.Errorf("%s: %s", name, got)
		}
		if got := heard(t, knock(doors(t, g, gate.Doors{}), "GET", connect, home, nil)); !strings.HasPrefix(got, "403 deny F0") {
			t.Errorf("%s, no header: %s", name, got)
		}
	}
}

// TestConnectReadsNoBody: a body that is announced and never sent delays no
// answer, and the next question on the wire is not taken for it.
func TestConnectReadsNoBody(t *testing.T) {
	srv := httptest.NewUnstartedServer(doors(t, at(t, memory{"A": good("A")}), gate.Doors{}))
	srv.Config.ReadTimeout = time.Second // then the connection is given up
	srv.Start()
	defer srv.Close()
	for _, announced := range []string{"Content-Length: 60", "Transfer-Encoding: chunked", "Content-Length: 9999999", "Expect: 100-continue\r\nContent-Length: 5"} {
		c, err := net.Dial("tcp", srv.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, err = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nX-System-Id: A\r\n%s\r\n\r\nGET %s HTTP/1.1\r\nHost: x\r\nX-System-Id: A\r\n\r\n", connect, announced, connect)
		if err != nil {
			t.Fatal(err)
		}
		in := bufio.NewReader(c)
		resp, err := http.ReadResponse(in, nil)
		if err != nil || resp.StatusCode != http.StatusOK || !resp.Close {
			t.Fatalf("%s: %v, %v", announced, resp, err)
		}
		if rest, err := io.ReadAll(in); len(rest) > 0 {
			t.Errorf("%s: then came %q, %v", announced, rest, err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestRoutes: which addresses are the gate's, as they come.
func TestRoutes(t *testing.T) {
	h := doors(t, at(t, memory{"A": good("A")}), gate.Doors{Base: "https://pdp.example/ministry/"})
	for _, c := range []struct {
		path string
		want int
	}{
		{"/", 418}, {"/gate", 418}, {"/gate/v2/connect", 418}, {"/accessories", 418}, {"//gate/v1/connect", 418}, {"/.well-known/security.txt", 418},
		{"/gate/v1/", 404}, {"/gate/v1/connected", 404}, {"/gate/v1/decisions/", 404}, {"/access/v1/search/subject", 404}, {"/access/v1/evaluation/", 404},
		{"/.well-known/authzen-configuration", 404}, {"/.well-known/authzen-configuration/other", 404}, {"/.well-known/authzen-configuration/ministry", 200},
		{"/gate/v1/connect/x", 403}, {"/gate/v1/decisions?provider=A", 200}, {"/access/v1/evaluation", 405}, {"/access/v1/evaluations", 405},
	} {
		if w := knock(h, "GET", c.path, home, http.Header{}); w.Code != c.want {
			t.Errorf("%s: %d, want %d", c.path, w.Code, c.want)
		}
	}
	if w := get(at(t, memory{}).Handler(), "GET", "/.well-known/authzen-configuration", ""); w.Code != http.StatusNotFound {
		t.Errorf("metadata without an address: %d", w.Code)
	}
}

// TestStrangersLearnNothing: who is no gateway is told the same of every system,
// known or not, at every door that asks and whichever way it is answered.
func TestStrangersLearnNothing(t *testing.T) {
	g := at(t, memory{"A": good("A"), "B": good("B")})
	g.Systems = codeShelf{"A", "B"}
	h := doors(t, g, gate.Doors{})
	for _, path := range []string{decisions, "/access/v1/search/subject", "/access/v1/search/resource", "/access/v1/search/action", evaluation, evaluations} {
		var said []string
		for _, code := range []string{"A", "absent"} {
			r := httptest.NewRequest("POST", path, strings.NewReader(`{`+tuple(code, "B")+`,"evaluations":[{}]}`))
			if path == decisions {
				r = httptest.NewRequest("GET", path+"?provider="+code, nil)
			}
			r.Header.Set("Content-Type", "application/json")
			r.RemoteAddr = "192.0.2.7:40000"
			w := httptest.NewRecorder()
			if h.ServeHTTP(w, r); w.Code != http.StatusForbidden {
				t.Errorf("%s: %d %s", path, w.Code, w.Body)
			}
			said = append(said, w.Body.String())
		}
		if said[0] != said[1] {
			t.Errorf("%s: %q of a system, %q of none", path, said[0], said[1])
		}
	}
	if n := tallied(g)["decisions refused "]; n != 2 {
		t.Errorf("%d counted", n)
	}
}
