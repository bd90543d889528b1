// Package pulse tells operators how the program is: whether it lives, whether it
// is ready, and its figures (Prometheus).
//
//	/livez     200 while the program answers
//	/readyz    200 while every check passes, else 503; a line for each check:
//	           "ok NAME", or "NAME: " and what is wrong
//	/metrics   the figures, in the format of Prometheus
//
// It stands on a listener of its own. No figure and no check names a system, an
// agency or a person.
package pulse

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// patience is how long all checks together may take.
const patience = 3 * time.Second

// Pulse gathers figures and checks. They are added before it is served.
type Pulse struct {
	figures  *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	checks   []check
}

type check struct {
	name string
	ask  func(context.Context) error
}

// New starts with the figures of the process itself.
func New(version, law string) *Pulse {
	p := &Pulse{figures: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "capdo_http_requests_total", Help: "Requests to the pages, by room of the address and status."}, []string{"room", "status"}),
		took:     prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "capdo_http_request_seconds", Help: "Time to answer a request to the pages.", Buckets: []float64{.005, .02, .1, .3, 1, 3, 10}}, []string{"room"})}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "capdo_build_info", Help: "1; the labels tell the program and its book of law.", ConstLabels: prometheus.Labels{"version": version, "law_digest": law}})
	build.Set(1)
	p.figures.MustRegister(p.requests, p.took, build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return p
}

// Gauge adds a figure that is read when somebody asks.
func (p *Pulse) Gauge(name, help string, read func() float64) {
	p.figures.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
}

// Counter adds a figure that only grows, with constant labels.
func (p *Pulse) Counter(name, help string, labels map[string]string, read func() float64) {
	p.figures.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels}, read))
}

// Check adds a condition of readiness.
func (p *Pulse) Check(name string, ask func(context.Context) error) {
	p.checks = append(p.checks, check{name, ask})
}

// Ready runs every check, side by side; the text says what each found.
func (p *Pulse) Ready(ctx context.Context) (ok bool, says string) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found := make([]error, len(p.checks))
	var all sync.WaitGroup
	for i, c := range p.checks {
		all.Go(func() { found[i] = c.run(ctx) })
	}
	all.Wait()
	var b strings.Builder
	ok = true
	for i, c := range p.checks {
		if found[i] != nil {
			ok = false
			fmt.Fprintf(&b, "%s: %v\n", c.name, found[i])
		} else {
			fmt.Fprintf(&b, "ok %s\n", c.name)
		}
	}
	return ok, b.String()
}

// run asks, and waits no longer than ctx; a check that panics has failed.
func (c check) run(ctx context.Context) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if x := recover(); x != nil {
				done <- fmt.Errorf("panic: %v", x)
			}
		}()
		done <- c.ask(ctx)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ServeHTTP implements http.Handler.
func (p *Pulse) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	switch r.URL.Path {
	case "/metrics":
		promhttp.HandlerFor(p.figures, promhttp.HandlerOpts{MaxRequestsInFlight: 4}).ServeHTTP(w, r)
	case "/livez":
		_, _ = w.Write([]byte("ok\n"))
	case "/readyz":
		ok, says := p.Ready(r.Context())
		if !ok {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = w.Write([]byte(says))
	default:
		http.NotFound(w, r)
	}
}

// Before counts and times the requests to h, each by the room it is for: the
// first step of its path when that is one of rooms, else "other".
func (p *Pulse) Before(h http.Handler, rooms ...string) http.Handler {
	known := map[string]bool{}
	for _, r := range rooms {
		known[r] = true
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		room, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		if !known[room] {
			room = "other"
		}
		seen := &statusSeen{ResponseWriter: w, status: http.StatusOK}
		timer := prometheus.NewTimer(p.took.WithLabelValues(room))
		defer func() {
			timer.ObserveDuration()
			p.requests.WithLabelValues(room, strconv.Itoa(seen.status)).Inc()
		}()
		h.ServeHTTP(seen, r)
	})
}

// statusSeen remembers the status of an answer.
type statusSeen struct {
	http.ResponseWriter
	status int
}

func (s *statusSeen) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController through.
func (s *statusSeen) Unwrap() http.ResponseWriter { return s.ResponseWriter }
