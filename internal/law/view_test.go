package law_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"capdo/internal/law"
)

func TestCompareRefs(t *testing.T) {
	want := []string{
		"", "5.1.2.4", "5.10", "6.1.2.4", "Điều 5 khoản 2", "Điều 9", "Điều 9 khoản 1", "Điều 9 khoản 2", "Điều 9 khoản 2 điểm a",
		"Điều 9 khoản 2 điểm c", "Điều 9 khoản 2 điểm d", "Điều 9 khoản 2 điểm đ", "Điều 9 khoản 2 điểm e",
		"Điều 9 khoản 10", "Điều 10", "Điều 16, 17", "Điều 16 khoản 1, 2, 3", "Điều 16 khoản 4", "Điều 20 khoản 4", "Phụ lục Mẫu 01", "Phụ lục Mẫu 02",
	}
	for i, x := range want {
		for j, y := range want {
			if sign(law.CompareRefs(x, y)) != sign(i-j) {
				t.Errorf("%q beside %q: %d", x, y, law.CompareRefs(x, y))
			}
		}
	}
}

// sign is -1, 0 or 1.
func sign(n int) int { return max(-1, min(1, n)) }

func TestByInstrument(t *testing.T) {
	b := open(t)
	views := b.ByInstrument()
	if len(views) != len(b.Instruments()) {
		t.Fatalf("%d views of %d instruments", len(views), len(b.Instruments()))
	}
	kinds := map[string]int{}
	for i, v := range views {
		if v.Instrument.ID != b.Instruments()[i].ID || len(v.Provisions) == 0 {
			t.Errorf("%s has no provision", v.Instrument.ID)
		}
		for j, p := range v.Provisions {
			if j > 0 && law.CompareRefs(v.Provisions[j-1].Ref, p.Ref) >= 0 {
				t.Errorf("%s: %q stands before %q", v.Instrument.ID, v.Provisions[j-1].Ref, p.Ref)
			}
			for _, e := range p.Entries {
				kinds[e.Kind]++
				if e.ID == "" || e.Says.VI == "" || e.Says.EN == "" || e.Confidence == "" {
					t.Errorf("%s %s: %+v", v.Instrument.ID, p.Ref, e)
				}
			}
		}
	}
	for _, kind := range []string{
		law.EntryRuleSet, law.EntryRule, law.EntryTerm, law.EntryAuthority, law.EntryInspection, law.EntryRequired,
		law.EntryReason, law.EntryCalendar, law.EntryFeast, law.EntryCounting, law.EntryDeadline, law.EntryReview,
		law.EntryTransition, law.EntryField, law.EntryPaper, law.EntryTrigger, law.EntryProvision,
	} {
		if kinds[kind] == 0 {
			t.Errorf("no %s cites anything", kind)
		}
	}
}

func TestByInstrumentShowsWhatRestsOnAProvision(t *testing.T) {
	var got []string
	for _, v := range open(t).ByInstrument() {
		for _, p := range v.Provisions {
			for _, e := range p.Entries {
				if v.Instrument.ID == "luat-116-2025" && p.Ref == "Điều 45 khoản 1" {
					got = append(got, e.Kind+" "+e.ID)
				}
			}
		}
	}
	want := []string{
		"reason conformity-overdue", "transition transition.kept-level", "transition transition.kept-level-conform",
		"deadline deadline.kept-level", "trigger trigger.criteria-differ.r331",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
