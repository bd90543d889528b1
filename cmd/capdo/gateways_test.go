package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
)

// TestGateways puts the real gateways before a provider, with the configuration
// files shipped in internal/gate/testdata/deploy, and asks what the gate's
// answers, and its failures, do to a consumer's request.
func TestGateways(t *testing.T) {
	for _, g := range []gateway{
		{"nginx", "127.0.0.2", []string{"-p", ".", "-c", "nginx.conf", "-g", "daemon off; master_process off;"}, false},
		{"caddy", "127.0.0.3", []string{"run", "--config", "Caddyfile", "--adapter", "caddyfile"}, false},
		{"haproxy", "127.0.0.4", []string{"-db", "-f", "haproxy.cfg"}, true},
	} {
		t.Run(g.program, func(t *testing.T) {
			t.Parallel()
			f := g.front(t)
			for _, c := range []struct {
				name string
				test func(*testing.T, *fronted)
			}{{"decides", decides}, {"names", names}, {"fails closed", failsClosed}} {
				t.Run(c.name, func(t *testing.T) { c.test(t, f) })
			}
		})
	}
}

// decides: what may connect passes, what may not is 403, and a revocation bites
// in the very next request.
func decides(t *testing.T, f *fronted) {
	may, other := f.consumer(t, "A-0001"), f.consumer(t, "A-0002")
	for range 3 {
		if r := may.get(t, "GET", ""); r.status != 200 || r.body != "data for A-0001" {
			t.Fatalf("a system that may connect: %+v", r)
		}
	}
	if r := may.get(t, "POST", strings.Repeat("x", 100_000)); r.status != 200 || r.body != "data for A-0001" {
		t.Fatalf("with a body: %+v", r)
	}
	if r := f.consumer(t, "A-0009").get(t, "GET", ""); r.status != 403 {
		t.Fatalf("a system that may not: %+v", r)
	}
	for round := range 20 {
		f.register.set("A-0001", round%2 == 1)
		if r := may.get(t, "GET", ""); (r.status == 200) != (round%2 == 1) || r.status != 200 && r.status != 403 {
			t.Fatalf("round %d: %+v", round, r)
		}
		if r := other.get(t, "GET", ""); r.status != 200 {
			t.Fatalf("round %d, another system: %+v", round, r)
		}
	}
}

// names: the asking system is who its certificate says, whatever it says of
// itself.
func names(t *testing.T, f *fronted) {
	denied, may := f.consumer(t, "A-0009"), f.consumer(t, "A-0001")
	for _, h := range []http.Header{
		{"X-System-Id": {"A-0001"}}, {"X-System-Id": {"A-0001", "A-0002"}}, {"x-system-id": {"A-0001"}}, {"X_System_Id": {"A-0001"}},
		{"X-Decision": {"allow"}, "X-Decision-Reason": {"G99"}}, {"X-Decision-Until": {"forged"}, "X-Decision-Version": {"forged"}, "X-Provider-Id": {"forged"}}, {"Connection": {"X-System-Id, X-Provider-Id"}},
		{"X-Original-Method": {"OPTIONS"}, "X-Forwarded-Uri": {"/"}, "X-Http-Method-Override": {"GET"}},
	} {
		if r := denied.with(h).get(t, "GET", ""); r.status != 403 {
			t.Errorf("%v: %+v", h, r)
		}
		if r := may.with(h).get(t, "GET", ""); r.status != 200 || r.body != "data for A-0001" {
			t.Errorf("of a system that may connect, %v: %+v", h, r)
		}
	}
	for _, subject := range []pkix.Name{
		{}, {Organization: []string{"x,CN=A-0001"}}, {CommonName: "A-0009", Organization: []string{"x,CN=A-0001,x"}}, {CommonName: "A-0001,x"}, {CommonName: "A-0001 "},
		{CommonName: "A-0009/CN=A-0001"}, {CommonName: "A-0009\nCN=A-0001"}, {CommonName: "A-0009+CN=A-0001"}, {CommonName: "*"}, {CommonName: strings.Repeat("A", 64)},
	} {
		if r := f.bearer(t, subject).get(t, "GET", ""); r.status != 403 {
			t.Errorf("certificate of %q: %+v", subject, r)
		}
	}
	for _, method := range []string{"HEAD", "OPTIONS", "TRACE", "PUT", "PURGE"} {
		if r := denied.get(t, method, ""); r.status/100 == 2 {
			t.Errorf("%s: %+v", method, r)
		}
	}
	for _, path := range []string{"/gate/v1/connect", "/_gate", "//", "/a/../b", "/%2e%2e/", "/x?y=/gate/v1/connect"} {
		if r := denied.at(path).get(t, "GET", ""); r.status/100 == 2 {
			t.Errorf("%s: %+v", path, r)
		}
	}
}

