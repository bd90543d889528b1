package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/report"
)

// reportQuery names a report: kind "national"; "system" with its code; or a
// prescribed paper, "mau-01" to "mau-08", with the code of a system or agency.
type reportQuery struct {
	Kind, Code string
	Day        law.Day
	Known      time.Time    // see asOf; zero: as it goes without saying
	Edition    string       // of a prescribed paper, "" = the one that applies
	row        func() error // see report.Official.Row; nil: nobody watches
}

// auditor is in whose scope the command line reads.
func auditor() approval.Actor {
	return approval.Actor{Person: "command-line", Account: "command-line", Capacity: approval.Auditor}
}

// reportCommand writes a report as PDF.
func reportCommand(ctx context.Context, w world) (err error) {
	f := flags(w, "report", "national | system CODE | agency|gate|deadlines|yearly|drills|inventory [AGENCY]  [--on DAY] [--known DAY|TIME] [--data DIR] [-o FILE]")
	on := f.String("on", string(w.today()), "day whose end the report speaks of, YYYY-MM-DD")
	known := f.String("known", "", "up to when what was recorded counts: the end of a day, or an instant of RFC 3339 (default: the end of that day, now for today)")
	data := f.String("data", "", "folder of the register (CAPDO_DATA; default capdo-data, else the shipped world)")
	base := baseFlag(f)
	proof := f.Bool("proof", false, "also write FILE.proof, by which capdo verify --pdf sees that the ledger only grew since")
	out := f.String("o", "", "file to write, - for standard output (default: a name of its own here)")
	rest, err := w.parse(f, 2)
	if err != nil {
		return err
	}
	day, err := law.ParseDay(*on)
	if err != nil {
		return fmt.Errorf("--on: %w", err)
	}
	q, err := query(rest, day)
	if err != nil {
		return err
	}
	if q.Known, err = readKnown(*known); err != nil {
		return fmt.Errorf("--%w", err)
	}
	p, done, err := registerFor(ctx, w, *data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	debug.SetGCPercent(30) // a process of its own, for one paper: memory before time
	p.public = *base
	if *out == "-" {
		return p.report(ctx, w.out, auditor(), q)
	}
	if *out == "" {
		*out = fileName(q)
	}
	if err := p.writeReport(ctx, *out, q); err != nil {
		return err
	}
	if *proof {
		if err := p.writeProof(ctx, *out); err != nil {
			return err
		}
	}
	fmt.Fprintln(w.out, *out)
	return nil
}

// query reads which report is asked for.
func query(rest []string, day law.Day) (reportQuery, error) {
	switch {
	case len(rest) == 1 && rest[0] == "national":
		return reportQuery{Kind: "national", Day: day}, nil
	case len(rest) == 2 && rest[0] == "system":
		return reportQuery{Kind: "system", Code: rest[1], Day: day}, nil
	}
	if kinds := (*program).briefs(nil); len(rest) > 0 && kinds[rest[0]] != nil {
		q := reportQuery{Kind: rest[0], Day: day}
		if len(rest) == 2 {
			q.Code = rest[1]
		}
		return q, nil
	}
	return reportQuery{}, errors.New("name the report: national; system CODE; or agency, gate, deadlines, yearly, drills, inventory, each of the country or of an agency's CODE")
}

// fileName is the name a report gets by itself.
func fileName(q reportQuery) string {
	if q.Kind == "system" {
		return fmt.Sprintf("bao-cao-he-thong-%s-%s.pdf", q.Code, q.Day)
	}
	if q.Kind != "national" {
		return strings.Join(strings.Fields("bao-cao "+q.Kind+" "+q.Code+" "+string(q.Day)), "-") + ".pdf"
	}
	return fmt.Sprintf("bao-cao-quoc-gia-%s.pdf", q.Day)
}

// registerFor opens the register to report on. When none is named and none is
// in the default folder, the shipped world is loaded into a folder for the
// time of the report, and the reader is told.
func registerFor(ctx context.Context, w world, dir string) (*program, func() error, error) {
	if dir == "" {
		if _, err := os.Stat("capdo-data"); err != nil {
			return shippedWorld(ctx, w)
		}
		dir = "capdo-data"
	}
	p, err := openExisting(ctx, w, dir)
	if err != nil {
		return nil, nil, err
	}
	return p, p.close, nil
}

// shippedWorld loads the world of fixtures into a folder of its own.
func shippedWorld(ctx context.Context, w world) (*program, func() error, error) {
	fmt.Fprintln(w.err, "no register named (--data): reporting on the shipped world, whose system records are simulated")
	dir, err := os.MkdirTemp("", "capdo-report-")
	if err != nil {
		return nil, nil, err
	}
	drop := func() error { return os.RemoveAll(dir) }
	p, err := open(ctx, w, dir)
	if err != nil {
		return nil, nil, errors.Join(err, drop())
	}
	done := func() error { return errors.Join(p.close(), drop()) }
	if err := p.loadWorld(ctx); err != nil {
		return nil, nil, errors.Join(err, done())
	}
	return p, done, nil
}

// writeReport writes a report to a file, whole or not at all.
func (p *program) writeReport(ctx context.Context, path string, q reportQuery) error {
	return writeWhole(path, func(w io.Writer) error { return p.report(ctx, w, auditor(), q) })
}

// writeWhole writes a file whole or not at all.
func writeWhole(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".capdo-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := write(f); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// report writes a report in the actor's scope.
func (p *program) report(ctx context.Context, w io.Writer, a approval.Actor, q reportQuery) error {
	g, err := p.gatherThen(ctx, a, q)
	if err != nil {
		return err
	}
	return p.issue(ctx, w, q, g)
}

// gatherThen gathers a paper from the register as it was. New keys are entries of
// the ledger: they come before its head is read.
func (p *program) gatherThen(ctx context.Context, a approval.Actor, q reportQuery) (gathered, error) {
	if err := p.makeKeys(ctx, filepath.Join(p.dir, keyFolder)); err != nil {
		return gathered{}, err
	}
	x, err := p.asOf(ctx, q.Day, q.Known)
	if err != nil {
		return gathered{}, err
	}
	return p.then(x).gather(ctx, a, q)
}

// gathered is a paper before it is set.
type gathered struct {
	head *report.Official // of in
	in   any              // pointer to the input
	set  func(io.Writer) error
}

// gather gathers a paper in the actor's scope, on the register as it was.
func (p *program) gather(ctx context.Context, a approval.Actor, q reportQuery) (gathered, error) {
	switch {
	case strings.HasPrefix(q.Kind, "mau-"):
		return p.form(ctx, a, q)
	case q.Kind == paperDossier:
		return p.statement(ctx, a, q)
	case q.Kind == paperGaps:
		return p.gaps(ctx, a, q)
	case q.Kind == briefSystems:
		return p.systemsPaper(ctx, a, q)
	case q.Kind == briefOverview:
		return p.overviewPaper(ctx, a, q)
	case q.Kind == briefCalendar:
		return p.calendarPaper(ctx, a, q)
	case p.briefs()[q.Kind] != nil:
		return p.brief(ctx, a, q)
	case q.Kind == paperConsult:
		return p.consultLetter(ctx, a, q)
	case q.Kind == "system":
		r, err := p.systemReport(ctx, a, q.Code, q.Day)
		return gathered{&r.Official, &r, func(w io.Writer) error { return report.System(w, r) }}, err
	case !a.National():
		return gathered{}, &approval.Refusal{Kind: approval.Forbidden, Findings: []approval.Finding{{Rule: "national-only", Says: law.Text{
			VI: "Báo cáo toàn quốc dành cho cơ quan quản lý nhà nước.", EN: "The national report is for the regulator."}}}}
	}
	n, err := p.nationalReport(ctx, a, q.Day)
	return gathered{&n.Official, &n, func(w io.Writer) error { return report.National(w, n) }}, err
}

// official fills in the head of every paper. The issuer is the regulator of
// the day; the ledger is as long as it was known.
func (p *program) official(ctx context.Context, a approval.Actor) (report.Official, error) {
	day := p.as.On
	var head approval.Head
	err := p.store.View(ctx, a, func(r approval.Reader) (err error) {
		head, err = r.Head()
		return err
	})
	if err != nil {
		return report.Official{}, err
	}
	o := report.Official{Day: string(day), Issuer: report.Issuer{Body: "Bộ Công an", Abbrev: "BCA", Place: "Hà Nội"}, SignerTitle: "Thủ trưởng cơ quan",
		Known: knownWords(p.as), Ledger: report.Ledger{Size: head.Size, Root: head.Root}, LawDigest: p.book.Digest(), Bases: p.bases(day)}
	last, found, err := p.store.LastEntry(ctx)
	if err != nil {
		return report.Official{}, err
	}
	if found && last.Law != "" && last.Law != o.LawDigest {
		o.LawThen = last.Law
	}
	c, err := p.book.Competence(law.Case{Level: 4, On: day})
	if err == nil && c.Regulator == law.RoleMIC {
		o.Issuer.Body, o.Issuer.Abbrev = "Bộ Thông tin và Truyền thông", "BTTTT"
	}
	return o, nil
}

// bases are the law and the decree in force on the day, as a paper names them.
func (p *program) bases(day law.Day) []string {
	var out []string
	for _, i := range p.book.Instruments() {
		switch i.ID {
		case "luat-86-2015", "luat-116-2025", "nd-85-2016", "nd-331-2026":
			if day >= i.From && (i.Until == "" || day <= i.Until) {
				out = append(out, "Căn cứ "+named(i))
			}
		}
	}
	return out
}

// named puts the number where it belongs: «Luật An ninh mạng số …», «Nghị định
// số … về …».
func named(i law.Instrument) string {
	if about, ok := strings.CutPrefix(i.Title.VI, "Nghị định "); ok {
		return "Nghị định số " + i.Number + " " + about
	}
	return i.Title.VI + " số " + i.Number
}

// stamp prints an instant for a reader in Viet Nam.
func stamp(t time.Time) string { return t.In(law.Zone()).Format("15:04 02/01/2006") }

// dayOf is the ISO day of an instant, "" for none.
func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return string(law.DayOf(t))
}

// isPDF tells whether a file is there and begins as a PDF does.
func isPDF(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	head := make([]byte, 5)
	_, err = io.ReadFull(f, head)
	return errors.Join(err, f.Close()) == nil && string(head) == "%PDF-"
}
