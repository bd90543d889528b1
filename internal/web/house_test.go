package web_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/connection"
	"capdo/internal/controls"
	"capdo/internal/gate"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/review"
	reported "capdo/internal/statement"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
	"capdo/internal/web"
	"capdo/internal/whatif"
	"capdo/internal/workbook"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

const password = "mot-mat-khau-thu-1"

// listsOnce loads the control catalogues, which no test changes.
var listsOnce = sync.OnceValues(controls.Load)

// hashOnce makes the one hash all test accounts share; argon2id is slow.
var hashOnce = sync.OnceValues(func() (string, error) {
	return identity.NewHasher().New(context.Background(), password)
})

// house is the pages over a register of their own.
type house struct {
	t      *testing.T
	clock  *storetest.Clock
	office *approval.Office
	plans  *plan.Room
	server *httptest.Server
	log    *bytes.Buffer
}

// people are the accounts of every house: login, capacity, body.
var people = []struct {
	login string
	as    approval.Capacity
	body  string
}{
	{"vanhanh", law.RoleOperator, "H56"}, {"vanhanh2", law.RoleOperator, "H56"}, {"chuyentrach", law.RoleSpecialisedUnit, "H56"}, {"chuquan", law.RoleOwner, "H56"},
	{"bca", law.RoleMPS, "G01"}, {"kiemtoan", approval.Auditor, "G01"}, {"quantri", approval.Administrator, "H56"}, {"quantri2", approval.Administrator, "H41"}, {"nghean", law.RoleOperator, "H41"}, {"nghean2", law.RoleSpecialisedUnit, "H41"},
}

// open opens a house standing on 22 November 2026; change may alter its make.
func open(t *testing.T, change func(*web.Config)) *house {
	t.Helper()
	h := &house{t: t, clock: storetest.At("2026-11-22"), log: &bytes.Buffer{}}
	o, s := storetest.Office(t, h.clock)
	h.office = o
	hash, err := hashOnce()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		a := identity.Account{Login: p.login, Name: "Cán bộ " + p.login, Actor: storetest.Actor(p.as, p.body), PasswordHash: hash}
		if err := s.AddAccount(context.Background(), storetest.Keeper(), h.clock.Now(), o.Book.Digest(), a); err != nil {
			t.Fatal(err)
		}
	}
	log := slog.New(slog.NewTextHandler(h.log, nil))
	c := web.Config{Office: o, Book: o.Book, Shelf: o.Shelf, Clock: h.clock.Now, Log: log,
		Gate:      &gate.Gate{Standings: s, Book: o.Book, Clock: h.clock.Now, Log: log},
		Desk:      &identity.Desk{Store: s, Clock: h.clock.Now, Hash: identity.NewHasher(), Policy: identity.Relaxed},
		Registrar: &identity.Registrar{Store: s, Clock: h.clock.Now, Law: o.Book.Digest(), Bodies: func(ctx context.Context) ([]approval.Agency, error) { return o.AgencyList(ctx, storetest.Keeper()) }},
		Origin:    "https://capdo.example",
		Reports: func(_ context.Context, w io.Writer, _ approval.Actor, kind, code string, day law.Day) error {
			_, err := fmt.Fprintf(w, "%%PDF %s %s %s", kind, code, day)
			return err
		},
		Review: &review.Desk{Store: s, Book: o.Book, Clock: h.clock.Now},
		Roster: &review.Roster{Store: s, Book: o.Book, Clock: h.clock.Now},
		Panel:  &review.Panel{Store: s, Office: o},
		WhatIf: h.whatIf(s),
		WhatIfFile: func(_ context.Context, w io.Writer, a approval.Actor, kind string, q whatif.Adoption) error {
			_, err := fmt.Fprintf(w, "%s %s %s %s", kind, a.Body, q.Rules, q.On)
			return err
		}}
	c.Connections = &connection.Office{Store: s, Book: o.Book, Clock: h.clock.Now}
	c.Watch = &connection.Watch{Store: s, Book: o.Book, Clock: h.clock.Now}
	if c.Controls, err = listsOnce(); err != nil {
		t.Fatal(err)
	}
	c.Plans, c.Feeds = &plan.Room{Store: s.Plans(), Book: o.Book, Lists: c.Controls, Clock: h.clock.Now}, s
	h.plans = c.Plans
	c.Record, c.Jobs = s, s
	c.Statements = &reported.Office{Store: s, Book: o.Book, Clock: h.clock.Now}
	c.Tables, c.Tray = &workbook.Room{Office: o, Plans: c.Plans, Lists: c.Controls, Systems: s, Book: o.Book, Clock: h.clock.Now}, &workbook.Tray{Clock: h.clock.Now}
	c.Service = func(context.Context) (web.Service, error) {
		return web.Service{Settings: []web.Setting{{Name: "law digest", Value: o.Book.Digest()}}, Keys: []web.SealKey{{ID: "k1", Alg: "ES256", Made: h.clock.Now()}}, Size: 1, Root: "00"}, nil
	}
	c.Past = func(ctx context.Context, on law.Day, known time.Time) (web.Past, error) {
		return h.past(ctx, s, c, on, known)
	}
	o.Measure, o.Follow = c.Plans.Deployed, c.Plans.Follow
	if change != nil {
		change(&c)
	}
	pages, err := web.New(c)
	if err != nil {
		t.Fatal(err)
	}
	h.server = httptest.NewServer(pages)
	t.Cleanup(h.server.Close)
	return h
}

