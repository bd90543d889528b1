// Package openid lets people sign in with an identity they have at another
// provider: OpenID Connect, authorization code flow with PKCE. The national
// electronic identity, or the sign-on of a ministry, is one such provider by
// configuration; nothing of any is built in.
//
// Nobody becomes somebody by it: the identity, issuer and subject, must be bound
// to an account, which takes two administrators. What a provider says of names or
// roles is not read. Whether the sign-in counts as two factors is said by its acr,
// against the values that the configuration names; without one it counts as one.
//
// # What is checked
//
// The answer must come to the browser that asked (a cookie), with the state that
// waits for it, once, within five minutes, from the provider that was asked (RFC
// 9207: iss). The code is redeemed with the verifier of PKCE. The ID token must be
// signed with an asymmetric algorithm by a key the issuer publishes; be of this
// issuer, for this client alone; be neither expired nor of the future; bear the
// nonce, a subject, and, when given, the hash of the access token; where a max_age
// is configured, tell that the person was asked no longer ago. The access token is
// thrown away: nothing is asked with it.
package openid

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"capdo/internal/identity"
)

// Provider is a provider as the configuration names it.
type Provider struct {
	ID         string   `json:"id"`          // in addresses: /sign-in/with/ID
	Name       string   `json:"name"`        // on the button
	Issuer     string   `json:"issuer"`      // as in its discovery document and tokens
	ClientID   string   `json:"client_id"`   //
	SecretFile string   `json:"secret_file"` // that holds the client secret; "" for none
	Scopes     []string `json:"scopes"`      // beside openid
	ACR        []string `json:"acr_values"`  // asked for
	Strong     []string `json:"acr_strong"`  // acr values that stand for two factors
	MaxAge     int      `json:"max_age"`     // seconds since it last asked the person itself; 0 asks for none
}

// Load reads providers from a JSON file.
func Load(file string) ([]Provider, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read providers: %w", err)
	}
	var all []Provider
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&all); err != nil {
		return nil, fmt.Errorf("read providers: %s: %w", file, err)
	}
	seen := map[string]bool{}
	for _, p := range all {
		u, err := url.Parse(p.Issuer)
		switch {
		case p.ID == "" || strings.Trim(p.ID, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || seen[p.ID]:
			return nil, fmt.Errorf("read providers: id %q: lower-case letters, digits and dashes, each once", p.ID)
		case p.Name == "" || p.ClientID == "":
			return nil, fmt.Errorf("read providers: %s: name and client_id are needed", p.ID)
		case err != nil || u.Scheme != "https" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1":
			return nil, fmt.Errorf("read providers: %s: the issuer must be an https address", p.ID)
		}
		seen[p.ID] = true
	}
	return all, nil
}

// Refused is the error of a sign-in that does not hold. Why is for the log.
type Refused struct{ Why string }

// Error says why.
func (r *Refused) Error() string { return "sign-in elsewhere: " + r.Why }

func refused(format string, args ...any) error { return &Refused{fmt.Sprintf(format, args...)} }

// Door is the way in through providers.
type Door struct {
	Desk      *identity.Desk
	Providers []Provider
	Origin    string // of this site
	Client    *http.Client
	Clock     func() time.Time

	mu    sync.Mutex
	known map[string]*oidc.Provider // by id, once its discovery document was read
}

// maxAnswer bounds what a provider may answer, in bytes; patience how long it may
// take.
const (
	maxAnswer = 1 << 20
	patience  = 10 * time.Second
	life      = 5 * time.Minute // of a sign-in begun
	leeway    = time.Minute     // between two clocks
)

// algorithms are those an ID token may be signed with.
func algorithms() []string { return []string{oidc.RS256, oidc.PS256, oidc.ES256, oidc.EdDSA} }

// NewClient is a client for providers: it follows no redirect and reads no more
// than it must.
func NewClient(t http.RoundTripper) *http.Client {
	return &http.Client{Timeout: patience, Transport: bounded{t}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, maxAnswer), res.Body}
	}
	return res, err
}

