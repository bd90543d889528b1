package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/report"
	"capdo/internal/whatif"
)

// whatifCommand tells what adopting a rule set on a day does to the register.
func whatifCommand(ctx context.Context, w world) (err error) {
	f := flags(w, "whatif", "[--rules R331] [--on DAY] [--known DAY|TIME] [--book DIR] [--data DIR] [--json | --csv | --pdf FILE]")
	known := f.String("known", "", "the register as it was known at the end of a day, or at an instant of RFC 3339 (default: now)")
	rules := f.String("rules", "", "rule set to adopt (default: R331; with --book, the one in force on the day)")
	on := f.String("on", string(w.today()), "day on which the gate is asked again, YYYY-MM-DD")
	book := f.String("book", "", "folder of an edited book of law: what it does against the shipped one")
	data := f.String("data", "", "folder of the register (CAPDO_DATA; default capdo-data, else the shipped world)")
	asJSON := f.Bool("json", false, "print the result as JSON")
	asCSV := f.Bool("csv", false, "print the systems touched as CSV")
	pdf := f.String("pdf", "", "write the result as PDF to this file")
	base := baseFlag(f)
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	day, err := law.ParseDay(*on)
	if err != nil {
		return fmt.Errorf("--on: %w", err)
	}
	limit, err := readKnown(*known)
	if err != nil {
		return fmt.Errorf("--%w", err)
	}
	p, done, err := registerFor(ctx, w, *data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	p.public = *base
	if *pdf != "" { // new keys are entries of the ledger: they come before its head is read
		if err := p.makeKeys(ctx, filepath.Join(p.dir, keyFolder)); err != nil {
			return err
		}
	}
	x, err := p.believed(ctx, limit)
	if err != nil {
		return err
	}
	ask := whatif.Adoption{Book: p.book, Rules: law.RuleSet(*rules), On: day, Today: x.On}
	if *book != "" {
		if ask.Edited, err = bookIn(*book); err != nil {
			return fmt.Errorf("--book: %w", err)
		}
	} else if ask.Rules == "" {
		ask.Rules = law.R331
	}
	q, err := ask.Question()
	if err != nil {
		return err
	}
	res, err := p.then(x).whatIf(ctx, auditor(), q)
	if err != nil {
		return err
	}
	if *pdf != "" {
		return writeWhole(*pdf, func(out io.Writer) error { return p.whatIfPaper(ctx, out, auditor(), trial{x, q, res}) })
	}
	return printWhatIf(w.out, res, *asJSON, *asCSV)
}

// lawCommand compares two books of law by what they do to the register.
func lawCommand(ctx context.Context, w world) (err error) {
	f := flags(w, "law", "diff OLD NEW [--rules R331] [--on DAY] [--data DIR] [--json | --csv]   (a folder, or - for the shipped book)")
	rules := f.String("rules", "", "rule set to compare (default: the one in force on the day)")
	on := f.String("on", string(w.today()), "day, YYYY-MM-DD")
	data := f.String("data", "", "folder of the register (CAPDO_DATA; default capdo-data, else the shipped world)")
	asJSON := f.Bool("json", false, "print the result as JSON")
	asCSV := f.Bool("csv", false, "print the systems touched as CSV")
	rest, err := w.parse(f, 3)
	if err != nil {
		return err
	}
	if len(rest) != 3 || rest[0] != "diff" {
		return errors.New("say: capdo law diff OLD NEW")
	}
	day, err := law.ParseDay(*on)
	if err != nil {
		return fmt.Errorf("--on: %w", err)
	}
	ask := whatif.Adoption{Rules: law.RuleSet(*rules), On: day, Today: w.today()}
	if ask.Book, err = bookIn(rest[1]); err != nil {
		return err
	}
	if ask.Edited, err = bookIn(rest[2]); err != nil {
		return err
	}
	q, err := ask.Question()
	if err != nil {
		return err
	}
	p, done, err := registerFor(ctx, w, *data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	res, err := p.whatIf(ctx, auditor(), q)
	if err != nil {
		return err
	}
	return printWhatIf(w.out, res, *asJSON, *asCSV)
}

// bookIn loads the book in a folder, the shipped one for "-".
func bookIn(dir string) (*law.Book, error) {
	if dir == "-" {
		return law.Load()
	}
	book, err := law.LoadFS(os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return book, nil
}

// whatIf asks the question of every system in the actor's scope.
func (p *program) whatIf(ctx context.Context, a approval.Actor, q whatif.Question) (whatif.Result, error) {
	q.Controls = p.controls
	var walk error
	res := whatif.Run(q, func(yield func(approval.System) bool) {
		walk = p.store.Each(ctx, a, func(s approval.System) error {
			if !yield(s) {
				return errFound
			}
			return nil
		})
	})
	return res, walk
}

// printWhatIf prints a result for a person, a program or a spreadsheet.
func printWhatIf(w io.Writer, r whatif.Result, asJSON, asCSV bool) error {
	switch {
	case asJSON:
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(r)
	case asCSV:
		return rowsAsCSV(w, r)
	}
	fmt.Fprintf(w, "%d systems: %d raised, %d lowered, %d to be decided by a person, %d with a fact unstated, %d lose the gate, %d gain it, %d need new controls\n",
		r.All.Systems, r.All.Raised, r.All.Lowered, r.All.Manual, r.All.Unstated, r.All.LosesGate, r.All.GainsGate, r.All.NeedsNew)
	for from, row := range r.Moves {
		for to, n := range row {
			if n > 0 && from != to {
				fmt.Fprintf(w, "  level %s -> %s  %5d\n", digit(from), digit(to), n)
			}
		}
	}
	fmt.Fprintf(w, "%-8s %8s %7s %7s %7s %8s %9s %8s\n", "owner", "systems", "raised", "lowered", "person", "unstated", "lose gate", "controls")
	for _, a := range r.Agencies {
		fmt.Fprintf(w, "%-8s %8d %7d %7d %7d %8d %9d %8d\n", a.Owner, a.Systems, a.Raised, a.Lowered, a.Manual, a.Unstated, a.LosesGate, a.NeedsNew)
	}
	return nil
}

// digit prints a level, ? for none.
func digit(level int) string {
	if level == 0 {
		return "?"
	}
	return strconv.Itoa(level)
}

// rowsAsCSV writes the systems touched, safe to open in a spreadsheet.
func rowsAsCSV(w io.Writer, r whatif.Result) error {
	out := csv.NewWriter(w)
	head := []string{"code", "name", "owner", "origin", "level_from", "level_to", "person_decides", "facts_unstated", "level_approved", "gate_from", "gate_to", "lost", "controls_new", "controls_partly_met"}
	if err := out.Write(head); err != nil {
		return err
	}
	for _, x := range r.Rows {
		line := []string{x.Code, x.Name, x.Owner, string(x.Origin), digit(int(x.From)), digit(int(x.To)), strconv.FormatBool(x.Manual), strings.Join(x.Unstated, " "), digit(int(x.Approved)),
			strconv.FormatBool(x.GateFrom), strconv.FormatBool(x.GateTo), fmt.Sprint(x.Lost), strconv.Itoa(x.New), strconv.Itoa(x.PartlyMet)}
		for i, cell := range line {
			if cell != "" && slices.Contains([]byte("=+-@\t\r"), cell[0]) {
				line[i] = "'" + cell
			}
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// maxListed is how many touched systems the paper lists; the CSV has them all.
const maxListed = 2000

// trial is what a question gave on the register as it was.
type trial struct {
	asOf approval.AsOf
	q    whatif.Question
	r    whatif.Result
}

// believed is what was known at an instant, of that day; zero is now.
func (p *program) believed(ctx context.Context, known time.Time) (approval.AsOf, error) {
	if known.IsZero() {
		known = p.clock().Add(time.Microsecond)
	}
	return p.asOf(ctx, law.DayOf(known.Add(-time.Microsecond)), known)
}

// whatIfPaper writes the result as PDF.
func (p *program) whatIfPaper(ctx context.Context, w io.Writer, a approval.Actor, t trial) error {
	g, err := p.then(t.asOf).change(ctx, a, t)
	if err != nil {
		return err
	}
	return p.issue(ctx, w, reportQuery{Kind: paperTrial, Code: string(t.q.After.Rules), Day: t.asOf.On}, g)
}

// change gathers the paper of a trial.
func (p *program) change(ctx context.Context, a approval.Actor, t trial) (gathered, error) {
	q, r := t.q, t.r
	o, err := p.official(ctx, a)
	if err != nil {
		return gathered{}, err
	}
	agencies, err := p.office.AgencyList(ctx, a)
	if err != nil {
		return gathered{}, err
	}
	names := map[string]string{}
	for _, x := range agencies {
		names[x.Code] = x.Name
	}
	c := report.ChangeReport{Official: o, Before: sideName(q, q.Before), After: sideName(q, q.After), All: changeCount(r.All)}
	for from, row := range r.Moves {
		for to, n := range row {
			if n > 0 && from != to {
				c.Moves = append(c.Moves, report.Move{From: from, To: to, Count: n})
			}
		}
	}
	for _, x := range r.Agencies {
		c.Agencies = append(c.Agencies, report.AgencyChange{Code: x.Owner, Name: names[x.Owner], ChangeCount: changeCount(x.Sum)})
	}
	for i, x := range r.Rows {
		c.Simulated = c.Simulated || x.Origin == approval.Simulated
		if i >= maxListed {
			c.More++
			continue
		}
		c.Systems = append(c.Systems, report.SystemChange{Code: x.Code, Name: x.Name, Owner: names[x.Owner], From: int(x.From), To: int(x.To), Unstated: len(x.Unstated) > 0,
			GateFrom: x.GateFrom, GateTo: x.GateTo, Lost: p.codesOf(x.Lost), New: x.New})
	}
	return gathered{&c.Official, &c, func(w io.Writer) error { return report.Change(w, c) }}, nil
}

// codesOf names reasons by their codes.
func (p *program) codesOf(ids []string) string {
	var codes []string
	for _, id := range ids {
		if r, ok := p.book.Reason(id); ok {
			codes = append(codes, r.Code)
		}
	}
	return strings.Join(codes, ", ")
}

// sideName puts a side into words; two books are told apart by their digests.
func sideName(q whatif.Question, s whatif.Side) string {
	if q.Before.Book.Digest() != q.After.Book.Digest() {
		return fmt.Sprintf("sổ luật mã %s, bộ quy tắc %s tại ngày %s", s.Book.Digest()[:12], s.Rules, dmy(s.Day))
	}
	return fmt.Sprintf("bộ quy tắc %s tại ngày %s", s.Rules, dmy(s.Day))
}

func changeCount(s whatif.Sum) report.ChangeCount {
	return report.ChangeCount{Systems: s.Systems, Raised: s.Raised, Lowered: s.Lowered, Manual: s.Manual, Unstated: s.Unstated, LosesGate: s.LosesGate, GainsGate: s.GainsGate, NeedsNew: s.NeedsNew}
}

// webWhatIf is the pages' way to the question.
func (p *program) webWhatIf(ctx context.Context, a approval.Actor, ask whatif.Adoption) (whatif.Result, error) {
	q, err := ask.Question()
	if err != nil {
		return whatif.Result{}, err
	}
	return p.whatIf(ctx, a, q)
}

// webWhatIfFile writes the answer as CSV or PDF.
func (p *program) webWhatIfFile(ctx context.Context, w io.Writer, a approval.Actor, kind string, ask whatif.Adoption) error {
	x, err := p.believed(ctx, time.Time{})
	if err != nil {
		return err
	}
	t, err := p.tried(ctx, a, ask, x)
	if err != nil {
		return err
	}
	return p.whatIfFile(ctx, w, a, kind, t)
}

// tried asks the question of the register as it was.
func (p *program) tried(ctx context.Context, a approval.Actor, ask whatif.Adoption, x approval.AsOf) (trial, error) {
	q, err := ask.Question()
	if err != nil {
		return trial{}, err
	}
	r, err := p.then(x).whatIf(ctx, a, q)
	return trial{x, q, r}, err
}

// whatIfFile writes what a question gave as CSV or PDF.
func (p *program) whatIfFile(ctx context.Context, w io.Writer, a approval.Actor, kind string, t trial) error {
	if kind == "csv" {
		return rowsAsCSV(w, t.r)
	}
	return p.whatIfPaper(ctx, w, a, t)
}