// past is the house as it was: of a day before its founding as it was founded.
func (h *house) past(ctx context.Context, s *store.Store, now web.Config, on law.Day, known time.Time) (web.Past, error) {
	x := approval.AsOf{On: on, Known: known}
	if known.IsZero() {
		founded, err := s.Founded(ctx)
		if err != nil {
			return web.Past{}, err
		}
		if x.Known = x.End(); x.Known.Before(founded) {
			x.Known = founded
		}
	}
	then := s.At(x)
	o := &approval.Office{Store: then, Book: now.Book, Shelf: now.Shelf, Clock: x.Last, Past: true}
	return web.Past{AsOf: x, Office: o, Gate: &gate.Gate{Standings: then, Book: now.Book, Clock: x.Last, Log: now.Log}, Plans: &plan.Room{Store: then.Plans(), Book: now.Book, Lists: now.Controls, Clock: x.Last},
		Tables: &workbook.Room{Office: o, Lists: now.Controls, Systems: then, Book: now.Book, Clock: x.Last, AsOf: x}, Statements: &reported.Office{Store: then, Book: now.Book, Clock: x.Last},
		Reports: now.Reports, Review: &review.Desk{Store: then, Book: now.Book, Clock: x.Last}, Roster: &review.Roster{Store: then, Book: now.Book, Clock: x.Last},
		Connections: &connection.Office{Store: then, Book: now.Book, Clock: x.Last}, WhatIf: h.whatIf(then), WhatIfFile: now.WhatIfFile}, nil
}

// whatIf asks what a change of law does to the systems an actor may see.
func (h *house) whatIf(s *store.Store) web.WhatIfFunc {
	return func(ctx context.Context, a approval.Actor, ask whatif.Adoption) (whatif.Result, error) {
		lists, err := listsOnce()
		if err != nil {
			return whatif.Result{}, err
		}
		q, err := ask.Question()
		if err != nil {
			return whatif.Result{}, err
		}
		q.Controls = lists
		var walk error
		res := whatif.Run(q, func(yield func(approval.System) bool) {
			walk = s.Each(ctx, a, func(x approval.System) error {
				if !yield(x) {
					return io.EOF
				}
				return nil
			})
		})
		return res, walk
	}
}

// browser is one person's browser: it keeps cookies and follows no redirect.
type browser struct {
	h *house
	c *http.Client
}

