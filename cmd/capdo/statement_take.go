package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/sheet"
	"capdo/internal/statement"
)

// statementCommand tries an agency's reported table, or takes it in as the account
// that signs in: beside the register, under every denominator, with proposals of
// which system a line is.
func statementCommand(ctx context.Context, w world) (err error) {
	f := flags(w, "statement", "FILE --on DAY --title TITLE [--agency CODE] --login NAME [--yes] [--returned FILE] [--json] [--data DIR] < password")
	s := statement.Statement{}
	f.StringVar(&s.Title, "title", "", "name of the report that the table stands in")
	on := f.String("on", "", "day the figures speak of, YYYY-MM-DD")
	f.StringVar(&s.Agency, "agency", "", "whose table it is (default: the account's own body)")
	login := f.String("login", "", "account whose rights it has; its password on standard input")
	yes := f.Bool("yes", false, "take it in (default: a dry run)")
	returned := f.String("returned", "", "write the table with what has to be mended beside each cell to this workbook")
	asJSON := f.Bool("json", false, "print the comparison as JSON")
	data := f.String("data", "capdo-data", "folder of the register (CAPDO_DATA)")
	rest, err := w.parse(f, 1)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return errors.New("name the file: a workbook or CSV")
	}
	if s.On, err = law.ParseDay(*on); err != nil {
		return fmt.Errorf("--on: %w", err)
	}
	file, err := readTable(rest[0])
	if err != nil {
		return err
	}
	p, err := openExisting(ctx, w, *data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	a, err := p.signedIn(ctx, w, *login, *yes)
	if err != nil {
		return err
	}
	if s.Agency == "" {
		s.Agency = a.Actor.Body
	}
	if s.Figures, s.Lines, err = statement.ReadFile(file); err != nil {
		return mend(w, file, *returned, err)
	}
	sum := sha256.Sum256(file)
	s.Source = hex.EncodeToString(sum[:])
	office := &statement.Office{Store: p.store, Book: p.book, Clock: p.clock}
	c, err := office.Try(ctx, a.Actor, s)
	if err == nil && *yes {
		if s, err = office.Take(ctx, a.Actor, s); err == nil {
			c, err = office.Show(ctx, a.Actor, s.ID)
		}
	}
	if err != nil {
		return mend(w, file, "", err)
	}
	if *asJSON {
		enc := json.NewEncoder(w.out)
		enc.SetEscapeHTML(false)
		return enc.Encode(c)
	}
	printStatement(w.out, c)
	return nil
}

// readTable reads a file no larger than a table may be.
func readTable(name string) (b []byte, err error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return io.ReadAll(io.LimitReader(file, sheet.MaxFile+1))
}

// mend says what has to be mended, and writes it beside each cell.
func mend(w world, file []byte, returned string, err error) error {
	var r *approval.Refusal
	if !errors.As(err, &r) {
		return err
	}
	for _, f := range r.Findings {
		fmt.Fprintf(w.out, "%s %s: %s\n", f.Field, f.Rule, f.Says.VI)
	}
	if returned != "" {
		if err := writeWhole(returned, func(to io.Writer) error { return statement.Returned(to, file, r.Findings) }); err != nil {
			return err
		}
	}
	return errFound
}

// printStatement prints the three columns, the rates under each denominator, what
// parts, and what each line may be.
func printStatement(out io.Writer, c statement.Comparison) {
	id := "dry run, nothing written"
	if c.Statement.ID != "" {
		id = c.Statement.ID
	}
	fmt.Fprintf(out, "%s %s %s: %s\n%-14s %10s %10s %10s\n", c.Statement.Agency, c.Statement.On, c.Statement.Title, id, "", "reported", "register", "verified")
	for _, x := range c.Figures {
		reported := "–"
		if x.Reported != nil {
			reported = x.Reported.Text
		}
		fmt.Fprintf(out, "%-14s %10s %10d %10d", x.Field, reported, x.Register, x.Verified)
		for _, f := range statement.Fields() {
			if p, ok := x.Of[string(f)]; ok {
				fmt.Fprintf(out, "  over %s %d%%", f, p)
			}
		}
		fmt.Fprintln(out)
	}
	for _, d := range c.Differences {
		fmt.Fprintf(out, "%-8s %-26s %s: %s | %s | %s (%+d)\n", d.Cell, d.Kind, d.Says.VI, d.Reported, d.Register, d.Verified, d.Size)
	}
	for _, m := range c.Lines {
		for _, x := range m.Candidates[:min(1, len(m.Candidates))] {
			fmt.Fprintf(out, "%-8s %s: may be %s %s\n", m.Line.Cell, m.Line.Name, x.Code, x.Name)
		}
	}
	open := slices.DeleteFunc(slices.Clone(c.Differences), func(d statement.Difference) bool { return d.Settled != nil })
	fmt.Fprintf(out, "%d lines, %d differences, %d open\n", len(c.Statement.Lines), len(c.Differences), len(open))
}
