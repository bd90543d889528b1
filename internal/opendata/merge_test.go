package opendata

import (
	"fmt"
	"testing"
)

// TestNothingJoinedCanBeTold tries every table of a small world: whoever knows what is
// published and the rule finds, for each figure of a part that was joined, at least
// two tables that look so and differ in it; and no small figure is ever published.
func TestNothingJoinedCanBeTold(t *testing.T) {
	const least, most, tried = 3, 12, 4 // rows up to most; those up to tried are judged
	var rows [][3]int
	for total := range most + 1 {
		for approved := range total + 1 {
			rows = append(rows, [3]int{total, approved})
		}
	}
	type values [3][2]map[int]bool // by row and column
	seen := map[string]*values{}
	judged := map[string][]line{}
	for _, a := range rows {
		for _, b := range rows {
			for _, c := range rows {
				if a[0]+b[0]+c[0] > most {
					continue
				}
				out := merged([]line{{[]string{"0"}, a}, {[]string{"1"}, b}, {[]string{"2"}, c}}, least)
				key := fmt.Sprint(out)
				v := seen[key]
				if v == nil {
					v = &values{}
					for r := range v {
						v[r] = [2]map[int]bool{{}, {}}
					}
					seen[key] = v
				}
				for r, row := range [][3]int{a, b, c} {
					v[r][0][row[0]], v[r][1][row[1]] = true, true
				}
				if max(a[0], b[0], c[0]) <= tried {
					judged[key] = out
				}
			}
		}
	}
	joined := 0
	for key, out := range judged {
		for _, l := range out {
			if l.small(least) && len(out) > 1 {
				t.Fatalf("%s: a small figure is published", key)
			}
			if len(l.parts) == 1 {
				continue
			}
			for _, part := range l.parts {
				for c := range 2 {
					joined++
					if n := len(seen[key][part[0]-'0'][c]); l.n[c] >= least && n < 2 {
						t.Fatalf("%s: part %s can only have %v in column %d", key, part, seen[key][part[0]-'0'][c], c)
					}
				}
			}
		}
	}
	if joined < 100 {
		t.Errorf("%d figures were tried", joined)
	}
}
