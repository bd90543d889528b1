package forms

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// clean brings typed text into the one form the house keeps: valid UTF-8, NFC,
// no invisible characters, no outer spaces, and on one line unless lines are
// allowed. What cannot be kept is refused by name, not dropped.
func (f *Field) clean(raw string) (string, *Problem) {
	if !utf8.ValidString(raw) {
		return "", f.problem("encoding")
	}
	s := norm.NFC.String(strings.Map(dropInvisible, raw))
	for _, r := range s {
		if code := refusal(r); code != "" {
			return "", f.problem(code, plain(fmt.Sprintf("U+%04X", r)))
		}
	}
	if f.Type == "longtext" {
		return tidyLines(s), nil
	}
	return strings.Join(strings.Fields(s), " "), nil
}

// CleanText cleans a text of several lines that stands on no paper, as a long
// text of one is cleaned; the problem names the field id.
func CleanText(id string, label Text, raw string) (string, *Problem) {
	f := Field{ID: id, Type: "longtext", Label: label}
	return f.clean(raw)
}

// dropInvisible removes characters that leave no mark on paper, such as
// zero-width spaces. Marks that turn the direction of text stay, to be refused.
func dropInvisible(r rune) rune {
	if isBidi(r) {
		return r
	}
	if unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
		return -1
	}
	return r
}

func isBidi(r rune) bool {
	return unicode.Is(unicode.Bidi_Control, r)
}

// refusal names why a character cannot be kept, or returns "".
func refusal(r rune) string {
	switch {
	case isBidi(r):
		return "direction"
	case r == '\t' || r == '\n' || r == '\r':
		return ""
	case unicode.IsControl(r):
		return "control"
	case r == utf8.RuneError:
		return "encoding"
	case r > 0xFFFF || unicode.Is(unicode.Co, r) || unicode.Is(unicode.Noncharacter_Code_Point, r):
		return "unprintable"
	}
	return ""
}

func tidyLines(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(s)
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRightFunc(line, unicode.IsSpace)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
