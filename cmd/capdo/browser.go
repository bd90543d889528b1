package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// browser is one person at the program's pages: it keeps cookies, fills in
// forms as they stand, and follows nothing by itself.
type browser struct {
	base string
	http *http.Client
}

func newBrowser(base string) (*browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &browser{base, &http.Client{Jar: jar, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// reply is a page as it came.
type reply struct {
	status   int
	location string
	body     string
}

func (b *browser) send(req *http.Request) (reply, error) {
	res, err := b.http.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return reply{}, err
	}
	return reply{res.StatusCode, res.Header.Get("Location"), string(body)}, nil
}

// get fetches a page.
func (b *browser) get(ctx context.Context, path string) (reply, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.base+path, nil)
	if err != nil {
		return reply{}, err
	}
	return b.send(req)
}

// post sends a form as a browser would from our own page.
func (b *browser) post(ctx context.Context, path string, in url.Values) (reply, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.base+path, strings.NewReader(in.Encode()))
	if err != nil {
		return reply{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.send(req)
}

// fill opens the page of a form, keeps what is hidden in it, adds the answers
// and sends it. A page without the form is answered as it came.
func (b *browser) fill(ctx context.Context, path string, answers url.Values) (reply, error) {
	page, err := b.get(ctx, path)
	if err != nil || page.status != http.StatusOK {
		return page, err
	}
	in, err := hidden(page.body, path)
	if err != nil {
		return reply{}, err
	}
	for k, vs := range answers {
		in[k] = vs
	}
	return b.post(ctx, path, in)
}

// hidden collects the hidden fields of the form that goes to action.
func hidden(page, action string) (url.Values, error) {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return nil, err
	}
	in := url.Values{}
	found := false
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" && attr(n, "action") == action {
			found = true
			for f := range n.Descendants() {
				if f.Type == html.ElementNode && f.Data == "input" && attr(f, "type") == "hidden" {
					in.Set(attr(f, "name"), attr(f, "value"))
				}
			}
		}
	}
	if !found {
		return nil, fmt.Errorf("the page has no form for %s", action)
	}
	return in, nil
}

func attr(n *html.Node, name string) string {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if i < 0 {
		return ""
	}
	return n.Attr[i].Val
}

// signIn opens a session.
func (b *browser) signIn(ctx context.Context, p person) error {
	r, err := b.fill(ctx, "/sign-in", url.Values{"login": {p.login}, "password": {p.password}})
	if err != nil {
		return err
	}
	if r.status != http.StatusSeeOther {
		return fmt.Errorf("sign in as %s: status %d", p.login, r.status)
	}
	return nil
}

// decision is what the demo reads of the gate's answer.
type decision struct {
	Decision   string  `json:"decision"`
	Level      *int    `json:"level"`
	ValidUntil *string `json:"valid_until"`
	Reasons    []struct {
		Code   string `json:"code"`
		ID     string `json:"id"`
		Effect string `json:"effect"`
	} `json:"reasons"`
	LawDigest string `json:"law_digest"`
	Ledger    struct {
		Size int64  `json:"size"`
		Root string `json:"root"`
	} `json:"ledger"`
}

// ask asks the gate.
func (b *browser) ask(ctx context.Context, query string) (decision, error) {
	r, err := b.get(ctx, "/gate/v1/decisions?"+query)
	if err != nil {
		return decision{}, err
	}
	var d decision
	if err := json.Unmarshal([]byte(r.body), &d); err != nil {
		return d, fmt.Errorf("read the gate's answer (status %d): %w", r.status, err)
	}
	return d, nil
}

// String prints decision, level, end and the reasons that bind.
func (d decision) String() string {
	var b strings.Builder
	b.WriteString(d.Decision)
	if d.Level != nil {
		fmt.Fprintf(&b, ", level %d", *d.Level)
	}
	if d.ValidUntil != nil {
		b.WriteString(", until " + *d.ValidUntil)
	}
	for _, r := range d.Reasons {
		fmt.Fprintf(&b, "; %s %s (%s)", r.Code, r.ID, r.Effect)
	}
	return b.String()
}

// denies tells whether a reason with this id denies.
func (d decision) denies(id string) bool {
	for _, r := range d.Reasons {
		if r.ID == id && r.Effect == "deny" {
			return true
		}
	}
	return false
}
