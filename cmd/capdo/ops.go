package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"capdo/internal/backup"
	"capdo/internal/gate"
	"capdo/internal/pulse"
)

// opsFlags are how the program tells operators about itself.
type opsFlags struct {
	listen, collector string
	share             float64
	reserve           int64 // MiB that must be free on the disk of the register
}

func (o *opsFlags) declare(f *flag.FlagSet) {
	f.StringVar(&o.listen, "ops-listen", "", "address of a listener for operators alone: /livez, /readyz, /metrics (CAPDO_OPS_LISTEN; default: none)")
	f.StringVar(&o.collector, "traces", "", "address of an OpenTelemetry collector, such as http://127.0.0.1:4318 (CAPDO_TRACES; default: nothing is traced)")
	f.Float64Var(&o.share, "traces-share", 1, "share of the requests to the pages that are traced, 0 to 1")
	f.Int64Var(&o.reserve, "disk-reserve-mib", 256, "MiB that must be free on the register's disk for it to call itself ready")
}

// rooms are the first steps of the addresses that figures and spans name.
func rooms() []string {
	return []string{"about", "access", "account", "account-requests", "accounts", "admin", "agencies", "alarms", "assistant", "backups", "bulk", "calendar", "confirm", "connections", "consultations", "csp-report", "delegations", "duplicates", "enrol", "gate", "gateways", "help", "import", "keys", "law", "ledger", "notices", "overview", "public", "queue", "r", "reports", "retention", "services", "session", "sign-in", "sign-ins", "sign-out", "statements", "static", "statuslists", "systems", "tables", "what-if"}
}

// version is that of the program as it was built.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return info.Main.Version
}

// operations are the figures and checks of the program while it serves.
type operations struct {
	pulse  *pulse.Pulse
	traces *pulse.Traces // nil: nothing is traced
	listen net.Listener  // nil: nobody may ask
}

// openOperations opens the listener of operators, and the traces.
func (p *program) openOperations(ctx context.Context, o opsFlags) (*operations, error) {
	ops := &operations{pulse: pulse.New(version(), p.book.Digest())}
	p.figures(ops.pulse)
	p.conditions(ops.pulse, o.reserve)
	var err error
	if o.collector != "" {
		if ops.traces, err = pulse.OpenTraces(ctx, o.collector, version(), o.share); err != nil {
			return nil, err
		}
	}
	if o.listen != "" {
		if ops.listen, err = net.Listen("tcp", o.listen); err != nil {
			return nil, err
		}
		p.log.Info("serving operators", "address", ops.listen.Addr().String())
	}
	return ops, nil
}

// before puts counting and tracing before the pages.
func (o *operations) before(h http.Handler) http.Handler {
	h = o.pulse.Before(h, rooms()...)
	if o.traces != nil {
		h = o.traces.Before(h, rooms()...)
	}
	return h
}

// close sends the traces that are still to be sent.
func (o *operations) close() error {
	if o == nil || o.traces == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	return o.traces.Close(ctx)
}

// figures adds what the rooms count.
func (p *program) figures(x *pulse.Pulse) {
	ctx := context.Background()
	read := func(f func(context.Context) (int64, error)) func() float64 {
		return func() float64 {
			n, err := f(ctx)
			if err != nil {
				return -1
			}
			return float64(n)
		}
	}
	x.Gauge("capdo_ledger_entries", "Entries of the ledger; -1 when it cannot be read.", read(func(ctx context.Context) (int64, error) {
		head, err := headOf(ctx, p.store, "")
		return head.Size, err
	}))
	x.Gauge("capdo_disk_free_bytes", "Bytes free on the disk of the register; -1 when unknown.", read(func(context.Context) (int64, error) { return diskFree(p.dir) }))
	x.Gauge("capdo_backup_age_seconds", "Age of the newest archive on record; -1 when there is none.", read(func(ctx context.Context) (int64, error) {
		now, err := p.vault().Protection(ctx)
		if err == nil && now.Newest == nil {
			return 0, errors.New("no archive")
		}
		if err != nil {
			return 0, err
		}
		return int64(p.clock().Sub(now.Newest.Made.At).Seconds()), nil
	}))
	for _, c := range p.gate.Counters() {
		x.Counter("capdo_gate_decisions_total", "Questions answered at the gate, by door, outcome and platform; platform is empty where the question was not read.",
			map[string]string{"door": c.Door, "outcome": c.Outcome, "platform": c.Platform}, func() float64 { return float64(c.Read()) })
	}
	x.Gauge("capdo_backup_lacks", "What is wanting for the 3-2-1 rule and the restore drills; 0: nothing.", read(func(ctx context.Context) (int64, error) {
		now, err := p.vault().Protection(ctx)
		return int64(len(now.Lacks)), err
	}))
}

