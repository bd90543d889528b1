package main

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// estate is a register in a folder, served by a process of its own: people at its
// pages, a gateway that asks, and this process, which suspends a system in turn and
// so knows what must be denied.
type estate struct {
	*testing.T
	dir    string
	p      *program
	people map[string]person
	open   string   // a system that may connect, always
	draft  string   // one whose dossier is being written
	turned *subject // one that is suspended and reinstated

	url, ops string
	env      []string // beside that of this process
	command  *exec.Cmd
	log      string // file of what it said

	allows, denies, silences, pages, broken, documents atomic.Int64
}

// newEstate makes the register.
func newEstate(t *testing.T) *estate {
	t.Helper()
	e := &estate{T: t, dir: filepath.Join(t.TempDir(), "data")}
	if o := said(t, nil, "seed", "--data", e.dir); o.status != statusOK {
		t.Fatal(o)
	}
	var err error
	if e.p, err = open(t.Context(), world{getenv: func(string) string { return "" }, out: t.Output(), err: t.Output(), clock: time.Now}, e.dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.p.close() })
	if e.people, err = e.p.enrol(t.Context()); err != nil {
		t.Fatal(err)
	}
	e.open = storetest.Lead(t, e.p.office, "H56", "Một cửa", storetest.Deployed).Code
	e.turned = &subject{code: storetest.Lead(t, e.p.office, "H56", "Một cửa khác", storetest.Deployed).Code}
	e.draft = storetest.Lead(t, e.p.office, "H56", "Một cửa đang lập hồ sơ", storetest.Stated).Code
	e.url, e.ops = "http://"+freeAddress(t), freeAddress(t)
	return e
}

// serve starts the service and waits until it answers.
func (e *estate) serve(by []string, args ...string) {
	e.Helper()
	e.start(by, args...)
	for range 600 {
		if e.decision(e.open) == gate.Allow {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	e.Fatalf("it does not serve: %s", e.complaints())
}

// complaints are the last lines of the log that tell of an error.
func (e *estate) complaints() string {
	b, err := os.ReadFile(e.log)
	if err != nil {
		return err.Error()
	}
	lines := slices.DeleteFunc(strings.Split(string(b), "\n"), func(l string) bool { return !strings.Contains(l, `"ERROR"`) && !strings.HasPrefix(l, "capdo") })
	return strings.Join(lines[max(0, len(lines)-3):], "\n")
}

// start starts the service, through a command where one is given.
func (e *estate) start(by []string, args ...string) {
	e.Helper()
	self, err := os.Executable()
	if err != nil {
		e.Fatal(err)
	}
	line := append(append([]string{}, by...), self, "serve", "--sign-in", "relaxed", "--pace-address", "0", "--pace-account", "0", "--listen", strings.TrimPrefix(e.url, "http://"), "--ops-listen", e.ops, "--data", e.dir)
	e.log = filepath.Join(e.TempDir(), "log")
	log, err := os.Create(e.log)
	if err != nil {
		e.Fatal(err)
	}
	e.Cleanup(func() { _ = log.Close() })
	c := exec.Command(line[0], append(line[1:], args...)...)
	c.Env, c.Stderr, c.WaitDelay = append(append(os.Environ(), asCommand+"=1"), e.env...), log, time.Second
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		e.Fatal(err)
	}
	e.command = c
	e.Cleanup(func() { e.kill(c) })
}

// ended tells whether the service is no more.
func (e *estate) ended() bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", e.command.Process.Pid))
	_, state, _ := strings.Cut(string(b), ") ")
	return err != nil || strings.HasPrefix(state, "Z")
}

// kill ends the service and what started it.
func (e *estate) kill(c *exec.Cmd) {
	_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) // it may have ended
	_ = c.Wait()
}

// decision is what the gate says of a system, "" when it says nothing in time.
func (e *estate) decision(code string) string {
	return (&child{url: e.url}).decision(code)
}

// asking asks the gate until it is told to stop. What is suspended is never allowed.
func (e *estate) asking(stop <-chan struct{}) {
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		case <-time.After(time.Millisecond):
		}
		code := e.open
		if n%2 == 0 {
			code = e.turned.code
		}
		shut, phase := e.turned.now()
		said := e.decision(code)
		_, after := e.turned.now()
		switch {
		case said == "":
			e.silences.Add(1)
		case said == gate.Deny:
			e.denies.Add(1)
		case code == e.turned.code && shut && phase == after:
			e.Errorf("%s is allowed, which was suspended before the question", code)
		default:
			e.allows.Add(1)
		}
	}
}

// turning suspends the system and reinstates it until it is told to stop.
func (e *estate) turning(every time.Duration, stop <-chan struct{}) {
	regulator := storetest.Actor(law.RoleMPS, "G01")
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		case <-time.After(every):
		}
		x, err := e.p.office.File(context.Background(), regulator, e.turned.code)
		if err != nil {
			continue // the disk may be slow
		}
		number := fmt.Sprint(n)
		if len(x.System.Standing(time.Now()).Suspensions) > 0 {
			e.turned.turn(false)
			_, err = e.p.office.Reinstate(context.Background(), regulator, e.turned.code, x.System.Version, "xong", number)
		} else if _, err = e.p.office.Suspend(context.Background(), regulator, e.turned.code, x.System.Version, approval.SuspensionInput{Ground: "x", Number: number}); err == nil {
			e.turned.turn(true)
		}
		if err == nil {
			e.turned.acked = append(e.turned.acked, number)
		}
	}
}

