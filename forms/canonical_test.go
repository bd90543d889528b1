package forms_test

import (
	"encoding/json"
	"testing"

	"capdo/forms"
)

func TestCanonical(t *testing.T) {
	f := trial(t, good)
	a := forms.Answers{"until": "2026-11-22", "kind": "x", "number": "1 < 2 & \"ba\"\n\u2028", "since": "", "stranger": "?"}
	want := `{"form":"trial","edition":"any","answers":{"kind":"x","number":"1 < 2 & \"ba\"\n\u2028","until":"2026-11-22"}}`
	for range 20 {
		if got := string(f.Canonical(a)); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	}
	if got := string(f.Canonical(nil)); got != `{"form":"trial","edition":"any","answers":{}}` {
		t.Errorf("no answers: %s", got)
	}
	a["kind"] = "đ"
	if string(f.Canonical(a)) == want {
		t.Error("another answer gives the same bytes")
	}
	var back struct{ Answers map[string]string }
	if err := json.Unmarshal(f.Canonical(a), &back); err != nil || back.Answers["number"] != a["number"] {
		t.Errorf("the JSON reads back as %v, %v", back, err)
	}
}

func TestSecretsStayOut(t *testing.T) {
	f := one(t, "type: password")
	a := forms.Answers{"q": "secret"}
	if got := string(f.Canonical(a)); got != `{"form":"trial","edition":"any","answers":{}}` {
		t.Errorf("the password stands in %s", got)
	}
	if in := f.Values(a); len(in) != 0 {
		t.Errorf("the password stands in %v", in)
	}
}
