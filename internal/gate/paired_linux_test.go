package gate

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
)

// The paired benchmark: CAPDO_BENCH=ROUNDS go test ./internal/gate -run
// 'TestPaired$' -v -timeout 1h. All servers stand side by side, each a process of
// its own, all on one core where taskset is to be had, and who asks on another;
// each round runs every case once in random order: for a second from 32
// connections as fast as answers come, or for two at a constant pace whatever the
// answers. A ratio is made within its round, and the medians are told with their
// quartiles. The column busy is the share of the core that the servers took: a
// throughput tells of them where it is near 1, else of who asks. It proves nothing
// by itself and asserts nothing. CAPDO_BENCH_OPA names the program of OPA;
// CAPDO_BENCH_ONLY is a pattern of the names of cases, those of NGINX needing
// others.

// contestant is one server and what it is asked.
type contestant struct {
	name, kind string
	size       int // systems
	request    func(r *rand.Rand) string
	per        int    // decisions a request
	of         string // the case it is compared with
	pace       int    // requests a second; 0 = as fast as answers come

	address string
	pids    []int
	prints  [][]byte
}

func getPair(r *rand.Rand, n int) (string, string) {
	p, c := coded(r.IntN(n)), coded(r.IntN(n))
	if r.IntN(100) == 0 {
		p = "absent"
	}
	return p, c
}

func asGet(path string, n int) func(*rand.Rand) string {
	return func(r *rand.Rand) string {
		p, c := getPair(r, n)
		return "GET " + path + "?provider=" + p + "&consumer=" + c + " HTTP/1.1\r\nHost: x\r\n\r\n"
	}
}

func asForward(path string, n int) func(*rand.Rand) string {
	return func(r *rand.Rand) string {
		p, c := getPair(r, n)
		return "GET " + path + " HTTP/1.1\r\nHost: x\r\nX-System-Id: " + c + "\r\nX-Provider-Id: " + p + "\r\n\r\n"
	}
}

func posting(path, body string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
}

func asEvaluation(n int) func(*rand.Rand) string {
	return func(r *rand.Rand) string {
		p, c := getPair(r, n)
		return posting(evaluationPath, `{"subject":{"type":"information_system","id":"`+c+`"},"action":{"name":"connect"},"resource":{"type":"information_system","id":"`+p+`"}}`)
	}
}

func asOPA(n int) func(*rand.Rand) string {
	return func(r *rand.Rand) string {
		p, c := getPair(r, n)
		return posting("/v1/data/gw/decision", `{"input":{"provider":"`+p+`","consumer":"`+c+`"}}`)
	}
}

func asBatch(n, many int) func(*rand.Rand) string {
	return func(r *rand.Rand) string {
		var b strings.Builder
		for i := range many {
			if i > 0 {
				b.WriteByte(',')
			}
			p, c := getPair(r, n)
			b.WriteString(`{"provider":"` + p + `","consumer":"` + c + `"}`)
		}
		return posting(decisionsPath, `{"questions":[`+b.String()+`]}`)
	}
}

// contestants are the cases in the order of the table: the first, at a pace too.
func contestants() (all []*contestant) {
	all = saturated()
	for _, c := range all[:6] {
		paced := *c
		paced.pace = 1000
		paced.name += paceName
		if c.of != "" {
			paced.of = c.of + paceName
		}
		all = append(all, &paced)
	}
	return all
}

const paceName = ", 1,000 a second"

