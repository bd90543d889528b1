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
	issuer.Parent = f.balanced(strings.ToUpper(clip(issuer.Parent, 150)))
	if p.Kind == forms.KindLetter {
		lines.about = strings.TrimPrefix(f.balanced("V/v "+clip(f.fill(p.About), 300)), "V/v ")
	}
	f.font("B", sizeNation)
	issuer.Body = f.balanced(strings.ToUpper(clip(issuer.Body, 150)))
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
	n := clip(pad(strings.TrimSpace(o.Number)), 30)
	if strings.Contains(n, "/") {
		return n
	}
	if n == "" {
		n = "………"
	}
	abbrev := clip(o.Issuer.Abbrev, 30)
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
