package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/identity"
	"capdo/internal/machine"
	"capdo/internal/store/storetest"
)

// yard is a register with two deployed systems, one of H56 and one of H41, and
// the listener for gateways before it.
type yard struct {
	*testing.T
	p        *program
	dir      string
	clock    *atomic.Pointer[time.Time]
	ca       authority
	at       string
	own, his string // codes
	lost     bool   // the store was closed under it
}

func newYard(t *testing.T, ctx context.Context) *yard {
	t.Helper()
	y := &yard{T: t, dir: t.TempDir(), clock: new(atomic.Pointer[time.Time]), ca: newAuthority(t)}
	now := time.Now()
	y.clock.Store(&now)
	var err error
	if y.p, err = open(ctx, world{clock: func() time.Time { return *y.clock.Load() }, err: io.Discard, getenv: func(string) string { return "" }}, y.dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = y.p.close() })
	y.p.desk.Policy = identity.Relaxed // whoever leads a system here signs nothing
	if err := y.p.office.Import(ctx, keeper(), approval.World{Agencies: storetest.Agencies(), Source: "test"}); err != nil {
		t.Fatal(err)
	}
	y.own = storetest.Lead(t, y.p.office, "H56", "Một cửa", storetest.Deployed).Code
	y.his = storetest.Lead(t, y.p.office, "H41", "Một cửa", storetest.Deployed).Code
	y.ca.write(t, y.dir)
	m := machineFlags{listen: "127.0.0.1:0", cert: filepath.Join(y.dir, "server.pem"), key: filepath.Join(y.dir, "server.key")}
	l, err := m.machineListener()
	if err != nil {
		t.Fatal(err)
	}
	pages, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	y.at = l.Addr().String()
	ctx, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- y.p.serveOn(ctx, pages, front{machines: l, flags: m}) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil && !y.lost {
			t.Error(err)
		}
	})
	return y
}

// lose closes the register under the program; what is left open is closed again
// at the end.
func (y *yard) lose() {
	y.lost = true
	_ = y.p.store.Close()
}

// pin records a gateway by the key of a certificate.
func (y *yard) pin(name string, cert tls.Certificate, san string, reach machine.Reach) machine.Gateway {
	y.Helper()
	in, err := machine.ReadPin(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}))
	if err != nil {
		y.Fatal(err)
	}
	in.Certificate = time.Time{} // the pin outlives the certificate, to see that both are looked at
	g, err := y.p.machines.Register(context.Background(), keeper(), machine.Registration{Name: name, Title: name, Body: "H56", SAN: san, Reach: reach, Pin: &in})
	if err != nil {
		y.Fatal(err)
	}
	return g
}

// client calls the listener with a certificate, over one kept connection.
func (y *yard) client(h2 bool, certs ...tls.Certificate) *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(y.ca.cert)
	tr := &http.Transport{ForceAttemptHTTP2: h2, TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: "gateway.test", Certificates: certs}}
	if !h2 {
		tr.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	}
	y.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: 10 * time.Second}
}

// ask asks about a pair at the connect door: "200 allow G99".
func (y *yard) ask(c *http.Client, system, provider string) string {
	y.Helper()
	r, err := http.NewRequest("GET", "https://"+y.at+"/gate/v1/connect", nil)
	if err != nil {
		y.Fatal(err)
	}
	r.Header = http.Header{"X-System-Id": {system}}
	if provider != "" {
		r.Header.Set("X-Provider-Id", provider)
	}
	w, err := c.Do(r)
	if err != nil {
		return "error"
	}
	b, err := io.ReadAll(w.Body)
	if err != nil || len(b) > 0 || w.Body.Close() != nil {
		y.Errorf("body %q, %v", b, err)
	}
	return fmt.Sprint(w.StatusCode, " ", w.Header.Get("X-Decision"), " ", w.Header.Get("X-Decision-Reason"))
}

const (
	stranger = "403 deny F04"
)