// saturated are the cases that are asked as fast as they answer.
func saturated() []*contestant {
	const n, million = 7_008, 1_000_000
	return []*contestant{
		{name: "bare handler, GET, the answer of a decision", kind: "bare", request: asGet("/json", n), per: 1},
		{name: "bare handler, GET, empty body", kind: "bare", request: asForward("/empty", n), per: 1},
		{name: "bare handler, POST, the answer of an evaluation", kind: "bare", request: func(r *rand.Rand) string { return strings.Replace(asEvaluation(n)(r), evaluationPath, "/json", 1) }, per: 1},
		{name: "decision by GET", kind: "gate", size: n, request: asGet(decisionsPath, n), per: 1, of: "bare handler, GET, the answer of a decision"},
		{name: "forward-auth", kind: "gate", size: n, request: asForward(connectPath, n), per: 1, of: "bare handler, GET, empty body"},
		{name: "AuthZEN evaluation", kind: "gate", size: n, request: asEvaluation(n), per: 1, of: "bare handler, POST, the answer of an evaluation"},
		{name: "decision by GET, through net/http", kind: "served", size: n, request: asGet(decisionsPath, n), per: 1, of: "bare handler, GET, the answer of a decision"},
		{name: "forward-auth, through net/http", kind: "served", size: n, request: asForward(connectPath, n), per: 1, of: "bare handler, GET, empty body"},
		{name: "AuthZEN evaluation, through net/http", kind: "served", size: n, request: asEvaluation(n), per: 1, of: "bare handler, POST, the answer of an evaluation"},
		{name: "batch of 1,000", kind: "gate", size: n, request: asBatch(n, 1000), per: 1000},
		{name: "decision by GET, 1,000,000 systems", kind: "gate", size: million, request: asGet(decisionsPath, million), per: 1, of: "decision by GET"},
		{name: "forward-auth, 1,000,000 systems", kind: "gate", size: million, request: asForward(connectPath, million), per: 1, of: "forward-auth"},
		{name: "AuthZEN evaluation, 1,000,000 systems", kind: "gate", size: million, request: asEvaluation(million), per: 1, of: "AuthZEN evaluation"},
		{name: "the same by the slow way (Decide on standings in memory), GET", kind: "slow", size: n, request: asGet(decisionsPath, n), per: 1, of: "bare handler, GET, the answer of a decision"},
		{name: "NGINX, plain proxy to the bare handler", kind: "nginx", request: asForward("/plain", n), per: 1},
		{name: "NGINX, plain proxy to the gate", kind: "nginx", request: asForward("/gate", n), per: 1, of: "NGINX, plain proxy to the bare handler"},
		{name: "NGINX, auth_request, then a file", kind: "nginx", request: asForward("/file", n), per: 1, of: "NGINX, plain proxy to the gate"},
		{name: "NGINX, auth_request, then the plain proxy", kind: "nginx", request: asForward("/both", n), per: 1, of: "NGINX, plain proxy to the bare handler"},
		{name: "OPA, the same data", kind: "opa", size: n, request: asOPA(n), per: 1, of: "AuthZEN evaluation"},
	}
}

// TestPairedServer is a server of the benchmark, in its own process.
func TestPairedServer(t *testing.T) {
	kind := os.Getenv("CAPDO_BENCH_SERVE")
	if kind == "" {
		t.Skip("a part of TestPaired")
	}
	n, err := strconv.Atoi(os.Getenv("CAPDO_BENCH_SIZE"))
	if err != nil {
		t.Fatal(err)
	}
	runtime.GOMAXPROCS(1)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("address", l.Addr())
	h, g := serverOf(t, kind, n)
	if kind == "gate" {
		if l, err = g.Lane(l, Doors{}, nil); err != nil {
			t.Fatal(err)
		}
	}
	t.Log(http.Serve(l, h))
}

// still is a register whose head stands.
type still struct {
	approval.Standing
	head approval.Head
}

func (s still) Standings(_ context.Context, at time.Time, codes ...string) ([]approval.Standing, approval.Head, error) {
	out := make([]approval.Standing, len(codes))
	for i, code := range codes {
		if out[i] = s.Standing; code == "absent" {
			out[i] = approval.Standing{}
		}
		out[i].Code, out[i].At = code, at
	}
	return out, s.head, nil
}

func serverOf(t *testing.T, kind string, n int) (http.Handler, *Gate) {
	began := time.Now()
	b := NewBoard(book(t))
	clock := func() time.Time { return noonToday().Add(time.Since(began)) }
	at := noonToday()
	g := &Gate{Book: b.book, Clock: clock, Board: b, Standings: still{goodStanding(at), approval.Head{Size: int64(max(n, 1)), Root: "ab"}}}
	if err := b.Load(t.Context(), source{b, max(n, 1)}); err != nil {
		t.Fatal(err)
	}
	switch kind {
	case "slow":
		g.Board = nil
	case "bare":
		s := &sheet{endDay: -1}
		q := Question{Provider: coded(0), Consumer: coded(0)}
		b.lease.Store(1 << 62)
		x, _ := b.look(at, &q)
		s.times(at.Add(123456 * time.Microsecond))
		answer := append(x.appendVerdict(nil, &q, s), '\n')
		return bareHandler(answer), nil
	}
	return g.Handler(), g
}

// bareHandler answers as the gate does, and decides nothing.
func bareHandler(answer []byte) http.Handler {
	kind, store, none := []string{"application/json"}, []string{"no-store"}, []string{"0"}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["Cache-Control"] = store
		if r.URL.Path != "/json" {
			h["Content-Length"] = none
			return
		}
		h["Content-Type"] = kind
		_, _ = w.Write(answer) // the benchmark reads it
	})
}

// pinned is a command on one core, where taskset is to be had.
func pinned(name string, args ...string) *exec.Cmd {
	if path, err := exec.LookPath("taskset"); err == nil {
		return exec.Command(path, append([]string{"-c", "0", name}, args...)...)
	}
	return exec.Command(name, args...)
}

