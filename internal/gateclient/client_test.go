package gateclient_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/gateclient"
	"capdo/internal/gazette"
	"capdo/internal/law"
	"capdo/internal/ledger"
	"capdo/internal/seal"
	"capdo/internal/statuslist"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

const (
	today  = law.Day("2026-11-22")
	origin = "capdo.test"
	sub    = "https://capdo.test/statuslists/1"
)

// service is a register with two systems, served; the second has no approval.
type service struct {
	*testing.T
	office *approval.Office
	store  *store.Store
	clock  *storetest.Clock
	client *gateclient.Client
	trust  seal.Trust
	es, ed *seal.Key
	good   approval.System
}

func started(t *testing.T) *service {
	t.Helper()
	dir, clock := t.TempDir(), storetest.At(today)
	o, s := storetest.OfficeIn(t, dir, clock)
	x := &service{T: t, office: o, store: s, clock: clock}
	x.es, x.ed = storetest.Seal(t, s, clock, filepath.Join(dir, "keys"))
	var err error
	if x.trust, err = s.Keys(context.Background()); err != nil {
		t.Fatal(err)
	}
	x.good = storetest.Lead(t, o, "H56", "Một cửa", storetest.Deployed)
	storetest.Lead(t, o, "H56", "Hai cửa", storetest.Registered)
	g := &gate.Gate{Standings: s, Book: o.Book, Clock: clock.Now}
	h, err := g.Before(http.NotFoundHandler(), gate.Doors{})
	if err != nil {
		t.Fatal(err)
	}
	press := &gazette.Press{Register: s, Book: o.Book, Clock: clock.Now, Ask: g.Ask, Origin: origin, Base: "https://capdo.test",
		Key: func(_ context.Context, alg string) (*seal.Key, error) {
			if alg == seal.ES256 {
				return x.es, nil
			}
			return x.ed, nil
		}}
	srv := httptest.NewServer(press.Before(h))
	t.Cleanup(srv.Close)
	x.client = &gateclient.Client{Base: srv.URL, HTTP: srv.Client()}
	return x
}

func (x *service) get(address, accept string) []byte {
	x.Helper()
	b, err := x.client.Get(context.Background(), address, accept, 1<<24)
	if err != nil {
		x.Fatal(err)
	}
	return b
}

func empty() *gateclient.Memory {
	return &gateclient.Memory{Lists: map[string]gateclient.Mark{}}
}

func (x *service) revoke() {
	x.Helper()
	if _, err := x.office.Revoke(context.Background(), storetest.Actor(law.RoleMPS, "G01"), x.good.Code, x.good.Version, approval.RevocationInput{Ground: "Sai"}); err != nil {
		x.Fatal(err)
	}
}

// TestListAllowsAndDenies: the plain course, by both forms and a certificate.
func TestListAllowsAndDenies(t *testing.T) {
	x := started(t)
	now := x.clock.T
	cert, err := gateclient.ReadToken(string(x.get("/gate/v1/tokens/"+x.good.Code, "")), x.good.Code, x.trust, now)
	if err != nil || cert.Status.List.URI != sub || cert.Status.List.Idx != 0 || cert.Level != 3 {
		t.Fatalf("%v %+v", err, cert)
	}
	if _, err := x.client.Get(context.Background(), "/gate/v1/tokens/H56-0002", "", 1<<20); err == nil {
		t.Error("a certificate for a system that may not connect")
	}
	for _, media := range []string{statuslist.MediaJWT, statuslist.MediaCWT} {
		m, list := empty(), x.get("/statuslists/1", media)
		if a, err := m.CheckList(list, x.trust, sub, 0, 3, now); err != nil || !a.Allow || a.Age != statuslist.Fresh || a.Warn {
			t.Errorf("%s: %+v %v", media, a, err)
		}
		if a, err := m.CheckList(list, x.trust, sub, 1, 3, now); err != nil || a.Allow || a.Status != "INVALID" {
			t.Errorf("%s, the other: %+v %v", media, a, err)
		}
		if a, _ := m.CheckList(list, x.trust, sub, 0, 3, now.Add(299*time.Second)); !a.Allow || a.Age != statuslist.Stale || !a.Warn {
			t.Errorf("%s, stale: %+v", media, a)
		}
	}
	old := x.get("/statuslists/1", "")
	x.revoke()
	m := empty()
	if a, err := m.CheckList(x.get("/statuslists/1", ""), x.trust, sub, 0, 3, now); err != nil || a.Allow {
		t.Errorf("revoked: %+v %v", a, err)
	}
	if a, err := m.CheckList(old, x.trust, sub, 0, 3, now); a.Allow || !errors.Is(err, gateclient.ErrRollback) {
		t.Errorf("the list of before: %+v %v", a, err)
	}
}

