package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
	"capdo/internal/web"
)

// tape is a log that is read afterwards.
type tape struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *tape) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(b)
}

// planted are 40 secrets, each where one may be sent: in every header that carries
// one, in cookies, in fields of forms and in addresses.
func planted() (headers http.Header, cookies []string, fields url.Values, all []string) {
	headers, fields = http.Header{}, url.Values{}
	secret := func(where string) string {
		s := fmt.Sprintf("canary-%02d-%s", len(all), where)
		all = append(all, s)
		return s
	}
	for _, name := range []string{"Authorization", "Proxy-Authorization", "X-Api-Key", "X-Auth-Token", "X-Csrf-Token", "Capdo-Gateway-Assertion", "X-Forwarded-For", "X-Forwarded-User", "X-Client-Cert", "Client-Cert", "Idempotency-Key", "If-Match", "Referer", "User-Agent", "X-Request-Id"} {
		headers.Set(name, secret(strings.ToLower(name)))
	}
	headers.Set("Authorization", "Bearer "+headers.Get("Authorization"))
	for _, name := range []string{"__Host-capdo", "session", "token", "remember", "lang"} {
		cookies = append(cookies, name+"="+secret("cookie"))
	}
	for _, name := range []string{"password", "once", "secret", "token", "code", "totp", "link", "next", "digest", "version", "key", "pin", "q", "name", "text", "ground", "number", "comment", "question", "address"} {
		fields.Set(name, secret(name))
	}
	return headers, cookies, fields, all
}

// TestCanaries sends 40 secrets to every route in two roles and to nobody's
// session, with the register in order and with one that cannot be read: none is
// in a log line, none in the ledger, none in an answer that says what went wrong.
// A log line is one event, whatever was sent.
func TestCanaries(t *testing.T) {
	c := build(t)
	headers, cookies, fields, secrets := planted()
	if len(secrets) != 40 {
		t.Fatalf("%d secrets", len(secrets))
	}
	log := &tape{}
	w := world{getenv: func(string) string { return "" }, err: log, clock: c.clock}
	c.log = newLog(w)
	c.gate.Log, c.attachments.Log = c.log, c.log
	c.open(t)
	send := func(a approval.Actor, method, path string, broken bool) {
		body := fields.Encode()
		if method == http.MethodGet {
			path, body = path+"?"+body, ""
		}
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header = headers.Clone()
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.RemoteAddr = "127.0.0.1:9"
		if a.Account != "" {
			r.AddCookie(&http.Cookie{Name: "capdo", Value: a.Account})
		}
		for _, one := range cookies {
			name, value, _ := strings.Cut(one, "=")
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		if broken {
			r = r.WithContext(over(t))
		}
		answer := httptest.NewRecorder()
		c.ServeHTTP(answer, r)
		if answer.Code < 500 {
			return
		}
		for _, s := range secrets {
			if strings.Contains(answer.Body.String(), s) {
				t.Errorf("%s %s: the answer %d tells %s", method, path, answer.Code, s)
			}
		}
	}
	failed := 0
	for _, route := range web.Routes(c.pages(front{})) {
		method, path, _ := strings.Cut(route, " ")
		paths, _ := c.filled(t, path)
		for _, a := range []approval.Actor{{}, storetest.Actor(law.RoleOperator, "H56"), storetest.Actor(law.RoleMPS, "G01")} {
			if route == "POST /sign-out" {
				a = approval.Actor{}
			}
			send(a, method, paths[0], false)
			before := log.Len()
			send(a, method, paths[0], true)
			if log.Len() > before {
				failed++
			}
		}
	}
	for _, q := range questions() {
		method, path, _ := strings.Cut(q.address, " ")
		send(approval.Actor{}, method, path, false)
		send(approval.Actor{}, method, path, true)
	}
	if failed < 100 {
		t.Errorf("%d requests failed aloud: the log was not put to the test", failed)
	}
	ledger, err := c.store.Record(t.Context(), storetest.Actor(approval.Auditor, "G01"), "", 0, 10_000)
	c.must(t, err)
	kept, err := json.Marshal(ledger)
	c.must(t, err)
	for _, s := range secrets {
		if strings.Contains(log.String(), s) {
			t.Errorf("the log tells %s", s)
		}
		if strings.Contains(string(kept), s) {
			t.Errorf("the ledger tells %s", s)
		}
	}
	for line := range strings.Lines(log.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not one event: %q", line)
		}
	}
	t.Logf("%d requests that failed aloud, %d bytes of log, %d entries", failed, log.Len(), len(ledger))
}

