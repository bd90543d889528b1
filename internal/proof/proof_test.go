package proof_test

import (
	"errors"
	"testing"

	"capdo/internal/proof"
)

// TestDecode: every flaw is found where it stands, and a clean text has none.
func TestDecode(t *testing.T) {
	type raw struct {
		ID   proof.Mark   `yaml:"id"`
		List []proof.Mark `yaml:"list"`
	}
	for _, c := range []struct{ name, text, want string }{
		{"clean", "id: a\nlist: [b]\n", ""},
		{"unknown key", "id: a\nother: b\n", "x.yaml:2: field other not found in type proof_test.raw"},
		{"repeated key", "id: a\nid: b\n", "x.yaml:2: mapping key \"id\" already defined at line 1"},
		{"empty list", "id: a\nlist: []\n", "x.yaml:2: empty list"},
		{"empty value", "id: a\nlist:\n  - \" \"\n", "x.yaml:3: empty value"},
		{"loose accent", "id: e\u0302\n", "x.yaml:1: \"e\u0302\" is not composed"},
		{"not a scalar", "id: [a]\n", "x.yaml:1: want a single value"},
		{"two documents", "id: a\n---\nid: b\n", "x.yaml:1: more than one document"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := proof.Sheet{File: "x.yaml"}
			var into raw
			s.Decode([]byte(c.text), &into)
			var flaws proof.Flaws
			switch err := s.Err(); {
			case c.want == "" && err == nil:
			case c.want == "" || !errors.As(err, &flaws) || flaws[0].Error() != c.want:
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestMark: an absent mark stands where its owner does, and a word outside its
// set is named with the set.
func TestMark(t *testing.T) {
	s := proof.Sheet{File: "x.yaml"}
	of := proof.Mark{Value: "rule", Line: 7}
	if s.Word(of, proof.Mark{Value: "a", Line: 8}, "kind", "a", "b"); s.Err() != nil {
		t.Error(s.Err())
	}
	s.Word(of, proof.Mark{}, "kind", "a", "b")
	if want := `x.yaml:7: rule: kind "" is not one of a, b`; s.Err() == nil || s.Err().Error() != want {
		t.Errorf("got %v, want %s", s.Err(), want)
	}
}