// TestTamperedLists: whatever is wrong denies.
func TestTamperedLists(t *testing.T) {
	x := started(t)
	now := x.clock.T
	iat := now.Unix()
	stranger, err := seal.Make(seal.ES256, now)
	if err != nil {
		t.Fatal(err)
	}
	valid := statuslist.List{Bits: 2, Bytes: []byte{0}}
	issue := func(k *seal.Key, l statuslist.List, change func(*statuslist.Claims)) []byte {
		t.Helper()
		c := statuslist.Claims{Sub: sub, IAT: iat, EXP: iat + 600, TTL: 60, Capdo: statuslist.Extra{Version: 5, Usable: [5]int64{600, 600, 300, 180, 90}}}
		if err := c.Pack(l, &statuslist.Pieces{}); err != nil {
			t.Fatal(err)
		}
		change(&c)
		b, err := c.SignJWT(k)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	same := func(*statuslist.Claims) {}
	whole := issue(x.es, valid, same)
	if a, err := empty().CheckList(whole, x.trust, sub, 0, 3, now); err != nil || !a.Allow {
		t.Fatalf("the sound one: %+v %v", a, err)
	}
	part := strings.Split(string(whole), ".")
	otherType, err := x.es.JWT("jwt", map[string]any{"iat": iat})
	if err != nil {
		t.Fatal(err)
	}
	ed, err := x.ed.JWT(statuslist.TypeJWT, map[string]any{"iat": iat})
	if err != nil {
		t.Fatal(err)
	}
	retired := seal.Trust{x.es.Public}
	retired[0].Until = now.Add(-time.Second)
	cases := map[string]struct {
		token []byte
		trust seal.Trust
		place int
		level int
		at    time.Time
	}{
		"empty":                      {token: []byte{}},
		"a page":                     {token: []byte("<html>200 OK</html>")},
		"JSON":                       {token: []byte(`{"status_list":{"bits":2,"lst":"eNpjAAAAAQAB"}}`)},
		"no signature":               {token: []byte(part[0] + "." + part[1] + ".")},
		"two parts":                  {token: []byte(part[0] + "." + part[1])},
		"four parts":                 {token: []byte(string(whole) + ".x")},
		"alg none":                   {token: []byte("eyJhbGciOiJub25lIiwia2lkIjoiIiwidHlwIjoic3RhdHVzbGlzdCtqd3QifQ." + part[1] + ".")},
		"another's signature":        {token: []byte(part[0] + "." + part[1] + "." + strings.Split(otherType, ".")[2])},
		"a key that is not known":    {token: issue(stranger, valid, same)},
		"no key is known":            {trust: seal.Trust{}},
		"a retired key":              {trust: retired},
		"another type":               {token: []byte(otherType)},
		"without a list":             {token: []byte(ed)},
		"ended":                      {at: now.Add(600 * time.Second)},
		"too old for level 3":        {at: now.Add(300 * time.Second)},
		"too old for level 5":        {level: 5, at: now.Add(90 * time.Second)},
		"too old, level unknown":     {level: -1, at: now.Add(90 * time.Second)},
		"from the future":            {at: now.Add(-6 * time.Second)},
		"beyond the end":             {place: 4},
		"far beyond":                 {place: 1 << 30},
		"below zero":                 {place: -1},
		"the list of another":        {token: issue(x.es, valid, func(c *statuslist.Claims) { c.Sub = "https://capdo.test/statuslists/2" })},
		"no address":                 {token: issue(x.es, valid, func(c *statuslist.Claims) { c.Sub = "" })},
		"no iat":                     {token: issue(x.es, valid, func(c *statuslist.Claims) { c.IAT = 0 })},
		"no exp":                     {token: issue(x.es, valid, func(c *statuslist.Claims) { c.EXP = 0 })},
		"no ttl":                     {token: issue(x.es, valid, func(c *statuslist.Claims) { c.TTL = 0 })},
		"ends before it begins":      {token: issue(x.es, valid, func(c *statuslist.Claims) { c.EXP = c.IAT })},
		"no usable time":             {token: issue(x.es, valid, func(c *statuslist.Claims) { c.Capdo.Usable = [5]int64{} })},
		"no bits":                    {token: issue(x.es, valid, func(c *statuslist.Claims) { c.List.Bits = 0 })},
		"one bit":                    {token: issue(x.es, valid, func(c *statuslist.Claims) { c.List.Bits = 1 })},
		"eight bits":                 {token: issue(x.es, valid, func(c *statuslist.Claims) { c.List.Bits = 8 })},
		"no bytes":                   {token: issue(x.es, statuslist.List{Bits: 2}, same)},
		"not compressed":             {token: issue(x.es, valid, func(c *statuslist.Claims) { c.List.Lst = "AAAA" })},
		"compressed bytes cut":       {token: issue(x.es, valid, func(c *statuslist.Claims) { c.List.Lst = c.List.Lst[:4] })},
		"something after them":       {token: issue(x.es, valid, func(c *statuslist.Claims) { c.List.Lst += "AAAA" })},
		"invalid":                    {token: issue(x.es, statuslist.New(1), same)},
		"suspended":                  {token: issue(x.es, statuslist.List{Bits: 2, Bytes: []byte{2}}, same)},
		"not deployed":               {token: issue(x.es, statuslist.List{Bits: 2, Bytes: []byte{3}}, same)},
		"a bomb":                     {token: issue(x.es, statuslist.List{Bits: 2, Bytes: make([]byte, 17<<20)}, same)},
		"CBOR of nothing":            {token: []byte{0xd2, 0x84}},
		"CBOR that says it is huge":  {token: []byte{0xd2, 0x84, 0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
		"older than one seen before": {token: issue(x.es, valid, func(c *statuslist.Claims) { c.IAT-- })},
		"of a smaller ledger":        {token: issue(x.es, valid, func(c *statuslist.Claims) { c.Capdo.Version-- })},
	}
	if len(cases) < 25 {
		t.Fatalf("only %d cases", len(cases))
	}
	for name, c := range cases {
		m := empty()
		m.Lists[sub] = gateclient.Mark{IAT: iat, Version: 5}
		if c.token == nil {
			c.token = whole
		}
		if c.trust == nil {
			c.trust = x.trust
		}
		if c.level == 0 {
			c.level = 3
		}
		if c.at.IsZero() {
			c.at = now
		}
		if a, err := m.CheckList(c.token, c.trust, sub, c.place, c.level, c.at); a.Allow || a.Why == "" {
			t.Errorf("%s: %+v %v", name, a, err)
		}
	}
}

// TestSnapshotEveryBit: no bit of a snapshot, nor of a list, may change.
func TestSnapshotEveryBit(t *testing.T) {
	x := started(t)
	b, err := x.client.Snapshot(context.Background(), "NDXP", 0)
	if err != nil {
		t.Fatal(err)
	}
	s, err := empty().ReadSnapshot(b, x.trust, origin, "NDXP", nil, x.clock.T)
	if err != nil {
		t.Fatal(err)
	}
	if a, err := s.Find(x.good.Code, x.clock.T); err != nil || !a.Allow {
		t.Errorf("%+v %v", a, err)
	}
	for code, at := range map[string]time.Time{"H56-0002": x.clock.T, "nobody": x.clock.T, x.good.Code: x.clock.T.Add(300 * time.Second)} {
		if a, _ := s.Find(code, at); a.Allow {
			t.Errorf("%s at %v: allowed", code, at)
		}
	}
	for i := range b {
		for bit := range 8 {
			b[i] ^= 1 << bit
			if _, err := empty().ReadSnapshot(b, x.trust, origin, "NDXP", nil, x.clock.T); err == nil {
				t.Fatalf("byte %d bit %d (%q): taken", i, bit, b[i])
			}
			b[i] ^= 1 << bit
		}
	}
	for n := range b {
		if _, err := empty().ReadSnapshot(b[:n], x.trust, origin, "NDXP", nil, x.clock.T); err == nil {
			t.Fatalf("cut to %d bytes: taken", n)
		}
	}
	list := x.get("/statuslists/1", "")
	for i := range list {
		for bit := range 8 {
			list[i] ^= 1 << bit
			if a, err := empty().CheckList(list, x.trust, sub, 0, 3, x.clock.T); err == nil || a.Allow {
				t.Fatalf("list: byte %d bit %d: taken", i, bit)
			}
			list[i] ^= 1 << bit
		}
	}
}

// TestDelta: what changed, laid over what was, is the whole; a gateway is a
// witness on the way.
func TestDelta(t *testing.T) {
	x := started(t)
	ctx, m := context.Background(), empty()
	read := func(before *gateclient.Snapshot) *gateclient.Snapshot {
		t.Helper()
		b, err := x.client.Snapshot(ctx, "NDXP", m.Size())
		if err != nil {
			t.Fatal(err)
		}
		s, err := m.ReadSnapshot(b, x.trust, origin, "NDXP", before, x.clock.T)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := read(nil)
	storetest.Lead(t, x.office, "H41", "Ba cửa", storetest.Deployed)
	second := read(first)
	if second.Head.Since != 0 || len(second.Items) != 3 {
		t.Errorf("since the first edition: %+v", second.Head)
	}
	x.revoke()
	storetest.Lead(t, x.office, "H41", "Bốn cửa", storetest.Registered)
	third := read(second)
	if third.Head.Since != second.Head.Version || third.Head.Count >= 4 || len(third.Items) != 4 || third.Head.From != second.Head.Version {
		t.Errorf("what changed: %+v", third.Head)
	}
	if a, _ := third.Find(x.good.Code, x.clock.T); a.Allow {
		t.Error("revoked, and yet allowed")
	}
	b, err := x.client.Snapshot(ctx, "NDXP", second.Head.Version)
	if err != nil {
		t.Fatal(err)
	}
	late := *m
	if _, err := late.ReadSnapshot(b, x.trust, origin, "NDXP", nil, x.clock.T); err == nil {
		t.Error("what changed was taken for the whole")
	}
	if _, err := late.ReadSnapshot(b, x.trust, origin, "NDXP", first, x.clock.T); err == nil {
		t.Error("what changed was laid over something older")
	}
	if _, err := x.client.Snapshot(ctx, "NDXP", third.Head.Version+1); err == nil || !strings.Contains(err.Error(), "rollback") {
		t.Errorf("beyond: %v", err)
	}
}

// TestWitness: a fork and a rollback are refused, and named.
func TestWitness(t *testing.T) {
	x := started(t)
	m, ctx := empty(), context.Background()
	step := func() error {
		t.Helper()
		note, proof, err := x.client.Checkpoint(ctx, m.Size())
		if err != nil {
			t.Fatal(err)
		}
		_, err = m.Witness(note, origin, proof, x.trust)
		return err
	}
	for range 3 {
		if err := step(); err != nil {
			t.Fatal(err)
		}
		storetest.Lead(t, x.office, "H41", "Cửa", storetest.Registered)
	}
	signer, err := x.ed.Note(origin)
	if err != nil {
		t.Fatal(err)
	}
	seen := m.Size()
	signed := func(c ledger.Checkpoint) string {
		t.Helper()
		s, err := c.Sign(signer)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for name, c := range map[string]struct {
		size int64
		want error
	}{"rollback": {seen - 1, gateclient.ErrRollback}, "fork at the same size": {seen, gateclient.ErrFork}, "fork further on": {seen + 5, gateclient.ErrFork}} {
		if _, err := m.Witness(signed(ledger.Checkpoint{Origin: origin, Size: c.size}), origin, nil, x.trust); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := m.Witness(signed(ledger.Checkpoint{Origin: "other", Size: seen}), origin, nil, x.trust); err == nil {
		t.Error("another ledger")
	}
	if err := step(); err != nil || m.Size() <= seen {
		t.Errorf("and on: %v", err)
	}
}

// TestMemoryFile: it comes back as it was kept; a broken one is an error.
func TestMemoryFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "m")
	m, err := gateclient.Remember(name)
	if err != nil {
		t.Fatal(err)
	}
	m.Lists["x"] = gateclient.Mark{IAT: 3, Version: 4}
	if err := m.Keep(name); err != nil {
		t.Fatal(err)
	}
	back, err := gateclient.Remember(name)
	if err != nil || back.Lists["x"] != m.Lists["x"] {
		t.Errorf("%v %+v", err, back)
	}
	if _, err := gateclient.Remember(filepath.Dir(name)); err == nil {
		t.Error("a folder is no memory")
	}
}

// TestAsk: only an answer that was understood allows.
func TestAsk(t *testing.T) {
	x := started(t)
	ctx := context.Background()
	if a, err := x.client.Ask(ctx, gate.Question{Provider: x.good.Code}); err != nil || !a.Allow {
		t.Errorf("%+v %v", a, err)
	}
	if a, err := x.client.Ask(ctx, gate.Question{Provider: "H56-0002"}); err != nil || a.Allow || !strings.Contains(a.Why, "G") {
		t.Errorf("%+v %v", a, err)
	}
	for name, body := range map[string]string{"empty": "", "page": "<html>", "undefined": "{}", "no time": `{"decision":"allow","provider":"A"}`, "history": `{"decision":"allow","provider":"A","when":"past"}`,
		"another system": `{"decision":"allow","provider":"B","when":"now"}`, "deny": `{"decision":"deny","provider":"A","when":"now"}`} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
		c := &gateclient.Client{Base: srv.URL, HTTP: srv.Client()}
		if a, _ := c.Ask(ctx, gate.Question{Provider: "A"}); a.Allow {
			t.Errorf("%s: allowed", name)
		}
		srv.Close()
		if a, err := c.Ask(ctx, gate.Question{Provider: "A"}); a.Allow || err == nil {
			t.Errorf("%s, and gone: %+v", name, a)
		}
	}
}
