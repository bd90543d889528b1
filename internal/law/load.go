package law

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
)

//go:embed book/*.yaml
var embedded embed.FS

// Load reads the embedded book.
func Load() (*Book, error) {
	sub, err := fs.Sub(embedded, "book")
	if err != nil {
		return nil, fmt.Errorf("open book of law: %w", err)
	}
	return LoadFS(sub)
}

// LoadFS reads a book from the YAML files at the root of fsys. Every flaw is
// collected; the error wraps them as proof.Flaws.
func LoadFS(fsys fs.FS) (*Book, error) {
	names, err := fs.Glob(fsys, "*")
	if err != nil {
		return nil, fmt.Errorf("list book of law: %w", err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		if files[name], err = fs.ReadFile(fsys, name); err != nil {
			return nil, fmt.Errorf("read book of law: %w", err)
		}
	}
	return load(files)
}

// LoadOver reads the embedded book with some of its files replaced, by name: an
// edited book needs no more than the files that differ. Flaws come as of LoadFS;
// a name the book does not know is one.
func LoadOver(edited map[string][]byte) (*Book, error) {
	entries, err := embedded.ReadDir("book")
	if err != nil {
		return nil, fmt.Errorf("list book of law: %w", err)
	}
	files := map[string][]byte{}
	for _, e := range entries {
		if files[e.Name()], err = embedded.ReadFile("book/" + e.Name()); err != nil {
			return nil, fmt.Errorf("read book of law: %w", err)
		}
	}
	maps.Copy(files, edited)
	return load(files)
}

// load makes a book of its files, by name.
func load(files map[string][]byte) (*Book, error) {
	l := &loader{
		book: &Book{digest: digest(files), tables: map[RuleSet]*table{}},
		ids:  map[string]string{}, sources: map[string]bool{}, cited: map[string]bool{},
	}
	l.load(files)
	if err := l.Err(); err != nil {
		return nil, fmt.Errorf("load book of law: %w", err)
	}
	return l.book, nil
}

// load reads the files in the order in which they lean on each other.
func (l *loader) load(files map[string][]byte) {
	var (
		library rawLibrary
		sets    rawRuleSets
		author  rawAuthority
		gate    rawGate
		days    rawCalendar
		dues    rawDeadlines
		reviews rawReviews
		past    rawTransitions
		dossier rawDossier
		others  rawProvisions
		plan    rawPlan
		lists   rawLists
	)
	l.take(files, "instruments.yaml", &library)
	l.library(library)
	l.take(files, "rulesets.yaml", &sets)
	l.ruleSets(sets)
	l.tables(files)
	l.take(files, "authority.yaml", &author)
	l.authority(author)
	l.take(files, "gate.yaml", &gate)
	l.gate(gate)
	l.take(files, "holidays.yaml", &days)
	l.calendar(days)
	l.take(files, "transition.yaml", &past)
	l.transitionList(past)
	l.take(files, "deadlines.yaml", &dues)
	l.deadlineList(dues)
	l.take(files, "reviews.yaml", &reviews)
	l.reviewList(reviews)
	l.take(files, "dossier.yaml", &dossier)
	l.dossier(dossier)
	l.take(files, "provisions.yaml", &others)
	l.provisionList(others)
	l.take(files, "plan.yaml", &plan)
	l.planList(plan)
	l.take(files, "lists.yaml", &lists)
	l.lists(lists)
	l.unused()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		l.File = name
		l.Add(1, "unexpected file")
	}
}

// take decodes one file and strikes it off.
func (l *loader) take(files map[string][]byte, name string, into any) {
	l.File = name
	text, ok := files[name]
	if !ok {
		l.Add(1, "file is missing")
		return
	}
	delete(files, name)
	l.Decode(text, into)
}

// tables reads every levels-*.yaml and lets a table lean on its reference.
func (l *loader) tables(files map[string][]byte) {
	facts := map[string]fact{}
	for _, k := range factTable() {
		facts[k.name] = k
	}
	leans := map[RuleSet]leaning{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if ok, _ := path.Match("levels-*.yaml", name); !ok {
			continue
		}
		var raw rawTable
		l.take(files, name, &raw)
		t := l.table(raw, facts)
		if l.book.tables[t.rules] != nil {
			l.Add(raw.Rules.Line, "a second table for %s", t.rules)
		}
		l.book.tables[t.rules] = t
		if raw.Reference.Line > 0 {
			leans[t.rules] = leaning{raw.Reference, name}
		}
	}
	l.lean(leans)
	l.check()
	for _, t := range l.book.tables {
		t.diagram = draw(t.rows)
	}
}

// leaning is a table's reference to another, with its file.
type leaning struct {
	mark
	file string
}

// lean appends to a table the rows and asks of the table it refers to.
func (l *loader) lean(on map[RuleSet]leaning) {
	for _, rs := range slices.Sorted(maps.Keys(on)) {
		ref := on[rs]
		l.File = ref.file
		base := l.book.tables[RuleSet(ref.Value)]
		if _, chained := on[RuleSet(ref.Value)]; base == nil || chained {
			l.Add(ref.Line, "%s: reference %q has no table of its own", rs, ref.Value)
			continue
		}
		t := l.book.tables[rs]
		t.rows = append(t.rows, base.rows...)
		t.asks, t.doubts = append(t.asks, base.asks...), append(t.doubts, base.doubts...)
		t.settle()
	}
}

// unused notes instruments that nothing cites.
func (l *loader) unused() {
	l.File = "instruments.yaml"
	for _, i := range l.book.instruments {
		if !l.cited[i.ID] {
			l.Add(1, "instrument %q is cited by nothing", i.ID)
		}
	}
}

// check makes sure that every rule set has a table and that the two rules
// known to Determination.Listed exist.
func (l *loader) check() {
	l.File = "rulesets.yaml"
	for _, s := range l.book.ruleSets {
		if l.book.tables[s.ID] == nil {
			l.Add(1, "no level table for %s", s.ID)
		}
	}
	l.File = "levels-r331.yaml"
	for _, id := range []string{ruleListedBySigns, ruleListedByResult} {
		if _, ok := l.book.Rule(id); !ok {
			l.Add(1, "rule %s is missing", id)
		}
	}
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
