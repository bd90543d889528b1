package law_test

import "testing"

// TestLends: an act of which the book says nothing is not lent.
func TestLends(t *testing.T) {
	b := open(t)
	lent := 0
	for _, x := range b.Lendings() {
		if b.Lends(x.Act) != x.Lent {
			t.Errorf("%s: lent %v, the book says %v", x.Act, !x.Lent, x.Lent)
		}
		if x.Lent {
			lent++
		}
	}
	if lent == 0 || lent == len(b.Lendings()) {
		t.Errorf("%d of %d acts are lent", lent, len(b.Lendings()))
	}
	for _, act := range []string{"", "retire-everything", "import"} {
		if b.Lends(act) {
			t.Errorf("%q is lent", act)
		}
	}
}
