package report

import (
	"fmt"
	"strings"

	"capdo/forms"
)

// head sets the head of page 1 and, but for an official letter, the title.
func (f *form) head() {
	p, issuer := f.in.Paper, f.in.Issuer
	lines := headLines{number: "Số: " + f.mark(), date: f.date()}
	f.font("", sizeNation)
	issuer.Parent = f.balanced(strings.ToUpper(issuer.Parent))
	if p.Kind == forms.KindLetter {
		lines.about = strings.TrimPrefix(f.balanced("V/v "+f.fill(p.About)), "V/v ")
	}
	f.font("B", sizeNation)
	issuer.Body = f.balanced(strings.ToUpper(issuer.Body))
	f.letterhead(issuer, lines)
	if kind := kindName(p.Kind); kind != "" {
		f.title(kind, f.fill(p.About))
	}
}

// balanced breaks a text of the left column so that its lines are about as long
// as each other, in the current font.
func (f *form) balanced(text string) string {
	w := headLeft
	lines := f.wrap(text, w, w)
	for try := w - 1; try > w/2; try-- {
		narrow := f.wrap(text, try, try)
		if len(narrow) > len(lines) {
			break
		}
		lines = narrow
	}
	return strings.TrimSuffix(strings.ReplaceAll(strings.Join(lines, "\n"), "\n\n", "\n"), "\n")
}

// mark is the number of the paper: a number that comes with its symbol stands
// as it is.
func (f *form) mark() string {
	o, kind := f.in.Official, f.in.Paper.Kind
	n := pad(strings.TrimSpace(o.Number))
	if strings.Contains(n, "/") {
		return n
	}
	if n == "" {
		n = "………"
	}
	abbrev := o.Issuer.Abbrev
	if abbrev == "" {
		abbrev = "……"
	}
	if kind != forms.KindLetter {
		abbrev = kind + "-" + abbrev
	}
	return n + "/" + abbrev
}

func kindName(kind string) string {
	switch kind {
	case forms.KindDecision:
		return "Quyết định"
	case forms.KindProposal:
		return "Tờ trình"
	case forms.KindReport:
		return "Báo cáo"
	}
	return ""
}

// opening sets who decides, the bases and, of a decision, the word that opens
// it. The bases of an official letter stand upright, as its other text.
func (f *form) opening() {
	p := f.in.Paper
	if p.Kind == forms.KindLetter {
		for _, b := range endings(f.in.Bases) {
			f.say(b)
		}
		return
	}
	if p.Authority != "" {
		f.set(strings.ToUpper(f.fill(p.Authority)), paragraph{style: "B", size: sizeBody, align: "C", keep: 3 * leading(sizeBody)})
		f.y += paragraphGap
	}
	f.bases(f.in.Bases)
	if p.Kind == forms.KindDecision {
		f.y += paragraphGap
		f.set("QUYẾT ĐỊNH:", paragraph{style: "B", size: sizeBody, align: "C", keep: 3 * leading(sizeBody)})
	}
}

// letter sets the blocks up to the signature, which stays with the last text.
func (f *form) letter(blocks []forms.Block) {
	var last func()
	for _, b := range blocks {
		if b.Listed && !f.in.Listed {
			continue
		}
		for _, step := range f.steps(b) {
			if last != nil {
				last()
			}
			last = step.draw
			f.closing = step.text
		}
	}
	f.close(f.in.Official, f.closing)
}

// step is a part of a block that can be set by itself; text is what the
// signature stays with when the step is the last one.
type step struct {
	text string
	draw func()
}

func (f *form) said(text string) step {
	text = f.ruledBody(text)
	return step{text, func() { f.paragraphs(text) }}
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

// ruledBody is ruled for a paragraph of the body.
func (f *form) ruledBody(text string) string {
	f.font("", sizeBody)
	return f.ruled(text, f.width()-firstIndent, f.width())
}

// steps are the parts of a block.
func (f *form) steps(b forms.Block) []step {
	switch {
	case b.Text != "":
		return []step{f.said(b.Text)}
	case b.Section != "":
		f.sections++
		name := sectionMark(f.in.Paper.Numbering, f.sections) + b.Section
		return []step{{name, func() { f.heading(name) }}}
	case b.Fields != nil:
		return []step{{"", func() { f.fields(*b.Fields) }}}
	case b.List != nil:
		return f.list(*b.List)
	}
	return f.article(*b.Article)
}

func sectionMark(numbering string, n int) string {
	if numbering == "part" {
		return fmt.Sprintf("Phần %d. ", n)
	}
	return fmt.Sprintf("%d. ", n)
}

// itemMark is what stands before item i of a list, from 0.
func itemMark(marks string, i int) string {
	letters := []rune("abcdđeghiklmnopqrstuvxy")
	switch marks {
	case "letter":
		return string(letters[i%len(letters)]) + ") "
	case "paren":
		return fmt.Sprintf("(%d) ", i+1)
	case "dash":
		return "- "
	}
	return fmt.Sprintf("%d. ", i+1)
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

// fields sets a table of two columns; an empty answer is dotted.
func (f *form) fields(list forms.Fields) {
	t := table{size: 12, cols: []column{{72, "L"}, {93, "L"}}}
	_, w := t.fit(f.width()).span(1, 1)
	f.font("", t.size)
	var rows [][]cell
	for i, r := range list.Rows {
		answer := f.ruled(r.Value, w-2*cellPad, w-2*cellPad)
		rows = append(rows, texts(itemMark(list.Marks, i)+r.Label, answer))
	}
	f.table(t, rows)
}

// article sets an article of a decision: its number in bold, then its title in
// bold or its opening sentence.
func (f *form) article(a forms.Article) []step {
	f.articles++
	name := fmt.Sprintf("Điều %d. ", f.articles)
	var out []step
	if a.Title != "" {
		out = append(out, step{name + a.Title, func() { f.heading(name + a.Title) }})
	} else {
		text := f.fill(a.Text)
		out = append(out, step{name + text, func() { f.led(name, text) }})
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
	w := f.pdf.GetStringWidth(lead)
	f.need(3 * leading(sizeBody))
	f.put(box{marginLeft + firstIndent, f.y, w, leading(sizeBody)}, strings.TrimSpace(lead), "L")
	f.set(text, paragraph{size: sizeBody, align: "J", indent: firstIndent + w})
}
