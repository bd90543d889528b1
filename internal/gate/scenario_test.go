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
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
)

// codeShelf lists the codes of a memory.
type codeShelf []string

func (s codeShelf) Codes(context.Context) ([]string, approval.Head, error) {
	return s, approval.Head{}, nil
}

// noShelf lists nothing.
type noShelf struct{}

func (noShelf) Codes(context.Context) ([]string, approval.Head, error) {
	return nil, approval.Head{}, errors.New("unreadable")
}

// scenario is the fixture of the certification scenario in this gate's terms:
// alice may connect to record-1, bob's approval is revoked, record-2 has none.
func scenario(t *testing.T) http.Handler {
	bob := good("bob")
	bob.Approval = nil
	record2 := good("record-2")
	record2.Plan = approval.PlanNone
	g := at(t, memory{"alice": good("alice"), "bob": bob, "carol": good("carol"), "record-1": good("record-1"), "record-2": record2})
	g.Systems = codeShelf{"alice", "bob", "carol", "record-1", "record-2"}
	return doors(t, g, gate.Doors{Base: "https://pdp.test"})
}

// cased fills in the words of this gate: S(x) a subject, R(x) a resource, A the
// action, and P for properties that no decision here rests on.
var cased = strings.NewReplacer("S(", `"subject":{"type":"information_system","id":"`, "R(", `"resource":{"type":"information_system","id":"`, ")", `"}`, "A", `"action":{"name":"connect"}`,
	"S?", `"subject":{"type":"information_system"}`, "R?", `"resource":{"type":"information_system"}`)

// submit sends a body and returns status, body and header.
func submit(h http.Handler, path, body string, header http.Header) (int, map[string]any, http.Header) {
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	r.RemoteAddr = home
	r.RemoteAddr, r.Header = home, header
	if r.Header == nil {
		r.Header = http.Header{"Content-Type": {"application/json"}}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var out map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &out) // a complaint is a sentence
	return w.Code, out, w.Header()
}

// summed sums an answer up: the decision or decisions, or what was found.
func summed(t *testing.T, out map[string]any) string {
	t.Helper()
	if d, ok := out["decision"]; ok {
		if _, ok := d.(bool); !ok {
			t.Errorf("decision %v", d)
		}
		return fmt.Sprint(d)
	}
	var all []string
	for _, list := range []string{"evaluations", "results"} {
		some, ok := out[list].([]any)
		if !ok {
			continue
		}
		for _, x := range some {
			o, _ := x.(map[string]any)
			switch {
			case list == "evaluations":
				if _, ok := o["decision"].(bool); !ok {
					t.Errorf("an evaluation without a decision: %v", o)
				}
				all = append(all, fmt.Sprint(o["decision"]))
			case o["name"] != nil:
				all = append(all, o["name"].(string))
			default:
				if o["type"] != "information_system" {
					t.Errorf("a result of another type: %v", o)
				}
				all = append(all, o["id"].(string))
			}
		}
	}
	return "[" + strings.Join(all, " ") + "]"
}

