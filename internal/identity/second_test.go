package identity_test

import (
	"context"
	"encoding/base32"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// plainSealer seals by turning a text around; for tests.
type plainSealer struct{}

func (plainSealer) Seal(purpose, text string) (string, error) {
	return purpose + "|" + turned(text), nil
}
func (plainSealer) Open(purpose, sealed string) (string, error) {
	text, ok := strings.CutPrefix(sealed, purpose+"|")
	if !ok {
		return "", errors.New("sealed for another place")
	}
	return turned(text), nil
}

func turned(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// TestTOTP holds the codes against those of RFC 6238, appendix B.
func TestTOTP(t *testing.T) {
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := identity.CodeAt([]byte("12345678901234567890"), time.Unix(at, 0)); got != want {
			t.Errorf("%d: %s, want %s", at, got, want)
		}
	}
}

// twofold is a hall whose officer has an app and recovery codes.
func twofold(t *testing.T) (h *hall, code func() string, recovery []string) {
	t.Helper()
	h = newHall(t)
	h.desk.Sealer, h.desk.Policy = plainSealer{}, identity.Fallback
	a := h.account("canbo")
	secret, address, err := h.desk.OfferApp(&a)
	h.must(err)
	if !strings.HasPrefix(address, "otpauth://totp/capdo:canbo?") || !strings.Contains(address, secret) {
		t.Errorf("address %s", address)
	}
	raw, err := base32.StdEncoding.DecodeString(secret)
	h.must(err)
	code = func() string { return identity.CodeAt(raw, h.clock.T) }
	if err := h.desk.AddApp(context.Background(), h.reg, &a, secret, "000000"); rule(err) != "code" {
		t.Errorf("a wrong code: %v", err)
	}
	h.must(h.desk.AddApp(context.Background(), h.reg, &a, secret, code()))
	recovery, err = h.desk.NewRecovery(context.Background(), h.reg, &a)
	h.must(err)
	return h, code, recovery
}

func (h *hall) claim(code string) error {
	h.Helper()
	_, err := h.desk.SignIn(context.Background(), identity.Claim{Login: "canbo", Password: password, Code: code})
	return err
}

// TestSecondFactor: a code is good in its time and once; a recovery code once.
func TestSecondFactor(t *testing.T) {
	h, code, recovery := twofold(t)
	if err := h.claim(code()); !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("the code that set it up, again: %v", err)
	}
	h.clock.T = h.clock.T.Add(30 * time.Second)
	kept := code()
	h.must(h.claim(kept))
	if err := h.claim(kept); !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("a code twice: %v", err)
	}
	h.clock.T = h.clock.T.Add(30 * time.Second)
	late := code()
	h.clock.T = h.clock.T.Add(30 * time.Second)
	h.must(h.claim(late)) // one step late is in time
	h.clock.T = h.clock.T.Add(time.Minute)
	late = code()
	h.clock.T = h.clock.T.Add(time.Minute)
	if err := h.claim(late); !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("two steps late: %v", err)
	}
	if len(recovery) != 10 {
		t.Fatalf("%d recovery codes", len(recovery))
	}
	for _, c := range recovery {
		if n := len(strings.ReplaceAll(c, "-", "")); n < 23 || strings.Count(strings.Join(recovery, " "), c) != 1 {
			t.Errorf("code %s: %d letters of 5 bits", c, n)
		}
	}
	h.must(h.claim(strings.ToUpper(strings.ReplaceAll(recovery[3], "-", " "))))
	if err := h.claim(recovery[3]); !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("a recovery code twice: %v", err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	in := 0
	for range 4 {
		wg.Go(func() {
			if h.claim(recovery[4]) == nil {
				mu.Lock()
				in++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if in != 1 {
		t.Errorf("%d of four got in with one recovery code", in)
	}
	h.clean()
	h.file("UPDATE factor SET secret = secret || 'x' WHERE kind = 'recovery'")
	if r, err := h.store.Verify(context.Background()); err != nil || len(r.Violations) != 1 {
		t.Errorf("a forged recovery code: %+v, %v", r.Violations, err)
	}
}

// TestStrengths: what each policy asks of each capacity.
func TestStrengths(t *testing.T) {
	h, code, _ := twofold(t)
	h.clock.T = h.clock.T.Add(time.Minute)
	suffices := func(p identity.Policy, c approval.Capacity, m identity.Method) bool {
		h.desk.Policy = p
		a := h.account("canbo")
		a.Actor.Capacity = c
		return h.desk.Suffices(&a, &identity.Session{Method: m})
	}
	for _, c := range []struct {
		p    identity.Policy
		c    approval.Capacity
		m    identity.Method
		want bool
	}{
		{identity.Strict, law.RoleOperator, identity.ByPassword, false}, {identity.Strict, law.RoleOperator, identity.ByCode, true}, {identity.Strict, approval.Auditor, identity.ByRecovery, true},
		{identity.Strict, law.RoleOwner, identity.ByCode, false}, {identity.Strict, law.RoleSpecialisedUnit, identity.ByStrong, false}, {identity.Strict, law.RoleOwner, identity.ByPasskey, true},
		{identity.Strict, approval.Administrator, identity.ByCode, false}, {identity.Strict, law.RoleMPS, identity.ByPasskey, true}, {identity.Strict, law.RoleOperator, identity.ByOIDC, false},
		{identity.Strict, law.RoleOperator, identity.ByStrong, true}, {identity.Fallback, law.RoleOwner, identity.ByCode, true}, {identity.Fallback, law.RoleOwner, identity.ByPassword, false},
		{identity.Relaxed, approval.Administrator, identity.ByPassword, true}, {identity.Relaxed, law.RoleOwner, "", false},
	} {
		if got := suffices(c.p, c.c, c.m); got != c.want {
			t.Errorf("%s, %s by %s: %v", c.p, c.c, c.m, got)
		}
	}
	h.desk.Policy = identity.Fallback
	a, st := h.account("canbo"), identity.Statement{Act: approval.ActDecide, Object: "system:X"}
	for name, c := range map[string]identity.Claim{"no code": {Password: password}, "no password": {Code: code()}, "another": {Password: "x", Code: code()}} {
		if _, err := h.desk.Words(context.Background(), &a, []identity.Statement{st}, c); !errors.Is(err, identity.ErrCredentials) {
			t.Errorf("a word with %s: %v", name, err)
		}
	}
	s, err := h.desk.Words(context.Background(), &a, []identity.Statement{st}, identity.Claim{Password: password, Code: code()})
	if err != nil || len(s) != 1 || s[0].Method != "password+totp" || s[0].Signature != "" || s[0].Joint != nil || !strings.Contains(s[0].Statement, "system:X") {
		t.Errorf("%+v, %v", s, err)
	}
	h.desk.Policy = identity.Strict
	h.clock.T = h.clock.T.Add(time.Minute)
	if _, err := h.desk.Words(context.Background(), &a, []identity.Statement{st}, identity.Claim{Password: password, Code: code()}); !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("the strict policy takes a weak word: %v", err)
	}
}

// TestThrottle: five wrong passwords shut this way in for the account from that
// address; from elsewhere the owner gets in; twelve hours later all is as before.
func TestThrottle(t *testing.T) {
	h, ctx := newHall(t), context.Background()
	try := func(login, secret, address string) error {
		_, err := h.desk.SignIn(ctx, identity.Claim{Login: login, Password: secret, From: identity.Place{Address: address}})
		if err != nil && !errors.Is(err, identity.ErrCredentials) {
			t.Fatal(err)
		}
		return err
	}
	for range 4 {
		_ = try("canbo", "sai", "10.0.0.1")
	}
	h.must(try("canbo", password, "10.0.0.1")) // forgets the four
	for range 5 {
		_ = try("canbo", "sai", "10.0.0.1")
	}
	if try("canbo", password, "10.0.0.1") == nil {
		t.Error("in after five wrong ones")
	}
	h.must(try("canbo", password, "10.0.0.2"))
	h.clock.T = h.clock.T.Add(12*time.Hour - time.Second)
	if try("canbo", password, "10.0.0.1") == nil {
		t.Error("in before twelve hours")
	}
	h.clock.T = h.clock.T.Add(time.Second)
	h.must(try("canbo", password, "10.0.0.1"))
	at := "10.0.0.9"
	key, most := identity.AddressKey(at)
	h.must(h.store.PutAttempts(ctx, identity.Attempts{Key: key, Failures: most - 2, Since: h.clock.T}))
	_ = try("nobody", "sai", at)
	h.must(try("canbo", password, at))
	_ = try("nobody2", "sai", at)
	if try("canbo", password, at) == nil {
		t.Error("one address tried all accounts and goes on")
	}
	h.must(try("canbo", password, "10.0.0.2"))
}

// TestGuessable: what an attacker tries first is refused, a sentence is not.
func TestGuessable(t *testing.T) {
	for _, bad := range []string{"password1234567", "Passwordpassword", "123456789012345", "aaaaaaaaaaaaaaaa", "abcdefghijklmnop", "qwertyuiop12345", "monkeydragon2024", "canbo.h56-123456", "1111111111111112", "abcabcabcabcabc", "000000000000000!", "9876543210987654", "princess!!!!!!!!", "capdo-he-thong-2026", "Bộ Công an 2026!!!", "QuanTriHeThong@123", "an toàn thông tin cấp độ"} {
		if err := identity.CheckPassword("canbo.h56", bad); rule(err) != "password-common" {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for _, good := range []string{"mật khẩu đủ dài", "một câu dài dễ nhớ", "con mèo trèo cây cau", "hệ thống của tôi rất vui", "correct horse battery staple", "a-long-enough-password", "mot-mat-khau-thu-1", "xK9#vLq2!mZp0@wR"} {
		if err := identity.CheckPassword("canbo.h56", good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
}

// TestOwnFactorsOnly: an app replaces the one before; another's account is not
// touched.
func TestOwnFactorsOnly(t *testing.T) {
	h, _, _ := twofold(t)
	a := h.account("canbo")
	_, err := h.desk.NewRecovery(context.Background(), h.reg, &a)
	h.must(err)
	fs, err := h.store.FactorsOf(context.Background(), "canbo")
	h.must(err)
	sheets := 0
	for _, f := range fs {
		if f.Kind == identity.Recovery && f.InUse() {
			sheets++
		}
		if f.Kind == identity.TOTP {
			if err := h.reg.RemoveFactor(context.Background(), storetest.Actor(law.RoleOwner, "H41"), f.ID); rule(err) != "not-found" {
				t.Errorf("another removes it: %v", err)
			}
		}
	}
	if sheets != 1 {
		t.Errorf("%d sheets of codes", sheets)
	}
	h.clean()
}