// working is a person who reads pages, has papers made, brings a document and a
// table, and begins anew when the service does; until it is told to stop.
func (e *estate) working(login string, stop <-chan struct{}) {
	var b *browser
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		case <-time.After(20 * time.Millisecond):
		}
		ctx := context.Background()
		if b == nil || n%200 == 0 { // sessions come and go
			fresh, err := newBrowser(e.url)
			if err == nil {
				err = fresh.signIn(ctx, e.people[login])
			}
			if err != nil {
				e.broken.Add(1)
				continue
			}
			b = fresh
		}
		var r reply
		var err error
		paths := []string{"/", "/systems", "/overview", "/systems/" + e.open, "/systems?q=m%E1%BB%99t", "/calendar", "/systems/" + e.open + "/report.pdf", "/queue", "/reports/national.pdf?on=2024-06-30"}
		if n%11 == 10 {
			r, err = b.upload(ctx, "/systems/"+e.draft+"/documents", bytes.Repeat(fmt.Appendf(nil, "văn bản %d\n", e.documents.Load()), 10_000))
			if r.status == http.StatusSeeOther {
				e.documents.Add(1) // until there are as many as one dossier may have
			}
		} else {
			r, err = b.get(ctx, paths[n%len(paths)])
		}
		switch {
		case err != nil || r.status >= 500:
			if e.broken.Add(1) < 4 {
				e.Logf("broken: %d %v: %s", r.status, err, e.complaints())
			}
			b = nil
		default:
			e.pages.Add(1)
		}
	}
}

// uploads is the form that takes a document.
var uploads = regexp.MustCompile(`action="([^"]+)" enctype="multipart/form-data"[^>]*>\s*<input type="hidden" name="once" value="([^"]*)"`)

// upload sends a document as a page's form would.
func (b *browser) upload(ctx context.Context, path string, body []byte) (reply, error) {
	page, err := b.get(ctx, path)
	if err != nil || page.status != http.StatusOK {
		return page, err
	}
	at := uploads.FindStringSubmatch(page.body)
	if at == nil {
		return reply{}, fmt.Errorf("nothing may be attached at %s: %s", path, page.body)
	}
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	if err := m.WriteField("once", at[2]); err != nil {
		return reply{}, err
	}
	f, err := m.CreateFormFile("file", "van-ban.txt")
	if err == nil {
		_, err = f.Write(body)
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		return reply{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.base+html.UnescapeString(at[1]), &form)
	if err != nil {
		return reply{}, err
	}
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.send(r)
}

// press puts everybody to work for a while.
func (e *estate) press(last time.Duration, while func(stop <-chan struct{})) {
	stop := make(chan struct{})
	var work sync.WaitGroup
	for _, f := range []func(<-chan struct{}){e.asking, e.asking, func(s <-chan struct{}) { e.turning(100*time.Millisecond, s) },
		func(s <-chan struct{}) { e.working("canbo.thanhhoa", s) }, func(s <-chan struct{}) { e.working("canbo.thanhhoa", s) }, while} {
		work.Go(func() { f(stop) })
	}
	time.Sleep(last)
	close(stop)
	work.Wait()
}

// whole: every act that was acknowledged stands, and the register agrees with its
// ledger.
func (e *estate) whole() {
	e.Helper()
	x, err := e.p.office.File(e.Context(), keeper(), e.turned.code)
	if err != nil {
		e.Fatal(err)
	}
	kept := map[string]bool{}
	for _, s := range x.System.Suspensions {
		kept[s.Number] = true
		if s.Lift != nil {
			kept[s.Lift.Number] = true
		}
	}
	for _, number := range e.turned.acked {
		if !kept[number] {
			e.Errorf("act %s was acknowledged and is lost", number)
		}
	}
	if r, err := e.p.store.Verify(e.Context()); err != nil || len(r.Violations) > 0 {
		e.Errorf("the register does not verify: %v %+v", err, r.Violations)
	}
	e.Logf("%d acts, %d allow, %d deny, %d no answer; %d pages, %d documents, %d broken", len(e.turned.acked), e.allows.Load(), e.denies.Load(), e.silences.Load(), e.pages.Load(), e.documents.Load(), e.broken.Load())
	if len(e.turned.acked) < 3 || e.allows.Load() == 0 || e.denies.Load() == 0 || e.pages.Load() == 0 || e.documents.Load() == 0 {
		e.Error("too little was done to prove anything")
	}
}

// figure reads a figure of the service, and false where it does not tell.
func (e *estate) figure(name string) (float64, bool) {
	r, err := http.Get("http://" + e.ops + "/metrics")
	if err != nil {
		return 0, false
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(b)) {
		var v float64
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			_, err := fmt.Sscan(rest, &v)
			return v, err == nil
		}
	}
	return 0, false
}