// begun is what is remembered of a sign-in between its two halves.
type begun struct {
	Provider, Nonce, Verifier, Next, Browser string
}

// ErrUnknown is the error for a provider that is not configured.
var ErrUnknown = errors.New("no such provider")

// Begin starts a sign-in: where the browser has to go, and the token it keeps
// meanwhile.
func (d *Door) Begin(ctx context.Context, id, next string) (to, browser string, err error) {
	p, o, err := d.provider(ctx, id)
	if err != nil {
		return "", "", err
	}
	state := rand.Text()
	browser = rand.Text()
	b := begun{Provider: id, Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: next, Browser: hash(browser)}
	data, err := json.Marshal(b)
	if err != nil {
		return "", "", fmt.Errorf("begin sign-in: %w", err)
	}
	w := identity.Pending{Hash: hash(state), Kind: identity.AwaitOIDC, Data: string(data), Until: d.Clock().UTC().Add(life)}
	if err := d.Desk.Store.PutPending(ctx, w); err != nil {
		return "", "", err
	}
	c, err := d.config(p, o)
	if err != nil {
		return "", "", err
	}
	opts := []oauth2.AuthCodeOption{oidc.Nonce(b.Nonce), oauth2.S256ChallengeOption(b.Verifier)}
	if len(p.ACR) > 0 {
		opts = append(opts, oauth2.SetAuthURLParam("acr_values", strings.Join(p.ACR, " ")))
	}
	if p.MaxAge > 0 {
		opts = append(opts, oauth2.SetAuthURLParam("max_age", strconv.Itoa(p.MaxAge)))
	}
	return c.AuthCodeURL(state, opts...), browser, nil
}

// Finish ends a sign-in with what the browser brought back: a session, and where
// it wanted to go. An error that is a *Refused is told to the log.
func (d *Door) Finish(ctx context.Context, id string, q url.Values, browser string, from identity.Place) (session, next string, err error) {
	w, ok, err := d.Desk.Store.TakePending(ctx, hash(q.Get("state")), d.Clock().UTC())
	if err != nil {
		return "", "", err
	}
	var b begun
	if !ok || w.Kind != identity.AwaitOIDC || json.Unmarshal([]byte(w.Data), &b) != nil {
		return "", "", refused("no sign-in waits for this state")
	}
	if b.Provider != id {
		return "", "", refused("the sign-in was begun with %s", b.Provider)
	}
	if subtle.ConstantTimeCompare([]byte(b.Browser), []byte(hash(browser))) != 1 {
		return "", "", refused("another browser began the sign-in")
	}
	p, o, err := d.provider(ctx, id)
	if err != nil {
		return "", "", err
	}
	if err := answered(p, o, q); err != nil {
		return "", "", err
	}
	subject, strong, err := d.redeem(ctx, p, o, b, q.Get("code"))
	if err != nil {
		return "", "", err
	}
	session, err = d.Desk.OpenBound(ctx, p.Issuer, subject, strong, from)
	if errors.Is(err, identity.ErrCredentials) {
		return "", "", refused("the identity is bound to no account that is open")
	}
	return session, b.Next, err
}

// answered checks the provider's answer to the browser.
func answered(p *Provider, o *oidc.Provider, q url.Values) error {
	var says struct {
		Names bool `json:"authorization_response_iss_parameter_supported"`
	}
	if err := o.Claims(&says); err != nil {
		return refused("the discovery document: %v", err)
	}
	for name, values := range q {
		if len(values) != 1 {
			return refused("%d values of %s", len(values), name)
		}
	}
	iss := q.Get("iss")
	switch {
	case iss != "" && iss != p.Issuer:
		return refused("the answer is of issuer %q", iss)
	case iss == "" && says.Names:
		return refused("the answer does not name its issuer")
	case q.Get("error") != "":
		return refused("the provider answered %q", q.Get("error"))
	case q.Get("code") == "":
		return refused("no code")
	}
	return nil
}

