package law_test

import (
	"encoding/json"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"capdo/internal/law"
)

const rounds = 2000

// randomFacts draws possible facts; about half of the keys stay absent.
func randomFacts(r *rand.Rand) law.Facts {
	word := func(name string) string {
		words := append([]string{""}, law.FactWords(name)...)
		return words[r.Intn(len(words))]
	}
	number := func(choices ...int) *int {
		if r.Intn(2) == 0 {
			return nil
		}
		return &choices[r.Intn(len(choices))]
	}
	level := func() *law.Level {
		if r.Intn(3) > 0 {
			return nil
		}
		l := law.Level(1 + r.Intn(5))
		return &l
	}
	flag := func() bool { return r.Intn(4) == 0 }
	return law.Facts{
		Type: word("type"), Info: word("info"), NSHarm: word("ns_harm"),
		InfraScope: word("infra_scope"), WorksGrade: word("works_grade"),
		ServesDefenceSecurity: flag(), HandlesTTHC: flag(), ConditionalBusiness: flag(),
		Need24x7: flag(), NationalEgov: flag(), NationalCriticalStore: flag(),
		NSListIndicators: flag(), RiskAssessed: flag(), RiskLevel: level(), PMDecisionLevel: level(),
		DVCTTLevel: number(0, 1, 2, 3, 4), Users: number(0, 9999, 10000, 99999, 100000),
		SubjectsBasic:     number(0, 9999, 10000, 99999, 100000),
		SubjectsSensitive: number(0, 9999, 10000, 99999, 100000),
		Components:        randomLevels(r),
	}
}

func randomLevels(r *rand.Rand) []law.Level {
	var out []law.Level
	for range r.Intn(4) {
		out = append(out, law.Level(1+r.Intn(5)))
	}
	return out
}

// eachRandom calls check with random facts under every rule set.
func eachRandom(t *testing.T, seed int64, check func(b *law.Book, set law.RuleSet, f law.Facts, r *rand.Rand)) {
	b, r := open(t), rand.New(rand.NewSource(seed))
	for range rounds {
		f := randomFacts(r)
		for _, set := range b.RuleSets() {
			check(b, set.ID, f, r)
		}
	}
}

// reached reads an absent level as 0.
func reached(d law.Determination) law.Level {
	if d.Level == nil {
		return 0
	}
	return *d.Level
}

func TestLevelIsTheHighestMatched(t *testing.T) {
	eachRandom(t, 1, func(b *law.Book, set law.RuleSet, f law.Facts, _ *rand.Rand) {
		d := b.Determine(set, f)
		var highest law.Level
		for _, m := range d.Matched {
			if m.Level != nil {
				highest = max(highest, *m.Level)
			}
		}
		if highest != reached(d) || d.Level == nil && !d.Manual {
			t.Errorf("%s %+v: highest matched %d, determined %s", set, f, highest, summary(d))
		}
	})
}