// conditions adds what must hold for the program to be ready.
func (p *program) conditions(x *pulse.Pulse, reserve int64) {
	x.Check("store", p.alive)
	x.Check("gate", func(ctx context.Context) error {
		if v := p.gate.Ask(ctx, gate.Question{Provider: "readyz"}); v.Fault {
			return fmt.Errorf("it denies everything: %s", v.Reasons[0].Code)
		}
		return nil
	})
	x.Check("lists", func(context.Context) error {
		if p.press == nil {
			return nil
		}
		if h := p.press.Health(); h.Half {
			return fmt.Errorf("signed lists run down, nothing newer since %s: %s", h.Signed.Format(time.RFC3339), h.Failing)
		}
		return nil
	})
	x.Check("restore", func(ctx context.Context) error {
		bs, err := p.store.Backups(ctx)
		if err == nil && backup.Unconfirmed(bs) {
			err = errors.New("entries were lost and nobody confirmed it")
		}
		return err
	})
	x.Check("disk", func(context.Context) error {
		free, err := diskFree(p.dir)
		if err == nil && free < reserve<<20 {
			err = fmt.Errorf("%d MiB free, %d wanted", free>>20, reserve)
		}
		return err
	})
}

// keepReserve keeps room on the disk for what must be recorded when it is full.
func (p *program) keepReserve(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := p.store.Reserve(); err != nil {
				p.log.Error("the reserve on the disk is not there", "error", err)
			}
		}
	}
}

// alive reads the ledger's head.
func (p *program) alive(ctx context.Context) error {
	_, err := headOf(ctx, p.store, "")
	return err
}

// diskFree is how many bytes the register may still write.
func diskFree(dir string) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * s.Bsize, nil
}

// tellSystemd says that the service is ready, and that it lives as long as it
// can read its register, to a systemd that asked for it.
func (p *program) tellSystemd(ctx context.Context) {
	if sent, err := daemon.SdNotify(false, daemon.SdNotifyReady); err != nil || !sent {
		return
	}
	every, err := daemon.SdWatchdogEnabled(false)
	if err != nil || every == 0 {
		return
	}
	tick := time.NewTicker(every / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			_, _ = daemon.SdNotify(false, daemon.SdNotifyStopping)
			return
		case <-tick.C:
			look, cancel := context.WithTimeout(ctx, every/3)
			if p.alive(look) == nil {
				_, _ = daemon.SdNotify(false, daemon.SdNotifyWatchdog)
			}
			cancel()
		}
	}
}

// healthcheck asks a running service whether it is ready, for containers and
// load balancers that can only run a command.
func healthcheck(ctx context.Context, w world) error {
	f := flags(w, "healthcheck", "[--ops-listen ADDR] [--live]")
	at := f.String("ops-listen", "127.0.0.1:9090", "where the operators' listener is (CAPDO_OPS_LISTEN)")
	live := f.Bool("live", false, "ask only whether it lives")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	path := "/readyz"
	if *live {
		path = "/livez"
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+*at+path, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		fmt.Fprintln(w.out, err)
		return errFound
	}
	defer answer.Body.Close() // read only
	says, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err != nil {
		return err
	}
	fmt.Fprintln(w.out, strings.TrimSpace(string(says)))
	if answer.StatusCode != http.StatusOK {
		return errFound
	}
	return nil
}
