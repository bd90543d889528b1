package reconcile

import (
	"strings"

	"capdo/internal/fold"
)

// Fold reduces an agency's name to what two spellings of it share: lower case,
// no tone marks, no punctuation, "đ" as "d", and without the words that say only
// what kind of place it is. "TP. Hồ Chí Minh" and "Hồ Chí Minh" fold alike.
func Fold(name string) string {
	words := strings.Fields(fold.Plain(name))
	for _, kind := range [][]string{{"thanh", "pho"}, {"tp"}, {"tinh"}} {
		if len(words) > len(kind) && strings.Join(words[:len(kind)], " ") == strings.Join(kind, " ") {
			return strings.Join(words[len(kind):], " ")
		}
	}
	return strings.Join(words, " ")
}
