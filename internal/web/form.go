package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"capdo/forms"
	"capdo/internal/approval"
)

// Form is a form of the shelf made ready for the one set of form templates.
type Form struct {
	Action, Title, Intro string
	Hidden               []Hidden
	Sections             []FormSection
	Contents             bool // the form is long: its sections are listed first
	Errors               []ErrorLink
	Buttons              []Button
	Cancel               string
	Autosave, SaveLine   string // where fields are saved by themselves, "" when they are not
}

// Hidden is a value that travels along.
type Hidden struct{ Name, Value string }

// FormSection is a heading with the fields under it.
type FormSection struct {
	ID, Title, Help string
	Fields          []Field
}

// Field is one question as drawn. Group marks radios and checkboxes, which
// stand in a fieldset; Options without Group are a select.
type Field struct {
	ID, Type, Label, Hint, Help string
	When                        string // on what the question depends, while open
	Value, Input, Mode, Width   string
	Autocomplete, Described     string
	Error, ErrorCites           string
	Seen, SavedBy, History      string // of a draft: the field's tag, who saved it last, its versions
	Clash                       *ClashView
	Options                     []Option
	Rows                        int
	Optional, Group, Inline     bool
	Chosen                      bool // the tick of a check
}

// Option is one answer to choose.
type Option struct {
	ID, Code, Label, Hint string
	Chosen                bool
}

// ErrorLink is a line of the error summary; Href is "" when no field is meant.
type ErrorLink struct{ Href, Text, Cites string }

// Button sends the form.
type Button struct{ Name, Value, Text, Class string }

// paper is what draw needs: the form, the case, the input as typed, and what
// is wrong with it.
type paper struct {
	form     *forms.Form
	context  forms.Context
	in       url.Values
	findings []approval.Finding
	agencies []approval.Agency
	action   string
}

// longForm is how many sections make a form long.
const longForm = 6

// draw makes a paper ready for the templates.
func (v *visit) draw(p paper) Form {
	a := asked{v.voice, p.form, p.context, p.in}
	f := Form{Action: p.action, Title: p.form.Title.In(v.lang), Intro: p.form.Intro.In(v.lang)}
	drawn := map[string]Field{}
	for i := range p.form.Sections {
		s := &p.form.Sections[i]
		section := FormSection{ID: "part-" + s.ID, Title: s.Title.In(v.lang), Help: s.Help.In(v.lang)}
		for j := range s.Fields {
			if show, hanging := a.shows(&s.Fields[j]); show {
				field := a.field(&s.Fields[j], hanging, p)
				drawn[field.ID] = field
				section.Fields = append(section.Fields, field)
			}
		}
		if len(section.Fields) > 0 {
			f.Sections = append(f.Sections, section)
		}
	}
	f.Contents = len(f.Sections) >= longForm
	f.Errors = v.errorLinks(p.findings, drawn)
	f.Buttons = []Button{{Text: p.form.Submit.In(v.lang), Class: "button"}}
	return f
}

// field draws one question.
func (a asked) field(f *forms.Field, hanging bool, p paper) Field {
	d := Field{ID: f.ID, Type: f.Type, Label: f.Label.In(a.lang), Hint: f.Hint.In(a.lang), Help: f.Help.In(a.lang),
		Value: p.in.Get(f.ID), Autocomplete: f.Autocomplete, Rows: max(f.Rows, 3),
		Optional: !f.Required && !p.context.Demands(f.ID) && f.RequiredIf == nil && f.Type != "check"}
	if hanging {
		d.When = a.when(f)
	}
	a.dress(&d, f, p)
	for _, x := range p.findings {
		if x.Field == f.ID && d.Error == "" {
			d.Error, d.ErrorCites = a.say(x.Says), x.Cites
		}
	}
	d.Described = described(d)
	return d
}

// dress gives a question the control of its type.
func (a asked) dress(d *Field, f *forms.Field, p paper) {
	d.Input, d.Width = "text", "medium"
	switch f.Type {
	case "choice", "choices":
		d.Group, d.Options = true, a.options(f, p.in[f.ID])
	case "yesno":
		d.Group, d.Inline = true, true
		d.Options = choose(f.ID, p.in[f.ID], Option{Code: "yes", Label: a.t("yes")}, Option{Code: "no", Label: a.t("no")})
	case "level":
		d.Group, d.Inline = true, true
		d.Options = choose(f.ID, p.in[f.ID], a.levels()...)
	case "agency":
		d.Options = choose(f.ID, p.in[f.ID], agencyOptions(a.voice, p.agencies)...)
	case "check":
		d.Chosen = slices.Contains([]string{"yes", "on"}, d.Value)
	case "int":
		d.Mode, d.Width = "numeric", "short"
	case "date":
		d.Mode, d.Width, d.Autocomplete = "numeric", "short", "off"
		d.Hint = orElse(d.Hint, a.t("form.day"))
	case "levels":
		d.Width, d.Hint = "short", orElse(d.Hint, a.t("form.levels"))
	case "text":
		d.Width = "long"
	case "email", "password":
		d.Input = f.Type
	}
	if d.Group {
		d.Input = "radio"
	}
	if f.Type == "choices" {
		d.Input = "checkbox"
	}
}

// options are the answers of a choice.
func (a asked) options(f *forms.Field, given []string) []Option {
	all := make([]Option, len(f.Options))
	for i, o := range f.Options {
		all[i] = Option{Code: o.Code, Label: o.Label.In(a.lang), Hint: o.Hint.In(a.lang)}
	}
	return choose(f.ID, given, all...)
}

// levels are the five levels to choose from.
func (v voice) levels() []Option {
	all := make([]Option, 5)
	for i := range all {
		all[i] = Option{Code: strconv.Itoa(i + 1), Label: v.t("level.n", i+1)}
	}
	return all
}

// agencyOptions are the bodies to choose from, in official order.
func agencyOptions(v voice, agencies []approval.Agency) []Option {
	all, names := make([]Option, len(agencies)), v.names(agencies)
	for i, x := range agencies {
		all[i] = Option{Code: x.Code, Label: names[x.Code]}
	}
	return all
}

// choose marks the answers given and names the controls: the first bears the
// id of the field, so that a link from the error summary lands on it.
func choose(id string, given []string, all ...Option) []Option {
	for i := range all {
		all[i].ID = id
		if i > 0 {
			all[i].ID = id + "-" + strconv.Itoa(i)
		}
		all[i].Chosen = slices.Contains(given, all[i].Code)
	}
	return all
}

// described lists the ids of what describes a question.
func described(d Field) string {
	var ids []string
	for _, n := range []struct{ text, suffix string }{{d.When, "-when"}, {d.Hint, "-hint"}, {d.Error, "-error"}} {
		if n.text != "" {
			ids = append(ids, d.ID+n.suffix)
		}
	}
	return strings.Join(ids, " ")
}

// errorLinks is the summary of what is wrong, in the order found; a finding
// whose field is not drawn stands without a link.
func (v *visit) errorLinks(fs []approval.Finding, drawn map[string]Field) []ErrorLink {
	var all []ErrorLink
	for _, f := range fs {
		link := ErrorLink{Text: v.say(f.Says), Cites: f.Cites}
		if _, ok := drawn[f.Field]; ok {
			link.Href = "#" + f.Field
		}
		all = append(all, link)
	}
	return all
}

// orElse returns s, or other when s is empty.
func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
