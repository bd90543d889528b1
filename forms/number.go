package forms

import (
	"strconv"
	"strings"
)

// readInt takes 1539, 1.539 and 1 539. A comma is the decimal sign in Vietnam,
// so 1,539 is not a whole number.
func (f *Field) readInt(s string) (string, *Problem) {
	n, ok := wholeNumber(s)
	switch {
	case !ok:
		return "", f.problem("int")
	case n < f.least():
		return "", f.problem("min", number(f.least()))
	case n > f.most():
		return "", f.problem("max", number(f.most()))
	}
	return strconv.Itoa(n), nil
}

// wholeNumber reads at most 15 digits, plain or in groups of three by dots or
// by spaces, with an optional minus.
func wholeNumber(s string) (int, bool) {
	s, minus := strings.CutPrefix(s, "-")
	digits, ok := ungroup(s)
	if !ok || len(digits) > 15 {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	if minus {
		n = -n
	}
	return n, err == nil
}

func ungroup(s string) (string, bool) {
	sep := "."
	if strings.Contains(s, " ") {
		sep = " "
	}
	groups := strings.Split(s, sep)
	for i, group := range groups {
		if strings.ContainsFunc(group, func(r rune) bool { return !isDigit(r) }) {
			return "", false
		}
		if i > 0 && len(group) != 3 {
			return "", false
		}
	}
	first := groups[0]
	if len(groups) > 1 && (len(first) > 3 || strings.HasPrefix(first, "0")) {
		return "", false
	}
	return strings.Join(groups, ""), first != ""
}

// group writes 1539 as 1.539 or 1,539.
func group(n int, sep string) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return sign + s
}

// number writes a count the way each language does.
func number(n int) Text { return Text{group(n, "."), group(n, ",")} }
