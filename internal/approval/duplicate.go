package approval

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"capdo/internal/fold"
)

// Pair proposes that two systems of one owner may be one and the same, doubled
// by a merger (scope factors: NĐ 331 Điều 7.2). It decides nothing.
type Pair struct {
	Owner        string
	A, B         string // codes, A before B
	NameA, NameB string
	Distance     int // letters between the names after folding; 0 = alike
}

// farthest is how far apart two long names may be and still be proposed.
const farthest = 3

// Duplicates proposes the like-named pairs among systems that one owner has
// from different predecessors. Names are compared without case, marks,
// punctuation and the predecessor's own name; numbers in them must agree.
// Retired systems are left out. The order is that of owner and codes.
func Duplicates(systems []System, agencies []Agency) []Pair {
	names := map[string]string{}
	for _, a := range agencies {
		names[a.Code] = fold.Plain(a.Name)
	}
	byOwner := map[string][]likeness{}
	for i := range systems {
		if s := &systems[i]; s.Retirement == nil {
			byOwner[s.Owner] = append(byOwner[s.Owner], liken(s, names))
		}
	}
	var out []Pair
	for _, ls := range byOwner {
		slices.SortFunc(ls, func(x, y likeness) int { return cmp.Compare(x.system.Code, y.system.Code) })
		for i, x := range ls {
			for _, y := range ls[i+1:] {
				if d, ok := x.near(y); ok {
					out = append(out, Pair{x.system.Owner, x.system.Code, y.system.Code, x.system.Name, y.system.Name, d})
				}
			}
		}
	}
	slices.SortFunc(out, func(x, y Pair) int {
		return cmp.Or(cmp.Compare(x.Owner, y.Owner), cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B))
	})
	return out
}

// likeness is what of a system is compared.
type likeness struct {
	system *System
	origin string // owner before any transfer
	name   []byte
	digits string
}

func liken(s *System, names map[string]string) likeness {
	l := likeness{system: s, origin: s.Owner}
	if len(s.Transfers) > 0 {
		l.origin = s.Transfers[0].From
	}
	name := fold.Plain(s.Name)
	if own := names[l.origin]; own != "" {
		name = without(name, own)
	}
	l.name = []byte(name)
	l.digits = strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || r == ' ' {
			return r
		}
		return -1
	}, name)
	l.digits = strings.Join(strings.Fields(l.digits), " ")
	return l
}

// near compares two systems: how far apart, and whether near enough. A tenth of
// a name may differ, three letters at most.
func (l likeness) near(m likeness) (int, bool) {
	if l.origin == m.origin || l.digits != m.digits {
		return 0, false
	}
	most := min(farthest, min(len(l.name), len(m.name))/10)
	d := distance(l.name, m.name, most)
	return d, d <= most
}

// without takes an agency's own name out of a system's, with the words before
// it that say only what kind of body it is.
func without(name, own string) string {
	before, after, found := strings.Cut(" "+name+" ", " "+own+" ")
	if !found {
		return name
	}
	words := strings.Fields(before)
	for len(words) > 0 && slices.Contains([]string{"cua", "ubnd", "tinh", "thanh", "pho", "tp"}, words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	return strings.Join(append(words, strings.Fields(after)...), " ")
}

// distance is the number of letters to change, add or drop between a and b, or
// something above most.
func distance(a, b []byte, most int) int {
	if d := len(a) - len(b); d > most || -d > most {
		return most + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		corner, best := row[0], i+1
		row[0] = i + 1
		for j := range b {
			change := corner
			if a[i] != b[j] {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j]+1, corner+1)
			best = min(best, row[j+1])
		}
		if best > most {
			return most + 1
		}
	}
	return row[len(b)]
}
