package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/backup"
	"capdo/internal/connection"
	"capdo/internal/controls"
	"capdo/internal/gate"
	"capdo/internal/gazette"
	"capdo/internal/identity"
	"capdo/internal/keyring"
	"capdo/internal/law"
	"capdo/internal/machine"
	"capdo/internal/notice"
	"capdo/internal/openid"
	"capdo/internal/plan"
	"capdo/internal/retention"
	"capdo/internal/review"
	"capdo/internal/statement"
	"capdo/internal/store"
	"capdo/internal/web"
	"capdo/internal/workbook"
)

// program is the rooms tied together.
type program struct {
	as          approval.AsOf // of the register that is read; zero: as it is (see then)
	store       *store.Store
	book        *law.Book
	shelf       *forms.Shelf
	controls    *controls.Catalogues
	office      *approval.Office
	gate        *gate.Gate
	links       *connection.Office
	watch       *connection.Watch
	desk        *identity.Desk
	registrar   *identity.Registrar
	elsewhere   *openid.Door // nil: nobody signs in with an identity elsewhere
	machines    *machine.Registry
	owners      owners // of the systems gateways ask about
	clock       func() time.Time
	dir         string // of the register
	press       *gazette.Press
	log         *slog.Logger
	attachments *attachment.Desk // documents attached to what stands on the register
	plans       *plan.Room
	tray        *workbook.Tray
	notices     *notice.Desk
	public      publicBase              // where the codes of papers lead
	published   bool                    // the figures of the country stand on a public page
	ring        *keyring.Ring           // keys under which documents lie encrypted
	duties      []func(context.Context) // what one process at a time does, until its context ends
}

// rules loads the book of law and the forms; an empty or faulty one is an
// error, never a default.
func rules() (*law.Book, *forms.Shelf, error) {
	book, err := law.Load()
	if err != nil {
		return nil, nil, fmt.Errorf("load law: %w", err)
	}
	shelf, err := forms.Load()
	if err != nil {
		return nil, nil, fmt.Errorf("load forms: %w", err)
	}
	return book, shelf, nil
}