func launch(t *testing.T, kind string, n int) (string, []int) {
	cmd := pinned(os.Args[0], "-test.run", "^TestPairedServer$", "-test.timeout", "0")
	cmd.Env = append(os.Environ(), "CAPDO_BENCH_SERVE="+kind, "CAPDO_BENCH_SIZE="+strconv.Itoa(n))
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for in := bufio.NewScanner(out); in.Scan(); {
		if address, ok := strings.CutPrefix(in.Text(), "address "); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return address, []int{cmd.Process.Pid}
		}
	}
	t.Fatal(kind, "did not come up")
	return "", nil
}

// nginxConf serves three locations: the bare handler; a file after asking the
// gate; the bare handler after asking the gate.
const nginxConf = `daemon off; master_process off; pid nginx.pid; error_log stderr crit;
events { worker_connections 1024; }
http { access_log off; client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s; keepalive_requests 100000000; open_file_cache max=64;
 upstream bare { server BARE; keepalive 64; } upstream gate { server GATE; keepalive 64; }
 server { listen AT; root .;
  location = /plain { proxy_pass http://bare/empty; proxy_http_version 1.1; proxy_set_header Connection ""; }
  location = /gate { proxy_pass http://gate/gate/v1/connect; proxy_http_version 1.1; proxy_set_header Connection ""; }
  location = /file { auth_request /_gate; try_files /page =500; }
  location = /both { auth_request /_gate; proxy_pass http://bare/empty; proxy_http_version 1.1; proxy_set_header Connection ""; }
  location = /_gate { internal; proxy_pass http://gate/gate/v1/connect; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass_request_body off; proxy_set_header Content-Length ""; }
 } }`