// stranger is a browser nobody signed in with.
func (h *house) stranger() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &browser{h, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// as is a browser signed in with an account.
func (h *house) as(login string) *browser {
	h.t.Helper()
	b := h.stranger()
	p := b.post("/sign-in", url.Values{"login": {login}, "password": {password}})
	if p.status != http.StatusSeeOther {
		h.t.Fatalf("sign in as %s: %d", login, p.status)
	}
	return b
}

// nonceOf matches where the nonce of an answer stands on its page: no two are alike.
var nonceOf = regexp.MustCompile(` nonce="[0-9a-f]{32}"`)

// page is an answer: status, headers, and the document when it is one.
type page struct {
	t      *testing.T
	at     string
	status int
	header http.Header
	body   string
	doc    *html.Node
}

func (b *browser) do(r *http.Request) *page {
	b.h.t.Helper()
	res, err := b.c.Do(r)
	if err != nil {
		b.h.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	doc, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		b.h.t.Fatal(err)
	}
	return &page{b.h.t, r.Method + " " + r.URL.RequestURI(), res.StatusCode, res.Header, nonceOf.ReplaceAllString(string(body), ""), doc}
}

// get asks for a page.
func (b *browser) get(path string) *page {
	b.h.t.Helper()
	r, err := http.NewRequest(http.MethodGet, b.h.server.URL+path, nil)
	if err != nil {
		b.h.t.Fatal(err)
	}
	return b.do(r)
}

// post sends a form as a browser on the site does.
func (b *browser) post(path string, in url.Values) *page {
	b.h.t.Helper()
	r, err := http.NewRequest(http.MethodPost, b.h.server.URL+path, strings.NewReader(in.Encode()))
	if err != nil {
		b.h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", b.h.server.URL)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

// upload sends a form with files as a browser on the site does.
func (b *browser) upload(path string, fields map[string]string, files map[string][]byte) *page {
	b.h.t.Helper()
	kind, body := sent(b.h.t, fields, files)
	r, err := http.NewRequest(http.MethodPost, b.h.server.URL+path, bytes.NewReader(body))
	if err != nil {
		b.h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Origin", b.h.server.URL)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

// fill opens a form, keeps its hidden values, fills in the rest and sends it.
func (b *browser) fill(path string, in url.Values) *page {
	b.h.t.Helper()
	p := b.get(path)
	if p.status != http.StatusOK {
		b.h.t.Fatalf("%s: %d, want the form: %s", p.at, p.status, p.text("main"))
	}
	for _, n := range p.all(`form.form input[type=hidden]`) {
		in.Set(attr(n, "name"), attr(n, "value"))
	}
	return b.post(path, in)
}

// all selects nodes by CSS.
func (p *page) all(selector string) []*html.Node {
	p.t.Helper()
	s, err := cascadia.ParseGroup(selector)
	if err != nil {
		p.t.Fatal(err)
	}
	return cascadia.QueryAll(p.doc, s)
}

// one selects the only node, and fails when there is not exactly one.
func (p *page) one(selector string) *html.Node {
	p.t.Helper()
	found := p.all(selector)
	if len(found) != 1 {
		p.t.Fatalf("%s: %d × %s, want 1", p.at, len(found), selector)
	}
	return found[0]
}

// text is the text under every node selected, spaces squeezed.
func (p *page) text(selector string) string {
	p.t.Helper()
	var parts []string
	for _, n := range p.all(selector) {
		parts = append(parts, textOf(n))
	}
	return strings.Join(parts, " | ")
}

// wants fails unless the status is as wanted.
func (p *page) wants(status int) *page {
	p.t.Helper()
	if p.status != status {
		p.t.Fatalf("%s: %d, want %d: %s", p.at, p.status, status, p.text(".errors, h1, .lead"))
	}
	return p
}

// leads fails unless the answer is 303 to an address.
func (p *page) leads(to string) {
	p.t.Helper()
	if got := p.header.Get("Location"); p.status != http.StatusSeeOther || got != to {
		p.t.Fatalf("%s: %d to %q, want 303 to %q: %s", p.at, p.status, got, to, p.text(".errors, .lead"))
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// system reads a system as the auditor sees it.
func (h *house) system(code string) approval.System {
	h.t.Helper()
	f, err := h.office.File(context.Background(), storetest.Actor(approval.Auditor, "G01"), code)
	if err != nil {
		h.t.Fatal(err)
	}
	return f.System
}
