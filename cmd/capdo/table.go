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
	"path/filepath"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/workbook"
)

// tables ties the room of tables to the others.
func (p *program) tables() *workbook.Room {
	return &workbook.Room{Office: p.office, Plans: p.plans, Lists: p.controls, Systems: p.store, Book: p.book, Clock: p.clock, AsOf: p.as}
}

// formOf reads which table a command is about: its form, and the system of a
// form about one.
func formOf(args []string) (f workbook.Form, system string, rest []string, err error) {
	if len(args) == 0 {
		return "", "", nil, fmt.Errorf("name the table: %v", workbook.Forms())
	}
	f, rest = workbook.Form(args[0]), args[1:]
	switch {
	case f.Title().VI == "":
		return "", "", nil, fmt.Errorf("there is no table %q: name one of %v", args[0], workbook.Forms())
	case !f.OfSystem():
		return f, "", rest, nil
	case len(rest) == 0:
		return "", "", nil, fmt.Errorf("name the system of the %s", f)
	}
	return f, rest[0], rest[1:], nil
}

// exportCommand writes a table: a workbook, CSV or JSON.
func exportCommand(ctx context.Context, w world) (err error) {
	f := flags(w, "export", "register | dossier SYSTEM | checklist SYSTEM | evidence SYSTEM | --oscal catalog | --oscal ssp SYSTEM | --oscal poam SYSTEM [--as xlsx|csv|json] [--owner CODE] [--on DAY] [--known DAY|TIME] [--data DIR] [-o FILE]")
	asOSCAL := f.String("oscal", "", "write OSCAL 1.1.3: catalog (see --rules, --level), ssp SYSTEM, poam SYSTEM")
	rules := f.String("rules", string(law.R331), "rule set of the catalogue")
	level := f.Int("level", 3, "level of the catalogue")
	as := f.String("as", "xlsx", "xlsx, csv or json")
	owner := f.String("owner", "", "of the register: the systems of one agency only")
	on := f.String("on", "", "the register as of the end of a day, YYYY-MM-DD (default: now)")
	known := f.String("known", "", "up to when what was recorded counts: the end of a day, or an instant of RFC 3339 (default: the end of --on, now for today)")
	data := f.String("data", "", "folder of the register (CAPDO_DATA; default capdo-data, else the shipped world)")
	out := f.String("o", "", "file to write, - for standard output (default: a name of its own here)")
	args, err := w.parse(f, 2)
	if err != nil {
		return err
	}
	var name string
	var write written
	if *asOSCAL == "" {
		name, write, err = tableExport(args, *as, *owner)
	} else {
		name, write, err = oscalExport(oscalQuery{Kind: *asOSCAL, System: strings.Join(args, " "), Rules: law.RuleSet(*rules), Level: law.Level(*level)})
	}
	if err != nil {
		return err
	}
	p, done, err := registerFor(ctx, w, *data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	if *on != "" || *known != "" {
		x, err := p.pointOf(ctx, orToday(w, *on), *known)
		if err != nil {
			return err
		}
		p = p.then(x)
	}
	if *out == "-" {
		return write(ctx, p, w.out)
	}
	if *out == "" {
		*out = name
	}
	if err := writeWhole(*out, func(to io.Writer) error { return write(ctx, p, to) }); err != nil {
		return err
	}
	fmt.Fprintln(w.out, *out)
	return nil
}

// written writes a document from a register, as it is or as it was.
type written func(ctx context.Context, p *program, to io.Writer) error

// tableExport is a table that arguments name, with the name of its file.
func tableExport(args []string, as, owner string) (name string, write written, err error) {
	q := workbook.Query{Owner: owner}
	var rest []string
	if q.Form, q.System, rest, err = formOf(args); err != nil {
		return "", nil, err
	}
	if len(rest) > 0 {
		return "", nil, fmt.Errorf("unexpected argument %q", rest[0])
	}
	return strings.TrimPrefix(q.System+"-"+string(q.Form)+"."+as, "-"), func(ctx context.Context, p *program, to io.Writer) (err error) {
		if q.Head, err = p.head(ctx); err != nil {
			return err
		}
		return p.tables().Export(ctx, to, auditor(), as, q)
	}, nil
}

// head is the ledger's head.
func (p *program) head(ctx context.Context) (h approval.Head, err error) {
	err = p.store.View(ctx, auditor(), func(r approval.Reader) error {
		h, err = r.Head()
		return err
	})
	return h, err
}

// importCommand tries a table, or carries it out as the account that signs in.
func importCommand(ctx context.Context, w world) (err error) {
	f := flags(w, "import", "register FILE | dossier SYSTEM FILE | checklist SYSTEM FILE | evidence SYSTEM FILE --login NAME [--yes] [--returned FILE] [--json] [--data DIR] < password")
	login := f.String("login", "", "account whose rights the import has; its password on standard input")
	yes := f.Bool("yes", false, "carry it out, all of it or nothing (default: a dry run)")
	returned := f.String("returned", "", "write the table with what has to be mended beside each cell to this file")
	asJSON := f.Bool("json", false, "print the report as JSON")
	data := f.String("data", "capdo-data", "folder of the register (CAPDO_DATA)")
	args, err := w.parse(f, 3)
	if err != nil {
		return err
	}
	u := workbook.Upload{}
	var rest []string
	if u.Form, u.System, rest, err = formOf(args); err != nil {
		return err
	}
	if len(rest) != 1 {
		return errors.New("name the file")
	}
	file, err := os.Open(rest[0])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	sum := sha256.New()
	if u.Size, err = io.Copy(sum, file); err != nil {
		return err
	}
	u.Body, u.Digest = file, hex.EncodeToString(sum.Sum(nil))
	p, err := openExisting(ctx, w, *data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	a, err := p.signedIn(ctx, w, *login, *yes)
	if err != nil {
		return err
	}
	act := p.tables().Try
	if *yes {
		act = p.tables().Import
	}
	r, err := act(ctx, a.Actor, u)
	if err != nil {
		return err
	}
	if *returned != "" {
		if err := writeWhole(*returned, func(to io.Writer) error { return p.tables().Returned(ctx, to, a.Actor, u, r) }); err != nil {
			return err
		}
	}
	return printImport(w, r, *asJSON, filepath.Base(rest[0]))
}

// signedIn is the account of a login whose password stands on standard input. An
// account that needs more than a password to act may try a table here, and
// carries it out on the pages.
func (p *program) signedIn(ctx context.Context, w world, login string, acts bool) (a identity.Account, err error) {
	password, err := readPassword(w, login)
	if err != nil {
		return a, err
	}
	token, err := p.desk.SignIn(ctx, identity.Claim{Login: login, Password: password, From: identity.Place{Agent: "capdo import"}})
	if err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, p.desk.SignOut(ctx, token)) }()
	a, session, err := p.desk.Account(ctx, token)
	if err == nil && acts && !p.desk.Suffices(&a, &session) {
		err = errors.New("this account needs a second factor: try the table here, import it on the pages")
	}
	return a, err
}

// printImport prints what an import would do, or did; errFound when something
// has to be mended.
func printImport(w world, r workbook.Report, asJSON bool, name string) error {
	if asJSON {
		enc := json.NewEncoder(w.out)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(r); err != nil {
			return err
		}
	} else {
		for _, p := range r.Problems {
			at := name
			if p.Row > 0 {
				at = fmt.Sprintf("%s:%d", name, p.Row)
			}
			fmt.Fprintf(w.out, "%s: %s %s %s: %s\n", at, p.Code, p.Cell, p.Column, p.Says.VI)
		}
		state := "dry run, nothing written"
		if r.Done {
			state = "imported"
		}
		fmt.Fprintf(w.out, "%d rows: %d new, %d changed, %d unchanged, %d to mend; %s\n", r.Rows, r.Added, r.Changed, r.Same, r.Wrong, state)
	}
	if !r.Clean() {
		return errFound
	}
	return nil
}
