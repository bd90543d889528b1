package web

import (
	"net/url"
	"slices"
	"strings"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
)

// walk is the level assistant half way: what was answered so far, in which
// order. It lives in the hidden fields of the page and nowhere else.
type walk struct {
	asked   // its input is that of the fields answered
	typed   url.Values
	book    *law.Book
	rules   []law.RuleSet // whose questions are asked: in force, then others wished for
	done    []string      // fields answered, left blank ones too, in the order asked
	answers forms.Answers
	facts   law.Facts
}

// walkOf reads a walk from a form as it came in; what was typed for fields not
// answered yet stays in reach for the page.
func (v *visit) walkOf(in url.Values) (*walk, error) {
	form, err := v.form("facts")
	if err != nil {
		return nil, err
	}
	rs, _ := v.Book.RuleSetOn(v.today())
	c := forms.Context{Today: string(v.today()), Rules: string(rs)}
	w := &walk{asked: asked{voice: v.voice, form: form, context: c}, typed: in, book: v.Book, rules: []law.RuleSet{rs}}
	if in.Get("also") != "" {
		w.rules = append(w.rules, shadows(rs)...)
	}
	w.done = w.named("answered")
	return w, nil
}

// shadows are the rule sets whose level is told beside the one in force.
func shadows(current law.RuleSet) []law.RuleSet {
	return slices.DeleteFunc([]law.RuleSet{law.R85, law.R331}, func(rs law.RuleSet) bool { return rs == current })
}

// named lists the fields of the form that a hidden field names, each once.
func (w *walk) named(hidden string) []string {
	var ids []string
	for id := range strings.SplitSeq(w.typed.Get(hidden), ",") {
		if _, known := w.form.Field(id); known && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// take reads the answers given before and those to ids. A fault ends the walk
// before the page on which it stands, so that it is asked again.
func (w *walk) take(ids ...string) ([]approval.Finding, error) {
	w.done = append(w.done, slices.DeleteFunc(ids, func(id string) bool { return slices.Contains(w.done, id) })...)
	var faults []approval.Finding
	w.answers, faults = w.parse()
	var err error
	w.facts, err = approval.FactsOf(w.form, w.answers)
	if r, refused := refusal(err); refused && len(faults) == 0 {
		faults, err = r.Findings, nil
	}
	if len(faults) == 0 {
		return nil, err
	}
	for i, id := range w.done {
		if slices.ContainsFunc(faults, func(f approval.Finding) bool { return f.Field == id }) {
			w.done = w.done[:i]
			w.drop(id)
			break
		}
	}
	w.answers, _ = w.parse()
	w.facts, err = approval.FactsOf(w.form, w.answers)
	return faults, err
}

// parse reads the fields answered, through the form; of what is wrong only
// they count.
func (w *walk) parse() (forms.Answers, []approval.Finding) {
	given := url.Values{}
	for _, id := range w.done {
		given[id] = w.typed[id]
	}
	w.in = given
	answers, problems := w.form.Parse(w.context, given)
	problems = slices.DeleteFunc(problems, func(p forms.Problem) bool { return !slices.Contains(w.done, p.Field) })
	return answers, findings(problems)
}

// back forgets the last page answered.
func (w *walk) back() {
	if n := len(w.done); n > 0 {
		last := w.done[n-1]
		w.done = w.done[:n-1]
		w.drop(last)
	}
}

// drop takes the answers off the end that stood on one page with id.
func (w *walk) drop(id string) {
	for n := len(w.done); n > 0 && together(w.done[n-1], id); n-- {
		w.done = w.done[:n-1]
	}
}

// together tells whether two fields are one idea and share a page: how many
// people's data are handled.
func together(a, b string) bool {
	counts := []string{"users", "subjects_basic", "subjects_sensitive"}
	return slices.Contains(counts, a) && slices.Contains(counts, b)
}

// worth lists the fields worth asking: first those whose answer can still change
// the level, then those without which a determination is not complete, each in
// the order of the form. A field that hangs on another stands behind it.
func (w *walk) worth() []string {
	settled := slices.Clone(w.done)
	for _, f := range w.form.Fields() {
		if w.hidden(f) {
			settled = append(settled, f.ID)
		}
	}
	var change, complete []string
	for _, rs := range w.rules {
		change = append(change, w.book.Ask(rs, w.facts, settled...)...)
		complete = append(complete, w.book.Determine(rs, w.facts).Incomplete...)
	}
	var all []string
	for _, wanted := range [][]string{change, complete} {
		for _, f := range w.form.Fields() {
			if slices.Contains(wanted, f.ID) && !slices.Contains(settled, f.ID) {
				all = append(append(all, w.before(f)...), f.ID)
			}
		}
	}
	return once(all)
}

// once keeps the first of equal items.
func once(items []string) []string {
	var all []string
	for _, x := range items {
		if !slices.Contains(all, x) {
			all = append(all, x)
		}
	}
	return all
}

// hidden tells whether a field does not apply: its condition fails, or hangs
// on a question that was left blank.
func (w *walk) hidden(f *forms.Field) bool {
	if f.ShowIf == nil {
		return false
	}
	t := w.judge(f.ShowIf)
	return t == fails || t == open && len(w.before(f)) == 0
}

// before lists the questions a field's condition still hangs on.
func (w *walk) before(f *forms.Field) []string {
	if f.ShowIf == nil || w.judge(f.ShowIf) != open {
		return nil
	}
	var ids []string
	for _, other := range w.form.Fields() {
		if speaksOf(f.ShowIf, other.ID) && !slices.Contains(w.done, other.ID) && !w.hidden(other) {
			ids = append(ids, other.ID)
		}
	}
	return ids
}

// speaksOf tells whether a condition looks at a field.
func speaksOf(c *forms.Cond, field string) bool {
	parts := slices.Concat(c.All, c.Any)
	if c.Not != nil {
		parts = append(parts, *c.Not)
	}
	return c.Field == field || slices.ContainsFunc(parts, func(x forms.Cond) bool { return speaksOf(&x, field) })
}

// next lists the fields of the next page, none when nothing is left to ask,
// and how many pages may come after it at most.
func (w *walk) next() (ids []string, after int) {
	all := w.worth()
	for i, id := range all {
		if i == 0 || together(id, all[0]) {
			ids = append(ids, id)
		}
	}
	return ids, max(pagesOf(all)-1, 0)
}

// pagesOf counts the pages that fields stand on.
func pagesOf(ids []string) int {
	n := 0
	for i, id := range ids {
		if i == 0 || !slices.ContainsFunc(ids[:i], func(x string) bool { return together(x, id) }) {
			n++
		}
	}
	return n
}

// carried are the hidden fields by which the walk goes on.
func (w *walk) carried() []Hidden {
	all := []Hidden{{"answered", strings.Join(w.done, ",")}}
	if len(w.rules) > 1 {
		all = append(all, Hidden{"also", "yes"})
	}
	for _, id := range w.done {
		for _, x := range w.typed[id] {
			all = append(all, Hidden{id, x})
		}
	}
	return all
}
