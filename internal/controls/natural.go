package controls

import (
	"cmp"
	"strings"
)

// natural compares two clause numbers as a reader orders them: runs of digits
// by value, so that 5.2 comes before 5.10 and 5.12.2.2 before "5.12.2.2 a";
// digits come before other text. It returns -1, 0 or 1.
func natural(a, b string) int {
	for a != "" && b != "" {
		var x, y string
		x, a = run(a)
		y, b = run(b)
		if c := compareRuns(x, y); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// run cuts the leading digits, or the leading text up to the next digit.
func run(s string) (head, rest string) {
	digits := digit(s[0])
	for i := range len(s) {
		if digit(s[i]) != digits {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// compareRuns compares two runs, numbers by value.
func compareRuns(x, y string) int {
	switch dx, dy := digit(x[0]), digit(y[0]); {
	case dx && dy:
		x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
		return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y))
	case dx != dy && dx:
		return -1
	case dx != dy:
		return 1
	}
	return strings.Compare(x, y)
}

// digit reports whether b is an ASCII digit.
func digit(b byte) bool { return '0' <= b && b <= '9' }
