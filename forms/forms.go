// Package forms is the paper of the house as data. Every question the program
// asks is written once, in a YAML file under paper/, and that one definition
// serves the HTML input, the completeness check and the printed page.
//
// The room knows paper logic only: which field follows which answer, what a
// date or a number looks like, how long a text may be. Whether the law makes a
// field compulsory at some level is decided elsewhere. There is no HTML, no SQL
// and no clock here: the day is part of the [Context].
//
// A form travels so:
//
//	shelf, err := forms.Load()                    // strict; every error names file and line
//	form, ok := shelf.Form("dossier", "r331")
//	answers, problems := form.Parse(ctx, r.PostForm)
//	sections := form.Shown(ctx, answers)          // what to draw, what to print
//	digest := sha256.Sum256(form.Canonical(answers))
//
// Beside the forms stand the papers the decrees prescribe, as blanks with slots:
// see [Official].
//
// Answers hold canonical values: dates as 2006-01-02, whole numbers as plain
// digits, yes or no as "yes" and "no", lists joined by newlines, texts in NFC.
package forms

// Text is one sentence or label in the two languages of the program.
type Text struct {
	VI string `yaml:"vi"`
	EN string `yaml:"en"`
}

// In returns the English text for "en" and the Vietnamese one otherwise.
func (t Text) In(lang string) string {
	if lang == "en" {
		return t.EN
	}
	return t.VI
}

func (t Text) blank() bool { return t.VI == "" && t.EN == "" }

// AnyEdition is the edition of a form that is the same under every rule set.
const AnyEdition = "any"

// Form is one paper in one edition. Forms come from [Load] or [LoadFS] only and
// are shared: read them, do not change them.
type Form struct {
	ID       string    `yaml:"id"`
	Edition  string    `yaml:"edition"` // a rule set such as r331, or AnyEdition
	Title    Text      `yaml:"title"`
	Intro    Text      `yaml:"intro"`
	Submit   Text      `yaml:"submit"` // the words on the button
	Basis    []string  `yaml:"basis"`  // clauses the paper follows, for people to read
	Sections []Section `yaml:"sections"`

	checks checks
}

// Section is one idea of a form: a heading and the fields under it.
type Section struct {
	ID     string  `yaml:"id"`
	Title  Text    `yaml:"title"`
	Help   Text    `yaml:"help"`
	Fields []Field `yaml:"fields"`
}

// Field is one question. Type is one of the closed set: text, longtext, int,
// date, yesno, choice, choices, level, levels, email, code, password, agency,
// check.
type Field struct {
	ID      string   `yaml:"id"`
	Type    string   `yaml:"type"`
	Label   Text     `yaml:"label"`
	Name    Text     `yaml:"name"` // the noun used in messages; the label when blank
	Hint    Text     `yaml:"hint"` // at most one sentence
	Help    Text     `yaml:"help"`
	Options []Option `yaml:"options"` // choice and choices

	Required   bool  `yaml:"required"`
	RequiredIf *Cond `yaml:"required_if"`
	ShowIf     *Cond `yaml:"show_if"`
	Levels     []int `yaml:"levels"` // shown at these levels only; empty means all

	// Min and Max bound the number of an int, the items of choices and levels,
	// and the characters of every kind of text. Unset, the type's own cap holds.
	Min   *int   `yaml:"min"`
	Max   *int   `yaml:"max"`
	Check string `yaml:"check"` // validator tags for a single value; see check.go

	NotAfterToday  bool   `yaml:"not_after_today"`
	NotBeforeToday bool   `yaml:"not_before_today"`
	AfterToday     bool   `yaml:"after_today"`
	NotBefore      string `yaml:"not_before"` // a date field further up this form

	Rows         int             `yaml:"rows"`         // height of a longtext
	Autocomplete string          `yaml:"autocomplete"` // HTML token, such as username
	Error        map[string]Text `yaml:"error"`        // own messages by problem code
}

// Option is one answer of a choice.
type Option struct {
	Code  string `yaml:"code"`
	Label Text   `yaml:"label"`
	Hint  Text   `yaml:"hint"`
}

// Fields lists all fields of the form in document order, shown or not.
func (f *Form) Fields() []*Field {
	var all []*Field
	for i := range f.Sections {
		for j := range f.Sections[i].Fields {
			all = append(all, &f.Sections[i].Fields[j])
		}
	}
	return all
}

// Field finds a field by its id.
func (f *Form) Field(id string) (*Field, bool) {
	for _, field := range f.Fields() {
		if field.ID == id {
			return field, true
		}
	}
	return nil, false
}
