package identity_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

const password = "mật khẩu đủ dài"

// door is a desk with one account, on a register of its own.
type door struct {
	*testing.T
	desk   *identity.Desk
	office *approval.Office
	clock  *storetest.Clock
	dir    string
}

func newDoor(t *testing.T) *door {
	t.Helper()
	dir, clock := t.TempDir(), storetest.At("2026-11-22")
	o, s := storetest.OfficeIn(t, dir, clock)
	d := &door{t, &identity.Desk{Store: s, Clock: clock.Now, Hash: identity.NewHasher()}, o, clock, dir}
	d.account(s, "canbo")
	return d
}

func (d *door) account(s *store.Store, login string) {
	d.Helper()
	hash, err := d.desk.Hash.New(context.Background(), password)
	if err != nil {
		d.Fatal(err)
	}
	actor := storetest.Actor(law.RoleOperator, "H56")
	if err := s.AddAccount(context.Background(), storetest.Keeper(), d.clock.T, "law", identity.Account{Login: login, Name: "Cán bộ", Actor: actor, PasswordHash: hash}); err != nil {
		d.Fatal(err)
	}
}

func (d *door) signIn() string {
	d.Helper()
	token, err := d.desk.SignIn(context.Background(), identity.Claim{Login: "canbo", Password: password})
	if err != nil {
		d.Fatal(err)
	}
	return token
}

// at moves the clock to an offset from begin and tells whether token opens.
func (d *door) at(begin time.Time, off time.Duration, token string) bool {
	d.Helper()
	d.clock.T = begin.Add(off)
	a, _, err := d.desk.Account(context.Background(), token)
	switch {
	case err == nil && a.Login == "canbo":
		return true
	case errors.Is(err, identity.ErrNoSession) && a.Login == "":
		return false
	}
	d.Fatalf("after %v: %+v, %v", off, a, err)
	return false
}

// file runs a statement past the store.
func (d *door) file(statement string) {
	d.Helper()
	d.must(d.try(statement))
}

// try is file, for what may be refused.
func (d *door) try(statement string) error {
	d.Helper()
	db, err := sql.Open("sqlite", filepath.Join(d.dir, store.FileName)+"?_pragma=busy_timeout(5000)")
	if err != nil {
		d.Fatal(err)
	}
	_, err = db.Exec(statement)
	return errors.Join(err, db.Close())
}

func TestSignIn(t *testing.T) {
	d := newDoor(t)
	token := d.signIn()
	a, _, err := d.desk.Account(context.Background(), token)
	if err != nil {
		t.Fatal(err)
	}
	if a.Login != "canbo" || a.Actor.Account != "canbo" || a.Actor.Person != "p.operator.H56" || a.Actor.Capacity != law.RoleOperator || a.Actor.Body != "H56" || a.Actor.Sector != law.SectorCivil {
		t.Errorf("account = %+v", a)
	}
	for _, c := range []struct{ login, password string }{
		{"canbo", "sai"}, {"canbo", ""}, {"canbo", password + " "}, {"nobody", password}, {"", ""}, {"CANBO", password}, {"canbo ", password}, {"canbo\x00", password}, {"' OR 1=1 --", password},
	} {
		if token, err := d.desk.SignIn(context.Background(), identity.Claim{Login: c.login, Password: c.password}); token != "" || !errors.Is(err, identity.ErrCredentials) || err.Error() != identity.ErrCredentials.Error() {
			t.Errorf("%q with %q: %q, %v", c.login, c.password, token, err)
		}
	}
	for _, bad := range []string{"", "x", token + "x", token[:len(token)-1], "\x00"} {
		if _, _, err := d.desk.Account(context.Background(), bad); !errors.Is(err, identity.ErrNoSession) {
			t.Errorf("token %q: %v", bad, err)
		}
	}
}

// TestSameWork: whether the login exists, is disabled or has another password,
// the desk hashes before it answers. With every slot taken, none gets through.
func TestSameWork(t *testing.T) {
	d := newDoor(t)
	store := d.desk.Store.(*store.Store)
	d.account(store, "nghi")
	d.file("UPDATE account SET disabled_at = '2026-01-01 00:00:00+00:00' WHERE login = 'nghi'")
	release := d.desk.Hash.Fill()
	for _, login := range []string{"canbo", "nghi", "nobody", ""} {
		ctx, leave := context.WithTimeout(context.Background(), 50*time.Millisecond)
		_, err := d.desk.SignIn(ctx, identity.Claim{Login: login, Password: "sai"})
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, identity.ErrCredentials) {
			t.Errorf("%q was answered without hashing: %v", login, err)
		}
		leave()
	}
	release()
	if _, err := d.desk.SignIn(context.Background(), identity.Claim{Login: "nghi", Password: password}); !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("a disabled account with the right password: %v", err)
	}
}

// TestIdle: the last second before the limit is in, the limit is out.
func TestIdle(t *testing.T) {
	d := newDoor(t)
	begin, token := d.clock.T, d.signIn()
	if !d.at(begin, identity.IdleLimit-time.Second, token) {
		t.Error("out before the idle limit")
	}
	begin = d.clock.T // that was a request
	if !d.at(begin, identity.IdleLimit-time.Second, token) {
		t.Error("a request did not keep the session alive")
	}
	begin = d.clock.T
	if d.at(begin, identity.IdleLimit, token) {
		t.Error("in at the idle limit")
	}
	if d.at(begin, time.Second, token) {
		t.Error("a session that ended came back with the clock")
	}
}

