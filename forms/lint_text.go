package forms

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// need says how much a text is wanted.
type need int

const (
	optional   need = iota // none, or both languages
	compulsory             // both languages
	short                  // optional, one sentence, no address
)

// text holds a text against the house's manners.
func (n *notes) text(at path, t Text, wanted need) {
	if t.blank() && wanted != compulsory {
		return
	}
	for _, half := range []struct{ lang, words string }{{"vi", t.VI}, {"en", t.EN}} {
		for _, fault := range textFaults(half.words, wanted) {
			n.fault(at.to(half.lang), "%s (%s) %s", at[len(at)-1], half.lang, fault)
		}
	}
}

func textFaults(s string, n need) []string {
	var faults []string
	add := func(held bool, fault string) {
		if held {
			faults = append(faults, fault)
		}
	}
	add(s == "", "is missing")
	add(!norm.NFC.IsNormalString(s), "is not in NFC")
	add(s != strings.TrimSpace(s), "has outer spaces")
	for _, r := range s {
		add(dropInvisible(r) < 0 || refusal(r) != "", "has a character that cannot be kept")
	}
	for _, word := range forbidden() {
		add(strings.Contains(strings.ToLower(s), word), "has the word "+word)
	}
	if n == short {
		add(strings.Contains(s, "://") || strings.Contains(s, "www."), "has an address in a hint")
		add(strings.Contains(s, ". "), "has more than one sentence in a hint")
	}
	return faults
}

// forbidden words scold; a message says what happened and what to do.
func forbidden() []string {
	return []string{
		"hợp lệ", "vui lòng", "bắt buộc", "xin lỗi",
		"invalid", "please", "required", "mandatory", "sorry",
	}
}