// redeem turns a code into who it is for.
func (d *Door) redeem(ctx context.Context, p *Provider, o *oidc.Provider, b begun, code string) (subject string, strong bool, err error) {
	c, err := d.config(p, o)
	if err != nil {
		return "", false, err
	}
	ctx = oidc.ClientContext(ctx, d.Client)
	t, err := c.Exchange(ctx, code, oauth2.VerifierOption(b.Verifier))
	if err != nil {
		return "", false, refused("the code was not redeemed: %v", err)
	}
	raw, ok := t.Extra("id_token").(string)
	if !ok {
		return "", false, refused("no ID token")
	}
	id, err := o.VerifierContext(ctx, &oidc.Config{ClientID: p.ClientID, SupportedSigningAlgs: algorithms(), Now: d.Clock}).Verify(ctx, raw)
	if err != nil {
		return "", false, refused("%v", err)
	}
	strong, err = d.check(p, b, t, id)
	return id.Subject, strong, err
}

// check checks what go-oidc leaves to us.
func (d *Door) check(p *Provider, b begun, t *oauth2.Token, id *oidc.IDToken) (strong bool, err error) {
	var more struct {
		AZP string `json:"azp"`
		ACR string `json:"acr"`
		At  int64  `json:"auth_time"`
	}
	if err := id.Claims(&more); err != nil {
		return false, refused("claims: %v", err)
	}
	now := d.Clock()
	switch {
	case id.Issuer != p.Issuer:
		return false, refused("the token is of issuer %q", id.Issuer)
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(b.Nonce)) != 1:
		return false, refused("the nonce is not that of this sign-in")
	case len(id.Audience) != 1:
		return false, refused("the token is for %d clients", len(id.Audience))
	case more.AZP != "" && more.AZP != p.ClientID:
		return false, refused("the token was given to %q", more.AZP)
	case id.Subject == "" || len(id.Subject) > 255:
		return false, refused("the subject has %d bytes", len(id.Subject))
	case id.IssuedAt.IsZero() || id.IssuedAt.After(now.Add(leeway)):
		return false, refused("issued at %v, now it is %v", id.IssuedAt, now)
	case p.MaxAge > 0 && time.Unix(more.At, 0).Before(now.Add(-time.Duration(p.MaxAge)*time.Second-leeway)):
		return false, refused("the person was asked at %d, longer ago than %d s", more.At, p.MaxAge)
	case id.IssuedAt.Before(now.Add(-life)):
		return false, refused("issued at %v, too long ago", id.IssuedAt)
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(t.AccessToken); err != nil {
			return false, refused("access token: %v", err)
		}
	}
	return more.ACR != "" && slices.Contains(p.Strong, more.ACR), nil
}

// config is how the provider is asked.
func (d *Door) config(p *Provider, o *oidc.Provider) (*oauth2.Config, error) {
	c := &oauth2.Config{ClientID: p.ClientID, Endpoint: o.Endpoint(), RedirectURL: d.Origin + "/sign-in/with/" + p.ID, Scopes: append([]string{oidc.ScopeOpenID}, p.Scopes...)}
	if p.SecretFile != "" {
		b, err := os.ReadFile(p.SecretFile)
		if err != nil {
			return nil, fmt.Errorf("read client secret: %w", err)
		}
		c.ClientSecret = strings.TrimSpace(string(b))
	}
	return c, nil
}

// provider is a configured provider with its discovery document, which is read
// when first needed.
func (d *Door) provider(ctx context.Context, id string) (*Provider, *oidc.Provider, error) {
	i := slices.IndexFunc(d.Providers, func(p Provider) bool { return p.ID == id })
	if i < 0 {
		return nil, nil, ErrUnknown
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if o := d.known[id]; o != nil {
		return &d.Providers[i], o, nil
	}
	o, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), d.Client), d.Providers[i].Issuer)
	if err != nil {
		return nil, nil, refused("discovery: %v", err)
	}
	if d.known == nil {
		d.known = map[string]*oidc.Provider{}
	}
	d.known[id] = o
	return &d.Providers[i], o, nil
}

func hash(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}
