package oscal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"capdo/internal/controls"
	"capdo/internal/law"
	"capdo/internal/oscal"
	"capdo/internal/plan"
	"capdo/internal/store/storetest"
)

// nist is the official JSON schema of OSCAL 1.1.3, by NIST, in the public domain.
func nist(t *testing.T) *jsonschema.Schema {
	t.Helper()
	b, err := os.ReadFile("testdata/oscal_complete_schema-1.1.3.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("oscal.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("oscal.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func passes(t *testing.T, s *jsonschema.Schema, b []byte) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

// sheet is the plan of a system with something of everything in it.
func sheet(t *testing.T, answered bool) plan.Sheet {
	t.Helper()
	ctx, clock := context.Background(), storetest.At("2026-11-20")
	office, store := storetest.OfficeIn(t, t.TempDir(), clock)
	lists, err := controls.Load()
	if err != nil {
		t.Fatal(err)
	}
	room := &plan.Room{Store: store.Plans(), Book: office.Book, Lists: lists, Clock: clock.Now}
	officer := storetest.Actor(law.RoleOperator, "H56")
	code := storetest.Lead(t, office, "H56", "Cổng «một cửa» <điện tử>", storetest.Confirmed).Code
	s, err := room.Sheet(ctx, officer, code, nil)
	if err != nil || !answered {
		return s
	}
	var ins []plan.AnswerInput
	for i, x := range s.States {
		in := plan.AnswerInput{Key: x.Control.Key, Result: plan.Met, How: "Đã làm\nhai dòng"}
		switch i % 5 {
		case 1:
			in.Result, in.Due, in.Role = plan.Partly, "2026-12-31", "operator"
		case 2:
			in.Result = plan.NotMet
		case 3:
			in.Result = plan.NotApplicable
		case 4:
			in.Evidence = []plan.Evidence{{Kind: plan.Document, Ref: "12/QĐ  STTTT", On: "2025-01-01", Until: "2026-01-01"}}
		}
		if i != 7 {
			ins = append(ins, in)
		}
	}
	if _, err := room.Answer(ctx, officer, code, s.List, ins); err != nil {
		t.Fatal(err)
	}
	if s, err = room.Sheet(ctx, officer, code, nil); err != nil {
		t.Fatal(err)
	}
	return s
}

// Every document passes the schema of NIST, and a broken one does not.
func TestPassesTheSchema(t *testing.T) {
	s := nist(t)
	lists, err := controls.Load()
	if err != nil {
		t.Fatal(err)
	}
	st := oscal.Stamp{At: storetest.At("2026-11-20").T, Law: strings.Repeat("ab", 32), Root: strings.Repeat("cd", 32), Size: 7}
	for _, rules := range []law.RuleSet{law.R85, law.R331} {
		for level := law.Level(1); level.Valid(); level++ {
			var b bytes.Buffer
			if err := oscal.Catalog(&b, lists, rules, level, st); err != nil {
				t.Fatal(err)
			}
			if err := passes(t, s, b.Bytes()); err != nil {
				t.Errorf("catalog %s %d: %v", rules, level, err)
			}
		}
	}
	for _, answered := range []bool{false, true} {
		x := sheet(t, answered)
		var ssp, poam, again bytes.Buffer
		if err := oscal.SSP(&ssp, x, st); err != nil {
			t.Fatal(err)
		}
		if err := oscal.POAM(&poam, x, st); err != nil {
			t.Fatal(err)
		}
		for name, b := range map[string][]byte{"ssp": ssp.Bytes(), "poam": poam.Bytes()} {
			if err := passes(t, s, b); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := oscal.SSP(&again, x, st); err != nil || !bytes.Equal(again.Bytes(), ssp.Bytes()) {
			t.Error("the same record gives other bytes")
		}
		for _, broken := range []string{`"system-name"`, `"implemented-requirements"`, `"uuid"`} {
			if passes(t, s, bytes.ReplaceAll(ssp.Bytes(), []byte(broken), []byte(`"x"`))) == nil {
				t.Errorf("a plan without %s passes", broken)
			}
		}
	}
}

// What is said is what stands on record: nothing expired is implemented, nothing
// unanswered is said to be anything.
func TestSaysWhatStands(t *testing.T) {
	x := sheet(t, true)
	var b bytes.Buffer
	if err := oscal.SSP(&b, x, oscal.Stamp{At: storetest.At("2026-11-20").T}); err != nil {
		t.Fatal(err)
	}
	var d struct {
		SSP struct {
			Controls struct {
				Requirements []struct {
					Control string `json:"control-id"`
					By      []struct {
						Status struct{ State string } `json:"implementation-status"`
					} `json:"by-components"`
				} `json:"implemented-requirements"`
			} `json:"control-implementation"`
		} `json:"system-security-plan"`
	}
	if err := json.Unmarshal(b.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	rs := d.SSP.Controls.Requirements
	if len(rs) != len(x.States) {
		t.Fatalf("%d requirements of %d", len(rs), len(x.States))
	}
	for i, want := range map[int]string{0: "implemented", 1: "partial", 2: "planned", 3: "not-applicable", 4: "partial"} {
		if got := rs[i].By[0].Status.State; got != want {
			t.Errorf("%s: %s, want %s", rs[i].Control, got, want)
		}
	}
	if len(rs[7].By) != 0 {
		t.Errorf("an unanswered control is said to be %s", rs[7].By[0].Status.State)
	}
	var none bytes.Buffer
	x.Gaps = nil
	if err := oscal.POAM(&none, x, oscal.Stamp{}); err != oscal.ErrNothingLacks {
		t.Errorf("nothing lacks: %v", err)
	}
	if err := oscal.SSP(&none, plan.Sheet{}, oscal.Stamp{}); err != oscal.ErrNoList {
		t.Errorf("no list: %v", err)
	}
}
