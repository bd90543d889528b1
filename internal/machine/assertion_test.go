package machine_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"capdo/internal/machine"
)

const here = "https://capdo.test"

// signer makes assertions by a key.
type signer struct {
	key crypto.Signer
	pin machine.PinInput
	alg string
}

func newSigner(t *testing.T, key crypto.Signer, alg string) signer {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	pin, err := machine.ReadPin(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	if err != nil {
		t.Fatal(err)
	}
	return signer{key, pin, alg}
}

type object = map[string]any

// sign signs a header and claims as they are given: text as it is.
func (s signer) sign(t *testing.T, header, claims any) string {
	t.Helper()
	part := func(v any) string {
		text, ok := v.(string)
		if !ok {
			b, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			text = string(b)
		}
		return base64.RawURLEncoding.EncodeToString([]byte(text))
	}
	signed := part(header) + "." + part(claims)
	return signed + "." + base64.RawURLEncoding.EncodeToString(s.raw(t, signed))
}

func (s signer) raw(t *testing.T, signed string) []byte {
	t.Helper()
	if k, ok := s.key.(ed25519.PrivateKey); ok {
		return ed25519.Sign(k, []byte(signed))
	}
	h := sha256.Sum256([]byte(signed))
	r, v, err := ecdsa.Sign(rand.Reader, s.key.(*ecdsa.PrivateKey), h[:])
	if err != nil {
		t.Fatal(err)
	}
	sig := make([]byte, 64)
	r.FillBytes(sig[:32])
	v.FillBytes(sig[32:])
	return sig
}

// with is an object with some members changed; nil takes one away.
func with(o object, changes object) object {
	o = maps.Clone(o)
	for k, v := range changes {
		if v == nil {
			delete(o, k)
		} else {
			o[k] = v
		}
	}
	return o
}

// TestForgedAssertions: each forged token is refused, by a key of either kind;
// the good one of which each is a change passes.
func TestForgedAssertions(t *testing.T) {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, evil, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []signer{newSigner(t, ed, "EdDSA"), newSigner(t, ec, "ES256")} {
		now := time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
		g := machine.Gateway{Name: "gw", Body: "H56", Pins: []machine.Pin{{SPKI: s.pin.SPKI, Key: s.pin.Key, From: now.Add(-time.Hour), Until: now.Add(time.Hour)}}}
		head := object{"alg": s.alg, "kid": s.pin.SPKI, "typ": "JWT"}
		body := object{"iss": "gw", "sub": "gw", "aud": here, "iat": now.Unix() - 5, "exp": now.Unix() + 50, "jti": "0123456789abcdef"}
		check := func(token string) error {
			_, err := machine.CheckAssertion(token, here, g, now)
			return err
		}
		good := s.sign(t, head, body)
		for name, token := range map[string]string{"good": good, "an audience in a list": s.sign(t, head, with(body, object{"aud": []string{here}})), "without typ": s.sign(t, with(head, object{"typ": nil}), body), "nbf": s.sign(t, head, with(body, object{"nbf": now.Unix()})), "another claim": s.sign(t, head, with(body, object{"scope": "x"}))} {
			if err := check(token); err != nil {
				t.Errorf("%s %s: %v", s.alg, name, err)
			}
		}
		bits := strings.Split(good, ".")
		encode := base64.RawURLEncoding.EncodeToString
		asJSON := func(o object) string {
			b, _ := json.Marshal(o) // of texts and numbers
			return string(b)
		}
		mac := hmac.New(sha256.New, []byte(s.pin.Key))
		hs := encode([]byte(asJSON(with(head, object{"alg": "HS256"})))) + "." + bits[1]
		mac.Write([]byte(hs))
		other := newSigner(t, evil, "EdDSA")
		bent := []byte(s.raw(t, bits[0]+"."+bits[1]))
		bent[3] ^= 1
		forged := map[string]string{
			"nothing": "", "two parts": bits[0] + "." + bits[1], "four parts": good + ".x", "no signature": bits[0] + "." + bits[1] + ".", "alg none": encode([]byte(asJSON(with(head, object{"alg": "none"})))) + "." + bits[1] + ".",
			"alg none, signed": s.sign(t, with(head, object{"alg": "none"}), body), "alg NONE": s.sign(t, with(head, object{"alg": "NONE"}), body), "HMAC by the public key": hs + "." + encode(mac.Sum(nil)), "alg RS256": s.sign(t, with(head, object{"alg": "RS256"}), body),
			"the other alg": s.sign(t, with(head, object{"alg": map[string]string{"EdDSA": "ES256", "ES256": "EdDSA"}[s.alg]}), body), "another key": other.sign(t, head, body), "another key, its own pin": other.sign(t, with(head, object{"alg": "EdDSA", "kid": other.pin.SPKI}), body),
			"a key in the header": other.sign(t, with(head, object{"alg": "EdDSA", "jwk": object{"kty": "OKP", "crv": "Ed25519", "x": encode(evil.Public().(ed25519.PublicKey))}}), body), "an address of keys": s.sign(t, with(head, object{"jku": "https://evil/"}), body), "x5c": s.sign(t, with(head, object{"x5c": []string{"x"}}), body),
			"crit": s.sign(t, with(head, object{"crit": []string{"b64"}}), body), "no kid": s.sign(t, with(head, object{"kid": nil}), body), "kid in capitals": s.sign(t, with(head, object{"kid": strings.ToUpper(s.pin.SPKI)}), body), "typ of an access token": s.sign(t, with(head, object{"typ": "at+jwt"}), body),
			"no alg": s.sign(t, with(head, object{"alg": nil}), body), "header twice a name": s.sign(t, `{"alg":"none","alg":"`+s.alg+`","kid":"`+s.pin.SPKI+`"}`, body), "header in capitals": s.sign(t, `{"Alg":"`+s.alg+`","kid":"`+s.pin.SPKI+`"}`, body), "header no object": s.sign(t, `[]`, body),
			"a bent signature": bits[0] + "." + bits[1] + "." + encode(bent), "a signature too long": bits[0] + "." + bits[1] + "." + encode(append(s.raw(t, bits[0]+"."+bits[1]), 0)), "zeros": bits[0] + "." + bits[1] + "." + encode(make([]byte, 64)), "padding": good + "=", "a body of another": bits[0] + "." + encode([]byte(asJSON(with(body, object{"iss": "gw2", "sub": "gw2"})))) + "." + bits[2],
			"another issuer": s.sign(t, head, with(body, object{"iss": "gw2"})), "another subject": s.sign(t, head, with(body, object{"sub": "gw2"})), "no issuer": s.sign(t, head, with(body, object{"iss": nil})), "another audience": s.sign(t, head, with(body, object{"aud": here + "/"})), "two audiences": s.sign(t, head, with(body, object{"aud": []string{here, "https://evil"}})), "no audience": s.sign(t, head, with(body, object{"aud": nil})),
			"ended now": s.sign(t, head, with(body, object{"exp": now.Unix()})), "no end": s.sign(t, head, with(body, object{"exp": nil})), "an hour": s.sign(t, head, with(body, object{"exp": now.Unix() + 3600})), "a minute and a second of life": s.sign(t, head, with(body, object{"iat": now.Unix() - 5, "exp": now.Unix() + 56})), "from the future": s.sign(t, head, with(body, object{"iat": now.Unix() + 1})), "no iat": s.sign(t, head, with(body, object{"iat": nil})),
			"nbf to come": s.sign(t, head, with(body, object{"nbf": now.Unix() + 1})), "an end in words": s.sign(t, head, with(body, object{"exp": "soon"})), "an end of fractions": s.sign(t, head, with(body, object{"exp": 1e300})), "no jti": s.sign(t, head, with(body, object{"jti": nil})), "a short jti": s.sign(t, head, with(body, object{"jti": "x"})), "a long jti": s.sign(t, head, with(body, object{"jti": strings.Repeat("x", 129)})),
			"claims twice a name": s.sign(t, head, fmt.Sprintf(`{"aud":"https://evil","iss":"gw","sub":"gw","aud":%q,"iat":%d,"exp":%d,"jti":"0123456789abcdef"}`, here, now.Unix(), now.Unix()+50)), "claims in capitals": s.sign(t, head, with(body, object{"AUD": here})), "more after the claims": s.sign(t, head, asJSON(body)+"{}"), "too long": s.sign(t, head, with(body, object{"x": strings.Repeat("x", 5000)})), "spaces": " " + good, "a line": good + "\n",
		}
		if len(forged) < 25 {
			t.Fatalf("%d variants", len(forged))
		}
		for name, token := range forged {
			if check(token) == nil {
				t.Errorf("%s %s: passed", s.alg, name)
			}
		}
		for name, change := range map[string]func(*machine.Gateway){
			"a pin ended": func(g *machine.Gateway) { g.Pins[0].Until = now }, "a pin to come": func(g *machine.Gateway) { g.Pins[0].From = now.Add(1) }, "a pin revoked": func(g *machine.Gateway) { g.Pins[0].Revoked = &machine.End{} },
			"a gateway revoked": func(g *machine.Gateway) { g.Revoked = &machine.End{} }, "no key on record": func(g *machine.Gateway) { g.Pins[0].Key = "" }, "another key on record": func(g *machine.Gateway) { g.Pins[0].Key = other.pin.Key }, "another name": func(g *machine.Gateway) { g.Name = "gw2" }, "no name": func(g *machine.Gateway) { g.Name = "" },
		} {
			changed := g
			changed.Pins = []machine.Pin{g.Pins[0]}
			change(&changed)
			if _, err := machine.CheckAssertion(good, here, changed, now); err == nil {
				t.Errorf("%s %s: passed", s.alg, name)
			}
		}
		if _, err := machine.CheckAssertion(good, "", g, now); err == nil {
			t.Error("without an audience of ours it passed")
		}
	}
}

// TestSpentOnce: an id serves once, for one gateway, as long as its assertion
// lives.
func TestSpentOnce(t *testing.T) {
	h, ctx := newHall(t), context.Background()
	now := h.clock.T
	spend := func(gateway, id string, at time.Time) bool {
		ok, err := h.store.SpendAssertion(ctx, gateway, id, at, now.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if !spend("gw", "a", now) || spend("gw", "a", now) || spend("gw", "a", now.Add(59*time.Second)) || !spend("gw", "b", now) || !spend("other", "a", now) {
		t.Error("an id is not spent once")
	}
}
