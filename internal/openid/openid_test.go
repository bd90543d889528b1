package openid_test

import (
	"context"
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/openid"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

type m = map[string]any

// keyOnce and otherOnce make the two keys that all tests share; RSA is slow.
var keyOnce, otherOnce = sync.OnceValues(newKey), sync.OnceValues(newKey)

func newKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) }

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// op is an OpenID provider in the test; what it says may be bent.
type op struct {
	*httptest.Server
	t     *testing.T
	key   *rsa.PrivateKey
	kid   string
	now   func() time.Time
	codes map[string]url.Values // what the authorization request said, by code
	names bool                  // it says that it names itself in answers

	claims func(m)                                // bends the claims
	header func(m)                                // bends the header
	sign   func(input []byte) []byte              // signs otherwise
	raw    func(token string) string              // bends the whole token
	answer func(http.ResponseWriter, m) bool      // answers the token request otherwise; true: done
	back   func(q url.Values)                     // bends what the browser brings back
	check  func(asked, form url.Values) (ok bool) // looks at the token request; nil: as PKCE has it
	config func(m)                                // bends the discovery document
	keys   func(set []m) []m                      // bends the keys
}

func newOP(t *testing.T, now func() time.Time) *op {
	t.Helper()
	key, err := keyOnce()
	if err != nil {
		t.Fatal(err)
	}
	o := &op{t: t, key: key, kid: "k1", now: now, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		doc := m{"issuer": o.URL, "authorization_endpoint": o.URL + "/authorize", "token_endpoint": o.URL + "/token", "jwks_uri": o.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256", "none", "HS256"},
			"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "authorization_response_iss_parameter_supported": o.names}
		if o.config != nil {
			o.config(doc)
		}
		_ = json.NewEncoder(w).Encode(doc)
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		set := []m{{"kty": "RSA", "kid": o.kid, "use": "sig", "alg": "RS256", "n": b64(o.key.N.Bytes()), "e": b64(big.NewInt(int64(o.key.E)).Bytes())}}
		if o.keys != nil {
			set = o.keys(set)
		}
		_ = json.NewEncoder(w).Encode(m{"keys": set})
	})
	mux.HandleFunc("/token", o.token)
	o.Server = httptest.NewServer(mux)
	t.Cleanup(o.Close)
	return o
}

// token redeems a code: once, and by PKCE.
func (o *op) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	asked, ok := o.codes[r.PostForm.Get("code")]
	delete(o.codes, r.PostForm.Get("code"))
	sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	if ok && o.check != nil {
		ok = o.check(asked, r.PostForm)
	} else if ok {
		ok = asked.Get("code_challenge") == b64(sum[:]) && asked.Get("code_challenge_method") == "S256" && r.PostForm.Get("redirect_uri") == asked.Get("redirect_uri")
	}
	if !ok {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
		return
	}
	out := m{"access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": o.idToken(asked)}
	if o.answer != nil && o.answer(w, out) {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}

func (o *op) idToken(asked url.Values) string {
	at := sha256.Sum256([]byte("at"))
	claims := m{"iss": o.URL, "sub": "0123", "aud": asked.Get("client_id"), "exp": o.now().Add(time.Minute).Unix(), "iat": o.now().Unix(), "nonce": asked.Get("nonce"), "at_hash": b64(at[:16])}
	header := m{"alg": "RS256", "kid": o.kid, "typ": "JWT"}
	if o.claims != nil {
		o.claims(claims)
	}
	if o.header != nil {
		o.header(header)
	}
	h, err1 := json.Marshal(header)
	c, err2 := json.Marshal(claims)
	if err := errors.Join(err1, err2); err != nil {
		o.t.Fatal(err)
	}
	input := b64(h) + "." + b64(c)
	sign := o.sign
	if sign == nil {
		sign = o.signer(o.key)
	}
	token := input + "." + b64(sign([]byte(input)))
	if o.raw != nil {
		token = o.raw(token)
	}
	return token
}

func (o *op) signer(key *rsa.PrivateKey) func([]byte) []byte {
	return func(input []byte) []byte {
		sum := sha256.Sum256(input)
		sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			o.t.Fatal(err)
		}
		return sig
	}
}

// authorize is the browser at the provider: the person agrees.
func (o *op) authorize(to string) url.Values {
	u, err := url.Parse(to)
	if err != nil || !strings.HasPrefix(to, o.URL+"/authorize?") {
		o.t.Fatalf("sent to %s, %v", to, err)
	}
	code := rand.Text()
	o.codes[code] = u.Query()
	q := url.Values{"code": {code}, "state": {u.Query().Get("state")}}
	if o.names {
		q.Set("iss", o.URL)
	}
	if o.back != nil {
		o.back(q)
	}
	return q
}

