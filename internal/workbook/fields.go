package workbook

import (
	"slices"
	"strconv"

	"capdo/forms"
	"capdo/internal/sheet"
)

// ofField is the column of a field of a form: its kind, its drop-down and its
// words come from the form.
func ofField(f *forms.Field) column {
	c := column{key: f.ID, Column: sheet.Column{Title: f.Label.VI, Hint: f.Hint.VI}}
	switch f.Type {
	case "yesno":
		c = ofYesNo(c)
	case "check":
		c.Kind, c.Choices, c.codes = sheet.Pick, []string{"Có"}, []string{"yes"}
	case "date":
		c.Kind = sheet.Date
	case "int":
		c.Kind = sheet.Whole
	case "level":
		c.Kind = sheet.Pick
		for l := 1; l <= 5; l++ {
			c.Choices, c.codes = append(c.Choices, "Cấp độ "+strconv.Itoa(l)), append(c.codes, strconv.Itoa(l))
		}
	case "choice", "choices":
		c.Kind, c.many = sheet.Pick, f.Type == "choices"
		for _, o := range f.Options {
			c.Choices, c.codes = append(c.Choices, o.Label.VI), append(c.codes, o.Code)
		}
	case "longtext":
		c.Width = 48
	}
	return c
}

// withTitle and others adapt a column of a form to a table.
func (c column) withTitle(title string) column { c.Title = title; return c }

func (c column) wide(w float64) column { c.Width = w; return c }

// locked is a column that the program writes.
func locked(key, title string, width float64) column {
	return column{key: key, Column: sheet.Column{Title: title, Width: width, Locked: true}}
}

// hidden is a locked column that need not be seen.
func hidden(key, title string) column {
	c := locked(key, title, 10)
	c.Hidden = true
	return c
}

// codesOf is a locked column of stable codes, without which a table is not
// taken.
func codesOf(key, title string, width float64) column {
	c := locked(key, title, width)
	c.need = true
	return c
}

// listed is a column of words that stand in a list.
func listed(key, title string, codes, labels []string) column {
	return column{key: key, Column: sheet.Column{Title: title, Kind: sheet.Pick, Choices: labels}, codes: codes}
}

// columnsOf are the columns of a form's fields, in the order of keys.
func columnsOf(f *forms.Form, keys ...string) []column {
	var out []column
	for _, key := range keys {
		if i := slices.IndexFunc(f.Fields(), func(x *forms.Field) bool { return x.ID == key }); i >= 0 {
			out = append(out, ofField(f.Fields()[i]))
		}
	}
	return out
}
