package gate_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/gate"
)

// logged is what a test's desk was given.
type logged struct {
	gateway string
	uses    []gate.Use
	err     error
}

func (k *logged) Record(_ context.Context, gateway string, us []gate.Use) (int, error) {
	k.gateway, k.uses = gateway, us
	return len(us), k.err
}

// TestLog: a log is read whole or refused whole, each line that passed is judged
// by its own instant, and what the gate cannot judge is not kept.
func TestLog(t *testing.T) {
	p, k := good("P"), good("K")
	p.Suspensions = []approval.Suspension{{From: noon(today), At: noon(today)}}
	line := func(id, at, decision string) string {
		return `{"id":"` + id + `","at":"` + at + `","provider":"P","consumer":"K","decision":"` + decision + `"}`
	}
	before, after := line("1", "2026-11-22T11:59:59+07:00", "allow"), line("2", "2026-11-22T12:00:00+07:00", "allow")
	const ndjson, array = "application/x-ndjson", "application/json"
	for _, c := range []struct {
		name, kind, gateway, body, peer string
		status                          int
		matched                         string
		err                             error
	}{
		{"lines", ndjson, "gw", before + "\n" + after + "\n\n" + line("3", "2026-11-22T12:00:00+07:00", "deny"), home, 200, "1+ 2- 3-", nil},
		{"an array", array, "gw", "[" + before + "," + after + "]", home, 200, "1+ 2-", nil},
		{"a stranger", ndjson, "gw", before, "192.0.2.1:9", 403, "", nil},
		{"no gateway", ndjson, "", before, home, 400, "", nil},
		{"empty", ndjson, "gw", "\n", home, 400, "", nil},
		{"not JSON", ndjson, "gw", before + "\n{", home, 400, "", nil},
		{"an unknown member", ndjson, "gw", strings.Replace(before, "id", "ident", 1), home, 400, "", nil},
		{"no id", ndjson, "gw", line("", "2026-11-22T12:00:00+07:00", "allow"), home, 400, "", nil},
		{"no decision", ndjson, "gw", line("1", "2026-11-22T12:00:00+07:00", "maybe"), home, 400, "", nil},
		{"the future", ndjson, "gw", line("1", "2026-11-22T12:06:00+07:00", "allow"), home, 400, "", nil},
		{"no time", ndjson, "gw", line("1", "yesterday", "allow"), home, 400, "", nil},
		{"too many", ndjson, "gw", strings.Repeat(before+"\n", 1001), home, 400, "", nil},
		{"too long", ndjson, "gw", strings.Repeat(" ", 1<<20+1), home, 413, "", nil},
		{"a text", "text/plain", "gw", before, home, 400, "", nil},
		{"not kept", ndjson, "gw", before, home, 503, "1+", errors.New("disk")},
	} {
		desk := &logged{err: c.err}
		g := at(t, memory{"P": p, "K": k})
		h, err := g.Before(http.NotFoundHandler(), gate.Doors{Uses: desk})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("POST", "/gate/v1/log?gateway="+c.gateway, strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.kind)
		r.RemoteAddr = c.peer
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		var matched []string
		for _, u := range desk.uses {
			mark := "-"
			if u.Matched {
				mark = "+"
			}
			matched = append(matched, u.ID+mark)
		}
		if c.name == "lines" { // a line that was stopped is no alarm, whatever the gate says
			var got struct{ Received, Added, Alarms int }
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Received != 3 || got.Added != 3 || got.Alarms != 1 {
				t.Errorf("%s: %s", c.name, w.Body)
			}
		}
		if w.Code != c.status || strings.Join(matched, " ") != c.matched {
			t.Errorf("%s: %d %v, want %d %s: %s", c.name, w.Code, matched, c.status, c.matched, w.Body)
		}
	}
	// without a desk there is no such door, and a register that cannot be read keeps nothing
	h, _ := at(t, memory{}).Before(http.NotFoundHandler(), gate.Doors{})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", "/gate/v1/log?gateway=gw", strings.NewReader(before)))
	if w.Code != http.StatusNotFound {
		t.Errorf("without a desk: %d", w.Code)
	}
}
