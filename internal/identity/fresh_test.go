package identity_test

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// session is the account and the session that a token opens.
func (h *hall) session(token string) (identity.Account, identity.Session) {
	h.Helper()
	a, s, err := h.desk.Account(context.Background(), token)
	h.must(err)
	return a, s
}

// TestConfirm: a session is fresh for ten minutes; asked again, it goes on under
// another token, sure anew, no longer than it would have; with less than it was
// opened by, or by another, it does not.
func TestConfirm(t *testing.T) {
	h, code, _ := twofold(t)
	ctx := context.Background()
	site, err := identity.SiteOf("https://capdo.example")
	h.must(err)
	h.desk.Site = &site
	h.clock.T = h.clock.T.Add(time.Minute)
	token, err := h.desk.SignIn(ctx, identity.Claim{Login: "canbo", Password: password, Code: code()})
	h.must(err)
	a, s := h.session(token)
	for off, want := range map[time.Duration]bool{0: true, identity.FreshFor - time.Second: true, identity.FreshFor: false, -time.Second: false} {
		begin := h.clock.T
		h.clock.T = begin.Add(off)
		if h.desk.Fresh(&s) != want {
			t.Errorf("after %v: fresh is %v", off, !want)
		}
		h.clock.T = begin
	}
	opened := s.CreatedAt
	h.clock.T = h.clock.T.Add(identity.FreshFor)
	for name, c := range map[string]identity.Claim{"the password alone": {Password: password}, "another password": {Password: "sai", Code: code()}} {
		if _, err := h.desk.Confirm(ctx, &a, &s, c); !errors.Is(err, identity.ErrCredentials) {
			t.Errorf("%s: %v", name, err)
		}
	}
	next, err := h.desk.Confirm(ctx, &a, &s, identity.Claim{Password: password, Code: code()})
	h.must(err)
	if next == token || h.at(h.clock.T, 0, token) {
		t.Error("the token before opens")
	}
	a, s = h.session(next)
	if !h.desk.Fresh(&s) || !s.CreatedAt.Equal(opened) {
		t.Errorf("%+v", s)
	}
	k, stranger := h.key(), h.key()
	h.register("canbo", k)
	h.register("quantri1", stranger)
	for name, key := range map[string]interface {
		Get(string) ([]byte, error)
	}{"own": k, "another's": stranger} {
		options, has, err := h.desk.ConfirmOptions(ctx, &a)
		if err != nil || !has || strings.Contains(options, stranger.ID()) {
			t.Fatalf("%s, %v, %v", options, has, err)
		}
		answer, err := key.Get(options)
		h.must(err)
		token, err := h.desk.ConfirmPasskey(ctx, &a, &s, answer)
		if name == "another's" {
			if !errors.Is(err, identity.ErrPasskey) {
				t.Errorf("another's passkey: %v", err)
			}
			continue
		}
		h.must(err)
		a, s = h.session(token)
		if s.Method != identity.ByPasskey {
			t.Errorf("by %s", s.Method)
		}
	}
	if _, err := h.desk.Confirm(ctx, &a, &s, identity.Claim{Password: password, Code: code()}); !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("a session by passkey went on with less: %v", err)
	}
}

// TestChangePassword: who knows the present one sets another; every other session
// ends, and the entry tells no secret.
func TestChangePassword(t *testing.T) {
	h, ctx := newHall(t), context.Background()
	one, other := h.signIn(), h.signIn()
	a, s := h.session(one)
	const fresh = "con mèo trèo cây cau"
	for rules, in := range map[string]identity.Rewording{
		"password-wrong": {Present: "sai", Next: fresh}, "password-short": {Present: password, Next: "ngắn"}, "password-common": {Present: password, Next: "password1234567"},
		"password-same": {Present: password, Next: password},
	} {
		if _, err := h.desk.ChangePassword(ctx, h.reg, &a, &s, in); rule(err) != rules {
			t.Errorf("%+v: %v, want %s", in, err, rules)
		}
	}
	if !h.at(h.clock.T, 0, other) {
		t.Fatal("a refusal ended a session")
	}
	token, err := h.desk.ChangePassword(ctx, h.reg, &a, &s, identity.Rewording{Present: password, Next: fresh})
	h.must(err)
	if h.at(h.clock.T, 0, one) || h.at(h.clock.T, 0, other) || !h.at(h.clock.T, 0, token) {
		t.Error("the sessions before live on, or the one now does not")
	}
	if _, err := h.desk.SignIn(ctx, identity.Claim{Login: "canbo", Password: password}); !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("the former password: %v", err)
	}
	if _, err := h.desk.SignIn(ctx, identity.Claim{Login: "canbo", Password: fresh}); err != nil {
		t.Error(err)
	}
	b := h.account("quantri1") // has none
	if _, err := h.desk.ChangePassword(ctx, h.reg, &b, &s, identity.Rewording{Present: "", Next: fresh}); rule(err) != "password-none" {
		t.Errorf("without a password: %v", err)
	}
	h.clean()
}

