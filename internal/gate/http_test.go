package gate_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"capdo/internal/gate"
)

// get asks the handler without the client's own cleaning of addresses.
func get(h http.Handler, method, path, query string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, &http.Request{Method: method, URL: &url.URL{Path: path, RawQuery: query}, Header: http.Header{}, RemoteAddr: home})
	return w
}

const decisions = "/gate/v1/decisions"

// read decodes an answer and checks what every answer has.
func read(t testing.TB, w *httptest.ResponseRecorder) gate.Verdict {
	t.Helper()
	h := w.Header()
	if h.Get("Content-Type") != "application/json" || h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", h)
	}
	var v gate.Verdict
	d := json.NewDecoder(w.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("status %d: %v", w.Code, err)
	}
	if v.Decision != gate.Allow && v.Decision != gate.Deny || len(v.Reasons) == 0 || v.At.IsZero() || v.When == "" {
		t.Fatalf("status %d: %+v", w.Code, v)
	}
	return v
}

func TestHTTP(t *testing.T) {
	h := at(t, memory{"A": good("A"), "B": good("B")}).Handler()
	long := strings.Repeat("A", 65)
	cases := []struct {
		method, path, query string
		status              int
		first               string // reason
	}{
		{"GET", decisions, "provider=A", 200, allowed},
		{"GET", decisions, "provider=A&consumer=B&platform=NDOP&at=2026-11-22T12:00:00%2B07:00", 200, allowed},
		{"GET", decisions, "at=2026-11-22T12:00:00+07:00&provider=A", 200, allowed},
		{"GET", decisions, "provider=%41&at=2026-11-22T05:00:00.123456789Z", 200, allowed},
		{"GET", decisions, "provider=a", 200, "provider G02 unknown-system deny"},
		{"GET", decisions, "provider=A-", 200, "provider G02 unknown-system deny"},
		{"GET", decisions, "provider=" + long[1:], 200, "provider G02 unknown-system deny"},
		{"GET", decisions, "provider=A&consumer=C", 200, "consumer G02 unknown-system deny"},
		{"GET", decisions, "provider=A&at=9999-12-31T23:59:59%2B07:00", 200, "provider G09 inspection-overdue warn"},
		{"GET", decisions, "", 400, ""},
		{"GET", decisions, "provider=", 400, ""},
		{"GET", decisions, "Provider=A", 400, ""},
		{"GET", decisions, "provider=A&provider=A", 400, ""},
		{"GET", decisions, "provider=C&provider=A", 400, ""},
		{"GET", decisions, "provider=A&consumer=", 400, ""},
		{"GET", decisions, "provider=A&consumer", 400, ""},
		{"GET", decisions, "provider=A&platform=", 400, ""},
		{"GET", decisions, "provider=A&platform=ndop", 400, ""},
		{"GET", decisions, "provider=A&at=", 400, ""},
		{"GET", decisions, "provider=A&force=1", 400, ""},
		{"GET", decisions, "provider=A&=", 400, ""},
		{"GET", decisions, "provider=A;consumer=C", 400, ""},
		{"GET", decisions, "provider=A%3Bconsumer=C", 200, "provider G02 unknown-system deny"},
		{"GET", decisions, "provider=A%00", 400, ""},
		{"GET", decisions, "provider=A%0a", 400, ""},
		{"GET", decisions, "provider=+A", 400, ""},
		{"GET", decisions, "provider=A%ff", 400, ""},
		{"GET", decisions, "provider=%ef%bc%a1", 400, ""}, // full-width A
		{"GET", decisions, "provider=A%zz", 400, ""},
		{"GET", decisions, "%ff%00=A&provider=A", 400, ""},
		{"GET", decisions, "provider=" + long, 400, ""},
		{"GET", decisions, "provider=" + strings.Repeat("A", 1<<20), 400, ""},
		{"GET", decisions, "provider=A&at=2026-11-22", 400, ""},
		{"GET", decisions, "provider=A&at=2026-11-22T12:00:00", 400, ""},
		{"GET", decisions, "provider=A&at=2026-11-22 12:00:00Z", 400, ""},
		{"GET", decisions, "provider=A&at=2026-11-22T12:00:00,5Z", 400, ""},
		{"GET", decisions, "provider=A&at=2026-11-22T9:00:00Z", 400, ""},
		{"GET", decisions, "provider=A&at=2026-11-22T12:00:00%2B24:00", 400, ""},
		{"GET", decisions, "provider=A&at=2026-02-30T12:00:00Z", 400, ""},
		{"GET", decisions, "provider=A&at=2026-11-22T23:59:60Z", 400, ""},
		{"GET", decisions, "provider=A&at=-2026-11-22T12:00:00Z", 400, ""},
		{"GET", decisions, "provider=A&at=0000-05-01T00:00:00Z", 400, ""},
		{"GET", decisions, "provider=A&at=0001-01-01T00:00:00Z", 400, ""},
		{"GET", decisions, "provider=A&at=9999-12-31T23:59:59Z", 400, ""},
		{"GET", decisions, "provider=A&at=9999-12-31T23:59:59-12:00", 400, ""},
		{"GET", decisions, "provider=A&at=1763780400", 400, ""},
		{"GET", decisions + "/", "provider=A", 404, ""},
		{"GET", "/gate/v1/", "provider=A", 404, ""},
		{"GET", "/gate/v1/Decisions", "provider=A", 404, ""},
		{"GET", "//gate/v1/decisions", "provider=A", 404, ""},
		{"POST", decisions, "provider=A", 400, ""}, // a question is not read twice
		{"PUT", decisions, "provider=A", 405, ""},
		{"HEAD", decisions, "provider=A", 405, ""},
		{"OPTIONS", decisions, "provider=A", 405, ""},
		{"get", decisions, "provider=A", 405, ""},
		{"", decisions, "provider=A", 405, ""},
	}
	for _, c := range cases {
		w := get(h, c.method, c.path, c.query)
		v, name := read(t, w), c.method+" "+c.path+"?"+c.query[:min(len(c.query), 80)]
		if c.status != http.StatusOK {
			c.first = "F03 bad-question deny"
		}
		if first := told(v)[0]; w.Code != c.status || first != c.first {
			t.Errorf("%s: %d, %s, want %d, %s", name, w.Code, first, c.status, c.first)
		}
		if want := c.first == allowed || strings.HasSuffix(c.first, "warn"); (v.Decision == gate.Allow) != want {
			t.Errorf("%s: %s", name, v.Decision)
		}
		if (w.Header().Get("Allow") == "GET, POST") != (c.status == 405) {
			t.Errorf("%s: Allow %q", name, w.Header().Get("Allow"))
		}
	}
}

