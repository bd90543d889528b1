package statement

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/fold"
	"capdo/internal/law"
)

// Candidate proposes that a line may be a system, and says why. It decides
// nothing.
type Candidate struct {
	Code   string   `json:"code"`
	Name   string   `json:"name"`
	Score  int      `json:"score"` // of 100
	Reason law.Text `json:"reason"`
}

// mostCandidates is how many are proposed for a line; leastScore is below what
// nothing is.
const (
	mostCandidates = 5
	leastScore     = 50
)

// Propose lists the systems that a line may be, the likeliest first.
func Propose(l Line, systems []approval.System) []Candidate {
	var out []Candidate
	for i := range systems {
		x := &systems[i]
		if score, why := like(l, x); score >= leastScore {
			out = append(out, Candidate{Code: x.Code, Name: x.Name, Score: score, Reason: why})
		}
	}
	slices.SortStableFunc(out, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Code, b.Code))
	})
	return out[:min(len(out), mostCandidates)]
}

// like tells how alike a line and a system are, and in what.
func like(l Line, x *approval.System) (int, law.Text) {
	if l.Code != "" && l.Code == x.Code {
		return 100, law.Text{VI: "cùng mã", EN: "the same code"}
	}
	if l.Name == x.Name {
		return 98, law.Text{VI: "cùng tên", EN: "the same name"}
	}
	a, b := fold.Plain(l.Name), fold.Plain(x.Name)
	switch {
	case a == b:
		return 95, law.Text{VI: "cùng tên khi bỏ dấu, hoa thường và dấu câu", EN: "the same name without marks, case and punctuation"}
	case full(a) == full(b):
		return 90, law.Text{VI: "cùng tên khi viết đủ chữ tắt", EN: "the same name with the abbreviations written out"}
	case initials(full(b)) == strings.ReplaceAll(a, " ", "") || initials(full(a)) == strings.ReplaceAll(b, " ", ""):
		return 75, law.Text{VI: "một bên là chữ đầu của bên kia", EN: "one is the initials of the other"}
	}
	a, b = full(a), full(b)
	if d := distance(a, b); d <= 3 && d*5 <= min(len(a), len(b)) && digits(a) == digits(b) {
		return 85 - 5*d, law.Text{VI: fmt.Sprintf("khác %d chữ cái", d), EN: fmt.Sprintf("%d letters apart", d)}
	}
	if shared, of := common(a, b); of > 1 && digits(a) == digits(b) {
		return 80 * shared / of, law.Text{VI: fmt.Sprintf("chung %d trên %d từ", shared, of), EN: fmt.Sprintf("%d of %d words shared", shared, of)}
	}
	return 0, law.Text{}
}

// full writes out the abbreviations that officials use, and drops the words that
// say only that it is a system.
func full(folded string) string {
	long := map[string]string{"csdl": "co so du lieu", "httt": "", "ht": "", "pm": "phan mem", "dvc": "dich vu cong", "dvctt": "dich vu cong truc tuyen", "tthc": "thu tuc hanh chinh",
		"ubnd": "uy ban nhan dan", "cntt": "cong nghe thong tin", "tt": "thong tin", "qlvb": "quan ly van ban", "qg": "quoc gia", "ttdt": "thong tin dien tu", "dt": "dien tu", "cchc": "cai cach hanh chinh"}
	folded = strings.ReplaceAll(" "+folded+" ", " he thong thong tin ", " ")
	folded = strings.ReplaceAll(folded, " he thong ", " ")
	var out []string
	for _, w := range strings.Fields(folded) {
		if l, ok := long[w]; ok {
			w = l
		}
		if w != "" {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

// initials are the first letters of the words.
func initials(s string) string {
	var b strings.Builder
	for _, w := range strings.Fields(s) {
		b.WriteByte(w[0])
	}
	return b.String()
}

// digits are the digits of a name: «cơ sở 1» is not «cơ sở 2».
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// common counts the words two names share, of those of the longer one.
func common(a, b string) (shared, of int) {
	x, y := strings.Fields(a), strings.Fields(b)
	for _, w := range x {
		if i := slices.Index(y, w); i >= 0 {
			y = slices.Delete(y, i, i+1)
			shared++
		}
	}
	return shared, max(len(x), len(y)+shared)
}

// distance is the number of letters to change, add or drop between two names of
// ASCII letters.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			next := min(row[j]+1, row[j-1]+1)
			if a[i-1] == b[j-1] {
				next = min(next, diagonal)
			} else {
				next = min(next, diagonal+1)
			}
			diagonal, row[j] = row[j], next
		}
	}
	return row[len(b)]
}
