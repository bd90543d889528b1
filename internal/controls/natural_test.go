package controls

import (
	"slices"
	"testing"
)

func TestNatural(t *testing.T) {
	want := []string{
		"3.1", "3.2", "3.2.1", "3.2.2", "3.2.10", "3.10", "5.12.2.2", "5.12.2.2 a", "5.12.2.2 b", "5.12.2.3", "10.1",
		"C2", "C03", "C10", "TT12 1.6", "TT12 II.1", "Đ10.2", "Đ28.5", "Đ31.2.c", "Đ31.2.d", "Đ31.3",
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, natural)
	if !slices.Equal(got, want) {
		t.Errorf("sorted as %q", got)
	}
}

func TestNaturalIsAnOrder(t *testing.T) {
	words := []string{"", "1", "01", "1.0", "1.", "a", "a1", "1a", "10", "2", "Đ2", "Đ10"}
	for _, a := range words {
		for _, b := range words {
			if natural(a, b) != -natural(b, a) {
				t.Errorf("%q and %q compare %d and %d", a, b, natural(a, b), natural(b, a))
			}
			for _, c := range words {
				if natural(a, b) < 0 && natural(b, c) < 0 && natural(a, c) >= 0 {
					t.Errorf("%q < %q < %q but not %q < %q", a, b, c, a, c)
				}
			}
		}
	}
}
