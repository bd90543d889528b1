package gate_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"capdo/internal/gate"
)

const (
	evaluation  = "/access/v1/evaluation"
	evaluations = "/access/v1/evaluations"
)

// tuple writes an evaluation, naming systems that stand for those of the
// certification scenario: A and B may connect, C may not.
func tuple(subject, resource string) string {
	return `"subject":` + system(subject) + `,"action":{"name":"connect"},"resource":` + system(resource)
}

func system(id string) string { return `{"type":"information_system","id":"` + id + `"}` }

// said is what an AuthZEN answer decides: true, false, or true,false,…
func said(t testing.TB, w *httptest.ResponseRecorder) string {
	t.Helper()
	if kind := w.Header().Get("Content-Type"); kind != "application/json" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", w.Header())
	}
	type decided struct {
		Decision *bool
		Context  map[string]any
	}
	var out struct {
		decided
		Evaluations []decided
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	if (out.Decision == nil) == (out.Evaluations == nil) {
		t.Fatalf("both or neither of decision and evaluations: %s", w.Body)
	}
	all := out.Evaluations
	if all == nil {
		all = []decided{out.decided}
	}
	var words []string
	for _, d := range all {
		if d.Decision == nil || d.Context["reasons"] == nil {
			t.Fatalf("a decision lacks decision or reasons: %s", w.Body)
		}
		words = append(words, map[bool]string{true: "true", false: "false"}[*d.Decision])
	}
	return strings.Join(words, ",")
}

