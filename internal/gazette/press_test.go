package gazette_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/gateclient"
	"capdo/internal/gazette"
	"capdo/internal/law"
	"capdo/internal/statuslist"
	"capdo/internal/store/storetest"
)

// list reads list 1.
func (x *office) list() *statuslist.Token {
	x.Helper()
	status, _, body := x.get("/statuslists/1")
	if status != http.StatusOK {
		x.Fatalf("status %d: %s", status, body)
	}
	t, err := statuslist.Open([]byte(body), x.trust)
	if err != nil {
		x.Fatal(err)
	}
	return t
}

func (x *office) status(place int) statuslist.Status {
	x.Helper()
	s, err := x.list().List.At(place)
	if err != nil {
		x.Fatal(err)
	}
	return s
}

// TestListFollowsTheRegister: each step of a system's life shows in the very
// next list, and in the same second.
func TestListFollowsTheRegister(t *testing.T) {
	x := opened(t)
	for i, c := range []struct {
		to   storetest.Step
		want statuslist.Status
	}{{storetest.Registered, statuslist.Invalid}, {storetest.Approved, statuslist.Suspended}, {storetest.Confirmed, statuslist.NotDeployed}, {storetest.Deployed, statuslist.Valid}} {
		s := x.lead(fmt.Sprint("Một cửa ", i), c.to)
		if got := x.status(i); got != c.want {
			t.Errorf("step %d: %v, want %v", c.to, got, c.want)
		}
		if c.to == storetest.Deployed {
			x.revoke(s)
			if got := x.status(i); got != statuslist.Invalid {
				t.Errorf("revoked: %v", got)
			}
		}
	}
	if got := x.list(); got.Sub != "https://capdo.test/statuslists/1" || got.TTL != 60 || got.EXP != got.IAT+600 || got.IAT != x.clock.T.Unix() {
		t.Errorf("claims %+v", got.Claims)
	}
}

// TestListOfTime: signed anew after ttl, ended no later than what it says, and
// shut when an approval ends by time alone.
func TestListOfTime(t *testing.T) {
	x := opened(t)
	s := x.lead("Một cửa", storetest.Confirmed)
	// An operating system with a roadmap connects until the day it names.
	if _, err := x.DeclarePlan(context.Background(), storetest.Actor(law.RoleOperator, "H56"), s.Code, s.Version,
		approval.PlanInput{Status: approval.PlanPart, On: today, RoadmapUntil: today.AddDays(1), Note: "x"}); err != nil {
		t.Fatal(err)
	}
	first := x.list()
	if got, err := first.List.At(0); err != nil || got != statuslist.Valid {
		t.Fatalf("%v %v", got, err)
	}
	x.pass(59 * time.Second)
	if got := x.list(); got.IAT != first.IAT {
		t.Error("signed anew before ttl")
	}
	x.pass(time.Second)
	if got := x.list(); got.IAT != first.IAT+60 {
		t.Error("not signed anew after ttl")
	}
	end := today.AddDays(2).Time()
	x.clock.T = end.Add(-3 * time.Second)
	if got := x.list(); got.EXP != end.Unix() || x.status(0) != statuslist.Valid {
		t.Errorf("exp %d, want %d", got.EXP, end.Unix())
	}
	x.clock.T = end
	if got := x.status(0); got != statuslist.NotDeployed {
		t.Errorf("at the end of the roadmap: %v", got)
	}
}