// failsClosed: whatever becomes of the gate, nothing passes; and when it is
// back, what may connect passes again.
func failsClosed(t *testing.T, f *fronted) {
	may := f.consumer(t, "A-0001")
	raw := func(answer string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = io.WriteString(c, answer) // a gateway that hung up has what it asked for
			_ = c.Close()
		})
	}
	for _, c := range []struct {
		name string
		h    http.Handler // nil: nobody listens
	}{
		{"killed", nil},
		{"hung", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })},
		{"hung in its head", raw("HTTP/1.1 200 OK\r\nX-Decision: al")},
		{"garbage", raw("\x00\x01\x02 allow allow allow\r\n\r\n")},
		{"another protocol", raw("SSH-2.0-OpenSSH_9.2\r\n")},
		{"nothing", raw("")},
		{"a status of letters", raw("HTTP/1.1 2OO OK\r\nContent-Length: 0\r\nX-Decision: allow\r\n\r\n")},
		{"500", answering(http.StatusInternalServerError, gate.Deny)},
		{"302", http.RedirectHandler("/", http.StatusFound)},
		{"401", answering(http.StatusUnauthorized, gate.Deny)},
		{"404 with an allow", answering(http.StatusNotFound, gate.Allow)},
		{"200 without a word", answering(http.StatusOK, "")},
		{"200 with a denial", answering(http.StatusOK, gate.Deny)},
		{"no register", f.without(t)},
	} {
		if strings.HasPrefix(c.name, "200") && !f.reads {
			continue // the status is all it looks at; its configuration says so
		}
		f.gate.become(t, c.h)
		began := time.Now()
		r := may.get(t, "GET", "")
		if took := time.Since(began); r.status/100 == 2 || took > 2*time.Second {
			t.Errorf("%s: %+v after %v", c.name, r, took)
		}
		f.gate.become(t, f.answers)
		if r := may.get(t, "GET", ""); r.status != 200 {
			t.Errorf("after %s: %+v", c.name, r)
		}
	}
}

// answering is not the gate, but something in its place.
func answering(status int, says string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Decision", says)
		w.WriteHeader(status)
	})
}

// gateway is a program before a provider.
type gateway struct {
	program string
	host    string // where it and its neighbours listen
	args    []string
	reads   bool // what the gate says, not its status alone
}

// fronted is a gateway that runs, the gate it asks, and what the gate knows.
type fronted struct {
	at       string
	ca       authority
	gate     *place
	answers  http.Handler
	register *cards
	reads    bool
}