// TestSessionsAreBounded: tokens are 256 bits, none is like another; the sixth
// session of an account ends the one unused longest.
func TestSessionsAreBounded(t *testing.T) {
	h, ctx := newHall(t), context.Background()
	var tokens []string
	seen := map[string]bool{}
	for range identity.MaxSessions + 2 {
		token := h.signIn()
		if raw, err := base64.RawURLEncoding.DecodeString(token); err != nil || len(raw) != 32 || seen[token] {
			t.Errorf("token %q: %d bytes, %v", token, len(raw), err)
		}
		seen[token] = true
		tokens = append(tokens, token)
		h.clock.T = h.clock.T.Add(time.Second)
	}
	for i, token := range tokens {
		if _, _, err := h.desk.Account(ctx, token); (err == nil) != (i >= 2) {
			t.Errorf("session %d: %v", i, err)
		}
	}
	for by, want := range map[approval.Capacity]string{law.RoleMPS: "administrators-only", approval.Auditor: "administrators-only"} {
		if err := h.reg.EndSessions(ctx, storetest.Actor(by, "G01"), "canbo", "x"); rule(err) != want {
			t.Errorf("%s: %v", by, err)
		}
	}
	h.must(h.reg.EndSessions(ctx, h.one, "canbo", "máy bị mất"))
	for i, token := range tokens {
		if h.at(h.clock.T, 0, token) {
			t.Errorf("session %d lives on", i)
		}
	}
	if !h.opens() {
		t.Error("the account itself is shut")
	}
	h.clean()
}

// TestEventsOfADesk: coming in, being refused, going out and ending by time are
// told, with the method and from where; a name that nobody bears is not, for it may
// be a password.
func TestEventsOfADesk(t *testing.T) {
	h, k := keyed(t)
	ctx, from := context.Background(), identity.Place{Agent: "Firefox", Address: "192.0.2.1"}
	token, err := h.desk.SignInPasskey(ctx, h.get(k), from)
	h.must(err)
	h.must(h.desk.SignOut(ctx, token))
	for range 5 {
		_, _ = h.desk.SignIn(ctx, identity.Claim{Login: "canbo", Password: "sai", From: from})
	}
	_, _ = h.desk.SignIn(ctx, identity.Claim{Login: "mật khẩu của tôi", Password: "sai", From: from})
	bad := *k
	bad.Origin = "https://capd0.example"
	_, _ = h.desk.SignInPasskey(ctx, h.get(&bad), from)
	if n, err := h.desk.Refusals(ctx, "canbo"); err != nil || n != 6 {
		t.Errorf("%d refusals, %v", n, err)
	}
	late := h.signIn()
	h.clock.T = h.clock.T.Add(identity.IdleLimit)
	h.at(h.clock.T, 0, late)
	es, err := h.store.Events(ctx, identity.EventQuery{Most: 50})
	h.must(err)
	var got []string
	for i := len(es) - 1; i >= 0; i-- {
		e := es[i]
		got = append(got, e.Kind+" "+e.Login+" "+string(e.Method))
		if e.Kind == identity.EventRefused && e.From != from || e.At.IsZero() || strings.Contains(e.Login+e.Why, "mật khẩu") {
			t.Errorf("%+v", e)
		}
	}
	want := "in canbo passkey, out canbo passkey, " + strings.Repeat("refused canbo password, ", 5) + "shut  password, refused  password, refused canbo passkey, in canbo password, over canbo password"
	if strings.Join(got, ", ") != want {
		t.Errorf("%s", strings.Join(got, ", "))
	}
}