func TestGatewaysProveThemselves(t *testing.T) {
	y, ctx := newYard(t, t.Context()), t.Context()
	allowed := func(said string) bool { return strings.HasPrefix(said, "200 allow") }
	all := machine.Reach{All: true, Platforms: []string{"NDXP"}}
	first, second, limited := y.ca.issue(t, pkix.Name{CommonName: "gw"}), y.ca.issue(t, pkix.Name{CommonName: "gw"}), y.ca.issue(t, pkix.Name{CommonName: "own"})
	g := y.pin("gw", first, "", all)
	y.pin("own", limited, "", machine.Reach{Agencies: []string{"H56"}, Platforms: []string{"NDXP"}})
	y.pin("san", y.ca.issue(t, pkix.Name{CommonName: "san"}), "spiffe://test/san", all)

	one, two, other := y.client(false, first), y.client(true, first), y.client(true, y.ca.issue(t, pkix.Name{CommonName: "gw"}))
	for name, c := range map[string]*http.Client{"HTTP/1.1": one, "HTTP/2": two} {
		if said := y.ask(c, y.own, y.his); !allowed(said) {
			t.Fatalf("%s: %s", name, said)
		}
	}
	if said := y.ask(other, y.own, y.his); said != stranger {
		t.Errorf("the same name, another key: %s", said)
	}
	if said := y.ask(y.client(true), y.own, y.his); said != "error" {
		t.Errorf("without a certificate: %s", said)
	}
	old := y.client(false, first)
	old.Transport.(*http.Transport).TLSClientConfig.MaxVersion = tls.VersionTLS12
	if said := y.ask(old, y.own, y.his); said != "error" {
		t.Errorf("TLS 1.2: %s", said)
	}
	status := func(c *http.Client, path string) int {
		r, err := c.Get("https://" + y.at + path)
		if err == nil {
			_, err = io.Copy(io.Discard, r.Body) // so that the next request comes on the same connection
			err = errors.Join(err, r.Body.Close())
		}
		if err != nil {
			t.Fatal(path, err)
		}
		return r.StatusCode
	}
	for _, path := range []string{"/gate/v1/decisions?provider=" + y.own, "/gate/v1/snapshot", "/gate/v1/decisions?provider=" + y.own, "/access/v1/evaluation", "/systems", "/"} {
		if got := status(other, path); got != http.StatusUnauthorized {
			t.Errorf("%s as a stranger: %d", path, got)
		}
		for name, c := range map[string]*http.Client{"HTTP/1.1": one, "HTTP/2": two} {
			if got := status(c, path); strings.HasPrefix(path, "/gate") != (got == 200) {
				t.Errorf("%s by %s: %d", path, name, got)
			}
		}
	}

	mine := y.client(true, limited)
	for _, c := range []struct {
		system, provider string
		within           bool
	}{{y.own, "", true}, {y.his, y.own, true}, {y.own, y.his, true}, {y.his, "", false}, {y.his, y.his, false}, {"X-1", "X-2", false}} {
		if said := y.ask(mine, c.system, c.provider); c.within != allowed(said) || !c.within && said != stranger {
			t.Errorf("%+v: %s", c, said)
		}
	}

	// A second key overlaps; then the first is revoked, by another process, and
	// its next request is refused on the connections that are open.
	in, err := machine.ReadPin(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: second.Certificate[0]}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = y.p.machines.Pin(ctx, keeper(), "gw", g.Version, in); err != nil {
		t.Fatal(err)
	}
	replaced := y.client(true, second)
	if said := y.ask(replaced, y.own, y.his); !allowed(said) || !allowed(y.ask(two, y.own, y.his)) {
		t.Errorf("two keys do not overlap: %s", said)
	}
	var out strings.Builder
	code := run(ctx, world{args: []string{"gateway", "unpin", "gw", "--data", y.dir, "--pin", g.Pins[0].SPKI, "--ground", "lộ khóa"}, clock: y.p.clock, out: &out, err: &out, getenv: func(string) string { return "" }})
	if code != 0 || !strings.Contains(out.String(), "revoked: lộ khóa") {
		t.Fatalf("%d, %s", code, out.String())
	}
	for name, c := range map[string]*http.Client{"HTTP/1.1": one, "HTTP/2": two} {
		if said := y.ask(c, y.own, y.his); said != stranger {
			t.Errorf("%s, a revoked key on an open connection: %s", name, said)
		}
	}
	if said := y.ask(replaced, y.own, y.his); !allowed(said) {
		t.Errorf("the other key fell with it: %s", said)
	}
	// The certificate's own end, an hour on, bites on an open connection too; and a
	// clock set back opens nothing again.
	for _, off := range []time.Duration{2 * time.Hour, -2 * time.Hour} {
		at := y.clock.Load().Add(off)
		y.clock.Store(&at)
		if said := y.ask(replaced, y.own, y.his); !strings.HasPrefix(said, "403 deny") {
			t.Errorf("%v: %s", off, said)
		}
	}
}

