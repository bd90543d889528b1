package main

import (
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"capdo/internal/gate"
	"capdo/internal/machine"
)

// TestFaultMatrix: each real gateway asks over mTLS by the configuration shipped
// for it; whatever becomes of the gate, of its clock, its store, its certificate
// or of the gateway's own key, a consumer's request is refused, and passes again
// when the fault is mended.
func TestFaultMatrix(t *testing.T) {
	for _, g := range []gateway{
		{"nginx", "127.0.0.7", []string{"-p", ".", "-c", "nginx-mtls.conf", "-g", "daemon off; master_process off;"}, false},
		{"caddy", "127.0.0.8", []string{"run", "--config", "Caddyfile-mtls", "--adapter", "caddyfile"}, false},
		{"haproxy", "127.0.0.9", []string{"-db", "-f", "haproxy-mtls.cfg"}, true},
	} {
		t.Run(g.program, func(t *testing.T) {
			t.Parallel()
			program := installed(t, g.program)
			y, ports, dir := newYard(t, t.Context()), g.free(t, 4), t.TempDir()
			provider, door := &place{at: ports[1]}, &tlsPlace{at: ports[2], dir: y.dir}
			provider.become(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "data") }))
			h, err := y.p.machineDoor(gate.Doors{BothSides: true}, y.p.byCertificate)
			if err != nil {
				t.Fatal(err)
			}
			door.become(t, h)
			t.Cleanup(func() { provider.leave(); door.leave() })
			own := y.ca.issue(t, pkix.Name{CommonName: "gw"})
			record := y.pin("gw", own, "", machine.Reach{Systems: []string{y.his}, Platforms: []string{"NDXP"}})
			y.ca.write(t, dir)
			identify(t, dir, y.ca, own)
			deploy(t, dir, strings.NewReplacer("127.0.0.1:8443", ports[0], "bind 127.0.0.1\n", "bind "+g.host+"\n", ":8443", ports[0][strings.LastIndex(ports[0], ":"):], "127.0.0.1:9000", ports[1], "127.0.0.1:9001", ports[2], "127.0.0.1:9002", ports[3], "P-0001", y.his))
			start(t, exec.Command(program, g.args...), dir)
			may := (&fronted{at: ports[0], ca: y.ca}).consumer(t, y.own)
			works := func(after string) {
				t.Helper()
				for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
					r := may.ask("GET", "")
					if r.err == nil && r.status == 200 {
						return
					}
					if time.Since(began) > 10*time.Second {
						t.Fatalf("after %s: %+v", after, r)
					}
				}
			}
			works("the start")
			now, evil := *y.clock.Load(), newAuthority(t)
			gone := newYard(t, t.Context())
			gone.pin("gw", own, "", machine.Reach{All: true, Platforms: []string{"NDXP"}})
			gone.lose()
			lost, err := gone.p.machineDoor(gate.Doors{BothSides: true}, gone.p.byCertificate)
			if err != nil {
				t.Fatal(err)
			}
			clock := func(off time.Duration) func() {
				return func() { at := now.Add(off); y.clock.Store(&at) }
			}
			for _, c := range []struct {
				name      string
				harm, fix func()
			}{
				{"dead", door.leave, func() { door.become(t, h) }},
				{"hung", func() { door.swap(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }) }, func() { door.swap(h.ServeHTTP) }},
				{"garbage", func() { door.swap(garbage) }, func() { door.swap(h.ServeHTTP) }},
				{"500", func() { door.swap(answering(500, gate.Deny).ServeHTTP) }, func() { door.swap(h.ServeHTTP) }},
				{"503 that says allow", func() { door.swap(answering(503, gate.Allow).ServeHTTP) }, func() { door.swap(h.ServeHTTP) }},
				{"a panic", func() { door.swap(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }) }, func() { door.swap(h.ServeHTTP) }},
				{"another in its place", func() { door.dir = t.TempDir(); evil.write(t, door.dir); door.become(t, answering(200, gate.Allow)) }, func() { door.dir = y.dir; door.become(t, h) }},
				{"the store gone", func() { door.swap(lost.ServeHTTP) }, func() { door.swap(h.ServeHTTP) }},
				{"dead, and back with the lane that serve puts before it", door.leave, func() {
					door.lane = func(l net.Listener) (net.Listener, error) {
						return y.p.machineLane(l, front{doors: gate.Doors{BothSides: true}})
					}
					door.become(t, h)
				}},
				{"the clock back an hour", clock(-time.Hour), clock(0)},
				{"the clock at zero", func() { y.clock.Store(&time.Time{}) }, clock(0)},
				{"the key revoked", func() {
					if record, err = y.p.machines.Unpin(t.Context(), keeper(), "gw", record.Version, record.Pins[0].SPKI, "lộ khóa"); err != nil {
						t.Error(err)
					}
				}, nil},
			} {
				c.harm()
				for range 3 {
					began, r := time.Now(), may.ask("GET", "")
					if r.err == nil && r.status/100 == 2 || time.Since(began) > 3*time.Second {
						t.Errorf("%s: %+v after %v", c.name, r, time.Since(began))
					}
				}
				if c.fix != nil {
					c.fix()
					works(c.name)
				}
			}
		})
	}
}

