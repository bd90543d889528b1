package forms

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// notes gathers the faults of one file, each with its line.
type notes struct {
	file   string
	root   *yaml.Node
	faults []error
}

// linter reads one form as a strict colleague would and notes every fault with
// its line.
type linter struct {
	notes
	form *Form
}

// path leads to a node: keys of mappings and indexes of sequences.
type path []any

func (p path) to(steps ...any) path { return append(slices.Clone(p), steps...) }

// fault notes what is wrong at a path.
func (n *notes) fault(at path, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	n.faults = append(n.faults, fmt.Errorf("%s:%d: %s", n.file, line(n.root, at), text))
}

// line is the line of the node at the path, or of the nearest one above it.
func line(n *yaml.Node, at path) int {
	if n.Kind == yaml.DocumentNode {
		return line(n.Content[0], at)
	}
	if len(at) == 0 {
		return n.Line
	}
	switch step := at[0].(type) {
	case int:
		if n.Kind == yaml.SequenceNode && step < len(n.Content) {
			return line(n.Content[step], at[1:])
		}
	case string:
		for i := 0; i+1 < len(n.Content) && n.Kind == yaml.MappingNode; i += 2 {
			if n.Content[i].Value == step && len(at) == 1 {
				return n.Content[i].Line
			}
			if n.Content[i].Value == step {
				return line(n.Content[i+1], at[1:])
			}
		}
	}
	return n.Line
}

func (l *linter) lint() {
	f := l.form
	l.id(path{"id"}, f.ID)
	l.id(path{"edition"}, f.Edition)
	if want := fileName(f); want != l.file {
		l.fault(path{"id"}, "form %s in edition %s belongs in %s", f.ID, f.Edition, want)
	}
	l.text(path{"title"}, f.Title, compulsory)
	l.text(path{"intro"}, f.Intro, optional)
	l.text(path{"submit"}, f.Submit, compulsory)
	if len(f.Sections) == 0 {
		l.fault(path{}, "the form has no section")
	}
	seen := map[string]bool{}
	for i, section := range f.Sections {
		l.section(path{"sections", i}, section, seen)
	}
	l.fields()
}

func fileName(f *Form) string {
	if f.Edition == AnyEdition {
		return f.ID + ".yaml"
	}
	return f.ID + "_" + f.Edition + ".yaml"
}

func (l *linter) section(at path, s Section, seen map[string]bool) {
	l.id(at.to("id"), s.ID)
	if seen[s.ID] {
		l.fault(at.to("id"), "section %s stands twice", s.ID)
	}
	seen[s.ID] = true
	need := optional
	if len(l.form.Sections) > 1 {
		need = compulsory
	}
	l.text(at.to("title"), s.Title, need)
	l.text(at.to("help"), s.Help, optional)
	if len(s.Fields) == 0 {
		l.fault(at, "section %s has no field", s.ID)
	}
}

// fields walks all fields in document order, so that each is held against those
// above it.
func (l *linter) fields() {
	above := map[string]*Field{}
	for i := range l.form.Sections {
		for j := range l.form.Sections[i].Fields {
			at, field := path{"sections", i, "fields", j}, &l.form.Sections[i].Fields[j]
			l.field(at, field, above)
			if above[field.ID] != nil {
				l.fault(at.to("id"), "field %s stands twice", field.ID)
			}
			above[field.ID] = field
		}
	}
}

func (l *linter) field(at path, f *Field, above map[string]*Field) {
	l.id(at.to("id"), f.ID)
	if _, ok := kindOf(f.Type); !ok {
		l.fault(at.to("type"), "field %s has the unknown type %q", f.ID, f.Type)
	}
	l.text(at.to("label"), f.Label, compulsory)
	l.text(at.to("name"), f.Name, optional)
	l.text(at.to("hint"), f.Hint, short)
	l.text(at.to("help"), f.Help, optional)
	l.options(at, f)
	l.bounds(at, f)
	l.dates(at, f, above)
	l.checkTags(at, f)
	l.messages(at, f)
	if f.Required && f.RequiredIf != nil {
		l.fault(at.to("required_if"), "field %s is required and required_if", f.ID)
	}
	l.cond(at.to("show_if"), f.ShowIf, above)
	l.cond(at.to("required_if"), f.RequiredIf, above)
	for i, level := range f.Levels {
		if !isLevel(strconv.Itoa(level)) {
			l.fault(at.to("levels", i), "level %d of field %s is not from 1 to 5", level, f.ID)
		}
	}
}

func (n *notes) id(at path, id string) {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789_"
	if strings.Trim(id, letters) != "" || id < "a" { // digits and _ sort before a
		n.fault(at, "id %q is not of small letters, digits and underscores", id)
	}
}

func (l *linter) options(at path, f *Field) {
	closed := f.Type == "choice" || f.Type == "choices"
	if closed != (len(f.Options) > 0) {
		l.fault(at.to("options"), "field %s: options belong to choice and choices, which need them", f.ID)
	}
	seen := map[string]bool{}
	for i, o := range f.Options {
		at := at.to("options", i)
		if code, problem := f.clean(o.Code); problem != nil || code != o.Code || code == "" || seen[code] {
			l.fault(at.to("code"), "option code %q of field %s is blank, untidy or stands twice", o.Code, f.ID)
		}
		seen[o.Code] = true
		l.text(at.to("label"), o.Label, compulsory)
		l.text(at.to("hint"), o.Hint, short)
	}
}

func (l *linter) bounds(at path, f *Field) {
	k, _ := kindOf(f.Type)
	if k.limit == 0 && (f.Min != nil || f.Max != nil) {
		l.fault(at.to("type"), "type %s of field %s has no min or max", f.Type, f.ID)
	}
	if f.least() > f.most() && k.limit > 0 {
		l.fault(at.to("min"), "min of field %s is above its max", f.ID)
	}
	if k.amiss == "too_long" && f.most() > longest {
		l.fault(at.to("max"), "max of field %s is above %d characters", f.ID, longest)
	}
	if f.Rows != 0 && f.Type != "longtext" {
		l.fault(at.to("rows"), "rows belong to a longtext, not to field %s", f.ID)
	}
}

func (l *linter) dates(at path, f *Field, above map[string]*Field) {
	ruled := f.NotAfterToday || f.NotBeforeToday || f.AfterToday || f.NotBefore != ""
	if ruled && f.Type != "date" {
		l.fault(at, "field %s has rules for days but is no date", f.ID)
	}
	if f.NotBefore != "" && (above[f.NotBefore] == nil || above[f.NotBefore].Type != "date") {
		l.fault(at.to("not_before"), "not_before of field %s names no date above it: %q", f.ID, f.NotBefore)
	}
}

func (l *linter) checkTags(at path, f *Field) {
	if f.Check == "" {
		return
	}
	if !slices.Contains([]string{"text", "longtext", "code"}, f.Type) {
		l.fault(at.to("check"), "field %s: a check belongs to text, longtext and code", f.ID)
	}
	if err := l.form.checks.compile(f.Check); err != nil {
		l.fault(at.to("check"), "field %s: %v", f.ID, err)
	}
	if _, ok := f.Error["check"]; !ok {
		l.fault(at.to("check"), "field %s has a check but no message for it", f.ID)
	}
}

func (l *linter) messages(at path, f *Field) {
	for code, says := range f.Error {
		if _, ok := wordings()[code]; !ok {
			l.fault(at.to("error", code), "field %s has a message for the unknown problem %q", f.ID, code)
		}
		l.text(at.to("error", code), says, compulsory)
	}
}