// TestCertificationScenario carries out the standard's certification scenario
// (openid/authzen, certification/authorization-api-1_0-scenario.md), the tests
// of Basic Core, Batch Core, Search Core and Discovery, by their numbers, on a
// fixture in this gate's own types: its harness asks for users and records, and
// for decisions by the properties in a request, which this gate does not heed;
// the Properties sub-levels are therefore not claimed.
func TestCertificationScenario(t *testing.T) {
	h := scenario(t)
	const one, many, subject, resource, action = "/access/v1/evaluation", "/access/v1/evaluations", "/access/v1/search/subject", "/access/v1/search/resource", "/access/v1/search/action"
	const context = `"context":{"time":"2025-06-27T18:03-07:00","ip":"192.168.1.1"}`
	for _, c := range []struct {
		id, path, body string
		status         int
		want           string
	}{
		{"2.2.1", one, `{S(alice),A,R(record-1)}`, 200, "true"},
		{"2.2.2", one, `{S(bob),A,R(record-1)}`, 200, "false"},
		{"2.2.3", one, `{S(alice),A,R(record-1),` + context + `}`, 200, "true"},
		{"2.2.8", one, `{"subject":{"type":"information_system","id":"alice","properties":{"department":"Sales"}},"action":{"name":"connect","properties":{"method":"GET"}},"resource":{"type":"information_system","id":"record-1","properties":{"owner":"bob"}}}`, 200, "true"},
		{"2.2.9", one, `{S(alice),A,R(record-1),"foo":"bar","futureField":{"nested":true}}`, 200, "true"},
		{"2.4.1 subject", one, `{A,R(record-1)}`, 400, ""}, {"2.4.1 action", one, `{S(alice),R(record-1)}`, 400, ""}, {"2.4.1 resource", one, `{S(alice),A}`, 400, ""},
		{"2.4.2 subject.type", one, `{"subject":{"id":"alice"},A,R(record-1)}`, 400, ""}, {"2.4.2 subject.id", one, `{S?,A,R(record-1)}`, 400, ""}, {"2.4.2 action.name", one, `{S(alice),"action":{},R(record-1)}`, 400, ""},
		{"2.4.2 resource.type", one, `{S(alice),A,"resource":{"id":"record-1"}}`, 400, ""}, {"2.4.2 resource.id", one, `{S(alice),A,R?}`, 400, ""},
		{"2.4.4", one, `{"subject":`, 400, ""}, {"2.4.5", one, ``, 400, ""}, {"2.4.6 subject", one, `{"subject":"alice",A,R(record-1)}`, 400, ""}, {"2.4.6 name", one, `{S(alice),"action":{"name":123},R(record-1)}`, 400, ""},
		{"3.2.1", many, `{S(alice),A,"evaluations":[{R(record-1)},{R(record-2)}]}`, 200, "[true false]"},
		{"3.2.2", many, `{A,R(record-1),"evaluations":[{S(carol)},{S(bob)}]}`, 200, "[true false]"},
		{"3.2.5", many, `{"evaluations":[{S(alice),A,R(record-1)},{S(bob),A,R(record-1)}]}`, 200, "[true false]"},
		{"3.2.6", many, `{S(alice),A,` + context + `,"evaluations":[{R(record-1)},{R(record-2),"context":{"source":"batch-override"}}]}`, 200, "[true false]"},
		{"3.2.7 inherited whole", many, `{S(alice),A,R(record-1),"evaluations":[{},{R(record-2)}]}`, 200, "[true false]"},
		{"3.4.1", many, `{S(alice),A,"options":{"evaluations_semantic":"execute_all"},"evaluations":[{R(record-1)},{}]}`, 200, "[true false]"},
		{"3.4.2", many, `{S(alice),A,R(record-1)}`, 200, "true"}, {"3.4.3", many, `{S(alice),A,R(record-1),"evaluations":[]}`, 200, "true"},
		{"4.2.1", subject, `{S?,A,R(record-1)}`, 200, "[alice carol record-1]"}, {"4.2.2", subject, `{S?,A,R(record-1),` + context + `}`, 200, "[alice carol record-1]"}, {"4.2.3", subject, `{S(bob),A,R(record-1)}`, 200, "[alice carol record-1]"},
		{"4.3.1", resource, `{S(alice),A,R?}`, 200, "[alice carol record-1]"}, {"4.3.2", resource, `{S(alice),A,R?,` + context + `}`, 200, "[alice carol record-1]"}, {"4.3.3", resource, `{S(alice),A,R(record-2)}`, 200, "[alice carol record-1]"},
		{"4.4.1", action, `{S(alice),R(record-1)}`, 200, "[connect]"}, {"4.4.2", action, `{S(alice),R(record-1),` + context + `}`, 200, "[connect]"}, {"4.4 none", action, `{S(bob),R(record-1)}`, 200, "[]"},
		{"4 of a provider that may not", subject, `{S?,A,R(record-2)}`, 200, "[]"}, {"4 of another type", subject, `{"subject":{"type":"user"},A,R(record-1)}`, 200, "[]"}, {"4 of another action", resource, `{S(alice),"action":{"name":"read"},R?}`, 200, "[]"},
		{"4 subject without type", subject, `{"subject":{"id":"x"},A,R(record-1)}`, 400, ""}, {"4 without subject", subject, `{A,R(record-1)}`, 400, ""}, {"4 without resource.id", subject, `{S?,A,R?}`, 400, ""}, {"4 without action", subject, `{S?,R(record-1)}`, 400, ""}, {"4 resource without type", resource, `{S(alice),A,"resource":{}}`, 400, ""},
		{"4.5 limit", subject, `{S?,A,R(record-1),"page":{"limit":1}}`, 200, "[alice]"}, {"4.5 limit 0", subject, `{S?,A,R(record-1),"page":{"limit":0}}`, 400, ""}, {"4.5 limit in words", subject, `{S?,A,R(record-1),"page":{"limit":"1"}}`, 400, ""}, {"4.5 a token of nothing", subject, `{S?,A,R(record-1),"page":{"token":"!"}}`, 400, ""},
	} {
		for range 3 { // 2.6: the same each time
			status, out, _ := submit(h, c.path, cased.Replace(c.body), nil)
			if status != c.status || status == 200 && summed(t, out) != c.want {
				t.Errorf("%s: %d %v, want %d %s", c.id, status, out, c.status, c.want)
			}
		}
	}
	for _, path := range []string{one, many, subject, resource, action} {
		if status, _, _ := submit(h, path, cased.Replace(`{S(alice),A,R(record-1)}`), http.Header{"Content-Type": {"text/plain"}}); status != 400 {
			t.Errorf("2.4.3 %s: %d", path, status)
		}
		status, _, head := submit(h, path, cased.Replace(`{S(alice),A,R(record-1)}`), http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {"bfe9eb29-ab87"}})
		if status != 200 || head.Get("X-Request-ID") != "bfe9eb29-ab87" || !strings.HasPrefix(head.Get("Content-Type"), "application/json") {
			t.Errorf("2.5.1 %s: %d %v", path, status, head)
		}
	}
	paged(t, h, subject)
	discovered(t, h)
}

