package main

import (
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
	"capdo/internal/web"
)

// TestEveryAnswer asks every address of the pages as nobody, as an officer, as a
// reviewer and as an administrator, and holds what comes against what every answer
// has: a kind with its character set that fits what is in it, the headers that
// protect it, cookies of ours alone; and asking by GET leaves no entry.
func TestEveryAnswer(t *testing.T) {
	c := build(t)
	asked := 0
	for _, route := range web.Routes(c.pages(front{})) {
		method, path, _ := strings.Cut(route, " ")
		paths, _ := c.filled(t, path)
		for _, a := range []approval.Actor{{}, storetest.Actor(law.RoleOperator, "H56"), storetest.Actor(law.RoleMPS, "G01"), storetest.Actor(approval.Administrator, "H56")} {
			if route == "POST /sign-out" && a.Account != "" {
				continue // the session is wanted for what follows
			}
			before, err := headOf(t.Context(), c.store, "")
			c.must(t, err)
			w := c.ask(a, method, paths[0], sent[route])
			asked++
			after, err := headOf(t.Context(), c.store, "")
			c.must(t, err)
			if method == http.MethodGet && before != after {
				t.Errorf("%s to %s leaves an entry", route, label(a))
			}
			for _, wrong := range amiss(w) {
				t.Errorf("%s to %s (%d): %s", route, label(a), w.Code, wrong)
			}
		}
	}
	if asked < 400 {
		t.Errorf("%d answers", asked)
	}
}

// amiss is what is wrong with an answer.
func amiss(w *httptest.ResponseRecorder) (all []string) {
	h := w.Header()
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	text := strings.HasPrefix(kind, "text/") || kind == "application/json"
	body := strings.TrimSpace(w.Body.String())
	switch {
	case body == "":
	case err != nil:
		all = append(all, "Content-Type "+h.Get("Content-Type"))
	case strings.HasPrefix(kind, "text/") && !strings.EqualFold(params["charset"], "utf-8"):
		all = append(all, "no character set: "+h.Get("Content-Type"))
	case kind == "text/html" != (strings.HasPrefix(strings.ToLower(body), "<!doctype html") || strings.HasPrefix(body, "<a href")):
		all = append(all, "it is no "+kind)
	case text && strings.Contains(body, "\x00"):
		all = append(all, "bytes as text")
	}
	for name, part := range map[string]string{"Content-Security-Policy": "frame-ancestors 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Strict-Transport-Security": "max-age=63072000; includeSubDomains", "Cross-Origin-Resource-Policy": "same-origin"} {
		if !strings.Contains(h.Get(name), part) {
			all = append(all, name+" is "+h.Get(name))
		}
	}
	if cache := h.Get("Cache-Control"); cache != "no-store" && !strings.HasPrefix(cache, "public, max-age") && w.Code < 400 {
		all = append(all, "Cache-Control is "+cache)
	}
	for _, name := range []string{"Access-Control-Allow-Origin", "Server", "X-Powered-By"} {
		if h.Get(name) != "" {
			all = append(all, name+" is said")
		}
	}
	for _, k := range (&http.Response{Header: h}).Cookies() {
		if !k.HttpOnly || k.SameSite == http.SameSiteNoneMode || k.Path != "/" || k.Domain != "" || len(k.Name)+len(k.Value) > 4096 {
			all = append(all, fmt.Sprintf("cookie %+v", k))
		}
	}
	return all
}

// TestNothingLeaks: after hundreds of requests, answered and refused, whole and
// broken off, as many goroutines and open files are there as after the first ones.
func TestNothingLeaks(t *testing.T) {
	c := build(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	c.must(t, err)
	ctx, stop := contextOf(t)
	served := make(chan error, 1)
	go func() { served <- serveUntil(ctx, l, c.Handler) }()
	defer func() { stop(); c.must(t, <-served) }()
	officer := storetest.Actor(law.RoleOperator, "H56")
	round := func(n int) {
		for i := range n {
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			for _, path := range []string{"/systems", "/nowhere", "/sign-in", "/static/none", "/systems/H56-9999", "/gate?provider=X"} {
				r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+l.Addr().String()+path, nil)
				c.must(t, err)
				r.AddCookie(&http.Cookie{Name: "capdo", Value: officer.Account})
				answer, err := client.Do(r)
				c.must(t, err)
				if i%2 == 0 {
					_, err = io.Copy(io.Discard, answer.Body)
					c.must(t, err)
				}
				c.must(t, answer.Body.Close())
			}
			cut, err := net.Dial("tcp", l.Addr().String())
			c.must(t, err)
			_, err = io.WriteString(cut, "POST /sign-in HTTP/1.1\r\nHost: capdo\r\nContent-Length: 100\r\n\r\nabc")
			c.must(t, err)
			c.must(t, cut.Close())
		}
	}
	open := func() (routines, files int) {
		for range 100 { // what is ending ends
			fds, err := os.ReadDir("/proc/self/fd")
			c.must(t, err)
			if r := runtime.NumGoroutine(); routines == r && files == len(fds) {
				break
			} else {
				routines, files = r, len(fds)
			}
			time.Sleep(50 * time.Millisecond)
		}
		return routines, files
	}
	round(5)
	r1, f1 := open()
	round(60)
	r2, f2 := open()
	if r2 > r1+5 || f2 > f1+5 {
		t.Errorf("goroutines %d, then %d; open files %d, then %d", r1, r2, f1, f2)
	}
}
