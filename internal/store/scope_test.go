package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// doors are the functions that may start a query of each kind.
var doors = map[string][]string{
	"NewSelect": {"scope.systems", "scope.table", "scope.shared", "scope.machines", "scope.years", "scope.connections", "scope.uses", "scope.decisions", "scope.consulted", "schema.done", "schema.heeds", "postgres.settled", "scope.figures", "scope.statements", "scope.listing"},
	"NewInsert": {"writing.Create", "insert", "writing.seal", "Store.PutSession", "Store.SpendAssertion", "Store.PutFeed", "Store.Enqueue", "writing.PutConnection", "writing.keep", "schema.apply", "accountTx.PutAccount", "Store.PutPending", "Store.PutAttempts", "summed", "writing.createPart", "writing.putListing", "writing.putPosts", "Store.Note", "Store.Seen"},
	"NewUpdate": {"Store.BeatJob", "Store.EndJob", "Store.StopJob", "writing.Save", "writing.dossier", "writing.EndAgency", "writing.NameAgency", "Store.TouchSession", "writing.SaveGateway", "Store.RotateKey", "writing.Grow", "writing.PutSubscription", "Store.Again", "Store.Enqueue", "Store.Mark", "writing.PutConnection", "writing.decideIn", "Store.UseFactor", "accountTx.PutFactor", "postgres.beat", "sealedTable", "sealPlansAgain", "Store.EndTurn"},
	"NewDelete": {"Store.EndSession", "Store.SpendAssertion", "Store.PutFeed", "writing.keepOnce", "accountTx.PutAccount", "Store.PutPending", "Store.TakePending", "postgres.answerUnderLease", "postgres.settled", "Store.MakeFigures", "writing.putPosts", "writing.Purge", "Store.AddJob", "writing.Erase"},
}

// shut are the ways to the database that nobody here may take.
var shut = []string{"NewRaw", "NewMerge", "NewValues", "Query", "QueryContext", "QueryRow", "Exec", "ExecContext", "Table", "ModelTableExpr", "TableExpr", "With", "Union", "UnionAll", "Relation", "WhereOr"}

// engines are the files that speak to one database about itself.
var engines = []string{"sqlite.go", "postgres.go", "sqlite_wall.go", "move.go", "move_ends.go", "index.go", "follow.go", "lead.go"}

// unshut are the exceptions: the doors themselves, and what speaks to a database
// about itself (the query of pgConfig is that of an address; listen speaks to the
// connection itself).
var unshut = map[string]string{"ModelTableExpr": "scope.systems scope.table scope.connections scope.uses scope.consulted", "QueryContext": "walled.QueryContext relation.walk end.each", "QueryRowContext": "end.empty sqlite.assertDurable schema.done pgSettings pgRole pgHeard postgres.step versionOf postgres.join postgres.leadOnce postgres.leads", "ExecContext": "relation.send end.silence end.silenceLite sqlite.copyTo sqlite.scour moat.Connect walled.ExecContext sqlite.enter schema.apply Prepare postgres.turn postgres.enter postgres.join postgres.leadOnce", "Query": "pgConfig", "Exec": "postgres.listen"}

// TestScopeIsTheOnlyDoor reads the room's own files: a query starts in the
// scope and nowhere else, and no shared door opens on a tenant's table.
func TestScopeIsTheOnlyDoor(t *testing.T) {
	found := map[string]bool{}
	functions(t, func(name string, fn *ast.FuncDecl, at func(ast.Node) token.Position) {
		ast.Inspect(fn, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			called := sel.Sel.Name
			if allowed, ok := doors[called]; ok {
				found[called+" "+name] = true
				if !slices.Contains(allowed, name) {
					t.Errorf("%s: %s calls %s", at(call), name, called)
				}
			}
			// Exec on a built query is how a write ends; on a handle it takes a text.
			if called == "Exec" && len(call.Args) == 1 {
				return true
			}
			if slices.Contains(shut, called) && !slices.Contains(strings.Fields(unshut[called]), name) {
				t.Errorf("%s: %s calls %s", at(call), name, called)
			}
			if called == "shared" && len(call.Args) == 1 {
				if row := rowType(fn, call.Args[0]); !slices.Contains([]string{"agencyRow", "reportedRow", "accountRow", "sessionRow", "factorRow", "pendingRow", "attemptRow", "requestRow", "requestAnswerRow", "entryRow", "hashRow", "headRow", "pinRow", "pinEndRow", "keyRow", "checkpointRow", "feedRow", "onceRow", "subscriptionRow", "deliveryRow", "outboxRow", "serviceRow", "logRow", "noteRow", "patternRow", "delegationRow", "delegationEndRow", "paperRow", "handedRow", "backupRow", "madeRow", "doorEventRow", "doorSealRow", "seenRow", "retentionRow", "jobRow", "bodyKeyRow", "personalRow"}, row) {
					t.Errorf("%s: %s opens the shared door on %q", at(call), name, row)
				}
			}
			return true
		})
	})
	for kind, names := range doors {
		for _, name := range names {
			if !found[kind+" "+name] {
				t.Errorf("%s is allowed %s and does not use it", name, kind)
			}
		}
	}
}

// functions walks the production functions of the room, named Type.Method.
func functions(t *testing.T, visit func(name string, fn *ast.FuncDecl, at func(ast.Node) token.Position)) {
	t.Helper()
	set := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("no files of the room: %v", err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && strings.Contains(lit.Value, "FROM ") && !slices.Contains(engines, name) && !strings.Contains(lit.Value, "= s.id") {
				t.Errorf("%s: a query of its own: %s", set.Position(lit.Pos()), lit.Value)
			}
			if lit, ok := n.(*ast.BasicLit); ok && strings.Contains(lit.Value, "-?") {
				t.Errorf("%s: a minus before an argument: %s", set.Position(lit.Pos()), lit.Value)
			}
			return true
		})
		for _, d := range file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				visit(nameOf(fn), fn, func(n ast.Node) token.Position { return set.Position(n.Pos()) })
			}
		}
	}
}

func nameOf(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return fn.Name.Name
	}
	on := fn.Recv.List[0].Type
	if star, ok := on.(*ast.StarExpr); ok {
		on = star.X
	}
	return on.(*ast.Ident).Name + "." + fn.Name.Name
}

// rowType finds what kind of row a model argument is: (*T)(nil), or &v where v
// is declared in fn as []T.
func rowType(fn *ast.FuncDecl, model ast.Expr) string {
	if conv, ok := model.(*ast.CallExpr); ok {
		if paren, ok := conv.Fun.(*ast.ParenExpr); ok {
			if star, ok := paren.X.(*ast.StarExpr); ok {
				return star.X.(*ast.Ident).Name
			}
		}
	}
	ref, ok := model.(*ast.UnaryExpr)
	if !ok {
		return ""
	}
	row := ""
	ast.Inspect(fn, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Names[0].Name != ref.X.(*ast.Ident).Name || spec.Pos() > model.Pos() {
			return true
		}
		if list, ok := spec.Type.(*ast.ArrayType); ok {
			row = list.Elt.(*ast.Ident).Name
		}
		return true
	})
	return row
}