// front starts a gateway, a gate and a provider on free ports.
func (g gateway) front(t *testing.T) *fronted {
	t.Helper()
	program := installed(t, g.program)
	dir, ports := t.TempDir(), g.free(t, 4)
	at := ports[0]
	f := &fronted{at: at, ca: newAuthority(t), register: &cards{}, gate: &place{at: ports[1]}, reads: g.reads}
	f.answers = f.gateOf(t, f.register)
	f.gate.become(t, f.answers)
	provider := &place{at: ports[2]}
	provider.become(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "data for %s", strings.Join(r.Header.Values("X-System-Id"), "+"))
		for name, vals := range r.Header {
			if strings.Contains(strings.Join(vals, " "), "forged") {
				fmt.Fprintf(w, ", %s %q", name, vals)
			}
		}
	}))
	t.Cleanup(func() { f.gate.leave(); provider.leave() })
	f.ca.write(t, dir)
	deploy(t, dir, strings.NewReplacer("127.0.0.1:8443", at, "bind 127.0.0.1\n", "bind "+g.host+"\n", ":8443", at[strings.LastIndex(at, ":"):], "127.0.0.1:9000", provider.at, "127.0.0.1:9001", f.gate.at, "127.0.0.1:9002", ports[3]))
	start(t, exec.Command(program, g.args...), dir)
	probe := f.consumer(t, "A-0001")
	for began := time.Now(); probe.ask("GET", "").err != nil; time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > 10*time.Second {
			t.Fatalf("%s does not come up: %v", g.program, probe.ask("GET", "").err)
		}
	}
	return f
}

