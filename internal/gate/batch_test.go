package gate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// post sends a body of JSON.
func post(h http.Handler, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	r.RemoteAddr = home
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// answers decodes the answers to a batch.
func answers(t testing.TB, w *httptest.ResponseRecorder) []gate.Verdict {
	t.Helper()
	var out struct{ Answers []gate.Verdict }
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("%d: %v: %s", w.Code, err, w.Body)
	}
	return out.Answers
}

// TestBatch: the answers stand in the order of the questions, each what the
// question alone is answered, and a bad one is a denial in its place.
func TestBatch(t *testing.T) {
	g := at(t, memory{"A": good("A"), "B": good("B")})
	w := post(g.Handler(), decisions, `{"questions":[
		{"provider":"A"}, {"provider":"C"}, {"provider":"A","consumer":"B"}, {"consumer":"B","provider":"C"}, {"provider":"A","at":"2026-11-23T00:00:00+07:00"},
		{"provider":"A","consumer":"A","platform":"NDOP"}, {"provider":"\u0041"},
		{}, {"provider":""}, {"provider":"A","consumer":""}, {"provider":"A","at":""}, {"provider":"A","platform":"ndop"}, {"provider":"A\u0000"}, {"provider":"A","at":"2026-11-22"},
		{"provider":"A","at":"2026-11-22T12:00:00 07:00"}]}`)
	var got []string
	vs := answers(t, w)
	for _, v := range vs {
		got = append(got, strings.Join([]string{v.Decision, v.When, v.Provider, v.Consumer, v.Reasons[0].Code}, " "))
	}
	want := []string{"allow now A  G99", "deny now C  G02", "allow now A B G99", "deny now C B G02", "allow future A  G99", "allow now A A G99", "allow now A  G99",
		"deny now   F03", "deny now   F03", "deny now A  F03", "deny now A  F03", "deny now A  F03", "deny now A\x00  F03", "deny now A  F03", "deny now A  F03"}
	if diff := cmp.Diff(want, got); w.Code != http.StatusOK || diff != "" {
		t.Errorf("%d, -want +got:\n%s", w.Code, diff)
	}
	if diff := cmp.Diff(read(t, get(g.Handler(), "GET", decisions, "provider=A&consumer=B")), vs[2]); diff != "" {
		t.Errorf("alone and among others:\n%s", diff)
	}
}

