package approval_test

import (
	"context"
	"slices"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// agency reads one agency as it stands.
func (h *house) agency(code string) approval.Agency {
	h.Helper()
	as, err := h.office.AgencyList(context.Background(), storetest.Keeper())
	h.ok(err)
	i := slices.IndexFunc(as, func(x approval.Agency) bool { return x.Code == code })
	if i < 0 {
		h.Fatalf("no agency %s", code)
	}
	return as[i]
}

// TestRename: a body that goes on under another name keeps its code and its
// systems; reports of a day show the name of that day; the same list again
// changes nothing, and the ledger agrees with the tables.
func TestRename(t *testing.T) {
	h := open(t, "2026-11-22")
	ctx := context.Background()
	was := h.agency("H56")
	in := []approval.Renaming{
		{Code: "H56", AgencyName: approval.AgencyName{On: "2025-01-01", Name: "Thanh Hóa mới", Kind: "city", Cites: "NQ", Confidence: "high"}},
		{Code: "H56", AgencyName: approval.AgencyName{On: "2025-03-01", SpecialisedUnit: "Sở Khoa học và Công nghệ", Confidence: "medium"}},
	}
	if n, err := h.office.Rename(ctx, storetest.Keeper(), in); err != nil || n != 2 {
		t.Fatalf("%d, %v", n, err)
	}
	before := h.print()
	if n, err := h.office.Rename(ctx, storetest.Keeper(), in); err != nil || n != 0 || h.print() != before {
		t.Errorf("again: %d, %v", n, err)
	}
	is := h.agency("H56")
	if is.Name != "Thanh Hóa mới" || is.NameEN != was.NameEN || is.Kind != "city" || is.SpecialisedUnit != "Sở Khoa học và Công nghệ" || is.Code != was.Code {
		t.Errorf("today: %+v", is)
	}
	for day, want := range map[law.Day][2]string{
		"2024-06-30": {was.Name, was.SpecialisedUnit}, "2024-12-31": {was.Name, was.SpecialisedUnit}, "2025-01-01": {"Thanh Hóa mới", was.SpecialisedUnit},
		"2025-02-28": {"Thanh Hóa mới", was.SpecialisedUnit}, "2025-03-01": {"Thanh Hóa mới", "Sở Khoa học và Công nghệ"},
	} {
		if got := is.On(day); got.Name != want[0] || got.SpecialisedUnit != want[1] {
			t.Errorf("on %s: %s, %s", day, got.Name, got.SpecialisedUnit)
		}
		ov, err := h.office.Overview(ctx, storetest.Keeper(), approval.Believed(day))
		h.ok(err)
		if i := slices.IndexFunc(ov.Agencies, func(l approval.AgencyCount) bool { return l.Agency.Code == "H56" }); i < 0 || ov.Agencies[i].Agency.Name != want[0] {
			t.Errorf("the overview of %s does not say %s", day, want[0])
		}
	}
	h.sound()
	for name, r := range map[string]approval.Renaming{
		"no such body":     {Code: "Z99", AgencyName: approval.AgencyName{On: "2025-05-01", Name: "x"}},
		"a day to come":    {Code: "H56", AgencyName: approval.AgencyName{On: "2026-11-23", Name: "x"}},
		"before the last":  {Code: "H56", AgencyName: approval.AgencyName{On: "2025-02-01", Name: "x"}},
		"no day":           {Code: "H56", AgencyName: approval.AgencyName{On: "2025-02-30", Name: "x"}},
		"otherwise by now": {Code: "H56", AgencyName: approval.AgencyName{On: "2025-03-01", Name: "x"}},
	} {
		before := h.print()
		if _, err := h.office.Rename(ctx, storetest.Keeper(), []approval.Renaming{r}); err == nil || h.print() != before {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.office.Rename(ctx, storetest.Actor(law.RoleOwner, "H56"), in); kindOf(err) != approval.Forbidden {
		t.Errorf("by the body itself: %v", err)
	}
}
