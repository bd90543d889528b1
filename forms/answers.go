package forms

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Answers are canonical values by field id. A blank answer is absent. The items
// of choices and levels are joined by newlines.
type Answers map[string]string

// Int returns a whole number, and whether one was given.
func (a Answers) Int(id string) (int, bool) {
	n, err := strconv.Atoi(a[id])
	return n, err == nil
}

// Bool returns the answer of a yesno or check, and whether one was given:
// an unanswered question is neither yes nor no.
func (a Answers) Bool(id string) (yes, given bool) {
	return a[id] == "yes", a[id] == "yes" || a[id] == "no"
}

// Day returns a date as 2006-01-02, and whether one was given.
func (a Answers) Day(id string) (string, bool) {
	_, err := time.Parse(time.DateOnly, a[id])
	return a[id], err == nil
}

// Text returns the answer as it stands, or "".
func (a Answers) Text(id string) string { return a[id] }

// List returns the items of choices or levels, or the lines of a longtext.
func (a Answers) List(id string) []string { return items(a[id]) }

// Ints returns the items of levels as numbers, in the order given.
func (a Answers) Ints(id string) []int {
	var all []int
	for _, item := range a.List(id) {
		if n, err := strconv.Atoi(item); err == nil {
			all = append(all, n)
		}
	}
	return all
}

func items(value string) []string {
	if value == "" {
		return nil
	}
	return strings.Split(value, "\n")
}

// Values turns stored answers back into input, so that Parse(c, Values(a))
// gives a again. Passwords are left out.
func (f *Form) Values(a Answers) url.Values {
	in := url.Values{}
	for _, field := range f.Fields() {
		switch value := a[field.ID]; {
		case value == "" || field.Type == "password":
		case field.Type == "choices":
			in[field.ID] = items(value)
		default:
			in.Set(field.ID, value)
		}
	}
	return in
}

// Canonical writes the answers as JSON with the fields in document order, blank
// answers and passwords left out: the same answers always give the same bytes,
// so their digest can be signed. Answers to other forms are ignored.
func (f *Form) Canonical(a Answers) []byte {
	var out bytes.Buffer
	out.WriteString(`{"form":` + quote(f.ID) + `,"edition":` + quote(f.Edition) + `,"answers":{`)
	fields := slices.DeleteFunc(f.Fields(), func(field *Field) bool {
		return a[field.ID] == "" || field.Type == "password"
	})
	for i, field := range fields {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(quote(field.ID) + ":" + quote(a[field.ID]))
	}
	out.WriteString("}}")
	return out.Bytes()
}

// quote writes a JSON string without the HTML escapes, which would differ from
// what other languages write for the same text.
func quote(s string) string {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return `""` // a string cannot fail to encode
	}
	return strings.TrimSuffix(out.String(), "\n")
}