// TestAuthZEN follows the levels Basic Core, Batch Core and Discovery of the
// certification scenario of AuthZEN 1.0, in the gate's own words (its users and
// records are systems here, its actions the one there is). The level Properties
// does not apply: the gate rests on the register, not on what the asker says.
func TestAuthZEN(t *testing.T) {
	h := at(t, memory{"A": good("A"), "B": good("B")}).Handler()
	all := `,"evaluations":[{"resource":` + system("B") + `},{"resource":` + system("C") + `},{"resource":` + system("A") + `}]`
	part := `{"subject":` + system("A") + `,"action":{"name":"connect"}`
	for _, c := range []struct {
		name, path, body string
		status           int
		want             string
	}{
		{"permit", evaluation, `{` + tuple("A", "B") + `}`, 200, "true"},
		{"deny", evaluation, `{` + tuple("A", "C") + `}`, 200, "false"},
		{"deny the subject", evaluation, `{` + tuple("C", "A") + `}`, 200, "false"},
		{"context", evaluation, `{` + tuple("A", "B") + `,"context":{"time":"2025-06-27T18:03-07:00","ip":"192.168.1.1"}}`, 200, "true"},
		{"a time of another name is not heeded", evaluation, `{` + tuple("A", "B") + `,"context":{"time":"1999-01-01T00:00:00Z"}}`, 200, "true"},
		{"no time", evaluation, `{` + tuple("A", "B") + `,"context":{"at":"x"}}`, 200, "false"},
		{"known without at", evaluation, `{` + tuple("A", "B") + `,"context":{"known":"2024-01-01T00:00:00Z"}}`, 200, "false"},
		{"a time twice", evaluation, `{` + tuple("A", "B") + `,"context":{"at":"2024-01-01T00:00:00Z","at":"2024-01-01T00:00:00Z"}}`, 400, ""},
		{"platform", evaluation, `{` + tuple("A", "B") + `,"context":{"platform":"NDOP"}}`, 200, "true"},
		{"odd platform", evaluation, `{` + tuple("A", "B") + `,"context":{"platform":"ndop"}}`, 200, "false"},
		{"empty platform", evaluation, `{` + tuple("A", "B") + `,"context":{"platform":""}}`, 200, "false"},
		{"properties", evaluation, `{"subject":{"type":"information_system","id":"A","properties":{"role":"admin","nested":{"a":[1,2.5e3,null,true]}}},"action":{"name":"connect","properties":{"method":"GET"}},"resource":` + system("B") + `}`, 200, "true"},
		{"unknown fields", evaluation, `{` + tuple("A", "B") + `,"foo":"bar","futureField":{"nested":true}}`, 200, "true"},
		{"another order", evaluation, ` { "resource" : {"id":"B","type":"information_system"} , "context":{}, "action":{"name":"connect"}, "subject":` + system("A") + ` } `, 200, "true"},
		{"unknown action", evaluation, `{` + strings.Replace(tuple("A", "B"), "connect", "delete", 1) + `}`, 200, "false"},
		{"action in another case", evaluation, `{` + strings.Replace(tuple("A", "B"), "connect", "Connect", 1) + `}`, 200, "false"},
		{"unknown subject type", evaluation, `{` + strings.Replace(tuple("A", "B"), "information_system", "user", 1) + `}`, 200, "false"},
		{"unknown types", evaluation, `{` + strings.ReplaceAll(tuple("A", "B"), "information_system", "user") + `}`, 200, "false"},
		{"empty subject", evaluation, `{` + tuple("", "B") + `}`, 200, "false"},
		{"empty resource", evaluation, `{` + tuple("A", "") + `}`, 200, "false"},
		{"odd subject", evaluation, `{` + tuple(`A\u0000`, "B") + `}`, 200, "false"},
		{"no subject", evaluation, `{"action":{"name":"connect"},"resource":` + system("B") + `}`, 400, ""},
		{"no action", evaluation, `{"subject":` + system("A") + `,"resource":` + system("B") + `}`, 400, ""},
		{"no resource", evaluation, part + `}`, 400, ""},
		{"subject without type", evaluation, `{"subject":{"id":"A"},"action":{"name":"connect"},"resource":` + system("B") + `}`, 400, ""},
		{"subject without id", evaluation, `{"subject":{"type":"information_system"},"action":{"name":"connect"},"resource":` + system("B") + `}`, 400, ""},
		{"action without name", evaluation, `{"subject":` + system("A") + `,"action":{},"resource":` + system("B") + `}`, 400, ""},
		{"resource without type", evaluation, part + `,"resource":{"id":"B"}}`, 400, ""},
		{"resource without id", evaluation, part + `,"resource":{"type":"information_system"}}`, 400, ""},
		{"malformed", evaluation, `{` + tuple("A", "B"), 400, ""},
		{"empty", evaluation, ``, 400, ""},
		{"a string for a subject", evaluation, `{"subject":"A","action":{"name":"connect"},"resource":` + system("B") + `}`, 400, ""},
		{"null for a subject", evaluation, `{"subject":null,"action":{"name":"connect"},"resource":` + system("B") + `}`, 400, ""},
		{"a number for a name", evaluation, `{"subject":` + system("A") + `,"action":{"name":123},"resource":` + system("B") + `}`, 400, ""},
		{"a string for properties", evaluation, part + `,"resource":{"type":"information_system","id":"B","properties":"x"}}`, 400, ""},
		{"a string for a context", evaluation, `{` + tuple("A", "B") + `,"context":"x"}`, 400, ""},
		{"twice", evaluation, `{` + tuple("A", "B") + `,"resource":` + system("C") + `}`, 400, ""},
		{"twice in a property", evaluation, `{` + tuple("A", "B") + `,"foo":{"a":1,"a":2}}`, 400, ""},
		{"another case beside", evaluation, `{` + tuple("A", "B") + `,"Resource":` + system("C") + `}`, 400, ""},
		{"a long s", evaluation, `{` + tuple("A", "B") + `,"ſubject":` + system("C") + `}`, 400, ""},
		{"an id in another case beside", evaluation, part + `,"resource":{"type":"information_system","id":"B","ID":"C"}}`, 400, ""},
		{"too deep", evaluation, `{` + tuple("A", "B") + `,"foo":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, 400, ""},
		{"too many members", evaluation, `{` + tuple("A", "B") + `,"foo":{` + members(200) + `}}`, 400, ""},
		{"too long", evaluation, `{` + tuple("A", "B") + `,"foo":"` + strings.Repeat("x", 70<<10) + `"}`, 413, ""},

		{"batch", evaluations, part + all + `}`, 200, "true,false,true"},
		{"batch, whole", evaluations, `{"evaluations":[{` + tuple("A", "B") + `},{` + tuple("C", "B") + `}]}`, 200, "true,false"},
		{"batch, defaults after", evaluations, `{"evaluations":[{},{"resource":` + system("C") + `}],` + tuple("A", "B") + `}`, 200, "true,false"},
		{"batch, a default is replaced whole", evaluations, `{` + tuple("A", "B") + `,"evaluations":[{"resource":{"id":"B"}}]}`, 200, "false"},
		{"batch, context of its own", evaluations, `{` + tuple("A", "B") + `,"context":{"platform":"ndop"},"evaluations":[{},{"context":{}}]}`, 200, "false,true"},
		{"batch, one lacks its resource", evaluations, part + `,"options":{"evaluations_semantic":"execute_all"},"evaluations":[{"resource":` + system("B") + `},{}]}`, 200, "true,false"},
		{"batch, one of an unknown action", evaluations, `{` + tuple("A", "B") + `,"evaluations":[{},{"action":{"name":"write"}}]}`, 200, "true,false"},
		{"batch, no evaluations", evaluations, `{` + tuple("A", "B") + `}`, 200, "true"},
		{"batch, empty evaluations", evaluations, `{` + tuple("A", "B") + `,"evaluations":[]}`, 200, "true"},
		{"batch, empty evaluations and nothing else", evaluations, `{"evaluations":[]}`, 400, ""},
		{"deny on first deny", evaluations, part + all + `,"options":{"evaluations_semantic":"deny_on_first_deny","another_option":"value"}}`, 200, "true,false"},
		{"permit on first permit", evaluations, part + `,"options":{"evaluations_semantic":"permit_on_first_permit"},"evaluations":[{"resource":` + system("C") + `},{"resource":` + system("B") + `},{"resource":` + system("A") + `}]}`, 200, "false,true"},
		{"unknown semantic", evaluations, part + all + `,"options":{"evaluations_semantic":"all"}}`, 400, ""},
		{"semantic of a number", evaluations, part + all + `,"options":{"evaluations_semantic":1}}`, 400, ""},
		{"an element is a string", evaluations, part + `,"evaluations":["x"]}`, 400, ""},
		{"evaluations in another case", evaluations, `{` + tuple("A", "B") + `,"Evaluations":[{` + tuple("A", "C") + `}]}`, 400, ""},
		{"1,001", evaluations, `{` + tuple("A", "B") + `,"evaluations":[` + strings.Repeat("{},", 1000) + `{}]}`, 400, ""},
	} {
		w := post(h, c.path, c.body)
		if w.Code != c.status {
			t.Errorf("%s: %d, want %d: %.200s", c.name, w.Code, c.status, w.Body)
		} else if c.status == 200 && said(t, w) != c.want {
			t.Errorf("%s: %s, want %s: %.300s", c.name, said(t, w), c.want, w.Body)
		} else if c.status != 200 && (w.Header().Get("Content-Type") != "text/plain; charset=utf-8" || strings.Count(w.Body.String(), "\n") != 2) {
			t.Errorf("%s: %v, %q", c.name, w.Header(), w.Body)
		}
	}
}

// members writes n members of an object.
func members(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(`"m` + strings.Repeat("x", i) + `":0,`)
	}
	return b.String() + `"last":0`
}

// TestAuthZENHeaders: the request's id comes back on every answer; other
// methods and kinds are refused.
func TestAuthZENHeaders(t *testing.T) {
	h := at(t, memory{"A": good("A"), "B": good("B")}).Handler()
	for _, c := range []struct {
		method, kind, body string
		status             int
	}{
		{"POST", "application/json", `{` + tuple("A", "B") + `}`, 200}, {"POST", "application/json; charset=utf-8", `{` + tuple("A", "B") + `}`, 200}, {"POST", "application/json", `{`, 400},
		{"POST", "text/plain", `{` + tuple("A", "B") + `}`, 400}, {"POST", "", `{` + tuple("A", "B") + `}`, 400}, {"GET", "application/json", "", 405}, {"PUT", "application/json", `{` + tuple("A", "B") + `}`, 405},
	} {
		for _, path := range []string{evaluation, evaluations} {
			r := httptest.NewRequest(c.method, path, strings.NewReader(c.body))
			r.RemoteAddr = home
			r.Header.Set("Content-Type", c.kind)
			r.Header.Set("X-Request-ID", "bfe9eb29-ab87")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != c.status || w.Header().Get("X-Request-ID") != "bfe9eb29-ab87" {
				t.Errorf("%s %q: %d, %v", c.method, c.kind, w.Code, w.Header())
			}
		}
	}
	if w := post(h, evaluation, `{`+tuple("A", "B")+`}`); w.Header()["X-Request-Id"] != nil {
		t.Errorf("an id nobody gave: %v", w.Header())
	}
}

// TestAuthZENContext fixes what an answer says beside its decision.
func TestAuthZENContext(t *testing.T) {
	s := good("B")
	s.Approval.Until = "2026-12-31"
	h := at(t, memory{"A": good("A"), "B": s}).Handler()
	var out struct {
		Context struct {
			At         string
			Level      int
			ValidUntil string `json:"valid_until"`
			LawDigest  string `json:"law_digest"`
			Ledger     struct{ Size int }
			Reasons    []struct{ Code, ID, VI, EN string }
		}
	}
	if err := json.Unmarshal(post(h, evaluation, `{`+tuple("A", "B")+`}`).Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	if c := out.Context; c.At != "2026-11-22T05:00:00Z" || c.Level != 3 || c.ValidUntil != "2026-12-31T17:00:00Z" || len(c.LawDigest) != 64 || c.Ledger.Size != 7 || c.Reasons[0].Code != "G99" || c.Reasons[0].VI == "" || c.Reasons[0].EN == "" {
		t.Errorf("%+v", c)
	}
	for body, id := range map[string]string{strings.Replace(tuple("A", "B"), "connect", "read", 1): "unknown-action", strings.Replace(tuple("A", "B"), "information_system", "user", 1): "unknown-type", tuple("A", "C"): "unknown-system"} {
		if w := post(h, evaluation, `{`+body+`}`); !strings.Contains(w.Body.String(), `"id":"`+id+`"`) {
			t.Errorf("%s: %s", id, w.Body)
		}
	}
}

// TestAuthZENFaults: a fault of the gate is a decision, and it is false.
func TestAuthZENFaults(t *testing.T) {
	for name, g := range map[string]*gate.Gate{"no register": at(t, nil), "nothing": {}} {
		if w := post(g.Handler(), evaluation, `{`+tuple("A", "B")+`}`); w.Code != http.StatusOK || said(t, w) != "false" {
			t.Errorf("%s: %d, %s", name, w.Code, w.Body)
		}
		if w := post(g.Handler(), evaluations, `{`+tuple("A", "B")+`,"evaluations":[{},{}]}`); w.Code != http.StatusOK || said(t, w) != "false,false" {
			t.Errorf("%s: %d, %s", name, w.Code, w.Body)
		}
	}
}

// TestMetadata: the decision point describes itself.
func TestMetadata(t *testing.T) {
	h := doors(t, at(t, memory{}), gate.Doors{Base: "https://pdp.example"})
	w := get(h, "GET", "/.well-known/authzen-configuration", "")
	var m map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil || w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("%d, %v, %v", w.Code, err, w.Header())
	}
	for key, want := range map[string]string{"policy_decision_point": "https://pdp.example", "access_evaluation_endpoint": "https://pdp.example/access/v1/evaluation", "access_evaluations_endpoint": "https://pdp.example/access/v1/evaluations"} {
		if m[key] != want {
			t.Errorf("%s: %q", key, m[key])
		}
	}
	if len(m) != 3 {
		t.Errorf("%v", m)
	}
	if w := get(h, "POST", "/.well-known/authzen-configuration", ""); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}