// TestForms: Accept picks the form, ETag spares the body, other addresses and
// methods are told apart.
func TestForms(t *testing.T) {
	x := opened(t)
	x.lead("Một cửa", storetest.Deployed)
	for accept, want := range map[string]string{"": statuslist.MediaJWT, "*/*": statuslist.MediaJWT, statuslist.MediaCWT: statuslist.MediaCWT,
		"text/html, application/statuslist+cwt;q=0.9": statuslist.MediaCWT, "application/statuslist+cwt;q=0, */*": statuslist.MediaJWT, "text/html": "", "application/statuslist+jwt;q=0.0": ""} {
		status, h, body := x.get("/statuslists/1", "Accept", accept)
		if want == "" {
			if status != http.StatusNotAcceptable {
				t.Errorf("%q: status %d", accept, status)
			}
			continue
		}
		tok, err := statuslist.Open([]byte(body), x.trust)
		if status != http.StatusOK || h.Get("Content-Type") != want || err != nil || tok.Sub != "https://capdo.test/statuslists/1" {
			t.Errorf("%q: %d %s %v", accept, status, h.Get("Content-Type"), err)
		}
		if status, _, body := x.get("/statuslists/1", "Accept", accept, "If-None-Match", h.Get("ETag")); status != http.StatusNotModified || body != "" {
			t.Errorf("%q again: %d %q", accept, status, body)
		}
	}
	if _, _, body := x.get("/statuslists"); !strings.Contains(body, `["https://capdo.test/statuslists/1","https://capdo.test/statuslists/2"]`) {
		t.Errorf("aggregation: %s", body)
	}
	if status, _, _ := x.get("/statuslists/3"); status != http.StatusNotFound {
		t.Errorf("list 3: %d", status)
	}
	if r, err := http.Post(x.at+"/statuslists/1", "", nil); err != nil || r.StatusCode != http.StatusMethodNotAllowed {
		t.Error("POST", err)
	}
	for _, path := range []string{"/ledger/v1/consistency", "/ledger/v1/consistency?from=3&to=2", "/ledger/v1/consistency?from=0&to=9999", "/ledger/v1/inclusion?seq=5&size=5",
		"/ledger/v1/inclusion?seq=-1&size=5", "/ledger/v1/consistency?from=1&to=2&x=3", "/ledger/v1/consistency?from=1&from=2&to=2", "/gate/v1/snapshot?since=x", "/gate/v1/snapshot?platform=X", "/gate/v1/changes?since=x"} {
		if status, _, body := x.get(path); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	if status, _, body := x.get("/gate/v1/snapshot?since=9999"); status != http.StatusConflict || !strings.Contains(body, "rollback") {
		t.Errorf("beyond the ledger: %d %s", status, body)
	}
}

// TestUnsound: nothing is signed by a clock that is off, by a key that others
// may read, over a ledger that was changed; what takes its place is 503.
func TestUnsound(t *testing.T) {
	x := opened(t)
	x.lead("Một cửa", storetest.Deployed)
	x.list()
	refused := func(what string) {
		t.Helper()
		for _, path := range []string{"/statuslists/1", "/ledger/v1/checkpoint", "/gate/v1/snapshot", "/gate/v1/tokens/H56-0001", "/gate/v1/changes"} {
			if status, _, body := x.get(path); status != http.StatusServiceUnavailable || !strings.Contains(body, "unsound") {
				t.Errorf("%s: %s: %d %.60s", what, path, status, body)
			}
		}
	}
	at := x.clock.T
	x.clock.T = at.Add(-time.Second)
	refused("the clock ran back")
	fresh := x.another("https://capdo.test")
	for after, want := range map[time.Duration]int{-5 * time.Second: http.StatusOK, -6 * time.Second: http.StatusServiceUnavailable} {
		x.clock.T = at.Add(after)
		w := record(fresh, "/statuslists/1")
		if w.Code != want {
			t.Errorf("the latest entry %v ahead: %d, want %d", -after, w.Code, want)
		}
	}
	x.clock.T = at.Add(time.Hour)
	offset, failing := time.Duration(0), error(nil)
	x.press.Source = func(context.Context) (time.Duration, error) { return offset, failing }
	for _, offset = range []time.Duration{5001 * time.Millisecond, -5001 * time.Millisecond} {
		refused("the time source disagrees")
	}
	offset, failing = 0, errors.New("silent")
	refused("the time source is silent")
	failing, offset = nil, 4*time.Second
	x.list()
	x.pass(time.Hour)
	files, err := filepath.Glob(filepath.Join(x.keys, "es256-*.pem"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	x.list()
	if h := x.press.Health(); h.Failing != "" || h.Half || !h.Sourced || !h.Signed.Equal(x.clock.T.Truncate(time.Second)) || h.Ends.Sub(h.Signed) != 10*time.Minute {
		t.Errorf("in health: %+v", h)
	}
	if err := os.Chmod(files[0], 0o644); err != nil {
		t.Fatal(err)
	}
	for _, half := range []bool{false, true} { // a minute later it is due, five minutes later half is over
		x.pass(map[bool]time.Duration{false: time.Minute, true: 4 * time.Minute}[half])
		refused("a key open to others")
		if h := x.press.Health(); h.Failing == "" || h.Half != half {
			t.Errorf("half of it over %v: %+v", half, h)
		}
	}
	if err := os.Chmod(files[0], 0o600); err != nil {
		t.Fatal(err)
	}
	x.list()
}

func record(p *gazette.Press, path string) *recorder {
	r, _ := http.NewRequest(http.MethodGet, path, nil)
	r.RemoteAddr = "127.0.0.1:1"
	w := &recorder{h: http.Header{}}
	p.Before(http.NotFoundHandler()).ServeHTTP(w, r)
	return w
}

type recorder struct {
	h    http.Header
	Code int
	body strings.Builder
}

func (r *recorder) Header() http.Header         { return r.h }
func (r *recorder) WriteHeader(c int)           { r.Code = c }
func (r *recorder) Write(b []byte) (int, error) { r.Code = max(r.Code, 200); return r.body.Write(b) }

// TestStrangers: what tells of all systems is for gateways alone.
func TestStrangers(t *testing.T) {
	x := opened(t)
	x.press.Trusted = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for path, want := range map[string]int{"/gate/v1/snapshot": 403, "/gate/v1/changes": 403, "/gate/v1/tokens/H56-0001": 403, "/statuslists/1": 200, "/gate/v1/keys": 200, "/ledger/v1/checkpoint": 200} {
		if status, _, _ := x.get(path); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
}

// TestFeed: commits and ends by time come through, in order, resumable; a
// number that is not known any more is a reset.
func TestFeed(t *testing.T) {
	x := opened(t)
	s := x.lead("Một cửa", storetest.Deployed)
	type answer struct {
		Error   string
		Next    int64
		Changes []gazette.Change
	}
	read := func(path string, want int) (a answer) {
		t.Helper()
		status, _, body := x.get(path)
		if err := json.Unmarshal([]byte(body), &a); err != nil || status != want {
			t.Fatalf("%s: %d %v %s", path, status, err, body)
		}
		return a
	}
	start := read("/gate/v1/changes?wait=0", 200)
	waited := make(chan answer, 1)
	go func() { waited <- read(fmt.Sprintf("/gate/v1/changes?since=%d", start.Next), 200) }()
	x.revoke(s)
	x.list() // what Run does
	got := <-waited
	if len(got.Changes) != 2 || got.Changes[0].System != s.Code || got.Changes[0].Decision != gate.Deny || got.Changes[0].Seq != start.Next+1 || got.Changes[0].Version == 0 {
		t.Errorf("changes %+v", got)
	}
	again := read(fmt.Sprintf("/gate/v1/changes?since=%d&wait=0", start.Next+1), 200)
	if len(again.Changes) != 1 || again.Changes[0].Platform != "NDOP" {
		t.Errorf("resumed: %+v", again)
	}
	for _, n := range []int64{0, start.Next - 1, got.Next + 1} {
		if a := read(fmt.Sprintf("/gate/v1/changes?since=%d", n), http.StatusGone); a.Error != "reset" || a.Next != got.Next {
			t.Errorf("since %d: %+v", n, a)
		}
	}
}

// TestStream: the same as events, resumed by Last-Event-ID.
func TestStream(t *testing.T) {
	x := opened(t)
	s := x.lead("Một cửa", storetest.Deployed)
	x.list()
	_, _, body := x.get("/gate/v1/changes?wait=0")
	var at struct{ Next int64 }
	if err := json.Unmarshal([]byte(body), &at); err != nil {
		t.Fatal(err)
	}
	x.revoke(s)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, x.at+"/gate/v1/changes", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Last-Event-ID", fmt.Sprint(at.Next))
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Body.Close() }()
	lines := bufio.NewScanner(a.Body)
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			var c gazette.Change
			if err := json.Unmarshal([]byte(data), &c); err != nil || c.System != s.Code || c.Decision != gate.Deny {
				t.Errorf("%v %s", err, data)
			}
			return
		}
	}
	t.Errorf("no event came: %v", lines.Err())
}

// TestWaitersAreBounded: the 257th is told to come again.
func TestWaitersAreBounded(t *testing.T) {
	x := opened(t)
	x.list()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for range 256 {
		go func() {
			r, _ := http.NewRequestWithContext(ctx, http.MethodGet, x.at+"/gate/v1/changes", nil)
			if a, err := http.DefaultClient.Do(r); err == nil {
				_ = a.Body.Close()
			}
		}()
	}
	for range 200 {
		if status, h, _ := x.get("/gate/v1/changes?wait=0"); status == http.StatusServiceUnavailable && h.Get("Retry-After") != "" {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("256 wait, and one more may")
}

// TestReach: who may not ask about every system gets no snapshot, no changes of
// the others, no certificate of theirs.
func TestReach(t *testing.T) {
	x := opened(t)
	mine, other := x.lead("Một cửa", storetest.Deployed), storetest.Lead(t, x.Office, "H41", "Hai cửa", storetest.Deployed)
	x.list()
	h := x.press.Proven(http.NotFoundHandler())
	ask := func(path string, may func(gate.Question) bool) *recorder {
		t.Helper()
		r, err := http.NewRequestWithContext(gate.Limited(context.Background(), may), http.MethodGet, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.RemoteAddr = "203.0.113.9:1"
		w := &recorder{h: http.Header{}}
		h.ServeHTTP(w, r)
		return w
	}
	all := func(gate.Question) bool { return true }
	some := func(q gate.Question) bool { return q.Provider == mine.Code && q.Platform == "NDXP" }
	for _, c := range []struct {
		path string
		may  func(gate.Question) bool
		want int
	}{{"/gate/v1/snapshot", all, 200}, {"/gate/v1/snapshot", some, 403}, {"/statuslists/1", some, 200}, {"/gate/v1/tokens/" + mine.Code, some, 200}, {"/gate/v1/tokens/" + other.Code, some, 403}, {"/gate/v1/tokens/" + other.Code, all, 200}} {
		if w := ask(c.path, c.may); w.Code != c.want {
			t.Errorf("%s: %d, want %d: %.80s", c.path, w.Code, c.want, w.body.String())
		}
	}
	var at struct{ Next int64 }
	if err := json.Unmarshal([]byte(ask("/gate/v1/changes?wait=0", some).body.String()), &at); err != nil {
		t.Fatal(err)
	}
	x.revoke(mine)
	x.revoke(other)
	var got struct{ Changes []gazette.Change }
	if err := json.Unmarshal([]byte(ask(fmt.Sprintf("/gate/v1/changes?since=%d", at.Next), some).body.String()), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Changes) != 1 || got.Changes[0].System != mine.Code || got.Changes[0].Platform != "NDXP" {
		t.Errorf("changes %+v", got.Changes)
	}
}

// TestCertificateOfAConnection: it refers to both sides, so that a lapse of
// either voids it; it ends no later than what justifies it, nor than a list; and
// nobody gets one where the gate would deny.
func TestCertificateOfAConnection(t *testing.T) {
	for side := range 2 {
		x := opened(t)
		systems := []approval.System{x.lead("Một cửa", storetest.Deployed), x.lead("Kho dữ liệu", storetest.Deployed)}
		consumer, provider := systems[0].Code, systems[1].Code
		address := "/gate/v1/tokens/" + consumer + "?provider=" + provider
		read := func() gazette.Token {
			t.Helper()
			status, _, body := x.get(address)
			if status != http.StatusOK {
				t.Fatalf("%d %s", status, body)
			}
			c, err := gateclient.ReadToken(body, consumer, x.trust, x.clock.T)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		m, err := gateclient.Remember("")
		if err != nil {
			t.Fatal(err)
		}
		holds := func(c gazette.Token) bool {
			t.Helper()
			_, _, list := x.get("/statuslists/1")
			a, err := m.CheckToken([]byte(list), x.trust, c, x.clock.T)
			if err != nil {
				t.Fatal(err)
			}
			return a.Allow
		}
		c := read()
		if c.Aud != provider || c.Provider == nil || c.Provider.Status.List.Idx != 1 || c.Status.List.Idx != 0 || c.Provider.Level < 1 || c.EXP > c.IAT+int64(x.Book.Lists().Life) || !holds(c) {
			t.Fatalf("%+v, %+v", c, c.Provider)
		}
		x.revoke(systems[side])
		if holds(c) {
			t.Errorf("side %d is revoked, and the certificate holds", side)
		}
		if status, _, _ := x.get(address); status != http.StatusForbidden {
			t.Errorf("side %d is revoked: %d", side, status)
		}
	}
	x := opened(t)
	c, p := x.lead("Một cửa", storetest.Confirmed), x.lead("Kho dữ liệu", storetest.Deployed)
	if _, err := x.DeclarePlan(context.Background(), storetest.Actor(law.RoleOperator, "H56"), c.Code, c.Version,
		approval.PlanInput{Status: approval.PlanPart, On: today, RoadmapUntil: today.AddDays(1), Note: "x"}); err != nil {
		t.Fatal(err)
	}
	end := today.AddDays(2).Time()
	for before, want := range map[time.Duration]int{time.Hour: 200, time.Second: 200, 500 * time.Millisecond: 200, 0: 403} {
		x := x.another("https://capdo.test")
		at := end.Add(-before)
		x.Clock = func() time.Time { return at }
		x.Ask = (&gate.Gate{Standings: x.Register.(gate.Standings), Book: x.Book, Clock: x.Clock}).Ask
		for _, address := range []string{"/gate/v1/tokens/" + c.Code, "/gate/v1/tokens/" + c.Code + "?provider=" + p.Code, "/gate/v1/tokens/" + p.Code + "?provider=" + c.Code} {
			w := record(x, address)
			if w.Code != want {
				t.Errorf("%s, %v before the end: %d, want %d", address, before, w.Code, want)
				continue
			}
			if want != http.StatusOK {
				continue
			}
			var got gazette.Token
			part := strings.Split(w.body.String(), ".")
			text, err := base64.RawURLEncoding.DecodeString(part[1])
			if err == nil {
				err = json.Unmarshal(text, &got)
			}
			if err != nil || got.EXP > end.Unix() || got.EXP <= at.Unix() {
				t.Errorf("%s: ends at %d, its grounds at %d: %v", address, got.EXP, end.Unix(), err)
			}
		}
	}
	for _, odd := range []string{"?servce=S1", "?provider=", "?provider=" + p.Code + "&provider=" + c.Code, "?platform=X"} {
		if status, _, _ := x.get("/gate/v1/tokens/" + c.Code + odd); status != http.StatusBadRequest {
			t.Errorf("%s: %d", odd, status)
		}
	}
}
