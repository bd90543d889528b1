package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"capdo/internal/gate"
	"capdo/internal/store"
)

// serve serves the register in a folder until it is told to stop.
func serve(ctx context.Context, w world) (err error) {
	f := flags(w, "serve", "[flags]")
	listen := f.String("listen", "127.0.0.1:8080", "address to listen on (CAPDO_LISTEN)")
	data := f.String("data", "capdo-data", "folder of the register, made when absent (CAPDO_DATA)")
	secure := f.Bool("tls-in-front", false, "a proxy ends TLS in front: cookies are marked Secure")
	way := declareDoor(f)
	gateways := f.String("gateways", "", "networks of gateways that may ask at --listen, at every address of the gate, separated by commas (CAPDO_GATEWAYS; default: this machine)")
	base := f.String("authzen-base", "", "https address of the AuthZEN decision point, for its metadata (CAPDO_AUTHZEN_BASE)")
	both := f.Bool("both-sides", false, "deny at /gate/v1/connect where no providing system is named")
	public, figures := baseFlag(f), f.Bool("public-figures", false, "publish the country's figures, no system named, at /public (CAPDO_PUBLIC_FIGURES)")
	papers := attachmentFlags(f, w)
	var machines machineFlags
	machines.declare(f, w)
	post := noticeFlags(f, w)
	var maps mapFlags
	maps.declare(f, w)
	var lists gazetteFlags
	lists.declare(f, w)
	var archives backupFlags
	archives.declare(f, w)
	var operators opsFlags
	operators.declare(f)
	lease := leaseFlags(f)
	who, safe := declareSides(f), declareLines(f)
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	peers, err := networks(*gateways)
	if err != nil {
		return fmt.Errorf("--gateways: %w", err)
	}
	if err := archives.check(); err != nil {
		return err
	}
	inTheOpen := []spoken{{"--listen", *listen, true}, {"--admin-listen", *who.admin, true}, {"--ops-listen", operators.listen, false}, {"--traces", operators.collector, false}, {"--time-source", lists.source, false}, {"--smtp", post.plainly(), false}}
	w, ours, err := safe.open(ctx, w, *secure, inTheOpen)
	if err != nil {
		return err
	}
	p, err := open(ctx, w, *data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	p.public, p.published = *public, *figures
	if err := errors.Join(papers.set(p.attachments), p.attachments.Blobs.Tidy()); err != nil {
		return err
	}
	tell, err := post.open(p, *data)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	p.duties = append(p.duties, tell, p.keepDoor)
	if *archives.to != "" {
		due := time.NewTicker(leastEvery)
		defer due.Stop()
		p.duties = append(p.duties, func(ctx context.Context) { p.keepBackups(ctx, archives, due.C) })
	}
	p.log.Info("serving", "address", l.Addr().String(), "data", *data, "law", p.book.Digest())
	at := front{secure: *secure || ours != nil, tls: ours, doors: gate.Doors{TrustedPeers: peers, Base: *base, BothSides: *both, Principal: machines.principal}, flags: machines, gazette: lists}
	var unleased, shut, unwatched, unmapped error
	at.sides, err = who.open(*secure, ours)
	at.lease, unleased = lease()
	at.url, shut = p.openDoor(ctx, w, way.over(ours), l)
	at.ops, unwatched = p.openOperations(ctx, operators)
	unmapped = p.openMaps(ctx, maps)
	if err = errors.Join(err, unleased, shut, unwatched, unmapped); err != nil {
		return errors.Join(err, l.Close())
	}
	if machines.listen != "" {
		if at.machines, err = machines.machineListener(); err != nil {
			return errors.Join(err, l.Close())
		}
		p.log.Info("serving gateways", "address", at.machines.Addr().String())
	}
	return p.serveOn(ctx, l, at)
}

// networks reads networks separated by commas.
func networks(list string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for part := range strings.SplitSeq(list, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		n, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// The limits of one request.
const (
	headTimeout  = 5 * time.Second
	readTimeout  = 30 * time.Second
	writeTimeout = 60 * time.Second
	idleTimeout  = 2 * time.Minute
	maxHead      = 32 << 10
	drain        = 10 * time.Second
	rescan       = time.Minute // between two looks at the documents a scanner has not seen
)

// serveOn serves until ctx is done, then lets the requests in hand finish.
func (p *program) serveOn(ctx context.Context, l net.Listener, f front) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go p.redecide(ctx)
	listeners := []net.Listener{l}
	var h http.Handler
	var err error
	if p.press, err = p.openGazette(ctx, l, f); err == nil {
		h, err = p.handler(f)
	}
	handlers := []http.Handler{h}
	if err == nil {
		if listeners[0] = overTLS(l, f.tls); f.tls == nil {
			listeners[0], err = p.lane(l, f)
		}
	}
	if f.machines != nil {
		listeners = append(listeners, f.machines)
	}
	if f.machines != nil && err == nil {
		h, err = p.machineDoor(f.doors, p.byCertificate)
		handlers = append(handlers, h)
	}
	if f.machines != nil && err == nil {
		listeners[1], err = p.machineLane(f.machines, f)
	}
	if f.sides.listen != nil {
		listeners = append(listeners, f.sides.listen)
	}
	if f.sides.listen != nil && err == nil {
		h, err = p.adminDoor(f)
		handlers = append(handlers, h)
		p.log.Info("serving administrators", "address", f.sides.listen.Addr().String())
	}
	if f.ops != nil && f.ops.listen != nil {
		listeners, handlers = append(listeners, f.ops.listen), append(handlers, http.Handler(f.ops.pulse))
	}
	if err != nil {
		for _, l := range listeners {
			err = errors.Join(err, l.Close())
		}
		return err
	}
	tick := time.NewTicker(rescan)
	defer tick.Stop()
	go p.keepReserve(ctx)
	p.duties = append(p.duties, func(ctx context.Context) { p.attachments.Watch(ctx, tick.C) }, p.settle)
	var beside sync.WaitGroup
	beside.Go(func() { p.press.Run(ctx) })
	beside.Go(func() { p.store.Lead(ctx, p.lead) })
	beside.Go(func() { p.lookAhead(ctx) })
	beside.Go(func() {
		p.store.Follow(ctx, store.Following{Lease: f.lease, Clock: p.clock, Moved: p.gate.Refresh})
	})
	defer beside.Wait() // they read the register, which is closed next
	defer stop()
	go p.tellSystemd(ctx)
	done := make(chan error, len(listeners))
	for i, l := range listeners {
		go func() {
			defer stop() // one that falls takes the other with it
			done <- serveUntil(ctx, l, handlers[i])
		}()
	}
	for range listeners {
		err = errors.Join(err, <-done)
	}
	return errors.Join(err, f.ops.close())
}

// settle keeps the lists up to the day, and to what was written by a program that
// knew nothing of them.
func (p *program) settle(ctx context.Context) {
	tick := time.NewTicker(rescan)
	defer tick.Stop()
	for {
		if n, err := p.store.Settle(ctx, p.clock()); err != nil && ctx.Err() == nil {
			p.log.Error("lists are not up to the day; they are right, and slow", "error", err)
		} else if n > 0 {
			p.log.Info("lists are up to the day", "systems", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// serveUntil serves one listener until ctx is done.
func serveUntil(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: headTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHead, Protocols: new(http.Protocols), ConnContext: gate.Carry}
	srv.Protocols.SetHTTP1(true)
	srv.Protocols.SetHTTP2(true)
	srv.Protocols.SetUnencryptedHTTP2(true) // Envoy's gRPC on this machine
	done := make(chan error, 1)
	go func() {
		<-ctx.Done()
		last, cancel := context.WithTimeout(context.Background(), drain)
		defer cancel()
		done <- srv.Shutdown(last)
	}()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-done
}

// check checks everything that is fixed before a register is opened.
func check(ctx context.Context, w world) error {
	f := flags(w, "check", "[--data DIR]")
	data := f.String("data", "", "also open the register in this folder (CAPDO_DATA)")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	book, shelf, err := rules()
	if err != nil {
		return err
	}
	p := &program{book: book, shelf: shelf, clock: w.clock}
	if _, err := p.handler(front{}); err != nil {
		return err
	}
	rs, ok := book.RuleSetOn(w.today())
	if !ok {
		return fmt.Errorf("no rule set is in force on %s", w.today())
	}
	fmt.Fprintf(w.out, "law        ok  %d instruments, %d rule sets, in force on %s: %s\n", len(book.Instruments()), len(book.RuleSets()), w.today(), rs)
	fmt.Fprintf(w.out, "forms      ok  %d\n", len(shelf.Forms()))
	fmt.Fprintf(w.out, "templates  ok\n")
	if *data != "" {
		if err := checkData(ctx, w, *data); err != nil {
			return err
		}
	}
	fmt.Fprintf(w.out, "law digest %s\n", book.Digest())
	return nil
}

// checkData opens an existing register.
func checkData(ctx context.Context, w world, dir string) error {
	p, err := openExisting(ctx, w, dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "register   ok  %s\n", dir)
	return p.close()
}

// openExisting opens a register that must be there already: a mistyped folder
// is an error, not a new register.
func openExisting(ctx context.Context, w world, dir string) (*program, error) {
	if _, err := os.Stat(filepath.Join(dir, store.FileName)); err != nil && w.address() == "" {
		return nil, fmt.Errorf("no register in %q: %w", dir, err)
	}
	return open(ctx, w, dir)
}