func TestOrderOfComponentsNeverMatters(t *testing.T) {
	eachRandom(t, 2, func(b *law.Book, set law.RuleSet, f law.Facts, r *rand.Rand) {
		before := b.Determine(set, f)
		r.Shuffle(len(f.Components), func(i, j int) {
			f.Components[i], f.Components[j] = f.Components[j], f.Components[i]
		})
		if diff := cmp.Diff(before, b.Determine(set, f)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAddingAComponentNeverLowers(t *testing.T) {
	eachRandom(t, 3, func(b *law.Book, set law.RuleSet, f law.Facts, r *rand.Rand) {
		before := reached(b.Determine(set, f))
		added := law.Level(1 + r.Intn(5))
		f.Components = append(f.Components, added)
		if after := reached(b.Determine(set, f)); after < max(before, added) {
			t.Errorf("%s: %d with component %d gives %d", set, before, added, after)
		}
	})
}

// TestAskedFactsAreAbsent checks that no fact is asked for that was stated.
func TestAskedFactsAreAbsent(t *testing.T) {
	eachRandom(t, 4, func(b *law.Book, set law.RuleSet, f law.Facts, _ *rand.Rand) {
		text, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range b.Determine(set, f).Incomplete {
			if strings.Contains(string(text), `"`+name+`"`) {
				t.Errorf("%s asks for %s in %s", set, name, text)
			}
		}
	})
}

func TestFactsSurviveJSON(t *testing.T) {
	r := rand.New(rand.NewSource(5))
	for range rounds {
		f := randomFacts(r)
		text, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(f, facts(t, string(text))); diff != "" {
			t.Error(diff)
		}
	}
}

func BenchmarkDetermine(b *testing.B) {
	book := open(b)
	f := facts(b, `{"type":"b","info":"personal","users":12000,"subjects_basic":12000,"risk_assessed":true}`)
	for b.Loop() {
		book.Determine(law.R331, f)
	}
}

// TestAddingACriterionNeverLowers: a flag that was not raised, or a number that
// was not stated, never lowers the level once it is; nor does a higher number.
func TestAddingACriterionNeverLowers(t *testing.T) {
	eachRandom(t, 6, func(b *law.Book, set law.RuleSet, f law.Facts, r *rand.Rand) {
		before := reached(b.Determine(set, f))
		more, n := f, 1+r.Intn(5)
		level, many := law.Level(n), []int{0, 1, 4, 9999, 10000, 99999, 100000}[r.Intn(7)]
		name := []string{"serves_defence_security", "handles_tthc", "conditional_business", "need_24x7", "national_egov", "national_critical_store", "ns_list_indicators",
			"risk_level", "pm_decision_level", "users", "subjects_basic", "subjects_sensitive", "dvctt_level"}[r.Intn(13)]
		raise := func(p **int, to int) {
			if *p == nil || **p < to {
				*p = &to
			}
		}
		switch name {
		case "serves_defence_security":
			more.ServesDefenceSecurity = true
		case "handles_tthc":
			more.HandlesTTHC = true
		case "conditional_business":
			more.ConditionalBusiness = true
		case "need_24x7":
			more.Need24x7 = true
		case "national_egov":
			more.NationalEgov = true
		case "national_critical_store":
			more.NationalCriticalStore = true
		case "ns_list_indicators":
			more.NSListIndicators = true
		case "risk_level":
			if f.RiskLevel == nil || *f.RiskLevel < level {
				more.RiskLevel = &level
			}
		case "pm_decision_level":
			if f.PMDecisionLevel == nil || *f.PMDecisionLevel < level {
				more.PMDecisionLevel = &level
			}
		case "users":
			raise(&more.Users, many)
		case "subjects_basic":
			raise(&more.SubjectsBasic, many)
		case "subjects_sensitive":
			raise(&more.SubjectsSensitive, many)
		case "dvctt_level":
			raise(&more.DVCTTLevel, n-1)
		}
		if after := reached(b.Determine(set, more)); after < before {
			t.Errorf("%s: with %s added %s falls from %d to %d", set, name, asJSON(t, f), before, after)
		}
	})
}

// TestOrderOfFactsNeverMatters: the same facts in any order of their keys make
// the same determination.
func TestOrderOfFactsNeverMatters(t *testing.T) {
	eachRandom(t, 7, func(b *law.Book, set law.RuleSet, f law.Facts, r *rand.Rand) {
		var keys map[string]json.RawMessage
		if err := json.Unmarshal([]byte(asJSON(t, f)), &keys); err != nil {
			t.Fatal(err)
		}
		var parts []string
		for name, value := range keys {
			parts = append(parts, `"`+name+`":`+string(value))
		}
		r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		if diff := cmp.Diff(b.Determine(set, f), b.Determine(set, facts(t, "{"+strings.Join(parts, ",")+"}"))); diff != "" {
			t.Error(diff)
		}
	})
}

// TestCompositeIsTheMaximum: of a system known by its components alone, the
// level is that of the highest.
func TestCompositeIsTheMaximum(t *testing.T) {
	eachRandom(t, 8, func(b *law.Book, set law.RuleSet, f law.Facts, _ *rand.Rand) {
		if len(f.Components) == 0 {
			return
		}
		if got := reached(b.Determine(set, law.Facts{Components: f.Components})); got != slices.Max(f.Components) {
			t.Errorf("%s: %v makes %d", set, f.Components, got)
		}
	})
}
