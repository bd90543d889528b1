package law_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"capdo/internal/law"
)

func TestDecodeFactsRefuses(t *testing.T) {
	cases := []struct {
		name, text string
		want       []string // key=code
	}{
		{"everything at once", `{"type":"x","users":-1,"users":2,"colour":"red","need_24x7":"yes","components":[]} {}`,
			[]string{"users=duplicate", "colour=unknown", "need_24x7=type", "=trailing", "type=value", "components=value"}},
		{"key in other case", `{"Type":"a"}`, []string{"Type=unknown"}},
		{"null", `{"type":null,"users":null,"components":null}`, []string{"type=type", "users=type", "components=type"}},
		{"fraction", `{"users":1.5}`, []string{"users=type"}},
		{"number as text", `{"users":"9"}`, []string{"users=type"}},
		{"too big for a number", `{"users":99999999999999999999}`, []string{"users=type"}},
		{"word as number", `{"info":1}`, []string{"info=type"}},
		{"component as text", `{"components":["1"]}`, []string{"components=type"}},
		{"component null", `{"components":[1,null]}`, []string{"components=value"}},
		{"component 6", `{"components":[1,6]}`, []string{"components=value"}},
		{"level 0", `{"risk_level":0,"pm_decision_level":6}`, []string{"risk_level=value", "pm_decision_level=value"}},
		{"service level 5", `{"dvctt_level":5}`, []string{"dvctt_level=value"}},
		{"empty word", `{"info":""}`, []string{"info=value"}},
		{"capital type", `{"type":"Đ"}`, []string{"type=value"}},
		{"array", `[]`, []string{"=syntax"}},
		{"empty", ``, []string{"=syntax"}},
		{"cut off", `{"users":1`, []string{"=syntax"}},
		{"missing value", `{"users":}`, []string{"=syntax"}},
		{"text after", `{} x`, []string{"=trailing"}},
		{"too long", `{"type":"` + strings.Repeat("a", 1<<20) + `"}`, []string{"=too_large"}},
	}
	for _, c := range cases {
		f, err := law.DecodeFacts(strings.NewReader(c.text))
		refused, ok := errors.AsType[law.FactErrors](err)
		if !ok {
			t.Errorf("%s: got %v", c.name, err)
			continue
		}
		var got []string
		for _, e := range refused {
			got = append(got, e.Key+"="+e.Code)
			if e.Says.VI == "" || e.Says.EN == "" || !strings.Contains(err.Error(), e.Key) {
				t.Errorf("%s: %q does not explain %q", c.name, err, e.Key)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if diff := cmp.Diff(law.Facts{}, f); diff != "" {
			t.Errorf("%s: refused text left facts: %s", c.name, diff)
		}
	}
}

func TestDecodeFactsAccepts(t *testing.T) {
	five, zero, level := 5, 0, law.Level(4)
	cases := map[string]law.Facts{
		`{}`:                                  {},
		` { "type" : "đ" } ` + "\n":           {Type: "đ"},
		`{"users":0,"dvctt_level":0}`:         {Users: &zero, DVCTTLevel: &zero},
		`{"subjects_basic":5}`:                {SubjectsBasic: &five},
		`{"risk_level":4}`:                    {RiskLevel: &level},
		`{"components":[1,5]}`:                {Components: []law.Level{1, 5}},
		`{"need_24x7":false,"info":"public"}`: {Info: "public"},
	}
	for text, want := range cases {
		if diff := cmp.Diff(want, facts(t, text)); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func TestDecodeFactsReportsReader(t *testing.T) {
	_, err := law.DecodeFacts(iotest.ErrReader(io.ErrUnexpectedEOF))
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

func TestValidateBoundsComponents(t *testing.T) {
	for n, want := range map[int]int{1: 0, 1000: 0, 1001: 1} {
		list := make([]law.Level, n)
		for i := range list {
			list[i] = 1
		}
		if got := (law.Facts{Components: list}).Validate(); len(got) != want {
			t.Errorf("%d components: %v", n, got)
		}
	}
}

func TestValidateNamesEveryKey(t *testing.T) {
	bad, low := -1, law.Level(0)
	f := law.Facts{
		Type: "z", Info: "z", NSHarm: "z", DVCTTLevel: &bad, Users: &bad, SubjectsBasic: &bad,
		SubjectsSensitive: &bad, InfraScope: "z", WorksGrade: "z", RiskLevel: &low,
		PMDecisionLevel: &low, Components: []law.Level{},
	}
	var got []string
	for _, e := range f.Validate() {
		got = append(got, e.Key)
	}
	want := []string{"type", "info", "ns_harm", "dvctt_level", "users", "subjects_basic", "subjects_sensitive",
		"infra_scope", "works_grade", "risk_level", "pm_decision_level", "components"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFactNamesMatchTheStruct(t *testing.T) {
	names := law.FactNames()
	if len(names) != 20 || names[0] != "type" || names[19] != "components" {
		t.Errorf("got %v", names)
	}
	for _, name := range names {
		if _, err := law.DecodeFacts(strings.NewReader(`{"` + name + `":{}}`)); !strings.Contains(err.Error(), name+": must be") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzDecodeFacts: whatever is accepted is possible, and is accepted again
// after a round trip.
func FuzzDecodeFacts(f *testing.F) {
	for _, text := range []string{`{}`, `{"type":"b","users":1}`, `{"components":[1,2]}`, `[`, `{"a":{"b":[null]}}`, "{\"type\":\"\xff\"}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := law.DecodeFacts(strings.NewReader(text))
		if err != nil {
			return
		}
		if errs := got.Validate(); len(errs) > 0 {
			t.Fatalf("%s was accepted: %v", text, errs)
		}
		again, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got, facts(t, string(again))); diff != "" {
			t.Error(diff)
		}
	})
}
