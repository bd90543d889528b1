package controls

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"capdo/internal/law"
)

//go:embed catalogue/*.yaml
var embedded embed.FS

// Load reads the embedded catalogues.
func Load() (*Catalogues, error) {
	sub, err := fs.Sub(embedded, "catalogue")
	if err != nil {
		return nil, fmt.Errorf("open control catalogues: %w", err)
	}
	return LoadFS(sub)
}

// LoadFS reads catalogues from the YAML files at the root of fsys. Every flaw
// is collected as "file:line: reason" and joined into one error.
func LoadFS(fsys fs.FS) (*Catalogues, error) {
	names, err := fs.Glob(fsys, "*")
	if err != nil {
		return nil, fmt.Errorf("list control catalogues: %w", err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		if files[name], err = fs.ReadFile(fsys, name); err != nil {
			return nil, fmt.Errorf("read control catalogues: %w", err)
		}
	}
	l := newLoader(digest(files))
	l.load(files)
	if err := l.Err(); err != nil {
		return nil, fmt.Errorf("load control catalogues: %w", err)
	}
	return l.out, nil
}

// loader joins the files while they are being read.
type loader struct {
	lint
	out     *Catalogues
	owners  map[string]string // "control M1.1" or "group M1" -> its file
	sources map[string]bool   // known source keys; true once cited
	proofs  map[string]proof
	parts   []string
}

// proof is a kind of evidence and whether any control asks for it.
type proof struct {
	title law.Text
	used  bool
}

func newLoader(digest string) *loader {
	return &loader{
		out:    &Catalogues{digest: digest},
		owners: map[string]string{}, sources: map[string]bool{}, proofs: map[string]proof{},
	}
}

// load reads the files in the order in which they lean on each other, which
// is also the order of For.
func (l *loader) load(files map[string][]byte) {
	var legend rawLegend
	l.take(files, "legend.yaml", &legend)
	l.legend(legend)
	for _, name := range []string{"tcvn-11930.yaml", "tcvn-14423.yaml", "nd-331.yaml"} {
		var raw rawCatalogue
		if l.take(files, name, &raw) {
			l.out.catalogues = append(l.out.catalogues, l.catalogue(raw))
		}
	}
	var cross rawCrosswalk
	if l.take(files, "crosswalk.yaml", &cross) {
		l.crosswalk(cross)
	}
	l.unused()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		l.File = name
		l.Add(1, "unexpected file")
	}
}

// take decodes one file and strikes it off; it reports whether there was one.
func (l *loader) take(files map[string][]byte, name string, into any) bool {
	l.File = name
	text, ok := files[name]
	if !ok {
		l.Add(1, "file is missing")
		return false
	}
	delete(files, name)
	l.Decode(text, into)
	return true
}

// unique refuses a key used twice for the same kind of entry, in any file.
func (l *loader) unique(kind string, key mark) {
	id := kind + " " + key.Value
	before, ok := l.owners[id]
	switch {
	case key.Value == "":
		l.Add(key.Line, "%s without key", kind)
	case ok:
		l.Add(key.Line, "duplicate %s %q, first in %s", kind, key.Value, before)
	default:
		l.owners[id] = l.File
	}
}

// cite checks that every source key stands in the legend.
func (l *loader) cite(of, source mark) string {
	for key := range strings.SplitSeq(source.Value, ", ") {
		if _, ok := l.sources[key]; !ok {
			l.Add(source.Or(of).Line, "%s: source %q is not in the legend", of.Value, key)
			continue
		}
		l.sources[key] = true
	}
	return source.Value
}

// digest is the hex SHA-256 over names and bytes, in the order of names.
func digest(files map[string][]byte) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%s\n%d\n", name, len(files[name]))
		h.Write(files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}