// TestLogIsTheGatewaysOwn: behind its certificate or an assertion a gateway
// returns its own log and no other's; on the officials' listener a trusted peer
// says whose it is. Who never returned one is silent.
func TestLogIsTheGatewaysOwn(t *testing.T) {
	y, ctx := newYard(t, t.Context()), t.Context()
	cert := y.ca.issue(t, pkix.Name{CommonName: "gw"})
	all := machine.Reach{All: true, Platforms: []string{"NDXP"}}
	g := y.pin("gw", cert, "", all)
	y.pin("gw2", y.ca.issue(t, pkix.Name{CommonName: "gw2"}), "", all)
	line := func(id string) string {
		return fmt.Sprintf(`{"id":%q,"at":%q,"provider":%q,"consumer":%q,"decision":"allow"}`, id, y.clock.Load().Format(time.RFC3339), y.his, y.own)
	}
	const door, kind = "/gate/v1/log", "application/x-ndjson"
	send := func(c *http.Client, query, id string) int {
		r, err := c.Post("https://"+y.at+door+query, kind, strings.NewReader(line(id)))
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		return r.StatusCode
	}
	c := y.client(true, cert)
	for i, x := range []struct {
		client *http.Client
		query  string
		want   int
	}{{c, "", 200}, {c, "?gateway=gw", 200}, {c, "?gateway=gw2", 403}, {c, "?gateway=other", 403}, {y.client(true, y.ca.issue(t, pkix.Name{CommonName: "gw"})), "?gateway=gw", 401}} {
		if got := send(x.client, x.query, fmt.Sprint("tls", i)); got != x.want {
			t.Errorf("%s: %d, want %d", x.query, got, x.want)
		}
	}
	const here = "https://capdo.test"
	h, err := y.p.handler(front{flags: machineFlags{proxies: "10.1.0.0/16", audience: here}})
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range []struct {
		peer, query string
		signed      bool
		want        int
	}{{"10.1.0.1:1", "", true, 200}, {"10.1.0.1:1", "?gateway=gw2", true, 403}, {"10.1.0.1:1", "?gateway=gw", false, 401},
		{"127.0.0.1:1", "?gateway=named", false, 200}, {"127.0.0.1:1", "", false, 400}, {"11.0.0.1:1", "?gateway=gw", false, 403}} {
		r := httptest.NewRequest("POST", door+x.query, strings.NewReader(line(fmt.Sprint("here", i))))
		r.RemoteAddr, r.Header = x.peer, http.Header{"Content-Type": {kind}}
		if x.signed {
			r.Header[machine.AssertionHeader] = []string{assertion(t, cert.PrivateKey.(*ecdsa.PrivateKey), g, here, *y.clock.Load())}
		}
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != x.want {
			t.Errorf("%s%s: %d, want %d", x.peer, x.query, w.Code, x.want)
		}
	}
	heard, err := y.p.watch.Heard(ctx, keeper())
	var said []string
	for _, h := range heard {
		said = append(said, fmt.Sprint(h.Gateway, " ", h.Last.IsZero(), " ", h.Silent))
	}
	if got := strings.Join(said, " "); err != nil || got != "gw false false gw2 true true named false false" {
		t.Errorf("heard %s, %v", got, err)
	}
}

// TestSANs: where the record names one, the certificate must carry it.
func TestSANs(t *testing.T) {
	ca := newAuthority(t)
	g := machine.Gateway{SAN: "spiffe://test/gw", Pins: []machine.Pin{{SPKI: "a", From: ca.cert.NotBefore, Until: ca.cert.NotAfter}}}
	for uri, want := range map[string]bool{"spiffe://test/gw": true, "spiffe://test/gw2": false, "": false} {
		if g.Admits("a", []string{uri}, time.Now()) != want {
			t.Errorf("%q", uri)
		}
	}
}

