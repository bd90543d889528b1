package approval_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestWhoMay tries every handling act with every capacity there is, at every
// level under every regime: the one the law names succeeds, nobody else.
func TestWhoMay(t *testing.T) {
	for _, day := range []law.Day{dayMIC, dayMPS, dayGap, dayNew} {
		t.Run(string(day), func(t *testing.T) {
			t.Parallel()
			h := open(t, day)
			var golden []string
			for level := law.MinLevel; level <= law.MaxLevel; level++ {
				golden = append(golden, whoMay(&life{house: h, level: level}))
			}
			for level := law.MinLevel; level <= 3; level++ {
				golden = append(golden, whoMay(&life{house: h, level: level, specialised: true}))
			}
			if day == dayNew {
				golden = append(golden, whoMay(&life{house: h, level: 3, listed: true}))
			}
			want := slices.DeleteFunc(strings.Split(tables, "\n"), func(line string) bool { return !strings.HasPrefix(line, string(day)) })
			if !slices.Equal(golden, want) {
				t.Errorf("who may act:\n%s\nwant:\n%s", strings.Join(golden, "\n"), strings.Join(want, "\n"))
			}
			h.sound()
		})
	}
}

// tables are b1 and b2 of the rules: opinion, appraisal, decision,
// confirmation. S: the operator is the specialised unit; L: listed.
const tables = `
2024-06-30 1: - specialised_unit specialised_unit mic
2024-06-30 2: - specialised_unit specialised_unit mic
2024-06-30 3: - specialised_unit owner mic
2024-06-30 4: specialised_unit mic owner mic
2024-06-30 5: specialised_unit mic prime_minister+owner mic
2024-06-30 1S: - independent_council specialised_unit mic
2024-06-30 2S: - independent_council specialised_unit mic
2024-06-30 3S: - independent_council owner mic
2025-06-15 1: - specialised_unit specialised_unit mps
2025-06-15 2: - specialised_unit specialised_unit mps
2025-06-15 3: - specialised_unit owner mps
2025-06-15 4: specialised_unit mps owner mps
2025-06-15 5: specialised_unit mps prime_minister+owner mps
2025-06-15 1S: - independent_council specialised_unit mps
2025-06-15 2S: - independent_council specialised_unit mps
2025-06-15 3S: - independent_council owner mps
2026-07-15 1: - specialised_unit specialised_unit mps
2026-07-15 2: - specialised_unit specialised_unit mps
2026-07-15 3: - specialised_unit owner mps
2026-07-15 4: specialised_unit mps owner mps
2026-07-15 5: specialised_unit mps prime_minister+owner mps
2026-07-15 1S: - independent_council specialised_unit mps
2026-07-15 2S: - independent_council specialised_unit mps
2026-07-15 3S: - independent_council owner mps
2026-11-22 1: - specialised_unit specialised_unit mps
2026-11-22 2: - specialised_unit specialised_unit mps
2026-11-22 3: - specialised_unit owner mps
2026-11-22 4: specialised_unit mps owner mps
2026-11-22 5: specialised_unit mps prime_minister+owner mps
2026-11-22 1S: - independent_council specialised_unit mps
2026-11-22 2S: - independent_council specialised_unit mps
2026-11-22 3S: - independent_council owner mps
2026-11-22 3L: specialised_unit mps prime_minister+owner mps
`

// whoMay leads one system to its confirmation, and tells who could do what.
func whoMay(l *life) string {
	l.Helper()
	l.register().must(approval.ActFacts, approval.ActDraft, approval.ActSubmit)
	mark := map[bool]string{true: "S"}[l.specialised] + map[bool]string{true: "L"}[l.listed]
	var who []string
	for _, act := range []string{approval.ActOpinion, approval.ActReview, approval.ActDecide, approval.ActConfirm} {
		who = append(who, l.only(act))
	}
	return fmt.Sprintf("%s %d%s: %s", law.DayOf(l.clock.T), l.level, mark, strings.Join(who, " "))
}

// only tries an act with every capacity until none can do it any more, and
// returns those that could, in the order of the table.
func (l *life) only(act string) string {
	l.Helper()
	n := l.named()
	want := map[string][]approval.Capacity{approval.ActOpinion: {n.opinion}, approval.ActReview: {n.appraise}, approval.ActDecide: n.decide, approval.ActConfirm: {n.confirm}}[act]
	var could []string
	for _, c := range append(slices.DeleteFunc(capacities(), func(c approval.Capacity) bool { return slices.Contains(want, c) }), want...) {
		if c == "" {
			return "-"
		}
		before, err := l.print(), l.do(act, l.hand(c, act))
		if err == nil {
			could = append(could, string(c))
			continue
		}
		kind := approval.Forbidden
		if act == approval.ActOpinion && n.opinion == "" {
			kind = approval.Conflict
		}
		l.refused(err, before, kind)
		if stranger := storetest.Actor(c, "H41"); law.DayOf(l.clock.T) == dayNew && !stranger.National() {
			l.refused(l.do(act, stranger), before, approval.NotFound, "not-found")
		}
	}
	return strings.Join(could, "+")
}

func TestDecidedTwiceByOneAuthority(t *testing.T) {
	l := open(t, dayNew).begin(5).must(approval.ActFacts, approval.ActDraft, approval.ActSubmit, approval.ActOpinion, approval.ActReview)
	l.ok(l.do(approval.ActDecide, l.hand(law.RoleOwner, "first")))
	before := l.print()
	l.refused(l.do(approval.ActDecide, l.hand(law.RoleOwner, "second")), before, approval.Conflict, "already-decided")
	if s := l.stored(); len(s.Approvals) != 0 || s.Open() == nil {
		t.Fatalf("approved by one of two deciders: %+v", s.Approvals)
	}
	l.ok(l.do(approval.ActDecide, l.hand(law.RolePrimeMinister, "first")))
	s := l.stored()
	if len(s.Approvals) != 1 || s.Approvals[0].Authority != law.RoleOwner || s.Approvals[0].Level != 5 {
		t.Errorf("approvals = %+v, want one by the owner on the plan", s.Approvals)
	}
}

func TestOneOfTwoDecidersRefuses(t *testing.T) {
	for _, c := range []approval.Capacity{law.RoleOwner, law.RolePrimeMinister} {
		l := open(t, dayNew).begin(5).must(approval.ActFacts, approval.ActDraft, approval.ActSubmit, approval.ActOpinion, approval.ActReview)
		other := law.RoleOwner
		if c == law.RoleOwner {
			other = law.RolePrimeMinister
		}
		l.ok(l.do(approval.ActDecide, l.hand(other, "decide")))
		l.ok(l.decide(approval.DecisionInput{Outcome: approval.RefuseIt, Grounds: "Chưa đủ căn cứ"}, l.hand(c, "decide")))
		if s := l.stored(); s.Last().State != approval.Refused || len(s.Approvals) != 0 {
			t.Errorf("%s refused: dossier %s, %d approvals", c, s.Last().State, len(s.Approvals))
		}
	}
}