func launchNGINX(t *testing.T, bare, gate string) (string, []int) {
	path, err := exec.LookPath("nginx")
	if err != nil {
		if path, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			return "", nil
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	conf := strings.NewReplacer("BARE", bare, "GATE", gate, "AT", at, "root .", "root "+dir).Replace(nginxConf)
	for name, text := range map[string]string{"nginx.conf": conf, "page": "a page of sixty bytes, no more and no less, for the test...\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := pinned(path, "-p", dir, "-c", "nginx.conf")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	time.Sleep(300 * time.Millisecond)
	return at, []int{cmd.Process.Pid}
}

// launchOPA serves the same facts and a policy of the same shape by OPA, where
// CAPDO_BENCH_OPA names its program.
func launchOPA(t *testing.T, n int) (string, []int) {
	path := os.Getenv("CAPDO_BENCH_OPA")
	if path == "" {
		return "", nil
	}
	dir := t.TempDir()
	var data strings.Builder
	data.WriteString(`{"systems":{`)
	for i := range n {
		if i > 0 {
			data.WriteByte(',')
		}
		fmt.Fprintf(&data, `%q:{"revoked":%v,"until":1861888400,"deployed":true,"level":3}`, coded(i), i%20 == 19)
	}
	data.WriteString(`}}`)
	rego := "package gw\nok(c) if { s := data.systems[c]; not s.revoked; s.deployed; s.until > time.now_ns() / 1000000000 }\ndecision := {\"allow\": true} if { ok(input.provider); ok(input.consumer) } else := {\"allow\": false}\n"
	for name, text := range map[string]string{"data.json": data.String(), "gw.rego": rego} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := pinned(path, "run", "--server", "--addr", at, "--log-level", "error", "--disable-telemetry", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	time.Sleep(3 * time.Second)
	return at, []int{cmd.Process.Pid}
}

// run is what one case did in one round.
type run struct{ rate, cpu, p50, p99, busy float64 }

func TestPaired(t *testing.T) {
	rounds, err := strconv.Atoi(os.Getenv("CAPDO_BENCH"))
	if err != nil || rounds < 1 {
		t.Skip("SKIPPED: the paired benchmark runs with CAPDO_BENCH=ROUNDS")
	}
	if path, err := exec.LookPath("taskset"); err == nil && runtime.NumCPU() > 1 {
		if out, err := exec.Command(path, "-a", "-c", "-p", "1", strconv.Itoa(os.Getpid())).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	runtime.LockOSThread()
	list := contestants()
	if only := os.Getenv("CAPDO_BENCH_ONLY"); only != "" {
		pattern := regexp.MustCompile(only)
		list = slices.DeleteFunc(list, func(c *contestant) bool { return !pattern.MatchString(c.name) })
	}
	servers := map[string]string{}
	pids := map[string][]int{}
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	for _, c := range list {
		key := fmt.Sprint(c.kind, c.size)
		if _, ok := servers[key]; !ok {
			switch c.kind {
			case "nginx":
				servers[key], pids[key] = launchNGINX(t, servers["bare0"], servers["gate7008"])
				pids[key] = slices.Concat(pids[key], pids["bare0"], pids["gate7008"])
			case "opa":
				servers[key], pids[key] = launchOPA(t, c.size)
			default:
				servers[key], pids[key] = launch(t, c.kind, c.size)
			}
		}
		c.address, c.pids = servers[key], pids[key]
		for range min(10_000, 2_000_000/c.per/200) {
			c.prints = append(c.prints, []byte(c.request(r)))
		}
	}
	list = slices.DeleteFunc(list, func(c *contestant) bool { return c.address == "" })
	runs := map[string][]run{}
	for n := range rounds + 1 {
		for _, i := range r.Perm(len(list)) {
			if x := list[i].run(t, r); n > 0 { // the first round warms
				runs[list[i].name] = append(runs[list[i].name], x)
			}
		}
	}
	report(t, list, runs)
}

// run asks for a second from 32 connections as fast as answers come, or for two
// at a pace from 16.
func (c *contestant) run(t *testing.T, r *rand.Rand) run {
	many, span := 32, time.Second
	if c.pace > 0 {
		many, span = 16, 2*time.Second
	}
	all, err := gather(c.address, many, func() int { return r.IntN(len(c.prints)) })
	if err != nil {
		t.Fatal(c.name, err)
	}
	defer all.close()
	before, began := cpuOf(t, c.pids), time.Now()
	if c.pace > 0 {
		all.march(c.prints, span, c.pace)
	} else {
		all.rush(c.prints, span)
	}
	took, cpu := time.Since(began), cpuOf(t, c.pids)-before
	if all.wrong != nil {
		t.Fatal(c.name, all.wrong)
	}
	slices.Sort(all.took)
	k := float64(len(all.took) * c.per)
	us := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
	return run{k / took.Seconds(), us(cpu) / k, us(all.took[len(all.took)/2]), us(all.took[len(all.took)*99/100]), cpu.Seconds() / took.Seconds()}
}

// cpuOf is the processor time that processes took.
func cpuOf(t *testing.T, pids []int) (sum time.Duration) {
	for _, pid := range pids {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", pid))
		tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid)) // the pattern is well formed
		if err != nil || len(tasks) == 0 {
			t.Fatal("no processor time of", pid, string(b), err)
		}
		for _, task := range tasks {
			b, err := os.ReadFile(task)
			if err != nil {
				continue // a thread that ended
			}
			var ns int64
			if _, err := fmt.Sscan(string(b), &ns); err != nil {
				t.Fatal(err)
			}
			sum += time.Duration(ns)
		}
	}
	return sum
}

// report prints the table.
func report(t *testing.T, list []*contestant, runs map[string][]run) {
	quartiles := func(xs []float64) (lo, mid, hi float64) {
		slices.Sort(xs)
		return xs[len(xs)/4], xs[len(xs)/2], xs[len(xs)*3/4]
	}
	column := func(name string, f func(run) float64) []float64 {
		var xs []float64
		for _, x := range runs[name] {
			xs = append(xs, f(x))
		}
		return xs
	}
	var b strings.Builder
	b.WriteString("\n| case | decisions/s (median) | busy | CPU µs | p50 µs | p99 µs | compared with | throughput [quartiles] | CPU | p99 |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, c := range list {
		_, rate, _ := quartiles(column(c.name, func(x run) float64 { return x.rate }))
		_, cpu, _ := quartiles(column(c.name, func(x run) float64 { return x.cpu }))
		_, p50, _ := quartiles(column(c.name, func(x run) float64 { return x.p50 }))
		_, p99, _ := quartiles(column(c.name, func(x run) float64 { return x.p99 }))
		_, busy, _ := quartiles(column(c.name, func(x run) float64 { return x.busy }))
		fmt.Fprintf(&b, "| %s | %.0f | %.2f | %.2f | %.0f | %.0f |", c.name, rate, busy, cpu, p50, p99)
		if len(runs[c.of]) == 0 {
			b.WriteString(" | | | |\n")
			continue
		}
		ratio := func(f func(run) float64) (lo, mid, hi float64) {
			var xs []float64
			for i, x := range runs[c.name] {
				xs = append(xs, f(x)/f(runs[c.of][i]))
			}
			return quartiles(xs)
		}
		lo, mid, hi := ratio(func(x run) float64 { return x.rate })
		_, cpus, _ := ratio(func(x run) float64 { return x.cpu })
		_, tails, _ := ratio(func(x run) float64 { return x.p99 })
		fmt.Fprintf(&b, " %s | **%.2f** [%.2f–%.2f] | %.2f | %.2f |\n", c.of, mid, lo, hi, cpus, tails)
	}
	t.Log(b.String())
}
