package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"capdo/fixtures"
	"capdo/internal/law"
	"capdo/internal/reconcile"
	"capdo/internal/store"
)

// outcome is how a command ended.
type outcome struct {
	status   int
	out, err string
}

// capdo runs the program as main does, on a clock that stands still.
func capdo(t *testing.T, in string, args ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	status := run(ctx, world{args: args, getenv: func(string) string { return "" }, in: strings.NewReader(in), out: &out, err: &errs,
		clock: func() time.Time { return time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC) }})
	return outcome{status, out.String(), errs.String()}
}

// TestDemo is the whole story through HTTP: every step comes out as it should,
// the reports are there, the ledger agrees; then what the other commands make
// of the folder it leaves.
func TestDemo(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	r := capdo(t, "", "demo", "--exit", "--json", "--dir", dir, "--listen", "127.0.0.1:0")
	if r.status != statusOK {
		t.Fatalf("status %d\n%s%s", r.status, r.out, r.err)
	}
	var acts []string
	for line := range strings.Lines(r.out) {
		var s step
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			t.Fatalf("not a JSON line: %q", line)
		}
		if !s.OK || s.Got == "" || s.Expected == "" {
			t.Errorf("step %d: %+v", s.No, s)
		}
		acts = append(acts, s.DoesEN)
	}
	for _, want := range []string{"registers", "states the facts", "mends and submits", "appraises", "approves level 3", "confirms", "declares the plan", "asks again", "second person agrees", "said to be break-glass", "ends it early", "revokes", "very next question"} {
		if !strings.Contains(strings.Join(acts, "\n"), want) {
			t.Errorf("no step %q", want)
		}
	}
	t.Run("verify", func(t *testing.T) { verifyFinds(t, dir) })
	t.Run("again", func(t *testing.T) {
		if r := capdo(t, "", "demo", "--exit", "--dir", dir); r.status != statusUsage || !strings.Contains(r.err, "not empty") {
			t.Errorf("on a used folder: %+v", r)
		}
	})
	t.Run("report", func(t *testing.T) { reportsAgree(t, dir) })
}

// verifyFinds: verify is content with the demo's register, and names what was
// changed behind its back.
func verifyFinds(t *testing.T, dir string) {
	if r := capdo(t, "", "verify", "--data", dir); r.status != statusOK || !strings.Contains(r.out, " 0 violations") {
		t.Fatalf("before: %+v", r)
	}
	forge(t, dir, "UPDATE system SET name = name || ' (sửa)' WHERE code = 'H56-S0007'")
	r := capdo(t, "", "verify", "--data", dir, "--json")
	if r.status != statusFound || !strings.Contains(r.out, "system:H56-S0007") {
		t.Errorf("after: %+v", r)
	}
	forge(t, dir, "UPDATE system SET name = replace(name, ' (sửa)', '') WHERE code = 'H56-S0007'")
}

// forge changes the database without the program.
func forge(t *testing.T, dir, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

// reportsAgree: the same record and day give the same bytes, and an unknown
// system is an error.
func reportsAgree(t *testing.T, dir string) {
	again := filepath.Join(t.TempDir(), "again.pdf")
	if r := capdo(t, "", "report", "national", "--on", "2024-06-30", "--data", dir, "-o", again); r.status != statusOK {
		t.Fatalf("%+v", r)
	}
	a, err := os.ReadFile(filepath.Join(dir, "bao-cao-quoc-gia-2024-06-30.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(again)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Errorf("two reports of one record and day differ: %d and %d bytes", len(a), len(b))
	}
	need(t, "pdftotext")
	const discrepancies = 23
	if n := strings.Count(strings.Join(strings.Fields(pdfText(t, again)), " "), "bản chép dòng"); n != discrepancies {
		t.Errorf("%d of the %d discrepancies of Annex IX and of the text name the line of the copy", n, discrepancies)
	}
	if r := capdo(t, "", "report", "system", "H56-9999", "--data", dir, "-o", again); r.status != statusUsage || !strings.Contains(r.err, "not_found") {
		t.Errorf("unknown system: %+v", r)
	}
	if r := capdo(t, "", "report", "system", "H56-S0001", "--data", dir, "-o", "-"); r.status != statusOK || !strings.HasPrefix(r.out, "%PDF-") {
		t.Errorf("system: status %d, %s", r.status, r.err)
	}
}

func TestLevelCommand(t *testing.T) {
	tests := []struct {
		name, in, want string
		args           []string
	}{
		{"portal under the older decree", `{"type":"b","info":"personal","users":12000,"subjects_basic":12000}`, `"rules":"R85","level":3,"manual":false`, []string{"--rules", "R85"}},
		{"portal under the newer one", `{"type":"b","info":"personal","users":12000,"subjects_basic":12000}`, `"rules":"R331","level":2,"manual":false`, []string{"--rules", "R331"}},
		{"rules of the day", `{"type":"a","info":"public"}`, `"rules":"R85","level":1`, []string{"--on", "2026-06-30"}},
		{"the gap is decided by a person", `{"type":"a","info":"public"}`, `"rules":"R116","level":1,"manual":true`, []string{"--on", "2026-07-01"}},
		{"rules of today", `{"type":"a","info":"public"}`, `"rules":"R331","level":1`, nil},
		{"composite", `{"components":[1,3,2]}`, `"rules":"R85","level":3`, []string{"--rules", "R85"}},
		{"nothing matches", `{}`, `"level":null,"manual":true`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := capdo(t, tt.in, append([]string{"level"}, tt.args...)...)
			if r.status != statusOK || !strings.Contains(r.out, tt.want) {
				t.Errorf("%+v, want %s", r, tt.want)
			}
		})
	}
}

func TestLevelCommandRefusesByName(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"unknown key", `{"tpye":"a"}`, "tpye"},
		{"wrong type", `{"users":"many"}`, "users"},
		{"impossible value", `{"dvctt_level":5}`, "dvctt_level"},
		{"negative", `{"users":-1}`, "users"},
		{"word", `{"infra_scope":"moon"}`, "infra_scope"},
		{"two at once", `{"users":-1,"info":"x"}`, "info"},
		{"not JSON", `type: a`, "JSON"},
		{"trailing", `{} {}`, "trailing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if r := capdo(t, tt.in, "level"); r.status != statusUsage || !strings.Contains(r.err, tt.want) || r.out != "" {
				t.Errorf("%+v, want %q named", r, tt.want)
			}
		})
	}
	for _, args := range [][]string{{"level", "--rules", "R99"}, {"level", "--on", "2024-02-31"}, {"level", "--on", "2010-01-01"}, {"level", "extra"}} {
		if r := capdo(t, "{}", args...); r.status != statusUsage {
			t.Errorf("%v: status %d", args, r.status)
		}
	}
}

