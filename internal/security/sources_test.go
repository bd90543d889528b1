package security_test

import (
	"encoding/csv"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/semver"
)

// source is a file of the program, tests left out.
type source struct {
	room string // cmd/capdo, internal/web
	name string
	*ast.File
}

// sources reads the files of the program once. What helps tests only is none.
var sources = sync.OnceValues(func() (all []source, err error) {
	out, err := exec.Command("git", "-C", "../..", "ls-files", "*.go").Output()
	if err != nil {
		return nil, err
	}
	for name := range strings.FieldsSeq(string(out)) {
		if strings.HasSuffix(name, "_test.go") || strings.Contains(name, "storetest/") || strings.Contains(name, "softkey/") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("../..", name), nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		all = append(all, source{filepath.ToSlash(filepath.Dir(name)), name, f})
	}
	return all, nil
})

// program is sources, or the end of the test.
func program(t *testing.T) []source {
	t.Helper()
	all, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 300 {
		t.Fatalf("%d sources: looked in the wrong place", len(all))
	}
	return all
}

// calls visits every call of pkg.Name.
func (s source) calls(visit func(name string, c *ast.CallExpr)) {
	ast.Inspect(s.File, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok {
			if sel, ok := c.Fun.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok {
					visit(x.Name+"."+sel.Sel.Name, c)
				}
			}
		}
		return true
	})
}

// imports are the paths that a file imports.
func (s source) imports() (all []string) {
	for _, x := range s.Imports {
		path, _ := strconv.Unquote(x.Path.Value) // the parser took it
		all = append(all, path)
	}
	return all
}

// TestCommands: one place starts another program, the signer that the configuration
// names, with its arguments apart and no shell between.
func TestCommands(t *testing.T) {
	var found []string
	for _, s := range program(t) {
		s.calls(func(name string, c *ast.CallExpr) {
			if name != "exec.Command" && name != "exec.CommandContext" && name != "os.StartProcess" && name != "syscall.Exec" && name != "syscall.ForkExec" {
				return
			}
			found = append(found, s.name)
			for _, a := range c.Args {
				if l, ok := a.(*ast.BasicLit); ok && strings.Contains(l.Value, "sh") {
					t.Errorf("%s starts a shell: %s", s.name, l.Value)
				}
			}
		})
	}
	if !slices.Equal(found, []string{"internal/signer/command.go"}) {
		t.Errorf("programs are started in %v", found)
	}
}

// section is the text under a heading of a document.
func section(t *testing.T, file, heading string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(b), "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("%s has no heading %q", file, heading)
	}
	text, _, _ := strings.Cut(rest, "\n## ")
	return text
}

// cells are the rows of the table of a section, its head left out.
func cells(text string) (rows [][]string) {
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		var row []string
		for c := range strings.SplitSeq(strings.Trim(strings.TrimSpace(line), "|"), "|") {
			row = append(row, strings.TrimSpace(c))
		}
		rows = append(rows, row)
	}
	return rows[1:]
}

// TestCryptography: every room that encrypts, signs, hashes or draws lots stands in
// CRYPTO.md with the packages it does it by, no more and no less; none is weak, and
// chance that can be guessed makes no secret.
func TestCryptography(t *testing.T) {
	listed, found := map[string]string{}, map[string]map[string]bool{}
	for _, row := range cells(section(t, "CRYPTO.md", "Where")) {
		listed[row[0]] = row[1]
	}
	ours := regexp.MustCompile(`^(crypto|golang\.org/x/crypto|filippo\.io|math/rand)(/|$)`)
	for _, s := range program(t) {
		for _, path := range s.imports() {
			if !ours.MatchString(path) {
				continue
			}
			if found[s.room] == nil {
				found[s.room] = map[string]bool{}
			}
			found[s.room][path] = true
		}
		s.calls(func(name string, _ *ast.CallExpr) {
			if slices.Contains([]string{"cipher.NewCBCEncrypter", "cipher.NewCTR", "cipher.NewOFB", "cipher.NewCFBEncrypter", "rsa.EncryptPKCS1v15", "rsa.DecryptPKCS1v15", "elliptic.P224"}, name) {
				t.Errorf("%s calls %s", s.name, name)
			}
		})
	}
	weak := []string{"crypto/md5", "crypto/des", "crypto/rc4", "crypto/dsa", "golang.org/x/crypto/openpgp", "golang.org/x/crypto/md4", "math/rand"}
	for room, paths := range found {
		got := slices.Sorted(maps.Keys(paths))
		if want := listed[room]; strings.Join(got, " ") != want {
			t.Errorf("%s uses %s, CRYPTO.md says %q", room, strings.Join(got, " "), want)
		}
		for _, path := range got {
			if slices.Contains(weak, path) || path == "crypto/sha1" && room != "internal/identity" && room != "internal/oscal" || path == "math/rand/v2" && !slices.Contains([]string{"fixtures", "cmd/capdo", "internal/gate"}, room) {
				t.Errorf("%s uses %s", room, path)
			}
		}
	}
	if len(listed) != len(found) {
		t.Errorf("CRYPTO.md lists %d rooms, %d use cryptography", len(listed), len(found))
	}
}

