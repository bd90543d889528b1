package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The bounds of a load.
const (
	maxLoad     = 5_000_000 // requests in one run; their times are kept
	loadTimeout = 10 * time.Second
)

// loadReport is what a load found. Times count from the instant at which a
// request should have left, so that a slow server cannot slow the questions.
type loadReport struct {
	Asked   int            `json:"asked"`
	Seconds float64        `json:"seconds"`
	Rate    float64        `json:"rate"` // answered per second
	Status  map[string]int `json:"status"`
	P50     time.Duration  `json:"p50_ns"`
	P99     time.Duration  `json:"p99_ns"`
	P999    time.Duration  `json:"p999_ns"`
	Max     time.Duration  `json:"max_ns"`
	Missed  int            `json:"missed"` // should have left, and no connection was free
}

// loadCommand asks a gate at a constant rate, whatever it answers (open loop).
func loadCommand(ctx context.Context, w world) error {
	f := flags(w, "load", "--codes FILE [--url URL] [--rate N] [--for TIME] [--connections N] [--json]")
	base := f.String("url", "http://127.0.0.1:8080", "address of the service (CAPDO_URL)")
	codes := f.String("codes", "", "file with codes of systems to ask about, one a line")
	rate := f.Int("rate", 1000, "questions a second")
	lasting := f.Duration("for", 10*time.Second, "how long")
	connections := f.Int("connections", 64, "most questions under way at once")
	asJSON := f.Bool("json", false, "print the report as JSON")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	all := int(float64(*rate) * lasting.Seconds())
	if *rate < 1 || *connections < 1 || all < 1 || all > maxLoad {
		return fmt.Errorf("want a rate and connections of at least 1, and at most %d questions in all", maxLoad)
	}
	about, err := linesOf(*codes)
	if err != nil {
		return err
	}
	l := load{base: strings.TrimSuffix(*base, "/") + "/gate/v1/decisions?provider=", codes: about, every: time.Second / time.Duration(*rate), clock: w.clock,
		client: &http.Client{Timeout: loadTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: *connections, MaxConnsPerHost: *connections}}}
	r := l.run(ctx, all, *connections)
	if *asJSON {
		return json.NewEncoder(w.out).Encode(r)
	}
	fmt.Fprintf(w.out, "%d questions in %.1f s, %.0f answers/s, %d missed\n50 %% within %v, 99 %% within %v, 99.9 %% within %v, the slowest %v\n", r.Asked, r.Seconds, r.Rate, r.Missed, r.P50, r.P99, r.P999, r.Max)
	for _, s := range slices.Sorted(maps.Keys(r.Status)) {
		fmt.Fprintf(w.out, "%8d %s\n", r.Status[s], s)
	}
	return nil
}

// linesOf reads the lines of a file that hold anything.
func linesOf(name string) (out []string, err error) {
	if name == "" {
		return nil, errors.New("--codes names no file")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() // read only
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := strings.TrimSpace(s.Text()); line != "" {
			out = append(out, url.QueryEscape(line))
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s names no system", name)
	}
	return out, nil
}

// load is one run.
type load struct {
	base   string
	codes  []string
	every  time.Duration
	clock  func() time.Time
	client *http.Client
}

// run asks all questions, each at its instant.
func (l *load) run(ctx context.Context, all, connections int) loadReport {
	took, status := make([]time.Duration, 0, all), map[string]int{}
	var mu sync.Mutex
	var missed atomic.Int64
	var under sync.WaitGroup
	free := make(chan struct{}, connections)
	began := l.clock()
	for n := range all {
		due := began.Add(time.Duration(n) * l.every)
		if wait := due.Sub(l.clock()); wait > 0 {
			select {
			case <-time.After(wait):
			case <-ctx.Done():
			}
		}
		if ctx.Err() != nil {
			break
		}
		select {
		case free <- struct{}{}:
		default:
			missed.Add(1) // it waits for a connection, and its time runs
			free <- struct{}{}
		}
		under.Go(func() {
			defer func() { <-free }()
			said := l.ask(ctx, l.codes[rand.IntN(len(l.codes))])
			d := l.clock().Sub(due)
			mu.Lock()
			defer mu.Unlock()
			took = append(took, d)
			status[said]++
		})
	}
	under.Wait()
	r := loadReport{Asked: len(took), Seconds: l.clock().Sub(began).Seconds(), Status: status, Missed: int(missed.Load())}
	if len(took) == 0 {
		return r
	}
	slices.Sort(took)
	at := func(share float64) time.Duration { return took[min(len(took)-1, int(share*float64(len(took))))] }
	r.Rate, r.P50, r.P99, r.P999, r.Max = float64(len(took))/r.Seconds, at(.5), at(.99), at(.999), took[len(took)-1]
	return r
}

// ask asks one question and says what came of it: the status and the decision.
func (l *load) ask(ctx context.Context, code string) string {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.base+code, nil)
	if err != nil {
		return "no question"
	}
	answer, err := l.client.Do(r)
	if err != nil {
		return "no answer"
	}
	defer answer.Body.Close() // read only
	var v struct{ Decision string }
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&v); err != nil {
		return fmt.Sprintf("%d, unreadable", answer.StatusCode)
	}
	_, _ = io.Copy(io.Discard, answer.Body) // so that the connection is used again
	return fmt.Sprintf("%d %s", answer.StatusCode, v.Decision)
}
