package forms

import (
	"errors"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// officialLinter reads one official paper as a strict colleague would.
type officialLinter struct {
	notes
	paper *Official
}

// decodeOfficial reads one official paper.
func decodeOfficial(name string, data []byte) (*Official, error) {
	o := &Official{}
	root, err := strict(name, data, o)
	if err != nil {
		return nil, err
	}
	l := officialLinter{notes{file: name, root: root}, o}
	l.lint()
	return o, errors.Join(l.faults...)
}

func (l *officialLinter) lint() {
	o := l.paper
	l.oneOf(path{"schema"}, o.Schema, officialSchema)
	l.name()
	l.text(path{"title"}, o.Title, compulsory)
	l.text(path{"note"}, o.Note, optional)
	l.words(path{"model"}, o.Model)
	l.line(path{"about"}, o.About)
	l.oneOf(path{"kind"}, o.Kind, KindDecision, KindProposal, KindReport, KindLetter)
	l.oneOf(path{"numbering"}, o.Numbering, "part", "plain")
	l.oneOf(path{"confidence"}, o.Confidence, "high", "medium", "low", "inferred")
	if o.Confidence != "high" && o.Note.blank() {
		l.fault(path{"confidence"}, "paper %s is not sure of itself and has no note", o.ID)
	}
	l.slot(path{"from"}, o.From, SlotLine)
	l.lines(path{"to"}, o.To)
	l.lines(path{"bases"}, o.Bases)
	l.lines(path{"recipients"}, o.Recipients)
	if len(o.Basis) == 0 {
		l.fault(path{}, "paper %s names no basis", o.ID)
	}
	l.decision()
	l.body()
}

func (l *officialLinter) name() {
	o := l.paper
	number, ok := strings.CutPrefix(o.ID, "mau-")
	if !ok || len(number) != 2 || strings.Trim(number, "0123456789") != "" {
		l.fault(path{"id"}, "id %q is not of the form mau-06", o.ID)
	}
	l.id(path{"edition"}, o.Edition)
	if want := officialFolder + "/" + o.ID + "_" + o.Edition + ".yaml"; want != l.file {
		l.fault(path{"id"}, "paper %s in edition %s belongs in %s", o.ID, o.Edition, want)
	}
}

// decision: a decision has an authority and articles and is sent to nobody; all
// other papers have addressees and neither of the two.
func (l *officialLinter) decision() {
	o := l.paper
	decides := o.Kind == KindDecision
	articles := slices.ContainsFunc(o.Body, func(b Block) bool { return b.Article != nil })
	if decides != (o.Authority != "") || decides != articles || decides == (len(o.To) > 0) {
		l.fault(path{"kind"}, "an authority and articles make a decision, addressees any other paper; %s mixes them", o.ID)
	}
	if decides {
		l.line(path{"authority"}, o.Authority)
	}
}

func (l *officialLinter) lines(at path, texts []string) {
	for i, text := range texts {
		l.line(at.to(i), text)
	}
}

// line holds a text that may have slots against the manners of the house.
func (l *officialLinter) line(at path, text string) {
	l.words(at, text)
	rest := text
	for _, p := range Pieces(text) {
		if p.Slot == "" {
			continue
		}
		rest = strings.Replace(rest, "{"+p.Slot+"}", "", 1)
		if s, ok := SlotOf(p.Slot); !ok {
			l.fault(at, "nobody knows the slot %q", p.Slot)
		} else if s.Kind == SlotRows {
			l.fault(at, "slot %s holds rows, not a text", p.Slot)
		}
	}
	if strings.ContainsAny(rest, "{}") {
		l.fault(at, "a brace is not closed or not open")
	}
}

// words holds a Vietnamese text against the manners of the house.
func (l *officialLinter) words(at path, text string) {
	switch {
	case text == "":
		l.fault(at, "a text is missing")
	case !norm.NFC.IsNormalString(text):
		l.fault(at, "a text is not in NFC")
	case text != strings.TrimSpace(text):
		l.fault(at, "a text has outer spaces")
	case strings.ContainsFunc(text, func(r rune) bool { return r == '\n' || dropInvisible(r) < 0 || refusal(r) != "" }):
		l.fault(at, "a text has a character that cannot be kept")
	}
}

// slot holds the name of a slot against the closed list and its kind.
func (l *officialLinter) slot(at path, id, kind string) {
	if s, ok := SlotOf(id); !ok || s.Kind != kind {
		l.fault(at, "%q is no slot of kind %s", id, kind)
	}
}

func (l *officialLinter) oneOf(at path, word string, known ...string) {
	if !slices.Contains(known, word) {
		l.fault(at, "%s %q is not one of %s", at[len(at)-1], word, strings.Join(known, ", "))
	}
}