// TestDangerousFunctions: text that a person sent is never taken for a template, a
// pattern or a format; what turns text into markup, and what leaves the safety of the
// language, stands here by its file.
func TestDangerousFunctions(t *testing.T) {
	allowed := map[string]string{"unsafe": "internal/gate/huge_linux.go", "template.URL": "internal/web/second_set.go", "template.New": "internal/web/render.go", "text/template": "internal/web/render.go"}
	formats := []string{"fmt.Sprintf", "fmt.Errorf", "fmt.Fprintf", "fmt.Appendf"}
	for _, s := range program(t) {
		for _, path := range s.imports() {
			if slices.Contains([]string{"unsafe", "plugin", "text/template", "encoding/gob", "C"}, path) && allowed[path] != s.name {
				t.Errorf("%s imports %s", s.name, path)
			}
		}
		s.calls(func(name string, c *ast.CallExpr) {
			switch {
			case strings.HasPrefix(name, "template.") && name != "template.FuncMap" && allowed[name] != s.name:
				t.Errorf("%s calls %s", s.name, name)
			case name == "regexp.MustCompile" || name == "regexp.Compile":
				if !fixed(c.Args[0]) {
					t.Errorf("%s: a pattern that is made", s.name)
				}
			case slices.Contains(formats, name):
				at := 0
				if name == "fmt.Fprintf" || name == "fmt.Appendf" {
					at = 1
				}
				if !fixed(c.Args[at]) && !slices.Contains(madeFormats, s.name) {
					t.Errorf("%s: a format that is made", s.name)
				}
			}
		})
	}
}

// madeFormats are the files whose formats come out of fixed tables of this program.
var madeFormats = []string{"internal/web/format.go", "internal/reconcile/says.go", "fixtures/catalogue.go"}

// fixed tells whether an expression is a literal, literals put together, or the
// parameter "format" of a function whose own callers go vet looks at.
func fixed(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.BasicLit:
		return true
	case *ast.BinaryExpr:
		return fixed(x.X) && fixed(x.Y)
	case *ast.Ident:
		return x.Name == "format" || x.Obj != nil && x.Obj.Kind == ast.Con
	}
	return false
}

// TestScripts: what runs in a browser makes no code of text and no markup, keeps
// nothing there, takes no message, and each file is strict and shuts its names in.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("../../templates/*.js")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	bad := regexp.MustCompile(`\b(eval|Function)\s*\(|set(Timeout|Interval)\s*\(\s*["'` + "`" + `]|innerHTML|outerHTML|insertAdjacentHTML|document\.(write|cookie)|localStorage|sessionStorage|indexedDB|caches\.|addEventListener\(\s*["']message|__proto__|ActiveX|<(object|applet|embed)|with\s*\(`)
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if found := bad.FindAllString(string(b), -1); len(found) > 0 {
			t.Errorf("%s: %q", filepath.Base(file), found)
		}
		text := regexp.MustCompile(`(?m)^\s*//.*\n`).ReplaceAllString(string(b), "")
		if !strings.HasPrefix(strings.TrimSpace(text), "(function") || !strings.Contains(text, `"use strict"`) {
			t.Errorf("%s is not strict, or leaves names outside", filepath.Base(file))
		}
	}
}

// TestLogInventory: every message of the log stands in LOGS.md, and none there is
// gone from the program.
func TestLogInventory(t *testing.T) {
	listed, found := map[string]bool{}, map[string]bool{}
	for _, row := range cells(section(t, "LOGS.md", "Messages")) {
		for m := range strings.SplitSeq(row[1], "; ") {
			listed[m] = true
		}
	}
	for _, s := range program(t) {
		ast.Inspect(s.File, func(n ast.Node) bool {
			c, ok := n.(*ast.CallExpr)
			if !ok || len(c.Args) == 0 {
				return true
			}
			sel, ok := c.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			to, known := sel.X.(*ast.SelectorExpr)
			logs := known && (to.Sel.Name == "Log" || to.Sel.Name == "log") && slices.Contains([]string{"Info", "Warn", "Error", "Debug"}, sel.Sel.Name)
			passes := s.room == "internal/gate" && sel.Sel.Name == "report" // hands its message on
			if !logs && !passes {
				return true
			}
			l, ok := c.Args[0].(*ast.BasicLit)
			if x, handed := c.Args[0].(*ast.Ident); handed && x.Name == "msg" {
				return true
			}
			if !ok {
				t.Errorf("%s: a message that is made", s.name)
				return true
			}
			text, _ := strconv.Unquote(l.Value) // the parser took it
			for part := range strings.SplitSeq(text, "; ") {
				found[part] = true
			}
			return true
		})
	}
	for m := range found {
		if !listed[m] {
			t.Errorf("%q is logged and not in LOGS.md", m)
		}
	}
	for m := range listed {
		if !found[m] {
			t.Errorf("%q stands in LOGS.md and is not logged", m)
		}
	}
}

