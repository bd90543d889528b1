package law_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"capdo/internal/law"
)

// period writes a review's period: months, "own" with the suggestion, "event",
// "-" when it is not asked for.
func period(b *law.Book, set law.RuleSet, l law.Level, id string) string {
	for _, r := range b.Reviews(set, l) {
		if r.ID != "review."+id {
			continue
		}
		s := "own"
		if r.Months != nil {
			s = fmt.Sprint(*r.Months)
		} else if r.OnEvent {
			s = "event"
		}
		if r.Suggested != nil {
			s += fmt.Sprintf("(%d)", *r.Suggested)
		}
		if r.Performer != "" {
			s += ":" + r.Performer
		}
		return s
	}
	return "-"
}

func TestReviews(t *testing.T) {
	r85 := map[string]string{
		"r85.inspection":         "- - 12:licensed 12:licensed 6:licensed",
		"r85.overall":            "24:self 24:self 24 24 24",
		"r85.independent":        "- - 12:licensed 12:licensed 12:licensed",
		"r85.drill":              "- - 12 12 12",
		"r85.monitoring-report":  "6 6 6 6 6",
		"r85.service-compliance": "12 12 12 12 12",
		"r85.service-drill":      "12 12 12 12 12",
	}
	r331 := map[string]string{
		"r331.inspection":              "own:independent own:independent own(12):independent own(6):independent own(6):licensed",
		"r331.list-check":              "- - 12:self 12:self 12:self",
		"r331.risk-event":              "event event event event event",
		"tcvn.risk-process":            "12 12 12 12 6",
		"tcvn.risk-identification":     "- - 12 6 6",
		"tcvn.effectiveness":           "- - 12 6 6",
		"tcvn.vulnerability":           "12 12 6 6 3",
		"tcvn.vulnerability-important": "- - - 3 1",
		"tcvn.log-review":              "12 12 6 1 1",
		"tcvn.log-retention":           "- 1 3 6 12",
		"tcvn.accounts":                "12 12 6 3 1",
		"tcvn.permissions":             "12 12 6 3 1",
		"tcvn.rogue-devices":           "12 12 6 3 1",
		"tcvn.hardware":                "12 12 12 12 6",
		"tcvn.software":                "12 12 12 12 6",
		"tcvn.diagrams":                "12 12 12 6 3",
		"tcvn.restore":                 "own(12) own(12) own(12) 6 3",
		"tcvn.pentest":                 "- - own(12) 12 6",
		"tcvn.drill":                   "- - own(12) 12 12",
		"tcvn.awareness":               "12 12 12 12 12",
		"tcvn.patching":                "1 1 1 1 1",
	}
	r116 := map[string]string{
		"r85.inspection": r85["r85.inspection"], "r85.overall": r85["r85.overall"], "r331.list-check": r331["r331.list-check"],
	}
	b := open(t)
	for set, want := range map[law.RuleSet]map[string]string{law.R85: r85, law.R116: r116, law.R331: r331, "R1": {}} {
		seen := map[string]bool{}
		for l := law.MinLevel; l <= law.MaxLevel; l++ {
			for _, r := range b.Reviews(set, l) {
				seen[strings.TrimPrefix(r.ID, "review.")] = true
				if r.Level != l || r.Rules != set || r.Says.VI == "" || r.Says.EN == "" || r.Cites == "" || r.Activity == "" || r.Source == "" {
					t.Errorf("%s level %d does not explain itself: %+v", r.ID, l, r)
				}
			}
		}
		for id, row := range want {
			delete(seen, id)
			var got []string
			for l := law.MinLevel; l <= law.MaxLevel; l++ {
				got = append(got, period(b, set, l, id))
			}
			if diff := cmp.Diff(row, strings.Join(got, " ")); diff != "" {
				t.Errorf("%s %s: %s", set, id, diff)
			}
		}
		if len(seen) > 0 {
			t.Errorf("%s: rows nobody expected: %v", set, seen)
		}
	}
	if list := b.Reviews(law.R331, 6); list == nil || len(list) != 0 {
		t.Errorf("level 6 has %v", list)
	}
}

// TestReviewsCiteTheClauseOfTheLevel: one activity stands in another clause at
// each level.
func TestReviewsCiteTheClauseOfTheLevel(t *testing.T) {
	b := open(t)
	want := map[law.Level]string{1: "3.13", 2: "4.13", 3: "5.14", 4: "6.14", 5: "7.14"}
	for l, clause := range want {
		for _, r := range b.Reviews(law.R331, l) {
			if r.ID == "review.tcvn.awareness" && !strings.HasSuffix(r.Cites, "; TCVN 14423:2026, "+clause) {
				t.Errorf("level %d cites %q", l, r.Cites)
			}
			if r.ID == "review.tcvn.restore" && strings.Contains(r.Cites, "TCVN") != (l >= 4) {
				t.Errorf("level %d cites %q", l, r.Cites)
			}
			if r.Listed != (r.ID == "review.r331.list-check") || r.Retention != (r.ID == "review.tcvn.log-retention") {
				t.Errorf("%s: listed %v, retention %v", r.ID, r.Listed, r.Retention)
			}
		}
	}
}

// TestReviewsAgreeWithTheGate: the gate's periods are the shortest the reviews
// give or suggest.
func TestReviewsAgreeWithTheGate(t *testing.T) {
	b := open(t)
	ids := map[law.RuleSet][]string{law.R85: {"r85.inspection", "r85.overall"}, law.R331: {"tcvn.effectiveness"}}
	for set, list := range ids {
		for l := law.MinLevel; l <= law.MaxLevel; l++ {
			months, _ := b.InspectionMonths(set, l)
			shortest := 0
			for _, id := range list {
				n := 0
				if _, err := fmt.Sscan(period(b, set, l, id), &n); err == nil && (shortest == 0 || n < shortest) {
					shortest = n
				}
			}
			if months != shortest {
				t.Errorf("%s level %d: the gate inspects every %d months, the reviews every %d", set, l, months, shortest)
			}
		}
	}
}