func TestReconcileCommand(t *testing.T) {
	r := capdo(t, "", "reconcile", "--json", "../../fixtures/annex9.csv")
	if r.status != statusFound {
		t.Fatalf("%+v", r)
	}
	var got reconcile.Result
	if err := json.Unmarshal([]byte(r.out), &got); err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{reconcile.DeployedOfApproved: 9, reconcile.DeployedNeither: 1, reconcile.NotReportedZero: 4, reconcile.SumDiffers: 9}
	for kind, n := range counts {
		if got.Count(kind) != n {
			t.Errorf("%s: %d, want %d", kind, got.Count(kind), n)
		}
	}
	if s := got.Sums.All; s.Total != 7008 || s.Approved != 5323 || s.Deployed != 3957 {
		t.Errorf("sums %+v", s)
	}
	if r := capdo(t, "", "reconcile", "no-such.csv"); r.status != statusUsage {
		t.Errorf("absent file: %+v", r)
	}
	if r := capdo(t, "", "reconcile"); r.status != statusUsage {
		t.Errorf("no file: %+v", r)
	}
	clean := filepath.Join(t.TempDir(), "clean.csv")
	text := "group,no,agency,total,approved,approved_pct_printed,deployed,deployed_pct_printed,reported\nministry,1,Bộ A,4,2,50,1,25,yes\n"
	if err := os.WriteFile(clean, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := capdo(t, "", "reconcile", clean); r.status != statusOK {
		t.Errorf("a table without differences: %+v", r)
	}
}

func TestCheckAndUsage(t *testing.T) {
	book, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	if r := capdo(t, "", "check"); r.status != statusOK || !strings.Contains(r.out, book.Digest()) {
		t.Errorf("check: %+v", r)
	}
	if r := capdo(t, "", "check", "--data", t.TempDir()); r.status != statusUsage {
		t.Errorf("check of a folder without a register: %+v", r)
	}
	if r := capdo(t, "", "verify", "--data", t.TempDir()); r.status != statusUsage {
		t.Errorf("verify of a folder without a register: %+v", r)
	}
	for _, args := range [][]string{nil, {"help"}, {"serve", "-h"}} {
		if r := capdo(t, "", args...); r.status != statusOK {
			t.Errorf("%v: %+v", args, r)
		}
	}
	for _, args := range [][]string{{"dance"}, {"serve", "--nothing"}, {"report"}, {"report", "system"}, {"report", "national", "--on", "yesterday"}} {
		if r := capdo(t, "", args...); r.status != statusUsage || r.err == "" {
			t.Errorf("%v: %+v", args, r)
		}
	}
}

// TestSimulatedLevelsFollowFromTheLaw: what the generator calls a level is what
// the shipped book makes of its facts.
func TestSimulatedLevelsFollowFromTheLaw(t *testing.T) {
	book, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	systems, err := fixtures.Simulate(fixtures.DefaultSeed)
	if err != nil {
		t.Fatal(err)
	}
	moved := map[string]int{}
	for _, s := range systems {
		f, err := law.DecodeFacts(strings.NewReader(s.FactsJSON))
		if err != nil {
			t.Fatalf("%s: %v", s.Code, err)
		}
		d := book.Determine(law.R85, f)
		if d.Level == nil || int(*d.Level) != s.Level || d.Manual {
			t.Errorf("%s: level %d, the law says %s", s.Code, s.Level, levelOf(d))
		}
		moved[levelOf(d)+">"+levelOf(book.Determine(law.R331, f))]++
	}
	if moved["3>2"] == 0 || moved["3>3"] == 0 {
		t.Errorf("the change of law shows nowhere: %v", moved)
	}
}

func levelOf(d law.Determination) string {
	if d.Level == nil {
		return "?"
	}
	return string(rune('0' + int(*d.Level)))
}
