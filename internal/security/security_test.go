package security_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"capdo/internal/security"
)

// chapters are how many rows each chapter of the standard has.
var chapters = map[string]int{"V1": 30, "V2": 13, "V3": 31, "V4": 16, "V5": 13, "V6": 47, "V7": 19, "V8": 13, "V9": 7, "V10": 36, "V11": 24, "V12": 12, "V13": 21, "V14": 13, "V15": 21, "V16": 17, "V17": 12}

// TestEveryRowRestsOnSomething: the whole standard, every row with a state, none of
// levels 1 and 2 open; a test that a row names exists and does not skip itself (where
// a program is absent CI fails), a heading that it names is there.
func TestEveryRowRestsOnSomething(t *testing.T) {
	rows, err := security.Rows()
	if err != nil {
		t.Fatal(err)
	}
	tests := testsOfTheHouse(t)
	count, states, seen := map[string]int{}, map[string]int{}, map[string]bool{}
	for _, r := range rows {
		chapter, _, _ := strings.Cut(r.ID, ".")
		count[chapter]++
		states[r.State]++
		if seen[r.ID] || r.Level < 1 || r.Level > 3 {
			t.Errorf("%s: twice, or of level %d", r.ID, r.Level)
		}
		seen[r.ID] = true
		switch r.State {
		case "pass":
			for name := range strings.FieldsSeq(r.Rests) {
				if !tests[name] {
					t.Errorf("%s rests on %s, and there is no such test, or it may skip itself", r.ID, name)
				}
			}
		case "review":
			file, heading, _ := strings.Cut(r.Rests, "#")
			b, err := os.ReadFile(filepath.Join("../..", file))
			if err != nil || heading != "" && !strings.Contains(string(b), "\n## "+heading+"\n") {
				t.Errorf("%s rests on %s, and it is not there: %v", r.ID, r.Rests, err)
			}
		case "open":
			if r.Level < 3 {
				t.Errorf("%s is of level %d and open: %s", r.ID, r.Level, r.Rests)
			}
		case "n/a":
		default:
			t.Errorf("%s: state %q", r.ID, r.State)
		}
	}
	for chapter, n := range chapters {
		if count[chapter] != n {
			t.Errorf("%s has %d rows, want %d", chapter, count[chapter], n)
		}
	}
	if len(rows) != 345 {
		t.Errorf("%d rows", len(rows))
	}
	if states["pass"] < 180 {
		t.Errorf("%d rows rest on tests", states["pass"])
	}
	t.Logf("%v", states)
}

// testsOfTheHouse are the tests and fuzz targets, by room: web.TestHeaders. One
// that skips itself, but for -short, is none.
func testsOfTheHouse(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		room, _ := filepath.Rel("../..", filepath.Dir(path)) // both are below the house
		room = filepath.ToSlash(room)
		if rest, ok := strings.CutPrefix(room, "internal/"); ok {
			room = rest
		}
		for _, x := range f.Decls {
			fn, ok := x.(*ast.FuncDecl)
			if ok && fn.Recv == nil && (strings.HasPrefix(fn.Name.Name, "Test") || strings.HasPrefix(fn.Name.Name, "Fuzz")) && !skips(fn) {
				all[room+"."+fn.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// skips tells whether a test skips itself, for another reason than -short.
func skips(fn *ast.FuncDecl) bool {
	found := len(fn.Body.List) == 0
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if x, ok := n.(*ast.IfStmt); ok && short(x.Cond) {
			return false
		}
		if sel, ok := n.(*ast.SelectorExpr); ok && strings.HasPrefix(sel.Sel.Name, "Skip") {
			found = true
		}
		return true
	})
	return found
}

// short tells whether a condition is testing.Short().
func short(x ast.Expr) bool {
	call, ok := x.(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Short"
}
