// Package house_test holds the plan of the house: which room may open which
// door. A room that needs a new door changes this table in the same commit.
package house_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// room is a package: the rooms of ours and the modules of others it may import.
type room struct {
	ours   []string
	others []string
}

// plan is the whole house.
var plan = map[string]room{
	// Shelves: data and the code that reads it; they know no room.
	"forms":      {[]string{"internal/proof"}, []string{"github.com/go-playground/validator/v10", "go.yaml.in/yaml/v3", "golang.org/x/text"}},
	"templates":  {nil, nil},
	"migrations": {nil, nil},
	"fixtures":   {nil, nil},

	// Leaves: pure, no clock, no network, no database.
	"internal/security":   {nil, nil},
	"internal/fold":       {nil, []string{"golang.org/x/text"}},
	"internal/proof":      {nil, []string{"go.yaml.in/yaml/v3"}},
	"internal/law":        {[]string{"internal/proof"}, []string{"go.yaml.in/yaml/v3"}},
	"internal/ledger":     {nil, []string{"golang.org/x/mod"}},
	"internal/cbor":       {nil, nil},
	"internal/opendata":   {[]string{"internal/approval"}, nil},
	"internal/seal":       {[]string{"internal/cbor"}, []string{"golang.org/x/mod"}},
	"internal/statuslist": {[]string{"internal/cbor", "internal/seal"}, nil},
	"internal/job":        {[]string{"internal/law"}, nil},
	"internal/voucher":    {[]string{"internal/cbor", "internal/pdf", "internal/seal"}, nil},
	"internal/signer":     {nil, nil},
	"internal/pulse":      {nil, []string{"github.com/prometheus/client_golang", "go.opentelemetry.io/otel"}},
	"internal/keyring":    {nil, []string{"filippo.io/age"}},
	"internal/reconcile":  {[]string{"internal/fold"}, nil},
	"internal/sheet":      {nil, []string{"github.com/xuri/excelize", "golang.org/x/text"}},
	"internal/pdf":        {nil, []string{"rsc.io/qr"}},
	"internal/controls":   {[]string{"internal/law", "internal/proof"}, []string{"go.yaml.in/yaml/v3"}},

	// The office, and what asks it.
	"internal/approval":   {[]string{"forms", "internal/fold", "internal/law"}, nil},
	"internal/connection": {[]string{"internal/approval", "internal/law"}, nil},
	"internal/gate":       {[]string{"internal/approval", "internal/law"}, nil},
	"internal/plan":       {[]string{"internal/approval", "internal/controls", "internal/law"}, nil},
	"internal/machine":    {[]string{"internal/approval", "internal/law"}, nil},
	"internal/attachment": {[]string{"internal/approval", "internal/law"}, []string{"filippo.io/age"}},
	"internal/backup":     {[]string{"internal/approval", "internal/law"}, []string{"filippo.io/age"}},
	"internal/whatif":     {[]string{"internal/approval", "internal/controls", "internal/gate", "internal/law"}, nil},
	"internal/notice":     {[]string{"internal/approval", "internal/law"}, []string{"github.com/wneessen/go-mail"}},
	"internal/review":     {[]string{"internal/approval", "internal/law"}, nil},
	"internal/oscal":      {[]string{"internal/approval", "internal/controls", "internal/law", "internal/plan"}, nil},
	"internal/retention":  {[]string{"internal/approval", "internal/law"}, nil},
	"internal/statement":  {[]string{"internal/approval", "internal/fold", "internal/law", "internal/reconcile", "internal/sheet"}, nil},
	"internal/workbook":   {[]string{"forms", "internal/approval", "internal/controls", "internal/fold", "internal/law", "internal/plan", "internal/sheet"}, nil},
	"internal/identity":   {[]string{"internal/approval", "internal/law", "internal/ledger", "internal/fold"}, []string{"github.com/go-webauthn/webauthn", "golang.org/x/crypto"}},
	"internal/report":     {[]string{"forms", "internal/pdf", "internal/reconcile"}, []string{"github.com/jung-kurt/gofpdf", "github.com/go-fonts/liberation", "golang.org/x/image", "golang.org/x/text"}},
	"internal/web":        {[]string{"internal/job", "internal/openid", "internal/retention", "internal/backup", "forms", "templates", "internal/approval", "internal/attachment", "internal/controls", "internal/gate", "internal/identity", "internal/law", "internal/machine", "internal/proof", "internal/whatif", "internal/plan", "internal/review", "internal/notice", "internal/connection", "internal/voucher", "internal/sheet", "internal/workbook", "internal/statement", "internal/opendata"}, []string{"golang.org/x/text"}},

	"internal/gazette":    {[]string{"internal/approval", "internal/gate", "internal/law", "internal/ledger", "internal/seal", "internal/statuslist"}, nil},
	"internal/gateclient": {[]string{"internal/gate", "internal/gazette", "internal/ledger", "internal/seal", "internal/statuslist"}, []string{"golang.org/x/mod"}},

	// The only room that knows SQL.
	"internal/store": {[]string{"internal/job", "forms", "internal/retention", "migrations", "internal/approval", "internal/attachment", "internal/backup", "internal/fold", "internal/identity", "internal/law", "internal/ledger", "internal/machine", "internal/seal", "internal/statement", "internal/plan", "internal/review", "internal/notice", "internal/connection", "internal/voucher"},
		[]string{"github.com/jackc/pgx/v5", "github.com/uptrace/bun", "modernc.org/sqlite", "go.opentelemetry.io/otel/trace", "golang.org/x/text"}},
	"internal/openid":           {[]string{"internal/identity"}, []string{"github.com/coreos/go-oidc/v3", "golang.org/x/oauth2"}},
	"internal/identity/softkey": {nil, nil},
	"internal/store/storetest":  {[]string{"forms", "internal/approval", "internal/law", "internal/ledger", "internal/seal", "internal/store", "internal/attachment", "internal/keyring"}, []string{"github.com/jackc/pgx/v5"}},

	// The door: ties the knot, reads flags, environment and the clock.
	"cmd/capdo": {[]string{"internal/openid", "fixtures", "forms", "internal/approval", "internal/attachment", "internal/backup", "internal/controls", "internal/gate", "internal/gateclient", "internal/gazette", "internal/identity", "internal/keyring", "internal/law", "internal/ledger", "internal/machine", "internal/pulse", "internal/reconcile", "internal/report", "internal/seal", "internal/store", "internal/web", "internal/whatif", "internal/plan", "internal/review", "internal/notice", "internal/connection", "internal/voucher", "internal/pdf", "internal/signer", "internal/workbook", "internal/statement", "internal/oscal", "internal/sheet", "internal/retention", "internal/security"},
		[]string{"filippo.io/age", "github.com/coreos/go-systemd/v22", "go.yaml.in/yaml/v3", "golang.org/x/mod", "golang.org/x/net"}},
}

