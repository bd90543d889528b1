package report

import (
	"fmt"
	"strings"

	"capdo/forms"
)

// step is a part of a block that is set by itself.
type step struct {
	text string // what the signature stays with when the step is the last one
	room float64
	glue bool // never apart from what follows
	draw func()
}

// letter sets the blocks up to the signature, which stays with the last text.
func (f *form) letter(blocks []forms.Block) {
	var steps []step
	for _, b := range blocks {
		if !b.Listed || f.in.Listed {
			steps = append(steps, f.steps(b)...)
		}
	}
	last := len(steps) - 1
	for i := last - 1; i >= 0; i-- {
		if steps[i].glue {
			steps[i].room += steps[i+1].room
		}
	}
	for _, s := range steps[:last] {
		f.need(s.room)
		s.draw()
	}
	o := f.in.Official
	if o.SignerTitle == "" {
		o.SignerTitle = "Đại diện của cơ quan, tổ chức"
	}
	f.close(o, steps[last].text)
}

// steps are the parts of a block.
func (f *form) steps(b forms.Block) []step {
	switch {
	case b.Text != "":
		return []step{f.said(b.Text)}
	case b.Section != "":
		f.sections++
		return []step{f.headed(sectionMark(f.in.Paper.Numbering, f.sections) + b.Section)}
	case b.Fields != nil:
		return []step{f.fields(*b.Fields)}
	case b.List != nil:
		return f.list(*b.List)
	}
	return f.article(*b.Article)
}

// said is a paragraph; one that ends on a colon stays with what it announces.
func (f *form) said(text string) step {
	f.font("", sizeBody)
	text = f.ruled(text, f.width()-firstIndent, f.width())
	whole := 3 // lines never apart
	glue := strings.HasSuffix(text, ":")
	if glue {
		whole = 15
	}
	return step{text, f.start(text, "", whole), glue, func() { f.paragraphs(text) }}
}

// start is the height of a paragraph of at most so many lines, else of its
// first two.
func (f *form) start(text, style string, whole int) float64 {
	f.font(style, sizeBody)
	n := len(f.wrap(text, f.width()-firstIndent, f.width()))
	if n > whole {
		n = 2
	}
	return float64(n)*leading(sizeBody) + paragraphGap
}

// paragraphs sets every line of a value as a paragraph of its own; a line to
// write on runs from margin to margin.
func (f *form) paragraphs(text string) {
	for _, line := range strings.Split(text, "\n") {
		if strings.Trim(line, "…") == "" {
			f.set(line, paragraph{size: sizeBody, align: "L"})
		} else {
			f.say(line)
		}
	}
}

func (f *form) headed(title string) step {
	return step{title, f.start(title, "B", 15), true, func() { f.heading(title) }}
}

// list sets the items that belong on a paper for this level.
func (f *form) list(l forms.List) []step {
	var out []step
	for _, item := range l.Items {
		if item.Asked(f.level, f.in.Listed) {
			out = append(out, f.said(itemMark(l.Marks, len(out))+item.Text))
		}
	}
	return out
}

// fields is a table of two columns; an empty answer is dotted.
func (f *form) fields(list forms.Fields) step {
	t := table{size: 12, cols: []column{{72, "L"}, {93, "L"}}}
	fit := t.fit(f.width())
	_, w := fit.span(1, 1)
	var rows [][]cell
	room := 0.0
	for i, r := range list.Rows {
		f.font("", t.size)
		answer := f.ruled(r.Value, w-2*cellPad, w-2*cellPad)
		rows = append(rows, texts(itemMark(list.Marks, i)+r.Label, answer))
		room += height(t, f.breakRow(fit, rows[i]).lines())
	}
	if room > f.bottom()/2 { // no page waits for a table that fills it
		room = tableStart
	}
	return step{"", room, false, func() { f.table(t, rows) }}
}

// article is an article of a decision: its number in bold, then its title in
// bold or its opening sentence.
func (f *form) article(a forms.Article) []step {
	f.articles++
	name := fmt.Sprintf("Điều %d. ", f.articles)
	var out []step
	if a.Title != "" {
		out = append(out, f.headed(name+a.Title))
	} else {
		text := f.fill(a.Text)
		out = append(out, step{name + text, f.start(name+text, "B", 15), true, func() { f.led(name, text) }})
	}
	for i, c := range a.Clauses {
		out = append(out, f.said(itemMark("number", i)+c.Text))
		for j, p := range c.Points {
			out = append(out, f.said(itemMark("letter", j)+p))
		}
	}
	return out
}

// led sets a paragraph that opens with a few words in bold.
func (f *form) led(lead, text string) {
	f.font("B", sizeBody)
	w := f.pen.width(lead)
	f.need(3 * leading(sizeBody))
	f.put(box{marginLeft + firstIndent, f.y, w, leading(sizeBody)}, strings.TrimSpace(lead), "L")
	f.set(text, paragraph{size: sizeBody, align: "J", indent: firstIndent + w})
}
