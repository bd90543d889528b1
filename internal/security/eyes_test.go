package security_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// prefixes begin acts whose ends are the kinds that a table takes, or, where there
// is none, constants named for acts.
var prefixes = map[string]string{"consult-": "consultation", "remark-": "remark", "hold-": "hold", "retention-": "retention_row", "connection.": ""}

// acts finds every act that the house writes into the ledger, by its room: the
// constants named for acts, and what is written where an entry is made.
func acts(t *testing.T, schema string) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "storetest") || strings.HasPrefix(path, "../web") { // it writes nothing itself
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		room := f.Name.Name
		ast.Inspect(f, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.ValueSpec:
				for i, name := range x.Names {
					if regexp.MustCompile(`^([aA]ct|Ask)[A-Z]`).MatchString(name.Name) && i < len(x.Values) {
						note(all, room, x.Values[i])
					}
				}
			case *ast.KeyValueExpr:
				if key, ok := x.Key.(*ast.Ident); ok && key.Name == "Act" {
					if sum, ok := x.Value.(*ast.BinaryExpr); ok {
						prefix := text(sum.X)
						table, known := prefixes[prefix]
						if !known {
							t.Errorf("%s: the acts that begin with %q are unknown", path, prefix)
						}
						for _, kind := range kinds(schema, table) {
							all[room+"."+prefix+kind] = true
						}
					}
					note(all, room, x.Value)
				}
			case *ast.CallExpr:
				if f, ok := x.Fun.(*ast.SelectorExpr); ok && (f.Sel.Name == "putAccount" || f.Sel.Name == "putRequest") {
					ast.Inspect(x.Args[3], func(n ast.Node) bool {
						if e, ok := n.(ast.Expr); ok {
							note(all, room, e)
						}
						return true
					})
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// note adds an act that is written as it is.
func note(all map[string]bool, room string, x ast.Expr) {
	if s := text(x); s != "" {
		all[room+"."+s] = true
	}
}

// text is a string as it is written, "" for anything else.
func text(x ast.Expr) string {
	if lit, ok := x.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		s, _ := strconv.Unquote(lit.Value) // it was parsed
		return s
	}
	return ""
}

// kinds are those that a table of the schema takes.
func kinds(schema, table string) (all []string) {
	_, after, found := strings.Cut(schema, "CREATE TABLE "+table+" (")
	if !found {
		return nil
	}
	m := regexp.MustCompile(`\n\s*kind\s+TEXT NOT NULL CHECK \(kind IN \(([^)]*)\)`).FindStringSubmatch(after)
	for kind := range strings.SplitSeq(m[1], ", ") {
		all = append(all, strings.Trim(kind, "'"))
	}
	return all
}

// TestFourEyesTable: of every act the table says whether one person may do it
// alone, and why, or who else it takes: then which tests try to break that through
// the office and which rules of the database forbid it; and every such rule stands
// in the table. An act without a row fails.
func TestFourEyesTable(t *testing.T) {
	b, err := os.ReadFile("../store/testdata/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	schema := string(b)
	table, err := os.ReadFile("testdata/eyes.txt")
	if err != nil {
		t.Fatal(err)
	}
	all, tests, rules, two := acts(t, schema), testsOfTheHouse(t), map[string]bool{}, 0
	for i, line := range strings.Split(string(table), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		row := strings.Split(line, " | ")
		if len(row) < 3 {
			t.Fatalf("eyes.txt:%d: %q", i+1, line)
		}
		act := strings.TrimSpace(row[0])
		if !all[act] {
			t.Errorf("eyes.txt:%d: there is no act %s, or it stands there twice", i+1, act)
		}
		delete(all, act)
		switch {
		case row[1] == "one" && len(row) == 3:
		case row[1] == "two" && len(row) == 4:
			two++
			for _, test := range strings.Fields(row[2]) {
				if !tests[test] {
					t.Errorf("%s: there is no test %s", act, test)
				}
			}
			for _, rule := range strings.Fields(row[3]) {
				if rules[rule] = true; !strings.Contains(schema, "CREATE TRIGGER "+rule+" ") {
					t.Errorf("%s: the database has no rule %s", act, rule)
				}
			}
		default:
			t.Errorf("eyes.txt:%d: %q", i+1, line)
		}
	}
	for _, act := range slices.Sorted(maps.Keys(all)) {
		t.Errorf("%s has no row", act)
	}
	for _, m := range regexp.MustCompile(`CREATE TRIGGER (\w+) [^;]*'(four eyes: |two admin)`).FindAllStringSubmatch(schema, -1) {
		if !rules[m[1]] {
			t.Errorf("the rule %s stands in no row", m[1])
		}
	}
	t.Logf("%d acts are for two persons, kept by %d rules of the database", two, len(rules))
}