// paged: 4.5.2, token after token to the end, each result once.
func paged(t *testing.T, h http.Handler, path string) {
	t.Helper()
	var all []string
	for token, n := "", 0; n < 10; n++ {
		_, out, _ := submit(h, path, cased.Replace(`{S?,A,R(record-1),"page":{"limit":1,"token":"`+token+`"}}`), nil)
		all = append(all, summed(t, out))
		next, ok := out["page"].(map[string]any)["next_token"].(string)
		if !ok {
			t.Fatalf("no next_token: %v", out)
		}
		if token = next; token == "" {
			break
		}
	}
	if got := slices.DeleteFunc(all, func(s string) bool { return s == "[]" }); fmt.Sprint(got) != "[[alice] [carol] [record-1]]" {
		t.Errorf("%v", got)
	}
}

// discovered: 6, the metadata names what is there, and no more.
func discovered(t *testing.T, h http.Handler) {
	t.Helper()
	r := httptest.NewRequest("GET", "/.well-known/authzen-configuration", nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var out map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != 200 || w.Header().Get("Content-Type") != "application/json" || out["policy_decision_point"] != "https://pdp.test" || len(out) != 6 {
		t.Fatalf("%d %v %v", w.Code, out, err)
	}
	for name, address := range out {
		path, ok := strings.CutPrefix(address, "https://pdp.test")
		if !ok {
			t.Errorf("%s: %s", name, address)
		}
		if path == "" {
			continue // the decision point itself
		}
		if status, _, _ := submit(h, path, `{}`, nil); status != 400 {
			t.Errorf("%s leads to %d", name, status)
		}
	}
}

// TestSearchFaults: a gate that cannot read finds nothing, and says so; one
// limited to its own finds its own; without a list there is no search.
func TestSearchFaults(t *testing.T) {
	body := cased.Replace(`{S?,A,R(x1)}`)
	for name, g := range map[string]*gate.Gate{"no register": at(t, nil), "no list": at(t, memory{"x1": good("x1")})} {
		g.Systems = codeShelf{"x1", "B"}
		if name == "no list" {
			g.Systems = noShelf{}
		}
		if status, out, _ := submit(doors(t, g, gate.Doors{}), "/access/v1/search/subject", body, nil); status != 500 || out != nil {
			t.Errorf("%s: %d %v", name, status, out)
		}
	}
	if status, _, _ := submit(doors(t, at(t, memory{"x1": good("x1")}), gate.Doors{}), "/access/v1/search/subject", body, nil); status != 404 {
		t.Errorf("without a list: %d", status)
	}
	g := at(t, memory{"x1": good("x1"), "B": good("B"), "C": good("C")})
	g.Systems = codeShelf{"x1", "B", "C"}
	r := httptest.NewRequest("POST", "/access/v1/search/subject", strings.NewReader(body))
	r.RemoteAddr = home
	r.RemoteAddr, r.Header = home, http.Header{"Content-Type": {"application/json"}}
	w := httptest.NewRecorder()
	doors(t, g, gate.Doors{}).ServeHTTP(w, r.WithContext(gate.Limited(r.Context(), func(q gate.Question) bool { return q.Consumer == "B" })))
	if !strings.Contains(w.Body.String(), `"results":[{"type":"information_system","id":"B"}]`) {
		t.Errorf("limited: %s", w.Body)
	}
}

// TestSearchOfOneState: what a search finds is of one state of the register,
// however many systems it looks at.
func TestSearchOfOneState(t *testing.T) {
	all := memory{}
	var codes codeShelf
	for i := range 2500 {
		code := fmt.Sprintf("x%04d", i)
		all[code] = good(code)
		codes = append(codes, code)
	}
	for moves, want := range map[int]int{0: 200, 1: 200, 4: 200, 1 << 20: 500} {
		read := 0
		g := at(t, reads(func(ctx context.Context, at time.Time, cs ...string) ([]approval.Standing, approval.Head, error) {
			sts, _, err := all.Standings(ctx, at, cs...)
			read++
			head := approval.Head{Size: 7 + int64(min(read, moves)), Root: "ab"}
			for i := range sts {
				if read < moves { // until then nobody has an approval
					sts[i].Approval = nil
				}
			}
			return sts, head, err
		}))
		g.Systems = codes
		status, out, _ := submit(doors(t, g, gate.Doors{}), "/access/v1/search/subject", cased.Replace(`{S?,A,R(x0001),"page":{"limit":1000}}`), nil)
		if status != want {
			t.Errorf("%d changes: %d", moves, status)
		}
		if want == 200 && strings.Count(summed(t, out), "x") != 1000 {
			t.Errorf("%d changes: %d found of one state", moves, strings.Count(summed(t, out), "x"))
		}
	}
}
