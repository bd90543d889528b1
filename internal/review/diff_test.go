package review_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"capdo/internal/review"
)

// spell joins the pieces without those of one kind.
func spell(ps []review.Piece, without string) string {
	var b strings.Builder
	for _, p := range ps {
		if p.Op != without {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestDiff(t *testing.T) {
	for _, tt := range []struct{ before, after, want string }{
		{"", "", ""},
		{"", "mới", "+mới"},
		{"cũ", "", "-cũ"},
		{"một hai ba", "một hai ba", "=một hai ba"},
		{"Toàn tỉnh Thanh Hóa", "Toàn tỉnh và các xã", "=Toàn tỉnh|- Thanh Hóa|+ và các xã"},
		{"a b c d", "a x c d", "=a|- b|+ x|= c d"},
	} {
		var got []string
		for _, p := range review.Diff(tt.before, tt.after) {
			got = append(got, map[string]string{"": "=", "ins": "+", "del": "-"}[p.Op]+p.Text)
		}
		if strings.Join(got, "|") != tt.want {
			t.Errorf("%q → %q: %q, want %q", tt.before, tt.after, strings.Join(got, "|"), tt.want)
		}
	}
}

// TestDiffSpellsBothTexts: whatever the texts, the difference gives both back.
func TestDiffSpellsBothTexts(t *testing.T) {
	dice := rand.New(rand.NewPCG(7, 331))
	text := func() string {
		var b strings.Builder
		for range dice.IntN(40) {
			b.WriteString([]string{"một", "hai", " ", "\n", "ba ", "đường"}[dice.IntN(6)])
		}
		return b.String()
	}
	for range 3000 {
		before, after := text(), text()
		ps := review.Diff(before, after)
		if spell(ps, "ins") != before || spell(ps, "del") != after {
			t.Fatalf("%q → %q: %v", before, after, ps)
		}
		if before == after && len(ps) > 1 {
			t.Fatalf("%q differs from itself: %v", before, ps)
		}
	}
	long := strings.Repeat("a b ", 2000)
	if ps := review.Diff("x "+long+"z", "y "+strings.Repeat("c d ", 2000)+"w"); len(ps) != 2 {
		t.Errorf("texts beyond the table: %d pieces", len(ps))
	}
}
