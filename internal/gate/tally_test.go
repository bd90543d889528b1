package gate_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
)

// TestCounters: every question is counted once, at its door, by how it came out,
// whether the lane, the board or the register answered it.
func TestCounters(t *testing.T) {
	l := serve(t, connected, 3)
	for name, g := range map[string]*gate.Gate{"register": at(t, memory{"A-0001": good("A-0001"), "A-0002": good("A-0002")}), "board": l.gate} {
		for _, lane := range []bool{false, true} {
			var says strings.Builder
			for range 3 {
				says.WriteString("GET " + decisions + "?provider=A-0001 HTTP/1.1\r\nHost: x\r\n\r\n")
				says.WriteString("GET " + decisions + "?provider=absent&platform=NDOP HTTP/1.1\r\nHost: x\r\n\r\n")
				says.WriteString("GET " + decisions + "?what=1 HTTP/1.1\r\nHost: x\r\n\r\n")
				says.WriteString("GET " + connect + " HTTP/1.1\r\nHost: x\r\nX-System-Id: A-0001\r\n\r\n")
				says.WriteString("GET " + connect + " HTTP/1.1\r\nHost: x\r\n\r\n")
				says.WriteString(posted(evaluation, `{`+tuple("A-0001", "A-0002")+`}`))
				says.WriteString(posted(evaluations, `{`+tuple("A-0001", "A-0002")+`,"evaluations":[{},{"resource":`+system("absent")+`},{}]}`))
				says.WriteString(posted(decisions, `{"questions":[{"provider":"A-0001"},{"provider":""},{"provider":"absent"}]}`))
			}
			before := tallied(g)
			answered(t, g, lane, says.String(), 24)
			after, want := tallied(g), map[string]int64{"decisions allow NDXP": 3, "decisions deny NDOP": 3, "decisions refused ": 3, "connect allow NDXP": 3, "connect refused ": 3,
				"evaluation allow NDXP": 3, "evaluations allow NDXP": 6, "evaluations deny NDXP": 3, "batch allow NDXP": 3, "batch deny NDXP": 3, "batch refused ": 3}
			for what, n := range after {
				if got := n - before[what]; got != want[what] {
					t.Errorf("%s, lane %v: %s: %d, want %d", name, lane, what, got, want[what])
				}
			}
		}
	}
	g := at(t, reads(func(context.Context, time.Time, ...string) ([]approval.Standing, approval.Head, error) {
		return nil, approval.Head{}, errors.New("disk")
	}))
	if w := get(g.Handler(), "GET", decisions, "provider=A-0001"); w.Code != http.StatusServiceUnavailable || tallied(g)["decisions fault NDXP"] != 1 {
		t.Errorf("a register that cannot be read: %d, %v", w.Code, tallied(g))
	}
}

// answered sends requests over one connection to a gate, with or without a lane
// before it, and reads so many answers.
func answered(t *testing.T, g *gate.Gate, lane bool, says string, many int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if lane {
		if l, err = g.Lane(l, gate.Doors{}, nil); err != nil {
			t.Fatal(err)
		}
	}
	srv := &http.Server{Handler: doors(t, g, gate.Doors{})}
	go func() { _ = srv.Serve(l) }() // it ends when it is closed
	defer srv.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err == nil {
		_, err = io.WriteString(c, says)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	in := bufio.NewReader(c)
	for range many {
		r, err := http.ReadResponse(in, nil)
		if err == nil {
			_, err = io.Copy(io.Discard, r.Body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// tallied are the counters by door, outcome and platform.
func tallied(g *gate.Gate) map[string]int64 {
	all := map[string]int64{}
	for _, c := range g.Counters() {
		all[fmt.Sprintf("%s %s %s", c.Door, c.Outcome, c.Platform)] = c.Read()
	}
	return all
}