// TestAbsolute: no request keeps a session beyond its day.
func TestAbsolute(t *testing.T) {
	d := newDoor(t)
	begin, token := d.clock.T, d.signIn()
	for off := time.Duration(0); off < identity.AbsoluteLimit; off += identity.IdleLimit - time.Minute {
		if !d.at(begin, off, token) {
			t.Fatalf("out after %v, never idle", off)
		}
	}
	if !d.at(begin, identity.AbsoluteLimit-time.Second, token) {
		t.Error("out a second before the limit")
	}
	if d.at(begin, identity.AbsoluteLimit, token) {
		t.Error("in at the limit")
	}
}

// TestClockStepsBack: to before the sign-in ends the session; within it does
// not prolong it beyond its day.
func TestClockStepsBack(t *testing.T) {
	d := newDoor(t)
	begin, token := d.clock.T, d.signIn()
	if !d.at(begin, 10*time.Minute, token) || !d.at(begin, 5*time.Minute, token) || !d.at(begin, 0, token) {
		t.Error("out though within the session")
	}
	if d.at(begin, -time.Second, token) {
		t.Error("in before the sign-in")
	}
	if d.at(begin, time.Minute, token) {
		t.Error("a session that ended came back")
	}
}

// TestAClockThatWasAheadShutsNobodyOut: a password that was shut while the clock
// stood a year ahead is not shut for a year.
func TestAClockThatWasAheadShutsNobodyOut(t *testing.T) {
	d := newDoor(t)
	right := d.clock.T
	try := func(password string) error {
		_, err := d.desk.SignIn(t.Context(), identity.Claim{Login: "canbo", Password: password, From: identity.Place{Address: "192.0.2.1"}})
		return err
	}
	fail := func() {
		t.Helper()
		for range 5 {
			if err := try("sai mật khẩu"); !errors.Is(err, identity.ErrCredentials) {
				t.Fatal(err)
			}
		}
		if try(password) == nil {
			t.Fatal("five failures do not shut the password")
		}
	}
	d.clock.T = right.AddDate(1, 0, 0)
	fail()
	d.clock.T = right
	if err := try(password); err != nil {
		t.Errorf("shut out by a clock that was ahead: %v", err)
	}
	fail() // counts anew
}

func TestSignOut(t *testing.T) {
	d := newDoor(t)
	ctx, one, other := context.Background(), d.signIn(), d.signIn()
	if one == other {
		t.Fatal("two sessions with one token")
	}
	for range 2 { // the second time is no error
		if err := d.desk.SignOut(ctx, one); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(d.desk.SignOut(ctx, ""), d.desk.SignOut(ctx, "never heard of")); err != nil {
		t.Error(err)
	}
	if d.at(d.clock.T, 0, one) || !d.at(d.clock.T, 0, other) {
		t.Error("signing out ends that session, and no other")
	}
}

// TestDisabledMeanwhile: the next request is the first without a session, and
// it stays ended.
func TestDisabledMeanwhile(t *testing.T) {
	d := newDoor(t)
	token := d.signIn()
	d.file("UPDATE account SET disabled_at = '2026-01-01 00:00:00+00:00'")
	if d.at(d.clock.T, 0, token) {
		t.Error("a disabled account is in")
	}
	d.file("UPDATE account SET disabled_at = NULL")
	if d.at(d.clock.T, 0, token) {
		t.Error("its session survived")
	}
}

// TestSecretsAreNotKept: neither token nor password stands in any file of the
// register; the token is 256 bits of chance.
func TestSecretsAreNotKept(t *testing.T) {
	d := newDoor(t)
	token := d.signIn()
	if b, err := base64.RawURLEncoding.DecodeString(token); err != nil || len(b) != 32 {
		t.Fatalf("token of %d bytes, %v", len(b), err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(d.dir, "capdo*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("files %v, %v", files, err)
	}
	hashed := false
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		hashed = hashed || bytes.Contains(b, []byte("argon2id"))
		for what, secret := range map[string][]byte{"token": []byte(token), "token's bytes": raw, "password": []byte(password)} {
			if bytes.Contains(b, secret) {
				t.Errorf("%s holds the %s", filepath.Base(f), what)
			}
		}
	}
	if !hashed {
		t.Error("no file holds the account: the test looks in the wrong place")
	}
}

// TestStoreFails: an error of the store is neither a wrong password nor a
// session.
func TestStoreFails(t *testing.T) {
	d := newDoor(t)
	token := d.signIn()
	d.file("DROP TABLE session")
	if _, _, err := d.desk.Account(context.Background(), token); err == nil || errors.Is(err, identity.ErrNoSession) {
		t.Errorf("account: %v", err)
	}
	if token, err := d.desk.SignIn(context.Background(), identity.Claim{Login: "canbo", Password: password}); token != "" || err == nil || errors.Is(err, identity.ErrCredentials) {
		t.Errorf("sign in: %q, %v", token, err)
	}
}

// TestKeeperMakesAccounts: nobody else does, and no login twice.
func TestKeeperMakesAccounts(t *testing.T) {
	d := newDoor(t)
	s := d.desk.Store.(*store.Store)
	account := identity.Account{Login: "moi", Actor: storetest.Actor(law.RoleOwner, "H56"), PasswordHash: "x"}
	for _, c := range []law.Role{law.RoleOperator, law.RoleOwner, law.RoleMPS, law.RolePrimeMinister, "auditor", "gateway"} {
		if err := s.AddAccount(context.Background(), storetest.Actor(c, "H56"), d.clock.T, "law", account); err == nil {
			t.Errorf("%s made an account", c)
		}
	}
	account.Login = "canbo"
	if err := s.AddAccount(context.Background(), storetest.Keeper(), d.clock.T, "law", account); err == nil {
		t.Error("one login twice")
	}
	r, err := s.Verify(context.Background())
	if err != nil || len(r.Violations) > 0 {
		t.Errorf("verify: %+v, %v", r.Violations, err)
	}
}
