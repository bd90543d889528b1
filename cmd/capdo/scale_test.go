package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/store/storetest"
	"capdo/internal/whatif"
)

// TestScale prints what pages and decisions cost on registers of several sizes, as
// ratios to 7,008 systems. CAPDO_SCALE lists the sizes, such as 100000,1000000;
// CAPDO_SCALE_AT is where registers made by capdo seed --simulated --systems N
// stand and are kept, with %d for N (default: made anew); CAPDO_SCALE_DATABASE is
// the address of a PostgreSQL database of each size, with %d; CAPDO_SCALE_WHOLE asks
// for what reads every system too, CAPDO_SCALE_ONLY for what has that in its name.
// It asserts no time.
func TestScale(t *testing.T) {
	more := os.Getenv("CAPDO_SCALE")
	if more == "" {
		t.Skip("CAPDO_SCALE names no sizes")
	}
	sizes := []int{countedSystems}
	for size := range strings.SplitSeq(more, ",") {
		n, err := strconv.Atoi(size)
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, n)
	}
	costs, names := make([]map[string]cost, len(sizes)), []string(nil)
	for i, n := range sizes {
		costs[i], names = measure(t, n)
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, name := range names {
		fmt.Fprintf(w, "%s\t%v\t(%v)\t", name, costs[0][name].busy, costs[0][name].median)
		for i := 1; i < len(sizes); i++ {
			fmt.Fprintf(w, "%v\t(%v)\t%.2f\t", costs[i][name].busy, costs[i][name].median, float64(costs[i][name].busy)/float64(costs[0][name].busy))
		}
		for i := range sizes {
			fmt.Fprintf(w, "%d kB\t", costs[i][name].bytes/1024)
		}
		fmt.Fprintln(w)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%v systems: processor's time of a call (in brackets the median by the clock), ratio to the first, allocated\n%s", sizes, b.String())
}

// cost is what one call costs.
type cost struct {
	busy   time.Duration // of the processor, which others on the machine disturb least
	median time.Duration
	bytes  uint64 // allocated by a call
}

// busy is the processor's time of this process.
func busy() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// measure opens the register of n systems and measures everything.
func measure(t *testing.T, n int) (map[string]cost, []string) {
	ctx := context.Background()
	dir, address := filepath.Join(t.TempDir(), "register"), ""
	if at := os.Getenv("CAPDO_SCALE_AT"); at != "" {
		dir = fmt.Sprintf(at, n)
	}
	if at := os.Getenv("CAPDO_SCALE_DATABASE"); at != "" {
		address = fmt.Sprintf(at, n)
	}
	w := world{getenv: func(string) string { return "" }, out: os.Stdout, err: os.Stderr, clock: time.Now, database: &address}
	if _, err := os.Stat(dir); err != nil && address == "" {
		w.args = []string{"seed", "--simulated", "--systems", strconv.Itoa(n), "--data", dir}
		if status := run(ctx, w); status != statusOK {
			t.Fatal("seed: ", status)
		}
	}
	began := time.Now()
	p, err := open(ctx, w, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	p.office.Assure = nil // nobody is there to sign
	t.Logf("%d systems: opened in %v", n, time.Since(began))
	settled, err := p.store.Settle(ctx, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d systems settled; heap in use %d MiB", settled, inUse()>>20)
	costs, names := map[string]cost{}, []string(nil)
	for _, x := range p.probes(t) {
		if !strings.Contains(x.name, os.Getenv("CAPDO_SCALE_ONLY")) {
			continue
		}
		names = append(names, x.name)
		if strings.HasPrefix(x.name, "whole: ") {
			costs[x.name] = once(t, x)
			continue
		}
		costs[x.name] = clocked(t, x.name, x.call)
	}
	t.Logf("%d systems: heap in use %d MiB", n, inUse()>>20)
	return costs, names
}

func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

// clocked calls something until the median can be told.
func clocked(t *testing.T, name string, call func() error) cost {
	t.Helper()
	var before, after runtime.MemStats
	if err := call(); err != nil { // what is read once, and prepared
		t.Errorf("%s: %v", name, err)
	}
	runtime.ReadMemStats(&before)
	var took []time.Duration
	from := busy()
	for began := time.Now(); len(took) < 31 && (len(took) < 3 || time.Since(began) < 5*time.Second); {
		at := time.Now()
		if err := call(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		took = append(took, time.Since(at))
	}
	runtime.ReadMemStats(&after)
	slices.Sort(took)
	return cost{((busy() - from) / time.Duration(len(took))).Round(time.Microsecond), took[len(took)/2].Round(time.Microsecond), (after.TotalAlloc - before.TotalAlloc) / uint64(len(took))}
}

// once calls something that takes long.
func once(t *testing.T, x probe) cost {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	at, from := time.Now(), busy()
	if err := x.call(); err != nil {
		t.Errorf("%s: %v", x.name, err)
	}
	took, spent := time.Since(at), busy()-from
	runtime.ReadMemStats(&after)
	return cost{spent.Round(time.Microsecond), took.Round(time.Microsecond), after.TotalAlloc - before.TotalAlloc}
}

// probe is something that is measured.
type probe struct {
	name string
	call func() error
}

// probes are what a page or an act asks of the rooms behind it.
func (p *program) probes(t *testing.T) []probe {
	ctx := context.Background()
	nation, officer := storetest.Actor(law.RoleMPS, "G01"), storetest.Actor(law.RoleOperator, "H41")
	find := func(a approval.Actor, f approval.Filter) func() error {
		return func() error { _, err := p.office.Find(ctx, a, f); return err }
	}
	all, err := p.office.Find(ctx, nation, approval.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	day := law.DayOf(p.clock())
	no := 0
	probes := []probe{
		{"list, first page", find(nation, approval.Filter{})},
		{"list, page in the middle", find(nation, approval.Filter{Page: all.Total / approval.PageSize / 2})},
		{"list, last page", find(nation, approval.Filter{Page: all.Total})},
		{"search: he thong", find(nation, approval.Filter{Text: "hệ thống"})},
		{"search: dat dai", find(nation, approval.Filter{Text: "đất đai"})},
		{"search: cong dieu hanh", find(nation, approval.Filter{Text: "cổng điều hành"})},
		{"search: one code", find(nation, approval.Filter{Text: "H41-S0003"})},
		{"search: nothing", find(nation, approval.Filter{Text: "không có tên này"})},
		{"search and filter", find(nation, approval.Filter{Text: "thông tin", State: "deployed"})},
		{"filter: level 4", find(nation, approval.Filter{Level: 4})},
		{"filter: deployed", find(nation, approval.Filter{State: "deployed", Page: 3})},
		{"filter: refused (none)", find(nation, approval.Filter{State: "refused"})},
		{"filter: plan in part", find(nation, approval.Filter{Plan: approval.PlanPart})},
		{"filter: from the lists", find(nation, approval.Filter{Origin: approval.Listed})},
		{"filter: one agency", find(nation, approval.Filter{Owner: "H41"})},
		{"list, middle of a large body", find(nation, approval.Filter{Owner: "H56", Page: 1 << 20})},
		{"list of a figure: plan behind", find(nation, approval.Filter{Counted: approval.CountedBehind, Page: 2})},
		{"list of a figure: unconfirmed", find(nation, approval.Filter{Counted: approval.CountedUnconfirmed})},
		{"list of what runs out", find(nation, approval.Filter{Ends: approval.EndsApproval, From: day, To: day.AddDays(90)})},
		{"agency's list", find(officer, approval.Filter{})},
		{"agency's search", find(officer, approval.Filter{Text: "hệ thống"})},
		{"overview", func() error { _, err := p.office.Overview(ctx, nation, approval.Believed(day)); return err }},
		{"overview of an agency", func() error { _, err := p.office.Overview(ctx, officer, approval.Believed(day)); return err }},
		{"trend of two years", func() error { _, err := p.office.Trend(ctx, nation, day, 24, approval.Part{}); return err }},
		{"a system's page", func() error { _, err := p.office.File(ctx, officer, "H41-S0003"); return err }},
		{"queue of an agency", func() error {
			_, err := p.office.Queue(ctx, storetest.Actor(law.RoleSpecialisedUnit, "H41"))
			return err
		}},
		{"queue of the nation", func() error { _, err := p.office.Queue(ctx, nation); return err }},
		{"decision of the gate", func() error {
			no++
			p.gate.Ask(ctx, gate.Question{Provider: fmt.Sprintf("H41-S%04d", no%70+1)})
			return nil
		}},
		{"act: register", func() error {
			_, err := p.office.Register(ctx, officer, approval.Registration{Name: "Đo tải", OperatorUnit: "Sở", Stage: approval.New, Attested: true})
			return err
		}},
		{"act: suspend, reinstate", func() error {
			x, err := p.office.File(ctx, nation, "H41-S0003")
			if err != nil {
				return err
			}
			s, err := p.office.Suspend(ctx, nation, x.System.Code, x.System.Version, approval.SuspensionInput{Ground: "x", Number: "1"})
			if err == nil {
				_, err = p.office.Reinstate(ctx, nation, s.Code, s.Version, "xong", "2")
			}
			return err
		}},
		{"import of 1,000", func() error {
			no++
			part := approval.World{Source: "scale"}
			for i := range 1000 {
				part.Systems = append(part.Systems, approval.System{Name: fmt.Sprint("Đo tải ", no, " ", i), Owner: "H41", OperatorUnit: "Sở", Stage: approval.New, Origin: approval.Simulated, RegisteredAt: p.clock().UTC()})
			}
			return p.office.Import(ctx, keeper(), part)
		}},
	}
	if os.Getenv("CAPDO_SCALE_WHOLE") != "" {
		probes = append(probes, p.wholes(t, officer, nation)...)
	}
	return probes
}

// wholes are what reads every system, asked once each.
func (p *program) wholes(t *testing.T, officer, nation approval.Actor) []probe {
	ctx, day := context.Background(), law.DayOf(p.clock())
	return []probe{
		{"whole: calendar of an agency", func() error { _, err := p.plans.Agenda(ctx, officer, plan.Mine, ""); return err }},
		{"whole: list handed out", func() error {
			return p.office.List(ctx, nation, approval.Filter{}, func(approval.Row) error { return nil })
		}},
		{"whole: every system read", func() error { return p.store.Each(ctx, nation, func(approval.System) error { return nil }) }},
		{"whole: what-if", func() error {
			_, err := p.webWhatIf(ctx, nation, whatif.Adoption{Book: p.book, Rules: law.R331, On: day, Today: day})
			return err
		}},
		{"national report", func() error { _, err := p.nationalReport(ctx, auditor(), day); return err }},
		{"whole: signed lists, and a snapshot", func() error { return p.pressed(t) }},
	}
}

// pressed makes the signed lists and hands out a snapshot, and tells what that held.
func (p *program) pressed(t *testing.T) error {
	ctx := context.Background()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if err := l.Close(); err != nil {
		return err
	}
	press, err := p.openGazette(ctx, l, front{})
	if err != nil {
		return err
	}
	before := inUse()
	for _, path := range []string{"/statuslists/1", "/gate/v1/snapshot"} {
		began, w := time.Now(), &counter{ResponseRecorder: httptest.NewRecorder()}
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
		r.RemoteAddr = "127.0.0.1:1"
		press.Before(http.NotFoundHandler()).ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			return fmt.Errorf("%s: %d", path, w.Code)
		}
		t.Logf("%s: %d bytes in %v; %d MiB more in use than before", path, w.n, time.Since(began).Round(time.Millisecond), (int64(inUse())-int64(before))>>20)
	}
	runtime.KeepAlive(press)
	return nil
}

// counter counts an answer instead of keeping it.
type counter struct {
	*httptest.ResponseRecorder
	n int
}

func (c *counter) Write(b []byte) (int, error) { c.n += len(b); return len(b), nil }