// porch is a door with one provider, whose identity 0123 is bound to an officer.
type porch struct {
	*testing.T
	*op
	door  *openid.Door
	clock *storetest.Clock
	store *store.Store
}

func newPorch(t *testing.T) *porch {
	t.Helper()
	clock := storetest.At("2026-11-22")
	_, s := storetest.Office(t, clock)
	for _, login := range []string{"canbo", "khac"} {
		actor := storetest.Actor(law.RoleOperator, "H56")
		actor.Person = login
		if err := s.AddAccount(context.Background(), storetest.Keeper(), clock.T, "law", identity.Account{Login: login, Name: login, Actor: actor}); err != nil {
			t.Fatal(err)
		}
	}
	return porchOn(t, clock, s)
}

// porchOn is a porch with a provider of its own on a register that is there.
func porchOn(t *testing.T, clock *storetest.Clock, s *store.Store) *porch {
	t.Helper()
	o := newOP(t, clock.Now)
	desk := &identity.Desk{Store: s, Clock: clock.Now, Hash: identity.NewHasher()}
	p := &porch{t, o, &openid.Door{Desk: desk, Origin: "https://capdo.example", Client: openid.NewClient(http.DefaultTransport), Clock: clock.Now,
		Providers: []openid.Provider{{ID: "op", Name: "OP", Issuer: o.URL, ClientID: "capdo", Scopes: []string{"profile"}, ACR: []string{"loa2"}, Strong: []string{"loa2"}}}}, clock, s}
	p.bind(o.URL, "0123", "canbo")
	return p
}

// bind binds an identity to an account, by two administrators.
func (p *porch) bind(issuer, subject, login string) {
	p.Helper()
	g := &identity.Registrar{Store: p.store, Clock: p.clock.Now, Law: "law", Bodies: func(context.Context) ([]approval.Agency, error) { return nil, nil }}
	who := func(n string) approval.Actor {
		return approval.Actor{Account: n, Person: n, Capacity: approval.Administrator}
	}
	r, err := g.Ask(context.Background(), who("qt1"), identity.Request{Kind: identity.AskBind, Login: login, Ground: "x", Change: identity.Change{Issuer: issuer, Subject: subject}})
	if err == nil {
		_, _, err = g.Confirm(context.Background(), who("qt2"), r.ID)
	}
	if err != nil {
		p.Fatal(err)
	}
}

// signIn goes the whole way.
func (p *porch) signIn() (string, error) {
	p.Helper()
	to, browser, err := p.door.Begin(context.Background(), "op", "/queue")
	if err != nil {
		return "", err
	}
	session, next, err := p.door.Finish(context.Background(), "op", p.authorize(to), browser, identity.Place{})
	if err == nil && next != "/queue" {
		p.Errorf("next %q", next)
	}
	return session, err
}

// TestSignInElsewhere: the bound identity opens its account, as one factor, or as
// two when the provider's acr says what the configuration names.
func TestSignInElsewhere(t *testing.T) {
	p := newPorch(t)
	for acr, want := range map[string]identity.Method{"": identity.ByOIDC, "loa1": identity.ByOIDC, "loa2": identity.ByStrong} {
		p.claims = func(c m) {
			if acr != "" {
				c["acr"] = acr
			}
		}
		session, err := p.signIn()
		if err != nil {
			t.Fatal(err)
		}
		a, s, err := p.door.Desk.Account(context.Background(), session)
		if err != nil || a.Login != "canbo" || s.Method != want {
			t.Errorf("acr %q: %+v, %+v, %v", acr, a, s, err)
		}
	}
	p.door.Providers[0].MaxAge = 300
	p.claims = func(c m) { c["auth_time"] = p.now().Unix() }
	if _, err := p.signIn(); err != nil {
		t.Errorf("asked just now: %v", err)
	}
	p.door.Providers[0].MaxAge, p.claims = 0, nil
	p.kid = "k2" // the provider rotates its key
	key, err := otherOnce()
	if err != nil {
		t.Fatal(err)
	}
	p.key = key
	if _, err := p.signIn(); err != nil {
		t.Errorf("after a rotation: %v", err)
	}
	if token, err := p.door.Desk.OpenBound(t.Context(), "https://elsewhere.example", "0123", true, identity.Place{}); token != "" || !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("the same subject at another provider: %q, %v", token, err)
	}
	fresh := porchOn(t, p.clock, p.store)
	fresh.names = true
	if _, err := fresh.signIn(); err != nil {
		t.Errorf("with iss in the answer: %v", err)
	}
	if r, err := p.store.Verify(context.Background()); err != nil || len(r.Violations) > 0 {
		t.Errorf("verify: %+v, %v", r.Violations, err)
	}
}

