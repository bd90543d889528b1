package main

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"capdo/internal/gate"
	"capdo/internal/machine"
	"capdo/internal/store/storetest"
)

// question is one way to ask at an address that machines use; CODE stands for
// the system asked about.
type question struct {
	address, query, body string
	header               map[string]string
}

// questions asks at every address of the gate and of what it hands out.
func questions() []question {
	const system = `{"type":"information_system","id":"CODE"}`
	about := `"subject":` + system + `,"action":{"name":"connect"},"resource":` + system
	return []question{
		{address: "GET /gate/v1/decisions", query: "?provider=CODE"},
		{address: "POST /gate/v1/decisions", body: `{"questions":[{"provider":"CODE"}]}`},
		{address: "GET /gate/v1/connect", header: map[string]string{"X-System-Id": "CODE", "X-Provider-Id": "CODE"}},
		{address: "GET /gate/v1/sandbox", header: map[string]string{"X-System-Id": "CODE", "X-Provider-Id": "CODE"}},
		{address: "POST /access/v1/evaluation", body: `{` + about + `}`},
		{address: "POST /access/v1/evaluations", body: `{` + about + `,"evaluations":[{"resource":` + system + `}]}`},
		{address: "POST /access/v1/search/subject", body: `{"subject":{"type":"information_system"},"action":{"name":"connect"},"resource":` + system + `}`},
		{address: "POST /access/v1/search/resource", body: `{"subject":` + system + `,"action":{"name":"connect"},"resource":{"type":"information_system"}}`},
		{address: "POST /access/v1/search/action", body: `{"subject":` + system + `,"resource":` + system + `}`},
		{address: "POST /envoy.service.auth.v3.Authorization/Check", body: `{"attributes":{"request":{"http":{"headers":{"x-system-id":"CODE","x-provider-id":"CODE"}}}}}`, header: map[string]string{"Content-Type": "application/json"}},
		{address: "POST /gate/v1/log", body: `{"id":"1","at":"2026-11-22T04:00:00Z","consumer":"CODE","provider":"CODE","passed":true}` + "\n"},
		{address: "GET /gate/v1/nothing", query: "?provider=CODE"},
		{address: "GET /gate/v1/tokens/", query: "CODE"},
		{address: "GET /gate/v1/snapshot"},
		{address: "GET /gate/v1/changes", query: "?since=0&wait=0"},
		{address: "GET /gate/v1/keys"},
		{address: "GET /statuslists"},
		{address: "GET /statuslists/1"},
		{address: "GET /statuslists/2"},
		{address: "GET /ledger/v1/checkpoint"},
		{address: "GET /ledger/v1/consistency", query: "?from=1&to=2"},
		{address: "GET /ledger/v1/inclusion", query: "?seq=0&size=1"},
	}
}