// open opens the register in dir and ties the rooms together.
func open(ctx context.Context, w world, dir string) (*program, error) {
	book, shelf, err := rules()
	if err != nil {
		return nil, err
	}
	s, err := openStore(ctx, w, dir)
	if err != nil {
		return nil, err
	}
	p := &program{store: s, book: book, shelf: shelf, clock: w.clock, dir: dir}
	if p.controls, err = controls.Load(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	p.log = newLog(w)
	p.office = &approval.Office{Store: s, Book: book, Shelf: shelf, Clock: w.clock}
	p.links = &connection.Office{Store: s, Book: book, Clock: w.clock}
	p.watch = &connection.Watch{Store: s, Book: book, Clock: w.clock}
	p.gate = &gate.Gate{Standings: s, Book: book, Clock: w.clock, Log: p.log, Systems: s, Board: gate.NewBoard(book), Then: func(x approval.AsOf) gate.Standings { return s.At(x) }}
	p.ring, err = keyring.Open(filepath.Join(dir, keyFolder, "tenants"), w.or("CAPDO_MASTER_KEY", filepath.Join(dir, keyFolder, "master.key")))
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.Guard(p.ring)
	if err := s.MakeFigures(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := p.openGate(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	p.machines = &machine.Registry{Store: s, Book: book, Clock: w.clock}
	p.attachments = &attachment.Desk{Office: p.office, Store: s.Attachments(), Blobs: attachment.Blobs{Dir: filepath.Join(dir, "blobs"), Keys: p.ring}, Limits: attachment.Default(), Log: p.log}
	p.desk = &identity.Desk{Store: s, Clock: w.clock, Hash: identity.NewHasher(), Sealer: ringSealer{p.ring}, Law: book.Digest()}
	p.registrar = &identity.Registrar{Store: s, Clock: w.clock, Law: book.Digest(), Bodies: func(ctx context.Context) ([]approval.Agency, error) { return p.office.AgencyList(ctx, keeper()) }}
	p.tray = &workbook.Tray{Clock: w.clock}
	p.plans = &plan.Room{Store: s.Plans(), Book: book, Lists: p.controls, Clock: w.clock}
	p.plans.Sources = plan.Sources{Lent: p.lent, Asked: p.owed}
	p.office.Measure, p.office.Follow = p.plans.Deployed, p.plans.Follow
	p.attachments.Changed = func(tx attachment.Tx, by approval.Actor, d *attachment.Document, at time.Time) error {
		if of, _ := attachment.ParseOf(d.Of); of.Kind != "control" {
			return nil // no plan rests on it
		}
		return p.plans.Rests(tx, by, d.System, d.Object(), at)
	}
	return p, nil
}

// openGate fills the gate's board. A register that went on from an archive that
// lacked entries has its gate shut until somebody says what was done about them:
// they may have been revocations.
func (p *program) openGate(ctx context.Context) error {
	bs, err := p.store.Backups(ctx)
	if err != nil {
		return err
	}
	if backup.Unconfirmed(bs) {
		p.log.Error("the gate is shut: this register was restored with entries lost; capdo restore confirm opens it")
		p.gate.Standings, p.gate.Systems, p.gate.Then = lossy{}, nil, nil
		return nil
	}
	p.store.Watch(p.gate.Board)
	return p.gate.Board.Load(ctx, p.store)
}

// lossy is what the gate reads of a register that lost entries: nothing.
type lossy struct{}

// Standings implements gate.Standings.
func (lossy) Standings(context.Context, time.Time, ...string) ([]approval.Standing, approval.Head, error) {
	return nil, approval.Head{}, errors.New("the register was restored with entries lost, and nobody confirmed it")
}

// front is how the program stands towards those who call it.
type front struct {
	sides  sides
	secure bool        // people come over TLS, ours or a proxy's in front: cookies are marked Secure
	tls    *tls.Config // of our own listeners; nil: a proxy in front has its own, or nobody else comes
	url    string      // how the pages are called, https://host
	doors  gate.Doors

	machines net.Listener // for gateways alone, nil: none
	flags    machineFlags
	gazette  gazetteFlags
	lease    time.Duration // for which the gate answers unasked; 0: it asks for every answer
	ops      *operations   // nil: the program tells nobody about itself
}

// handler is the whole program over HTTP: the gate, and the pages.
func (p *program) handler(f front) (http.Handler, error) {
	pages, err := web.New(f.sides.on(p.pages(f)))
	if err != nil {
		return nil, fmt.Errorf("make pages: %w", err)
	}
	if f.ops != nil {
		pages = f.ops.before(pages)
	}
	f.doors.Uses = useLog{p.watch}
	h, err := p.gate.Before(pages, f.doors)
	if err != nil {
		return nil, err
	}
	if p.press != nil {
		h = p.press.Before(h)
	}
	return p.guarded(h, f.doors, f.flags)
}

// pages is what the pages are made of.
func (p *program) pages(f front) web.Config {
	return web.Config{Office: p.office, Gate: p.gate, Desk: p.desk, Book: p.book, Shelf: p.shelf,
		Tables: p.tables(), Tray: p.tray, OSCAL: p.webOSCAL, Statements: &statement.Office{Store: p.store, Book: p.book, Clock: p.clock},
		Elsewhere: p.elsewhere,
		Clock:     p.clock, Log: p.log, Review: &review.Desk{Store: p.store, Book: p.book, Clock: p.clock}, Roster: &review.Roster{Store: p.store, Book: p.book, Clock: p.clock}, Panel: p.panel(),
		Secure: f.secure, Reports: p.webReport, Past: p.webPast, Controls: p.controls, Documents: p.attachments, Connections: p.links, Watch: p.watch, WhatIf: p.webWhatIf, WhatIfFile: p.webWhatIfFile, Duplicates: p.duplicates, Machines: p.machines, Notices: p.notices, Plans: p.plans, Feeds: p.store, Delegations: p.delegations(), GapsPDF: p.gapsPaper, Registrar: p.registrar, Origin: f.url, Record: p.store, Papers: p.counter(), LongReports: p.webLongReport, Jobs: p.store, Public: p.published, Service: p.service(f), Lists: p.signing(), Vault: p.vault(), Retention: &retention.Desk{Store: p.store, Book: p.book, Clock: p.clock}}
}

// signing tells how the signing of lists goes; nil where nothing is signed.
func (p *program) signing() func() web.Lists {
	if p.press == nil {
		return nil
	}
	return func() web.Lists {
		h := p.press.Health()
		return web.Lists{Signed: h.Signed, Ends: h.Ends, Failing: h.Failing != "", Half: h.Half, Sourced: h.Sourced}
	}
}

// webReport is the pages' way to the reports.
func (p *program) webReport(ctx context.Context, w io.Writer, a approval.Actor, kind, code string, day law.Day) error {
	kind, edition, _ := strings.Cut(kind, "@")
	return p.report(ctx, w, a, reportQuery{Kind: kind, Code: code, Day: day, Edition: edition})
}

// redecide makes the gate's decisions anew that are not known or past their day:
// after a change of the law, or of this program, or a long sleep.
func (p *program) redecide(ctx context.Context) {
	at := p.gate.Now()
	made, err := p.store.Redecide(ctx, at, func(d approval.Decided) bool { return p.gate.Board.Stale(d, at) })
	if err != nil && ctx.Err() == nil {
		p.log.Error("decisions", "error", err, "made", made)
	} else if made > 0 {
		p.log.Info("decisions made anew", "systems", made)
	}
}

// close closes what open opened.
func (p *program) close() error { return p.store.Close() }

// flags returns a flag set that speaks to w.
func flags(w world, name, args string) *flag.FlagSet {
	f := flag.NewFlagSet("capdo "+name, flag.ContinueOnError)
	f.SetOutput(w.err)
	f.Usage = func() {
		fmt.Fprintf(w.err, "usage: capdo %s %s\n", name, args)
		f.PrintDefaults()
	}
	if w.database != nil {
		f.StringVar(w.database, "database", "", "address of the PostgreSQL database that holds the register, postgres://ROLE:PASSWORD@HOST/NAME (CAPDO_DATABASE; default: a file in the data folder)")
	}
	return f
}

// parse reads flags wherever they stand among the arguments, settles those left
// out, and returns the rest; more than most arguments is an error.
func (w world) parse(f *flag.FlagSet, most int) ([]string, error) {
	var rest []string
	for args := w.args; ; {
		if err := f.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, errHelp
			}
			return nil, err
		}
		if args = f.Args(); len(args) == 0 {
			break
		}
		rest, args = append(rest, args[0]), args[1:]
	}
	if len(rest) > most {
		return nil, fmt.Errorf("unexpected argument %q", rest[most])
	}
	if err := w.settle(f); err != nil {
		return nil, err
	}
	if w.probe != nil {
		w.probe(f)
		return nil, errHelp
	}
	return rest, nil
}

// errHelp ends a command whose help was asked for.
var errHelp = errors.New("help shown")

// today is the day in Viet Nam.
func (w world) today() law.Day { return law.DayOf(w.clock()) }

// or returns what the environment or the file says of a key, else a default.
func (w world) or(key, otherwise string) string {
	if v, where := w.said(key); where != "" {
		return v
	}
	return otherwise
}
