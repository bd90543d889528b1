package identity_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// hall is a door with a registrar and two administrators.
type hall struct {
	*door
	store    *store.Store
	reg      *identity.Registrar
	one, two approval.Actor
}

func admin(login string) approval.Actor {
	return approval.Actor{Account: login, Person: "p." + login, Capacity: approval.Administrator}
}

func newHall(t *testing.T) *hall {
	t.Helper()
	h := &hall{door: newDoor(t), one: admin("quantri1"), two: admin("quantri2")}
	h.store = h.desk.Store.(*store.Store)
	h.reg = &identity.Registrar{Store: h.store, Clock: h.clock.Now, Law: "law", Bodies: func(context.Context) ([]approval.Agency, error) {
		return []approval.Agency{{Code: "H56"}, {Code: "H41"}, {Code: "G14", EndedOn: "2025-02-28", Successor: "G99"}, {Code: "G99"}, {Code: "H01", EndedOn: "2025-06-30"}}, nil
	}}
	for _, a := range []approval.Actor{h.one, h.two} {
		if err := h.store.AddAccount(context.Background(), storetest.Keeper(), h.clock.T, "law", identity.Account{Login: a.Account, Name: a.Account, Actor: a}); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// rule is the rule of a refusal, "" for none.
func rule(err error) string {
	var r *approval.Refusal
	if errors.As(err, &r) {
		if len(r.Findings) > 0 {
			return r.Findings[0].Rule
		}
		return string(r.Kind)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// ask asks and lets the other administrator confirm.
func (h *hall) ask(r identity.Request) (link string) {
	h.Helper()
	if r.Ground == "" {
		r.Ground = "theo văn bản 1/TB"
	}
	asked, err := h.reg.Ask(context.Background(), h.one, r)
	if err != nil {
		h.Fatal(err)
	}
	if _, link, err = h.reg.Confirm(context.Background(), h.two, asked.ID); err != nil {
		h.Fatal(err)
	}
	return link
}

func (h *hall) account(login string) identity.Account {
	h.Helper()
	a, ok, err := h.store.Account(context.Background(), login)
	if err != nil || !ok {
		h.Fatalf("account %s: %v, %v", login, ok, err)
	}
	return a
}

// clean fails when verify finds anything.
func (h *hall) clean() {
	h.Helper()
	r, err := h.store.Verify(context.Background())
	if err != nil || len(r.Violations) > 0 {
		h.Errorf("verify: %+v, %v", r.Violations, err)
	}
}

// TestTwoAdministrators: nobody gets rights by one person's word.
func TestTwoAdministrators(t *testing.T) {
	h, ctx := newHall(t), context.Background()
	create := identity.Request{Kind: identity.AskCreate, Login: "moi.h56", Ground: "x", Change: identity.Change{Name: "Cán bộ mới", Capacity: law.RoleOwner, Body: "H56"}}
	for _, c := range []law.Role{law.RoleOperator, law.RoleOwner, law.RoleMPS, approval.Auditor, approval.Keeper} {
		if _, err := h.reg.Ask(ctx, storetest.Actor(c, "H56"), create); rule(err) != "administrators-only" {
			t.Errorf("%s asked: %v", c, err)
		}
	}
	asked, err := h.reg.Ask(ctx, h.one, create)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := h.store.Account(ctx, "moi.h56"); ok {
		t.Fatal("an account by one administrator")
	}
	same := h.two
	same.Person = h.one.Person // another account of the same person
	for name, a := range map[string]approval.Actor{"who asked": h.one, "the same person": same} {
		if _, _, err := h.reg.Confirm(ctx, a, asked.ID); rule(err) != "two-administrators" {
			t.Errorf("%s confirmed: %v", name, err)
		}
	}
	if _, _, err := h.reg.Confirm(ctx, storetest.Actor(law.RoleMPS, "G01"), asked.ID); rule(err) != "administrators-only" {
		t.Errorf("no administrator confirmed: %v", err)
	}
	if _, _, err := h.reg.Confirm(ctx, h.two, "nothing"); rule(err) != "not-found" {
		t.Errorf("confirmed what is not there: %v", err)
	}
	r, link, err := h.reg.Confirm(ctx, h.two, asked.ID)
	if err != nil || link == "" || r.Answer == nil || h.account("moi.h56").Actor.Person != "moi.h56" {
		t.Fatalf("%+v, %q, %v", r, link, err)
	}
	if _, _, err := h.reg.Confirm(ctx, h.two, asked.ID); rule(err) != "answered" {
		t.Errorf("confirmed twice: %v", err)
	}
	h.clean()
	// the second wall: by SQL neither
	other, err := h.reg.Ask(ctx, h.one, identity.Request{Kind: identity.AskReset, Login: "canbo", Ground: "x"})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		"INSERT INTO account_answer VALUES ('" + other.ID + "', 'confirmed', 'p.quantri1', 'quantri2', 'administrator', '', '2026-11-22 00:00:00+00:00')",
		"INSERT INTO account_answer VALUES ('" + other.ID + "', 'confirmed', 'p.x', 'x', 'operator', '', '2026-11-22 00:00:00+00:00')",
		"UPDATE account_request SET person = 'p.x'", "DELETE FROM account_request", "UPDATE account_answer SET person = 'x'", "DELETE FROM account_answer",
		"INSERT OR REPLACE INTO account_answer SELECT * FROM account_answer",
	} {
		if err := h.try(bad); err == nil {
			t.Errorf("the database takes %s", bad)
		}
	}
}

// TestOneself: nobody asks about, confirms or disables their own account.
func TestOneself(t *testing.T) {
	h, ctx := newHall(t), context.Background()
	own := identity.Request{Kind: identity.AskRights, Login: "quantri1", Ground: "x", Change: identity.Change{Capacity: law.RoleOwner, Body: "H56"}}
	if _, err := h.reg.Ask(ctx, h.one, own); rule(err) != "about-oneself" {
		t.Errorf("asked about oneself: %v", err)
	}
	another := identity.Request{Kind: identity.AskCreate, Login: "toi2", Ground: "x", Change: identity.Change{Name: "x", Person: h.one.Person, Capacity: law.RoleOwner, Body: "H56"}}
	if _, err := h.reg.Ask(ctx, h.one, another); rule(err) != "about-oneself" {
		t.Errorf("asked for a second account of oneself: %v", err)
	}
	own.Login = "quantri2"
	asked, err := h.reg.Ask(ctx, h.one, own)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.reg.Confirm(ctx, h.two, asked.ID); rule(err) != "two-administrators" {
		t.Errorf("confirmed about oneself: %v", err)
	}
	if err := h.reg.Disable(ctx, h.one, "quantri1", "x"); rule(err) != "about-oneself" {
		t.Errorf("disabled oneself: %v", err)
	}
	if _, err := h.reg.Refuse(ctx, h.one, asked.ID); err != nil {
		t.Errorf("could not take it back: %v", err)
	}
	h.clean()
}

// TestWhatIsAsked: every request that cannot be is refused at its field.
func TestWhatIsAsked(t *testing.T) {
	h, ctx := newHall(t), context.Background()
	good := identity.Change{Name: "x", Capacity: law.RoleOwner, Body: "H56"}
	with := func(f func(*identity.Change)) identity.Change { c := good; f(&c); return c }
	for want, r := range map[string]identity.Request{
		"login":           {Kind: identity.AskCreate, Login: "Có Dấu", Change: good},
		"login-taken":     {Kind: identity.AskCreate, Login: "canbo", Change: good},
		"name-missing":    {Kind: identity.AskCreate, Login: "abc", Change: with(func(c *identity.Change) { c.Name = " " })},
		"capacity":        {Kind: identity.AskCreate, Login: "abc", Change: with(func(c *identity.Change) { c.Capacity = approval.Keeper })},
		"body":            {Kind: identity.AskCreate, Login: "abc", Change: with(func(c *identity.Change) { c.Body = "Z99" })},
		"body-ended":      {Kind: identity.AskCreate, Login: "abc", Change: with(func(c *identity.Change) { c.Body = "G14" })},
		"nothing-changes": {Kind: identity.AskRights, Login: "canbo", Change: identity.Change{Body: "H56"}},
		"not-found":       {Kind: identity.AskReset, Login: "nobody"},
		"enabled":         {Kind: identity.AskEnable, Login: "canbo"},
		"issuer":          {Kind: identity.AskBind, Login: "canbo", Change: identity.Change{Issuer: "vneid", Subject: "1"}},
		"subject":         {Kind: identity.AskBind, Login: "canbo", Change: identity.Change{Issuer: "https://id.example"}},
		"no-successor":    {Kind: identity.AskRebind, Login: "canbo"},
		"kind":            {Kind: "king", Login: "canbo"},
	} {
		r.Ground = "x"
		if _, err := h.reg.Ask(ctx, h.one, r); rule(err) != want {
			t.Errorf("%+v: %v, want %s", r, err, want)
		}
	}
	if _, err := h.reg.Ask(ctx, h.one, identity.Request{Kind: identity.AskReset, Login: "canbo", Ground: " "}); rule(err) != "ground-missing" {
		t.Errorf("without a ground: %v", err)
	}
}

// TestRightsCountAtOnce: whatever changes of an account ends its sessions; the
// next request is the first without.
func TestRightsCountAtOnce(t *testing.T) {
	h, ctx := newHall(t), context.Background()
	steps := []struct {
		name   string
		change func()
		after  bool // the account can sign in
	}{
		{"rights", func() {
			h.ask(identity.Request{Kind: identity.AskRights, Login: "canbo", Change: identity.Change{Body: "H41"}})
		}, true},
		{"disable", func() { h.must(h.reg.Disable(ctx, h.one, "canbo", "nghỉ việc")) }, false},
		{"enable", func() { h.ask(identity.Request{Kind: identity.AskEnable, Login: "canbo"}) }, true},
		{"reset", func() { h.ask(identity.Request{Kind: identity.AskReset, Login: "canbo"}) }, false},
	}
	for _, s := range steps {
		token := ""
		if h.opens() {
			token = h.signIn()
		}
		s.change()
		if token != "" && h.at(h.clock.T, 0, token) {
			t.Errorf("%s: the session lives on", s.name)
		}
		if h.opens() != s.after {
			t.Errorf("%s: signs in: %v", s.name, !s.after)
		}
	}
	if got := h.account("canbo").Actor.Body; got != "H41" {
		t.Errorf("body %s", got)
	}
	h.clean()
}

// TestEnrol: the link works once, within its time, and for the account it is for.
func TestEnrol(t *testing.T) {
	h, ctx := newHall(t), context.Background()
	const secret = "một câu dài dễ nhớ"
	link := h.ask(identity.Request{Kind: identity.AskCreate, Login: "moi", Change: identity.Change{Name: "x", Capacity: law.RoleOwner, Body: "H56"}})
	in := identity.Enrolling{Password: "ngắn"}
	if _, err := h.desk.Enrol(ctx, h.reg, link, in); rule(err) != "password-short" {
		t.Errorf("a short password: %v", err)
	}
	in.Password = secret
	for _, bad := range []string{"", "x", link + "x"} {
		if _, err := h.desk.Enrol(ctx, h.reg, bad, in); rule(err) != "not-found" {
			t.Errorf("link %q: %v", bad, err)
		}
	}
	token, err := h.desk.Enrol(ctx, h.reg, link, in)
	if err != nil {
		t.Fatal(err)
	}
	if a, _, err := h.desk.Account(ctx, token); err != nil || a.Login != "moi" {
		t.Errorf("session of %+v, %v", a, err)
	}
	if _, err := h.desk.SignIn(ctx, identity.Claim{Login: "moi", Password: secret}); err != nil {
		t.Errorf("the password does not open: %v", err)
	}
	if _, err := h.desk.Enrol(ctx, h.reg, link, in); rule(err) != "not-found" {
		t.Errorf("the link works twice: %v", err)
	}
	link = h.ask(identity.Request{Kind: identity.AskReset, Login: "moi"})
	h.clock.T = h.clock.T.Add(identity.EnrolFor)
	if _, err := h.desk.Enrol(ctx, h.reg, link, in); rule(err) != "not-found" {
		t.Errorf("the link works after its time: %v", err)
	}
	h.clean()
}

// TestFirstAdministrator: a fresh register has no account; whoever holds the link
// is the first, and the link works while there is none.
func TestFirstAdministrator(t *testing.T) {
	dir, clock, ctx := t.TempDir(), storetest.At("2026-11-22"), context.Background()
	_, s := storetest.OfficeIn(t, dir, clock)
	if all, err := s.Accounts(ctx); err != nil || len(all) != 0 {
		t.Fatalf("a fresh register has %d accounts, %v", len(all), err)
	}
	desk := &identity.Desk{Store: s, Clock: clock.Now, Hash: identity.NewHasher()}
	reg := &identity.Registrar{Store: s, Clock: clock.Now, Law: "law", Bodies: func(context.Context) ([]approval.Agency, error) { return nil, nil }}
	one, err1 := reg.Link(ctx, storetest.Keeper(), "", identity.FirstEnrolFor)
	two, err2 := reg.Link(ctx, storetest.Keeper(), "", identity.FirstEnrolFor)
	late, err3 := reg.Link(ctx, storetest.Keeper(), "", time.Second)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	in := identity.Enrolling{Login: "quantri", Password: "một câu dài dễ nhớ"}
	clock.T = clock.T.Add(time.Second)
	if _, err := desk.Enrol(ctx, reg, late, in); rule(err) != "not-found" {
		t.Errorf("a late link: %v", err)
	}
	if _, err := desk.Enrol(ctx, reg, one, identity.Enrolling{Login: "Quản Trị", Password: in.Password}); rule(err) != "login" {
		t.Errorf("a login with diacritics: %v", err)
	}
	if lacks, err := reg.Lacks(ctx); err != nil || !lacks {
		t.Errorf("lacks %v, %v", lacks, err)
	}
	if _, err := desk.Enrol(ctx, reg, one, in); err != nil {
		t.Fatal(err)
	}
	if lacks, err := reg.Lacks(ctx); err != nil || lacks {
		t.Errorf("lacks %v, %v", lacks, err)
	}
	in.Login = "quantri2"
	if _, err := desk.Enrol(ctx, reg, two, in); rule(err) != "not-found" {
		t.Errorf("a second first administrator: %v", err)
	}
	if r, err := s.Verify(ctx); err != nil || len(r.Violations) > 0 {
		t.Errorf("verify: %+v, %v", r.Violations, err)
	}
}

// TestRebind: an account of a body that ended moves to the one that took over.
func TestRebind(t *testing.T) {
	h := newHall(t)
	actor := storetest.Actor(law.RoleMIC, "G14")
	h.must(h.store.AddAccount(context.Background(), storetest.Keeper(), h.clock.T, "law", identity.Account{Login: "mic", Name: "x", Actor: actor}))
	h.ask(identity.Request{Kind: identity.AskRebind, Login: "mic"})
	if a := h.account("mic"); a.Actor.Body != "G99" || a.Actor.Capacity != law.RoleMIC || a.Actor.Person != actor.Person {
		t.Errorf("%+v", a)
	}
	h.clean()
}

// TestForgedAccounts: what somebody writes past the acts is named.
func TestForgedAccounts(t *testing.T) {
	for _, forged := range []string{
		"UPDATE account SET capacity = 'administrator' WHERE login = 'canbo'",
		"INSERT INTO account VALUES ('x', 'x', 'x', 'administrator', '', '', '2026-11-22 00:00:00+00:00', NULL)",
		"INSERT INTO factor VALUES ('f', 'canbo', 'totp', '', '', 'x', '2026-11-22 00:00:00+00:00', NULL, NULL, 0)",
		"INSERT INTO account_request VALUES ('q', 'reset', 'canbo', '{}', 'x', 'p', 'a', 'administrator', '', '2026-11-22 00:00:00+00:00')",
	} {
		h := newHall(t)
		h.file(forged)
		r, err := h.store.Verify(context.Background())
		if err != nil || len(r.Violations) != 1 {
			t.Errorf("%s: %+v, %v", forged, r.Violations, err)
		}
	}
}

// TestSessionsOfOne: one sees one's own sessions and ends them; an administrator
// is out after five minutes.
func TestSessionsOfOne(t *testing.T) {
	h, ctx := newHall(t), context.Background()
	one, other := h.signIn(), h.signIn()
	a, here, err := h.desk.Account(ctx, one)
	if err != nil {
		t.Fatal(err)
	}
	open, err := h.desk.Open(ctx, &a)
	if err != nil || len(open) != 2 || strings.Contains(open[0].ID(), one) {
		t.Fatalf("%+v, %v", open, err)
	}
	b := h.account("quantri1")
	if n, err := h.desk.End(ctx, &b, here.ID(), &here); n != 0 || err != nil {
		t.Errorf("ended another's session: %d, %v", n, err)
	}
	if n, err := h.desk.End(ctx, &a, "", &here); n != 1 || err != nil || h.at(h.clock.T, 0, other) || !h.at(h.clock.T, 0, one) {
		t.Errorf("end all others: %d, %v", n, err)
	}
	if n, err := h.desk.End(ctx, &a, here.ID(), &here); n != 1 || err != nil || h.at(h.clock.T, 0, one) {
		t.Errorf("end this: %d, %v", n, err)
	}
	link := h.ask(identity.Request{Kind: identity.AskCreate, Login: "qt3", Change: identity.Change{Name: "x", Capacity: approval.Administrator, Body: "H56"}})
	token, err := h.desk.Enrol(ctx, h.reg, link, identity.Enrolling{Password: "một câu dài dễ nhớ"})
	if err != nil {
		t.Fatal(err)
	}
	h.clock.T = h.clock.T.Add(identity.AdminIdleLimit)
	if _, _, err := h.desk.Account(ctx, token); !errors.Is(err, identity.ErrNoSession) {
		t.Errorf("an administrator after five minutes: %v", err)
	}
}

func (d *door) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// opens tells whether the officer can sign in.
func (d *door) opens() bool {
	d.Helper()
	_, err := d.desk.SignIn(context.Background(), identity.Claim{Login: "canbo", Password: password})
	if err != nil && !errors.Is(err, identity.ErrCredentials) {
		d.Fatal(err)
	}
	return err == nil
}
