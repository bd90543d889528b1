package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// pairIn writes a certificate with its key, for 127.0.0.1, into two files.
func pairIn(t *testing.T) (cert, key string, pair tls.Certificate, roots *x509.CertPool) {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	pair, roots = s.TLS.Certificates[0], x509.NewCertPool()
	roots.AddCert(s.Certificate())
	secret, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, b := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: pair.Certificate[0]}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key, pair, roots
}

// TestNoLineInTheClear: settings by which others could read what is said are
// refused before the register is opened.
func TestNoLineInTheClear(t *testing.T) {
	for name, args := range map[string][]string{
		"pages":               {"--listen", "192.0.2.1:8080"},
		"pages on every net":  {"--listen", "0.0.0.0:8080"},
		"pages by name":       {"--listen", ":8080"},
		"administrators":      {"--listen", "127.0.0.1:0", "--admin-listen", "[2001:db8::1]:8081"},
		"operators":           {"--listen", "127.0.0.1:0", "--ops-listen", "0.0.0.0:9090"},
		"traces":              {"--listen", "127.0.0.1:0", "--traces", "http://collector.example:4318"},
		"time":                {"--listen", "127.0.0.1:0", "--time-source", "http://time.example/"},
		"mail":                {"--listen", "127.0.0.1:0", "--smtp", "mail.example:25", "--smtp-tls", "none", "--smtp-from", "a@b.example"},
		"half a certificate":  {"--listen", "127.0.0.1:0", "--tls-cert", "x.pem"},
		"a certificate amiss": {"--listen", "127.0.0.1:0", "--tls-cert", "none.pem", "--tls-key", "none.pem"},
		"log without port":    {"--listen", "127.0.0.1:0", "--log-to", "logs.example"},
	} {
		dir := filepath.Join(t.TempDir(), "data")
		r := capdo(t, "", append([]string{"serve", "--data", dir}, args...)...)
		if r.status != statusUsage || !strings.Contains(r.err, "--") {
			t.Errorf("%s: %+v", name, r)
		}
	}
	f := flags(world{err: io.Discard}, "x", "")
	s := declareLines(f)
	for _, address := range []string{"127.0.0.1:80", "[::1]:80", "localhost:80", "http://127.0.0.1:4318"} {
		if err := s.check(false, []spoken{{"--traces", address, false}, {"--listen", address, true}}); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	if err := s.check(true, []spoken{{"--listen", "0.0.0.0:80", true}, {"--ops-listen", "0.0.0.0:90", false}}); err != nil {
		t.Errorf("behind a proxy: %v", err)
	}
}

// TestOwnTLS: with a certificate the pages come over TLS 1.2 or 1.3 with forward
// secrecy, HTTP/2 or 1.1, cookies are bound to it, and nobody is answered plainly.
func TestOwnTLS(t *testing.T) {
	cert, key, _, roots := pairIn(t)
	data := filepath.Join(t.TempDir(), "data")
	if o := said(t, nil, "seed", "--data", data); o.status != statusOK {
		t.Fatal(o)
	}
	s := serveIn(t, data, "--tls-cert", cert, "--tls-key", key)
	at := s.at("serving")
	client := func(c *tls.Config) *http.Client {
		c.RootCAs = roots
		return &http.Client{Transport: &http.Transport{TLSClientConfig: c, ForceAttemptHTTP2: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	r, err := client(&tls.Config{}).Get("https://" + at + "/sign-in?lang=vi")
	if err != nil {
		t.Fatal(err)
	}
	if r.TLS.Version != tls.VersionTLS13 || r.ProtoMajor != 2 || !strings.HasPrefix(r.Header.Get("Set-Cookie"), "__Host-lang=") || !strings.Contains(r.Header.Get("Set-Cookie"), "Secure") {
		t.Errorf("%x %s %v", r.TLS.Version, r.Proto, r.Header)
	}
	for name, c := range map[string]*tls.Config{"TLS 1.1": {MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}, "no forward secrecy": {MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}},
		"CBC": {MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA}}} {
		if _, err := client(c).Get("https://" + at + "/livez"); err == nil {
			t.Errorf("%s: answered", name)
		}
	}
	if _, err := http.Get("https://" + at + "/livez"); err == nil {
		t.Error("a client that does not know the certificate goes on")
	}
	if r, err := http.Get("http://" + at + "/sign-in"); err == nil && r.StatusCode != http.StatusBadRequest {
		t.Errorf("plainly: %s", r.Status)
	}
}

// TestLogGoesElsewhere: each line is one message at the other machine, whose
// certificate is verified; while that is away lines wait, none is lost or doubled,
// and what the queue cannot hold is counted.
func TestLogGoesElsewhere(t *testing.T) {
	cert, _, pair, _ := pairIn(t)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 100)
	take := func(l net.Listener, most int) {
		c, err := l.Accept()
		if err != nil {
			return
		}
		r := bufio.NewReader(c)
		for range most {
			n, err := r.ReadString(' ')
			if err != nil {
				return
			}
			size, _ := strconv.Atoi(strings.TrimSpace(n)) // 0 shows as an empty message
			b := make([]byte, size)
			if _, err := io.ReadFull(r, b); err != nil {
				return
			}
			got <- string(b)
		}
		_ = c.Close() // the test ends it
	}
	go take(l, 3)
	f := flags(world{err: io.Discard}, "x", "")
	s := declareLines(f)
	*s.log, *s.logCA = l.Addr().String(), cert
	beside := &tape{}
	w, ship, err := s.shipped(world{err: beside})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go ship(ctx)
	log := newLog(w)
	read := func() string {
		select {
		case m := <-got:
			return m
		case <-time.After(20 * time.Second):
			t.Fatal("nothing arrives")
		}
		return ""
	}
	for i := range 3 {
		log.Info("signed in", "no", i, "evil", "a\nb")
		m := read()
		head, text, ok := strings.Cut(m, " - - - ")
		var said map[string]any
		if !ok || !strings.HasPrefix(head, "<38>1 - ") || json.Unmarshal([]byte(text), &said) != nil || fmt.Sprint(said["no"]) != fmt.Sprint(i) {
			t.Errorf("message %q", m)
		}
	}
	if n := strings.Count(beside.String(), "signed in"); n != 3 {
		t.Errorf("%d lines on standard error", n)
	}
	full := &shipper{queue: make(chan []byte, 2)}
	for range 5 {
		if n, err := full.Write([]byte("x\n")); n != 2 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	if full.lost.Load() != 3 {
		t.Errorf("%d counted as lost", full.lost.Load())
	}
	*s.logCA = ""
	if w, ship, err = s.shipped(world{err: beside}); err != nil {
		t.Fatal(err)
	}
	strange, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	go take(l, 1)
	newLog(w).Info("to a stranger")
	ship(strange)
	if len(got) > 0 || !strings.Contains(beside.String(), "the log goes nowhere else") {
		t.Errorf("a machine that nobody vouches for was told: %s", beside)
	}
}

// TestASVSCommand: the counts add up, level by level and chapter by chapter.
func TestASVSCommand(t *testing.T) {
	r := capdo(t, "", "asvs")
	var sum, all int
	for line := range strings.Lines(r.out) {
		f := strings.Fields(line)
		if len(f) == 6 && strings.HasPrefix(f[0], "V") && !strings.Contains(f[0], ".") {
			n, _ := strconv.Atoi(f[1])
			sum += n
		}
		if len(f) == 6 && f[0] == "all" {
			all, _ = strconv.Atoi(f[1])
		}
	}
	if all != 345 || sum != all {
		t.Errorf("%d in the chapters, %d in all:\n%s", sum, all, r.out)
	}
	if rows := capdo(t, "", "asvs", "--rows"); strings.Count(rows.out, "\nV") < 345 {
		t.Errorf("rows: %.500s", rows.out)
	}
}