// gateOf is the handler of a gate with a register in memory.
func (f *fronted) gateOf(t *testing.T, s gate.Standings) http.Handler {
	t.Helper()
	book, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	g := &gate.Gate{Standings: s, Book: book, Clock: func() time.Time { return law.Day("2026-11-22").Time() }}
	h, err := g.Before(http.NotFoundHandler(), gate.Doors{BothSides: true})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// without is a gate that has lost its register.
func (f *fronted) without(t *testing.T) http.Handler { return f.gateOf(t, nil) }

// installed finds a program of Debian's, or skips the test aloud.
func installed(t *testing.T, name string) string {
	t.Helper()
	for _, at := range []string{name, "/usr/sbin/" + name} {
		if path, err := exec.LookPath(at); err == nil {
			return path
		}
	}
	if os.Getenv("CAPDO_TEST_REQUIRE") == "all" {
		t.Fatalf("%s is required and not installed", name)
	}
	t.Skipf("SKIPPED: %s is not installed; the gate was not tried behind it", name)
	return ""
}

// deploy copies the shipped configuration into dir, with other addresses.
func deploy(t *testing.T, dir string, addresses *strings.Replacer) {
	t.Helper()
	files, err := filepath.Glob("../../internal/gate/testdata/deploy/*")
	if err != nil || len(files) < 10 {
		t.Fatal("no configuration files", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), []byte(addresses.Replace(string(text))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// start runs a program in dir until the test ends.
func start(t *testing.T, c *exec.Cmd, dir string) {
	t.Helper()
	var said bytes.Buffer
	c.Dir, c.Stdout, c.Stderr = dir, &said, &said
	c.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM) // it may have ended of itself
		late := time.AfterFunc(3*time.Second, func() { _ = c.Process.Kill() })
		_ = c.Wait() // ended by a signal
		late.Stop()
		if t.Failed() {
			t.Logf("%s said:\n%s", c.Path, said.String())
		}
	})
}

// free are addresses nobody listens at, on the gateway's own loopback address:
// neither another gateway's places nor the port of an outgoing connection, which
// is at 127.0.0.1, can take one while it is left.
func (g gateway) free(t *testing.T, n int) []string {
	t.Helper()
	var all []string
	for range n {
		l, err := net.Listen("tcp", g.host+":0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }() // only when each has its own
		all = append(all, l.Addr().String())
	}
	return all
}

// place is an address at which one handler after another listens.
type place struct {
	at  string
	srv *http.Server
}

// become lets h listen in the place of what did, or nobody.
func (p *place) become(t *testing.T, h http.Handler) {
	t.Helper()
	p.leave()
	if h == nil {
		return
	}
	l, err := net.Listen("tcp", p.at)
	for until := time.Now().Add(5 * time.Second); errors.Is(err, syscall.EADDRINUSE) && time.Now().Before(until); {
		time.Sleep(20 * time.Millisecond) // whoever calls it may hold the port for a moment
		l, err = net.Listen("tcp", p.at)
	}
	if err != nil {
		t.Fatal(err)
	}
	p.srv = &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go func(s *http.Server) { _ = s.Serve(l) }(p.srv) // ends when it is closed
}

// leave closes every connection, as a program that is killed does.
func (p *place) leave() {
	if p.srv != nil {
		_ = p.srv.Close()
		p.srv = nil
	}
}

// cards is a register in memory: P-0001, A-0001 and A-0002 may connect, unless
// they are shut.
type cards struct {
	mu   sync.Mutex
	shut []string
}

func (c *cards) set(code string, open bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shut = slices.DeleteFunc(c.shut, func(s string) bool { return s == code })
	if !open {
		c.shut = append(c.shut, code)
	}
}

func (c *cards) Standings(_ context.Context, at time.Time, codes ...string) ([]approval.Standing, approval.Head, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var sts []approval.Standing
	for _, code := range codes {
		st := approval.Standing{Code: code, At: at}
		if slices.Contains([]string{"P-0001", "A-0001", "A-0002"}, code) {
			a := &approval.Approval{No: 1, Dossier: 1, Level: 3, Rules: law.R331, Authority: law.RoleOwner, Number: "1/QĐ", DecidedOn: "2026-09-01", From: law.Day("2026-09-01").Time()}
			st = approval.Standing{Code: code, Owner: "H56", Sector: law.SectorCivil, Stage: approval.Operating, At: at, Registered: true, Confirmed: true, Plan: approval.PlanFull,
				Inspected: "2026-09-15", RiskAssessed: "2026-08-20", Approval: a}
		}
		if slices.Contains(c.shut, code) {
			st.Approval, st.Former = nil, st.Approval
			st.Former.Revocation = &approval.Revocation{At: at}
		}
		sts = append(sts, st)
	}
	return sts, approval.Head{Size: 1, Root: "ab"}, nil
}

// authority issues certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := authority{key: key}
	own := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, own, own, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return a
}

// issue makes a certificate for a subject.
func (a authority) issue(t *testing.T, subject pkix.Name) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: subject, NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter,
		DNSNames: []string{"gateway.test"}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// write puts what a gateway needs into dir.
func (a authority) write(t *testing.T, dir string) {
	t.Helper()
	server := a.issue(t, pkix.Name{CommonName: "gateway"})
	der, err := x509.MarshalECPrivateKey(server.PrivateKey.(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate[0]})
	key := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
	for name, text := range map[string][]byte{"server.pem": cert, "server.key": key, "server.both": append(slices.Clone(cert), key...),
		"ca.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// caller is a consumer's program, with its certificate.
type caller struct {
	client *http.Client
	url    string
	header http.Header
}

// consumer calls with the certificate of a system.
func (f *fronted) consumer(t *testing.T, code string) caller {
	return f.bearer(t, pkix.Name{CommonName: code, Organization: []string{"H56"}})
}

// bearer calls with a certificate of any subject.
func (f *fronted) bearer(t *testing.T, subject pkix.Name) caller {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(f.ca.cert)
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", f.at)
	}
	tr := &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{f.ca.issue(t, subject)}}}
	t.Cleanup(tr.CloseIdleConnections)
	return caller{&http.Client{Transport: tr, Timeout: 15 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, "https://gateway.test/", http.Header{}}
}

func (c caller) with(h http.Header) caller { c.header = h; return c }

func (c caller) at(path string) caller { c.url = strings.TrimSuffix(c.url, "/") + path; return c }

// received is what a consumer got.
type received struct {
	status int
	body   string
	err    error
}

// get asks the provider through the gateway.
func (c caller) get(t *testing.T, method, body string) received {
	t.Helper()
	r := c.ask(method, body)
	if r.err != nil {
		t.Errorf("%s %s: %v", method, c.url, r.err)
	}
	return r
}

func (c caller) ask(method, body string) received {
	r, err := http.NewRequest(method, c.url, strings.NewReader(body))
	if err != nil {
		return received{err: err}
	}
	r.Header = c.header
	resp, err := c.client.Do(r)
	if err != nil {
		return received{err: err}
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return received{err: err}
	}
	return received{resp.StatusCode, string(b), resp.Body.Close()}
}
