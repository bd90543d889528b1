package reconcile_test

import (
	"testing"

	"capdo/internal/reconcile"
)

func TestPct(t *testing.T) {
	for _, c := range []struct {
		n, d, want int
		ok         bool
	}{
		{90, 144, 63, true}, // 62.5: the tie that tells half-up from half-even
		{4, 160, 3, true},   // 2.5
		{1, 3, 33, true},
		{2, 3, 67, true},
		{0, 7, 0, true},
		{7, 7, 100, true},
		{3, 2, 150, true},
		{1_000_000_000, 1_000_000_000, 100, true},
		{0, 0, 0, false},
		{1, 0, 0, false},
		{1, -2, 0, false},
		{-1, 2, 0, false},
	} {
		if got, ok := reconcile.Pct(c.n, c.d); got != c.want || ok != c.ok {
			t.Errorf("Pct(%d, %d) = %d, %v, want %d, %v", c.n, c.d, got, ok, c.want, c.ok)
		}
	}
}

func TestDeployedFit(t *testing.T) {
	fits := map[string]int{}
	for _, r := range read(t, annex(t)).Rows {
		fits[reconcile.DeployedFit(r)]++
	}
	want := map[string]int{"total": 45, "approved": 9, "both": 32, "neither": 1, "not_reported": 4}
	for fit, n := range want {
		if fits[fit] != n {
			t.Errorf("%s: %d rows, want %d", fit, fits[fit], n)
		}
	}
	for _, c := range []struct {
		name string
		row  reconcile.Row
		want string
	}{
		{"no approved, nothing deployed", reconcile.Row{Total: 5, Reported: true}, reconcile.FitBoth},
		{"no total at all", reconcile.Row{Reported: true, DeployedPct: 1}, reconcile.FitNeither},
		{"only an approved", reconcile.Row{Approved: 4, Deployed: 1, DeployedPct: 25, Reported: true}, reconcile.FitBoth},
	} {
		if got := reconcile.DeployedFit(c.row); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestBelowHalfIsStrict(t *testing.T) {
	h := reconcile.BelowHalf([]reconcile.Row{
		{Total: 8, Approved: 4, ApprovedPct: 50, Deployed: 4, DeployedPct: 50, Reported: true},
		{Total: 201, Approved: 100, ApprovedPct: 50, Deployed: 100, DeployedPct: 50, Reported: true}, // 49.75 %
		{Total: 5, Reported: true},
	})
	want := reconcile.Half{Agencies: 3, ApprovedPrinted: 1, Approved: 2, DeployedPrinted: 1,
		DeployedOfTotal: 2, DeployedOfApproved: 1}
	if h != want {
		t.Errorf("got %+v, want %+v", h, want)
	}
}

func TestFold(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"TP. Hồ Chí Minh", "Hồ Chí Minh", true},
		{"Thành phố Cần Thơ", "TP Cần Thơ", true},
		{"Tỉnh Đắk Lắk", "dak lak", true},
		{"Bà Rịa - Vũng Tàu", "Bà Rịa Vũng Tàu", true},
		{"Hoà Bình", "Hòa Bình", true},
		{"Hòa Bình", "Ho\u0300a Bi\u0300nh", true}, // decomposed
		{"HÀ NAM", "Hà Nam", true},
		{"Tỉnh", "", false}, // a name is never folded away
		{"Hà Nam", "Hà Nội", false},
		{"Bộ Tài chính", "Bộ Nội vụ", false},
	} {
		if got := reconcile.Fold(c.a) == reconcile.Fold(c.b); got != c.same {
			t.Errorf("%q and %q: same %v, want %v (%q, %q)", c.a, c.b, got, c.same, reconcile.Fold(c.a), reconcile.Fold(c.b))
		}
	}
}
