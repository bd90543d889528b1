package forms

import (
	"maps"
	"net/url"
	"slices"
)

// Context is what a form is told about the case it is filled in for.
type Context struct {
	Today string // the day of the act, 2006-01-02; needed wherever a date is asked
	Level int    // $level: 1 to 5, or 0 when not known
	Rules string // $rules: the rule set, such as R331
	Stage string // $stage: operating, new or upgrade
	// Transition is $transition: "investment" while the law asks of this system
	// whether it was under investment before the law changed, else "".
	Transition string
	// Compulsory are the fields that the law, not the paper, makes compulsory,
	// and the levels at which it does; see Demands.
	Compulsory map[string][]int
	Draft      bool // saving a draft: only the shape of answers is judged, hidden ones are kept
}

// Demands tells whether the law makes a field compulsory in this case: at the
// level of the case or, while none is known, at every level.
func (c Context) Demands(field string) bool {
	levels := c.Compulsory[field]
	return slices.Contains(levels, c.Level) || c.Level == 0 && len(levels) == 5
}

// Problem is one thing to mend: the field, a stable code and what to tell the
// person, in both languages. Says never repeats what was typed, except a day
// that the calendar does not have.
type Problem struct {
	Field, Code string
	Says        Text
}

// Parse reads input into canonical answers and lists what is wrong, in document
// order and at most once per field. A field with a problem has no answer; the
// input itself is left untouched, for the page to show as typed. Input of a
// field that is not shown is dropped, or kept unjudged in a draft. Names the
// form does not have are ignored.
func (f *Form) Parse(c Context, in url.Values) (Answers, []Problem) {
	s := scope{Context: c, answers: Answers{}}
	hidden := Answers{}
	var problems []Problem
	for _, field := range f.Fields() {
		value, problem := field.read(in[field.ID])
		if !s.shows(field) {
			if c.Draft && problem == nil && value != "" {
				hidden[field.ID] = value
			}
			continue
		}
		if problem == nil {
			problem = f.judge(s, field, value)
		}
		switch {
		case problem != nil:
			problems = append(problems, *problem)
		case value != "":
			s.answers[field.ID] = value
		}
	}
	maps.Copy(s.answers, hidden)
	return s.answers, problems
}

// Check judges stored answers again by the same rules: the completeness check.
// It is meant for papers not yet handed in; a day that had to lie in the future
// then may lie in the past now.
func (f *Form) Check(c Context, a Answers) []Problem {
	_, problems := f.Parse(c, f.Values(a))
	return problems
}

// judge holds a well-formed value against the rest of the paper, which a draft
// need not meet yet.
func (f *Form) judge(s scope, field *Field, value string) *Problem {
	switch {
	case s.Draft:
		return nil
	case value == "" && s.needs(field):
		return field.problem("required")
	case value == "":
		return nil
	case field.Type == "date":
		return f.judgeDay(s, field, value)
	}
	if code := f.checks.fault(field, value); code != "" {
		return field.problem(code)
	}
	return nil
}

// judgeDay compares days as text: 2006-01-02 sorts as time does.
func (f *Form) judgeDay(s scope, field *Field, day string) *Problem {
	switch {
	case field.NotAfterToday && day > s.Today:
		return field.problem("not_after_today", dayText(s.Today))
	case field.NotBeforeToday && day < s.Today:
		return field.problem("not_before_today", dayText(s.Today))
	case field.AfterToday && day <= s.Today:
		return field.problem("after_today", dayText(s.Today))
	}
	earlier, ok := f.Field(field.NotBefore)
	if ok && day < s.answers[earlier.ID] {
		return field.problem("not_before", earlier.name().lower(), dayText(s.answers[earlier.ID]))
	}
	return nil
}

// Shown returns the sections to draw or print: only the fields whose levels and
// show_if hold, and no section without a field.
func (f *Form) Shown(c Context, a Answers) []Section {
	s := scope{Context: c, answers: Answers{}}
	var sections []Section
	for _, section := range f.Sections {
		var fields []Field
		for _, field := range section.Fields {
			if !s.shows(&field) {
				continue
			}
			fields = append(fields, field)
			s.answers[field.ID] = a[field.ID]
		}
		if section.Fields = fields; len(fields) > 0 {
			sections = append(sections, section)
		}
	}
	return sections
}
