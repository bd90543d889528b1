package web

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// line brings what was typed outside a form of the shelf into the one form the
// house keeps: valid UTF-8, NFC, nothing invisible, no outer spaces.
func line(raw string) string {
	s := strings.ReplaceAll(strings.ToValidUTF8(raw, "\uFFFD"), "\r\n", "\n")
	return strings.TrimSpace(norm.NFC.String(strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)) {
			return -1
		}
		return r
	}, s)))
}
