package security_test

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// chosen is the environment variable by which a woven program is told which
// mutant it is; without it, it is the real one.
const chosen = "CAPDO_MUTANT"

// edit puts a text in the place of the bytes from from to to.
type edit struct {
	from, to int
	put      string
}

// applied is a text after edits, none of which overlap.
func applied(src []byte, edits []edit) []byte {
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(a.from, b.from) })
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(append(out, src[at:e.from]...), e.put...)
		at = e.to
	}
	return append(out, src[at:]...)
}

// loom weaves several mutants into one program, so that one build serves them all:
// each function with a fault stands beside the real one, which hands over to it
// when that mutant is chosen.
type loom struct {
	files map[string][]byte // by path from the root: what stands in the place of a file
	alone []*mutant         // what no function holds: a build each
}

// weave is a loom with mutants in it.
func weave(mutants []*mutant) (*loom, error) {
	l := &loom{files: map[string][]byte{}}
	by := map[string][]*mutant{}
	for _, m := range mutants {
		by[m.file] = append(by[m.file], m)
	}
	for file, ms := range by {
		if err := l.file(file, ms); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return l, nil
}

// file weaves the mutants of one file.
func (l *loom) file(file string, ms []*mutant) error {
	if path.Ext(file) != ".go" {
		l.alone = append(l.alone, ms...)
		return nil
	}
	src, err := os.ReadFile(filepath.Join("..", "..", file))
	if err != nil {
		return err
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, src, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	at := func(p token.Pos) int { return set.Position(p).Offset }
	faults := map[*ast.FuncDecl][]*mutant{}
	var clones bytes.Buffer
	for _, m := range ms {
		e := m.edit(src)
		i := slices.IndexFunc(tree.Decls, func(d ast.Decl) bool {
			f, ok := d.(*ast.FuncDecl)
			return ok && at(f.Body.Lbrace) < e.from && e.to <= at(f.Body.Rbrace)
		})
		if i < 0 {
			l.alone = append(l.alone, m)
			continue
		}
		f := tree.Decls[i].(*ast.FuncDecl)
		faults[f] = append(faults[f], m)
		name := edit{at(f.Name.Pos()), at(f.Name.End()), m.name(f)}
		whole := applied(src[:at(f.End())], []edit{name, e})
		fmt.Fprintf(&clones, "\n%s\n", whole[at(f.Pos()):])
	}
	if len(faults) == 0 {
		return nil
	}
	var edits []edit
	for f, ms := range faults {
		edits = append(edits, fork(f, ms, at)...)
	}
	l.files[file] = append(applied(src, edits), clones.Bytes()...)
	choice := path.Join(path.Dir(file), "mutant.go")
	l.files[choice] = fmt.Appendf(nil, "package %s\n\nimport \"os\"\n\nvar mutant__ = os.Getenv(%q)\n", tree.Name.Name, chosen)
	return nil
}

// edit is where a mutant changes its file, no wider than the change.
func (m *mutant) edit(src []byte) edit {
	old, put := m.old, m.put
	from := bytes.Index(src, []byte(old))
	n := 0
	for n < min(len(old), len(put)) && old[n] == put[n] {
		n++
	}
	old, put, from = old[n:], put[n:], from+n
	for n = 0; n < min(len(old), len(put)) && old[len(old)-1-n] == put[len(put)-1-n]; {
		n++
	}
	return edit{from, from + len(old) - n, put[:len(put)-n]}
}

// name is how the function with the fault in it is called.
func (m *mutant) name(f *ast.FuncDecl) string {
	return f.Name.Name + "__" + strings.ReplaceAll(m.id, "-", "_")
}

// fork lets a function hand over to those of its mutants. What it is called with
// gets a name where it has none.
func fork(f *ast.FuncDecl, ms []*mutant, at func(token.Pos) int) (edits []edit) {
	named := func(fields *ast.FieldList) (names []string) {
		for _, x := range fields.List {
			if len(x.Names) == 0 {
				name := fmt.Sprintf("p__%d", at(x.Pos()))
				edits, names = append(edits, edit{at(x.Pos()), at(x.Pos()), name + " "}), append(names, name)
			}
			for _, id := range x.Names {
				name := id.Name
				if name == "_" {
					name = fmt.Sprintf("p__%d", at(id.Pos()))
					edits = append(edits, edit{at(id.Pos()), at(id.End()), name})
				}
				names = append(names, name)
			}
			if _, more := x.Type.(*ast.Ellipsis); more {
				names[len(names)-1] += "..."
			}
		}
		return names
	}
	call := "%s(" + strings.Join(named(f.Type.Params), ", ") + ")"
	if f.Recv != nil {
		call = named(f.Recv)[0] + "." + call
	}
	if f.Type.Results == nil {
		call += "; return"
	} else {
		call = "return " + call
	}
	var b strings.Builder
	b.WriteString(" switch mutant__ {")
	for _, m := range ms {
		fmt.Fprintf(&b, " case %q: "+call+";", m.id, m.name(f))
	}
	b.WriteString(" };")
	body := at(f.Body.Lbrace) + 1
	return append(edits, edit{body, body, b.String()})
}