// TestStoreGone: with its register closed the gate answers nobody any more, once
// what it read last has had its short time.
func TestStoreGone(t *testing.T) {
	y := newYard(t, t.Context())
	cert := y.ca.issue(t, pkix.Name{CommonName: "gw"})
	y.pin("gw", cert, "", machine.Reach{All: true, Platforms: []string{"NDXP"}})
	c := y.client(true, cert)
	if said := y.ask(c, y.own, y.his); !strings.HasPrefix(said, "200 allow") {
		t.Fatal(said)
	}
	y.lose()
	time.Sleep(time.Second / 2)
	for range 3 {
		if said := y.ask(c, y.own, y.his); strings.Contains(said, "allow") {
			t.Errorf("without a register: %s", said)
		}
	}
}

// garbage answers with what is no HTTP.
func garbage(w http.ResponseWriter, _ *http.Request) {
	h, ok := w.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler) // HTTP/2 has no way to say it
	}
	c, _, err := h.Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = io.WriteString(c, "\x00\x01 allow allow\r\n\r\n") // a gateway that hung up has what it asked for
	_ = c.Close()
}

// identify writes what a gateway needs to prove itself and to know the gate.
func identify(t *testing.T, dir string, ca authority, own tls.Certificate) {
	t.Helper()
	der, err := x509.MarshalECPrivateKey(own.PrivateKey.(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	cert, key := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own.Certificate[0]}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
	for name, text := range map[string][]byte{"gateway.pem": cert, "gateway.key": key, "gateway.both": append(slices.Clone(cert), key...), "gate-ca.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.cert.Raw})} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// tlsPlace is an address at which one handler after another listens, as
// --gate-listen does, with the certificate in dir.
type tlsPlace struct {
	at, dir string
	lane    func(net.Listener) (net.Listener, error) // nil: none
	srv     *http.Server
	h       atomic.Pointer[http.HandlerFunc]
}

func (p *tlsPlace) swap(h http.HandlerFunc) { p.h.Store(&h) }

func (p *tlsPlace) become(t *testing.T, h http.Handler) {
	t.Helper()
	p.leave()
	p.swap(h.ServeHTTP)
	l, err := machineFlags{listen: p.at, cert: filepath.Join(p.dir, "server.pem"), key: filepath.Join(p.dir, "server.key")}.machineListener()
	if err == nil && p.lane != nil {
		l, err = p.lane(l)
	}
	if err != nil {
		t.Fatal(err)
	}
	p.srv = &http.Server{ConnContext: gate.Carry, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*p.h.Load())(w, r) }), ReadHeaderTimeout: time.Minute}
	go func(s *http.Server) { _ = s.Serve(l) }(p.srv) // ends when it is closed
}

func (p *tlsPlace) leave() {
	if p.srv != nil {
		_ = p.srv.Close()
		p.srv = nil
	}
}