// TestHTTPFaults: what cannot be read is 503, and a denial.
func TestHTTPFaults(t *testing.T) {
	for name, g := range map[string]*gate.Gate{"no register": at(t, nil), "no book": {Standings: memory{}, Clock: func() time.Time { return noon(today) }}} {
		w := get(g.Handler(), "GET", decisions, "provider=A")
		if v := read(t, w); w.Code != http.StatusServiceUnavailable || v.Decision != gate.Deny {
			t.Errorf("%s: %d, %s", name, w.Code, v.Decision)
		}
	}
}

// TestHTTPContract fixes the words of an answer, as the package comment gives
// them.
func TestHTTPContract(t *testing.T) {
	s := good("A")
	s.Approval.Until = "2026-12-31"
	body := get(at(t, memory{"A": s}).Handler(), "GET", decisions, "provider=A").Body.Bytes()
	var m map[string]any
	if err := json.Unmarshal(body, &m); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{"decision": "allow", "at": "2026-11-22T05:00:00Z", "when": "now", "provider": "A", "level": 3.0, "valid_until": "2026-12-31T17:00:00Z"} {
		if m[key] != want {
			t.Errorf("%s is %v, want %v", key, m[key], want)
		}
	}
	r := m["reasons"].([]any)[0].(map[string]any)
	if l := m["ledger"].(map[string]any); l["size"] != 7.0 || l["root"] != "ab" || len(m["law_digest"].(string)) != 64 {
		t.Errorf("ledger %v, law %v", l, m["law_digest"])
	}
	for _, key := range []string{"code", "id", "effect", "cites", "confidence", "vi", "en"} {
		if r[key] == nil || r[key] == "" {
			t.Errorf("the reason has no %s: %v", key, r)
		}
	}
	m = nil
	if err := json.Unmarshal(get(at(t, memory{}).Handler(), "GET", decisions, "provider=A").Body.Bytes(), &m); err != nil || m["level"] != nil || m["valid_until"] != nil {
		t.Errorf("unknown: %v, %v", m, err)
	}
}

// FuzzQuestion: no query makes the gate panic, answer anything but its JSON, or
// allow a system that is not exactly the one on the register.
func FuzzQuestion(f *testing.F) {
	for _, q := range []string{"provider=A", "provider=A&consumer=B", "provider=C", "provider=A;B", "provider=A%00", "provider=A&at=2026-11-22T12:00:00+07:00",
		"provider=A&at=9999-12-31T23:59:59Z", "provider=A&platform=NDOP", "provider=A&provider=C", "\xff=\xfe", "provider=%C3%81", "&&&=&provider=A"} {
		f.Add(q)
	}
	h := at(f, memory{"A": good("A"), "B": good("B")}).Handler()
	f.Fuzz(func(t *testing.T, query string) {
		w := get(h, "GET", decisions, query)
		if !utf8.Valid(w.Body.Bytes()) {
			t.Fatal("not UTF-8")
		}
		v := read(t, w)
		if v.Decision == gate.Deny {
			return
		}
		in, err := url.ParseQuery(query)
		if c := in["consumer"]; err != nil || w.Code != http.StatusOK || len(in["provider"]) != 1 || in["provider"][0] != "A" && in["provider"][0] != "B" ||
			len(c) > 1 || len(c) == 1 && c[0] != "A" && c[0] != "B" {
			t.Errorf("%q is allowed: %+v", query, v)
		}
	})
}
