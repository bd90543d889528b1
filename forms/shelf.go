package forms

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed paper/*.yaml
var paper embed.FS

// Shelf holds all forms of the program, read only.
type Shelf struct {
	forms  []*Form
	digest string
}

// Load reads the forms that ship with the program.
func Load() (*Shelf, error) {
	sub, err := fs.Sub(paper, "paper")
	if err != nil {
		return nil, fmt.Errorf("open the forms: %w", err)
	}
	return LoadFS(sub)
}

// LoadFS reads every *.yaml at the root of fsys, one form each, named
// <id>.yaml or <id>_<edition>.yaml. It is strict: unknown keys, dangling
// conditions, checks that do not compile and texts missing in a language are
// all reported together, each as file:line.
func LoadFS(fsys fs.FS) (*Shelf, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the forms: %w", err)
	}
	if len(names) == 0 {
		return nil, errors.New("load forms: no *.yaml found")
	}
	shelf, sum, checks := &Shelf{}, sha256.New(), newChecks()
	var faults []error
	for _, name := range names { // Glob sorts by name
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read form: %w", err)
		}
		fmt.Fprintf(sum, "%s %d\n%s", name, len(data), data)
		form, err := decode(name, data, checks)
		faults = append(faults, err)
		shelf.forms = append(shelf.forms, form)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("load forms:\n%w", err)
	}
	if err := shelf.oneOrMany(); err != nil {
		return nil, fmt.Errorf("load forms:\n%w", err)
	}
	slices.SortFunc(shelf.forms, func(a, b *Form) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Edition, b.Edition))
	})
	shelf.digest = hex.EncodeToString(sum.Sum(nil))
	return shelf, nil
}

// oneOrMany refuses a form that is both the same everywhere and different in
// some edition: nobody could tell which one Form would find.
func (s *Shelf) oneOrMany() error {
	for _, a := range s.forms {
		for _, b := range s.forms {
			if a.ID == b.ID && a.Edition == AnyEdition && b.Edition != AnyEdition {
				return fmt.Errorf("%s:1: form %s also stands in edition any", fileName(b), b.ID)
			}
		}
	}
	return nil
}

// decode reads one file twice: into the form, strictly, and into nodes, which
// know the lines the linter speaks of.
func decode(name string, data []byte, checks checks) (*Form, error) {
	form := &Form{checks: checks}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(form); err != nil {
		return nil, located(name, err)
	}
	if err := dec.Decode(&Form{}); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:1: more than one document in the file", name)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, located(name, err)
	}
	l := linter{file: name, root: &root, form: form}
	l.lint()
	return form, errors.Join(l.faults...)
}

// located rewrites yaml's "line 7: ..." as "file:7: ...".
func located(name string, err error) error {
	var typed *yaml.TypeError
	lines := []string{strings.TrimPrefix(err.Error(), "yaml: ")}
	if errors.As(err, &typed) {
		lines = typed.Errors
	}
	var faults []error
	for _, line := range lines {
		rest, ok := strings.CutPrefix(line, "line ")
		if !ok {
			rest = "1: " + line
		}
		faults = append(faults, fmt.Errorf("%s:%s", name, rest))
	}
	return errors.Join(faults...)
}

// Form finds a form by id and edition. A form that is the same under every rule
// set answers to any edition.
func (s *Shelf) Form(id, edition string) (*Form, bool) {
	for _, form := range s.forms {
		if form.ID == id && (form.Edition == edition || form.Edition == AnyEdition) {
			return form, true
		}
	}
	return nil, false
}

// Forms lists all forms by id and edition.
func (s *Shelf) Forms() []*Form { return slices.Clone(s.forms) }

// Digest is the SHA-256 of all files, in hexadecimal: a decision can name the
// paper it was taken on.
func (s *Shelf) Digest() string { return s.digest }