// TestGateWall asks at every address that machines use, through every door, about
// a system within the asker's reach, one beyond it and one that does not exist. A
// gateway cannot tell the second from the third where it asks about one system.
func TestGateWall(t *testing.T) {
	c := build(t)
	door := func(reach *machine.Reach) http.Handler {
		h, err := c.machineDoor(gate.Doors{}, func(context.Context, *http.Request) (machine.Gateway, bool) {
			if reach == nil {
				return machine.Gateway{}, false
			}
			return machine.Gateway{Name: "gw-h56", Reach: *reach}, true
		})
		c.must(t, err)
		return h
	}
	doors := []struct {
		name, from string
		http.Handler
	}{
		{"this-machine", "127.0.0.1:9", c.Handler}, {"elsewhere", "203.0.113.9:9", c.Handler}, {"unproven", "203.0.113.9:9", door(nil)},
		{"gateway-of-H56", "203.0.113.9:9", door(&machine.Reach{Agencies: []string{"H56"}, Platforms: []string{machine.NDXP}})},
		{"gateway-of-all", "203.0.113.9:9", door(&machine.Reach{All: true, Platforms: []string{machine.NDXP}})},
	}
	named := c.ids[fmt.Sprint("system", storetest.Deployed)]
	codes := named[:]
	var got strings.Builder
	for _, q := range questions() {
		got.WriteString(q.address + "\n")
		for _, d := range doors {
			answers := make([]*httptest.ResponseRecorder, len(codes))
			said := make([]string, len(codes))
			for i, code := range codes {
				answers[i] = q.ask(d.Handler, d.from, code)
				said[i] = saying(answers[i])
			}
			// A search is about pairs, and a pair may be asked about whose one side is within
			// reach: there the other side shows, as it must.
			pairs := strings.Contains(q.address, "/search/")
			if d.name == "gateway-of-H56" && !pairs || d.name == "unproven" {
				same(t, q.address+" at "+d.name, answers[1:], codes[1:])
			}
			fmt.Fprintf(&got, "  %-14s  %s\n", d.name, strings.Join(said, "  "))
		}
		got.WriteString("\n")
	}
	const golden = "testdata/wall_gate.txt"
	file, err := os.ReadFile(golden)
	c.must(t, err)
	head, want, _ := bytes.Cut(file, []byte("\n\n"))
	if *updateWall {
		c.must(t, os.WriteFile(golden, []byte(string(head)+"\n\n"+got.String()), 0o644))
		return
	}
	have, policy := blocks(got.String()), blocks(string(want))
	for address, answers := range have {
		if policy[address] != answers {
			t.Errorf("%s\nanswers\n%swhere the policy (%s) says\n%s", address, answers, golden, policy[address])
		}
	}
	if len(policy) != len(have) {
		t.Errorf("%d addresses in %s, %d asked", len(policy), golden, len(have))
	}
}

func (q question) ask(h http.Handler, from, code string) *httptest.ResponseRecorder {
	method, path, _ := strings.Cut(q.address, " ")
	r := httptest.NewRequest(method, path+strings.ReplaceAll(q.query, "CODE", code), strings.NewReader(strings.ReplaceAll(q.body, "CODE", code)))
	r.RemoteAddr = from
	if q.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range q.header {
		r.Header.Set(name, strings.ReplaceAll(value, "CODE", code))
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// saying is the status of an answer and what it decides, if it decides.
func saying(w *httptest.ResponseRecorder) string {
	s := fmt.Sprint(w.Code)
	for _, word := range regexp.MustCompile(`"(?:decision|count|code)": ?"?(allow|deny|true|false|[0-9]+)`).FindAllStringSubmatch(w.Body.String(), -1) {
		if !strings.Contains(s, word[1]) {
			s += "-" + word[1]
		}
	}
	return s
}

// TestEveryMachineAddressIsAsked reads the two rooms' own files: an address in
// them that TestGateWall does not ask at fails.
func TestEveryMachineAddressIsAsked(t *testing.T) {
	var asked []string
	for _, q := range questions() {
		_, path, _ := strings.Cut(q.address, " ")
		asked = append(asked, path)
	}
	prefixes := []string{"/gate/v1/", "/access/v1/", "/access/v1/search/", "/envoy.service.auth.v3.Authorization/"} // of addresses, none themselves
	found := 0
	for _, room := range []string{"gate", "gazette"} {
		files, err := filepath.Glob("../../internal/" + room + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("no files of %s: %v", room, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				lit, ok := n.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					return true
				}
				s, _ := strconv.Unquote(lit.Value) // it was parsed
				if !regexp.MustCompile(`^/[a-z][A-Za-z0-9./]*$`).MatchString(s) {
					return true
				}
				found++
				if !slices.Contains(asked, s) && !slices.Contains(prefixes, s) {
					t.Errorf("%s: nothing asks at %s", name, s)
				}
				return true
			})
		}
	}
	if found < 15 {
		t.Errorf("%d addresses found: the test looks in the wrong place", found)
	}
}
