package identity_test

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/identity/softkey"
	"capdo/internal/law"
	"capdo/internal/ledger"
	"capdo/internal/store/storetest"
)

// keyed is a hall whose officer has a passkey.
func keyed(t *testing.T) (*hall, *softkey.Key) {
	t.Helper()
	h := newHall(t)
	site, err := identity.SiteOf("https://capdo.example")
	if err != nil {
		t.Fatal(err)
	}
	h.desk.Site = &site
	k := h.key()
	h.register("canbo", k)
	return h, k
}

// key is a new passkey of the site.
func (h *hall) key() *softkey.Key {
	h.Helper()
	k, err := softkey.New(h.desk.Site.ID, h.desk.Site.Origin)
	h.must(err)
	return k
}

// register adds a passkey to an account.
func (h *hall) register(login string, k *softkey.Key) {
	h.Helper()
	a := h.account(login)
	options, err := h.desk.RegistrationOptions(context.Background(), &a)
	h.must(err)
	answer, err := k.Create(options)
	h.must(err)
	h.must(h.desk.AddPasskey(context.Background(), h.reg, &a, "máy tính cơ quan", answer))
}

// get lets a passkey answer the options of a sign-in.
func (h *hall) get(k *softkey.Key) []byte {
	h.Helper()
	options, err := h.desk.SignInOptions(context.Background())
	h.must(err)
	answer, err := k.Get(options)
	h.must(err)
	return answer
}

// TestSiteOf: what passkeys may belong to.
func TestSiteOf(t *testing.T) {
	for address, want := range map[string]identity.Site{
		"https://capdo.gov.vn": {ID: "capdo.gov.vn", Origin: "https://capdo.gov.vn"}, "https://capdo.gov.vn:8443/": {ID: "capdo.gov.vn", Origin: "https://capdo.gov.vn:8443"},
		"http://127.0.0.1:8080": {ID: "localhost", Origin: "http://localhost:8080"}, "http://[::1]:80": {ID: "localhost", Origin: "http://localhost:80"},
		"http://10.1.2.3": {}, "capdo": {}, "": {}, "https://a/b": {},
	} {
		if got, err := identity.SiteOf(address); got != want || (err != nil) != (want.ID == "") {
			t.Errorf("%s: %+v, %v", address, got, err)
		}
	}
}

// TestPasskeys: several of one account, each signs in; one removed does not.
func TestPasskeys(t *testing.T) {
	h, one := keyed(t)
	ctx, two := context.Background(), h.key()
	h.register("canbo", two)
	for _, k := range []*softkey.Key{one, two, one} {
		token, err := h.desk.SignInPasskey(ctx, h.get(k), identity.Place{})
		if err != nil {
			t.Fatal(err)
		}
		a, s, err := h.desk.Account(ctx, token)
		if err != nil || a.Login != "canbo" || s.Method != identity.ByPasskey || a.Actor.Assurance.Method != "passkey" {
			t.Errorf("%+v, %+v, %v", a, s, err)
		}
	}
	other := storetest.Actor(law.RoleOwner, "H41")
	if err := h.reg.RemoveFactor(ctx, other, one.ID()); rule(err) != "not-found" {
		t.Errorf("another removes it: %v", err)
	}
	h.must(h.reg.RemoveFactor(ctx, h.account("canbo").Actor, one.ID()))
	if _, err := h.desk.SignInPasskey(ctx, h.get(one), identity.Place{}); !errors.Is(err, identity.ErrPasskey) {
		t.Errorf("a removed passkey: %v", err)
	}
	if _, err := h.desk.SignInPasskey(ctx, h.get(two), identity.Place{}); err != nil {
		t.Error(err)
	}
	h.must(h.reg.Disable(ctx, h.one, "canbo", "x"))
	if _, err := h.desk.SignInPasskey(ctx, h.get(two), identity.Place{}); !errors.Is(err, identity.ErrPasskey) {
		t.Errorf("a disabled account: %v", err)
	}
	h.clean()
}

