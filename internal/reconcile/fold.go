package reconcile

import (
	"strings"
	"unicode"
)

// Fold reduces an agency's name to what two spellings of it share: lower case,
// no tone marks, no punctuation, "đ" as "d", and without the words that say only
// what kind of place it is. "TP. Hồ Chí Minh" and "Hồ Chí Minh" fold alike.
func Fold(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(base(r))
		default:
			b.WriteByte(' ')
		}
	}
	words := strings.Fields(b.String())
	for _, kind := range [][]string{{"thanh", "pho"}, {"tp"}, {"tinh"}} {
		if len(words) > len(kind) && strings.Join(words[:len(kind)], " ") == strings.Join(kind, " ") {
			return strings.Join(words[len(kind):], " ")
		}
	}
	return strings.Join(words, " ")
}

// base is the plain letter under a Vietnamese one.
func base(r rune) rune {
	for _, family := range []string{
		"aàáảãạăằắẳẵặâầấẩẫậ", "eèéẻẽẹêềếểễệ", "iìíỉĩị",
		"oòóỏõọôồốổỗộơờớởỡợ", "uùúủũụưừứửữự", "yỳýỷỹỵ", "dđ",
	} {
		if strings.ContainsRune(family, r) {
			return rune(family[0])
		}
	}
	return r
}
