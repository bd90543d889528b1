package report

import (
	"fmt"
	"strconv"
	"strings"

	"capdo/forms"
)

// Room for a hand: how many ellipses stand for an empty slot within a line.
const (
	blankShort = 2
	blankLine  = 8
	blankLines = 3 // whole lines under a long slot
)

// maxName bounds a value that stands within a sentence, in runes.
const maxName = 400

func dots(n int) string { return strings.Repeat("…", n) }

// fill puts the values into a text; empty slots are dotted.
func (f *form) fill(text string) string {
	var b strings.Builder
	for _, p := range forms.Pieces(text) {
		b.WriteString(p.Text)
		if p.Slot == "" {
			continue
		}
		slot, _ := forms.SlotOf(p.Slot)
		if v, ok := f.values[p.Slot]; ok {
			b.WriteString(shown(slot, v))
		} else {
			b.WriteString(blank(slot))
		}
	}
	return b.String()
}

func (f *form) fillAll(texts []string) []string {
	var out []string
	for _, t := range texts {
		out = append(out, f.fill(t))
	}
	return out
}

// shown is a value as its kind of slot shows it.
func shown(slot forms.Slot, v string) string {
	switch slot.Kind {
	case forms.SlotLong:
		return v
	case forms.SlotDay:
		if t, err := parseDay(v); err == nil {
			return longDate(t)
		}
	case forms.SlotCount:
		if n, err := strconv.Atoi(v); err == nil {
			return number(n)
		}
	}
	return clip(strings.ReplaceAll(forms.Say(slot.Words, v), "\n", " "), maxName)
}

// blank is an empty slot within a line.
func blank(slot forms.Slot) string {
	switch {
	case len(slot.Words) > 0:
		var words []string
		for _, w := range slot.Words {
			words = append(words, w.Text)
		}
		return strings.Join(words, " / ")
	case slot.Kind == forms.SlotDay:
		return dottedDate()
	case slot.Kind == forms.SlotShort || slot.Kind == forms.SlotCount:
		return dots(blankShort)
	}
	return dots(blankLine)
}

func dottedDate() string {
	return fmt.Sprintf("ngày %s tháng %s năm %s", dots(blankShort), dots(blankShort), dots(blankShort+1))
}

// date is the day of the paper.
func (f *form) date() string {
	t, err := parseDay(f.in.Dated)
	if err != nil {
		return dottedDate()
	}
	return longDate(t)
}

// open tells whether a text ends on an empty slot that wants lines to write on,
// and how many whole lines below.
func (f *form) openEnd(text string) (open bool, lines int) {
	pieces := forms.Pieces(text)
	if len(pieces) == 0 {
		return false, 0
	}
	last := pieces[len(pieces)-1]
	slot, ok := forms.SlotOf(last.Slot)
	if _, filled := f.values[last.Slot]; !ok || filled || len(slot.Words) > 0 {
		return false, 0
	}
	switch slot.Kind {
	case forms.SlotLong:
		return true, blankLines - 1
	case forms.SlotLine:
		return true, 0
	}
	return false, 0
}

// ruled is fill with the last line dotted to its end when the text ends on an
// empty slot. The font must be the one the text is set in; first and rest are
// the widths of its lines.
func (f *form) ruled(text string, first, rest float64) string {
	open, lines := f.openEnd(text)
	if !open {
		return f.fill(text)
	}
	at := strings.LastIndex(text, "{")
	out := f.fill(text[:at])
	set := f.wrap(out, first, rest)
	room := rest
	if len(set) == 1 {
		room = first
	}
	room -= f.pen.width(strings.TrimSuffix(set[len(set)-1], "\n") + " ")
	if n := f.across(room); n >= blankLine/2 {
		out += dots(n)
	} else {
		lines++
	}
	for range lines {
		out += "\n" + dots(f.across(rest))
	}
	return out
}

// across is how many ellipses fit.
func (f *form) across(width float64) int {
	return max(0, int((width-0.5)/f.pen.width("…")))
}