const module = "capdo"

// listed is what go list tells of a package.
type listed struct {
	ImportPath, Dir, Doc string
	Imports, GoFiles     []string
}

// packages lists every package of the module.
func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,Doc,Imports,GoFiles", module+"/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var ps []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return ps
		} else if err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 {
			ps = append(ps, p)
		}
	}
}

// standard tells whether a path belongs to the standard library.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && first != module
}

func TestDoors(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		r, ok := plan[name]
		if !ok {
			t.Errorf("%s stands in no plan", name)
			continue
		}
		seen[name] = true
		for _, path := range p.Imports {
			if standard(path) {
				continue
			}
			if own, ok := strings.CutPrefix(path, module+"/"); ok {
				if !slices.Contains(r.ours, own) {
					t.Errorf("%s may not import %s", name, own)
				}
			} else if !slices.ContainsFunc(r.others, func(m string) bool { return path == m || strings.HasPrefix(path, m+"/") }) {
				t.Errorf("%s may not import %s", name, path)
			}
		}
	}
	for name := range plan {
		if !seen[name] {
			t.Errorf("%s stands in the plan and not in the house", name)
		}
	}
}

// TestLibcIsTheOneSQLitePins: modernc's SQLite is generated for one version of
// its C library and no other.
func TestLibcIsTheOneSQLitePins(t *testing.T) {
	version := func(path string) (v struct{ Version, GoMod string }) {
		out, err := exec.Command("go", "list", "-m", "-json", path).Output()
		if err != nil {
			t.Fatalf("go list -m %s: %v", path, err)
		}
		if err := json.Unmarshal(out, &v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	mod, err := os.ReadFile(version("modernc.org/sqlite").GoMod)
	if err != nil {
		t.Fatal(err)
	}
	if want := "modernc.org/libc " + version("modernc.org/libc").Version + "\n"; !strings.Contains(string(mod), want) {
		t.Errorf("go.mod of modernc.org/sqlite does not ask for %q", want)
	}
}

// forbidden are the standard packages a kind of room must not know.
var forbidden = map[string][]string{
	"internal/proof":      {"net/http", "database/sql", "os", "html/template"},
	"internal/law":        {"net/http", "database/sql", "os", "html/template"},
	"internal/ledger":     {"net/http", "database/sql", "os", "html/template"},
	"internal/reconcile":  {"net/http", "database/sql", "os", "html/template"},
	"internal/approval":   {"net/http", "database/sql", "os", "html/template", "html"},
	"internal/report":     {"net/http", "database/sql", "os", "html/template"},
	"internal/review":     {"net/http", "database/sql", "os", "html/template", "html"},
	"internal/gate":       {"database/sql", "os", "html/template"},
	"internal/machine":    {"net/http", "database/sql", "os", "html/template"},
	"internal/attachment": {"net/http", "database/sql", "html/template"},
	"internal/sheet":      {"net/http", "database/sql", "os", "html/template"},
	"internal/workbook":   {"net/http", "database/sql", "html/template"},
	"internal/web":        {"database/sql", "os"},
	"internal/store":      {"net/http", "html/template"},
}

func TestForbiddenKnowledge(t *testing.T) {
	for _, p := range packages(t) {
		for _, bad := range forbidden[strings.TrimPrefix(p.ImportPath, module+"/")] {
			if slices.Contains(p.Imports, bad) {
				t.Errorf("%s must not know %s", p.ImportPath, bad)
			}
		}
	}
}

func TestEveryRoomSaysWhatItIs(t *testing.T) {
	for _, p := range packages(t) {
		if p.Doc == "" {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

// sources walks the production Go files of the module.
func sources(t *testing.T, visit func(path string, file *ast.File, set *token.FileSet)) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "testdata" {
			return filepath.SkipDir // of other modules, or of none
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		visit(path, f, set)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestOneClock: the time is given; only main may read it. init and exit are
// not for rooms either.
func TestOneClock(t *testing.T) {
	clocks := 0
	sources(t, func(path string, f *ast.File, set *token.FileSet) {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv == nil && n.Name.Name == "init" {
					t.Errorf("%s: init", set.Position(n.Pos()))
				}
			case *ast.SelectorExpr:
				pkg, ok := n.X.(*ast.Ident)
				if !ok {
					return true
				}
				at := filepath.ToSlash(path)
				switch pkg.Name + "." + n.Sel.Name {
				case "time.Now", "time.Since", "time.Until":
					clocks++
					if at != "../cmd/capdo/main.go" {
						t.Errorf("%s: a clock of its own", set.Position(n.Pos()))
					}
				case "os.Getenv", "os.Exit", "os.Args":
					if at != "../cmd/capdo/main.go" && filepath.Dir(at) != "../internal/store/storetest" {
						t.Errorf("%s: %s outside main", set.Position(n.Pos()), n.Sel.Name)
					}
				}
			}
			return true
		})
	})
	if clocks == 0 {
		t.Error("no clock found: the test looks in the wrong place")
	}
}

// TestSize: a file that outgrows its noun is two files.
func TestSize(t *testing.T) {
	const most = 600
	sources(t, func(path string, f *ast.File, set *token.FileSet) {
		if n := set.Position(f.End()).Line; n > most {
			t.Errorf("%s has %d lines", path, n)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := set.Position(fn.End()).Line - set.Position(fn.Pos()).Line; n > 80 && !strings.HasSuffix(fn.Name.Name, "Words") && fn.Name.Name != "Terms" {
				t.Errorf("%s: %s has %d lines", path, fn.Name.Name, n)
			}
		}
	})
}

// TestNothingLeftOpen: what is not done is said in the README, not in the code.
func TestNothingLeftOpen(t *testing.T) {
	words := []string{"TO" + "DO", "FIX" + "ME", "X" + "XX:", "no" + "lint"}
	sources(t, func(path string, _ *ast.File, _ *token.FileSet) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for sc := bufio.NewScanner(bytes.NewReader(b)); sc.Scan(); {
			n++
			for _, w := range words {
				if strings.Contains(sc.Text(), w) {
					t.Errorf("%s:%d: %s", path, n, w)
				}
			}
		}
	})
}

// TestTopLevel: the tree is the user's; nothing else stands at the top.
func TestTopLevel(t *testing.T) {
	want := []string{"README.md", "cmd", "fixtures", "forms", "go.mod", "go.sum", "internal", "migrations", "templates"}
	found, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range found {
		if !strings.HasPrefix(d.Name(), ".") && !slices.Contains(want, d.Name()) && !ignored(d.Name()) {
			t.Errorf("%s stands at the top level", d.Name())
		}
	}
}

// ignored tells whether git ignores a name at the top.
func ignored(name string) bool {
	return exec.Command("git", "-C", "..", "check-ignore", "-q", name).Run() == nil
}