// TestEveryTableHasAClass: each table of the register stands in one class of
// DATA.md, and none that is gone.
func TestEveryTableHasAClass(t *testing.T) {
	b, err := os.ReadFile("../store/testdata/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	var tables, classed []string
	for _, m := range regexp.MustCompile(`(?m)^CREATE TABLE (\w+)`).FindAllStringSubmatch(string(b), -1) {
		if m[1] != "sqlite_sequence" {
			tables = append(tables, m[1])
		}
	}
	classes := section(t, "DATA.md", "Tables")
	for _, row := range cells(classes) {
		classed = append(classed, strings.Split(row[1], ", ")...)
	}
	slices.Sort(tables)
	slices.Sort(classed)
	if !slices.Equal(tables, classed) {
		t.Errorf("tables %v\nclasses %v", tables, classed)
	}
}

// TestNoSecretsInSources: no key, and no password that opens anything, stands in the
// files that go into the program.
func TestNoSecretsInSources(t *testing.T) {
	out, err := exec.Command("git", "-C", "../..", "ls-files").Output()
	if err != nil {
		t.Fatal(err)
	}
	bad := regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----|AGE-SECRET-KEY-1[A-Z0-9]{20}|\bAKIA[A-Z0-9]{16}\b|\bghp_[A-Za-z0-9]{30}|postgres://\w+:[^@\s…"'` + "`" + `A-Z][^@\s]*@`)
	n := 0
	for name := range strings.FieldsSeq(string(out)) {
		if strings.Contains(name, "testdata") || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "storetest/") {
			continue
		}
		b, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			continue // taken away in this tree
		}
		n++
		if m := bad.Find(b); m != nil && !strings.Contains(string(m), "user:password@") {
			t.Errorf("%s: %.30s…", name, m)
		}
	}
	if n < 400 {
		t.Errorf("%d files looked at", n)
	}
}

// advisory is a known weakness of a module between two versions.
type advisory struct {
	id, module, introduced, fixed, published string
	packages                                 []string // none: all
}

// advisories reads the list.
func advisories(t *testing.T) (all []advisory) {
	t.Helper()
	b, err := os.ReadFile("advisories.csv")
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(strings.NewReader(string(b)))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range rows {
		all = append(all, advisory{x[0], x[1], x[2], x[3], x[4], strings.Fields(x[5])})
	}
	return all
}

// holds tells whether a module of a version, of which some packages are in the
// program, has the weakness.
func (a advisory) holds(module, version string, used map[string]bool) bool {
	v := "v" + strings.TrimPrefix(version, "v")
	in := a.introduced == "0" || semver.Compare(v, "v"+a.introduced) >= 0
	out := a.fixed != "" && semver.Compare(v, "v"+a.fixed) >= 0
	hit := len(a.packages) == 0 || slices.ContainsFunc(a.packages, func(p string) bool { return used[p] })
	return a.module == module && in && !out && hit
}

// TestNoKnownWeakness holds the modules and the packages in the program, and the
// standard library it is built with, against the list of known weaknesses that is in
// the repository: the check works without a network. Versions that are known to be
// weak are found.
func TestNoKnownWeakness(t *testing.T) {
	all := advisories(t)
	if len(all) < 200 {
		t.Fatalf("%d advisories", len(all))
	}
	out, err := exec.Command("go", "list", "-deps", "-f", `{{.ImportPath}} {{with .Module}}{{.Path}} {{.Version}}{{end}}`, "capdo/cmd/capdo").Output()
	if err != nil {
		t.Fatal(err)
	}
	used, versions := map[string]bool{}, map[string]string{"stdlib": strings.TrimPrefix(strings.Fields(runtime.Version())[0], "go")}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if used[f[0]] = true; len(f) == 3 {
			versions[f[1]] = f[2]
		}
	}
	if len(versions) < 30 || !used["net/http"] {
		t.Fatalf("%d modules", len(versions))
	}
	newest := ""
	for _, a := range all {
		newest = max(newest, a.published)
		if a.holds(a.module, versions[a.module], used) && versions[a.module] != "" {
			t.Errorf("%s: %s %s (fixed in %q)", a.id, a.module, versions[a.module], a.fixed)
		}
	}
	t.Logf("%d modules against %d ranges, the newest of %s", len(versions), len(all), newest)
	for module, x := range map[string][2]string{"github.com/uptrace/bun": {"v1.2.18", "github.com/uptrace/bun"}, "stdlib": {"1.20.0", "net/http"}, "golang.org/x/crypto": {"v0.16.0", "golang.org/x/crypto/ssh"}} {
		if !slices.ContainsFunc(all, func(a advisory) bool { return a.holds(module, x[0], map[string]bool{x[1]: true}) }) {
			t.Errorf("%s %s is weak and is not found", module, x[0])
		}
	}
}
