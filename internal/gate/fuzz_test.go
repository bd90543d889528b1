package gate_test

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"testing"

	"capdo/internal/gate"
)

// strictly reads bytes as the standard library does, knowing every field, and
// tells whether there was one value and nothing after it.
func strictly(in []byte, into any) bool {
	d := json.NewDecoder(bytes.NewReader(in))
	d.DisallowUnknownFields()
	return d.Decode(into) == nil && d.Decode(new(any)) == io.EOF
}

// FuzzBatch: no bytes make the gate allow a question that the standard library
// reads otherwise.
func FuzzBatch(f *testing.F) {
	for _, s := range []string{`{"questions":[{"provider":"A"}]}`, `{"questions":[{"provider":"A","consumer":"B","at":"2026-11-22T12:00:00+07:00","platform":"NDOP"},{"provider":"C"}]}`,
		`{"questions":[{"provider":"A","provider":"C"}]}`, `{"questions":[{"provider":"A","Provider":"C"}]}`, `{"Questions":[{"provider":"A"}]}`, `{"questions":[{"provider":"\u0041"}],"questions":[]}`,
		`{"questions":[{"provider":"A","consumer":null}]}`, `{"questions":[{"provider":"A"},]}`, `{"questions":[{"provider":"A"}]}{}`, "{\"questions\":[{\"provider\":\"A\xff\"}]}", `{"questions":[{"provider":"\ud841"}]}`} {
		f.Add([]byte(s))
	}
	h := at(f, memory{"A": good("A"), "B": good("B")}).Handler()
	f.Fuzz(func(t *testing.T, in []byte) {
		w := post(h, decisions, string(in))
		if w.Code != 200 {
			if v := read(t, w); v.Decision != gate.Deny {
				t.Fatalf("%q: %d, %+v", in, w.Code, v)
			}
			return
		}
		var std struct {
			Questions []struct{ Provider, Consumer, At, Platform *string }
		}
		vs := answers(t, w)
		if !strictly(in, &std) || len(std.Questions) != len(vs) {
			t.Fatalf("%q: %d answers to what the standard library reads as %+v", in, len(vs), std)
		}
		for i, v := range vs {
			q := std.Questions[i]
			if v.Decision == gate.Allow && (!known(q.Provider) || v.Provider != *q.Provider || q.Consumer != nil && !known(q.Consumer) || (q.Consumer == nil) != (v.Consumer == "") ||
				q.Consumer != nil && v.Consumer != *q.Consumer || q.Platform != nil && *q.Platform != "NDXP" && *q.Platform != "NDOP" || q.At == nil && v.When != gate.Now) {
				t.Errorf("%q: question %d %+v allowed: %+v", in, i, q, v)
			}
		}
	})
}

// known tells whether a code is one of the register's.
func known(code *string) bool { return code != nil && (*code == "A" || *code == "B") }

// FuzzAuthZEN: no bytes make the gate decide true where the standard library
// reads another request.
func FuzzAuthZEN(f *testing.F) {
	for _, s := range []string{`{` + tuple("A", "B") + `}`, `{` + tuple("A", "C") + `,"Resource":` + system("B") + `}`, `{` + tuple("A", "B") + `,"evaluations":[{},{"resource":` + system("C") + `}]}`,
		`{` + tuple("A", "B") + `,"context":{"platform":"NDOP","time":1e9},"x":[[],{"a":"\u00e1"}]}`, `{"evaluations":[{` + tuple("B", "A") + `}],"options":{"evaluations_semantic":"deny_on_first_deny"}}`,
		`{` + tuple("A", "B") + `,"ſubject":{}}`, `{` + tuple("A", "B") + `,"subject":{}}`, `{` + tuple("A", "B") + `}x`, `{` + tuple(`\u0041`, "B") + `,"n":-0.0e-1}`} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	h := at(f, memory{"A": good("A"), "B": good("B")}).Handler()
	type entity struct{ Type, ID, Name string }
	type one struct {
		Subject, Resource, Action *entity
		Context                   *struct{ Platform *string }
	}
	f.Fuzz(func(t *testing.T, in []byte, many bool) {
		path := evaluation
		if many {
			path = evaluations
		}
		w := post(h, path, string(in))
		if w.Code != 200 {
			return
		}
		var std struct {
			one
			Evaluations []one
		}
		if err := json.Unmarshal(in, &std); err != nil {
			t.Fatalf("%q is answered, and the standard library says %v", in, err)
		}
		var out struct {
			Decision    bool
			Evaluations []struct{ Decision bool }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			t.Fatal(err)
		}
		asked, got := []one{std.one}, []bool{out.Decision}
		if many && len(std.Evaluations) > 0 {
			asked, got = std.Evaluations, nil
			for _, d := range out.Evaluations {
				got = append(got, d.Decision)
			}
		}
		if len(got) > len(asked) || len(got) < len(asked) && !bytes.Contains(in, []byte("on_first_")) && !bytes.ContainsRune(in, '\\') {
			t.Fatalf("%q: %d asked, %d answered", in, len(asked), len(got))
		}
		for i, allow := range got {
			o, up := asked[i], std.one
			s, r, a := o.Subject, o.Resource, o.Action
			for own, other := range map[**entity]*entity{&s: up.Subject, &r: up.Resource, &a: up.Action} {
				if *own == nil {
					*own = other
				}
			}
			if allow && (s == nil || r == nil || a == nil || a.Name != "connect" || !slices.Contains([]string{"A", "B"}, s.ID) || !slices.Contains([]string{"A", "B"}, r.ID) ||
				s.Type != "information_system" || r.Type != "information_system") {
				t.Errorf("%q: evaluation %d is true: %+v %+v %+v", in, i, s, r, a)
			}
		}
	})
}