// TestLogLineIsOneEvent: what a person sent neither ends a line of the log, nor
// moves the cursor of who reads it, nor turns its direction.
func TestLogLineIsOneEvent(t *testing.T) {
	for _, evil := range []string{"a\r\nb", "\x1b[2Jgone", "\u202egpj.exe", "\u2066x\u2069", "\u0085next", "\u2028next", "a\u200bb", "\ufeffx", "\x7f", "\x9b31m", "\xff\xfe"} {
		log := &tape{}
		newLog(world{err: log}).Info("event", "what", evil, evil, "name")
		if line := log.String(); strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") || !json.Valid([]byte(line)) {
			t.Errorf("%q: %q", evil, line)
		}
		for _, r := range strings.TrimSuffix(log.String(), "\n") {
			if unseen(r) {
				t.Errorf("%q leaves %U in %q", evil, r, log)
			}
		}
	}
	log := &tape{}
	newLog(world{err: log}).Info("Hệ thống một cửa 🏛", "tên", "Đắk Lắk")
	if !strings.Contains(log.String(), "Hệ thống một cửa 🏛") || !strings.Contains(log.String(), "Đắk Lắk") {
		t.Errorf("Vietnamese is not left as it is: %s", log)
	}
}

// TestBoundsOfARequest: a head too large, one that never ends, a request line that
// smuggles another, and methods that no page has.
func TestBoundsOfARequest(t *testing.T) {
	c := build(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	c.must(t, err)
	served := make(chan error, 1)
	ctx, stop := contextOf(t)
	go func() { served <- serveUntil(ctx, l, c.Handler) }()
	defer func() { stop(); c.must(t, <-served) }()
	say := func(head string) string {
		t.Helper()
		conn, err := net.DialTimeout("tcp", l.Addr().String(), time.Second)
		c.must(t, err)
		defer conn.Close()
		c.must(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
		_, err = io.WriteString(conn, head)
		c.must(t, err)
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil {
			return "closed"
		}
		return strings.TrimSpace(line)
	}
	const host = "Host: capdo\r\n"
	for name, x := range map[string]struct{ head, want string }{
		"plain":                {"GET /livez HTTP/1.1\r\n" + host + "\r\n", "HTTP/1.1 200"},
		"large head":           {"GET /livez HTTP/1.1\r\n" + host + "X: " + strings.Repeat("a", 2*maxHead) + "\r\n\r\n", "HTTP/1.1 431"},
		"two lengths":          {"POST /sign-in HTTP/1.1\r\n" + host + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", "HTTP/1.1 400"},
		"length of letters":    {"POST /sign-in HTTP/1.1\r\n" + host + "Content-Length: +3\r\n\r\nabc", "HTTP/1.1 400"},
		"folded header":        {"GET /livez HTTP/1.1\r\n" + host + "X: a\r\n b\r\nBad Name: x\r\n\r\n", "HTTP/1.1 400"},
		"no host":              {"GET /livez HTTP/1.1\r\n\r\n", "HTTP/1.1 400"},
		"NUL in a header":      {"GET /livez HTTP/1.1\r\n" + host + "X: a\x00b\r\n\r\n", "HTTP/1.1 400"},
		"odd coding":           {"POST /sign-in HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 501"},
		"trace":                {"TRACE /systems HTTP/1.1\r\n" + host + "Origin: http://capdo\r\n\r\n", "HTTP/1.1 405"},
		"connect":              {"CONNECT /systems HTTP/1.1\r\n" + host + "Origin: http://capdo\r\n\r\n", "HTTP/1.1 405"},
		"delete":               {"DELETE /systems HTTP/1.1\r\n" + host + "Origin: http://capdo\r\n\r\n", "HTTP/1.1 405"},
		"a path with a parent": {"GET /static/../systems HTTP/1.1\r\n" + host + "\r\n", "HTTP/1.1 30"},
	} {
		if got := say(x.head); !strings.HasPrefix(got, x.want) {
			t.Errorf("%s: %q, want %q", name, got, x.want)
		}
	}
}

// over is a context whose time is over: every read of the register fails.
func over(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// contextOf is a context of a test's own.
func contextOf(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}