// TestBadAssertions: nothing but the very passkey's answer to the very challenge
// opens.
func TestBadAssertions(t *testing.T) {
	bend := func(f func(map[string]any)) func([]byte) []byte {
		return func(answer []byte) []byte {
			var m map[string]any
			if err := json.Unmarshal(answer, &m); err != nil {
				panic(err)
			}
			f(m)
			b, err := json.Marshal(m)
			if err != nil {
				panic(err)
			}
			return b
		}
	}
	inside := func(m map[string]any) map[string]any { return m["response"].(map[string]any) }
	tests := map[string]struct {
		key  func(*softkey.Key)
		bent func([]byte) []byte
	}{
		"another origin":        {key: func(k *softkey.Key) { k.Origin = "https://capd0.example" }},
		"origin of a subdomain": {key: func(k *softkey.Key) { k.Origin = "https://x.capdo.example" }},
		"plain http":            {key: func(k *softkey.Key) { k.Origin = "http://capdo.example" }},
		"another port":          {key: func(k *softkey.Key) { k.Origin = "https://capdo.example:444" }},
		"another site":          {key: func(k *softkey.Key) { k.Site = "example" }},
		"nobody present":        {key: func(k *softkey.Key) { k.Flags = softkey.Verified }},
		"nobody verified":       {key: func(k *softkey.Key) { k.Flags = softkey.Present }},
		"counter back":          {key: func(k *softkey.Key) { k.Count = 0 }},
		"made, not got":         {key: func(k *softkey.Key) { k.Lies = map[string]any{"type": "webauthn.create"} }},
		"another challenge": {key: func(k *softkey.Key) {
			k.Lies = map[string]any{"challenge": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
		}},
		"no challenge":         {key: func(k *softkey.Key) { k.Lies = map[string]any{"challenge": ""} }},
		"framed elsewhere":     {key: func(k *softkey.Key) { k.Lies = map[string]any{"crossOrigin": true} }},
		"data changed":         {key: func(k *softkey.Key) { k.Twist = func(b []byte) []byte { b[36]++; return b } }},
		"data cut":             {key: func(k *softkey.Key) { k.Twist = func(b []byte) []byte { return b[:36] } }},
		"data longer":          {key: func(k *softkey.Key) { k.Twist = func(b []byte) []byte { return append(b, 0) } }},
		"empty":                {bent: func([]byte) []byte { return nil }},
		"no JSON":              {bent: func([]byte) []byte { return []byte("x") }},
		"an array":             {bent: func([]byte) []byte { return []byte("[]") }},
		"no id":                {bent: bend(func(m map[string]any) { m["id"], m["rawId"] = "", "" })},
		"another id":           {bent: bend(func(m map[string]any) { m["id"], m["rawId"] = "AAAA", "AAAA" })},
		"id and raw id differ": {bent: bend(func(m map[string]any) { m["rawId"] = "AAAA" })},
		"another type":         {bent: bend(func(m map[string]any) { m["type"] = "password" })},
		"no signature":         {bent: bend(func(m map[string]any) { inside(m)["signature"] = "" })},
		"signature of zeros":   {bent: bend(func(m map[string]any) { inside(m)["signature"] = strings.Repeat("A", 96) })},
		"client data changed": {bent: bend(func(m map[string]any) {
			inside(m)["clientDataJSON"] = inside(m)["clientDataJSON"].(string) + "IA"
		})},
	}
	if len(tests) < 22 {
		t.Errorf("%d bad assertions", len(tests))
	}
	h, good := keyed(t)
	ctx := context.Background()
	if _, err := h.desk.SignInPasskey(ctx, h.get(good), identity.Place{}); err != nil {
		t.Fatal(err)
	}
	for name, c := range tests {
		bad := *good
		if c.key != nil {
			c.key(&bad)
		}
		answer := h.get(&bad)
		if c.bent != nil {
			answer = c.bent(answer)
		}
		good.Count = max(good.Count, bad.Count)
		if token, err := h.desk.SignInPasskey(ctx, answer, identity.Place{}); token != "" || !errors.Is(err, identity.ErrPasskey) {
			t.Errorf("%s: %q, %v", name, token, err)
		}
	}
	answer := h.get(good)
	if _, err := h.desk.SignInPasskey(ctx, answer, identity.Place{}); err != nil {
		t.Errorf("after all of that the good one: %v", err)
	}
	if _, err := h.desk.SignInPasskey(ctx, answer, identity.Place{}); !errors.Is(err, identity.ErrPasskey) {
		t.Errorf("the same answer again: %v", err)
	}
	answer = h.get(good)
	h.clock.T = h.clock.T.Add(5 * time.Minute)
	if _, err := h.desk.SignInPasskey(ctx, answer, identity.Place{}); !errors.Is(err, identity.ErrPasskey) {
		t.Errorf("too late: %v", err)
	}
}

// TestBadRegistrations: a key made for another site, without the person, or for
// another account is not taken.
func TestBadRegistrations(t *testing.T) {
	h, _ := keyed(t)
	ctx, a, b := context.Background(), h.account("canbo"), h.account("quantri1")
	for name, change := range map[string]func(*softkey.Key){
		"another origin": func(k *softkey.Key) { k.Origin = "https://elsewhere.example" }, "another site": func(k *softkey.Key) { k.Site = "elsewhere.example" },
		"nobody verified": func(k *softkey.Key) { k.Flags = softkey.Present }, "got, not made": func(k *softkey.Key) { k.Lies = map[string]any{"type": "webauthn.get"} },
	} {
		k := h.key()
		change(k)
		options, err := h.desk.RegistrationOptions(ctx, &a)
		h.must(err)
		answer, err := k.Create(options)
		h.must(err)
		if err := h.desk.AddPasskey(ctx, h.reg, &a, "x", answer); !errors.Is(err, identity.ErrPasskey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	options, err := h.desk.RegistrationOptions(ctx, &a)
	h.must(err)
	answer, err := h.key().Create(options)
	h.must(err)
	if err := h.desk.AddPasskey(ctx, h.reg, &a, " ", answer); rule(err) != "label-missing" {
		t.Errorf("without a name: %v", err)
	}
	if err := h.desk.AddPasskey(ctx, h.reg, &b, "x", answer); !errors.Is(err, identity.ErrPasskey) {
		t.Errorf("another's challenge: %v", err)
	}
}

// approver is an account that approves, with a passkey, in a hall where several
// dossiers wait for it.
type approver struct {
	*hall
	*softkey.Key
	actor   approval.Actor
	systems []approval.System
}

func newApprover(t *testing.T, dossiers int) *approver {
	t.Helper()
	h, _ := keyed(t)
	x := &approver{hall: h, Key: h.key(), actor: storetest.Actor(law.RoleOwner, "H56")}
	h.must(h.store.AddAccount(context.Background(), storetest.Keeper(), h.clock.T, "law", identity.Account{Login: x.actor.Account, Name: "x", Actor: x.actor}))
	h.register(x.actor.Account, x.Key)
	for range dossiers {
		x.systems = append(x.systems, storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Appraised))
	}
	h.office.Assure = h.desk.Assure
	x.actor.Assurance = &approval.Assurance{Method: "passkey", At: h.clock.T}
	return x
}

// wants are the statements that approve systems.
func (x *approver) wants(systems ...approval.System) []identity.Statement {
	x.Helper()
	var head approval.Head
	x.must(x.store.View(context.Background(), storetest.Keeper(), func(r approval.Reader) (err error) {
		head, err = r.Head()
		return err
	}))
	var all []identity.Statement
	for _, s := range systems {
		before, err := s.Digest()
		x.must(err)
		all = append(all, identity.Statement{Act: approval.ActDecide, Object: approval.SystemObject(s.Code), Before: before, By: x.actor.Who(), Law: x.office.Book.Digest(), Answers: map[string]string{"outcome": "approve", "number": "1/QĐ"}, Ledger: head})
	}
	return all
}

// sign lets the passkey answer for statements.
func (x *approver) sign(wants []identity.Statement) []byte {
	x.Helper()
	a := x.account(x.actor.Account)
	options, has, err := x.desk.SigningOptions(context.Background(), &a, wants)
	if err != nil || !has {
		x.Fatal(has, err)
	}
	answer, err := x.Get(options)
	x.must(err)
	return answer
}

// given are the words that an answer gives on statements.
func (x *approver) given(wants []identity.Statement, answer []byte) ([]approval.Signed, error) {
	x.Helper()
	a := x.account(x.actor.Account)
	return x.desk.Signed(context.Background(), &a, wants, answer)
}

// decide approves a system by a word.
func (x *approver) decide(s approval.System, word *approval.Signed) error {
	a, sure := x.actor, *x.actor.Assurance
	sure.Signed, a.Assurance = word, &sure
	_, err := x.office.Decide(context.Background(), a, s.Code, s.Version, approval.DecisionInput{Outcome: approval.Approve, Number: "1/QĐ", DecidedOn: law.DayOf(x.clock.T), Digest: s.Last().Digest})
	return err
}

// last is the last entry of a system.
func (x *approver) last(code string) (e approval.Entry) {
	x.Helper()
	x.must(x.store.View(context.Background(), storetest.Keeper(), func(r approval.Reader) error {
		es, err := r.Entries(code)
		e = es[len(es)-1]
		return err
	}))
	return e
}

// signed lets the owner approve a system with a passkey, and gives the entry.
func signed(t *testing.T) (*approver, approval.Entry) {
	t.Helper()
	x := newApprover(t, 1)
	s := x.systems[0]
	if err := x.decide(s, nil); rule(err) != "to-be-signed" {
		t.Fatalf("decided without a word: %v", err)
	}
	want, other := x.wants(s), x.wants(s)
	other[0].Answers = map[string]string{"outcome": "refuse", "number": "1/QĐ"}
	if _, err := x.given(want, x.sign(other)); !errors.Is(err, identity.ErrPasskey) {
		t.Errorf("signed another statement: %v", err)
	}
	if _, err := x.given(want, x.get(x.Key)); !errors.Is(err, identity.ErrPasskey) {
		t.Errorf("the answer to a sign-in: %v", err)
	}
	words, err := x.given(want, x.sign(want))
	x.must(err)
	a, sure := x.actor, *x.actor.Assurance
	sure.Signed, a.Assurance = &words[0], &sure
	if _, err := x.office.Revoke(context.Background(), a, s.Code, s.Version, approval.RevocationInput{Ground: "x"}); err == nil {
		t.Error("a word for one act stands for another")
	}
	if err := x.decide(s, &words[0]); err != nil {
		t.Fatal(err)
	}
	return x, x.last(s.Code)
}

// TestSignedDecision: the decision carries the approver's signature, and verify
// finds it whole.
func TestSignedDecision(t *testing.T) {
	x, e := signed(t)
	if e.Assurance == nil || e.Assurance.Signed == nil || e.Assurance.Signed.Factor != x.ID() || e.Assurance.Signed.Joint != nil || !strings.Contains(e.Assurance.Signed.Statement, `"number":"1/QĐ"`) {
		t.Fatalf("%+v", e.Assurance)
	}
	x.clean()
}

// TestAssure: a word is for one act on one record as it stood, and for nothing else.
func TestAssure(t *testing.T) {
	x := newApprover(t, 1)
	want := x.wants(x.systems[0])
	words, err := x.given(want, x.sign(want))
	x.must(err)
	a, sure := x.actor, *x.actor.Assurance
	sure.Signed, a.Assurance = &words[0], &sure
	object, before := want[0].Object, want[0].Before
	x.must(x.desk.Assure(a, approval.ActDecide, object, before))
	if err := x.desk.Assure(a, approval.ActDecide, object, "another digest"); rule(err) != "stale" {
		t.Errorf("the record changed after it was signed: %v", err)
	}
	other := a
	other.Person = "p.other"
	for name, err := range map[string]error{
		"another act": x.desk.Assure(a, approval.ActRevoke, object, before), "another object": x.desk.Assure(a, approval.ActDecide, "system:H56-9999", before),
		"another person": x.desk.Assure(other, approval.ActDecide, object, before), "no word": x.desk.Assure(x.actor, approval.ActDecide, object, before),
	} {
		if err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// reader reads the words of the whole ledger again, each changed before.
func (x *approver) reader() func(change func(*approval.Entry)) error {
	x.Helper()
	b, err := x.store.Bundle(context.Background())
	x.must(err)
	return func(change func(e *approval.Entry)) (found error) {
		var tree ledger.Tree
		p := identity.Passkeys{Root: func(size int64) (string, error) {
			h, err := ledger.Root(size, &tree)
			return ledger.Hex(h), err
		}}
		for _, raw := range b.Entries {
			_, err := tree.Add(raw)
			x.must(err)
			var e approval.Entry
			x.must(json.Unmarshal(raw, &e))
			if e.Assurance != nil && e.Assurance.Signed != nil || e.Act == "add-factor" || e.Object == identity.PolicyObject {
				change(&e)
			}
			found = errors.Join(found, p.Read(&e))
		}
		return found
	}
}

// flip changes one bit in the middle.
func flip(s string) string {
	b := []byte(s)
	b[len(b)/2] ^= 1
	return string(b)
}

// on changes the word of an entry.
func on(f func(s *approval.Signed)) func(*approval.Entry) {
	return func(e *approval.Entry) {
		if e.Assurance != nil && e.Assurance.Signed != nil {
			f(e.Assurance.Signed)
		}
	}
}

// said changes an entry that bears a word, and no other.
func said(change func(*approval.Entry)) func(*approval.Entry) {
	return func(e *approval.Entry) {
		if e.Assurance != nil && e.Assurance.Signed != nil {
			change(e)
		}
	}
}

// TestForgedSignatures: whatever is changed of the word, of the act or of the key
// is named, with nothing but the entries at hand.
func TestForgedSignatures(t *testing.T) {
	x, e := signed(t)
	read, other := x.reader(), x.assertion(x.wants(x.systems[0]))
	if err := read(func(*approval.Entry) {}); err != nil {
		t.Fatalf("unchanged: %v", err)
	}
	for name, change := range map[string]func(*approval.Entry){
		"statement": on(func(s *approval.Signed) { s.Statement = strings.Replace(s.Statement, "1/QĐ", "2/QĐ", 1) }), "statement spaced": on(func(s *approval.Signed) { s.Statement += " " }),
		"signature": on(func(s *approval.Signed) { s.Signature = flip(s.Signature) }), "client data": on(func(s *approval.Signed) { s.ClientData = flip(s.ClientData) }),
		"authenticator": on(func(s *approval.Signed) { s.Authenticator = flip(s.Authenticator) }), "factor": on(func(s *approval.Signed) { s.Factor = "AAAA" }),
		"act": said(func(e *approval.Entry) { e.Act = approval.ActRevoke }), "object": said(func(e *approval.Entry) { e.Object = "system:H56-9999" }), "before": said(func(e *approval.Entry) { e.Before = "x" }),
		"law": said(func(e *approval.Entry) { e.Law = "x" }), "by": said(func(e *approval.Entry) { e.By.Person = "x" }), "number": said(func(e *approval.Entry) { e.Detail["number"] = "9/QĐ" }),
		"statement and entry alike": func(e *approval.Entry) {
			if e.Act == approval.ActDecide {
				e.Detail["number"] = "2/QĐ"
				e.Assurance.Signed.Statement = strings.Replace(e.Assurance.Signed.Statement, "1/QĐ", "2/QĐ", 1)
			}
		},
		"sign-in gone": func(e *approval.Entry) {
			if e.Act == approval.ActDecide {
				e.Assurance = nil
			}
		},
		"ledger, of a word that is no signature": on(func(s *approval.Signed) {
			s.Method = string(identity.ByPassword)
			s.Statement = regexp.MustCompile(`"root":"..`).ReplaceAllString(s.Statement, `"root":"zz`)
		}),
		"key": func(e *approval.Entry) {
			if e.Act == "add-factor" {
				e.Detail["login"] = "x"
			}
		},
		"the assertion by another of the same passkey": on(func(s *approval.Signed) { s.ClientData, s.Authenticator, s.Signature = other[0], other[1], other[2] }),
	} {
		if err := read(change); err == nil {
			t.Errorf("%s changed: not found", name)
		}
	}
	for _, removed := range []bool{false, true} {
		if err := identity.CheckSigned(&e, x.added(), removed); (err != nil) != removed {
			t.Errorf("by a passkey removed before %v: %v", removed, err)
		}
	}
}

// added is the entry by which the approver got the passkey.
func (x *approver) added() (add *approval.Entry) {
	x.must(x.reader()(func(e *approval.Entry) {
		if e.Object == "factor:"+x.ID() {
			add = e
		}
	}))
	return add
}

// assertion is what the passkey says of other statements, as a word keeps it.
func (x *approver) assertion(wants []identity.Statement) [3]string {
	var answer struct {
		Response struct{ ClientDataJSON, AuthenticatorData, Signature string }
	}
	x.must(json.Unmarshal(x.sign(wants), &answer))
	return [3]string{answer.Response.ClientDataJSON, answer.Response.AuthenticatorData, answer.Response.Signature}
}
