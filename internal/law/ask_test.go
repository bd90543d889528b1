package law_test

import (
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"capdo/internal/law"
)

// give copies one fact from full to part and reports whether full states it.
func give(part, full *law.Facts, name string) bool {
	shape := reflect.TypeOf(*full)
	for i := range shape.NumField() {
		if key, _, _ := strings.Cut(shape.Field(i).Tag.Get("json"), ","); key == name {
			v := reflect.ValueOf(full).Elem().Field(i)
			reflect.ValueOf(part).Elem().Field(i).Set(v)
			return !v.IsZero()
		}
	}
	panic("no fact " + name)
}

// TestAskingIsEnough answers every fact asked, one after another, for 10,000
// random systems: the facts gathered come to the very determination of all.
func TestAskingIsEnough(t *testing.T) {
	b, r := open(t), rand.New(rand.NewSource(7))
	for range 10000 {
		full := randomFacts(r)
		for _, set := range b.RuleSets() {
			var part law.Facts
			var answered []string
			for open := b.Ask(set.ID, part); len(open) > 0; open = b.Ask(set.ID, part, answered...) {
				if slices.Contains(answered, open[0]) || len(answered) > len(law.FactNames()) {
					t.Fatalf("%s asks for %s again", set.ID, open[0])
				}
				give(&part, &full, open[0])
				answered = append(answered, open[0])
			}
			if got, want := verdictOf(b.Determine(set.ID, part)), verdictOf(b.Determine(set.ID, full)); got != want {
				t.Fatalf("%s: asked %v, got %+v, want %+v for %s", set.ID, answered, got, want, asJSON(t, full))
			}
		}
	}
}

// choices are the answers tried by brute force: "no" or "not stated" first.
func choices(name string) []law.Facts {
	out := []law.Facts{{}}
	numbers := map[string][]int{"dvctt_level": {0, 1, 2, 3, 4}, "users": {0, 9999, 10000}, "subjects_basic": {0, 99999, 100000}, "subjects_sensitive": {0, 9999, 10000}}
	var f law.Facts
	field := reflect.Value{}
	shape := reflect.TypeOf(f)
	for i := range shape.NumField() {
		if key, _, _ := strings.Cut(shape.Field(i).Tag.Get("json"), ","); key == name {
			field = reflect.ValueOf(&f).Elem().Field(i)
		}
	}
	add := func(v any) {
		field.Set(reflect.ValueOf(v))
		out = append(out, f)
	}
	switch field.Interface().(type) {
	case string:
		for _, w := range law.FactWords(name) {
			add(w)
		}
	case bool:
		add(true)
	case *int:
		for _, n := range numbers[name] {
			add(&n)
		}
	case *law.Level:
		for l := law.MinLevel; l <= law.MaxLevel; l++ {
			add(&l)
		}
	case []law.Level:
		for l := law.MinLevel; l <= law.MaxLevel; l++ {
			add([]law.Level{l})
		}
	}
	return out
}

// matters finds by brute force which open facts can change the verdict.
func matters(b *law.Book, set law.RuleSet, f law.Facts, open []string) []string {
	verdicts := map[string]verdict{}
	var try func(i int, key string, f law.Facts)
	try = func(i int, key string, f law.Facts) {
		if i == len(open) {
			verdicts[key] = verdictOf(b.Determine(set, f))
			return
		}
		for c, choice := range choices(open[i]) {
			give(&f, &choice, open[i])
			try(i+1, key+string(rune('a'+c)), f)
		}
	}
	try(0, "", f)
	out := []string{}
	for i, name := range open {
		for key, v := range verdicts {
			if key[i] != 'a' && verdicts[key[:i]+"a"+key[i+1:]] != v {
				out = append(out, name)
				break
			}
		}
	}
	return out
}

