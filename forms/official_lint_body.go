package forms

import "slices"

// body walks the blocks. The letter ends on words, which the signature stays
// with; wide tables come after it, on pages of their own.
func (l *officialLinter) body() {
	body := l.paper.Body
	wide := slices.IndexFunc(body, func(b Block) bool { return b.Wide != nil })
	letter := body
	if wide >= 0 {
		letter = body[:wide]
	}
	if n := len(letter); n == 0 || letter[n-1].Text == "" && letter[n-1].Article == nil || letter[n-1].Listed {
		l.fault(path{"body"}, "the letter of %s does not end on a text or an article for all", l.paper.ID)
	}
	for i, b := range body {
		if wide >= 0 && i > wide && b.Wide == nil {
			l.fault(path{"body", i}, "nothing follows a wide table but another")
		}
		l.block(path{"body", i}, b)
	}
}

func (l *officialLinter) block(at path, b Block) {
	if count(b.Text != "", b.Section != "", b.Fields != nil, b.List != nil, b.Article != nil, b.Wide != nil) != 1 {
		l.fault(at, "a block is one of text, section, fields, list, article, wide")
		return
	}
	switch {
	case b.Text != "":
		l.line(at.to("text"), b.Text)
	case b.Section != "":
		l.words(at.to("section"), b.Section)
	case b.Fields != nil:
		l.fields(at.to("fields"), b.Fields)
	case b.List != nil:
		l.list(at.to("list"), b.List)
	case b.Article != nil:
		l.article(at.to("article"), b.Article)
	case b.Wide != nil:
		l.wide(at.to("wide"), b.Wide)
	}
}

func (l *officialLinter) marks(at path, marks string, items int) {
	l.oneOf(at.to("marks"), marks, "number", "letter", "paren", "dash")
	if items == 0 {
		l.fault(at, "nothing stands under the marks")
	}
}

func (l *officialLinter) fields(at path, f *Fields) {
	l.marks(at, f.Marks, len(f.Rows))
	for i, row := range f.Rows {
		l.words(at.to("rows", i, "label"), row.Label)
		l.line(at.to("rows", i, "value"), row.Value)
	}
}

func (l *officialLinter) list(at path, list *List) {
	l.marks(at, list.Marks, len(list.Items))
	for i, item := range list.Items {
		l.line(at.to("items", i, "text"), item.Text)
		for j, level := range item.Levels {
			if level < 1 || level > 5 || j > 0 && level <= item.Levels[j-1] {
				l.fault(at.to("items", i, "levels", j), "levels rise from 1 to 5, not to %d", level)
			}
		}
	}
}

func (l *officialLinter) article(at path, a *Article) {
	switch {
	case (a.Title == "") == (a.Text == ""):
		l.fault(at, "an article has either a title or a text")
	case a.Title != "":
		l.words(at.to("title"), a.Title)
	default:
		l.line(at.to("text"), a.Text)
	}
	for i, c := range a.Clauses {
		l.line(at.to("clauses", i, "text"), c.Text)
		l.lines(at.to("clauses", i, "points"), c.Points)
	}
}

func (l *officialLinter) wide(at path, w *Wide) {
	l.slot(at.to("slot"), w.Slot, SlotRows)
	l.line(at.to("title"), w.Title)
	l.lines(at.to("notes"), w.Notes)
	if len(w.Columns) < 2 {
		l.fault(at, "a wide table has columns")
	}
	seen := map[string]bool{}
	for i, c := range w.Columns {
		l.column(at.to("columns", i), c)
		if seen[c.ID] {
			l.fault(at.to("columns", i, "id"), "column %s stands twice", c.ID)
		}
		seen[c.ID] = true
	}
	for i, slot := range w.Bounded {
		l.slot(at.to("bounded", i), slot, SlotCount)
	}
	for i, c := range w.Counts {
		l.slot(at.to("counts", i, "slot"), c.Slot, SlotCount)
		for j, m := range c.Where {
			l.match(at.to("counts", i, "where", j), w, m)
		}
	}
}

func (l *officialLinter) column(at path, c Column) {
	l.id(at.to("id"), c.ID)
	l.words(at.to("label"), c.Label)
	l.oneOf(at.to("align"), c.Align, "L", "C", "R")
	if c.Width < 1 {
		l.fault(at.to("width"), "column %s has no width", c.ID)
	}
	seen := map[string]bool{}
	for i, w := range c.Words {
		l.id(at.to("words", i, "code"), w.Code)
		l.words(at.to("words", i, "text"), w.Text)
		if seen[w.Code] {
			l.fault(at.to("words", i, "code"), "word %s stands twice", w.Code)
		}
		seen[w.Code] = true
	}
}

// match: what is counted are words of a column.
func (l *officialLinter) match(at path, w *Wide, m Match) {
	i := slices.IndexFunc(w.Columns, func(c Column) bool { return c.ID == m.Column })
	if i < 0 {
		l.fault(at.to("column"), "the count names %q, which is no column", m.Column)
		return
	}
	for _, code := range m.In {
		if !slices.ContainsFunc(w.Columns[i].Words, func(w Word) bool { return w.Code == code }) {
			l.fault(at.to("in"), "column %s never says %q", m.Column, code)
		}
	}
}