// TestAssertions: behind a proxy that ends TLS, and only there, a gateway proves
// itself by a signed assertion, once.
func TestAssertions(t *testing.T) {
	y := newYard(t, t.Context())
	cert := y.ca.issue(t, pkix.Name{CommonName: "gw"})
	g := y.pin("gw", cert, "", machine.Reach{All: true, Platforms: []string{"NDXP"}})
	const here = "https://capdo.test"
	doors := gate.Doors{TrustedPeers: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8")}}
	h, err := y.p.handler(front{doors: doors, flags: machineFlags{proxies: "10.1.0.0/16", audience: here}})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(peer, path string, tokens ...string) string {
		r := httptest.NewRequest("GET", path, nil)
		r.RemoteAddr, r.Header = peer, http.Header{"X-System-Id": {y.own}, machine.AssertionHeader: tokens}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return fmt.Sprint(w.Code, " ", w.Header().Get("X-Decision"))
	}
	sign := func() string { return assertion(t, cert.PrivateKey.(*ecdsa.PrivateKey), g, here, *y.clock.Load()) }
	const door, proxy = "/gate/v1/connect", "10.1.0.1:1"
	token := sign()
	for _, c := range []struct {
		name, peer, path string
		tokens           []string
		want             string
	}{
		{"none", proxy, door, nil, "403 deny"}, {"good", proxy, door, []string{token}, "200 allow"}, {"again", proxy, door, []string{token}, "403 deny"}, {"again elsewhere", proxy, "/gate/v1/decisions?provider=" + y.own, []string{token}, "401 "},
		{"another", proxy, "/gate/v1/decisions?provider=" + y.own, []string{sign()}, "200 "}, {"two", proxy, door, []string{sign(), sign()}, "403 deny"}, {"a certificate's header", proxy, door, []string{"x"}, "403 deny"},
		{"another peer that is trusted", "10.2.0.1:1", door, nil, "200 allow"}, {"a peer that is not", "11.0.0.1:1", door, []string{sign()}, "403 deny"}, {"no address", "", door, []string{sign()}, "403 deny"},
	} {
		if got := ask(c.peer, c.path, c.tokens...); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if h, err = y.p.handler(front{doors: doors, flags: machineFlags{only: true, listen: "x"}}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{door: "403 deny", "/gate/v1/decisions?provider=" + y.own: "401 ", "/access/v1/evaluation": "401 ", "/gate/v1/other": "401 ", "/about": "200 "} {
		if got := ask("127.0.0.1:1", path); got != want {
			t.Errorf("with the gate shut here, %s: %s", path, got)
		}
	}
	for _, bad := range []machineFlags{{only: true}, {proxies: "10.0.0.0/8"}, {audience: here}, {proxies: "x", audience: here}} {
		if _, err := y.p.handler(front{flags: bad}); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

// assertion signs one that is good.
func assertion(t *testing.T, key *ecdsa.PrivateKey, g machine.Gateway, audience string, at time.Time) string {
	t.Helper()
	part := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	signed := part(map[string]string{"alg": "ES256", "kid": g.Pins[0].SPKI}) + "." + part(map[string]any{"iss": g.Name, "sub": g.Name, "aud": audience, "iat": at.Unix() - 1, "exp": at.Unix() + 50, "jti": rand.Text()})
	h := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, key, h[:])
	if err != nil {
		t.Fatal(err)
	}
	sig := make([]byte, 64)
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	return signed + "." + base64.RawURLEncoding.EncodeToString(sig)
}

// TestRegisterHangs: a register that does not tell whose a key is leaves nobody
// waiting, and nobody in.
func TestRegisterHangs(t *testing.T) {
	p := &program{log: slog.New(slog.DiscardHandler)}
	open := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusOK) })
	for name, by := range map[string]proof{
		"hangs":  func(context.Context, *http.Request) (machine.Gateway, bool) { select {} },
		"panics": func(context.Context, *http.Request) (machine.Gateway, bool) { panic("x") },
	} {
		began, w := time.Now(), httptest.NewRecorder()
		p.proven(open, by).ServeHTTP(w, httptest.NewRequest("GET", "/gate/v1/decisions", nil))
		if w.Code != http.StatusUnauthorized || time.Since(began) > 5*time.Second {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
}

// TestDemoAuthority: what the demo writes is for its owner alone, and no key of
// the authority is among it.
func TestDemoAuthority(t *testing.T) {
	dir := t.TempDir()
	ca, err := newDemoAuthority(dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := ca.issue("server", x509.ExtKeyUsageServerAuth); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name())
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f.Name(), info.Mode(), err)
		}
	}
	if !slices.Equal(names, []string{"ca.pem", "server.key", "server.pem"}) {
		t.Error(names)
	}
}