// TestAskIsExact leaves a few facts of random systems open and compares with
// trying every answer.
func TestAskIsExact(t *testing.T) {
	b, r := open(t), rand.New(rand.NewSource(8))
	asked := 0
	for range 400 {
		full := randomFacts(r)
		names := law.FactNames()
		r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		hidden, answered := names[:3+r.Intn(2)], names[4:]
		answered = slices.DeleteFunc(slices.Clone(answered), func(n string) bool { return slices.Contains(hidden, n) })
		for _, name := range hidden {
			give(&full, &law.Facts{}, name)
		}
		if len(hidden) == 3 {
			answered = append(answered, names[3])
		}
		slices.SortFunc(hidden, func(a, b string) int {
			return slices.Index(law.FactNames(), a) - slices.Index(law.FactNames(), b)
		})
		for _, set := range b.RuleSets() {
			want := matters(b, set.ID, full, hidden)
			if diff := cmp.Diff(want, b.Ask(set.ID, full, answered...)); diff != "" {
				t.Fatalf("%s: %s with %v open: %s", set.ID, asJSON(t, full), hidden, diff)
			}
			asked += len(want)
		}
	}
	if asked < 300 {
		t.Errorf("only %d facts mattered: the test says little", asked)
	}
}

func TestAsk(t *testing.T) {
	cases := []struct {
		set      law.RuleSet
		facts    string
		answered string
		want     string
	}{
		{law.R331, `{}`, "", "type info serves_defence_security ns_harm handles_tthc conditional_business subjects_basic subjects_sensitive infra_scope need_24x7 national_egov works_grade national_critical_store ns_list_indicators risk_level pm_decision_level components"},
		{law.R331, `{"national_critical_store":true}`, "", "type risk_level pm_decision_level"}, // of type đ, either keeps it from a person
		{law.R331, `{"type":"a","national_critical_store":true}`, "", ""},
		{law.R85, `{"national_critical_store":true}`, "", "info serves_defence_security ns_harm"},
		{law.R85, `{"pm_decision_level":5}`, "serves_defence_security info", ""},
		{law.R331, `{"type":"a","info":"public"}`, "", "serves_defence_security ns_harm need_24x7 national_egov national_critical_store ns_list_indicators risk_level components"},
		{law.R331, `{"type":"a","info":"public"}`, "serves_defence_security", "need_24x7 national_egov national_critical_store ns_list_indicators risk_level components"},
		{law.R331, `{"type":"a","info":"public"}`, "serves_defence_security need_24x7 national_critical_store ns_list_indicators risk_level components", ""},
		{law.R331, `{"type":"a","info":"public","components":[4]}`, "serves_defence_security national_critical_store ns_list_indicators", "risk_level"},
		{law.R331, `{"type":"b","subjects_basic":100000}`, "info serves_defence_security national_egov national_critical_store ns_list_indicators risk_level components", ""},
		{law.R331, `{"type":"b","subjects_basic":99999}`, "info serves_defence_security national_egov national_critical_store ns_list_indicators risk_level components", "handles_tthc conditional_business subjects_sensitive"},
		{law.R331, `{"type":"đ"}`, "info serves_defence_security national_egov national_critical_store ns_list_indicators components", "risk_level pm_decision_level"},
		{"R1", `{}`, "", ""},
	}
	b := open(t)
	for _, c := range cases {
		got := strings.Join(b.Ask(c.set, facts(t, c.facts), strings.Fields(c.answered)...), " ")
		if got != c.want {
			t.Errorf("%s %s, %q answered: asks %q, want %q", c.set, c.facts, c.answered, got, c.want)
		}
	}
	if got := b.Ask(law.R331, law.Facts{}, "colour"); len(got) != 17 || got[0] != "type" {
		t.Errorf("an unknown answer changed the questions: %v", got)
	}
}

// TestAskTogether lets many ask one book at once; run with the race detector.
func TestAskTogether(t *testing.T) {
	b := open(t)
	f := facts(t, `{"ns_harm":"serious","need_24x7":true}`)
	want := b.Ask(law.R331, f)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				if diff := cmp.Diff(want, b.Ask(law.R331, f)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkAsk(b *testing.B) {
	book := open(b)
	f := facts(b, `{"ns_harm":"serious","need_24x7":true}`)
	for b.Loop() {
		book.Ask(law.R331, f)
	}
}