// malicious are the ways in which a provider, or who stands between, may lie; each
// with a word of the reason for which it is refused.
func malicious(t *testing.T) map[string]struct {
	why  string
	bend func(*porch)
} {
	t.Helper()
	other, err := otherOnce()
	if err != nil {
		t.Fatal(err)
	}
	type lie = struct {
		why  string
		bend func(*porch)
	}
	claim := func(why, name string, value any) lie {
		return lie{why, func(p *porch) { p.claims = func(c m) { c[name] = value } }}
	}
	without := func(why, name string) lie {
		return lie{why, func(p *porch) { p.claims = func(c m) { delete(c, name) } }}
	}
	after := func(why, name string, off time.Duration) lie {
		return lie{why, func(p *porch) { p.claims = func(c m) { c[name] = p.now().Add(off).Unix() } }}
	}
	return map[string]lie{
		"alg none": {"alg", func(p *porch) {
			p.header = func(h m) { h["alg"] = "none" }
			p.sign = func([]byte) []byte { return nil }
		}},
		"alg none, capital": {"alg", func(p *porch) {
			p.header = func(h m) { h["alg"] = "NoNe" }
			p.sign = func([]byte) []byte { return nil }
		}},
		"HS256 with the public key": {"alg", func(p *porch) {
			p.header = func(h m) { h["alg"] = "HS256" }
			p.sign = func(in []byte) []byte {
				der, _ := x509.MarshalPKIXPublicKey(&p.key.PublicKey)
				h := hmac.New(sha256.New, der)
				_, _ = h.Write(in)
				return h.Sum(nil)
			}
		}},
		"another key":   {"verify", func(p *porch) { p.sign = p.signer(other) }},
		"unknown kid":   {"verify", func(p *porch) { p.sign = p.signer(other); p.header = func(h m) { h["kid"] = "x" } }},
		"kid of a path": {"verify", func(p *porch) { p.sign = p.signer(other); p.header = func(h m) { h["kid"] = "../../dev/null" } }},
		"key in the token": {"verify", func(p *porch) {
			p.sign = p.signer(other)
			p.header = func(h m) { h["jwk"] = m{"kty": "RSA", "n": b64(other.N.Bytes()), "e": "AQAB"}; delete(h, "kid") }
		}},
		"address of a key": {"verify", func(p *porch) { p.sign = p.signer(other); p.header = func(h m) { h["jku"] = p.URL + "/evil" } }},
		"payload changed": {"verify", func(p *porch) {
			p.raw = func(s string) string {
				x := strings.Split(s, ".")
				return x[0] + "." + b64([]byte(`{"iss":"`+p.URL+`","sub":"0123","aud":"capdo"}`)) + "." + x[2]
			}
		}},
		"signature cut":     {"", func(p *porch) { p.raw = func(s string) string { return s[:strings.LastIndex(s, ".")+1] } }},
		"no dots":           {"", func(p *porch) { p.raw = func(string) string { return "x" } }},
		"another issuer":    claim("issue", "iss", "https://elsewhere.example"),
		"issuer with slash": {"issue", func(p *porch) { p.claims = func(c m) { c["iss"] = p.URL + "/" } }},
		"another client":    claim("audience", "aud", "other"),
		"many clients":      claim("clients", "aud", []string{"capdo", "other"}),
		"given to another":  claim("given to", "azp", "other"),
		"another nonce":     claim("nonce", "nonce", "x"),
		"no nonce":          without("nonce", "nonce"),
		"expired":           after("expired", "exp", -time.Minute),
		"no end":            without("expired", "exp"),
		"of the future":     after("issued", "iat", time.Hour),
		"of last week":      after("long ago", "iat", -7*24*time.Hour),
		"no time":           without("issued", "iat"),
		"not yet":           after("nbf", "nbf", time.Hour),
		"no subject":        without("subject", "sub"),
		"another's subject": claim("bound to no account", "sub", "9999"),
		"another token":     claim("access token", "at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
		"no token": {"no id token", func(p *porch) {
			p.answer = func(_ http.ResponseWriter, out m) bool { delete(out, "id_token"); return false }
		}},
		"sent elsewhere": {"redeemed", func(p *porch) {
			p.answer = func(w http.ResponseWriter, _ m) bool {
				w.Header().Set("Location", "http://169.254.169.254/")
				w.WriteHeader(307)
				return true
			}
		}},
		"an endless answer": {"", func(p *porch) {
			p.answer = func(w http.ResponseWriter, _ m) bool {
				for range 40 {
					_, _ = w.Write(make([]byte, 1<<16))
				}
				return true
			}
		}},
		"PKCE not asked for": {"redeemed", func(p *porch) {
			p.check = func(asked, form url.Values) bool {
				return asked.Get("code_challenge") == "" || form.Get("code_verifier") == ""
			}
		}},
		"code of another":    {"redeemed", func(p *porch) { p.back = func(q url.Values) { q.Set("code", "stolen") } }},
		"mixed up":           {"issuer", func(p *porch) { p.back = func(q url.Values) { q.Set("iss", "https://elsewhere.example") } }},
		"error":              {"access_denied", func(p *porch) { p.back = func(q url.Values) { q.Set("error", "access_denied") } }},
		"no code":            {"no code", func(p *porch) { p.back = func(q url.Values) { q.Del("code") } }},
		"two codes":          {"values of code", func(p *porch) { p.back = func(q url.Values) { q.Add("code", "x") } }},
		"another state":      {"state", func(p *porch) { p.back = func(q url.Values) { q.Set("state", "x") } }},
		"discovered another": {"discovery", func(p *porch) { p.config = func(c m) { c["issuer"] = "https://elsewhere.example" } }},
		"asked long ago": {"longer ago", func(p *porch) {
			p.door.Providers[0].MaxAge = 300
			claim("", "auth_time", p.now().Add(-time.Hour).Unix()).bend(p)
		}},
		"asked, nobody says": {"longer ago", func(p *porch) { p.door.Providers[0].MaxAge = 300 }},
		"iss left out":       {"does not name", func(p *porch) { p.names = true; p.back = func(q url.Values) { q.Del("iss") } }},
	}
}

// TestMaliciousProviders: each lie is refused with its reason, and the honest
// answer after it is taken.
func TestMaliciousProviders(t *testing.T) {
	lies := malicious(t)
	if len(lies) < 25 {
		t.Errorf("%d lies", len(lies))
	}
	house := newPorch(t)
	for name, lie := range lies {
		t.Run(name, func(t *testing.T) {
			p := porchOn(t, house.clock, house.store)
			lie.bend(p)
			session, err := p.signIn()
			var no *openid.Refused
			if session != "" || !errors.As(err, &no) || !strings.Contains(strings.ToLower(no.Why), lie.why) {
				t.Errorf("%q, %v, want a refusal about %q", session, err, lie.why)
			}
		})
	}
}

// TestStates: an answer is taken once, in time, by the browser that asked, at the
// provider that was asked.
func TestStates(t *testing.T) {
	p := newPorch(t)
	p.door.Providers = append(p.door.Providers, openid.Provider{ID: "other", Name: "Other", Issuer: p.URL, ClientID: "capdo2"})
	ctx := context.Background()
	begin := func() (url.Values, string) {
		to, browser, err := p.door.Begin(ctx, "op", "/queue")
		if err != nil {
			t.Fatal(err)
		}
		return p.authorize(to), browser
	}
	wants := func(name, why, id string, q url.Values, browser string) {
		t.Helper()
		_, _, err := p.door.Finish(ctx, id, q, browser, identity.Place{})
		var no *openid.Refused
		if why == "" && err != nil || why != "" && (!errors.As(err, &no) || !strings.Contains(no.Why, why)) {
			t.Errorf("%s: %v, want %q", name, err, why)
		}
	}
	q, browser := begin()
	wants("the honest way", "", "op", q, browser)
	wants("the same again", "no sign-in waits", "op", q, browser)
	q, _ = begin()
	wants("another browser", "another browser", "op", q, "x")
	q, browser = begin()
	wants("another provider", "begun with op", "other", q, browser)
	q, browser = begin()
	p.clock.T = p.clock.T.Add(5 * time.Minute)
	wants("too late", "no sign-in waits", "op", q, browser)
	if _, _, err := p.door.Begin(ctx, "nobody", "/"); !errors.Is(err, openid.ErrUnknown) {
		t.Errorf("a provider that is not configured: %v", err)
	}
}

// TestLoad: a file of providers is read whole or not at all.
func TestLoad(t *testing.T) {
	file := filepath.Join(t.TempDir(), "providers.json")
	good := m{"id": "vneid", "name": "Định danh điện tử", "issuer": "https://id.example", "client_id": "capdo", "scopes": []string{"profile"}, "acr_values": []string{"a"}, "acr_strong": []string{"a"}}
	load := func(change func(m)) error {
		p := maps.Clone(good)
		change(p)
		b, err := json.Marshal([]m{p})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err = openid.Load(file)
		return err
	}
	if err := load(func(m) {}); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(m){
		"id": func(p m) { p["id"] = "VN eID" }, "no id": func(p m) { p["id"] = "" }, "name": func(p m) { p["name"] = "" }, "client": func(p m) { p["client_id"] = "" },
		"plain http": func(p m) { p["issuer"] = "http://id.example" }, "no issuer": func(p m) { p["issuer"] = "" }, "unknown member": func(p m) { p["secret"] = "x" },
	} {
		if err := load(change); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := openid.Load(file + ".none"); err == nil {
		t.Error("no file: taken")
	}
}