// TestBatchRefused: what is not a batch is refused as a whole, by name.
func TestBatchRefused(t *testing.T) {
	h := at(t, memory{"A": good("A")}).Handler()
	many := func(n int) string {
		return `{"questions":[` + strings.Repeat(`{"provider":"A"},`, n-1) + `{"provider":"A"}]}`
	}
	wrap := func(s string) string { return `{"questions":[{"provider":"A",` + s + `}]}` }
	for _, c := range []struct{ name, body, says string }{
		{"empty", "", "not JSON"}, {"null", "null", "not JSON"}, {"a list", `[{"provider":"A"}]`, "not JSON"}, {"no questions", "{}", "no question"}, {"none", `{"questions":[]}`, "no question"},
		{"null questions", `{"questions":null}`, "not JSON"}, {"one question", `{"questions":{"provider":"A"}}`, "not JSON"}, {"a string", `{"questions":["A"]}`, "not JSON"},
		{"a number", wrap(`"consumer":7`), "not JSON"}, {"a null", wrap(`"consumer":null`), "not JSON"}, {"unknown", wrap(`"force":true`), "“force” is not known"},
		{"unknown in another case", wrap(`"Consumer":"C"`), "“Consumer” is not known"}, {"unknown beside", `{"questions":[{"provider":"A"}],"limit":1}`, "“limit” is not known"},
		{"twice", wrap(`"provider":"C"`), "“provider” twice"}, {"twice, escaped", wrap(`"\u0070rovider":"C"`), "“provider” twice"}, {"questions twice", `{"questions":[{"provider":"A"}],"questions":[{"provider":"A"}]}`, "“questions” twice"},
		{"after it", many(1) + "{}", "not JSON"}, {"a zero after it", many(1) + "\x00", "not JSON"}, {"a mark before it", "\ufeff" + many(1), "not JSON"}, {"cut", many(1)[:20], "not JSON"},
		{"comma", `{"questions":[{"provider":"A"},]}`, "not JSON"}, {"comma in a question", `{"questions":[{"provider":"A",}]}`, "not JSON"}, {"no comma", `{"questions":[{"provider":"A"}{"provider":"A"}]}`, "not JSON"},
		{"single quotes", `{'questions':[{'provider':'A'}]}`, "not JSON"}, {"comment", `{/**/"questions":[{"provider":"A"}]}`, "not JSON"}, {"a lone surrogate", wrap(`"consumer":"\ud800"`), "not JSON"},
		{"a raw line feed", wrap("\"consumer\":\"B\n\""), "not JSON"}, {"not UTF-8", wrap("\"consumer\":\"\xff\""), "not UTF-8"}, {"bad escape", wrap(`"consumer":"\q"`), "not JSON"},
		{"1,001", many(1001), "1,000"}, {"too long", many(1000) + strings.Repeat(" ", 1<<20), "too long"},
	} {
		w := post(h, decisions, c.body)
		v := read(t, w)
		status := http.StatusBadRequest
		if c.name == "too long" {
			status = http.StatusRequestEntityTooLarge
		}
		if w.Code != status || v.Decision != gate.Deny || v.Reasons[0].Code != "F03" || !strings.Contains(v.Reasons[0].EN, c.says) || v.Reasons[0].VI == "" {
			t.Errorf("%s: %d, %q, want %q", c.name, w.Code, v.Reasons[0].EN, c.says)
		}
	}
	if w := post(h, decisions, many(1000)); w.Code != http.StatusOK || len(answers(t, w)) != 1000 {
		t.Errorf("1,000: %d", w.Code)
	}
	if w := post(h, decisions+"?provider=A", many(1)); w.Code != http.StatusBadRequest {
		t.Errorf("with parameters: %d", w.Code)
	}
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "application/json; charset"} {
		r := httptest.NewRequest("POST", decisions, strings.NewReader(many(1)))
		r.RemoteAddr = home
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != http.StatusBadRequest {
			t.Errorf("Content-Type %q: %d", kind, w.Code)
		}
	}
}

// TestOneSnapshot: one reading serves every system at one time, each asked for
// once; several times are read at one head of the ledger, or not at all.
func TestOneSnapshot(t *testing.T) {
	known := memory{"A": good("A"), "B": good("B")}
	var calls [][]string
	head := func(int) int64 { return 7 }
	g := at(t, reads(func(ctx context.Context, at time.Time, codes ...string) ([]approval.Standing, approval.Head, error) {
		calls = append(calls, codes)
		sts, _, err := known.Standings(ctx, at, codes...)
		return sts, approval.Head{Size: head(len(calls))}, err
	}))
	ask := func(qs ...gate.Question) []gate.Verdict { calls = nil; return g.AskAll(t.Context(), qs) }
	ask(gate.Question{Provider: "A"}, gate.Question{Provider: "B", Consumer: "A"}, gate.Question{Provider: "\n"}, gate.Question{Provider: "C", Consumer: "C"})
	if diff := cmp.Diff([][]string{{"A", "B", "C"}}, calls); diff != "" {
		t.Error(diff)
	}
	now, later := gate.Question{Provider: "A"}, gate.Question{Provider: "A", At: noon("2026-11-23")}
	for _, c := range []struct {
		name  string
		head  func(call int) int64
		calls int
		want  string
	}{
		{"still", func(int) int64 { return 7 }, 2, gate.Allow},
		{"once changed", func(call int) int64 { return int64(min(call, 2)) }, 4, gate.Allow},
		{"never still", func(call int) int64 { return int64(call) }, 6, gate.Deny},
	} {
		head = c.head
		vs := ask(now, later)
		if len(calls) != c.calls || vs[0].Decision != c.want || vs[1].Decision != c.want || vs[0].Ledger != vs[1].Ledger {
			t.Errorf("%s: %d calls, %v, %v", c.name, len(calls), vs[0], vs[1])
		}
	}
}

