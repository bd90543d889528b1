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

	"capdo/internal/proof"
)

//go:embed paper/*.yaml paper/official/*.yaml
var paper embed.FS

// Shelf holds all forms and official papers of the program, read only.
type Shelf struct {
	forms     []*Form
	officials []*Official
	digest    string
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
// <id>.yaml or <id>_<edition>.yaml, and every official/<id>_<edition>.yaml, one
// official paper each. It is strict: unknown keys, dangling conditions, checks
// that do not compile, slots nobody knows and texts missing in a language are
// all reported together, each as file:line.
func LoadFS(fsys fs.FS) (*Shelf, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the forms: %w", err)
	}
	if len(names) == 0 {
		return nil, errors.New("load forms: no *.yaml found")
	}
	officials, err := fs.Glob(fsys, officialFolder+"/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the official papers: %w", err)
	}
	shelf, sum, checks := &Shelf{}, sha256.New(), newChecks()
	var faults []error
	for _, name := range append(names, officials...) { // Glob sorts by name
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read form: %w", err)
		}
		fmt.Fprintf(sum, "%s %d\n%s", name, len(data), data)
		faults = append(faults, shelf.put(name, data, checks))
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
	slices.SortFunc(shelf.officials, func(a, b *Official) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Edition, b.Edition))
	})
	shelf.digest = hex.EncodeToString(sum.Sum(nil))
	return shelf, nil
}

// put reads one file and puts what it holds on the shelf.
func (s *Shelf) put(name string, data []byte, checks checks) error {
	if strings.HasPrefix(name, officialFolder) {
		o, err := decodeOfficial(name, data)
		s.officials = append(s.officials, o)
		return err
	}
	form, err := decode(name, data, checks)
	s.forms = append(s.forms, form)
	return err
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

// decode reads one form.
func decode(name string, data []byte, checks checks) (*Form, error) {
	form := &Form{checks: checks}
	root, err := strict(name, data, form)
	if err != nil {
		return nil, err
	}
	l := linter{notes: notes{file: name, root: root}, form: form}
	l.lint()
	return form, errors.Join(l.faults...)
}

// strict reads one file twice: into a value, which must know every key, and
// into nodes, which know the lines the linters speak of.
func strict[T any](name string, data []byte, into *T) (*yaml.Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		return nil, proof.Located(name, err)
	}
	if err := dec.Decode(new(T)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:1: more than one document in the file", name)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, proof.Located(name, err)
	}
	return &root, nil
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

// Official finds an official paper, such as "mau-06" in edition "r331".
func (s *Shelf) Official(id, edition string) (*Official, bool) {
	for _, o := range s.officials {
		if o.ID == id && o.Edition == edition {
			return o, true
		}
	}
	return nil, false
}

// Officials lists all official papers by id and edition.
func (s *Shelf) Officials() []*Official { return slices.Clone(s.officials) }

// Digest is the SHA-256 of all files, in hexadecimal: a decision can name the
// paper it was taken on.
func (s *Shelf) Digest() string { return s.digest }
