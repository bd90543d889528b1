// Command capdo is the register and the gate of Viet Nam's government
// information systems. See README.md; capdo help lists the commands.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// The exit statuses.
const (
	statusOK    = 0
	statusFound = 1 // the command did its work and found something wrong
	statusUsage = 2 // the command could not do its work
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	heedMemory(os.Getenv)
	os.Exit(run(ctx, world{args: os.Args[1:], getenv: os.Getenv, in: os.Stdin, out: os.Stdout, err: os.Stderr, clock: time.Now}))
}

// world is everything outside that a command may touch; the clock stands here
// and nowhere else.
type world struct {
	args     []string
	getenv   func(string) string
	in       io.Reader
	out, err io.Writer
	clock    func() time.Time
	database *string // address that holds the register, "": a file in the data folder; nil where none is to be named

	file  map[string]string   // settings of the configuration file
	probe func(*flag.FlagSet) // is shown the flags of a command in its stead
}

// command is one word of the command line.
type command struct {
	name, use string
	run       func(context.Context, world) error
	words     []string // what follows the name before any flag
}

func commands() []command {
	return []command{
		{"demo", "load the real world of June 2024, run the main job over HTTP, go on serving", demo, nil},
		{"serve", "serve a register", serve, nil},
		{"seed", "load agencies and published figures into a new register", seed, nil},
		{"reorganise", "carry out the reorganisations of 2025: merged ministries, 34 provinces", reorganiseCommand, nil},
		{"renew", "let every declared plan follow its controls once, and seal the rows of plans from before they lay sealed", renewCommand, nil},
		{"account", "create an account; list, requests, confirm ID, enrol: what the console may do", account, []string{"list", "requests", "confirm", "enrol"}},
		{"gateway", "add, pin, unpin, reach, revoke NAME, or list: the machines that may ask the gate", gatewayCommand, nil},
		{"load", "ask a gate at a constant rate, and say how fast it answered", loadCommand, nil},
		{"healthcheck", "ask a running service whether it is ready", healthcheck, nil},
		{"self-check", "the controls of a level for this program itself, with evidence a row", selfCheck, nil},
		{"config", "print the settings of capdo serve and where each is said", configCommand, nil},
		{"manual", "print the manual page", manualCommand, nil},
		{"completion", "print completion for bash, zsh or fish", completionCommand, nil},
		{"check", "check configuration, law, forms and templates; print the law digest", check, nil},
		{"gate", "ask, watch, verify-list, snapshot, log: the gateway's side; denies when in doubt", gateCommand, []string{"ask", "watch", "verify-list", "snapshot", "log"}},
		{"witness", "see that the ledger only grew, remember it, cosign", witness, nil},
		{"key", "list the keys that sign, or rotate one", keyCommand, nil},
		{"bundle", "carry the whole ledger away in one signed file", bundle, nil},
		{"backup", "make an encrypted archive of the register; list, copied, gave-up, keygen", backupCommand, nil},
		{"restore", "bring a register back from an archive, or say why not", restoreCommand, nil},
		{"drill", "restore for practice, timed, with a report", drillCommand, nil},
		{"migrate", "bring a PostgreSQL database up to date, as the owner of its tables", migrateCommand, nil},
		{"move", "copy a register into another place, a folder or a PostgreSQL database, and prove that nothing changed", moveCommand, nil},
		{"verify", "check the ledger against itself and against the tables", verify, nil},
		{"asvs", "where this program stands by the OWASP ASVS 5.0.0, by chapter and level", asvsCommand, nil},
		{"sbom", "what this program is made of (CycloneDX)", sbom, nil},
		{"report", "write a report: national, system CODE, agency, gate, deadlines, yearly, drills, inventory", reportCommand, nil},
		{"sign", "have a file signed outside: PAdES in a PDF of this program, CAdES beside any other", signCommand, nil},
		{"form", "a paper the decree prescribes, filled from the register: mau-01…mau-08", formCommand, nil},
		{"level", "facts as JSON on standard input -> level, rules, clauses", level, nil},
		{"whatif", "adopt a rule set, or an edited book, on a day: what it does to the register", whatifCommand, nil},
		{"law", "diff OLD NEW: what a changed book of law does to the register", lawCommand, nil},
		{"export", "take a table away: register, dossier, checklist, evidence, as Excel, CSV or JSON", exportCommand, []string{"register", "dossier", "checklist", "evidence"}},
		{"import", "try a table that was filled in, or carry it out, all of it or nothing", importCommand, []string{"register", "dossier", "checklist", "evidence"}},
		{"statement", "take an agency's reported table in: tried first, then all of it or nothing", statementCommand, nil},
		{"reconcile", "find every difference in a reported table (CSV)", reconcileCommand, nil},
	}
}

// errFound is returned by a command that worked and found something wrong; it
// has said so already.
var errFound = errors.New("found")

// run picks the command and turns its error into an exit status.
func run(ctx context.Context, w world) int {
	if len(w.args) == 0 || slices.Contains([]string{"help", "-h", "--help"}, w.args[0]) {
		usage(w.out)
		return statusOK
	}
	i := slices.IndexFunc(commands(), func(c command) bool { return c.name == w.args[0] })
	if i < 0 {
		fmt.Fprintf(w.err, "capdo: there is no command %q\n", w.args[0])
		usage(w.err)
		return statusUsage
	}
	name := w.args[0]
	w.args = w.args[1:]
	w.database = new(string)
	w, err := w.configured()
	if err == nil {
		err = commands()[i].run(ctx, w)
	}
	switch {
	case err == nil, errors.Is(err, errHelp):
		return statusOK
	case errors.Is(err, errFound):
		return statusFound
	default:
		fmt.Fprintf(w.err, "capdo %s: %v\n", name, err)
		return statusUsage
	}
}

func usage(w io.Writer) {
	var b strings.Builder
	b.WriteString("capdo: sổ đăng ký và cổng kiểm soát cấp độ an toàn hệ thống thông tin\n       register and gate of the security levels of government information systems\n\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  capdo %-11s %s\n", c.name, c.use)
	}
	b.WriteString("\nEach command tells its flags with -h.\n")
	_, _ = io.WriteString(w, b.String())
}