// TestManyTimes: more than sixteen times are too many, each in its place.
func TestManyTimes(t *testing.T) {
	var qs []gate.Question
	for i := range 20 {
		qs = append(qs, gate.Question{Provider: "A", At: noon(today).Add(time.Duration(i%17) * time.Hour)})
	}
	for i, v := range at(t, memory{"A": good("A")}).AskAll(t.Context(), qs) {
		if (v.Decision == gate.Allow) != (i != 16) || i == 16 && !strings.Contains(v.Reasons[0].EN, "16") {
			t.Errorf("%d: %v", i, told(v))
		}
	}
}

// TestBatchFaults: when the register cannot be read nothing is allowed, and the
// status says so.
func TestBatchFaults(t *testing.T) {
	for name, s := range map[string]gate.Standings{"no register": nil, "broken": reads(func(context.Context, time.Time, ...string) ([]approval.Standing, approval.Head, error) {
		return nil, approval.Head{}, errors.New("disk")
	})} {
		w := post(at(t, s).Handler(), decisions, `{"questions":[{"provider":"A"},{"provider":""}]}`)
		vs := answers(t, w)
		if w.Code != http.StatusServiceUnavailable || len(vs) != 2 || vs[0].Decision != gate.Deny || vs[0].Reasons[0].Code != "F01" || vs[1].Reasons[0].Code != "F03" {
			t.Errorf("%s: %d, %+v", name, w.Code, vs)
		}
	}
	if vs := (&gate.Gate{}).AskAll(t.Context(), make([]gate.Question, 3)); len(vs) != 3 || slices.ContainsFunc(vs, func(v gate.Verdict) bool { return v.Decision != gate.Deny || v.Reasons[0].Code != "F00" }) {
		t.Errorf("a panic: %+v", vs)
	}
	if vs := at(t, memory{}).AskAll(t.Context(), nil); len(vs) != 0 {
		t.Errorf("no questions: %+v", vs)
	}
}

// TestHungBatches: batches that hang take no place from single questions.
func TestHungBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		known, release := memory{"A": good("A")}, make(chan struct{})
		g := at(t, reads(func(ctx context.Context, at time.Time, codes ...string) ([]approval.Standing, approval.Head, error) {
			if len(codes) > 2 {
				<-release
			}
			return known.Standings(ctx, at, codes...)
		}))
		qs := []gate.Question{{Provider: "A"}, {Provider: "B"}, {Provider: "C"}}
		for range 50 {
			if v := g.AskAll(t.Context(), qs)[0]; v.Decision != gate.Deny || !v.Fault {
				t.Fatalf("%v", told(v))
			}
		}
		if v := g.Ask(t.Context(), gate.Question{Provider: "A"}); v.Decision != gate.Allow {
			t.Errorf("a single question: %v", told(v))
		}
		close(release)
		synctest.Wait()
		if v := g.AskAll(t.Context(), qs)[0]; v.Decision != gate.Allow {
			t.Errorf("afterwards: %v", told(v))
		}
	})
}

// TestBatchOnDisk: a thousand questions on the real register.
func TestBatchOnDisk(t *testing.T) {
	l := serve(t, connected, 20)
	var qs []gate.Question
	for i := range 1000 {
		qs = append(qs, gate.Question{Provider: fmt.Sprintf("A-%04d", i%20+1), Consumer: fmt.Sprintf("A-%04d", i%7+1)})
	}
	for i, v := range l.gate.AskAll(t.Context(), qs) {
		if v.Decision != gate.Allow || v.Provider != qs[i].Provider || v.Ledger.Size == 0 {
			t.Fatalf("%d: %v", i, told(v))
		}
	}
	if _, err := l.office.Revoke(t.Context(), storetest.Actor(law.RoleMPS, ""), "A-0003", 1, approval.RevocationInput{Ground: "kê khai sai"}); err != nil {
		t.Fatal(err)
	}
	for i, v := range l.gate.AskAll(t.Context(), qs) {
		if shut := qs[i].Provider == "A-0003" || qs[i].Consumer == "A-0003"; (v.Decision == gate.Deny) != shut {
			t.Fatalf("%d after the revocation: %v", i, told(v))
		}
	}
}
